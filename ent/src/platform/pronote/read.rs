//! Reading answers: one function's answer after the other becomes facts. No requests here, and nothing fails: what can't be read is
//! named.

mod absences;
mod competences;
mod documents;
mod homework;
mod identity;
mod lessons;
mod marks;
mod reports;
mod timetable;

use serde_json::Value;

use super::found::Found;
use super::json;

pub(super) use absences::absences;
pub(super) use competences::evaluations;
pub(super) use documents::{lockers, past_report, past_reports};
pub(super) use homework::homework;
pub(super) use identity::{identity, periods, teachers};
pub(super) use lessons::lessons;
pub(super) use marks::marks;
pub(super) use reports::{is_published, report};
pub(super) use timetable::timetable;

/// The elements of a list that must be there; without it, that is noted as missing.
fn elements<'a>(answer: &'a Value, name: &'static str, found: &mut Found) -> &'a [Value] {
    json::must_list(answer, name).unwrap_or_else(|| {
        found.missing.push(name);
        &[]
    })
}

#[cfg(test)]
mod tests;
