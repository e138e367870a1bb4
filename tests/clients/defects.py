"""What dav-server 0.11 gets wrong and a user feels, a check each, in the order of the list kept with the design: each fails on
a plain dav-server (benches/src/bin/plaindav.rs) and passes on a right server.

Standard library only; wire.py says how the server is named.
"""

import email, http.client, re, socket, threading, time, urllib.parse

import wire
from wire import DAV, Client, run, status


def missing_properties_are_told():
    """1. A property that is not there is listed with 404 (RFC 4918 9.1); without it strict clients refuse the answer."""
    client = Client()
    client.put("file", b"x")
    parts = client.propfind("file", DAV + "getcontentlength", "{urn:x}none").properties()[wire.absolute("file")]
    assert DAV + "getcontentlength" in parts[200] and "{urn:x}none" in parts[404], parts
    parts = client.propfind("file", "{urn:x}none", "{urn:y}neither").properties()[wire.absolute("file")]
    assert set(parts) == {404} and len(parts[404]) == 2, parts


def no_depth_lists_the_target_too():
    """2. PROPFIND without Depth means infinity (RFC 4918 9.1): the target is in the answer, and a file is answered at all."""
    client = Client()
    client.put("file", b"four")
    found = client.ask("PROPFIND", "file").only()
    assert found[DAV + "getcontentlength"].text == "4"
    listed = client.ask("PROPFIND").properties()
    assert wire.folder in listed and wire.absolute("file") in listed, list(listed)


def depth_infinity_is_served():
    """3. Depth: infinity lists the tree; 501 stops clients that ask for nothing else."""
    client = Client()
    client.mkcol("a/"), client.mkcol("a/b/"), client.put("a/b/file", b"x")
    assert client.propfind("", DAV + "resourcetype", depth="infinity").names() == {"", "a", "a/b", "a/b/file"}


def etag_property_is_the_header():
    """4. getetag is the ETag, quotes included (RFC 4918 15.6): what PROPFIND gave can be sent with If-Match."""
    client = Client()
    client.put("file", b"x")
    tag = client.propfind("file", DAV + "getetag").only()[DAV + "getetag"].text
    assert re.fullmatch(r'"[^"]+"', tag) and tag == client.ask("HEAD", "file")["ETag"], tag
    assert status(client.ask("GET", "file", If_None_Match=tag), 304)
    status(client.ask("PUT", "file", b"y", If_Match=tag), 200, 204)


def include_adds_to_allprop():
    """5. <allprop/><include> gives the included properties besides (RFC 4918 9.1)."""
    client = Client()
    client.put("file", b"x")
    body = (
        '<?xml version="1.0"?><propfind xmlns="DAV:"><allprop/><include><x:none xmlns:x="urn:x"/><supportedlock/><quota-used-bytes/>'
        "</include></propfind>"
    )
    parts = client.ask("PROPFIND", "", body, Depth="0").properties()[wire.folder]
    assert (
        DAV + "quota-used-bytes" in parts[200] and DAV + "supportedlock" in parts[200] and DAV + "resourcetype" in parts[200]
    ), parts
    parts = client.ask("PROPFIND", "file", body, Depth="0").properties()[wire.absolute("file")]
    assert DAV + "getcontentlength" in parts[200] and "{urn:x}none" in parts.get(404, {}), parts


def folders_answer_head_and_get():
    """6. HEAD and GET of a folder are answered: Microsoft Office and webdavclient3 ask before anything else."""
    client = Client()
    for method in ("HEAD", "GET"):
        status(client.ask(method), 200)
        # Without the slash a redirection to the name with it will do.
        status(client.ask(method, wire.folder.rstrip("/")), 200, 301, 302, 307, 308)


def locks_end():
    """7. A lock ends when its time is over (RFC 4918 6.6), so that a file of a client that crashed can be changed again."""
    client, other = Client(), Client()
    client.put("file", b"x")
    answer, _ = client.lock("file", timeout="Second-1")
    granted = int(answer.xml().findtext(f".//{DAV}timeout").strip().removeprefix("Second-"))
    assert granted <= 5, f"one second was asked for, {granted} were given"
    status(other.ask("PUT", "file", b"y"), 423)
    deadline = time.monotonic() + granted + 2
    while (answer := other.ask("PUT", "file", b"y")).status == 423 and time.monotonic() < deadline:
        time.sleep(0.2)
    status(answer, 200, 204)
    assert other.propfind("file", DAV + "lockdiscovery").only()[DAV + "lockdiscovery"].find(DAV + "activelock") is None


def unknown_tokens_match_nothing():
    """8. `If: (<token>)` with a token that no lock has is false (RFC 4918 10.4): 412, and the file stays."""
    client = Client()
    client.put("file", b"kept")
    status(client.ask("PUT", "file", b"lost", If="(<opaquelocktoken:00000000-1111-4222-8333-444444444444>)"), 412)
    status(client.ask("DELETE", "file", If="(<urn:bogus>)"), 412)
    assert client.get("file") == b"kept"
    status(client.ask("PUT", "file", b"new", If="(Not <urn:bogus>)"), 200, 204)


