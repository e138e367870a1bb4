//! Who it is: the challenge of a login by password, QR code or token, the second proof, and new QR codes.
//!
//! The server sends a challenge; the client answers it encrypted with a key made of login and secret, and gets the session's own key
//! under that key. A token is good for one login: the answer brings the next one.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::crypt;
use super::envelope::{Call, Sealing, Version};
use super::reply::{ACCESS, Reply};
use super::school::School;
use super::session::{Pending, Session};
use super::wire;

/// How long a QR code is good for.
const CODE_LASTS: Duration = Duration::from_secs(600);
/// The PIN that a second proof wants.
pub const PIN: &str = "2580";

/// Secrets that were given out.
#[derive(Debug, Default)]
pub(crate) struct Secrets {
    /// Tokens by login and device.
    tokens: HashMap<(String, String), String>,
    /// The last QR code of a login, and when it was made.
    codes: HashMap<String, (String, Instant)>,
}

impl Secrets {
    /// Makes every QR code older than ten minutes.
    pub(crate) fn let_codes_expire(&mut self) {
        self.codes.clear();
    }

    fn code(&self, login: &str) -> Option<String> {
        self.codes.get(login).filter(|(_, made)| made.elapsed() < CODE_LASTS).map(|(code, _)| code.clone())
    }

    fn new_token(&mut self, login: &str, device: &str) -> String {
        let token = crypt::random_text::<32>();
        self.tokens.insert((login.to_owned(), device.to_owned()), token.clone());
        token
    }

    /// `Identification`: says who one wants to be.
    pub(crate) fn identify(&self, session: &mut Session, school: &School, call: &Call, sealing: Sealing) -> Reply {
        let text = |name: &str| call.data.get(name).and_then(Value::as_str).unwrap_or_default();
        let asked = |name: &str| call.data.get(name).and_then(Value::as_bool) == Some(true);
        let login = text("identifiant").to_lowercase();
        let device = text("uuidAppliMobile");
        let by_code = asked("demandeConnexionAppliMobileJeton");
        let by_token = asked("enConnexionAppliMobile");
        let person = school.person(&login).filter(|person| person.role == session.space.role);
        let code = by_code.then(|| self.code(&login)).flatten();
        let secret = if by_code {
            code.clone()
        } else if by_token {
            self.tokens.get(&(login.clone(), device.to_owned())).cloned()
        } else {
            person.map(|person| person.password.clone())
        };
        // Whom nobody knows gets a challenge as well, which nothing answers.
        let secret = secret.filter(|_| person.is_some()).unwrap_or_else(crypt::random_text::<16>);
        let alea = if sealing.version >= Version::V2026 { String::new() } else { crypt::random_text::<16>() };
        let key = crypt::login_key(&login, &alea, &secret);
        let (challenge, wanted) = challenge(session, &key, sealing.version);
        let wants_token = by_code || by_token || asked("demandeConnexionAppliMobile");
        let device = (wants_token && !device.is_empty()).then(|| device.to_owned());
        session.pending = Some(Pending { login, key, wanted, device, code });
        let mut data = json!({"challenge": challenge, "modeCompLog": 1, "modeCompMdp": 0});
        if !alea.is_empty() {
            data["alea"] = alea.into();
        }
        Reply::Data(data)
    }

