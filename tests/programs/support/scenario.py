"""One scenario run: a program, a protocol version, a libssl on each side."""

import json
import random
import socket
import threading
import time
from contextlib import contextmanager
from pathlib import Path

from . import processes
from .differences import without_differences
from .normalise import normalise
from .packages import find_program
from .report import BASELINE

APPS = Path(__file__).resolve().parent.parent / "apps"

_ports_lock = threading.Lock()
_ports_used = set()


def quick(step):
    """Marks a step that belongs to the smoke subset."""
    step.quick = True
    return step


def role(name):
    """Marks a step that tests the program in a role other than the first of its module."""

    def mark(step):
        step.role = name
        return step

    return mark


def free_port():
    """A free port of 127.0.0.1 below the range that the kernel gives to clients; each only once in a run."""
    with _ports_lock:
        while True:
            port = random.randint(20000, 32000)
            if port in _ports_used:
                continue
            with socket.socket() as probe:
                try:
                    probe.bind(("127.0.0.1", port))
                except OSError:
                    continue
            _ports_used.add(port)
            return port


def listening(port):
    """Whether something listens on the port; asked of the kernel, so that no connection is spent."""
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with open(table, encoding="ascii") as rows:
            for row in rows:
                fields = row.split()
                if fields[3] == "0A" and int(fields[1].rpartition(":")[2], 16) == port:
                    return True
    return False


