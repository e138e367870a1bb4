//! What a pupil's account holds, in all versions.

use cartable_ent::record::{Attachment, Record, SchoolYear, Score, TimetableState};
use cartable_platforms::Running;
use cartable_platforms::pronote::school::SPECIAL;
use cartable_platforms::pronote::{Pronote as Server, School, Version, Wrap};
use jiff::civil::date;

use super::{Memory, TODAY, collect};

fn lina() -> (Running<Server>, Memory) {
    let server = Running::start(Server::new(School::college()), 0);
    let mut memory = Memory::default();
    collect(&server, "eleve", "lina.morel", TODAY, &mut memory).unwrap();
    (server, memory)
}

#[test]
fn marks_are_those_of_the_school() {
    let (server, memory) = lina();
    let year = server.platform.school.year();
    let pupil = year.pupils.iter().find(|pupil| pupil.login == "lina.morel").unwrap();
    let read = memory.of_kind("mark");
    assert_eq!(read.len(), pupil.marks.len());
    for mark in &pupil.marks {
        let same = read.iter().find_map(|(_, record)| match record {
            Record::Mark(read) if read.label == mark.label && read.subject == mark.subject => Some(read),
            _ => None,
        });
        let read = same.unwrap_or_else(|| panic!("{} is missing", mark.label));
        match SPECIAL.contains(&mark.value.as_str()) {
            true => assert!(matches!(read.score, Score::Special(_)), "{}", mark.label),
            false => assert_eq!(read.score, Score::Value(mark.value.clone())),
        }
        assert_eq!((read.date, read.period.as_deref()), (Some(mark.date), Some(mark.period.as_str())));
        let class = [&read.class_average, &read.class_min, &read.class_max, &read.out_of, &read.coefficient];
        let wanted = [&mark.average, &mark.min, &mark.max, &mark.out_of, &mark.coefficient];
        assert_eq!(class.map(|text| text.as_deref().unwrap()), wanted.map(String::as_str));
        assert_eq!((read.bonus, read.optional), (mark.bonus, mark.optional && !mark.bonus));
        assert_eq!(read.comment.as_deref().unwrap_or_default(), mark.remark);
    }
}

#[test]
fn report_cards_are_the_published_ones_with_their_pdf() {
    let (server, memory) = lina();
    let year = server.platform.school.year();
    let pupil = year.pupils.iter().find(|pupil| pupil.login == "lina.morel").unwrap();
    let reports = memory.of_kind("report-card");
    let periods: Vec<&str> = reports.iter().map(|(key, _)| key.rsplit('|').next().unwrap()).collect();
    assert_eq!(periods, ["Trimestre 1", "Trimestre 2"]);
    for (_, record) in reports {
        let Record::ReportCard(report) = record else { unreachable!() };
        let wanted = &pupil.reports[&report.period];
        assert_eq!(report.pupil.as_deref(), Some("MOREL Lina"));
        assert_eq!(report.class.as_deref(), Some("3B"));
        assert_eq!(report.subjects.len(), wanted.subjects.len());
        for subject in &report.subjects {
            assert_eq!(subject.appreciations, [wanted.subjects[&subject.subject].clone()]);
            assert_eq!(subject.teachers.len(), 1);
            assert!(subject.class_average.is_some() || subject.average.is_none());
        }
        let overall = report.appreciations.iter().map(|read| (read.title.clone(), read.text.clone()));
        assert_eq!(overall.collect::<Vec<_>>(), wanted.overall);
        let pdf = &memory.sources[&report.pdf.unwrap()];
        assert!(pdf.starts_with(b"%PDF") && String::from_utf8_lossy(pdf).contains(&report.period));
    }
}

#[test]
fn lessons_homework_and_their_files() {
    let (server, memory) = lina();
    let year = server.platform.school.year();
    let class = year.classes.iter().find(|class| class.name == "3B").unwrap();
    let (lessons, work) = (memory.of_kind("lesson"), memory.of_kind("homework"));
    assert_eq!(lessons.len(), class.lessons.iter().filter(|lesson| lesson.date <= date(2025, 1, 19)).count());
    assert_eq!(work.len(), class.homework.len());
    let mut attached = 0;
    let mut check = |attachments: &[Attachment]| {
        for attachment in attachments {
            if let Attachment::File { name, key } = attachment {
                let Record::CourseFile(file) = &memory.pieces[key].record else { unreachable!() };
                assert_eq!((&file.name, file.bytes), (name, memory.sources[&file.file].len() as u64));
                attached += 1;
            }
        }
    };
    for (_, record) in lessons.iter().chain(&work) {
        match record {
            Record::Lesson(lesson) => lesson.contents.iter().for_each(|content| check(&content.attachments)),
            Record::Homework(homework) => check(&[homework.attachments.clone(), homework.handed_in.clone()].concat()),
            _ => unreachable!(),
        }
    }
    assert!(attached > 0);
    let papers = year.pupils[0].marks.iter().flat_map(|mark| [&mark.paper, &mark.correction]).flatten();
    for paper in papers {
        assert!(memory.sources.values().any(|bytes| bytes == paper.text.as_bytes()), "{}", paper.name);
    }
}

