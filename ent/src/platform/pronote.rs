//! PRONOTE of Index Education, as its own clients speak with it: there is no published interface for pupils.
//!
//! Facts about the protocol come from programs that speak it (pronotepy, MIT; Pawnote, GPL, read for facts) and from the texts of the
//! web client. It changes every summer: names, then ciphers. What is not known never fails; what is missing fails naming the
//! function and the field, and the rest goes on.
//!
//! One session a run, one request after the other. When the platform ends a session early, the run goes on in a second one, and no third.

mod account;
mod any;
mod calendar;
mod cipher;
mod collect;
mod envelope;
mod found;
mod json;
mod login;
mod page;
mod read;
mod run;
mod scrub;
mod session;
mod user;

use jiff::civil::Date;
use serde_json::Value;

use crate::connector::{Connector, Failure, Secret, Sink};
use crate::platform::http::Manners;
use calendar::Calendar;
use login::Credentials;
use run::{Progress, Run};
use session::Session;
use user::User;

pub use account::{Account, Space};
pub(crate) use any::{try_answer, try_page};

/// Collects from one account at one school.
pub struct Pronote {
    account: Account,
    secret: Secret,
    today: Date,
    manners: Manners,
}

impl Pronote {
    /// A connector for an account. `today` decides which weeks are asked for.
    #[must_use]
    pub fn new(account: Account, secret: Secret, today: Date, manners: Manners) -> Self {
        Self { account, secret, today, manners }
    }

    /// Opens an account with the text of a QR code that its owner had made and their PIN (`device` names this program to the platform for
    /// ever): logs in once, and saves the token that opens the account from then on. A code is good for ten minutes, once.
    ///
    /// # Errors
    /// [`Failure::BadLogin`] when the PIN is another or the code is too old, and any other [`Failure`].
    pub async fn enroll(
        code: &str,
        pin: &str,
        device: &str,
        manners: Manners,
        sink: &mut dyn Sink,
    ) -> Result<(), Failure> {
        let (credentials, address) = Credentials::of_code(code, pin, device)?;
        let mut session = open(&Account::parse(&address)?, &credentials, manners, sink).await?;
        match login::login(&mut session, &credentials, sink).await? {
            Some(_) => Ok(()),
            None => Err(session::changed("Authentification", "jetonConnexionAppliMobile")),
        }
    }

    /// The school that the text of a QR code is for, with the space in it, and the login. Nobody is asked.
    ///
    /// # Errors
    /// [`Failure::BadLogin`] when the PIN is another, [`Failure::Changed`] when it is no such code.
    pub fn named_by(code: &str, pin: &str) -> Result<(Account, String), Failure> {
        let (credentials, address) = Credentials::of_code(code, pin, "")?;
        Ok((Account::parse(&address)?, credentials.login))
    }

    /// Does what is to do in one session.
    async fn run(&mut self, progress: &mut Progress, sink: &mut dyn Sink) -> Result<(), Failure> {
        let credentials = Credentials::of_secret(&self.secret)?;
        let mut session = open(&self.account, &credentials, self.manners, sink).await?;
        let calendar = Calendar::read(session.parameters())?;
        if let Some(secret) = login::login(&mut session, &credentials, sink).await? {
            self.secret = secret;
        }
        let function = "ParametresUtilisateur";
        let parameters = session.call(function, None, Value::Null).await;
        let parameters = parameters.map_err(|refusal| refusal.into_failure(function))?;
        let user = User::read(&parameters, self.account.space(), &calendar)?;
        Run { session, sink, calendar, user, progress }.collect(self.today).await
    }
}

impl Connector for Pronote {
    async fn collect(&mut self, sink: &mut dyn Sink) -> Result<(), Failure> {
        let mut progress = Progress::default();
        let mut ended = self.run(&mut progress, sink).await;
        if matches!(ended, Err(Failure::SessionExpired)) {
            ended = self.run(&mut progress, sink).await;
        }
        ended?;
        progress.problem.map_or(Ok(()), Err)
    }
}

/// Opens a session under the name that the platform gave this device, which it is asked to give but once.
async fn open(
    account: &Account,
    credentials: &Credentials,
    manners: Manners,
    sink: &mut dyn Sink,
) -> Result<Session, Failure> {
    const NAVIGATOR: &str = "pronote.navigator";
    let known = sink.noted(NAVIGATOR)?;
    let session = Session::open(account, credentials.is_mobile(), known.as_deref(), manners).await?;
    let given = json::text(session.parameters(), "identifiantNav");
    if let Some(given) = given.filter(|given| known.as_ref() != Some(given)) {
        sink.note(NAVIGATOR, &given)?;
    }
    Ok(session)
}
