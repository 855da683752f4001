"""openssl s_client, against openssl s_server and a threaded HTTPS server."""

import re

from support.normalise import lines_with
from support.payload import SIZES, digest, payload
from support.proxy import ByteProxy
from support.scenario import quick, settled
from support.sides import Side

PROGRAM = "openssl s_client"
ROLES = {
    "client": "resumption, also from files, verification, client certificates, ciphers and groups, key log",
}
NEEDS = ("openssl", "python3")

# What s_client says about a connection that is the same each time.
SUMMARY = (
    "depth=", "verify ", "0 s:", "1 s:", "i:", "a:PKEY", "subject=", "issuer=", "No client certificate CA", "Acceptable",
    "Client Certificate Types", "Requested Signature", "Shared Requested", "Peer signing", "Peer signature",
    "Server Temp Key", "Verification", "Verify return code", "Verified peername", "New,", "Reused,", "Server public key",
    "Secure Renegotiation", "Compression", "Expansion", "ALPN", "No ALPN", "Early data", "Protocol", "Cipher",
    "PSK identity", "SRP username", "TLS session ticket lifetime", "Timeout", "Extended master", "Max Early Data",
    "Can't use", "OCSP",
)  # fmt: skip


TICKET = "Post-Handshake New Session Ticket arrived"


def before_tickets(done):
    """Everything printed, without TLS 1.3 tickets: whether they come before the `Q` is a matter of luck."""
    return done.text.partition(TICKET)[0] + done.err


def summary(done):
    return lines_with(before_tickets(done), *SUMMARY)


@quick
def step_describe(s):
    """What s_client shows about a connection."""
    with s.s_server("-www", "-alpn", "h2,http/1.1") as server:
        done = s.s_client(server.port, s.openssl_flag, "-alpn", "http/1.1,h2", "-verify_hostname", "one.test")
        s.equal("describe: exit status", done.code, 0)
        s.check("describe: the version asked for", f"New, {s.protocol}, Cipher is" in done.text, done.both)
        s.check("describe: verified", "Verification: OK" in done.text and "Verify return code: 0 (ok)" in done.text)
        s.check("describe: ALPN is the server's first choice", "ALPN protocol: h2" in done.text, done.both)
        s.same("describe: the whole summary", summary(done))

        done = s.s_client(server.port, s.openssl_flag, "-brief")
        s.same("describe: with -brief", (done.code, done.both))
        done = s.s_client(server.port, s.openssl_flag, "-showcerts")
        s.equal("describe: -showcerts shows leaf and intermediate", done.text.count("-----BEGIN CERTIFICATE-----"), 2)
        done = s.s_client(server.port, s.openssl_flag, "-status")
        s.same("describe: with -status and no answer", lines_with(done.both, "OCSP"))
        done = s.s_client(server.port, s.openssl_flag, "-noservername")
        s.same("describe: without server name", (done.code, summary(done)))


def step_watch(s):
    """-state and -msg."""

    def until_last_finished(lines, finished):
        """Without what follows the handshake, as tickets come before or after the `Q`."""
        last = [number for number, line in enumerate(lines) if finished in line][1:2]
        return lines[:last[0] + 1] if last else lines

    def watched(port, option, finished, *words):
        done = s.s_client(port, s.openssl_flag, option, *words)
        lines = lines_with(done.err + "\n" + done.text if option == "-state" else done.text,
                           "SSL_connect:", "SSL3 alert", ">>> ", "<<< ", "depth=", "verify ")
        return done.code, [re.sub(r"\[length \w+\]", "", line) for line in until_last_finished(lines, finished)]

    with s.s_server("-www") as server:
        code, lines = watched(server.port, "-state", " finished")
        s.check("watch: -state tells the messages", "SSL_connect:SSLv3/TLS read server hello" in lines, lines)
        s.same("watch: with -state", (code, lines))
        code, lines = watched(server.port, "-msg", ", Finished")
        s.check("watch: -msg tells the messages", any("ServerHello" in line for line in lines), lines)
        s.same("watch: with -msg", (code, [line for line in lines if "RecordHeader" not in line and "Inner" not in line]))
    with s.s_server("-www", "-Verify", "1") as server:
        s.same("watch: -state with a client certificate", watched(
            server.port, "-state", " finished",
            "-cert", s.certificates / "client.pem", "-key", s.certificates / "client.key"))


