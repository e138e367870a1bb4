// What pawnote reads from the fake PRONOTE server, compared with what that server says it holds.
//
//     node pronote_pawnote.mjs PATH_OF_FAKE_PRONOTE [FOLDER_WITH_NODE_MODULES]
//
// pawnote 1.6.2 speaks the versions before 2026.2.5. Left out: encryption without compression, of which it takes UTF-8 for Latin-1; the
// key that it carries (`http-key`), which it gives no way to replace; and making a QR code, which it has no call for: that request is made
// by hand. A parent's requests name no child, so all but the timetable are about the first one.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import crypto from "node:crypto";
import { createRequire } from "node:module";
import path from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [program, folder = "target/tools/dav-node"] = process.argv.slice(2);
const tools = createRequire(pathToFileURL(path.resolve(folder, "index.js")));
const pawnote = tools("pawnote");

const SERVERS = [
    ["college", "2025"],
    ["college", "2023"],
    ["college", "2024", "encrypt", "compress"],
    ["lycee", "2023", "encrypt", "compress"],
    ["lycee", "2025", "compress"],
    ["lycee-2025", "2025", "encrypt", "compress", "page-key"],
];
let compared = 0;

const same = (got, wanted, what) => {
    compared += 1;
    assert.deepEqual(got, wanted, what);
};
const rejects = async (name, promise) => {
    compared += 1;
    await assert.rejects(promise, (error) => error.name === name || assert.fail(`${error.name} instead of ${name}: ${error.message}`));
};
const two = (number) => String(number).padStart(2, "0");
const day = (date) => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
const minute = (date) => `${day(date)}T${two(date.getHours())}:${two(date.getMinutes())}`;
const date = (text) => new Date(`${text}T00:00:00`);
/** A mark as pawnote gives it, written as PRONOTE does; its numbers lose zeros at the end. */
const mark = ({ kind, points }) => (kind === 0 ? points : `|${kind}`);
const wanted = (text) => (text.startsWith("|") ? text : Number(text.replace(",", ".")));

const kinds = {
    pupil: pawnote.AccountKind.STUDENT,
    parent: pawnote.AccountKind.PARENT,
    teacher: pawnote.AccountKind.TEACHER,
};
const login = async (url, person, change = {}) => {
    const session = pawnote.createSessionHandle();
    const { login: username, password } = person;
    const account = { url, kind: kinds[person.role], username, password, deviceUUID: "device-1", ...change };
    return [session, await pawnote.loginCredentials(session, account)];
};

const files = async (got, facts) => {
    same(
        got.map((file) => [file.name, file.kind]),
        facts.map((file) => [file.name, file.url ? 0 : 1]),
    );
    for (const [index, file] of got.entries()) {
        if (file.kind === 0) same(file.url, facts[index].url);
        else same(await (await fetch(file.url)).text(), facts[index].text);
    }
};

