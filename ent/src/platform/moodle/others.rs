//! Other people in Moodle's answers: taken out before anything is kept, and counted.
//!
//! The names of fields are those of Moodle's functions (`externallib.php` of each plugin). A text that a teacher wrote stays as it is.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::record::Dropped;

/// Whose account it is.
pub(super) struct Oneself {
    /// Number at the site.
    pub(super) id: i64,
    /// Full name.
    pub(super) name: String,
}

/// Fields that name somebody: an author of a file, whose marks those are.
const NAMES: [&str; 4] = ["author", "userfullname", "recipientfullname", "imageauthorname"];
/// Fields that hold the number of somebody at the site.
const NUMBERS: [&str; 8] =
    ["userid", "usermodified", "usercreated", "grader", "overrideby", "recipientid", "relateduserid", "authorid"];
/// Fields that hold an address for mail.
const MAIL: [&str; 4] = ["issuercontact", "issueremail", "imageauthoremail", "contactemail"];
/// Fields that list others.
const LISTS: [&str; 4] = ["submissiongroupmemberswhoneedtosubmit", "contacts", "participants", "teammembers"];
/// Fields that open the account.
const KEYS: [&str; 2] = ["userprivateaccesskey", "privatetoken"];

/// Takes other people out of an answer, and the keys of the account.
pub(super) fn drop_others(answer: &mut Value, oneself: &Oneself) -> Vec<Dropped> {
    let mut counts = BTreeMap::new();
    walk(answer, oneself, &mut counts);
    counts.into_iter().map(|(what, count)| Dropped { what: what.to_owned(), count }).collect()
}

/// Depth is bounded by the parser of JSON, which goes no deeper than 128.
fn walk(value: &mut Value, oneself: &Oneself, counts: &mut BTreeMap<&'static str, usize>) {
    match value {
        Value::Array(all) => {
            all.retain(|one| {
                // Marks of others, as teachers get them.
                let others = one.get("gradeitems").is_some() && is_other(one.get("userid"), oneself);
                if others {
                    *counts.entry("marks of others").or_default() += 1;
                }
                !others
            });
            all.iter_mut().for_each(|one| walk(one, oneself, counts));
        }
        Value::Object(fields) => {
            let found: Vec<_> = fields
                .iter()
                .filter_map(|(name, value)| Some((name.clone(), about_others(name, value, oneself)?)))
                .collect();
            for (name, what) in found {
                remove(fields, &name, what, counts);
            }
            fields.values_mut().for_each(|one| walk(one, oneself, counts));
        }
        _ => {}
    }
}

/// What of others a field holds.
fn about_others(name: &str, value: &Value, oneself: &Oneself) -> Option<&'static str> {
    let filled = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty());
    if NAMES.contains(&name) {
        let mine = value.as_str() == Some(&oneself.name);
        return (filled(value) && !mine).then_some("names of others");
    }
    if NUMBERS.contains(&name) {
        return is_other(Some(value), oneself).then_some("numbers of others");
    }
    if MAIL.contains(&name) {
        return filled(value).then_some("mail addresses of others");
    }
    if LISTS.contains(&name) {
        return value.as_array().is_some_and(|all| !all.is_empty()).then_some("lists of others");
    }
    KEYS.contains(&name).then_some("keys of the account")
}

fn is_other(value: Option<&Value>, oneself: &Oneself) -> bool {
    let id = match value {
        Some(Value::Number(number)) => number.as_i64(),
        Some(Value::String(text)) => text.parse().ok(),
        _ => None,
    };
    // 0 is nobody.
    id.is_some_and(|id| id != 0 && id != oneself.id)
}

fn remove(fields: &mut Map<String, Value>, name: &str, what: &'static str, counts: &mut BTreeMap<&'static str, usize>) {
    let count = match fields.remove(name) {
        Some(Value::Array(all)) => all.len(),
        Some(_) => 1,
        None => 0,
    };
    *counts.entry(what).or_default() += count;
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn others_go_and_oneself_stays() {
        let mut answer = json!({
            "usergrades": [
                {"userid": 42, "userfullname": "Lou Exemple", "gradeitems": [{"id": 1}]},
                {"userid": 43, "userfullname": "Noa", "gradeitems": [{"id": 2}]},
            ],
            "files": [{"author": "Camille", "userid": "7"}, {"author": "Lou Exemple", "userid": 42}, {"author": null, "userid": 0}],
            "feedback": {"grader": 7, "submissiongroupmemberswhoneedtosubmit": [43, 44]},
            "issuercontact": "x@exemple.invalid", "userprivateaccesskey": "k",
        });
        let oneself = Oneself { id: 42, name: "Lou Exemple".to_owned() };
        let dropped = drop_others(&mut answer, &oneself);
        let expected = json!({
            "usergrades": [{"userid": 42, "userfullname": "Lou Exemple", "gradeitems": [{"id": 1}]}],
            "files": [{}, {"author": "Lou Exemple", "userid": 42}, {"author": null, "userid": 0}],
            "feedback": {},
        });
        assert_eq!(answer, expected);
        let counts: Vec<_> = dropped.iter().map(|one| (one.what.as_str(), one.count)).collect();
        let wanted = [
            ("keys of the account", 1),
            ("lists of others", 2),
            ("mail addresses of others", 1),
            ("marks of others", 1),
            ("names of others", 1),
            ("numbers of others", 2),
        ];
        assert_eq!(counts, wanted);
        assert!(drop_others(&mut answer, &oneself).is_empty());
    }
}
