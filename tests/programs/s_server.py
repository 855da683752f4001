"""openssl s_server, with curl, openssl s_client and python3 as its clients."""

import re

from support.normalise import lines_with
from support.payload import SIZES, payload
from support.proxy import ByteProxy
from support.rubbish import RUBBISH, throw
from support.scenario import quick, settled

PROGRAM = "openssl s_server"
ROLES = {
    "server": "pages, uploads, resumption, client certificates, server names, ALPN, non-blocking",
}
NEEDS = ("openssl", "curl", "python3")


def page_lines(text):
    """What the status page says about the connection and is the same each time."""
    return lines_with(
        re.sub(r"<[^>]*>", "", text), "Secure Renegotiation", "Protocol", "Cipher  ", "PSK", "SRP", "Timeout",
        "Verify return", "Extended master", "Max Early", "New,", "Reused,", "no client certificate", "Client certificate",
        "Shared groups", "Supported groups", "Server Temp", "Peer signing", "Peer signature", "SSL-Session",
    )  # fmt: skip


@quick
def step_status_page(s):
    """-www with curl."""
    with s.s_server("-www", s.openssl_flag) as server:
        done = s.curl(server.port, f"https://one.test:{server.port}/", restrict=False)
        s.check("-www: the page arrives", done.code == 0 and "</html>" in done.text.lower(), done.both)
        s.check("-www: the version asked for", f"New, {s.protocol}, Cipher is" in done.text, done.text)
        s.same("-www: what it says", page_lines(done.text))
        ciphers = re.findall(r"\b(TLS_\w+|ECDHE-\w+-(?:AES\d+-GCM-SHA\d+|CHACHA20-POLY1305))\b", done.text)
        s.check("-www: it lists modern ciphers", len(set(ciphers)) >= 3, done.text)
        reply = s.s_client(server.port, "-ign_eof", data=b"GET / HTTP/1.0\r\n\r\n")
        s.check("-www: s_client gets the page", "HTTP/1.0 200 ok" in reply.text, reply.both)


@quick
def step_files(s):
    """-WWW: data of all sizes to the client."""
    for size in SIZES:
        (s.home / f"file-{size}").write_bytes(payload(size))
    with s.s_server("-WWW", "-http_server_binmode", s.openssl_flag) as server:
        for size in SIZES:
            done = s.curl(server.port, f"https://one.test:{server.port}/file-{size}", restrict=False)
            s.check(f"-WWW: {size} bytes down", done.code == 0 and done.out == payload(size), done.err)
        done = s.curl(server.port, f"https://one.test:{server.port}/nothing", restrict=False)
        s.same("-WWW: a file that is not there", (done.code, done.text))


@quick
def step_upload(s):
    """-quiet: data of all sizes from the client."""
    for size in SIZES:
        with s.s_server("-quiet", s.openssl_flag) as server:
            end = s.python_task("send_raw", server.port, size=size, ending="clean")
            arrived = settled(lambda: len(server.out) >= size and server.out)
            s.check(f"upload: {size} bytes up", arrived == payload(size), f"{len(server.out)} bytes, {server.err}")
            s.same(f"upload: {size} bytes, how it ends", end)


@quick
def step_resumption(s):
    """Fresh connections of one client."""
    for name, words in (("tickets", ()), ("-no_ticket", ("-no_ticket",))):
        with s.s_server("-www", s.openssl_flag, *words) as server:
            done = s.curl(server.port, f"https://one.test:{server.port}/?[1-3]", restrict=False)
            kinds = re.findall(r"^(New|Reused), (\S+),", done.text, re.MULTILINE)
            s.equal(f"resumption, {name}: curl",
                    kinds, [("New", s.protocol), ("Reused", s.protocol), ("Reused", s.protocol)])
    with s.s_server("-www", s.openssl_flag, "-no_cache", "-no_ticket") as server:
        done = s.curl(server.port, f"https://one.test:{server.port}/?[1-2]", restrict=False)
        kinds = re.findall(r"^(New|Reused),", done.text, re.MULTILINE)
        s.equal("resumption: none without tickets and cache", kinds, ["New", "New"])


def step_statistics(s):
    """The counters that s_server prints at its end."""
    for name, words in (("tickets", ()), ("-no_ticket", ("-no_ticket",))):
        with s.s_server("-www", "-naccept", "3", s.openssl_flag, *words) as server:
            s.curl(server.port, f"https://one.test:{server.port}/?[1-3]", restrict=False)
            code = server.wait()
            counters = [line.strip() for line in server.out.decode().splitlines() if re.match(r"\s*\d+ ", line)]
            s.same(f"-naccept 3, {name}: exit status and counters", (code, counters))
            s.check(f"-naccept 3, {name}: there are counters", len(counters) > 8, server.out)


