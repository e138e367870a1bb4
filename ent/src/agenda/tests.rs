//! What calendars and address books of made-up records hold.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;
use crate::record::{Group, Homework, Person, PersonRole, Platform, SourceId, TimetableEntry, TimetableState, Turnin};

fn kept(account: &str, key: &str, record: Record) -> view::Kept {
    let origin = Origin {
        platform: Platform::Toutatice,
        account: AccountId(account.into()),
        uai: None,
        school: Some("Lyc\u{e9}e Exemple; annexe".into()),
        pupil: None,
        year: None,
        fetched: 1_795_860_000,
        key: key.into(),
        hash: String::new(),
        source: SourceId::of(b""),
        dropped: Vec::new(),
    };
    view::Kept { record, origin }
}

fn lesson(subject: &str) -> Record {
    Record::TimetableEntry(TimetableEntry {
        subject: subject.into(),
        start: "2026-11-30T08:00:00".parse().unwrap(),
        end: "2026-11-30T09:00:00".parse().unwrap(),
        teachers: vec!["Mme Exemple".into()],
        rooms: vec!["B12".into()],
        groups: Vec::new(),
        state: TimetableState::Planned,
        memo: None,
    })
}

fn homework() -> Record {
    Record::Homework(Homework {
        subject: "Latin".into(),
        due: "2026-12-01".parse().unwrap(),
        given: Some("2026-11-28".parse().unwrap()),
        html: "<p>Version</p>".into(),
        done: false,
        turnin: Turnin::None,
        attachments: Vec::new(),
        handed_in: Vec::new(),
    })
}

fn person(id: &str, name: &str, role: PersonRole) -> Record {
    Record::Person(Person {
        id: Some(id.into()),
        name: name.into(),
        role,
        class: None,
        mail: Some(format!("{id}@exemple.fr")),
        ine: Some("123456789AB".into()),
        subjects: vec!["Latin".into()],
    })
}

#[test]
fn each_account_has_its_own_and_objects_keep_their_names() {
    let records = [kept("a", "one", lesson("Latin")), kept("a", "w", homework()), kept("b", "one", lesson("Latin"))];
    let made = of(&records, Lang::Fr);
    let names: Vec<&str> = made.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["Emploi du temps (a)", "Emploi du temps (b)", "Devoirs"]);
    assert_ne!(made[0].id, made[1].id);
    assert_ne!(made[0].objects[0].name, made[1].objects[0].name);
    let event = &made[0].objects[0];
    // 08:00 in Paris in winter.
    assert_eq!((event.start, event.end), (Some(1_796_022_000), Some(1_796_025_600)));
    assert!(event.data.contains("BEGIN:VEVENT\r\n") && event.data.contains("SUMMARY:Latin\r\n"), "{}", event.data);
    let task = &made[2].objects[0];
    // From midnight of the 28th until that after the 1st.
    assert_eq!(task.end.unwrap() - task.start.unwrap(), 4 * 86_400);
    assert!(task.data.contains("BEGIN:VTODO\r\n"));
    let changed = of(&[kept("a", "one", lesson("Grec"))], Lang::En);
    assert_eq!(changed[0].name, "Timetable");
    assert_eq!((&changed[0].id, &changed[0].objects[0].name), (&made[0].id, &event.name));
    assert_ne!(changed[0].objects[0].data, event.data);
}

#[test]
fn each_child_of_a_parent_has_calendars_of_its_own() {
    let of = |account: &str, pupil: Option<&str>, key: &str, record: Record| {
        let mut one = kept(account, key, record);
        one.origin.pupil = pupil.map(String::from);
        one
    };
    let (lina, noe) = (Some("MOREL Lina"), Some("MOREL No\u{e9}"));
    let teacher = || person("t", "Mme Durand", PersonRole::Teacher);
    let first = [of("p", lina, "l", lesson("Latin")), of("p", lina, "w", homework()), of("p", lina, "t", teacher())];
    let names = |made: &[Collection]| made.iter().map(|one| one.name.clone()).collect::<Vec<_>>();
    let alone = super::of(&first, Lang::Fr);
    assert_eq!(
        names(&alone),
        ["Emploi du temps (MOREL Lina)", "Devoirs (MOREL Lina)", "Contacts de l\u{2019}\u{e9}cole"]
    );
    let second = [of("p", noe, "n", lesson("Grec")), of("p", noe, "u", teacher())];
    let both = super::of(&[&first[..], &second].concat(), Lang::Fr);
    let wanted = ["Emploi du temps (MOREL Lina)", "Emploi du temps (MOREL No\u{e9})", "Devoirs (MOREL Lina)"];
    assert_eq!(names(&both)[..3], wanted);
    assert_eq!((&both[0], &both[2]), (&alone[0], &alone[1]), "a second child changes nothing of the first");
    assert!(both[1].objects[0].data.contains("SUMMARY:Grec") && both[1].objects.len() == 1);
    assert_eq!((both[3].holds, both[3].objects.len(), both.len()), (Holds::People, 2, 4));
    // Beside the pupil's own account, and the other parent's.
    let more = [of("own", None, "l", lesson("Latin")), of("q", lina, "l", lesson("Latin"))];
    let all = names(&super::of(&[&first[..1], &more].concat(), Lang::En));
    assert_eq!(all, ["Timetable", "Timetable (MOREL Lina, p)", "Timetable (MOREL Lina, q)"]);
}

#[test]
fn groups_name_their_members_and_nobody_is_shown_who_is_oneself() {
    let members = ["t", "p", "me", "gone"].map(String::from).to_vec();
    let records = [
        kept("a", "me", person("me", "Moi", PersonRole::Oneself)),
        kept("a", "t", person("t", "Mme Durand, \u{c9}lise", PersonRole::Teacher)),
        kept("a", "p", person("p", "L\u{e9}o;\nTest", PersonRole::Pupil)),
        kept("a", "g", Record::Group(Group { name: "3B".into(), school: None, members })),
    ];
    let made = of(&records, Lang::Fr);
    assert_eq!(made.len(), 1);
    let cards: Vec<&str> = made[0].objects.iter().map(|object| object.data.as_str()).collect();
    assert_eq!(cards.len(), 3);
    let uid = |card: &str| card.split("\r\nUID:").nth(1).unwrap().split("\r\n").next().unwrap().to_owned();
    let group = cards[2];
    assert!(group.contains("X-ADDRESSBOOKSERVER-KIND:group\r\n"));
    for member in &cards[..2] {
        let line = format!("X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:{}\r\n", uid(member));
        assert!(group.replace("\r\n ", "").contains(&line), "{group}");
    }
    assert_eq!(group.matches("MEMBER").count(), 2);
    assert!(cards[0].contains("FN:Mme Durand\\, \u{c9}lise\r\nN:Mme Durand\\, \u{c9}lise;;;;\r\n"), "{}", cards[0]);
    assert!(cards[0].contains("ORG:Lyc\u{e9}e Exemple\\; annexe\r\n"), "{}", cards[0]);
    assert!(cards[0].contains("EMAIL;TYPE=INTERNET:t@exemple.fr\r\n"), "{}", cards[0]);
    assert!(cards[1].contains("N:L\u{e9}o\\; Test;;;;\r\n"), "{}", cards[1]);
    assert!(cards.iter().all(|card| !card.contains("123456789AB")));
}
