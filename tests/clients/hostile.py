"""What a hostile client sends, byte for byte: each gets a clean refusal within ten seconds, and the server goes on serving.

Standard library only; wire.py says how the server is named. Names of groups on the command line run only those.
"""

import re, socket, sys, time

import wire
from attack import (
    HARMLESS,
    PATIENCE,
    REFUSED,
    ask,
    exchange,
    failures,
    folder,
    host,
    judge,
    judged,
    known,
    request,
    statuses,
    still_serving,
)
from hostile_bodies import bad_xml, large_bodies
from hostile_heads import bad_headers, bad_methods, bad_paths, floods
from wire import Client


def bad_framing():
    slow = f"Host: {host}\r\n{known}".encode()
    put = f"PUT {folder}framed HTTP/1.1\r\n".encode() + slow
    hidden = f"DELETE {folder}kept HTTP/1.1\r\nHost: {host}\r\n{known}\r\n".encode()
    # A length and chunks at once (RFC 9112 6.1): refused, or read as chunks; never by the length. What follows the end of the chunks
    # is a request of its own then, so it must not be one that was hidden behind the length.
    for name, headers in {
        "length, then chunked": b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        "chunked, then length": b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
    }.items():
        got, _ = exchange(put + headers + b"Connection: close\r\n\r\n" + b"5\r\nhello\r\n0\r\n\r\n")
        judge(name, got, allowed=HARMLESS)
        if statuses(got) and statuses(got)[0] < 300 and Client().get("framed") != b"hello":
            failures.append(f"{name}: read by the length")
    old = ("chunked twice", "a folded header")  # may be read as what they mean
    for name, headers in {
        "two lengths": b"Content-Length: 5\r\nContent-Length: 6\r\n",
        "a list of lengths": b"Content-Length: 5, 6\r\n",
        "a negative length": b"Content-Length: -1\r\n",
        "a signed length": b"Content-Length: +5\r\n",
        "a length in hex": b"Content-Length: 0x5\r\n",
        "a length of words": b"Content-Length: five\r\n",
        "a length over 64 bits": b"Content-Length: 99999999999999999999999\r\n",
        "an empty length": b"Content-Length: \r\n",
        "unknown coding": b"Transfer-Encoding: xchunked\r\n",
        "chunked is not last": b"Transfer-Encoding: chunked, identity\r\n",
        "chunked twice": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "a space before the colon": b"Transfer-Encoding : chunked\r\n",
        "a folded header": b"Transfer-Encoding:\r\n chunked\r\n",
        "a coding with a tab": b"Transfer-Encoding: \x0bchunked\r\n",
        "a bare CR": b"X: a\rTransfer-Encoding: chunked\r\n",
        "a header without a colon": b"garbage\r\n",
        "an empty name": b": x\r\n",
        "a NUL in a value": b"X: a\0b\r\n",
        "a NUL in a name": b"X\0: a\r\n",
    }.items():
        chunked = b"chunked" in headers
        got, _ = exchange(
            put + headers + b"\r\n" + (b"5\r\nhello\r\n0\r\n\r\n" if chunked else b"hello") + (b"" if name in old else hidden)
        )
        # RFC 9112 6.1 has 501 for a coding that is not known.
        judge(name, got, allowed=HARMLESS if name in old else [*REFUSED, 501] if chunked else REFUSED)
        if Client().ask("GET", "kept").status != 200:
            failures.append(f"{name}: the request that was hidden in the body was done")
            Client().ask("PUT", "kept", b"kept")
    for name, body in {
        "chunk size of letters": b"zz\r\nhello\r\n0\r\n\r\n",
        "a negative chunk": b"-5\r\nhello\r\n0\r\n\r\n",
        "a chunk over 64 bits": b"fffffffffffffffff\r\nhello\r\n0\r\n\r\n",
        "a chunk longer than told": b"2\r\nhello\r\n0\r\n\r\n",
        "chunk size in words": b"5 five\r\nhello\r\n0\r\n\r\n",
        "a long chunk extension": b"5;" + b"x" * 1_000_000 + b"\r\nhello\r\n0\r\n\r\n",
        "trailers of 1 MB": b"5\r\nhello\r\n0\r\n" + b"X: y\r\n" * 160_000 + b"\r\n",
    }.items():
        got, _ = exchange(put + b"Transfer-Encoding: chunked\r\n\r\n" + body)
        judge(name, got, quiet=True)
        found = Client().ask("GET", "framed")
        if found.status == 200 and found.body not in (b"hello", b"old"):
            failures.append(f"{name}: {found.body[:20]!r} was stored")
    for name, line in {
        "HTTP/3.7": b"GET / HTTP/3.7\r\n",
        "HTTP/0.9": b"GET /\r\n",
        "no version": b"GET / \r\n",
        "no words": b"\r\n\r\n\r\n",
        "lower case": b"get / http/1.1\r\n",
        "bare LF": b"GET /none HTTP/1.1\nHost: x\n\n",
        "garbage": bytes(range(128, 256)) * 4,
        "spaces": b"GET    /    HTTP/1.1\r\n",
    }.items():
        got, _ = exchange(line + slow + b"\r\n")
        judge(name, got, allowed=[*REFUSED, 505] if name == "HTTP/3.7" else REFUSED, quiet=True)
    for name, line in {
        "no Host": b"",
        "two Hosts": b"Host: a\r\nHost: b\r\n",
        "a bad Host": b"Host: a b\r\n",
        "a Host with a path": b"Host: x/y@z\r\n",
    }.items():
        got, _ = exchange(f"GET {folder}kept HTTP/1.1\r\nConnection: close\r\n{known}".encode() + line + b"\r\n")
        # RFC 9112 3.2 wants 400.
        judge(name, got)


