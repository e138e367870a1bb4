//! Pages and answers of any form, read as a run reads them; see [`crate::parsers`].

use serde_json::{Value, json};

use super::account::Space;
use super::calendar::Calendar;
use super::cipher::Cipher;
use super::envelope::Envelope;
use super::page::{Page, Version};
use super::read;
use super::scrub::{Whose, scrub};
use super::user::User;
use crate::connector::Failure;

/// Reads an entry page; counts it, and what it says is done to requests.
pub(crate) fn try_page(bytes: &[u8]) -> Result<usize, Failure> {
    let page = Page::read(&String::from_utf8_lossy(bytes))?;
    Ok(1 + usize::from(page.encrypts()) + usize::from(page.compresses()))
}

/// Takes an answer out of its envelope, which may be compressed, and reads it as that of each function; counts the facts.
pub(crate) fn try_answer(bytes: &[u8]) -> Result<usize, Failure> {
    let changed = |what: &str| Failure::Changed(what.to_owned());
    let answer: Value = serde_json::from_slice(bytes).map_err(|_| changed("it is no JSON"))?;
    let envelope = Envelope { version: Version::SHORT, encrypted: false, compressed: true };
    let inner = envelope.answer(answer, &Cipher::new(b"")).ok_or_else(|| changed("its envelope"))?;
    let mut data = Envelope::data(inner);
    let calendar = Calendar::read(&data).or_else(|_| Calendar::read(&year()))?;
    let mut found = vec![
        read::timetable(&data, &calendar, None),
        read::marks(&data, "T1", None),
        read::lessons(&data, None),
        read::homework(&data, None),
        read::absences(&data, None),
        read::evaluations(&data, "T1", None),
        read::teachers(&data, None),
        read::lockers(&data, None),
    ];
    for space in [Space::Pupil, Space::Parent, Space::Teacher] {
        if let Ok(user) = User::read(&data, space, &calendar) {
            found.push(read::identity(&data, &user.name, user.members.first()));
        }
    }
    let report = read::report(&data, "T1", "A", None);
    let past = read::past_reports(&data, None);
    scrub(&mut data, Whose::Others);
    let facts = found.iter().map(|found| found.facts.len()).sum::<usize>();
    Ok(facts.saturating_add(report.subjects.len()).saturating_add(past.len()))
}

/// A school year, for answers that tell none.
fn year() -> Value {
    json!({"General": {
        "PremierLundi": {"V": "01/09/2025"}, "PremiereDate": {"V": "01/09/2025"}, "DerniereDate": {"V": "03/07/2026"},
        "PlacesParJour": 10, "ListeHeuresFin": {"V": [{"G": 0, "L": "09h00"}, {"G": 1, "L": "10h00"}]}}})
}
