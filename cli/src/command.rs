//! Each command, from its arguments to what it says.

mod close;
mod device;
mod ent;
mod first;
mod init;
mod keyring;
mod open;
mod report;
mod shares;
mod slots;
mod status;

use std::time::{SystemTime, UNIX_EPOCH};

use clap_complete::generate;
use serde_json::{Value, json};

use crate::args::{self, Cli, Command};
use crate::exit::Failure;
use crate::output;
use crate::text::Text;

/// Does what the command line asks.
pub(crate) fn run(cli: &Cli, text: &Text) -> Result<(), Failure> {
    match &cli.command {
        None => first::run(cli.desktop, text),
        Some(Command::Init(init)) => init::run(init, text),
        Some(Command::Open(open)) => open::open(open, text),
        Some(Command::Mount(mount)) => open::mount(mount, text),
        Some(Command::Serve(serve)) => open::serve(serve, text),
        Some(Command::Unmount { folder }) => close::unmount(folder, text),
        Some(Command::Close { bag }) => close::close(bag, text),
        Some(Command::Status(bag)) => status::run(bag, text),
        Some(Command::Device(devices)) => device::run(&devices.act, text),
        Some(Command::Share(wanted)) => shares::share(wanted, text),
        Some(Command::Shares(unlock)) => shares::list(unlock, text),
        Some(Command::Revoke(wanted)) => shares::revoke(wanted, text),
        Some(Command::Ent(ent)) => ent::run(&ent.act, text),
        Some(Command::Passwd(passwd)) => slots::passwd(passwd, text),
        Some(Command::Slots(slots)) => slots::run(&slots.act, text),
        Some(Command::Remember(remember)) => keyring::remember(remember, text),
        Some(Command::Forget { bag }) => keyring::forget(bag, text),
        Some(Command::Check(check)) => report::check(check, text),
        Some(Command::Gc(gc)) => report::gc(gc, text),
        Some(Command::Completions { shell }) => {
            let mut script = Vec::new();
            generate(*shell, &mut args::command(text), "cartable", &mut script);
            output::print(String::from_utf8_lossy(&script).trim_end())
        }
        Some(Command::Man { folder }) => clap_mangen::generate_to(args::command(text), folder)
            .map_err(|e| Failure::io("writing pages into", folder, &e)),
    }
}

/// Prints a report: as JSON, or as lines of a name and a value.
fn print(report: &Value, as_json: bool, text: &Text) -> Result<(), Failure> {
    if as_json {
        return output::print(report);
    }
    for (name, value) in report.as_object().into_iter().flatten() {
        let value = match value {
            Value::String(said) => said.clone(),
            Value::Bool(true) => text.say("yes"),
            Value::Bool(false) => text.say("no"),
            Value::Null => text.say("none"),
            Value::Array(said) if said.is_empty() => text.say("none"),
            Value::Array(said) => said.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
            other => other.to_string(),
        };
        output::print(format!("{}: {value}", text.say(&format!("name-{}", name.replace('_', "-")))))?;
    }
    Ok(())
}

/// Seconds since 1970.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// A day of the local calendar, as ISO 8601 has it.
fn date(seconds: u64) -> String {
    local(seconds).map(|time| time.date().to_string()).unwrap_or_default()
}

/// A minute of the local calendar.
fn moment(seconds: u64) -> String {
    local(seconds).map(|time| time.strftime("%Y-%m-%d %H:%M").to_string()).unwrap_or_default()
}

fn local(seconds: u64) -> Option<jiff::civil::DateTime> {
    let time = i64::try_from(seconds).ok().and_then(|seconds| jiff::Timestamp::from_second(seconds).ok())?;
    Some(jiff::tz::TimeZone::system().to_datetime(time))
}

/// An empty report.
fn report() -> Value {
    json!({})
}
