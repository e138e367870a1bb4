//! How connectors ask platforms over HTTP: one at a time, politely, over TLS, and with bounds on everything that comes back.
//!
//! A [`Http`] belongs to one account and one run. It waits between requests, follows few redirects, keeps the cookies of the
//! run, and says who it is. Plain HTTP goes only to this machine. Nothing that it reports holds an address: an address may
//! hold a token.

mod cookies;

use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, header};
use reqwest::Url;
use rustls_platform_verifier::BuilderVerifierExt as _;
use tokio::time::Instant;

use crate::connector::Failure;
use cookies::Cookies;

/// How a platform is asked.
#[derive(Debug, Clone, Copy)]
pub struct Manners {
    /// How long to wait after one request before the next.
    pub gap: Duration,
    /// How long to wait for a connection, and then for each next part of an answer.
    pub patience: Duration,
    /// The longest answer that is taken whole, in bytes.
    pub max_answer_bytes: usize,
    /// The longest file that is taken in parts, in bytes.
    pub max_file_bytes: u64,
}

impl Default for Manners {
    fn default() -> Self {
        Self {
            gap: Duration::from_millis(400),
            patience: Duration::from_secs(45),
            max_answer_bytes: 32 << 20,
            max_file_bytes: 2 << 30,
        }
    }
}

/// One account's way to its platform.
pub struct Http {
    client: reqwest::Client,
    manners: Manners,
    cookies: Cookies,
    last: Option<Instant>,
}

/// What is asked.
#[derive(Debug, Clone)]
pub struct Ask {
    /// Method.
    pub method: Method,
    /// Address.
    pub url: Url,
    /// Headers beside the usual ones.
    pub headers: HeaderMap,
    /// Body.
    pub body: Bytes,
}

impl Ask {
    /// Asks for what stands at an address.
    #[must_use]
    pub fn get(url: Url) -> Self {
        Self { method: Method::GET, url, headers: HeaderMap::new(), body: Bytes::new() }
    }

    /// Sends a body of a media type.
    #[must_use]
    pub fn post(url: Url, media_type: &'static str, body: impl Into<Bytes>) -> Self {
        let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(media_type))]);
        Self { method: Method::POST, url, headers, body: body.into() }
    }

    /// Adds a header; one that can't be a header is left out, and marked as not to be shown when `secret`.
    #[must_use]
    pub fn with(mut self, name: header::HeaderName, value: &str, secret: bool) -> Self {
        if let Ok(mut value) = HeaderValue::from_str(value) {
            value.set_sensitive(secret);
            self.headers.insert(name, value);
        }
        self
    }
}

/// What came back, whole.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Status, of any kind.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Bytes,
    /// Where it came from in the end, after redirects.
    pub url: Url,
}

impl Answer {
    /// This answer when it is a success.
    ///
    /// # Errors
    /// [`Failure::TooMany`] for 429, with the silence it asks for, an hour at least and a day at most; [`Failure::Platform`] for any other status but 2xx.
    pub fn success(self) -> Result<Self, Failure> {
        success(self.status, &self.headers).map(|()| self)
    }

    /// The body as text; what is not UTF-8 is replaced.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The media type without its parameters.
    #[must_use]
    pub fn media_type(&self) -> Option<String> {
        media_type(&self.headers)
    }
}

/// A file that comes in parts.
pub struct Download {
    /// Status, of any kind.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    response: reqwest::Response,
    left_bytes: u64,
    pace: Pace,
}

impl Download {
    /// This download when its status is a success.
    ///
    /// # Errors
    /// As [`Answer::success`].
    pub fn success(self) -> Result<Self, Failure> {
        success(self.status, &self.headers).map(|()| self)
    }

    /// Whether the platform goes on at the byte that was asked for (206 with a fitting `Content-Range`, RFC 9110 section 14.4).
    #[must_use]
    pub fn goes_on_at(&self, byte: u64) -> bool {
        let range = self.headers.get(header::CONTENT_RANGE).and_then(|value| value.to_str().ok());
        self.status == 206 && range.is_some_and(|range| range.starts_with(&format!("bytes {byte}-")))
    }

    /// The media type without its parameters.
    #[must_use]
    pub fn media_type(&self) -> Option<String> {
        media_type(&self.headers)
    }

