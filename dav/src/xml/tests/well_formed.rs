//! What clients send is read as they mean it.

use super::*;

#[test]
fn a_propfind_is_read() {
    let root = parsed(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<!-- asks -->\n<D:propfind xmlns:D=\"DAV:\" xmlns=\"urn:x\">\n  \
         <D:prop><D:getetag/><other/><o:third xmlns:o='urn:o' /></D:prop>\n</D:propfind>\n<!-- end -->\n",
    );
    assert!(root.is(DAV, "propfind"));
    let names: Vec<_> = root.child(DAV, "prop").unwrap().elements().map(|element| element.name.clone()).collect();
    assert_eq!(names, [Name::new(DAV, "getetag"), Name::new("urn:x", "other"), Name::new("urn:o", "third")]);
    assert!(root.child(DAV, "allprop").is_none());
    assert!(root.child("urn:x", "prop").is_none());
    assert!(root.attributes.is_empty());
}

#[test]
fn namespaces_follow_their_scopes() {
    let root = parsed(
        "<a xmlns='one' xmlns:p='two'><b xmlns=''><p:c xmlns:p='three' q='1' p:q='2'/></b><p:d/><e xmlns='two'/><f/></a>",
    );
    let names: Vec<_> = root.elements().map(|element| element.name.clone()).collect();
    let expected = [Name::new("", "b"), Name::new("two", "d"), Name::new("two", "e"), Name::new("one", "f")];
    assert_eq!(names, expected);
    let inner = root.elements().next().unwrap().elements().next().unwrap();
    assert!(inner.is("three", "c"));
    assert_eq!(inner.attributes, [(Name::new("", "q"), "1".into()), (Name::new("three", "q"), "2".into())]);
}

#[test]
fn a_declaration_counts_on_its_own_element_and_in_any_order() {
    let root = parsed("<p:a p:x='1' xmlns:p='urn:p'/>");
    assert!(root.is("urn:p", "a"));
    assert_eq!(root.attributes, [(Name::new("urn:p", "x"), "1".into())]);
}

#[test]
fn text_is_unescaped_and_kept() {
    let root = parsed(
        "<a> 1 &lt;&gt;&amp;&apos;&quot; &#233;&#xE9;&#x1F600;<![CDATA[<b>&amp;]]><!-- no --> 2\r\n3\r4&#13;</a>",
    );
    assert_eq!(root.children.len(), 1);
    assert_eq!(root.text(), " 1 <>&'\" \u{e9}\u{e9}\u{1f600}<b>&amp; 2\n3\n4\r");
    assert_eq!(parsed("<a>1<b>2<c/>3</b>4</a>").text(), "1234");
    assert!(parsed("<a><![CDATA[]]></a>").children.is_empty());
    let valued = parsed("<a b='&lt;&#10;x\ty\r\nz&quot;' c=\"it's\"/>");
    assert_eq!(valued.attributes[0].1, "<\nx y z\"");
    assert_eq!(valued.attributes[1].1, "it's");
}

#[test]
fn encodings_with_a_mark_are_read() {
    let text = "<?xml version=\"1.0\" encoding=\"UTF-16\"?><a>\u{e9}\u{1f600}</a>";
    let little: Vec<u8> = [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let big: Vec<u8> = [0xFE, 0xFF].into_iter().chain(text.encode_utf16().flat_map(u16::to_be_bytes)).collect();
    assert_eq!(parse(&little).unwrap().text(), "\u{e9}\u{1f600}");
    assert_eq!(parse(&big).unwrap().text(), "\u{e9}\u{1f600}");
    assert_eq!(parse(&little[..little.len() - 1]), Err(XmlError::Malformed));
    let lone: Vec<u8> = [0xFE, 0xFF, 0, b'<', 0, b'a', 0, b'>', 0xD8, 0].to_vec();
    assert_eq!(parse(&lone), Err(XmlError::Malformed));
    assert_eq!(parse(b"\xEF\xBB\xBF<?xml version='1.0'?><a/>").unwrap(), parsed("<a/>"));
    assert!(parse(b"<?xml version='1.0' encoding='utf-8' standalone='yes'?><a/>").is_ok());
    for other in ["utf-16", "iso-8859-1", "windows-1252", "utf-7", ""] {
        let text = format!("<?xml version=\"1.0\" encoding=\"{other}\"?><a/>");
        assert_eq!(refused(&text), XmlError::Malformed, "{other}");
    }
}

#[test]
fn a_property_takes_on_the_language_in_scope() {
    let update = |inside: &str| {
        let root = parsed(&format!("<D:propertyupdate xmlns:D='DAV:'>{inside}</D:propertyupdate>"));
        let prop = root.elements().next().unwrap().child(DAV, "prop").unwrap();
        prop.elements().next().unwrap().clone()
    };
    let language =
        |element: &Element| element.attributes.iter().map(|(name, value)| (name.clone(), value.clone())).next();
    let lang = Name::new(XML, "lang");
    let property = update("<D:set xml:lang='fr'><D:prop><p><q/></p></D:prop></D:set>");
    assert_eq!(language(&property), Some((lang.clone(), "fr".into())));
    assert_eq!(language(property.elements().next().unwrap()), None);
    let property = update("<D:set xml:lang='fr'><D:prop xml:lang='de'><p/></D:prop></D:set>");
    assert_eq!(language(&property), Some((lang.clone(), "de".into())));
    let property = update("<D:set xml:lang='fr'><D:prop><p xml:lang='en'/></D:prop></D:set>");
    assert_eq!(property.attributes, [(lang, "en".into())]);
    assert_eq!(language(&update("<D:set><D:prop><p/></D:prop></D:set>")), None);
}
