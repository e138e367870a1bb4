//! The `cartable` command: the only reader of arguments, environment and home folder.

mod agenda;
mod args;
mod background;
mod code;
mod command;
mod desktop;
mod drive;
mod exit;
mod notify;
mod output;
mod passphrase;
mod places;
mod process;
mod share;
mod sheet;
mod socket;
mod text;
mod wanted;
mod work;

use std::process::ExitCode;

fn main() -> ExitCode {
    let text = text::Text::of_environment();
    let args = args::parse(&text);
    let in_window = args.as_ref().is_ok_and(|args| args.desktop);
    let result = args.and_then(|args| command::run(&args, &text));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output::tell(failure.sentences(&text));
            if in_window {
                output::tell(text.say("everyday-press-enter"));
                let _ = std::io::stdin().read_line(&mut String::new());
            }
            ExitCode::from(failure.code())
        }
    }
}
