"""openvpn: the control channel of two peers, which is TLS over records of openvpn's own."""

import re
from contextlib import contextmanager

from support.scenario import free_port, quick, role, settled

PROGRAM = "openvpn"
ROLES = {
    "server": "control channel over UDP and TCP, revocation lists, renewed keys (reneg-sec)",
    "client": "the same as a client, verification of names and usages",
}
NEEDS = ("openvpn", "openssl")


@contextmanager
def peers(s, *, transport="udp", server=(), client=(), client_cert="client", server_cert="one.test", ca="ca.pem"):
    """A server and a client that keep a tunnel between them without any network device."""
    port, other = free_port(), free_port()
    common = ["--dev", "null", "--verb", "4", "--tls-version-min", s.version, "--tls-version-max", s.version,
              "--cipher", "AES-256-GCM", "--auth", "SHA256", "--connect-retry", "1"]

    def keys(name, trusted):
        return ["--ca", s.certificates / trusted, "--cert", s.certificates / f"{name}.pem",
                "--key", s.certificates / f"{name}.key"]

    if transport == "udp":
        here = ["--proto", "udp4", "--local", "127.0.0.1", "--lport", port, "--remote", "127.0.0.1", other]
        there = ["--proto", "udp4", "--local", "127.0.0.1", "--lport", other, "--remote", "127.0.0.1", port]
    else:
        here = ["--proto", "tcp4-server", "--local", "127.0.0.1", "--lport", port]
        there = ["--proto", "tcp4-client", "--remote", "127.0.0.1", port, "--nobind"]
    words = (*common, *keys(server_cert, "ca.pem"), "--tls-server", "--dh", "none", *here, *server)
    with s.service("openvpn", *words, name="openvpn-server") as one:
        settled(lambda: b"link local" in one.out)
        words = (*common, *keys(client_cert, ca), "--tls-client", *there, *client)
        with s.service("openvpn", *words, name="openvpn-client", role="client") as two:
            yield one, two


def up(service):
    """Waits until a peer says that it is done."""
    service.wait_for(lambda: b"Initialization Sequence Completed" in service.out, "initialisation", timeout=60)


def text(service):
    return service.out.decode(errors="replace")


def lines(service, *words):
    """The distinct lines of the log with one of the words, without time and peer."""
    plain = (re.sub(r"^\S+ \S+ (us=\d+ )?", "", line) for line in text(service).splitlines())
    return sorted({line for line in plain if any(word in line for word in words)})


@quick
def step_tunnel(s):
    """Over UDP and TCP: both sides come up and name the same suite."""
    for transport in ("udp", "tcp"):
        with peers(s, transport=transport) as pair:
            for role, one in zip(("server", "client"), pair):
                up(one)
                s.check(f"{transport}: the {role} is up", True)
                s.same(f"{transport}: what the {role} says about TLS", lines(one, "Control Channel:", "VERIFY"))
                s.check(f"{transport}: the version", f"Control Channel: {s.protocol}" in text(one))


def step_renewal(s):
    """--reneg-sec: a new handshake in the same tunnel."""
    with peers(s, server=("--reneg-sec", "3"), client=("--reneg-sec", "0")) as pair:
        for role, one in zip(("server", "client"), pair):
            one.wait_for(lambda: text(one).count("Control Channel: TLS") >= 3, "renewal", timeout=60)
            s.check(f"renewed keys: the {role} has made three handshakes", "TLS Error" not in text(one), text(one)[-900:])


@quick
@role("client")
def step_verification(s):
    """Names and usages of certificates."""
    right = {"client": ("--verify-x509-name", "one.test", "name"),
             "server": ("--remote-cert-eku", "TLS Web Client Authentication")}
    with peers(s, **right) as pair:
        up(pair[1])
        s.check("the name that is wanted", True)
        up(pair[0])
    failing = {
        "another name": {"client": ("--verify-x509-name", "two.test", "name")},
        "a usage that the certificate does not have": {"server": ("--remote-cert-eku", "Code Signing")},
        "unknown issuer": {"ca": "other-ca.pem"},
        "an expired certificate": {"server_cert": "expired"},
        "a stranger's certificate": {"client_cert": "stranger"},
    }
    for name, settings in failing.items():
        with peers(s, **settings) as pair:
            wanted = ("VERIFY ERROR", "VERIFY X509NAME ERROR", "VERIFY EKU ERROR", "VERIFY KU ERROR")
            at = pair[0] if "client_cert" in settings or "server" in settings else pair[1]
            at.wait_for(lambda: any(word in text(at) for word in wanted) and "TLS Error" in text(at), "error", timeout=40)
            s.same(f"{name}: the log", lines(at, "VERIFY ", "OpenSSL: error", "TLS_ERROR"))
            s.check(f"{name}: no tunnel", all("Initialization Sequence Completed" not in text(one) for one in pair))


def step_revoked(s):
    """--crl-verify."""
    (s.home / "list.pem").write_text(s.certificates.revoked("client"))
    with peers(s, server=("--crl-verify", s.home / "list.pem")) as (server, _):
        server.wait_for(lambda: "VERIFY" in text(server) and "TLS Error" in text(server), "error", timeout=40)
        s.same("a revoked certificate: the log", lines(server, "VERIFY ", "OpenSSL: error", "TLS_ERROR"))


def step_unsupported(s):
    """Settings that cannot work end openvpn with a line that says why."""
    for name, words in {
        "ciphers that do not exist": ("--tls-cipher", "NO-SUCH-CIPHER"),
        "a key of another certificate": ("--key", s.certificates / "stranger.key"),
    }.items():
        done = s.run("openvpn", "--dev", "null", "--tls-server", "--dh", "none", "--ca", s.certificates / "ca.pem",
                     "--cert", s.certificates / "client.pem", "--key", s.certificates / "client.key", *words)
        s.equal(f"{name}: exit status", done.code, 1)
        s.same(f"{name}: what it says", [re.sub(r"^\S+ \S+ ", "", line) for line in done.text.splitlines()
                                         if "OpenSSL" in line or "rror" in line])
