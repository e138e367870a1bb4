//! Moodle's doors: the one for tokens, the one for web services, and what their refusals mean.
//!
//! Moodle answers errors with the status 200 (`webservice/rest`, `login/token.php`): what an answer is, only its body tells.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Url;
use serde_json::Value;
use zeroize::Zeroizing;

use crate::connector::Failure;
use crate::platform::http::{Answer, Ask, Http};

/// Why something was not answered, by what it means for the rest.
#[derive(Debug)]
pub(super) enum Problem {
    /// Nothing more can be asked.
    Stop(Failure),
    /// This part fails; others may not.
    Part(Failure),
    /// This part is not for this account.
    Denied,
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        Self::Stop(failure)
    }
}

/// A site, with the token that opens it.
pub(super) struct Door {
    /// The way there.
    pub(super) http: Http,
    /// Its address, which ends with a slash.
    base: Url,
    /// The address that it gives itself, which those of its files begin with.
    own: Option<Url>,
    token: Zeroizing<String>,
}

impl Door {
    /// Opens a site with a token.
    pub(super) fn new(http: Http, base: Url, token: Zeroizing<String>) -> Self {
        Self { http, base, own: None, token }
    }

    /// Takes the address that the site gives itself.
    pub(super) fn is_called(&mut self, own: Option<&str>) {
        self.own = own.and_then(site).map(|url| self.over_tls(url));
    }

    /// Calls a function of the web service, and gives what it returns.
    pub(super) async fn call(&mut self, function: &str, parameters: &[(&str, String)]) -> Result<Value, Problem> {
        let mut fields =
            vec![("wstoken", self.token.as_str()), ("wsfunction", function), ("moodlewsrestformat", "json")];
        fields.extend(parameters.iter().map(|(name, value)| (*name, value.as_str())));
        let ask = post(&self.base, "webservice/rest/server.php", &fields)?;
        read(&self.http.send(ask).await?.success()?)
    }

    /// The address of a file with the token in it, when it is one of this site: another's must not see the token.
    pub(super) fn file(&self, url: &str) -> Option<Url> {
        let mut url = self.over_tls(Url::parse(url).ok()?);
        let ours = [Some(&self.base), self.own.as_ref()].into_iter().flatten().any(|site| {
            let path = url.path().strip_prefix(site.path());
            url.origin() == site.origin() && path.is_some_and(|path| path.starts_with("webservice/pluginfile.php/"))
        });
        if !ours {
            return None;
        }
        url.set_fragment(None);
        url.query_pairs_mut().append_pair("token", &self.token);
        Some(url)
    }

    /// An address that the site gives, over TLS when the site is: behind a proxy that ends TLS, Moodle may not know of it.
    fn over_tls(&self, mut url: Url) -> Url {
        if self.base.scheme() == "https" && url.scheme() == "http" {
            // Leaves the address as it is where it can't be.
            let _ = url.set_scheme("https");
        }
        url
    }

    /// An address under the site's own, without the token.
    pub(super) fn open(&self, path: &str) -> Result<Url, Failure> {
        under(&self.base, path)
    }
}

/// Gets a token for a login and a password (`login/token.php`, service `moodle_mobile_app`).
///
/// # Errors
/// [`Failure::BadLogin`], and as any request.
pub(super) async fn token(
    http: &mut Http,
    base: &Url,
    login: &str,
    password: &str,
) -> Result<Zeroizing<String>, Failure> {
    let fields = [("username", login), ("password", password), ("service", "moodle_mobile_app")];
    let answer = http.send(post(base, "login/token.php", &fields)?).await?.success()?;
    let given = match read(&answer) {
        Ok(given) => given,
        Err(Problem::Stop(failure) | Problem::Part(failure)) => return Err(failure),
        Err(Problem::Denied) => return Err(Failure::BadLogin),
    };
    match given.get("token").and_then(Value::as_str) {
        Some(token) if !token.is_empty() => Ok(Zeroizing::new(token.to_owned())),
        _ => Err(Failure::Changed("no token in the answer to a login".to_owned())),
    }
}

/// The address of a site as its owner typed it, made to end with a slash.
pub(super) fn site(url: &str) -> Option<Url> {
    let mut url = Url::parse(url.trim()).ok()?;
    url.set_query(None);
    url.set_fragment(None);
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    Some(url)
}

/// An address of the web that a course leads to; others (`javascript:`, `file:`) are none that a click may open.
pub(super) fn link(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    matches!(url.scheme(), "http" | "https" | "mailto").then(|| url.into())
}

/// What an answer holds, or what it refuses.
pub(super) fn read(answer: &Answer) -> Result<Value, Problem> {
    let Ok(value) = serde_json::from_slice::<Value>(&answer.body) else {
        // While it is being upgraded a site shows the same page at every address.
        return Err(match answer.media_type().as_deref() {
            Some("application/json") => Problem::Part(Failure::Changed("an answer is no JSON".to_owned())),
            _ => Problem::Stop(Failure::Platform("it shows a page instead of an answer".to_owned())),
        });
    };
    match refusal(&value) {
        Some(problem) => Err(problem),
        None => Ok(value),
    }
}

