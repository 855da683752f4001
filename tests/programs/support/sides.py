"""The two sides of a connection, and the programs that stand on them.

A side is a libssl: the system's, or the library under test. The library is put in by
`bin/with-reprise`, so that the launcher is under test too; programs of the system's side get an
environment without any trace of it.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from .packages import SYSTEM_FOLDERS

LAUNCHER = Path(__file__).resolve().parents[3] / "bin" / "with-reprise"


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
