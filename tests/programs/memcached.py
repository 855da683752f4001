"""memcached as a server, with openssl s_client and python3 as its clients."""

import os
from contextlib import contextmanager

from support.normalise import lines_with
from support.proxy import ByteProxy
from support.scenario import free_port, listening, quick

PROGRAM = "memcached"
ROLES = {"server": "values of many connections, client certificates, session cache on and off, refresh_certs"}
NEEDS = ("memcached", "openssl", "python3")


@contextmanager
def memcached(s, *settings, cert="one.test", **how):
    """Runs a server; settings are those of its -o option. It has `port`."""
    port = free_port()
    files = [f"ssl_chain_cert={s.certificates / cert}.pem", f"ssl_key={s.certificates / cert}.key"]
    versions = {"1.2": "2", "1.3": "3"}
    wanted = [*files, f"ssl_min_version={versions[s.version]}", *settings]
    words = ["-Z", "-l", "127.0.0.1", "-p", port, "-t", 2, "-o", ",".join(map(str, wanted))]
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    for folder in (s.home, s.home.parent, s.certificates.folder):
        folder.chmod(0o711)  # it gives up its rights before it reads
    with s.service("memcached", *words, *user, "-vv", ready=lambda _: listening(port), **how) as server:
        server.port = port
        yield server


def ask(s, server, *words, commands=b"version\r\nquit\r\n", **how):
    """Types commands to the server through s_client."""
    limit = s.openssl_flag
    return s.s_client(server.port, limit, "-ign_eof", *words, data=commands, **how)


def answers(done):
    """The answers of the protocol in what s_client -quiet printed."""
    return done.text.splitlines()


@quick
def step_values(s):
    """Values up to 16000 bytes; larger ones do not come back on OpenSSL either."""
    with memcached(s, "ssl_session_cache") as server:
        result = s.python_task("crowd", server.port, memcached=True, threads=4, times=10)
        s.equal("40 connections of 4 threads: values intact", (result["intact"], result["errors"]), (40, []))
        s.check("40 connections of 4 threads: most resumed", result["reused"] >= 25, result)
        with ByteProxy(server.port) as proxy:
            result = s.python_task("crowd", proxy.port, memcached=True, threads=1, times=2)
            s.equal("byte by byte: values intact", (result["intact"], result["errors"]), (2, []))
        s.same("the answer of version", answers(ask(s, server, "-quiet")))


@quick
def step_resumption(s):
    """With the session cache and without."""
    for cache in ("on", "off"):
        with memcached(s, *(("ssl_session_cache",) if cache == "on" else ())) as server:
            path = s.home / f"session-{cache}.pem"
            kinds = []
            for words in (("-sess_out", path), ("-sess_in", path), ("-sess_in", path)):
                if words[0] == "-sess_in" and not path.exists():
                    break
                kinds += [line.partition(",")[0] for line in lines_with(ask(s, server, *words).text, "New,", "Reused,")]
            s.same(f"session cache {cache}: connections of s_client", kinds)
            s.equal(f"session cache {cache}: first new", kinds[0], "New")
            if cache == "on":
                s.equal("session cache on: then resumed", kinds[1:], ["Reused", "Reused"])


@quick
def step_client_certificates(s):
    """ssl_verify_mode."""
    mine = ("-cert", s.certificates / "client.pem", "-key", s.certificates / "client.key")
    stranger = ("-cert", s.certificates / "stranger.pem", "-key", s.certificates / "stranger.key")
    for mode, name in ((1, "request"), (2, "require")):
        with memcached(s, f"ssl_verify_mode={mode}", f"ssl_ca_cert={s.certificates / 'ca.pem'}") as server:
            for kind, words in (("a good one", mine), ("none", ()), ("a stranger's", stranger)):
                done = ask(s, server, "-quiet", *words)
                s.same(f"client certificate, {name}: {kind}", answers(done))
            s.check(f"client certificate, {name}: a good one works", answers(ask(s, server, "-quiet", *mine))[:1] != [])
            s.equal(f"client certificate, {name}: none", answers(ask(s, server, "-quiet")) != [], name == "request")


def step_reload(s):
    """refresh_certs reads the files again."""
    for suffix in ("pem", "key"):
        with open(s.certificates / f"one.test.{suffix}", "rb") as file:
            (s.home / f"current.{suffix}").write_bytes(file.read())
        (s.home / f"current.{suffix}").chmod(0o644)
    with memcached(s, f"ssl_chain_cert={s.home}/current.pem", f"ssl_key={s.home}/current.key") as server:
        for suffix in ("pem", "key"):
            with open(s.certificates / f"expired.{suffix}", "rb") as file:
                (s.home / f"current.{suffix}").write_bytes(file.read())
        s.equal("refresh_certs", answers(ask(s, server, "-quiet", commands=b"refresh_certs\r\nquit\r\n")), ["OK"])
        done = ask(s, server, verify=False)
        s.equal("the new certificate", lines_with(done.text, "Verify return code")[0],
                "Verify return code: 10 (certificate has expired)")
        (s.home / "current.pem").write_bytes(b"rubbish")
        done = ask(s, server, "-quiet", commands=b"refresh_certs\r\nquit\r\n", verify=False)
        s.same("refresh_certs with rubbish", answers(done))
        s.check("it goes on with what it has", answers(ask(s, server, "-quiet", verify=False))[:1] != [])


def step_errors(s):
    """What cannot work ends the server, with a line that says why."""
    wrong = {
        "a key of another certificate": ("ssl_key=" + s.certificates / "client.key",),
        "a certificate that is not there": ("ssl_chain_cert=/nothing.pem",),
        "ciphers that do not exist": ("ssl_ciphers=NO-SUCH-CIPHER",),
    }
    for name, settings in wrong.items():
        server = None
        try:
            with memcached(s, *settings) as server:
                pass
        except AssertionError:
            pass
        errors = sorted(s.home.glob("memcached-*.err"), key=lambda path: path.stat().st_mtime)
        s.same(f"{name}: what it prints", lines_with(errors[-1].read_text(), "Error", "Failed", "failed", "SSL"))
        s.check(f"{name}: it does not start", server is None)