def broken_uploads_leave_the_old_file():
    """9. A PUT that breaks off leaves the old file whole, whether its length was told or not; a new name stays free."""
    client = Client()
    old = b"old contents " * 1000
    for name, chunked in (("length", False), ("chunked", True), ("new", False), ("new-chunked", True)):
        if not name.startswith("new"):
            client.put(name, old)
        connection = client.connect()
        connection.connect()
        head = "".join(f"{key}: {value}\r\n" for key, value in wire.login.items())
        head += "Transfer-Encoding: chunked\r\n" if chunked else "Content-Length: 1000000\r\n"
        part = b"n" * 100_000
        connection.sock.sendall(
            f"PUT {wire.absolute(name)} HTTP/1.1\r\nHost: {wire.address.netloc}\r\n{head}\r\n".encode()
            + (f"{len(part):x}\r\n".encode() + part + b"\r\n" if chunked else part)
        )
        time.sleep(0.3)
        if name == "length":
            assert Client().get(name) == old, "the old file is gone while another is on its way"
        end(connection.sock)
        deadline = time.monotonic() + 2
        while time.monotonic() < deadline:
            answer = Client().ask("GET", name)
            wanted = answer.status == 404 if name.startswith("new") else answer.status == 200 and answer.body == old
            assert wanted, f"{name}: {answer.status}, {len(answer.body)} bytes"
            time.sleep(0.2)


def end(connected):
    """Breaks a connection off, as a phone does that leaves the network: with a reset, nothing said."""
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    connected.close()


def refused_moves_lose_nothing():
    """10. MOVE and COPY with Overwrite don't take the destination away before they know that they can be done."""
    client = Client()
    for method in ("MOVE", "COPY"):
        client.mkcol("folder/"), client.mkcol("folder/inner/")
        client.put("folder/inner/file", b"kept"), client.put("folder/other", b"kept too")
        answer = client.ask(method, "folder/inner/", Destination=wire.url("folder/"), Overwrite="T")
        if answer.status in (201, 204):
            assert client.get("folder/file") == b"kept"
        else:
            assert 400 <= answer.status < 500, answer.status
            assert client.get("folder/inner/file") == b"kept" and client.get("folder/other") == b"kept too"
        status(client.ask("DELETE", "folder/"), 204)
        client.put("a", b"a"), client.put("b", b"b")
    # Whoever reads the destination meanwhile finds the old or the new file, never none.
    stop, bad, reader = threading.Event(), [], Client()
    client.put("target", b"0" * 1000)

    def read():
        while not stop.is_set():
            answer = reader.ask("GET", "target")
            if answer.status != 200 or len(set(answer.body)) != 1 or len(answer.body) != 1000:
                bad.append(answer.status)

    thread = threading.Thread(target=read)
    thread.start()
    for n in range(200):
        client.put("source", b"%d" % (n % 10) * 1000)
        status(client.ask("MOVE", "source", Destination=wire.url("target"), Overwrite="T"), 204)
    stop.set()
    thread.join()
    assert not bad, bad[:10]


def folders_go_and_come_whole():
    """11. DELETE and COPY of a folder are one act: whoever looks meanwhile finds all of it or nothing."""
    client = Client()
    client.mkcol("one/"), client.mkcol("folder/")
    for n in range(500):
        client.put(f"one/{n}", b"x")
    for n in range(30):
        status(client.ask("COPY", "one/", Destination=wire.url(f"folder/{n}/")), 201)
    samples = [f"{part}/{n}" for part, n in ((0, 0), (29, 499), (10, 250), (5, 100), (15, 7), (2, 333))]

    def watch(path, act):
        """Looks for some files again and again until the act is done: what was seen, in order."""
        done, seen = threading.Event(), []

        def look():
            other = Client()
            while not done.is_set():
                seen.extend(other.ask("HEAD", path + name).status for name in samples)

        thread = threading.Thread(target=look)
        thread.start()
        try:
            time.sleep(0.1)
            act()
        finally:
            done.set()
            thread.join()
        return seen

    copy = lambda: status(client.ask("COPY", "folder/", Destination=wire.url("copy/")), 201)
    delete = lambda: status(client.ask("DELETE", "copy/"), 204)
    for act, before, after in ((copy, 404, 200), (delete, 200, 404)) * 4 + ((copy, 404, 200),):
        seen = watch("copy/", act)
        begun = seen.index(after) if after in seen else len(seen)
        half = seen[begun:].count(before)
        assert half == 0, f"{act is copy and 'COPY' or 'DELETE'} was seen half done {half} times"
    assert len(client.propfind("copy/", DAV + "resourcetype", depth="1").properties()) == 31
    assert client.get("copy/29/499") == b"x"


