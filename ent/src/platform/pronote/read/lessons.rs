//! What was done in lessons (`PageCahierDeTexte`, tab of resources).

use serde_json::Value;

use crate::platform::pronote::found::{Found, Keys, Place};
use crate::platform::pronote::json;
use crate::record::{Lesson, LessonContent, Record};

/// Reads the lessons of some weeks that have contents.
pub(in super::super) fn lessons(answer: &Value, pupil: Option<&str>) -> Found {
    let mut found = Found::default();
    let mut keys = Keys::of(pupil);
    for of in super::elements(answer, "ListeCahierDeTextes", &mut found) {
        let contents = json::list(of, "listeContenus");
        if contents.is_empty() {
            continue;
        }
        let (Some(subject), Some(start)) = (json::label(of, "Matiere"), json::datetime(of, "Date")) else {
            found.missing.push("ListeCahierDeTextes: Matiere, Date");
            continue;
        };
        let key = keys.key("lesson", &[&subject, &start.to_string()]);
        let day = start.date().to_string();
        let place = Place { folder: "Cours", subject: &subject, day: &day, kind: None };
        let contents = contents.iter().map(|of| content(of, &place, &mut keys, &mut found)).collect();
        let teachers = json::labels(of, "listeProfesseurs");
        let end = json::datetime(of, "DateFin").filter(|end| *end > start);
        found.facts.push((key, Record::Lesson(Lesson { subject, start, end, teachers, contents })));
    }
    found
}

fn content(of: &Value, place: &Place<'_>, keys: &mut Keys<'_>, found: &mut Found) -> LessonContent {
    LessonContent {
        title: json::text(of, "L"),
        category: json::label(of, "categorie"),
        html: json::text(of, "descriptif").unwrap_or_default(),
        attachments: keys.attachments(json::list(of, "ListePieceJointe"), place, found),
    }
}
