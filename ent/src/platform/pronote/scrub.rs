//! What must not stay in what is kept of an answer: other people's addresses, telephones and family; addresses that are secrets; and
//! identities that last for one session only.
//!
//! PRONOTE names its objects anew in every session (`112#w_c6ul...`). What is kept has numbers in their place, in the order of
//! their first appearance: the references inside an answer stay, and the same facts give the same bytes in every session.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use crate::record::Dropped;

/// Whose answer it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// The account's owner: their own mail address and national number stay.
    Own,
    /// Anybody's.
    Others,
}

/// Takes out what must not stay, and says what it was.
pub(super) fn scrub(answer: &mut Value, whose: Whose) -> Vec<Dropped> {
    let mut scrubber = Scrubber { whose, names: HashMap::new(), dropped: BTreeMap::new() };
    scrubber.value(answer, 0);
    scrubber.dropped.into_iter().map(|(what, count)| Dropped { what: what.to_owned(), count }).collect()
}

struct Scrubber {
    whose: Whose,
    names: HashMap<String, usize>,
    dropped: BTreeMap<&'static str, usize>,
}

impl Scrubber {
    fn value(&mut self, value: &mut Value, depth: usize) {
        // JSON came through a parser that refuses deeper nesting.
        if depth > MAX_DEPTH {
            *value = Value::Null;
            return;
        }
        match value {
            Value::Object(fields) => {
                fields.retain(|name, value| self.keeps(name, value));
                fields.values_mut().for_each(|value| self.value(value, depth + 1));
            }
            Value::Array(elements) => elements.iter_mut().for_each(|element| self.value(element, depth + 1)),
            Value::String(text) if is_session_name(text) => {
                let next = self.names.len() + 1;
                let number = *self.names.entry(std::mem::take(text)).or_insert(next);
                *text = format!("#{number}");
            }
            _ => {}
        }
    }

    fn keeps(&mut self, name: &str, value: &Value) -> bool {
        let Some(what) = what_to_drop(name, self.whose) else { return true };
        let said = match value.get("V").unwrap_or(value) {
            Value::Null => false,
            Value::String(text) => !text.is_empty(),
            Value::Array(elements) => !elements.is_empty(),
            _ => true,
        };
        if said {
            *self.dropped.entry(what).or_default() += 1;
        }
        false
    }
}

/// What a field of this name is, when it must not stay.
fn what_to_drop(name: &str, whose: Whose) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    let one_of = |names: &[&str]| names.contains(&name.as_str());
    if name.starts_with("adresse") || one_of(&["codepostal", "cp", "ville", "province", "pays", "libelleposte"]) {
        return Some("addresses");
    }
    if ["telephone", "telport", "telfixe", "telautre", "indicatif"].iter().any(|start| name.starts_with(start)) {
        return Some("telephone numbers");
    }
    if name.contains("responsable") && !name.starts_with("est") {
        return Some("guardians");
    }
    if one_of(&["ical", "paramical", "paramsuppl", "jeton", "jetonconnexionapplimobile", "urlical"]) {
        return Some("addresses that are secrets");
    }
    if one_of(&["identifiant", "motdepasse", "login"]) {
        return Some("logins");
    }
    if whose == Whose::Others {
        if one_of(&["email", "mail", "emailetablissement"]) {
            return Some("mail addresses");
        }
        if one_of(&["numeroine", "ine", "neele", "nele", "datenaiss", "datenaissance", "villenaiss"]) {
            return Some("dates of birth and national numbers");
        }
    }
    None
}

/// Whether a text is an identity that PRONOTE made for one session: digits, `#`, and a longer word.
fn is_session_name(text: &str) -> bool {
    let Some((number, word)) = text.split_once('#') else { return false };
    let digits = !number.is_empty() && number.len() <= 6 && number.bytes().all(|byte| byte.is_ascii_digit());
    digits && word.len() >= 8 && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

const MAX_DEPTH: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn sessions_leave_no_trace() {
        let answer = |one: &str, two: &str| {
            let mut answer = json!({"a": {"N": one}, "b": [{"N": two, "ref": one, "L": "3#5"}]});
            assert!(scrub(&mut answer, Whose::Others).is_empty());
            answer
        };
        let kept = answer("112#w_c6ulShW4Qejzt0", "46#yplsixNRk-nDSEufVq");
        assert_eq!(kept, answer("7#aaaaaaaaaaaaaaaaa", "8#bbbbbbbbbbbbbbbbbb"));
        assert_eq!(kept, json!({"a": {"N": "#1"}, "b": [{"N": "#2", "ref": "#1", "L": "3#5"}]}));
    }

    #[test]
    fn other_peoples_data_goes_and_is_counted() {
        let answer = json!({"Informations": {
            "adresse1": "1 rue Exemple", "adresse2": "", "ville": "Exempleville", "telephonePortable": "0600000000",
            "eMail": "a@example.org", "numeroINE": "000000000AA"},
            "iCal": {"liste": {"V": [{"paramICal": "secret"}]}}, "listeResponsables": {"V": [{"nom": "X"}]}});
        let mut own = answer.clone();
        let dropped = scrub(&mut own, Whose::Own);
        assert_eq!(own, json!({"Informations": {"eMail": "a@example.org", "numeroINE": "000000000AA"}}));
        let counts: Vec<_> = dropped.iter().map(|dropped| (dropped.what.as_str(), dropped.count)).collect();
        let wanted = [("addresses", 2), ("addresses that are secrets", 1), ("guardians", 1), ("telephone numbers", 1)];
        assert_eq!(counts, wanted);
        let mut others = answer;
        scrub(&mut others, Whose::Others);
        assert_eq!(others, json!({"Informations": {}}));
    }
}
