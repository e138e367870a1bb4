//! What known programs write into events: who teaches, where, to whom.
//!
//! PRONOTE and HYPERPLANNING (Index Education) write lines of `Word : value` into the description, escaped as HTML, with a state before them
//! (`Cours annul\u{E9}`), and repeat it in the categories (`Cours - Cours annul\u{E9}`). ADE writes names of groups and people into the
//! description, one a line, without saying which is which, and the time of the export in brackets at the end.

use jiff::civil::{Date, DateTime};
use quick_xml::escape;

use super::component::{Calendar, Component, Kind};
use super::{Homework, TimetableEntry, TimetableState, Turnin};
use crate::format::letters::plain;

/// Who wrote a calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Maker {
    IndexEducation,
    Ade,
    Other,
}

impl Maker {
    pub(super) fn of(calendar: &Calendar) -> Self {
        let maker = plain(&calendar.maker);
        if maker.contains("index education") {
            Self::IndexEducation
        } else if maker.split(' ').any(|word| word == "ade") {
            Self::Ade
        } else {
            Self::Other
        }
    }

    pub(super) fn is_index_education(self) -> bool {
        self == Self::IndexEducation
    }

    /// Whether an event is work to do. That PRONOTE's calendar holds work is said, the form of it was not seen: its category is taken to say
    /// so.
    pub(super) fn is_homework(self, event: &Component) -> bool {
        let is_work = |category: &String| plain(category).starts_with("travail a faire");
        self.is_index_education() && event.kind == Kind::Event && event.texts("CATEGORIES").iter().any(is_work)
    }

    pub(super) fn entry(self, event: &Component, start: DateTime, end: DateTime) -> TimetableEntry {
        let mut entry = TimetableEntry {
            subject: event.text("SUMMARY").unwrap_or_default(),
            start,
            end,
            teachers: Vec::new(),
            rooms: event.text("LOCATION").into_iter().collect(),
            groups: Vec::new(),
            state: TimetableState::Planned,
            memo: None,
        };
        match self {
            Self::IndexEducation => index_education(event, &mut entry),
            Self::Ade => ade(event, &mut entry),
            Self::Other => labelled(&event.text("DESCRIPTION").unwrap_or_default(), &mut entry),
        }
        if event.text("STATUS").is_some_and(|status| status.eq_ignore_ascii_case("cancelled")) {
            entry.state = TimetableState::Cancelled;
        }
        entry
    }

    pub(super) fn homework(self, event: &Component, due: Date) -> Homework {
        let title = event.text("SUMMARY").unwrap_or_default();
        let text = event.text("DESCRIPTION").unwrap_or_else(|| title.clone());
        let (subject, html) = if self.is_index_education() {
            let mut lines = Labelled::of(&unescape_html(&text));
            let subject = lines.take("matiere").into_iter().next();
            (subject.unwrap_or(title), lines.rest())
        } else {
            (event.texts("CATEGORIES").into_iter().next().unwrap_or(title), text)
        };
        let given = event.time("DTSTART").ok().flatten().and_then(|time| time.in_paris()).map(|time| time.date());
        let done = event.text("STATUS").is_some_and(|status| status.eq_ignore_ascii_case("completed"));
        Homework {
            subject,
            due,
            given: given.filter(|_| event.kind == Kind::Todo && event.value("DUE").is_some()),
            html: escape::escape(html.as_str()).replace('\n', "<br>"),
            done: done || event.value("COMPLETED").is_some(),
            turnin: Turnin::None,
            attachments: Vec::new(),
            handed_in: Vec::new(),
        }
    }
}

fn index_education(event: &Component, entry: &mut TimetableEntry) {
    // The title is `state : subject - teacher - groups`; the description says the same in parts.
    labelled(&unescape_html(&event.text("DESCRIPTION").unwrap_or_default()), entry);
    let states = event.texts("CATEGORIES").into_iter().filter_map(|category| {
        let (_, state) = category.split_once(" - ")?;
        Some(state.trim().to_owned())
    });
    if let Some(state) = states.into_iter().next() {
        if entry.memo.as_ref() == Some(&state) {
            entry.memo = None;
        }
        entry.state =
            if plain(&state).contains("annule") { TimetableState::Cancelled } else { TimetableState::Changed(state) };
    }
}

