//! The calendar: events of the person, of their courses and of the site (`core_calendar_get_calendar_events`), or where that is not
//! offered what is to be done (`core_calendar_get_action_events_by_timesort`).

use serde_json::Value;

use super::courses::Known;
use super::fields::{civil, int, list, text, words};
use super::run::{Kept, Run};
use crate::connector::Failure;
use crate::record::{Record, SchoolYear, TimetableEntry, TimetableState};

/// The most events of one run.
const MAX_EVENTS: usize = 20_000;
/// How many events an answer may hold (`calendar/externallib.php` takes no more).
const PAGE: usize = 50;

impl Run<'_> {
    /// Reads the calendar.
    pub(super) async fn calendar(&mut self, courses: &[Known]) -> Result<(), Failure> {
        self.sink.progress("core_calendar", 0, 0);
        if !self.offers("core_calendar_get_calendar_events") {
            return self.what_is_to_be_done().await;
        }
        let names: Vec<_> = (0..courses.len()).map(|number| format!("events[courseids][{number}]")).collect();
        let mut parameters: Vec<_> =
            names.iter().zip(courses).map(|(name, course)| (name.as_str(), course.id.to_string())).collect();
        // No end and no beginning: the past counts, too.
        let options = ["options[userevents]", "options[siteevents]", "options[ignorehidden]"];
        parameters.extend(options.map(|name| (name, "1".to_owned())));
        let answer = self.ask("core_calendar_get_calendar_events", &parameters).await?;
        match answer {
            Some(answer) => self.events(&answer),
            None => Ok(()),
        }
    }

    async fn what_is_to_be_done(&mut self) -> Result<(), Failure> {
        let mut after = 0;
        for _ in 0..MAX_EVENTS / PAGE {
            let parameters =
                [("timesortfrom", "1".to_owned()), ("aftereventid", after.to_string()), ("limitnum", PAGE.to_string())];
            let function = "core_calendar_get_action_events_by_timesort";
            let Some(answer) = self.ask(function, &parameters).await? else { return Ok(()) };
            self.events(&answer)?;
            let last = int(&answer.value, "lastid").unwrap_or(0);
            if list(&answer.value, "events").len() < PAGE || last == after {
                return Ok(());
            }
            after = last;
        }
        Ok(())
    }

    fn events(&mut self, answer: &Kept) -> Result<(), Failure> {
        for event in list(&answer.value, "events").iter().take(MAX_EVENTS) {
            let Some((id, entry)) = self.event(event) else {
                self.unknown("an event of the calendar");
                continue;
            };
            let year = Some(SchoolYear::of(entry.start.date()));
            self.piece(format!("event/{id}"), year, Record::TimetableEntry(entry), answer)?;
        }
        Ok(())
    }

    fn event(&self, event: &Value) -> Option<(i64, TimetableEntry)> {
        let start = int(event, "timestart")?;
        let lasts = int(event, "timeduration").unwrap_or(0).max(0);
        let entry = TimetableEntry {
            subject: text(event, "name")?,
            start: civil(start, &self.zone)?,
            end: civil(start.checked_add(lasts)?, &self.zone)?,
            teachers: Vec::new(),
            rooms: text(event, "location").and_then(|place| words(&place)).into_iter().collect(),
            groups: Vec::new(),
            state: TimetableState::Planned,
            memo: text(event, "description").and_then(|html| words(&html)),
        };
        Some((int(event, "id")?, entry))
    }
}
