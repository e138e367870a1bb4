"""What a hostile client sends, byte for byte. Each gets a clean refusal (4xx; where a comment says so, a harmless answer) within ten
seconds, never a 5xx or silence, and the server goes on serving. Standard library only; wire.py says how the server is named.
"""
import re, select, socket, ssl, sys, time, urllib.parse

import wire
from wire import Client

PATIENCE = 10  # seconds
REFUSED = range(400, 500)
HARMLESS = range(200, 500)
folder = wire.folder
host = wire.address.netloc
known = "".join(f"{name}: {value}\r\n" for name, value in wire.login.items())
failures, count, last = [], 0, "nothing"


def connect():
    raw = socket.create_connection((wire.address.hostname, wire.port), timeout=PATIENCE)
    return wire.tls().wrap_socket(raw, server_hostname=wire.address.hostname) if wire.secure else raw


def exchange(*parts, end=False):
    """Sends bytes and reads until the server closes or has nothing more to say for a moment; returns what came and if it closed."""
    link, got, closed = connect(), b"", False
    deadline = time.monotonic() + PATIENCE
    link.settimeout(PATIENCE)
    try:
        try:
            for part in parts:
                link.sendall(part)
        except (ConnectionError, ssl.SSLError, TimeoutError):
            pass  # an answer may have come before everything was sent
        if end and not wire.secure:
            link.shutdown(socket.SHUT_WR)
        while time.monotonic() < deadline:
            link.settimeout(0.5 if got else max(0.1, deadline - time.monotonic()))
            try:
                part = link.recv(65_536)
            except TimeoutError:
                if got:
                    break
                continue
            except (ConnectionError, ssl.SSLError):
                part = b""
            if not part:
                closed = True
                break
            got += part
    finally:
        link.close()
    return got, closed


def statuses(got):
    return [int(code) for code in re.findall(rb"(?:^|(?<=[\n>}]))HTTP/1\.[01] (\d{3})", got) if code != b"100"]


def judge(name, got, allowed=REFUSED, quiet=False):
    """Notes a failure unless the first answer's status is allowed; `quiet` lets the server close without a word."""
    global count, last
    count, last = count + 1, name
    found = statuses(got)
    if not found and quiet:
        return
    if not found:
        failures.append(f"{name}: no answer ({got[:60]!r})")
    elif found[0] not in allowed:
        failures.append(f"{name}: {found[0]}")


def request(method, target, headers="", body=b"", length=True, login=known):
    size = f"Content-Length: {len(body)}\r\n" if length and (body or method in ("PUT", "POST", "PROPFIND", "PROPPATCH", "LOCK", "PATCH")) else ""
    head = f"{method} ".encode() + (target if isinstance(target, bytes) else target.encode()) + b" HTTP/1.1\r\n"
    return head + f"Host: {host}\r\nConnection: close\r\n{login}{size}{headers}\r\n".encode("latin-1") + body


def ask(name, *what, allowed=REFUSED, quiet=False, **named):
    got, _ = exchange(request(*what, **named))
    judge(name, got, allowed, quiet)
    return got


def still_serving(after):
    try:
        answer = Client().propfind("", wire.DAV + "resourcetype")
        assert answer.status == 207, answer.status
        assert Client().get("kept") == b"kept"
    except Exception as error:
        failures.append(f"after {after} the server does not serve: {error}")


