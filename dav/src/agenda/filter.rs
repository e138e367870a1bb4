//! What calendars and address books are searched for: parts that both kinds of filters have (RFC 4791 section 9.7, RFC 6352
//! section 10.5). A filter that can't be told right is refused, never taken for another.

mod calendar;
mod card;

use http::StatusCode;

use crate::fault::{Fault, Outcome};
use crate::xml::Element;

pub(super) use calendar::CalendarFilter;
pub(super) use card::CardFilter;

/// A filter on the properties of one name.
#[derive(Debug)]
struct PropFilter {
    /// In capitals.
    name: String,
    wanted: Wanted,
}

/// What is wanted of properties.
#[derive(Debug)]
enum Wanted {
    Some,
    None,
    /// Texts, of which all must be found, or one.
    Texts(bool, Vec<TextMatch>),
}

/// A text to be found in a value.
#[derive(Debug)]
struct TextMatch {
    text: String,
    collation: Collation,
    how: How,
    negated: bool,
}

/// How texts are compared (RFC 4790).
#[derive(Debug, Clone, Copy)]
enum Collation {
    Octet,
    AsciiCasemap,
    UnicodeCasemap,
}

#[derive(Debug, Clone, Copy)]
enum How {
    Contains,
    Equals,
    Begins,
    Ends,
}

impl PropFilter {
    /// Reads a `prop-filter`; all in it is in its namespace.
    fn read(element: &Element, space: &'static str, usual: Collation) -> Outcome<Self> {
        let name = named(element, space)?;
        let mut texts = Vec::new();
        let mut none = false;
        for part in element.elements() {
            if part.is(space, "is-not-defined") {
                none = true;
            } else if part.is(space, "text-match") {
                texts.push(TextMatch::read(part, space, usual)?);
            } else {
                return Err(unsupported(space));
            }
        }
        let wanted = match (none, texts.is_empty()) {
            (true, true) => Wanted::None,
            (true, false) => return Err(invalid(space)),
            (false, true) => Wanted::Some,
            (false, false) => Wanted::Texts(all(element, space)?, texts),
        };
        Ok(Self { name, wanted })
    }

    fn holds(&self, values: &[&str]) -> bool {
        match &self.wanted {
            Wanted::Some => !values.is_empty(),
            Wanted::None => values.is_empty(),
            Wanted::Texts(all, texts) => {
                let mut found = texts.iter().map(|text| text.holds(values));
                if *all { found.all(|found| found) } else { found.any(|found| found) }
            }
        }
    }
}

impl TextMatch {
    fn read(element: &Element, space: &'static str, usual: Collation) -> Outcome<Self> {
        let collation = match attribute(element, "collation") {
            None | Some("default") => usual,
            Some("i;octet") => Collation::Octet,
            Some("i;ascii-casemap") => Collation::AsciiCasemap,
            Some("i;unicode-casemap") => Collation::UnicodeCasemap,
            Some(_) => return Err(Fault::unmet_in(StatusCode::FORBIDDEN, space, "supported-collation")),
        };
        let how = match attribute(element, "match-type") {
            None | Some("contains") => How::Contains,
            Some("equals") => How::Equals,
            Some("starts-with") => How::Begins,
            Some("ends-with") => How::Ends,
            Some(_) => return Err(invalid(space)),
        };
        let negated = match attribute(element, "negate-condition") {
            None | Some("no") => false,
            Some("yes") => true,
            Some(_) => return Err(invalid(space)),
        };
        Ok(Self { text: collation.folded(&element.text()), collation, how, negated })
    }

    fn holds(&self, values: &[&str]) -> bool {
        let found = values.iter().any(|value| {
            let value = self.collation.folded(value);
            match self.how {
                How::Contains => value.contains(&self.text),
                How::Equals => value == self.text,
                How::Begins => value.starts_with(&self.text),
                How::Ends => value.ends_with(&self.text),
            }
        });
        !values.is_empty() && found != self.negated
    }
}

impl Collation {
    fn folded(self, text: &str) -> String {
        match self {
            Self::Octet => text.to_owned(),
            Self::AsciiCasemap => text.to_ascii_lowercase(),
            Self::UnicodeCasemap => text.to_lowercase(),
        }
    }
}

/// The name that an element is about, in capitals.
fn named(element: &Element, space: &'static str) -> Outcome<String> {
    attribute(element, "name").map(str::to_ascii_uppercase).ok_or_else(|| invalid(space))
}

/// Whether all of its parts must hold, or one (`test`).
fn all(element: &Element, space: &'static str) -> Outcome<bool> {
    match attribute(element, "test") {
        None | Some("anyof") => Ok(false),
        Some("allof") => Ok(true),
        Some(_) => Err(invalid(space)),
    }
}

fn attribute<'a>(element: &'a Element, local: &str) -> Option<&'a str> {
    element.attributes.iter().find(|(name, _)| name.is("", local)).map(|(_, value)| value.as_str())
}

fn unsupported(space: &'static str) -> Fault {
    Fault::unmet_in(StatusCode::FORBIDDEN, space, "supported-filter")
}

fn invalid(space: &'static str) -> Fault {
    if space == super::CALDAV {
        Fault::unmet_in(StatusCode::FORBIDDEN, space, "valid-filter")
    } else {
        StatusCode::BAD_REQUEST.into()
    }
}
