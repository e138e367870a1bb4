//! Events and tasks of a calendar, as their lines.

use jiff::Span;

use super::line::{self, Line};
use super::time::{self, Moment};
use crate::format::reading::{Reading, Remark, Unreadable};

/// The most lines that are kept of one component.
const LINES: usize = 1_000;
/// The most components that are kept.
const COMPONENTS: usize = 100_000;

/// What a component is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `VEVENT`.
    Event,
    /// `VTODO`.
    Todo,
}

/// An event or a task.
#[derive(Debug, Clone)]
pub(super) struct Component {
    pub(super) kind: Kind,
    lines: Vec<Line>,
}

/// A calendar.
#[derive(Debug, Clone, Default)]
pub(super) struct Calendar {
    /// The program that wrote it.
    pub(super) maker: String,
    /// Its events and tasks.
    pub(super) components: Vec<Component>,
}

/// Reads the events and tasks of a file.
pub(super) fn read(bytes: &[u8], reading: &mut Reading) -> Result<Calendar, Unreadable> {
    let mut calendar = Calendar::default();
    let mut begun = false;
    // What is open in the component that is read: alarms stand inside events.
    let mut inside: Vec<String> = Vec::new();
    let mut current: Option<Component> = None;
    for line in line::lines(bytes) {
        let Some(line) = line else {
            reading.bad("a line", "it has not the form of iCalendar");
            continue;
        };
        let value = line.value.trim().to_ascii_uppercase();
        match (line.name.as_str(), value.as_str()) {
            ("BEGIN", "VCALENDAR") => begun = true,
            _ if !begun => return Err(Unreadable::NotThis("calendar")),
            ("BEGIN", _) if current.is_some() => inside.push(value),
            ("BEGIN", "VEVENT") => current = Some(Component { kind: Kind::Event, lines: Vec::new() }),
            ("BEGIN", "VTODO") => current = Some(Component { kind: Kind::Todo, lines: Vec::new() }),
            ("END", _) if inside.last() == Some(&value) => drop(inside.pop()),
            ("END", "VEVENT" | "VTODO") => {
                inside.clear();
                calendar.components.extend(current.take());
            }
            ("PRODID", _) if current.is_none() => calendar.maker = line.value,
            _ => {
                let own = current.as_mut().filter(|component| inside.is_empty() && component.lines.len() < LINES);
                own.into_iter().for_each(|component| component.lines.push(line.clone()));
            }
        }
        if calendar.components.len() >= COMPONENTS || inside.len() > LINES {
            reading.remark(Remark::TooMany { what: "events", limit: COMPONENTS });
            break;
        }
    }
    if begun { Ok(calendar) } else { Err(Unreadable::NotThis("calendar")) }
}

impl Component {
    /// The value of a line as written.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.line(name).map(|line| line.value.as_str())
    }

    /// A text that is not empty.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        let text = line::unescape(self.value(name)?);
        let text = text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// The texts of all lines of a name that hold lists.
    pub(super) fn texts(&self, name: &str) -> Vec<String> {
        self.all(name).flat_map(|line| line::unescape_list(&line.value)).collect()
    }

    /// A time.
    pub(super) fn time(&self, name: &str) -> Result<Option<Moment>, String> {
        self.line(name).map(|line| time::parse(line, &line.value)).transpose()
    }

    /// The times of all lines of a name that hold lists; wrong ones are left out.
    pub(super) fn times<'a>(&'a self, name: &'a str) -> impl Iterator<Item = Moment> + 'a {
        self.all(name).flat_map(|line| line.value.split(',').filter_map(|value| time::parse(line, value).ok()))
    }

    /// How long it is: up to its end, or its duration, or the day of an event of whole days; else no time.
    pub(super) fn length(&self, start: &Moment) -> Result<Span, String> {
        if let Some(end) = self.time("DTEND")? {
            return start.until(&end).ok_or_else(|| "it ends before it begins".to_owned());
        }
        if let Some(duration) = self.value("DURATION") {
            return duration.trim().parse().map_err(|_| "its duration is wrong".to_owned());
        }
        Ok(if start.all_day { Span::new().days(1) } else { Span::new() })
    }

    fn line(&self, name: &str) -> Option<&Line> {
        self.lines.iter().find(|line| line.name == name)
    }

    fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Line> + 'a {
        self.lines.iter().filter(move |line| line.name == name)
    }
}
