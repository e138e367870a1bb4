//! Report cards (`PageBulletins`).

use serde_json::Value;

use crate::platform::pronote::json;
use crate::record::{Appreciation, ReportCard, ReportSubject};

/// Whether an answer holds a report card. One that is not published comes as a message instead, or as nothing; its PDF must not be asked
/// for: the platform ends the session of who does.
pub(in super::super) fn is_published(answer: &Value) -> bool {
    let silent = ["Message", "message"].iter().all(|name| answer.get(name).is_none());
    silent && json::must_list(answer, "ListeServices").is_some()
}

/// Reads a report card, without its PDF.
pub(in super::super) fn report(answer: &Value, period: &str, pupil: &str, class: Option<&str>) -> ReportCard {
    ReportCard {
        pupil: Some(pupil.to_owned()),
        class: class.map(str::to_owned),
        period: period.to_owned(),
        council: None,
        average: json::score(answer, "MoyenneGenerale").or_else(|| general(answer, "MoyenneEleve")),
        class_average: json::decimal(answer, "MoyenneGeneraleClasse"),
        subjects: json::list(answer, "ListeServices").iter().filter_map(subject).collect(),
        appreciations: appreciations(answer),
        base: Vec::new(),
        school_life: Vec::new(),
        support: Vec::new(),
        pdf: None,
    }
}

fn general(answer: &Value, name: &str) -> Option<crate::record::Score> {
    json::score(json::field(answer, "General")?, name)
}

/// A subject; `None` without its name.
fn subject(of: &Value) -> Option<ReportSubject> {
    let subject = json::label(of, "Matiere").or_else(|| json::text(of, "L"))?;
    let elements = json::list(of, "ListeElements");
    // Teachers stand in the subject, or in its parts.
    let mut teachers = json::labels(of, "ListeProfesseurs");
    for teacher in elements.iter().flat_map(|element| json::labels(element, "ListeProfesseurs")) {
        if !teachers.contains(&teacher) {
            teachers.push(teacher);
        }
    }
    Some(ReportSubject {
        subject,
        group: json::label(of, "SurMatiere").or_else(|| json::text(of, "SurMatiere")),
        teachers,
        coefficient: json::decimal(of, "Coefficient"),
        average: json::score(of, "MoyenneEleve"),
        class_average: json::decimal(of, "MoyenneClasse"),
        class_min: json::decimal(of, "MoyenneInf"),
        class_max: json::decimal(of, "MoyenneSup"),
        appreciations: json::labels(of, "ListeAppreciations"),
        elements: elements.iter().filter_map(|element| json::text(element, "L")).collect(),
        level: json::number(of, "Positionnement")
            .and_then(|level| u8::try_from(level).ok())
            .filter(|level| (1..=4).contains(level)),
    })
}

fn appreciations(answer: &Value) -> Vec<Appreciation> {
    let all = json::field(answer, "ObjetListeAppreciations").unwrap_or(&Value::Null);
    let read = |of: &Value| {
        let title = json::text(of, "Intitule").unwrap_or_default();
        Some(Appreciation { title, text: json::text(of, "L")? })
    };
    json::list(all, "ListeAppreciations").iter().filter_map(read).collect()
}
