//! Calendars and address books over a made-up source: what clients find, read, search and are refused.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use bytes::Bytes;
use cartable_fs::bag::{Code, Secret, StateFolder, Suite};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use http_body_util::BodyExt;

use super::shown::Shown;
use super::*;
use crate::path::UrlPath;

mod reports;

const DAY: i64 = 86_400;
/// 2026-11-28 at midnight, in UTC.
const TODAY: i64 = 1_795_824_000;

fn event(name: &str, title: &str, start: i64) -> Object {
    let data = format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:{name}\r\nSUMMARY:{title}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    );
    Object { name: format!("{name}.ics"), data, start: Some(start), end: Some(start + 3600) }
}

fn card(name: &str, title: &str, mail: Option<&str>) -> Object {
    let mail = mail.map(|mail| format!("EMAIL;TYPE=INTERNET:{mail}\r\n")).unwrap_or_default();
    let data = format!("BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{name}\r\nFN:{title}\r\n{mail}END:VCARD\r\n");
    Object { name: format!("{name}.vcf"), data, start: None, end: None }
}

fn collections() -> Vec<Collection> {
    let task = |name: &str, due| Object { end: Some(due), start: None, ..event(name, "Rendre", 0) };
    let named = |id: &str, name: &str, holds, objects| Collection { id: id.into(), name: name.into(), holds, objects };
    vec![
        named(
            "lessons",
            "Emploi & temps",
            Holds::Events,
            vec![event("b", "Latin", TODAY + DAY), event("a", "Musique", TODAY)],
        ),
        named("work", "Devoirs", Holds::Tasks, vec![task("t", TODAY + DAY)]),
        named(
            "people",
            "Contacts",
            Holds::Cards,
            vec![card("p", "Ada Exemple", Some("ada@exemple.fr")), card("q", "Bob", None)],
        ),
        named("not/plain", "", Holds::Events, vec![]),
    ]
}

fn snapshot() -> Snapshot {
    Snapshot::new(Vec::new(), collections())
}

/// An answer: its status, its headers, and its body as text.
struct Told(StatusCode, HeaderMap, String);

fn ask(method: &str, path: &str, depth: Option<&str>, body: &str) -> Told {
    ask_of(&snapshot(), &Cache::default(), (method, path), depth, body)
}

fn ask_of(snapshot: &Snapshot, cache: &Cache, (method, path): (&str, &str), depth: Option<&str>, body: &str) -> Told {
    let mut headers = HeaderMap::new();
    depth.map(|depth| headers.insert("depth", HeaderValue::from_str(depth).unwrap()));
    send(snapshot, cache, (method, path), &headers, body)
}

fn send(snapshot: &Snapshot, cache: &Cache, (method, path): (&str, &str), headers: &HeaderMap, body: &str) -> Told {
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    let path = UrlPath::parse(path).unwrap();
    let request = Request { method: &method, path, headers, authority: Some("bag.example:8843") };
    let body = Bytes::copy_from_slice(body.as_bytes());
    let response = answer(&request, &body, snapshot, cache).unwrap_or_else(|fault| fault.response());
    let (parts, body) = response.into_parts();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let bytes = runtime.block_on(body.collect()).unwrap().to_bytes();
    Told(parts.status, parts.headers, String::from_utf8(bytes.to_vec()).unwrap())
}

fn propfind(path: &str, depth: &str, props: &str) -> String {
    let body = format!(
        "<D:propfind xmlns:D=\"DAV:\" xmlns:C=\"{CALDAV}\" xmlns:A=\"{CARDDAV}\" xmlns:S=\"{CALENDAR_SERVER}\">\
         <D:prop>{props}</D:prop></D:propfind>"
    );
    let Told(status, _, text) = ask("PROPFIND", path, Some(depth), &body);
    assert_eq!(status, StatusCode::MULTI_STATUS, "{path}");
    text
}

fn hrefs(text: &str) -> Vec<&str> {
    text.split("<D:response><D:href>").skip(1).map(|rest| rest.split('<').next().unwrap()).collect()
}

#[test]
fn only_what_lies_below_is_taken_from_the_files() {
    for own in ["/.cartable/agenda", "/.cartable/agenda/", "/.cartable//agenda/x", "/%2Ecartable/agend%61/calendars/"] {
        assert!(holds(own), "{own}");
    }
    for other in
        ["/", "/.cartable/", "/.cartable/style.css", "/.cartable/agendas", "/a/.cartable/agenda/", "/.cartable/../x"]
    {
        assert!(!holds(other), "{other}");
    }
    assert_eq!(moved("/.well-known/caldav"), Some(place::TOP));
    assert_eq!(moved("/.well-known/carddav/"), Some(place::TOP));
    assert_eq!(moved("/.well-known/other"), None);
}

