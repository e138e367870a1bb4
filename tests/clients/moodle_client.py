"""What moodlepy, and plain requests for files, read at the Moodle site that MOODLE_URL names: the calls that our connector makes."""

import os, sys

import requests
from moodle import Moodle
from moodle.exception import InvalidCredentialException, MoodleException

site = os.environ["MOODLE_URL"]
LOGIN, PASSWORD = "lou.exemple", "Sept mots & un +"


def raises(code, act, *arguments, **named):
    try:
        act(*arguments, **named)
    except MoodleException as error:
        assert error.errorcode == code, error
        return
    raise AssertionError(f"no {code}")


try:
    Moodle.login(site, LOGIN, "wrong")
    sys.exit("a wrong password was let in")
except (InvalidCredentialException, MoodleException):
    pass
moodle = Moodle.login(site, LOGIN, PASSWORD)
raises("invalidtoken", Moodle(moodle.url, "0" * 32).core.webservice.get_site_info)
raises("invalidrecord", moodle, "core_no_such_function")
raises("invalidparameter", moodle, "core_enrol_get_users_courses")
raises("invalidparameter", moodle, "core_enrol_get_users_courses", userid=42, colour="red")
raises("nopermissions", moodle, "core_enrol_get_users_courses", userid=43)

info = moodle.core.webservice.get_site_info()
assert info.userid == 42 and info.fullname == "Lou Exemple" and info.siteurl == site and info.downloadfiles == 1
offered = {function.name for function in info.functions}
assert len(offered) == 12 and "mod_quiz_get_attempt_review" in offered
xml = moodle("core_webservice_get_site_info", moodlewsrestformat="xml")
assert xml.startswith("<?xml") and '<KEY name="userid"><VALUE>42</VALUE>' in xml, xml[:200]
error = requests.get(moodle.url, params={"wstoken": "x", "wsfunction": "core_webservice_get_site_info"})
assert error.status_code == 200 and "<ERRORCODE>invalidtoken</ERRORCODE>" in error.text

courses = moodle("core_enrol_get_users_courses", userid=info.userid)
assert [course["id"] for course in courses] == [7, 8] and courses[0]["fullname"].startswith("Math\u00e9matiques")
sections = moodle.core.course.get_contents(7)
assert [section.section for section in sections] == [0, 1]
modules = {module.id: module for section in sections for module in section.modules}
assert modules[703].contents[0].type == "url" and modules[711].contents[1].filepath == "/corrig\u00e9s/"
assert modules[712].contents[0].filesize == 0 and modules[715].contents in (None, [])

# Its type for marks takes no null for what a mark of no activity is of.
grades = moodle("gradereport_user_get_grade_items", courseid=7, userid=info.userid)["usergrades"][0]
assert [item["graderaw"] for item in grades["gradeitems"]] == [14.5, 17, 2, None, 15.75]
quizzes = moodle("mod_quiz_get_quizzes_by_courses", courseids=[7])["quizzes"]
assert [quiz["id"] for quiz in quizzes] == [21] and moodle("mod_quiz_get_quizzes_by_courses", courseids=[8])["quizzes"] == []
attempts = moodle("mod_quiz_get_user_attempts", quizid=21, status="all")["attempts"]
assert [attempt["sumgrades"] for attempt in attempts] == [5.5, 7.25]
assert len(moodle("mod_quiz_get_attempt_review", attemptid=211)["questions"]) == 2
raises("noreviewattempt", moodle, "mod_quiz_get_attempt_review", attemptid=212)

assignments = moodle("mod_assign_get_assignments", courseids=[7, 8])["courses"]
assert [course["assignments"][0]["duedate"] for course in assignments] == [1759960800, 0]
status = moodle("mod_assign_get_submission_status", assignid=31)
handed_in = status["lastattempt"]["submission"]["plugins"][0]["fileareas"][0]["files"][0]
badge = moodle.core.bagdes.get_user_badges(userid=info.userid).badges[0]
assertion = requests.get(f"{site}/badges/assertion.php", params={"b": badge.uniquehash}).json()
assert assertion["type"] == "Assertion" and assertion["badge"]["name"] == badge.name
soon = moodle.core.calendar.get_action_events_by_timesort(timesortfrom=0, limitnum=50)
assert [event.id for event in soon.events] == [61] == [soon.lastid]
assert moodle.core.calendar.get_action_events_by_timesort(timesortfrom=0, aftereventid=61).events == []
assert len(moodle("core_calendar_get_calendar_events", options={"userevents": 1, "siteevents": 1})["events"]) == 3

told = [(file.fileurl, file.filesize) for file in (modules[702].contents[0], modules[711].contents[1])]
for url, size in [*told, (handed_in["fileurl"], handed_in["filesize"])]:
    key = {"token": moodle.token}
    whole = requests.get(url, params=key)
    assert whole.status_code == 200 and len(whole.content) == size and whole.content.startswith(b"%PDF")
    rest = requests.get(url, params=key, headers={"Range": "bytes=5-", "If-Range": whole.headers["ETag"]})
    assert rest.status_code == 206 and rest.content == whole.content[5:]
    assert rest.headers["Content-Range"] == f"bytes 5-{len(whole.content) - 1}/{len(whole.content)}"
    assert requests.get(url, params=key, headers={"Range": "bytes=5-", "If-Range": '"old"'}).content == whole.content
    assert requests.get(url, params=key, headers={"Range": "bytes=99999-"}).status_code == 416
    assert requests.get(url, params=key, headers={"If-None-Match": whole.headers["ETag"]}).status_code == 304
    refused = requests.get(url, params={"token": "x"})
    assert refused.status_code == 200 and refused.json()["errorcode"] == "invalidtoken"
print("moodlepy: every call of the connector, and files whole, in parts and unchanged")
