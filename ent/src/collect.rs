//! Collecting from one account, from the secret to the files: what the command line asks for.

mod adding;

use std::time::{Duration, Instant};

use cartable_fs::FsError;
use cartable_fs::bag::Bag;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use reqwest::Url;

pub use adding::{add, enroll, is_address, needs_login, typed};

use crate::account::{Account, Counts, Ended, Trouble};
use crate::collection::{Collection, KeepError, Run};
use crate::connector::{Connector, Failure, Secret, Sink};
use crate::platform::calendar::Calendar;
use crate::platform::http::{Http, Manners};
use crate::platform::moodle::Moodle;
use crate::platform::pix::Pix;
use crate::platform::pmb::Pmb;
use crate::platform::pronote::{Account as School, Pronote};
use crate::platform::toutatice::{Login, Portal, Redirect, Toutatice};
use crate::record::Platform;
use crate::view::Lang;

/// Where schools are.
const ZONE: &str = "Europe/Paris";
/// Where Pix answers, for who gave no address.
const PIX: &str = "https://app.pix.fr";
/// The portal, for who gave no address.
const TOUTATICE: &str = "https://ent.toutatice.fr";
/// The longest run: 20,000 files take a quarter of it at most.
const RUN_TIME: Duration = Duration::from_secs(12 * 60 * 60);
/// The name of this program at the portal Toutatice.
const CLIENT: &str = "cartable";

