//! Calls of PMB's JSON-RPC: one POST each, answered with the status 200 whatever happens.

use std::collections::BTreeSet;

use data_encoding::BASE64;
use http::header::{AUTHORIZATION, HeaderValue};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::Pmb;
use crate::connector::Failure;
use crate::platform::http::Ask;

/// How often a session may be lost in one run.
const LOSSES: u32 = 2;
/// How many methods a library may offer: PMB has some hundreds.
const METHODS: usize = 5000;

impl Pmb {
    /// The methods that the library offers.
    pub(super) async fn methods(&mut self) -> Result<BTreeSet<String>, Failure> {
        let answer = self.http.send(self.signed(Ask::get(self.url.clone()))).await?.success()?;
        let list: Value = serde_json::from_slice(&answer.body).map_err(|_| changed("it lists no methods"))?;
        let methods = list.get("methods").and_then(Value::as_array).ok_or_else(|| changed("it lists no methods"))?;
        let names = methods.iter().take(METHODS).filter_map(|method| method.get("name")?.as_str());
        Ok(names.map(str::to_owned).collect())
    }

    /// Calls a method of the reader's session, with parameters by name; makes the session, and makes it again when it was lost.
    pub(super) async fn ask(&mut self, method: &str, params: Value) -> Result<Value, Failure> {
        loop {
            let session = self.session().await?;
            let mut params = params.clone();
            params["session_id"] = json!(*session);
            match self.call(method, params).await? {
                Ok(result) => return Ok(result),
                Err(error) if error == "no session" => {
                    self.session = None;
                    self.lost += 1;
                    if self.lost > LOSSES {
                        return Err(Failure::SessionExpired);
                    }
                }
                Err(error) => return Err(Failure::Platform(error)),
            }
        }
    }

    /// Ends the session. A library that can't be told forgets it by itself after 20 minutes.
    pub(super) async fn logout(&mut self) {
        if let Some(session) = self.session.take() {
            let _ = self.call("pmbesOPACEmpr_logout", json!({ "session_id": *session })).await;
        }
    }

    async fn session(&mut self) -> Result<Zeroizing<String>, Failure> {
        if let Some(session) = &self.session {
            return Ok(session.clone());
        }
        let params = json!({ "empr_login": self.login, "empr_password": *self.password });
        let session = match self.call("pmbesOPACEmpr_login", params).await? {
            Ok(Value::String(session)) if !session.is_empty() && session != "0" => Zeroizing::new(session),
            // 0 for a wrong password, and for a reader whose membership ended.
            Ok(Value::Number(_) | Value::String(_) | Value::Bool(false) | Value::Null) => {
                return Err(Failure::BadLogin);
            }
            Ok(_) => return Err(changed("a login gives no session")),
            Err(error) => return Err(Failure::Platform(error)),
        };
        self.session = Some(session.clone());
        Ok(session)
    }

    /// One call: its result, or the error in the library's words.
    async fn call(&mut self, method: &str, params: Value) -> Result<Result<Value, String>, Failure> {
        self.calls = self.calls.saturating_add(1);
        let body = Zeroizing::new(json!({ "method": method, "params": params, "id": self.calls }).to_string());
        let ask = self.signed(Ask::post(self.url.clone(), "application/json", body.as_bytes().to_vec()));
        let answer = self.http.send(ask).await?.success()?;
        let mut answer: Value = serde_json::from_slice(&answer.body).map_err(|_| changed("an answer is not JSON"))?;
        if let Some(error) = answer.get("error").and_then(Value::as_str) {
            return match error {
                "Bad credentials." | "Access with no credentials is forbidden." => Err(Failure::BadLogin),
                other => Ok(Err(other.chars().take(200).collect())),
            };
        }
        if answer.get("id").and_then(Value::as_u64) != Some(self.calls) {
            return Err(changed("an answer is one to another call"));
        }
        answer.get_mut("result").map(|result| Ok(result.take())).ok_or_else(|| changed("an answer has no result"))
    }

    fn signed(&self, mut ask: Ask) -> Ask {
        if let Some(program) = &self.program {
            ask.headers.insert(AUTHORIZATION, program.clone());
        }
        ask
    }
}

/// The header of HTTP Basic (RFC 7617), in UTF-8.
pub(super) fn basic(login: &str, password: &str) -> Option<HeaderValue> {
    let plain = Zeroizing::new(format!("{login}:{password}"));
    let coded = Zeroizing::new(format!("Basic {}", BASE64.encode(plain.as_bytes())));
    let mut header = HeaderValue::from_str(&coded).ok()?;
    header.set_sensitive(true);
    Some(header)
}

pub(super) fn changed(what: &str) -> Failure {
    Failure::Changed(what.to_owned())
}