def bad_xml():
    deep = 20_000
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bodies = {
        "not XML": b"hello", "cut off": b'<propfind xmlns="DAV:"><prop>', "wrong end": b'<propfind xmlns="DAV:"><prop></propfind></prop>',
        "two roots": b'<propfind xmlns="DAV:"><allprop/></propfind><propfind xmlns="DAV:"><allprop/></propfind>',
        "another root": b'<lockinfo xmlns="DAV:"/>', "no namespace": b"<propfind><allprop/></propfind>",
        "unbound prefix": b'<D:propfind xmlns:D="DAV:"><D:prop><Z:a/></D:prop></D:propfind>',
        "prefix bound to nothing": b'<D:propfind xmlns:D="DAV:"><D:prop><Z:a xmlns:Z=""/></D:prop></D:propfind>',
        "invalid UTF-8": b'<propfind xmlns="DAV:"><prop><a\xff\xfe/></prop></propfind>',
        "NUL": b'<propfind xmlns="DAV:"><prop><a\0/></prop></propfind>',
        "character reference of NUL": b'<propfind xmlns="DAV:"><prop><a b="&#0;"/></prop></propfind>',
        "same attribute twice": b'<propfind xmlns="DAV:" xmlns="DAV:"><allprop/></propfind>',
        "billion laughs": f'<?xml version="1.0"?><!DOCTYPE propfind [<!ENTITY l0 "ha">{entities}]><propfind xmlns="DAV:"><prop><a>&l9;</a></prop></propfind>'.encode(),
        "quadratic blowup": b'<!DOCTYPE propfind [<!ENTITY a "' + b"a" * 50_000 + b'">]><propfind xmlns="DAV:"><prop><a>' + b"&a;" * 5_000 + b"</a></prop></propfind>",
        "external entity": b'<!DOCTYPE propfind [<!ENTITY f SYSTEM "file:///etc/passwd">]><propfind xmlns="DAV:"><prop><a>&f;</a></prop></propfind>',
        "external parameter entity": b'<!DOCTYPE propfind [<!ENTITY % f SYSTEM "http://127.0.0.1:9/x">%f;]><propfind xmlns="DAV:"><allprop/></propfind>',
        "deep": b'<propfind xmlns="DAV:"><prop>' + b"<a>" * deep + b"</a>" * deep + b"</prop></propfind>",
        "deep without an end": b'<propfind xmlns="DAV:"><prop>' + b"<a>" * deep,
        "many attributes": b'<propfind xmlns="DAV:"><prop><a ' + b" ".join(b'a%d="1"' % n for n in range(50_000)) + b"/></prop></propfind>",
        "many namespaces": b'<propfind xmlns="DAV:" ' + b" ".join(b'xmlns:n%d="u:%d"' % (n, n) for n in range(50_000)) + b"><allprop/></propfind>",
        "long name": b'<propfind xmlns="DAV:"><prop><' + b"a" * 2_000_000 + b"/></prop></propfind>",
        "many properties": b'<propfind xmlns="DAV:"><prop>' + b"".join(b'<x%d xmlns="u:%d"/>' % (n, n) for n in range(100_000)) + b"</prop></propfind>",
        "endless comment": b'<propfind xmlns="DAV:"><!--' + b"-x" * 1_000_000, "endless text": b'<propfind xmlns="DAV:">' + b"x" * 5_000_000,
        "binary": bytes(range(256)) * 100,
    }
    for name, body in bodies.items():
        got = ask(f"PROPFIND, {name}", "PROPFIND", folder, "Depth: 0\r\n", body)
        if b"root:" in got or b"hahaha" in got:
            failures.append(f"PROPFIND, {name}: entities were expanded")
    for method, target in (("PROPPATCH", "kept"), ("LOCK", "lockee"), ("REPORT", "")):
        for name in ("not XML", "cut off", "billion laughs", "external entity", "deep", "endless text", "another root" if method != "LOCK" else "no namespace"):
            ask(f"{method}, {name}", method, folder + target, "Depth: 0\r\n", bodies[name])
    # A value that is too long may be refused alone, inside a 207, or be kept.
    ask("PROPPATCH, long value", "PROPPATCH", folder + "kept", "", b'<propertyupdate xmlns="DAV:"><set><prop><v xmlns="u:">' + b"v" * 900_000
        + b"</v></prop></set></propertyupdate>", allowed=HARMLESS)
    many = b"".join(b'<set><prop><p%d xmlns="u:">x</p%d></prop></set>' % (n, n) for n in range(20_000))
    ask("PROPPATCH, many properties", "PROPPATCH", folder + "kept", "", b'<propertyupdate xmlns="DAV:">' + many + b"</propertyupdate>", allowed=HARMLESS)
    ask("LOCK, no scope", "LOCK", folder + "lockee", "", b'<lockinfo xmlns="DAV:"><locktype><write/></locktype></lockinfo>')
    ask("LOCK, unknown scope", "LOCK", folder + "lockee", "", b'<lockinfo xmlns="DAV:"><lockscope><all/></lockscope><locktype><write/></locktype></lockinfo>')
    ask("MKCOL with a body", "MKCOL", folder + "withbody/", "Content-Type: text/plain\r\n", b"hello")
    # Other encodings may be read or refused.
    ask("PROPFIND, UTF-16", "PROPFIND", folder, "Depth: 0\r\n", '<?xml version="1.0" encoding="utf-16"?><propfind xmlns="DAV:"><allprop/></propfind>'.encode("utf-16"), allowed=HARMLESS)
    ask("PROPFIND, compressed", "PROPFIND", folder, "Depth: 0\r\nContent-Encoding: gzip\r\n", b"\x1f\x8b\x08\0\0\0\0\0" + bytes(100))


