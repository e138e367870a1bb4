"""What pronotepy reads from the fake PRONOTE server, compared with what that server says it holds.

    python pronote_pronotepy.py PATH_OF_FAKE_PRONOTE

pronotepy 2.15.7 speaks the newest version only. The key that it carries is replaced by the server's where the vector is wrapped with it:
the real one's private half is not known.
"""

import datetime, html, json, re, subprocess, sys, urllib.error, urllib.request

import pronotepy
from pronotepy import pronoteAPI

SPECIAL = "Absent Dispense NonNote Inapte NonRendu AbsentZero NonRenduZero Felicitations".split()
SERVERS = [
    ["college"],
    ["college", "encrypt"],
    ["lycee", "compress"],
    ["lycee", "encrypt", "compress"],
    ["lycee-2025", "encrypt", "compress", "http-key"],
]
compared = 0


def same(what, got, wanted):
    """Fails unless both are alike; lists are compared in order."""
    global compared
    compared += 1
    assert got == wanted, f"{what}:\n  got    {got!r}\n  wanted {wanted!r}"


def raises(error, act):
    try:
        act()
    except error as raised:
        return raised
    raise AssertionError(f"no {error.__name__}")


def fetch(url):
    with urllib.request.urlopen(urllib.request.Request(url.replace(" ", "%20"))) as answer:
        return answer.read()


def mark(text):
    return SPECIAL[int(text[1]) - 1] if text.startswith("|") else text


def plain(text):
    return html.unescape(re.sub("<.*?>", "", text))


def day(text):
    return datetime.date.fromisoformat(text)


def minute(time):
    return time.strftime("%Y-%m-%dT%H:%M")


def files(got, wanted, what):
    same(what, [(file.name, file.type) for file in got], [(file["name"], 0 if file["url"] else 1) for file in wanted])
    for file, want in zip(got, wanted):
        same(f"{what} {file.name}", file.url if want["url"] else file.data.decode(), want["url"] or want["text"])


def periods(client, wanted):
    same("periods", [(it.name, it.start.date(), it.end.date()) for it in client.periods],
         [(it["name"], day(it["from"]), day(it["to"])) for it in wanted])
    for period, want in zip(client.periods, wanted):
        name = period.name
        same(name, [
            (it.subject.name, it.comment, it.date, it.grade, it.out_of, float(it.coefficient), it.average, it.min, it.max, it.is_bonus,
             it.is_optionnal) for it in period.grades
        ], [
            (it["subject"], it["label"], day(it["date"]), mark(it["value"]), it["out_of"], float(it["coefficient"]), it["average"],
             it["min"], it["max"], it["bonus"], it["optional"]) for it in want["marks"]
        ])
        same(name, [(it.subject.name, it.student, it.class_average, it.min, it.max) for it in period.averages],
             [(it["subject"], mark(it["pupil"]), it["class"], it["min"], it["max"]) for it in want["averages"]])
        if want["overall"]:
            same(name, [period.overall_average, period.class_overall_average], [want["overall"]["pupil"], want["overall"]["class"]])
        report = period.report
        same(name, report is None, want["report"] is None)
        if report:
            same(name, {it.name: it.comments[0] for it in report.subjects}, want["report"]["subjects"])
            same(name, report.comments, [text for _, text in want["report"]["overall"]])
            averages = {it["subject"]: mark(it["pupil"]) for it in want["averages"]}
            for subject in report.subjects:
                same(name, subject.student_average or "NonNote", averages.get(subject.name, "NonNote"))
        same(name, [
            (it.subject.name, it.name, it.description, it.date,
             [(a.name, a.domain, a.pillar, a.pillar_prefix, a.level, a.abbreviation) for a in it.acquisitions])
            for it in period.evaluations
        ], [
            (it["subject"], it["name"], it["description"], day(it["date"]),
             [(a["item"], a["domain"], a["pillar"], a["prefix"], a["level"], a["letter"]) for a in it["skills"]])
            for it in want["evaluations"]
        ])
        same(name, [(minute(it.from_date), minute(it.to_date), it.hours, it.justified, it.reasons) for it in period.absences],
             [(it["from"], it["to"], it["hours"], it["justified"], [it["reason"]]) for it in want["absences"]])
        same(name, [(minute(it.date), it.minutes, it.justified, it.reasons) for it in period.delays],
             [(it["at"], it["minutes"], it["justified"], [it["reason"]]) for it in want["delays"]])
        same(name, [
            (it.given, it.nature, it.reasons, it.homework, it.circumstances, it.giver, it.duration) for it in period.punishments
        ], [
            (day(it["date"]), it["nature"], [it["reason"]], it["work"], it["circumstances"], it["giver"],
             datetime.timedelta(minutes=it["minutes"])) for it in want["punishments"]
        ])


def books(client, person, facts):
    got = client.homework(day(facts["first"]))
    same("homework", [(it.subject.name, it.date, it.description, it.done) for it in got],
         [(it["subject"], day(it["due"]), plain(it["html"]), it["done"]) for it in person["homework"]])
    for homework, want in zip(got, person["homework"]):
        files(homework.files, want["files"], homework.description)
    for want in person["lessons"]:
        lessons = client.lessons(day(want["start"][:10]))
        content = next(it for it in lessons if minute(it.start) == want["start"]).content
        same("lesson", [content.title, content.description], [want["title"], plain(want["html"])])
        files(content.files, want["files"], content.title)


