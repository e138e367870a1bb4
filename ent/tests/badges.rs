//! Badges as openbadgeslib issues them, read and judged; and ours, as openbadgeslib judges them.
//!
//! The files in `badges/` were made by `tests/clients/badges_openbadgeslib.py make`, with keys that were thrown away.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

#[path = "badges/issue.rs"]
mod issue;

use std::path::{Path, PathBuf};
use std::process::Command;

use cartable_ent::format::badge::{BadgeError, read};
use cartable_ent::record::{Badge, Reason, SourceId, Verification};
use jiff::Timestamp;
use jiff::civil::date;

fn now() -> Timestamp {
    "2026-09-01T08:00:00Z".parse().unwrap()
}

fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/badges").join(name)).unwrap()
}

fn badge(name: &str) -> Badge {
    let bytes = bytes(name);
    read(&bytes, SourceId::of(&bytes), now()).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn reason(name: &str) -> Reason {
    match badge(name).verification {
        Verification::Unknown { reason } => reason,
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn a_badge_is_read_from_whatever_it_came_in() {
    for name in ["did.jws", "did.png", "did.svg", "curve.jws", "numbers.jws", "proof.json", "proof.png", "proof.svg"] {
        let read = badge(name);
        assert_eq!(read.name, "Tournoi d'\u{e9}checs", "{name}");
        assert_eq!(read.issuer, "Lyc\u{e9}e Exemple");
        assert_eq!(read.description.as_deref(), Some("A gagn\u{e9} le tournoi du lyc\u{e9}e."));
        assert_eq!(read.criteria.as_deref(), Some("Gagner cinq parties."));
        assert_eq!(read.issued, Some(date(2025, 6, 20)));
        assert_eq!(read.expires, None);
        assert_eq!(read.file, SourceId::of(&bytes(name)));
        assert_eq!(read.ending, name.split('.').nth(1).unwrap());
        let Verification::Signed { issuer } = read.verification else { panic!("{name}: {:?}", read.verification) };
        assert!(issuer.starts_with("did:key:z") || issuer.starts_with("did:jwk:"), "{issuer}");
    }
}

#[test]
fn a_badge_that_was_changed_or_signed_by_another_is_refused() {
    for name in ["changed.jws", "other-key.jws", "changed-proof.json", "changed-unbound.jws", "changed-old.jws"] {
        assert!(matches!(badge(name).verification, Verification::Refused { .. }), "{name}: {:?}", badge(name));
    }
}

#[test]
fn what_cannot_be_told_offline_is_said() {
    assert!(matches!(reason("unbound.jws"), Reason::UnboundKey(_)), "{:?}", reason("unbound.jws"));
    assert!(matches!(reason("revocable.jws"), Reason::Revocable(_)), "{:?}", reason("revocable.jws"));
    assert!(matches!(reason("ended.jws"), Reason::Ended(_)), "{:?}", reason("ended.jws"));
    assert_eq!(badge("ended.jws").expires, Some(date(2025, 7, 20)));
}

#[test]
fn badges_of_version_2_are_read() {
    for name in ["old.jws", "old.png", "old.svg"] {
        let read = badge(name);
        // The class is only named by its address, and is not fetched.
        assert_eq!(read.name, "https://lycee.example/badges/chess");
        assert_eq!(read.issuer, "https://lycee.example/key");
        assert_eq!(read.issued, Some(date(2025, 6, 20)));
        assert!(matches!(reason(name), Reason::UnknownKey(_)), "{name}: {:?}", reason(name));
    }
}

#[test]
fn an_assertion_that_brings_its_issuers_key_is_not_proved_by_it() {
    let read = badge("old-whole.jws");
    assert_eq!((read.name.as_str(), read.issuer.as_str()), ("Tournoi d'\u{e9}checs", "Lyc\u{e9}e Exemple"));
    assert_eq!(read.criteria.as_deref(), Some("Gagner cinq parties."));
    assert!(matches!(reason("old-whole.jws"), Reason::UnboundKey(_)), "{:?}", reason("old-whole.jws"));
}

#[test]
fn a_file_without_a_badge_is_refused() {
    let read = |bytes: &[u8]| read(bytes, SourceId::of(bytes), now()).unwrap_err();
    assert_eq!(read(b""), BadgeError::NoBadge);
    assert_eq!(read(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), BadgeError::NoBadge);
    assert_eq!(read(b"{}"), BadgeError::NoBadge);
    let mut cut = bytes("did.png");
    cut.truncate(60);
    assert_eq!(read(&cut), BadgeError::NoBadge);
}

/// Badges that [`issue`] signs, with the judgement of openbadgeslib and with ours: they must be the same.
#[test]
fn openbadgeslib_judges_as_we_do() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let python = python(root).expect("openbadgeslib is missing: scripts/setup --tests installs it");
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in issue::badges() {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    let script = root.join("tests/clients/badges_openbadgeslib.py");
    let output = Command::new(python).arg(script).arg("verify").arg(folder.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let judged = String::from_utf8(output.stdout).unwrap();
    let ours: Vec<String> = issue::badges()
        .into_iter()
        .map(|(name, bytes)| {
            let read = read(&bytes, SourceId::of(&bytes), now()).unwrap();
            let good = matches!(read.verification, Verification::Signed { .. });
            format!("{name} {}", if good { "good" } else { "bad" })
        })
        .collect();
    assert_eq!(judged.lines().collect::<Vec<_>>(), ours);
    assert_eq!(ours.iter().filter(|line| line.ends_with("good")).count(), 4, "{ours:?}");
}

/// The Python that has openbadgeslib: of this folder's tools, or of the target directory that is in use.
fn python(root: &Path) -> Option<PathBuf> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let places = std::iter::once(root.join("target")).chain(target);
    let has_it = |python: &PathBuf| {
        Command::new(python)
            .args(["-c", "import openbadgeslib, pyld"])
            .output()
            .is_ok_and(|output| output.status.success())
    };
    places.map(|target| target.join("tools/dav-venv/bin/python")).find(has_it)
}
