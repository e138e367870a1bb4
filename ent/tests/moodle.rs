//! Moodle's connector against the made-up site: what it reads, what it asks twice, and what faults leave.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

#[path = "moodle/memory.rs"]
mod memory;
#[path = "moodle/odd.rs"]
mod odd;

use std::time::Duration;

use cartable_ent::connector::{Connector, Failure, Secret};
use cartable_ent::platform::http::Manners;
use cartable_ent::platform::moodle::Moodle;
use cartable_ent::record::{Attachment, Record, Score, Turnin, Verification};
use cartable_platforms::moodle::{LOGIN, Moodle as Site, PASSWORD, TOKEN};
use cartable_platforms::{Fault, Running};
use jiff::tz::TimeZone;
use memory::Memory;
use zeroize::Zeroizing;

/// The 15th of November 2025, after the quiz closed.
const NOW: i64 = 1_763_200_000;
const FILM: &str = "/1801/mod_resource/content/1/carte.mp4";

fn password(password: &str) -> Secret {
    Secret::Password { login: LOGIN.to_owned(), password: Zeroizing::new(password.to_owned()) }
}

fn collect_with(site: &Running<Site>, secret: Secret, memory: &mut Memory) -> Result<(), Failure> {
    let manners = Manners { gap: Duration::ZERO, patience: Duration::from_secs(10), ..Manners::default() };
    let zone = TimeZone::get("Europe/Paris").unwrap();
    let mut moodle = Moodle::new(&site.url(), secret, zone).with_manners(manners).at(NOW);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(moodle.collect(memory))
}

/// Collects with the secret that was kept, or with the password when there is none.
fn collect(site: &Running<Site>, memory: &mut Memory) -> Result<(), Failure> {
    let secret = memory.secret.clone().unwrap_or_else(|| password(PASSWORD));
    collect_with(site, secret, memory)
}

fn start() -> Running<Site> {
    Running::start(Site::default(), 0)
}

/// A site, and what a run without faults leaves.
fn collected() -> (Running<Site>, Memory) {
    let (site, mut memory) = (start(), Memory::default());
    collect(&site, &mut memory).unwrap();
    (site, memory)
}

fn record<'a>(memory: &'a Memory, key: &str) -> &'a Record {
    &memory.pieces.get(key).unwrap_or_else(|| panic!("no {key} in {:?}", memory.pieces.keys())).record
}