    /// The next part, `None` at the end.
    ///
    /// # Errors
    /// [`Failure::Unreachable`] when the connection breaks or hardly anything comes, [`Failure::Platform`] when more comes than is taken.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Failure> {
        let Some(part) = self.response.chunk().await.map_err(unreachable)? else { return Ok(None) };
        self.pace.came(part.len())?;
        self.left_bytes = self
            .left_bytes
            .checked_sub(part.len() as u64)
            .ok_or_else(|| Failure::Platform("a file is too long".to_owned()))?;
        Ok(Some(part))
    }
}

/// How fast an answer comes: a platform that sends a byte now and then would keep us waiting for ever.
struct Pace {
    begun: Instant,
    bytes: u64,
}

/// How long an answer may take however little comes.
const PACE_GRACE: Duration = Duration::from_secs(60);
/// From then on it must have come at this rate, in bytes a second.
const LEAST_RATE: u64 = 1024;

impl Pace {
    fn begin() -> Self {
        Self { begun: Instant::now(), bytes: 0 }
    }

    fn came(&mut self, bytes: usize) -> Result<(), Failure> {
        self.bytes = self.bytes.saturating_add(bytes as u64);
        self.check(self.begun.elapsed())
    }

    fn check(&self, elapsed: Duration) -> Result<(), Failure> {
        if elapsed > PACE_GRACE && self.bytes < elapsed.as_secs() * LEAST_RATE {
            return Err(Failure::Unreachable("hardly anything comes".to_owned()));
        }
        Ok(())
    }
}

impl Http {
    /// A way to a platform, with no cookies yet.
    ///
    /// # Errors
    /// [`Failure::Unreachable`] when this machine has no certificates to check TLS with.
    pub fn new(manners: Manners) -> Result<Self, Failure> {
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls()?)
            .user_agent(USER_AGENT)
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .connect_timeout(manners.patience)
            .read_timeout(manners.patience)
            .build()
            .map_err(unreachable)?;
        Ok(Self { client, manners, cookies: Cookies::default(), last: None })
    }

    /// Sets a cookie for the host of an address, as a platform itself would.
    pub fn set_cookie(&mut self, url: &Url, name: &str, value: &str) {
        self.cookies.set(url, name, value);
    }

    /// Asks, and takes the answer whole.
    ///
    /// # Errors
    /// [`Failure::Unreachable`] when no whole answer comes, [`Failure::Platform`] when it is too long or leads where it must not.
    pub async fn send(&mut self, ask: Ask) -> Result<Answer, Failure> {
        let mut response = self.respond(ask).await?;
        let too_long = || Failure::Platform("an answer is too long".to_owned());
        let (mut body, mut pace) = (Vec::new(), Pace::begin());
        while let Some(part) = response.chunk().await.map_err(unreachable)? {
            pace.came(part.len())?;
            if body.len().saturating_add(part.len()) > self.manners.max_answer_bytes {
                return Err(too_long());
            }
            body.extend_from_slice(&part);
        }
        Ok(Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            url: response.url().clone(),
            body: body.into(),
        })
    }

    /// Asks for a file, from a byte on when it is not 0; look at [`Download::goes_on_at`] then.
    ///
    /// # Errors
    /// As [`Http::send`].
    pub async fn download(&mut self, mut ask: Ask, from: u64) -> Result<Download, Failure> {
        if from > 0 {
            ask = ask.with(header::RANGE, &format!("bytes={from}-"), false);
        }
        let response = self.respond(ask).await?;
        Ok(Download {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            left_bytes: self.manners.max_file_bytes,
            pace: Pace::begin(),
            response,
        })
    }

    /// Asks, and follows redirects: at most three, with GET from then on unless the platform says otherwise, never from TLS to
    /// plain HTTP, and with no header of ours to another host.
    async fn respond(&mut self, mut ask: Ask) -> Result<reqwest::Response, Failure> {
        for _ in 0..=MAX_REDIRECTS {
            let response = self.ask_once(&ask).await?;
            let Some(next) = redirect(&response) else { return Ok(response) };
            let next = next?;
            let downgraded = ask.url.scheme() == "https" && next.scheme() != "https";
            if downgraded {
                return Err(Failure::Platform("it leads from TLS to plain HTTP".to_owned()));
            }
            if next.origin() != ask.url.origin() {
                ask.headers.clear();
            }
            if !matches!(response.status().as_u16(), 307 | 308) {
                ask.method = Method::GET;
                ask.headers.remove(header::CONTENT_TYPE);
                ask.body = Bytes::new();
            } else if next.origin() != ask.url.origin() {
                return Err(Failure::Platform("it sends what was asked to another host".to_owned()));
            }
            ask.url = next;
        }
        Err(Failure::Platform("it redirects again and again".to_owned()))
    }

    async fn ask_once(&mut self, ask: &Ask) -> Result<reqwest::Response, Failure> {
        if !may_be_asked(&ask.url) {
            return Err(Failure::Platform("its address is not one of HTTPS".to_owned()));
        }
        if let Some(last) = self.last {
            tokio::time::sleep_until(last + self.manners.gap).await;
        }
        let mut request = self
            .client
            .request(ask.method.clone(), ask.url.clone())
            .headers(ask.headers.clone())
            .body(ask.body.clone());
        if let Some(cookies) = self.cookies.header(&ask.url) {
            request = request.header(header::COOKIE, cookies);
        }
        let response = request.send().await;
        self.last = Some(Instant::now());
        let response = response.map_err(unreachable)?;
        self.cookies.take(&ask.url, response.headers());
        Ok(response)
    }
}

