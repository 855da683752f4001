"""haproxy: TLS towards clients with curl and openssl s_client, and towards servers."""

import re
import socket
from contextlib import contextmanager
from pathlib import Path

from support.normalise import lines_with
from support.ocsp import response
from support.payload import SIZES, digest, payload
from support.rubbish import RUBBISH, throw
from support.scenario import free_port, listening, quick, role, settled

PROGRAM = "haproxy"
ROLES = {
    "server": "certificates by SNI, routing by SNI and ALPN, HTTP/2, client certificates, OCSP stapling, cache, tickets, "
              "ticket keys that outlive a restart, `ssl-hello-chk` and `check-ssl` of its servers",
    "client": "verification, SNI, client certificate, its own cache of sessions for each server",
}
NEEDS = ("haproxy", "curl", "openssl", "python3")

CONFIGURATION = """
global
    log stdout format raw local0
    stats socket {home}/admin level admin
    tune.ssl.default-dh-param 2048
    nbthread {threads}
    {globals}

defaults
    mode http
    log global
    timeout connect 5s
    timeout client 20s
    timeout server 20s

{sections}
"""

# What a front end says of a connection.
SAY = ("http-request return status 200 content-type text/plain lf-string \"%[ssl_fc_protocol]|%[ssl_fc_cipher]|"
       "%[ssl_fc_is_resumed]|%[ssl_fc_sni]|%[ssl_fc_alpn]|%[ssl_f_s_dn(CN)]|%[ssl_c_verify]|%[ssl_c_s_dn(CN)]\\n\"")
SAID = ("protocol", "cipher", "resumed", "sni", "alpn", "own", "verify", "peer")


def bundle(s, name):
    """Certificate chain and key in one file, as haproxy wants them."""
    path = s.home / f"{name}.bundle.pem"
    path.write_text("".join(Path(s.certificates / f"{name}.{part}").read_text() for part in ("pem", "key")))
    return path


def front(s, port, *lines, options="", cert="one.test", name=None):
    """A front end with TLS."""
    version = f"TLSv{s.version}"
    head = f"frontend {name or f'front{port}'}\n    bind 127.0.0.1:{port} ssl crt {bundle(s, cert)} " \
           f"ssl-min-ver {version} ssl-max-ver {version} {options}\n"
    return head + "".join(f"    {line}\n" for line in lines)


@contextmanager
def haproxy(s, sections, ports, *, globals="", threads=2, role="server"):
    """Runs haproxy with these sections until the `with` block ends; `ports` are what it listens on."""
    path = s.home / "haproxy.cfg"
    path.write_text(CONFIGURATION.format(home=s.home, globals=globals, sections=sections, threads=threads))
    ready = lambda _: all(listening(port) for port in ports)  # noqa: E731
    with s.service("haproxy", "-db", "-f", path, ready=ready, role=role) as service:
        yield service


def ask_admin(s, command):
    """The answer of the admin socket."""
    with socket.socket(socket.AF_UNIX) as admin:
        admin.settimeout(5)
        admin.connect(str(s.home / "admin"))
        admin.sendall(command.encode() + b"\n")
        answer = b""
        while more := admin.recv(65536):
            answer += more
    return answer.decode()


def states(s):
    """The state of each server: what its health check said last."""
    rows = [row.split(",") for row in ask_admin(s, "show stat").splitlines()]
    names = rows[0]
    found = [dict(zip(names, row)) for row in rows[1:]]
    return {row["svname"]: (row["status"], row["check_status"].lstrip("* ")) for row in found
            if row.get("svname") not in (None, "FRONTEND", "BACKEND")}


def infos(s, port, count, *words, host="one.test"):
    """What haproxy says of `count` fresh connections of one curl process."""
    done = s.curl(port, "--http1.1", "-H", "Connection: close", *words, f"https://{host}:{port}/?[1-{count}]", restrict=False)
    return [dict(zip(SAID, line.split("|"))) for line in done.text.splitlines()]


