"""kamailio, a SIP server whose processes share the memory of their TLS connections: SSL_CTX_new refuses that."""

import socket

from support.scenario import free_port, listening, quick
from support.sides import Side

PROGRAM = "kamailio"
ROLES = {"server": "the refusal to start with TLS, with the reason in the log"}
LIMITS = {"server": "does not start with TLS, since its processes share their memory: the log says so"}
NEEDS = ("kamailio", "openssl")
ONCE = True

CONFIGURATION = """#!KAMAILIO
debug=2
log_stderror=yes
children=1
tcp_children=3
auto_aliases=no
dns=no
rev_dns=no
enable_tls=yes
listen=tls:127.0.0.1:{port}
loadmodule "tls.so"
loadmodule "sl.so"
modparam("tls", "config", "{home}/tls.cfg")
request_route {{
    sl_send_reply("200", "OK");
    exit;
}}
"""

TLS = """[server:default]
method = TLSv1.2+
verify_certificate = no
require_certificate = no
private_key = "{key}"
certificate = "{certificate}"
[client:default]
verify_certificate = no
"""

REQUEST = "\r\n".join((
    "OPTIONS sip:one@127.0.0.1 SIP/2.0", "Via: SIP/2.0/TLS 127.0.0.1:9;branch=z9hG4bK1", "From: <sip:a@one.test>;tag=1",
    "To: <sip:one@127.0.0.1>", "Call-ID: 1@one.test", "CSeq: 1 OPTIONS", "Max-Forwards: 9", "Content-Length: 0", "", ""))


def words(s, port):
    """Its arguments: in the foreground, with all its files below the scenario's folder."""
    (s.home / "kamailio.cfg").write_text(CONFIGURATION.format(port=port, home=s.home))
    (s.home / "tls.cfg").write_text(TLS.format(key=s.certificates / "one.test.key", certificate=s.certificates / "one.test.pem"))
    return ("-f", s.home / "kamailio.cfg", "-DD", "-E", "-Y", s.home, "-w", s.home, "-m", "32", "-M", "8")


@quick
def step_start(s):
    """On the system's libssl several workers answer; on Reprise it ends by itself, with the reason in its log."""
    system, port = Side("system", None), free_port()
    with s.service("kamailio", *words(s, port), side=system, ready=lambda _: listening(port)) as server:
        for number in range(4):
            done = s.s_client(port, data=REQUEST.encode() * 2, verify=False, side=system, timeout=5)
            s.check(f"request {number} gets through TLS", "Cipher is" in done.text, done.both + server.err)
    if s.server.library is None:
        return
    port = free_port()
    done = s.run("kamailio", *words(s, port), side=s.server, timeout=30)
    s.equal("it ends by itself", done.code, 255)
    s.check("its log has the reason", "memory shared between processes" in done.err, done.err)
    with socket.socket() as probe:
        s.check("nothing listens", probe.connect_ex(("127.0.0.1", port)) != 0)
