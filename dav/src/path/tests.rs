//! Paths that are taken, paths that are not, and the way back to an href.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::HashSet;

use proptest::prelude::*;

use super::*;

fn names(raw: &str) -> Vec<String> {
    UrlPath::parse(raw).unwrap().names
}

#[test]
fn a_path_is_its_names() {
    assert!(UrlPath::parse("/").unwrap().names().is_empty());
    assert!(UrlPath::parse("/").unwrap().has_slash());
    assert!(UrlPath::parse("//").unwrap().names().is_empty());
    assert_eq!(names("/a/b"), ["a", "b"]);
    assert_eq!(names("//a///b//"), ["a", "b"]);
    assert_eq!(names("/a%20b/c+d"), ["a b", "c+d"]);
    assert_eq!(names("/u%CC%88"), ["u\u{308}"]);
    assert_eq!(names("/\u{e9}t\u{e9}"), ["\u{e9}t\u{e9}"]);
    assert_eq!(names("/.../.a/a.."), ["...", ".a", "a.."]);
    assert_eq!(names("/100%25/%23/%3F/%5C"), ["100%", "#", "?", "\\"]);
    assert!(UrlPath::parse("/a/").unwrap().has_slash());
    assert!(!UrlPath::parse("/a").unwrap().has_slash());
}

#[test]
fn nothing_climbs_out() {
    for raw in [
        "/..",
        "/../a",
        "/a/..",
        "/a/../b",
        "/.",
        "/a/./b",
        "/%2e%2e",
        "/%2E%2E/etc",
        "/.%2e/a",
        "/%2e",
        "/%2e./a",
        "/a%2F..",
        "/..%2fa",
        "/a%2fb",
        "/a%2Fb",
        "/%2F",
    ] {
        assert_eq!(UrlPath::parse(raw), Err(BadPath), "{raw}");
    }
}

#[test]
fn what_is_no_path_is_refused() {
    for raw in [
        "",
        "a",
        "*",
        "http://host/a",
        "/a%",
        "/a%2",
        "/a%zz",
        "/a%+1",
        "/a%2/b",
        "/%u00e9",
        "/a%00",
        "/a\0b",
        "/a?b",
        "/a#b",
        "/a/#ment",
        "/#",
        "/%ff",
        "/%c3%28",
        "/%ed%a0%80",
        "/%c0%af",
        "/%c0%ae%c0%ae",
        "/%f4%90%80%80",
    ] {
        assert_eq!(UrlPath::parse(raw), Err(BadPath), "{raw}");
    }
}

#[test]
fn lengths_are_bounded() {
    assert!(UrlPath::parse(&format!("/{}", "a".repeat(255))).is_ok());
    assert!(UrlPath::parse(&format!("/{}", "a".repeat(256))).is_err());
    assert!(UrlPath::parse(&format!("/{}", "%C3%A9".repeat(127))).is_ok());
    assert!(UrlPath::parse(&format!("/{}", "%C3%A9".repeat(128))).is_err());
    assert!(UrlPath::parse(&"/a".repeat(256)).is_ok());
    assert!(UrlPath::parse(&"/a".repeat(257)).is_err());
    assert!(UrlPath::parse(&"/".repeat(100_000)).unwrap().names().is_empty());
}

#[test]
fn hrefs_hold_nothing_that_needs_an_escape() {
    let path = UrlPath::from_names(vec!["a b".into(), "R&D <1>".into(), "\u{e9}#?%;'\"+\\".into()], false);
    assert_eq!(path.href(false), "/a%20b/R%26D%20%3C1%3E/%C3%A9%23%3F%25%3B%27%22%2B%5C");
    assert_eq!(path.href(true), format!("{}/", path.href(false)));
    assert_eq!(UrlPath::root().href(true), "/");
    assert_eq!(UrlPath::root().href(false), "/");
    let kept = UrlPath::root().join("a-._~!$()*,:=@Z9");
    assert_eq!(kept.href(false), "/a-._~!$()*,:=@Z9");
}

#[test]
fn a_slash_makes_no_other_path() {
    let (plain, slashed) = (UrlPath::parse("/a/b").unwrap(), UrlPath::parse("/a/b/").unwrap());
    assert_eq!(plain, slashed);
    assert_eq!(plain.cmp(&slashed), Ordering::Equal);
    assert_eq!(HashSet::from([plain, slashed]).len(), 1);
}

#[test]
fn paths_know_where_they_lie() {
    let (a, ab, abc) =
        (UrlPath::parse("/a").unwrap(), UrlPath::parse("/a/b").unwrap(), UrlPath::parse("/a/bc").unwrap());
    assert!(ab.lies_in(&a) && ab.lies_in(&ab) && ab.lies_in(&UrlPath::root()));
    assert!(!abc.lies_in(&ab) && !a.lies_in(&ab));
    assert_eq!(ab.parent().unwrap(), a);
    assert_eq!(a.parent().unwrap(), UrlPath::root());
    assert!(a.parent().unwrap().has_slash());
    assert!(UrlPath::root().parent().is_none());
    assert_eq!(a.join("b"), ab);
    assert_eq!(ab.name(), Some("b"));
    assert_eq!(UrlPath::root().name(), None);
}

proptest! {
    #[test]
    fn an_href_leads_back(names in prop::collection::vec("[^/\0]{1,60}", 0..8), folder: bool) {
        prop_assume!(names.iter().all(|name| name != "." && name != ".." && name.len() <= NAME_BYTES));
        let path = UrlPath::from_names(names, folder);
        let back = UrlPath::parse(&path.href(folder)).unwrap();
        prop_assert_eq!(back.names(), path.names());
        prop_assert_eq!(back.has_slash(), path.has_slash());
        prop_assert!(path.href(folder).bytes().all(|byte| byte.is_ascii_graphic() && !b"<>&'\"".contains(&byte)));
    }

    #[test]
    fn any_text_is_answered(raw in "\\PC{0,80}", tail in "(/|%|%2|\\.|[0-9a-fA-F]|\\PC){0,40}") {
        for text in [raw.clone(), format!("/{raw}"), format!("/{tail}")] {
            if let Ok(path) = UrlPath::parse(&text) {
                for name in path.names() {
                    prop_assert!(!name.is_empty() && name != "." && name != ".." && !name.contains(['/', '\0']));
                }
            }
        }
    }
}
