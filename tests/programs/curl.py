"""curl as a client, against a threaded HTTPS server."""

import json

from support.payload import SIZES, digest, payload
from support.proxy import ByteProxy
from support.scenario import quick
from support.normalise import lines_with

PROGRAM = "curl"
ROLES = {
    "client": "transfers in both directions, one and many at a time, resumption, client certificates, ALPN, server "
              "names, errors of certificates, key log",
}
NEEDS = ("curl", "python3", "openssl")


def transfer(s, port, name, sizes=SIZES):
    """Each size in both directions through `port`."""
    for size in sizes:
        done = s.curl(port, f"https://one.test:{port}/bytes/{size}")
        s.check(f"{name}: {size} bytes down", done.code == 0 and done.out == payload(size), done.err)
        path = s.home / f"upload-{size}"
        path.write_bytes(payload(size))
        done = s.curl(port, "-T", path, f"https://one.test:{port}/upload")
        s.check(f"{name}: {size} bytes up", done.text == f"{size} {digest(payload(size))}\n", done.both[-500:])


@quick
def step_data(s):
    """Data of all sizes in both directions."""
    with s.https_server() as server:
        transfer(s, server.port, "data")


@quick
def step_resumption(s):
    """Two transfers of one curl process on fresh connections."""
    with s.https_server() as server:
        url = f"https://one.test:{server.port}/info?[1-2]"
        done = s.curl(server.port, "-v", "-H", "Connection: close", url)
        reused = [record["reused"] for record in server.records(2)]
        s.equal("resumption: the server sees new, then resumed", reused, [False, True])
        s.check("resumption: curl says that it uses the session again", "SSL re-using session ID" in done.err, done.err)
        s.same("resumption: versions and ciphers", [(r["version"], r["cipher"]) for r in server.records(2)])
        s.equal("resumption: the version asked for", {r["version"] for r in server.records(2)}, {s.protocol})

        s.curl(server.port, "--no-sessionid", "-H", "Connection: close", url)
        reused = [record["reused"] for record in server.records(4)[2:]]
        s.equal("resumption: none with --no-sessionid", reused, [False, False])


def step_stateful_resumption(s):
    """Resumption from the server's internal cache."""
    with s.https_server(tickets=False) as server:
        s.curl(server.port, "-H", "Connection: close", f"https://one.test:{server.port}/info?[1-3]")
        reused = [record["reused"] for record in server.records(3)]
        s.equal("resumption: from the server's cache, without tickets", reused, [False, True, True])


def step_session_is_lost_elsewhere(s):
    """A server that does not know the session."""
    with s.https_server() as one, s.https_server() as two:
        done = s.curl(one.port, "--connect-to", f"one.test:{one.port}:127.0.0.1:{one.port}",
                      "-H", "Connection: close", f"https://one.test:{one.port}/info?[1-2]",
                      "--next", "--cacert", s.certificates / "ca.pem", "-sS",
                      "--connect-to", f"one.test:{one.port}:127.0.0.1:{two.port}",
                      "-H", "Connection: close", f"https://one.test:{one.port}/info")
        s.equal("a session offered to a server that cannot open it: full handshake",
                (done.code, [r["reused"] for r in two.records(1)]), (0, [False]))


@quick
def step_certificate_errors(s):
    """Certificate and host-name errors."""

    def outcome(name, port, wanted, *words, **how):
        host = how.pop("host", "one.test")
        done = s.curl(port, *words, f"https://{host}:{port}/info", **how)
        s.equal(f"errors: {name}: exit status", done.code, wanted)
        s.same(f"errors: {name}: message", done.err)
        return done

    with s.https_server() as server:
        outcome("unknown issuer", server.port, 60, ca="other-ca.pem")
        outcome("another host name", server.port, 60, host="two.test")
        outcome("another host name, but unchecked", server.port, 0, "-k", host="two.test")
        outcome("a CA file that is not there", server.port, 77, ca="nothing.pem")
        outcome("a CA file with rubbish", server.port, 77, ca="one.test.key")
        outcome("no OCSP answer where one is demanded", server.port, 91, "--cert-status")
        outcome("a pinned key that differs", server.port, 90, "--pinnedpubkey", "sha256//" + "A" * 43 + "=")
        outcome("a client key of another certificate", server.port, 58,
                "--cert", s.certificates / "client.pem", "--key", s.certificates / "stranger.key")
        outcome("a client certificate that is not there", server.port, 58, "--cert", s.certificates / "nothing.pem")
        outcome("an unknown cipher", server.port, 59, "--ciphers", "NO-SUCH-CIPHER")
        result = s.curl(server.port, "-k", "-w", "%{ssl_verify_result}", "-o", "/dev/null",
                        f"https://one.test:{server.port}/info", ca="other-ca.pem")
        s.same("errors: verify result with -k", result.text)
    for cert in ("expired", "selfsigned"):
        with s.https_server(cert=cert) as server:
            outcome(f"certificate {cert}", server.port, 60)
    with s.https_server(cert="one.test.leaf") as server:
        outcome("an intermediate certificate is missing", server.port, 60)


