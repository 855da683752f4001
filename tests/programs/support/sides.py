"""The two sides of a connection, and the programs that stand on them.

A side is a libssl: the system's, or the library under test. The library is put in by
`bin/with-reprise`, so that the launcher is under test too; programs of the system's side get an
environment without any trace of it.
"""

import glob
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

LAUNCHER = Path(__file__).resolve().parents[3] / "bin" / "with-reprise"

# Another python3, openssl or curl may come first in PATH and bring an OpenSSL of its own.
SYSTEM_FOLDERS = "/usr/bin:/usr/sbin:/bin:/sbin"
# Where Debian keeps what is not for everybody's PATH; its psql there is a wrapper in perl.
_MORE_FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/lib/postfix/sbin", "/usr/lib/dovecot")


@dataclass(frozen=True)
class Side:
    """A libssl for a program to run on. `library` is None for the system's."""

    name: str
    library: Path | None

    def command(self, words):
        """The command line that starts `words` on this side."""
        return [str(LAUNCHER), *words] if self.library else list(words)

    def environment(self, home, more=None):
        """The whole environment of a program on this side; `home` is its folder."""
        variables = {"PATH": SYSTEM_FOLDERS, "HOME": str(home), "LC_ALL": "C", "PYTHONDONTWRITEBYTECODE": "1"}
        if self.library:
            variables["REPRISE_LIB"] = str(self.library)
        variables.update(more or {})
        return variables


def find_program(name):
    """The path of a program of the system, or None."""
    more = [folder for pattern in _MORE_FOLDERS for folder in sorted(glob.glob(pattern), reverse=True)]
    return shutil.which(name, path=":".join([*more, SYSTEM_FOLDERS]))


def why_unusable(name):
    """Why a program cannot be tested, or "" when it can: it must be there and link with libssl.so.3."""
    path = find_program(name)
    if path is None:
        return f"{name} is not installed"
    if name == "python3":
        question = "import _ssl; print(_ssl.__file__)"
        answer = subprocess.run([path, "-c", question], capture_output=True, text=True, timeout=20)
        if answer.returncode:
            return f"{path} has no ssl module"
        path = answer.stdout.strip()
    linked = subprocess.run(["ldd", path], capture_output=True, text=True, timeout=20).stdout
    if "libssl.so.3 =>" not in linked:
        return f"{path} does not link with libssl.so.3"
    return ""


def tls_libraries(pid, library):
    """The libssl files that a process has mapped, as real paths; empty when it is gone."""
    found = set()
    try:
        with open(f"/proc/{pid}/maps", encoding="utf-8", errors="replace") as maps:
            for line in maps:
                path = line.rstrip("\n").partition("/")[2]
                if not path:
                    continue
                path = "/" + path
                if os.path.basename(path).startswith("libssl.so") or path == str(library):
                    found.add(path)
    except OSError:
        pass
    return found
