//! OpenID Connect: discovery, the page that asks for the password, tokens.

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{CLIENT, LOGIN, PASSWORD, State};
use crate::{Answer, Ask};

pub(super) const AUTHORIZE: &str = "/idp/profile/oidc/authorize";
pub(super) const TOKEN: &str = "/idp/profile/oidc/token";
pub(super) const USERINFO: &str = "/idp/profile/oidc/userinfo";

/// What a code was given for.
pub(super) struct Code {
    redirect: String,
    challenge: String,
    nonce: String,
}

/// Says where everything is.
pub(super) fn discovery(ask: &Ask) -> Answer {
    let site = site(ask);
    let issuer = if ask.own_fault == Some("issuer") { "https://other.example" } else { &site };
    let document = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{site}{AUTHORIZE}"),
        "token_endpoint": format!("{site}{TOKEN}"),
        "userinfo_endpoint": format!("{site}{USERINFO}"),
        "response_types_supported": ["code"],
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": ["openid", "toutatice", "offline_access"],
        "token_endpoint_auth_methods_supported": ["none"],
        "authorization_response_iss_parameter_supported": true,
    });
    Answer::of("application/json", document.to_string())
}

/// The page that asks for login and password.
pub(super) fn form(ask: &Ask) -> Answer {
    let query = ask.uri.query().unwrap_or_default().replace('&', "&amp;").replace('"', "&quot;");
    let page = format!(
        "<!doctype html><title>Toutatice</title><form method=\"post\" action=\"{AUTHORIZE}?{query}\">\
         <input name=\"login\"><input name=\"password\" type=\"password\"><button>OK</button></form>"
    );
    Answer::of("text/html; charset=utf-8", page)
}

impl State {
    /// Login and password were typed.
    pub(super) fn typed(&mut self, ask: &Ask) -> Answer {
        let typed = Ask::fields(&String::from_utf8_lossy(&ask.body));
        if field(&typed, "login") != LOGIN || field(&typed, "password") != PASSWORD {
            return Answer::status(401);
        }
        match self.approve(ask.uri.query().unwrap_or_default(), &site(ask)) {
            Ok(location) => Answer { status: 302, headers: vec![("location", location)], body: Default::default() },
            Err(why) => Answer { status: 400, ..Answer::of("text/plain", why) },
        }
    }

    /// Where the person is sent after the password.
    pub(super) fn approve(&mut self, query: &str, site: &str) -> Result<String, String> {
        let query = Ask::fields(query);
        let get = |name: &str| field(&query, name);
        let scopes = get("scope");
        let redirect = get("redirect_uri");
        let is_home = redirect.starts_with("http://127.0.0.1:") || redirect.starts_with("http://[::1]:");
        let checks = [
            (get("client_id") == CLIENT, "client"),
            (get("response_type") == "code", "response type"),
            (is_home, "redirect"),
            (["openid", "offline_access"].iter().all(|scope| scopes.split(' ').any(|of| of == *scope)), "scope"),
            (get("code_challenge_method") == "S256" && get("code_challenge").len() == 43, "challenge"),
            (get("state").len() >= 16, "state"),
        ];
        if let Some((_, what)) = checks.iter().find(|(good, _)| !good) {
            return Err(format!("wrong {what}"));
        }
        let code = self.secret("code");
        let sent = format!("{redirect}?code={code}&state={}&iss={}", get("state"), encode(site));
        self.codes.insert(code, Code { redirect, challenge: get("code_challenge"), nonce: get("nonce") });
        Ok(sent)
    }

    /// Gives tokens for a code or for a refresh token.
    pub(super) fn token(&mut self, ask: &Ask) -> Answer {
        let form = Ask::fields(&String::from_utf8_lossy(&ask.body));
        let get = |name: &str| field(&form, name);
        let refused = |error: &str| Answer {
            status: 400,
            ..Answer::of("application/json", json!({ "error": error }).to_string())
        };
        if get("client_id") != CLIENT {
            return refused("invalid_client");
        }
        if ask.own_fault == Some("grant") {
            return refused("invalid_grant");
        }
        let nonce = match get("grant_type").as_str() {
            "authorization_code" => {
                let Some(code) = self.codes.remove(&get("code")) else { return refused("invalid_grant") };
                let challenge = BASE64URL_NOPAD.encode(&Sha256::digest(get("code_verifier").as_bytes()));
                if code.challenge != challenge || code.redirect != get("redirect_uri") {
                    return refused("invalid_grant");
                }
                Some(code.nonce)
            }
            "refresh_token" => {
                let token = get("refresh_token");
                if self.used.contains(&token) {
                    (self.refresh, self.access) = (None, None);
                }
                if self.refresh.as_ref() != Some(&token) {
                    return refused("invalid_grant");
                }
                self.used.push(token);
                None
            }
            _ => return refused("unsupported_grant_type"),
        };
        let (access, refresh) = (self.secret("access"), self.secret("refresh"));
        (self.access, self.refresh) = (Some(access.clone()), Some(refresh.clone()));
        let mut answer = json!({
            "access_token": access, "refresh_token": refresh, "token_type": "Bearer", "expires_in": 600,
            "scope": "openid toutatice offline_access",
        });
        if let Some(nonce) = nonce {
            answer["id_token"] = json!(id_token(&site(ask), &nonce));
        }
        let mut answer = Answer::of("application/json", answer.to_string());
        answer.headers.push(("cache-control", "no-store".to_owned()));
        answer
    }

    /// A secret that nobody had before.
    fn secret(&mut self, kind: &str) -> String {
        self.made += 1;
        let made = Sha256::digest(format!("{kind} {}", self.made));
        format!("{kind}-{}", BASE64URL_NOPAD.encode(&made))
    }
}

fn id_token(issuer: &str, nonce: &str) -> String {
    let part = |value: Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    let claims =
        json!({ "iss": issuer, "aud": CLIENT, "sub": "s-1", "nonce": nonce, "iat": 1, "exp": 32_472_144_000_i64 });
    format!("{}.{}.{}", part(json!({ "alg": "RS256" })), part(claims), BASE64URL_NOPAD.encode(b"no signature"))
}

fn field(fields: &[(String, String)], name: &str) -> String {
    fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()).unwrap_or_default()
}

fn encode(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

fn site(ask: &Ask) -> String {
    let host = ask.headers.get("host").map_or("127.0.0.1", |host| host.to_str().unwrap());
    format!("http://{host}")
}
