"""git over https, which does its TLS with GnuTLS (libcurl-gnutls), as a client of nginx."""

import subprocess

from support.nginx import nginx, server_block
from support.packages import find_program
from support.scenario import free_port, quick

PROGRAM = "git"
ROLES = {"client": "on GnuTLS, so never on Reprise itself: clone and fetch from nginx on Reprise"}
NEEDS = ("git", "nginx", "openssl")
FOREIGN = "client"


def git(s, *words, folder=None, ca="ca.pem"):
    """Runs git; settings of the machine and the user do not count."""
    variables = {"PATH": "/usr/bin:/bin", "HOME": str(s.home), "LC_ALL": "C", "GIT_CONFIG_NOSYSTEM": "1",
                 "GIT_SSL_CAINFO": str(s.certificates / ca), "GIT_TERMINAL_PROMPT": "0"}
    who = ("-c", "user.name=Test", "-c", "user.email=test@one.test", "-c", "init.defaultBranch=main")
    return subprocess.run([find_program("git"), *who, *map(str, words)], cwd=folder or s.home, env=variables,
                          capture_output=True, text=True, timeout=60)


@quick
def step_clone(s):
    """Clone, and fetch what has come since."""
    port = free_port()
    files = s.home / "files"
    work, bare, copy = s.home / "work", files / "project.git", s.home / "copy"
    files.mkdir(exist_ok=True)
    git(s, "init", "-q", work)

    def publish(text):
        (work / "file").write_text(text)
        git(s, "add", "file", folder=work)
        git(s, "commit", "-q", "-m", "A change", folder=work)
        if not bare.exists():
            git(s, "clone", "-q", "--bare", work, bare)
        else:
            git(s, "push", "-q", bare, "main", folder=work)
        git(s, "update-server-info", folder=bare)

    publish("first\n")
    with nginx(s, server_block(s, port, "one.test"), [port]):
        url = f"https://127.0.0.1:{port}/project.git"
        done = git(s, "clone", "-q", url, copy)
        s.check("clone", done.returncode == 0 and (copy / "file").read_text() == "first\n", done.stderr)
        publish("second\n" * 10000)
        done = git(s, "pull", "-q", "--ff-only", folder=copy)
        s.check("fetch", done.returncode == 0 and (copy / "file").read_text() == "second\n" * 10000, done.stderr)
        done = git(s, "ls-remote", url, ca="other-ca.pem")
        s.check("an unknown issuer is refused", done.returncode != 0 and "certificate" in done.stderr, done.stderr)
