//! Calendars at an address that only its owner knows: PRONOTE, HYPERPLANNING, ADE and others give one to each person.
//!
//! The address is the secret. It is asked whether anything changed since the last time (RFC 9110 section 13.1), and what came is kept only when
//! what it says is new: programs write the time of the export into each copy.

use http::header::{ETAG, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED};
use jiff::civil::Date;
use reqwest::Url;

use super::http::{Ask, Http, Manners};
use crate::connector::{Connector, Failure, Secret, Sink};
use crate::format::{Unreadable, ics};
use crate::record::{Piece, SchoolYear, SourceId};

/// A calendar.
pub struct Calendar {
    http: Http,
    url: Url,
    today: Date,
}

impl Calendar {
    /// A calendar at an address (`https`, `webcal`), as it is on that day: what repeats is followed to the end of its school year.
    ///
    /// # Errors
    /// [`Failure::BadLogin`] when the secret is no address, and as [`Http::new`].
    pub fn new(secret: &Secret, today: Date, manners: Manners) -> Result<Self, Failure> {
        let Secret::Address { url } = secret else { return Err(Failure::BadLogin) };
        let url = address(url.trim()).ok_or(Failure::BadLogin)?;
        Ok(Self { http: Http::new(manners)?, url, today })
    }
}

impl Connector for Calendar {
    async fn collect(&mut self, sink: &mut dyn Sink) -> Result<(), Failure> {
        sink.progress("calendar", 0, 1);
        let mut ask = Ask::get(self.url.clone());
        // What repeats has to be read again in another school year, though nothing changed.
        let year = SchoolYear::of(self.today).to_string();
        let same_year = sink.noted(YEAR_NOTE)?.as_ref() == Some(&year);
        for (note, header) in [(ETAG_NOTE, IF_NONE_MATCH), (MODIFIED_NOTE, IF_MODIFIED_SINCE)] {
            if let Some(value) = sink.noted(note)?.filter(|value| same_year && !value.is_empty()) {
                ask = ask.with(header, &value, false);
            }
        }
        let answer = self.http.send(ask).await?;
        let answer = match answer.status {
            304 => {
                sink.progress("calendar", 1, 1);
                return Ok(());
            }
            401 | 403 => return Err(Failure::BadLogin),
            404 | 410 => return Err(Failure::Closed("no calendar is at its address any more".to_owned())),
            _ => answer.success()?,
        };
        let reading = ics::read(&answer.body, SourceId::of(&answer.body), self.today).map_err(failure)?;
        let says = fingerprint(&reading.pieces)?;
        if sink.noted(SAYS_NOTE)?.as_ref() != Some(&says) {
            sink.source(&answer.body, "text/calendar")?;
            let total = reading.pieces.len() as u64;
            for (done, piece) in (0..).zip(reading.pieces) {
                sink.progress("calendar", done, total);
                sink.piece(piece)?;
            }
            sink.note(SAYS_NOTE, &says)?;
        }
        // Last: an answer is called known only when all of it was taken.
        for (note, header) in [(ETAG_NOTE, ETAG), (MODIFIED_NOTE, LAST_MODIFIED)] {
            let value = answer.headers.get(header).and_then(|value| value.to_str().ok()).unwrap_or_default();
            sink.note(note, value)?;
        }
        sink.note(YEAR_NOTE, &year)?;
        sink.progress("calendar", 1, 1);
        Ok(())
    }
}

const ETAG_NOTE: &str = "calendar/etag";
const MODIFIED_NOTE: &str = "calendar/last-modified";
const SAYS_NOTE: &str = "calendar/says";
const YEAR_NOTE: &str = "calendar/year";

/// The address that is asked: `webcal` is a word of programs for calendars, and stands for HTTPS.
pub(crate) fn address(text: &str) -> Option<Url> {
    let rest = ["webcal://", "webcals://"].into_iter().find_map(|scheme| {
        let (start, rest) = text.split_at_checked(scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then_some(rest)
    });
    let url = Url::parse(&rest.map_or_else(|| text.to_owned(), |rest| format!("https://{rest}"))).ok()?;
    matches!(url.scheme(), "http" | "https").then_some(url)
}

fn failure(unreadable: Unreadable) -> Failure {
    match unreadable {
        Unreadable::TooLarge { .. } => Failure::Platform("the calendar is too long".to_owned()),
        _ => Failure::Changed("what is at the address is no calendar".to_owned()),
    }
}

/// Tells whether two copies say the same: a hash of what was read, without the copy itself.
fn fingerprint(pieces: &[Piece]) -> Result<String, Failure> {
    let mut hasher = blake3::Hasher::new();
    for piece in pieces {
        let json =
            serde_json::to_vec(&(&piece.key, &piece.record)).map_err(|error| Failure::Keep(error.to_string()))?;
        hasher.update(&(json.len() as u64).to_le_bytes());
        hasher.update(&json);
    }
    Ok(hasher.finalize().to_hex().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_programs_for_calendars_are_https() {
        let shown = |text| address(text).map(String::from);
        assert_eq!(shown("webcal://a.example/x.ics?y=1"), Some("https://a.example/x.ics?y=1".into()));
        assert_eq!(shown("WEBCAL://a.example/"), Some("https://a.example/".into()));
        assert_eq!(shown("https://a.example/x"), Some("https://a.example/x".into()));
        for text in ["", "file:///etc/passwd", "ftp://a.example/", "x", "\u{E9}\u{E9}\u{E9}\u{E9}\u{E9}"] {
            assert_eq!(shown(text), None, "{text}");
        }
    }
}
