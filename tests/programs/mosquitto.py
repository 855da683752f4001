"""mosquitto as a server and as a bridge's client, with mosquitto_pub and mosquitto_sub as its clients."""

import re
from contextlib import contextmanager

from support.normalise import lines_with
from support.payload import payload
from support.scenario import free_port, listening, quick, role, settled

PROGRAM = "mosquitto with mosquitto_pub"
ROLES = {
    "server": "messages up to 900 kB, client certificates as user names, revocation lists, resumption, bridges",
    "client": "mosquitto_pub and mosquitto_sub, a bridge to another broker, errors of certificates",
}
NEEDS = ("mosquitto", "mosquitto_pub", "mosquitto_sub", "openssl")


@contextmanager
def mosquitto(s, *settings, tls=True, name="broker", role="server", cert="one.test", ready=True):
    """Runs a broker with these lines of configuration; it has `port`."""
    port = free_port()
    lines = ["user root", "allow_anonymous true", "log_type all", "log_timestamp false", f"listener {port} 127.0.0.1"]
    if tls:
        lines += [f"cafile {s.certificates / 'ca.pem'}", f"certfile {s.certificates / cert}.pem",
                  f"keyfile {s.certificates / cert}.key", f"tls_version tlsv{s.version}"]
    file = s.home / f"{name}-{port}.conf"
    file.write_text("\n".join([*lines, *map(str, settings)]) + "\n")
    waiting = (lambda _: listening(port)) if ready else None
    with s.service("mosquitto", "-c", file, name=name, role=role, ready=waiting) as server:
        server.port = port
        yield server


def about(s, port, *words, ca="ca.pem", host="localhost", tls=True):
    """The words with which a client finds the broker."""
    trust = ("--cafile", s.certificates / ca, "--tls-version", f"tlsv{s.version}") if tls else ()
    return ("-h", host, "-p", port, *trust, *words)


def publish(s, port, *words, data=b"message", **how):
    """mosquitto_pub of a message; a certificate is for the address 127.0.0.1."""
    how.setdefault("host", "127.0.0.1")
    return s.run("mosquitto_pub", *about(s, port, "-t", "topic", "-q", 1, "-s", *words, **how), data=data)


def errors(log):
    """The errors of TLS in a broker's log; the words before them depend on when a handshake fails."""
    return sorted(set(re.findall(r"error:[0-9A-F]{8}:[^\n]*?(?=\.?$)", log, re.MULTILINE)))


def failure(done):
    """What mosquitto_pub says. It depends on time whether a handshake fails in the call that begins it or later."""
    return re.sub(r"Unable to connect \((.*)\)\.$", r"Error: \1", done.err.strip())


@contextmanager
def subscriber(s, server, *words, count=1, tls=True):
    """mosquitto_sub that ends after `count` messages; it is there when the `with` block begins."""
    words = about(s, server.port, "-t", "topic", "-q", 1, "-N", "-C", count, *words, host="127.0.0.1", tls=tls)
    # A bridge unsubscribes at the same time, so the words are those of the broker in full.
    before = server.err.count("Sending SUBACK to")
    with s.service("mosquitto_sub", *words, role="client") as service:
        service.wait_for(lambda: server.err.count("Sending SUBACK to") > before, "subscription")
        yield service


MINE = ("client.pem", "client.key")


def certificate(s, cert, key):
    return ("--cert", s.certificates / cert, "--key", s.certificates / key)


@quick
def step_messages(s):
    """Messages small and large to a subscriber."""
    large = payload(900_000)
    with mosquitto(s) as server:
        with subscriber(s, server, count=2) as there:
            s.equal("publish: exit status", [publish(s, server.port, data=data).code for data in (b"small", large)], [0, 0])
            s.equal("subscribe: exit status", there.wait(), 0)
            s.check("subscribe: the messages", there.out == b"small" + large, len(there.out))
        s.equal("the broker's log of errors", errors(server.err), [])


