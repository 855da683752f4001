"""OCSP responses, and a responder that gives them."""

import subprocess
from pathlib import Path

from .http import QuietHandler, serving
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


def responder(answer):
    """A responder on 127.0.0.1 that answers everything with the response in the file; gives its port."""
    body = Path(answer).read_bytes()

    class Handler(QuietHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.do_GET()

        def do_GET(self):
            self.answer(body, "application/ocsp-response")

    return serving(Handler)
