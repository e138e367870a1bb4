//! Report cards and end-of-cycle evaluations from a file of LSU that holds one pupil.

use std::collections::HashMap;

use jiff::civil::Date;

use super::names::name;
use super::{name_of, pupils_of};
use crate::format::reading::Reading;
use crate::format::tree::Element;
use crate::record::{
    Acquired, Appreciation, Dropped, Evaluation, Piece, Record, ReportCard, ReportSubject, SchoolYear, Score, SourceId,
    SpecialMark,
};

/// The pupil's file, and what its parts are looked up in.
struct File<'a> {
    /// Parts by the name of their list and their id.
    parts: HashMap<(&'a str, &'a str), &'a Element>,
    pupil: &'a Element,
    school: Option<String>,
    source: SourceId,
    dropped: &'a [Dropped],
}

/// Reads a file that was reduced to one pupil.
pub(super) fn read(root: &Element, source: SourceId, dropped: &[Dropped], reading: &mut Reading) {
    let (Some(data), Some(pupil)) = (root.child("donnees"), pupils_of(root).next()) else { return };
    let school = root.child("entete").and_then(|head| head.child("etablissement")?.text());
    let lists = data.children().flat_map(|list| list.children().map(move |part| (list.local(), part)));
    let parts = lists.filter_map(|(list, part)| Some(((list, part.attribute("id")?), part))).collect();
    let file = File { parts, pupil, school, source, dropped };
    for report in data.list("bilans-periodiques") {
        file.card(report, reading);
    }
    for report in data.list("bilans-cycle") {
        file.cycle(report, reading);
    }
    for dropped in dropped.iter().filter(|dropped| dropped.what.starts_with("part not known")) {
        reading.unknown(dropped.what.clone());
    }
}

impl File<'_> {
    fn card(&self, report: &Element, reading: &mut Reading) {
        let Some(period) = report.attribute("periode-ref").and_then(|id| self.find("periodes", id)) else {
            return reading.bad("bilan-periodique", "its period is not in the file");
        };
        let year = year_of(period);
        let mut card = ReportCard {
            pupil: Some(name_of(self.pupil)),
            class: self.pupil.attribute("code-division").map(str::to_owned),
            period: period_name(period),
            council: report.attribute("date-conseil-classe").and_then(date),
            average: None,
            class_average: None,
            subjects: Vec::new(),
            appreciations: Vec::new(),
            base: Vec::new(),
            school_life: Vec::new(),
            support: Vec::new(),
            pdf: None,
        };
        for part in report.children() {
            match part.local() {
                "liste-acquis" => card.subjects.extend(part.all("acquis").map(|acquis| self.subject(acquis))),
                "competences-numeriques" => self.digital(part, &mut card),
                "epis-eleve" => self.groups(part, "epi", &mut card),
                "acc-persos-eleve" => self.groups(part, "acc-perso", &mut card),
                "liste-parcours" => {
                    let paths = part.all("parcours").filter_map(|path| Some((path.attribute("code")?, path.text()?)));
                    card.appreciations.extend(paths.map(|(code, text)| written(code, text)));
                }
                "modalites-accompagnement" => {
                    let codes = part.all("modalite-accompagnement").filter_map(|help| help.attribute("code"));
                    card.support.extend(codes.map(str::to_owned));
                }
                "acquis-conseils" | "devoirs-faits" => {
                    card.appreciations.extend(part.text().map(|text| written(part.local(), text)));
                }
                "vie-scolaire" => school_life(part, &mut card),
                "socle" => card.base.extend(part.all("domaine").filter_map(base)),
                other => reading.unknown(format!("bilan-periodique/{other}")),
            }
        }
        let key = format!("lsu/{}/{}", year.map_or_else(String::new, |year| year.to_string()), card.period);
        reading.pieces.push(self.piece(key, year, Record::ReportCard(card)));
    }

    fn subject(&self, acquis: &Element) -> ReportSubject {
        let discipline = acquis.attribute("discipline-ref");
        let subject = discipline.and_then(|id| self.find("disciplines", id)?.attribute("libelle")).or(discipline);
        let not_marked = acquis.attribute("eleve-non-note").is_some_and(is_true);
        let average = acquis.attribute("moyenne-eleve").map(|text| match out_of_twenty(text) {
            Some(number) => Score::Value(number),
            None => Score::Text(text.to_owned()),
        });
        ReportSubject {
            subject: subject.unwrap_or_default().to_owned(),
            group: None,
            teachers: self.all("enseignants", acquis.attribute("enseignant-refs")).map(teacher).collect(),
            coefficient: None,
            average: average.or(not_marked.then_some(Score::Special(SpecialMark::NotMarked))),
            class_average: acquis.attribute("moyenne-structure").map(|text| {
                // A class's average that counts otherwise is kept as it is written.
                out_of_twenty(text).unwrap_or_else(|| text.to_owned())
            }),
            class_min: None,
            class_max: None,
            appreciations: acquis.all("appreciation").filter_map(Element::text).collect(),
            elements: self
                .all("elements-programme", acquis.attribute("element-programme-refs"))
                .filter_map(|part| part.attribute("libelle").map(str::to_owned))
                .collect(),
            level: acquis
                .attribute("positionnement")
                .and_then(|text| text.parse().ok())
                .filter(|level| (1..=4).contains(level)),
        }
    }

    fn digital(&self, part: &Element, card: &mut ReportCard) {
        let commons = self.all("competences-numeriques-communs", part.attribute("comp-num-commun-refs"));
        let texts = commons.filter_map(Element::text).chain(part.all("appreciation-num").filter_map(Element::text));
        card.appreciations.extend(texts.map(|text| written("competences-numeriques", text)));
        card.base.extend(part.all("competence-num").filter_map(|skill| {
            let (code, level) = (skill.attribute("code")?, skill.attribute("niveau")?);
            let field = Some(name("competences-numeriques").to_owned());
            let (name, rank) = (name(code).to_owned(), level.parse().ok());
            Some(Acquired { framework: "crcn".into(), field, code: Some(code.into()), name, level: level.into(), rank })
        }));
    }

    /// What was written about work in groups: `kind` is `epi` or `acc-perso`.
    fn groups(&self, part: &Element, kind: &str, card: &mut ReportCard) {
        for own in part.children() {
            let id = own.attribute(&format!("{kind}-groupe-ref"));
            let group = id.and_then(|id| self.find(&format!("{kind}s-groupes"), id));
            let title = group.and_then(|group| group.attribute("intitule"));
            let title = title.map_or_else(|| name(kind).to_owned(), |title| format!("{} : {title}", name(kind)));
            let texts = group.into_iter().chain([own]).filter_map(|from| from.child("commentaire")?.text());
            card.appreciations.extend(texts.map(|text| Appreciation { title: title.clone(), text }));
        }
    }

    fn cycle(&self, report: &Element, reading: &mut Reading) {
        let cycle = report.attribute("cycle").unwrap_or_default();
        let year = year_of(report);
        let mut acquired: Vec<Acquired> = report.list("socle").filter_map(base).collect();
        acquired.extend(report.all("enseignement-complement").filter_map(|extra| {
            let code = extra.attribute("code").filter(|code| *code != "AUC")?;
            let level = extra.attribute("positionnement").unwrap_or_default();
            let field = Some(name("enseignement-complement").to_owned());
            let (name, rank) = (name(code).to_owned(), level.parse().ok());
            Some(Acquired {
                framework: "socle".into(),
                field,
                code: Some(code.into()),
                name,
                level: level.into(),
                rank,
            })
        }));
        let evaluation = Evaluation {
            label: format!("{} {cycle}", name("bilan-cycle")).trim_end().to_owned(),
            subject: None,
            teacher: None,
            date: report.attribute("date-verrou").and_then(date),
            period: None,
            coefficient: None,
            description: report.child("synthese").and_then(Element::text),
            acquired,
        };
        let key = format!("lsu/{}/cycle {cycle}", year.map_or_else(String::new, |year| year.to_string()));
        reading.pieces.push(self.piece(key, year, Record::Evaluation(evaluation)));
    }

    fn piece(&self, key: String, year: Option<SchoolYear>, record: Record) -> Piece {
        Piece {
            key,
            year,
            school: self.school.clone(),
            pupil: None,
            record,
            source: self.source,
            dropped: self.dropped.to_vec(),
        }
    }

    /// The element of a list that has this id.
    fn find(&self, list: &str, id: &str) -> Option<&Element> {
        self.parts.get(&(list, id)).copied()
    }

    /// The elements of a list that have these ids, parted by spaces.
    fn all<'b>(&'b self, list: &'b str, ids: Option<&'b str>) -> impl Iterator<Item = &'b Element> {
        ids.unwrap_or_default().split_whitespace().filter_map(move |id| self.find(list, id))
    }
}

