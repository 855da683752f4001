"""Chromium without a window, which does its TLS with its own BoringSSL, as a client of nginx.

It is driven by chromedriver. Screenshots are left in target/screenshots.
"""

import base64
import hashlib
import json
import subprocess
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from support.nginx import nginx, server_block
from support.ocsp import response
from support.packages import find_program
from support.payload import SIZES, digest, payload
from support.scenario import free_port, listening, quick

PROGRAM = "chromium"
ROLES = {
    "client": "on its own BoringSSL, so never on Reprise itself: pages of nginx on Reprise over HTTP/2, resumption on "
              "reload, stapled certificates, transfers in both directions",
}
NEEDS = ("chromium", "chromedriver", "nginx", "openssl")
FOREIGN = "client"

SCREENSHOTS = Path(__file__).resolve().parents[2] / "target" / "screenshots"

FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--window-size=800,400")

PAGE = """
        location = /page {
            default_type text/html;
            return 200 "<!DOCTYPE html><title>Reprise</title><body style='font: 28px sans-serif; margin: 40px'>\
<h1>$ssl_server_name</h1><p id=facts>$ssl_protocol $ssl_cipher $server_protocol reused=$ssl_session_reused</p>";
        }
"""

TRANSFER = """
const [size, done] = arguments;
const hex = bytes => [...new Uint8Array(bytes)].map(byte => byte.toString(16).padStart(2, "0")).join("");
(async () => {
    const data = await (await fetch("/file-" + size)).arrayBuffer();
    const put = await fetch("/upload/from-chromium-" + size, {method: "PUT", body: data});
    return hex(await crypto.subtle.digest("SHA-256", data)) + " " + put.status;
})().then(done, error => done(String(error)));
"""


def key_digest(s, name):
    """SHA-256 of a certificate's public key, as Chromium wants it."""
    def openssl(*words, data=None):
        return subprocess.run([find_program("openssl"), *words], input=data, capture_output=True, timeout=20, check=True,
                              env={"PATH": "/usr/bin:/bin"}).stdout

    key = openssl("x509", "-in", s.certificates / f"{name}.pem", "-noout", "-pubkey")
    return base64.b64encode(hashlib.sha256(openssl("pkey", "-pubin", "-outform", "DER", data=key)).digest()).decode()


class Browser:
    """A WebDriver session."""

    def __init__(self, port, options):
        self._base = f"http://127.0.0.1:{port}/session"
        capabilities = {"browserName": "chrome", "goog:chromeOptions": options}
        answer = self._call("POST", "", {"capabilities": {"alwaysMatch": capabilities}})
        self._base += f"/{answer['sessionId']}"

    def _call(self, method, path, body=None):
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self._base + path, data, {"Content-Type": "application/json"}, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)["value"]

    def open(self, url):
        """Goes to a page."""
        self._call("POST", "/url", {"url": url})

    def reload(self):
        """Loads the page again."""
        self._call("POST", "/refresh", {})

    def run(self, script, *arguments, later=False):
        """Runs a script in the page; one that answers `later` calls its last argument."""
        path = "/execute/async" if later else "/execute/sync"
        return self._call("POST", path, {"script": script, "args": list(arguments)})

    def facts(self):
        """What nginx has written into the page."""
        return self.run("return document.getElementById('facts').textContent")

    def screenshot(self):
        """The page as PNG."""
        return base64.b64decode(self._call("GET", "/screenshot"))

    def close(self):
        """Ends the browser."""
        self._call("DELETE", "")


@contextmanager
def browser(s):
    """Chromium, until the `with` block ends."""
    port = free_port()
    keys = ",".join(key_digest(s, name) for name in ("one.test", "two.test"))
    flags = [*FLAGS, f"--user-data-dir={s.home / 'profile'}", f"--ignore-certificate-errors-spki-list={keys}",
             "--host-resolver-rules=MAP *.test 127.0.0.1"]
    options = {"binary": find_program("chromium"), "args": flags}
    with s.service("chromedriver", f"--port={port}", role="client", ready=lambda _: listening(port)):
        session = Browser(port, options)
        try:
            yield session
        finally:
            session.close()


@quick
def step_pages(s):
    """Pages, reloads, certificates, transfers."""
    one, two = free_port(), free_port()
    (s.home / "files").mkdir(exist_ok=True)
    for size in SIZES:
        (s.home / "files" / f"file-{size}").write_bytes(payload(size))
    # A connection for each request of the first host, so that a reload is a new one.
    stapling = ("ssl_stapling on;", f"ssl_stapling_file {response(s, 'two.test')};")
    servers = (server_block(s, one, "one.test", "keepalive_requests 1;", "ssl_session_cache shared:browser:1m;", locations=PAGE)
               + server_block(s, two, "two.test", *stapling, locations=PAGE))
    with nginx(s, servers, [one, two]) as server, browser(s) as page:
        page.open(f"https://one.test:{one}/page")
        facts = page.facts()
        s.equal("the page is shown", page.run("return document.querySelector('h1').textContent"), "one.test")
        s.check("the version asked for, over HTTP/2", facts.startswith(f"{s.protocol} ") and "HTTP/2.0" in facts, facts)
        s.same("the connection as nginx sees it", facts)
        s.equal("the protocol as Chromium sees it",
                page.run("return performance.getEntriesByType('navigation')[0].nextHopProtocol"), "h2")
        s.check("the first connection is new", "reused=." in facts, facts)
        for number in (1, 2):
            page.reload()
            s.check(f"reload {number} resumes the session", page.facts().endswith("reused=r"), page.facts())
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        picture = page.screenshot()
        name = f"chromium-tls{s.version}-nginx-on-{s.server.name}.png"
        (SCREENSHOTS / name).write_bytes(picture)
        s.check("a screenshot is left", picture.startswith(b"\x89PNG") and len(picture) > 2000)

        page.open(f"https://two.test:{two}/page")
        s.check("a page with a stapled certificate", page.facts().startswith(s.protocol), page.facts())
        for size in SIZES:
            s.equal(f"{size} bytes down and up", page.run(TRANSFER, size, later=True), f"{digest(payload(size))} 201")
            stored = s.home / "files" / "upload" / f"from-chromium-{size}"
            s.check(f"{size} bytes have come", stored.exists() and stored.read_bytes() == payload(size))
        bad = [line for line in server.err.splitlines() if "[crit]" in line or "[alert]" in line or "[emerg]" in line]
        s.equal("nothing bad in the error log", bad, [])
