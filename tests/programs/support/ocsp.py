"""OCSP responses, and a responder that gives them."""

import subprocess
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from .packages import find_program


def response(s, name, issuer="ca"):
    """The path of a response, DER, that says that this certificate is good."""
    folder = Path(s.certificates / "")
    openssl = find_program("openssl")

    def run(*words):
        done = subprocess.run([openssl, *map(str, words)], cwd=s.home, capture_output=True, text=True, timeout=60,
                              env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"})
        if done.returncode:
            raise AssertionError(f"openssl {words[0]}: {done.stderr}")
        return done.stdout

    serial = run("x509", "-in", folder / f"{name}.pem", "-noout", "-serial").strip().partition("=")[2]
    index = s.home / f"{name}.index"
    index.write_text(f"V\t491231235959Z\t\t{serial}\tunknown\t/CN={name}\n")
    out = s.home / f"{name}.ocsp"
    run("ocsp", "-index", index, "-rsigner", folder / f"{issuer}.pem", "-rkey", folder / f"{issuer}.key",
        "-CA", folder / f"{issuer}.pem", "-issuer", folder / f"{issuer}.pem", "-cert", folder / f"{name}.pem",
        "-ndays", "2", "-respout", out, "-noverify")
    return out


@contextmanager
def responder(answer):
    """A responder on 127.0.0.1 that answers everything with the response in the file; gives its port."""
    body = Path(answer).read_bytes()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.do_GET()

        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "application/ocsp-response")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