def bad_headers():
    lock = b'<lockinfo xmlns="DAV:"><lockscope><exclusive/></lockscope><locktype><write/></locktype></lockinfo>'
    for depth in ("2", "-1", "99999999999999999999999", "infinity, 0", "one", "0x0", "\xff", "1" * 5_000):
        ask(f"PROPFIND, Depth: {depth[:20]}", "PROPFIND", folder, f"Depth: {depth}\r\n")
    ask("LOCK, Depth: 1", "LOCK", folder, "Depth: 1\r\n", lock)
    ask("COPY, Depth: 1", "COPY", folder + "kept", f"Depth: 7\r\nDestination: {wire.url('x')}\r\n")
    for destination in ("", "garbage", "//", "http://", "http://[::1", f"http://{host}:99999999/x", "/\xff", "%", "javascript:alert(1)", "x" * 5_000,
                        f"{wire.url('a%00b')}", f"{wire.url('../../../../../../tmp/x')}", f"{wire.url('%2e%2e/%2e%2e/%2e%2e/%2e%2e/x')}", f"{wire.url('a%2fb')}",
                        f"{wire.url('%ff%fe')}", f"{wire.url('%c0%ae%c0%ae/x')}"):
        for method in ("MOVE", "COPY"):
            ask(f"{method}, Destination: {destination[:40]}", method, folder + "kept", f"Destination: {destination}\r\nOverwrite: T\r\n")
    ask("MOVE without Destination", "MOVE", folder + "kept")
    # RFC 4918 9.9.4 names 502 for another server.
    for other in ("http://evil.example/x", "https://169.254.169.254/x", f"http://evil.example@{host}.evil/x", f"//evil.example{folder}x"):
        ask(f"MOVE, Destination: {other}", "MOVE", folder + "kept", f"Destination: {other}\r\n", allowed=[*REFUSED, 502])
    ask("MOVE, Overwrite: X", "MOVE", folder + "kept", f"Destination: {wire.url('x')}\r\nOverwrite: X\r\n")
    ask("MOVE into itself", "MOVE", folder, f"Destination: {wire.url('in/')}\r\n")
    for text in ("(", "()", "<", "(<a>", "([)", "nonsense", "(<a> [\"b)", "(" * 5_000, "(Not)", "\xff\xfe", "<http://x> ", "(<urn:x>)" * 700):
        ask(f"PUT, If: {text[:20]}", "PUT", folder + "kept", f"If: {text}\r\n", b"lost")
    ask("UNLOCK without a token", "UNLOCK", folder + "kept")
    ask("UNLOCK, garbage", "UNLOCK", folder + "kept", "Lock-Token: <garbage\r\n")
    # A timeout that can't be read is no reason to refuse a lock.
    for timeout in ("Second-99999999999999999999999", "Second--1", "x", "Second-" + "9" * 5_000):
        got = ask(f"LOCK, Timeout: {timeout[:20]}", "LOCK", folder + "locked", f"Timeout: {timeout}\r\n", lock, allowed=HARMLESS)
        token = re.search(rb"(?i)\r\nlock-token: *(\S+)", got)
        if token:
            ask("UNLOCK", "UNLOCK", folder + "locked", f"Lock-Token: {token[1].decode()}\r\n", allowed=[204])
    # Ranges that can't be read are ignored (RFC 9110 14.2).
    for ranges in ("bytes=5-1", "bytes=a-b", "bytes=", "lines=1-2", "bytes=99999999999999999999999-", "bytes=-99999999999999999999999", "bytes=--1",
                   "bytes=" + ",".join(f"{n}-{n}" for n in range(3_000)), "bytes=" + "0-," * 2_000):
        ask(f"GET, Range: {ranges[:30]}", "GET", folder + "kept", f"Range: {ranges}\r\n", allowed=HARMLESS)
    for span in ("bytes 0-", "bytes */4", "bytes 3-1/4", "bytes 0-3/2", "bytes 99999999999999999999-99999999999999999999/*", "bytes 0-99/100", "lines 0-3/4"):
        ask(f"PUT, Content-Range: {span}", "PUT", folder + "kept", f"Content-Range: {span}\r\n", b"lost")
    for span in ("bytes=5-1", "bytes=a", "", "bytes=0-99", "bytes=99999999999999999999-", "bytes=18446744073709551615-"):
        ask(f"PATCH, X-Update-Range: {span}", "PATCH", folder + "kept", f"X-Update-Range: {span}\r\nContent-Type: application/x-sabredav-partialupdate\r\n", b"lost")
    ask("PATCH of nothing known", "PATCH", folder + "kept", "Content-Type: application/json\r\n", b"{}")
    for moment in ("garbage", "99999999999999999999", "-99999999999999999999", "NaN"):
        ask(f"PUT, X-OC-Mtime: {moment}", "PUT", folder + "time", f"X-OC-Mtime: {moment}\r\n", b"x", allowed=HARMLESS)
    for moment in ("Mon, 99 Foo 0000 99:99:99 GMT", "garbage", "Fri, 31 Dec 999999 23:59:59 GMT"):
        ask(f"GET, If-Modified-Since: {moment}", "GET", folder + "kept", f"If-Modified-Since: {moment}\r\n", allowed=HARMLESS)
    for text in ("Basic", "Basic !!!!", "Basic " + "QUFB" * 2_000, "Basic Og==", "Basic //79", "Bearer x", "Digest username=\"a\"", "\xff", "Basic YQ==", "Basic YTpiOmM="):
        ask(f"Authorization: {text[:20]}", "PROPFIND", folder, f"Depth: 0\r\nAuthorization: {text}\r\n", login="")


