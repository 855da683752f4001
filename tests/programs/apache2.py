"""apache2 with its event MPM: as a server with curl and openssl s_client, and as a proxy to a server over TLS."""

import os
import re
import signal
from contextlib import contextmanager

from support.load import check_restart
from support.normalise import lines_with
from support.ocsp import responder, response
from support.payload import SIZES, payload
from support.rubbish import RUBBISH, throw
from support.scenario import free_port, listening, quick, role, settled

PROGRAM = "apache2"
ROLES = {
    "server": "event MPM; HTTP/1.1 and HTTP/2, name-based virtual hosts, client certificates, OCSP stapling, session "
              "cache, tickets, graceful restart",
    "client": "`SSLProxyEngine` with verification and a client certificate",
}
LIMITS = {
    "server": "`SSLVerifyClient` for a part of a site needs renegotiation or post-handshake authentication: such "
              "requests get 403",
}
NEEDS = ("apache2", "curl", "openssl", "python3")

# mod_ssl wants a host name that matches the connection's.
GET = b"GET /small HTTP/1.1\r\nHost: one.test\r\nConnection: close\r\n\r\n"

MODULES = ("mpm_event", "authz_core", "headers", "mime", "socache_shmcb", "ssl", "http2", "dav", "dav_fs", "proxy",
           "proxy_http")

CONFIGURATION = """
ServerRoot {home}
DefaultRuntimeDir {home}
PidFile {home}/apache2.pid
{modules}
User www-data
Group www-data
ServerName one.test
ErrorLog /dev/stderr
LogLevel warn ssl:info
StartServers 2
ServerLimit 4
ThreadsPerChild 8
ThreadLimit 8
MaxRequestWorkers 32
MinSpareThreads 8
MaxSpareThreads 32
KeepAliveTimeout 3
TypesConfig /dev/null
DavLockDB {home}/dav/lock
Protocols h2 http/1.1
SSLProtocol -all +{protocol}
SSLSessionCache {cache}
{listen}
<Directory {home}/files>
    Require all granted
    Dav On
</Directory>
Header always set X-Info "%{{SSL_PROTOCOL}}s|%{{SSL_CIPHER}}s|%{{SSL_SESSION_RESUMED}}s|%{{SSL_SESSION_ID}}s|\
%{{SSL_TLS_SNI}}s|%{{SSL_CLIENT_VERIFY}}s|%{{SSL_CLIENT_S_DN}}s"
{extra}
{hosts}
"""

HOST = """
<VirtualHost 127.0.0.1:{port}>
    ServerName {host}
    DocumentRoot {home}/files
    SSLEngine on
    SSLCertificateFile {cert}.pem
    SSLCertificateKeyFile {cert}.key
    {settings}
</VirtualHost>
"""


def host_block(s, port, host, *settings):
    """A virtual host."""
    return HOST.format(port=port, host=host, home=s.home, cert=s.certificates / host, settings="\n    ".join(settings))


