//! `PageBulletins`: report cards; `GenerationPDF`: papers to fetch; `DocumentsATelecharger`: those of this year and of years before.

use bytes::Bytes;
use serde_json::{Value, json};

use super::super::crypt;
use super::super::pdf;
use super::super::reply::{ACCESS, OTHER_SESSION, Reply};
use super::super::school::{Period, Person, Pupil, Report, Year};
use super::super::wire::{average_text, day, mark, wrap};
use super::{Answered, Context, period_id};

/// `GenerationPDF`: a timetable.
const TIMETABLE: u64 = 0;
/// `GenerationPDF`: a report card of this year.
const REPORT: u64 = 2;

impl Context<'_> {
    /// Answers `PageBulletins`.
    pub(super) fn report(&mut self) -> Answered {
        let (pupil, period, year) = (self.pupil()?, self.period("periode")?, self.year());
        let Some(report) = published(pupil, period) else {
            return Ok(json!({"Message": "Le bulletin n'est pas encore publi\u{e9} pour cette p\u{e9}riode."}));
        };
        let subjects = year.class(&pupil.class).map(|class| class.subjects.as_slice()).unwrap_or_default();
        let mut services = Vec::new();
        for subject in subjects {
            let Some(words) = report.subjects.get(&subject.name) else { continue };
            let average = year.average(pupil, &subject.name, &period.name);
            let text = |value: Option<f64>| mark(&value.map_or_else(String::new, average_text));
            let id = format!("teacher:{}", subject.teacher);
            services.push(json!({
                "L": subject.name,
                "N": self.session.id(94, &format!("service:{}", subject.name)),
                "couleur": subject.colour,
                "Matiere": wrap(self.subject(&subject.name)),
                "SurMatiere": wrap(json!({"L": "", "N": "0"})),
                "Coefficient": mark("1"),
                "MoyenneEleve": text(average.as_ref().and_then(|average| average.pupil)),
                "MoyenneClasse": text(average.as_ref().map(|average| average.class)),
                "MoyenneInf": text(average.as_ref().map(|average| average.min)),
                "MoyenneSup": text(average.as_ref().map(|average| average.max)),
                "ListeAppreciations": wrap(vec![json!({"L": words, "N": self.session.id(87, words)})]),
                "ListeProfesseurs": wrap(vec![json!({"L": subject.teacher, "N": self.session.id(34, &id)})]),
            }));
        }
        let overall = report.overall.iter();
        let overall: Vec<Value> = overall
            .map(|(title, text)| json!({"Intitule": title, "L": text, "N": self.session.id(87, text)}))
            .collect();
        Ok(json!({
            "ListeServices": wrap(services),
            "ObjetListeAppreciations": wrap(json!({"ListeAppreciations": wrap(overall)})),
        }))
    }

    /// Answers `GenerationPDF`. Asked for a report card that is not published, the real server ends the session.
    pub(super) fn document(&mut self) -> Answered {
        let genre = self.call.data.get("genreGenerationPDF").and_then(Value::as_u64);
        if let Some(ident) = self.call.data.get("ident").and_then(Value::as_str) {
            let thing = self.session.thing(ident).unwrap_or_default().to_owned();
            let (login, year, period) = self.past(&thing).ok_or(Reply::Refused(OTHER_SESSION))?;
            let pupil = year.pupil(login).ok_or(Reply::Refused(ACCESS))?;
            return Ok(self.publish(&file_name(year, period), lines(self.school, year, pupil, period)));
        }
        match genre {
            Some(REPORT) => {
                let (pupil, period, year) = (self.pupil()?, self.period("periode")?, self.year());
                published(pupil, period).ok_or(Reply::Ended)?;
                Ok(self.publish(&file_name(year, period), lines(self.school, year, pupil, period)))
            }
            Some(TIMETABLE) => {
                let person = self.about()?;
                let year = self.year();
                let mut lines = vec![self.school.name.clone(), person.name.clone(), "Emploi du temps".to_owned()];
                for entry in year.timetable(person, year.week_of(year.first) + 1) {
                    lines.push(format!("{} {}", entry.start().strftime("%A %H:%M"), entry.subject.name));
                }
                Ok(self.publish("Emploi du temps.pdf", lines))
            }
            _ => Err(Reply::Refused(ACCESS)),
        }
    }

    /// Answers `DocumentsATelecharger`.
    pub(super) fn documents(&mut self) -> Answered {
        let (person, pupil) = (self.about()?, self.pupil()?);
        let (current, school) = (self.year(), self.school);
        let mut this_year = Vec::new();
        for period in current.periods.iter().filter(|period| published(pupil, period).is_some()) {
            let (id, class) = (period_id(self.session, period), self.session.id(41, &format!("class:{}", pupil.class)));
            this_year.push(json!({
                "L": "Bulletin",
                "N": self.session.id(109, &format!("report:{}:{}", pupil.login, period.name)),
                "periode": wrap(json!({"L": period.name, "N": id, "G": 2})),
                "classe": wrap(json!({"L": pupil.class, "N": class})),
            }));
        }
        let mut past = Vec::new();
        for year in school.years.iter().filter(|year| year.first < current.first) {
            let Some(pupil) = year.pupil(&person.login) else { continue };
            for period in year.periods.iter().filter(|period| published(pupil, period).is_some()) {
                past.push(json!({
                    "annee": year.first.year(),
                    "libelleAnnee": format!("{}/{}", year.first.year(), year.last.year()),
                    "libelle": "Bulletin",
                    "libelleClasse": pupil.class,
                    "libellePeriodeNotation": period.name,
                    "debutPeriodeNotation": day(period.from),
                    "nomFichier": file_name(year, period),
                    "ident": self.session.id(109, &format!("past:{}:{}:{}", pupil.login, year.first.year(), period.name)),
                }));
            }
        }
        Ok(json!({
            "listeBulletins": wrap(this_year),
            "listeBulletinsBIA": wrap(past),
            "listeCategories": wrap(Vec::<Value>::new()),
            "listeDocumentsCasier": wrap(Vec::<Value>::new()),
        }))
    }

    fn past(&self, thing: &str) -> Option<(&str, &Year, &Period)> {
        let mut parts = thing.strip_prefix("past:")?.splitn(3, ':');
        let (login, begins, period) = (parts.next()?, parts.next()?.parse::<i16>().ok()?, parts.next()?);
        let year = self.school.years.iter().find(|year| year.first.year() == begins)?;
        Some((&self.school.person(login)?.login, year, year.period(period)?))
    }

    fn publish(&mut self, name: &str, lines: Vec<String>) -> Value {
        let part = crypt::random_text::<16>().to_lowercase();
        *self.made += 1;
        self.session.documents.insert(part.clone(), Bytes::from(pdf::page(&lines, *self.made)));
        let url = format!("FichiersExternes/{part}/{name}?Session={}", self.session.number);
        json!({"url": {"_T": 23, "V": url}})
    }
}

