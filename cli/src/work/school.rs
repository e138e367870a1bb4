//! Accounts at school platforms, and collecting from them.

use std::path::Path;
use std::time::Instant;

use cartable_ent::account::{Account, Counts, Ended};
use cartable_ent::collect::{self, CollectError, How};
use cartable_ent::collection::KeepError;
use cartable_ent::connector::Secret;
use cartable_ent::inbox::{self, InboxError, Seen};
use cartable_ent::platform::http::Manners;
use cartable_ent::record::{AccountId, Platform, Uai};
use cartable_ent::schedule;
use cartable_ent::view::Lang;
use cartable_fs::FsError;
use cartable_fs::bag::Bag;
use cartable_fs::check::Progress;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::exit::Failure;
use crate::passphrase::{Word, secret};
use crate::wanted::PathWord;

/// What can be asked about school platforms.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) enum SchoolTask {
    /// Keep an account, and for a code log in with it once.
    Add { by: Word, account: Named, opened_by: OpenedBy, english: bool, now: i64 },
    /// List the accounts.
    List,
    /// Collect from these accounts, or from all.
    Collect { accounts: Vec<String>, english: bool, now: i64 },
    /// Take in files that were exported by hand.
    Take { files: Vec<PathWord>, pupil: Option<String>, watching: bool, english: bool, now: i64 },
    /// Collect from these accounts, or from all, by itself; or no longer.
    Schedule { accounts: Vec<String>, daily: bool },
    /// Forget an account; what was collected stays.
    Remove { by: Word, account: String },
    /// Forget an account and all that was collected from it.
    Forget { by: Word, account: String, english: bool, now: i64 },
}

/// An account, as it is named on the command line.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) platform: Platform,
    pub(crate) url: String,
    pub(crate) uai: Option<Uai>,
}

/// What opens an account.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) enum OpenedBy {
    /// A password, a token, an address, a code: what the platform takes.
    Typed { login: Option<String>, secret: Word },
    /// The text of a QR code, and its PIN.
    Code { code: Word, pin: Word },
    /// What a login in the browser gave: a [`Secret`] as JSON.
    LoggedIn { secret: Word },
}

/// An account as the list shows it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ListedAccount {
    pub(crate) name: String,
    pub(crate) platform: String,
    pub(crate) url: String,
    pub(crate) uai: Option<String>,
    /// Seconds since 1970.
    pub(crate) added: i64,
    pub(crate) last: Option<Ended>,
    /// Seconds since 1970; 0 for never.
    pub(crate) silent_until: i64,
    /// Whether it is collected by itself.
    pub(crate) daily: bool,
}

/// How collecting from an account ended.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct CollectedFrom {
    pub(crate) account: String,
    /// None where the platform must not be asked yet, and where `failed` says why it could not be.
    pub(crate) ended: Option<Ended>,
    /// Seconds since 1970; 0 for never.
    pub(crate) silent_until: i64,
    /// Why it could not be asked, or why what came could not be kept.
    pub(crate) failed: Option<Failure>,
}

/// What became of a file.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct TakenFile {
    pub(crate) file: String,
    /// None where it was not taken in; `said` says why then.
    pub(crate) counts: Option<Counts>,
    pub(crate) said: Option<String>,
    /// What in it was not understood.
    pub(crate) remarks: Vec<String>,
}

/// What was done.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum SchoolDone {
    Added,
    Listed(Vec<ListedAccount>),
    Collected(Vec<CollectedFrom>),
    Taken(Vec<TakenFile>),
    Scheduled,
    Removed,
    Forgotten { records: u64 },
}

impl SchoolTask {
    pub(crate) fn takes_long(&self) -> bool {
        // Each waits for a platform, or for who collects.
        matches!(self, Self::Add { .. } | Self::Collect { .. } | Self::Take { .. } | Self::Forget { .. })
    }

    pub(crate) fn only_reads(&self) -> bool {
        matches!(self, Self::List)
    }
}

