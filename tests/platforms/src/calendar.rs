//! A calendar at an address that is a secret, with the answers of a web server to "has it changed?" (RFC 9110 section 13.1).
//!
//! Its own faults: `login` answers with a page of HTML instead, as portals do whose session ended.

use parking_lot::Mutex;

use crate::{Answer, Ask, Platform};

/// The path at which the calendar is: whoever knows it may read.
pub const CALENDAR_PATH: &str =
    "/ical/mesinformations.ics?icalsecurise=0123456789ABCDEF&version=2026.1.3&param=266f3d32";

/// A calendar.
#[derive(Debug)]
pub struct Calendar {
    /// Its text, and how often that was changed.
    text: Mutex<(Vec<u8>, u64)>,
    /// Whether it says when it changed and how it is called.
    has_validators: bool,
}

impl Calendar {
    /// A calendar of that text. PRONOTE's server gives no validators, others do.
    #[must_use]
    pub fn new(text: &[u8], has_validators: bool) -> Self {
        Self { text: Mutex::new((text.to_vec(), 0)), has_validators }
    }

    /// Puts another text in its place.
    pub fn put(&self, text: &[u8]) {
        let mut held = self.text.lock();
        *held = (text.to_vec(), held.1 + 1);
    }
}

impl Platform for Calendar {
    fn answer(&self, ask: &Ask) -> Answer {
        if ask.own_fault == Some("login") {
            return Answer::of("text/html", "<html><body>Identifiez-vous</body></html>");
        }
        if ask.uri.path_and_query().map(http::uri::PathAndQuery::as_str) != Some(CALENDAR_PATH) {
            return Answer::status(404);
        }
        let (text, version) = self.text.lock().clone();
        let tag = format!("\"v{version}\"");
        let asked = ask.headers.get("if-none-match").and_then(|value| value.to_str().ok());
        let mut answer = if self.has_validators && asked == Some(&tag) {
            Answer { body: bytes::Bytes::new(), ..Answer::status(304) }
        } else {
            Answer::of("text/calendar; charset=utf-8", text)
        };
        if self.has_validators {
            answer.headers.push(("etag", tag));
            answer.headers.push(("last-modified", "Thu, 15 Jan 2026 10:25:43 GMT".into()));
        }
        answer
    }
}