def floods():
    line = f"GET {folder}kept HTTP/1.1\r\nHost: {host}\r\n{known}".encode()
    for name, data in {
        "10,000 headers": line + b"".join(b"X-%d: y\r\n" % n for n in range(10_000)) + b"\r\n",
        "the same header 10,000 times": line + b"If: (<urn:x>)\r\n" * 10_000 + b"\r\n",
        "a header of 4 MB": line + b"X: " + b"y" * 4_000_000 + b"\r\n\r\n",
        "a header name of 1 MB": line + b"y" * 1_000_000 + b": x\r\n\r\n",
        "a path of 1 MB": b"GET /" + b"a" * 1_000_000 + b" HTTP/1.1\r\n" + f"Host: {host}\r\n{known}\r\n".encode(),
        "a name of 60 KB": request("PUT", folder + "n" * 60_000, "", b"x"),
        "a name of 256 bytes": request("PUT", folder + "n" * 256, "", b"x"),
        "a path of 20,000 parts": request("MKCOL", folder + "a/" * 20_000),
        "a method of 100 KB": b"M" * 100_000 + line[3:] + b"\r\n",
        "cookies of 1 MB": line + b"Cookie: " + b"a=b; " * 200_000 + b"\r\n\r\n",
        "a query of 100 KB": request("GET", folder + "?" + "a=b&" * 25_000),
    }.items():
        got, _ = exchange(data)
        # Headers are refused as they come; a server may close while more are being sent.
        judge(name, got, quiet=b"MB" in name.encode() or name.endswith("headers") or name.endswith("times"))


