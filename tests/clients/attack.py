"""Sending bytes that no honest client sends, and judging the answer: what hostile.py and its parts share.

A request gets a clean refusal (4xx; where a comment says so, a harmless answer) within ten seconds, never a 5xx or silence.
"""

import re, socket, ssl, time

import wire
from wire import Client

PATIENCE = 10  # seconds
REFUSED = range(400, 500)
HARMLESS = range(200, 500)
wire.folder += "hostile/"
folder = wire.folder
host = wire.address.netloc
known = "".join(f"{name}: {value}\r\n" for name, value in wire.login.items())
failures, judged = [], []


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
    judged.append(name)
    found = statuses(got)
    if not found and quiet:
        return
    if not found:
        failures.append(f"{name}: no answer ({got[:60]!r})")
    elif found[0] not in allowed:
        failures.append(f"{name}: {found[0]}")


def request(method, target, headers="", body=b"", length=True, login=known):
    size = (
        f"Content-Length: {len(body)}\r\n"
        if length and (body or method in ("PUT", "POST", "PROPFIND", "PROPPATCH", "LOCK", "PATCH"))
        else ""
    )
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
        Client().put("alive", after.encode())
        assert Client().get("alive") == after.encode()
    except Exception as error:
        failures.append(f"after {after} the server does not serve: {error}")