def step_handshake_errors(s):
    """Handshakes that cannot succeed."""
    other = {"1.2": "1.3", "1.3": "1.2"}[s.version]
    with s.https_server(min=other, max=other) as server:
        done = s.curl(server.port, f"https://one.test:{server.port}/info")
        s.same("errors: no version in common", (done.code, done.err))
    # A client that gives up at once may have reset the connection before everything is sent.
    listener_words = ("-c", "import socket,time\n"
                      "l = socket.create_server(('127.0.0.1', 0))\n"
                      "print(l.getsockname()[1], flush=True)\n"
                      "for reply in (b'', b'HTTP/1.1 200 OK\\r\\n\\r\\nplain', b'\\x15\\x03\\x03\\x00\\x02\\x02\\x28',\n"
                      "              b'\\x16\\x03\\x03\\xff\\xff' + bytes(70000)):\n"
                      "    c, _ = l.accept()\n"
                      "    c.settimeout(5)\n"
                      "    try:\n"
                      "        c.recv(65536); c.sendall(reply); c.shutdown(1)\n"
                      "        while c.recv(65536): pass\n"
                      "    except OSError: pass\n"
                      "    c.close()\n")
    names = ("the server closes at once", "plain HTTP on the port", "a handshake_failure alert", "an oversized record")
    system = type(s.client)("system", None)
    with s.service("python3", *listener_words, name="rude", side=system, ready=lambda p: b"\n" in p.out) as rude:
        port = int(rude.out)
        for name in names:
            done = s.curl(port, f"https://one.test:{port}/")
            s.same(f"errors: {name}", (done.code, done.err))


def step_client_certificate(s):
    """Client certificates."""
    ca = {"ca": s.certificates / "ca.pem"}
    mine = ("--cert", s.certificates / "client.pem", "--key", s.certificates / "client.key")
    with s.https_server(verify="required", **ca) as server:
        done = s.curl(server.port, *mine, "-H", "Connection: close", f"https://one.test:{server.port}/info?[1-2]")
        peers = [(r.get("peer"), r.get("reused")) for r in server.records(2)]
        s.equal("client certificate: seen by the server, also after resumption",
                (done.code, peers), (0, [(["client one"], False), (["client one"], True)]))
        done = s.curl(server.port, f"https://one.test:{server.port}/info")
        s.check("client certificate: none where one is required", done.code not in (0, 60), done.both)
        s.same("client certificate: none, as the server sees it", server.records(3)[2])
    with s.https_server(verify="optional", **ca) as server:
        done = s.curl(server.port, f"https://one.test:{server.port}/info")
        s.equal("client certificate: none where one is optional", (done.code, server.records(1)[0]["peer"]), (0, []))


@quick
def step_messages(s):
    """What -v prints of the messages of a handshake."""

    def told(port, *words, **how):
        done = s.curl(port, "-v", *words, f"https://one.test:{port}/info", **how)
        # Which side closes first depends on timing.
        return done.code, [line for line in lines_with(done.err, "* TLSv1") if "close notify" not in line]

    with s.https_server() as server:
        code, lines = told(server.port)
        s.check("messages: from the first to the last", "Client hello (1)" in lines[0] and any(
                "(OUT), TLS handshake, Finished (20)" in line for line in lines), lines)
        s.same("messages: a full handshake", (code, lines))
        code, lines = told(server.port, ca="other-ca.pem")
        # In TLS 1.3 rustls changes keys before it sends an alert.
        lines = [line for line in lines if "Change cipher spec" not in line]
        s.same("messages: a certificate that is not accepted", (code, lines))
    with s.https_server(verify="required", ca=s.certificates / "ca.pem") as server:
        s.same("messages: a client certificate",
               told(server.port, "--cert", s.certificates / "client.pem", "--key", s.certificates / "client.key"))


