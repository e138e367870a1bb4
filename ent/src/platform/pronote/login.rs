//! Logging in: with a QR code and its PIN once, with the token of the last login, or with a password.
//!
//! A token opens one login, which answers with the next one. That is saved before anything else happens.

use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::cipher::{login_cipher, open_code, session_cipher, solve};
use super::json;
use super::session::{Session, changed};
use crate::connector::{Failure, Secret, Sink};

/// What logs in.
pub(super) struct Credentials {
    /// Name at the platform.
    pub(super) login: String,
    /// Password or token.
    pub(super) secret: Zeroizing<String>,
    /// With what.
    pub(super) by: By,
}

/// With what somebody logs in; the device is named to the platform, always by the same name.
pub(super) enum By {
    /// A QR code.
    Code {
        /// Name of the device.
        device: String,
    },
    /// A token.
    Token {
        /// Name of the device.
        device: String,
    },
    /// A password.
    Password,
}

impl Credentials {
    /// Reads the text of a QR code; the address in it too.
    ///
    /// # Errors
    /// [`Failure::BadLogin`] when the PIN is another, [`Failure::Changed`] when it is no such code.
    pub(super) fn of_code(code: &str, pin: &str, device: &str) -> Result<(Self, String), Failure> {
        let code: Value = serde_json::from_str(code).map_err(|_| changed("QR code", "JSON"))?;
        let field = |name: &str| json::text(&code, name).ok_or_else(|| changed("QR code", name));
        let open = |name: &str| open_code(&field(name)?, pin).ok_or(Failure::BadLogin);
        let (login, secret) = (open("login")?.to_string(), open("jeton")?);
        Ok((Self { login, secret, by: By::Code { device: device.to_owned() } }, field("url")?))
    }

    /// What an account's kept secret logs in with.
    ///
    /// # Errors
    /// [`Failure::BadLogin`] for a secret of another platform.
    pub(super) fn of_secret(secret: &Secret) -> Result<Self, Failure> {
        match secret {
            Secret::Password { login, password } => {
                Ok(Self { login: login.clone(), secret: password.clone(), by: By::Password })
            }
            Secret::Token { login, token, device } => {
                Ok(Self { login: login.clone(), secret: token.clone(), by: By::Token { device: device.clone() } })
            }
            Secret::Address { .. } | Secret::Code { .. } => Err(Failure::BadLogin),
        }
    }

    /// Whether it is done as the mobile application does it.
    pub(super) fn is_mobile(&self) -> bool {
        !matches!(self.by, By::Password)
    }

    fn device(&self) -> &str {
        match &self.by {
            By::Code { device } | By::Token { device } => device,
            By::Password => "",
        }
    }
}

/// Logs in. Gives the new secret, when there is one; it is saved.
///
/// # Errors
/// [`Failure`].
pub(super) async fn login(
    session: &mut Session,
    credentials: &Credentials,
    sink: &mut dyn Sink,
) -> Result<Option<Secret>, Failure> {
    let identity = identify(session, credentials).await?;
    let lower = |is: bool, text: &str| if is { text.to_lowercase() } else { text.to_owned() };
    let name = lower(is_set(&identity, "modeCompLog"), &credentials.login);
    let secret = Zeroizing::new(lower(is_set(&identity, "modeCompMdp"), &credentials.secret));
    let alea = json::text(&identity, "alea").unwrap_or_default();
    let challenge = json::text(&identity, "challenge").ok_or_else(|| changed("Identification", "challenge"))?;
    let cipher = login_cipher(session.cipher(), &name, &alea, &secret);
    let answer = solve(&challenge, &cipher, session.direct_challenges()).ok_or(Failure::BadLogin)?;

    let function = "Authentification";
    let data = json!({"connexion": 0, "challenge": answer, "espace": session.space()});
    let authentication = session.call(function, None, data).await.map_err(|refusal| refusal.into_failure(function))?;
    check_access(&authentication)?;
    let next = next_secret(&authentication, &identity, credentials);
    if let Some(next) = &next {
        sink.save_secret(next)?;
    }
    let cle = json::text(&authentication, "cle").ok_or(Failure::BadLogin)?;
    session.use_cipher(session_cipher(&cipher, &cle).ok_or_else(|| changed(function, "cle"))?);
    second_factor(session, &authentication).await?;
    Ok(next)
}

async fn identify(session: &mut Session, credentials: &Credentials) -> Result<Value, Failure> {
    let by_code = matches!(credentials.by, By::Code { .. });
    let data = json!({
        "genreConnexion": 0,
        "genreEspace": session.space(),
        "identifiant": credentials.login,
        "pourENT": false,
        "enConnexionAuto": false,
        "demandeConnexionAuto": false,
        "demandeConnexionAppliMobile": by_code,
        "demandeConnexionAppliMobileJeton": by_code,
        "enConnexionAppliMobile": matches!(credentials.by, By::Token { .. }),
        "uuidAppliMobile": credentials.device(),
        "loginTokenSAV": "",
    });
    let function = "Identification";
    session.call(function, None, data).await.map_err(|refusal| refusal.into_failure(function))
}

/// The numbers under which the platform refuses a login.
fn check_access(authentication: &Value) -> Result<(), Failure> {
    match json::number(authentication, "Acces").unwrap_or(0) {
        0 => Ok(()),
        1 => Err(Failure::BadLogin),
        6 => Err(Failure::Closed("the pupil's access is blocked, as when they left the school".to_owned())),
        10 => Err(Failure::Closed("the account was switched off".to_owned())),
        // The school's own words; of a blocked account they may come under this number too.
        9 if json::deep_text(authentication, &["AccesMessage", "message"])
            .is_some_and(|said| said.contains("bloqu")) =>
        {
            Err(Failure::Closed("the access is blocked".to_owned()))
        }
        number => Err(Failure::Platform(format!("it lets this account not in at present (access {number})"))),
    }
}

/// The secret of the next login.
fn next_secret(authentication: &Value, identity: &Value, credentials: &Credentials) -> Option<Secret> {
    if !credentials.is_mobile() {
        return None;
    }
    let token = Zeroizing::new(json::text(authentication, "jetonConnexionAppliMobile")?);
    let login = json::text(identity, "login").unwrap_or_else(|| credentials.login.clone());
    Some(Secret::Token { login, token, device: credentials.device().to_owned() })
}

/// Does what the platform demands after a login as far as it needs nobody: it may want the device to be named, so that its owner is told of
/// it. Everything else (a PIN, a new password, a choice) only the owner can do.
async fn second_factor(session: &mut Session, authentication: &Value) -> Result<(), Failure> {
    const NAME_DEVICE: u32 = 5;
    let actions = json::set(authentication, "actionsDoubleAuth");
    if actions.is_empty() {
        return Ok(());
    }
    if actions.iter().any(|action| *action != NAME_DEVICE) {
        return Err(Failure::SecondFactor);
    }
    let function = "SecurisationCompteDoubleAuth";
    let data = json!({"action": 3, "avecIdentification": true, "strIdentification": "Cartable"});
    session.call(function, None, data).await.map_err(|refusal| refusal.into_failure(function))?;
    Ok(())
}

/// Whether a mode is set: a number or a truth value, by version.
fn is_set(of: &Value, name: &str) -> bool {
    json::flag(of, name) || json::number(of, name).is_some_and(|number| number != 0)
}
