//! What is asked of a person's pages, and in which order: what can't be had again first (report cards, marks), files of lessons last.

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::calendar::{PeriodRef, weeks};
use super::found::Found;
use super::json;
use super::read;
use super::run::{Kept, Of, Run};
use super::scrub::Whose;
use super::user::{Member, tab};
use crate::connector::Failure;
use crate::record::{Group, Person, PersonRole, Record, SourceId};
use crate::schedule;

impl Run<'_> {
    /// Asks for everything that may be new.
    ///
    /// # Errors
    /// [`Failure`]; what is done stays done.
    pub(super) async fn collect(&mut self, today: Date) -> Result<(), Failure> {
        self.sink.note(schedule::FREE_DAYS, &schedule::write(&self.calendar.free))?;
        self.user_pages().await?;
        for member in self.user.members.clone() {
            let about = About { pupil: member.is_child.then(|| member.name.clone()), today, member };
            self.periods(&about).await?;
            self.reports(&about).await?;
            self.past_reports(&about).await?;
            self.by_period(&about, "DernieresNotes", tab::MARKS).await?;
            self.by_period(&about, "DernieresEvaluations", tab::EVALUATIONS).await?;
            self.by_period(&about, "PagePresence", tab::ABSENCES).await?;
            self.teachers(&about).await?;
            self.timetable(&about).await?;
            self.work(&about).await?;
            self.lessons(&about).await?;
        }
        Ok(())
    }

    /// Who the user is, and a teacher's classes.
    async fn user_pages(&mut self) -> Result<(), Failure> {
        let step = "PageInfosPerso".to_owned();
        if !self.is_open(&step) {
            return Ok(());
        }
        let (user, member) = (self.user.clone(), self.user.members.first().cloned());
        let school = member.as_ref().and_then(|member| member.school.clone());
        // Without a signature about a child: it is the user's own page.
        let own = member.as_ref().filter(|member| !member.is_child);
        let answer = self.ask(&step, tab::IDENTITY, own, Value::Null).await?.unwrap_or_else(|| json!({}));
        // Only this part of it: the rest are settings, and addresses that are secrets.
        let kept = self.keep(json!({"Informations": answer.get("Informations")}), Whose::Own)?;
        let mut found = read::identity(&kept.answer, &user.name, member.as_ref());
        for class in &user.classes {
            let group = Group { name: class.clone(), school: school.clone(), members: Vec::new() };
            found.facts.push((format!("group|{class}"), Record::Group(group)));
        }
        for child in user.members.iter().filter(|member| member.is_child) {
            found.facts.push((format!("person|{}", child.name), Record::Person(person_of(child))));
        }
        self.put(&step, &kept, found, Of { pupil: None, school: school.as_deref() }).await?;
        self.did(step);
        Ok(())
    }

    async fn periods(&mut self, about: &About) -> Result<(), Failure> {
        let periods = about.member.periods_in_use();
        let step = about.step("FonctionParametres", "");
        if periods.is_empty() || !self.is_open(&step) {
            return Ok(());
        }
        let kept = self.keep(self.calendar.kept.clone(), Whose::Others)?;
        let found = read::periods(&periods, about.pupil());
        self.put("FonctionParametres", &kept, found, about.of()).await?;
        self.did(step);
        Ok(())
    }

    /// Report cards of the periods that the school lists for them; the PDF only of those that are published.
    async fn reports(&mut self, about: &About) -> Result<(), Failure> {
        const OF_MARKS: i64 = 2;
        let function = "PageBulletins";
        for period in about.member.periods(tab::REPORTS, &self.calendar) {
            let step = about.step(function, &period.name);
            if !self.is_open(&step) {
                continue;
            }
            let asked = json!({"N": period.id, "G": OF_MARKS, "L": period.name});
            let data = json!({"classe": {}, "eleve": {}, "periode": asked});
            if let Some(answer) = self.ask(function, tab::REPORTS, Some(&about.member), data).await?
                && read::is_published(&answer)
            {
                let kept = self.keep(answer, Whose::Others)?;
                self.report(about, &period, &kept, asked).await?;
            }
            self.did(step);
        }
        Ok(())
    }

    async fn report(&mut self, about: &About, period: &PeriodRef, kept: &Kept, asked: Value) -> Result<(), Failure> {
        let member = &about.member;
        let mut report = read::report(&kept.answer, &period.name, &member.name, member.class.as_deref());
        let words = [self.calendar.year().to_string(), period.name.clone()];
        let key = about.key("report-card", &words);
        // The PDF is made anew for each request: it is asked for again when what it says has changed.
        let version = SourceId::of(&serde_json::to_vec(&report).unwrap_or_default()).text();
        let data = json!({
            "avecCodeCompetences": false,
            "genreGenerationPDF": 2,
            "options": {
                "adapterHauteurService": false, "desEleves": false, "gererRectoVerso": false,
                "hauteurServiceMax": 15, "hauteurServiceMin": 10, "piedMonobloc": true, "portrait": true,
                "taillePolice": 6.5, "taillePoliceMin": 5, "taillePolicePied": 6.5, "taillePolicePiedMin": 5,
            },
            "periode": asked,
        });
        report.pdf = self.made(&format!("{key}|pdf"), &version, tab::REPORTS, member, data).await?;
        self.piece(key, Record::ReportCard(report), kept, self.calendar.year(), about.of())
    }

    /// Report cards of past years, and the locker, from whichever tab the school opens.
    async fn past_reports(&mut self, about: &About) -> Result<(), Failure> {
        let function = "DocumentsATelecharger";
        let tabs =
            [(tab::PAST_REPORTS, true, false), (tab::PAST_COMPETENCES, false, true), (tab::DOCUMENTS, true, true)];
        for (tab, marks, competences) in tabs {
            let step = about.step(function, &tab.to_string());
            if !self.user.has(tab) || !self.is_open(&step) {
                continue;
            }
            self.ask("Navigation", tab, Some(&about.member), json!({"onglet": tab, "ongletPrec": 7})).await?;
            let data = json!({"avecNotes": marks, "avecCompetences": competences});
            if let Some(kept) = self.ask_and_keep(function, tab, &about.member, data).await? {
                self.papers(about, tab, &kept).await?;
            }
            self.did(step);
        }
        Ok(())
    }

    async fn papers(&mut self, about: &About, tab: i64, kept: &Kept) -> Result<(), Failure> {
        for past in read::past_reports(&kept.answer, about.pupil()) {
            let pdf = format!("{}|pdf", past.key);
            let mut report = read::past_report(&past, &about.member.name);
            // A past year's does not change any more.
            report.pdf = self.made(&pdf, "past", tab, &about.member, past.ask.clone()).await?;
            if report.pdf.is_some() {
                self.piece(past.key, Record::ReportCard(report), kept, past.year, about.of())?;
            }
        }
        let found = read::lockers(&kept.answer, about.pupil());
        self.put("DocumentsATelecharger", kept, found, about.of()).await
    }

    /// What is asked for period by period.
    async fn by_period(&mut self, about: &About, function: &'static str, tab: i64) -> Result<(), Failure> {
        for period in about.member.periods(tab, &self.calendar) {
            let step = about.step(function, &period.name);
            if !self.is_open(&step) {
                continue;
            }
            let (first, last) = (period.start.unwrap_or(self.calendar.first), period.end.unwrap_or(self.calendar.last));
            let data = match tab {
                tab::MARKS => json!({"Periode": period.ask()}),
                tab::ABSENCES => json!({
                    "periode": period.ask(),
                    "DateDebut": json::write_date(first),
                    "DateFin": json::write_date(last),
                }),
                _ => json!({"periode": period.ask()}),
            };
            if let Some(kept) = self.ask_and_keep(function, tab, &about.member, data).await? {
                let found = match tab {
                    tab::MARKS => read::marks(&kept.answer, &period.name, about.pupil()),
                    tab::ABSENCES => read::absences(&kept.answer, about.pupil()),
                    _ => read::evaluations(&kept.answer, &period.name, about.pupil()),
                };
                self.put(function, &kept, found, about.of()).await?;
            }
            self.did(step);
        }
        Ok(())
    }

    async fn teachers(&mut self, about: &About) -> Result<(), Failure> {
        let function = "PageEquipePedagogique";
        let step = about.step(function, "");
        if !self.user.has(tab::TEACHERS) || !self.is_open(&step) {
            return Ok(());
        }
        if let Some(kept) = self.ask_and_keep(function, tab::TEACHERS, &about.member, Value::Null).await? {
            let found = read::teachers(&kept.answer, about.pupil());
            self.put(function, &kept, found, about.of()).await?;
        }
        self.did(step);
        Ok(())
    }

    /// The timetable, week by week: past weeks while they may have changed, and the three weeks to come.
    async fn timetable(&mut self, about: &About) -> Result<(), Failure> {
        let function = "PageEmploiDuTemps";
        let (note, unread) = (about.note("timetable"), self.unread());
        let (from, to) = (self.weeks_since(&note, about)?, self.calendar.week(later(about.today)));
        for week in from..=to {
            let step = about.step(function, &week.to_string());
            if !self.is_open(&step) {
                continue;
            }
            let whose = about.member.ask();
            let data = json!({
                "ressource": whose, "Ressource": whose, "numeroSemaine": week, "NumeroSemaine": week,
                "avecAbsencesEleve": false, "avecConseilDeClasse": true, "estEDTPermanence": false,
                "avecAbsencesRessource": true, "avecDisponibilites": true, "avecInfosPrefsGrille": true,
                "avecRetenuesEleve": true, "avecCoursSortiePeda": true,
            });
            if let Some(kept) = self.ask_and_keep(function, tab::TIMETABLE, &about.member, data).await? {
                let found = read::timetable(&kept.answer, &self.calendar, about.pupil());
                self.put(function, &kept, found, about.of()).await?;
            }
            self.asked_until(&note, week, unread, about)?;
            self.did(step);
        }
        Ok(())
    }

    /// Work to do: what may have changed, to the end of the year.
    async fn work(&mut self, about: &About) -> Result<(), Failure> {
        let function = "PageCahierDeTexte";
        let step = about.step(function, "work");
        if !self.is_open(&step) {
            return Ok(());
        }
        let (note, unread) = (about.note("work"), self.unread());
        let (from, to) = (self.weeks_since(&note, about)?, self.calendar.week(self.calendar.last));
        let data = json!({"domaine": weeks(from, to.max(from))});
        if let Some(kept) = self.ask_and_keep(function, tab::HOMEWORK, &about.member, data).await? {
            let found = read::homework(&kept.answer, about.pupil());
            self.put(function, &kept, found, about.of()).await?;
        }
        self.asked_until(&note, self.calendar.week(about.today), unread, about)?;
        self.did(step);
        Ok(())
    }

    /// What was done in lessons, some weeks at a time: an answer with a whole year's texts is long.
    async fn lessons(&mut self, about: &About) -> Result<(), Failure> {
        const AT_ONCE: u32 = 4;
        let function = "PageCahierDeTexte";
        let (note, unread) = (about.note("lessons"), self.unread());
        let (mut from, to) = (self.weeks_since(&note, about)?, self.calendar.week(about.today));
        while from <= to {
            let last = to.min(from.saturating_add(AT_ONCE - 1));
            let step = about.step(function, &format!("{from}-{last}"));
            if self.is_open(&step) {
                let data = json!({"domaine": weeks(from, last)});
                if let Some(kept) = self.ask_and_keep(function, tab::LESSONS, &about.member, data).await? {
                    let found: Found = read::lessons(&kept.answer, about.pupil());
                    self.put(function, &kept, found, about.of()).await?;
                }
                self.asked_until(&note, last, unread, about)?;
                self.did(step);
            }
            from = last.saturating_add(1);
        }
        Ok(())
    }

    /// The first week that may have changed since it was asked for: three weeks before the day that was noted then, or the first one.
    fn weeks_since(&mut self, note: &str, about: &About) -> Result<u32, Failure> {
        let noted = self.sink.noted(note)?.and_then(|noted| noted.parse::<Date>().ok());
        let since = noted.and_then(|noted| noted.checked_sub(WEEKS_THAT_CHANGE.weeks()).ok());
        Ok(self.calendar.week(since.unwrap_or(self.calendar.first).min(about.today)))
    }

    /// Notes that all weeks up to this one were asked for today; not when one of them since `unread` could not be read whole, so that
    /// they are asked for again by whoever can.
    fn asked_until(&mut self, note: &str, week: u32, unread: usize, about: &About) -> Result<(), Failure> {
        if self.unread() != unread {
            return Ok(());
        }
        let day = self.calendar.end_of(week).min(about.today);
        self.sink.note(note, &day.to_string())
    }
}