/// Why nothing was collected.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    /// There is no such account.
    #[error("no account is called {0}")]
    NoAccount(String),
    /// The platform must not be asked yet.
    #[error("the platform must not be asked before {until}")]
    Silent {
        /// When it may, in seconds since 1970.
        until: i64,
    },
    /// The bag.
    #[error(transparent)]
    Keep(#[from] KeepError),
    /// The account's address is none, or one of plain HTTP.
    #[error("this is no address of HTTPS: {0}")]
    Address(String),
    /// Records under the account's name are of another platform.
    #[error("what was collected under the name {name} is of another platform: {}", platform.name())]
    OtherPlatform {
        /// The name.
        name: String,
        /// That platform.
        platform: Platform,
    },
    /// What is to open the account can't.
    #[error("{0}")]
    Unfit(&'static str),
    /// The system has no thread or no clock for it.
    #[error("the system can't do it: {0}")]
    System(String),
    /// Logging in for the first time failed.
    #[error(transparent)]
    Login(#[from] Failure),
}

impl From<FsError> for CollectError {
    fn from(error: FsError) -> Self {
        Self::Keep(error.into())
    }
}

/// How to collect.
#[derive(Debug, Clone, Copy)]
pub struct How {
    /// In which language files are named, where none is yet.
    pub lang: Lang,
    /// The time when it begins, in seconds since 1970.
    pub now: i64,
    /// How platforms are asked.
    pub manners: Manners,
}

impl How {
    /// As it is now, for what it was made for at `begun`: later by what has passed since, as a clock says that nobody sets.
    #[must_use]
    pub fn since(self, begun: Instant) -> Self {
        let passed = i64::try_from(begun.elapsed().as_secs()).unwrap_or(i64::MAX);
        Self { now: self.now.saturating_add(passed), ..self }
    }
}

/// Collects from an account, and shows what came; `tell` hears how far it is. Whatever the platform does, what came is kept, and the
/// answer says how it ended.
///
/// # Errors
/// [`CollectError`], when nothing was asked, or what came could not be kept.
pub fn collect(
    bag: &Bag,
    name: &str,
    how: &How,
    tell: &mut (dyn FnMut(&str, u64, u64) + Send),
) -> Result<Ended, CollectError> {
    let begun = Instant::now();
    let _alone = bag.collecting();
    // Another run may have taken hours.
    let how = &how.since(begun);
    let begun = Instant::now();
    let collection = Collection::open_or_make(bag, how.lang)?;
    let account = Account::find(collection.home(), collection.access(), name)?;
    let account = account.ok_or_else(|| CollectError::NoAccount(name.to_owned()))?;
    let silent_until = account.silent_until_beside(&Account::all(collection.home(), collection.access())?);
    if silent_until > how.now {
        return Err(CollectError::Silent { until: silent_until });
    }
    let mut run = Run::begin(&collection, account.clone(), how.now, tell);
    let asked = ask(&account, how, &mut run)?;
    let (account, counts) = run.end();
    finish(&collection, account, counts, asked.err(), how.since(begun).now, tell)
}

fn ask(account: &Account, how: &How, sink: &mut dyn Sink) -> Result<Result<(), Failure>, CollectError> {
    let (secret, manners) = (account.secret.clone(), how.manners);
    let today = today(how.now);
    let url = |default: &str| {
        let address = if account.url.is_empty() { default } else { &account.url };
        Url::parse(address).map_err(|_| CollectError::Address(address.to_owned()))
    };
    match account.platform {
        Platform::Pronote => {
            let school = School::parse(&account.url).map_err(|_| CollectError::Address(account.url.clone()))?;
            run(Ok(Pronote::new(school, secret, today, manners)), sink)
        }
        Platform::Moodle => {
            let zone = TimeZone::get(ZONE).unwrap_or(TimeZone::UTC);
            run(Ok(Moodle::new(&account.url, secret, zone).with_manners(manners).at(how.now)), sink)
        }
        Platform::Pmb => run(Pmb::new(url("")?, &secret, None, manners), sink),
        Platform::Pix => run(Pix::new(url(PIX)?, &secret, how.now, manners), sink),
        Platform::Toutatice => run(Toutatice::new(portal(&account.url)?, secret, manners), sink),
        Platform::Calendar => run(Calendar::new(&secret, today, manners), sink),
        // Its files are dropped, not asked for.
        Platform::Inbox => Ok(Ok(())),
    }
}

fn run(connector: Result<impl Connector, Failure>, sink: &mut dyn Sink) -> Result<Result<(), Failure>, CollectError> {
    match connector {
        Ok(mut connector) => {
            let collecting = async move { tokio::time::timeout(RUN_TIME, connector.collect(sink)).await };
            let collected = block_on(collecting)?;
            Ok(collected.unwrap_or_else(|_| Err(Failure::Unreachable("it takes too long".to_owned()))))
        }
        Err(failure) => Ok(Err(failure)),
    }
}

fn finish(
    collection: &Collection,
    mut account: Account,
    counts: Counts,
    failure: Option<Failure>,
    at: i64,
    tell: &mut (dyn FnMut(&str, u64, u64) + Send),
) -> Result<Ended, CollectError> {
    let silence = failure.as_ref().map_or(Duration::ZERO, Failure::silence);
    account.silent_until = at.saturating_add(i64::try_from(silence.as_secs()).unwrap_or(i64::MAX));
    let trouble = |failure: Failure| Trouble { word: failure.word().to_owned(), detail: failure.detail().to_owned() };
    let mut ended = Ended { at, counts, failure: failure.map(trouble) };
    account.last = Some(ended.clone());
    // Before anything else can fail: a platform that wants silence gets it.
    collection.update(&account)?;
    let shown = collection.show(&mut |done, total| tell("views", done, total))?;
    if let (Some(error), None) = (shown.failed, &ended.failure) {
        ended.failure = Some(trouble(Failure::Keep(error.to_string())));
        account.last = Some(ended.clone());
        collection.update(&account)?;
    }
    Ok(ended)
}

/// Does asynchronous work on this thread.
fn block_on<T>(work: impl Future<Output = T>) -> Result<T, CollectError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    Ok(runtime.map_err(|error| CollectError::System(error.to_string()))?.block_on(work))
}

/// The day at schools.
pub(crate) fn today(now: i64) -> Date {
    let zone = TimeZone::get(ZONE).unwrap_or(TimeZone::UTC);
    zone.to_datetime(Timestamp::from_second(now).unwrap_or(Timestamp::UNIX_EPOCH)).date()
}

/// A moment at schools, in seconds since 1970.
pub(crate) fn at_school(moment: DateTime) -> i64 {
    let zone = TimeZone::get(ZONE).unwrap_or(TimeZone::UTC);
    zone.to_timestamp(moment).map_or(i64::MAX, Timestamp::as_second)
}

/// Logs in to Toutatice: `open` is given the address for the browser, and the page that the browser ends at says `said`. `site` is
/// empty for the portal of Rennes. Returns the secret of the account, which is not kept yet.
///
/// # Errors
/// [`CollectError::Login`] when the person declined, did not come for ten minutes, or the portal fails.
pub fn log_in(site: &str, manners: Manners, said: &str, open: &mut dyn FnMut(&str)) -> Result<Secret, CollectError> {
    let portal = portal(site)?;
    let logged_in = block_on(async {
        let mut http = Http::new(manners)?;
        let redirect = Redirect::listen().await?;
        let login = Login::begin(&mut http, &portal, redirect.address()).await?;
        open(login.address().as_str());
        let redirected = redirect.wait(&login, said).await?;
        login.finish(&mut http, &redirected).await
    })?;
    Ok(logged_in?)
}

fn portal(site: &str) -> Result<Portal, CollectError> {
    let site = if site.is_empty() { TOUTATICE } else { site };
    let url = Url::parse(site).map_err(|_| CollectError::Address(site.to_owned()))?;
    Ok(Portal { site: url, client: CLIENT.to_owned() })
}

/// Forgets an account and all that was collected from it, and what its records alone referred to. Returns how many records went.
///
/// # Errors
/// [`CollectError::NoAccount`] where neither the account nor anything of it is known; those of writing.
pub fn forget(bag: &Bag, name: &str, how: &How) -> Result<u64, CollectError> {
    let _alone = bag.collecting();
    let collection = Collection::open_or_make(bag, how.lang)?;
    let account = crate::record::AccountId(name.to_owned());
    let records = collection.forget(&account)?;
    let known = collection.remove_account(name)?;
    if records == 0 && !known {
        return Err(CollectError::NoAccount(name.to_owned()));
    }
    collection.show(&mut |_, _| {})?;
    collection.drop_unused_sources()?;
    collection.sync()?;
    Ok(records)
}