def bad_paths():
    up = "/".join([".."] * 12)
    escapes = {
        "..": f"{folder}{up}/etc/passwd", "encoded dots": folder + "%2e%2e/" * 12 + "etc/passwd", "encoded slashes": folder + "..%2f" * 12 + "etc/passwd",
        "all encoded": folder + "%2e%2e%2f" * 12 + "etc%2fpasswd", "half encoded": folder + ".%2e/" * 12 + "etc/passwd", "capitals": folder + "%2E%2E/" * 12 + "etc/passwd",
        "backslashes": folder + "..%5c" * 12 + "etc%5cpasswd", "double encoded": folder + "%252e%252e%252f" * 12 + "etc%252fpasswd",
        "overlong dots": folder + "%c0%ae%c0%ae/" * 12 + "etc/passwd", "overlong slash": folder + "..%c0%af" * 12 + "etc/passwd",
        "three-byte overlong": folder + "%e0%80%ae%e0%80%ae/" * 12 + "etc/passwd", "full-width dots": folder + "%ef%bc%8e%ef%bc%8e/" * 12 + "etc/passwd",
        "UTF-16 dots": folder + "%u002e%u002e/" * 12 + "etc/passwd", "parameters": folder + "..;/" * 12 + "etc/passwd", "a NUL after dots": folder + "..%00/" * 12 + "etc/passwd",
    }
    for name, target in escapes.items():
        for method in ("GET", "PROPFIND", "DELETE", "PUT", "MKCOL"):
            got = ask(f"{method}, path with {name}", method, target, "", b"x" if method == "PUT" else b"")
            if b"root:" in got:
                failures.append(f"{method}, path with {name}: a file of the machine was given")
    names = {"NUL": "a%00b", "NUL at the end": "kept%00", "an invalid byte": "%ff", "a lone continuation": "%80", "a cut sequence": "%e2%82", "an overlong A": "%c1%81",
             "a surrogate": "%ed%a0%80", "above Unicode": "%f4%90%80%80", "a lone percent": "%", "a cut escape": "a%2", "a wrong escape": "%zz", "an encoded slash": "a%2fb",
             "one dot": "%2e", "two dots": "%2e%2e"}
    for name, target in names.items():
        for method in ("PUT", "MKCOL", "LOCK"):
            ask(f"{method}, name with {name}", method, folder + target, "", b"x" if method == "PUT" else b"")
    for name, raw in {"a raw 0xff": b"\xff", "a raw NUL": b"a\0b", "raw UTF-8": "\u00e9".encode(), "a space": b"a b", "a tab": b"a\tb", "a raw CR": b"a\rb", "a quote": b'a"b'}.items():
        # Browsers once sent raw UTF-8; it may be taken as what it means.
        allowed = HARMLESS if name in ("raw UTF-8", "a quote") else REFUSED
        ask(f"GET, {name}", "GET", folder.encode() + raw, allowed=allowed)
    for name, target in {"another host": "http://evil.example/kept", "no slash": "kept", "a star": "*", "a scheme alone": "http://", "a port": "localhost:22", "empty": ""}.items():
        ask(f"GET, target is {name}", "GET", target)


def bad_methods():
    # RFC 9110 15.6.2 has 501 for a method that the server does not know.
    for method in ("BREW", "get", "PROPFINDX", "BIND", "SEARCH", "ACL", "UNSUBSCRIBE", "CONNECT", "TRACE", "PRI", "A" * 50, "\x7f", "G@T", "GE T"):
        ask(f"method {method[:12]!r}", method, folder + "kept", allowed=[*REFUSED, 501])
    ask("POST without a token", "POST", folder, "Content-Type: application/x-www-form-urlencoded\r\n", b"act=delete&item=kept")