def step_ticket_count(s):
    """-num_tickets."""
    if s.version == "1.2":
        return
    for count in (0, 1, 4):
        with s.s_server("-www", "-num_tickets", count) as server:
            done = s.s_client(server.port, "-ign_eof", data=b"GET / HTTP/1.0\r\n\r\n")
            got = done.text.count("Post-Handshake New Session Ticket arrived")
            s.equal(f"-num_tickets {count}: tickets at the client", got, count)


@quick
def step_client_certificates(s):
    """-Verify 1 and -verify 1."""
    trust = ("-CAfile", s.certificates / "ca.pem", "-verify_return_error")
    mine = ("--cert", s.certificates / "client.pem", "--key", s.certificates / "client.key")
    stranger = ("--cert", s.certificates / "stranger.pem", "--key", s.certificates / "stranger.key")

    def kinds(done):
        return done.code, re.findall(r"^(New|Reused),", done.text, re.MULTILINE)

    with s.s_server("-www", "-Verify", "1", *trust, s.openssl_flag) as server:
        url = f"https://one.test:{server.port}/?[1-2]"
        done = s.curl(server.port, *mine, url, restrict=False)
        s.equal("-Verify: a good certificate, also resumed", kinds(done), (0, ["New", "Reused"]))
        s.check("-Verify: the page shows the certificate", "client one" in done.text or "Client certificate" in done.text,
                done.text)
        s.same("-Verify: what the page says", page_lines(done.text))
        for name, words in (("no certificate", ()), ("a stranger's certificate", stranger)):
            done = s.curl(server.port, *words, f"https://one.test:{server.port}/", restrict=False)
            s.check(f"-Verify: {name} is refused", done.code not in (0, 60) and not done.out, done.both)
        reasons = re.findall(r"error:([0-9A-F]+):[^:]*:[^:]*:([^:\n]*)", server.err)
        s.same("-Verify: the errors that s_server prints", reasons)
        s.same("-Verify: what s_server prints about certificates",
               lines_with(server.err, "verify depth", "depth=", "verify error", "verify return"))
    with s.s_server("-www", "-verify", "1", *trust, s.openssl_flag) as server:
        done = s.curl(server.port, f"https://one.test:{server.port}/", restrict=False)
        s.equal("-verify: no certificate is accepted", kinds(done), (0, ["New"]))
        done = s.s_client(server.port)
        s.same("-verify: what the client is asked for",
               lines_with(done.text, "Acceptable client", "CN =", "Client Certificate Types", "Requested Signature"))


def step_server_name(s):
    """-servername, -cert2."""
    two = ("-servername", "two.test", "-cert2", s.certificates / "two.test.pem", "-key2", s.certificates / "two.test.key")
    with s.s_server("-www", *two, s.openssl_flag) as server:
        for host, wanted in (("one.test", 0), ("two.test", 0), ("three.test", 60)):
            done = s.curl(server.port, f"https://{host}:{server.port}/?[1-2]", restrict=False)
            s.equal(f"server name {host}: exit status", done.code, wanted)
            s.same(f"server name {host}: kinds of handshake", re.findall(r"^(New|Reused),", done.text, re.MULTILINE))
    with s.s_server("-www", "-servername_fatal", *two, s.openssl_flag) as server:
        done = s.curl(server.port, f"https://three.test:{server.port}/", restrict=False)
        s.equal("server name that is refused: exit status", done.code, 35)
        s.same("server name that is refused: message", done.err)


def step_alpn(s):
    """-alpn."""
    with s.s_server("-www", "-alpn", "http/1.1", s.openssl_flag) as server:
        done = s.curl(server.port, "-v", f"https://one.test:{server.port}/", restrict=False)
        s.same("ALPN: what curl says", (done.code, lines_with(done.err, "* ALPN")))
        done = s.s_client(server.port, "-alpn", "spdy/3")
        s.same("ALPN: no protocol in common", (done.code, lines_with(done.both, "No ALPN", "ALPN", "New,")))


def step_key_log(s):
    """-keylogfile."""
    files = s.home / "client.keys", s.home / "server.keys"
    with s.s_server("-www", "-keylogfile", files[1], s.openssl_flag) as server:
        s.run("curl", "-sS", "--resolve", f"one.test:{server.port}:127.0.0.1", "--cacert", s.certificates / "ca.pem",
              f"https://one.test:{server.port}/?[1-2]", more={"SSLKEYLOGFILE": str(files[0])})
    lines = [sorted(line for line in file.read_text().splitlines() if line[:1] not in ("", "#")) for file in files]
    s.check("key log: both ends wrote the same secrets, full and resumed", lines[0] == lines[1] and lines[0], lines)
    s.same("key log: labels", [line.split()[0] for line in lines[0]])


@quick
def step_reversed(s):
    """-rev answers each line."""
    with s.s_server("-rev", s.openssl_flag) as server:
        with s.service("openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", "-quiet",
                       "-CAfile", s.certificates / "ca.pem", name="s_client", role="client") as client:
            client.type(b"Reprise\n")
            client.wait_for(lambda: client.out == b"esirpeR\n", "the reversed line")
            client.type(b"x" * 16000 + b"y\n")
            s.check("-rev: lines come back reversed", client.wait_for(
                lambda: client.out == b"esirpeR\ny" + b"x" * 16000 + b"\n", "the long reversed line"))