@quick
def step_alpn(s):
    """ALPN."""
    with s.https_server(alpn=["http/1.1"]) as server:
        done = s.curl(server.port, "-v", f"https://one.test:{server.port}/info")
        s.equal("ALPN: http/1.1 chosen", json.loads(done.text)["alpn"], "http/1.1")
        s.same("ALPN: what curl says", lines_with(done.err, "* ALPN"))
        done = s.curl(server.port, "--no-alpn", f"https://one.test:{server.port}/info")
        s.equal("ALPN: none with --no-alpn", json.loads(done.text)["alpn"], None)
    with s.https_server(alpn=["something-else"]) as server:
        done = s.curl(server.port, "-v", f"https://one.test:{server.port}/info")
        s.same("ALPN: no protocol in common", (done.code, lines_with(done.err, "* ALPN")))


def step_server_name(s):
    """Server names."""
    two = {"two.test": [s.certificates / "two.test.pem", s.certificates / "two.test.key"]}
    with s.https_server(sni=two) as server:
        for host in ("one.test", "two.test"):
            done = s.curl(server.port, f"https://{host}:{server.port}/info")
            s.equal(f"server name: {host} gets its certificate", (done.code, json.loads(done.text or "{}").get("sni")),
                    (0, host))
        done = s.curl(server.port, "-v", f"https://two.test:{server.port}/info")
        s.same("server name: certificate and connection as curl shows them",
               [line for line in lines_with(done.err, "*  subject:", "*  subjectAltName:", "*  issuer:",
                                            "*  SSL certificate", "* SSL connection")])
        done = s.curl(server.port, "-k", f"https://127.0.0.1:{server.port}/info")
        s.equal("server name: none for an address", json.loads(done.text)["sni"], None)


@quick
def step_endings(s):
    """Clean and unclean closes."""
    with s.https_server() as server:
        for path, wanted in (("/end/clean", 0), ("/end/unclean", 0), ("/truncated", 18)):
            done = s.curl(server.port, f"https://one.test:{server.port}{path}")
            s.equal(f"endings: {path}: exit status", done.code, wanted)
            s.same(f"endings: {path}: message and data", (done.err, digest(done.out)))
        done = s.curl(server.port, f"https://one.test:{server.port}/end/reset")
        s.equal("endings: /end/reset: exit status", done.code, 56)
        s.same("endings: /end/reset: message", done.err)
        s.same("endings: as the server sees them", [r["end"] for r in server.records(4)])
        s.curl(server.port, f"https://one.test:{server.port}/info")
        s.same("endings: curl closes, as the server sees it", server.records(5)[4]["end"])


def step_byte_by_byte(s):
    """Every byte of the handshake arrives on its own."""
    with s.https_server() as server, ByteProxy(server.port) as proxy:
        transfer(s, proxy.port, "byte by byte", sizes=(16384,))
        done = s.curl(proxy.port, "-H", "Connection: close", f"https://one.test:{proxy.port}/bytes/10000000?[1-2]")
        s.check("byte by byte: 10000000 bytes, twice", done.code == 0 and done.out == payload(SIZES[2]) * 2, done.err)
        s.equal("byte by byte: resumption", [r["reused"] for r in server.records(4)[2:]], [False, True])


def step_parallel(s):
    """Many transfers at a time in one process."""
    with s.https_server() as server:
        done = s.curl(server.port, "--parallel", "--parallel-max", "8", "-H", "Connection: close",
                      f"https://one.test:{server.port}/bytes/16384?[1-32]", "-o", "part-#1")
        parts = [s.home / f"part-{number}" for number in range(1, 33)]
        intact = [part.exists() and part.read_bytes() == payload(16384) for part in parts]
        s.equal("32 parallel transfers are intact", (done.code, sum(intact)), (0, 32))
        s.check("parallel transfers resume", any(r["reused"] for r in server.records(32)))


def step_key_log(s):
    """SSLKEYLOGFILE holds the secrets of the connection."""
    files = s.home / "curl.keys", s.home / "server.keys"
    with s.https_server(keylog=str(files[1])) as server:
        s.run("curl", "-sS", "--resolve", f"one.test:{server.port}:127.0.0.1", "--cacert", s.certificates / "ca.pem",
              f"--tlsv{s.version}", "--tls-max", s.version, f"https://one.test:{server.port}/info",
              more={"SSLKEYLOGFILE": str(files[0])})
        server.records(1)
    lines = [sorted(line for line in file.read_text().splitlines() if line[:1] not in ("", "#")) for file in files]
    labels = {"1.2": 1, "1.3": 5}[s.version]
    s.check("key log: client and server wrote the same secrets", lines[0] == lines[1] and len(lines[0]) == labels, lines)
    s.same("key log: labels", [line.split()[0] for line in lines[0]])