fn teacher(teacher: &Element) -> String {
    let title = teacher.attribute("civilite").unwrap_or_default();
    format!("{title} {}", name_of(teacher)).trim().to_owned()
}

fn written(code: &str, text: String) -> Appreciation {
    Appreciation { title: name(code).to_owned(), text }
}

fn school_life(part: &Element, card: &mut ReportCard) {
    for count in ["nb-retards", "nb-abs-justifiees", "nb-abs-injustifiees", "nb-heures-manquees"] {
        let number = part.attribute(count).map(|number| (name(count).to_owned(), number.to_owned()));
        card.school_life.extend(number);
    }
    let text = part.child("commentaire").and_then(Element::text);
    card.appreciations.extend(text.map(|text| written("vie-scolaire", text)));
}

/// A field of the common base (socle commun) and its level from 0 to 4.
fn base(field: &Element) -> Option<Acquired> {
    let (code, level) = (field.attribute("code")?, field.attribute("positionnement")?);
    let key = format!("socle-{level}");
    let words = name(&key);
    Some(Acquired {
        framework: "socle".into(),
        field: None,
        code: Some(code.to_owned()),
        name: name(code).to_owned(),
        level: if words == key { level.to_owned() } else { words.to_owned() },
        rank: level.parse().ok().filter(|rank| *rank <= 4),
    })
}

fn period_name(period: &Element) -> String {
    let index = period.attribute("indice").unwrap_or_default();
    match period.attribute("nb-periodes") {
        Some(count @ ("2" | "3")) => format!("{} {index}", name(&format!("periode-{count}"))),
        _ => format!("{} {index}", name("periode")),
    }
}

fn year_of(element: &Element) -> Option<SchoolYear> {
    let year = element.attribute("millesime")?.parse().ok()?;
    (1900..=2200).contains(&year).then_some(SchoolYear(year))
}

/// A day, from a date or a time.
fn date(text: &str) -> Option<Date> {
    text.get(..10)?.parse().ok()
}

fn is_true(text: &str) -> bool {
    matches!(text, "1" | "true")
}

/// The number of `16.5/20`, `11` or `9,5`; none when it counts otherwise.
fn out_of_twenty(text: &str) -> Option<String> {
    let number = text.strip_suffix("/20").unwrap_or(text).trim().replace(',', ".");
    let digits = number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    (digits && number.parse::<f32>().is_ok()).then_some(number)
}