def step_choices(s):
    """Cipher suites and groups that the client names."""
    with s.s_server("-www") as server:
        ciphers = {
            "1.2": ("ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305"),
            "1.3": ("TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256"),
        }[s.version]
        option = {"1.2": "-cipher", "1.3": "-ciphersuites"}[s.version]
        for cipher in ciphers:
            done = s.s_client(server.port, s.openssl_flag, option, cipher)
            s.check(f"choices: {cipher}", f"New, {s.protocol}, Cipher is {cipher}" in done.text, done.both)
        # P-256 is always among them, as TLS 1.2 wants it for the certificate.
        for group, shown in (("P-256", "ECDH, prime256v1, 256 bits"), ("P-384", "ECDH, secp384r1, 384 bits"),
                             ("X25519", "X25519, 253 bits")):
            done = s.s_client(server.port, s.openssl_flag, "-groups", group if group == "P-256" else f"{group}:P-256")
            s.equal(f"choices: group {group}", lines_with(done.text, "Server Temp Key"), [f"Server Temp Key: {shown}"])


@quick
def step_reconnect(s):
    """-reconnect: five more connections that offer the session."""
    for name, words in (("tickets", ()), ("no tickets", ("-no_ticket",))):
        with s.s_server("-www", *words) as server:
            done = s.s_client(server.port, s.openssl_flag, "-reconnect")
            kinds = [line.split(",")[0] for line in lines_with(done.text, "New,", "Reused,")]
            s.same(f"-reconnect, {name}: kinds of handshake", (done.code, kinds))
            if s.version == "1.2":
                s.equal(f"-reconnect, {name}: one full and five resumed", kinds, ["New"] + ["Reused"] * 5)


def save_session(s, port, path, *words, side=None):
    """One connection that writes its session to `path`; waits for it, as TLS 1.3 sends it after the handshake."""
    # The answer comes after the tickets, and its end is s_client's end.
    return s.s_client(port, s.openssl_flag, "-sess_out", path, "-ign_eof", *words,
                      data=b"GET / HTTP/1.0\r\n\r\n", side=side)


@quick
def step_session_files(s):
    """-sess_out and -sess_in over two processes."""
    system = Side("system", None)
    for name, words in (("tickets", ()), ("no tickets", ("-no_ticket",))):
        with s.s_server("-www", *words) as server:
            for writer, reader in ((None, None), (system, None), (None, system)):
                path = s.home / "session.pem"
                path.unlink(missing_ok=True)
                who = f"{writer.name if writer else 'own'} file, {reader.name if reader else 'own'} reader, {name}"
                save_session(s, server.port, path, side=writer)
                if not s.check(f"session file: written, {who}", path.exists()):
                    continue
                done = s.s_client(server.port, s.openssl_flag, "-sess_in", path, side=reader)
                s.check(f"session file: resumed, {who}", f"Reused, {s.protocol}, Cipher is" in done.text, done.both)
                s.equal(f"session file: verification is kept, {who}",
                        lines_with(done.text, "Verify return code")[-1:], ["Verify return code: 0 (ok)"])
            done = save_session(s, server.port, path)
            s.same(f"session file: what s_client prints while it comes, {name}",
                   (done.text.count(TICKET), lines_with(done.text.partition(TICKET)[2], *SUMMARY)))
            done = s.run("openssl", "sess_id", "-in", path, "-text", "-noout", side=system)
            s.same(f"session file: as `openssl sess_id` shows it, {name}",
                   (done.code, lines_with(done.text, *SUMMARY), "TLS session ticket:" in done.text))
            shape = s.run("openssl", "asn1parse", "-in", path, side=system)
            fields = re.findall(r"d=(\d).*?(cons|prim): (\S+(?: \[ \d+ \]| INTEGER| STRING)?)", shape.text)
            # Our server acknowledges every host name (docs/differences.md), and so clients keep it.
            acknowledged = fields.index(("1", "cons", "cont [ 6 ]")) if s.server.library else None
            if acknowledged is not None:
                del fields[acknowledged : acknowledged + 2]
            s.same(f"session file: fields of the DER, {name}", (shape.code, fields))
    (s.home / "broken.pem").write_text("-----BEGIN SSL SESSION PARAMETERS-----\nAAAA\n"
                                       "-----END SSL SESSION PARAMETERS-----\n")
    with s.s_server("-www") as server:
        for file in ("broken.pem", "nothing.pem"):
            done = s.s_client(server.port, s.openssl_flag, "-sess_in", s.home / file)
            s.same(f"session file: {file}", (done.code, lines_with(done.err, "Can't open session file")))


