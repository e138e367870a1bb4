//! `cartable ent`: accounts at school platforms, and what is collected from them.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use cartable_ent::account::{Counts, Ended};
use cartable_ent::collect::{is_address, log_in, needs_login};
use cartable_ent::inbox;
use cartable_ent::platform::http::Manners;
use cartable_ent::record::Platform;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::{date, moment, now, print, report};
use crate::args::Unlock;
use crate::args::ent::{Add, EntAct, When};
use crate::desktop;
use crate::exit::Failure;
use crate::output;
use crate::passphrase::{Bytes, Word, ask_secret};
use crate::socket;
use crate::text::Text;
use crate::wanted::PathWord;
use crate::work::school::{CollectedFrom, ListedAccount, Named, OpenedBy, SchoolDone, SchoolTask, TakenFile};
use crate::work::{Done, Task, asked, have_done, proven};

/// How often a watched file is tried while another command has the bag.
const BUSY_TRIES: usize = 60;
/// The longest picture of a QR code that is read, in bytes.
const CODE_BYTES: u64 = 16 << 20;

pub(crate) fn run(act: &EntAct, text: &Text) -> Result<(), Failure> {
    match act {
        EntAct::Add(wanted) => add(wanted, text),
        EntAct::List(unlock) => list(unlock, text),
        EntAct::Status(unlock) => status(unlock, text),
        EntAct::Collect { unlock, account } => collect(unlock, account, text),
        EntAct::Schedule { unlock, when, account } => schedule(unlock, *when, account, text),
        EntAct::Take { unlock, file, pupil } => take(unlock, file, pupil.as_deref(), text),
        EntAct::Watch { unlock, watched } => watch(unlock, watched, text),
        EntAct::Remove { unlock, account } => {
            let by = asked(unlock, text)?;
            let task = SchoolTask::Remove { by: Word(by.clone()), account: account.clone() };
            ask(unlock, Some(by), task, text)?;
            output::say(text.say("account-removed"));
            Ok(())
        }
        EntAct::Forget { unlock, account } => {
            let by = asked(unlock, text)?;
            let task = SchoolTask::Forget {
                by: Word(by.clone()),
                account: account.clone(),
                english: text.is_english(),
                now: seconds(),
            };
            if let SchoolDone::Forgotten { records } = ask(unlock, Some(by), task, text)? {
                output::say(text.say_with("account-forgotten", &[("records", records.to_string().into())]));
            }
            Ok(())
        }
    }
}

fn add(wanted: &Add, text: &Text) -> Result<(), Failure> {
    look(wanted, text)?;
    let by = asked(&wanted.unlock, text)?;
    let opened_by = match &wanted.code_file {
        Some(file) => code(file, text)?,
        None if wanted.platform == Platform::Toutatice => in_browser(wanted, text)?,
        None => {
            let prompt = text.say(&format!("ask-{}", secret_of(wanted)));
            let secret = ask_secret(wanted.password_file.as_deref(), &prompt)?;
            let is_address =
                |secret: &Bytes| std::str::from_utf8(secret).is_ok_and(|it| is_address(wanted.platform, it));
            if wanted.platform == Platform::Calendar && !is_address(&secret) {
                return Err(Failure::Account { what: text.say("account-bad-calendar") });
            }
            OpenedBy::Typed { login: wanted.login.clone(), secret: Word(secret) }
        }
    };
    let account = Named {
        name: wanted.account.clone(),
        platform: wanted.platform,
        url: wanted.site.clone().unwrap_or_default(),
        uai: wanted.uai.clone(),
    };
    let task = SchoolTask::Add { by: Word(by.clone()), account, opened_by, english: text.is_english(), now: seconds() };
    ask(&wanted.unlock, Some(by), task, text)?;
    output::say(text.say_with("account-added", &[("name", wanted.account.as_str().into())]));
    Ok(())
}

