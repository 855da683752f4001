"""stunnel4: TLS around plain services, and plain ports to services over TLS.

Its threads have 64 KiB of stack, which is not enough for a debug build of the library.
"""

import re
import socket
import threading
from contextlib import contextmanager

from support.normalise import lines_with
from support.payload import SIZES, payload
from support.rubbish import RUBBISH, throw
from support.scenario import free_port, listening, quick, role, settled

PROGRAM = "stunnel4"
ROLES = {
    "server": "transfers, sessions, SNI services, client certificates, `requireCert`",
    "client": "transfers, `verifyChain`, `checkHost`, its own sessions, client certificates",
}
NEEDS = ("stunnel4", "openssl", "python3")


@contextmanager
def echo():
    """A plain service that sends back what it gets; yields its port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def answer(tcp):
        with tcp:
            try:
                while data := tcp.recv(65536):
                    tcp.sendall(data)
            except OSError:
                pass

    def accept():
        while True:
            try:
                tcp, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(tcp,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


@contextmanager
def stunnel(s, services, ports, *, role="server"):
    """Runs stunnel4 with these services until the `with` block ends; `ports` are what it listens on."""
    path = s.home / f"stunnel-{role}.conf"
    common = f"foreground = yes\npid =\ndebug = info\nsslVersionMin = {s.protocol}\nsslVersionMax = {s.protocol}\n"
    path.write_text(common + services)
    with s.service("stunnel4", path, ready=lambda _: all(listening(port) for port in ports), role=role) as service:
        yield service


def service(s, name, port, target, *settings, cert="one.test"):
    """A service that ends TLS."""
    lines = (f"[{name}]", f"accept = 127.0.0.1:{port}", f"connect = 127.0.0.1:{target}", f"cert = {s.certificates / cert}.pem",
             f"key = {s.certificates / cert}.key", *settings)
    return "\n".join(lines) + "\n"


def outlet(s, name, port, target, *settings):
    """A service that begins TLS."""
    lines = (f"[{name}]", "client = yes", f"accept = 127.0.0.1:{port}", f"connect = 127.0.0.1:{target}",
             f"CAfile = {s.certificates / 'ca.pem'}", *settings)
    return "\n".join(lines) + "\n"


def talk(port, data):
    """Sends data to a plain port and reads as much back, or until the end."""
    with socket.create_connection(("127.0.0.1", port), 20) as tcp:
        sender = threading.Thread(target=tcp.sendall, args=(data,), daemon=True)
        sender.start()
        answer = b""
        try:
            while len(answer) < len(data) and (more := tcp.recv(262144)):
                answer += more
        except OSError:
            pass
        return answer


@quick
def step_data(s):
    """Data of all sizes there and back, and fresh connections of one client."""
    port = free_port()
    with echo() as back, stunnel(s, service(s, "echo", port, back), [port]) as server:
        for size in SIZES[:2]:
            text = payload(size).decode("latin-1")
            seen = s.exchange(port, text, length=size, times=3)
            s.check(f"{size} bytes there and back, three times", [facts.get("answer") for facts in seen] == [text] * 3)
            s.equal(f"{size} bytes: version", {facts.get("version") for facts in seen}, {s.protocol})
            s.same(f"{size} bytes: kinds", [facts.get("reused") for facts in seen])
            s.equal(f"{size} bytes: python3 resumes", [facts.get("reused") for facts in seen], [False, True, True])
        said = settled(lambda: len(re.findall("Connection closed", server.err)) >= 6)
        s.check("the log tells of each connection", said, server.err[-2000:])


@quick
def step_names(s):
    """Services by server name."""
    port = free_port()
    two = "\n".join(("[two]", "sni = main:two.test", "connect = 127.0.0.1:{back}", f"cert = {s.certificates / 'two.test'}.pem",
                     f"key = {s.certificates / 'two.test'}.key", ""))
    with echo() as back, stunnel(s, service(s, "main", port, back) + two.format(back=back), [port]):
        for host, wanted in (("one.test", "one.test"), ("two.test", "two.test"), ("three.test", "one.test")):
            done = s.s_client(port, "-servername", host, verify=False)
            s.equal(f"server name {host}: certificate", lines_with(done.text, "subject="), [f"subject=CN = {wanted}"])


@quick
def step_client_certificates(s):
    """requireCert and verifyChain of a server."""
    port = free_port()
    settings = ("requireCert = yes", "verifyChain = yes", f"CAfile = {s.certificates / 'ca.pem'}")
    with echo() as back, stunnel(s, service(s, "echo", port, back, *settings), [port]) as server:
        def words(name):
            return {"cert": s.certificates / f"{name}.pem", "key": s.certificates / f"{name}.key"} if name else {}

        seen = s.exchange(port, "hello", length=5, times=2, **words("client"))
        s.equal("a good certificate, new and resumed", [(f.get("answer"), f.get("reused")) for f in seen],
                [("hello", False), ("hello", True)])
        for kind, name in (("no certificate", ""), ("a stranger's certificate", "stranger")):
            seen = s.exchange(port, "hello", length=5, **words(name))
            s.check(f"{kind} is refused", "answer" not in seen[0] or not seen[0]["answer"], seen)
        said = settled(lambda: len(re.findall(r"SSL_accept: .*", server.err)) >= 2)
        s.check("the log says why", said, server.err[-3000:])
        s.same("the reasons in the log", re.findall(r"SSL_accept: [^\n]*error:([0-9A-F]+:[^:\n]*:[^:\n]*:[^:\n]*)", server.err))


@role("client")
@quick
def step_outlet(s):
    """A plain port to a service over TLS: verification, host name, sessions, client certificate."""
    good, wrong, untrusted = free_port(), free_port(), free_port()
    system = type(s.client)("system", None)
    with s.https_server(verify="optional", ca=s.certificates / "ca.pem", max=s.version) as server:
        mine = (f"cert = {s.certificates / 'client.pem'}", f"key = {s.certificates / 'client.key'}")
        outlets = (
            outlet(s, "good", good, server.port, "verifyChain = yes", "checkHost = one.test", "sni = one.test", *mine)
            + outlet(s, "wrong", wrong, server.port, "verifyChain = yes", "checkHost = two.test")
            + outlet(s, "untrusted", untrusted, server.port, "verifyChain = yes").replace("ca.pem", "other-ca.pem")
        )
        with stunnel(s, outlets, [good, wrong, untrusted], role="client") as client:
            def get(port, path):
                return s.run("curl", "-sS", "-H", "Connection: close", f"http://127.0.0.1:{port}{path}", side=system)

            for _ in range(3):
                get(good, "/info")
            facts = [(r["reused"], r["version"], r["peer"], r["sni"]) for r in server.records(3)]
            s.equal("outlet: new, then resumed, with its certificate and name", facts,
                    [(reused, s.protocol, ["client one"], "one.test") for reused in (False, True, True)])
            s.check(f"outlet: {SIZES[2]} bytes", get(good, f"/bytes/{SIZES[2]}").out == payload(SIZES[2]))
            s.check("outlet: another host name is refused", get(wrong, "/info").code != 0)
            s.check("outlet: an unknown issuer is refused", get(untrusted, "/info").code != 0)
            said = settled(lambda: len(re.findall(r"SSL_connect: ", client.err)) >= 2)
            s.check("outlet: the log says why", said, client.err[-3000:])
            s.same("outlet: the reasons in the log", re.findall(r"CERT: [^\n]*|error:[0-9A-F]+:[^\n]*", client.err))


@quick
def step_both(s):
    """Two of them: what one wraps the other unwraps."""
    port, plain = free_port(), free_port()
    with echo() as back, stunnel(s, service(s, "echo", port, back), [port]), stunnel(
        s, outlet(s, "echo", plain, port, "verifyChain = yes", "checkHost = one.test"), [plain], role="client",
    ):
        for size in SIZES:
            s.check(f"between two: {size} bytes there and back", talk(plain, payload(size)) == payload(size))


def step_rubbish(s):
    """What is not TLS: stunnel4 logs what it logs with OpenSSL and goes on."""
    port = free_port()
    with echo() as back, stunnel(s, service(s, "echo", port, back), [port]) as server:
        for name, data in RUBBISH.items():
            before = len(server.err)
            answer = throw(port, data)
            settled(lambda: "Connection" in server.err[before:].replace("accepted connection", ""), 1)
            said = re.findall(r"SSL_accept: .*(error:.*)", server.err[before:])
            s.same(f"rubbish: {name}: log and answer", (said, answer))
        s.equal("after all that it answers", s.exchange(port, "hello", length=5)[0].get("answer"), "hello")