def step_external_psk(s):
    """-psk and -psk_session, with a server that has no certificate and with one that has."""
    if s.version == "1.2":
        return
    page = b"GET / HTTP/1.0\r\n\r\n"
    key = ("-psk", "000102030405060708090a0b0c0d0e0f", "-psk_identity", "somebody")
    session = s.home / "psk.pem"
    for name, words in (("no certificate", ("-nocert",)), ("a certificate", ("-ciphersuites", "TLS_AES_128_GCM_SHA256"))):
        with s.s_server("-www", *words, *key) as server:
            done = s.s_client(server.port, s.openssl_flag, *key)
            s.same(f"external PSK, {name}: exit status and summary", (done.code, summary(done)))
            s.check(f"external PSK, {name}: used", "Reused, TLSv1.3, Cipher is" in done.text, done.both)
            s.check(f"external PSK, {name}: neither side shows a certificate", "no peer certificate" in done.text, done.both)
            done = s.s_client(server.port, s.openssl_flag, "-groups", "P-384:P-256", *key)
            s.check(f"external PSK, {name}: another group", "Reused, TLSv1.3, Cipher is" in done.text, done.both)

            session.unlink(missing_ok=True)
            s.s_client(server.port, s.openssl_flag, "-sess_out", session, "-ign_eof", *key, data=page)
            if s.check(f"external PSK, {name}: a ticket comes", session.exists()):
                done = s.s_client(server.port, s.openssl_flag, "-sess_in", session)
                s.check(f"external PSK, {name}: and is resumed", "Reused, TLSv1.3, Cipher is" in done.text, done.both)

            done = s.s_client(server.port, s.openssl_flag, "-psk", "ff" * 16, "-psk_identity", "somebody")
            s.same(f"external PSK, {name}: a wrong key", (done.code, "alert illegal parameter" in done.err))
            done = s.s_client(server.port, s.openssl_flag, "-psk", "ff" * 16, "-psk_identity", "nobody")
            s.same(f"external PSK, {name}: a wrong identity", (done.code, lines_with(done.text, "New,", "Reused,")))
    # A group that the server does not share a key for: it asks for another ClientHello.
    with s.s_server("-www", "-nocert", "-groups", "P-384", *key) as server:
        done = s.s_client(server.port, s.openssl_flag, "-groups", "P-256:P-384", *key)
        s.check("external PSK: after a HelloRetryRequest", "Reused, TLSv1.3, Cipher is" in done.text, done.both)
    # A session as the key: its cipher says the hash.
    if s.check("external PSK: a session to make one of", session.exists()):
        file = ("-psk_session", session, "-psk_identity", "somebody")
        with s.s_server("-www", "-nocert", *file, "-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256") as server:
            done = s.s_client(server.port, s.openssl_flag, *file)
            s.same("-psk_session: exit status and summary", (done.code, summary(done)))
            s.check("-psk_session: used", "Reused, TLSv1.3, Cipher is" in done.text, done.both)


@quick
def step_early_data(s):
    """-early_data: a session is good for it once, or as often as one likes with -no_anti_replay."""
    if s.version == "1.2":
        return
    path = s.home / "early.pem"
    for size in (12, 16384):
        data = payload(size).hex().encode()[:size]
        (s.home / f"early-{size}").write_bytes(data)
        for name, words, again in (("once", (), "rejected"), ("again", ("-no_anti_replay",), "accepted")):
            with s.s_server("-early_data", *words) as server:
                s.keep_session(server.port, path)
                offer = (server.port, s.openssl_flag, "-sess_in", path, "-early_data", s.home / f"early-{size}")
                for outcome in ("accepted", again):
                    done = s.s_client(*offer)
                    s.check(f"early data, {size} bytes, {name}: {outcome}",
                            f"Early data was {outcome}" in done.text, done.both)
                    s.same(f"early data, {size} bytes, {name}, {outcome}: summary", summary(done))
                # s_client sends the file in pieces of this size, and s_server prints other things between them.
                pieces = [data[at : at + 8192] for at in range(0, size, 8192)]
                times = 2 if again == "accepted" else 1
                settled(lambda: all(server.out.count(piece) >= times for piece in pieces))
                s.equal(f"early data, {size} bytes, {name}: how often the server has got each piece",
                        [server.out.count(piece) for piece in pieces], [times] * len(pieces))