#[test]
fn everything_of_the_account_is_read() {
    let (site, memory) = collected();
    let of_kind = |kind: &str| memory.pieces.values().filter(|piece| piece.record.kind() == kind).count();
    let kinds = ["course", "course-file", "mark", "homework", "badge", "timetable-entry"];
    assert_eq!(kinds.map(of_kind), [2, 9, 6, 2, 1, 3], "{:?}", memory.pieces.keys());

    let Record::Course(course) = record(&memory, "course/7") else { panic!() };
    assert_eq!((course.sections.len(), course.start.unwrap().to_string().as_str()), (2, "2025-09-01"));
    assert!(course.sections[0].1.ends_with("<p>Apporter une calculatrice</p>"));
    assert_eq!((course.links.len(), course.links[0].2.as_str()), (1, "https://exemple.invalid/fractions?a=1"));
    let Record::Course(course) = record(&memory, "course/8") else { panic!() };
    assert_eq!(course.links[0].2, "https://nuage.invalid/webservice/pluginfile.php/1/atlas.pdf");

    let Record::Mark(mark) = record(&memory, "mark/902") else { panic!() };
    assert_eq!((&mark.score, mark.out_of.as_deref()), (&Score::Value("17".to_owned()), Some("20")));
    assert_eq!((mark.coefficient.as_deref(), mark.date.unwrap().to_string().as_str()), (Some("0.25"), "2025-10-02"));
    assert_eq!(mark.comment.as_deref(), Some("Bon travail, bien r\u{e9}dig\u{e9} & soign\u{e9}."));
    let Record::Mark(mark) = record(&memory, "mark/901") else { panic!() };
    assert_eq!(mark.class_average.as_deref(), Some("11.25"));
    let Record::Mark(scale) = record(&memory, "mark/903") else { panic!() };
    assert_eq!((&scale.score, &scale.out_of), (&Score::Text("Satisfaisant".to_owned()), &None));
    assert!(!memory.pieces.contains_key("mark/904"), "nothing is marked there");

    let Record::Mark(attempt) = record(&memory, "attempt/212") else { panic!() };
    assert_eq!((attempt.label.as_str(), attempt.out_of.as_deref()), ("Interrogation 1 (2)", Some("10")));
    let review = &memory.sources[&memory.pieces["attempt/211"].source];
    assert!(String::from_utf8_lossy(review).contains("Combien font 1/2 + 1/4"));

    let Record::Homework(work) = record(&memory, "homework/31") else { panic!() };
    assert!(work.done && work.turnin == Turnin::Upload && work.due.to_string() == "2025-10-09");
    let key = "file/assign/31/submission/0/submission_files/ma copie.pdf";
    assert_eq!(work.handed_in, [Attachment::File { name: "ma copie.pdf".to_owned(), key: key.to_owned() }]);
    assert_eq!(work.attachments.len(), 2, "the subject and the corrected copy");
    let Record::Homework(work) = record(&memory, "homework/32") else { panic!() };
    let Attachment::File { key, .. } = &work.handed_in[0] else { panic!() };
    let Record::CourseFile(text) = record(&memory, key) else { panic!() };
    assert_eq!(memory.sources[&text.file], b"<p>La ville de demain</p>");

    let hash = "8d6d839383cd6e03624b98b70ce4f475f43c2d04";
    let Record::Badge(badge) = record(&memory, &format!("badge/{hash}")) else { panic!() };
    assert_eq!(badge.verification, Verification::Confirmed { at: NOW });
    assert!(memory.sources[&badge.file].starts_with(b"{") && badge.name == "Calcul mental");
    let Record::TimetableEntry(event) = record(&memory, "event/62") else { panic!() };
    assert_eq!(
        (event.start.to_string().as_str(), event.rooms.as_slice()),
        ("2025-10-13T09:00:00", &["B12".to_owned()][..])
    );

    assert_eq!(memory.files["file/801/carte.mp4"].bytes, site.platform.file(FILM));
    let Record::CourseFile(file) = record(&memory, "file/711/corrig\u{e9}s/\u{e9}nonc\u{e9}s.pdf") else { panic!() };
    assert_eq!(file.path, ["Chapitre 1 : fractions / d\u{e9}cimaux", "Exercices", "corrig\u{e9}s"]);
    let Record::CourseFile(page) = record(&memory, "file/712/index.html") else { panic!() };
    assert_eq!(page.bytes, memory.files["file/712/index.html"].bytes.len() as u64);
}

#[test]
fn others_and_secrets_are_nowhere() {
    let (_, memory) = collected();
    let noted = format!("{:?} {:?} {:?}", memory.notes, memory.pieces, memory.files.keys());
    let texts = memory.sources.values().map(|source| String::from_utf8_lossy(source).into_owned());
    for text in texts.chain([noted]) {
        for word in ["Camille", "Noa", "camille.fictif", "0f0f0f0f", TOKEN, PASSWORD, "\"grader\":7", "[43,44]"] {
            assert!(!text.contains(word), "{word} in {text}");
        }
    }
    let dropped = &memory.pieces["homework/31"].dropped;
    assert!(dropped.iter().any(|one| one.what == "lists of others" && one.count == 2), "{dropped:?}");
    assert!(!memory.pieces["course/7"].dropped.is_empty());
    let Some(Secret::Token { login, token, .. }) = &memory.secret else { panic!("the password was kept") };
    assert_eq!((login.as_str(), token.as_str()), (LOGIN, TOKEN));
}

