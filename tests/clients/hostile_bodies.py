"""Hostile bodies: XML that is wrong, that grows, that is deep, and bodies that are too large."""

import wire
from attack import HARMLESS, REFUSED, ask, exchange, failures, folder, host, judge, known, request


def bad_xml():
    deep = 20_000
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bodies = {
        "not XML": b"hello",
        "cut off": b'<propfind xmlns="DAV:"><prop>',
        "wrong end": b'<propfind xmlns="DAV:"><prop></propfind></prop>',
        "two roots": b'<propfind xmlns="DAV:"><allprop/></propfind><propfind xmlns="DAV:"><allprop/></propfind>',
        "another root": b'<lockinfo xmlns="DAV:"/>',
        "no namespace": b"<propfind><allprop/></propfind>",
        "unbound prefix": b'<D:propfind xmlns:D="DAV:"><D:prop><Z:a/></D:prop></D:propfind>',
        "prefix bound to nothing": b'<D:propfind xmlns:D="DAV:"><D:prop><Z:a xmlns:Z=""/></D:prop></D:propfind>',
        "invalid UTF-8": b'<propfind xmlns="DAV:"><prop><a\xff\xfe/></prop></propfind>',
        "NUL": b'<propfind xmlns="DAV:"><prop><a\0/></prop></propfind>',
        "character reference of NUL": b'<propfind xmlns="DAV:"><prop><a b="&#0;"/></prop></propfind>',
        "same attribute twice": b'<propfind xmlns="DAV:" xmlns="DAV:"><allprop/></propfind>',
        "billion laughs": f'<?xml version="1.0"?><!DOCTYPE propfind [<!ENTITY l0 "ha">{entities}]><propfind xmlns="DAV:"><prop><a>&l9;</a></prop></propfind>'.encode(),
        "quadratic blowup": b'<!DOCTYPE propfind [<!ENTITY a "'
        + b"a" * 50_000
        + b'">]><propfind xmlns="DAV:"><prop><a>'
        + b"&a;" * 5_000
        + b"</a></prop></propfind>",
        "external entity": b'<!DOCTYPE propfind [<!ENTITY f SYSTEM "file:///etc/passwd">]><propfind xmlns="DAV:"><prop><a>&f;</a></prop></propfind>',
        "external parameter entity": b'<!DOCTYPE propfind [<!ENTITY % f SYSTEM "http://127.0.0.1:9/x">%f;]><propfind xmlns="DAV:"><allprop/></propfind>',
        "deep": b'<propfind xmlns="DAV:"><prop>' + b"<a>" * deep + b"</a>" * deep + b"</prop></propfind>",
        "deep without an end": b'<propfind xmlns="DAV:"><prop>' + b"<a>" * deep,
        "many attributes": b'<propfind xmlns="DAV:"><prop><a '
        + b" ".join(b'a%d="1"' % n for n in range(50_000))
        + b"/></prop></propfind>",
        "many namespaces": b'<propfind xmlns="DAV:" '
        + b" ".join(b'xmlns:n%d="u:%d"' % (n, n) for n in range(50_000))
        + b"><allprop/></propfind>",
        "long name": b'<propfind xmlns="DAV:"><prop><' + b"a" * 2_000_000 + b"/></prop></propfind>",
        "many properties": b'<propfind xmlns="DAV:"><prop>'
        + b"".join(b'<x%d xmlns="u:%d"/>' % (n, n) for n in range(100_000))
        + b"</prop></propfind>",
        "endless comment": b'<propfind xmlns="DAV:"><!--' + b"-x" * 1_000_000,
        "endless text": b'<propfind xmlns="DAV:">' + b"x" * 5_000_000,
        "binary": bytes(range(256)) * 100,
    }
    for name, body in bodies.items():
        got = ask(f"PROPFIND, {name}", "PROPFIND", folder, "Depth: 0\r\n", body)
        if b"root:" in got or b"hahaha" in got:
            failures.append(f"PROPFIND, {name}: entities were expanded")
    for method, target in (("PROPPATCH", "kept"), ("LOCK", "lockee"), ("REPORT", "")):
        for name in (
            "not XML",
            "cut off",
            "billion laughs",
            "external entity",
            "deep",
            "endless text",
            "another root" if method != "LOCK" else "no namespace",
        ):
            ask(f"{method}, {name}", method, folder + target, "Depth: 0\r\n", bodies[name])
    # A value that is too long may be refused alone, inside a 207, or be kept.
    ask(
        "PROPPATCH, long value",
        "PROPPATCH",
        folder + "kept",
        "",
        b'<propertyupdate xmlns="DAV:"><set><prop><v xmlns="u:">' + b"v" * 900_000 + b"</v></prop></set></propertyupdate>",
        allowed=HARMLESS,
    )
    many = b"".join(b'<set><prop><p%d xmlns="u:">x</p%d></prop></set>' % (n, n) for n in range(20_000))
    ask(
        "PROPPATCH, many properties",
        "PROPPATCH",
        folder + "kept",
        "",
        b'<propertyupdate xmlns="DAV:">' + many + b"</propertyupdate>",
        allowed=HARMLESS,
    )
    ask("LOCK, no scope", "LOCK", folder + "lockee", "", b'<lockinfo xmlns="DAV:"><locktype><write/></locktype></lockinfo>')
    ask(
        "LOCK, unknown scope",
        "LOCK",
        folder + "lockee",
        "",
        b'<lockinfo xmlns="DAV:"><lockscope><all/></lockscope><locktype><write/></locktype></lockinfo>',
    )
    ask("MKCOL with a body", "MKCOL", folder + "withbody/", "Content-Type: text/plain\r\n", b"hello")
    # Other encodings may be read or refused.
    ask(
        "PROPFIND, UTF-16",
        "PROPFIND",
        folder,
        "Depth: 0\r\n",
        '<?xml version="1.0" encoding="utf-16"?><propfind xmlns="DAV:"><allprop/></propfind>'.encode("utf-16"),
        allowed=HARMLESS,
    )
    ask(
        "PROPFIND, compressed",
        "PROPFIND",
        folder,
        "Depth: 0\r\nContent-Encoding: gzip\r\n",
        b"\x1f\x8b\x08\0\0\0\0\0" + bytes(100),
    )


def large_bodies():
    for name, size in {"larger than the disk": 2**50, "as large as a number can be": 2**63 - 1}.items():
        head = (
            f"PUT {folder}huge HTTP/1.1\r\nHost: {host}\r\n{known}Content-Length: {size}\r\nExpect: 100-continue\r\n\r\n".encode()
        )
        got, _ = exchange(head)
        # RFC 4918 11.5: no room is 507.
        judge(f"PUT {name}", got, allowed=[*REFUSED, 507])
        if b" 100 Continue" in got.split(b"\r\n")[0]:
            failures.append(f"PUT {name}: the client was asked to go on")
    for method in ("PROPFIND", "PROPPATCH", "LOCK", "REPORT", "MKCOL", "DELETE", "MOVE", "UNLOCK"):
        ask(
            f"{method} with 20 MB",
            method,
            folder + "kept2",
            f"Depth: 0\r\nDestination: {wire.url('y')}\r\n",
            b"<" + b"x" * 20_000_000,
        )
    got, _ = exchange(request("PUT", folder + "kept", "Expect: 200-maybe\r\n", b"kept"))
    judge("an unknown expectation", got, allowed=HARMLESS)