/// Does it in a bag that is open in this process.
pub(crate) fn done(bag: &Bag, task: &SchoolTask, show: &mut dyn FnMut(Progress)) -> Result<SchoolDone, Failure> {
    match task {
        SchoolTask::Add { by, account, opened_by, english, now } => {
            bag.prove_owner(&secret(&by.0)?)?;
            add(bag, account, opened_by, &how(*english, *now))?;
            inbox::open(bag)?;
            Ok(SchoolDone::Added)
        }
        SchoolTask::List => {
            let (home, access) = (bag.open_home()?, bag.access()?);
            let all = Account::all(&home, &access)?;
            let all = all.iter().map(|account| {
                let daily = schedule::is_daily(&home, &access, &account.name.0)?;
                Ok(listed(account, daily))
            });
            Ok(SchoolDone::Listed(all.collect::<Result<_, Failure>>()?))
        }
        SchoolTask::Collect { accounts, english, now } => {
            Ok(SchoolDone::Collected(collected(bag, accounts, &how(*english, *now), show)?))
        }
        SchoolTask::Take { files, pupil, watching, english, now } => {
            let (how, seen) = (how(*english, *now), if *watching { Seen::PassOver } else { Seen::Again });
            let taken = files.iter().map(|file| take(bag, &file.0, pupil.as_deref(), seen, &how));
            Ok(SchoolDone::Taken(taken.collect::<Result<_, _>>()?))
        }
        SchoolTask::Schedule { accounts: names, daily } => {
            let (home, access) = (bag.open_home()?, bag.access()?);
            let change = access.change().map_err(FsError::from)?;
            for account in named(bag, names)? {
                schedule::set(&home, &access, &change, &account.name.0, *daily)?;
            }
            Ok(SchoolDone::Scheduled)
        }
        SchoolTask::Remove { by, account } => {
            bag.prove_owner(&secret(&by.0)?)?;
            let (home, access) = (bag.open_home()?, bag.access()?);
            let change = access.change().map_err(FsError::from)?;
            let known = Account::remove(&home, &access, &change, account)?;
            if known { Ok(SchoolDone::Removed) } else { Err(Failure::NoAccount { name: account.clone() }) }
        }
        SchoolTask::Forget { by, account, english, now } => {
            bag.prove_owner(&secret(&by.0)?)?;
            let records = collect::forget(bag, account, &how(*english, *now))?;
            Ok(SchoolDone::Forgotten { records })
        }
    }
}

fn how(english: bool, now: i64) -> How {
    How { lang: if english { Lang::En } else { Lang::Fr }, now, manners: Manners::default() }
}

fn accounts(bag: &Bag) -> Result<Vec<Account>, Failure> {
    Ok(Account::all(&*bag.open_home()?, &bag.access()?)?)
}

fn add(bag: &Bag, named: &Named, opened_by: &OpenedBy, how: &How) -> Result<(), Failure> {
    if accounts(bag)?.iter().any(|known| known.name.0 == named.name) {
        return Err(Failure::AccountThere { name: named.name.clone() });
    }
    let text = |word: &Word| {
        let text = std::str::from_utf8(&word.0).map(|text| Zeroizing::new(text.trim().to_owned()));
        text.map_err(|_| Failure::Account { what: "it is no text".to_owned() })
    };
    let mut account = Account {
        name: AccountId(named.name.clone()),
        platform: named.platform,
        url: named.url.clone(),
        uai: named.uai.clone(),
        secret: Secret::Code { code: Zeroizing::default() },
        added: how.now,
        last: None,
        silent_until: 0,
    };
    match opened_by {
        OpenedBy::Typed { login, secret } => {
            account.secret = collect::typed(named.platform, login.clone(), text(secret)?);
            collect::add(bag, &account, how)?;
        }
        OpenedBy::LoggedIn { secret } => {
            let secret = serde_json::from_slice(&secret.0);
            account.secret = secret.map_err(|error| Failure::Account { what: error.to_string() })?;
            collect::add(bag, &account, how)?;
        }
        OpenedBy::Code { code, pin } => {
            collect::enroll(bag, account, &text(code)?, &text(pin)?, how)?;
        }
    }
    Ok(())
}

/// The accounts of these names, or all that are asked for anything.
fn named(bag: &Bag, names: &[String]) -> Result<Vec<Account>, Failure> {
    let mut all = accounts(bag)?;
    if let Some(name) = names.iter().find(|name| !all.iter().any(|account| account.name.0 == **name)) {
        return Err(Failure::NoAccount { name: name.clone() });
    }
    all.retain(|account| account.platform != Platform::Inbox && (names.is_empty() || names.contains(&account.name.0)));
    Ok(all)
}

/// Collects from the accounts that are to be collected by themselves, and are due.
pub(crate) fn collect_due(bag: &Bag, now: i64) -> Result<(), Failure> {
    let due = schedule::due(bag, now)?;
    if !due.is_empty() {
        collected(bag, &due, &how(false, now), &mut |_| {})?;
    }
    Ok(())
}

