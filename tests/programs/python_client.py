"""python3's ssl module as a client, against a threaded HTTPS server."""

import json

from support.proxy import ByteProxy
from support.scenario import quick

PROGRAM = "python3"
ROLES = {
    "client": "`ssl`: resumption, sessions from elsewhere, errors of certificates, non-blocking, threads, key log",
}
NEEDS = ("python3", "openssl")


def all_intact(s, name, result):
    for what, intact in result.items():
        s.check(f"{name}: {what}", intact, result)


@quick
def step_context(s):
    """A context before any connection."""
    s.same("context: ciphers, CA certificates, counters", s.python_task("context", 0))


@quick
def step_describe(s):
    """What the ssl module reports about a connection."""
    with s.https_server(alpn=["h2", "http/1.1"]) as server:
        result = s.python_task("describe", server.port, version=s.version, alpn=["http/1.1", "h2"])
        s.equal("describe: version", result["version"], s.protocol)
        s.equal("describe: ALPN is the server's first choice", result["alpn"], "h2")
        for key, value in result.items():
            s.same(f"describe: {key}", value)


@quick
def step_data(s):
    """Data of all sizes in both directions."""
    with s.https_server() as server:
        all_intact(s, "data: bytes", s.python_task("transfer", server.port, version=s.version))
        all_intact(s, "asyncio: bytes", s.python_task("asyncio", server.port, version=s.version))


@quick
def step_urllib(s):
    """http.client and urllib.request."""
    with s.https_server() as server:
        result = s.python_task("urllib", server.port, version=s.version)
        all_intact(s, "urllib", result)
        s.equal("urllib: all was tried", len(result), 9)


@quick
def step_resumption(s):
    """session= on the connections of one context."""
    for name, tickets in (("tickets", True), ("no tickets", False)):
        with s.https_server(tickets=tickets) as server:
            result = s.python_task("resume", server.port, version=s.version, times=3)
            seen = result["connections"]
            s.equal(f"resumption, {name}: session_reused", [one["reused"] for one in seen], [False, True, True, True])
            s.equal(f"resumption, {name}: as the server sees it",
                    [json.loads(one["info"])["reused"] for one in seen], [False, True, True, True])
            s.equal(f"resumption, {name}: the peer certificate stays known",
                    {str(one["peer"]) for one in seen}, {str([[["commonName", "one.test"]]])})
            s.same(f"resumption, {name}: session identities", [(one["same id"], one["equal"]) for one in seen])
            s.same(f"resumption, {name}: how connections close", [one.get("close") for one in seen])
            s.same(f"resumption, {name}: session_stats()", result["stats"])


def step_foreign_session(s):
    """Sessions where they do not belong."""
    with s.https_server() as one, s.https_server() as two:
        result = s.python_task("foreign_session", one.port, version=s.version, **{"other port": two.port})
        s.same("a session of another context, and for another server", result)
        s.equal("another server makes a full handshake", result["other server reused"], False)


@quick
def step_errors(s):
    """Errors as Python shows them."""
    other = {"1.2": "1.3", "1.3": "1.2"}[s.version]
    ca = s.certificates / "ca.pem"

    def outcome(name, port, **options):
        result = s.python_task("fail", port, **{"version": s.version, **options})
        s.check(f"errors: {name}: it fails", "error" in result, result)
        s.same(f"errors: {name}", result)

    with s.https_server() as server:
        outcome("unknown issuer", server.port, ca=s.certificates / "other-ca.pem")
        outcome("no issuer", server.port, ca=None)
        outcome("another host name", server.port, host="two.test")
        outcome("a CA file that is not there", server.port, ca=s.certificates / "nothing.pem")
        outcome("a CA file with rubbish", server.port, ca=s.certificates / "one.test.key")
        outcome("a key of another certificate", server.port,
                cert=s.certificates / "client.pem", key=s.certificates / "stranger.key")
        outcome("unknown ciphers", server.port, ciphers="NO-SUCH-CIPHER")
    for cert in ("expired", "selfsigned", "one.test.leaf"):
        with s.https_server(cert=cert) as server:
            outcome(f"certificate {cert}", server.port)
    with s.https_server(min=other, max=other) as server:
        outcome("no version in common", server.port)
        s.same("errors: no version in common, as the server sees it", server.records(1)[0])
    with s.https_server(ca=ca, verify="required") as server:
        outcome("no client certificate", server.port, listen=True)
        s.same("errors: no client certificate, as the server sees it", server.records(1)[0])
        mine = {"cert": s.certificates / "client.pem", "key": s.certificates / "client.key"}
        result = s.python_task("fail", server.port, version=s.version, **mine)
        s.equal("a client certificate is accepted", (result, server.records(2)[1]["peer"]), ({"answer": True}, ["client one"]))


@quick
def step_endings(s):
    """Clean and unclean closes."""
    with s.https_server() as server:
        result = s.python_task("endings", server.port, version=s.version)
        for path, end in result.items():
            s.same(f"endings: {path}", end)
        s.same("endings: as the server sees them", [record["end"] for record in server.records(4)])
        for ending in ("clean", "unclean"):
            s.python_task("leave", server.port, version=s.version, ending=ending)
        s.same("endings: the client leaves, as the server sees it", [record["end"] for record in server.records(6)[4:]])


def step_non_blocking(s):
    """Non-blocking sockets, every byte on its own."""
    with s.https_server() as server, ByteProxy(server.port) as proxy:
        result = s.python_task("non_blocking", proxy.port, version=s.version, waits=100)
        all_intact(s, "byte by byte, non-blocking", result)
        result = s.python_task("asyncio", proxy.port, version=s.version)
        all_intact(s, "byte by byte, asyncio: bytes", result)
        seen = s.python_task("resume", proxy.port, version=s.version, times=1)["connections"]
        s.equal("byte by byte: resumption", [one["reused"] for one in seen], [False, True])


def step_crowd(s):
    """Threads that share a context and its sessions."""
    with s.https_server() as server:
        result = s.python_task("crowd", server.port, version=s.version, threads=6, times=10)
        s.equal("6 threads, 10 connections each: all intact", (result["intact"], result["errors"]), (60, []))
        s.check("6 threads, 10 connections each: most resumed", result["reused"] >= 40, result)


def step_key_log(s):
    """keylog_filename on both ends."""
    files = s.home / "client.keys", s.home / "server.keys"
    with s.https_server(keylog=str(files[1])) as server:
        s.python_task("resume", server.port, version=s.version, keylog=str(files[0]), times=1)
        server.records(2)
    lines = [sorted(line for line in file.read_text().splitlines() if line[:1] not in ("", "#")) for file in files]
    s.check("key log: both ends wrote the same secrets, full and resumed", lines[0] == lines[1] and lines[0], lines)
    s.same("key log: labels", [line.split()[0] for line in lines[0]])
