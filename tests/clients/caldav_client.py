"""caldav and vdirsyncer against the calendars and contacts of a share.

caldav (PyPI) starts where the well-known address leads (it takes no redirect for another address by itself), discovers, lists, searches by time, reads objects, asks what changed, and
is refused when it would change. vdirsyncer's command discovers too, and syncs calendars and contacts into folders, twice: what came
is compared with what caldav read. vobject reads the cards.
"""

import os, pathlib, subprocess, sys, urllib.parse, urllib.request
from datetime import datetime, timezone

import caldav, vobject

lessons, work = 200, os.environ["AGENDA_WORK"]
bag = subprocess.Popen([os.environ["agenda_bag"], str(lessons)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
url, login, password = bag.stdout.readline().split()


class NoRedirect(urllib.request.HTTPErrorProcessor):
    """Hands an answer over as it is."""

    def http_response(self, request, response):
        return response


def another_lesson():
    """Asks the program that serves the bag to add a lesson, and waits until it is there."""
    bag.stdin.write("\n")
    bag.stdin.flush()
    bag.stdout.readline()


def uids(objects):
    return sorted(str(one.icalendar_component["uid"]) for one in objects)


def with_caldav():
    with urllib.request.build_opener(NoRedirect).open(url + "/.well-known/caldav") as answer:
        start = urllib.parse.urljoin(url, answer.headers["Location"])
    client = caldav.DAVClient(url=start, username=login, password=password)
    calendars = {one.get_display_name(): one for one in client.principal().calendars()}
    assert sorted(calendars) == ["Devoirs", "Emploi du temps"], calendars
    timetable, homework = calendars["Emploi du temps"], calendars["Devoirs"]
    assert timetable.get_supported_components() == ["VEVENT"]
    assert homework.get_supported_components() == ["VTODO"]
    events = timetable.events()
    assert len(events) == lessons, len(events)
    first = min(events, key=lambda event: event.icalendar_component["dtstart"].dt)
    component = first.icalendar_component
    assert component["dtstart"].dt.isoformat() == "2026-09-01T08:00:00+02:00", component["dtstart"].dt
    assert component["summary"] == "Cours 0" and component["location"] == "B12"
    day = datetime(2026, 9, 2, tzinfo=timezone.utc), datetime(2026, 9, 3, tzinfo=timezone.utc)
    found = timetable.search(start=day[0], end=day[1], event=True, expand=False)
    assert len(found) == 10, len(found)
    assert len(timetable.search(event=True, summary="Cours 17", expand=False)) == len(
        [one for one in events if "Cours 17" in one.icalendar_component["summary"]])
    todos = homework.todos()
    assert sorted(one.icalendar_component["categories"].cats[0] for one in todos) == ["Anglais", "Latin"]
    again = timetable.multiget([event.url for event in events[:50]])
    assert uids(again) == uids(events[:50])
    before = timetable.get_objects_by_sync_token(load_objects=False)
    token = before.sync_token
    another_lesson()
    changed = timetable.get_objects_by_sync_token(sync_token=token, load_objects=False)
    assert len(list(changed)) == 1, list(changed)
    for act in (first.delete, lambda: timetable.save_event(first.data), lambda: client.principal().make_calendar("x")):
        try:
            act()
        except caldav.lib.error.DAVError:
            continue
        raise AssertionError("something was changed")
    return uids(timetable.events()), uids(todos)


def with_vdirsyncer(expected):
    pathlib.Path(work, "config").write_text(f"""[general]
status_path = "{work}/status/"
[pair calendars]
a = "calendars_here"
b = "calendars_there"
collections = ["from b"]
conflict_resolution = "b wins"
partial_sync = "revert"
[storage calendars_here]
type = "filesystem"
path = "{work}/calendars/"
fileext = ".ics"
[storage calendars_there]
type = "caldav"
read_only = true
url = "{url}/.well-known/caldav"
username = "{login}"
password = "{password}"
[pair contacts]
a = "contacts_here"
b = "contacts_there"
collections = ["from b"]
conflict_resolution = "b wins"
partial_sync = "revert"
[storage contacts_here]
type = "filesystem"
path = "{work}/contacts/"
fileext = ".vcf"
[storage contacts_there]
type = "carddav"
read_only = true
url = "{url}/.well-known/carddav"
username = "{login}"
password = "{password}"
""")
    os.chmod(work + "/config", 0o600)
    command = [os.path.join(os.path.dirname(sys.executable), "vdirsyncer"), "-c", work + "/config"]
    subprocess.run([*command, "discover"], check=True, timeout=120, input=b"y\n" * 10)
    subprocess.run([*command, "sync"], check=True, timeout=300, stdin=subprocess.DEVNULL)
    read = lambda kind: {path: path.read_text() for path in pathlib.Path(work, kind).rglob("*.*") if path.is_file()}
    files = read("calendars")
    got = [line[4:] for text in files.values() for line in text.replace("\r\n", "\n").split("\n") if line.startswith("UID:")]
    assert sorted(got) == sorted(expected), (len(got), len(expected))
    cards = [vobject.readOne(text) for text in read("contacts").values()]
    groups = [card for card in cards if hasattr(card, "x_addressbookserver_kind")]
    people = {card.uid.value: card.fn.value for card in cards if card not in groups}
    assert sorted(people.values()) == ["L\u00e9o Test", "Mme \u00c9lise Durand"], people
    (group,) = groups
    members = [member.value.removeprefix("urn:uuid:") for member in group.contents["x-addressbookserver-member"]]
    assert group.fn.value == "3B" and sorted(members) == sorted(people), members
    # Again: nothing is there to be done; then one lesson is.
    subprocess.run([*command, "sync"], check=True, timeout=300, stdin=subprocess.DEVNULL)
    assert read("calendars") == files
    another_lesson()
    subprocess.run([*command, "sync"], check=True, timeout=300, stdin=subprocess.DEVNULL)
    assert len(read("calendars")) == len(files) + 1


try:
    events, todos = with_caldav()
    with_vdirsyncer(events + todos)
finally:
    # It ends with its input.
    bag.stdin.close()
    bag.wait(60)
print(f"caldav and vdirsyncer: {len(events)} lessons, {len(todos)} tasks and 3 cards discovered, read, searched and synced; changes refused")
