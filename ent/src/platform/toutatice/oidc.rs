//! What OpenID Connect needs at both logins and runs: where the portal's doors are, and tokens.

use http::HeaderValue;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Url;
use serde_json::Value;
use zeroize::Zeroizing;

use crate::connector::Failure;
use crate::platform::http::{Ask, Http};

/// Doors of the portal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Endpoints {
    /// As the portal calls itself.
    pub(super) issuer: String,
    pub(super) authorize: Url,
    pub(super) token: Url,
    pub(super) userinfo: Url,
}

/// Tokens.
pub(super) struct Tokens {
    pub(super) access: Zeroizing<String>,
    pub(super) refresh: Option<Zeroizing<String>>,
    pub(super) id: Option<String>,
}

/// The longest token, in bytes.
const TOKEN_BYTES: usize = 16 << 10;
/// What stands in a form as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Reads where the doors are. The document must be of the very portal, and its doors must be the portal's own: a token must not go
/// elsewhere because a document says so.
pub(super) async fn discover(http: &mut Http, site: &Url) -> Result<Endpoints, Failure> {
    let mut url = site.clone();
    let no_path = |()| changed("the portal's address has no path");
    url.path_segments_mut().map_err(no_path)?.pop_if_empty().extend([".well-known", "openid-configuration"]);
    let answer = http.send(Ask::get(url)).await?.success()?;
    let document: Value = serde_json::from_slice(&answer.body).map_err(|_| changed("its doors can't be read"))?;
    let word = |name: &str| document.get(name).and_then(Value::as_str);
    let issuer = word("issuer").filter(|issuer| issuer.trim_end_matches('/') == site.as_str().trim_end_matches('/'));
    let door = |name: &str| {
        let url = word(name).and_then(|door| Url::parse(door).ok()).filter(|door| door.origin() == site.origin());
        url.ok_or_else(|| changed("a door is missing or elsewhere"))
    };
    Ok(Endpoints {
        issuer: issuer.ok_or_else(|| changed("its name is not its address"))?.to_owned(),
        authorize: door("authorization_endpoint")?,
        token: door("token_endpoint")?,
        userinfo: door("userinfo_endpoint")?,
    })
}

/// Asks for tokens (RFC 6749, 4.1.3 and 6).
pub(super) async fn tokens(http: &mut Http, doors: &Endpoints, form: &[(&str, &str)]) -> Result<Tokens, Failure> {
    let pair = |(name, value): &(&str, &str)| format!("{name}={}", utf8_percent_encode(value, PLAIN));
    let body = Zeroizing::new(form.iter().map(pair).collect::<Vec<_>>().join("&"));
    let ask = Ask::post(doors.token.clone(), "application/x-www-form-urlencoded", body.as_bytes().to_vec());
    let answer = http.send(ask).await?;
    let json = serde_json::from_slice::<Value>(&answer.body);
    if answer.status == 400 || answer.status == 401 {
        return Err(match json.as_ref().ok().and_then(|json| json.get("error")?.as_str()) {
            // The token was used before or its time is over, the code is not good: a new login is needed.
            Some("invalid_grant" | "invalid_token") => Failure::BadLogin,
            Some("invalid_client" | "unauthorized_client") => {
                Failure::Closed("the portal does not know this program".into())
            }
            _ => Failure::Platform(format!("status {}", answer.status)),
        });
    }
    answer.success()?;
    let json = json.map_err(|_| changed("tokens can't be read"))?;
    let word = |name: &str| json.get(name)?.as_str().filter(|word| !word.is_empty() && word.len() <= TOKEN_BYTES);
    let is_bearer = word("token_type").is_some_and(|of| of.eq_ignore_ascii_case("bearer"));
    let access = word("access_token").filter(|_| is_bearer).ok_or_else(|| changed("there is no access token"))?;
    // What can't be a header would be left out silently.
    if HeaderValue::from_str(access).is_err() {
        return Err(changed("the access token is none"));
    }
    Ok(Tokens {
        access: Zeroizing::new(access.to_owned()),
        refresh: word("refresh_token").map(|token| Zeroizing::new(token.to_owned())),
        id: word("id_token").map(str::to_owned),
    })
}

pub(super) fn changed(what: &str) -> Failure {
    Failure::Changed(what.to_owned())
}
