"""Request sequences of clients that cannot run here, replayed as they send them; each answer is what that client needs.

Standard library only; wire.py says how the server is named. A failing check says which line of the sequence was not served.
"""

import email.utils, json, re, threading, time, unicodedata, urllib.parse

import wire
from wire import DAV, Client, run, status

WIN = "{urn:schemas-microsoft-com:}"
MOMENT = "Wed, 03 Sep 2025 07:15:00 GMT"


def finder():
    return Client(User_Agent="WebDAVFS/3.0.0 (03008000) Darwin/24.6.0 (arm64)", Accept="*/*")


def windows():
    return Client(User_Agent="Microsoft-WebDAV-MiniRedir/10.0.26100", translate="f")


def finder_saves_a_file():
    """macOS Finder (WebDAVFS): mounts read-only without class 2 (couling/WebDAV-Daemon#17, owncloud/core#17732); PROPFIND 404, an
    empty PUT, a LOCK, then the contents chunked with X-Expected-Entity-Length (owncloud/core#20502; sabre's 0bytes.md)."""
    mac = finder()
    answer = status(mac.ask("OPTIONS"), 200, 204)
    assert {"1", "2"} <= {level.strip() for level in answer["DAV"].split(",")}, answer["DAV"]
    quota = mac.propfind("", DAV + "quota-available-bytes", DAV + "quota-used-bytes", DAV + "resourcetype").only()
    assert int(quota[DAV + "quota-available-bytes"].text) > 0 and quota[DAV + "resourcetype"].find(DAV + "collection") is not None
    for size in (0, 5, 3_000_000):
        name, body = f"devoir-{size}.pages", bytes(range(256)) * (size // 256) + b"x" * (size % 256)
        status(mac.propfind(name), 404)
        status(mac.ask("PUT", name, b"", Content_Length="0"), 201)
        assert mac.propfind(name, DAV + "getcontentlength").only()[DAV + "getcontentlength"].text == "0"
        _, token = mac.lock(name, Depth="0")
        parts = [body[at : at + 65_536] for at in range(0, len(body), 65_536)]
        status(mac.ask("PUT", name, parts, chunked=True, If=f"(<{token}>)", X_Expected_Entity_Length=str(size)), 200, 201, 204)
        found = mac.propfind(name, DAV + "getcontentlength", DAV + "getlastmodified", DAV + "lockdiscovery").only()
        assert found[DAV + "getcontentlength"].text == str(size)
        assert found[DAV + "lockdiscovery"].find(DAV + "activelock") is not None
        when = email.utils.parsedate_to_datetime(found[DAV + "getlastmodified"].text)
        assert when.utcoffset().total_seconds() == 0 and abs(when.timestamp() - time.time()) < 120, when
        answer = status(mac.ask("GET", name), 200)
        assert answer["Content-Length"] == str(size) and answer.body == body
        mac.unlock(name, token)


def finder_sets_files_aside():
    """Finder keeps attributes in `._name` and views in `.DS_Store`, and looks for markers in each folder; sabre answers these too
    (its temporary file filter)."""
    mac = finder()
    for probe in (".metadata_never_index", ".Spotlight-V100", ".hidden", "mach_kernel", "Contents", "Backups.backupdb", "._."):
        status(mac.propfind(probe, DAV + "getlastmodified"), 404)
    mac.put("photo.jpg", b"jpeg")
    double = b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X        " + bytes(4056)
    for name in ("._photo.jpg", ".DS_Store"):
        status(mac.ask("PUT", name, b""), 201, 204)
        _, token = mac.lock(name)
        mac.put(name, double, If=f"(<{token}>)")
        assert mac.get(name) == double
        mac.unlock(name, token)
        assert mac.propfind(name, DAV + "getcontentlength").only()[DAV + "getcontentlength"].text == str(len(double))
    status(mac.ask("MOVE", "._photo.jpg", Destination=wire.url("._image.jpg"), Overwrite="F"), 201)
    status(mac.ask("MOVE", "photo.jpg", Destination=wire.url("image.jpg"), Overwrite="F"), 201)
    for name in ("._image.jpg", ".DS_Store"):
        status(mac.ask("DELETE", name), 204)
        status(mac.propfind(name), 404)
    assert mac.get("image.jpg") == b"jpeg"


def finder_reads_while_others_lock():
    """A PROPFIND or GET of a file that somebody locked must be answered at once, or Finder hangs."""
    mac, other = finder(), Client()
    other.put("shared.txt", b"shared")
    _, token = other.lock("shared.txt")
    start = time.monotonic()
    assert mac.get("shared.txt") == b"shared" and status(mac.propfind("shared.txt"), 207)
    assert time.monotonic() - start < 2
    status(mac.ask("PUT", "shared.txt", b"mine"), 423)
    other.unlock("shared.txt", token)


def names_of_macs_and_of_others_are_the_same():
    """macOS sends names decomposed (NFD: `u%CC%88`), everybody else composed (NFC): either finds what the other made, once."""
    mac, other = finder(), Client()
    quoted = lambda form, name: urllib.parse.quote(unicodedata.normalize(form, name))
    for number, (makes, finds) in enumerate((("NFD", "NFC"), ("NFC", "NFD"))):
        folder, file = f"\u00e9tudes {number}", "\u00fcber \u00e7a.txt"
        mac.mkcol(quoted(makes, folder) + "/")
        mac.put(quoted(makes, folder + "/" + file), b"first")
        other_path = quoted(finds, folder + "/" + file)
        assert other.get(other_path) == b"first"
        status(other.ask("PUT", other_path, b"second"), 200, 204)
        assert mac.get(quoted(makes, folder + "/" + file)) == b"second"
        listed = other.propfind(quoted(finds, folder) + "/", DAV + "getetag", depth="1").names()
        assert len(listed) == 2 and unicodedata.normalize("NFC", max(listed)) == file, listed
        status(other.ask("MKCOL", quoted(finds, folder) + "/"), 405)
        status(other.ask("MOVE", other_path, Destination=wire.url(quoted(makes, folder + "/\u00e9crit"))), 201)
        assert other.get(quoted(finds, folder + "/\u00e9crit")) == b"second"
        status(other.ask("DELETE", quoted(finds, folder + "/\u00e9crit")), 204)
        status(mac.propfind(quoted(makes, folder + "/\u00e9crit")), 404)
        status(other.ask("DELETE", quoted(finds, folder) + "/"), 204)


def win32_properties(moment, attributes="00000020"):
    return (
        f'<?xml version="1.0" encoding="utf-8" ?><D:propertyupdate xmlns:D="DAV:" xmlns:Z="urn:schemas-microsoft-com:"><D:set><D:prop>'
        f"<Z:Win32CreationTime>{moment}</Z:Win32CreationTime><Z:Win32LastAccessTime>{moment}</Z:Win32LastAccessTime>"
        f"<Z:Win32LastModifiedTime>{moment}</Z:Win32LastModifiedTime><Z:Win32FileAttributes>{attributes}</Z:Win32FileAttributes>"
        "</D:prop></D:set></D:propertyupdate>"
    )


def all_set(answer):
    parts = next(iter(answer.properties().values()))
    assert set(parts) == {200}, {code: list(held) for code, held in parts.items()}
    return parts[200]


def windows_saves_a_file():
    """Windows WebClient (the order: mar10/wsgidav#112): PROPFIND 404, an empty PUT, a LOCK without Depth (swisspol/GCDWebServer#319),
    PROPPATCH of Win32 properties with the token (cs3org/reva#4928), HEAD, PUT, PROPPATCH, UNLOCK without angle brackets (sabre).
    Then the file has the time that it has on the user's disk."""
    pc = windows()
    assert "DAV" in (status(pc.ask("OPTIONS"), 200, 204)["MS-Author-Via"] or "")
    status(pc.ask("PROPFIND", "Classeur.xlsx", Depth="0", Content_Length="0"), 404)
    status(pc.ask("PUT", "Classeur.xlsx", b""), 201)
    lock = (
        '<?xml version="1.0" encoding="utf-8" ?><D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/>'
        "</D:locktype><D:owner><D:href>ECOLE\\alice</D:href></D:owner></D:lockinfo>"
    )
    answer = status(pc.ask("LOCK", "Classeur.xlsx", lock, Timeout="Second-3600", Content_Type='text/xml; charset="utf-8"'), 200)
    token = answer["Lock-Token"].strip("<>")
    assert answer.xml().findtext(f".//{DAV}depth").strip().lower() == "infinity"
    held = {"If": f"(<{token}>)"}
    text = {"Content-Type": 'text/xml; charset="utf-8"'}
    assert len(all_set(pc.ask("PROPPATCH", "Classeur.xlsx", win32_properties(MOMENT), {**held, **text}))) == 4
    status(pc.ask("HEAD", "Classeur.xlsx"), 200)
    body = b"PK\x03\x04" + bytes(200_000)
    status(pc.ask("PUT", "Classeur.xlsx", body, held), 200, 201, 204)
    all_set(pc.ask("PROPPATCH", "Classeur.xlsx", win32_properties(MOMENT), {**held, **text}))
    status(pc.ask("UNLOCK", "Classeur.xlsx", Lock_Token=token), 204)
    found = pc.propfind(
        "Classeur.xlsx",
        DAV + "getlastmodified",
        DAV + "getcontentlength",
        WIN + "Win32LastModifiedTime",
        WIN + "Win32FileAttributes",
        WIN + "Win32CreationTime",
    ).only()
    assert found[DAV + "getlastmodified"].text == MOMENT, found[DAV + "getlastmodified"].text
    assert found[DAV + "getcontentlength"].text == str(len(body))
    assert found[WIN + "Win32LastModifiedTime"].text == MOMENT and found[WIN + "Win32CreationTime"].text == MOMENT
    assert found[WIN + "Win32FileAttributes"].text == "00000020"
    assert status(pc.ask("HEAD", "Classeur.xlsx"), 200)["Last-Modified"] == MOMENT
    assert pc.get("Classeur.xlsx") == body
    status(pc.ask("PROPPATCH", "Classeur.xlsx", win32_properties(MOMENT)), 207)
    pc.ask("MKCOL", "Nouveau%20dossier")
    all_set(pc.ask("PROPPATCH", "Nouveau%20dossier", win32_properties(MOMENT, "00000010"), text))
    status(pc.ask("MOVE", "Nouveau%20dossier", Destination=wire.url("Histoire"), Overwrite="F"), 201)
    listed = status(pc.ask("PROPFIND", "", Depth="1", Content_Length="0"), 207).properties()
    moved = next(parts[200] for path, parts in listed.items() if path.rstrip("/").endswith("Histoire"))
    assert moved[DAV + "resourcetype"].find(DAV + "collection") is not None


def windows_lists_a_large_folder():
    """Windows refuses a listing whose properties are over FileAttributesLimitInBytes, 1,000,000 bytes; it asks without a body."""
    pc = windows()
    count = 5_000
    for n in range(count):
        pc.put(f"{n:04}.txt", b"x")
    start = time.monotonic()
    answer = status(pc.ask("PROPFIND", "", Depth="1", Content_Length="0"), 207)
    took = time.monotonic() - start
    listed = answer.properties()
    assert len(listed) == count + 1
    for path, parts in listed.items():
        if not path.endswith("/"):
            assert parts[200][DAV + "getcontentlength"].text == "1" and parts[200][DAV + "getlastmodified"].text
    # The limit is of properties. A length and a date in the shortest markup of RFC 4918 take 206 bytes with a name of none:
    # no document of 5,000 entries is below it.
    size = sum(len(name) + len(element.text or "") for parts in listed.values() for name, element in parts[200].items())
    print(f"  {count} entries: {size:,} bytes of properties, {len(answer.body):,} of answer, {took:.2f} s", flush=True)
    assert size < 1_000_000 and len(answer.body) < 1_500_000
    assert took < 10


def office_edits_a_document():
    """Microsoft Office asks HEAD of the folder, locks for an hour and refreshes; some versions look for lockroot (sabre)."""
    office = Client(User_Agent="Microsoft Office/16.0 (Windows NT 10.0; Microsoft Word 16.0)")
    office.put("Le\u00e7on.docx".replace("\u00e7", "%C3%A7"), b"PK first")
    name = "Le%C3%A7on.docx"
    status(office.ask("OPTIONS"), 200, 204)
    status(office.ask("HEAD"), 200)
    status(office.ask("HEAD", name), 200)
    answer, token = office.lock(name, timeout="Second-3600", Depth="0")
    root = answer.xml().findtext(f".//{DAV}lockroot/{DAV}href")
    assert root and urllib.parse.urlsplit(root).path == wire.absolute(name), root
    assert re.fullmatch(r"Second-\d+", answer.xml().findtext(f".//{DAV}timeout").strip())
    for _ in range(3):
        refreshed = status(office.ask("LOCK", name, If=f"(<{token}>)", Timeout="Second-3600"), 200)
        assert refreshed.xml().findtext(f".//{DAV}locktoken/{DAV}href").strip() == token
    found = office.propfind(name, DAV + "lockdiscovery", DAV + "supportedlock").only()
    assert found[DAV + "lockdiscovery"].findtext(f".//{DAV}owner/{DAV}href").strip() == "referee"
    assert len(found[DAV + "supportedlock"].findall(DAV + "lockentry")) == 2
    office.put(name, b"PK second", If=f"<{wire.url(name)}> (<{token}>)")
    office.unlock(name, token)
    assert Client().get(name) == b"PK second"


def libreoffice_locks_a_new_document():
    """LibreOffice locks before the file is there (201, an empty file), saves through the lock, and tells a second user who holds it."""
    first, second = Client(User_Agent="LibreOffice 25.8"), Client(User_Agent="LibreOffice 24.2")
    answer, token = first.lock("nouveau.odt", timeout="Second-180", Depth="0")
    assert answer.status == 201 and first.get("nouveau.odt") == b""
    status(
        second.ask(
            "LOCK",
            "nouveau.odt",
            '<?xml version="1.0"?><lockinfo xmlns="DAV:"><lockscope><exclusive/></lockscope><locktype><write/>'
            "</locktype><owner>second</owner></lockinfo>",
            Depth="0",
            Timeout="Second-180",
        ),
        423,
    )
    owner = second.propfind("nouveau.odt", DAV + "lockdiscovery").only()[DAV + "lockdiscovery"].find(f".//{DAV}owner")
    assert "referee" in "".join(owner.itertext())
    first.put("nouveau.odt", b"odt", If=f"(<{token}>)")
    status(first.ask("LOCK", "nouveau.odt", If=f"(<{token}>)", Timeout="Second-180"), 200)
    status(
        first.ask("LOCK", "nouveau.odt", If="(<opaquelocktoken:7e5f1a6e-0000-4000-8000-000000000000>)", Timeout="Second-180"), 412
    )
    status(second.ask("PUT", "nouveau.odt", b"mine"), 423)
    first.unlock("nouveau.odt", token)
    status(first.ask("UNLOCK", "nouveau.odt", Lock_Token=f"<{token}>"), 409)
    assert second.get("nouveau.odt") == b"odt"


def davx5_reads_at_random():
    """DAVx5 opens a file for random access only when HEAD gives a length, a strong etag and Accept-Ranges; then ranged GETs with
    If-Match (OpenDocumentOperation.kt, HeadResponse.kt); an etag that differs between answers means storms of 412
    (bitfireAT/davx5-ose#1150, #1365)."""
    phone, other = Client(User_Agent="DAVx5/4.5 (dav4jvm; okhttp/5.1) Android/16"), Client()
    body = bytes(range(251)) * 10_000
    tag = phone.put("manuel.pdf", body)["ETag"]
    head = status(phone.ask("HEAD", "manuel.pdf"), 200)
    assert head["Content-Length"] == str(len(body)) and head["Accept-Ranges"] == "bytes" and not head.body
    assert re.fullmatch(r'"[^"]+"', head["ETag"]) and tag in (None, head["ETag"]), (tag, head["ETag"])
    assert phone.propfind("manuel.pdf", DAV + "getetag").only()[DAV + "getetag"].text == head["ETag"]
    for start, end in ((0, 0), (0, 65_535), (1_000_000, 1_065_535), (len(body) - 10, len(body) - 1)):
        answer = status(phone.ask("GET", "manuel.pdf", Range=f"bytes={start}-{end}", If_Match=head["ETag"]), 206)
        assert answer.body == body[start : end + 1] and answer["ETag"] == head["ETag"]
        assert answer["Content-Range"] == f"bytes {start}-{end}/{len(body)}"
    other.put("manuel.pdf", body[::-1])
    status(phone.ask("GET", "manuel.pdf", Range="bytes=0-9", If_Match=head["ETag"]), 412)
    assert status(phone.ask("GET", "manuel.pdf", Range="bytes=0-9", If_Range=head["ETag"]), 200).body == body[::-1]
    renewed = status(phone.ask("HEAD", "manuel.pdf"), 200)["ETag"]
    assert renewed != head["ETag"]
    other.put("manuel.pdf", body[::-1])
    assert phone.get("manuel.pdf") == body[::-1]
    status(phone.ask("PUT", "manuel.pdf", b"lost", If_Match=head["ETag"]), 412)
    assert phone.get("manuel.pdf") == body[::-1]


def joplin_syncs():
    """Joplin sends `If-None-Match: JoplinIgnore-NNNN`, unquoted, with all but GET and HEAD (packages/lib/WebDavApi.js); 400, 409 or
    412 breaks its sync (laurent22/joplin#16543, #16502). MKCOL comes without a slash at the end."""
    number = iter(range(1000, 9000))
    note = Client(User_Agent="Joplin/1.0")
    ask = lambda method, path, body=None, **named: note.ask(
        method, path, body, If_None_Match=f"JoplinIgnore-{next(number)}", **named
    )
    listing = '<?xml version="1.0" encoding="UTF-8"?><d:propfind xmlns:d="DAV:"><d:prop><d:getlastmodified/><d:resourcetype/></d:prop></d:propfind>'
    for folder in (".sync", ".resource", "locks", "temp"):
        status(ask("MKCOL", folder), 201)
        status(ask("MKCOL", folder), 405)
    status(ask("PUT", "info.json", json.dumps({"version": 3}), Content_Type="text/plain"), 201)
    for n in range(30):
        status(ask("PUT", f"{n:032x}.md", f"note {n}", Content_Type="text/plain"), 201)
    status(ask("PUT", "info.json", json.dumps({"version": 4}), Content_Type="text/plain"), 200, 204)
    answer = status(ask("PROPFIND", "", listing, Depth="1"), 207)
    assert len(answer.properties()) == 36
    status(ask("PROPFIND", "temp", listing, Depth="1"), 207)
    status(ask("PROPFIND", "missing.md", listing, Depth="0"), 404)
    status(ask("DELETE", f"{3:032x}.md"), 204)
    status(ask("MOVE", f"{4:032x}.md", Destination=wire.url("temp/moved.md")), 201)
    assert json.loads(note.get("info.json")) == {"version": 4} and note.get("temp/moved.md") == b"note 4"
    # A header that is one etag, quoted or not, may still match.
    tag = status(note.ask("HEAD", "info.json"), 200)["ETag"]
    status(note.ask("GET", "info.json", If_None_Match=tag), 304)


def nav_and_foldersync_ask_for_the_whole_tree():
    """WebDAV Nav and FolderSync ask with Depth: infinity."""
    phone = Client(User_Agent="FolderSync")
    wanted = {""}
    for folder in ("a", "a/b", "a/b/c", "d"):
        phone.mkcol(folder + "/")
        wanted.add(folder)
        for n in range(5):
            phone.put(f"{folder}/{n}", b"x")
            wanted.add(f"{folder}/{n}")
    for answer in (
        phone.propfind("", DAV + "resourcetype", DAV + "getcontentlength", depth="infinity"),
        phone.propfind("", depth="infinity"),
    ):
        assert status(answer, 207).names() == wanted


def documents_and_owlfiles_ask_without_depth():
    """Documents (Readdle) and Owlfiles send PROPFIND without a body and some without Depth, which means infinity (RFC 4918 9.1)."""
    phone = Client(User_Agent="Documents/8.25")
    phone.mkcol("Cours/")
    phone.put("Cours/note.txt", b"note")
    for depth in (None, "1"):
        assert {"", "Cours"} <= status(phone.ask("PROPFIND", "", Depth=depth), 207).names()
    for path in ("Cours", "Cours/"):
        assert (
            status(phone.ask("PROPFIND", path, Depth="0"), 207).only()[DAV + "resourcetype"].find(DAV + "collection") is not None
        )
    for depth in (None, "0", "1"):
        found = status(phone.ask("PROPFIND", "Cours/note.txt", Depth=depth), 207).only()
        assert found[DAV + "getcontentlength"].text == "4" and found[DAV + "resourcetype"].find(DAV + "collection") is None


def uploads_go_on_where_they_broke():
    """Resumed uploads as Cyberduck (iterate-ch/cyberduck#13652) and clients of dufs do them: PUT with Content-Range (sigoden/dufs#493),
    PATCH with X-Update-Range as sabre defines it, gaps filled with zeros (dufs#414)."""
    duck = Client(User_Agent="Cyberduck/9.2")
    body = bytes(range(256)) * 4096
    third = len(body) // 3
    for start in range(0, len(body), third):
        part = body[start : start + third]
        status(
            duck.ask("PUT", "film.mp4", part, Content_Range=f"bytes {start}-{start + len(part) - 1}/{len(body)}"), 200, 201, 204
        )
        assert status(duck.ask("HEAD", "film.mp4"), 200)["Content-Length"] == str(start + len(part))
    assert duck.get("film.mp4") == body
    status(duck.ask("PUT", "film.mp4", b"middle", Content_Range=f"bytes 1000-1005/{len(body)}"), 200, 204)
    body = body[:1000] + b"middle" + body[1006:]
    patch = lambda name, where, part, **named: duck.ask(
        "PATCH", name, part, X_Update_Range=where, Content_Type="application/x-sabredav-partialupdate", **named
    )
    status(patch("film.mp4", "bytes=2000-2003", b"here"), 200, 204)
    status(patch("film.mp4", "bytes=3000-", b"open end"), 200, 204)
    status(patch("film.mp4", "append", b" and on"), 200, 204)
    body = body[:2000] + b"here" + body[2004:3000] + b"open end" + body[3008:] + b" and on"
    assert duck.get("film.mp4") == body
    duck.put("gap", b"12345")
    status(patch("gap", "bytes=10-12", b"end"), 200, 204)
    assert duck.get("gap") == b"12345" + bytes(5) + b"end"
    status(patch("none", "append", b"x"), 404, 201, 204)
    status(patch("gap", "bytes=0-1", b"too long"), 400, 416)
    status(patch("gap", "bytes=0-1", b"no", If_Match='"other"'), 412)
    status(duck.ask("PUT", "gap", b"xyz", Content_Range="bytes 5-3/10"), 400, 416)
    status(duck.ask("PUT", "gap", b"xyz", Content_Range="nonsense"), 400, 416)
    assert duck.get("gap") == b"12345" + bytes(5) + b"end"


def owncloud_times_are_kept():
    """rclone (vendor owncloud) and ownCloud's own clients send X-OC-Mtime with PUT and want `accepted` back."""
    answer = Client().put("photo.jpg", b"photo", X_OC_Mtime="1600000000")
    assert (answer["X-OC-Mtime"] or "").lower() == "accepted", answer["X-OC-Mtime"]
    wanted = "Sun, 13 Sep 2020 12:26:40 GMT"
    assert Client().propfind("photo.jpg", DAV + "getlastmodified").only()[DAV + "getlastmodified"].text == wanted
    assert status(Client().ask("HEAD", "photo.jpg"), 200)["Last-Modified"] == wanted


def conditions_guard_writes():
    """What miquels/webdavfs requires of a server: If-Match: * and If-None-Match: * with PUT, Overwrite honoured."""
    linux = Client(User_Agent="webdavfs/0.1")
    status(linux.ask("PUT", "file", b"x", If_Match="*"), 412)
    status(linux.propfind("file"), 404)
    status(linux.ask("PUT", "file", b"x", If_None_Match="*"), 201)
    status(linux.ask("PUT", "file", b"y", If_None_Match="*"), 412)
    status(linux.ask("PUT", "file", b"y", If_Match="*"), 200, 204)
    linux.put("other", b"other")
    for method in ("COPY", "MOVE"):
        status(linux.ask(method, "file", Destination=wire.url("other"), Overwrite="F"), 412)
    status(linux.ask("DELETE", "file", If_Match='"other"'), 412)
    assert linux.get("other") == b"other" and linux.get("file") == b"y"


def sync_by_changes_only():
    """RFC 6578: what changed since a token, and nothing else; clients then skip the listing of what did not."""
    client = Client()

    def report(token, level="1", limit=None):
        some = f"<limit><nresults>{limit}</nresults></limit>" if limit else ""
        return client.ask(
            "REPORT",
            "",
            f'<?xml version="1.0"?><sync-collection xmlns="DAV:"><sync-token>{token}</sync-token><sync-level>{level}'
            f"</sync-level>{some}<prop><getetag/><resourcetype/></prop></sync-collection>",
            Content_Type="application/xml",
        )

    def changes(token, **named):
        answer = status(report(token, **named), 207)
        found = {}
        for path, parts in answer.properties().items():
            if path != wire.folder:
                found[urllib.parse.unquote(path[len(wire.folder) :]).strip("/")] = (
                    404 if 404 in parts and parts[404] is None else 200
                )
        return found, answer.xml().findtext(DAV + "sync-token").strip()

    reports = client.propfind("", DAV + "supported-report-set", DAV + "sync-token").only()
    assert reports[DAV + "supported-report-set"].find(f".//{DAV}sync-collection") is not None
    assert reports[DAV + "sync-token"].text.strip()
    client.put("kept", b"1"), client.put("changed", b"1"), client.put("gone", b"1"), client.put("moved", b"1"), client.mkcol(
        "folder/"
    )
    first, token = changes("")
    assert first == dict.fromkeys(("kept", "changed", "gone", "moved", "folder"), 200), first
    assert client.propfind("", DAV + "sync-token").only()[DAV + "sync-token"].text.strip() == token
    nothing, same = changes(token)
    assert nothing == {}, nothing
    client.put("changed", b"2"), client.put("new", b"1")
    status(client.ask("DELETE", "gone"), 204)
    status(client.ask("MOVE", "moved", Destination=wire.url("here")), 201)
    client.put("passing", b"1")
    status(client.ask("DELETE", "passing"), 204)
    second, token2 = changes(token)
    assert second.pop("passing", 404) == 404
    assert second == {"changed": 200, "new": 200, "gone": 404, "moved": 404, "here": 200}, second
    assert changes(same)[0].keys() >= second.keys() and changes(token2)[0] == {}
    refused = report("https://example.invalid/never-given")
    assert refused.status == 403 and b"valid-sync-token" in refused.body, (refused.status, refused.body[:200])
    # A client that can take only a few at a time gets all of them in rounds, or is told that it can't be served so.
    for n in range(10):
        client.put(f"many {n}".replace(" ", "%20"), b"1")
    seen, at = {}, token2
    for _ in range(12):
        answer = report(at, limit=4)
        if answer.status == 507:
            assert b"number-of-matches-within-limits" in answer.body
            break
        cut = status(answer, 207).properties().pop(wire.folder, {})
        some, at = changes(at, limit=4)
        seen.update(some)
        if 507 not in cut:
            break
    else:
        raise AssertionError("rounds without an end")
    assert len(seen) == 10 or answer.status == 507, seen
    deep = report("", level="infinite")
    assert deep.status in (207, 403), deep.status


def every_property_is_told_at_every_depth():
    """All that a server computes, asked by name of a folder with folders in it: nothing waits for itself."""
    client = Client()
    client.mkcol("a/"), client.mkcol("a/b/"), client.put("a/b/c", b"123")
    names = ["resourcetype", "getcontentlength", "getlastmodified", "creationdate", "getetag", "getcontenttype", "displayname",
             "supportedlock", "lockdiscovery", "quota-available-bytes", "quota-used-bytes", "sync-token", "supported-report-set"]
    asked = "".join(f"<D:{name}/>" for name in names)
    for depth, count in ("0", 1), ("1", 2), ("infinity", 3):
        body = f'<D:propfind xmlns:D="DAV:"><D:prop>{asked}</D:prop></D:propfind>'.encode()
        found = status(client.ask("PROPFIND", "a/", body, Depth=depth), 207).properties()
        assert len(found) == count, (depth, found.keys())
    body = f'<D:propfind xmlns:D="DAV:"><D:allprop/><D:include>{asked}</D:include></D:propfind>'.encode()
    assert len(status(client.ask("PROPFIND", "a/", body, Depth="1"), 207).properties()) == 2


def forgotten_escapes_destroy_nothing():
    """A literal question mark or hash in the target of a change means another resource than the part before it."""
    client = Client()
    client.mkcol("why/"), client.put("note", b"kept")
    for method, path in ("DELETE", "why?x.txt"), ("PUT", "note?v2"), ("DELETE", "why#/x"), ("MKCOL", "new?"):
        status(client.ask(method, path, b"" if method != "PUT" else b"new"), 400)
    status(client.propfind("why/"), 207)
    assert client.get("note") == b"kept"


def quotas_are_told():
    """RFC 4331: what is left and what is used, by name; used is of the collection asked about."""
    client = Client()
    used = lambda path: {
        name: int(element.text)
        for name, element in client.propfind(path, DAV + "quota-available-bytes", DAV + "quota-used-bytes").only().items()
    }
    before = used("")
    assert before[DAV + "quota-available-bytes"] > 1_000_000 and before[DAV + "quota-used-bytes"] >= 0, before
    client.mkcol("full/"), client.mkcol("empty/")
    client.put("full/file", bytes(range(256)) * 8_000)
    assert used("full/")[DAV + "quota-used-bytes"] >= 2_000_000 > used("empty/")[DAV + "quota-used-bytes"]
    assert used("")[DAV + "quota-used-bytes"] - before[DAV + "quota-used-bytes"] >= 2_000_000


def readers_never_miss_a_file_that_is_saved():
    """Whoever reads while a file is saved over and over gets one version whole: a sync app that hears 404 deletes its own copy."""
    client, stop, bad = Client(), threading.Event(), []
    client.put("report.odt", b"0" * 1000)

    def read():
        reader = Client()
        while not stop.is_set():
            answer = reader.ask("GET", "report.odt")
            if answer.status != 200 or len(answer.body) != 1000 or len(set(answer.body)) != 1:
                bad.append(answer.status)
            for answer in (reader.propfind("report.odt", DAV + "getetag"), reader.propfind("", DAV + "getetag", depth="1")):
                if answer.status != 207 or wire.absolute("report.odt") not in answer.properties():
                    bad.append("PROPFIND")

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        for n in range(300):
            body = b"%d" % (n % 10) * 1000
            client.put("report.odt" if n % 3 == 0 else "new", body)
            if n % 3:
                method = "MOVE" if n % 3 == 1 else "COPY"
                status(client.ask(method, "new", Destination=wire.url("report.odt"), Overwrite="T"), 204)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert not bad, f"{len(bad)} times: {bad[:10]}"


if __name__ == "__main__":
    run([check for check in list(globals().values()) if getattr(check, "__module__", "") == "__main__" and check.__doc__])
