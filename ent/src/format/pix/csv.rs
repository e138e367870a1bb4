//! Results of Pix as CSV. Its French headings were not seen, so that it is recognised by structure: sixteen columns that name the skills by
//! number, and words in the headings of others. UTF-8 with a mark or Windows-1252; semicolons or commas.
//!
//! Columns that are not known stand in the remarks; the file keeps them.

use jiff::civil::Date;

use super::{CODES, skill};
use crate::format::letters::{self, plain};
use crate::format::reading::{Reading, Reduced, Unreadable};
use crate::record::{
    Certificate, CertificateSkill, Dropped, Piece, Reason, Record, SchoolYear, SourceId, Verification,
};

/// The largest file that is read, in bytes.
pub const LIMIT_BYTES: usize = 16 << 20;
const WHAT: &str = "file of Pix results";
const COLUMNS: usize = 200;

/// The names in a file, as `first name, family name`, in its order.
///
/// # Errors
/// [`Unreadable`].
pub fn people(bytes: &[u8]) -> Result<Vec<String>, Unreadable> {
    let table = Table::open(bytes)?;
    Ok(table.lines.iter().map(|line| table.name(line)).collect())
}

/// Reduces a file to one person, by name; without a name, to the only one in it.
///
/// # Errors
/// [`Unreadable`]; [`Unreadable::WhichPupil`] when the name fits none of several.
pub fn reduce(bytes: &[u8], person: Option<&str>) -> Result<Reduced, Unreadable> {
    let table = Table::open(bytes)?;
    let own = table.choose(person)?;
    let broken = |error: &dyn std::fmt::Display| Unreadable::Broken(error.to_string());
    let mut writer = csv::WriterBuilder::new().delimiter(table.delimiter).flexible(true).from_writer(Vec::new());
    for line in std::iter::once(&table.headings).chain(own.iter().copied()) {
        writer.write_record(line).map_err(|error| broken(&error))?;
    }
    let bytes = writer.into_inner().map_err(|error| broken(&error))?;
    Ok(Reduced { bytes: [b"\xEF\xBB\xBF", bytes.as_slice()].concat(), dropped: table.dropped(own.len()) })
}

/// Reads the certificates of one person, chosen as for [`reduce`].
///
/// # Errors
/// [`Unreadable`].
pub fn read(bytes: &[u8], person: Option<&str>, source: SourceId) -> Result<Reading, Unreadable> {
    let table = Table::open(bytes)?;
    let own = table.choose(person)?;
    let mut reading = Reading::default();
    for (column, heading) in table.headings.iter().enumerate() {
        let known = table.kinds.get(column).is_some_and(Option::is_some);
        if !known {
            reading.unknown(format!("column {heading}"));
        }
    }
    let dropped = table.dropped(own.len());
    for line in own {
        let certificate = table.certificate(line, source);
        let number = table.cell(line, Kind::Number).or(table.cell(line, Kind::Date)).unwrap_or_default();
        reading.pieces.push(Piece {
            key: format!("pix/{number}"),
            year: certificate.date.map(SchoolYear::of),
            school: None,
            pupil: None,
            record: Record::Certificate(certificate),
            source,
            dropped: dropped.clone(),
        });
    }
    Ok(reading)
}

/// Whether the first line of a file has the columns of the sixteen skills.
pub(crate) fn is_results(head: &[u8]) -> bool {
    let text = letters::decode(head, None);
    let Some(first) = text.lines().next() else { return false };
    let (_, headings) = split_headings(first);
    skill_columns(&headings).is_some()
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    FirstName,
    FamilyName,
    Status,
    Label,
    Level,
    Score,
    Center,
    Date,
    /// One of the skills, by its place in [`CODES`].
    Skill(usize),
    /// Known, and kept in the file only: where and when the person was born, the session, what the jury wrote to the school.
    FileOnly,
}

struct Table {
    delimiter: u8,
    headings: csv::StringRecord,
    kinds: Vec<Option<Kind>>,
    lines: Vec<csv::StringRecord>,
}

impl Table {
    fn open(bytes: &[u8]) -> Result<Self, Unreadable> {
        if bytes.len() > LIMIT_BYTES {
            return Err(Unreadable::TooLarge { limit_bytes: LIMIT_BYTES });
        }
        let text = letters::decode(bytes, None);
        let (delimiter, _) = split_headings(text.lines().next().unwrap_or_default());
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .has_headers(false)
            .from_reader(text.as_bytes());
        let mut lines = reader.records().map(|line| line.map_err(|error| Unreadable::Broken(error.to_string())));
        let headings = lines.next().ok_or(Unreadable::NotThis(WHAT))??;
        let skills = skill_columns(&headings.iter().collect::<Vec<_>>()).ok_or(Unreadable::NotThis(WHAT))?;
        let lines = lines.collect::<Result<Vec<_>, _>>()?;
        let skill_of = |column| skills.iter().position(|skill| *skill == column).map(Kind::Skill);
        let mut kinds: Vec<Option<Kind>> = Vec::new();
        for (column, heading) in headings.iter().enumerate().take(COLUMNS) {
            let kind = skill_of(column).or_else(|| kind_of(heading));
            // Of two columns that seem to hold the same, the first does.
            let again = kind.is_some_and(|kind| kind != Kind::FileOnly && kinds.contains(&Some(kind)));
            kinds.push(kind.filter(|_| !again));
        }
        Ok(Self { delimiter, headings, kinds, lines })
    }