#[test]
fn the_timetable_is_that_of_the_weeks_until_then() {
    let (_server, memory) = lina();
    let entries = memory.of_kind("timetable-entry");
    let mut cancelled = 0;
    for (_, record) in &entries {
        let Record::TimetableEntry(entry) = record else { unreachable!() };
        assert!(entry.end > entry.start && !entry.teachers.is_empty() && !entry.rooms.is_empty());
        assert!(entry.start.date() <= date(2025, 2, 9), "only three weeks ahead");
        cancelled += usize::from(entry.state == TimetableState::Cancelled);
    }
    assert!(entries.len() > 200 && cancelled > 0);
}

#[test]
fn competences_absences_periods_and_who_one_is() {
    let (server, memory) = lina();
    let year = server.platform.school.year();
    let pupil = year.pupils.iter().find(|pupil| pupil.login == "lina.morel").unwrap();
    assert_eq!(memory.of_kind("evaluation").len(), pupil.evaluations.len());
    let away = pupil.absences.len() + pupil.delays.len() + pupil.punishments.len();
    assert_eq!(memory.of_kind("absence").len(), away);
    assert_eq!(memory.of_kind("period").len(), year.periods.len());
    let persons = memory.of_kind("person");
    let Record::Person(person) = persons[0].1 else { unreachable!() };
    assert_eq!(persons.len(), 1);
    assert_eq!((person.ine.as_deref(), person.class.as_deref()), (Some("000000001AA"), Some("3B")));
    assert_eq!(person.mail.as_deref(), Some("lina.morel@exemple.fr"));
    assert!(memory.pieces.values().all(|piece| piece.year == Some(SchoolYear(2024))));
    let dropped = &memory.pieces.values().find(|piece| piece.record.kind() == "person").unwrap().dropped;
    assert!(dropped.iter().any(|dropped| dropped.what == "addresses" && dropped.count > 2), "{dropped:?}");
}

#[test]
fn what_must_not_be_kept_is_not() {
    let (_server, memory) = lina();
    let everything = memory.everything();
    for secret in ["rue des Exemples", "Saint-Exemple", "600000001", "Violette-2010", "paramICal", "#\"", "52#"] {
        assert!(!everything.contains(secret), "{secret} is kept");
    }
}

#[test]
fn twice_changes_nothing_and_asks_less() {
    let (server, mut memory) = lina();
    let (changes, sources, first) = (memory.changes, memory.sources.len(), server.faults.requests());
    assert!(memory.changes == memory.pieces.len(), "a key is used for two facts");
    server.faults.plan([]);
    collect(&server, "eleve", "lina.morel", TODAY, &mut memory).unwrap();
    assert_eq!(memory.changes, changes);
    assert!(server.faults.requests() <= first / 2, "{} of {first}", server.faults.requests());
    // Only the weeks that are asked for differ from the first time, in how many stand in one answer.
    assert!(memory.sources.len() <= sources + 3, "{} of {sources}", memory.sources.len());
}

#[test]
fn report_cards_of_past_years() {
    let server = Running::start(Server::new(School::lycee()), 0);
    let mut memory = Memory::default();
    collect(&server, "eleve", "lina.morel", date(2026, 11, 20), &mut memory).unwrap();
    let reports = memory.of_kind("report-card");
    let keys: Vec<&str> = reports.iter().map(|(key, _)| *key).collect();
    let wanted = ["past-report|2025|Semestre 1|2NDE 4|Bulletin", "past-report|2025|Semestre 2|2NDE 4|Bulletin"];
    assert_eq!(keys, wanted);
    for (key, record) in reports {
        let Record::ReportCard(report) = record else { unreachable!() };
        assert_eq!(memory.pieces[key].year, Some(SchoolYear(2025)));
        assert!(memory.sources[&report.pdf.unwrap()].starts_with(b"%PDF"));
    }
}

#[test]
fn all_versions_hold_the_same() {
    let (_server, memory) = lina();
    for version in [Version::V2023, Version::V2024, Version::V2025, Version::V2026] {
        for (encrypt, compress) in [(false, false), (true, false), (false, true), (true, true)] {
            let platform = Server::new(School::college()).version(version).sealed(encrypt, compress).wrap(Wrap::Page);
            let server = Running::start(platform, 0);
            let mut other = Memory::default();
            let said = format!("{version:?} {encrypt} {compress}");
            collect(&server, "eleve", "lina.morel", TODAY, &mut other).expect(&said);
            assert!(memory.facts() == other.facts(), "{said}");
        }
    }
}
