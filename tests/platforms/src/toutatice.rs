//! The portal Toutatice: OpenID Connect for programs that run at home, and the contacts of a person.
//!
//! The login is that of a native app: authorization code with PKCE (RFC 8252, RFC 7636), a redirect to loopback, a refresh token that is
//! changed at each use. Who brings a refresh token a second time loses the account's session, as RFC 9700 wants it. The ID token's
//! signature is not made: it comes over the same connection as the tokens.
//!
//! What it does wrong by itself ([`Fault::Own`](crate::Fault::Own)): `expired` knows no access token; `grant` refuses any code and any
//! refresh token; `field` gives contacts and groups another form; `issuer` says to be somebody else.

mod oidc;

use std::collections::BTreeMap;

use parking_lot::Mutex;
use serde_json::{Value, json};

use crate::{Answer, Ask, Platform};
use oidc::Code;

/// The login of the pupil whose account it is.
pub const LOGIN: &str = "lou.exemple";
/// Their password.
pub const PASSWORD: &str = "Huit mots & un -";
/// What the portal calls them.
pub const PERSON: &str = "ENT-0001 lou";
/// The program that may log in.
pub const CLIENT: &str = "cartable";

/// The portal.
pub struct Toutatice {
    state: Mutex<State>,
}

struct State {
    /// Contacts and structures, as answered.
    people: Value,
    codes: BTreeMap<String, Code>,
    access: Option<String>,
    refresh: Option<String>,
    /// Refresh tokens that were used.
    used: Vec<String>,
    /// Number of the last secret that was made.
    made: u64,
}

impl Default for Toutatice {
    fn default() -> Self {
        let people = serde_json::from_str(include_str!("toutatice/people.json")).unwrap();
        let state = State { people, codes: BTreeMap::new(), access: None, refresh: None, used: Vec::new(), made: 0 };
        Self { state: Mutex::new(state) }
    }
}

impl Toutatice {
    /// Changes the contacts and structures.
    pub fn edit(&self, change: impl FnOnce(&mut Value)) {
        change(&mut self.state.lock().people);
    }

    /// Does what a browser does at the address where the login begins: types login and password, and follows to where it is sent.
    ///
    /// # Errors
    /// The page's words when the request is wrong.
    pub fn approve(&self, address: &str) -> Result<String, String> {
        let query = address.split_once('?').map_or("", |(_, query)| query);
        self.state.lock().approve(query, address.split("/idp/").next().unwrap())
    }

    /// The refresh token that is good.
    pub fn refresh_token(&self) -> Option<String> {
        self.state.lock().refresh.clone()
    }
}

impl Platform for Toutatice {
    fn answer(&self, ask: &Ask) -> Answer {
        let mut state = self.state.lock();
        match (ask.method.as_str(), ask.uri.path()) {
            ("GET", "/.well-known/openid-configuration") => oidc::discovery(ask),
            ("GET", oidc::AUTHORIZE) => oidc::form(ask),
            ("POST", oidc::AUTHORIZE) => state.typed(ask),
            ("POST", oidc::TOKEN) => state.token(ask),
            ("GET", oidc::USERINFO) => {
                state.guarded(ask, |_| json!({ "sub": "s-1", "ENTPersonUid": PERSON, "unik": "1" }))
            }
            ("GET", path) if path.starts_with("/contacts/") => {
                let person = percent_encoding::percent_decode_str(&path["/contacts/".len()..]).decode_utf8_lossy();
                if person != PERSON {
                    return Answer::status(403);
                }
                state.guarded(ask, |state| state.people.clone())
            }
            _ => Answer::status(404),
        }
    }
}

impl State {
    /// What belongs to whoever has the access token.
    fn guarded(&self, ask: &Ask, of: impl FnOnce(&Self) -> Value) -> Answer {
        let token = ask.headers.get("authorization").and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
        if token.is_none() || token != self.access.as_deref() || ask.own_fault == Some("expired") {
            let mut answer = Answer::status(401);
            answer.headers.push(("www-authenticate", "Bearer error=\"invalid_token\"".to_owned()));
            return answer;
        }
        let mut value = of(self);
        if ask.own_fault == Some("field") {
            value = json!({ "contacts": { "list": value["contacts"] }, "structures": [value["structures"], null, 1] });
        }
        Answer::of("application/json", value.to_string())
    }
}