    fn cell<'a>(&self, line: &'a csv::StringRecord, kind: Kind) -> Option<&'a str> {
        let column = self.kinds.iter().position(|known| *known == Some(kind))?;
        line.get(column).map(str::trim).filter(|text| !text.is_empty())
    }

    fn name(&self, line: &csv::StringRecord) -> String {
        let parts = [Kind::FirstName, Kind::FamilyName].map(|kind| self.cell(line, kind));
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    /// The lines of the person who is meant: somebody may have passed twice.
    fn choose(&self, wanted: Option<&str>) -> Result<Vec<&csv::StringRecord>, Unreadable> {
        let sorted = |name: &str| {
            let plain = plain(name);
            let mut words: Vec<String> = plain.split(' ').map(str::to_owned).collect();
            words.sort();
            words
        };
        let mut names: Vec<String> = self.lines.iter().map(|line| self.name(line)).collect();
        names.sort();
        names.dedup();
        let wanted = match (wanted, names.as_slice()) {
            (Some(wanted), _) => sorted(wanted),
            (None, [only]) => sorted(only),
            (None, []) => return Err(Unreadable::NoSuchPupil),
            (None, _) => return Err(Unreadable::WhichPupil { names }),
        };
        let own: Vec<_> = self.lines.iter().filter(|line| sorted(&self.name(line)) == wanted).collect();
        match (own.is_empty(), names.len()) {
            (false, _) => Ok(own),
            (true, 0 | 1) => Err(Unreadable::NoSuchPupil),
            (true, _) => Err(Unreadable::WhichPupil { names }),
        }
    }

    fn dropped(&self, own: usize) -> Vec<Dropped> {
        let count = self.lines.len().saturating_sub(own);
        if count > 0 { vec![Dropped { what: "other people's results".into(), count }] } else { Vec::new() }
    }

    fn certificate(&self, line: &csv::StringRecord, source: SourceId) -> Certificate {
        let text = |kind| self.cell(line, kind).map(str::to_owned);
        let skills = CODES.iter().enumerate().filter_map(|(place, code)| {
            // A dash stands for a skill that was not examined.
            let level = self.cell(line, Kind::Skill(place))?.parse().ok()?;
            let (area, name) = skill(code)?;
            Some(CertificateSkill {
                area: Some(area.to_owned()),
                code: (*code).to_owned(),
                name: name.to_owned(),
                level,
            })
        });
        Certificate {
            name: text(Kind::Label).unwrap_or_else(|| "Pix".to_owned()),
            issuer: "Pix".to_owned(),
            holder: Some(self.name(line)).filter(|name| !name.is_empty()),
            date: self.cell(line, Kind::Date).and_then(date),
            delivered: None,
            center: text(Kind::Center),
            score: text(Kind::Score),
            level: text(Kind::Level),
            code: None,
            skills: skills.collect(),
            verification: Verification::Unknown {
                reason: text(Kind::Status).map_or(Reason::Editable, Reason::EditableOf),
            },
            file: Some(source),
            ending: Some("csv".to_owned()),
        }
    }
}

/// The character between columns, and the headings of a first line.
fn split_headings(first: &str) -> (u8, Vec<&str>) {
    let (delimiter, letter) = if first.contains(';') { (b';', ';') } else { (b',', ',') };
    (delimiter, first.split(letter).collect())
}

/// The columns that name the skills, in the order of [`CODES`]; none unless all are there.
fn skill_columns(headings: &[&str]) -> Option<Vec<usize>> {
    let names = |heading: &str, code: &str| {
        let mut words = heading.split(|letter: char| !(letter.is_ascii_digit() || letter == '.'));
        words.any(|word| word.trim_end_matches('.') == code)
    };
    CODES.iter().map(|code| headings.iter().position(|heading| names(heading, code))).collect()
}

