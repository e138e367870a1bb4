// What moodle-ts (types generated from Moodle itself) and fetch read at the Moodle site that MOODLE_URL names.
import assert from "node:assert/strict";
import path from "node:path";
import { pathToFileURL } from "node:url";

const library = path.resolve(process.env.MOODLE_NODE ?? "target/tools/dav-node", "node_modules/moodle-ts/dist");
const load = (file) => import(pathToFileURL(path.join(library, file)));
const { MoodleApiError, MoodleClient } = await load("index.js");
const moodle = await load("generated/MOODLE_500_STABLE/index.js");

const site = process.env.MOODLE_URL;
const form = new URLSearchParams({ username: "lou.exemple", password: "Sept mots & un +", service: "moodle_mobile_app" });
const { token } = await (await fetch(`${site}/login/token.php`, { method: "POST", body: form })).json();
assert.match(token, /^[0-9a-f]{32}$/);
form.set("password", "wrong");
assert.equal((await (await fetch(`${site}/login/token.php`, { method: "POST", body: form })).json()).errorcode, "invalidlogin");

const client = new MoodleClient({ baseUrl: site, token });
const refused = (code) => (error) => error instanceof MoodleApiError && error.errorCode === code;
await assert.rejects(new MoodleClient({ baseUrl: site, token: "none" }).getSiteInfo(), refused("invalidtoken"));
const { data: info } = await client.getSiteInfo();
assert.equal(info.userid, 42);
const { data: courses } = await moodle.core_enrol_get_users_courses(client, { userid: info.userid });
assert.deepEqual(courses.map((course) => course.shortname), ["MATHS-3B", "HG-3B"]);
const options = [{ name: "excludemodules", value: "0" }];
const { data: sections } = await moodle.core_course_get_contents(client, { courseid: 8, options });
assert.equal(sections[0].modules.length, 3);
const { data: quizzes } = await moodle.mod_quiz_get_quizzes_by_courses(client, { courseids: [7, 8] });
const { data: tries } = await moodle.mod_quiz_get_user_attempts(client, { quizid: quizzes.quizzes[0].id, status: "finished" });
const { data: review } = await moodle.mod_quiz_get_attempt_review(client, { attemptid: tries.attempts[0].id, page: -1 });
assert.equal(review.questions[1].mark, "0,50");
const hidden = moodle.mod_quiz_get_attempt_review(client, { attemptid: tries.attempts[1].id });
await assert.rejects(hidden, refused("noreviewattempt"));
const { data: grades } = await moodle.gradereport_user_get_grade_items(client, { courseid: 7, userid: 42 });
assert.equal(grades.usergrades[0].gradeitems[0].graderaw, 14.5);
const { data: work } = await moodle.mod_assign_get_assignments(client, { courseids: [7] });
const { data: status } = await moodle.mod_assign_get_submission_status(client, { assignid: work.courses[0].assignments[0].id });
assert.equal(status.lastattempt.submission.status, "submitted");
const { data: badges } = await moodle.core_badges_get_user_badges(client, { userid: 42 });
assert.equal(badges.badges[0].issuername.includes("Imaginaire"), true);
const { data: events } = await moodle.core_calendar_get_calendar_events(client, { options: { userevents: true, siteevents: true } });
assert.equal(events.events.length, 3);
const film = sections[0].modules[0].contents[0];
const bytes = await (await fetch(`${film.fileurl}&token=${token}`)).arrayBuffer();
assert.equal(bytes.byteLength, film.filesize);
const rest = await fetch(`${film.fileurl}&token=${token}`, { headers: { Range: "bytes=299990-" } });
assert.deepEqual(new Uint8Array(await rest.arrayBuffer()), new Uint8Array(bytes.slice(299990)));
console.log("moodle-ts: every call of the connector, and a file whole and in parts");