    /// `Authentification`: the challenge's answer.
    pub(crate) fn authenticate(
        &mut self,
        session: &mut Session,
        school: &School,
        call: &Call,
        fault: Option<&str>,
    ) -> Reply {
        let Some(pending) = session.pending.take() else { return Reply::Refused(ACCESS) };
        let answer = call.data.get("challenge").and_then(Value::as_str).unwrap_or_default();
        let right = crypt::decrypt(&pending.key, &session.iv, answer).is_some_and(|it| it == pending.wanted.as_bytes());
        let person = school.person(&pending.login).filter(|_| right);
        let Some(person) = person else { return Reply::Data(json!({"Acces": 1})) };
        if person.closed || fault == Some("closed") {
            let message = "Suite \u{e0} votre d\u{e9}part de l'\u{e9}tablissement, votre connexion \u{e0} l'Espace \u{e9}l\u{e8}ves \
                a \u{e9}t\u{e9} bloqu\u{e9}e";
            return Reply::Data(
                json!({"Acces": 6, "AccesMessage": {"titre": "Connexion impossible", "message": message}}),
            );
        }
        if pending.code.is_some() {
            self.codes.remove(&pending.login);
        }
        let fresh = crypt::random::<16>();
        let written: Vec<String> = fresh.iter().map(u8::to_string).collect();
        let mut data = json!({
            "cle": crypt::encrypt(&pending.key, &session.iv, written.join(",").as_bytes()),
            "libelleUtil": person.name,
            "modeSecurisationParDefaut": 1,
            "derniereConnexion": wire::moment(jiff::civil::date(2026, 11, 20).at(18, 30, 0, 0)),
        });
        if let Some(device) = &pending.device {
            data["jetonConnexionAppliMobile"] = self.new_token(&pending.login, device).into();
        }
        if fault == Some("second-proof") {
            session.proof_awaited = true;
            data["actionsDoubleAuth"] = json!({"_T": 26, "V": "[3]"});
            data["modesPossibles"] = json!({"_T": 26, "V": "[1..3]"});
            data["reglesSaisieMDP"] = json!({"min": 8, "max": 32, "regles": {"_T": 26, "V": "[0..4]"}});
        }
        session.login = Some(pending.login);
        Reply::NewKey(data, crypt::md5(&fresh))
    }

    /// `JetonAppliMobile`: a QR code for the mobile application.
    pub(crate) fn mint_code(&mut self, login: &str, call: &Call) -> Reply {
        let pin = call.data.get("code").and_then(Value::as_str).unwrap_or_default();
        self.new_code(login, pin).map_or(Reply::Refused(ACCESS), Reply::Data)
    }

    /// A new QR code, locked with a PIN; nothing if that is not four digits.
    pub(crate) fn new_code(&mut self, login: &str, pin: &str) -> Option<Value> {
        if pin.len() != 4 || !pin.bytes().all(|digit| digit.is_ascii_digit()) {
            return None;
        }
        let code = crypt::random_text::<32>();
        self.codes.insert(login.to_owned(), (code.clone(), Instant::now()));
        let lock = |text: &str| crypt::encrypt(&crypt::md5(pin.as_bytes()), &crypt::ZERO, text.as_bytes());
        Some(json!({"login": lock(login), "jeton": lock(&code)}))
    }
}

/// `SecurisationCompteDoubleAuth`: the second proof, and naming the device.
pub(crate) fn second_proof(session: &mut Session, call: &Call) -> Reply {
    let sealed = call.data.get("codePin").and_then(Value::as_str).unwrap_or_default();
    let pin = crypt::decrypt(&session.key, &session.iv, sealed);
    let right = pin.as_deref() == Some(PIN.as_bytes());
    match call.data.get("action").and_then(Value::as_u64) {
        Some(0) => Reply::Data(json!({"result": right})),
        Some(2) => Reply::Data(json!({"dejaConnu": false})),
        Some(3) if right => {
            session.proof_awaited = false;
            Reply::Data(json!({"result": true}))
        }
        _ => Reply::Refused(ACCESS),
    }
}

/// A challenge, and what its answer must say.
fn challenge(session: &Session, key: &crypt::Block, version: Version) -> (String, String) {
    let text = crypt::random_text::<16>();
    if version >= Version::V2026 {
        return (text.clone(), text);
    }
    let noise = crypt::random_text::<16>();
    let scrambled: String = text.chars().zip(noise.chars()).flat_map(|(one, other)| [one, other]).collect();
    (crypt::encrypt(key, &session.iv, scrambled.as_bytes()), text)
}
