//! A PRONOTE server, as pupils, parents and teachers meet it, with a made-up [`School`] in it.
//!
//! Protocol facts come from two clients that others wrote and that check this server: pronotepy 2.15.7 (which speaks
//! [`Version::V2026`]) and pawnote 1.6.2 (which speaks the versions before); run them with `tests/clients/pronote_pronotepy.py` and
//! `tests/clients/pronote_pawnote.mjs`. What neither of them reads (documents of past years) follows the fields that the server's own
//! pages name.
//!
//! A PDF is made anew for each request, and no two are the same ([`of_no_generation`]); files come in parts where that is asked for.
//!
//! Everything lies under `/pronote/`; beside it `/expected.json` says what the school holds, for those clients to compare.
//! Faults of its own ([`Fault::Own`](crate::Fault)); all but the first are about functions (`appelfonction`):
//! - `suspended`: the page that a suspended address gets.
//! - `too-many`: error 25.
//! - `expired`: error 10, and the session ends.
//! - `field`: a field of the answer has another name.
//! - `second-proof`: `Authentification` asks for a second proof ([`PIN`]).
//! - `closed`: `Authentification` says that the account is blocked.

mod answer;
mod calendar;
mod crypt;
mod envelope;
mod expected;
mod login;
mod page;
mod pdf;
mod reply;
pub mod school;
mod session;
#[cfg(test)]
mod tests;
mod wire;
mod year;

use std::collections::HashMap;

use bytes::Bytes;
use http::Method;
use parking_lot::Mutex;
use serde_json::Value;

use self::answer::Context;
use self::envelope::Sealing;
use self::login::Secrets;
use self::reply::{ACCESS, EXPIRED, Reply, TOO_MANY};
use self::session::Session;
use crate::{Answer, Ask, Platform};

pub use self::crypt::MODULUS;
pub use self::envelope::Version;
pub use self::login::PIN;
pub use self::page::Wrap;
pub use self::pdf::of_no_generation;
pub use self::school::School;

/// A PRONOTE server.
pub struct Pronote {
    /// What it holds.
    pub school: School,
    sealing: Sealing,
    wrap: Wrap,
    salt: [u8; 16],
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    sessions: HashMap<u64, Session>,
    secrets: Secrets,
    /// How many documents were made.
    made: u64,
}

/// Open sessions at once; the oldest do not matter to a test.
const SESSIONS: usize = 1000;

impl Pronote {
    /// A server of the newest version, whose secure part is plain, with this school in it.
    #[must_use]
    pub fn new(school: School) -> Self {
        let sealing = Sealing { version: Version::V2026, encrypt: false, compress: false };
        Self { school, sealing, wrap: Wrap::Plain, salt: crypt::random(), state: Mutex::default() }
    }

    /// The same server in another version.
    #[must_use]
    pub fn version(mut self, version: Version) -> Self {
        self.sealing.version = version;
        self
    }

    /// The same server with its secure part encrypted, compressed, or both.
    #[must_use]
    pub fn sealed(mut self, encrypt: bool, compress: bool) -> Self {
        (self.sealing.encrypt, self.sealing.compress) = (encrypt, compress);
        self
    }

    /// The same server, which wants the client's vector in another way.
    #[must_use]
    pub fn wrap(mut self, wrap: Wrap) -> Self {
        self.wrap = wrap;
        self
    }

    /// What a QR code of that login says, locked with a PIN of four digits; `url` is the server's address. Good for ten minutes.
    #[must_use]
    pub fn qr_code(&self, url: &str, login: &str, pin: &str) -> Option<String> {
        let space =
            page::SPACES.iter().find(|space| self.school.person(login).is_some_and(|it| it.role == space.role))?;
        let mut code = self.state.lock().secrets.new_code(login, pin)?;
        code["url"] = format!("{url}/pronote/mobile.{}.html", space.page).into();
        Some(code.to_string())
    }

    /// Makes every QR code older than the ten minutes that it is good for.
    pub fn let_codes_expire(&self) {
        self.state.lock().secrets.let_codes_expire();
    }

    /// Ends all sessions, as a server that starts anew.
    pub fn end_sessions(&self) {
        self.state.lock().sessions.clear();
    }

    fn entry(&self, file: &str) -> Answer {
        let Some(space) = page::space(file) else { return Answer::status(404) };
        let session = Session::open(space);
        let answer = page::entry(&session, &self.school, self.sealing, self.wrap);
        let mut state = self.state.lock();
        if state.sessions.len() >= SESSIONS {
            state.sessions.clear();
        }
        state.sessions.insert(session.number, session);
        answer
    }

