//! People and groups as cards (vCard 3.0, RFC 2426). A group names its members by their UIDs, in the properties that Apple's server gave
//! to vCard 3.0 and phones know.
//!
//! Shown are others: teachers, staff, pupils of the same class. What identifies somebody to the state is never written.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Object, short};
use crate::format::ics::write::Lines;
use crate::record::{AccountId, Group, Origin, Person, PersonRole, Record};
use crate::view::Kept;

/// The most members of a group that are written.
const MEMBERS: usize = 5_000;

/// UIDs of people, by account and by their ids there.
pub(super) struct People<'a>(BTreeMap<(&'a AccountId, &'a str), String>);

impl<'a> People<'a> {
    pub(super) fn of(kept: &'a [Kept]) -> Self {
        let one = |kept: &'a Kept| match &kept.record {
            Record::Person(person) if is_other(person) => {
                Some(((&kept.origin.account, person.id.as_deref()?), uid(&kept.origin, "person")))
            }
            _ => None,
        };
        Self(kept.iter().filter_map(one).collect())
    }

    /// The card of a person or a group; none for other records.
    pub(super) fn card(&self, kept: &Kept) -> Option<Object> {
        match &kept.record {
            Record::Person(person) if is_other(person) => Some(person_card(person, &kept.origin)),
            Record::Group(group) => Some(self.group_card(group, &kept.origin)),
            _ => None,
        }
    }

    fn group_card(&self, group: &Group, origin: &Origin) -> Object {
        let uid = uid(origin, "group");
        let mut out = begin(&uid, &group.name, origin);
        organisation(&mut out, group.school.as_deref().or(origin.school.as_deref()), None);
        out.line("X-ADDRESSBOOKSERVER-KIND:group");
        for id in group.members.iter().take(MEMBERS) {
            if let Some(member) = self.0.get(&(&origin.account, id.as_str())) {
                out.line(&format!("X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:{member}"));
            }
        }
        end(out, &uid)
    }
}

fn is_other(person: &Person) -> bool {
    match person.role {
        PersonRole::Oneself | PersonRole::Child => false,
        PersonRole::Pupil | PersonRole::Teacher | PersonRole::Staff => true,
    }
}

fn person_card(person: &Person, origin: &Origin) -> Object {
    let uid = uid(origin, "person");
    let mut out = begin(&uid, &person.name, origin);
    organisation(&mut out, origin.school.as_deref(), person.class.as_deref());
    out.text("TITLE", &person.subjects.join(", "));
    if let Some(mail) = person.mail.as_deref().filter(|mail| mail.contains('@')) {
        out.text("EMAIL;TYPE=INTERNET", mail);
    }
    end(out, &uid)
}

fn begin(uid: &str, name: &str, origin: &Origin) -> Lines {
    let mut out = Lines::default();
    let name = Some(name.trim()).filter(|name| !name.is_empty()).unwrap_or("?");
    for line in ["BEGIN:VCARD", "VERSION:3.0", "PRODID:-//Cartable//Cartable//FR"] {
        out.line(line);
    }
    out.line(&format!("UID:{uid}"));
    out.text("FN", name);
    // Platforms give a name as it is written: which part of it is the family's is not known.
    structured(&mut out, "N", &[name, "", "", "", ""]);
    let changed = Timestamp::from_second(origin.fetched).unwrap_or(Timestamp::UNIX_EPOCH);
    out.line(&format!("REV:{}", changed.strftime("%Y-%m-%dT%H:%M:%SZ")));
    out
}

fn organisation(out: &mut Lines, school: Option<&str>, class: Option<&str>) {
    let parts: Vec<&str> = school.into_iter().chain(class).filter(|part| !part.trim().is_empty()).collect();
    if !parts.is_empty() {
        structured(out, "ORG", &parts);
    }
}

/// A value of several parts, between which semicolons stand.
fn structured(out: &mut Lines, name: &str, parts: &[&str]) {
    let escaped = |part: &&str| {
        let plain: String = part.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
        plain.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,")
    };
    out.line(&format!("{name}:{}", parts.iter().map(escaped).collect::<Vec<_>>().join(";")));
}

fn end(mut out: Lines, uid: &str) -> Object {
    out.line("END:VCARD");
    Object { name: format!("{}.vcf", short(&[uid.as_bytes()], 15)), data: out.0, start: None, end: None }
}

/// A UUID made of what a record is identified by (version 8 of RFC 9562).
fn uid(origin: &Origin, kind: &str) -> String {
    let key = format!("{}\u{1f}{kind}\u{1f}{}", origin.account.0, origin.key);
    let hash = blake3::derive_key("cartable 2026 uid of a card", key.as_bytes());
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let text = data_encoding::HEXLOWER.encode(&bytes);
    let part = |range: std::ops::Range<usize>| text.get(range).unwrap_or_default();
    format!("{}-{}-{}-{}-{}", part(0..8), part(8..12), part(12..16), part(16..20), part(20..32))
}