#[test]
fn a_client_finds_its_way_from_the_top() {
    let top = propfind(place::TOP, "0", "<D:current-user-principal/>");
    assert!(top.contains("<D:current-user-principal><D:href>/.cartable/agenda/principal/</D:href>"), "{top}");
    let own = propfind(place::PRINCIPAL, "0", "<C:calendar-home-set/><A:addressbook-home-set/><D:resourcetype/>");
    assert!(own.contains("<D:href>/.cartable/agenda/calendars/</D:href>"), "{own}");
    assert!(own.contains("<D:href>/.cartable/agenda/contacts/</D:href>"), "{own}");
    assert!(own.contains("<D:principal/>"), "{own}");
    let props = "<D:resourcetype/><D:displayname/><S:getctag/><C:supported-calendar-component-set/>\
                 <D:supported-report-set/><D:current-user-privilege-set/><D:owner/><D:sync-token/>";
    let calendars = propfind(place::CALENDARS, "1", props);
    let listed = hrefs(&calendars);
    assert_eq!(listed, [place::CALENDARS, "/.cartable/agenda/calendars/lessons/", "/.cartable/agenda/calendars/work/"]);
    for part in
        ["Emploi &amp; temps", "name=\"VEVENT\"", "name=\"VTODO\"", ":calendar-multiget", ":calendar/>", "<D:read/>"]
    {
        assert!(calendars.contains(part), "{part}: {calendars}");
    }
    assert!(!calendars.contains("<D:write"), "{calendars}");
    let contacts = propfind(place::CONTACTS, "1", "<D:resourcetype/><A:supported-address-data/>");
    assert_eq!(hrefs(&contacts), [place::CONTACTS, "/.cartable/agenda/contacts/people/"]);
    assert!(contacts.contains(":addressbook/>") && contacts.contains("version=\"3.0\""), "{contacts}");
}

#[test]
fn objects_are_listed_and_read() {
    let listed = propfind("/.cartable/agenda/calendars/lessons/", "1", "<D:getetag/><C:calendar-data/>");
    assert_eq!(
        hrefs(&listed)[1..],
        ["/.cartable/agenda/calendars/lessons/a.ics", "/.cartable/agenda/calendars/lessons/b.ics"]
    );
    assert!(!listed.contains("SUMMARY"), "data is in reports only: {listed}");
    let Told(status, headers, text) = ask("GET", "/.cartable/agenda/calendars/lessons/a.ics", None, "");
    assert_eq!((status, text), (StatusCode::OK, event("a", "Musique", 0).data));
    assert_eq!(headers[header::CONTENT_TYPE], "text/calendar; charset=utf-8; component=vevent");
    let etag = headers[header::ETAG].clone();
    assert!(listed.contains(etag.to_str().unwrap().trim_matches('"')), "{listed}");
    let mut known = HeaderMap::new();
    known.insert(header::IF_NONE_MATCH, etag);
    let again = send(&snapshot(), &Cache::default(), ("GET", "/.cartable/agenda/calendars/lessons/a.ics"), &known, "");
    assert_eq!((again.0, again.2.as_str()), (StatusCode::NOT_MODIFIED, ""));
    let Told(status, headers, text) = ask("HEAD", "/.cartable/agenda/contacts/people/p.vcf", None, "");
    assert_eq!((status, text.as_str()), (StatusCode::OK, ""));
    assert_eq!(
        headers[header::CONTENT_LENGTH],
        card("p", "Ada Exemple", Some("ada@exemple.fr")).data.len().to_string()
    );
    assert_eq!(ask("GET", "/.cartable/agenda/calendars/lessons/", None, "").0, StatusCode::METHOD_NOT_ALLOWED);
    for nothing in
        ["calendars/lessons/c.ics", "calendars/people/", "contacts/lessons/", "calendars/lessons/a.ics/x", "x"]
    {
        assert_eq!(ask("GET", &format!("{}{nothing}", place::TOP), None, "").0, StatusCode::NOT_FOUND, "{nothing}");
    }
}