@quick
def step_client_certificates(s):
    """require_certificate and use_identity_as_username."""
    with mosquitto(s, "require_certificate true", "use_identity_as_username true") as server:
        done = publish(s, server.port, *certificate(s, *MINE))
        s.equal("client certificate: accepted", (done.code, done.err), (0, ""))
        s.check("client certificate: its name is the user", "u'client one'" in server.err, server.err[-900:])
        for name, words in (("none", ()), ("a stranger's", certificate(s, "stranger.pem", "stranger.key"))):
            before = len(server.err)
            done = publish(s, server.port, *words)
            s.check(f"client certificate: {name}: refused", done.code != 0, done.both)
            s.same(f"client certificate: {name}: the broker's log", settled(lambda: errors(server.err[before:])))
        done = publish(s, server.port, *certificate(s, "client.pem", "stranger.key"))
        s.same("client certificate: a key of another certificate", failure(done))
    revoked = s.home / "list.pem"
    revoked.write_text(s.certificates.revoked("client"))
    with mosquitto(s, "require_certificate true", f"crlfile {revoked}") as server:
        done = publish(s, server.port, *certificate(s, *MINE))
        s.check("client certificate: a revoked one is refused", done.code != 0, done.both)
        s.same("client certificate: a revoked one: the broker's log", settled(lambda: errors(server.err)))


@quick
@role("client")
def step_verification(s):
    """What the clients verify."""
    with mosquitto(s) as server:
        def outcome(name, works, *words, **how):
            done = publish(s, server.port, *words, **how)
            s.equal(f"{name}: works", done.code == 0, works)
            s.same(f"{name}: message", failure(done))

        outcome("the address is in the certificate", True)
        outcome("another host name", False, host="localhost")
        outcome("another host name, --insecure", True, "--insecure", host="localhost")
        outcome("unknown issuer", False, ca="other-ca.pem")
        outcome("a CA file that is not there", False, ca="nothing.pem")
        outcome("no TLS", False, tls=False)
        outcome("ciphers that do not exist", False, "--ciphers", "NO-SUCH-CIPHER")
    with mosquitto(s, cert="expired") as server:
        outcome("an expired certificate", False, "--insecure")


@quick
def step_resumption(s):
    """s_client, twice: MQTT's first packet is a CONNECT, the answer a CONNACK."""
    connect = b"\x10\x10\x00\x04MQTT\x04\x02\x00\x3c\x00\x04test"
    with mosquitto(s) as server:
        path, kinds = s.home / "session.pem", []
        for words in (("-sess_out", path), ("-sess_in", path), ("-sess_in", path)):
            if words[0] == "-sess_in" and not path.exists():
                break
            done = s.s_client(server.port, "-ign_eof", "-nocommands", *words, data=connect + b"\xe0\x00")
            kinds += [line.partition(",")[0] for line in lines_with(done.text, "New,", "Reused,")]
            s.check("the broker accepts the connection", b"\x20\x02\x00\x00" in done.out, done.both[-500:])
        s.same("connections of s_client", kinds)


@role("client")
def step_bridge(s):
    """A bridge to another broker: mosquitto as a client, with a certificate."""
    with mosquitto(s, "require_certificate true", role="server") as far:
        bridge = [
            "connection far", f"address 127.0.0.1:{far.port}", "topic topic out 1", "start_type automatic",
            f"bridge_cafile {s.certificates / 'ca.pem'}", f"bridge_certfile {s.certificates / 'client.pem'}",
            f"bridge_keyfile {s.certificates / 'client.key'}", f"bridge_tls_version tlsv{s.version}",
        ]
        with mosquitto(s, *bridge, tls=False, name="bridge", role="client") as near:
            near.wait_for(lambda: "Received CONNACK" in near.err, "connection of the bridge", timeout=30)
            with subscriber(s, far, *certificate(s, *MINE)) as there:
                s.equal("publish: exit status", publish(s, near.port, tls=False, data=b"over the bridge").code, 0)
                s.equal("subscribe: exit status", there.wait(30), 0)
                s.equal("subscribe: the message", there.out, b"over the bridge")
    bridge[4] = f"bridge_cafile {s.certificates / 'other-ca.pem'}"
    with mosquitto(s, "require_certificate true", role="server") as far:
        bridge[1] = f"address 127.0.0.1:{far.port}"
        with mosquitto(s, *bridge, tls=False, name="bridge", role="client") as near:
            near.wait_for(lambda: errors(near.err), "error", timeout=30)
            s.same("a bridge that does not know the issuer: its log", errors(near.err))
