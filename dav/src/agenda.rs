//! Calendars and address books, for phones and programs of calendars: CalDAV (RFC 4791) and CardDAV (RFC 6352), for reading only.
//!
//! What stands in them comes from an [`Agenda`], which knows where it is kept; here it is only shown. It lies beside the files, below
//! [`place::TOP`], is listed nowhere among them, and is found through `/.well-known/caldav` and `/.well-known/carddav` (RFC 6764).
//!
//! `shown` is what stands there at one moment, `place` which paths there are, `answer` what becomes of a request; `property`,
//! `report`, `filter` and `content` are its parts.

mod answer;
mod content;
mod filter;
mod multistatus;
pub(crate) mod place;
mod property;
mod query;
mod report;
mod shown;

#[cfg(test)]
mod tests;

use std::fmt;

use cartable_fs::bag::{Bag, BagError};

pub(crate) use answer::{Request, answer};
pub(crate) use place::{holds, moved};
pub(crate) use shown::{Cache, Snapshot};

/// The namespace of CalDAV.
const CALDAV: &str = "urn:ietf:params:xml:ns:caldav";
/// The namespace of CardDAV.
const CARDDAV: &str = "urn:ietf:params:xml:ns:carddav";
/// The namespace of `getctag`, which many clients ask for.
const CALENDAR_SERVER: &str = "http://calendarserver.org/ns/";

/// Where calendars and address books come from.
pub trait Agenda: fmt::Debug + Send + Sync {
    /// Names the state of what `bag` holds: another name whenever [`Agenda::collections`] could answer otherwise. Asked with each
    /// request, so it must be cheap.
    ///
    /// # Errors
    /// Those of reading.
    fn state(&self, bag: &Bag) -> Result<Vec<u8>, BagError>;

    /// All calendars and address books. What it returns is kept as long as the state is the same and the bag is open.
    ///
    /// # Errors
    /// Those of reading.
    fn collections(&self, bag: &Bag) -> Result<Vec<Collection>, BagError>;
}

/// What the objects of a collection are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// Events (`VEVENT`).
    Events,
    /// Tasks (`VTODO`).
    Tasks,
    /// People and groups (`VCARD` 3.0).
    Cards,
}

/// A calendar or an address book.
#[derive(Debug, Clone)]
pub struct Collection {
    /// Its name in paths: letters, digits and hyphens of ASCII. It stays the same.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What its objects are.
    pub holds: Holds,
    /// What stands in it.
    pub objects: Vec<Object>,
}

/// An event, a task or a card.
#[derive(Debug, Clone)]
pub struct Object {
    /// Its name in paths, with its ending (`.ics`, `.vcf`): letters, digits, hyphens and points of ASCII. It stays the same.
    pub name: String,
    /// It as text: one `VCALENDAR` (RFC 4791 section 4.1) or one `VCARD` (RFC 2426), with lines that end with CR LF.
    pub data: String,
    /// When it begins, in seconds since 1970; none for a card, and for a task that was begun whenever.
    pub start: Option<i64>,
    /// When it ends or is due, in seconds since 1970; none for a card.
    pub end: Option<i64>,
}

impl Holds {
    fn is_calendar(self) -> bool {
        self != Self::Cards
    }

    /// The name of the component that holds all of an object's facts.
    fn component(self) -> &'static str {
        match self {
            Self::Events => "VEVENT",
            Self::Tasks => "VTODO",
            Self::Cards => "VCARD",
        }
    }

    fn content_type(self) -> &'static str {
        match self {
            Self::Events => "text/calendar; charset=utf-8; component=vevent",
            Self::Tasks => "text/calendar; charset=utf-8; component=vtodo",
            Self::Cards => "text/vcard; charset=utf-8",
        }
    }
}
