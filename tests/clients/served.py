"""A bag of its own, served by a process of its own: for the checks that kill, fill or crowd the server behind a share.

`cartable` is the program, `home` the work folder; the passphrase lies in home/passphrase.
"""

import base64, http.client, json, os, select, signal, ssl, subprocess, urllib.parse

cartable, home = os.environ["cartable"], os.environ["home"]
passphrase = ["--passphrase-file", home + "/passphrase"]
PATIENCE = 30


def run(*words):
    """Runs a command that must succeed; returns what it prints."""
    done = subprocess.run([cartable, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120)
    assert done.returncode == 0, f"{words}: {done.returncode} {done.stderr}"
    return done.stdout


class Served:
    """A bag, served when started."""

    def __init__(self, bag, tls=False):
        self.bag, self.tls, self.host = bag, tls, None
        run("init", bag, "--no-recovery", *passphrase)

    def device(self, name):
        """Adds a device; returns its login and its password."""
        added = json.loads(run("device", "add", self.bag, name, "--json", *passphrase))
        return added["login"], added["password"]

    def start(self, *words, listen="127.0.0.1:0"):
        plain = [] if self.tls else ["--no-tls"]
        run("serve", self.bag, "--listen", listen, *plain, *(words or passphrase))
        self.host = urllib.parse.urlsplit(json.loads(run("status", self.bag, "--json"))["share"][0]).netloc

    def process(self):
        with open(self.bag + "/lock") as lock:
            return int(lock.read())

    def kill(self, process=None):
        """Ends the process without a word, and waits until it is gone."""
        process = os.pidfd_open(process or self.process())
        signal.pidfd_send_signal(process, signal.SIGKILL)
        select.select([process], [], [], PATIENCE)
        os.close(process)

    def close(self):
        run("close", self.bag)

    def check(self):
        run("check", self.bag, *passphrase)

    def memory(self):
        """What the process takes of the machine's memory now, and at most so far, in MiB."""
        status = open(f"/proc/{self.process()}/status").read().split("\n")
        kib = {name: int(value.split()[0]) for name, _, value in (line.partition(":") for line in status) if name in ("VmRSS", "VmHWM")}
        return kib["VmRSS"] / 1024, kib["VmHWM"] / 1024

    def forget_peak(self):
        """From now on counts what it takes at most: opening a bag with a passphrase takes 128 MiB for a moment."""
        with open(f"/proc/{self.process()}/clear_refs", "w") as file:
            file.write("5")

    def client(self, device, source=None):
        return Client(self, device, source)


class Client:
    """A device with a connection that is kept."""

    def __init__(self, served, device, source=None):
        self.served, self.source, self.connection = served, source, None
        self.login = authorization(device)

    def ask(self, method, path, body=None, **headers):
        """Sends a request and reads the answer: status, headers, body."""
        sent = {"Authorization": self.login, **{name.replace("_", "-"): value for name, value in headers.items()}}
        if self.connection is None:
            name, port = self.served.host.split(":")
            source = self.source and (self.source, 0)
            if self.served.tls:
                self.connection = http.client.HTTPSConnection(name, int(port), timeout=PATIENCE, context=trusting(), source_address=source)
            else:
                self.connection = http.client.HTTPConnection(name, int(port), timeout=PATIENCE, source_address=source)
        try:
            self.connection.request(method, path, body, sent)
            response = self.connection.getresponse()
            answer = response.status, response.headers, response.read()
        except Exception:
            self.close()
            raise
        if response.will_close:
            self.close()
        return answer

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None


def authorization(device):
    return "Basic " + base64.b64encode(":".join(device).encode()).decode()


def trusting():
    """TLS to whoever answers: it is ours, on loopback."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context
