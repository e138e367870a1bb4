"""Programs that change a share until it goes away, and what they were promised: after a 2xx the change is there, before it the old
state or the new one is, whole. For checks that take the server, or its disk's power, away.
"""

import hashlib, http.client, random, threading, xml.etree.ElementTree as tree

SIZES = [0, 10, 4096, 50_000, 300_000, 2_000_000]
LOCK = (
    '<D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype>'
    "<D:owner>promises</D:owner></D:lockinfo>"
)
GONE = (OSError, http.client.HTTPException)


class Broken(Exception):
    """A promise was not kept."""


class Refused(Exception):
    """The server says that it can't: as good as no answer where its disk may fail."""


def refuse(status, what, *allowed):
    if status >= 500:
        raise Refused(f"{what}: {status}")
    if status not in allowed:
        raise Broken(f"{what}: {status}")


def digest(body):
    return hashlib.sha256(body).hexdigest()


class Uploads:
    """Replaces files by whole uploads, some announced and some in chunks."""

    def __init__(self, name):
        self.name = name
        # What each file may hold: the digest of its content, or None for no file.
        self.allowed = {}
        self.cut = 0

    def work(self, client, rng, over):
        while not over.is_set():
            path = f"/{self.name}-{rng.randrange(12)}"
            body = rng.randbytes(rng.choice(SIZES))
            before = self.allowed.get(path, {None})
            self.allowed[path] = before | {digest(body)}
            pieces = [body[at : at + 65536] for at in range(0, len(body), 65536)]
            try:
                status, _, _ = client.ask("PUT", path, iter(pieces) if rng.randrange(2) else body)
            except GONE:
                self.cut += 1
                return
            refuse(status, f"PUT {path}", 201, 204)
            self.allowed[path] = {digest(body)}

    def judge(self, client):
        for path, allowed in self.allowed.items():
            status, _, body = client.ask("GET", path)
            found = None if status == 404 else digest(body)
            if status not in (200, 404) or found not in allowed:
                raise Broken(f"{path}: {status}, {found} is not one of {allowed}")
            self.allowed[path] = {found}


class Drip(Uploads):
    """Is always in the middle of an upload when the end comes: the file is never anything but the old one."""

    def work(self, client, rng, over):
        path = f"/{self.name}"
        if path not in self.allowed:
            body = rng.randbytes(700_000)
            status, _, _ = client.ask("PUT", path, body)
            refuse(status, f"PUT {path}", 201)
            self.allowed[path] = {digest(body)}

        def drip():
            while True:
                yield rng.randbytes(40_000)
                over.wait(0.005)

        try:
            status, _, _ = client.ask("PUT", path, drip())
            refuse(status, f"PUT {path}, in the middle of its body")
        except GONE:
            self.cut += 1


