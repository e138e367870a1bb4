//! Searches, objects by their paths, changes, and what is refused of them.

use proptest::prelude::*;

use super::*;

const LESSONS: &str = "/.cartable/agenda/calendars/lessons/";
const WORK: &str = "/.cartable/agenda/calendars/work/";
const PEOPLE: &str = "/.cartable/agenda/contacts/people/";

fn report(path: &str, root: &str, inside: &str) -> Told {
    ask("REPORT", path, Some("1"), &body(root, inside))
}

fn body(root: &str, inside: &str) -> String {
    let name = root.split(' ').next().unwrap();
    format!("<{root} xmlns:D=\"DAV:\" xmlns:C=\"{CALDAV}\" xmlns:A=\"{CARDDAV}\">{inside}</{name}>")
}

/// The names of what a search finds.
fn found(path: &str, root: &str, filter: &str) -> Vec<String> {
    let Told(status, _, text) = report(path, root, &format!("<D:prop><D:getetag/></D:prop>{filter}"));
    assert_eq!(status, StatusCode::MULTI_STATUS, "{filter}: {text}");
    hrefs(&text).iter().map(|href| href.rsplit('/').next().unwrap().to_owned()).collect()
}

fn events(inside: &str) -> String {
    calendar(&format!("<C:comp-filter name=\"VEVENT\">{inside}</C:comp-filter>"))
}

fn calendar(inside: &str) -> String {
    format!("<C:filter><C:comp-filter name=\"VCALENDAR\">{inside}</C:comp-filter></C:filter>")
}

#[test]
fn events_are_found_by_time_and_text() {
    let search = |filter: &str| found(LESSONS, "C:calendar-query", filter);
    assert_eq!(search(&calendar("")), ["a.ics", "b.ics"]);
    assert_eq!(search(&events("")), ["a.ics", "b.ics"]);
    assert_eq!(search(&events("<C:time-range start=\"20261128T000000Z\" end=\"20261129T000000Z\"/>")), ["a.ics"]);
    assert_eq!(search(&events("<C:time-range start=\"20261128T010000Z\"/>")), ["b.ics"]);
    assert!(search(&events("<C:time-range end=\"20261128T000000Z\"/>")).is_empty());
    assert!(search(&calendar("<C:comp-filter name=\"VTODO\"/>")).is_empty());
    assert_eq!(search(&calendar("<C:comp-filter name=\"VTODO\"><C:is-not-defined/></C:comp-filter>")).len(), 2);
    assert!(search(&events("<C:comp-filter name=\"VALARM\"/>")).is_empty());
    let text = |attributes: &str, text: &str| {
        search(&events(&format!(
            "<C:prop-filter name=\"summary\"><C:text-match {attributes}>{text}</C:text-match></C:prop-filter>"
        )))
    };
    assert_eq!(text("", "LAT"), ["b.ics"]);
    assert_eq!(text("negate-condition=\"yes\"", "lat"), ["a.ics"]);
    assert!(text("collation=\"i;octet\"", "lat").is_empty());
    assert_eq!(search(&events("<C:prop-filter name=\"LOCATION\"><C:is-not-defined/></C:prop-filter>")).len(), 2);
    assert!(search(&events("<C:prop-filter name=\"LOCATION\"/>")).is_empty());
    let tasks = calendar("<C:comp-filter name=\"VTODO\"><C:time-range start=\"20261128T000000Z\"/></C:comp-filter>");
    assert_eq!(found(WORK, "C:calendar-query", &tasks), ["t.ics"]);
    let root = body("C:calendar-query", &events(""));
    assert!(hrefs(&ask("REPORT", LESSONS, Some("0"), &root).2).is_empty());
}

#[test]
fn cards_are_found_by_text() {
    let search = |filter: &str| found(PEOPLE, "A:addressbook-query", filter);
    assert_eq!(search(""), ["p.vcf", "q.vcf"]);
    assert_eq!(search("<A:filter/>"), ["p.vcf", "q.vcf"]);
    let name = "<A:prop-filter name=\"FN\"><A:text-match match-type=\"starts-with\">ADA</A:text-match></A:prop-filter>";
    let mail = "<A:prop-filter name=\"EMAIL\"><A:is-not-defined/></A:prop-filter>";
    assert_eq!(search(&format!("<A:filter>{name}</A:filter>")), ["p.vcf"]);
    assert_eq!(search(&format!("<A:filter test=\"anyof\">{name}{mail}</A:filter>")), ["p.vcf", "q.vcf"]);
    assert!(search(&format!("<A:filter test=\"allof\">{name}{mail}</A:filter>")).is_empty());
    let few = report(PEOPLE, "A:addressbook-query", "<A:filter/><A:limit><A:nresults>1</A:nresults></A:limit>").2;
    assert!(hrefs(&few)[1] == PEOPLE && few.contains("507"), "{few}");
}

