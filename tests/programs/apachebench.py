"""ab, the benchmark of apache2, as a client of nginx and of a server that reports what it saw."""

import re

from support.nginx import nginx, server_block
from support.scenario import free_port, quick

PROGRAM = "ab"
ROLES = {"client": "requests over many connections at a time, one request a connection and kept alive"}
NEEDS = ("ab", "nginx", "openssl", "python3")


def facts(text):
    """The figures of a report that do not depend on time."""
    names = ("Complete requests", "Failed requests", "Non-2xx responses", "Keep-Alive requests", "SSL/TLS Protocol",
             "Server Temp Key", "TLS Server Name", "Document Length")
    return {name: found.group(1) for name in names if (found := re.search(rf"^{name}:\s+(.*?)\s*$", text, re.MULTILINE))}


def ab(s, port, *words):
    """Runs ab on /small."""
    return s.run("ab", "-f", f"TLS{s.version}", *words, f"https://127.0.0.1:{port}/small", timeout=90)


@quick
def step_requests(s):
    """200 requests, new connections and kept ones."""
    port = free_port()
    (s.home / "files").mkdir(exist_ok=True)
    (s.home / "files" / "small").write_text("small\n")
    with nginx(s, server_block(s, port, "one.test", "ssl_session_cache shared:ab:1m;"), [port]):
        for name, words in (("a connection each", ()), ("kept alive", ("-k",))):
            done = ab(s, port, "-n", "200", "-c", "8", *words)
            seen = facts(done.text)
            s.equal(f"{name}: all requests are answered",
                    (done.code, seen.get("Complete requests"), seen.get("Failed requests"), seen.get("Non-2xx responses")),
                    (0, "200", "0", None))
            s.same(f"{name}: the report", {key: value for key, value in seen.items() if key != "Keep-Alive requests"})
            s.check(f"{name}: no errors", "error" not in done.err.lower(), done.err)


@quick
def step_ciphers(s):
    """-Z: a cipher for the connection, and one that does not exist."""
    port = free_port()
    with nginx(s, server_block(s, port, "one.test"), [port]):
        if s.version == "1.2":
            done = ab(s, port, "-n", "2", "-Z", "ECDHE-ECDSA-AES128-GCM-SHA256")
            s.check("-Z: the cipher is used", "ECDHE-ECDSA-AES128-GCM-SHA256" in done.text, done.both)
        done = ab(s, port, "-n", "2", "-Z", "NO-SUCH-CIPHER")
        s.same("-Z: an unknown cipher: exit status and message", (done.code, done.err))
