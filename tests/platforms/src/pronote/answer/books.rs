//! `PageCahierDeTexte`: homework (tab 88), and what was done in lessons (tab 89).

use jiff::civil::Date;
use serde_json::{Value, json};

use super::super::school::{Class, Homework, Lesson, Pupil};
use super::super::wire::{day, html, moment, read_domain, wrap};
use super::super::year::{at, lesson_key};
use super::{Answered, Context};

/// PRONOTE's kinds of work, by number.
pub(super) const CATEGORIES: [&str; 13] = [
    "",
    "Cours",
    "Correction",
    "Devoir sur table",
    "Interrogation orale",
    "Travaux dirig\u{e9}s",
    "Travaux pratiques",
    "\u{c9}valuation de comp\u{e9}tences",
    "EPI",
    "AP",
    "",
    "",
    "Visioconf\u{e9}rence",
];

impl Context<'_> {
    /// Answers `PageCahierDeTexte`.
    pub(super) fn book(&mut self) -> Answered {
        let (pupil, year) = (self.pupil()?, self.year());
        let Some(class) = year.class(&pupil.class) else { return Ok(json!({})) };
        let weeks = self.call.data.get("domaine").and_then(|domain| domain.get("V")).and_then(Value::as_str);
        let weeks = read_domain(weeks.unwrap_or_default());
        let is_meant = |date: Date| weeks.contains(&year.week_of(date));
        if self.tab() == Some(88) {
            let list = class.homework.iter().filter(|homework| is_meant(homework.due));
            let list: Vec<Value> = list.map(|homework| self.homework(class, pupil, homework)).collect();
            return Ok(json!({"ListeTravauxAFaire": wrap(list)}));
        }
        let list = class.lessons.iter().filter(|lesson| is_meant(lesson.date));
        let list: Vec<Value> = list.filter_map(|lesson| self.lesson(class, lesson)).collect();
        Ok(json!({"ListeCahierDeTextes": wrap(list), "ListeRessourcesPedagogiques": wrap(json!({}))}))
    }

    fn homework(&mut self, class: &Class, pupil: &Pupil, homework: &Homework) -> Value {
        let key = class.homework_key(homework);
        let colour = class.subject(&homework.subject).map(|subject| subject.colour.as_str());
        let mut value = json!({
            "N": self.session.id(38, &key),
            "descriptif": html(&homework.html),
            "avecMiseEnForme": true,
            "PourLe": day(homework.due),
            "DonneLe": day(homework.given),
            "TAFFait": pupil.done.contains(&homework.html),
            "Matiere": wrap(self.subject(&homework.subject)),
            "CouleurFond": colour,
            "nomPublic": class.name,
            "ListePieceJointe": self.files(&key, &homework.files),
            "ListeThemes": wrap(Vec::<Value>::new()),
            "niveauDifficulte": 0,
            "duree": homework.minutes,
            "genreRendu": homework.turnin,
            "peuRendre": matches!(homework.turnin, 2 | 4),
        });
        if let Some((_, file)) = pupil.handed_in.iter().find(|(html, _)| *html == homework.html) {
            value["documentRendu"] = wrap(self.attachment(&format!("{}:{key}", pupil.login), file));
        }
        value
    }

    fn lesson(&mut self, class: &Class, lesson: &Lesson) -> Option<Value> {
        let (slot, subject) = class.slot_of(lesson)?;
        let key = lesson_key(class, lesson.date, lesson.place);
        let teacher = self.session.id(34, &format!("teacher:{}", subject.teacher));
        let group = slot.group.iter().map(|group| json!({"L": group, "N": self.session.id(43, &format!("2:{group}"))}));
        let groups: Vec<Value> = group.collect();
        let content = json!({
            "N": self.session.id(37, &format!("content:{key}")),
            "L": lesson.title,
            "descriptif": html(&lesson.html),
            "categorie": wrap(json!({"G": lesson.category, "L": CATEGORIES.get(lesson.category)})),
            "ListePieceJointe": self.files(&key, &lesson.files),
            "ListeThemes": wrap(Vec::<Value>::new()),
            "parcoursEducatif": -1,
        });
        Some(json!({
            "N": self.session.id(53, &format!("book:{key}")),
            "cours": wrap(json!({"N": self.session.id(52, &key)})),
            "Date": moment(at(lesson.date, lesson.place)),
            "DateFin": moment(at(lesson.date, lesson.place + slot.places)),
            "Matiere": wrap(self.subject(&subject.name)),
            "listeProfesseurs": wrap(vec![json!({"L": subject.teacher, "N": teacher})]),
            "listeGroupes": wrap(groups),
            "CouleurFond": subject.colour,
            "listeContenus": wrap(vec![content]),
        }))
    }
}
