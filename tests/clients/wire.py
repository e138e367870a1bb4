"""One WebDAV server as the checks see it: requests over http.client, and answers with their multistatus read.

The server is named by the environment: DAV_URL (with a trailing slash), DAV_LOGIN, DAV_PASSWORD, DAV_CA (its certificate
in PEM, empty for plain HTTP), DAV_FOLDER (a collection made by the caller; everything happens below it).
"""

import base64, http.client, os, re, ssl, sys, time, traceback, urllib.parse
import xml.etree.ElementTree as tree

DAV = "{DAV:}"
address = urllib.parse.urlsplit(os.environ["DAV_URL"])
folder = address.path + os.environ["DAV_FOLDER"] + "/"
secure = address.scheme == "https"
port = address.port or (443 if secure else 80)
login = {}
if os.environ.get("DAV_LOGIN"):
    pair = f"{os.environ['DAV_LOGIN']}:{os.environ.get('DAV_PASSWORD', '')}"
    login = {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}


def tls():
    """What trusts the server's own certificate and nothing else."""
    return ssl.create_default_context(cafile=os.environ["DAV_CA"])


def url(path):
    """The full URL of a path below the work folder, or of an absolute path."""
    return f"{address.scheme}://{address.netloc}{absolute(path)}"


def absolute(path):
    return path if path.startswith("/") else folder + path


class Answer:
    """A status, headers without regard to case, and a body."""

    def __init__(self, response, body):
        self.status, self.headers, self.body = response.status, response.headers, body

    def __getitem__(self, name):
        return self.headers.get(name)

    def xml(self):
        return tree.fromstring(self.body)

    def properties(self):
        """Of a multistatus: {path: {status: {property: element}}}; a response with a status of its own has that and None."""
        assert self.status == 207, f"{self.status} {self.body[:300]!r}"
        found = {}
        for response in self.xml().findall(DAV + "response"):
            path = urllib.parse.urlsplit(response.findtext(DAV + "href").strip()).path
            assert path not in found, f"{path} is listed twice"
            parts = found[path] = {}
            if response.findtext(DAV + "status"):
                parts[number(response.findtext(DAV + "status"))] = None
            for part in response.findall(DAV + "propstat"):
                held = parts.setdefault(number(part.findtext(DAV + "status")), {})
                held.update({element.tag: element for element in part.find(DAV + "prop")})
            assert parts, f"{path} has neither propstat nor status"
        return found

    def only(self):
        """The properties with status 200 of a multistatus about one resource."""
        found = self.properties()
        assert len(found) == 1, list(found)
        return next(iter(found.values())).get(200, {})

    def names(self):
        """The decoded names listed, the folder itself as an empty name."""
        base = folder_of(self)
        return {urllib.parse.unquote(path[len(base) :]).strip("/") for path in self.properties()}


def folder_of(answer):
    """The shortest path listed: the folder that was asked about."""
    return min(answer.properties(), key=len)


def number(status_line):
    return int(re.fullmatch(r"HTTP/[\d.]+ (\d{3})(?: .*)?", status_line.strip()).group(1))


