//! The timetable, homework, and people and groups of a school as calendars and address books, for programs that know those: one of each
//! for an account, in a parent's account calendars for each child, and one object for a record.
//!
//! Objects are written whole when they are asked for; who asks keeps them as long as [`state`] stays the same. Names and UIDs come of
//! keys of records, so they stay the same when a record changes, and on every device.

mod card;

use std::collections::BTreeMap;

use cartable_fs::FsError;
use cartable_fs::bag::{Bag, BagError};
use jiff::ToSpan;
use jiff::civil::Time;

use crate::collection::{Collection as Kept, KeepError, each_of};
use crate::format::ics::instant;
use crate::format::ics::write::{Item, What, calendar, uid};
use crate::record::{AccountId, Origin, Record};
use crate::view::{self, Lang};

/// The kinds of records that are shown.
const KINDS: [&str; 4] = ["timetable-entry", "homework", "person", "group"];

/// What the objects of a collection are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holds {
    /// Lessons, as events (`VEVENT`).
    Lessons,
    /// Homework, as tasks (`VTODO`).
    Homework,
    /// People and groups, as cards (`VCARD` 3.0).
    People,
}

/// A calendar or an address book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collection {
    /// Its name in paths: letters, digits and a hyphen of ASCII. It stays the same as long as its account, and a parent's child, has its name.
    pub id: String,
    /// What people call it, in the language of the bag's views.
    pub name: String,
    /// What its objects are.
    pub holds: Holds,
    /// What stands in it.
    pub objects: Vec<Object>,
}

/// An event, a task or a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Its name in paths, with its ending.
    pub name: String,
    /// It as text: one `VCALENDAR` (RFC 4791 section 4.1) or one `VCARD` (RFC 2426).
    pub data: String,
    /// When it begins, in seconds since 1970; none for a card, and for work of which it is not known when it was given.
    pub start: Option<i64>,
    /// When it ends, in seconds since 1970; for work the end of the day that it is for; none for a card.
    pub end: Option<i64>,
}

/// Names the state of what was collected in `bag`: another whenever [`collections`] could answer otherwise. Reads three values.
///
/// # Errors
/// Those of opening a space.
pub fn state(bag: &Bag) -> Result<Vec<u8>, BagError> {
    let Some((space, lang)) = Kept::space_of(bag).map_err(failed)? else { return Ok(Vec::new()) };
    let commit = space.last_commit();
    Ok([&commit.counter.to_le_bytes()[..], &commit.opening, lang.tag().as_bytes()].concat())
}

/// All calendars and address books of `bag`; none where nothing was collected. A damaged record is passed over.
///
/// # Errors
/// Those of reading.
pub fn collections(bag: &Bag) -> Result<Vec<Collection>, BagError> {
    let Some((space, lang)) = Kept::space_of(bag).map_err(failed)? else { return Ok(Vec::new()) };
    let mut kept = Vec::new();
    each_of(&space, &bag.access()?, &KINDS, |one| kept.push(one)).map_err(failed)?;
    Ok(of(&kept, lang))
}

fn failed(error: KeepError) -> BagError {
    match error {
        KeepError::Bag(error) => error,
        KeepError::Space(error) => error.into(),
        KeepError::Damaged(what) => FsError::Damaged(what.into()).into(),
    }
}

/// The collections of these records.
fn of(kept: &[view::Kept], lang: Lang) -> Vec<Collection> {
    let people = card::People::of(kept);
    let mut objects: BTreeMap<Whose<'_>, Vec<Object>> = BTreeMap::new();
    for one in kept {
        let made = match &one.record {
            Record::TimetableEntry(entry) => {
                let object = event(&one.origin, What::Lesson(entry), lang);
                Some((Holds::Lessons, Object { start: instant(entry.start), end: instant(entry.end), ..object }))
            }
            Record::Homework(homework) => {
                let midnight = |day: jiff::civil::Date| instant(day.to_datetime(Time::midnight()));
                let start = homework.given.filter(|given| *given < homework.due).and_then(midnight);
                let end = homework.due.checked_add(1.day()).ok().and_then(midnight);
                Some((Holds::Homework, Object { start, end, ..event(&one.origin, What::Homework(homework), lang) }))
            }
            _ => people.card(one).map(|object| (Holds::People, object)),
        };
        if let Some((holds, object)) = made {
            // Schools are a parent's, calendars a child's.
            let pupil = one.origin.pupil.as_deref().filter(|_| holds != Holds::People);
            objects.entry(Whose { holds, account: &one.origin.account, pupil }).or_default().push(object);
        }
    }
    let all: Vec<Whose<'_>> = objects.keys().copied().collect();
    let made = objects.into_iter().map(|(whose, objects)| Collection {
        id: whose.id(),
        name: whose.name(&all, lang),
        holds: whose.holds,
        objects,
    });
    made.collect()
}

/// Whose a calendar or an address book is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Whose<'a> {
    holds: Holds,
    account: &'a AccountId,
    /// The child, in a parent's account.
    pupil: Option<&'a str>,
}

impl Whose<'_> {
    fn id(&self) -> String {
        let account = self.account.0.as_bytes();
        let parts: Vec<&[u8]> = std::iter::once(account).chain(self.pupil.map(str::as_bytes)).collect();
        format!("{}-{}", self.holds.path(), short(&parts, 5))
    }

    /// What it is called: a child's has the child's name in it, and the account's name stands in those that would have one name.
    fn name(&self, all: &[Self], lang: Lang) -> String {
        let name = lang.say(self.holds.word());
        let of = |one: &&Self| one.holds == self.holds && one.pupil == self.pupil;
        let is_alone = all.iter().filter(of).count() == 1;
        let account = ("account", self.account.0.as_str());
        match self.pupil.map(|pupil| ("pupil", pupil)) {
            None if is_alone => name,
            None => lang.say_with("agenda-of", &[("name", &name), account]),
            Some(pupil) if is_alone => lang.say_with("of-pupil", &[("name", &name), pupil]),
            Some(pupil) => lang.say_with("of-pupil-and-account", &[("name", &name), pupil, account]),
        }
    }
}

/// An event or a task, without its times.
fn event(origin: &Origin, what: What<'_>, lang: Lang) -> Object {
    let item = Item { origin, what };
    Object {
        name: format!("{}.ics", short(&[uid(&item).as_bytes()], 15)),
        data: calendar(None, lang, [item]),
        start: None,
        end: None,
    }
}

/// A name of so many bytes, in small letters and digits: phones send hundreds of them in one request.
fn short(parts: &[&[u8]], bytes: usize) -> String {
    let mut hasher = blake3::Hasher::new_derive_key("cartable 2026 name of a calendar's object");
    for part in parts {
        hasher.update(&part.len().to_le_bytes()).update(part);
    }
    let hash = hasher.finalize();
    data_encoding::BASE32_NOPAD.encode(hash.as_bytes().get(..bytes).unwrap_or_default()).to_ascii_lowercase()
}

impl Holds {
    fn word(self) -> &'static str {
        match self {
            Self::Lessons => "agenda-timetable",
            Self::Homework => "agenda-homework",
            Self::People => "agenda-people",
        }
    }

    fn path(self) -> &'static str {
        match self {
            Self::Lessons => "timetable",
            Self::Homework => "homework",
            Self::People => "people",
        }
    }
}

#[cfg(test)]
mod tests;