class Acts:
    """Makes, moves, copies, removes, locks and describes, one act after the other. Knows the state before and after each."""

    def __init__(self, name):
        self.root = f"/{name}/"
        # Of each path below the folder: what it is, its description, the token of its lock.
        self.state = {}
        self.next = None
        self.count = 0

    def work(self, client, rng, over):
        if self.count == 0:
            self.done(client.ask("MKCOL", self.root), {})
        while not over.is_set():
            try:
                self.act(client, rng)
            except GONE:
                return

    def done(self, answer, after):
        refuse(answer[0], answer[2][:300], 200, 201, 204, 207)
        self.state, self.next = after, None
        self.count += 1

    def act(self, client, rng):
        name = f"{rng.randrange(1 << 40):x}"
        path, free = self.root + name, len(self.state) < 6
        some = rng.choice(sorted(self.state)) if self.state else None
        what, text, token = self.state.get(some, (None, None, None))
        shown = {"If": f"(<{token}>)"} if token else {}
        kind = rng.choice(["MKCOL", "PUT"] if free else ["COPY", "MOVE", "DELETE", "PROPPATCH", "PROPPATCH", "LOCK", "LOCK", "UNLOCK"])
        if kind == "MKCOL":
            after = {**self.state, name: ("folder", None, None)}
            self.next = after
            self.done(client.ask("MKCOL", path + "/"), after)
        elif kind == "PUT":
            body = rng.randbytes(rng.choice(SIZES[:4]))
            after = {**self.state, name: (digest(body), None, None)}
            self.next = after
            self.done(client.ask("PUT", path, body), after)
        elif kind in ("COPY", "MOVE"):
            after = {**self.state, name: (what, text, None)}
            if kind == "MOVE":
                del after[some]
            elif len(after) > 8:
                return
            self.next = after
            self.done(client.ask(kind, self.root + some, Destination=f"http://{client.served.host}{path}", **shown), after)
        elif kind == "DELETE":
            after = {known: held for known, held in self.state.items() if known != some}
            self.next = after
            self.done(client.ask("DELETE", self.root + some, **shown), after)
        elif kind == "PROPPATCH":
            after = {**self.state, some: (what, name, token)}
            self.next = after
            body = f'<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop><text xmlns="urn:x">{name}</text></D:prop></D:set></D:propertyupdate>'
            answer = client.ask("PROPPATCH", self.root + some, body, **shown)
            if answer[0] == 207 and b"200 OK" not in answer[2]:
                # Each property has a status of its own.
                refuse(500 if b" 500 " in answer[2] or b" 503 " in answer[2] else 400, answer[2][:300])
            self.done(answer, after)
        elif kind == "LOCK" and not token:
            # Which token it would have been is never known when no answer came.
            self.next = {**self.state, some: (what, text, "?")}
            answer = client.ask("LOCK", self.root + some, LOCK, Timeout="Second-3600")
            given = (answer[1]["Lock-Token"] or "").strip("<>")
            self.done(answer, {**self.state, some: (what, text, given)})
        elif kind == "UNLOCK" and token:
            after = {**self.state, some: (what, text, None)}
            self.next = after
            self.done(client.ask("UNLOCK", self.root + some, Lock_Token=f"<{token}>"), after)

    def judge(self, client):
        found = self.look(client)
        if found is None and self.count == 0:
            return
        shown = {name: (what, text, "?" if token else None) for name, (what, text, token) in self.state.items()}
        then = self.next and {name: (what, text, "?" if token else None) for name, (what, text, token) in self.next.items()}
        if found not in (shown, then):
            raise Broken(f"{self.root}: {found} is neither {shown} nor {then}")
        if found != shown:
            self.state = self.next
        self.next = None
        for name, (what, text, token) in list(self.state.items()):
            path = self.root + name
            if token == "?":
                del self.state[name]
                self.forget(client, path)
            elif token and what != "folder":
                # Without its token it is closed to everybody.
                if client.ask("PUT", path, b"")[0] != 423:
                    raise Broken(f"{path} is not locked any more")
                if client.ask("PROPPATCH", path, "<x/>", If=f"(<{token}>)")[0] not in (400, 422):
                    raise Broken(f"{path}: its token is not known any more")

    def forget(self, client, path):
        """Removes what is locked by a token that nobody was told: the answer to PROPFIND has it."""
        _, _, body = client.ask("PROPFIND", path, Depth="0")
        token = tree.fromstring(body).findtext(".//{DAV:}locktoken/{DAV:}href").strip()
        if client.ask("DELETE", path, If=f"(<{token}>)")[0] != 204:
            raise Broken(f"{path} can not be removed")

    def look(self, client):
        """What is there."""
        body = '<D:propfind xmlns:D="DAV:"><D:prop><D:resourcetype/><D:lockdiscovery/><text xmlns="urn:x"/></D:prop></D:propfind>'
        status, _, body = client.ask("PROPFIND", self.root, body, Depth="1")
        if status == 404:
            return None
        found = {}
        for response in tree.fromstring(body).findall("{DAV:}response"):
            name = response.findtext("{DAV:}href").removeprefix(self.root).strip("/")
            if not name:
                continue
            folder = response.find(".//{DAV:}collection") is not None
            what = "folder" if folder else digest(client.ask("GET", self.root + name)[2])
            locked = response.find(".//{DAV:}activelock") is not None
            found[name] = (what, response.findtext(".//{urn:x}text") or None, "?" if locked else None)
        return found


class Crew:
    """Everybody at once, until the server goes away."""

    def __init__(self, seed, disk_may_fail=False):
        self.rng, self.disk_may_fail = random.Random(seed), disk_may_fail
        self.workers = [Uploads("a"), Uploads("b"), Drip("drip"), Acts("acts"), Acts("more")]

    def work(self, served, device):
        """Starts to work; returns what is to be called when the server is gone."""
        over, failed = threading.Event(), []

        def guarded(worker, client, rng):
            try:
                worker.work(client, rng, over)
            except Refused as refused:
                if not self.disk_may_fail:
                    failed.append(refused)
            except Broken as broken:
                failed.append(broken)
            finally:
                client.close()

        start = lambda worker: threading.Thread(
            target=guarded, args=(worker, served.client(device), random.Random(self.rng.random()))
        )
        threads = [start(worker) for worker in self.workers]
        for thread in threads:
            thread.start()

        def end():
            over.set()
            for thread in threads:
                thread.join()
            if failed:
                raise failed[0]

        return end

    def judge(self, served, device):
        client = served.client(device)
        for worker in self.workers:
            worker.judge(client)
        client.close()

    def sum(self):
        files = sum(len(worker.allowed) for worker in self.workers if isinstance(worker, Uploads))
        cut = sum(worker.cut for worker in self.workers if isinstance(worker, Uploads))
        acts = sum(worker.count for worker in self.workers if isinstance(worker, Acts))
        return f"{cut} uploads cut off, {files} files whole, {acts} acts kept"
