//! The arguments of `cartable ent`.

use std::path::PathBuf;

use cartable_ent::record::{Platform, Uai};
use clap::{Args, Subcommand, ValueEnum};

use super::Unlock;

#[derive(Args)]
pub(crate) struct Ent {
    #[command(subcommand)]
    pub(crate) act: EntAct,
}

#[derive(Subcommand)]
pub(crate) enum EntAct {
    Add(Box<Add>),
    List(Unlock),
    Collect {
        #[command(flatten)]
        unlock: Unlock,
        #[arg(value_name = "NAME")]
        account: Vec<String>,
    },
    Schedule {
        #[command(flatten)]
        unlock: Unlock,
        #[arg(value_enum)]
        when: When,
        #[arg(value_name = "NAME")]
        account: Vec<String>,
    },
    Status(Unlock),
    Take {
        #[command(flatten)]
        unlock: Unlock,
        #[arg(required = true, value_name = "FILE")]
        file: Vec<PathBuf>,
        #[arg(long, value_name = "NAME")]
        pupil: Option<String>,
    },
    Watch {
        #[command(flatten)]
        unlock: Unlock,
        #[arg(value_name = "FOLDER")]
        watched: PathBuf,
    },
    Remove {
        #[command(flatten)]
        unlock: Unlock,
        #[arg(value_name = "NAME")]
        account: String,
    },
    Forget {
        #[command(flatten)]
        unlock: Unlock,
        #[arg(value_name = "NAME")]
        account: String,
    },
}

/// When accounts are collected by themselves.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    Daily,
    Never,
}

#[derive(Args)]
pub(crate) struct Add {
    #[command(flatten)]
    pub(crate) unlock: Unlock,
    #[arg(value_name = "NAME", value_parser = super::device_name)]
    pub(crate) account: String,
    #[arg(long, value_parser = platform)]
    pub(crate) platform: Platform,
    #[arg(long = "url", value_name = "URL")]
    pub(crate) site: Option<String>,
    #[arg(long)]
    pub(crate) login: Option<String>,
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
    #[arg(long, value_name = "FILE", conflicts_with_all = ["login", "password_file", "site"])]
    pub(crate) code_file: Option<PathBuf>,
    #[arg(long, value_parser = uai)]
    pub(crate) uai: Option<Uai>,
}

fn platform(text: &str) -> Result<Platform, String> {
    let named = Platform::of_name(text).filter(|platform| *platform != Platform::Inbox);
    named.ok_or_else(|| "pronote, moodle, pmb, pix, toutatice or calendar".to_owned())
}

fn uai(text: &str) -> Result<Uai, &'static str> {
    Uai::parse(text).ok_or("the number of a school is seven digits and a letter")
}
