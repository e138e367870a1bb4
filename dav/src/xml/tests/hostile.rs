//! What no client should send is refused at once, and costs nothing.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;

#[test]
fn what_is_not_well_formed_is_refused() {
    for text in [
        "",
        " ",
        "text",
        "<",
        "<a",
        "<a>",
        "</a>",
        "<a/><b/>",
        "<a/>x",
        "x<a/>",
        "<a></b>",
        "<a><b></a></b>",
        "<a/></a>",
        "<a b/>",
        "<a b=c/>",
        "<a b='1' b='2'/>",
        "<a b='<'/>",
        "<a b='1/>",
        "<a>&</a>",
        "<a>&amp</a>",
        "<a>&;</a>",
        "<a>&nbsp;</a>",
        "<a b='&x;'/>",
        "<a>&#0;</a>",
        "<a>&#x1;</a>",
        "<a>&#xD800;</a>",
        "<a>&#x110000;</a>",
        "<a>&#-1;</a>",
        "<a>&#xFFFE;</a>",
        "<a b='&#8;'/>",
        "<a>\u{1}</a>",
        "<a>\0</a>",
        "<a>\u{ffff}</a>",
        "<1/>",
        "<-a/>",
        "<a$/>",
        "<a 1='x'/>",
        "<a><!-- -- --></a>",
        "<a><!-- </a>",
        "<a><![CDATA[</a>",
        "<![CDATA[x]]>",
        "<a/><![CDATA[x]]>",
        "&lt;<a/>",
        "<a/>&#32;",
        " <?xml version='1.0'?><a/>",
        "<!-- --><?xml version='1.0'?><a/>",
        "<a><?xml version='1.0'?></a>",
        "<a/><?xml version='1.0'?>",
        "<?xml?><a/>",
        "<?xml version='2.0'?><a/>",
        "<?xml encoding='utf-8'?><a/>",
        "<?xml version='1.0'?>",
        "<!-- only -->",
    ] {
        assert_eq!(refused(text), XmlError::Malformed, "{text:?}");
    }
    for bytes in [&b"<a>\xff</a>"[..], b"<a>\xc3</a>", b"<a>\xed\xa0\x80</a>", b"<\x00a\x00/\x00>\x00", b"\xEF\xBB\xBF"]
    {
        assert_eq!(parse(bytes), Err(XmlError::Malformed), "{bytes:?}");
    }
}

#[test]
fn namespaces_that_do_not_add_up_are_refused() {
    for text in [
        "<p:a/>",
        "<a p:b='1'/>",
        "<a xmlns:p='urn:p'/><p:b/>",
        "<a><b xmlns:p='urn:p'/><p:c/></a>",
        "<a xmlns:x=''/>",
        "<D:propfind xmlns:D='DAV:'><D:prop><bar:foo xmlns:bar=''/></D:prop></D:propfind>",
        "<p:q:a xmlns:p='u'/>",
        "<:a/>",
        "<a:/>",
        "<a xmlns:='u'/>",
        "<a xmlns:xml='urn:x'/>",
        "<a xmlns:xmlns='urn:x'/>",
        "<xmlns:a/>",
        "<a xmlns:1='u'/>",
        "<a xmlns:p='http://www.w3.org/XML/1998/namespace'/>",
        "<a xmlns='http://www.w3.org/XML/1998/namespace'/>",
        "<a xmlns:p='http://www.w3.org/2000/xmlns/'/>",
        "<a xmlns='http://www.w3.org/2000/xmlns/'/>",
        "<a xmlns:p='u' xmlns:q='u' p:b='1' q:b='2'/>",
        "<a xmlns='u' xmlns='v'/>",
        "<a xmlns:p='u' xmlns:p='v'/>",
    ] {
        assert_eq!(refused(text), XmlError::Malformed, "{text}");
    }
    assert!(parsed("<a xmlns:xml='http://www.w3.org/XML/1998/namespace' xml:lang='fr'/>").attributes.len() == 1);
}

#[test]
fn types_entities_and_instructions_are_refused() {
    let laughs = "<?xml version=\"1.0\"?><!DOCTYPE lolz [<!ENTITY a \"lol\"><!ENTITY b \"&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;\">]>\
                  <lolz>&c;</lolz>";
    for text in [
        laughs,
        "<!DOCTYPE a><a/>",
        "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>",
        "<!DOCTYPE a [<!ENTITY x SYSTEM 'http://127.0.0.1/'>]><a>&x;</a>",
        "<!doctype a><a/>",
        "<?xml-stylesheet href='x'?><a/>",
        "<a><?php x?></a>",
        "<a/><?x y?>",
    ] {
        let error = refused(text);
        assert!(matches!(error, XmlError::Forbidden | XmlError::Malformed), "{text}: {error:?}");
    }
    assert_eq!(refused(laughs), XmlError::Forbidden);
    assert_eq!(refused("<a><?php x?></a>"), XmlError::Forbidden);
    assert_eq!(refused("<a><!DOCTYPE b></a>"), XmlError::Forbidden);
}