def step_early_data(s):
    """-early_data with -max_early_data and -recv_max_early_data."""
    if s.version == "1.2":
        return
    path, file = s.home / "early.pem", s.home / "early"
    file.write_bytes(b"early".ljust(2000, b"."))
    # A server that skips early data lets 104 bytes more pass than it would read.
    for limits, outcome in ((("2000", "2000"), "accepted"), (("2000", "1999"), None)):
        words = ("-early_data", "-max_early_data", limits[0], "-recv_max_early_data", limits[1])
        with s.s_server(*words) as server:
            s.keep_session(server.port, path)
            done = s.s_client(server.port, s.openssl_flag, "-sess_in", path, "-early_data", file)
            settled(lambda: b"early" in server.out.lower())
            if outcome:
                s.check(f"early data, limits {limits}: {outcome}", f"Early data was {outcome}" in done.text, done.both)
                s.check(f"early data, limits {limits}: it arrives", settled(lambda: file.read_bytes() in server.out))
            else:
                reasons = settled(lambda: re.findall(r"error:([0-9A-F]+):[^:]*:[^:]*:([^:\n]*)", server.err))
                s.same(f"early data, limits {limits}: the error of the server", reasons)
                s.check(f"early data, limits {limits}: it is refused", "too much early data" in server.err, server.err)
    with s.s_server("-early_data", "-groups", "P-256") as server:
        s.keep_session(server.port, path)
        done = s.s_client(server.port, s.openssl_flag, "-sess_in", path, "-early_data", file, "-groups", "X25519:P-256")
        s.check("early data, second ClientHello: rejected", "Early data was rejected" in done.text, done.both)
    with s.s_server("-www") as server:
        done = s.s_client(server.port, s.openssl_flag, "-sess_out", path, "-ign_eof", data=b"GET / HTTP/1.0\r\n\r\n")
        done = s.s_client(server.port, s.openssl_flag, "-sess_in", path, "-early_data", file)
        s.check("early data, not allowed: not sent", "Early data was not sent" in done.text, done.both)


@quick
def step_endings(s):
    """Clean and unclean closes of the client, as s_server reports them."""
    for ending in ("clean", "unclean"):
        with s.s_server("-naccept", "1", s.openssl_flag) as server:
            end = s.python_task("send_raw", server.port, size=100, ending=ending)
            code = server.wait()
            words = lines_with(server.out.decode(errors="replace"), "ERROR", "DONE", "shutting", "CONNECTION", "read")
            reasons = re.findall(r"error:([0-9A-F]+):[^:]*:[^:]*:([^:\n]*)", server.err)
            s.same(f"endings: {ending}", (code, end, words, reasons))


def step_non_blocking(s):
    """-nbio, every byte on its own."""
    (s.home / "nbio-file").write_bytes(payload(SIZES[2]))
    with s.s_server("-WWW", "-http_server_binmode", "-nbio", s.openssl_flag) as server, ByteProxy(server.port) as proxy:
        done = s.curl(proxy.port, f"https://one.test:{proxy.port}/nbio-file", restrict=False)
        s.check("byte by byte, -nbio: 10000000 bytes down", done.code == 0 and done.out == payload(SIZES[2]), done.err)
    with s.s_server("-quiet", "-nbio", s.openssl_flag) as server, ByteProxy(server.port) as proxy:
        s.python_task("send_raw", proxy.port, size=SIZES[1], ending="clean")
        arrived = settled(lambda: len(server.out) >= SIZES[1] and server.out)
        s.check("byte by byte, -nbio: 16384 bytes up", arrived == payload(SIZES[1]), f"{len(server.out)}, {server.err}")
    with s.s_server("-www", s.openssl_flag) as server, ByteProxy(server.port) as proxy:
        done = s.curl(proxy.port, f"https://one.test:{proxy.port}/?[1-2]", restrict=False)
        kinds = re.findall(r"^(New|Reused),", done.text, re.MULTILINE)
        s.equal("byte by byte: resumption", kinds, ["New", "Reused"])


def step_rubbish(s):
    """What is not TLS: an error of that connection, and the server goes on."""
    with s.s_server("-www", s.openssl_flag) as server:
        for name, data in RUBBISH.items():
            before = len(server.err)
            answer = throw(server.port, data)
            done = s.curl(server.port, f"https://one.test:{server.port}/", restrict=False)
            reasons = re.findall(r"error:([0-9A-F]+):[^:]*:[^:]*:([^:\n]*)", server.err[before:])
            s.equal(f"rubbish: {name}: the next connection works", done.code, 0)
            s.same(f"rubbish: {name}: the error printed, and the answer", (reasons, answer))