/// Whose pages are asked.
struct About {
    /// The child, where the account is a parent's.
    pupil: Option<String>,
    member: Member,
    today: Date,
}

impl About {
    fn pupil(&self) -> Option<&str> {
        self.pupil.as_deref()
    }

    fn of(&self) -> Of<'_> {
        Of { pupil: self.pupil(), school: self.member.school.as_deref() }
    }

    /// The name of a step. Names of people last longer than a session; they are in no report.
    fn step(&self, function: &str, part: &str) -> String {
        [function, part, self.pupil().unwrap_or_default()].join(" ").trim().to_owned()
    }

    fn note(&self, what: &str) -> String {
        format!("pronote.{what}.{}", self.pupil().unwrap_or_default())
    }

    fn key(&self, kind: &str, words: &[String]) -> String {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        super::found::Keys::of(self.pupil()).key(kind, &words)
    }
}

fn person_of(child: &Member) -> Person {
    Person {
        id: None,
        name: child.name.clone(),
        role: PersonRole::Child,
        class: child.class.clone(),
        mail: None,
        ine: None,
        subjects: Vec::new(),
    }
}

fn later(today: Date) -> Date {
    today.checked_add(WEEKS_THAT_CHANGE.weeks()).unwrap_or(today)
}

const WEEKS_THAT_CHANGE: i32 = 3;
