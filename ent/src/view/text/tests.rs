//! Both languages say the same things, and nothing is missing.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::*;

/// Message names with the variables that each uses.
fn messages(source: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut messages: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut current = String::new();
    for line in source.lines().filter(|line| !line.starts_with('#')) {
        if let Some((name, _)) = line.split_once(" =").filter(|_| !line.starts_with(' ')) {
            current = name.to_owned();
        }
        let variables = line.split("{ $").skip(1).filter_map(|rest| rest.split([' ', '}']).next());
        messages.entry(current.clone()).or_default().extend(variables.map(String::from));
    }
    messages.remove("");
    messages
}

/// The code of the views.
fn code(folder: &Path) -> String {
    let mut code = String::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            code.push_str(&self::code(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            code.push_str(&std::fs::read_to_string(&path).unwrap());
        }
    }
    code
}

#[test]
fn both_languages_say_the_same_things() {
    assert_eq!(messages(ENGLISH_SOURCE), messages(FRENCH_SOURCE));
    for source in [ENGLISH_SOURCE, FRENCH_SOURCE] {
        assert!(FluentResource::try_new(source.to_owned()).is_ok());
    }
}

#[test]
fn every_message_is_used_and_every_used_one_is_there() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let others = ["agenda.rs", "format/ics/write.rs"].map(|file| std::fs::read_to_string(source.join(file)).unwrap());
    let code = code(&source.join("view")) + &others.concat();
    let known = messages(ENGLISH_SOURCE);
    let built = ["month-", "platform-"];
    for id in known.keys().filter(|id| !built.iter().any(|prefix| id.starts_with(prefix))) {
        assert!(code.contains(&format!("\"{id}\"")), "{id} is not used");
    }
    for call in ["say(\"", "say_with(\"", "labelled(\""] {
        for id in code.split(call).skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(id.is_empty() || known.contains_key(id), "{id} is used and missing");
        }
    }
    for platform in crate::record::Platform::ALL {
        assert!(known.contains_key(&format!("platform-{}", platform.name())));
    }
}

#[test]
fn french_signs_keep_their_space() {
    for line in FRENCH_SOURCE.lines().filter(|line| !line.starts_with('#')) {
        let said = line.split_once(" =").map_or(line, |(_, said)| said);
        for wrong in [" ;", " !", " ?", " :", " \u{bb}", "\u{ab} ", "'"] {
            assert!(!said.contains(wrong), "{line}");
        }
    }
}

#[test]
fn days_are_words() {
    let day = jiff::civil::date(2025, 9, 1);
    assert_eq!(Lang::Fr.day(day), "1er septembre 2025");
    assert_eq!(Lang::En.day(day), "1 September 2025");
    assert_eq!(Lang::Fr.day_of(1_759_000_000).as_deref(), Some("27 septembre 2025"));
    assert_eq!(Lang::Fr.day_of(i64::MAX), None);
}