@contextmanager
def apache(s, hosts, ports, *, extra="", role="server", cache=None):
    """Runs apache2 with these virtual hosts until the `with` block ends; `ports` are what it listens on."""
    for folder in ("files", "dav"):
        path = s.home / folder
        path.mkdir(exist_ok=True)
        path.chmod(0o777)
    (s.home / "files" / "small").write_text("small\n")
    text = CONFIGURATION.format(
        home=s.home, protocol=s.protocol, hosts=hosts, extra=extra, cache=cache or f"shmcb:{s.home}/cache(512000)",
        modules="\n".join(f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so" for name in MODULES),
        listen="\n".join(f"Listen 127.0.0.1:{port}" for port in ports),
    )
    path = s.home / "apache2.conf"
    path.write_text(text)

    def ready(service):
        return "resuming normal operations" in service.err and all(listening(port) for port in ports)

    with s.service("apache2", "-DFOREGROUND", "-f", path, ready=ready, role=role) as service:
        yield service


def infos(s, port, count, *words, host="one.test", path="small"):
    """What the server says of `count` fresh connections of one curl process."""
    done = s.curl(port, "--http1.1", "-H", "Connection: close", "-w", "%{http_code}|%header{x-info}\n", "-o", "/dev/null",
                  *words, f"https://{host}:{port}/{path}?[1-{count}]", restrict=False)
    names = ("status", "protocol", "cipher", "resumed", "id", "sni", "verify", "dn")
    return [dict(zip(names, line.split("|"))) for line in done.text.splitlines()]


def kinds(seen):
    """Whether the connections were new or resumed."""
    return [info.get("resumed") for info in seen]


def restarts(server):
    """How often the server has started its children."""
    return server.err.count("resuming normal operations")


@quick
def step_data(s):
    """Data of all sizes in both directions, over HTTP/1.1 and HTTP/2."""
    port = free_port()
    with apache(s, host_block(s, port, "one.test"), [port]):
        for size in SIZES:
            (s.home / "files" / f"file-{size}").write_bytes(payload(size))
        for option, version in (("--http1.1", "1.1"), ("--http2", "2")):
            base = f"https://one.test:{port}"
            for size in SIZES:
                out, source = s.home / "download", s.home / "files" / f"file-{size}"
                done = s.curl(port, option, "-w", "%{http_version}", "-o", out, f"{base}/file-{size}", restrict=False)
                s.check(f"HTTP/{version}: {size} bytes down",
                        (done.code, done.text) == (0, version) and out.read_bytes() == payload(size), done.both)
                done = s.curl(port, option, "-T", source, f"{base}/up-{version}-{size}", restrict=False)
                stored = s.home / "files" / f"up-{version}-{size}"
                s.check(f"HTTP/{version}: {size} bytes up",
                        done.code == 0 and stored.exists() and stored.read_bytes() == payload(size), done.both)


@quick
def step_resumption(s):
    """Fresh connections of one client: session cache without tickets, tickets, and neither."""
    for name, cache, tickets, resumes in (("cache", None, "off", True), ("tickets", "none", "on", True),
                                          ("neither", "none", "off", False)):
        port = free_port()
        with apache(s, host_block(s, port, "one.test"), [port], cache=cache, extra=f"SSLSessionTickets {tickets}"):
            seen = infos(s, port, 4)
            s.same(f"resumption, {name}: curl", kinds(seen))
            if name == "cache":
                s.equal(f"resumption, {name}: curl resumes", kinds(seen), ["Initial"] + ["Resumed"] * 3)
            s.equal(f"resumption, {name}: version", {info["protocol"] for info in seen}, {s.protocol})
            s.same(f"resumption, {name}: cipher", [info["cipher"] for info in seen])
            s.same(f"resumption, {name}: length of SSL_SESSION_ID", [len(info["id"]) for info in seen])
            path = s.home / "session.pem"
            first = s.s_client(port, "-sess_out", path, "-ign_eof", data=GET)
            again = s.s_client(port, "-sess_in", path, "-ign_eof", data=GET) if resumes else first
            s.check(f"resumption, {name}: s_client, another process",
                    "small" in again.text and ("Reused, " in again.text) == resumes, again.both[-2000:])


@quick
def step_virtual_hosts(s):
    """Two names with two certificates on one port, and what else a client may ask for."""
    port = free_port()
    hosts = host_block(s, port, "one.test") + host_block(s, port, "two.test", "SSLProtocol -all +TLSv1.2 +TLSv1.3")
    with apache(s, hosts, [port], extra="SSLStrictSNIVHostCheck on"):
        for host in ("one.test", "two.test"):
            seen = infos(s, port, 2, host=host)
            s.equal(f"host {host}: answers", [(info["status"], info["sni"]) for info in seen], [("200", host)] * 2)
            s.same(f"host {host}: kinds", kinds(seen))
            done = s.s_client(port, "-servername", host)
            s.equal(f"host {host}: certificate", lines_with(done.text, "subject="), [f"subject=CN = {host}"])
        done = s.s_client(port, "-servername", "three.test")
        s.same("another host: certificate", lines_with(done.text, "subject="))
        done = s.s_client(port, "-noservername", "-ign_eof", data=b"GET /small HTTP/1.1\r\nHost: one.test\r\n\r\n")
        s.same("no host name: status", lines_with(done.text, "HTTP/"))
        done = s.curl(port, "-H", "Host: two.test", "-w", "%{http_code}", "-o", "/dev/null", f"https://one.test:{port}/small")
        s.same("a host name that is not the connection's: status", done.text)
        path = s.home / "named.pem"
        s.s_client(port, "-sess_out", path, "-ign_eof", data=GET)
        done = s.s_client(port, "-servername", "two.test", "-sess_in", path, "-ign_eof",
                          data=b"GET /small HTTP/1.1\r\nHost: two.test\r\nConnection: close\r\n\r\n")
        s.check("a session of one host offered to the other: served", "HTTP/1.1 200" in done.text, done.both[-2000:])


@quick
def step_client_certificates(s):
    """SSLVerifyClient for a virtual host."""
    demanding, lenient = free_port(), free_port()
    ca = f"SSLCACertificateFile {s.certificates / 'ca.pem'}"
    hosts = (host_block(s, demanding, "one.test", "SSLVerifyClient require", ca)
             + host_block(s, lenient, "one.test", "SSLVerifyClient optional", ca))
    mine = ("--cert", s.certificates / "client.pem", "--key", s.certificates / "client.key")
    stranger = ("--cert", s.certificates / "stranger.pem", "--key", s.certificates / "stranger.key")
    with apache(s, hosts, [demanding, lenient]) as server:
        for name, port in (("require", demanding), ("optional", lenient)):
            seen = infos(s, port, 2, *mine)
            s.equal(f"SSLVerifyClient {name}: a good certificate",
                    [(info["status"], info["verify"], info["dn"]) for info in seen], [("200", "SUCCESS", "CN=client one")] * 2)
            s.equal(f"SSLVerifyClient {name}: new, then resumed", kinds(seen), ["Initial", "Resumed"])
            for kind, words in (("no certificate", ()), ("a stranger's certificate", stranger)):
                done = s.curl(port, "--http1.1", *words, f"https://one.test:{port}/small", restrict=False)
                s.check(f"SSLVerifyClient {name}: {kind}: {'served' if (name, kind) == ('optional', 'no certificate') else 'refused'}",
                        (done.code == 0) == ((name, kind) == ("optional", "no certificate")), done.both)
        said = settled(lambda: re.findall(r"Certificate Verification: (Error \(\d+\)[^\[\n]*)", server.err))
        s.same("SSLVerifyClient: the errors in the log", sorted(set(said or [])))


@quick
def step_part_of_a_site(s):
    """SSLVerifyClient for a part of a site."""
    port = free_port()
    part = ("<Location /secret>\n SSLVerifyClient require\n</Location>",
            f"SSLCACertificateFile {s.certificates / 'ca.pem'}")
    mine = ("--cert", s.certificates / "client.pem", "--key", s.certificates / "client.key")
    with apache(s, host_block(s, port, "one.test", *part), [port]) as server:
        (s.home / "files" / "secret").write_text("secret\n")
        s.equal("a part of a site: the rest is open", [info["status"] for info in infos(s, port, 1, *mine)], ["200"])
        done = s.curl(port, "--http1.1", *mine, f"https://one.test:{port}/secret", restrict=False)
        if s.library:
            s.check("a part of a site: the secret stays secret", "secret\n" != done.text, done.both)
            said = settled(lambda: re.findall(r"\[ssl:error\].*", server.err))
            s.check("a part of a site: the log says why", said, server.err[-2000:])
        else:
            s.equal("a part of a site: it is served to the certificate", done.text, "secret\n")


@quick
def step_stapling(s):
    """SSLUseStapling, with a responder."""
    port = free_port()
    answer = response(s, "two.test")
    with responder(answer) as ocsp_port:
        extra = f"SSLStaplingCache shmcb:{s.home}/staples(128000)"
        settings = ("SSLUseStapling on", f"SSLStaplingForceURL http://127.0.0.1:{ocsp_port}/",
                    f"SSLCACertificateFile {s.certificates / 'ca.pem'}")
        with apache(s, host_block(s, port, "two.test", *settings), [port], extra=extra):
            done = s.s_client(port, "-status", "-servername", "two.test")
            s.same("stapling: as s_client shows it",
                   lines_with(done.text, "OCSP Response Status", "Cert Status", "OCSP response:", "Responder Id"))
            s.check("stapling: the certificate is good", "Cert Status: good" in done.text, done.both[-2000:])
            done = s.curl(port, "--cert-status", "-o", "/dev/null", "-w", "%{http_code}", f"https://two.test:{port}/small")
            s.equal("stapling: curl --cert-status", (done.code, done.text), (0, "200"))
            done = s.s_client(port, "-servername", "two.test")
            s.check("stapling: nothing for a client that does not ask", "Cert Status" not in done.text)


@quick
def step_graceful_restart(s):
    """Graceful restarts under load, and sessions from before them."""
    port = free_port()
    key = s.home / "ticket.key"
    key.write_bytes(payload(48))
    with apache(s, host_block(s, port, "one.test", f"SSLSessionTicketKeyFile {key}"), [port]) as server:
        path = s.home / "session.pem"
        s.s_client(port, "-sess_out", path, "-ign_eof", data=GET)
        before = restarts(server)

        def restart():
            nonlocal before
            before = restarts(server)
            os.kill(server.pid, signal.SIGUSR1)

        check_restart(s, "graceful restart", port, restart,
                      lambda: server.wait_for(lambda: restarts(server) > before, "a restart"))
        done = s.s_client(port, "-sess_in", path, "-ign_eof", data=GET)
        s.check("graceful restart: sessions go on, with a ticket key file", "Reused, " in done.text, done.both[-2000:])
        s.check("graceful restart: no child died", "exit signal" not in server.err, server.err[-2000:])


@role("client")
@quick
def step_proxy(s):
    """SSLProxyEngine: verification, host name, client certificate."""
    front, bad = free_port(), free_port()
    both = s.home / "proxy.pem"
    both.write_text(open(s.certificates / "client.pem").read() + open(s.certificates / "client.key").read())
    system = type(s.client)("system", None)
    with s.https_server(verify="optional", ca=s.certificates / "ca.pem") as server:
        proxied = ("SSLProxyEngine on", "ProxyPreserveHost on", f"SSLProxyProtocol {s.protocol}", "SSLProxyVerify require",
                   "SSLProxyVerifyDepth 2",
                   f"SSLProxyMachineCertificateFile {both}", f"ProxyPass /via/ https://127.0.0.1:{server.port}/")
        hosts = (host_block(s, front, "one.test", *proxied, f"SSLProxyCACertificateFile {s.certificates / 'ca.pem'}")
                 + host_block(s, bad, "one.test", *proxied, f"SSLProxyCACertificateFile {s.certificates / 'other-ca.pem'}"))
        with apache(s, hosts, [front, bad], role="client") as proxy:
            done = s.curl(front, f"https://one.test:{front}/via/bytes/{SIZES[2]}", side=system)
            s.check(f"proxy: {SIZES[2]} bytes", done.out == payload(SIZES[2]), done.both[-1000:] + proxy.err[-3000:])
            done = s.curl(front, "-w", "%{http_code}", "-H", "Host: two.test", "-o", "/dev/null",
                          f"https://one.test:{front}/via/info", side=system)
            s.same("proxy: a host name that is not the server's", done.text)
            done = s.curl(bad, "-w", "%{http_code}", "-o", "/dev/null", f"https://one.test:{bad}/via/info", side=system)
            s.equal("proxy: a server that it does not trust", done.text, "500")
            said = settled(lambda: re.findall(r"Certificate Verification: (Error \(\d+\)[^\[\n]*)", proxy.err))
            s.same("proxy: the log says why", sorted(set(said or [])))
        seen = server.records(1)[0]
        s.equal("proxy: the server sees its certificate and the version", (seen["peer"], seen["version"]),
                (["client one"], s.protocol))


def step_rubbish(s):
    """What is not TLS: apache2 logs what it logs with OpenSSL and goes on."""
    port = free_port()
    with apache(s, host_block(s, port, "one.test"), [port]) as server:
        for name, data in RUBBISH.items():
            before = len(server.err)
            answer = throw(port, data)
            logged = settled(lambda: re.findall(r"\[ssl:(\w+)\].* (AH\d+): ([^\[\n]*)", server.err[before:]), 0.3)
            reasons = re.findall(r"error:([0-9A-F]+):[^:]*:[^:]*:([^:)\n]*)", server.err[before:])
            logged = [entry for entry in logged or [] if entry[1] not in ("AH01964", "AH01998")]
            s.same(f"rubbish: {name}: log and answer", (logged, reasons, answer))
        s.equal("after all that it answers", [info["status"] for info in infos(s, port, 2)], ["200"] * 2)
        s.check("no child died", "exit signal" not in server.err, server.err[-2000:])
