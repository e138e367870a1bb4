//! Absences, delays and punishments (`PagePresence`).

use jiff::civil::DateTime;
use serde_json::Value;

use crate::platform::pronote::found::{Found, Keys};
use crate::platform::pronote::json;
use crate::record::{Absence, AbsenceKind, Record};

/// Reads those of a period.
pub(in super::super) fn absences(answer: &Value, pupil: Option<&str>) -> Found {
    let mut found = Found::default();
    let mut keys = Keys::of(pupil);
    for of in super::elements(answer, "listeAbsences", &mut found) {
        let (kind, name, from) = match json::number(of, "G") {
            Some(13) => (AbsenceKind::Absence, "absence", "dateDebut"),
            Some(14) => (AbsenceKind::Delay, "delay", "date"),
            Some(41) => (AbsenceKind::Punishment, "punishment", "dateDemande"),
            // Observations and measures of other kinds are not kept as facts; the answer holds them.
            _ => continue,
        };
        let Some(from) = json::datetime(of, from) else {
            found.missing.push("listeAbsences: date");
            continue;
        };
        let reason = reason(of);
        let key = keys.key(name, &[&from.to_string(), reason.as_deref().unwrap_or_default()]);
        found.facts.push((key, Record::Absence(absence(of, kind, from, reason))));
    }
    found
}

fn absence(of: &Value, kind: AbsenceKind, from: DateTime, reason: Option<String>) -> Absence {
    let justified = json::field(of, "justifie").and_then(Value::as_bool);
    let minutes = json::number(of, "duree").and_then(|minutes| u32::try_from(minutes).ok());
    Absence {
        kind,
        from,
        until: json::datetime(of, "dateFin").filter(|_| kind == AbsenceKind::Absence),
        reason,
        justified: justified.filter(|_| kind != AbsenceKind::Punishment),
        minutes: minutes.filter(|_| kind != AbsenceKind::Absence),
    }
}

/// What it was for: its nature, and the reasons.
fn reason(of: &Value) -> Option<String> {
    let nature = json::label(of, "nature");
    let words: Vec<String> = nature.into_iter().chain(json::labels(of, "listeMotifs")).collect();
    (!words.is_empty()).then(|| words.join(", "))
}