class Client:
    """One client program: a kept connection and the headers it sends with everything."""

    def __init__(self, **always):
        self.always = {**login, **{name.replace("_", "-"): value for name, value in always.items()}}
        self.connection = None

    def connect(self):
        if secure:
            return http.client.HTTPSConnection(address.hostname, port, timeout=30, context=tls())
        return http.client.HTTPConnection(address.hostname, port, timeout=30)

    def ask(self, method, path="", body=None, headers=None, chunked=False, read=True, **named):
        """Sends a request and reads the answer. `named` are headers with underscores for dashes; a header set to None is not sent."""
        sent = {**self.always, **(headers or {}), **{name.replace("_", "-"): value for name, value in named.items()}}
        sent = {name: value for name, value in sent.items() if value is not None}
        if isinstance(body, str):
            body = body.encode()
        if chunked:
            sent["Transfer-Encoding"] = "chunked"
            body = iter(body)
        for last in (False, True):
            fresh = self.connection is None
            self.connection = self.connection or self.connect()
            try:
                self.connection.request(method, absolute(path), body, sent, encode_chunked=chunked)
                response = self.connection.getresponse()
                if not read:
                    response.owner, self.connection = self.connection, None
                    return response
                answer = Answer(response, response.read())
                if response.will_close:
                    self.close()
                return answer
            except (ConnectionError, http.client.RemoteDisconnected):
                self.close()
                # A kept connection may have been closed by the server meanwhile; a fresh one may not.
                if fresh or last or chunked:
                    raise

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None

    def put(self, path, body, **named):
        answer = self.ask("PUT", path, body, **named)
        assert answer.status in (200, 201, 204), f"PUT {path}: {answer.status} {answer.body[:200]!r}"
        return answer

    def get(self, path):
        answer = self.ask("GET", path)
        assert answer.status == 200, f"GET {path}: {answer.status}"
        return answer.body

    def mkcol(self, path):
        answer = self.ask("MKCOL", path)
        assert answer.status == 201, f"MKCOL {path}: {answer.status}"

    def propfind(self, path, *names, depth="0", **named):
        """Asks for properties by their names in Clark notation, or for all of them."""
        wanted = "".join(f'<x:{name.split("}")[1]} xmlns:x="{name[1:].split("}")[0]}"/>' for name in names)
        body = f'<?xml version="1.0"?><D:propfind xmlns:D="DAV:"><D:prop>{wanted}</D:prop></D:propfind>' if names else None
        return self.ask("PROPFIND", path, body, Depth=depth, Content_Type="application/xml", **named)

    def lock(self, path, timeout="Second-600", **named):
        """Takes an exclusive write lock; returns the answer and the token."""
        body = (
            '<?xml version="1.0"?><D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/>'
            "</D:locktype><D:owner><D:href>referee</D:href></D:owner></D:lockinfo>"
        )
        answer = self.ask("LOCK", path, body, Timeout=timeout, **named)
        assert answer.status in (200, 201), f"LOCK {path}: {answer.status} {answer.body[:300]!r}"
        token = answer["Lock-Token"]
        assert token and token.startswith("<") and token.endswith(">"), token
        found = answer.xml().findtext(f".//{DAV}activelock/{DAV}locktoken/{DAV}href")
        assert f"<{found.strip()}>" == token, (found, token)
        return answer, found.strip()

    def unlock(self, path, token):
        answer = self.ask("UNLOCK", path, Lock_Token=f"<{token}>")
        assert answer.status == 204, f"UNLOCK {path}: {answer.status}"


def status(answer, *allowed):
    assert answer.status in allowed, f"{answer.status} instead of {' or '.join(map(str, allowed))}: {answer.body[:300]!r}"
    return answer


def run(checks):
    """Runs each check in a collection of its own, prints a line each and a count, and ends the program.
    The names of some checks on the command line run only those."""
    global folder
    base, failed, root = folder, 0, Client()
    wanted = sys.argv[1:]
    checks = [check for check in checks if not wanted or check.__name__ in wanted]
    for check in checks:
        folder = f"{base}{check.__name__}/"
        start = time.monotonic()
        root.ask("DELETE", folder)
        try:
            root.mkcol(folder)
            check()
            print(f"pass {check.__name__} ({time.monotonic() - start:.1f} s)", flush=True)
        except Exception as error:
            failed += 1
            place = traceback.extract_tb(error.__traceback__)
            line = next((at.lineno for at in place if not at.filename.endswith("wire.py")), 0)
            print(f"FAIL {check.__name__} line {line}: {type(error).__name__} {error}", flush=True)
        root.close()
        root.ask("DELETE", folder)
    folder = base
    print(f"{len(checks) - failed} of {len(checks)} checks passed")
    sys.exit(bool(failed))
