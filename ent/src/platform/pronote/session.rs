//! A session: opened on an entry page, then one function called after the other, each with the next number.
//!
//! Our requests have the odd numbers, answers the even ones. The first request tells 16 bytes that the initialisation vector is made
//! of; its answer is under that vector. A login changes the key.

use std::time::Duration;

use data_encoding::BASE64;
use http::header;
use reqwest::Url;
use serde_json::{Value, json};

use super::account::Account;
use super::cipher::{self, Cipher};
use super::envelope::{Ask, Envelope};
use super::json;
use super::page::{Page, Version, refusal};
use crate::connector::Failure;
use crate::platform::http::{self as web, Http, Manners};

/// Why a call gave nothing.
#[derive(Debug)]
pub(super) enum Refusal {
    /// The school does not open this function to the account.
    Refused,
    /// Anything else.
    Failed(Failure),
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl Refusal {
    /// The failure that this is where the function must be open.
    pub(super) fn into_failure(self, function: &str) -> Failure {
        match self {
            Self::Refused => Failure::Platform(format!("{function}: access refused")),
            Self::Failed(failure) => failure,
        }
    }
}

/// A session.
pub(super) struct Session {
    account: Account,
    http: Http,
    page: Page,
    number: Value,
    envelope: Envelope,
    cipher: Cipher,
    chosen: Option<[u8; 16]>,
    counter: u64,
    parameters: Value,
}

impl Session {
    /// Opens a session, not logged in yet. `navigator` is what the platform called this device before, if it did.
    ///
    /// # Errors
    /// [`Failure`].
    pub(super) async fn open(
        account: &Account,
        mobile: bool,
        navigator: Option<&str>,
        manners: Manners,
    ) -> Result<Self, Failure> {
        let mut http = Http::new(manners)?;
        let entry = account.entry(mobile).ok_or_else(|| Failure::Changed("address".to_owned()))?;
        if mobile {
            http.set_cookie(&entry, "appliMobile", "1");
        }
        let answer = http.send(web::Ask::get(entry.clone())).await?;
        let html = answer.text();
        if answer.url.origin() != entry.origin() {
            return Err(Failure::Platform(
                "its address leads to a portal: a QR code or another address is needed".to_owned(),
            ));
        }
        if let (Err(failure), said) = (answer.success(), refusal(&html)) {
            return Err(said.unwrap_or(failure));
        }
        let page = Page::read(&html)?;
        let number = page.field("h").unwrap_or_default();
        let number = number.parse::<u64>().map_or_else(|_| json!(number), |number| json!(number));
        let envelope = Envelope { version: page.version(), encrypted: page.encrypts(), compressed: page.compresses() };
        let mut chosen = [0; 16];
        getrandom::fill(&mut chosen).map_err(|_| Failure::Keep("this machine gives no random numbers".to_owned()))?;
        let mut session = Self {
            account: account.clone(),
            http,
            page,
            number,
            envelope,
            cipher: Cipher::new(b""),
            chosen: Some(chosen),
            counter: 1,
            parameters: Value::Null,
        };
        session.begin(&chosen, navigator).await?;
        Ok(session)
    }

    /// Tells the vector and takes the school's parameters.
    async fn begin(&mut self, chosen: &[u8; 16], navigator: Option<&str>) -> Result<(), Failure> {
        let given = (self.page.field("MR"), self.page.field("ER"));
        let vector = match given {
            (Some(modulus), Some(exponent)) => cipher::wrap(chosen, modulus, exponent),
            _ if self.page.is("http") => cipher::wrap(chosen, cipher::MODULUS, cipher::EXPONENT),
            _ => Some(chosen.to_vec()),
        };
        let vector = vector.ok_or_else(|| Failure::Changed("entry page: MR, ER".to_owned()))?;
        let data = json!({"Uuid": BASE64.encode(&vector), "identifiantNav": navigator});
        let function = "FonctionParametres";
        self.parameters = self.call(function, None, data).await.map_err(|refusal| refusal.into_failure(function))?;
        let version = json::deep_text(&self.parameters, &["General", "versionPN"]);
        if let Some(version) = version.and_then(|version| Version::parse(&version)) {
            self.envelope.version = version;
        }
        Ok(())
    }

    /// What the school says of itself to everybody.
    pub(super) fn parameters(&self) -> &Value {
        &self.parameters
    }

    /// The number of the space, as the page has it.
    pub(super) fn space(&self) -> u32 {
        self.page.field("a").and_then(|space| space.parse().ok()).unwrap_or_default()
    }