#[test]
fn nothing_can_be_changed() {
    let words = ["PUT", "DELETE", "MKCALENDAR", "MKCOL", "PROPPATCH", "COPY", "MOVE", "LOCK", "POST", "PATCH", "ACL"];
    for method in words {
        for path in ["calendars/lessons/a.ics", "calendars/new/", "contacts/people/new.vcf", ""] {
            let Told(status, ..) = ask(method, &format!("{}{path}", place::TOP), None, "anything");
            assert_eq!(status, StatusCode::FORBIDDEN, "{method} {path}");
        }
    }
    let Told(status, headers, _) = ask("OPTIONS", "/.cartable/agenda/calendars/lessons/", None, "");
    assert_eq!(status, StatusCode::OK);
    let classes = headers["dav"].to_str().unwrap();
    assert!(classes.contains("calendar-access") && classes.contains("addressbook"), "{classes}");
    assert_eq!(headers[header::ALLOW], "OPTIONS, PROPFIND, REPORT");
}

#[test]
fn what_is_too_much_or_unknown_is_refused() {
    assert_eq!(ask("PROPFIND", place::TOP, Some("infinity"), "").0, StatusCode::FORBIDDEN);
    assert_eq!(ask("PROPFIND", place::TOP, Some("2"), "").0, StatusCode::BAD_REQUEST);
    assert_eq!(ask("PROPFIND", place::TOP, Some("0"), "<!DOCTYPE a><a/>").0, StatusCode::BAD_REQUEST);
    let all = ask("PROPFIND", "/.cartable/agenda/calendars/work/", Some("0"), "").2;
    assert!(all.contains("<D:displayname>Devoirs</D:displayname>") && !all.contains("getctag"), "{all}");
    let named = "<D:propfind xmlns:D=\"DAV:\"><D:propname/></D:propfind>";
    assert!(ask("PROPFIND", "/.cartable/agenda/calendars/work/", Some("0"), named).2.contains("getctag"));
    let missing = propfind("/.cartable/agenda/calendars/work/", "0", "<C:calendar-color/><D:getetag/>");
    assert!(missing.contains("404 Not Found") && !missing.contains("200 OK"), "{missing}");
}

/// What changed is told from memory; who asks about what nobody remembers begins anew.
#[test]
fn changes_are_remembered_while_the_bag_is_open() {
    let (home, owner) = (tempfile::tempdir().unwrap(), Secret::Recovery(Code::random()));
    let state = Arc::new(StateFolder::open(&home.path().join("state")).unwrap());
    let bag = Bag::create(&home.path().join("bag"), Suite::ChaCha20Poly1305, &[&owner], &state, 1).unwrap();
    let source = Changing::default();
    let cache = Cache::default();
    let first = cache.snapshot(&source, &bag).unwrap();
    assert!(Arc::ptr_eq(&first, &cache.snapshot(&source, &bag).unwrap()), "it is read once");
    let tag = |snapshot: &Snapshot| snapshot.find("lessons").map(|shown: &Shown| shown.tag.clone()).unwrap();
    source.change(|objects| objects[0] = event("b", "Grec", TODAY));
    source.change(|objects| objects[1] = event("c", "Arts", TODAY));
    let second = cache.snapshot(&source, &bag).unwrap();
    let shown = second.find("lessons").unwrap();
    let changes = cache.changes(shown, &tag(&first)).unwrap();
    let new: Vec<_> = changes.new.iter().map(|index| shown.at(*index).unwrap().0.name.as_str()).collect();
    assert_eq!((new, changes.gone), (vec!["b.ics", "c.ics"], vec!["a.ics".to_owned()]));
    assert!(cache.changes(shown, "else").is_none());
    let none = cache.changes(shown, &shown.tag).unwrap();
    assert!(none.new.is_empty() && none.gone.is_empty());
    // The other collections are as they were.
    assert!(cache.changes(second.find("work").unwrap(), &first.find("work").unwrap().tag).is_some());
    for turn in 0..40 {
        source.change(|objects| objects[0] = event("b", &format!("{turn}"), TODAY));
        cache.snapshot(&source, &bag).unwrap();
    }
    let last = cache.snapshot(&source, &bag).unwrap();
    assert!(cache.changes(last.find("lessons").unwrap(), &tag(&first)).is_none());
}

/// A source that changes.
#[derive(Debug)]
struct Changing(parking_lot::Mutex<(u8, Vec<Collection>)>);

impl Default for Changing {
    fn default() -> Self {
        Self(parking_lot::Mutex::new((0, collections())))
    }
}

impl Changing {
    fn change(&self, how: impl FnOnce(&mut Vec<Object>)) {
        let mut held = self.0.lock();
        held.0 = held.0.wrapping_add(1);
        how(&mut held.1[0].objects);
    }
}

impl Agenda for Changing {
    fn state(&self, _bag: &Bag) -> Result<Vec<u8>, BagError> {
        Ok(vec![self.0.lock().0])
    }

    fn collections(&self, _bag: &Bag) -> Result<Vec<Collection>, BagError> {
        Ok(self.0.lock().1.clone())
    }
}