def bad_framing():
    slow = f"Host: {host}\r\n{known}".encode()
    put = f"PUT {folder}framed HTTP/1.1\r\n".encode() + slow
    hidden = f"DELETE {folder}kept HTTP/1.1\r\nHost: {host}\r\n{known}\r\n".encode()
    # A length and chunks at once (RFC 9112 6.1): refused, or read as chunks; never by the length. What follows the end of the chunks
    # is a request of its own then, so it must not be one that was hidden behind the length.
    for name, headers in {
        "length, then chunked": b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", "chunked, then length": b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
    }.items():
        got, _ = exchange(put + headers + b"Connection: close\r\n\r\n" + b"5\r\nhello\r\n0\r\n\r\n")
        judge(name, got, allowed=HARMLESS)
        if statuses(got) and statuses(got)[0] < 300 and Client().get("framed") != b"hello":
            failures.append(f"{name}: read by the length")
    for name, headers in {
        "two lengths": b"Content-Length: 5\r\nContent-Length: 6\r\n", "a list of lengths": b"Content-Length: 5, 6\r\n", "a negative length": b"Content-Length: -1\r\n",
        "a signed length": b"Content-Length: +5\r\n", "a length in hex": b"Content-Length: 0x5\r\n", "a length of words": b"Content-Length: five\r\n",
        "a length over 64 bits": b"Content-Length: 99999999999999999999999\r\n", "an empty length": b"Content-Length: \r\n",
        "unknown coding": b"Transfer-Encoding: xchunked\r\n", "chunked is not last": b"Transfer-Encoding: chunked, identity\r\n",
        "chunked twice": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "a space before the colon": b"Transfer-Encoding : chunked\r\n",
        "a folded header": b"Transfer-Encoding:\r\n chunked\r\n", "a coding with a tab": b"Transfer-Encoding: \x0bchunked\r\n", "a bare CR": b"X: a\rTransfer-Encoding: chunked\r\n",
        "a header without a colon": b"garbage\r\n", "an empty name": b": x\r\n", "a NUL in a value": b"X: a\0b\r\n", "a NUL in a name": b"X\0: a\r\n",
    }.items():
        chunked = b"chunked" in headers
        got, _ = exchange(put + headers + b"\r\n" + (b"5\r\nhello\r\n0\r\n\r\n" if chunked else b"hello") + hidden)
        judge(name, got, allowed=HARMLESS if name in ("chunked twice", "a folded header") else REFUSED, quiet=name == "chunked twice")
        if Client().ask("GET", "kept").status != 200:
            failures.append(f"{name}: the request that was hidden in the body was done")
            Client().ask("PUT", "kept", b"kept")
    for name, body in {
        "chunk size of letters": b"zz\r\nhello\r\n0\r\n\r\n", "a negative chunk": b"-5\r\nhello\r\n0\r\n\r\n", "a chunk over 64 bits": b"fffffffffffffffff\r\nhello\r\n0\r\n\r\n",
        "a chunk longer than told": b"2\r\nhello\r\n0\r\n\r\n", "chunk size in words": b"5 five\r\nhello\r\n0\r\n\r\n",
        "a long chunk extension": b"5;" + b"x" * 1_000_000 + b"\r\nhello\r\n0\r\n\r\n", "trailers of 1 MB": b"5\r\nhello\r\n0\r\n" + b"X: y\r\n" * 160_000 + b"\r\n",
    }.items():
        got, _ = exchange(put + b"Transfer-Encoding: chunked\r\n\r\n" + body)
        judge(name, got, quiet=True)
        found = Client().ask("GET", "framed")
        if found.status == 200 and found.body not in (b"hello", b"old"):
            failures.append(f"{name}: {found.body[:20]!r} was stored")
    for name, line in {"HTTP/3.7": b"GET / HTTP/3.7\r\n", "HTTP/0.9": b"GET /\r\n", "no version": b"GET / \r\n", "no words": b"\r\n\r\n\r\n", "lower case": b"get / http/1.1\r\n",
                       "bare LF": b"GET /none HTTP/1.1\nHost: x\n\n", "garbage": bytes(range(128, 256)) * 4, "spaces": b"GET    /    HTTP/1.1\r\n"}.items():
        got, _ = exchange(line + slow + b"\r\n")
        judge(name, got, quiet=True)
    for name, line in {"no Host": b"", "two Hosts": b"Host: a\r\nHost: b\r\n", "a bad Host": b"Host: a b\r\n", "a Host with a path": b"Host: x/y@z\r\n"}.items():
        got, _ = exchange(f"GET {folder}kept HTTP/1.1\r\nConnection: close\r\n{known}".encode() + line + b"\r\n")
        # RFC 9112 3.2 wants 400.
        judge(name, got)