@quick
def step_verification(s):
    """-CAfile, -verify_return_error, -verify_hostname."""
    def outcome(name, done):
        shown = lines_with(before_tickets(done), "verify error", "Verification", "Verify return code", "error:")
        s.same(f"verification: {name}", (done.code, [re.sub(r"^[0-9A-F]+:", "", line) for line in shown]))

    with s.s_server("-www") as server:
        strict = ("-CAfile", s.certificates / "other-ca.pem", "-verify_return_error")
        done = s.s_client(server.port, s.openssl_flag, *strict, verify=False)
        s.check("verification: an unknown issuer ends it", done.code == 1, done.both)
        outcome("unknown issuer", done)
        done = s.s_client(server.port, s.openssl_flag, *strict[:2], verify=False)
        s.check("verification: without -verify_return_error it goes on", done.code == 0, done.both)
        outcome("unknown issuer, not enforced", done)
        outcome("no issuer at all", s.s_client(server.port, s.openssl_flag, verify=False))
        done = s.s_client(server.port, s.openssl_flag, "-verify_hostname", "two.test")
        s.check("verification: another host name ends it", done.code == 1, done.both)
        outcome("another host name", done)
        outcome("an address", s.s_client(server.port, s.openssl_flag, "-verify_ip", "127.0.0.1"))
        outcome("a chain that is too long", s.s_client(server.port, s.openssl_flag, "-verify_depth", "0"))
        outcome("a purpose that it has", s.s_client(server.port, s.openssl_flag, "-purpose", "sslserver"))
        done = s.s_client(server.port, s.openssl_flag, "-CAfile", s.home / "nothing.pem", verify=False)
        outcome("a CA file that is not there", done)
    for cert in ("expired", "selfsigned"):
        with s.s_server("-www", cert=cert) as server:
            outcome(f"certificate {cert}", s.s_client(server.port, s.openssl_flag))


def step_server_name(s):
    """-servername chooses the certificate."""
    two = ("-servername", "two.test", "-cert2", s.certificates / "two.test.pem", "-key2", s.certificates / "two.test.key")
    with s.s_server("-www", *two) as server:
        for host in ("one.test", "two.test", "three.test"):
            done = s.s_client(server.port, s.openssl_flag, "-servername", host)
            wanted = "two.test" if host == "two.test" else "one.test"
            s.equal(f"server name {host}", lines_with(done.text, "subject="), [f"subject=CN = {wanted}"])
    with s.s_server("-www", "-servername_fatal", *two) as server:
        done = s.s_client(server.port, s.openssl_flag, "-servername", "three.test")
        s.same("server name that is refused", (done.code, lines_with(done.both, "New,", "Verification")))
        s.check("server name that is refused: the alert is named", "unrecognized name" in done.err, done.err)


def step_key_log(s):
    """-keylogfile on both ends."""
    files = s.home / "client.keys", s.home / "server.keys"
    with s.s_server("-www", "-keylogfile", files[1]) as server:
        s.s_client(server.port, s.openssl_flag, "-keylogfile", files[0], data=b"GET / HTTP/1.0\r\n\r\n")
    lines = [sorted(line for line in file.read_text().splitlines() if line[:1] not in ("", "#")) for file in files]
    count = {"1.2": 1, "1.3": 5}[s.version]
    s.check("key log: client and server wrote the same secrets", lines[0] == lines[1] and len(lines[0]) == count, lines)
    s.same("key log: labels", [line.split()[0] for line in lines[0]])