const periods = async (session, facts) => {
    same(
        session.instance.periods.map((period) => [period.name, day(period.startDate), day(period.endDate)]),
        facts.map((period) => [period.name, period.from, period.to]),
    );
    for (const [index, want] of facts.entries()) {
        const period = session.instance.periods[index];
        const marks = await pawnote.gradesOverview(session, period);
        same(
            marks.grades.map((it) => [
                ...[it.subject.name, it.comment, day(it.date), mark(it.value), mark(it.outOf), it.coefficient],
                ...[mark(it.average), mark(it.min), mark(it.max), it.commentaireSurNote, it.isBonus, it.isOptional],
            ]),
            want.marks.map((it) => [
                ...[it.subject, it.label, it.date, wanted(it.value), wanted(it.out_of), Number(it.coefficient)],
                ...[wanted(it.average), wanted(it.min), wanted(it.max), it.remark, it.bonus, it.optional],
            ]),
        );
        for (const [index, it] of marks.grades.entries()) {
            const { paper, correction } = want.marks[index];
            await files([it.subjectFile, it.correctionFile].filter(Boolean), [paper, correction].filter(Boolean));
        }
        same(
            marks.subjectsAverages.map((it) => [it.subject.name, mark(it.student), mark(it.class_average), mark(it.min), mark(it.max)]),
            want.averages.map((it) => [it.subject, wanted(it.pupil), wanted(it.class), wanted(it.min), wanted(it.max)]),
        );
        same(marks.overallAverage && mark(marks.overallAverage), want.overall ? wanted(want.overall.pupil) : undefined);
        if (want.report) {
            const report = await pawnote.gradebook(session, period);
            same(Object.fromEntries(report.subjects.map((it) => [it.subject.name, it.assessments[0]])), want.report.subjects);
            same(
                report.overallAssessments.map((it) => [it.name, it.value]),
                want.report.overall,
            );
            const pdf = await fetch(report.url);
            same([pdf.headers.get("content-type"), (await pdf.text()).slice(0, 5)], ["application/pdf", "%PDF-"]);
        } else await assert.rejects(pawnote.gradebook(session, period));
        same(
            (await pawnote.evaluations(session, period)).map((it) => [
                ...[it.subject.name, it.name, it.description, day(it.date)],
                it.skills.map((a) => [a.itemName, a.domainName, a.pillarName, a.pillarPrefixes[0], a.level, a.abbreviation]),
            ]),
            want.evaluations.map((it) => [
                ...[it.subject, it.name, it.description, it.date],
                it.skills.map((a) => [a.item, a.domain, a.pillar, a.prefix, a.level, a.letter]),
            ]),
        );
        const life = await pawnote.notebook(session, period);
        same(
            life.absences.map((it) => [minute(it.startDate), minute(it.endDate), it.hoursMissed, it.justified, it.reason]),
            want.absences.map((it) => [it.from, it.to, parseInt(it.hours), it.justified, it.reason]),
        );
        same(
            life.delays.map((it) => [minute(it.date), it.minutes, it.justified, it.reason]),
            want.delays.map((it) => [it.at, it.minutes, it.justified, it.reason]),
        );
        same(
            life.punishments.map((it) => [day(it.dateGiven), it.title, it.reasons[0], it.workToDo, it.giver, it.durationMinutes]),
            want.punishments.map((it) => [it.date, it.nature, it.reason, it.work, it.giver, it.minutes]),
        );
    }
};

const books = async (session, person) => {
    const homework = await pawnote.assignmentsFromWeek(session, 1, 53);
    same(
        homework.map((it) => [it.subject.name, day(it.deadline), it.description, it.done, it.length, it.return.kind]),
        person.homework.map((it) => [it.subject, it.due, it.html, it.done, it.minutes, it.turnin]),
    );
    for (const [index, want] of person.homework.entries()) {
        await files(homework[index].attachments, want.files);
        await files([homework[index].return.uploaded].filter(Boolean), [want.handed_in].filter(Boolean));
    }
    const lessons = await pawnote.resourcesFromWeek(session, 1, 53);
    same(
        lessons.map(({ startDate, subject, contents: [it] }) => [minute(startDate), subject.name, it.title, it.category, it.description]),
        person.lessons.map((it) => [it.start, it.subject, it.title, it.category, it.html]),
    );
    for (const [index, want] of person.lessons.entries()) await files(lessons[index].contents[0].files, want.files);
};

const timetable = async (session, person, facts) => {
    const whole = await pawnote.timetableFromIntervals(session, date(facts.first), date(facts.last));
    const weeks = [];
    for (let week = 1; week <= 53; week += 1) weeks.push(...(await pawnote.timetableFromWeek(session, week)).classes);
    for (const classes of [whole.classes, weeks]) {
        same(
            classes.map((it) => [
                ...[minute(it.startDate), minute(it.endDate), it.subject.name, it.teacherNames, it.classrooms, it.groupNames],
                ...[it.canceled, it.status, it.notes],
            ]),
            person.timetable.map((it) => [
                ...[it.start, it.end, it.subject, person.role === "pupil" ? [it.who] : [], [it.room], it.group ? [it.group] : []],
                ...[it.cancelled, it.status ?? undefined, it.memo ?? undefined],
            ]),
        );
    }
};

