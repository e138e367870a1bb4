//! Answers with a part for each resource (RFC 4918 section 13).

use http::StatusCode;

use super::place::Place;
use super::property::Prop;
use crate::fault::{Fault, Outcome};
use crate::method::propfind::{ANSWER_BYTES, Wanted, begin, end, line, not_found};
use crate::xml::{Name, Writer};

/// An answer being written.
pub(super) struct Multistatus {
    pub(super) xml: Writer,
    wanted: Wanted,
    /// Whether the data of objects may be asked for.
    data: bool,
}

impl Multistatus {
    pub(super) fn new(wanted: Wanted, data: bool) -> Self {
        Self { xml: Writer::new("multistatus"), wanted, data }
    }

    /// Adds what is asked of what lies there.
    ///
    /// # Errors
    /// When the answer would be too long.
    pub(super) fn add(&mut self, place: Place<'_>) -> Outcome<()> {
        if self.xml.len() > ANSWER_BYTES {
            return Err(Fault::unmet(StatusCode::INSUFFICIENT_STORAGE, "number-of-matches-within-limits", Vec::new()));
        }
        let data = self.data;
        let has =
            |prop: &Prop| prop.belongs_to(place) && (data || !matches!(prop, Prop::CalendarData | Prop::CardData));
        let own = |props: &[Prop]| props.iter().copied().filter(has).collect::<Vec<_>>();
        let (found, missing) = match &self.wanted {
            Wanted::Names => {
                self.open(&place.href());
                begin(&mut self.xml);
                for prop in own(&Prop::EVERY) {
                    let (space, local) = prop.name();
                    self.xml.empty(&Name::new(space, local));
                }
                end(&mut self.xml, StatusCode::OK);
                self.xml.close();
                return Ok(());
            }
            Wanted::Few => (own(&Prop::ALL), Vec::new()),
            Wanted::All(beside) => {
                let mut found = own(&Prop::ALL);
                let (more, missing) = sorted(beside, has);
                found.extend(more.into_iter().filter(|prop| !Prop::ALL.contains(prop)));
                (found, missing)
            }
            Wanted::Some(names) => sorted(names, has),
        };
        let missing: Vec<Name> = missing.into_iter().cloned().collect();
        self.open(&place.href());
        if !found.is_empty() || missing.is_empty() {
            begin(&mut self.xml);
            found.iter().for_each(|prop| prop.write(&mut self.xml, place));
            end(&mut self.xml, StatusCode::OK);
        }
        not_found(&mut self.xml, &missing.iter().collect::<Vec<_>>());
        self.xml.close();
        Ok(())
    }

    /// Says of a path why nothing else is said of it.
    pub(super) fn fail(&mut self, href: &str, status: StatusCode) {
        self.open(href);
        self.xml.text_dav("status", &line(status));
        self.xml.close();
    }

    fn open(&mut self, href: &str) {
        self.xml.open_dav("response");
        self.xml.text_dav("href", href);
    }
}

/// The properties of those names that there are, and the names of others.
fn sorted(names: &[Name], has: impl Fn(&Prop) -> bool) -> (Vec<Prop>, Vec<&Name>) {
    let (mut found, mut missing) = (Vec::new(), Vec::new());
    for name in names {
        match Prop::of(name).filter(&has) {
            Some(prop) => found.push(prop),
            None => missing.push(name),
        }
    }
    (found, missing)
}