def kinds(seen):
    """Whether the connections were resumed, as haproxy says it: 0 or 1."""
    return [info.get("resumed") for info in seen]


@quick
def step_resumption(s):
    """Fresh connections of one client: its cache without tickets, tickets, and neither."""
    for name, options, globals, resumes in (("cache", "no-tls-tickets", "", True), ("tickets", "", "", True),
                                            ("neither", "no-tls-tickets", "tune.ssl.cachesize 0", False)):
        port = free_port()
        with haproxy(s, front(s, port, SAY, options=options), [port], globals=globals):
            seen = infos(s, port, 4)
            s.same(f"resumption, {name}: curl", kinds(seen))
            s.equal(f"resumption, {name}: version", {info["protocol"] for info in seen}, {s.protocol})
            s.same(f"resumption, {name}: cipher", [info["cipher"] for info in seen])
            path = s.home / "session.pem"
            get = b"GET / HTTP/1.0\r\n\r\n"
            done = s.s_client(port, "-sess_out", path, "-ign_eof", data=get)
            if resumes:
                done = s.s_client(port, "-sess_in", path, "-ign_eof", data=get)
            s.check(f"resumption, {name}: s_client, another process",
                    s.protocol in done.text and ("Reused, " in done.text) == resumes, done.both[-2000:])


@quick
def step_names(s):
    """Certificates by SNI."""
    port = free_port()
    path = s.home / "certificates.list"
    path.write_text(f"{bundle(s, 'one.test')} one.test\n{bundle(s, 'two.test')} two.test\n")
    for name, options in (("crt-list", f"crt-list {path}"), ("strict-sni", f"crt-list {path} strict-sni")):
        port = free_port()
        with haproxy(s, front(s, port, SAY, options=options), [port]):
            for host in ("one.test", "two.test"):
                seen = infos(s, port, 2, host=host)
                s.equal(f"{name}: {host} gets its certificate", [(info["sni"], info["own"]) for info in seen],
                        [(host, host)] * 2)
                s.same(f"{name}: {host}: kinds", kinds(seen))
            done = s.s_client(port, "-servername", "three.test", verify=False)
            s.same(f"{name}: another name: certificate", lines_with(done.text, "subject=", "no peer certificate"))
            s.same(f"{name}: another name: error", re.findall(r"error:[0-9A-F]+:[^:]*:[^:]*:([^:\n]*)", done.err))


@quick
def step_routing(s):
    """Back ends by SNI and by ALPN, after TLS has ended here and without ending it."""
    by_alpn, by_name, through = free_port(), free_port(), free_port()
    with s.https_server() as one, s.https_server(cert="two.test") as two:
        sections = (
            front(s, by_alpn, SAY, options="alpn h2,http/1.1")
            + front(s, by_name, "use_backend two if { ssl_fc_sni two.test }", "default_backend one",
                    options=f"crt {bundle(s, 'two.test')}")
            + f"frontend through\n    mode tcp\n    bind 127.0.0.1:{through}\n    tcp-request inspect-delay 5s\n"
            "    tcp-request content accept if { req.ssl_hello_type 1 }\n"
            "    use_backend through_two if { req.ssl_sni two.test }\n    default_backend through_one\n"
        )
        ca = s.certificates / "ca.pem"
        for name, server in (("one", one), ("two", two)):
            sections += f"backend {name}\n    server {name} 127.0.0.1:{server.port} ssl verify required ca-file {ca} " \
                        f"sni str({name}.test)\n"
            sections += f"backend through_{name}\n    mode tcp\n    server {name} 127.0.0.1:{server.port}\n"
        with haproxy(s, sections, [by_alpn, by_name, through]):
            for option, protocol in (("--http2", "h2"), ("--http1.1", "http/1.1"), ("--no-alpn", "")):
                done = s.curl(by_alpn, option, f"https://one.test:{by_alpn}/", restrict=False)
                s.equal(f"ALPN {protocol or 'none'}", done.text.split("|")[4:5], [protocol])
            done = s.s_client(by_alpn, "-alpn", "spdy/3")
            s.same("ALPN: no protocol in common", lines_with(done.text, "No ALPN", "ALPN"))
            for kind, port in (("by SNI", by_name), ("by SNI, passed through", through)):
                for host in ("one.test", "two.test"):
                    done = s.curl(port, f"https://{host}:{port}/info")
                    answer = re.findall(r'"sni": "([^"]*)"', done.text)
                    s.equal(f"routing {kind}: {host}", answer, [host])


