//! What follows from what a school year holds: weeks, lessons of a week, averages.

use jiff::civil::{Date, DateTime, Time};
use jiff::{ToSpan, Unit};

use super::school::{Class, Homework, Lesson, Mark, Period, Person, Pupil, Role, SPECIAL, Slot, Subject, Year};

/// Places in a day: each lasts an hour, the first begins at eight o'clock.
pub(crate) const PLACES: usize = 10;

/// A lesson on its day.
#[derive(Debug, Clone)]
pub(crate) struct Entry<'a> {
    /// Its class.
    pub class: &'a Class,
    /// Its place in the week.
    pub slot: &'a Slot,
    /// Its subject.
    pub subject: &'a Subject,
    /// Its day.
    pub date: Date,
    /// Room.
    pub room: &'a str,
    /// What differs, in words.
    pub status: Option<&'a str>,
    /// Whether it does not take place.
    pub cancelled: bool,
    /// Note beside it.
    pub memo: Option<&'a str>,
}

impl Entry<'_> {
    /// What names it, whatever the session.
    #[must_use]
    pub(crate) fn key(&self) -> String {
        lesson_key(self.class, self.date, self.slot.place)
    }

    /// When it begins.
    #[must_use]
    pub(crate) fn start(&self) -> DateTime {
        at(self.date, self.slot.place)
    }

    /// When it ends.
    #[must_use]
    pub(crate) fn end(&self) -> DateTime {
        at(self.date, self.slot.place + self.slot.places)
    }
}

/// What names a lesson, whatever the session.
#[must_use]
pub(crate) fn lesson_key(class: &Class, date: Date, place: usize) -> String {
    format!("lesson:{}:{date}:{place}", class.name)
}

/// When a place begins.
#[must_use]
pub(crate) fn at(date: Date, place: usize) -> DateTime {
    let hour = i8::try_from(8 + place).unwrap_or(23).min(23);
    date.to_datetime(Time::new(hour, 0, 0, 0).unwrap_or(Time::MIN))
}

/// Averages of a subject: the pupil's, and the class's with its lowest and highest.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Average {
    /// The pupil's, where there is any mark.
    pub pupil: Option<f64>,
    /// The class's.
    pub class: f64,
    /// The lowest.
    pub min: f64,
    /// The highest.
    pub max: f64,
}

impl Year {
    /// The Monday of the first week.
    #[must_use]
    pub(crate) fn first_monday(&self) -> Date {
        let back = i64::from(self.first.weekday().to_monday_zero_offset());
        self.first.saturating_sub(back.days())
    }

    /// The week of a day; the first is 1.
    #[must_use]
    pub(crate) fn week_of(&self, day: Date) -> i64 {
        let days =
            self.first_monday().until((Unit::Day, day)).map(|span| i64::from(span.get_days())).unwrap_or_default();
        1 + days.div_euclid(7)
    }

    /// The period of that name.
    #[must_use]
    pub(crate) fn period(&self, name: &str) -> Option<&Period> {
        self.periods.iter().find(|period| period.name == name)
    }

    /// The pupil of that login.
    #[must_use]
    pub(crate) fn pupil(&self, login: &str) -> Option<&Pupil> {
        self.pupils.iter().find(|pupil| pupil.login == login)
    }

    /// The class of that name.
    #[must_use]
    pub(crate) fn class(&self, name: &str) -> Option<&Class> {
        self.classes.iter().find(|class| class.name == name)
    }

    /// The classes of a person: a pupil's own, those that a teacher teaches.
    #[must_use]
    pub(crate) fn classes_of(&self, person: &Person) -> Vec<&Class> {
        let of = |class: &&Class| match person.role {
            Role::Pupil => self.pupil(&person.login).is_some_and(|pupil| pupil.class == class.name),
            Role::Teacher => class.subjects.iter().any(|subject| subject.teacher == person.name),
            Role::Parent => false,
        };
        self.classes.iter().filter(of).collect()
    }

    /// The lessons of a person in a week, in order.
    #[must_use]
    pub(crate) fn timetable(&self, person: &Person, week: i64) -> Vec<Entry<'_>> {
        let monday = self.first_monday().saturating_add((week - 1).weeks());
        let mut found = Vec::new();
        for class in self.classes_of(person) {
            for slot in &class.week {
                let date = monday.saturating_add(i64::from(slot.day - 1).days());
                let entry = self.is_school_day(date).then(|| class.entry(slot, date)).flatten();
                let mine = |entry: &Entry| person.role != Role::Teacher || entry.subject.teacher == person.name;
                found.extend(entry.filter(mine));
            }
        }
        found.sort_by_key(Entry::start);
        found
    }

    fn is_school_day(&self, day: Date) -> bool {
        let free = self.holidays.iter().any(|span| span.from <= day && day <= span.to);
        self.first <= day && day <= self.last && !free
    }

    /// Averages of a pupil's subject in a period, out of twenty; nothing where nothing was marked.
    #[must_use]
    pub(crate) fn average(&self, pupil: &Pupil, subject: &str, period: &str) -> Option<Average> {
        let of = |mark: &&Mark| mark.subject == subject && mark.period == period;
        let marks: Vec<&Mark> = pupil.marks.iter().filter(of).collect();
        let plain = marks.iter().filter(|mark| !mark.bonus);
        let of_class = |field: fn(&Mark) -> &str| plain.clone().map(move |mark| out_of_twenty(mark, field(mark)));
        let count = of_class(|mark| &mark.average).count();
        if count == 0 {
            return None;
        }
        Some(Average {
            pupil: pupil_average(&marks),
            class: of_class(|mark| &mark.average).sum::<f64>() / count as f64,
            min: of_class(|mark| &mark.min).fold(20.0, f64::min),
            max: of_class(|mark| &mark.max).fold(0.0, f64::max),
        })
    }

    /// Averages of all subjects of a pupil in a period: the pupil's and the class's.
    #[must_use]
    pub(crate) fn overall(&self, pupil: &Pupil, period: &str) -> Option<(f64, f64)> {
        let subjects = self.class(&pupil.class)?.subjects.iter();
        let averages: Vec<Average> =
            subjects.filter_map(|subject| self.average(pupil, &subject.name, period)).collect();
        let mean = |values: Vec<f64>| (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64);
        let own = mean(averages.iter().filter_map(|average| average.pupil).collect())?;
        Some((own, mean(averages.iter().map(|average| average.class).collect())?))
    }
}

