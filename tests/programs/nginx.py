"""nginx as a server, with curl, openssl s_client and python3 as its clients."""

import os
import re
import signal
import time

from support.load import check_restart
from support.nginx import nginx, parse_info, server_block
from support.normalise import lines_with
from support.ocsp import responder, response
from support.payload import SIZES, payload
from support.proxy import ByteProxy
from support.rubbish import RUBBISH, throw
from support.scenario import free_port, quick, role, settled

PROGRAM = "nginx"
ROLES = {
    "server": "HTTP/1.1 and HTTP/2, server names, client certificates, shared session cache, tickets, several "
              "workers, OCSP stapling, reload under load",
    "client": "upstreams over TLS with verification and their own sessions",
}
NEEDS = ("nginx", "curl", "openssl", "python3")

CACHE = "ssl_session_cache shared:{name}:1m;"


def infos(done):
    """The /info answers in what curl printed."""
    return [parse_info(line) for line in done.text.splitlines() if " id=" in line]


def get_infos(s, port, count, *words, host="one.test"):
    """/info over `count` fresh connections of one curl process."""
    done = s.curl(port, "--http1.1", "-H", "Connection: close", *words, f"https://{host}:{port}/info?[1-{count}]",
                  restrict=False)
    return infos(done)


def get_infos_with_tickets(s, port, count):
    """/info over `count` fresh connections of one python3; curl refuses tickets in TLS 1.2 (SSL_OP_NO_TICKET)."""
    seen = s.python_task("resume", port, times=count - 1)["connections"]
    infos = [parse_info(connection["info"]) for connection in seen]
    for connection, info in zip(seen, infos):
        assert connection["reused"] == info["reused"], "client and server differ on whether the session was resumed"
    return infos


def stop_quietly(s, name, server):
    """Ends nginx and looks at what it logged."""
    server.stop()
    bad = [line for line in server.err.splitlines() if re.search(r"\[(emerg|alert|crit|error)\]", line)]
    s.equal(f"{name}: nothing bad in the error log", bad, [])


def write_files(s):
    (s.home / "files").mkdir(exist_ok=True)
    for size in SIZES:
        (s.home / "files" / f"file-{size}").write_bytes(payload(size))


@quick
def step_data(s):
    """Data of all sizes in both directions, over HTTP/1.1 and HTTP/2."""
    write_files(s)
    port = free_port()
    with nginx(s, server_block(s, port, "one.test"), [port]) as server:
        for option, version in (("--http1.1", "1.1"), ("--http2", "2")):
            base = f"https://one.test:{port}"
            for size in SIZES:
                out = s.home / "download"
                done = s.curl(port, option, "-w", "%{http_version}", "-o", out, f"{base}/file-{size}", restrict=False)
                s.check(f"HTTP/{version}: {size} bytes down",
                        (done.code, done.text) == (0, version) and out.read_bytes() == payload(size), done.both)
                source = s.home / "files" / f"file-{size}"
                done = s.curl(port, option, "-T", source, f"{base}/upload/{version}-{size}", restrict=False)
                stored = s.home / "files" / "upload" / f"{version}-{size}"
                s.check(f"HTTP/{version}: {size} bytes up",
                        done.code == 0 and stored.exists() and stored.read_bytes() == payload(size), done.both)
            done = s.curl(port, option, "-v", f"{base}/info", restrict=False)
            s.same(f"HTTP/{version}: ALPN as curl tells it", lines_with(done.err, "* ALPN"))
        done = s.curl(port, "--no-alpn", "-w", "%{http_version}", f"https://one.test:{port}/info", restrict=False)
        s.check("without ALPN it is HTTP/1.1", done.text.endswith("1.1"), done.both)
        stop_quietly(s, "data", server)


