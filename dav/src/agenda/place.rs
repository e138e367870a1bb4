//! The paths of calendars and address books, and what each leads to.
//!
//! `principal/` is whoever asks, `calendars/` and `contacts/` are their homes, with a folder for each collection and in it a file for each
//! object.

use super::shown::{Shown, Snapshot};
use crate::path::UrlPath;

/// Where all of it is.
pub(super) const TOP: &str = "/.cartable/agenda/";
/// Who asks.
pub(super) const PRINCIPAL: &str = "/.cartable/agenda/principal/";
/// The home of calendars.
pub(super) const CALENDARS: &str = "/.cartable/agenda/calendars/";
/// The home of address books.
pub(super) const CONTACTS: &str = "/.cartable/agenda/contacts/";

/// What a path leads to.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place<'a> {
    /// All of it.
    Top,
    /// Who asks.
    Principal,
    /// The home of calendars.
    Calendars,
    /// The home of address books.
    Contacts,
    /// A calendar or an address book.
    Collection(&'a Shown),
    /// The object of that number in a collection.
    Object(&'a Shown, usize),
}

/// Whether a path, as it came, belongs here and not to the files.
pub(crate) fn holds(path: &str) -> bool {
    UrlPath::parse(path)
        .is_ok_and(|path| matches!(path.names(), [own, agenda, ..] if own == ".cartable" && agenda == "agenda"))
}

/// Where a client that knows only the server's name is sent (RFC 6764 section 5).
pub(crate) fn moved(path: &str) -> Option<&'static str> {
    matches!(path.trim_end_matches('/'), "/.well-known/caldav" | "/.well-known/carddav").then_some(TOP)
}

impl<'a> Place<'a> {
    /// What lies at a path; none where nothing does.
    pub(super) fn find(snapshot: &'a Snapshot, path: &UrlPath) -> Option<Self> {
        let below: Vec<&str> = path.names().iter().skip(2).map(String::as_str).collect();
        let (home, rest) = match below.as_slice() {
            [] => return Some(Self::Top),
            ["principal"] => return Some(Self::Principal),
            ["calendars", rest @ ..] => (Self::Calendars, rest),
            ["contacts", rest @ ..] => (Self::Contacts, rest),
            _ => return None,
        };
        let (id, object) = match rest {
            [] => return Some(home),
            [id] => (id, None),
            [id, object] => (id, Some(object)),
            _ => return None,
        };
        let shown = snapshot.find(id).filter(|shown| home.is_home_of(shown))?;
        match object {
            None => Some(Self::Collection(shown)),
            Some(name) => Some(Self::Object(shown, shown.find(name)?)),
        }
    }

    /// What lies in it.
    pub(super) fn inside(self, snapshot: &'a Snapshot) -> Vec<Self> {
        match self {
            Self::Top => vec![Self::Principal, Self::Calendars, Self::Contacts],
            Self::Principal | Self::Object(..) => Vec::new(),
            Self::Calendars | Self::Contacts => {
                let own = snapshot.collections.iter().filter(|shown| self.is_home_of(shown));
                own.map(Self::Collection).collect()
            }
            Self::Collection(shown) => {
                (0..shown.collection.objects.len()).map(|index| Self::Object(shown, index)).collect()
            }
        }
    }

    /// Its path as an href. Names here need no encoding.
    pub(super) fn href(self) -> String {
        match self {
            Self::Top => TOP.to_owned(),
            Self::Principal => PRINCIPAL.to_owned(),
            Self::Calendars => CALENDARS.to_owned(),
            Self::Contacts => CONTACTS.to_owned(),
            Self::Collection(shown) => href_in(shown, ""),
            Self::Object(shown, index) => {
                href_in(shown, shown.at(index).map(|(object, _)| object.name.as_str()).unwrap_or_default())
            }
        }
    }

    fn is_home_of(self, shown: &Shown) -> bool {
        match self {
            Self::Calendars => shown.collection.holds.is_calendar(),
            Self::Contacts => !shown.collection.holds.is_calendar(),
            _ => false,
        }
    }
}

/// The href of what has, or had, that name in a collection.
pub(super) fn href_in(shown: &Shown, name: &str) -> String {
    let home = if shown.collection.holds.is_calendar() { CALENDARS } else { CONTACTS };
    format!("{home}{}/{name}", shown.collection.id)
}