/// How TLS is done: with ring, and the certificates that this machine trusts, which are read once.
fn tls() -> Result<rustls::ClientConfig, Failure> {
    static TLS: OnceLock<rustls::ClientConfig> = OnceLock::new();
    if let Some(tls) = TLS.get() {
        return Ok(tls.clone());
    }
    let made = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(rustls::ConfigBuilder::with_platform_verifier)
        .map_err(|_| Failure::Unreachable("TLS can't be set up".to_owned()))?
        .with_no_client_auth();
    Ok(TLS.get_or_init(|| made).clone())
}

/// What this program calls itself.
pub const USER_AGENT: &str = "Cartable";

/// How many redirects are followed in a row.
const MAX_REDIRECTS: usize = 3;

/// How long to be silent at least where a platform says "too many": who comes back when it first may is soon there again.
const SILENCE: Duration = Duration::from_secs(60 * 60);
/// How long to be silent at most.
const MAX_SILENCE: Duration = Duration::from_secs(24 * 60 * 60);

/// Where a response leads, when it leads elsewhere.
fn redirect(response: &reqwest::Response) -> Option<Result<Url, Failure>> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let location = response.headers().get(header::LOCATION)?.to_str().ok();
    let url = location.and_then(|location| response.url().join(location).ok());
    Some(url.ok_or_else(|| Failure::Platform("it redirects to no address".to_owned())))
}

/// Whether an address may be asked: HTTPS, or plain HTTP at this machine.
pub(crate) fn may_be_asked(url: &Url) -> bool {
    let host = url.host_str().map(|host| host.trim_start_matches('[').trim_end_matches(']'));
    let here = |host: &str| host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    match url.scheme() {
        "https" => host.is_some(),
        "http" => host.is_some_and(here),
        _ => false,
    }
}

fn success(status: u16, headers: &HeaderMap) -> Result<(), Failure> {
    match status {
        200..=299 => Ok(()),
        429 => {
            let seconds = headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
            let silence = Duration::from_secs(seconds.unwrap_or(0)).clamp(SILENCE, MAX_SILENCE);
            Err(Failure::TooMany { silence })
        }
        _ => Err(Failure::Platform(format!("status {status}"))),
    }
}

fn media_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let media_type = value.split(';').next()?.trim().to_ascii_lowercase();
    (!media_type.is_empty()).then_some(media_type)
}

/// Says what broke without the address, which may hold a token.
fn unreachable(error: reqwest::Error) -> Failure {
    let what = if error.is_timeout() {
        "no answer in time"
    } else if error.is_connect() {
        "no connection"
    } else {
        "the connection broke"
    };
    Failure::Unreachable(what.to_owned())
}

#[cfg(test)]
mod tests;
