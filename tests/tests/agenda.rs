//! Calendars and contacts for phones, from what was collected to what a client is told: at the login of files, for reading only.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::time::{Duration, Instant};

use cartable_tests::agenda::{feed, lesson, records};
use cartable_tests::http::{Answer, Body, Client};
use cartable_tests::share::{Doors, Served};

const TOP: &str = "/.cartable/agenda/";
const NAMESPACES: &str = "xmlns:D=\"DAV:\" xmlns:C=\"urn:ietf:params:xml:ns:caldav\" \
                          xmlns:A=\"urn:ietf:params:xml:ns:carddav\"";

fn ask(client: &mut Client, method: &str, path: &str, depth: &str, body: &str) -> Answer {
    let sent = if body.is_empty() { Body::None } else { Body::Sized(body.as_bytes()) };
    client.send(method, path, &[("Depth", depth)], sent)
}

fn hrefs(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 207, "{}", answer.text());
    let text = answer.text();
    text.split("<D:response><D:href>").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned()).collect()
}

/// The collections of a home.
fn collections(client: &mut Client, home: &str) -> Vec<String> {
    hrefs(&ask(client, "PROPFIND", home, "1", "")).split_off(1)
}

fn between(client: &mut Client, calendar: &str, start: &str, end: &str) -> Answer {
    let body = format!(
        "<C:calendar-query {NAMESPACES}><D:prop><D:getetag/><C:calendar-data/></D:prop><C:filter>\
         <C:comp-filter name=\"VCALENDAR\"><C:comp-filter name=\"VEVENT\"><C:time-range start=\"{start}\" end=\"{end}\"/>\
         </C:comp-filter></C:comp-filter></C:filter></C:calendar-query>"
    );
    ask(client, "REPORT", calendar, "1", &body)
}

fn changes(client: &mut Client, path: &str, token: &str) -> Answer {
    let body = format!(
        "<D:sync-collection {NAMESPACES}><D:sync-token>{token}</D:sync-token><D:sync-level>1</D:sync-level>\
         <D:prop><D:getetag/></D:prop></D:sync-collection>"
    );
    ask(client, "REPORT", path, "0", &body)
}

fn token(answer: &Answer) -> String {
    answer.text().split("<D:sync-token>").nth(1).unwrap().split('<').next().unwrap().to_owned()
}

#[test]
fn a_phone_finds_and_reads_what_was_collected() {
    let mut served = Served::new(Doors::Share);
    let mut client = served.client();
    let calendars = format!("{TOP}calendars/");
    assert!(collections(&mut client, &calendars).is_empty());
    feed(served.opened(), "lycee", records(20));
    for known in ["caldav", "carddav"] {
        let answer = client.send("PROPFIND", &format!("/.well-known/{known}"), &[], Body::None);
        assert_eq!((answer.status, answer.header("location")), (301, Some(TOP)));
    }
    let found = collections(&mut client, &calendars);
    assert_eq!(found.len(), 2, "{found:?}");
    let [work, lessons] = &found[..] else { panic!() };
    assert!(work.contains("/homework-") && lessons.contains("/timetable-"), "{found:?}");
    let day = between(&mut client, lessons, "20260901T000000Z", "20260902T000000Z");
    assert_eq!(hrefs(&day).len(), 10);
    assert!(day.text().contains("BEGIN:VEVENT"));
    let contacts = collections(&mut client, &format!("{TOP}contacts/"));
    let cards = hrefs(&ask(&mut client, "PROPFIND", &contacts[0], "1", "")).split_off(1);
    let cards: Vec<String> = cards.iter().map(|href| client.send("GET", href, &[], Body::None).text()).collect();
    assert_eq!(cards.len(), 3);
    assert!(cards.iter().any(|card| card.contains("X-ADDRESSBOOKSERVER-KIND:group")), "{cards:?}");
    assert!(served.is_clean());
}

#[test]
fn what_changes_is_told_and_only_that() {
    let served = Served::new(Doors::Share);
    let mut client = served.client();
    feed(served.opened(), "lycee", records(20));
    let lessons = collections(&mut client, &format!("{TOP}calendars/")).pop().unwrap();
    let first = changes(&mut client, &lessons, "");
    assert_eq!(hrefs(&first).len(), 20);
    feed(served.opened(), "lycee", records(21));
    let next = changes(&mut client, &lessons, &token(&first));
    assert_eq!(hrefs(&next).len(), 1);
    // The same again changes nothing.
    feed(served.opened(), "lycee", records(21));
    assert!(hrefs(&changes(&mut client, &lessons, &token(&next))).is_empty());
    let (key, mut moved) = lesson(3).unwrap();
    if let cartable_ent::record::Record::TimetableEntry(entry) = &mut moved {
        entry.rooms = vec!["C1".into()];
    }
    feed(served.opened(), "lycee", vec![(key, moved)]);
    let last = hrefs(&changes(&mut client, &lessons, &token(&next)));
    assert_eq!(last.len(), 1);
    assert!(client.send("GET", &last[0], &[], Body::None).text().contains("LOCATION:C1"));
    assert_eq!(changes(&mut client, &lessons, "urn:cartable:agenda:else").status, 403);
}

/// Files and calendars stand beside each other, and neither is seen from the other.
#[test]
fn files_are_as_they_were_and_calendars_can_not_be_changed() {
    let served = Served::new(Doors::Share);
    let mut client = served.client();
    feed(served.opened(), "lycee", records(5));
    let top = hrefs(&ask(&mut client, "PROPFIND", "/", "1", ""));
    assert!(!top.iter().any(|href| href.contains("cartable")), "{top:?}");
    let lessons = collections(&mut client, &format!("{TOP}calendars/")).pop().unwrap();
    let before = hrefs(&changes(&mut client, &lessons, ""));
    let long = vec![b'x'; 3_000_000];
    for method in ["PUT", "DELETE", "MKCALENDAR", "MKCOL", "PROPPATCH", "MOVE", "LOCK"] {
        for path in [&before[0], &lessons, &format!("{lessons}new.ics")] {
            assert_eq!(client.send(method, path, &[], Body::Sized(b"x")).status, 403, "{method} {path}");
        }
    }
    assert_eq!(client.send("PUT", &before[0], &[], Body::Chunked(&long, 60_000)).status, 403);
    client.hang_up();
    assert_eq!(hrefs(&changes(&mut client, &lessons, "")), before);
    let options = client.send("OPTIONS", &lessons, &[], Body::None);
    assert!(options.header("dav").unwrap().contains("calendar-access"));
    assert!(!client.send("OPTIONS", "/", &[], Body::None).header("dav").unwrap().contains("calendar-access"));
    let mut stranger = Client::new(served.address(), "nobody", "nothing");
    assert_eq!(stranger.send("PROPFIND", &lessons, &[], Body::None).status, 401);
    assert_eq!(client.send("PUT", "/file.ics", &[], Body::Sized(b"x")).status, 201);
}

/// A search in years of lessons, once they were read.
#[test]
fn a_search_in_ten_thousand_lessons_is_quick() {
    let served = Served::new(Doors::Share);
    let mut client = served.client();
    feed(served.opened(), "lycee", records(10_000));
    let lessons = collections(&mut client, &format!("{TOP}calendars/")).pop().unwrap();
    let begin = Instant::now();
    let week = between(&mut client, &lessons, "20270104T000000Z", "20270111T000000Z");
    let took = begin.elapsed();
    assert_eq!(hrefs(&week).len(), 70);
    assert!(took < Duration::from_millis(200), "{took:?}");
}
