"""Hostile headers and paths: what can't be read, what is too much, and every way to write `..`, NUL and what is no UTF-8."""

import re

import wire
from attack import HARMLESS, REFUSED, ask, exchange, failures, folder, host, judge, known, request


def bad_headers():
    lock = b'<lockinfo xmlns="DAV:"><lockscope><exclusive/></lockscope><locktype><write/></locktype></lockinfo>'
    for depth in ("2", "-1", "99999999999999999999999", "infinity, 0", "one", "0x0", "\xff", "1" * 5_000):
        ask(f"PROPFIND, Depth: {depth[:20]}", "PROPFIND", folder, f"Depth: {depth}\r\n")
    ask("LOCK, Depth: 1", "LOCK", folder, "Depth: 1\r\n", lock)
    ask("COPY, Depth: 1", "COPY", folder + "kept", f"Depth: 7\r\nDestination: {wire.url('x')}\r\n")
    # RFC 4918 9.9.4 names 502 for another server.
    for destination in (
        "",
        "garbage",
        "//",
        "http://",
        "http://[::1",
        f"http://{host}:99999999/x",
        "/\xff",
        "%",
        "javascript:alert(1)",
        "x" * 5_000,
        f"{wire.url('a%00b')}",
        f"{wire.url('../../../../../../tmp/x')}",
        f"{wire.url('%2e%2e/%2e%2e/%2e%2e/%2e%2e/x')}",
        f"{wire.url('a%2fb')}",
        f"{wire.url('%ff%fe')}",
        f"{wire.url('%c0%ae%c0%ae/x')}",
    ):
        for method in ("MOVE", "COPY"):
            ask(
                f"{method}, Destination: {destination[:40]}",
                method,
                folder + "kept",
                f"Destination: {destination}\r\nOverwrite: T\r\n",
                allowed=[*REFUSED, 502],
            )
    ask("MOVE without Destination", "MOVE", folder + "kept")
    for other in (
        "http://evil.example/x",
        "https://169.254.169.254/x",
        f"http://evil.example@{host}.evil/x",
        f"//evil.example{folder}x",
    ):
        ask(f"MOVE, Destination: {other}", "MOVE", folder + "kept", f"Destination: {other}\r\n", allowed=[*REFUSED, 502])
    ask("MOVE, Overwrite: X", "MOVE", folder + "kept", f"Destination: {wire.url('x')}\r\nOverwrite: X\r\n")
    ask("MOVE into itself", "MOVE", folder, f"Destination: {wire.url('in/')}\r\n")
    for text in (
        "(",
        "()",
        "<",
        "(<a>",
        "([)",
        "nonsense",
        '(<a> ["b)',
        "(" * 5_000,
        "(Not)",
        "\xff\xfe",
        "<http://x> ",
        "(<urn:x>)" * 700,
    ):
        ask(f"PUT, If: {text[:20]}", "PUT", folder + "kept", f"If: {text}\r\n", b"lost")
    ask("UNLOCK without a token", "UNLOCK", folder + "kept")
    ask("UNLOCK, garbage", "UNLOCK", folder + "kept", "Lock-Token: <garbage\r\n")
    # A timeout that can't be read is no reason to refuse a lock.
    for timeout in ("Second-99999999999999999999999", "Second--1", "x", "Second-" + "9" * 5_000):
        got = ask(f"LOCK, Timeout: {timeout[:20]}", "LOCK", folder + "locked", f"Timeout: {timeout}\r\n", lock, allowed=HARMLESS)
        token = re.search(rb"(?i)\r\nlock-token: *(\S+)", got)
        if token:
            ask("UNLOCK", "UNLOCK", folder + "locked", f"Lock-Token: {token[1].decode()}\r\n", allowed=[204, 400, 409])
    # Ranges that can't be read are ignored (RFC 9110 14.2).
    for ranges in (
        "bytes=5-1",
        "bytes=a-b",
        "bytes=",
        "lines=1-2",
        "bytes=99999999999999999999999-",
        "bytes=-99999999999999999999999",
        "bytes=--1",
        "bytes=" + ",".join(f"{n}-{n}" for n in range(3_000)),
        "bytes=" + "0-," * 2_000,
    ):
        ask(f"GET, Range: {ranges[:30]}", "GET", folder + "kept", f"Range: {ranges}\r\n", allowed=HARMLESS)
    for span in (
        "bytes 0-",
        "bytes */4",
        "bytes 3-1/4",
        "bytes 0-3/2",
        "bytes 99999999999999999999-99999999999999999999/*",
        "bytes 0-99/100",
        "lines 0-3/4",
    ):
        ask(f"PUT, Content-Range: {span}", "PUT", folder + "kept", f"Content-Range: {span}\r\n", b"lost")
    for span in ("bytes=5-1", "bytes=a", "", "bytes=0-99", "bytes=99999999999999999999-", "bytes=18446744073709551615-"):
        ask(
            f"PATCH, X-Update-Range: {span}",
            "PATCH",
            folder + "kept",
            f"X-Update-Range: {span}\r\nContent-Type: application/x-sabredav-partialupdate\r\n",
            b"lost",
        )
    ask("PATCH of nothing known", "PATCH", folder + "kept", "Content-Type: application/json\r\n", b"{}")
    for moment in ("garbage", "99999999999999999999", "-99999999999999999999", "NaN"):
        ask(f"PUT, X-OC-Mtime: {moment}", "PUT", folder + "time", f"X-OC-Mtime: {moment}\r\n", b"x", allowed=HARMLESS)
    for moment in ("Mon, 99 Foo 0000 99:99:99 GMT", "garbage", "Fri, 31 Dec 999999 23:59:59 GMT"):
        ask(f"GET, If-Modified-Since: {moment}", "GET", folder + "kept", f"If-Modified-Since: {moment}\r\n", allowed=HARMLESS)


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
        "..": f"{folder}{up}/etc/passwd",
        "encoded dots": folder + "%2e%2e/" * 12 + "etc/passwd",
        "encoded slashes": folder + "..%2f" * 12 + "etc/passwd",
        "all encoded": folder + "%2e%2e%2f" * 12 + "etc%2fpasswd",
        "half encoded": folder + ".%2e/" * 12 + "etc/passwd",
        "capitals": folder + "%2E%2E/" * 12 + "etc/passwd",
        "backslashes": folder + "..%5c" * 12 + "etc%5cpasswd",
        "double encoded": folder + "%252e%252e%252f" * 12 + "etc%252fpasswd",
        "overlong dots": folder + "%c0%ae%c0%ae/" * 12 + "etc/passwd",
        "overlong slash": folder + "..%c0%af" * 12 + "etc/passwd",
        "three-byte overlong": folder + "%e0%80%ae%e0%80%ae/" * 12 + "etc/passwd",
        "full-width dots": folder + "%ef%bc%8e%ef%bc%8e/" * 12 + "etc/passwd",
        "UTF-16 dots": folder + "%u002e%u002e/" * 12 + "etc/passwd",
        "parameters": folder + "..;/" * 12 + "etc/passwd",
        "a NUL after dots": folder + "..%00/" * 12 + "etc/passwd",
    }
    plain = ("backslashes", "double encoded", "full-width dots")  # names like others here, that lead nowhere
    for name, target in escapes.items():
        for method in ("GET", "PROPFIND", "DELETE", "PUT", "MKCOL"):
            allowed = HARMLESS if name in plain else REFUSED
            got = ask(f"{method}, path with {name}", method, target, "", b"x" if method == "PUT" else b"", allowed=allowed)
            if b"root:" in got:
                failures.append(f"{method}, path with {name}: a file of the machine was given")
    names = {
        "NUL": "a%00b",
        "NUL at the end": "kept%00",
        "an invalid byte": "%ff",
        "a lone continuation": "%80",
        "a cut sequence": "%e2%82",
        "an overlong A": "%c1%81",
        "a surrogate": "%ed%a0%80",
        "above Unicode": "%f4%90%80%80",
        "a lone percent": "%",
        "a cut escape": "a%2",
        "a wrong escape": "%zz",
        "an encoded slash": "a%2fb",
        "one dot": "%2e",
        "two dots": "%2e%2e",
    }
    for name, target in names.items():
        for method in ("PUT", "MKCOL", "LOCK"):
            ask(f"{method}, name with {name}", method, folder + target, "", b"x" if method == "PUT" else b"")
    for name, raw in {
        "a raw 0xff": b"\xff",
        "a raw NUL": b"a\0b",
        "raw UTF-8": "\u00e9".encode(),
        "a space": b"a b",
        "a tab": b"a\tb",
        "a raw CR": b"a\rb",
        "a quote": b'a"b',
    }.items():
        # Browsers once sent raw UTF-8; it may be taken as what it means.
        allowed = HARMLESS if name in ("raw UTF-8", "a quote") else REFUSED
        ask(f"GET, {name}", "GET", folder.encode() + raw, allowed=allowed)
    for name, target in {
        "another host": "http://evil.example/kept",
        "no slash": "kept",
        "a star": "*",
        "a scheme alone": "http://",
        "a port": "localhost:22",
        "empty": "",
    }.items():
        ask(f"GET, target is {name}", "GET", target)


def bad_methods():
    # RFC 9110 15.6.2 has 501 for a method that the server does not know.
    for method in (
        "BREW",
        "get",
        "PROPFINDX",
        "BIND",
        "SEARCH",
        "ACL",
        "UNSUBSCRIBE",
        "CONNECT",
        "TRACE",
        "PRI",
        "A" * 50,
        "\x7f",
        "G@T",
        "GE T",
    ):
        ask(f"method {method[:12]!r}", method, folder + "kept", allowed=[*REFUSED, 501])
    ask("POST without a token", "POST", folder, "Content-Type: application/x-www-form-urlencoded\r\n", b"act=delete&item=kept")
