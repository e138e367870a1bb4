"""vdirsyncer against a plain WebDAV folder.

vdirsyncer speaks CalDAV and CardDAV: it reads items with the REPORTs calendar-multiget and addressbook-multiget (RFC 4791 7.9,
RFC 6352 8.7), which a plain WebDAV server has no reason to know. So the whole of it can't be a referee here. These parts can:
- its command, syncing an `http` storage (one .ics file on the server, read with GET) into a folder;
- its DAV storage class without the reading of items: listing by PROPFIND, upload with If-None-Match: *, update and delete
  with If-Match, the refusal of stale etags. The items are read back with GET.
"""

import asyncio, os, subprocess, sys, urllib.request, ssl, base64

import aiohttp
from vdirsyncer import exceptions
from vdirsyncer.storage.dav import CalDAVStorage, CardDAVStorage
from vdirsyncer.vobject import Item

base = os.environ["DAV_URL"] + os.environ["DAV_FOLDER"] + "/"
login, password, authority, work = (os.environ[name] for name in ("DAV_LOGIN", "DAV_PASSWORD", "DAV_CA", "DAV_WORK"))


def event(uid, title):
    return (
        f"BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20251101T080000Z\r\nDTSTART:20251102T080000Z\r\nSUMMARY:{title}\r\nEND:VEVENT\r\n"
    )


def calendar(*events):
    return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//referee//EN\r\n" + "".join(events) + "END:VCALENDAR\r\n"


def ask(method, name, body=None):
    request = urllib.request.Request(base + name, body, method=method)
    request.add_header("Authorization", "Basic " + base64.b64encode(f"{login}:{password}".encode()).decode())
    context = ssl.create_default_context(cafile=authority) if authority else None
    with urllib.request.urlopen(request, timeout=60, context=context) as answer:
        return answer.read()


def sync_of_one_file():
    """The command, twice: the second time one event is gone, one changed, one new."""
    with open(work + "/config", "w") as file:
        file.write(f"""[general]
status_path = "{work}/status/"
[pair timetable]
a = "local"
b = "remote"
collections = null
conflict_resolution = "b wins"
[storage local]
type = "filesystem"
path = "{work}/timetable/"
fileext = ".ics"
[storage remote]
type = "http"
url = "{base}timetable.ics"
username = "{login}"
password = "{password}"
""" + (f'verify = "{authority}"\n' if authority else ""))
    os.chmod(work + "/config", 0o600)
    os.makedirs(work + "/timetable")
    command = [os.path.join(os.path.dirname(sys.executable), "vdirsyncer"), "-c", work + "/config"]

    def sync(*titles):
        ask("PUT", "timetable.ics", calendar(*(event(uid, title) for uid, title in titles)).encode())
        subprocess.run([*command, "sync"], check=True, timeout=60)
        bodies = [open(f"{work}/timetable/{name}").read() for name in os.listdir(work + "/timetable")]
        assert len(bodies) == len(titles), bodies
        for _, title in titles:
            assert sum(f"SUMMARY:{title}" in body for body in bodies) == 1, (title, bodies)

    ask("PUT", "timetable.ics", calendar(event("1", "Histoire")).encode())
    subprocess.run([*command, "discover"], check=True, timeout=60)
    sync(("1", "Histoire"), ("2", "G\u00e9ographie"))
    sync(("1", "Latin"), ("3", "Musique"))
    ask("DELETE", "timetable.ics")


async def storage(kind, ending, make):
    ask("MKCOL", ending)
    async with aiohttp.TCPConnector() as connector:
        named = {"verify": authority} if authority else {}
        store = kind(url=base + ending, username=login, password=password, connector=connector, **named)
        listed = lambda: collect(store)
        assert await listed() == {}
        made = {}
        for n in range(20):
            item = Item(make(f"uid-{n}", f"first {n}"))
            href, etag = await store.upload(item)
            assert etag and etag.startswith('"'), f"no strong etag with the answer to PUT: {etag}"
            made[href] = etag
        try:
            await store.upload(Item(make("uid-0", "again")))
            raise AssertionError("an upload overwrote an item")
        except exceptions.PreconditionFailed:
            pass
        assert await listed() == made
        href, stale = next(iter(made.items()))
        changed = make("uid-0", "second")
        made[href] = await store.update(href, Item(changed), stale)
        assert made[href] != stale and await listed() == made
        assert ask("GET", ending + "/" + href.rsplit("/", 1)[1]).decode() == changed
        for act in (lambda: store.update(href, Item(changed), stale), lambda: store.delete(href, stale)):
            try:
                await act()
                raise AssertionError("a stale etag was accepted")
            except exceptions.PreconditionFailed:
                pass
        for href, etag in made.items():
            await store.delete(href, etag)
        assert await listed() == {}
    ask("DELETE", ending + "/")


async def collect(store):
    return {href: etag async for href, etag in kind_of_listing(store)}


def kind_of_listing(store):
    """By PROPFIND: both kinds list so when no filter is set."""
    return store.list()


card = lambda uid, name: f"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{uid}\r\nFN:{name}\r\nN:{name};;;;\r\nEND:VCARD\r\n"
sync_of_one_file()
asyncio.run(storage(CalDAVStorage, "events", lambda uid, title: calendar(event(uid, title))))
asyncio.run(storage(CardDAVStorage, "cards", card))
print("vdirsyncer: one .ics file synced by its command; 40 items listed, made, changed and deleted by its DAV storages")
