"""lighttpd with mod_openssl, with curl, openssl s_client and python3 as its clients."""

import re
import sys
from contextlib import contextmanager

from support.normalise import lines_with
from support.ocsp import response
from support.payload import SIZES, digest, payload
from support.rubbish import RUBBISH, throw
from support.scenario import free_port, listening, quick, settled

PROGRAM = "lighttpd"
ROLES = {
    "server": "HTTP/1.1 and HTTP/2, server names, client certificates, OCSP stapling, tickets, a ticket key file that "
              "outlives a restart",
}
NEEDS = ("lighttpd", "curl", "openssl", "python3")

CONFIGURATION = """
server.modules = ("mod_openssl", "mod_cgi")
server.bind = "127.0.0.1"
server.port = {port}
server.document-root = "{home}/files"
server.errorlog = "/dev/stderr"
server.upload-dirs = ("{home}")
cgi.assign = (".cgi" => "/bin/sh")
ssl.engine = "enable"
ssl.pemfile = "{cert}.pem"
ssl.privkey = "{cert}.key"
ssl.openssl.ssl-conf-cmd = ("MinProtocol" => "{protocol}", "MaxProtocol" => "{protocol}")
{settings}
"""

INFO = """printf 'Content-Type: text/plain\\r\\n\\r\\n'
echo "$SSL_PROTOCOL|$SSL_CIPHER|$HTTP_HOST|$SSL_CLIENT_VERIFY|$SSL_CLIENT_S_DN_CN"
"""

# What has come, as the server passes it on.
DIGEST = """printf 'Content-Type: text/plain\\r\\n\\r\\n'
sha256sum | cut -d ' ' -f 1
"""

GET = "GET /small HTTP/1.1\r\nHost: one.test\r\nConnection: close\r\n\r\n"


@contextmanager
def lighttpd(s, port, *settings, cert="one.test"):
    """Runs lighttpd until the `with` block ends."""
    files = s.home / "files"
    files.mkdir(exist_ok=True)
    (files / "small").write_text("small\n")
    (files / "info.cgi").write_text(INFO)
    (files / "digest.cgi").write_text(DIGEST)
    path = s.home / "lighttpd.conf"
    path.write_text(CONFIGURATION.format(home=s.home, port=port, cert=s.certificates / cert, protocol=s.protocol,
                                         settings="\n".join(settings)))
    with s.service("lighttpd", "-D", "-f", path, ready=lambda _: listening(port)) as service:
        yield service


def info(s, port, *words, host="one.test"):
    """What a program behind lighttpd sees."""
    return s.curl(port, "--http1.1", *words, f"https://{host}:{port}/info.cgi", restrict=False)


@quick
def step_data(s):
    """Data of all sizes in both directions, over HTTP/1.1 and HTTP/2."""
    port = free_port()
    with lighttpd(s, port):
        for option, version in (("--http1.1", "1.1"), ("--http2", "2")):
            base = f"https://one.test:{port}"
            for size in SIZES:
                out, source = s.home / "download", s.home / "files" / f"file-{size}"
                source.write_bytes(payload(size))
                done = s.curl(port, option, "-w", "%{http_version}", "-o", out, f"{base}/file-{size}", restrict=False)
                s.check(f"HTTP/{version}: {size} bytes down",
                        (done.code, done.text) == (0, version) and out.read_bytes() == payload(size), done.both)
                done = s.curl(port, option, "--data-binary", f"@{source}", f"{base}/digest.cgi", restrict=False)
                s.equal(f"HTTP/{version}: {size} bytes up", (done.code, done.text.strip()), (0, digest(payload(size))))
        said = info(s, port).text
        s.check("SSL_PROTOCOL for programs behind it", said.startswith(f"{s.protocol}|"), said)
        s.same("environment of programs behind it", said)


@quick
def step_resumption(s):
    """Fresh connections of one client, and of processes."""
    for name, settings in (("tickets", ()), ("no tickets", ('ssl.openssl.ssl-conf-cmd += ("Options" => "-SessionTicket")',))):
        port = free_port()
        with lighttpd(s, port, *settings):
            seen = s.exchange(port, GET, times=3)
            s.check(f"resumption, {name}: answers", all("small" in facts.get("answer", "") for facts in seen), seen)
            s.equal(f"resumption, {name}: version", {facts.get("version") for facts in seen}, {s.protocol})
            s.same(f"resumption, {name}: kinds", [facts.get("reused") for facts in seen])
            if name == "tickets":
                s.equal(f"resumption, {name}: python3 resumes", [facts.get("reused") for facts in seen], [False, True, True])