/// What stands in a pupil's report card of a period, if it may be read.
pub(super) fn published<'a>(pupil: &'a Pupil, period: &Period) -> Option<&'a Report> {
    pupil.reports.get(&period.name).filter(|_| period.published)
}

fn file_name(year: &Year, period: &Period) -> String {
    format!("Bulletin {}-{} - {}.pdf", year.first.year(), year.last.year(), period.name)
}

fn lines(school: &super::School, year: &Year, pupil: &Pupil, period: &Period) -> Vec<String> {
    let name = school.person(&pupil.login).map(|person: &Person| person.name.as_str()).unwrap_or_default();
    let mut lines = vec![
        school.name.clone(),
        format!("Ann\u{e9}e scolaire {}-{}", year.first.year(), year.last.year()),
        format!("Bulletin - {}", period.name),
        format!("{name} - {}", pupil.class),
        String::new(),
    ];
    let Some(report) = pupil.reports.get(&period.name) else { return lines };
    for (subject, words) in &report.subjects {
        let own = year.average(pupil, subject, &period.name).and_then(|average| average.pupil);
        lines.push(format!("{subject} : {}", own.map_or_else(|| "-".to_owned(), average_text)));
        lines.push(format!("  {words}"));
    }
    lines.extend(report.overall.iter().map(|(title, text)| format!("{title} : {text}")));
    lines
}
