//! The school record of upper secondary school (Livret scolaire du lycee, LSL), in the XML that schools send: namespace
//! `urn:ac-grenoble.fr:lsl:import`, one file for whole classes, in which pupils have numbers and no names.
//!
//! Known of the format is what school software writes: years, subjects by their code, averages of periods, of the group and of the year. Other
//! parts are remarked and kept in the file only.

use std::collections::BTreeMap;

use super::reading::{Reading, Reduced, Unreadable};
use super::tree::{self, Element, Node};
use crate::record::{Appreciation, Dropped, Piece, Record, ReportCard, ReportSubject, SchoolYear, Score, SourceId};

/// The namespace of the format.
pub(crate) const NAMESPACE: &str = "urn:ac-grenoble.fr:lsl:import";
const WHAT: &str = "file of the school record LSL";
/// Names of subjects by their national code, `CODE=name`, one a line.
const SUBJECTS: &str = include_str!("lsl/subjects.txt");

/// The numbers of the pupils in a file.
///
/// # Errors
/// [`Unreadable`].
pub fn pupils(bytes: &[u8]) -> Result<Vec<String>, Unreadable> {
    Ok(ids(&open(bytes)?).map(str::to_owned).collect())
}

/// Reduces a file to one pupil, by number; without one, to the only pupil in it.
///
/// # Errors
/// [`Unreadable`]; [`Unreadable::WhichPupil`] when the number is none of many.
pub fn reduce(bytes: &[u8], pupil: Option<&str>) -> Result<Reduced, Unreadable> {
    let mut root = open(bytes)?;
    let dropped = keep(&mut root, pupil)?;
    Ok(Reduced { bytes: root.document(), dropped })
}

/// Reads what a file says of one pupil, chosen as for [`reduce`].
///
/// # Errors
/// [`Unreadable`].
pub fn read(bytes: &[u8], pupil: Option<&str>, source: SourceId) -> Result<Reading, Unreadable> {
    let mut root = open(bytes)?;
    let dropped = keep(&mut root, pupil)?;
    let school = root.child("entete").and_then(|head| head.child("etablissement")?.text());
    let mut reading = Reading::default();
    let years = root.list("donnees").flat_map(|pupil| pupil.list("scolarites").map(move |year| (pupil, year)));
    for (pupil, year_element) in years {
        let Some(year) = year_of(year_element) else {
            reading.bad("scolarite", "it says no year");
            continue;
        };
        for card in cards(pupil, year_element, &mut reading) {
            let key = format!("lsl/{year}/{}", card.period);
            let (school, dropped) = (school.clone(), dropped.clone());
            reading.pieces.push(Piece {
                key,
                year: Some(year),
                school,
                pupil: None,
                record: Record::ReportCard(card),
                source,
                dropped,
            });
        }
    }
    Ok(reading)
}

fn open(bytes: &[u8]) -> Result<Element, Unreadable> {
    let root = tree::parse(bytes)?;
    if root.local() == "lsl" && root.namespace() == Some(NAMESPACE) { Ok(root) } else { Err(Unreadable::NotThis(WHAT)) }
}

fn ids(root: &Element) -> impl Iterator<Item = &str> {
    root.list("donnees").filter(|pupil| pupil.local() == "eleve").filter_map(|pupil| pupil.attribute("id"))
}

/// Keeps one pupil only, and nothing else that the file lists.
fn keep(root: &mut Element, wanted: Option<&str>) -> Result<Vec<Dropped>, Unreadable> {
    let ids: Vec<String> = ids(root).map(str::to_owned).collect();
    let id = match (wanted, ids.as_slice()) {
        (None, [only]) => only.clone(),
        (Some(wanted), _) if ids.iter().any(|id| id == wanted) => wanted.to_owned(),
        (_, [] | [_]) => return Err(Unreadable::NoSuchPupil),
        _ => return Err(Unreadable::WhichPupil { names: ids }),
    };
    let mut others = 0;
    for node in &mut root.nodes {
        let Node::Element(data) = node else { continue };
        if data.local() == "donnees" {
            let before = data.nodes.len();
            data.nodes.retain(|node| {
                matches!(node, Node::Element(pupil) if pupil.local() == "eleve" && pupil.attribute("id") == Some(&id))
            });
            others += before - data.nodes.len();
        }
    }
    Ok(if others > 0 { vec![Dropped { what: "other pupils".into(), count: others }] } else { Vec::new() })
}