#[test]
fn a_second_run_changes_nothing_and_asks_for_no_file() {
    let (site, mut memory) = collected();
    let (sources, files) = (memory.sources.clone(), memory.files.clone());
    let _ = site.platform.asked();
    memory.changes = 0;
    collect(&site, &mut memory).unwrap();
    let asked = site.platform.asked();
    let once = |what: &String| what.starts_with('/') || ["login", "assertion"].contains(&what.as_str());
    assert!(!asked.iter().any(once), "{asked:?}");
    // The review that may not be seen is asked for again: one day it may.
    assert_eq!(asked.iter().filter(|name| *name == "mod_quiz_get_attempt_review").count(), 1);
    assert_eq!(asked.len(), 14, "{asked:?}");
    assert_eq!(memory.changes, 0);
    assert!(memory.sources == sources && memory.files == files);
}

#[test]
fn only_what_changed_is_asked_for() {
    let (site, mut memory) = collected();
    let film = vec![7; 5_000];
    site.platform.put_file(FILM, film.clone(), 1_757_600_000);
    site.platform.edit(|data| data["grades"]["7"][0]["graderaw"] = 16.into());
    let _ = site.platform.asked();
    memory.changes = 0;
    collect(&site, &mut memory).unwrap();
    let files: Vec<_> = site.platform.asked().into_iter().filter(|what| what.starts_with('/')).collect();
    assert_eq!(files, [FILM]);
    assert_eq!(memory.files["file/801/carte.mp4"].bytes, film);
    let Record::Mark(mark) = record(&memory, "mark/901") else { panic!() };
    assert_eq!(mark.score, Score::Value("16".to_owned()));
    // The answer that tells of a changed mark or file is the source of all that it tells of.
    assert_eq!(memory.changes, 2 + 4, "the film and its course; the marks of the other");
}

#[test]
fn a_half_file_goes_on_where_it_stopped() {
    let (site, mut memory) = (start(), Memory::default());
    collect(&site, &mut memory).unwrap();
    let film = site.platform.asked().iter().position(|what| what == FILM).unwrap() as u64;
    let mut memory = Memory::default();
    site.faults.plan([(film, Fault::Half)]);
    assert!(matches!(collect(&site, &mut memory), Err(Failure::Unreachable(_))));
    let half = memory.files["file/801/carte.mp4"].bytes.len();
    assert!(half > 0 && half < 300_000 && !memory.files["file/801/carte.mp4"].whole);
    let _ = site.platform.asked();
    collect(&site, &mut memory).unwrap();
    assert!(site.platform.asked().contains(&format!("{FILM}@{half}")));
    assert!(memory.files["file/801/carte.mp4"].bytes == site.platform.file(FILM));
}

#[test]
fn a_half_file_that_changed_begins_anew() {
    let (site, mut memory) = collected();
    let file = memory.files.get_mut("file/801/carte.mp4").unwrap();
    (file.whole, file.version) = (false, "1757500000-300000".to_owned());
    file.bytes.truncate(100_000);
    // What is told is old: the site has another film by now, of another length.
    let mut told = serde_json::Value::Null;
    site.platform.edit(|data| told = data["contents"].clone());
    site.platform.put_file(FILM, vec![9; 200_000], 1_757_700_000);
    site.platform.edit(|data| data["contents"] = told);
    assert!(matches!(collect(&site, &mut memory), Err(Failure::Platform(_))));
    assert!(memory.files["file/801/carte.mp4"].bytes.is_empty());
    site.platform.put_file(FILM, vec![9; 200_000], 1_757_700_000);
    collect(&site, &mut memory).unwrap();
    assert!(memory.files["file/801/carte.mp4"].bytes == vec![9; 200_000]);
}

