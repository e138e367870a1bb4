//! The `cartable` command: the only reader of arguments, environment and home folder.

mod args;
mod background;
mod command;
mod drive;
mod exit;
mod passphrase;
mod places;
mod sheet;
mod text;

use std::process::ExitCode;

fn main() -> ExitCode {
    let text = text::Text::of_environment();
    let result = args::parse(&text).and_then(|args| command::run(&args, &text));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{}", failure.sentences(&text));
            ExitCode::from(failure.code())
        }
    }
}