def large_bodies():
    for name, size in {"larger than the disk": 2**50, "as large as a number can be": 2**63 - 1}.items():
        head = f"PUT {folder}huge HTTP/1.1\r\nHost: {host}\r\n{known}Content-Length: {size}\r\nExpect: 100-continue\r\n\r\n".encode()
        got, _ = exchange(head)
        # RFC 4918 11.5: no room is 507.
        judge(f"PUT {name}", got, allowed=[*REFUSED, 507])
        if b" 100 Continue" in got.split(b"\r\n")[0]:
            failures.append(f"PUT {name}: the client was asked to go on")
    for method in ("PROPFIND", "PROPPATCH", "LOCK", "REPORT", "MKCOL", "DELETE", "MOVE", "UNLOCK"):
        ask(f"{method} with 20 MB", method, folder + "kept2", f"Depth: 0\r\nDestination: {wire.url('y')}\r\n", b"<" + b"x" * 20_000_000)
    got, _ = exchange(request("PUT", folder + "kept", "Expect: 200-maybe\r\n", b"kept"))
    judge("an unknown expectation", got, allowed=HARMLESS)


def not_tls():
    if not wire.secure:
        return
    for name, data in {"plain HTTP": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "garbage": bytes(range(256)) * 20, "a cut hello": bytes.fromhex("16030102000100"), "nothing": b"",
                       "SSH": b"SSH-2.0-x\r\n", "a record of 64 KB": bytes.fromhex("160301ffff") + bytes(65_535)}.items():
        link = socket.create_connection((wire.address.hostname, wire.port), timeout=PATIENCE)
        try:
            link.sendall(data)
            if name in ("a cut hello", "nothing"):
                link.shutdown(socket.SHUT_WR)
            while link.recv(65_536):
                pass
        except ConnectionError:
            pass
        except TimeoutError:
            failures.append(f"on the TLS port, {name}: left open for {PATIENCE} s")
        finally:
            link.close()
        global count
        count += 1


def without_login():
    """The same doors, for somebody who has no password: nothing but 4xx, and nothing of the bag in any answer."""
    if not wire.login:
        return
    for method in ("OPTIONS", "GET", "HEAD", "PUT", "DELETE", "MKCOL", "PROPFIND", "PROPPATCH", "LOCK", "UNLOCK", "COPY", "MOVE", "REPORT", "PATCH", "POST"):
        for target in (folder, folder + "kept", folder + "none"):
            got = ask(f"{method} {target} without a login", method, target, f"Depth: 1\r\nDestination: {wire.url('x')}\r\n", b"x" if method in ("PUT", "PATCH", "POST") else b"", login="",
                      allowed=HARMLESS if method in ("OPTIONS", "GET", "HEAD") else REFUSED)
            if b"kept</" in got or b"kept2" in got or got.endswith(b"\r\n\r\nkept"):
                failures.append(f"{method} {target} without a login: something of the bag was shown")
    missing = [exchange(request("PROPFIND", folder + name, "Depth: 0\r\n", login=""))[0] for name in ("kept", "none")]
    head = lambda got: re.sub(rb"(?im)^date:.*\r\n", b"", got)
    if head(missing[0]) != head(missing[1]):
        failures.append("without a login a missing file is answered in another way than one that is there")


Client().put("kept", b"kept")
groups = [bad_xml, bad_headers, floods, bad_paths, bad_methods, bad_framing, large_bodies, not_tls, without_login]
for group in groups:
    if len(sys.argv) > 1 and group.__name__ not in sys.argv[1:]:
        continue
    start, before, failed = time.monotonic(), count, len(failures)
    try:
        group()
    except OSError as error:
        failures.append(f"{group.__name__} was not finished after {last}: {error}")
    still_serving(group.__name__)
    print(f"{group.__name__}: {count - before} requests, {len(failures) - failed} failures ({time.monotonic() - start:.1f} s)", flush=True)
for failure in failures:
    print("FAIL", failure)
print(f"hostile: {count} requests, {len(failures)} failures")
sys.exit(bool(failures))
