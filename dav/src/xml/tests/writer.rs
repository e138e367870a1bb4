//! Answers, byte for byte, and that they are well-formed whatever is in them.

use proptest::prelude::*;

use super::*;

#[test]
fn an_answer_is_written() {
    let mut writer = Writer::new("multistatus");
    writer.open_dav("response");
    writer.text_dav("href", "/a%20b/");
    writer.open_dav("propstat");
    writer.open_dav("prop");
    writer.text_dav("displayname", "R&D <1>\r\n");
    writer.empty_dav("getetag");
    writer.empty(&Name::new("urn:z", "p"));
    writer.empty(&Name::new("", "none"));
    writer.empty(&Name::new("urn:&\"", "q"));
    writer.element(&parsed("<y:k xmlns:y='urn:k' xmlns:D='DAV:'><D:m/></y:k>"));
    assert_eq!(
        String::from_utf8(writer.finish()).unwrap(),
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<D:multistatus xmlns:D=\"DAV:\"><D:response><D:href>/a%20b/</D:href>\
         <D:propstat><D:prop><D:displayname>R&amp;D &lt;1&gt;&#13;\n</D:displayname><D:getetag/><x:p xmlns:x=\"urn:z\"/><none/>\
         <x:q xmlns:x=\"urn:&amp;&quot;\"/><x0:k xmlns:x0=\"urn:k\"><D:m/></x0:k>\
         </D:prop></D:propstat></D:response></D:multistatus>"
    );
}

#[test]
fn closing_once_too_often_is_harmless() {
    let mut writer = Writer::new("prop");
    writer.close();
    writer.close();
    assert!(parse(&writer.finish()).is_ok());
}

#[test]
fn what_xml_cannot_hold_is_replaced() {
    let mut writer = Writer::new("prop");
    writer.text("a\0b\u{1}c\u{b}d\u{fffe}e\u{ffff}f\u{fffd}g\u{ef00}h\t\n\u{7f}]]>");
    let text = parse(&writer.finish()).unwrap().text();
    assert_eq!(text, "a\u{fffd}b\u{fffd}c\u{fffd}d\u{fffd}e\u{fffd}f\u{fffd}g\u{ef00}h\t\n\u{7f}]]>");
}

proptest! {
    #[test]
    fn any_text_is_written_well_formed(text: String, space: String) {
        prop_assume!(space.len() <= VALUE_BYTES);
        let mut writer = Writer::new("prop");
        writer.empty(&Name::new(&space, "p"));
        writer.text(&text);
        let root = parse(&writer.finish()).unwrap();
        let allowed = |text: &str| text.chars().map(|char| if is_char(char) { char } else { '\u{fffd}' }).collect::<String>();
        prop_assert_eq!(root.text(), allowed(&text));
        prop_assert_eq!(&root.elements().next().unwrap().name.space, &allowed(&space));
    }
}
