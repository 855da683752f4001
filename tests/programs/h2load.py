"""h2load of nghttp2 as a client of nginx, over HTTP/2 and HTTP/1.1."""

import re

from support.nginx import nginx, server_block
from support.scenario import free_port, quick

PROGRAM = "h2load"
ROLES = {"client": "HTTP/2 over many connections, ALPN"}
NEEDS = ("h2load", "nginx", "openssl")


@quick
def step_requests(s):
    """500 requests over 10 connections."""
    port = free_port()
    (s.home / "files").mkdir(exist_ok=True)
    (s.home / "files" / "small").write_text("small\n")
    with nginx(s, server_block(s, port, "one.test"), [port]):
        for option, protocol in ((), "h2"), (("--h1",), "http/1.1"):
            # It has a separate option for TLS 1.3 ciphers, and none for versions.
            done = s.run("h2load", *option, "-n", "500", "-c", "10", "-t", "1", f"https://127.0.0.1:{port}/small", timeout=90)
            found = re.search(r"requests: (\d+) total.* (\d+) succeeded, (\d+) failed", done.text)
            s.equal(f"{protocol}: all requests are answered", found and found.groups(), ("500", "500", "0"))
            s.check(f"{protocol}: it is the protocol chosen", f"Application protocol: {protocol}" in done.text, done.both)
            s.check(f"{protocol}: the version", f"TLS Protocol: {s.protocol}" in done.text, done.text)
            s.same(f"{protocol}: cipher and key", re.findall(r"^(Cipher|Server Temp Key): (.*)$", done.text, re.MULTILINE))