#[test]
fn a_site_offers_what_it_likes() {
    let functions = [
        ("core_enrol_get_users_courses", "course/7"),
        ("core_course_get_contents", "file/801/carte.mp4"),
        ("gradereport_user_get_grade_items", "mark/901"),
        ("mod_quiz_get_quizzes_by_courses", "attempt/211"),
        ("mod_quiz_get_user_attempts", "attempt/211"),
        ("mod_assign_get_assignments", "homework/31"),
        ("core_badges_get_user_badges", "badge/8d6d839383cd6e03624b98b70ce4f475f43c2d04"),
    ];
    for (function, lost) in functions {
        for forbid in [false, true] {
            let (site, mut memory) = (start(), Memory::default());
            if forbid {
                site.platform.forbid(function)
            } else {
                site.platform.without(function)
            }
            match collect(&site, &mut memory) {
                Ok(()) => {}
                // Without courses there is none that an assignment could be of.
                Err(Failure::Changed(_)) if function == "core_enrol_get_users_courses" => {}
                Err(failure) => panic!("{function}: {failure}"),
            }
            assert!(!memory.pieces.contains_key(lost) && memory.pieces.contains_key("event/63"), "{function}");
            let asked = site.platform.asked().contains(&function.to_owned());
            assert_eq!(asked, forbid, "{function}");
        }
    }
    for (function, piece) in [
        ("mod_quiz_get_attempt_review", "attempt/211"),
        ("mod_assign_get_submission_status", "homework/31"),
        ("core_calendar_get_calendar_events", "event/61"),
    ] {
        let (site, mut memory) = (start(), Memory::default());
        site.platform.without(function);
        collect(&site, &mut memory).unwrap();
        assert!(memory.pieces.contains_key(piece), "{function}");
    }
}

#[test]
fn refusals_are_told_apart() {
    let fail = |secret: Secret, fault: Option<&'static str>| {
        let (site, mut memory) = (start(), Memory::default());
        site.faults.plan(fault.map(|fault| (0, Fault::Own(fault))));
        let failure = collect_with(&site, secret, &mut memory).unwrap_err();
        (failure, site.faults.requests(), memory)
    };
    let (failure, requests, memory) = fail(password("wrong"), None);
    assert!(matches!(failure, Failure::BadLogin) && requests == 1 && memory.secret.is_none());
    let token = |token: &str| {
        let token = Zeroizing::new(token.to_owned());
        Secret::Token { login: LOGIN.to_owned(), token, device: String::new() }
    };
    let (failure, requests, _) = fail(token("00"), None);
    assert!(matches!(failure, Failure::BadLogin) && requests == 1);
    assert!(matches!(fail(token(TOKEN), Some("invalidtoken")).0, Failure::BadLogin));
    assert!(matches!(fail(token(TOKEN), Some("maintenance")).0, Failure::Platform(_)));
    assert!(matches!(fail(password(PASSWORD), Some("maintenance")).0, Failure::Platform(_)));
    assert!(matches!(fail(token(TOKEN), Some("field")).0, Failure::Changed(_)));
    assert!(matches!(fail(Secret::Code { code: Zeroizing::default() }, None).0, Failure::BadLogin));
}

#[test]
fn after_a_fault_anywhere_a_good_run_ends_in_the_same() {
    let (site, wanted) = collected();
    let requests = site.faults.requests();
    let mut stopped = 0;
    // A platform that keeps nothing makes no difference between an answer that is lost and a request that is.
    for fault in [
        Fault::Drop,
        Fault::Half,
        Fault::Status(500),
        Fault::Status(503),
        Fault::Own("invalidtoken"),
        Fault::Own("maintenance"),
        Fault::Own("field"),
        Fault::Own("error"),
        Fault::Own("short"),
    ] {
        for number in 0..requests {
            let mut memory = Memory::default();
            site.faults.plan([(number, fault.clone())]);
            stopped += usize::from(collect(&site, &mut memory).is_err());
            site.faults.plan([]);
            collect(&site, &mut memory).unwrap_or_else(|failure| panic!("{fault:?} at {number}: {failure}"));
            assert!(memory.pieces == wanted.pieces, "{fault:?} at {number}");
            assert!(memory.files == wanted.files, "{fault:?} at {number}");
        }
    }
    assert!(stopped as u64 > 5 * requests, "{stopped} of {requests} each: faults do something");
}
