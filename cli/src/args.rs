//! The command line, with its help in the user's language.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use crate::exit::Failure;
use crate::text::Text;

/// The name under which mount(8) calls us.
const MOUNT_HELPER: &str = "mount.fuse.cartable";

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
    Mount(Mount),
    Unmount { folder: PathBuf },
    Status(Bag),
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

#[derive(Args)]
pub(crate) struct Mount {
    pub(crate) bag: PathBuf,
    pub(crate) folder: PathBuf,
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
    #[arg(long)]
    pub(crate) foreground: bool,
    #[arg(long)]
    pub(crate) allow_other: bool,
    #[arg(long)]
    pub(crate) read_only: bool,
    #[arg(long, short = 'o', value_delimiter = ',', value_parser = ["nosuid", "nodev", "noexec"])]
    pub(crate) options: Vec<String>,
    #[arg(long)]
    pub(crate) danger_accept_older_copy: bool,
    /// This is the process behind the drive: the passphrase comes on standard input, the verdict goes to standard output.
    #[arg(long, hide = true)]
    pub(crate) behind: bool,
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

/// The command with all its help texts.
pub(crate) fn command(text: &Text) -> clap::Command {
    localised(Cli::command(), "cartable", text)
}

/// Reads the command line. Help, version and misuse end here.
pub(crate) fn parse(text: &Text) -> Result<Cli, Failure> {
    let arguments = mount_helper(std::env::args_os().collect());
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

/// Turns `mount.fuse.cartable BAG DIR -o OPTIONS`, as mount(8) and fstab(5) call it, into our own words. Options that
/// are mount(8)'s own, or say what is so anyway, are left out; others are handed on, and refused when they are unknown.
fn mount_helper(arguments: Vec<OsString>) -> Vec<OsString> {
    let called = arguments.first().map(Path::new).and_then(Path::file_name);
    if called != Some(MOUNT_HELPER.as_ref()) {
        return arguments;
    }
    let mut ours: Vec<OsString> = ["cartable", "mount"].map(Into::into).to_vec();
    let mut rest = arguments.into_iter().skip(1);
    while let Some(argument) = rest.next() {
        match argument.to_str() {
            Some("-o") => {
                let options = rest.next().unwrap_or_default();
                for option in options.to_string_lossy().split(',') {
                    match option.split_once('=') {
                        Some(("passphrase-file", file)) => ours.extend(["--passphrase-file".into(), file.into()]),
                        None if option == "allow_other" => ours.push("--allow-other".into()),
                        None if option == "ro" => ours.push("--read-only".into()),
                        _ if IGNORED.contains(&option) || option.is_empty() || option.starts_with("x-") => {}
                        _ => ours.extend(["--options".into(), option.into()]),
                    }
                }
            }
            Some(flag) if flag.starts_with('-') => {}
            _ => ours.push(argument),
        }
    }
    ours
}

/// Options of fstab(5) that change nothing here.
const IGNORED: [&str; 24] = [
    "rw",
    "defaults",
    "auto",
    "noauto",
    "user",
    "users",
    "nouser",
    "owner",
    "group",
    "nofail",
    "_netdev",
    "suid",
    "dev",
    "exec",
    "async",
    "noatime",
    "relatime",
    "norelatime",
    "nodiratime",
    "default_permissions",
    "lazytime",
    "silent",
    "loud",
    "nomand",
];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn fstab_options_become_ours() {
        let words = [
            "/sbin/mount.fuse.cartable",
            "/bag",
            "/dir",
            "-o",
            "rw,noauto,user,passphrase-file=/p,allow_other,ro,nosuid,x-a.b=c,odd",
        ];
        let ours = mount_helper(words.iter().map(OsString::from).collect());
        let expected = [
            "cartable",
            "mount",
            "/bag",
            "/dir",
            "--passphrase-file",
            "/p",
            "--allow-other",
            "--read-only",
            "--options",
            "nosuid",
            "--options",
            "odd",
        ];
        assert_eq!(ours, expected.map(OsString::from));
    }

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