impl Class {
    /// The subject of that name.
    #[must_use]
    pub(crate) fn subject(&self, name: &str) -> Option<&Subject> {
        self.subjects.iter().find(|subject| subject.name == name)
    }

    fn entry<'a>(&'a self, slot: &'a Slot, date: Date) -> Option<Entry<'a>> {
        let change = self.changes.iter().find(|change| change.date == date && change.place == slot.place);
        Some(Entry {
            class: self,
            slot,
            subject: self.subject(&slot.subject)?,
            date,
            room: change.and_then(|change| change.room.as_deref()).unwrap_or(&slot.room),
            status: change.and_then(|change| change.status.as_deref()),
            cancelled: change.is_some_and(|change| change.cancelled),
            memo: change.and_then(|change| change.memo.as_deref()),
        })
    }

    /// The place in the week at which a lesson was, with its subject.
    #[must_use]
    pub(crate) fn slot_of(&self, lesson: &Lesson) -> Option<(&Slot, &Subject)> {
        let day = lesson.date.weekday().to_monday_one_offset();
        let slot = self.week.iter().find(|slot| slot.day == day && slot.place == lesson.place)?;
        Some((slot, self.subject(&slot.subject)?))
    }

    /// What names a piece of homework, whatever the session.
    #[must_use]
    pub(crate) fn homework_key(&self, homework: &Homework) -> String {
        format!("homework:{}:{}:{}:{}", self.name, homework.subject, homework.due, homework.html)
    }
}

/// The number of a special mark, from 1.
#[must_use]
pub(crate) fn special(value: &str) -> Option<usize> {
    SPECIAL.iter().position(|name| *name == value).map(|index| index + 1)
}

/// The mean of marks by their coefficients: those that are no number don't count, or count as zero; an optional one counts where it
/// helps; of a bonus the points above half count.
fn pupil_average(marks: &[&Mark]) -> Option<f64> {
    let (mut sum, mut weight) = (0.0, 0.0);
    for mark in marks.iter().filter(|mark| !mark.bonus && !mark.optional) {
        let Some(value) = counted(mark) else { continue };
        let coefficient = number(&mark.coefficient);
        (sum, weight) = (sum + value * coefficient, weight + coefficient);
    }
    for mark in marks.iter().filter(|mark| mark.optional && !mark.bonus) {
        let (Some(value), coefficient) = (counted(mark), number(&mark.coefficient)) else { continue };
        if weight == 0.0 || value > sum / weight {
            (sum, weight) = (sum + value * coefficient, weight + coefficient);
        }
    }
    for mark in marks.iter().filter(|mark| mark.bonus) {
        sum += counted(mark).map_or(0.0, |value| (value - 10.0).max(0.0)) * number(&mark.coefficient);
    }
    (weight > 0.0).then(|| (sum / weight).min(20.0))
}

fn counted(mark: &Mark) -> Option<f64> {
    match mark.value.as_str() {
        "absent-zero" | "not-handed-in-zero" => Some(0.0),
        value if special(value).is_some() => None,
        value => Some(out_of_twenty(mark, value)),
    }
}

fn out_of_twenty(mark: &Mark, value: &str) -> f64 {
    number(value) * 20.0 / number(&mark.out_of)
}

fn number(text: &str) -> f64 {
    text.parse().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(value: &str, change: fn(&mut Mark)) -> Mark {
        let json = r#"{"subject": "S", "period": "P", "label": "L", "date": "2026-09-10", "value": "", "average": "10",
            "min": "4", "max": "18"}"#;
        let mut mark: Mark = serde_json::from_str(json).unwrap();
        value.clone_into(&mut mark.value);
        change(&mut mark);
        mark
    }

    #[test]
    fn marks_count_as_they_are_meant_to() {
        let average = |marks: &[Mark]| pupil_average(&marks.iter().collect::<Vec<_>>());
        let plain = |value: &str| mark(value, |_| ());
        assert_eq!(average(&[]), None);
        assert_eq!(average(&[plain("absent")]), None);
        assert_eq!(average(&[plain("12"), plain("absent"), plain("14")]), Some(13.0));
        assert_eq!(average(&[plain("12"), plain("absent-zero")]), Some(6.0));
        assert_eq!(average(&[plain("12"), mark("8", |mark| mark.optional = true)]), Some(12.0));
        assert_eq!(average(&[plain("12"), mark("16", |mark| mark.optional = true)]), Some(14.0));
        assert_eq!(average(&[plain("12"), mark("13", |mark| mark.bonus = true)]), Some(15.0));
        assert_eq!(average(&[mark("9", |mark| mark.out_of = "10".into())]), Some(18.0));
    }
}