def step_early_data(s):
    """ssl_early_data: a request that comes with the ClientHello."""
    if s.version == "1.2":
        return
    port, path, request = free_port(), s.home / "early.pem", s.home / "request"
    locations = 'location = /early { return 200 "early=$ssl_early_data.\\n"; }'
    # The tickets must be good for both workers.
    settings = ("ssl_early_data on;", "ssl_conf_command Options -AntiReplay;")
    with nginx(s, server_block(s, port, "one.test", *settings, locations=locations), [port]) as server:
        plain = b"GET /early HTTP/1.0\r\nHost: one.test\r\n\r\n"
        done = s.s_client(port, "-sess_out", path, "-ign_eof", data=plain)
        s.check("early data: not at first", "early=." in done.text, done.both)
        for number in (1, 2):
            request.write_bytes(plain)
            done = s.s_client(port, "-sess_in", path, "-early_data", request, "-ign_eof", data=b"")
            s.check(f"early data, {number}: accepted", "Early data was accepted" in done.text, done.both)
            s.check(f"early data, {number}: answered", "HTTP/1.1 200 OK" in done.text, done.both)
            # Empty if the client has finished before nginx gets that far.
            s.check(f"early data, {number}: what nginx says of it",
                    lines_with(done.text, "early=")[-1:] in (["early=1."], ["early=."]), done.both)
        head = b"PUT /upload/early HTTP/1.0\r\nHost: one.test\r\nContent-Length: 100000\r\n\r\n"
        request.write_bytes(head + payload(100000)[: 16384 - len(head)])
        done = s.s_client(port, "-sess_in", path, "-early_data", request, "-ign_eof", "-quiet",
                          data=payload(100000)[16384 - len(head) :])
        stored = s.home / "files" / "upload" / "early"
        s.check("early data: the rest of a body follows it",
                settled(lambda: stored.exists() and stored.read_bytes() == payload(100000)), done.both)
    stop_quietly(s, "early data", server)


@quick
def step_resumption(s):
    """Fresh connections of one client: shared cache without tickets, and tickets."""
    cache, tickets, none = free_port(), free_port(), free_port()
    servers = (
        server_block(s, cache, "one.test", CACHE.format(name="one"), "ssl_session_tickets off;")
        + server_block(s, tickets, "one.test", "ssl_session_tickets on;")
        + server_block(s, none, "one.test", "ssl_session_tickets off;", "ssl_session_cache off;")
    )
    with nginx(s, servers, [cache, tickets, none]) as server:
        for name, port, resumes in (("shared cache", cache, True), ("tickets", tickets, True), ("neither", none, False)):
            seen = get_infos(s, port, 4)
            s.same(f"resumption, {name}: kinds with curl", [info["reused"] for info in seen])
            if name != "tickets":
                s.equal(f"resumption, {name}: curl", [info["reused"] for info in seen], [False] + [resumes] * 3)
            seen = get_infos_with_tickets(s, port, 4)
            s.equal(f"resumption, {name}: python3", [info["reused"] for info in seen], [False] + [resumes] * 3)
            s.equal(f"resumption, {name}: version", {info["protocol"] for info in seen}, {s.protocol})
            s.same(f"resumption, {name}: cipher", [info["cipher"] for info in seen])
            s.same(f"resumption, {name}: length of $ssl_session_id", [len(info["id"]) for info in seen])
            if s.version == "1.2" and name == "shared cache":
                s.equal("resumption, shared cache: one session id", len({info["id"] for info in seen}), 1)

            path = s.home / "session.pem"
            s.s_client(port, "-sess_out", path, "-ign_eof", data=b"GET /info HTTP/1.0\r\n\r\n")
            if resumes:
                done = s.s_client(port, "-sess_in", path, "-ign_eof", data=b"GET /info HTTP/1.0\r\n\r\n")
                s.check(f"resumption, {name}: s_client, another process",
                        "Reused, " in done.text and infos(done)[0]["reused"], done.both[-2000:])
            done = s.s_client(port, "-reconnect")
            kinds = [line.split(",")[0] for line in lines_with(done.text, "New,", "Reused,")]
            # In TLS 1.2 a server stores the session after it has sent Finished, so that the second connection
            # may reach the other worker before that: it counts from the third on.
            s.same(f"resumption, {name}: s_client -reconnect", kinds[2:])
        stop_quietly(s, "resumption", server)


@quick
def step_server_names(s):
    """Two server names with two certificates on one port."""
    port = free_port()
    settings = (CACHE.format(name="names"), "ssl_session_tickets off;")
    servers = server_block(s, port, "one.test", *settings) + server_block(s, port, "two.test", *settings, first=False)
    with nginx(s, servers, [port]) as server:
        for host in ("one.test", "two.test"):
            seen = get_infos(s, port, 2, host=host)
            s.equal(f"server name {host}", [info["name"] for info in seen], [host, host])
            s.equal(f"server name {host}: resumption", [info["reused"] for info in seen], [False, True])
            done = s.s_client(port, "-servername", host)
            s.equal(f"server name {host}: certificate", lines_with(done.text, "subject="), [f"subject=CN = {host}"])
        done = s.curl(port, f"https://three.test:{port}/info", restrict=False)
        s.equal("another server name gets the first certificate", done.code, 60)
        s.same("another server name: message", done.err)
        done = s.s_client(port, "-noservername")
        s.equal("no server name: certificate", lines_with(done.text, "subject="), ["subject=CN = one.test"])

        # Whether a session of one name resumes under the other is up to the library; it must be served.
        path = s.home / "named.pem"
        s.s_client(port, "-sess_out", path, "-ign_eof", data=b"GET /info HTTP/1.0\r\n\r\n")
        done = s.s_client(port, "-servername", "two.test", "-sess_in", path, "-ign_eof",
                          data=b"GET /info HTTP/1.0\r\nHost: two.test\r\n\r\n")
        s.equal("a session of one name offered to the other: served", (done.code, len(infos(done))), (0, 1))
        stop_quietly(s, "server names", server)


