"""hitch, a TLS proxy in front of plain servers, with curl, openssl s_client and python3 as its clients."""

import os
import re
from contextlib import contextmanager
from pathlib import Path

from support.http import QuietHandler, serving
from support.normalise import lines_with
from support.ocsp import response
from support.payload import SIZES, payload
from support.rubbish import RUBBISH, throw
from support.scenario import free_port, listening, quick

PROGRAM = "hitch"
ROLES = {"server": "server names, client certificates, ALPN, OCSP stapling, tickets, several workers"}
NEEDS = ("hitch", "curl", "openssl", "python3")

GET = "GET /bytes/1 HTTP/1.0\r\n\r\n"


def plain_server():
    """An HTTP server without TLS that gives /bytes/N; yields its port."""

    class Handler(QuietHandler):
        def do_GET(self):
            self.answer(payload(int(self.path.rpartition("/")[2])))

    return serving(Handler)


def bundle(s, name):
    """Key and chain in one file, as hitch wants them."""
    path = s.home / f"{name}.bundle.pem"
    path.write_text("".join(Path(s.certificates / f"{name}.{part}").read_text() for part in ("key", "pem")))
    return path


@contextmanager
def hitch(s, port, *settings, certificates=("one.test",), protocol=None):
    """Runs hitch in front of a plain server until the `with` block ends."""
    path = s.home / "hitch.conf"
    # It refuses to work as root.
    user = ('user = "nobody"', 'group = "nogroup"') if os.geteuid() == 0 else ()
    with plain_server() as back:
        path.write_text("\n".join((
            f'frontend = {{ host = "127.0.0.1" port = "{port}" }}', f'backend = "[127.0.0.1]:{back}"', "workers = 2",
            f"tls-protos = {protocol or s.protocol}", *user,
            *(f'pem-file = "{bundle(s, name)}"' for name in certificates), *settings)) + "\n")
        with s.service("hitch", f"--config={path}", ready=lambda service: listening(port) and len(service.children()) >= 2,
                       ) as service:
            yield service


def kinds(seen):
    """Whether the connections were resumed."""
    return [facts.get("reused") for facts in seen]


@quick
def step_data(s):
    """Data of all sizes."""
    port = free_port()
    with hitch(s, port):
        for size in SIZES:
            done = s.curl(port, f"https://one.test:{port}/bytes/{size}", restrict=False)
            s.check(f"{size} bytes down", done.code == 0 and done.out == payload(size), done.err)
        done = s.curl(port, "-v", f"https://one.test:{port}/bytes/1", restrict=False)
        s.same("connection as curl shows it", lines_with(done.err, "* SSL connection", "* ALPN"))


@quick
def step_resumption(s):
    """Fresh connections of one client, over several workers."""
    port = free_port()
    with hitch(s, port):
        seen = s.exchange(port, GET, times=6)
        s.equal("resumption: kinds", kinds(seen), [False] + [True] * 5)
        s.equal("resumption: version", {facts.get("version") for facts in seen}, {s.protocol})


@quick
def step_names(s):
    """Certificates by server name."""
    port = free_port()
    with hitch(s, port, certificates=("two.test", "one.test")):
        for host in ("one.test", "two.test"):
            done = s.s_client(port, "-servername", host)
            s.equal(f"server name {host}: certificate", lines_with(done.text, "subject="), [f"subject=CN = {host}"])
        for words in (("-servername", "three.test"), ("-noservername",)):
            done = s.s_client(port, *words, verify=False)
            s.same(f"{' '.join(words)}: certificate", lines_with(done.text, "subject="))
    port = free_port()
    with hitch(s, port, "sni-nomatch-abort = on"):
        done = s.s_client(port, "-servername", "three.test", verify=False)
        s.same("sni-nomatch-abort: what the client sees",
               (done.code != 0, re.findall(r"error:[0-9A-F]+:[^:]*:[^:]*:([^:\n]*)", done.err)))


@quick
def step_alpn(s):
    """ALPN."""
    port = free_port()
    with hitch(s, port, 'alpn-protos = "http/1.1"'):
        for offered in ("http/1.1", "spdy/3"):
            done = s.s_client(port, "-alpn", offered)
            s.same(f"ALPN: {offered} offered", lines_with(done.text, "ALPN", "No ALPN"))


@quick
def step_client_certificates(s):
    """client-verify."""
    port = free_port()
    mine = ("--cert", s.certificates / "client.pem", "--key", s.certificates / "client.key")
    stranger = ("--cert", s.certificates / "stranger.pem", "--key", s.certificates / "stranger.key")
    with hitch(s, port, "client-verify = required", f'client-verify-ca = "{s.certificates / "ca.pem"}"'):
        url = f"https://one.test:{port}/bytes/1"
        s.equal("client-verify: a good certificate", s.curl(port, *mine, url, restrict=False).out, payload(1))
        seen = s.exchange(port, GET, times=2, cert=s.certificates / "client.pem", key=s.certificates / "client.key")
        s.equal("client-verify: new, then resumed", kinds(seen), [False, True])
        for kind, words in (("no certificate", ()), ("a stranger's certificate", stranger)):
            done = s.curl(port, *words, url, restrict=False)
            s.check(f"client-verify: {kind} is refused", done.code not in (0, 60), done.both)


@quick
def step_stapling(s):
    """An OCSP response in a file."""
    port = free_port()
    path = bundle(s, "two.test")
    # It looks for the issuer in the chain.
    path.write_text(path.read_text() + Path(s.certificates / "ca.pem").read_text())
    block = f'pem-file = {{ cert = "{path}" ocsp-resp-file = "{response(s, "two.test")}" }}'
    with hitch(s, port, block, certificates=()):
        done = s.s_client(port, "-status", "-servername", "two.test")
        s.check("stapling: the certificate is good", "Cert Status: good" in done.text, done.both[-2000:])
        done = s.s_client(port, "-servername", "two.test")
        s.check("stapling: nothing for a client that does not ask", "Cert Status" not in done.text)


def step_rubbish(s):
    """What is not TLS: hitch goes on."""
    port = free_port()
    with hitch(s, port) as server:
        for name, data in RUBBISH.items():
            s.same(f"rubbish: {name}: answer", throw(port, data))
        seen = s.exchange(port, GET)
        s.check("after all that it answers", "200 OK" in seen[0].get("answer", ""), seen)
        s.check("no worker died", "died" not in server.err and "signal" not in server.err, server.err[-2000:])
