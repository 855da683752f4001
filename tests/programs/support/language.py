"""Languages: a server and a client of one script in tests/programs/apps, that speak to each other.

The script prints JSON objects; tls.pl says which options and lines there are.
"""

import json
import re
from contextlib import contextmanager

from .scenario import APPS, settled

# What is different each time.
SECRETS = ("exported", "finished", "finished_there")
SIZES = [1, 16384, 3_000_000]


def clean(record):
    """A record without what differs from run to run."""
    record = {key: value for key, value in record.items() if key not in SECRETS}
    if record.get("error"):
        record["error"] = re.sub(r"\S+\.(rb|php|pl)(:| line )\d+", "", record["error"])
    return record


class Language:
    """A way to run the script: `command` is the program and its words."""

    def __init__(self, s, script, *command):
        self.s, self.words = s, (*command, APPS / script)

    @contextmanager
    def server(self, cert="one.test", **options):
        """A server; it has `port` and `records(count)`."""
        s = self.s
        options = {"ca": s.certificates / "ca.pem", "version": s.version, "cert": s.certificates / f"{cert}.pem",
                   "key": s.certificates / f"{cert}.key", **options}
        ready = lambda service: b"\n" in service.out  # noqa: E731
        with s.service(*self.words, "server", json.dumps(options, default=str), ready=ready) as server:
            server.port = int(server.out.split(b"\n")[0])
            lines = lambda: server.out.decode().splitlines()[1:]  # noqa: E731

            def records(count):
                settled(lambda: len(lines()) >= count)
                return [json.loads(line) for line in lines()]

            server.records = records
            yield server

    def client(self, server, **options):
        """The records that the client prints."""
        s = self.s
        options = {"port": server.port, "ca": s.certificates / "ca.pem", "version": s.version, **options}
        done = s.run(*self.words, "client", json.dumps(options, default=str))
        assert done.code == 0, done.both
        if done.err:
            s.check("nothing on standard error", False, done.err)
        return [json.loads(line) for line in done.text.splitlines()]


def data(language):
    """Data in both directions, and what both sides say about the connection."""
    s = language.s
    with language.server() as server:
        seen = language.client(server, sizes=SIZES)
        s.equal("data: intact", [one.get("intact") for one in seen], [1])
        there = server.records(1)
        s.same("data: the client's view", list(map(clean, seen)))
        s.same("data: the server's view", list(map(clean, there)))
        if "exported" in seen[0]:
            s.equal("data: both export the same", seen[0]["exported"], there[0]["exported"])
        if "finished" in seen[0]:
            s.check("data: there are Finished messages", len(seen[0]["finished"]) >= 24, seen)
            s.equal("data: the client's Finished message", seen[0]["finished"], there[0]["finished_there"])
            s.equal("data: the server's Finished message", seen[0]["finished_there"], there[0]["finished"])


def resumption(language, wanted=(0, 1, 1)):
    """Connections that the client resumes by itself."""
    s = language.s
    with language.server() as server:
        seen = language.client(server, times=3)
        s.equal("resumption: the client's view", [one.get("reused") for one in seen], list(wanted))
        s.equal("resumption: the server's view", [one.get("reused") for one in server.records(3)], list(wanted))
        s.same("resumption: all that the client says", list(map(clean, seen)))


def client_certificates(language):
    """A server that demands a certificate."""
    s = language.s
    mine = {"cert": s.certificates / "client.pem", "key": s.certificates / "client.key"}
    stranger = {"cert": s.certificates / "stranger.pem", "key": s.certificates / "stranger.key"}
    with language.server(verify=True) as server:
        language.client(server, times=2, **mine)
        s.equal("client certificate: as the server sees it", [one.get("peer") for one in server.records(2)],
                ["client one"] * 2)
        for number, (name, options) in enumerate((("none", {}), ("a stranger's", stranger)), 3):
            seen = language.client(server, **options)
            s.check(f"client certificate: {name}: refused", seen[0].get("error"), seen)
            s.same(f"client certificate: {name}: the server's error", clean(server.records(number)[number - 1]))


def verification(language):
    """What the client refuses."""
    s = language.s

    def outcome(name, server, works, **options):
        seen = language.client(server, **options)
        s.equal(f"{name}: works", not seen[0].get("error"), works)
        s.same(f"{name}: the client's view", list(map(clean, seen)))

    with language.server() as server:
        outcome("another host name", server, False, host="two.test")
        outcome("unknown issuer", server, False, ca=s.certificates / "other-ca.pem")
        outcome("ciphers that do not exist", server, False, ciphers="NO-SUCH-CIPHER")
        outcome("no version in common", server, False, version={"1.2": "1.3", "1.3": "1.2"}[s.version])
        outcome("after all that", server, True)
    for cert in ("expired", "selfsigned"):
        with language.server(cert=cert) as server:
            outcome(f"certificate {cert}", server, False)


def alpn(language):
    """Protocols in common, and none."""
    s = language.s
    with language.server(alpn=["h2", "http/1.1"]) as server:
        s.equal("ALPN: chosen", [one.get("alpn") for one in language.client(server, alpn=["http/1.1"])], ["http/1.1"])
        s.same("ALPN: nothing in common", list(map(clean, language.client(server, alpn=["other"]))))
        s.same("ALPN: not asked for", list(map(clean, language.client(server))))