def not_tls():
    if not wire.secure:
        return
    for name, data in {
        "plain HTTP": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        "garbage": bytes(range(256)) * 20,
        "a cut hello": bytes.fromhex("16030102000100"),
        "nothing": b"",
        "SSH": b"SSH-2.0-x\r\n",
        "a record of 64 KB": bytes.fromhex("160301ffff") + bytes(65_535),
    }.items():
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
        judged.append(name)


def without_login():
    """The same doors, for somebody who has no password: nothing but 4xx, and nothing of the bag in any answer."""
    if not wire.login:
        return
    for method in (
        "OPTIONS",
        "GET",
        "HEAD",
        "PUT",
        "DELETE",
        "MKCOL",
        "PROPFIND",
        "PROPPATCH",
        "LOCK",
        "UNLOCK",
        "COPY",
        "MOVE",
        "REPORT",
        "PATCH",
        "POST",
    ):
        for target in (folder, folder + "kept", folder + "none"):
            got = ask(
                f"{method} {target} without a login",
                method,
                target,
                f"Depth: 1\r\nDestination: {wire.url('x')}\r\n",
                b"x" if method in ("PUT", "PATCH", "POST") else b"",
                login="",
                allowed=HARMLESS if method in ("OPTIONS", "GET", "HEAD") else REFUSED,
            )
            if b"kept</" in got or b"kept2" in got or got.endswith(b"\r\n\r\nkept"):
                failures.append(f"{method} {target} without a login: something of the bag was shown")
    missing = [exchange(request("PROPFIND", folder + name, "Depth: 0\r\n", login=""))[0] for name in ("kept", "none")]
    head = lambda got: re.sub(rb"(?im)^date:.*\r\n", b"", got)
    if head(missing[0]) != head(missing[1]):
        failures.append("without a login a missing file is answered in another way than one that is there")


def bad_logins():
    if not wire.login:
        return
    for text in (
        "Basic",
        "Basic !!!!",
        "Basic " + "QUFB" * 2_000,
        "Basic Og==",
        "Basic //79",
        "Bearer x",
        'Digest username="a"',
        "\xff",
        "Basic YQ==",
        "Basic YTpiOmM=",
    ):
        ask(f"Authorization: {text[:20]}", "PROPFIND", folder, f"Depth: 0\r\nAuthorization: {text}\r\n", login="")


Client().ask("DELETE", folder)
Client().mkcol(folder)
Client().put("kept", b"kept")
# Wrong logins last: a server may make an address that sent some wait.
for group in (
    bad_xml,
    bad_headers,
    floods,
    bad_paths,
    bad_methods,
    bad_framing,
    large_bodies,
    not_tls,
    without_login,
    bad_logins,
):
    if len(sys.argv) > 1 and group.__name__ not in sys.argv[1:]:
        continue
    start, before, failed = time.monotonic(), len(judged), len(failures)
    try:
        group()
    except OSError as error:
        failures.append(f"{group.__name__} was not finished after {judged[-1:]}: {error}")
    still_serving(group.__name__)
    took = time.monotonic() - start
    print(f"{group.__name__}: {len(judged) - before} requests, {len(failures) - failed} failures ({took:.1f} s)", flush=True)
for failure in failures:
    print("FAIL", failure)
print(f"hostile: {len(judged)} requests, {len(failures)} failures")
try:
    Client().ask("DELETE", folder)
except OSError:
    pass  # still_serving said it
sys.exit(bool(failures))
