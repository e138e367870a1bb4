//! The functions of the site, and what guards them.

use serde_json::{Map, Value, json};

use super::form::{list, parameters};
use super::{State, TOKEN, field, wire};
use crate::{Answer, Ask};

/// The functions, with the parameters that each needs and takes.
const FUNCTIONS: [(&str, &[&str], &[&str]); 12] = [
    ("core_webservice_get_site_info", &[], &["serviceshortnames"]),
    ("core_enrol_get_users_courses", &["userid"], &["returnusercount"]),
    ("core_course_get_contents", &["courseid"], &["options"]),
    ("gradereport_user_get_grade_items", &["courseid"], &["userid", "groupid"]),
    ("mod_quiz_get_quizzes_by_courses", &[], &["courseids"]),
    ("mod_quiz_get_user_attempts", &["quizid"], &["userid", "status", "includepreviews"]),
    ("mod_quiz_get_attempt_review", &["attemptid"], &["page"]),
    ("mod_assign_get_assignments", &[], &["courseids", "capabilities", "includenotenrolledcourses"]),
    ("mod_assign_get_submission_status", &["assignid"], &["userid", "groupid"]),
    ("core_badges_get_user_badges", &[], &["userid", "courseid", "page", "perpage", "search", "onlypublic"]),
    (
        "core_calendar_get_action_events_by_timesort",
        &[],
        &[
            "timesortfrom",
            "timesortto",
            "aftereventid",
            "limitnum",
            "limittononsuspendedevents",
            "userid",
            "searchvalue",
        ],
    ),
    ("core_calendar_get_calendar_events", &[], &["events", "options"]),
];

/// Answers a call.
pub(super) fn answer(state: &mut State, ask: &Ask, site: &str, fields: &[(String, String)]) -> Answer {
    let as_json = field(fields, "moodlewsrestformat") == Some("json");
    let refuse = |class: &str, code: &str, message: &str| wire::exception(as_json, class, code, message);
    if ask.own_fault == Some("invalidtoken") || field(fields, "wstoken") != Some(TOKEN) {
        return refuse("core\\exception\\moodle_exception", "invalidtoken", "Invalid token - token not found");
    }
    let name = field(fields, "wsfunction").unwrap_or_default();
    state.asked.push(name.to_owned());
    let known = FUNCTIONS.iter().find(|(known, ..)| *known == name && !state.missing.contains(name));
    let Some((_, needed, taken)) = known else {
        let message = "Can't find data record in database table external_functions.";
        return refuse("dml_missing_record_exception", "invalidrecord", message);
    };
    if state.forbidden.contains(name) {
        return refuse("webservice_access_exception", "accessexception", "Access control exception");
    }
    let given = parameters(fields);
    let missing = needed.iter().any(|need| !given.contains_key(*need));
    if missing || given.keys().any(|name| !needed.contains(&name.as_str()) && !taken.contains(&name.as_str())) {
        return refuse("invalid_parameter_exception", "invalidparameter", "Invalid parameter value detected");
    }
    if ask.own_fault == Some("error") {
        return refuse("dml_read_exception", "dmlreadexception", "Error reading from database");
    }
    match call(state, name, &given) {
        Ok(value) => {
            let value = wire::at(&value, site);
            wire::returns(as_json, &if ask.own_fault == Some("field") { wire::deformed(&value) } else { value })
        }
        Err((class, code)) => refuse(class, code, "This is not for you"),
    }
}

/// What a function returns, or the class and the code of its exception.
fn call(state: &State, name: &str, given: &Map<String, Value>) -> Result<Value, (&'static str, &'static str)> {
    const ABSENT: (&str, &str) = ("dml_missing_record_exception", "invalidrecord");
    const NOT_MINE: (&str, &str) = ("required_capability_exception", "nopermissions");
    let site = &state.site;
    let text = |name: &str| given.get(name).and_then(Value::as_str).unwrap_or_default();
    if given.contains_key("userid") && text("userid") != "42" && text("userid") != "0" {
        return Err(NOT_MINE);
    }
    let of = |part: &str, name: &str| site[part].get(text(name)).cloned().ok_or(ABSENT);
    let in_courses = |part: &str, key: &str| {
        let wanted = list(given.get("courseids"));
        let all = site[part].as_array().into_iter().flatten();
        let chosen = all.filter(|one| wanted.is_empty() || wanted.contains(&one[key].to_string())).cloned();
        Value::Array(chosen.collect())
    };
    Ok(match name {
        "core_webservice_get_site_info" => {
            let mut info = site["info"].clone();
            let offered = FUNCTIONS.iter().map(|(name, ..)| name).filter(|name| !state.missing.contains(**name));
            info["functions"] = offered.map(|name| json!({"name": name, "version": "2024100702"})).collect();
            info
        }
        "core_enrol_get_users_courses" => site["courses"].clone(),
        "core_course_get_contents" => of("contents", "courseid")?,
        "gradereport_user_get_grade_items" => {
            let course: i64 = text("courseid").parse().map_err(|_| ABSENT)?;
            let mine = json!({"courseid": course, "courseidnumber": "", "userid": 42, "userfullname": "Lou Exemple",
                "useridnumber": "", "maxdepth": 2, "gradeitems": of("grades", "courseid")?});
            json!({"usergrades": [mine], "warnings": []})
        }
        "mod_quiz_get_quizzes_by_courses" => json!({"quizzes": in_courses("quizzes", "course"), "warnings": []}),
        "mod_quiz_get_user_attempts" => json!({"attempts": of("attempts", "quizid")?, "warnings": []}),
        "mod_quiz_get_attempt_review" => {
            of("reviews", "attemptid").map_err(|_| ("moodle_quiz_exception", "noreviewattempt"))?
        }
        "mod_assign_get_assignments" => json!({"courses": in_courses("assignments", "id"), "warnings": []}),
        "mod_assign_get_submission_status" => of("submissions", "assignid")?,
        "core_badges_get_user_badges" => json!({"badges": site["badges"], "warnings": []}),
        "core_calendar_get_action_events_by_timesort" => {
            let after: i64 = text("aftereventid").parse().unwrap_or(0);
            let events = site["actions"].as_array().into_iter().flatten();
            let events: Vec<_> = events.filter(|event| event["id"].as_i64() > Some(after)).collect();
            let edge = |event: Option<&&Value>| event.map_or(json!(0), |event| event["id"].clone());
            json!({"events": events, "firstid": edge(events.first()), "lastid": edge(events.last())})
        }
        _ => json!({"events": site["events"], "warnings": []}),
    })
}