    /// Answers `appelfonction/SPACE/SESSION/ORDER`.
    fn call(&self, path: &str, ask: &Ask) -> Answer {
        let json = |value: Value| Answer::of("application/json; charset=utf-8", value.to_string());
        let mut parts = path.split('/');
        let (space, number, order) = (parts.next(), parts.next().and_then(|part| part.parse().ok()), parts.next());
        let mut state = self.state.lock();
        let State { sessions, secrets, made } = &mut *state;
        let session = number.and_then(|number: u64| sessions.remove(&number));
        let Some(mut session) = session.filter(|session| space == Some(&session.space.number().to_string())) else {
            return json(EXPIRED.json());
        };
        if ask.own_fault == Some("too-many") {
            session.count += 2;
            sessions.insert(session.number, session);
            return json(TOO_MANY.json());
        }
        let call = envelope::read(&session, self.sealing, &ask.body, order.unwrap_or_default());
        let Some(call) = call.filter(|_| ask.own_fault != Some("expired")) else { return json(EXPIRED.json()) };
        let reply = match (call.function.as_str(), session.login.clone()) {
            ("FonctionParametres", None) => answer::settings(&mut session, &self.school, self.sealing, &call),
            ("Identification", None) => secrets.identify(&mut session, &self.school, &call, self.sealing),
            ("Authentification", None) => secrets.authenticate(&mut session, &self.school, &call, ask.own_fault),
            ("SecurisationCompteDoubleAuth", Some(_)) => login::second_proof(&mut session, &call),
            ("JetonAppliMobile", Some(login)) if !session.proof_awaited => secrets.mint_code(&login, &call),
            (_, Some(login)) if !session.proof_awaited => match self.school.person(&login) {
                Some(person) => {
                    let (school, salt, session) = (&self.school, &self.salt, &mut session);
                    Context { school, person, salt, session, call: &call, made }.answer()
                }
                None => Reply::Refused(ACCESS),
            },
            _ => Reply::Refused(ACCESS),
        };
        let answered = match reply {
            Reply::Data(data) => {
                envelope::answer(&mut session, self.sealing, &call.function, renamed(data, ask.own_fault))
            }
            Reply::NewKey(data, key) => {
                let data = renamed(data, ask.own_fault);
                let answered = envelope::answer(&mut session, self.sealing, &call.function, data);
                session.key = key;
                answered
            }
            Reply::Refused(error) => {
                session.count += 2;
                error.json()
            }
            Reply::Ended => return json(EXPIRED.json()),
        };
        sessions.insert(session.number, session);
        json(answered)
    }

    /// Answers `FichiersExternes/HEX/NAME?Session=NUMBER`, in part where that is asked for.
    fn file(&self, path: &str, query: &str, ask: &Ask) -> Answer {
        let part = path.split('/').next().unwrap_or_default();
        let number = Ask::fields(query).into_iter().find(|(name, _)| name == "Session").map(|(_, value)| value);
        let state = self.state.lock();
        let session = number.and_then(|number| state.sessions.get(&number.parse().ok()?));
        let answer = match session.filter(|session| session.login.is_some()).and_then(|session| file_of(session, part))
        {
            Some(bytes) if bytes.starts_with(b"%PDF") => Answer::of("application/pdf", bytes),
            Some(bytes) => Answer::of("application/octet-stream", bytes),
            None => return Answer::status(404),
        };
        match ask.range() {
            Some(range) => answer.part(range),
            None => answer,
        }
    }

    fn calendar(&self, query: &str) -> Answer {
        let fields = Ask::fields(query);
        let secret = fields.iter().find(|(name, _)| name == "icalsecurise").map(|(_, value)| value.as_str());
        let of = |login: &str| Some(calendar::secret(&self.salt, login).as_str()) == secret;
        match self.school.people.iter().find(|person| of(&person.login)) {
            Some(person) => Answer::of("text/calendar; charset=utf-8", calendar::write(self.school.year(), person)),
            None => Answer::status(404),
        }
    }
}

impl Platform for Pronote {
    fn answer(&self, ask: &Ask) -> Answer {
        if ask.own_fault == Some("suspended") {
            return page::suspended(self.sealing);
        }
        let query = ask.uri.query().unwrap_or_default();
        if ask.uri.path() == "/expected.json" {
            return Answer::of("application/json", expected::facts(&self.school, self.sealing.version).to_string());
        }
        let Some(path) = ask.uri.path().strip_prefix("/pronote/") else { return Answer::status(404) };
        match path.split_once('/').unwrap_or((path, "")) {
            ("appelfonction", rest) if ask.method == Method::POST => self.call(rest, ask),
            ("FichiersExternes", rest) if ask.method == Method::GET => self.file(rest, query, ask),
            ("ical", _) if ask.method == Method::GET => self.calendar(query),
            ("", "") => page::choice(&self.school, self.sealing),
            (file, "") if file.eq_ignore_ascii_case("infomobileapp.json") => {
                page::mobile_app(&self.school, self.sealing)
            }
            (file, "") if ask.method == Method::GET => self.entry(file),
            _ => Answer::status(404),
        }
    }
}

/// The file that a part of an address names: a document that was made, or an encrypted name.
fn file_of(session: &Session, part: &str) -> Option<Bytes> {
    if let Some(document) = session.documents.get(part) {
        return Some(document.clone());
    }
    let name = crypt::decrypt(&session.key, &session.iv, part)?;
    // One client pads twice: what follows the name is no concern.
    let name: Value = serde_json::Deserializer::from_slice(&name).into_iter().next()?.ok()?;
    let text = |field: &str| name.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    session.files.get(&(text("N"), text("G"))).cloned()
}

/// The data with its largest field under another name, where the fault `field` is planned.
fn renamed(mut data: Value, fault: Option<&str>) -> Value {
    if let (Some("field"), Some(fields)) = (fault, data.as_object_mut()) {
        let largest = fields.iter().max_by_key(|(_, value)| value.to_string().len()).map(|(name, _)| name.clone());
        if let Some((name, value)) = largest.and_then(|name| fields.remove_entry(&name)) {
            fields.insert(format!("{name}Nouveau"), value);
        }
    }
    data
}