@quick
def step_client_certificates(s):
    """ssl_verify_client."""
    demanding, lenient = free_port(), free_port()
    ca = f"ssl_client_certificate {s.certificates / 'ca.pem'};"
    servers = (
        server_block(s, demanding, "one.test", "ssl_verify_client on;", ca, CACHE.format(name="v1"))
        + server_block(s, lenient, "one.test", "ssl_verify_client optional;", ca, CACHE.format(name="v2"))
    )
    mine = ("--cert", s.certificates / "client.pem", "--key", s.certificates / "client.key")
    stranger = ("--cert", s.certificates / "stranger.pem", "--key", s.certificates / "stranger.key")
    with nginx(s, servers, [demanding, lenient]) as server:
        for name, port in (("on", demanding), ("optional", lenient)):
            seen = get_infos(s, port, 2, *mine)
            facts = [(info["reused"], info["verify"], info["dn"]) for info in seen]
            s.equal(f"ssl_verify_client {name}: a good certificate, new and resumed", facts,
                    [(False, "SUCCESS", "CN=client one"), (True, "SUCCESS", "CN=client one")])
            for kind, words in (("no certificate", ()), ("a stranger's certificate", stranger)):
                done = s.curl(port, *words, "-w", "%{http_code}", f"https://one.test:{port}/info", restrict=False)
                text = re.sub(r"^\d+ ", "", done.text) if "id=" in done.text else done.text
                text = re.sub(r"id=\w*", "id=", text)
                s.same(f"ssl_verify_client {name}: {kind}", (done.code, text))
                wanted = "200" if (name, kind) == ("optional", "no certificate") else "400"
                s.equal(f"ssl_verify_client {name}: {kind}: status", done.text[-3:], wanted)
        done = s.s_client(demanding)
        s.same("ssl_verify_client: what the client is asked for",
               lines_with(done.text, "Acceptable client", "CN =", "Client Certificate Types", "Requested Signature"))
        reasons = re.findall(r"client SSL certificate verify error: \([^)]*\)", server.err)
        s.same("ssl_verify_client: the errors in the log", reasons)


@quick
def step_workers(s):
    """Several workers share one cache and one ticket key."""
    cache, tickets = free_port(), free_port()
    servers = (
        server_block(s, cache, "one.test", CACHE.format(name="many"), "ssl_session_tickets off;")
        + server_block(s, tickets, "one.test", "ssl_session_tickets on;")
    )
    with nginx(s, servers, [cache, tickets]) as server:
        s.check("workers: two of them", settled(lambda: len(server.children()) >= 2), server.children())
        for name, port, get in (("shared cache", cache, get_infos), ("tickets", tickets, get_infos_with_tickets)):
            seen = get(s, port, 30)
            s.equal(f"workers, {name}: both served", len({info["pid"] for info in seen}), 2)
            s.equal(f"workers, {name}: all but the first connection resumed",
                    [info["reused"] for info in seen], [False] + [True] * 29)
        result = s.curl(cache, "--parallel", "--parallel-max", "10", "--http1.1", "-H", "Connection: close",
                        f"https://one.test:{cache}/info?[1-60]", restrict=False)
        s.equal("workers: 60 connections, ten at a time", (result.code, len(infos(result))), (0, 60))
        stop_quietly(s, "workers", server)