/// Looks whether what was named can be an account, before any secret is asked for.
fn look(wanted: &Add, text: &Text) -> Result<(), Failure> {
    let refused = |what: String| Err(Failure::Account { what });
    let needs_address = !matches!(wanted.platform, Platform::Pix | Platform::Toutatice | Platform::Calendar);
    match (&wanted.code_file, &wanted.site) {
        (Some(_), _) if wanted.platform != Platform::Pronote => refused(text.say("account-no-code")),
        (Some(_), _) => Ok(()),
        (None, None) if needs_address => refused(text.say("account-without-url")),
        (None, Some(site)) if !is_address(wanted.platform, site) => {
            let what = if wanted.platform == Platform::Pronote { "account-bad-school" } else { "account-bad-url" };
            refused(text.say_with(what, &[("url", site.into())]))
        }
        (None, _) if wanted.login.as_deref().is_none_or(str::is_empty) && needs_login(wanted.platform) => {
            let is_pronote = wanted.platform == Platform::Pronote;
            refused(text.say(if is_pronote { "account-without-code" } else { "account-without-login" }))
        }
        (None, _) => Ok(()),
    }
}

/// Has the person log in at the portal, in a browser of this machine.
fn in_browser(wanted: &Add, text: &Text) -> Result<OpenedBy, Failure> {
    if wanted.login.is_some() || wanted.password_file.is_some() {
        return Err(Failure::Account { what: text.say("account-by-browser") });
    }
    let site = wanted.site.as_deref().unwrap_or_default();
    let secret = log_in(site, Manners::default(), &text.say("browser-done"), &mut |address| {
        output::tell(text.say_with("browser-open", &[("address", address.into())]));
        desktop::show(address);
    })?;
    let secret = serde_json::to_vec(&secret).map_err(|error| Failure::Account { what: error.to_string() })?;
    Ok(OpenedBy::LoggedIn { secret: Word(Zeroizing::new(secret)) })
}

/// What opens an account of that kind, as a word.
fn secret_of(wanted: &Add) -> &'static str {
    match (wanted.platform, &wanted.login) {
        (Platform::Pix, _) => "pix-code",
        (Platform::Calendar, _) => "calendar-address",
        (_, Some(_)) => "account-password",
        (_, None) => "account-token",
    }
}

/// The text of a QR code from a file or a picture of it, and its PIN from the file's second line, else typed.
fn code(file: &Path, text: &Text) -> Result<OpenedBy, Failure> {
    let failed = |error: std::io::Error| Failure::io("reading", file, &error);
    let mut read = Zeroizing::new(Vec::new());
    std::fs::File::open(file).map_err(failed)?.take(CODE_BYTES).read_to_end(&mut read).map_err(failed)?;
    let said = match std::str::from_utf8(&read) {
        Ok(said) => Zeroizing::new(said.to_owned()),
        Err(_) => Zeroizing::new(inbox::qr_text(&read).unwrap_or_default()),
    };
    let mut lines = said.lines().map(str::trim).filter(|line| !line.is_empty());
    let bytes = |text: &str| Zeroizing::new(text.as_bytes().to_vec());
    let code = lines.next().ok_or_else(|| Failure::Account { what: text.say("code-empty") })?;
    let pin = match lines.next() {
        Some(pin) => bytes(pin),
        None => ask_secret(None, &text.say("ask-pin"))?,
    };
    Ok(OpenedBy::Code { code: Word(bytes(code)), pin: Word(pin) })
}

fn list(unlock: &Unlock, text: &Text) -> Result<(), Failure> {
    let accounts = accounts(unlock, text)?;
    if unlock.json {
        return output::print(json!({ "accounts": accounts }));
    }
    for account in accounts {
        let mut said = report();
        said["name"] = account.name.into();
        said["platform"] = account.platform.into();
        said["url"] = account.url.into();
        said["uai"] = account.uai.into();
        said["added"] = u64::try_from(account.added).map(date).unwrap_or_default().into();
        print(&said, false, text)?;
        output::print("")?;
    }
    Ok(())
}

fn status(unlock: &Unlock, text: &Text) -> Result<(), Failure> {
    let accounts = accounts(unlock, text)?;
    if unlock.json {
        return output::print(json!({ "accounts": accounts }));
    }
    if accounts.is_empty() {
        return output::print(text.say("no-accounts"));
    }
    if is_time_to_export(&accounts) {
        output::print(text.say("export-quizzes"))?;
    }
    for account in accounts {
        output::print(format!("{} ({})", account.name, account.platform))?;
        if account.daily {
            output::print(format!("    {}", text.say("collected-daily")))?;
        }
        match &account.last {
            Some(ended) => say_ended(ended, account.silent_until, text)?,
            None => output::print(format!("    {}", text.say("never-collected")))?,
        }
    }
    Ok(())
}