@quick
def step_names(s):
    """Certificates by server name."""
    port = free_port()
    two = f'$HTTP["host"] == "two.test" {{ ssl.pemfile = "{s.certificates / "two.test"}.pem" ' \
          f'ssl.privkey = "{s.certificates / "two.test"}.key" }}'
    with lighttpd(s, port, two):
        for host in ("one.test", "two.test"):
            done = info(s, port, host=host)
            s.equal(f"server name {host}: answer", (done.code, done.text.split("|")[2:3]), (0, [f"{host}:{port}"]))
            done = s.s_client(port, "-servername", host)
            s.equal(f"server name {host}: certificate", lines_with(done.text, "subject="), [f"subject=CN = {host}"])
        for words in (("-servername", "three.test"), ("-noservername",)):
            done = s.s_client(port, *words)
            s.same(f"{' '.join(words)}: certificate", lines_with(done.text, "subject="))


@quick
def step_client_certificates(s):
    """ssl.verifyclient."""
    mine = ("--cert", s.certificates / "client.pem", "--key", s.certificates / "client.key")
    stranger = ("--cert", s.certificates / "stranger.pem", "--key", s.certificates / "stranger.key")
    for name, enforce in (("enforced", "enable"), ("optional", "disable")):
        port = free_port()
        with lighttpd(s, port, 'ssl.verifyclient.activate = "enable"', f'ssl.verifyclient.enforce = "{enforce}"',
                      f'ssl.ca-file = "{s.certificates / "ca.pem"}"') as server:
            done = info(s, port, *mine)
            s.equal(f"verifyclient {name}: a good certificate", done.text.strip().split("|")[3:], ["SUCCESS", "client one"])
            seen = s.exchange(port, GET, times=2, cert=s.certificates / "client.pem", key=s.certificates / "client.key")
            s.equal(f"verifyclient {name}: new, then resumed", [facts.get("reused") for facts in seen], [False, True])
            for kind, words in (("no certificate", ()), ("a stranger's certificate", stranger)):
                done = info(s, port, *words)
                s.same(f"verifyclient {name}: {kind}", done.text.strip().split("|")[3:])
                s.check(f"verifyclient {name}: {kind}: {'refused' if name == 'enforced' else 'as it says'}",
                        done.code != 0 or name != "enforced", done.both)
            reasons = settled(lambda: re.findall(r"error:([0-9A-F]+):", server.err), 1) or []
            s.same(f"verifyclient {name}: the errors in the log", reasons)


@quick
def step_stapling(s):
    """ssl.stapling-file."""
    port = free_port()
    staple = response(s, "two.test")
    with lighttpd(s, port, f'ssl.stapling-file = "{staple}"', cert="two.test"):
        done = s.s_client(port, "-status", "-servername", "two.test")
        s.check("stapling: the certificate is good", "Cert Status: good" in done.text, done.both[-2000:])
        done = s.s_client(port, "-servername", "two.test")
        s.check("stapling: nothing for a client that does not ask", "Cert Status" not in done.text)


@quick
def step_restart(s):
    """A ticket key file outlives a restart."""
    port = free_port()
    # Format 0: three times from when to when a key is good, and the key (lighttpd's documentation).
    keys = s.home / "stek"
    now = int(s.home.stat().st_mtime)
    keys.write_bytes(b"".join(number.to_bytes(4, sys.byteorder) for number in (0, now - 60, now + 86400)) + payload(80))
    path = s.home / "session.pem"
    setting = f'ssl.stek-file = "{keys}"'
    with lighttpd(s, port, setting):
        s.s_client(port, "-sess_out", path, "-ign_eof", data=GET.encode())
    with lighttpd(s, port, setting):
        done = s.s_client(port, "-sess_in", path, "-ign_eof", data=GET.encode())
        s.check("restart: the ticket is still good", "Reused, " in done.text, done.both[-2000:])


def step_rubbish(s):
    """What is not TLS: lighttpd logs what it logs with OpenSSL and goes on."""
    port = free_port()
    with lighttpd(s, port) as server:
        for name, data in RUBBISH.items():
            before = len(server.err)
            answer = throw(port, data)
            reasons = settled(lambda: re.findall(r"SSL: .*?(error:.*|\d+ .*)", server.err[before:]), 0.3) or []
            s.same(f"rubbish: {name}: log and answer", (reasons, answer))
        s.check("after all that it answers", info(s, port).text.startswith(s.protocol))
