//! Records in each of the formats, and bytes that are none.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use proptest::prelude::*;

use super::*;

/// A record in ISO 2709: fields with their indicators and subfields as bytes.
fn iso2709(fields: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut directory, mut data) = (Vec::new(), Vec::new());
    for (tag, body) in fields {
        directory.extend(format!("{tag}{:04}{:05}", body.len() + 1, data.len()).into_bytes());
        data.extend_from_slice(body);
        data.push(0x1e);
    }
    let base = 24 + directory.len() + 1;
    let mut record = format!("{:05}nam  22{base:05}   450 ", base + data.len() + 1).into_bytes();
    record.extend(directory);
    record.push(0x1e);
    record.extend(data);
    record.push(0x1d);
    record
}

fn coded(charset: &str) -> Vec<u8> {
    format!("  \x1fa20240901d2024    m  y0frey{charset}      ba").into_bytes()
}

fn one(bytes: &[u8]) -> Notice {
    let mut read = read(bytes).unwrap();
    assert_eq!((read.notices.len(), read.broken), (1, 0));
    read.notices.remove(0)
}

fn candide() -> Notice {
    Notice {
        title: "L'\u{e9}t\u{e9} de No\u{eb}l. Premi\u{e8}re partie : r\u{e9}cit".into(),
        authors: vec!["Zo\u{e9} Exemple".into(), "Soci\u{e9}t\u{e9} fictive".into()],
        isbn: Some("9782070000005".into()),
    }
}

#[test]
fn utf8_latin1_and_iso_5426_say_the_same() {
    let utf8 = |text: &str| text.as_bytes().to_vec();
    let latin1 = |text: &str| text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect::<Vec<u8>>();
    let iso5426 = |text: &str| {
        let written = text.chars().map(|c| match c {
            '\u{e9}' => vec![0xc2, b'e'],
            '\u{e8}' => vec![0xc1, b'e'],
            '\u{eb}' => vec![0xc8, b'e'],
            plain => vec![u8::try_from(plain).unwrap()],
        });
        written.flatten().collect::<Vec<u8>>()
    };
    type Write<'a> = &'a dyn Fn(&str) -> Vec<u8>;
    let writers: [(&str, Write<'_>); 3] = [("50  ", &utf8), ("    ", &latin1), ("0103", &iso5426)];
    for (charset, write) in writers {
        let record = iso2709(&[
            ("001", b"42"),
            ("010", b"  \x1fa978-2-07-000000-5\x1fbbr."),
            ("100", &coded(charset)),
            (
                "200",
                &write(
                    "1 \u{1f}aL'\u{e9}t\u{e9} de No\u{eb}l\u{1f}er\u{e9}cit\u{1f}iPremi\u{e8}re partie\u{1f}fZo\u{e9}",
                ),
            ),
            ("700", &write(" 1\u{1f}aExemple\u{1f}bZo\u{e9}\u{1f}4070")),
            ("710", &write("02\u{1f}aSoci\u{e9}t\u{e9} fictive")),
        ]);
        assert_eq!(one(&record), candide(), "{charset}");
    }
}

#[test]
fn marcxml_and_the_xml_of_pmb_say_the_same() {
    let marcxml = r#"<?xml version="1.0" encoding="UTF-8"?><collection xmlns="http://www.loc.gov/MARC21/slim"><record>
        <leader>     nam  22        450 </leader><controlfield tag="001">42</controlfield>
        <datafield tag="010" ind1=" " ind2=" "><subfield code="a">978-2-07-000000-5</subfield></datafield>
        <datafield tag="200" ind1="1" ind2=" "><subfield code="a">&#x98;L'&#x9c;&#233;t&#xe9; de No&#xEB;l</subfield>
          <subfield code="i">Premi&#232;re partie</subfield><subfield code="e">r&#233;cit</subfield></datafield>
        <datafield tag="700" ind1=" " ind2="1"><subfield code="a">Exemple</subfield><subfield code="b">Zo&#233;</subfield></datafield>
        <datafield tag="710" ind1="0" ind2="2"><subfield code="a">Soci&#233;t&#233; fictive</subfield></datafield>
        </record></collection>"#;
    let marcxml = marcxml.replace("&#x98;", "\u{98}").replace("&#x9c;", "\u{9c}");
    assert_eq!(one(marcxml.as_bytes()), candide());
    let pmb = "<?xml version='1.0' encoding='iso-8859-1'?><unimarc><notice><rs>n</rs><dt>a</dt>\
        <f c='010' ind='  '><s c='a'>978-2-07-000000-5</s></f>\
        <f c='200' ind='1 '><s c='a'><![CDATA[L'\u{e9}t\u{e9} de No\u{eb}l]]></s><s c='i'>Premi\u{e8}re partie</s><s c='e'>r\u{e9}cit</s></f>\
        <f c='700' ind=' 1' id='7'><s c='a'>Exemple</s><s c='b'>Zo\u{e9}</s></f>\
        <f c='710'><s c='a'>Soci\u{e9}t\u{e9} fictive</s></f></notice></unimarc>";
    assert_eq!(one(pmb.as_bytes()), candide());
    let latin1: Vec<u8> = pmb.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    assert_eq!(one(&latin1), candide());
}

#[test]
fn a_broken_record_is_counted_and_the_next_is_read() {
    let good = iso2709(&[("200", b"1 \x1faJardins")]);
    let untitled = iso2709(&[("001", b"1")]);
    let mut lying = good.clone();
    lying[12..17].copy_from_slice(b"99999");
    let read = read(&[lying, untitled, good].concat()).unwrap();
    assert_eq!((read.notices.len(), read.broken), (1, 2));
    assert_eq!(read.notices[0].title, "Jardins");
}

#[test]
fn a_reading_list_becomes_loans() {
    let source = SourceId::of(b"list");
    let loan = one(&iso2709(&[("200", b"1 \x1faJardins\x1ffA. Auteur")])).listed("Lectures d'\u{e9}t\u{e9}", source);
    assert_eq!((loan.title.as_str(), loan.authors.as_slice()), ("Jardins", &["A. Auteur".to_owned()][..]));
    assert_eq!(
        (loan.state, loan.notice, loan.list.as_deref()),
        (LoanState::Listed, Some(source), Some("Lectures d'\u{e9}t\u{e9}"))
    );
}

#[test]
fn what_is_no_library_record_is_refused() {
    assert_eq!(read(b""), Err(MarcError::NoRecords));
    assert_eq!(read(b"<a/>"), Err(MarcError::NoRecords));
    assert_eq!(read(b"%PDF-1.7"), Err(MarcError::NoRecords));
    assert!(matches!(read(b"<record>&own;</record>"), Err(MarcError::BrokenXml(_))));
    assert!(matches!(read("<f c='1'>".repeat(1000).as_bytes()), Err(MarcError::BrokenXml(_))));
    for (text, found) in [("2-07-036822-X", Some("207036822X")), ("207X368220", None), ("12", None), ("br.", None)] {
        assert_eq!(isbn(text).as_deref(), found);
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300), start in 0..3_usize) {
        let start = ["", "<record><datafield tag='200'>", "00100nam  2200050   450 "][start];
        let _ = read(&[start.as_bytes(), &bytes].concat());
    }

    #[test]
    fn any_damage_is_read_or_refused(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut record = iso2709(&[("100", &coded("0103")), ("200", b"1 \x1faL'\xc2et\xc2e"), ("700", b" 1\x1faExemple")]);
        let at = at.index(record.len());
        record[at] = byte;
        let _ = read(&record);
    }
}