fn collected(
    bag: &Bag,
    names: &[String],
    how: &How,
    show: &mut dyn FnMut(Progress),
) -> Result<Vec<CollectedFrom>, Failure> {
    let begun = Instant::now();
    let each = named(bag, names)?.into_iter().map(|account| {
        // What ends one account is no reason to leave out the others, and what they gave is told.
        collected_from(bag, &account, &how.since(begun), show).unwrap_or_else(|failed| CollectedFrom {
            account: account.name.0,
            ended: None,
            silent_until: account.silent_until,
            failed: Some(failed),
        })
    });
    Ok(each.collect())
}

fn collected_from(
    bag: &Bag,
    account: &Account,
    how: &How,
    show: &mut dyn FnMut(Progress),
) -> Result<CollectedFrom, Failure> {
    // What comes is told to whoever waits, from the thread that collects: it may not be sent to another.
    let (tell, told) = std::sync::mpsc::channel::<Progress>();
    let mut hear = move |_: &str, done: u64, total: u64| {
        // Nobody may be listening.
        let _ = tell.send(Progress { done, total });
    };
    let name = &account.name.0;
    let ended = std::thread::scope(|scope| {
        let collecting = scope.spawn(|| collect::collect(bag, name, how, &mut hear));
        while !collecting.is_finished() {
            if let Ok(progress) = told.recv_timeout(std::time::Duration::from_millis(100)) {
                show(progress);
            }
        }
        collecting.join().map_err(|_| Failure::Other { what: format!("collecting from {name}") })
    })?;
    let ended = match ended {
        Ok(ended) => Some(ended),
        Err(CollectError::Silent { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    let known = Account::find(&*bag.open_home()?, &bag.access()?, name)?;
    let silent_until = known.as_ref().unwrap_or(account).silent_until;
    Ok(CollectedFrom { account: name.clone(), ended, silent_until, failed: None })
}

fn take(bag: &Bag, path: &Path, pupil: Option<&str>, seen: Seen, how: &How) -> Result<TakenFile, Failure> {
    let file = path.display().to_string();
    let Some(taken) = inbox::take_outside(bag, path, how, pupil, seen)? else {
        return Ok(TakenFile { file, counts: Some(Counts::default()), said: None, remarks: Vec::new() });
    };
    let said = inbox::explain(how.lang, &taken.name, &taken.outcome);
    let (counts, remarks) = match taken.outcome {
        inbox::Outcome::Kept { counts, remarks, .. } => (Some(counts), remarks),
        _ => (None, Vec::new()),
    };
    Ok(TakenFile { file, counts, said, remarks })
}

/// Takes in what lies in the inbox of a bag and has come to rest; does nothing where there is no inbox.
pub(crate) fn sweep(bag: &Bag, now: i64) -> Result<(), Failure> {
    inbox::sweep(bag, &how(false, now), inbox::REST)?;
    Ok(())
}

fn listed(account: &Account, daily: bool) -> ListedAccount {
    ListedAccount {
        name: account.name.0.clone(),
        platform: account.platform.name().to_owned(),
        url: account.url.clone(),
        uai: account.uai.as_ref().map(ToString::to_string),
        added: account.added,
        last: account.last.clone(),
        silent_until: account.silent_until,
        daily,
    }
}

impl From<KeepError> for Failure {
    fn from(error: KeepError) -> Self {
        match error {
            KeepError::Bag(error) => error.into(),
            KeepError::Space(error) => error.into(),
            KeepError::Damaged(what) => Self::Damaged { what: what.to_owned() },
        }
    }
}

impl From<InboxError> for Failure {
    fn from(error: InboxError) -> Self {
        match error {
            InboxError::Keep(error) => error.into(),
            other => Self::Other { what: other.to_string() },
        }
    }
}

impl From<CollectError> for Failure {
    fn from(error: CollectError) -> Self {
        match error {
            CollectError::NoAccount(name) => Self::NoAccount { name },
            CollectError::Keep(error) => error.into(),
            CollectError::OtherPlatform { name, platform } => {
                Self::AccountName { name, platform: platform.name().to_owned() }
            }
            CollectError::Login(failure) => {
                Self::Login { word: failure.word().to_owned(), detail: failure.detail().to_owned() }
            }
            CollectError::Address(_) | CollectError::Unfit(_) => Self::Account { what: error.to_string() },
            CollectError::Silent { .. } | CollectError::System(_) => Self::Other { what: error.to_string() },
        }
    }
}
