"""socat: OPENSSL-LISTEN and OPENSSL."""

import re
from contextlib import contextmanager

from support.payload import SIZES, payload
from support.scenario import free_port, listening, quick, role

PROGRAM = "socat"
ROLES = {
    "server": "`OPENSSL-LISTEN`: transfers, client certificates, forked children",
    "client": "`OPENSSL`: transfers, verification, host name, client certificate",
}
NEEDS = ("socat", "openssl", "python3")


@contextmanager
def listen(s, port, target, *options, fork=True):
    """socat as a server that hands what comes to `target`, an address of socat."""
    words = [f"OPENSSL-LISTEN:{port}", "bind=127.0.0.1", "reuseaddr", f"cert={s.certificates / 'one.test'}.pem",
             f"key={s.certificates / 'one.test'}.key", f"openssl-min-proto-version=TLS{s.version}",
             f"openssl-max-proto-version=TLS{s.version}", *options] + (["fork"] if fork else [])
    with s.service("socat", "-d", "-d", ",".join(words), target, ready=lambda _: listening(port)) as service:
        yield service


def connect(s, port, *options, name="one.test", ca="ca.pem", data=b""):
    """socat as a client: standard input goes to the server, its answer to standard output."""
    words = [f"OPENSSL:127.0.0.1:{port}", f"cafile={s.certificates / ca}", *([f"commonname={name}"] if name else []),
             f"openssl-min-proto-version=TLS{s.version}", f"openssl-max-proto-version=TLS{s.version}", *options]
    return s.run("socat", "-t", "10", "-", ",".join(words), data=data)


def reasons(text):
    """The errors in socat's words."""
    return re.findall(r"error:[0-9A-F]+:[^:\n]*:[^:\n]*:[^:\n]*|certificate [^\n]*", text)


@quick
def step_server(s):
    """Echo of data of all sizes, and fresh connections of one client."""
    port = free_port()
    with listen(s, port, "EXEC:cat", "verify=0") as server:
        for size in SIZES[:2]:
            text = payload(size).decode("latin-1")
            seen = s.exchange(port, text, length=size, times=3)
            s.check(f"{size} bytes there and back, three times", [facts.get("answer") for facts in seen] == [text] * 3, seen)
            s.equal(f"{size} bytes: version", {facts.get("version") for facts in seen}, {s.protocol})
            s.same(f"{size} bytes: kinds", [facts.get("reused") for facts in seen])
        s.check("the log names the connection", "SSL connection using" in server.err, server.err[-2000:])


@quick
def step_client_certificates(s):
    """A server that demands certificates."""
    port = free_port()
    with listen(s, port, "EXEC:cat", "verify=1", f"cafile={s.certificates / 'ca.pem'}") as server:
        def words(name):
            return {"cert": s.certificates / f"{name}.pem", "key": s.certificates / f"{name}.key"} if name else {}

        seen = s.exchange(port, "hello", length=5, **words("client"))
        s.equal("a good certificate", seen[0].get("answer"), "hello")
        for kind, name in (("no certificate", ""), ("a stranger's certificate", "stranger")):
            seen = s.exchange(port, "hello", length=5, **words(name))
            s.check(f"{kind} is refused", not seen[0].get("answer"), seen)
        s.same("the errors in the log", reasons(server.err))


@role("client")
@quick
def step_client(s):
    """Verification, host name, client certificate, data."""
    get = "GET {path} HTTP/1.1\r\nHost: one.test\r\nConnection: close\r\n\r\n"
    with s.https_server(verify="optional", ca=s.certificates / "ca.pem", max=s.version) as server:
        mine = (f"cert={s.certificates / 'client.pem'}", f"key={s.certificates / 'client.key'}")
        for size in SIZES:
            done = connect(s, server.port, *mine, data=get.format(path=f"/bytes/{size}").encode())
            s.check(f"{size} bytes down", done.out.partition(b"\r\n\r\n")[2] == payload(size), done.err[-1000:])
        seen = server.records(1)[0]
        s.equal("as the server sees it", (seen["peer"], seen["version"], seen["sni"]), (["client one"], s.protocol, "one.test"))
        for name, how in (("another host name", {"name": "two.test"}), ("an unknown issuer", {"ca": "other-ca.pem"})):
            done = connect(s, server.port, **how, data=get.format(path="/info").encode())
            s.check(f"{name} is refused", done.code != 0 and not done.out, done.both)
            s.same(f"{name}: message", reasons(done.err))
        done = connect(s, server.port, "verify=0", name="", data=get.format(path="/info").encode())
        s.check("verify=0 takes every certificate", b'"sni"' in done.out, done.err)


@quick
def step_tunnel(s):
    """Data through two of them."""
    port, source = free_port(), s.home / "source"
    for size in SIZES:
        source.write_bytes(payload(size))
        with listen(s, port, f"OPEN:{source}", "verify=0", "pf=ip4"):
            done = connect(s, port)
        s.check(f"{size} bytes of a file through two", done.out == payload(size), f"{len(done.out)} bytes, {done.err}")
        port = free_port()
