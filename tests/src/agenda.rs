//! What was collected, as the share shows it in calendars and address books: the wire that the command has, too.

use cartable_dav::{Agenda, Collection, Holds, Object};
use cartable_ent::account::Account;
use cartable_ent::agenda;
use cartable_ent::collect::typed;
use cartable_ent::collection::{Collection as Kept, Run};
use cartable_ent::connector::Sink;
use cartable_ent::record::{
    AccountId, Group, Homework, Person, PersonRole, Piece, Platform, Record, SchoolYear, TimetableEntry,
    TimetableState, Turnin,
};
use cartable_ent::view::Lang;
use cartable_fs::bag::{Bag, BagError};
use jiff::ToSpan;
use jiff::civil::{Date, date};
use zeroize::Zeroizing;

/// 2026-11-28, in seconds since 1970.
const NOW: i64 = 1_795_860_000;

/// What connectors collected.
#[derive(Debug)]
pub struct Collected;

impl Agenda for Collected {
    fn state(&self, bag: &Bag) -> Result<Vec<u8>, BagError> {
        agenda::state(bag)
    }

    fn collections(&self, bag: &Bag) -> Result<Vec<Collection>, BagError> {
        Ok(agenda::collections(bag)?.into_iter().map(shown).collect())
    }
}

fn shown(collection: agenda::Collection) -> Collection {
    let holds = match collection.holds {
        agenda::Holds::Lessons => Holds::Events,
        agenda::Holds::Homework => Holds::Tasks,
        agenda::Holds::People => Holds::Cards,
    };
    let object =
        |object: agenda::Object| Object { name: object.name, data: object.data, start: object.start, end: object.end };
    let objects = collection.objects.into_iter().map(object).collect();
    Collection { id: collection.id, name: collection.name, holds, objects }
}

/// The records of a made-up pupil: `lessons` lessons of an hour, one after the other from 8 to 18 on each day from 2026-09-01, two
/// pieces of homework, and a class with a teacher and a pupil.
#[must_use]
pub fn records(lessons: u32) -> Vec<(String, Record)> {
    let mut all: Vec<(String, Record)> = (0..lessons).filter_map(lesson).collect();
    let due = [("Latin", date(2026, 11, 30)), ("Anglais", date(2026, 12, 4))];
    all.extend(due.map(|(subject, due)| (format!("homework|{subject}"), Record::Homework(homework(subject, due)))));
    let people = [("p1", "Mme \u{c9}lise Durand", PersonRole::Teacher), ("p2", "L\u{e9}o Test", PersonRole::Pupil)];
    all.extend(people.map(|(id, name, role)| (format!("person|{id}"), Record::Person(person(id, name, role)))));
    let members = vec!["p1".to_owned(), "p2".to_owned()];
    let group = Group { name: "3B".into(), school: Some("Lyc\u{e9}e Exemple".into()), members };
    all.push(("group|3B".into(), Record::Group(group)));
    all
}

/// Keeps records in a bag as a connector does, under an account of that name.
pub fn feed(bag: &Bag, account: &str, records: Vec<(String, Record)>) {
    let collection = Kept::open_or_make(bag, Lang::Fr).expect("a collection opens");
    let account = Account {
        name: AccountId(account.into()),
        platform: Platform::Inbox,
        url: String::new(),
        uai: None,
        secret: typed(Platform::Inbox, None, Zeroizing::new(String::new())),
        added: NOW,
        last: None,
        silent_until: 0,
    };
    let mut tell = |_: &str, _: u64, _: u64| {};
    let mut run = Run::begin(&collection, account, NOW, &mut tell);
    let source = run.source(b"made up", "text/plain").expect("a source is kept");
    for (key, record) in records {
        let piece =
            Piece { key, year: Some(SchoolYear(2026)), school: None, pupil: None, record, source, dropped: Vec::new() };
        run.piece(piece).expect("a record is kept");
    }
    collection.sync().expect("records are kept durably");
}

/// The lesson of that number, with its key.
#[must_use]
pub fn lesson(number: u32) -> Option<(String, Record)> {
    let (day, hour) = (number / 10, i8::try_from(number % 10).ok()?);
    let day = date(2026, 9, 1).checked_add(i64::from(day).days()).ok()?;
    let start = day.at(8 + hour, 0, 0, 0);
    let entry = TimetableEntry {
        subject: format!("Cours {number}"),
        start,
        end: start.checked_add(1.hour()).ok()?,
        teachers: vec!["Mme Exemple".into()],
        rooms: vec!["B12".into()],
        groups: Vec::new(),
        state: TimetableState::Planned,
        memo: None,
    };
    Some((format!("lesson|{number}"), Record::TimetableEntry(entry)))
}

fn homework(subject: &str, due: Date) -> Homework {
    Homework {
        subject: subject.into(),
        due,
        given: Some(date(2026, 11, 20)),
        html: "<p>Exercice 3 ; page 12</p>".into(),
        done: false,
        turnin: Turnin::None,
        attachments: Vec::new(),
        handed_in: Vec::new(),
    }
}

fn person(id: &str, name: &str, role: PersonRole) -> Person {
    Person {
        id: Some(id.into()),
        name: name.into(),
        role,
        class: Some("3B".into()),
        mail: Some(format!("{id}@exemple.fr")),
        ine: None,
        subjects: Vec::new(),
    }
}