def timetable(client, person, facts):
    got = client.lessons(day(facts["first"]), day(facts["last"]) + datetime.timedelta(days=1))
    whose = lambda it: it.teacher_name if person["role"] == "pupil" else None
    same("timetable", [
        (minute(it.start), minute(it.end), it.subject.name, whose(it), it.classroom, it.group_name, it.canceled, it.status, it.memo)
        for it in got
    ], [
        (it["start"], it["end"], it["subject"], it["who"] if person["role"] == "pupil" else None, it["room"], it["group"],
         it["cancelled"], it["status"], it["memo"]) for it in person["timetable"]
    ])
    calendar = fetch(client.export_ical()).decode()
    same("calendar", calendar.count("BEGIN:VEVENT"), len(person["timetable"]))
    same("PDF", fetch(client.generate_timetable_pdf())[:5], b"%PDF-")


def identity(client, person):
    same("identity", [client.info.name, client.info.email, client.info.phone, client.info.ine_number],
         [person["name"], person["mail"], person["phone"], person["ine"]])
    same("address", client.info.address, tuple((person["street"] + [""] * 4)[:4]) + (person["postcode"], person["town"], "", "FRANCE"))


def codes(kind, page, person):
    """QR code and tokens: each is good for one login, and the login brings the next token."""
    client = kind(page, person["login"], person["password"])
    code = client.request_qr_code_data("1234")
    # A PIN that is wrong gives nonsense, which fails sooner or later.
    raises(Exception, lambda: kind.qrcode_login(code, "4321", "device-1"))
    phone = kind.qrcode_login(code, "1234", "device-1", skip_2fa=True)
    same("QR code", phone.logged_in, True)
    raises(pronotepy.PronoteAPIError, lambda: kind.qrcode_login(code, "1234", "device-1"))
    first = phone.export_credentials()
    again = kind.token_login(**first)
    same("token", [again.logged_in, again.info.name, again.password != first["password"]], [True, person["name"], True])
    same("old token", kind.token_login(**first).logged_in, False)
    same("other device", kind.token_login(**{**again.export_credentials(), "uuid": "device-2"}).logged_in, False)
    same("next token", kind.token_login(**again.export_credentials()).logged_in, True)


def sessions(page, person, wanted):
    """Identities and files of one session are nothing to another."""
    one, other = (pronotepy.Client(page, person["login"], person["password"]) for _ in range(2))
    periods = {"periode": {"G": 2, "N": one.periods[0].id}}
    raises(pronotepy.ExpiredObject, lambda: other.post("PageBulletins", 13, periods))
    raises(pronotepy.PronoteAPIError, lambda: other.communication.post("FicheEleve", {"Signature": {"onglet": 7}}))
    links = [file for homework in one.homework(day(wanted["first"])) for file in homework.files if file.type == 1]
    elsewhere = links[0].url.replace(f"Session={one.attributes['h']}", f"Session={other.attributes['h']}")
    same("file of another session", raises(urllib.error.HTTPError, lambda: fetch(elsewhere)).code, 404)
    for period, want in zip(one.periods, person["periods"]):
        request = {"genreGenerationPDF": 2, "periode": {"G": 2, "N": period.id, "L": period.name}}
        send = lambda: one.communication.post("GenerationPDF", {"Signature": {"onglet": 13}, "data": request})
        if want["report"]:
            path = send()["dataSec"]["data"]["url"]["V"]
            same("PDF", fetch(one.communication.root_site + "/" + path)[:5], b"%PDF-")
        else:
            same("unpublished", raises(pronotepy.PronoteAPIError, send).pronote_error_code, 10)
            same("afterwards", raises(pronotepy.PronoteAPIError, send).pronote_error_code, 10)
            break


def check(root):
    facts = json.loads(fetch(root + "/expected.json"))
    pronoteAPI._Encryption.RSA_1024_MODULO = int(facts["modulus"], 16)
    people = {person["login"]: person for person in facts["people"]}
    for person in facts["people"]:
        page = f"{root}/pronote/{ {'pupil': 'eleve', 'parent': 'parent', 'teacher': 'professeur'}[person['role']] }.html"
        kind = pronotepy.ParentClient if person["role"] == "parent" else pronotepy.Client
        if person["closed"]:
            same("closed", pronotepy.Client(page, person["login"], person["password"]).logged_in, False)
            continue
        client = kind(page, person["login"].upper(), person["password"])
        same("login", client.logged_in, True)
        identity(client, person)
        if person["role"] == "parent":
            same("children", [it.name for it in client.children], [people[it]["name"] for it in person["children"]])
            for child in person["children"]:
                client.set_child(people[child]["name"])
                periods(client, people[child]["periods"])
                books(client, people[child], facts)
            continue
        same("wrong password", pronotepy.Client(page, person["login"], "wrong").logged_in, False)
        timetable(client, person, facts)
        if person["role"] == "pupil":
            same("class", [client.info.class_name, client.info.establishment], [person["class"], facts["school"]])
            periods(client, person["periods"])
            books(client, person, facts)
            codes(pronotepy.Client, page, person)
            if any(file for homework in person["homework"] for file in homework["files"]):
                sessions(page, person, facts)
    same("unknown login", pronotepy.Client(root + "/pronote/eleve.html", "nobody", "nothing").logged_in, False)


for words in SERVERS:
    server = subprocess.Popen([sys.argv[1], "0", *words], stdout=subprocess.PIPE, text=True)
    try:
        check(server.stdout.readline().split("/pronote/")[0])
    finally:
        server.kill()
        server.wait()
print(f"pronotepy {pronotepy.__version__}: {len(SERVERS)} servers, {compared} comparisons")