#[test]
fn bounds_are_where_they_are_said_to_be() {
    let nested = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
    assert!(parse(nested(DEPTH).as_bytes()).is_ok());
    assert_eq!(refused(&nested(DEPTH + 1)), XmlError::TooDeep);
    assert_eq!(refused(&format!("{}<b/>", "<a>".repeat(DEPTH))), XmlError::TooDeep);
    let many = |count: usize| format!("<a>{}</a>", "<b/>".repeat(count - 1));
    assert!(parse(many(ELEMENTS).as_bytes()).is_ok());
    assert_eq!(refused(&many(ELEMENTS + 1)), XmlError::TooMany);
    let attributed = |count: usize| {
        let attributes: String = (0..count).map(|number| format!(" a{number}='1'")).collect();
        format!("<a{attributes}/>")
    };
    assert!(parse(attributed(ATTRIBUTES).as_bytes()).is_ok());
    assert_eq!(refused(&attributed(ATTRIBUTES + 1)), XmlError::TooMany);
    let spread = |count: usize| format!("<a>{}</a>", "<b c='1'/>".repeat(count));
    assert_eq!(refused(&spread(ATTRIBUTES + 1)), XmlError::TooMany);
    assert!(parse(format!("<a xmlns='{}'/>", "u".repeat(VALUE_BYTES)).as_bytes()).is_ok());
    assert_eq!(refused(&format!("<a xmlns='{}'/>", "u".repeat(VALUE_BYTES + 1))), XmlError::TooMany);
    assert_eq!(refused(&format!("<a xml:lang='{}'/>", "f".repeat(VALUE_BYTES + 1))), XmlError::TooMany);
}

#[test]
fn bombs_cost_nothing() {
    let prefixes: String = (0..ATTRIBUTES).map(|number| format!(" xmlns:p{number}='u'")).collect();
    let bombs = [
        "<a>".repeat(300_000),
        "<a ".repeat(300_000),
        format!("<a>{}", "<b/>".repeat(300_000)),
        format!("<a {}", "b='1' ".repeat(200_000)),
        format!("<a {}/>", (0..100_000).map(|number| format!("b{number}='1' ")).collect::<String>()),
        format!("<a{prefixes}>{}</a>", "<p0:b/>".repeat(ELEMENTS - 1)),
        format!("<a xmlns='{}'>{}</a>", "u".repeat(VALUE_BYTES), "<b/>".repeat(ELEMENTS - 1)),
        format!("<a>{}</a>", "&amp;".repeat(200_000)),
        format!("<a b='{}'/>", "&amp;".repeat(200_000)),
        format!("<!DOCTYPE {}", "[".repeat(1_000_000)),
        format!("<a>{}", "<![CDATA[".repeat(100_000)),
        format!("<a>{}", "<!--".repeat(200_000)),
        "&".repeat(1_000_000),
    ];
    for bomb in bombs {
        let start = Instant::now();
        let _ = parse(bomb.as_bytes());
        // Seconds for what takes milliseconds: the machine may be busy.
        assert!(start.elapsed() < Duration::from_secs(5), "{}", &bomb[..40]);
    }
}

proptest! {
    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse(&bytes);
        for mark in [&b"\xEF\xBB\xBF"[..], b"\xFF\xFE", b"\xFE\xFF", b"<a>", b"<?xml ", b"<a xmlns:"] {
            let _ = parse(&[mark, &bytes].concat());
        }
    }

    #[test]
    fn any_marks_are_answered(
        marks in prop::collection::vec(prop::sample::select(vec![
            "<", ">", "/", "a", ":", "=", "'", "\"", "&", ";", "#", "x", "!", "?", "-", "[", "]", " ", "\n", "<a>", "</a>", "<a/>",
            "<![CDATA[", "]]>", "<!--", "-->", "<?xml version='1.0'?>", "<!DOCTYPE", "xmlns:a='u'", "&amp;", "&#60;", "\u{e9}",
        ]), 0..60),
    ) {
        if let Ok(element) = parse(marks.concat().as_bytes()) {
            prop_assert_eq!(Element::from_xml(&element.to_xml()), Ok(element));
        }
    }
}
