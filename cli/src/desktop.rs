//! The desktop entry "Mon cartable", which does what `cartable` alone does, in a window of its own
//! (Desktop Entry Specification 1.5).

pub(crate) mod keyring;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const ENTRY: &str = include_str!("../locales/cartable.desktop");
/// What stands in the entry for the program.
const PROGRAM: &str = "@PROGRAM@";

/// Puts the entry among the person's programs. Returns whether it is there: a bag opens without it, too.
pub(crate) fn install(home: &Path) -> bool {
    let data = std::env::var_os("XDG_DATA_HOME").filter(|value| !value.is_empty());
    let folder = data.map_or_else(|| home.join(".local/share"), PathBuf::from).join("applications");
    let Some(program) = std::env::current_exe().ok().and_then(|path| path.into_os_string().into_string().ok()) else {
        return false;
    };
    fs::create_dir_all(&folder).and_then(|()| fs::write(folder.join("cartable.desktop"), entry(&program))).is_ok()
}

/// Shows a folder in the person's file manager, or an address in their browser, if there is one.
pub(crate) fn show(what: impl AsRef<OsStr>) {
    let quiet = Stdio::null;
    let _ = Command::new("xdg-open").arg(what).stdin(quiet()).stdout(quiet()).stderr(quiet()).spawn();
}

fn entry(program: &str) -> String {
    ENTRY.replace(PROGRAM, &quoted(program))
}

/// A word of an Exec line: quoted, then escaped as every string of an entry is, and free of field codes.
fn quoted(word: &str) -> String {
    let mut out = String::from("\"");
    for character in word.chars() {
        match character {
            '\\' => out.push_str(r"\\\\"),
            '"' | '`' | '$' => out.extend([r"\\", &character.to_string()]),
            '%' => out.push_str("%%"),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_path_stands_in_an_entry() {
        assert_eq!(quoted("/usr/bin/cartable"), r#""/usr/bin/cartable""#);
        assert_eq!(quoted(r#"/a b/$c"d\%"#), r#""/a b/\\$c\\"d\\\\%%""#);
    }

    #[test]
    fn the_entry_starts_the_program() {
        let entry = entry("/opt/cartable");
        assert!(entry.contains("\nExec=\"/opt/cartable\" --desktop\n"), "{entry}");
        assert!(entry.contains("\nName[fr]=Mon cartable\n"));
    }
}
