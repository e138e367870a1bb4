//! Who somebody is (`PageInfosPerso`), who teaches them (`PageEquipePedagogique`), and the periods of their year.

use serde_json::Value;

use crate::platform::pronote::calendar::PeriodRef;
use crate::platform::pronote::found::{Found, Keys};
use crate::platform::pronote::json;
use crate::platform::pronote::user::Member;
use crate::record::{Period, Person, PersonRole, Record};

/// Reads the owner's identity; the national number only where the owner is a pupil, who alone has one.
pub(in super::super) fn identity(answer: &Value, name: &str, member: Option<&Member>) -> Found {
    let information = json::field(answer, "Informations").unwrap_or(&Value::Null);
    let pupil = member.filter(|member| !member.is_child);
    let person = Person {
        id: None,
        name: name.to_owned(),
        role: PersonRole::Oneself,
        class: pupil.and_then(|pupil| pupil.class.clone()),
        mail: json::text(information, "eMail"),
        ine: json::text(information, "numeroINE").filter(|_| pupil.is_some()),
        subjects: Vec::new(),
    };
    Found { facts: vec![(Keys::of(None).key("person", &[name]), Record::Person(person))], ..Found::default() }
}

/// Reads the periods.
pub(in super::super) fn periods(periods: &[PeriodRef], pupil: Option<&str>) -> Found {
    let mut keys = Keys::of(pupil);
    let fact = |period: &PeriodRef| {
        let key = keys.key("period", &[&period.name]);
        let period = Period { name: period.name.clone(), start: period.start, end: period.end };
        (key, Record::Period(period))
    };
    Found { facts: periods.iter().map(fact).collect(), ..Found::default() }
}

/// Reads who teaches somebody: names and subjects, nothing to reach them by.
pub(in super::super) fn teachers(answer: &Value, pupil: Option<&str>) -> Found {
    const TEACHER: i64 = 3;
    let mut found = Found::default();
    let mut keys = Keys::of(pupil);
    for of in super::elements(answer, "liste", &mut found) {
        let Some(name) = json::text(of, "L") else { continue };
        let role = if json::number(of, "G") == Some(TEACHER) { PersonRole::Teacher } else { PersonRole::Staff };
        let key = keys.key("person", &[&name]);
        let subjects = json::labels(of, "matieres");
        let person = Person { id: None, name, role, class: None, mail: None, ine: None, subjects };
        found.facts.push((key, Record::Person(person)));
    }
    found
}
