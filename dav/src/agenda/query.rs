//! Searches: `calendar-query` (RFC 4791 section 7.8) and `addressbook-query` (RFC 6352 section 8.6).

use http::StatusCode;

use super::filter::{CalendarFilter, CardFilter};
use super::multistatus::Multistatus;
use super::place::Place;
use super::report::{Asked, supported_report};
use super::shown::Shown;
use super::{CALDAV, CARDDAV, Holds, Object};
use crate::fault::{Fault, Outcome};
use crate::header::Depth;
use crate::xml::Element;

/// The most conditions of a filter: each is asked of each object.
const CONDITIONS: usize = 64;

/// What is searched for.
enum Search {
    Calendar(CalendarFilter),
    Cards(CardFilter),
}

/// Answers a search in what lies at `place`.
pub(super) fn answer(asked: &Asked<'_>, place: Place<'_>) -> Outcome<Multistatus> {
    let (Place::Collection(shown) | Place::Object(shown, _)) = place else { return Err(supported_report()) };
    let space = if asked.root.name.space == CALDAV { CALDAV } else { CARDDAV };
    let filter = asked.root.child(space, "filter");
    if filter.is_some_and(|filter| conditions(filter) > CONDITIONS) {
        return Err(Fault::unmet_in(StatusCode::FORBIDDEN, space, "supported-filter"));
    }
    let search = match (space == CALDAV, shown.collection.holds.is_calendar()) {
        (true, true) => Search::Calendar(CalendarFilter::read(filter)?),
        (false, false) => Search::Cards(CardFilter::read(filter)?),
        _ => return Err(supported_report()),
    };
    let mut left = limit(asked.root)?;
    let mut answer = asked.begin()?;
    for index in reached(shown, place, asked.depth) {
        let Some((object, _)) = shown.at(index) else { continue };
        if !search.finds(object, shown.collection.holds) {
            continue;
        }
        if left == Some(0) {
            // RFC 6352 section 8.6.2.
            answer.fail(&place.href(), StatusCode::INSUFFICIENT_STORAGE);
            break;
        }
        left = left.map(|left| left.saturating_sub(1));
        answer.add(Place::Object(shown, index))?;
    }
    Ok(answer)
}

impl Search {
    fn finds(&self, object: &Object, holds: Holds) -> bool {
        match self {
            Self::Calendar(filter) => filter.holds(object, holds),
            Self::Cards(filter) => filter.holds(object),
        }
    }
}

/// Which objects the search is about. Clients that leave the depth out mean all.
fn reached(shown: &Shown, place: Place<'_>, depth: Option<Depth>) -> std::ops::Range<usize> {
    match (place, depth) {
        (Place::Object(_, index), _) => index..index.saturating_add(1),
        (_, Some(Depth::Zero)) => 0..0,
        _ => 0..shown.collection.objects.len(),
    }
}

/// The most objects that an answer may hold, as its client wants it.
fn limit(root: &Element) -> Outcome<Option<u64>> {
    let Some(limit) = root.child(CARDDAV, "limit") else { return Ok(None) };
    let count = limit.child(CARDDAV, "nresults").and_then(|count| count.text().trim().parse().ok());
    count.map(Some).ok_or_else(|| StatusCode::BAD_REQUEST.into())
}

fn conditions(element: &Element) -> usize {
    element.elements().map(|part| conditions(part).saturating_add(1)).sum()
}
