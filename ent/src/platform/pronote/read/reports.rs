//! Report cards (`PageBulletins`).

use serde_json::Value;

use crate::platform::pronote::json;
use crate::record::{Appreciation, ReportCard, ReportSubject};

/// Whether an answer holds a report card. One that is not published comes as a message instead, or as nothing; its PDF must not be asked
/// for: the platform ends the session of who does.
pub(in super::super) fn is_published(answer: &Value) -> bool {
    let is_silent = |name: &&str| answer.get(*name).is_none_or(|message| message == "");
    ["Message", "message"].iter().all(is_silent) && json::must_list(answer, "ListeServices").is_some()
}

/// Reads a report card, without its PDF.
pub(in super::super) fn report(answer: &Value, period: &str, pupil: &str, class: Option<&str>) -> ReportCard {
    let general = json::field(answer, "General").unwrap_or(&Value::Null);
    ReportCard {
        pupil: Some(pupil.to_owned()),
        class: class.map(str::to_owned).or_else(|| json::label(answer, "Classe")),
        period: period.to_owned(),
        council: None,
        average: json::score(general, "MoyenneEleve"),
        class_average: json::decimal(general, "MoyenneClasse"),
        subjects: json::list(answer, "ListeServices").iter().filter_map(subject).collect(),
        appreciations: appreciations(answer),
        base: Vec::new(),
        school_life: school_life(answer),
        support: json::labels(answer, "ListeProjets"),
        pdf: None,
    }
}

/// What the school wrote of absences and delays, in its own words.
fn school_life(answer: &Value) -> Vec<(String, String)> {
    let all = json::field(answer, "ListeAbsences").unwrap_or(&Value::Null);
    let names = [
        ("Absences", "strAbsences"),
        ("Retards", "strRetards"),
        ("Punitions", "strPunitions"),
        ("Sanctions", "strSanctions"),
    ];
    names.into_iter().filter_map(|(name, field)| Some((name.to_owned(), json::text(all, field)?))).collect()
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
        level: None,
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