#[test]
fn objects_are_told_by_their_paths() {
    let inside = format!(
        "<D:prop><D:getetag/><C:calendar-data/></D:prop><D:href>{LESSONS}a.ics</D:href>\
         <D:href>http://bag.example:8843{LESSONS}%62.ics</D:href><D:href>{LESSONS}c.ics</D:href>\
         <D:href>{WORK}t.ics</D:href><D:href>/a</D:href><D:href>//x</D:href>"
    );
    let Told(status, _, text) = report(LESSONS, "C:calendar-multiget", &inside);
    assert_eq!(status, StatusCode::MULTI_STATUS);
    assert_eq!((text.matches("SUMMARY:").count(), text.matches("404 Not Found").count()), (2, 4), "{text}");
    assert!(text.contains("BEGIN:VCALENDAR&#13;\nVERSION:2.0&#13;\n"), "{text}");
    let inside = format!("<D:prop><A:address-data/></D:prop><D:href>{PEOPLE}p.vcf</D:href>");
    assert!(report(PEOPLE, "A:addressbook-multiget", &inside).2.contains("FN:Ada Exemple"));
}

#[test]
fn changes_are_told_from_a_token() {
    let (snapshot, cache) = (snapshot(), Cache::default());
    let sync = |token: &str| {
        let inside =
            format!("<D:sync-token>{token}</D:sync-token><D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop>");
        ask_of(&snapshot, &cache, ("REPORT", LESSONS), Some("0"), &body("D:sync-collection", &inside))
    };
    let first = sync("").2;
    assert_eq!(hrefs(&first).len(), 2);
    let token = first.split("<D:sync-token>").nth(1).unwrap().split('<').next().unwrap();
    let again = sync(token).2;
    assert!(hrefs(&again).is_empty() && again.contains(token), "{again}");
    for wrong in ["urn:cartable:agenda:0", "urn:cartable:sync:0:1", "x"] {
        let Told(status, _, text) = sync(wrong);
        assert_eq!(status, StatusCode::FORBIDDEN);
        assert!(text.contains("valid-sync-token"), "{text}");
    }
}

#[test]
fn what_can_not_be_told_right_is_refused() {
    let refused = |path: &str, root: &str, inside: &str, condition: &str| {
        let Told(status, _, text) = report(path, root, inside);
        assert_eq!(status, StatusCode::FORBIDDEN, "{inside}");
        assert!(text.contains(condition), "{condition}: {text}");
    };
    let query = "C:calendar-query";
    refused(LESSONS, query, "", "valid-filter");
    refused(LESSONS, query, "<C:filter><C:comp-filter name=\"VEVENT\"/></C:filter>", "valid-filter");
    refused(LESSONS, query, &events("<C:time-range start=\"2026\"/>"), "valid-filter");
    refused(LESSONS, query, &events("<C:time-range/>"), "valid-filter");
    let property = |inside: &str| events(&format!("<C:prop-filter name=\"UID\">{inside}</C:prop-filter>"));
    refused(LESSONS, query, &property("<C:param-filter name=\"X\"/>"), "supported-filter");
    refused(LESSONS, query, &property("<C:text-match collation=\"i;x\">a</C:text-match>"), "supported-collation");
    refused(LESSONS, query, &events(&"<C:prop-filter name=\"UID\"/>".repeat(100)), "supported-filter");
    refused(PEOPLE, query, &events(""), "supported-report");
    refused(LESSONS, "A:addressbook-query", "<A:filter/>", "supported-report");
    refused(LESSONS, "C:free-busy-query", "", "supported-report");
    refused(place::CALENDARS, query, &events(""), "supported-report");
    let four = "<D:prop><A:address-data content-type=\"text/vcard\" version=\"4.0\"/></D:prop>";
    refused(PEOPLE, "A:addressbook-query", four, "supported-address-data");
}

proptest! {
    /// Whatever is sent is answered.
    #[test]
    fn no_body_breaks_anything(text in "[<>/a-zA-Z:=\" ]{0,200}", inside in "[<>/CDA:a-z=\" -]{0,80}") {
        for body in [text.clone(), body("C:calendar-query", &inside), body("D:sync-collection", &inside)] {
            let Told(status, ..) = ask("REPORT", LESSONS, Some("1"), &body);
            prop_assert!(!status.is_server_error());
        }
    }

    /// Facts are read from any text.
    #[test]
    fn no_object_breaks_a_search(data in "(BEGIN|END|A|;|:|\"|\\\\|\r\n| |/){0,60}") {
        let _ = content::Content::of(&data);
    }
}