@quick
def step_client_certificates(s):
    """verify required and optional."""
    demanding, lenient = free_port(), free_port()
    ca = s.certificates / "ca.pem"
    sections = (front(s, demanding, SAY, options=f"verify required ca-file {ca}")
                + front(s, lenient, SAY, options=f"verify optional ca-file {ca} crt-ignore-err all ca-ignore-err all"))
    mine = ("--cert", s.certificates / "client.pem", "--key", s.certificates / "client.key")
    stranger = ("--cert", s.certificates / "stranger.pem", "--key", s.certificates / "stranger.key")
    with haproxy(s, sections, [demanding, lenient]) as server:
        for name, port in (("required", demanding), ("optional", lenient)):
            seen = infos(s, port, 2, *mine)
            s.equal(f"verify {name}: a good certificate, new and resumed",
                    [(info["resumed"], info["verify"], info["peer"]) for info in seen],
                    [("0", "0", "client one"), ("1", "0", "client one")])
            for kind, words in (("no certificate", ()), ("a stranger's certificate", stranger)):
                done = s.curl(port, "--http1.1", *words, f"https://one.test:{port}/", restrict=False)
                s.check(f"verify {name}: {kind}: {'refused' if name == 'required' else 'served'}",
                        (done.code == 0) == (name == "optional"), done.both)
                s.same(f"verify {name}: {kind}: what haproxy says", done.text.split("|")[5:])
        said = settled(lambda: len(re.findall("SSL", server.out.decode())) >= 2)
        s.check("verify: the refusals are in the log", said, server.out)
        s.same("verify: reasons in the log", re.findall(r"(SSL \w+ \w+[^\n]*)", server.out.decode()))


@quick
def step_stapling(s):
    """An OCSP response in a file beside the certificate."""
    port = free_port()
    path = bundle(s, "two.test")
    issuer = Path(s.certificates / "ca.pem").read_text()
    (path.parent / f"{path.name}.ocsp").write_bytes(response(s, "two.test").read_bytes())
    (path.parent / f"{path.name}.issuer").write_text(issuer)
    sections = front(s, port, SAY, cert="two.test")
    # curl looks for the issuer among the certificates that come.
    path.write_text(path.read_text() + issuer)
    with haproxy(s, sections, [port]):
        done = s.s_client(port, "-status", "-servername", "two.test")
        s.check("stapling: the certificate is good", "Cert Status: good" in done.text, done.both[-2000:])
        done = s.curl(port, "--cert-status", f"https://two.test:{port}/", restrict=False)
        s.check("stapling: curl --cert-status", done.code == 0 and "two.test" in done.text, done.both)
        done = s.s_client(port, "-servername", "two.test")
        s.check("stapling: nothing for a client that does not ask", "Cert Status" not in done.text)


@quick
def step_restart(s):
    """Ticket keys in a file outlive a restart."""
    port = free_port()
    keys = s.home / "ticket.keys"
    result = s.run("openssl", "rand", "-base64", "48", side=type(s.client)("system", None)).text
    keys.write_text(result * 3)
    path = s.home / "session.pem"
    sections = front(s, port, SAY, options=f"tls-ticket-keys {keys}")
    with haproxy(s, sections, [port]):
        s.s_client(port, "-sess_out", path, "-ign_eof", data=b"GET / HTTP/1.0\r\n\r\n")
    with haproxy(s, sections, [port]):
        done = s.s_client(port, "-sess_in", path, "-ign_eof", data=b"GET / HTTP/1.0\r\n\r\n")
        s.check("restart: the ticket is still good", "Reused, " in done.text, done.both[-2000:])


