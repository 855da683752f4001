"""A threaded HTTPS server on python3's ssl module, with curl, openssl s_client and python3 as its clients."""

import json

from support.normalise import lines_with
from support.payload import SIZES, digest, payload
from support.proxy import ByteProxy
from support.rubbish import RUBBISH, throw
from support.scenario import quick

PROGRAM = "python3"
ROLES = {
    "server": "`ssl`: resumption, server names, client certificates, threads",
}
NEEDS = ("python3", "curl", "openssl")


def limits(s):
    """The server's side decides on the version here."""
    return {"min": s.version, "max": s.version}


@quick
def step_data(s):
    """Data of all sizes in both directions."""
    for name, options in (("threads", {}), ("asyncio", {"asyncio": True})):
        with s.https_server(**limits(s), **options) as server:
            base = f"https://one.test:{server.port}"
            for size in SIZES:
                done = s.curl(server.port, f"{base}/bytes/{size}", restrict=False)
                s.check(f"{name}: {size} bytes down", done.code == 0 and done.out == payload(size), done.err)
                source = s.home / f"source-{size}"
                source.write_bytes(payload(size))
                done = s.curl(server.port, "-T", source, f"{base}/upload", restrict=False)
                s.equal(f"{name}: {size} bytes up", done.text, f"{size} {digest(payload(size))}\n")
            done = s.curl(server.port, f"{base}/info", restrict=False)
            s.equal(f"{name}: version", json.loads(done.text)["version"], s.protocol)
            s.same(f"{name}: cipher", json.loads(done.text)["cipher"])


@quick
def step_resumption(s):
    """The internal cache, with tickets and without."""
    for name, options in (("tickets", {}), ("internal cache", {"tickets": False}), ("asyncio", {"asyncio": True})):
        with s.https_server(**limits(s), **options) as server:
            done = s.curl(server.port, "-H", "Connection: close",
                          f"https://one.test:{server.port}/info?[1-3]", restrict=False)
            kinds = [json.loads(line)["reused"] for line in done.text.splitlines()]
            s.equal(f"resumption, {name}: curl", kinds, [False, True, True])
            result = s.python_task("resume", server.port, times=3)
            kinds = [json.loads(one["info"])["reused"] for one in result["connections"]]
            s.equal(f"resumption, {name}: python3", kinds, [False, True, True, True])
            path = s.home / "session.pem"
            ask = b"GET /info HTTP/1.1\r\nConnection: close\r\n\r\n"
            s.s_client(server.port, "-sess_out", path, "-ign_eof", data=ask)
            done = s.s_client(server.port, "-sess_in", path, "-ign_eof", data=ask)
            s.check(f"resumption, {name}: s_client in two processes",
                    "Reused, " in done.text and '"reused": true' in done.text, done.both[-2000:])


@quick
def step_crowd(s):
    """Many threads at a time, with sessions in the internal cache."""
    for name, tickets in (("tickets", True), ("internal cache", False)):
        with s.https_server(**limits(s), tickets=tickets) as server:
            result = s.python_task("crowd", server.port, threads=6, times=10)
            s.equal(f"crowd, {name}: 60 connections intact", (result["intact"], result["errors"]), (60, []))
            s.check(f"crowd, {name}: most resumed", result["reused"] >= 40, result)
            done = s.curl(server.port, "--parallel", "--parallel-max", "8", "-H", "Connection: close",
                          f"https://one.test:{server.port}/info?[1-40]", restrict=False)
            s.equal(f"crowd, {name}: 40 parallel transfers of curl", (done.code, len(done.text.splitlines())), (0, 40))


def step_server_names(s):
    """sni_callback changes the context."""
    two = {"two.test": [s.certificates / "two.test.pem", s.certificates / "two.test.key"]}
    with s.https_server(**limits(s), sni=two) as server:
        for host, wanted in (("one.test", 0), ("two.test", 0), ("three.test", 60)):
            done = s.curl(server.port, "-H", "Connection: close",
                          f"https://{host}:{server.port}/info?[1-2]", restrict=False)
            s.equal(f"server name {host}: exit status", done.code, wanted)
            kinds = [(json.loads(line)["reused"], json.loads(line)["sni"]) for line in done.text.splitlines()]
            s.same(f"server name {host}: connections", kinds)
        done = s.s_client(server.port, "-servername", "two.test")
        s.equal("server name two.test: certificate", lines_with(done.text, "subject="), ["subject=CN = two.test"])


@quick
def step_client_certificates(s):
    """CERT_REQUIRED and CERT_OPTIONAL."""
    mine = ("--cert", s.certificates / "client.pem", "--key", s.certificates / "client.key")
    stranger = ("--cert", s.certificates / "stranger.pem", "--key", s.certificates / "stranger.key")
    for verify in ("required", "optional"):
        with s.https_server(**limits(s), ca=s.certificates / "ca.pem", verify=verify) as server:
            url = f"https://one.test:{server.port}/info"
            done = s.curl(server.port, *mine, "-H", "Connection: close", f"{url}?[1-2]", restrict=False)
            seen = [(json.loads(line)["reused"], json.loads(line)["peer"]) for line in done.text.splitlines()]
            s.equal(f"client certificate {verify}: a good one, new and resumed", seen,
                    [(False, ["client one"]), (True, ["client one"])])
            done = s.curl(server.port, url, restrict=False)
            s.equal(f"client certificate {verify}: none", (done.code == 0), verify == "optional")
            s.same(f"client certificate {verify}: none, as the server sees it", server.records(3)[2])
            done = s.curl(server.port, *stranger, url, restrict=False)
            s.check(f"client certificate {verify}: a stranger's is refused", done.code not in (0, 60), done.both)
            s.same(f"client certificate {verify}: a stranger's, as the server sees it", server.records(4)[3])


@quick
def step_endings(s):
    """Clean and unclean closes, as the server sees them."""
    with s.https_server(**limits(s)) as server:
        for number, ending in enumerate(("clean", "unclean"), 1):
            s.python_task("leave", server.port, ending=ending)
            s.same(f"endings: the client leaves {ending}", server.records(number)[number - 1]["end"])
        result = s.python_task("endings", server.port)
        for path, end in result.items():
            s.same(f"endings: {path}", end)


def step_byte_by_byte(s):
    """Every byte on its own, to blocking sockets and to asyncio."""
    for name, options in (("threads", {}), ("asyncio", {"asyncio": True})):
        with s.https_server(**limits(s), **options) as server, ByteProxy(server.port) as proxy:
            base = f"https://one.test:{proxy.port}"
            source = s.home / "slow-source"
            source.write_bytes(payload(SIZES[2]))
            done = s.curl(proxy.port, "-T", source, f"{base}/upload", restrict=False)
            s.equal(f"byte by byte, {name}: 10000000 bytes up", done.text, f"{SIZES[2]} {digest(payload(SIZES[2]))}\n")
            done = s.curl(proxy.port, "-H", "Connection: close", f"{base}/info?[1-2]", restrict=False)
            kinds = [json.loads(line)["reused"] for line in done.text.splitlines()]
            s.equal(f"byte by byte, {name}: resumption", kinds, [False, True])


def step_rubbish(s):
    """What is not TLS: an error of that connection, and the server goes on."""
    with s.https_server(**limits(s)) as server:
        for number, (name, data) in enumerate(RUBBISH.items(), 1):
            answer = throw(server.port, data)
            s.same(f"rubbish: {name}", (answer, server.records(number)[number - 1]))
        s.equal("after all that it answers", s.python_task("fail", server.port), {"answer": True})
