//! The text of PDF files, as far as it can be had: enough to tell what a paper is. Scans have none.
//!
//! What a paper says is guessed from its words; the paper itself is what counts, and is kept.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use lopdf::{Document, LoadOptions};

use super::letters::plain;
use super::pix;
use super::reading::{Reading, Unreadable};
use crate::record::{Certificate, Piece, Reason, Record, ReportCard, SchoolYear, SourceId, Verification};

/// The largest file whose text is read, in bytes.
pub const LIMIT_BYTES: usize = 16 << 20;
/// The most that one part of a file may grow to.
const PART_BYTES: usize = 8 << 20;
const PAGES: usize = 4;
const OBJECTS: usize = 100_000;
const TEXT_BYTES: usize = 1 << 20;

/// What a paper is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paper {
    /// A certificate of Pix.
    PixCertificate,
    /// A report card.
    ReportCard,
}

/// The text of the first pages. Where nothing can be read it is empty.
///
/// # Errors
/// [`Unreadable`].
pub fn text(bytes: &[u8]) -> Result<String, Unreadable> {
    if !bytes.starts_with(b"%PDF-") {
        return Err(Unreadable::NotThis("PDF"));
    }
    if bytes.len() > LIMIT_BYTES {
        return Err(Unreadable::TooLarge { limit_bytes: LIMIT_BYTES });
    }
    // The library is made for files that programs wrote; this one may be made to stop it.
    catch_unwind(AssertUnwindSafe(|| extract(bytes)))
        .unwrap_or_else(|_| Err(Unreadable::Broken("it is damaged".into())))
}

/// What the words of a paper say that it is.
#[must_use]
pub fn paper(text: &str) -> Option<Paper> {
    let plain = plain(text);
    let words = |wanted: &[&str]| wanted.iter().any(|wanted| plain.contains(wanted));
    if pix::verification_code(text).is_some() && words(&["pix"]) {
        return Some(Paper::PixCertificate);
    }
    let named = words(&["bulletin", "bilan periodique", "livret scolaire", "releve de notes"]);
    (named && words(&["trimestre", "semestre", "periode", "annee scolaire"])).then_some(Paper::ReportCard)
}

/// Reads a certificate of Pix: what is sure of it is the code, with which Pix tells the rest.
///
/// # Errors
/// [`Unreadable`]; [`Unreadable::WhichPupil`], with the codes, of a file with several certificates, which is not to be kept.
pub fn pix_certificate(bytes: &[u8], source: SourceId) -> Result<Reading, Unreadable> {
    let text = text(bytes)?;
    let code = pix::verification_code(&text).ok_or(Unreadable::NotThis("certificate of Pix"))?;
    // Schools get the certificates of a class in one file; a PDF can't be reduced to one of them.
    if pix::verification_codes(&text).any(|other| other != code) {
        let names: BTreeSet<String> = pix::verification_codes(&text).map(str::to_owned).collect();
        return Err(Unreadable::WhichPupil { names: names.into_iter().collect() });
    }
    let certificate = Certificate {
        name: "Pix".into(),
        issuer: "Pix".into(),
        holder: None,
        date: None,
        delivered: None,
        center: None,
        score: None,
        level: None,
        code: Some(code.to_owned()),
        skills: Vec::new(),
        verification: Verification::Unknown { reason: Reason::NotAsked },
        file: Some(source),
        ending: Some("pdf".into()),
    };
    let record = Record::Certificate(certificate);
    let piece = Piece {
        key: format!("pix/{code}"),
        year: None,
        school: None,
        pupil: None,
        record,
        source,
        dropped: Vec::new(),
    };
    Ok(Reading { pieces: vec![piece], remarks: Vec::new() })
}

/// Reads a report card: whose and of when, where its text says so.
///
/// # Errors
/// [`Unreadable`].
pub fn report_card(bytes: &[u8], source: SourceId) -> Result<Reading, Unreadable> {
    let text = text(bytes)?;
    if paper(&text) != Some(Paper::ReportCard) {
        return Err(Unreadable::NotThis("report card"));
    }
    let year = school_year(&text);
    let period = period(&text);
    let key = match (year, &period) {
        (Some(year), Some(period)) => format!("report-card/{year}/{period}"),
        _ => format!("report-card/{}", source.text()),
    };
    let card = ReportCard {
        pupil: labelled(&text, &["eleve", "nom de l eleve", "nom et prenom"]),
        class: labelled(&text, &["classe", "division"]),
        pdf: Some(source),
        ..ReportCard::of(period.unwrap_or_default())
    };
    let piece =
        Piece { key, year, school: None, pupil: None, record: Record::ReportCard(card), source, dropped: Vec::new() };
    let mut reading = Reading { pieces: vec![piece], remarks: Vec::new() };
    reading.unknown("what a report card in PDF says is kept as it stands in the file");
    Ok(reading)
}

