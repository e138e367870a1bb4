//! One file of each kind, files that look like them, and any bytes.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::Write;

use proptest::prelude::*;

use super::*;
use crate::format::pix::CODES;

fn of(bytes: &[u8]) -> Option<Found> {
    recognise(bytes, || Some(bytes.to_vec()))
}

fn jws(payload: &str) -> String {
    let part = |text: &str| data_encoding::BASE64URL_NOPAD.encode(text.as_bytes());
    format!("{}.{}.c2lnbg\n", part(r#"{"alg":"EdDSA"}"#), part(payload))
}

fn png(keyword: &str) -> Vec<u8> {
    let data = [keyword.as_bytes(), b"\0\0\0\0\0{}"].concat();
    let length = u32::try_from(data.len()).unwrap().to_be_bytes();
    [b"\x89PNG\r\n\x1A\n\0\0\0\0IHDR\0\0\0\0".as_slice(), &length, b"iTXt", &data, b"\0\0\0\0"].concat()
}

fn tar_gz(name: &str) -> Vec<u8> {
    let mut header = [0_u8; 512];
    header[..name.len()].copy_from_slice(name.as_bytes());
    header[257..262].copy_from_slice(b"ustar");
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(&header).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn each_kind_is_recognised_by_its_content() {
    let pix = format!("Nom;{}\n", CODES.join(";"));
    let signed = jws(r#"{"type":["OpenBadgeCredential"]}"#);
    let wrapped = jws(r#"{"vc":{"type":["AchievementCredential"]}}"#);
    let cases: [(&[u8], Found); 28] = [
        (include_bytes!("../../../tests/data/lsu-class.xml"), Found::Lsu),
        (include_bytes!("../../../tests/data/lsl-class.xml"), Found::Lsl),
        (include_bytes!("../../../tests/data/pronote.ics"), Found::Calendar),
        (include_bytes!("../../../tests/badges/did.svg"), Found::BadgeSvg),
        (include_bytes!("../../../tests/badges/old.svg"), Found::BadgeSvg),
        (include_bytes!("../../../tests/quiz/sample.gift"), Found::Gift),
        (b"Qui ? {=Un}\n\nRacontez. {}", Found::Gift),
        (include_bytes!("../../../tests/data/pix-certificate.pdf"), Found::PixCertificate),
        (include_bytes!("../../../tests/data/report-card.pdf"), Found::ReportCardPdf),
        (pix.as_bytes(), Found::PixResults),
        (b"<quiz><question type='category'><category><text><![CDATA[<infos><name>Q</name></infos>]]></text></category></question></quiz>",
            Found::PronoteQuiz),
        (b"\xEF\xBB\xBF<?xml version='1.0'?><!-- c --><quiz>\n<question type='essay'/></quiz>", Found::MoodleQuiz),
        (b"// questions\n$CATEGORY: a/b\n\n::Q1:: 2 \\{+\\} 2? {=4 ~5}\n\nSky is blue. {TRUE}\nPi {#3.14:0.01}", Found::Gift),
        ("Qui ? {\n~Un\n=Deux\n}\n".as_bytes(), Found::Gift),
        (include_bytes!("../../../tests/quiz/sample.gift"), Found::Gift),
        (&tar_gz("moodle_backup.xml"), Found::MoodleBackup),
        (&tar_gz(".ARCHIVE_INDEX"), Found::MoodleBackup),
        (b"PK\x03\x04aaaaaaaaaaaaaaaaaaaaaa\x11\0\0\0moodle_backup.xml", Found::MoodleBackup),
        (br#"{"@context":["https://www.w3.org/ns/credentials/v2"],"type":["VerifiableCredential","OpenBadgeCredential"]}"#,
            Found::BadgeJson),
        (br#" {"@context":"https://w3id.org/openbadges/v2","type":"Assertion"}"#, Found::BadgeJson),
        (signed.as_bytes(), Found::BadgeJws),
        (wrapped.as_bytes(), Found::BadgeJws),
        (&png("openbadgecredential"), Found::BadgePng),
        (&png("openbadges"), Found::BadgePng),
        (b"<svg xmlns='http://www.w3.org/2000/svg' xmlns:openbadges='https://purl.imsglobal.org/ob/v3p0'/>", Found::BadgeSvg),
        (b"00060nam0 2200037   450 200000900000\x1E1 \x1FaTest\x1E\x1D", Found::Marc),
        (b"<collection xmlns='http://www.loc.gov/MARC21/slim'/>", Found::MarcXml),
        (b"<m:record xmlns:m='info:lc/xmlns/marcxchange-v1/2'/>", Found::MarcXml),
    ];
    for (bytes, found) in cases {
        assert_eq!(of(bytes), Some(found), "{}", String::from_utf8_lossy(bytes));
    }
}

#[test]
fn what_only_looks_like_them_is_not() {
    let cases: [&[u8]; 16] = [
        b"",
        b"Bonjour.",
        b"body { color: red; }",
        b"fn main() { print(1) }",
        b"fn main() {}\n\nfn other() {}",
        b"{\"a\": 1}",
        b"eyes are not a signature",
        b"a;b;c\n1.1;1.2;1.3\n",
        b"<quiz/>",
        b"<lsun-bilans/>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"00060nam0 2200037   450 2000009xxxxx\x1E",
        b"PK\x03\x04aaaaaaaaaaaaaaaaaaaaaa\x11\0\0\0other_names_here!",
        include_bytes!("../../../tests/data/other.pdf"),
        &png("Comment"),
        &tar_gz("other"),
    ];
    for bytes in cases {
        assert_eq!(of(bytes), None, "{}", String::from_utf8_lossy(bytes));
    }
}

proptest! {
    #[test]
    fn any_bytes_are_looked_at_without_harm(
        start in prop::sample::select(vec!["", "%PDF-1.7", "\u{89}PNG", "PK\x03\x04", "\u{1F}\u{8B}\u{8}\0", "{", "ey", "<", "00060nam0 22"]),
        bytes: Vec<u8>,
    ) {
        let start: Vec<u8> = start.chars().filter_map(|letter| u8::try_from(u32::from(letter)).ok()).collect();
        let _ = of(&[start, bytes].concat());
    }
}
