//! The command line, with its help in the user's language.

pub(crate) mod ent;
mod fstab;

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use crate::exit::Failure;
use crate::text::Text;

#[derive(Parser)]
#[command(name = "cartable", version, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    /// Started by the desktop entry: in a window that closes with us.
    #[arg(long, hide = true)]
    pub(crate) desktop: bool,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    Init(Init),
    Open(Open),
    Mount(Mount),
    Serve(Serve),
    Unmount { folder: PathBuf },
    Close { bag: PathBuf },
    Status(Bag),
    Device(Devices),
    Share(ShareFolder),
    Shares(Unlock),
    Revoke(Revoke),
    Ent(ent::Ent),
    Passwd(Passwd),
    Remember(Remember),
    Forget { bag: PathBuf },
    Slots(Slots),
    Check(Check),
    Gc(Gc),
    Completions { shell: clap_complete::Shell },
    Man { folder: PathBuf },
}

#[derive(Args)]
pub(crate) struct Bag {
    pub(crate) bag: PathBuf,
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct Unlock {
    pub(crate) bag: PathBuf,
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
    #[arg(long)]
    pub(crate) json: bool,
    #[arg(long)]
    pub(crate) danger_accept_older_copy: bool,
}

#[derive(Args)]
pub(crate) struct Init {
    pub(crate) bag: PathBuf,
    #[arg(long, value_enum, default_value = "chacha20-poly1305")]
    pub(crate) cipher: Cipher,
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
    #[arg(long, value_name = "FILE", conflicts_with = "no_recovery")]
    pub(crate) recovery_file: Option<PathBuf>,
    #[arg(long)]
    pub(crate) no_recovery: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Cipher {
    #[value(name = "chacha20-poly1305")]
    ChaCha20Poly1305,
    #[value(name = "aes-256-gcm")]
    Aes256Gcm,
    Auto,
}

/// How a bag is opened, and whether the command stays.
#[derive(Args)]
pub(crate) struct Opening {
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
    #[arg(long)]
    pub(crate) foreground: bool,
    #[arg(long)]
    pub(crate) danger_accept_older_copy: bool,
}

/// How a drive is mounted.
#[derive(Args)]
pub(crate) struct Drive {
    #[arg(long)]
    pub(crate) allow_other: bool,
    #[arg(long)]
    pub(crate) read_only: bool,
    #[arg(long, short = 'o', value_delimiter = ',', value_parser = ["nosuid", "nodev", "noexec"])]
    pub(crate) options: Vec<String>,
}

/// How a share is offered.
#[derive(Args)]
pub(crate) struct Sharing {
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(crate) tls_cert: Option<PathBuf>,
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub(crate) tls_key: Option<PathBuf>,
    #[arg(long, conflicts_with_all = ["tls_cert", "tls_key", "name"])]
    pub(crate) no_tls: bool,
    #[arg(long, requires = "no_tls")]
    pub(crate) danger_plain_http: bool,
    #[arg(long, value_name = "DNS", conflicts_with = "tls_cert")]
    pub(crate) name: Vec<String>,
    #[arg(long, value_name = "NETWORK")]
    pub(crate) announce: Vec<String>,
    #[arg(long, value_name = "FILE")]
    pub(crate) log: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct Open {
    pub(crate) bag: PathBuf,
    #[arg(long, value_name = "FOLDER", required_unless_present_any = ["listen", "behind"])]
    pub(crate) mount: Option<PathBuf>,
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    pub(crate) listen: Vec<SocketAddr>,
    #[command(flatten)]
    pub(crate) opening: Opening,
    #[command(flatten)]
    pub(crate) drive: Drive,
    #[command(flatten)]
    pub(crate) sharing: Sharing,
    /// This is the process behind the doors: what is wanted comes on standard input, the verdict goes to standard output.
    #[arg(long, hide = true)]
    pub(crate) behind: bool,
}

#[derive(Args)]
pub(crate) struct Mount {
    pub(crate) bag: PathBuf,
    pub(crate) folder: PathBuf,
    #[command(flatten)]
    pub(crate) opening: Opening,
    #[command(flatten)]
    pub(crate) drive: Drive,
}

#[derive(Args)]
pub(crate) struct Serve {
    pub(crate) bag: PathBuf,
    #[arg(long, value_name = "ADDRESS", value_parser = address, default_value = "127.0.0.1:8843")]
    pub(crate) listen: Vec<SocketAddr>,
    #[arg(long, conflicts_with_all = ["passphrase_file", "danger_accept_older_copy"])]
    pub(crate) locked: bool,
    #[arg(long, value_name = "SECONDS", requires = "locked", default_value = "900", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) lock_after: u64,
    #[command(flatten)]
    pub(crate) opening: Opening,
    #[command(flatten)]
    pub(crate) sharing: Sharing,
}

#[derive(Args)]
pub(crate) struct Devices {
    #[command(subcommand)]
    pub(crate) act: DeviceAct,
}

#[derive(Subcommand)]
pub(crate) enum DeviceAct {
    Add {
        #[command(flatten)]
        unlock: Unlock,
        #[arg(value_name = "NAME", value_parser = device_name)]
        device: String,
        #[arg(long)]
        url: Option<String>,
    },
    List(Unlock),
    Remove {
        #[command(flatten)]
        unlock: Unlock,
        #[arg(value_name = "NAME")]
        device: String,
    },
}

#[derive(Args)]
pub(crate) struct ShareFolder {
    #[command(flatten)]
    pub(crate) unlock: Unlock,
    #[arg(value_name = "FOLDER")]
    pub(crate) shared: PathBuf,
    #[arg(long, value_name = "NAME", value_parser = device_name)]
    pub(crate) with: String,
    #[arg(long, value_name = "DATE")]
    pub(crate) until: Option<jiff::civil::Date>,
    #[arg(long)]
    pub(crate) url: Option<String>,
}

#[derive(Args)]
pub(crate) struct Revoke {
    #[command(flatten)]
    pub(crate) unlock: Unlock,
    #[arg(value_name = "FOLDER")]
    pub(crate) shared: PathBuf,
    #[arg(long, value_name = "NAME")]
    pub(crate) with: Option<String>,
}

#[derive(Args)]
pub(crate) struct Passwd {
    pub(crate) bag: PathBuf,
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
    #[arg(long, value_name = "FILE")]
    pub(crate) new_passphrase_file: Option<PathBuf>,
    #[arg(long)]
    pub(crate) danger_accept_older_copy: bool,
}

#[derive(Args)]
pub(crate) struct Remember {
    pub(crate) bag: PathBuf,
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct Slots {
    #[command(subcommand)]
    pub(crate) act: SlotAct,
}

#[derive(Subcommand)]
pub(crate) enum SlotAct {
    List(Unlock),
    Add {
        #[command(flatten)]
        unlock: Unlock,
        #[arg(long, value_name = "FILE", conflicts_with = "recovery_file")]
        new_passphrase_file: Option<PathBuf>,
        #[arg(long, value_name = "FILE")]
        recovery_file: Option<PathBuf>,
    },
    Remove {
        #[command(flatten)]
        unlock: Unlock,
        slot: String,
    },
}

#[derive(Args)]
pub(crate) struct Check {
    #[command(flatten)]
    pub(crate) unlock: Unlock,
    #[arg(long)]
    pub(crate) repair: bool,
}

#[derive(Args)]
pub(crate) struct Gc {
    #[command(flatten)]
    pub(crate) unlock: Unlock,
    #[arg(long)]
    pub(crate) reseal: bool,
}

/// The port of a share that was given none.
pub(crate) const PORT: u16 = 8843;

/// Reads where a share listens: an address, with a port or without.
fn address(text: &str) -> Result<SocketAddr, std::net::AddrParseError> {
    text.parse().or_else(|_| text.trim_matches(['[', ']']).parse().map(|ip: IpAddr| SocketAddr::new(ip, PORT)))
}

/// Reads what a device is called: a line of text.
fn device_name(text: &str) -> Result<String, &'static str> {
    let name = text.trim();
    if name.is_empty() || name.len() > NAME_BYTES || name.chars().any(char::is_control) {
        return Err("a name is a line of 1 to 200 bytes");
    }
    Ok(name.to_owned())
}

/// The longest name of a device.
const NAME_BYTES: usize = 200;

/// The command with all its help texts.
pub(crate) fn command(text: &Text) -> clap::Command {
    localised(Cli::command(), "cartable", text)
}

/// Reads the command line. Help, version and misuse end here.
pub(crate) fn parse(text: &Text) -> Result<Cli, Failure> {
    let arguments = fstab::ours(std::env::args_os().collect());
    let matches = command(text).try_get_matches_from(arguments).unwrap_or_else(|error| error.exit());
    Cli::from_arg_matches(&matches).map_err(|error| error.exit())
}

/// Gives each command and argument its sentence: `help-<command>` and `arg-<name>`.
fn localised(command: clap::Command, id: &str, text: &Text) -> clap::Command {
    let mut command = command.about(text.say(&format!("help-{id}"))).mut_args(|arg| {
        let name = format!("arg-{}", arg.get_id().as_str().replace('_', "-"));
        match text.find(&name) {
            Some(help) => arg.help(help),
            None => arg,
        }
    });
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    for name in names {
        let id = if id == "cartable" { name.clone() } else { format!("{id}-{name}") };
        command = command.mut_subcommand(&name, |sub| localised(sub, &id, text));
    }
    command
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::path::Path;

    use super::*;

    /// `docs/commands.md` is what the program says of itself. To write it anew: `CARTABLE_WRITE=1 cargo test -p cartable`.
    #[test]
    fn the_reference_says_what_the_program_says() {
        fn pages(command: &mut clap::Command, path: &str, out: &mut String) {
            let path = format!("{path}{}", command.get_name());
            let help = command.clone().term_width(100).bin_name(path.clone()).render_long_help();
            let help: Vec<String> = help.to_string().lines().map(|line| line.trim_end().to_owned()).collect();
            out.push_str(&format!("\n## {path}\n\n```text\n{}\n```\n", help.join("\n").trim_end()));
            for sub in command.get_subcommands_mut() {
                pages(sub, &format!("{path} "), out);
            }
        }
        let [english, _] = Text::all();
        let mut reference = String::from("# Commands\n\nWhat `cartable --help` and its like say; a test compares.\n");
        let mut command = command(&english);
        command.build();
        pages(&mut command, "", &mut reference);
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/commands.md");
        if std::env::var_os("CARTABLE_WRITE").is_some() {
            std::fs::write(&file, &reference).unwrap();
        }
        assert!(std::fs::read_to_string(file).unwrap() == reference, "docs/commands.md is out of date");
    }

    #[test]
    fn every_command_has_its_sentence() {
        for text in Text::all() {
            command(&text).debug_assert();
        }
    }
}
