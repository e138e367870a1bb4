//! Rules against what python-dateutil 2.9 says of them up to 31 July 2027, and rules that are refused.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use jiff::civil::date;
use proptest::prelude::*;

use super::*;

/// `first day|rule|number of days|the days; of more than 14, the first 7 and the last 7`, one a line.
const REPEATS: &str = include_str!("../../../../tests/data/repeats.txt");

fn moment(day: &str) -> Moment {
    let line = Line { name: "DTSTART".into(), parameters: Vec::new(), value: String::new() };
    time::parse(&line, day).unwrap()
}

#[test]
fn rules_give_the_days_that_another_program_gives() {
    for line in REPEATS.lines() {
        let [start, rule, count, expected] = line.split('|').collect::<Vec<_>>().try_into().unwrap();
        let start = moment(start);
        let days = Rule::parse(rule, &start).unwrap().days(start.civil.date(), date(2027, 7, 31));
        let text: Vec<String> = days.iter().map(|day| day.strftime("%Y%m%d").to_string()).collect();
        let shown = if text.len() <= 14 { text.clone() } else { [&text[..7], &text[text.len() - 7..]].concat() };
        assert_eq!((text.len().to_string().as_str(), shown.join(" ").as_str()), (count, expected), "{line}");
    }
}

#[test]
fn a_last_time_earlier_in_the_day_leaves_that_day_out() {
    let start = moment("20250901T080000Z");
    let days = |until: &str| {
        let rule = Rule::parse(&format!("FREQ=DAILY;UNTIL={until}"), &start).unwrap();
        rule.days(date(2025, 9, 1), date(2026, 7, 31)).len()
    };
    assert_eq!((days("20250903T080000Z"), days("20250903T075959Z")), (3, 2));
}

#[test]
fn what_is_not_understood_is_refused() {
    let start = moment("20250901");
    for rule in [
        "",
        "FREQ=HOURLY",
        "FREQ=DAILY;BYSETPOS=1",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=WEEKLY;BYDAY=1MO",
        "COUNT=3",
        "FREQ=MONTHLY;BYDAY=XX",
        "FREQ=YEARLY;BYDAY=20MO",
        "FREQ=MONTHLY;BYMONTHDAY=",
        "FREQ=DAILY;BYDAY=\u{E9}",
    ] {
        assert!(Rule::parse(rule, &start).is_err(), "{rule}");
    }
}

proptest! {
    #[test]
    fn any_rule_ends(rule in "FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY)(;(INTERVAL|COUNT|BYDAY|BYMONTH|BYMONTHDAY)=[-0-9MO,]{1,4}){0,3}") {
        let start = moment("20250901");
        if let Ok(rule) = Rule::parse(&rule, &start) {
            prop_assert!(rule.days(date(1, 1, 1), date(9999, 12, 31)).len() <= DAYS);
        }
    }
}