def step_versions(s):
    """Versions that do not meet."""
    other = {"1.2": "-tls1_3", "1.3": "-tls1_2"}[s.version]
    with s.s_server("-www", other) as server:
        done = s.s_client(server.port, s.openssl_flag)
        s.check("versions: none in common ends it", done.code == 1, done.both)
        s.check("versions: the alert is named", "alert protocol version" in done.err, done.err)
    with s.s_server("-www", s.openssl_flag) as server:
        done = s.s_client(server.port)
        s.check("versions: the server's is taken", f"New, {s.protocol}, Cipher is" in done.text, done.both)


def step_client_certificate(s):
    """-cert and -key."""
    with s.s_server("-www", "-Verify", "1", "-CAfile", s.certificates / "ca.pem") as server:
        mine = ("-cert", s.certificates / "client.pem", "-key", s.certificates / "client.key")
        done = s.s_client(server.port, s.openssl_flag, *mine, "-ign_eof", data=b"GET / HTTP/1.0\r\n\r\n")
        s.check("client certificate: accepted", done.code == 0 and "HTTP/1.0 200 ok" in done.text, done.both)
        s.same("client certificate: what s_client shows", summary(done))
        done = s.s_client(server.port, s.openssl_flag, "-ign_eof", data=b"GET / HTTP/1.0\r\n\r\n")
        s.check("client certificate: none where one is required", "HTTP/1.0 200 ok" not in done.text, done.both)
        mixed = ("-cert", s.certificates / "client.pem", "-key", s.certificates / "stranger.key")
        done = s.s_client(server.port, s.openssl_flag, *mixed)
        s.same("client certificate: a key of another one", (done.code, lines_with(done.both, "New,")))
        s.check("client certificate: the mismatch is named", "key values mismatch" in done.err, done.err)


def request(method, path, body=b"", more=""):
    length = f"Content-Length: {len(body)}\r\n" if method == "PUT" else ""
    return f"{method} {path} HTTP/1.1\r\nHost: one.test\r\nConnection: close\r\n{length}{more}\r\n".encode() + body


def transfer(s, port, name, *words, sizes=SIZES):
    """Each size in both directions, typed in and printed out."""
    for size in sizes:
        done = s.s_client(port, s.openssl_flag, "-quiet", "-nocommands", *words, data=request("GET", f"/bytes/{size}"))
        s.check(f"{name}: {size} bytes down", done.out.partition(b"\r\n\r\n")[2] == payload(size), done.err)
        done = s.s_client(port, s.openssl_flag, "-quiet", "-nocommands", *words,
                          data=request("PUT", "/upload", payload(size)))
        s.check(f"{name}: {size} bytes up", done.text.endswith(f"\r\n\r\n{size} {digest(payload(size))}\n"), done.err)


@quick
def step_data(s):
    """Data of all sizes in both directions."""
    with s.https_server() as server:
        transfer(s, server.port, "data")


def step_non_blocking(s):
    """-nbio, every byte on its own."""
    with s.https_server() as server, ByteProxy(server.port) as proxy:
        transfer(s, proxy.port, "byte by byte, -nbio", "-nbio", sizes=(16384,))
        path = s.home / "nbio.pem"
        words = ("-quiet", "-nbio", s.openssl_flag)
        s.s_client(proxy.port, *words, "-sess_out", path, data=request("GET", "/bytes/16384"))
        s.s_client(proxy.port, *words, "-sess_in", path, data=request("GET", "/bytes/16384"))
        s.equal("byte by byte: resumption", [record["reused"] for record in server.records(4)[2:]], [False, True])


@quick
def step_endings(s):
    """Clean and unclean closes."""
    with s.https_server() as server:
        for path in ("/end/clean", "/end/unclean", "/truncated"):
            done = s.s_client(server.port, s.openssl_flag, "-quiet", data=f"GET {path} HTTP/1.1\r\n\r\n".encode())
            shown = lines_with(done.err, "read:", "write:", "closed", "error:", "DONE") + re.findall(r"error:.*", done.err)
            s.same(f"endings: {path}", (done.code, shown, digest(done.out)))
        s.same("endings: as the server sees them", [record["end"] for record in server.records(3)])
        done = s.s_client(server.port, s.openssl_flag)
        s.same("endings: s_client closes, as the server sees it", (done.code, server.records(4)[3]["end"]))
