//! `PageEmploiDuTemps`: the lessons of a week, or of some days.

use serde_json::{Value, json};

use super::super::reply::{ACCESS, Reply};
use super::super::school::Role;
use super::super::wire::{moment, read_day, wrap};
use super::super::year::{Entry, PLACES};
use super::{Answered, Context};

impl Context<'_> {
    /// Answers `PageEmploiDuTemps`.
    pub(super) fn timetable(&mut self) -> Answered {
        let data = &self.call.data;
        let person = match data.get("ressource").or_else(|| data.get("Ressource")) {
            Some(named) => self.person_of(named)?,
            None => self.about()?,
        };
        let year = self.year();
        let either = |one: &str, other: &str| data.get(one).or_else(|| data.get(other));
        let date = |one: &str, other: &str| read_day(either(one, other)?.get("V")?.as_str()?);
        let week = either("numeroSemaine", "NumeroSemaine").and_then(Value::as_i64);
        let days = date("dateDebut", "DateDebut").map(|from| (from, date("dateFin", "DateFin").unwrap_or(from)));
        let entries: Vec<Entry> = match (week, days) {
            (Some(week), _) if (0..=62).contains(&week) => year.timetable(person, week),
            (None, Some((from, to))) => {
                let weeks = (year.week_of(from)..=year.week_of(to)).take(62);
                let all = weeks.flat_map(|week| year.timetable(person, week));
                all.filter(|entry| from <= entry.date && entry.date <= to).collect()
            }
            _ => return Err(Reply::Refused(ACCESS)),
        };
        let list: Vec<Value> = entries.iter().map(|entry| self.entry(entry)).collect();
        Ok(json!({"ListeCours": list, "avecCoursAnnule": true, "absences": {"joursCycle": wrap(Vec::<Value>::new())}}))
    }

    fn entry(&mut self, entry: &Entry) -> Value {
        let mut contents = vec![self.subject(&entry.subject.name)];
        contents[0]["G"] = 16.into();
        let mut add = |genre: u8, kind: u16, name: &str| {
            let id = self.session.id(kind, &format!("{genre}:{name}"));
            contents.push(json!({"L": name, "N": id, "G": genre}));
        };
        if self.person.role == Role::Teacher {
            add(1, 41, &entry.class.name);
        } else {
            add(3, 34, &entry.subject.teacher);
        }
        add(17, 42, entry.room);
        if let Some(group) = &entry.slot.group {
            add(2, 43, group);
        }
        let day = usize::try_from(entry.slot.day - 1).unwrap_or_default();
        let mut value = json!({
            "N": self.session.id(52, &entry.key()),
            "G": 0,
            "P": 1,
            "place": day * PLACES + entry.slot.place,
            "duree": entry.slot.places,
            "DateDuCours": moment(entry.start()),
            "DateDuCoursFin": moment(entry.end()),
            "CouleurFond": entry.subject.colour,
            "ListeContenus": wrap(contents),
            "AvecTafPublie": false,
        });
        if entry.cancelled {
            value["estAnnule"] = true.into();
        }
        if let Some(status) = entry.status {
            value["Statut"] = status.into();
        }
        if let Some(memo) = entry.memo {
            value["memo"] = memo.into();
        }
        let noted =
            |lesson: &&super::super::school::Lesson| lesson.date == entry.date && lesson.place == entry.slot.place;
        if let Some(lesson) = entry.class.lessons.iter().find(noted) {
            value["AvecCdT"] = true.into();
            let id = self.session.id(53, &format!("book:{}", entry.key()));
            value["cahierDeTextes"] = wrap(json!({"N": id, "estDevoir": matches!(lesson.category, 3 | 7)}));
        }
        value
    }
}