const identity = async (session, person, lessons) => {
    const account = await pawnote.account(session);
    same(
        [session.user.name, account.email, account.phone, account.INE, account.address.slice(0, 2), account.postalCode, account.city],
        [person.name, person.mail, person.phone, person.ine, person.street, person.postcode, person.town],
    );
    // It looks for the calendar's secret from 2024 on.
    if (session.instance.version[0] < 2024) return;
    const calendar = await fetch(pawnote.timetableICalURL(session, account.iCalToken));
    same((await calendar.text()).split("BEGIN:VEVENT").length - 1, lessons);
};

/** A QR code, asked for by hand in a session whose requests are neither encrypted nor compressed. */
const qrCode = async ({ information: info }, url, pin) => {
    const md5 = (text) => crypto.createHash("md5").update(text, "latin1").digest();
    info.order += 1;
    const cipher = crypto.createCipheriv("aes-128-cbc", md5(info.aesKey), md5(info.aesIV));
    const order = cipher.update(String(info.order), "utf8", "hex") + cipher.final("hex");
    const answer = await fetch(`${info.url}/appelfonction/${info.accountKind}/${info.id}/${order}`, {
        method: "POST",
        body: JSON.stringify({
            session: info.id,
            no: order,
            id: "JetonAppliMobile",
            dataSec: { Signature: { onglet: 7 }, data: { code: pin } },
        }),
    });
    info.order += 1;
    return { ...(await answer.json()).dataSec.data, url: `${url}mobile.eleve.html` };
};

/** QR code and tokens: each is good for one login, and the login brings the next token. */
const tokens = async (url, person, byCode) => {
    const [session, first] = await login(url, person);
    const token = (session, { url, kind, username, token }, deviceUUID = "device-1") =>
        pawnote.loginToken(session, { url, kind, username, token, deviceUUID });
    const second = await token(pawnote.createSessionHandle(), first);
    assert.notEqual(second.token, first.token);
    await rejects("BadCredentialsError", token(pawnote.createSessionHandle(), first));
    await rejects("BadCredentialsError", token(pawnote.createSessionHandle(), second, "device-2"));
    if (!byCode) return;
    const code = { deviceUUID: "device-3", pin: "1234", qr: await qrCode(session, url, "1234") };
    const phone = pawnote.createSessionHandle();
    const third = await pawnote.loginQrCode(phone, code);
    same(phone.user.name, person.name);
    await rejects("BadCredentialsError", pawnote.loginQrCode(pawnote.createSessionHandle(), code));
    await token(pawnote.createSessionHandle(), third, "device-3");
};

const check = async (root, words) => {
    const facts = await (await fetch(`${root}/expected.json`)).json();
    const url = `${root}/pronote/`;
    const people = Object.fromEntries(facts.people.map((person) => [person.login, person]));
    const instance = await pawnote.instance(url);
    same([instance.name, instance.version.join(".")], [facts.school, facts.version]);
    for (const person of facts.people) {
        if (person.closed) {
            await rejects("AccountDisabledError", login(url, person));
            continue;
        }
        await rejects("BadCredentialsError", login(url, person, { password: "wrong" }));
        const [session] = await login(url, person);
        await identity(session, person, (person.timetable ?? people[person.children[0]].timetable).length);
        if (person.role === "parent") {
            same(
                session.user.resources.map((child) => child.name),
                person.children.map((child) => people[child].name),
            );
            for (const [index, child] of person.children.entries()) {
                pawnote.use(session, index);
                await timetable(session, people[child], facts);
            }
            await periods(session, people[person.children[0]].periods);
            continue;
        }
        await timetable(session, person, facts);
        if (person.role === "pupil") {
            same([session.userResource.className, session.userResource.establishmentName], [person.class, facts.school]);
            await periods(session, person.periods);
            await books(session, person);
            await tokens(url, person, words.join() === "college,2025");
        }
    }
    await rejects("BadCredentialsError", login(url, { login: "nobody", password: "nothing", role: "pupil" }));
};

for (const words of SERVERS) {
    const server = spawn(program, ["0", ...words], { stdio: ["ignore", "pipe", "inherit"] });
    try {
        const line = await new Promise((resolve) => createInterface(server.stdout).once("line", resolve));
        await check(line.split("/pronote/")[0], words);
    } finally {
        server.kill();
    }
}
console.log(`pawnote: ${SERVERS.length} servers, ${compared} comparisons`);