    /// Whether challenges may be given as they are to be encrypted.
    pub(super) fn direct_challenges(&self) -> bool {
        self.envelope.version >= Version::DIRECT
    }

    /// The cipher in use.
    pub(super) fn cipher(&self) -> &Cipher {
        &self.cipher
    }

    /// Goes on with another cipher, after a login.
    pub(super) fn use_cipher(&mut self, cipher: Cipher) {
        self.cipher = cipher;
    }

    /// Calls a function with data, from a tab where the function belongs to one.
    ///
    /// # Errors
    /// [`Refusal`].
    pub(super) async fn call(
        &mut self,
        function: &str,
        signature: Option<&Value>,
        data: Value,
    ) -> Result<Value, Refusal> {
        let number = self.cipher.seal_hex(self.counter.to_string().as_bytes());
        let ask = Ask { session: &self.number, number: &number, function, signature, data: &data };
        let body = self.envelope.request(&ask, &self.cipher, self.chosen.is_some()).to_string();
        let (space, session) = (self.space().to_string(), self.page.field("h").unwrap_or_default());
        let url = self.account.under_parts(&["appelfonction", &space, session, &number]);
        let url = url.ok_or_else(|| Failure::Changed("address".to_owned()))?;
        self.counter = self.counter.saturating_add(2);
        let answer = self.http.send(web::Ask::post(url, "application/json", body)).await?;
        if let Some(chosen) = self.chosen.take() {
            self.cipher = self.cipher.clone().with_vector_of(&chosen);
        }
        self.read(function, &answer)
    }

    fn read(&self, function: &str, answer: &web::Answer) -> Result<Value, Refusal> {
        let Ok(whole) = serde_json::from_slice::<Value>(&answer.body) else {
            let html = answer.text();
            if let Some(said) = refusal(&html) {
                return Err(said.into());
            }
            answer.clone().success()?;
            return Err(if html.contains("s refus") { Refusal::Refused } else { changed(function, "JSON").into() });
        };
        if let Some(error) = whole.get("Erreur").filter(|error| !error.is_null()) {
            return Err(error_of(function, json::number(error, "G")));
        }
        answer.clone().success()?;
        let inner = self.envelope.answer(whole, &self.cipher).ok_or_else(|| changed(function, "dataSec"))?;
        let signature = ["Signature", "_Signature_"].iter().find_map(|name| inner.get(name));
        if let Some(error) = signature.and_then(|signature| signature.get("Erreur")) {
            let said = json::text(signature.unwrap_or(&Value::Null), "MessageErreur").and_then(|said| refusal(&said));
            return Err(said.map_or_else(|| error_of(function, error.as_i64()), Refusal::Failed));
        }
        Ok(Envelope::data(inner))
    }

    /// The address of a file, good for this session.
    pub(super) fn file_url(&self, id: &str, name: &str, kind: Option<&str>) -> Option<Url> {
        let mut entity = json!({"N": id, "Actif": true});
        if let (Some(kind), Some(fields)) = (kind, entity.as_object_mut()) {
            fields.insert("G".to_owned(), json!(kind));
        }
        let sealed = self.cipher.seal_hex(entity.to_string().as_bytes());
        let name = if matches!(name, "" | "." | "..") { "file" } else { name };
        let mut url = self.account.under_parts(&["FichiersExternes", &sealed, name])?;
        url.query_pairs_mut().append_pair("Session", self.page.field("h").unwrap_or_default());
        Some(url)
    }

    /// The address of a file that the platform made for us.
    pub(super) fn made_url(&self, path: &str) -> Option<Url> {
        self.account.under(path)
    }

    /// Begins to take a file, from a byte on.
    ///
    /// # Errors
    /// [`Failure`].
    pub(super) async fn download(&mut self, url: Url, from: u64) -> Result<web::Download, Failure> {
        let ask = web::Ask::get(url).with(header::ACCEPT, "*/*", false);
        self.http.download(ask, from).await
    }
}

/// What is missing in a function's answer.
pub(super) fn changed(function: &str, field: &str) -> Failure {
    Failure::Changed(format!("{function}: {field}"))
}

fn error_of(function: &str, number: Option<i64>) -> Refusal {
    match number {
        // Of another session; expired (two numbers).
        Some(22 | 10 | 11) => Failure::SessionExpired.into(),
        Some(25) => Failure::TooMany { silence: TOO_MANY }.into(),
        Some(3) => Refusal::Refused,
        Some(number) => Failure::Platform(format!("{function}: error {number}")).into(),
        None => Failure::Platform(format!("{function}: an error")).into(),
    }
}

const TOO_MANY: Duration = Duration::from_secs(6 * 60 * 60);
