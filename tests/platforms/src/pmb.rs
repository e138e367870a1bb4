//! A library that runs PMB: JSON-RPC for readers, and the digital documents of its catalogue.
//!
//! Its data are `pmb/library.json`, in the form of the answers of PMB 7; [`Pmb::edit`] changes them. As PMB does: errors come with the
//! status 200; numbers come as text; dates are written for French readers; earlier loans of one book come as one row, their dates
//! parted by `<br />`; the ids of a list of books to read are lost, those with their dates are not.
//!
//! What it does wrong by itself ([`Fault::Own`](crate::Fault::Own)): `credentials` refuses the program's credentials; `session` has
//! forgotten the session; `field` gives every id and every date another form; `error` answers a call with an error of its own; `login`
//! answers a document with the page that asks to log in.

mod calls;

use parking_lot::Mutex;
use serde_json::{Value, json};

use crate::{Answer, Ask, Platform};

/// The reader's login.
pub const LOGIN: &str = "lou.exemple";
/// The reader's password.
pub const PASSWORD: &str = "Un livre & demi";
/// The login of programs, where the library wants one.
pub const PROGRAM: &str = "cartable";
/// The password of programs.
pub const PROGRAM_PASSWORD: &str = "porte de service";
/// The secret phrase that is mixed into `auth_pw`.
pub const PHRASE: &str = "phrase";
/// Where the source is, below the address of the library.
pub const PATH: &str = "/ws/connector_out.php?source_id=1";

/// A library.
pub struct Pmb {
    state: Mutex<State>,
}

struct State {
    /// The data of `library.json`; `@SITE@` stands for the address at which it is asked.
    library: Value,
    /// Whether programs need credentials.
    guarded: bool,
    /// Methods that are not exported.
    missing: Vec<String>,
    /// The session, and how many there were.
    session: Option<String>,
    sessions: u64,
    /// What was asked: methods, and paths of documents.
    asked: Vec<String>,
}

impl Default for Pmb {
    fn default() -> Self {
        let library = serde_json::from_str(include_str!("pmb/library.json")).unwrap();
        let (missing, asked) = (Vec::new(), Vec::new());
        Self { state: Mutex::new(State { library, guarded: false, missing, session: None, sessions: 0, asked }) }
    }
}

impl Pmb {
    /// Changes the data.
    pub fn edit(&self, change: impl FnOnce(&mut Value)) {
        change(&mut self.state.lock().library);
    }

    /// From now on programs need credentials.
    pub fn guard(&self) {
        self.state.lock().guarded = true;
    }

    /// From now on this method is not exported.
    pub fn hide(&self, method: &str) {
        self.state.lock().missing.push(method.to_owned());
    }

    /// What was asked since the last time: methods, and paths of documents.
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.state.lock().asked)
    }
}

/// The contents of the document with that number.
#[must_use]
pub fn document(number: &str) -> Vec<u8> {
    format!("%PDF-1.4 document {number} {}", "nuage ".repeat(2000)).into_bytes()
}

impl Platform for Pmb {
    fn answer(&self, ask: &Ask) -> Answer {
        let mut state = self.state.lock();
        match ask.uri.path() {
            "/ws/connector_out.php" => state.call(ask),
            "/opac_css/doc_num.php" => state.document(ask),
            _ => Answer::status(404),
        }
    }
}

impl State {
    fn document(&mut self, ask: &Ask) -> Answer {
        let query = Ask::fields(ask.uri.query().unwrap_or_default());
        let number =
            query.iter().find(|(name, _)| name == "explnum_id").map(|(_, value)| value.clone()).unwrap_or_default();
        self.asked.push(format!("document {number}"));
        let documents = self.library["documents"].as_array().unwrap();
        let Some(known) = documents.iter().find(|document| document["id"] == number) else {
            return Answer::status(404);
        };
        match known["url"].as_str() {
            _ if ask.own_fault == Some("login") => {
                Answer::of("text/html; charset=utf-8", "<html><form>login</form></html>")
            }
            Some("") => Answer::of(known["mimetype"].as_str().unwrap(), document(&number)),
            url => {
                Answer { status: 302, headers: vec![("location", url.unwrap().to_owned())], body: Default::default() }
            }
        }
    }

