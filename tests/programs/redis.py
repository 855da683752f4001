"""Redis as a server, with redis-cli, redis-benchmark, openssl s_client and python3 as its clients."""

import re
from contextlib import contextmanager

from support.normalise import lines_with
from support.payload import digest, payload
from support.scenario import free_port, listening, quick, role, settled

PROGRAM = "redis-server with redis-cli"
ROLES = {
    "server": "commands, pipelines, redis-benchmark, client certificates, session caching, change of certificate and key",
    "client": "redis-cli, a replica of another server, errors of certificates",
}
NEEDS = ("redis-server", "redis-cli", "redis-benchmark", "openssl", "python3")


# What the server always says at that level.
USUAL = ("oO0Oo", "Redis version", "Configuration loaded", "WARNING", "Warning:", "Server initialized", "Diskless rdb")


@contextmanager
def redis(s, cert="one.test", key=None, clients="no", name="redis", ready=True, **settings):
    """Runs a server that speaks TLS only; it has `port`."""
    port = free_port()
    facts = {
        "port": 0, "tls-port": port, "bind": "127.0.0.1", "save": "''", "appendonly": "no", "daemonize": "no",
        "repl-diskless-sync-delay": 0,
        "tls-cert-file": s.certificates / f"{cert}.pem", "tls-key-file": key or s.certificates / f"{cert}.key",
        "tls-ca-cert-file": s.certificates / "ca.pem", "tls-auth-clients": clients,
        "tls-protocols": f'"{s.protocol}"', **{key.replace("_", "-"): value for key, value in settings.items()},
    }
    file = s.home / f"{name}-{port}.conf"
    file.write_text("".join(f"{key} {value}\n" for key, value in facts.items()))
    waiting = (lambda _: listening(port)) if ready else None
    with s.service("redis-server", file, name=name, ready=waiting) as server:
        server.port = port
        yield server


def cli(s, server, *words, ca="ca.pem", data=b"", side=None):
    """redis-cli; without a command it reads commands from `data`."""
    return s.run("redis-cli", "-h", "127.0.0.1", "-p", server.port, "--tls", "--cacert", s.certificates / ca,
                 "--sni", "one.test", *words, data=data, side=side)


def logged(server):
    """The warnings in the log."""
    lines = re.findall(r"^\d+:\w .*? # (.*)$", server.out.decode(), re.MULTILINE)
    # The descriptor is named only when the client has not yet gone.
    return [re.sub(r" \(conn: fd=\d+\)", "", line) for line in lines if not line.startswith(USUAL)]


@quick
def step_commands(s):
    """Commands and large values of redis-cli."""
    with redis(s) as server:
        s.equal("ping", cli(s, server, "ping").text, "PONG\n")
        value = digest(payload(16384)).encode() * 50000
        done = cli(s, server, "-x", "set", "large", data=value)
        s.equal("a value of 3 MB to the server", done.text, "OK\n")
        done = cli(s, server, "get", "large")
        s.check("a value of 3 MB from the server", done.out == value + b"\n", done.err)
        commands = b"".join(b"SET key%d =%s\r\n" % (n, b"v" * (n % 500)) for n in range(5000))
        done = cli(s, server, "--pipe", data=commands)
        s.check("5000 commands through --pipe", "errors: 0, replies: 5000" in done.text, done.both)
        s.equal("5000 keys and the large one", cli(s, server, "dbsize").text, "5001\n")
        s.equal("the server's warnings", logged(server), [])


@quick
def step_benchmark(s):
    """redis-benchmark with 20 connections."""
    with redis(s) as server:
        done = s.run("redis-benchmark", "-h", "127.0.0.1", "-p", server.port, "--tls", "--cacert",
                     s.certificates / "ca.pem", "--sni", "one.test", "-c", 20, "-n", 4000, "-d", 1000, "-P", 4,
                     "-t", "set,get,lpush,lrange_100", "--csv", timeout=100)
        tests = re.findall(r'^"([^"]+)",', done.text, re.MULTILINE)
        s.equal("redis-benchmark: exit status", (done.code, done.err), (0, ""))
        s.same("redis-benchmark: the tests that it ran", tests)
        s.equal("redis-benchmark: the server's warnings", logged(server), [])


@quick
def step_client_certificates(s):
    """tls-auth-clients."""
    mine = ("--cert", s.certificates / "client.pem", "--key", s.certificates / "client.key")
    with redis(s, clients="yes") as server:
        s.equal("client certificate: accepted", cli(s, server, *mine, "ping").text, "PONG\n")
        failing = {
            "none": (),
            "a stranger's": ("--cert", s.certificates / "stranger.pem", "--key", s.certificates / "stranger.key"),
            "a key of another certificate": (*mine[:3], s.certificates / "stranger.key"),
        }
        for name, words in failing.items():
            before = len(logged(server))
            done = cli(s, server, *words, "ping")
            s.equal(f"client certificate: {name}: exit status", done.code, 1)
            # In TLS 1.3 the refusal comes after the client's handshake: it may see the alert or the close.
            s.same(f"client certificate: {name}: message",
                   re.sub("^Error: .*", "Error: refused", done.err))
            if name != "a key of another certificate":
                settled(lambda: len(logged(server)) > before)
                s.same(f"client certificate: {name}: the server's warning", logged(server)[before:])
    with redis(s, clients="optional") as server:
        s.equal("client certificate: optional, none", cli(s, server, "ping").text, "PONG\n")
        s.equal("client certificate: optional, a good one", cli(s, server, *mine, "ping").text, "PONG\n")


