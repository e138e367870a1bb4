//! Moodle: courses and their files, marks, quizzes, assignments, badges, the calendar, over its web services (REST, JSON).
//!
//! One run asks who the account is, then course by course, then for what spans courses, and takes the files last: what is
//! small and precious comes first. Moodle tells no "what changed", so answers are asked for at each run; but a file is asked for only
//! when its length or time changed, and goes on where it stopped, and a finished attempt's review is asked for once.
//!
//! A site offers what its school turned on: a function that it does not list, or refuses, is passed over. A part that has an unknown
//! form is passed over too, and the run ends with that failure when all the rest was read.
//!
//! The password is used once, to get a token; the token is what is kept. It goes to the site itself only.

mod any;
mod badges;
mod calendar;
mod courses;
mod door;
mod fields;
mod files;
mod marks;
mod others;
mod quizzes;
mod run;
mod work;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use zeroize::Zeroizing;

use crate::connector::{Connector, Failure, Secret, Sink};
use crate::platform::http::{Http, Manners};
use door::Door;
use run::Run;

pub(crate) use any::try_answer;

/// An account at a Moodle site.
pub struct Moodle {
    site: String,
    secret: Secret,
    zone: TimeZone,
    manners: Manners,
    now: Option<i64>,
}

impl Moodle {
    /// An account at the site of an address (`https://cours.lycee.fr` or with a path), opened by a password or by a token of the
    /// service `moodle_mobile_app`; times are told in the school's zone.
    #[must_use]
    pub fn new(site: &str, secret: Secret, zone: TimeZone) -> Self {
        Self { site: site.to_owned(), secret, zone, manners: Manners::default(), now: None }
    }

    /// Asks with these manners.
    #[must_use]
    pub fn with_manners(mut self, manners: Manners) -> Self {
        self.manners = manners;
        self
    }

    /// Takes this for the time it is, in seconds since 1970.
    #[must_use]
    pub fn at(mut self, now: i64) -> Self {
        self.now = Some(now);
        self
    }

    /// Logs in with a password: gives the token that opens the account from then on. Nothing where the secret is one already.
    ///
    /// # Errors
    /// [`Failure::BadLogin`], and any other [`Failure`].
    pub async fn enroll(site: &str, secret: &Secret, manners: Manners) -> Result<Option<Secret>, Failure> {
        let Secret::Password { login, password } = secret else { return Ok(None) };
        let site = door::site(site).ok_or_else(not_an_address)?;
        let token = door::token(&mut Http::new(manners)?, &site, login, password).await?;
        Ok(Some(Secret::Token { login: login.clone(), token, device: String::new() }))
    }

    /// The token; a password, which older versions kept, becomes one, which is kept before it is used.
    async fn token(&mut self, http: &mut Http, sink: &mut dyn Sink) -> Result<Zeroizing<String>, Failure> {
        let site = door::site(&self.site).ok_or_else(not_an_address)?;
        let (login, token) = match &self.secret {
            Secret::Token { token, .. } => return Ok(token.clone()),
            Secret::Password { login, password } => (login.clone(), door::token(http, &site, login, password).await?),
            Secret::Address { .. } | Secret::Code { .. } => return Err(Failure::BadLogin),
        };
        let secret = Secret::Token { login, token: token.clone(), device: String::new() };
        sink.save_secret(&secret)?;
        self.secret = secret;
        Ok(token)
    }
}

impl Connector for Moodle {
    /// Reads all of the account.
    ///
    /// # Errors
    /// [`Failure`]: at once when nothing more can be asked, at the end when a part could not be read.
    async fn collect(&mut self, sink: &mut dyn Sink) -> Result<(), Failure> {
        let site = door::site(&self.site).ok_or_else(not_an_address)?;
        let mut http = Http::new(self.manners)?;
        let token = self.token(&mut http, sink).await?;
        let now = self.now.unwrap_or_else(|| Timestamp::now().as_second());
        let mut run = Run::begin(Door::new(http, site, token), sink, self.zone.clone(), now).await?;
        let courses = run.courses().await?;
        run.marks(&courses).await?;
        run.quizzes(&courses).await?;
        run.work(&courses).await?;
        run.badges().await?;
        run.calendar(&courses).await?;
        run.files().await?;
        run.end()
    }
}

fn not_an_address() -> Failure {
    Failure::Platform("its address is not one of a site".to_owned())
}