fn extract(bytes: &[u8]) -> Result<String, Unreadable> {
    let broken = |error: lopdf::Error| Unreadable::Broken(error.to_string());
    let options = LoadOptions { max_decompressed_size: Some(PART_BYTES), ..LoadOptions::default() };
    let document = Document::load_mem_with_options(bytes, options).map_err(broken)?;
    if document.objects.len() > OBJECTS {
        return Err(Unreadable::Broken("it has too many parts".into()));
    }
    let pages: Vec<u32> = document.get_pages().into_keys().take(PAGES).collect();
    let mut text = String::new();
    // A page that can't be read leaves the others.
    for part in document.extract_text_chunks_with_limit(&pages, PART_BYTES).into_iter().flatten() {
        if text.len().saturating_add(part.len()) > TEXT_BYTES {
            break;
        }
        text.push_str(&part);
    }
    Ok(text)
}

/// `2025-2026`, `2025/2026`, `2025 - 2026`: the first two years that follow each other.
fn school_year(text: &str) -> Option<SchoolYear> {
    let numbers: Vec<&str> =
        text.split(|letter: char| !letter.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
    numbers.windows(2).find_map(|pair| {
        let [first, second] = pair else { return None };
        let (first, second): (i16, i16) = (first.parse().ok()?, second.parse().ok()?);
        ((1990..=2100).contains(&first) && second == first + 1).then_some(SchoolYear(first))
    })
}

/// `Trimestre 1`, from `1er trimestre`, `Trimestre 1`, `2nd semestre`.
fn period(text: &str) -> Option<String> {
    const WORDS: [(&str, &str); 3] =
        [("trimestre", "Trimestre"), ("semestre", "Semestre"), ("periode", "P\u{E9}riode")];
    let plain = plain(text);
    let words: Vec<&str> = plain.split(' ').collect();
    let number = |word: &&str| match *word {
        "1" | "1er" | "1ere" | "premier" | "premiere" => Some(1),
        "2" | "2e" | "2nd" | "2nde" | "2eme" | "second" | "deuxieme" => Some(2),
        "3" | "3e" | "3eme" | "troisieme" => Some(3),
        _ => None,
    };
    words.iter().enumerate().find_map(|(at, word)| {
        let (_, name) = WORDS.iter().find(|(known, _)| known == word)?;
        let before = at.checked_sub(1).and_then(|at| words.get(at)).and_then(number);
        let number = before.or_else(|| words.get(at + 1).and_then(number))?;
        Some(format!("{name} {number}"))
    })
}

/// The value of a line of `Word : value`.
fn labelled(text: &str, names: &[&str]) -> Option<String> {
    const CHARS: usize = 80;
    text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let value = value.trim();
        let good = !value.is_empty() && value.chars().count() <= CHARS && names.contains(&plain(name).as_str());
        good.then(|| value.to_owned())
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use proptest::prelude::*;

    use super::*;

    const PIX: &[u8] = include_bytes!("../../tests/data/pix-certificate.pdf");
    const CARD: &[u8] = include_bytes!("../../tests/data/report-card.pdf");
    const OTHER: &[u8] = include_bytes!("../../tests/data/other.pdf");

    #[test]
    fn a_certificate_tells_its_code() {
        assert_eq!(paper(&text(PIX).unwrap()), Some(Paper::PixCertificate));
        let reading = pix_certificate(PIX, SourceId::of(PIX)).unwrap();
        assert_eq!(reading.pieces[0].key, "pix/P-Y468ACDE");
    }

    #[test]
    fn certificates_of_a_class_are_not_kept() {
        let bytes = include_bytes!("../../tests/data/pix-class.pdf");
        let names = vec!["P-AAAA1111".to_owned(), "P-BBBB2222".to_owned()];
        assert_eq!(pix_certificate(bytes, SourceId::of(bytes)), Err(Unreadable::WhichPupil { names }));
    }

    #[test]
    fn a_report_card_tells_whose_and_when() {
        let reading = report_card(CARD, SourceId::of(CARD)).unwrap();
        assert_eq!(reading.pieces[0].key, "report-card/2025-2026/Trimestre 1");
        let Record::ReportCard(card) = &reading.pieces[0].record else { panic!("{reading:?}") };
        assert_eq!((card.pupil.as_deref(), card.class.as_deref()), (Some("Exemple L\u{E9}a"), Some("3B")));
        assert_eq!(card.pdf, Some(SourceId::of(CARD)));
        assert_eq!(paper(&text(OTHER).unwrap()), None);
    }

    proptest! {
        #[test]
        fn any_damage_is_read_or_refused(at in 0..CARD.len(), bytes in prop::collection::vec(any::<u8>(), 1..4)) {
            let mut damaged = CARD.to_vec();
            damaged.iter_mut().skip(at).zip(&bytes).for_each(|(byte, other)| *byte = *other);
            let _ = extract(&damaged);
            let _ = extract(&damaged[..at]);
        }
    }
}
