//! Marks (`DernieresNotes`).

use serde_json::Value;

use crate::platform::pronote::found::{Found, Keys, Place};
use crate::platform::pronote::json;
use crate::record::{Mark, Record};

/// Reads the marks of a period, and the papers and corrections that belong to them.
pub(in super::super) fn marks(answer: &Value, period: &str, pupil: Option<&str>) -> Found {
    let mut found = Found::default();
    let mut keys = Keys::of(pupil);
    for of in super::elements(answer, "listeDevoirs", &mut found) {
        let Some(subject) = json::label(of, "service") else {
            found.missing.push("service");
            continue;
        };
        let Some(score) = json::score(of, "note") else {
            found.missing.push("note");
            continue;
        };
        let label = json::text(of, "commentaire").unwrap_or_default();
        let date = json::date(of, "date");
        let day = date.map(|date| date.to_string()).unwrap_or_default();
        // A period may hold the marks of others: the year those of its terms.
        let period = json::label(of, "periode").unwrap_or_else(|| period.to_owned());
        let key = keys.key("mark", &[&period, &subject, &day, &label]);
        papers(of, &Place { folder: "", subject: &subject, day: &day, kind: None }, &mut keys, &mut found);
        let bonus = json::flag(of, "estBonus");
        let mark = Mark {
            subject,
            label,
            date,
            period: Some(period),
            score,
            out_of: json::decimal(of, "bareme"),
            coefficient: json::decimal(of, "coefficient"),
            class_average: json::decimal(of, "moyenne"),
            class_min: json::decimal(of, "noteMin"),
            class_max: json::decimal(of, "noteMax"),
            comment: json::text(of, "commentaireSurNote"),
            bonus,
            optional: json::flag(of, "estFacultatif") && !bonus,
        };
        found.facts.push((key, Record::Mark(mark)));
    }
    found
}

/// The paper and its correction are files with the name of the mark's own object, told apart by their kind.
fn papers(of: &Value, place: &Place<'_>, keys: &mut Keys<'_>, found: &mut Found) {
    let Some(id) = json::text(of, "N") else { return };
    let kinds = [("libelleSujet", "DevoirSujet", "Sujets"), ("libelleCorrige", "DevoirCorrige", "Corrections")];
    for (field, kind, folder) in kinds {
        if let Some(name) = json::text(of, field) {
            keys.file(&id, &name, &Place { folder, kind: Some(kind), ..*place }, found);
        }
    }
}
