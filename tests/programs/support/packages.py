"""The programs that scenarios run: where they are, and whether they can be tested.

The list is the file `packages`, which scripts/setup reads too.
"""

import glob
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

# Another python3, openssl or curl may come first in PATH and bring another OpenSSL.
SYSTEM_FOLDERS = "/usr/bin:/usr/sbin:/bin:/sbin"

LIST = Path(__file__).resolve().parent.parent / "packages"


@dataclass(frozen=True)
class Program:
    """A line of the list."""

    name: str
    package: str
    set: str
    tls: str = "-"
    file: str = ""


def _read():
    lines = (line.partition("#")[0].split() for line in LIST.read_text().splitlines())
    return {words[0]: Program(*words) for words in lines if words}


PROGRAMS = _read()


def _last_match(pattern):
    return max(glob.glob(pattern), default=None)


def find_program(name):
    """The path of a program of the system, or None."""
    program = PROGRAMS.get(name)
    if program and program.file:
        return _last_match(program.file)
    return shutil.which(name, path=SYSTEM_FOLDERS)


def why_unusable(name):
    """Why a program cannot be tested, or "" when it can: it must be there and link with libssl.so.3."""
    program = PROGRAMS[name]
    path = find_program(name)
    if path is None:
        return f"{name} is not installed (package {program.package})"
    if program.tls == "none":
        return ""
    if program.tls != "-":
        path = _last_match(program.tls)
        if path is None:
            return f"{name} has no {program.tls} (package {program.package})"
    linked = subprocess.run(["ldd", path], capture_output=True, text=True, timeout=20).stdout
    return "" if "libssl.so.3 =>" in linked else f"{path} does not link with libssl.so.3"


def version_of(name):
    """The version of the package that a program came in, without epoch and Debian's revision; or ""."""
    path = find_program(name)
    if path is None:
        return ""
    owner = subprocess.run(["dpkg-query", "-S", path], capture_output=True, text=True, timeout=20).stdout
    package = owner.partition(":")[0]
    words = ["dpkg-query", "-W", "-f", "${source:Upstream-Version}", package]
    version = subprocess.run(words, capture_output=True, text=True, timeout=20).stdout if package else ""
    return version.partition("+")[0].rpartition(":")[2]