@role("client")
def step_errors(s):
    """Certificates that do not verify, and settings that cannot work."""
    with redis(s) as server:
        for name, ca in (("unknown issuer", "other-ca.pem"), ("a CA file with rubbish", "one.test.key")):
            done = cli(s, server, "ping", ca=ca)
            s.equal(f"{name}: exit status", done.code, 1)
            s.same(f"{name}: message", done.err)
        s.same("unknown issuer: the server's warning", settled(lambda: logged(server)) and logged(server)[0])
        done = cli(s, server, "--insecure", "ping", ca="other-ca.pem")
        s.same("unknown issuer, --insecure", (done.code, done.text))
        done = s.run("redis-cli", "-h", "127.0.0.1", "-p", server.port, "ping")
        s.equal("no TLS", (done.code, "PONG" in done.both), (1, False))
        s.same("no TLS: the server's warning", settled(lambda: "wrong version" in logged(server)[-1]) and logged(server)[-1])
    wrong = {
        "a key of another certificate": {"key": s.certificates / "client.key"},
        "ciphers that do not exist": {"tls_ciphers": "NO-SUCH-CIPHER"},
        "suites that do not exist": {"tls_ciphersuites": "NO-SUCH-SUITE"},
    }
    for name, settings in wrong.items():
        with redis(s, ready=False, name="wrong", **settings) as server:
            s.equal(f"{name}: the server ends with", server.wait(), 1)
            s.same(f"{name}: the server's warnings", logged(server))


@quick
def step_resumption(s):
    """tls-session-caching on and off; redis never sends close_notify."""
    for caching in ("yes", "no"):
        with redis(s, tls_session_caching=caching) as server:
            path = s.home / f"session-{caching}.pem"
            # QUIT is answered before the server closes.
            for words in (("-sess_out", path), ("-sess_in", path)):
                done = s.s_client(server.port, "-ign_eof", "-quiet", *words, data=b"PING\r\nQUIT\r\n")
                s.equal(f"tls-session-caching {caching}: the answer", done.text, "+PONG\r\n+OK\r\n")
            done = s.s_client(server.port, "-ign_eof", "-sess_in", path, data=b"PING\r\nQUIT\r\n")
            kinds = lines_with(done.text, "New, ", "Reused, ")
            s.same(f"tls-session-caching {caching}: the third connection of s_client", kinds)
            if caching == "yes":
                s.check("tls-session-caching yes: resumed", kinds and kinds[0].startswith("Reused"), done.both[-900:])


@role("client")
def step_replication(s):
    """A replica over TLS: redis as a client."""
    with redis(s) as first:
        cli(s, first, "-x", "set", "large", data=payload(16384) * 60)
        with redis(s, tls_replication="yes", replicaof=f"127.0.0.1 {first.port}", name="replica") as second:
            wanted = payload(16384) * 60 + b"\n"
            arrived = settled(lambda: cli(s, second, "get", "large").out == wanted, timeout=20)
            s.check("the replica has the value", arrived, second.out.decode()[-1500:])
            cli(s, first, "set", "later", "value")
            s.check("a later write arrives", settled(lambda: cli(s, second, "get", "later").text == "value\n"))
            s.check("the link is up", "master_link_status:up" in cli(s, second, "info", "replication").text)
            s.equal("the servers' warnings", logged(first) + logged(second), [])


def step_reload(s):
    """CONFIG SET changes certificate and key while the server runs; an encrypted key."""
    encrypted = s.certificates / "one.test.encrypted.key"
    with redis(s, key=encrypted, tls_key_file_pass="word") as server:
        before = s.s_client(server.port, verify=False)
        done = cli(s, server, "config", "set", "tls-key-file-pass", "", "tls-cert-file", s.certificates / "expired.pem",
                   "tls-key-file", s.certificates / "expired.key")
        s.equal("CONFIG SET", done.text, "OK\n")
        after = s.s_client(server.port, verify=False)
        codes = [lines_with(one.text, "Verify return code")[0] for one in (before, after)]
        s.equal("certificates before and after", codes,
                ["Verify return code: 20 (unable to get local issuer certificate)",
                 "Verify return code: 10 (certificate has expired)"])
        done = cli(s, server, "--insecure", "config", "set", "tls-cert-file", s.certificates / "client.pem")
        s.check("CONFIG SET with a key of another certificate is refused", done.text.startswith("ERR"), done.both)
        s.same("CONFIG SET with a key of another certificate", done.text)
        s.equal("the server goes on", cli(s, server, "--insecure", "ping").text, "PONG\n")
    with redis(s, key=encrypted, tls_key_file_pass="other", ready=False, name="wrong") as server:
        s.equal("an encrypted key and a wrong tls-key-file-pass: the server ends with", server.wait(), 1)
        s.same("an encrypted key and a wrong tls-key-file-pass: the server's warnings", logged(server))
