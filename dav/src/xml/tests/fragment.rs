//! Values of properties, kept and read back.

use proptest::prelude::*;

use super::*;

#[test]
fn a_value_stands_by_itself() {
    let root = parsed(
        "<D:prop xmlns:D='DAV:' xmlns:z='urn:z' xml:lang='fr'><z:p a='1' z:b='\"&lt;&#10;'> &lt;x&gt; <D:q/><n/>&#13;</z:p></D:prop>",
    );
    let property = root.elements().next().unwrap();
    let kept = property.to_xml();
    assert_eq!(
        kept,
        "<x1:p xmlns:D=\"DAV:\" xmlns:x1=\"urn:z\" a=\"1\" x1:b=\"&quot;&lt;&#10;\" xml:lang=\"fr\"> &lt;x&gt; <D:q/><n/>&#13;</x1:p>"
            .replace("x1", "x0"),
    );
    assert_eq!(Element::from_xml(&kept).unwrap(), *property);
}

#[test]
fn what_was_parsed_within_bounds_is_read_back_within_bounds() {
    // Two namespaces declared once and changed between at each element: not once more for each.
    let inside = "<p:b/><q:c/>".repeat(ELEMENTS / 2 - 1);
    let root = parsed(&format!("<a xmlns:p='{}' xmlns:q='urn:q'>{inside}</a>", "u".repeat(VALUE_BYTES)));
    let kept = root.to_xml();
    assert!(kept.len() < 100_000, "{}", kept.len());
    assert_eq!(Element::from_xml(&kept).unwrap(), root);
    // As many namespaces as there may be.
    let inside: String = (0..ATTRIBUTES).map(|number| format!("<b xmlns='urn:{number}'/>")).collect();
    let root = parsed(&format!("<a>{inside}</a>"));
    assert_eq!(Element::from_xml(&root.to_xml()).unwrap(), root);
}

#[test]
fn a_kept_value_is_trusted_no_more_than_a_sent_one() {
    for text in ["", "text", "<a", "<a/><b/>", "<!DOCTYPE a><a/>", "<a>&x;</a>", "<p:a/>"] {
        assert!(Element::from_xml(text).is_err(), "{text}");
    }
    assert!(Element::from_xml(&"<a>".repeat(DEPTH + 1)).is_err());
}

#[test]
fn names_are_told_from_other_texts() {
    for text in ["a", "_", "a-b.c1", "\u{e9}t\u{e9}", "Win32LastModifiedTime", "\u{10000}"] {
        assert!(is_name(text), "{text}");
    }
    for text in ["", "1a", "-a", ".a", "a:b", "a b", "a>", "a\u{0}", "\u{d7}", "a\u{2028}", "\u{f0000}"] {
        assert!(!is_name(text), "{text:?}");
    }
}

fn name() -> impl Strategy<Value = Name> {
    let space = prop::sample::select(vec!["", DAV, "urn:a", "http://h/?a=1&b=<\"'\t\n>", XML, "x0", "\u{e9}"]);
    // `xmlns` would be a declaration.
    let local = "[a-zA-Z_\u{e9}][a-z0-9.-]{0,5}".prop_filter("xmlns", |local| local != "xmlns");
    (space, local).prop_map(|(space, local)| Name::new(space, &local))
}

fn text() -> impl Strategy<Value = String> {
    "([a-z<>&'\"\\]\r\n\t \u{85}\u{e9}\u{2028}\u{fffd}\u{ef00}\u{1f600}]){0,12}"
}

/// What a parsed element is: texts that touch are one, and none is empty.
fn settled(children: Vec<Child>) -> Vec<Child> {
    let mut settled: Vec<Child> = Vec::new();
    for child in children {
        match (settled.last_mut(), child) {
            (_, Child::Text(text)) if text.is_empty() => {}
            (Some(Child::Text(before)), Child::Text(text)) => before.push_str(&text),
            (_, child) => settled.push(child),
        }
    }
    settled
}

fn element() -> impl Strategy<Value = Element> {
    let attributes = || prop::collection::btree_map(name(), text(), 0..3).prop_map(|map| map.into_iter().collect());
    let leaf = (name(), attributes()).prop_map(|(name, attributes)| Element { name, attributes, children: Vec::new() });
    leaf.prop_recursive(4, 24, 4, move |inner| {
        let child = prop_oneof![inner.prop_map(Child::Element), text().prop_map(Child::Text)];
        (name(), attributes(), prop::collection::vec(child, 0..5)).prop_map(|(name, attributes, children)| Element {
            name,
            attributes,
            children: settled(children),
        })
    })
}

proptest! {
    #[test]
    fn a_kept_value_comes_back(element in element()) {
        prop_assert_eq!(Element::from_xml(&element.to_xml()), Ok(element));
    }

    #[test]
    fn an_element_in_an_answer_comes_back(element in element()) {
        let mut writer = Writer::new("prop");
        writer.element(&element);
        let answer = read(&writer.finish());
        prop_assert_eq!(answer.elements().next(), Some(&element));
    }
}

/// Reads without handing languages down.
fn read(bytes: &[u8]) -> Element {
    Element::from_xml(std::str::from_utf8(bytes).unwrap()).unwrap()
}
