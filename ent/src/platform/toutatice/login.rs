//! The login, once: it begins at an address that the person opens in a browser, and ends with the address the browser is sent to.
//!
//! No password passes through this program. The code that comes back is good only with a secret that never left it (PKCE), and only
//! for the login that was begun here (state, nonce).

use data_encoding::BASE64URL_NOPAD;
use jiff::Timestamp;
use reqwest::Url;
use serde_json::Value;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::oidc::{self, Endpoints, changed};
use super::{Portal, person};
use crate::connector::{Failure, Secret};
use crate::platform::http::Http;

/// What is asked for: to be known, the portal's own data, and to come again without the person.
const SCOPE: &str = "openid toutatice offline_access";

/// A login that was begun.
pub struct Login {
    portal: Portal,
    endpoints: Endpoints,
    redirect: String,
    state: String,
    nonce: String,
    verifier: Zeroizing<String>,
}

impl Login {
    /// Begins a login. `redirect` is where the browser will be sent: an address of this machine, `http://127.0.0.1:PORT/`.
    ///
    /// # Errors
    /// [`Failure`] of the portal; [`Failure::Platform`] when this machine has no randomness.
    pub async fn begin(http: &mut Http, portal: &Portal, redirect: &str) -> Result<Self, Failure> {
        let endpoints = oidc::discover(http, &portal.site).await?;
        Ok(Self {
            portal: portal.clone(),
            endpoints,
            redirect: redirect.to_owned(),
            state: random()?,
            nonce: random()?,
            verifier: Zeroizing::new(random()?),
        })
    }

    /// The address for the browser.
    #[must_use]
    pub fn address(&self) -> Url {
        let challenge = BASE64URL_NOPAD.encode(&Sha256::digest(self.verifier.as_bytes()));
        let mut url = self.endpoints.authorize.clone();
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.portal.client)
            .append_pair("redirect_uri", &self.redirect)
            .append_pair("scope", SCOPE)
            .append_pair("state", &self.state)
            .append_pair("nonce", &self.nonce)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256");
        url
    }

    /// Ends the login with the address that the browser was sent to, or its query alone. The secret is that of [`super::Toutatice`]; it
    /// is not kept yet.
    ///
    /// # Errors
    /// [`Failure::BadLogin`] when the person declined, or the address is not of this login; [`Failure`] of the portal.
    pub async fn finish(self, http: &mut Http, redirected: &str) -> Result<Secret, Failure> {
        let code = self.code(redirected)?;
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", &self.redirect),
            ("client_id", &self.portal.client),
            ("code_verifier", &self.verifier),
        ];
        let tokens = oidc::tokens(http, &self.endpoints, &form).await?;
        self.check(tokens.id.as_deref().unwrap_or_default(), Timestamp::now())?;
        let token = tokens.refresh.ok_or_else(|| changed("the portal does not let this program come again"))?;
        let login = person(http, &self.endpoints, &tokens.access).await?;
        Ok(Secret::Token { login, token, device: self.portal.client })
    }

    /// Whether an address that the browser was sent to answers this login, be it with a refusal.
    #[must_use]
    pub fn is_answered_by(&self, redirected: &str) -> bool {
        let words = Words::of(redirected);
        words.one("state") == Some(&self.state)
            && words.one("iss").is_none_or(|issuer| issuer == self.endpoints.issuer)
            && (words.one("code").is_some() || words.one("error").is_some())
    }

    /// The code in an address, if it answers this login.
    fn code(&self, redirected: &str) -> Result<Zeroizing<String>, Failure> {
        let words = Words::of(redirected);
        match words.one("code") {
            Some(code) if self.is_answered_by(redirected) && words.one("error").is_none() => {
                Ok(Zeroizing::new(code.to_owned()))
            }
            _ => Err(Failure::BadLogin),
        }
    }

    /// Checks the ID token. It came from the portal itself over TLS, so its signature adds nothing (OpenID Connect Core, 3.1.3.7, 6).
    fn check(&self, token: &str, now: Timestamp) -> Result<(), Failure> {
        let claims = token.split('.').nth(1).and_then(|part| BASE64URL_NOPAD.decode(part.as_bytes()).ok());
        let claims: Option<Value> = claims.and_then(|json| serde_json::from_slice(&json).ok());
        let claims = claims.ok_or_else(|| changed("there is no ID token"))?;
        let word = |name: &str| claims.get(name).and_then(Value::as_str);
        let for_us = match claims.get("aud") {
            Some(Value::Array(all)) => all.iter().any(|one| one.as_str() == Some(&self.portal.client)),
            one => one.and_then(Value::as_str) == Some(&self.portal.client),
        };
        let is_good = word("iss") == Some(&self.endpoints.issuer)
            && for_us
            && word("nonce") == Some(&self.nonce)
            && claims.get("exp").and_then(Value::as_i64).is_some_and(|end| end > now.as_second());
        if is_good { Ok(()) } else { Err(changed("the ID token is of another login")) }
    }
}

/// What an address says behind its question mark.
struct Words(Vec<(String, String)>);

impl Words {
    fn of(address: &str) -> Self {
        let query = address.split_once('?').map_or(address, |(_, query)| query);
        let query = query.split('#').next().unwrap_or(query);
        let url = Url::parse(&format!("http://127.0.0.1/?{query}"));
        let pairs = url.map(|url| url.query_pairs().map(|(name, value)| (name.into(), value.into())).collect());
        Self(pairs.unwrap_or_default())
    }

    /// The value of a name that is said once.
    fn one(&self, name: &str) -> Option<&str> {
        let mut values = self.0.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str());
        values.next().filter(|_| values.next().is_none())
    }
}

/// 256 random bits as text.
fn random() -> Result<String, Failure> {
    let mut bytes = Zeroizing::new([0_u8; 32]);
    getrandom::fill(bytes.as_mut_slice()).map_err(|_| Failure::Platform("this machine has no randomness".into()))?;
    Ok(BASE64URL_NOPAD.encode(bytes.as_slice()))
}
