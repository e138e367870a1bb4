//! The school's year: its days, weeks, hours and periods, as `FonctionParametres` gives them.

use jiff::Span;
use jiff::civil::{Date, DateTime, Time};
use serde_json::{Value, json};

use super::json;
use super::session::changed;
use crate::connector::Failure;
use crate::record::SchoolYear;

/// A school year.
#[derive(Debug, Clone)]
pub(super) struct Calendar {
    /// Monday of the first week.
    monday: Date,
    /// First day.
    pub(super) first: Date,
    /// Last day.
    pub(super) last: Date,
    /// All periods that the school has made, also those that it does not use.
    pub(super) periods: Vec<PeriodRef>,
    /// First and last days of holidays.
    pub(super) free: Vec<(Date, Date)>,
    /// Ends of the hours of a day, by their place.
    ends: Vec<(i64, Time)>,
    places: i64,
    /// What of the answer is kept.
    pub(super) kept: Value,
}

/// A period, as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PeriodRef {
    /// Its name for this session.
    pub(super) id: String,
    /// Its name.
    pub(super) name: String,
    /// Its kind: 2 is one of marks.
    pub(super) kind: Option<i64>,
    /// First day.
    pub(super) start: Option<Date>,
    /// Last day.
    pub(super) end: Option<Date>,
}

impl PeriodRef {
    /// Reads one; `None` without a name.
    pub(super) fn read(of: &Value) -> Option<Self> {
        Some(Self {
            id: json::text(of, "N")?,
            name: json::text(of, "L")?,
            kind: json::number(of, "G"),
            start: json::date(of, "dateDebut"),
            end: json::date(of, "dateFin"),
        })
    }

    /// As functions take it.
    pub(super) fn ask(&self) -> Value {
        json!({"N": self.id, "G": self.kind.unwrap_or(2), "L": self.name})
    }
}

impl Calendar {
    /// Reads the school's parameters.
    ///
    /// # Errors
    /// [`Failure::Changed`] without the days of the year.
    pub(super) fn read(parameters: &Value) -> Result<Self, Failure> {
        let general = json::field(parameters, "General").unwrap_or(&Value::Null);
        let day = |name: &str| json::date(general, name).ok_or_else(|| changed("FonctionParametres", name));
        let (first, last) = (day("PremiereDate")?, day("DerniereDate")?);
        // Each week is a request.
        if first.since(last).map_or(true, |span| span.get_days().abs() > MAX_DAYS) {
            return Err(changed("FonctionParametres", "PremiereDate, DerniereDate"));
        }
        let monday = json::date(general, "PremierLundi").unwrap_or(first);
        let hour = |of: &Value| {
            let (hours, minutes) = json::text(of, "L")?.split_once('h').map(|(h, m)| (h.parse(), m.parse()))?;
            Some((json::number(of, "G")?, Time::new(hours.ok()?, minutes.ok()?, 0, 0).ok()?))
        };
        let ends: Vec<(i64, Time)> = json::list(general, "ListeHeuresFin").iter().filter_map(hour).collect();
        let places = json::number(general, "PlacesParJour").filter(|places| *places > 0);
        let places = places.unwrap_or_else(|| i64::try_from(ends.len()).unwrap_or(1).saturating_sub(1).max(1));
        let periods =
            json::list(general, "ListePeriodes").iter().filter_map(PeriodRef::read).take(MAX_PERIODS).collect();
        let free = json::list(general, "listeJoursFeries").iter().filter_map(|of| {
            let first = json::date(of, "dateDebut")?;
            Some((first, json::date(of, "dateFin").unwrap_or(first)))
        });
        let free = free.take(MAX_FREE).collect();
        let names = ["ListePeriodes", "PremierLundi", "PremiereDate", "DerniereDate", "listeJoursFeries"];
        let kept = names.into_iter().filter_map(|name| Some((name.to_owned(), general.get(name)?.clone())));
        Ok(Self { monday, first, last, periods, free, ends, places, kept: Value::Object(kept.collect()) })
    }

    /// The school year.
    pub(super) fn year(&self) -> SchoolYear {
        SchoolYear::of(self.first)
    }

    /// The week of a day, counted from 1; the first or the last one for days outside of the year.
    pub(super) fn week(&self, day: Date) -> u32 {
        let day = day.clamp(self.first.max(self.monday), self.last.max(self.first.max(self.monday)));
        let days = day.since(self.monday).map_or(0, |span| span.get_days());
        u32::try_from(days / 7).unwrap_or(0) + 1
    }

    /// The last day of a week.
    pub(super) fn end_of(&self, week: u32) -> Date {
        let days = Span::new().try_days((i64::from(week) * 7).saturating_sub(1));
        days.and_then(|days| self.monday.checked_add(days)).unwrap_or(self.last)
    }

    /// When a lesson ends that begins then, by its first place in the week and the number of its places.
    pub(super) fn end_of_lesson(&self, start: DateTime, place: i64, places: i64) -> Option<DateTime> {
        let last = place.checked_rem(self.places)?.checked_add(places)?.checked_sub(1)?;
        let (_, end) = self.ends.iter().find(|(of, _)| *of == last)?;
        Some(start.date().to_datetime(*end))
    }
}

/// A set of weeks as functions take it.
pub(super) fn weeks(from: u32, to: u32) -> Value {
    json!({"_T": 8, "V": if from == to { format!("[{from}]") } else { format!("[{from}..{to}]") }})
}

const MAX_DAYS: i32 = 450;

/// How many periods are looked at: of each, several functions are asked.
pub(super) const MAX_PERIODS: usize = 40;

/// How many holidays are remembered.
const MAX_FREE: usize = 100;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use jiff::civil::date;

    #[test]
    fn weeks_and_hours() {
        let general = json!({"General": {
            "PremierLundi": {"_T": 7, "V": "01/09/2025"}, "PremiereDate": {"V": "02/09/2025"},
            "DerniereDate": {"V": "03/07/2026 0:0:0"}, "PlacesParJour": 10,
            "ListeHeuresFin": {"V": [{"G": 0, "L": "09h00"}, {"G": 1, "L": "10h00"}, {"G": 2, "L": "11h05"}]},
            "ListePeriodes": [{"N": "1#aaaaaaaaaa", "L": "Trimestre 1", "G": 1, "dateDebut": {"V": "02/09/2025"}}, {}]}});
        let calendar = Calendar::read(&general).unwrap();
        assert_eq!((calendar.year(), calendar.periods.len()), (SchoolYear(2025), 1));
        assert_eq!(calendar.week(date(2025, 9, 7)), 1);
        assert_eq!(calendar.week(date(2025, 9, 8)), 2);
        assert_eq!(calendar.week(date(2020, 9, 8)), 1);
        assert_eq!(calendar.week(date(2030, 9, 8)), calendar.week(date(2026, 7, 3)));
        assert_eq!(calendar.end_of(1), date(2025, 9, 7));
        let end = calendar.end_of_lesson(date(2025, 9, 8).at(9, 0, 0, 0), 21, 2);
        assert_eq!(end, Some(date(2025, 9, 8).at(11, 5, 0, 0)));
        assert_eq!(calendar.end_of_lesson(date(2025, 9, 8).at(9, 0, 0, 0), 21, 9), None);
        let long = json!({"General": {"PremiereDate": "01/01/0001", "DerniereDate": "31/12/9999"}});
        assert!(Calendar::read(&long).is_err());
        let missing = Calendar::read(&json!({"General": {}})).unwrap_err();
        assert_eq!(missing.to_string(), "the platform answers otherwise than known: FonctionParametres: PremiereDate");
    }
}