/// What a column holds, by the words of its heading: in French, or as the program itself calls it.
fn kind_of(heading: &str) -> Option<Kind> {
    let plain = plain(heading);
    let words: Vec<&str> = plain.split(' ').collect();
    let has = |word: &str| words.contains(&word);
    let first = |word: &str| words.first() == Some(&word);
    let file_only = ["commentaire", "comment", "naissance", "birthdate", "birthplace", "identifiant", "external"];
    if file_only.into_iter().any(has) || first("session") || first("type") {
        Some(Kind::FileOnly)
    } else if first("prenom") || first("firstname") {
        Some(Kind::FirstName)
    } else if first("nom") && !has("certification") || first("lastname") {
        Some(Kind::FamilyName)
    } else if first("date") || plain == "certification date" {
        Some(Kind::Date)
    } else if has("numero") || plain == "certification number" {
        Some(Kind::Number)
    } else if first("centre") || plain == "certification center" {
        Some(Kind::Center)
    } else if first("statut") || first("status") {
        Some(Kind::Status)
    } else if has("niveau") || plain == "reached level" {
        Some(Kind::Level)
    } else if has("pix") && (has("nombre") || has("score")) || plain == "score" {
        Some(Kind::Score)
    } else if first("certification") {
        Some(Kind::Label)
    } else {
        None
    }
}

/// A day, as `2026-01-31` or `31/01/2026`.
fn date(text: &str) -> Option<Date> {
    text.get(..10)?.parse().ok().or_else(|| Date::strptime("%d/%m/%Y", text.get(..10)?).ok())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use proptest::prelude::*;

    use super::*;

    /// A session of two, in Windows-1252 when written so.
    fn session(separator: &str) -> String {
        let mut headings =
            vec!["Num\u{E9}ro de certification", "Pr\u{E9}nom", "Nom", "Date de naissance", "Statut", "Autre"];
        headings.extend(CODES);
        headings.extend(["Nombre de Pix", "Session", "Centre de certification", "Date de passage de la certification"]);
        let line = |number: &str, first: &str, family: &str| {
            let mut cells = vec![number, first, family, "01/02/2012", "Valid\u{E9}e", "x", "3", "-", "5"];
            cells.extend(["2"; 13]);
            cells.extend(["412", "77", "\"Coll\u{E8}ge; de, test\"", "14/03/2026"]);
            cells.join(separator)
        };
        [headings.join(separator), line("1", "L\u{E9}a", "Exemple"), line("2", "Tom", "Mod\u{E8}le")].join("\r\n")
    }

    #[test]
    fn one_persons_line_becomes_a_certificate() {
        let latin: Vec<u8> = session(";").chars().map(|letter| u8::try_from(u32::from(letter)).unwrap()).collect();
        let marked = [b"\xEF\xBB\xBF", session(",").as_bytes()].concat();
        for bytes in [latin, marked] {
            assert!(is_results(&bytes));
            assert_eq!(people(&bytes).unwrap(), ["L\u{E9}a Exemple", "Tom Mod\u{E8}le"]);
            let reading = read(&bytes, Some("exemple lea"), SourceId::of(&bytes)).unwrap();
            assert_eq!(reading.remarks.len(), 1, "{:?}", reading.remarks);
            let [piece] = reading.pieces.as_slice() else { panic!("{reading:?}") };
            assert_eq!((piece.key.as_str(), piece.year), ("pix/1", Some(SchoolYear(2025))));
            let Record::Certificate(certificate) = &piece.record else { panic!() };
            assert_eq!(certificate.skills.len(), 15);
            assert_eq!((certificate.skills[1].code.as_str(), certificate.skills[1].level), ("1.3", 5));
            assert_eq!(
                (certificate.score.as_deref(), certificate.center.as_deref()),
                (Some("412"), Some("Coll\u{E8}ge; de, test"))
            );
            assert_eq!(certificate.date, Some(jiff::civil::date(2026, 3, 14)));
        }
    }

    #[test]
    fn nobody_else_stays_in_the_reduced_file() {
        let bytes = session(";").into_bytes();
        let reduced = reduce(&bytes, Some("L\u{E9}a Exemple")).unwrap();
        assert!(!String::from_utf8_lossy(&reduced.bytes).contains("Tom"));
        assert_eq!(reduced.dropped, [Dropped { what: "other people's results".into(), count: 1 }]);
        let again = read(&reduced.bytes, None, SourceId::of(b"")).unwrap();
        assert_eq!(again.pieces.len(), 1);
        assert!(matches!(reduce(&bytes, None), Err(Unreadable::WhichPupil { .. })));
        assert_eq!(read(b"a;b\n1;2", None, SourceId::of(b"")), Err(Unreadable::NotThis(WHAT)));
    }

    proptest! {
        #[test]
        fn any_lines_after_the_headings_are_read_or_refused(bytes: Vec<u8>) {
            let head = CODES.join(";") + "\n";
            let _ = read(&[head.as_bytes(), &bytes].concat(), None, SourceId::of(b""));
            let _ = reduce(&bytes, None);
        }
    }
}