class Scenario:
    """What a step gets: the sides, the version, servers, clients and checks.

    `program` is the scenario's name. `client` and `server` are Sides. `version` is "1.2" or "1.3". `home` is
    its own folder. `role` is what the program is in the step that runs.
    """

    def __init__(self, program, version, client, server, *, certificates, home, report, counted=True):
        self.role = ""
        self.program, self.version, self.client, self.server = program, version, client, server
        self.certificates, self.home, self.report, self.counted = certificates, home, report, counted
        self.combination = f"{client.name}:{server.name}"
        self.library = client.library or server.library
        self.loaded = {"client": set(), "server": set()}
        self._services = []
        self._names = 0

    # Names of the version as the programs spell it.

    @property
    def protocol(self):
        """As programs print it: TLSv1.2, TLSv1.3."""
        return f"TLSv{self.version}"

    @property
    def openssl_flag(self):
        """As the openssl command takes it: -tls1_2, -tls1_3."""
        return f"-tls{self.version.replace('.', '_')}"

    # Checks.

    def check(self, name, ok, detail=""):
        """A check against a fixed expectation."""
        if self.counted:
            where = (self.program, self.version, self.combination)
            self.report.record(where, self.role, name, bool(ok), str(detail))
        return bool(ok)

    def equal(self, name, got, wanted):
        """A check that prints both values when they differ."""
        return self.check(name, got == wanted, "" if got == wanted else f"wanted {wanted!r}\n   got {got!r}")

    def same(self, name, value):
        """A check that `value`, strings normalised, is what it was with the system's libssl on both sides."""
        value = self._normal(value)
        key = (self.program, self.version, name)
        if self.combination == BASELINE:
            self.report.reference[key] = value
            return self.check(name, True, f"reference: {value!r}")
        if key not in self.report.reference:
            return self.check(name, False, "there is no reference: this check did not get that far on system:system")
        wanted = self.report.reference[key]
        return self.equal(name, without_differences(value, self.version), without_differences(wanted, self.version))

    def _normal(self, value):
        if isinstance(value, str):
            return normalise(value, self.home, self.certificates.folder)
        if isinstance(value, dict):
            return {key: self._normal(entry) for key, entry in value.items()}
        if isinstance(value, (list, tuple)):
            return [self._normal(entry) for entry in value]
        return value

    # Clients.

    def run(self, program, *words, side=None, data=b"", more=None, timeout=40, user=None):
        """Runs a client program to its end, on the client's side unless another is given."""
        chosen = side or self.client
        done = processes.run(
            chosen, [find_program(program), *map(str, words)], self.library,
            home=self.home, more=more, data=data, timeout=timeout, user=user,
        )
        if chosen is self.client:
            self.loaded["client"] |= done.libraries
        return done

    def python_task(self, task, port, **options):
        """Runs a task of apps/client.py on the client's side; returns what it printed."""
        options = {"port": port, "ca": self.certificates / "ca.pem", **options}
        done = self.run("python3", APPS / "client.py", task, json.dumps(options))
        if done.code:
            raise AssertionError(f"client.py {task} ended with {done.code}\n{done.err[-3000:]}")
        return json.loads(done.text)

    def exchange(self, port, send, **options):
        """Sends text over fresh connections of one python3; returns what it says of each (apps/client.py)."""
        return self.python_task("exchange", port, send=send, **options)

    def curl(self, port, *words, ca="ca.pem", restrict=True, timeout=40, side=None):
        """Runs curl with the names of the certificates pointing to this machine."""
        names = []
        for host in ("one.test", "two.test", "three.test"):
            names += ["--resolve", f"{host}:{port}:127.0.0.1"]
        if ca:
            names += ["--cacert", self.certificates / ca]
        if restrict:
            names += [f"--tlsv{self.version}", "--tls-max", self.version]
        return self.run("curl", "-sS", "--max-time", "30", *names, *words, timeout=timeout, side=side)

    def s_client(self, port, *words, data=b"Q\n", verify=True, side=None, **how):
        """Runs openssl s_client with what is typed to it."""
        trust = ("-CAfile", self.certificates / "ca.pem", "-verify_return_error") if verify else ()
        name = () if "-noservername" in words or "-servername" in words else ("-servername", "one.test")
        return self.run("openssl", "s_client", "-connect", f"127.0.0.1:{port}", *trust, *name, *words,
                        side=side, data=data, **how)

    def keep_session(self, port, path):
        """One connection of s_client that writes its session to `path`, and is closed when that has come."""
        path.unlink(missing_ok=True)
        end = "-----END SSL SESSION PARAMETERS-----\n"
        with self.service("openssl", "s_client", "-connect", f"127.0.0.1:{port}", self.openssl_flag,
                          "-servername", "one.test", "-CAfile", self.certificates / "ca.pem", "-sess_out", path,
                          name="s_client", role="client") as client:
            client.wait_for(lambda: path.exists() and path.read_text().endswith(end), "a session")
            client.type(b"Q\n")
            client.wait()

    # Servers, on the server's side; each lives as long as its `with` block.

    @contextmanager
    def service(self, program, *words, name=None, role="server", side=None, ready=None, more=None, user=None):
        """A program in the background on the side of its role, unless another side is given.

        `ready` is a condition on the service to wait for.
        """
        self._names += 1
        name = f"{name or program}-{self._names}"
        own = self.client if role == "client" else self.server
        chosen = side or own
        service = processes.Service(
            chosen, [find_program(program), *map(str, words)], self.library,
            home=self.home, name=name, more=more, user=user,
        )
        try:
            if ready:
                service.wait_for(lambda: ready(service), "start")
            yield service
        finally:
            service.stop()
            if chosen is own:
                self.loaded[role] |= service.libraries

    @contextmanager
    def https_server(self, cert="one.test", **options):
        """apps/server.py; the service has `port` and `records()`."""
        key = cert.removesuffix(".leaf")
        options = {"cert": self.certificates / f"{cert}.pem", "key": self.certificates / f"{key}.key", **options}

        def ready(service):
            return service.out.startswith(b"READY ") and b"\n" in service.out

        words = (APPS / "server.py", json.dumps(options))
        with self.service("python3", *words, name="server", ready=ready) as service:
            service.port = int(service.out.split()[1])

            def records(count, timeout=5):
                """The connections, once `count` have ended, in the order in which they began."""

                def parsed():
                    lines = service.out.decode().split("\n")[1:-1]
                    return [json.loads(line) for line in lines] if len(lines) >= count else None

                ended = service.wait_for(parsed, f"end of {count} connections", timeout)
                ended.sort(key=lambda record: record.pop("began"))
                return ended

            service.records = records
            yield service

    @contextmanager
    def s_server(self, *words, cert="one.test", side=None):
        """openssl s_server with a certificate chain; the service has `port`."""
        port = free_port()
        certificate = self.certificates
        chain = ["-cert", certificate / f"{cert}.pem", "-key", certificate / f"{cert}.key"]
        if cert == "one.test":
            chain += ["-cert_chain", certificate / "middle.pem"]
        with self.service(
            "openssl", "s_server", "-accept", f"127.0.0.1:{port}", *chain, *words,
            name="s_server", side=side, ready=lambda _: listening(port),
        ) as service:
            service.port = port
            yield service

    # The end.

    def check_libraries(self, foreign=""):
        """Each side must have mapped its own libssl and no other; the side `foreign` may have what it likes."""
        for role, side in (("client", self.client), ("server", self.server)):
            if role == foreign:
                continue
            seen = self.loaded[role]
            if side.library:
                self.equal(f"the {role} has mapped the library under test and no other libssl", seen,
                           {str(side.library)})
            else:
                names = {Path(path).name.rstrip("0123456789.") for path in seen}
                self.equal(f"the {role} has mapped the system's libssl only", names, {"libssl.so"})


def settled(condition, timeout=5):
    """Polls until `condition()` is true or the time is over; returns its last value."""
    end = time.monotonic() + timeout
    while True:
        value = condition()
        if value or time.monotonic() > end:
            return value
        time.sleep(0.02)
