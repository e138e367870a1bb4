//! `If`: its grammar, and what holds.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::condition::lists::If;
use crate::header::BadHeader;
use crate::path::UrlPath;

const LOCK: &str = "urn:uuid:181d4fae-7d8c-11d0-a765-00a0c91e6bf2";

fn read(value: &str) -> Result<Option<If>, BadHeader> {
    parse_if(&headers(&[("if", value)]), Some("host"))
}

/// A file `/a` with a tag and a lock, a file `/b` with a tag, a locked folder `/f`, and nothing else.
fn probe(path: &UrlPath) -> Probe {
    let known = BTreeMap::from([
        ("/a", Probe { etag: Some("\"abc\"".into()), tokens: vec![LOCK.into(), "urn:x:other".into()] }),
        ("/b", Probe { etag: Some("\"b\"".into()), tokens: Vec::new() }),
        ("/f", Probe { etag: None, tokens: vec!["urn:x:folder".into()] }),
    ]);
    known.get(path.href(false).as_str()).cloned().unwrap_or_default()
}

fn holds(value: &str, target: &str) -> bool {
    let condition = read(value).unwrap_or_else(|_| panic!("{value}")).unwrap();
    condition.holds(&UrlPath::parse(target).unwrap(), &mut probe)
}

#[test]
fn no_condition() {
    assert_eq!(parse_if(&HeaderMap::new(), Some("host")), Ok(None));
}

#[test]
fn lists_about_the_target() {
    for value in [
        format!("(<{LOCK}>)"),
        format!("(<{LOCK}> [\"abc\"])"),
        format!("( <{LOCK}>[W/\"abc\"] )"),
        format!("(<{LOCK}> <urn:x:other>)"),
        "([\"abc\"])".into(),
        "([W/\"abc\"])".into(),
        "(Not <DAV:no-lock>)".into(),
        "(not<DAV:no-lock>)".into(),
        "(Not [\"x\"])".into(),
        "(<urn:x:unknown>) ([\"abc\"])".into(),
        "(<urn:x:unknown>)(Not<urn:x:unknown>)".into(),
        format!("(<DAV:no-lock>)(<{LOCK}> Not [\"x\"])"),
        format!("  (<{LOCK}>)  "),
    ] {
        assert!(holds(&value, "/a"), "{value}");
    }
    for value in [
        "(<urn:x:unknown>)".into(),
        "(<DAV:no-lock>)".into(),
        "(<bogus>)".into(),
        "([\"x\"])".into(),
        "([\"ABC\"])".into(),
        format!("(Not <{LOCK}>)"),
        format!("(<{LOCK}> [\"x\"])"),
        format!("(<{LOCK}> <urn:x:unknown>)"),
        format!("(<{LOCK}> Not [\"abc\"])"),
        format!("(<{}>)", LOCK.to_uppercase()),
        "(<urn:x:folder>)".into(),
    ] {
        assert!(!holds(&value, "/a"), "{value}");
    }
    assert!(!holds(&format!("(<{LOCK}>)"), "/b"));
    assert!(!holds("([\"abc\"])", "/none"));
    assert!(holds("(Not [\"abc\"])", "/none"));
}

#[test]
fn lists_about_others() {
    for value in [
        format!("</a> (<{LOCK}>)"),
        format!("<http://host/a> (<{LOCK}>)"),
        format!("<https://HOST:443/a>(<{LOCK}>)"),
        format!("</a/> (<{LOCK}>)"),
        format!("</none> (<{LOCK}>) </a> (<{LOCK}>)"),
        format!("</a> ([\"x\"]) (<{LOCK}>)"),
        "</f> (<urn:x:folder>) </b> ([\"x\"])".into(),
        format!("<http://evil/a> (<{LOCK}>) </b> ([\"b\"])"),
    ] {
        assert!(holds(&value, "/b"), "{value}");
    }
    for value in [
        format!("</b> (<{LOCK}>)"),
        format!("<http://evil/a> (<{LOCK}>)"),
        "<http://evil/a> (Not <DAV:no-lock>)".into(),
        "<ftp://host/a> (Not <DAV:no-lock>)".into(),
        "</none> ([\"b\"])".into(),
    ] {
        assert!(!holds(&value, "/b"), "{value}");
    }
}

#[test]
fn what_the_grammar_does_not_allow() {
    for value in [
        "",
        " ",
        "(",
        ")",
        "()",
        "( )",
        "(<a:b>",
        "<a:b>)",
        "<a:b>",
        "a:b",
        "(a:b)",
        "(<a:b)",
        "(<>)",
        "(<a b>)",
        "(<a:b> Not)",
        "(Not)",
        "(Not Not <a:b>)",
        "(<a:b>) x",
        "x (<a:b>)",
        "(<a:b>),(<c:d>)",
        "([abc])",
        "([\"abc\")",
        "([\"abc])",
        "([])",
        "([W\"abc\"])",
        "(\"abc\")",
        "</a>",
        "</a> ()",
        "</a> (<a:b>) </b>",
        "</a> </b> (<a:b>)",
        "(<a:b>) </a> (<c:d>)",
        "<a> (<a:b>)",
        "<> (<a:b>)",
        "</a/../b> (<a:b>)",
        "</%zz> (<a:b>)",
        "<//host/a> (<a:b>)",
        "((<a:b>))",
        "(<a:b>))",
        "(<\u{e9}:b>)",
        "(\u{e9}<a:b>)",
        "(Nt\u{e9} <a:b>)",
    ] {
        assert_eq!(read(value), Err(BadHeader("if")), "{value}");
    }
    let twice = headers(&[("if", "(<a:b>)"), ("if", "(<c:d>)")]);
    assert_eq!(parse_if(&twice, None), Err(BadHeader("if")));
    assert!(read(&"(<a:b>)".repeat(1024)).is_ok());
    assert_eq!(read(&"(<a:b>)".repeat(1025)), Err(BadHeader("if")));
}

#[test]
fn tokens_are_submitted_wherever_they_stand() {
    let condition = read("</a> (<a:1> [\"x\"]) (Not <a:2>) <http://evil/> (<a:3>)").unwrap().unwrap();
    assert_eq!(condition.tokens().collect::<Vec<_>>(), ["a:1", "a:2", "a:3"]);
}

#[test]
fn each_resource_is_probed_once_and_only_if_it_matters() {
    let mut probed = Vec::new();
    let condition = read("</a> ([\"x\"]) ([\"y\"]) </b> ([\"z\"]) </a/> ([\"abc\"]) </c> (<a:b>)").unwrap().unwrap();
    assert!(condition.holds(&UrlPath::root(), &mut |path| {
        probed.push(path.href(false));
        probe(path)
    }));
    assert_eq!(probed, ["/a", "/b"]);
}

proptest! {
    #[test]
    fn any_value_is_answered(
        text in "[ -~\u{80}-\u{ff}]{0,60}",
        marks in prop::collection::vec(prop::sample::select(vec![
            "(", ")", "<", ">", "[", "]", "\"", "W/", "Not", " ", "/a", "a:b", "http://host/a", "(<a:b>)", "[\"x\"]", "\u{e9}",
        ]), 0..20),
    ) {
        for value in [text, marks.concat()] {
            if let Ok(Some(condition)) = read(&value) {
                let _ = condition.holds(&UrlPath::root(), &mut probe);
            }
            let lines = headers(&[("if-match", &value), ("if-none-match", &value), ("if-range", &value)]);
            let _ = (http(&lines, true, &there()), if_range(&lines, Some(ETAG), None));
        }
    }
}