@quick
def step_reload(s):
    """Reload while a transfer is going on."""
    write_files(s)
    cache, tickets = free_port(), free_port()
    key = s.home / "ticket.key"
    key.write_bytes(payload(80))
    servers = (
        server_block(s, cache, "one.test", CACHE.format(name="kept"), "ssl_session_tickets off;")
        + server_block(s, tickets, "one.test", f"ssl_session_ticket_key {key};")
    )
    with nginx(s, servers, [cache, tickets]) as server:
        old = set(server.children())
        sessions = {}
        for port in (cache, tickets):
            sessions[port] = s.home / f"session-{'cache' if port == cache else 'tickets'}.pem"
            s.s_client(port, "-sess_out", sessions[port], "-ign_eof", data=b"GET /info HTTP/1.0\r\n\r\n")
        out = s.home / "slow"
        words = ("-sS", "--max-time", "30", "--limit-rate", "8M", "--resolve", f"one.test:{cache}:127.0.0.1",
                 "--cacert", s.certificates / "ca.pem", "-o", out, f"https://one.test:{cache}/file-{SIZES[2]}")
        with s.service("curl", *words, role="client", name="slow") as slow:
            slow.wait_for(lambda: out.exists() and out.stat().st_size > 0, "the beginning of the slow download")
            os.kill(server.pid, signal.SIGHUP)
            server.wait_for(lambda: set(server.children()) - old, "new workers")
            going_on = slow.process.poll() is None
            # Until the new workers accept, the old ones still may.
            seen = settled(lambda: [info for info in get_infos(s, cache, 1) if info["pid"] not in old])
            s.check("reload: new workers answer", seen, (old, server.children()))
            s.check("reload: the download was still going on", going_on)
            s.equal("reload: the download ends well", (slow.wait(30), out.read_bytes() == payload(SIZES[2])), (0, True))
        s.check("reload: the old workers end", settled(lambda: not old & set(server.children()), 10), server.children())
        for port, name in ((cache, "from the shared cache"), (tickets, "with a ticket key file")):
            done = s.s_client(port, "-sess_in", sessions[port], "-ign_eof", data=b"GET /info HTTP/1.0\r\n\r\n")
            s.check(f"reload: sessions go on, {name}", "Reused, " in done.text, done.both[-2000:])
        stop_quietly(s, "reload", server)


@quick
def step_reload_under_load(s):
    """Reloads under load."""
    port = free_port()
    with nginx(s, server_block(s, port, "one.test", CACHE.format(name="load")), [port]) as server:
        old = set()

        def reload():
            old.clear()
            old.update(server.children())
            os.kill(server.pid, signal.SIGHUP)

        check_restart(s, "reload", port, reload,
                      lambda: server.wait_for(lambda: set(server.children()) - old, "new workers"))
        stop_quietly(s, "reload under load", server)


@quick
def step_stapling(s):
    """ssl_stapling, from a file and from a responder."""
    from_file, asked = free_port(), free_port()
    staple = response(s, "two.test")
    trust = f"ssl_trusted_certificate {s.certificates / 'ca.pem'};"
    with responder(staple) as ocsp_port:
        servers = (
            server_block(s, from_file, "two.test", "ssl_stapling on;", f"ssl_stapling_file {staple};", trust)
            + server_block(s, asked, "two.test", "ssl_stapling on;", f"ssl_stapling_responder http://127.0.0.1:{ocsp_port}/;",
                           "ssl_stapling_verify on;", trust)
        )
        with nginx(s, servers, [from_file, asked]) as server:
            for name, port in (("from a file", from_file), ("from a responder", asked)):
                # nginx asks the responder when the first client comes, and has nothing for that one; each worker does.
                def stapled():
                    done = s.s_client(port, "-status", "-servername", "two.test")
                    return "Cert Status: good" in done.text

                s.check(f"stapling {name}: the certificate is good", settled(stapled, 15), server.err[-2000:])
                done = s.s_client(port, "-servername", "two.test")
                s.check(f"stapling {name}: nothing for a client that does not ask", "Cert Status" not in done.text)
            path = s.home / "stapled.pem"
            get = b"GET /info HTTP/1.0\r\n\r\n"
            s.s_client(from_file, "-status", "-servername", "two.test", "-sess_out", path, "-ign_eof", data=get)
            done = s.s_client(from_file, "-status", "-servername", "two.test", "-sess_in", path, "-ign_eof", data=get)
            s.check("stapling: a resumed connection has no response", "Reused, " in done.text and "Cert Status" not in done.text,
                    done.both[-2000:])
            stop_quietly(s, "stapling", server)


