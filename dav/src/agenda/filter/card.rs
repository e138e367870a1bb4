//! Filters on cards (RFC 6352 section 10.5).

use super::{Collation, PropFilter, all, unsupported};
use crate::agenda::content::Content;
use crate::agenda::{CARDDAV, Object};
use crate::fault::Outcome;
use crate::xml::Element;

/// What is wanted of cards.
#[derive(Debug)]
pub(in crate::agenda) struct CardFilter {
    all: bool,
    properties: Vec<PropFilter>,
}

impl CardFilter {
    /// Reads a `filter`; without one all cards are wanted.
    pub(in crate::agenda) fn read(filter: Option<&Element>) -> Outcome<Self> {
        let Some(filter) = filter else { return Ok(Self { all: true, properties: Vec::new() }) };
        let one = |part: &Element| {
            if part.is(CARDDAV, "prop-filter") {
                PropFilter::read(part, CARDDAV, Collation::UnicodeCasemap)
            } else {
                Err(unsupported(CARDDAV))
            }
        };
        let properties = filter.elements().map(one).collect::<Outcome<_>>()?;
        Ok(Self { all: all(filter, CARDDAV)?, properties })
    }

    pub(in crate::agenda) fn holds(&self, object: &Object) -> bool {
        if self.properties.is_empty() {
            return true;
        }
        let content = Content::of(&object.data);
        let mut found = self.properties.iter().map(|wanted| wanted.holds(&content.values("VCARD", &wanted.name)));
        if self.all { found.all(|found| found) } else { found.any(|found| found) }
    }
}