/// Whether a teacher should save what PRONOTE gives to nobody's program, before the school year is closed: from May to August.
fn is_time_to_export(accounts: &[ListedAccount]) -> bool {
    let teaches = |account: &ListedAccount| account.platform == "pronote" && account.url.contains("professeur");
    accounts.iter().any(teaches) && matches!(date(now()).get(5..7), Some("05" | "06" | "07" | "08"))
}

fn accounts(unlock: &Unlock, text: &Text) -> Result<Vec<ListedAccount>, Failure> {
    match ask(unlock, None, SchoolTask::List, text)? {
        SchoolDone::Listed(accounts) => Ok(accounts),
        other => Err(unexpected(&other)),
    }
}

fn collect(unlock: &Unlock, accounts: &[String], text: &Text) -> Result<(), Failure> {
    let task = SchoolTask::Collect { accounts: accounts.to_vec(), english: text.is_english(), now: seconds() };
    let SchoolDone::Collected(all) = ask(unlock, None, task, text)? else { return Ok(()) };
    if unlock.json {
        let all: Vec<_> = all.iter().map(|one| as_json(one, text)).collect();
        output::print(json!({ "accounts": all }))?;
    } else if all.is_empty() {
        output::print(text.say("no-accounts"))?;
    } else {
        for CollectedFrom { account, ended, silent_until, failed } in &all {
            output::print(account)?;
            match (ended, failed) {
                (Some(ended), _) => say_ended(ended, *silent_until, text)?,
                (None, Some(failed)) => {
                    for line in failed.sentences(text).lines() {
                        output::print(format!("    {line}"))?;
                    }
                }
                (None, None) => output::print(format!("    {}", silent(*silent_until, text)))?,
            }
        }
    }
    let failed = all.iter().filter(|one| one.ended.as_ref().is_none_or(|ended| ended.failure.is_some()));
    match failed.count() {
        0 => Ok(()),
        count => Err(Failure::NotCollected { count: count.to_string() }),
    }
}

/// How collecting from an account ended, for programs: a failure as people read it.
fn as_json(one: &CollectedFrom, text: &Text) -> Value {
    let failed = one.failed.as_ref().map(|failed| failed.sentences(text));
    json!({ "account": one.account, "ended": one.ended, "silent_until": one.silent_until, "failed": failed })
}

fn schedule(unlock: &Unlock, when: When, accounts: &[String], text: &Text) -> Result<(), Failure> {
    let daily = when == When::Daily;
    ask(unlock, None, SchoolTask::Schedule { accounts: accounts.to_vec(), daily }, text)?;
    output::say(text.say(if daily { "scheduled-daily" } else { "scheduled-never" }));
    Ok(())
}

fn take(unlock: &Unlock, files: &[PathBuf], pupil: Option<&str>, text: &Text) -> Result<(), Failure> {
    let absolute = |file: &PathBuf| {
        let path = file.canonicalize().map_err(|error| Failure::io("reading", file, &error))?;
        Ok(PathWord(path))
    };
    let task = SchoolTask::Take {
        files: files.iter().map(absolute).collect::<Result<_, Failure>>()?,
        pupil: pupil.map(str::to_owned),
        watching: false,
        english: text.is_english(),
        now: seconds(),
    };
    say_all_taken(unlock, &ask(unlock, None, task, text)?, text)
}

fn say_all_taken(unlock: &Unlock, done: &SchoolDone, text: &Text) -> Result<(), Failure> {
    let SchoolDone::Taken(taken) = done else { return Err(unexpected(done)) };
    if unlock.json {
        output::print(json!({ "files": taken }))?;
    } else {
        taken.iter().try_for_each(|one| say_taken(one, text))?;
    }
    match taken.iter().filter(|one| one.counts.is_none()).count() {
        0 => Ok(()),
        count => Err(Failure::NotTaken { count: count.to_string() }),
    }
}

