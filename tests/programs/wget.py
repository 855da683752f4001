"""wget, which does its TLS with GnuTLS, as a client of nginx."""

from support.nginx import nginx, server_block
from support.payload import SIZES, payload
from support.scenario import free_port, quick

PROGRAM = "wget"
ROLES = {"client": "on GnuTLS, so never on Reprise itself: downloads from nginx on Reprise, verification"}
NEEDS = ("wget", "nginx", "openssl")
FOREIGN = "client"


def wget(s, port, path, *words, ca="ca.pem"):
    """Fetches a file; its answer is standard output."""
    return s.run("wget", "-nv", "-O", "-", "--tries=1", "--timeout=20", f"--ca-certificate={s.certificates / ca}",
                 *words, f"https://127.0.0.1:{port}/{path}")


@quick
def step_downloads(s):
    """Data of all sizes, and certificates that it must refuse."""
    port, other = free_port(), free_port()
    (s.home / "files").mkdir(exist_ok=True)
    servers = server_block(s, port, "one.test") + server_block(s, other, "two.test")
    with nginx(s, servers, [port, other]):
        for size in SIZES:
            (s.home / "files" / f"file-{size}").write_bytes(payload(size))
            done = wget(s, port, f"file-{size}")
            s.check(f"{size} bytes", done.code == 0 and done.out == payload(size), done.err)
        done = wget(s, port, "info")
        s.check("the version asked for", f" {s.protocol} " in done.text, done.both)
        s.equal("an unknown issuer: exit status", wget(s, port, "info", ca="other-ca.pem").code, 5)
        s.equal("another host name: exit status", wget(s, other, "info").code, 5)
