//! A Moodle site: tokens, the REST door for web services, and the files behind it.
//!
//! Its data are `moodle/site/*.json`, in the form of the answers of Moodle 4.5; [`Moodle::edit`] changes them, and
//! [`Moodle::put_file`] changes a file and what is told of it. Errors come with the status 200, as Moodle's do.
//!
//! What it does wrong by itself ([`Fault::Own`](crate::Fault::Own)): `invalidtoken` answers a call or a file as if the token were
//! unknown; `maintenance` answers with the page that Moodle shows while it is being upgraded, status 200; `field` gives every
//! `id` and `userid` of an answer another form; `short` cuts a file whose length it told and
//! calls it whole; `error` answers a call with an
//! exception of its own.

mod calls;
mod files;
mod form;
mod wire;

use std::collections::{BTreeMap, BTreeSet};

use parking_lot::Mutex;
use serde_json::{Value, json};

use crate::{Answer, Ask, Platform};
use files::File;

/// The login of the pupil whose account it is.
pub const LOGIN: &str = "lou.exemple";
/// Their password.
pub const PASSWORD: &str = "Sept mots & un +";
/// Their token.
pub const TOKEN: &str = "5a1c0e9b7d3f48266f0e1d2c3b4a5968";

/// A Moodle site.
pub struct Moodle {
    state: Mutex<State>,
}

struct State {
    /// The data of `site/*.json`; `@SITE@` stands for the address at which it is asked.
    site: Value,
    /// Files by their path behind `pluginfile.php`, decoded.
    files: BTreeMap<String, File>,
    /// Functions that the site does not offer.
    missing: BTreeSet<String>,
    /// Functions that it offers and then forbids.
    forbidden: BTreeSet<String>,
    /// What was asked: names of functions, and paths of files with their range.
    asked: Vec<String>,
}

impl Default for Moodle {
    fn default() -> Self {
        let part = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        let mut site = part(include_str!("moodle/site/school.json"));
        site["contents"] = part(include_str!("moodle/site/contents.json"));
        for (name, value) in part(include_str!("moodle/site/work.json")).as_object_mut().unwrap() {
            site[name] = value.take();
        }
        let (missing, forbidden) = (BTreeSet::new(), BTreeSet::new());
        let state = State { site, files: BTreeMap::new(), missing, forbidden, asked: Vec::new() };
        let moodle = Self { state: Mutex::new(state) };
        for (path, bytes) in files::initial() {
            moodle.put_file(path, bytes, 1_757_500_000);
        }
        moodle
    }
}

impl Moodle {
    /// Changes the data.
    pub fn edit(&self, change: impl FnOnce(&mut Value)) {
        change(&mut self.state.lock().site);
    }

    /// Puts a file at a path behind `pluginfile.php`, changed at that time, and tells its length and time wherever it is named.
    pub fn put_file(&self, path: &str, bytes: Vec<u8>, modified: i64) {
        let mut state = self.state.lock();
        files::tell(&mut state.site, path, bytes.len(), modified);
        state.files.insert(path.to_owned(), File { bytes, modified });
    }

    /// The bytes of a file.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn file(&self, path: &str) -> Vec<u8> {
        self.state.lock().files[path].bytes.clone()
    }

    /// A function that the site does not offer, as if its plugin were not installed.
    pub fn without(&self, function: &str) {
        self.state.lock().missing.insert(function.to_owned());
    }

    /// A function that the site lists and then refuses with `accessexception`.
    pub fn forbid(&self, function: &str) {
        self.state.lock().forbidden.insert(function.to_owned());
    }

    /// What was asked since this was called last: names of functions, and paths of files, with `@` and where a range began.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.state.lock().asked)
    }
}

impl Platform for Moodle {
    fn answer(&self, ask: &Ask) -> Answer {
        if ask.own_fault == Some("maintenance") {
            let page = "<!DOCTYPE html><html><body><h1>Site en maintenance</h1></body></html>";
            return Answer::of("text/html; charset=utf-8", page);
        }
        let site = match ask.headers.get("host").and_then(|host| host.to_str().ok()) {
            Some(host) => format!("http://{host}"),
            None => return Answer::status(400),
        };
        let mut fields = Ask::fields(ask.uri.query().unwrap_or_default());
        fields.extend(Ask::fields(&String::from_utf8_lossy(&ask.body)));
        let state = &mut *self.state.lock();
        match ask.uri.path() {
            "/login/token.php" => login(state, &fields),
            "/webservice/rest/server.php" => calls::answer(state, ask, &site, &fields),
            "/badges/assertion.php" => assertion(state, &site, &fields),
            path => match path.strip_prefix("/webservice/pluginfile.php") {
                Some(path) => files::answer(state, ask, path, &fields),
                None => Answer::status(404),
            },
        }
    }
}

/// Gives a token for a login and a password (`login/token.php`).
fn login(state: &mut State, fields: &[(String, String)]) -> Answer {
    state.asked.push("login".to_owned());
    let [Some(login), Some(password), Some(service)] =
        ["username", "password", "service"].map(|name| field(fields, name))
    else {
        return wire::script_error("missingparam", "A required parameter was missing");
    };
    if service != "moodle_mobile_app" {
        return wire::script_error("servicenotavailable", "Web service is not available");
    }
    if login.trim().to_lowercase() != LOGIN || password != PASSWORD {
        return wire::script_error("invalidlogin", "Invalid login, please try again");
    }
    wire::json(&json!({"token": TOKEN, "privatetoken": null}))
}

/// A badge as its issuer signs for it (`badges/assertion.php`), for whoever knows its hash.
fn assertion(state: &mut State, site: &str, fields: &[(String, String)]) -> Answer {
    state.asked.push("assertion".to_owned());
    match field(fields, "b").and_then(|hash| state.site["assertions"].get(hash)) {
        Some(assertion) => wire::json(&wire::at(assertion, site)),
        None => Answer { status: 404, ..wire::json(&json!({"error": "not found"})) },
    }
}

/// The last value of a field, as PHP takes it.
fn field<'a>(fields: &'a [(String, String)], name: &str) -> Option<&'a str> {
    fields.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}
