//! Work to do (`PageCahierDeTexte`, tab of work).

use serde_json::Value;

use crate::platform::pronote::found::{Found, Keys, Place};
use crate::platform::pronote::json;
use crate::record::{Homework, Record, SourceId, Turnin};

/// Reads the work to do of some weeks. It has no name: a part of its text's hash stands for one.
pub(in super::super) fn homework(answer: &Value, pupil: Option<&str>) -> Found {
    let mut found = Found::default();
    let mut keys = Keys::of(pupil);
    for of in super::elements(answer, "ListeTravauxAFaire", &mut found) {
        let (Some(subject), Some(due)) = (json::label(of, "Matiere"), json::date(of, "PourLe")) else {
            found.missing.push("ListeTravauxAFaire: Matiere, PourLe");
            continue;
        };
        let html = json::text(of, "descriptif").unwrap_or_default();
        let hash = SourceId::of(html.as_bytes()).text();
        let day = due.to_string();
        let key = keys.key("homework", &[&subject, &day, hash.get(..12).unwrap_or_default()]);
        let place = |folder, kind| Place { folder, subject: &subject, day: &day, kind };
        let given = keys.attachments(json::list(of, "ListePieceJointe"), &place("Devoirs", None), &mut found);
        let handed_in = json::field(of, "documentRendu").map(std::slice::from_ref).unwrap_or_default();
        let handed_in = keys.attachments(handed_in, &place("Rendus", Some("TAFRenduEleve")), &mut found);
        let homework = Homework {
            due,
            given: json::date(of, "DonneLe"),
            html,
            done: json::flag(of, "TAFFait"),
            turnin: turnin(json::number(of, "genreRendu")),
            attachments: given,
            handed_in,
            subject: subject.clone(),
        };
        found.facts.push((key, Record::Homework(homework)));
    }
    found
}

fn turnin(number: Option<i64>) -> Turnin {
    match number {
        Some(1) => Turnin::Paper,
        Some(2) => Turnin::Upload,
        Some(3) => Turnin::Kiosk,
        Some(4) => Turnin::Audio,
        _ => Turnin::None,
    }
}