def win32_times_are_kept():
    """12. PROPPATCH of Win32LastModifiedTime is stored and is what getlastmodified says; getlastmodified itself can be set."""
    client = Client()
    client.put("file", b"x")
    moment = "Tue, 02 Sep 2025 10:20:30 GMT"
    answer = client.ask(
        "PROPPATCH",
        "file",
        '<?xml version="1.0"?><D:propertyupdate xmlns:D="DAV:" xmlns:Z="urn:schemas-microsoft-com:"><D:set><D:prop>'
        f"<Z:Win32LastModifiedTime>{moment}</Z:Win32LastModifiedTime></D:prop></D:set></D:propertyupdate>",
    )
    assert set(answer.properties()[wire.absolute("file")]) == {200}
    found = client.propfind("file", DAV + "getlastmodified", "{urn:schemas-microsoft-com:}Win32LastModifiedTime").only()
    assert [element.text for element in found.values()] == [moment, moment], [element.text for element in found.values()]


def downloads_are_one_version():
    """13. A GET that is on its way while the file is replaced or shortened gives the version it began with, or breaks off; never
    zeros, and never the rest of another version."""
    client, other = Client(), Client()
    body = bytes(range(1, 256)) * 250_000
    for change in ("PUT", "DELETE"):
        client.put("film", body)
        response = client.ask("GET", "film", read=False)
        got = response.read(100_000)
        if change == "PUT":
            other.put("film", b"short")
        else:
            status(other.ask("DELETE", "film"), 204)
        try:
            got += response.read()
        except http.client.IncompleteRead as broken:
            got += broken.partial
            assert body.startswith(got), "broken off, and before that another version"
        else:
            assert got == body, f"{len(got):,} of {len(body):,} bytes, {got.count(0):,} zeros"
        response.owner.close()


def several_ranges_are_well_formed():
    """14. Several ranges come as multipart/byteranges with CRLF and a boundary that does not occur in the file (RFC 9110 14.6), or as
    the whole file."""
    client = Client()
    body = b"BOUNDARY\r\n--BOUNDARY--\r\n" + bytes(range(256)) * 10
    client.put("file.pdf", body)
    answer = status(client.ask("GET", "file.pdf", Range="bytes=0-9,100-199,-5"), 200, 206)
    if answer.status == 200 or not answer["Content-Type"].startswith("multipart/byteranges"):
        assert answer.body == body
        return
    boundary = email.message_from_string(f"Content-Type: {answer['Content-Type']}\n\n").get_boundary().encode()
    assert boundary not in body, boundary
    pieces = (b"\r\n" + answer.body).split(b"\r\n--" + boundary)
    assert pieces[-1].startswith(b"--") and len(pieces) == 5, answer.body[:200]
    for piece, wanted in zip(pieces[1:-1], (body[0:10], body[100:200], body[-5:])):
        assert piece.startswith(b"\r\n"), piece[:80]
        head, part = piece[2:].split(b"\r\n\r\n", 1)
        assert part == wanted and b"content-range: bytes " in head.lower(), piece[:200]


def other_servers_are_no_destination():
    """15. MOVE to another host is refused with 502 (RFC 4918 9.9.4), not done here."""
    client = Client()
    client.put("file", b"here")
    for destination in (
        "http://evil.example/stolen",
        f"https://evil.example{wire.absolute('stolen')}",
        f"ftp://{wire.address.netloc}/x",
    ):
        for method in ("MOVE", "COPY"):
            answer = client.ask(method, "file", Destination=destination)
            assert answer.status in (400, 403, 502), f"{destination}: {answer.status}"
    assert client.get("file") == b"here"
    status(client.propfind("stolen"), 404)


def quota_is_of_the_folder():
    """16. quota-used-bytes of a folder is what is in it (RFC 4331 4), and quota-available-bytes is there."""
    client = Client()
    client.mkcol("full/"), client.mkcol("full/inner/"), client.mkcol("empty/")
    client.put("full/inner/file", bytes(range(256)) * 2_000)
    found = {}
    for name in ("full/", "empty/"):
        props = client.propfind(name, DAV + "quota-used-bytes", DAV + "quota-available-bytes").only()
        found[name] = int(props[DAV + "quota-used-bytes"].text)
        assert int(props[DAV + "quota-available-bytes"].text) > 0
    assert found["full/"] >= 512_000 > 100_000 > found["empty/"], found


def changes_can_be_asked_for():
    """17. sync-collection (RFC 6578) works on folders of files, so that a client need not list everything again."""
    client = Client()
    client.put("old", b"1")
    body = '<?xml version="1.0"?><sync-collection xmlns="DAV:"><sync-token>%s</sync-token><sync-level>1</sync-level><prop><getetag/></prop></sync-collection>'
    first = status(client.ask("REPORT", "", body % ""), 207)
    token = first.xml().findtext(DAV + "sync-token")
    client.put("new", b"1")
    second = status(client.ask("REPORT", "", body % token), 207)
    assert [urllib.parse.urlsplit(path).path for path in second.properties()] == [wire.absolute("new")]


if __name__ == "__main__":
    run(
        [
            check
            for check in list(globals().values())
            if getattr(check, "__module__", "") == "__main__" and re.match(r"\d+\. ", check.__doc__ or "")
        ]
    )
