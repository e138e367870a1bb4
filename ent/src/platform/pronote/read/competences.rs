//! Evaluations of competences (`DernieresEvaluations`).

use serde_json::Value;

use crate::platform::pronote::found::{Found, Keys};
use crate::platform::pronote::json;
use crate::record::{Acquired, Evaluation, Record};

/// Reads the evaluations of a period.
pub(in super::super) fn evaluations(answer: &Value, period: &str, pupil: Option<&str>) -> Found {
    let mut found = Found::default();
    let mut keys = Keys::of(pupil);
    for of in super::elements(answer, "listeEvaluations", &mut found) {
        let Some(label) = json::text(of, "L") else {
            found.missing.push("listeEvaluations.L");
            continue;
        };
        let (subject, date) = (json::label(of, "matiere"), json::date(of, "date"));
        let day = date.map(|date| date.to_string()).unwrap_or_default();
        let period = json::label(of, "periode").unwrap_or_else(|| period.to_owned());
        let key = keys.key("evaluation", &[&period, subject.as_deref().unwrap_or_default(), &day, &label]);
        let mut levels: Vec<&Value> = json::list(of, "listeNiveauxDAcquisitions").iter().collect();
        levels.sort_by_key(|level| json::number(level, "ordre"));
        let evaluation = Evaluation {
            label,
            subject,
            teacher: json::label(of, "individu"),
            date,
            period: Some(period),
            coefficient: json::decimal(of, "coefficient"),
            description: json::text(of, "descriptif"),
            acquired: levels.into_iter().filter_map(acquired).collect(),
        };
        found.facts.push((key, Record::Evaluation(evaluation)));
    }
    found
}

/// A competence: an item where there is one, else its domain.
fn acquired(of: &Value) -> Option<Acquired> {
    let (item, domain) = (json::label(of, "item"), json::label(of, "domaine"));
    let field = json::label(of, "pilier").or_else(|| item.as_ref().and(domain.clone()));
    Some(Acquired {
        framework: "pronote".to_owned(),
        field,
        code: json::deep_text(of, &["pilier", "strPrefixes"]),
        name: item.or(domain)?,
        level: json::text(of, "L").or_else(|| json::text(of, "abbreviation"))?,
        rank: None,
    })
}
