//! Rules of the house: arrows between crates, who may know what, sizes of files, and promises of the documents.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const MEMBERS: [&str; 10] =
    ["crypto", "store", "share", "fs", "dav", "ent", "cli", "tests/platforms", "tests", "benches"];
/// What each crate may use of ours.
const ARROWS: [(&str, &[&str]); 7] = [
    ("crypto", &[]),
    ("store", &["crypto"]),
    ("share", &[]),
    ("fs", &["crypto", "store", "share"]),
    ("dav", &["fs", "share"]),
    ("ent", &["fs", "share"]),
    ("cli", &["dav", "ent", "fs", "share"]),
];
/// The longest file, in lines; longer ones have a reason here.
const LINES: usize = 500;
const LONG: [(&str, &str); 2] = [
    ("fs/src/fuse/door.rs", "one method for each request of the kernel"),
    ("benches/src/bin/floor.rs", "one method for each request of the kernel"),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Files of a folder and of those in it, by their paths from the root.
fn files(folder: &str, ending: &str) -> Vec<String> {
    let mut found = Vec::new();
    let Ok(entries) = fs::read_dir(root().join(folder)) else { return found };
    for entry in entries {
        let entry = entry.unwrap();
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            found.extend(files(&path, ending));
        } else if path.ends_with(ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Sources of all members and of the fuzz targets, each once.
fn sources() -> BTreeSet<String> {
    MEMBERS.iter().chain(&["fuzz/fuzz_targets"]).flat_map(|member| files(member, ".rs")).collect()
}

fn documents() -> Vec<String> {
    let top = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"].map(String::from);
    top.into_iter().chain(files("docs", ".md")).collect()
}

/// The lines of a source file that are code, up to its tests.
fn code(source: &str) -> String {
    let code = source.split("#[cfg(test)]\nmod tests {").next().unwrap();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

#[test]
fn arrows_between_crates_go_down() {
    for (member, allowed) in ARROWS {
        let manifest = read(&format!("{member}/Cargo.toml"));
        let uses = manifest.split("[dependencies]").nth(1).unwrap().split("\n[").next().unwrap();
        for line in uses.lines().filter_map(|line| line.strip_prefix("cartable-")) {
            let other = line.split(['.', ' ']).next().unwrap();
            assert!(allowed.contains(&other), "{member} uses {other}");
        }
    }
}

#[test]
fn only_the_door_knows_the_fuse_library() {
    for path in sources() {
        let is_door = path.starts_with("fs/src/fuse") || path.starts_with("benches/");
        assert!(is_door || !code(&read(&path)).contains(concat!("fuser", "::")), "{path} names fuser");
    }
}

#[test]
fn only_the_command_reads_its_surroundings() {
    for path in sources().into_iter().filter(|path| !path.contains("/tests/") && !path.contains("/examples/")) {
        let outside =
            ["crypto/", "store/", "share/", "fs/", "dav/", "ent/"].iter().any(|member| path.starts_with(member));
        let source = code(&read(&path));
        assert!(!outside || !source.contains("std::env"), "{path} reads the environment");
    }
    for path in files("crypto/src", ".rs") {
        let source = code(&read(&path));
        for word in ["std::fs", "std::net", "std::io"] {
            assert!(!source.contains(word), "{path} does I/O: {word}");
        }
    }
}

#[test]
fn files_are_small_and_plain() {
    for path in sources() {
        let source = read(&path);
        let long = LONG.iter().any(|(known, _)| *known == path);
        assert!(long || source.lines().count() <= LINES, "{path} has {} lines", source.lines().count());
        assert!(source.is_ascii(), "{path} is not ASCII");
        assert!(!path.ends_with("mod.rs"), "{path}: a module is a file beside its folder");
        assert!(source.starts_with("//!"), "{path} does not say what it is for");
    }
}

#[test]
fn no_crate_may_be_unsafe() {
    assert!(read("Cargo.toml").contains("unsafe_code = \"forbid\""));
    for member in MEMBERS {
        assert!(read(&format!("{member}/Cargo.toml")).contains("[lints]\nworkspace = true"), "{member}");
    }
    assert!(!root().join("rust-toolchain.toml").exists());
}

#[test]
fn links_of_the_documents_lead_somewhere() {
    for path in documents() {
        let text = read(&path);
        let folder = Path::new(&path).parent().unwrap().to_path_buf();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let target = link.split('#').next().unwrap();
            if target.is_empty() || target.contains("://") {
                continue;
            }
            assert!(root().join(&folder).join(target).exists(), "{path} leads to {target}");
        }
    }
}

/// Who adds a table adds a row: what it holds of a person, who reads it, and what erases it.
#[test]
fn every_kind_of_stored_data_has_its_row() {
    let document = read("docs/protection-des-donnees.md");
    let schema = read("fs/src/db.rs") + &read("store/src/index.rs");
    let tables: BTreeSet<&str> =
        schema.split("CREATE TABLE ").skip(1).filter_map(|rest| rest.split([' ', '(']).next()).collect();
    assert!(tables.len() > 8, "{tables:?}");
    for table in tables {
        assert!(document.contains(&format!("`{table}`")), "no row for table {table}");
    }
    for file in ["bag.json", "keyring.<version>", "packs", "quarantine"] {
        assert!(document.contains(&format!("`{file}`")), "no row for {file}");
    }
}

#[test]
fn every_exit_code_is_documented() {
    // An arm may stand in braces.
    const PLAIN: [char; 3] = ['{', ' ', '\n'];
    let source = read("cli/src/exit.rs");
    let codes = source.split("fn code(").nth(1).unwrap().split("\n    }").next().unwrap();
    let mut used: BTreeSet<u8> = codes
        .split("=> ")
        .skip(1)
        .filter_map(|rest| rest.split([',', '}']).next()?.trim_matches(PLAIN).parse().ok())
        .collect();
    used.insert(0);
    let document = read("docs/exit-codes.md");
    let documented: BTreeSet<u8> =
        document.lines().filter_map(|line| line.strip_prefix("| ")?.split(' ').next()?.parse().ok()).collect();
    assert_eq!(used, documented);
}
