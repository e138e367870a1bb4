//! Toutatice, the portal of schools in Brittany: the people and groups of a person's classes, to share documents with.
//!
//! A login is made once, in a browser (see [`Login`]); what stays is a refresh token, which the portal changes at each use. The new one
//! is kept durably before anything is done with it: whoever brings the old one again is taken for a thief and loses the session.
//! Groups are made anew each school year, so a group belongs to the year that its name begins with.
//!
//! Source: the portal's OpenID Connect and `GET /contacts/{ENTPersonUid}`; OpenID Connect Core 1.0 and Discovery 1.0; RFC 6749,
//! RFC 7636 (PKCE), RFC 8252 (native apps), RFC 9207 (issuer), RFC 9700.

mod login;
mod oidc;
mod people;
mod redirect;

use http::header::AUTHORIZATION;
use reqwest::Url;
use serde_json::Value;
use zeroize::Zeroizing;

pub use login::Login;
pub use redirect::Redirect;

use super::http::{Ask, Http, Manners};
use crate::connector::{Connector, Failure, Secret, Sink};
use oidc::Endpoints;

pub(crate) use people::try_answer;

/// The portal, and the program as which we come.
#[derive(Debug, Clone)]
pub struct Portal {
    /// Address of the portal, which is the issuer too: `https://ent.toutatice.fr`.
    pub site: Url,
    /// Name of the program, as the portal registered it: a public client.
    pub client: String,
}

/// A person's account at the portal.
pub struct Toutatice {
    http: Http,
    portal: Portal,
    secret: Secret,
}

impl Toutatice {
    /// An account. `secret` is the [`Secret::Token`] that a [`Login`] gave, in its last form.
    ///
    /// # Errors
    /// [`Failure::BadLogin`] for a secret of another kind, and as [`Http::new`].
    pub fn new(portal: Portal, secret: Secret, manners: Manners) -> Result<Self, Failure> {
        if !matches!(secret, Secret::Token { .. }) {
            return Err(Failure::BadLogin);
        }
        Ok(Self { http: Http::new(manners)?, portal, secret })
    }

    /// Changes the refresh token for an access token and the next refresh token, which is kept before this returns.
    async fn refresh(&mut self, endpoints: &Endpoints, sink: &mut dyn Sink) -> Result<Zeroizing<String>, Failure> {
        let Secret::Token { login, token, device } = self.secret.clone() else { return Err(Failure::BadLogin) };
        let form = [("grant_type", "refresh_token"), ("refresh_token", &token), ("client_id", &self.portal.client)];
        let tokens = oidc::tokens(&mut self.http, endpoints, &form).await?;
        // Without a new one the old one goes on.
        if let Some(token) = tokens.refresh {
            self.secret = Secret::Token { login, token, device };
            sink.save_secret(&self.secret)?;
        }
        Ok(tokens.access)
    }
}

impl Connector for Toutatice {
    async fn collect(&mut self, sink: &mut dyn Sink) -> Result<(), Failure> {
        sink.progress("openid-configuration", 0, 3);
        let endpoints = oidc::discover(&mut self.http, &self.portal.site).await?;
        let access = self.refresh(&endpoints, sink).await?;
        sink.progress("userinfo", 1, 3);
        let person = person(&mut self.http, &endpoints, &access).await?;
        if let Secret::Token { login, .. } = &self.secret
            && *login != person
        {
            return Err(Failure::Changed("the token belongs to another person".into()));
        }
        sink.progress("contacts", 2, 3);
        let contacts = contacts_of(&self.portal.site, &person)?;
        let answer = asked(&mut self.http, contacts, &access).await?;
        let left_out = people::hand_over(answer, sink)?;
        sink.note("left-out", &left_out.to_string())
    }
}

/// What the portal calls the person whose token it is.
async fn person(http: &mut Http, endpoints: &Endpoints, access: &str) -> Result<String, Failure> {
    let answer = asked(http, endpoints.userinfo.clone(), access).await?;
    let person = answer.get("ENTPersonUid").and_then(Value::as_str).filter(|person| !person.is_empty());
    person.map(str::to_owned).ok_or_else(|| Failure::Changed("the portal does not name the person".into()))
}

/// What stands at an address for whoever has the access token.
async fn asked(http: &mut Http, url: Url, access: &str) -> Result<Value, Failure> {
    let bearer = Zeroizing::new(format!("Bearer {access}"));
    let answer = http.send(Ask::get(url).with(AUTHORIZATION, &bearer, true)).await?;
    if answer.status == 401 {
        return Err(Failure::SessionExpired);
    }
    let answer = answer.success()?;
    serde_json::from_slice(&answer.body).map_err(|_| Failure::Changed("an answer is not JSON".into()))
}

fn contacts_of(site: &Url, person: &str) -> Result<Url, Failure> {
    let mut url = site.clone();
    let broken = |()| Failure::Changed("the portal's address has no path".into());
    url.path_segments_mut().map_err(broken)?.pop_if_empty().push("contacts").push(person);
    Ok(url)
}