fn say_taken(taken: &TakenFile, text: &Text) -> Result<(), Failure> {
    output::print(output::plain(&taken.file))?;
    if let Some(Counts { new, changed, same, .. }) = taken.counts {
        let number = |number: u64| number.to_string().into();
        let said =
            text.say_with("taken", &[("new", number(new)), ("changed", number(changed)), ("same", number(same))]);
        output::print(format!("    {said}"))?;
    }
    for line in taken.said.iter().flat_map(|said| said.lines()) {
        output::print(format!("    {}", output::plain(line)))?;
    }
    taken.remarks.iter().try_for_each(|remark| output::print(format!("    ({})", output::plain(remark))))
}

/// Takes in what comes to rest in a folder, until the command is ended.
fn watch(unlock: &Unlock, folder: &Path, text: &Text) -> Result<(), Failure> {
    let folder = folder.canonicalize().map_err(|error| Failure::io("watching", folder, &error))?;
    // Asked for once, at the beginning, and used where nobody has the bag open when a file comes.
    let known = match socket::doors_of(&unlock.bag)? {
        Some(doors) if !doors.locked => None,
        _ => Some(proven(unlock, text)?),
    };
    output::tell(text.say_with("watching", &[("folder", folder.to_string_lossy())]));
    let mut failed = None;
    let stop = AtomicBool::new(false);
    let take = |file: &Path| {
        let task = || SchoolTask::Take {
            files: vec![PathWord(file.to_owned())],
            pupil: None,
            watching: true,
            english: text.is_english(),
            now: seconds(),
        };
        let mut done = ask(unlock, known.clone(), task(), text);
        // Another command has the bag, as a rule for a moment.
        for _ in 0..BUSY_TRIES {
            if !matches!(done, Err(Failure::Busy { .. })) {
                break;
            }
            std::thread::sleep(inbox::REST);
            done = ask(unlock, known.clone(), task(), text);
        }
        say_all_taken(unlock, &done?, text)
    };
    inbox::watch(&folder, inbox::REST, &stop, |file| match take(file) {
        // Said already: others come.
        Ok(()) | Err(Failure::NotTaken { .. }) => {}
        Err(failure) => {
            stop.store(true, Ordering::Relaxed);
            failed = Some(failure);
        }
    });
    failed.map_or(Ok(()), Err)
}

fn say_ended(ended: &Ended, silent_until: i64, text: &Text) -> Result<(), Failure> {
    let Counts { new, changed, same, files, .. } = ended.counts;
    let number = |number: u64| number.to_string().into();
    let counts = text.say_with(
        "collected",
        &[
            ("at", u64::try_from(ended.at).map(moment).unwrap_or_default().into()),
            ("new", number(new)),
            ("changed", number(changed)),
            ("same", number(same)),
            ("files", number(files)),
        ],
    );
    output::print(format!("    {counts}"))?;
    let Some(trouble) = &ended.failure else { return Ok(()) };
    output::print(format!(
        "    {}",
        text.say_with(&format!("ent-{}", trouble.word), &[("detail", output::plain(&trouble.detail).into())])
    ))?;
    if silent_until > ended.at {
        output::print(format!("    {}", silent(silent_until, text)))?;
    }
    Ok(())
}

fn silent(until: i64, text: &Text) -> String {
    text.say_with("ent-silent", &[("until", u64::try_from(until).map(moment).unwrap_or_default().into())])
}

/// Has it done, with a bar where somebody sees it.
fn ask(unlock: &Unlock, known: Option<Bytes>, task: SchoolTask, text: &Text) -> Result<SchoolDone, Failure> {
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_bar} {pos}/{len}") {
        bar.set_style(style);
    }
    let done = have_done(unlock, known, &Task::School(Box::new(task)), text, &mut |progress| {
        bar.set_length(progress.total);
        bar.set_position(progress.done);
    });
    bar.finish_and_clear();
    match done? {
        Done::School(done) => Ok(done),
        other => Err(Failure::Other { what: format!("the process that has the bag answered {other:?}") }),
    }
}

fn unexpected(done: &SchoolDone) -> Failure {
    Failure::Other { what: format!("the process that has the bag answered {done:?}") }
}

fn seconds() -> i64 {
    i64::try_from(now()).unwrap_or(i64::MAX)
}
