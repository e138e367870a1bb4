//! Parents with several children, and teachers.

use cartable_ent::record::{PersonRole, Record};
use cartable_platforms::Running;
use cartable_platforms::pronote::{Pronote as Server, School};

use super::{Memory, TODAY, collect};

#[test]
fn a_parent_sees_each_child_apart() {
    let server = Running::start(Server::new(School::college()), 0);
    let mut memory = Memory::default();
    collect(&server, "parent", "claude.morel", TODAY, &mut memory).unwrap();
    assert_eq!(memory.changes, memory.pieces.len(), "a key is used for two facts");
    for (login, name) in [("lina.morel", "MOREL Lina"), ("noe.morel", "MOREL No\u{e9}")] {
        let year = server.platform.school.year();
        let pupil = year.pupils.iter().find(|pupil| pupil.login == login).unwrap();
        let marks = memory.of_kind("mark").into_iter().filter(|(key, _)| key.split('|').nth(1) == Some(name));
        assert_eq!(marks.count(), pupil.marks.len(), "{name}");
        for piece in memory.pieces.values() {
            let is_of = piece.key.split('|').nth(1) == Some(name) && !piece.key.starts_with("person|");
            assert!(!is_of || piece.pupil.as_deref() == Some(name), "{}", piece.key);
        }
        let reports = memory.of_kind("report-card");
        let mine = |record: &Record| matches!(record, Record::ReportCard(card) if card.pupil.as_deref() == Some(name));
        assert_eq!(reports.iter().filter(|(_, record)| mine(record)).count(), 2);
    }
    let roles = memory.of_kind("person").into_iter().filter_map(|(_, record)| match record {
        Record::Person(person) => Some((person.name.clone(), person.role, person.ine.clone())),
        _ => None,
    });
    let wanted = [
        ("MOREL Claude", PersonRole::Oneself),
        ("MOREL Lina", PersonRole::Child),
        ("MOREL No\u{e9}", PersonRole::Child),
    ];
    assert_eq!(roles.collect::<Vec<_>>(), wanted.map(|(name, role)| (name.to_owned(), role, None)));
    let everything = memory.everything();
    for secret in ["rue des Exemples", "Saint-Exemple", "60000000", "000000001AA", "lina.morel@exemple.fr"] {
        assert!(!everything.contains(secret), "{secret} is kept");
    }
    let before = memory.changes;
    collect(&server, "parent", "claude.morel", TODAY, &mut memory).unwrap();
    assert_eq!(memory.changes, before);
}

#[test]
fn a_teacher_has_a_timetable_and_classes() {
    let server = Running::start(Server::new(School::college()), 0);
    let mut memory = Memory::default();
    collect(&server, "professeur", "bertrand.lecoq", TODAY, &mut memory).unwrap();
    assert!(memory.of_kind("timetable-entry").len() > 20);
    assert!(!memory.of_kind("group").is_empty());
    let person = memory.of_kind("person");
    assert!(
        matches!(person[0].1, Record::Person(person) if person.ine.is_none() && person.role == PersonRole::Oneself)
    );
    assert!(memory.of_kind("mark").is_empty() && memory.of_kind("report-card").is_empty());
}