@quick
def step_health_checks_of_servers(s):
    """ssl-hello-chk and check-ssl, as the server sees them."""
    ca = s.certificates / "ca.pem"
    system = type(s.client)("system", None)
    with s.https_server() as server:
        sections = (
            f"backend hello\n    mode tcp\n    option ssl-hello-chk\n    server hello 127.0.0.1:{server.port} check inter 200ms\n"
            f"backend full\n    mode tcp\n    server full 127.0.0.1:{server.port} check check-ssl check-sni one.test verify required "
            f"ca-file {ca} inter 200ms\n"
        )
        path = s.home / "checks.cfg"
        path.write_text(CONFIGURATION.format(home=s.home, globals="", sections=sections, threads=1))
        (s.home / "admin").unlink(missing_ok=True)
        with s.service("haproxy", "-db", "-f", path, side=system, ready=lambda _: (s.home / "admin").exists()):
            wanted = {"hello": ("UP", "L6OK"), "full": ("UP", "L6OK")}
            settled(lambda: states(s) == wanted, 10)
            s.equal("health checks: servers are up", states(s), wanted)


@role("client")
@quick
def step_sessions_of_servers(s):
    """haproxy keeps a session for each server, and shows a client certificate."""
    ports = free_port(), free_port(), free_port()
    ca = s.certificates / "ca.pem"
    system = type(s.client)("system", None)
    with s.https_server(verify="optional", ca=ca) as server:
        sections = ""
        common = f"127.0.0.1:{server.port} ssl ca-file {ca} crt {bundle(s, 'client')} ssl-min-ver TLSv{s.version} ssl-max-ver TLSv{s.version}"
        for port, name, options in zip(ports, ("reuse", "noreuse", "wrong"), (
            "verify required sni str(one.test)", "verify required sni str(one.test) no-ssl-reuse",
            "verify required sni str(two.test) verifyhost two.test",
        )):
            sections += f"frontend f{name}\n    bind 127.0.0.1:{port}\n    default_backend {name}\n"
            sections += f"backend {name}\n    http-reuse never\n    server {name} {common} {options}\n"
        with haproxy(s, sections, ports, threads=1, role="client"):
            def get(port, path):
                done = s.run("curl", "-sS", "-w", "%{http_code}", "-H", "Connection: close", f"http://127.0.0.1:{port}{path}",
                             side=system)
                return done.text

            answers = [get(ports[0], "/info")[-3:] for _ in range(3)] + [get(ports[1], "/info")[-3:] for _ in range(2)]
            s.equal("servers: answers", answers, ["200"] * 5)
            facts = [(r["reused"], r["version"], r["peer"], r["sni"]) for r in server.records(5)]
            who = (s.protocol, ["client one"], "one.test")
            s.equal("servers: new, then resumed; with no-ssl-reuse always new", facts,
                    [(reused, *who) for reused in (False, True, True, False, False)])
            s.equal("servers: another host name is refused", get(ports[2], "/info")[-3:], "503")
            done = s.run("curl", "-sS", f"http://127.0.0.1:{ports[0]}/bytes/{SIZES[2]}", side=system)
            s.check(f"servers: {SIZES[2]} bytes are intact", done.out == payload(SIZES[2]), digest(done.out))


def step_rubbish(s):
    """What is not TLS: haproxy logs what it logs with OpenSSL and goes on."""
    port = free_port()
    with haproxy(s, front(s, port, SAY), [port]) as server:
        for name, data in RUBBISH.items():
            before = len(server.out)
            answer = throw(port, data)
            logged = settled(lambda: server.out[before:].decode().splitlines(), 0.3)
            said = [line.partition(": ")[2] for line in logged or []]
            s.same(f"rubbish: {name}: log and answer", (said, answer))
        s.equal("after all that it answers", [info["protocol"] for info in infos(s, port, 2)], [s.protocol] * 2)