    fn call(&mut self, ask: &Ask) -> Answer {
        let is_json =
            ask.headers.get("content-type").is_some_and(|of| of.to_str().unwrap().contains("application/json"));
        let request: Value = serde_json::from_slice(&ask.body).unwrap_or(Value::Null);
        if ask.method != "POST" || !is_json || request.is_null() {
            self.asked.push("methods".to_owned());
            return self.methods(ask);
        }
        let method = request["method"].as_str().unwrap_or_default().to_owned();
        self.asked.push(method.clone());
        let answer = match self.refusal(ask, &request) {
            Some(error) => Err(error),
            None if ask.own_fault == Some("error") => Err("SQL error: table 'pret' is locked".to_owned()),
            None if ask.own_fault == Some("session") && !method.ends_with("_login") => Err("no session".to_owned()),
            None => self.result(&method, &request["params"]),
        };
        let (mut result, error) = match answer {
            Ok(result) => (result, Value::Null),
            Err(error) => (Value::Null, json!(error)),
        };
        if ask.own_fault == Some("field") {
            disfigure(&mut result);
        }
        let text = json!({ "id": request["id"], "result": result, "error": error }).to_string();
        Answer::of("application/json;charset=utf-8", text.replace("@SITE@", &site(ask)))
    }

    fn methods(&self, ask: &Ask) -> Answer {
        let shown = calls::METHODS.iter().filter(|(name, _)| !self.missing.iter().any(|missing| missing == name));
        let parameters = |names: &[&str]| names.iter().map(|name| json!({ "name": name })).collect::<Vec<_>>();
        let methods: Vec<Value> =
            shown.map(|(name, names)| json!({ "name": name, "parameters": parameters(names) })).collect();
        let list =
            json!({ "serviceType": "JSON-RPC", "serviceURL": format!("{}/{PATH}", site(ask)), "methods": methods });
        Answer::of("text/json-comment-filtered", list.to_string())
    }

    /// Why the program is refused, if it is.
    fn refusal(&self, ask: &Ask, request: &Value) -> Option<String> {
        if ask.own_fault == Some("credentials") {
            return Some("Bad credentials.".to_owned());
        }
        if !self.guarded {
            return None;
        }
        let basic = ask.headers.get("authorization").and_then(|value| value.to_str().ok()?.strip_prefix("Basic "));
        let Some(user) = request["auth_user"].as_str() else {
            let Some(basic) = basic else { return Some("Access with no credentials is forbidden.".to_owned()) };
            let good = data_encoding::BASE64.encode(format!("{PROGRAM}:{PROGRAM_PASSWORD}").as_bytes());
            return (basic != good).then(|| "Bad credentials.".to_owned());
        };
        let word = |of: &Value| of.as_str().map_or_else(|| of.to_string(), str::to_owned);
        let salted = format!(
            "{user}{}{PHRASE}{}{}",
            calls::md5(PROGRAM_PASSWORD),
            word(&request["id"]),
            word(&request["method"])
        );
        let good = user == PROGRAM && request["auth_pw"] == calls::md5(&salted);
        (!good).then(|| "Bad credentials.".to_owned())
    }
}

/// The address at which it is asked.
fn site(ask: &Ask) -> String {
    let host = ask.headers.get("host").map_or("127.0.0.1", |host| host.to_str().unwrap());
    format!("http://{host}")
}

/// Gives every id and every date another form.
fn disfigure(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(disfigure),
        Value::Object(members) => {
            for (name, value) in members {
                if name.ends_with("id") || name.ends_with("Id") || name.ends_with("date") || name == "noticeContent" {
                    *value = json!({ "value": value.take() });
                } else {
                    disfigure(value);
                }
            }
        }
        _ => {}
    }
}