@role("client")
def step_upstream(s):
    """nginx as a client: an upstream over TLS, with its sessions."""
    front, back = free_port(), free_port()
    proxied = f"""
        location = /via {{
            proxy_pass https://127.0.0.1:{back}/info;
            proxy_ssl_name one.test;
            proxy_ssl_server_name on;
            proxy_ssl_verify on;
            proxy_ssl_verify_depth 2;
            proxy_ssl_trusted_certificate {s.certificates / "ca.pem"};
            proxy_ssl_protocols {s.protocol};
            proxy_ssl_session_reuse on;
        }}
        location = /wrong {{
            proxy_pass https://127.0.0.1:{back}/info;
            proxy_ssl_name two.test;
            proxy_ssl_verify on;
            proxy_ssl_protocols {s.protocol};
            proxy_ssl_verify_depth 2;
            proxy_ssl_trusted_certificate {s.certificates / "ca.pem"};
        }}
"""
    servers = server_block(s, front, "one.test", locations=proxied) + server_block(s, back, "one.test")
    extra = "proxy_http_version 1.0;"
    with nginx(s, servers, [front, back], extra=extra) as server:
        # Each worker keeps its own sessions: stay on one connection, and so on one worker.
        done = s.curl(front, f"https://one.test:{front}/via?[1-4]", restrict=False)
        facts = [(info["protocol"], info["reused"]) for info in infos(done)]
        s.equal("upstream: one full handshake, then resumed",
                facts, [(s.protocol, False)] + [(s.protocol, True)] * 3)
        done = s.curl(front, "-o", "/dev/null", "-w", "%{http_code}", f"https://one.test:{front}/wrong", restrict=False)
        s.equal("upstream: another name is refused", done.text, "502")
        said = settled(lambda: "upstream SSL certificate does not match" in server.err)
        s.check("upstream: the log says why", said, server.err[-2000:])


def step_python(s):
    """python3 as a client."""
    port = free_port()
    with nginx(s, server_block(s, port, "one.test"), [port]):
        result = s.python_task("fail", port)
        s.equal("python3 gets an answer", result, {"answer": True})
        result = s.python_task("fail", port, ca=s.certificates / "other-ca.pem")
        s.same("python3 with another CA", result)


def step_byte_by_byte(s):
    """Every byte of the handshake arrives on its own."""
    write_files(s)
    port = free_port()
    with nginx(s, server_block(s, port, "one.test", CACHE.format(name="bytes")), [port]) as server:
        with ByteProxy(port) as proxy:
            base = f"https://one.test:{proxy.port}"
            for option in ("--http1.1", "--http2"):
                done = s.curl(proxy.port, option, f"{base}/file-{SIZES[2]}", restrict=False)
                s.check(f"byte by byte, {option}: 10000000 bytes down",
                        done.code == 0 and done.out == payload(SIZES[2]), done.err)
            done = s.curl(proxy.port, "-T", s.home / "files" / f"file-{SIZES[2]}", f"{base}/upload/slow", restrict=False)
            stored = s.home / "files" / "upload" / "slow"
            s.check("byte by byte: 10000000 bytes up", stored.exists() and stored.read_bytes() == payload(SIZES[2]))
            seen = get_infos(s, proxy.port, 2)
            s.equal("byte by byte: resumption", [info["reused"] for info in seen], [False, True])
        stop_quietly(s, "byte by byte", server)


def step_rubbish(s):
    """What is not TLS, and connections that just end: nginx logs what it logs with OpenSSL and goes on."""
    port = free_port()
    with nginx(s, server_block(s, port, "one.test"), [port]) as server:
        for name, data in RUBBISH.items():
            before = len(server.err)
            answer = throw(port, data)
            time.sleep(0.05)
            logged = re.findall(
                r"\[(\w+)\] .*(SSL_\w+\(\) failed|peer closed connection in SSL handshake|client sent plain HTTP)",
                server.err[before:],
            )
            reasons = re.findall(r"error:([0-9A-F]+):[^:]*:[^:]*:([^:)\n]*)", server.err[before:])
            s.same(f"rubbish: {name}: log and answer", (logged, reasons, answer))
        for ending in ("clean", "unclean"):
            before = len(server.err)
            s.same(f"a client that leaves {ending}: its end", s.python_task("leave", port, ending=ending))
            time.sleep(0.05)
            said = re.findall(r"\[(\w+)\] [^*]*\*\d+ (.*?)(?:, client|$)", server.err[before:], re.MULTILINE)
            s.same(f"a client that leaves {ending}: the log", said)
        s.equal("after all that it answers", len(get_infos(s, port, 2)), 2)
        s.check("no worker died", "exited on signal" not in server.err, server.err[-2000:])