/// Takes a description of `Word : value` lines apart; other lines are the memo.
fn labelled(description: &str, entry: &mut TimetableEntry) {
    let mut lines = Labelled::of(description);
    if let Some(subject) = lines.take("matiere").into_iter().next() {
        entry.subject = subject;
    }
    entry.teachers = ["professeur", "enseignant", "teacher"].into_iter().flat_map(|word| lines.take(word)).collect();
    let groups = ["groupe", "partie de classe", "classe", "promotion", "td", "regroupement", "group"];
    entry.groups = groups.into_iter().flat_map(|word| lines.take(word)).collect();
    let rooms = lines.take("salle");
    if !rooms.is_empty() {
        entry.rooms = rooms;
    }
    let rest = lines.rest();
    entry.memo = (!rest.is_empty()).then_some(rest);
}

/// The words of the calendars that this program writes, which have their colons as the language wants them.
const OWN: [&str; 4] = ["professeur", "groupe", "teacher", "group"];

/// Lines of `Word : value`, and others.
struct Labelled {
    values: Vec<(String, String)>,
    others: Vec<String>,
}

impl Labelled {
    fn of(text: &str) -> Self {
        let (mut values, mut others) = (Vec::new(), Vec::new());
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            // In other words before a colon, a memo may begin.
            let own = || line.split_once(": ").filter(|(word, _)| OWN.contains(&plain(word).trim_end_matches('s')));
            match own().or_else(|| line.split_once(" : ")) {
                Some((word, value)) if word.chars().count() <= 30 => {
                    values.push((word.trim().to_owned(), value.trim().to_owned()))
                }
                _ => others.push(line.to_owned()),
            }
        }
        Self { values, others }
    }

    /// Takes the values of a word out: one, or in the plural those between commas.
    fn take(&mut self, word: &str) -> Vec<String> {
        let mut taken = Vec::new();
        self.values.retain(|(name, value)| {
            let name = plain(name);
            let plural = name.split(' ').map(|part| part.trim_end_matches('s')).filter(|part| !part.is_empty());
            let single = plural.collect::<Vec<_>>().join(" ");
            let fits = single == word.split(' ').map(|part| part.trim_end_matches('s')).collect::<Vec<_>>().join(" ");
            if fits && name != word {
                taken.extend(value.split(", ").map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned));
            } else if fits && !value.is_empty() {
                taken.push(value.clone());
            }
            !fits
        });
        taken
    }

    /// Everything that was not taken, in lines.
    fn rest(self) -> String {
        let values = self.values.into_iter().map(|(word, value)| format!("{word} : {value}"));
        self.others.into_iter().chain(values).collect::<Vec<_>>().join("\n")
    }
}

fn ade(event: &Component, entry: &mut TimetableEntry) {
    let rooms = entry.rooms.iter().flat_map(|rooms| rooms.split(',')).map(|room| room.trim().to_owned());
    entry.rooms = rooms.filter(|room| !room.is_empty()).collect();
    let description = event.text("DESCRIPTION").unwrap_or_default();
    for line in description.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let is_export_time =
            line.starts_with('(') && line.ends_with(')') && line.bytes().any(|byte| byte.is_ascii_digit());
        if is_export_time || line == entry.subject {
            continue;
        }
        if is_person(line) { entry.teachers.push(line.to_owned()) } else { entry.groups.push(line.to_owned()) }
    }
}

/// Whether a line is `FAMILY NAME First name`: groups are in capitals or hold digits.
fn is_person(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().collect();
    let capitals = |word: &&str| word.chars().count() > 1 && !word.chars().any(char::is_lowercase);
    let given = |word: &&str| word.starts_with(char::is_uppercase) && word.chars().any(char::is_lowercase);
    let plain = !line.chars().any(|letter| letter.is_numeric() || "()/_:".contains(letter));
    plain && words.len() >= 2 && words.first().is_some_and(capitals) && words.last().is_some_and(given)
}

/// Entities of HTML that these programs write; a text with others stays as it is.
fn unescape_html(text: &str) -> String {
    escape::unescape(text).map_or_else(|_| text.to_owned(), |text| text.into_owned())
}