/// The report cards of a year: one for each period, and one for the year when the file says something about all of it.
fn cards(pupil: &Element, year: &Element, reading: &mut Reading) -> Vec<ReportCard> {
    let kind = match year.attribute("code-periode") {
        Some("T") => "Trimestre",
        Some("S") => "Semestre",
        _ => "P\u{E9}riode",
    };
    let mut periods: BTreeMap<String, ReportCard> = BTreeMap::new();
    let mut whole = ReportCard::of("Ann\u{E9}e".into());
    for part in year.children() {
        match part.local() {
            "evaluation" => {
                for period in part.list("periodiques") {
                    let Some(number) = period.attribute("numero") else { continue };
                    let name = format!("{kind} {number}");
                    let card = periods.entry(name.clone()).or_insert_with(|| ReportCard::of(name));
                    card.subjects.push(subject(part, period.attribute("moyenne"), None));
                }
                if let Some(group) = part.child("structure").and_then(|group| group.attribute("moyenne")) {
                    whole.subjects.push(subject(part, None, Some(group)));
                }
                let known = ["periodiques", "structure"];
                part.children().filter(|part| !known.contains(&part.local())).for_each(|part| {
                    reading.unknown(format!("evaluation/{}", part.local()));
                });
            }
            name if name.starts_with("avis") => whole.appreciations.extend(opinion(part)),
            other => reading.unknown(format!("scolarite/{other}")),
        }
    }
    for part in pupil.children() {
        match part.local() {
            "scolarites" => {}
            "engagements" => whole.appreciations.extend(part.children().filter_map(opinion)),
            name if name.starts_with("avis") => whole.appreciations.extend(opinion(part)),
            other => reading.unknown(format!("eleve/{other}")),
        }
    }
    let mut cards: Vec<ReportCard> = periods.into_values().collect();
    if !(whole.subjects.is_empty() && whole.appreciations.is_empty()) {
        cards.push(whole);
    }
    cards
}

fn subject(evaluation: &Element, average: Option<&str>, group: Option<&str>) -> ReportSubject {
    let code = evaluation.attribute("code-matiere").unwrap_or_default();
    let mut names = SUBJECTS.lines().filter_map(|line| line.split_once('='));
    let name = names.find(|(known, _)| *known == code).map_or(code, |(_, name)| name);
    ReportSubject {
        subject: name.to_owned(),
        group: None,
        teachers: Vec::new(),
        coefficient: None,
        average: average.and_then(number).map(Score::Value),
        class_average: group.and_then(number),
        class_min: None,
        class_max: None,
        appreciations: Vec::new(),
        elements: Vec::new(),
        level: None,
    }
}

/// What somebody wrote, or a code, under the name of its element.
fn opinion(part: &Element) -> Option<Appreciation> {
    let text = part.text().or_else(|| part.attribute("code").map(str::to_owned))?;
    Some(Appreciation { title: part.local().to_owned(), text })
}

fn number(text: &str) -> Option<String> {
    let number = text.replace(',', ".");
    let plain = number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    (plain && number.parse::<f32>().is_ok()).then_some(number)
}

fn year_of(year: &Element) -> Option<SchoolYear> {
    let year = year.attribute("annee-scolaire")?.get(..4)?.parse().ok()?;
    (1900..=2200).contains(&year).then_some(SchoolYear(year))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    const CLASS: &[u8] = include_bytes!("../../tests/data/lsl-class.xml");

    #[test]
    fn the_years_of_one_pupil_are_read() {
        assert_eq!(pupils(CLASS).unwrap(), ["901", "902"]);
        assert!(matches!(read(CLASS, None, SourceId::of(b"")), Err(Unreadable::WhichPupil { .. })));
        let reading = read(CLASS, Some("901"), SourceId::of(b"")).unwrap();
        let keys: Vec<&str> = reading.pieces.iter().map(|piece| piece.key.as_str()).collect();
        let year = "lsl/2024-2025/Ann\u{E9}e";
        assert_eq!(keys, ["lsl/2024-2025/Trimestre 1", "lsl/2024-2025/Trimestre 2", year]);
        let Record::ReportCard(first) = &reading.pieces[0].record else { panic!() };
        assert_eq!(first.subjects[0].subject, "Math\u{E9}matiques");
        assert_eq!(first.subjects[0].average, Some(Score::Value("13.50".into())));
        assert_eq!((first.subjects[1].subject.as_str(), &first.subjects[1].average), ("999999", &None));
        assert_eq!(reading.remarks.len(), 1);
    }

    #[test]
    fn nothing_of_others_stays_in_the_reduced_file() {
        let reduced = reduce(CLASS, Some("901")).unwrap();
        assert!(!String::from_utf8_lossy(&reduced.bytes).contains("902"));
        assert_eq!(reduced.dropped, [Dropped { what: "other pupils".into(), count: 1 }]);
        assert_eq!(read(&reduced.bytes, None, SourceId::of(b"")).unwrap().pieces.len(), 3);
    }
}
