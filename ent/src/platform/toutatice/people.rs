//! Contacts and groups, as records.

use serde_json::Value;

use crate::connector::{Failure, Sink};
use crate::record::{Dropped, Group, Person, PersonRole, Piece, Record, SchoolYear, SourceId};

/// How many people, and groups, and members of a group are read.
const PEOPLE: usize = 20_000;
const GROUPS: usize = 2000;
const MEMBERS: usize = 5000;
/// The longest name, in characters.
const NAME_CHARS: usize = 200;

/// Hands over who is in an answer; tells how many things could not be read.
pub(super) fn hand_over(mut answer: Value, sink: &mut dyn Sink) -> Result<usize, Failure> {
    let dropped = drop_clouds(&mut answer);
    let source = sink.source(answer.to_string().as_bytes(), "application/json")?;
    let several = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
    let unreadable = ["contacts", "structures"].iter().filter(|name| !answer.get(**name).is_some_and(Value::is_array));
    let mut left_out = unreadable.count();
    for contact in several(answer.get("contacts")).iter().take(PEOPLE) {
        match person(contact) {
            Some((id, person)) => {
                let (key, record) = (format!("person/{id}"), Record::Person(person));
                sink.piece(Piece {
                    key,
                    year: None,
                    school: None,
                    pupil: None,
                    record,
                    source,
                    dropped: dropped.clone(),
                })?;
            }
            None => left_out += 1,
        }
    }
    let mut groups = 0;
    for structure in several(answer.get("structures")) {
        let Some(school) = text(&structure, "name") else {
            left_out += 1;
            continue;
        };
        for group in several(structure.get("groups")) {
            match piece(&structure, &school, &group, source) {
                Some(piece) if groups < GROUPS => sink.piece(piece)?,
                _ => left_out += 1,
            }
            groups += 1;
        }
    }
    Ok(left_out)
}

/// Reads an answer of any form; counts contacts and groups. See [`crate::parsers`].
pub(crate) fn try_answer(bytes: &[u8]) -> Result<usize, Failure> {
    let mut answer: Value = serde_json::from_slice(bytes).map_err(|_| Failure::Changed("it is no JSON".into()))?;
    drop_clouds(&mut answer);
    let all = |value: &Value, name: &str| value.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let people = all(&answer, "contacts").iter().filter_map(person).count();
    let structures = all(&answer, "structures");
    let groups = structures.iter().flat_map(|structure| all(structure, "groups"));
    let groups = groups.filter_map(|group| piece(&group, "school", &group, SourceId::of(bytes)));
    Ok(people.saturating_add(groups.count()))
}

/// Takes out where other people's private clouds are: nobody needs them here.
fn drop_clouds(answer: &mut Value) -> Vec<Dropped> {
    let contacts = answer.get_mut("contacts").and_then(Value::as_array_mut);
    let members = contacts.into_iter().flatten().filter_map(Value::as_object_mut);
    let count = members
        .filter_map(|contact| contact.remove("cloud_url"))
        .filter(|url| url.as_str().is_some_and(|url| !url.is_empty()))
        .count();
    if count == 0 { Vec::new() } else { vec![Dropped { what: "others' cloud addresses".to_owned(), count }] }
}

fn person(contact: &Value) -> Option<(String, Person)> {
    let id = text(contact, "uuid")?;
    let names: Vec<String> = ["firstname", "lastname"].iter().filter_map(|name| text(contact, name)).collect();
    let role = match text(contact, "title").as_deref() {
        Some("ele") => PersonRole::Pupil,
        Some("ens") => PersonRole::Teacher,
        _ => PersonRole::Staff,
    };
    let person = Person {
        id: Some(id.clone()),
        name: names.join(" "),
        role,
        class: None,
        mail: text(contact, "mail"),
        ine: None,
        subjects: Vec::new(),
    };
    (!person.name.is_empty()).then_some((id, person))
}

/// A group by school and name: its number changes, for groups are made anew.
fn piece(structure: &Value, school: &str, group: &Value, source: SourceId) -> Option<Piece> {
    let name = text(group, "name")?;
    let members = group.get("group_contacts").and_then(Value::as_array);
    let members = members.into_iter().flatten().take(MEMBERS).filter_map(|member| text(member, "uuid")).collect();
    let school_key = text(structure, "structure").unwrap_or_else(|| school.to_owned());
    Some(Piece {
        key: format!("group/{school_key}/{name}"),
        year: year(&name),
        school: Some(school.to_owned()),
        pupil: None,
        record: Record::Group(Group { name, school: Some(school.to_owned()), members }),
        source,
        dropped: Vec::new(),
    })
}

/// The school year that a group's name begins with: `2025-2026 1A`.
fn year(name: &str) -> Option<SchoolYear> {
    let (first, second) = name.split_whitespace().next()?.split_once('-')?;
    let year = |text: &str| if text.len() == 4 { text.parse::<i16>().ok() } else { None };
    let first = year(first).filter(|first| (1900..3000).contains(first))?;
    (year(second)? == first + 1).then_some(SchoolYear(first))
}

fn text(value: &Value, name: &str) -> Option<String> {
    let text = value.get(name)?.as_str()?.trim();
    (!text.is_empty()).then(|| text.chars().take(NAME_CHARS).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_belongs_to_the_year_in_its_name() {
        assert_eq!(year("2018-2019 1A"), Some(SchoolYear(2018)));
        for none in ["1A", "2018-2020 1A", "18-19 1A", "9999-10000", "", "-", "2018-2019b 1A", "-001-0000"] {
            assert_eq!(year(none), None, "{none}");
        }
    }
}