/// What an answer refuses: functions have `exception`, scripts have `error`, both mostly with `errorcode`.
pub(super) fn refusal(value: &Value) -> Option<Problem> {
    let has = |name: &str| value.get(name).is_some_and(Value::is_string);
    if !has("exception") && !has("error") && !has("errorcode") {
        return None;
    }
    let code = value.get("errorcode").and_then(Value::as_str).unwrap_or("unknown");
    // It is shown: no more than a word.
    let word: String = code.chars().filter(char::is_ascii_alphanumeric).take(40).collect();
    Some(match code {
        "invalidtoken"
        | "invalidlogin"
        | "usernamenotfound"
        | "passwordisexpired"
        | "forcepasswordchangenotice"
        | "invalidtimedtoken"
        | "tokenexpired" => Problem::Stop(Failure::BadLogin),
        "wsaccessusersuspended"
        | "wsaccessuserdeleted"
        | "wsaccessuserexpired"
        | "wsaccessuserunconfirmed"
        | "usernotconfirmed"
        | "suspended" => Problem::Stop(Failure::Closed(word)),
        "sitemaintenance" | "upgraderunning" | "servicenotavailable" | "enablewsdescription" => {
            Problem::Stop(Failure::Platform(word))
        }
        "accessexception"
        | "nopermissions"
        | "nopermission"
        | "notyourattempt"
        | "invalidrecord"
        | "requireloginerror"
        | "errorcoursecontextnotvalid"
        | "coursehidden"
        | "activityhidden"
        | "notenrolled"
        | "noaccess"
        | "badgesdisabled"
        | "filenotfound" => Problem::Denied,
        _ if code.starts_with("noreview") => Problem::Denied,
        "invalidparameter" => Problem::Part(Failure::Changed("it wants other parameters".to_owned())),
        _ => Problem::Part(Failure::Platform(word)),
    })
}

fn under(base: &Url, path: &str) -> Result<Url, Failure> {
    base.join(path).map_err(|_| Failure::Platform("its address has no paths".to_owned()))
}

fn post(base: &Url, path: &str, fields: &[(&str, &str)]) -> Result<Ask, Failure> {
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let pairs: Vec<_> = fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    Ok(Ask::post(under(base, path)?, "application/x-www-form-urlencoded", pairs.join("&")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use http::HeaderMap;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::platform::http::Manners;

    proptest! {
        #[test]
        fn any_bytes_are_an_answer_or_a_failure(bytes in prop::collection::vec(any::<u8>(), 0..60), url in "\\PC{0,40}") {
            let at = Url::parse("https://cours.exemple.invalid/").unwrap();
            let _ = read(&Answer { status: 200, headers: HeaderMap::new(), body: bytes.into(), url: at });
            let _ = (site(&url), link(&url));
        }
    }

    #[test]
    fn only_files_of_the_site_get_the_token() {
        let base = site("https://cours.exemple.invalid/moodle").unwrap();
        let mut door = Door::new(Http::new(Manners::default()).unwrap(), base, Zeroizing::new("key".to_owned()));
        let with = |door: &Door, url: &str| door.file(url).map(String::from);
        let file = "https://cours.exemple.invalid/moodle/webservice/pluginfile.php/1/a/b?forcedownload=1";
        assert_eq!(with(&door, file).unwrap(), format!("{file}&token=key"));
        for other in [
            "https://nuage.invalid/moodle/webservice/pluginfile.php/1/a",
            "http://cours.exemple.invalid:8080/moodle/webservice/pluginfile.php/1/a",
            "https://cours.exemple.invalid/webservice/pluginfile.php/1/a",
            "https://cours.exemple.invalid@nuage.invalid/moodle/webservice/pluginfile.php/1/a",
            "https://cours.exemple.invalid/moodle/webservice/pluginfile.php/../../../other",
            "https://cours.exemple.invalid:444/moodle/webservice/pluginfile.php/1/a",
            "no address",
        ] {
            assert_eq!(with(&door, other), None, "{other}");
        }
        let plain = with(&door, "http://cours.exemple.invalid/moodle/webservice/pluginfile.php/1/a").unwrap();
        assert!(plain.starts_with("https://cours.exemple.invalid/"), "{plain}");
        door.is_called(Some("https://www.exemple.invalid"));
        assert!(with(&door, "https://www.exemple.invalid/webservice/pluginfile.php/1/a").is_some());
    }

    #[test]
    fn refusals_are_told_apart() {
        let code = |code: &str| refusal(&json!({"exception": "moodle_exception", "errorcode": code, "message": "m"}));
        assert!(matches!(code("invalidtoken"), Some(Problem::Stop(Failure::BadLogin))));
        assert!(matches!(code("accessexception"), Some(Problem::Denied)));
        assert!(matches!(code("sitemaintenance"), Some(Problem::Stop(Failure::Platform(_)))));
        assert!(matches!(code("wsaccessusersuspended"), Some(Problem::Stop(Failure::Closed(_)))));
        assert!(matches!(code("invalidparameter"), Some(Problem::Part(Failure::Changed(_)))));
        assert!(matches!(code("dmlread <b>\n"), Some(Problem::Part(Failure::Platform(word))) if word == "dmlreadb"));
        assert!(refusal(&json!({"courses": [], "warnings": []})).is_none() && refusal(&json!([1])).is_none());
        assert!(matches!(refusal(&json!({"error": "words"})), Some(Problem::Part(_))));
    }
}
