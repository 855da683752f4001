"""What `run` and `instructions` share: the program `tls`, and the libraries it is run on."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", HERE.parent / "target")).resolve()
DEFAULT_LIBRARY = TARGET / "release" / "libreprise.so"
PROGRAM = TARGET / "bench" / "tls"
FLAGS = ["-std=c11", "-D_GNU_SOURCE", "-pthread", "-O2", "-Wall", "-Wextra", "-Werror"]

# A measure that takes longer than this hangs, in seconds; and one that is done by single steps.
TIME_LIMIT = 300
STEP_TIME_LIMIT = 1500


class Failure(Exception):
    """A run of `tls` that did not do what it was asked; the text says why."""


class Library:
    """One libssl to measure: the system's, or the one in a file."""

    def __init__(self, name, path=None, program=PROGRAM):
        self.name = name
        self.path = path
        self.program = program

    def environment(self, extra=()):
        """The environment that makes a program use this library."""
        environment = dict(os.environ)
        environment.pop("LD_PRELOAD", None)
        if self.path:
            environment["LD_PRELOAD"] = str(self.path)
        environment.update(extra)
        return environment

    def version(self):
        """A text that changes when the library or the program does."""
        file = self.path or self.program
        files = [self.program] if self.path is None else [self.program, self.path]
        return " ".join([self.name, str(file), *(str(each.stat().st_mtime_ns) for each in files)])

    def check(self, output):
        """Raises Failure unless the output says that this very library did the work."""
        used = [line.split(": ", 1)[1] for line in output.splitlines() if line.startswith("# library: ")]
        if len(used) != 1:
            raise Failure("the program does not say which library it used")
        if self.program != PROGRAM:
            return
        is_ours = self.path is not None and Path(used[0]).resolve() == self.path
        if is_ours != (self.path is not None):
            raise Failure(f"{used[0]} did the work, not {self.path}")


def complain(text):
    """Says on standard error why nothing can be done, and ends the program."""
    sys.exit(f"{Path(sys.argv[0]).name}: {text}")


def libraries(path, system_only=False, ours_only=False):
    """The libraries to compare, the system's first, or one alone."""
    system = Library("system")
    if system_only:
        return [system]
    if not path.is_file():
        complain(f"there is no {path}; build it with `make` or `cargo build --release`, or name another with --library")
    if " " in str(path) or ":" in str(path):
        complain(f"the loader takes no path with a space or a colon in it: {path}")
    ours = Library("ours", path.resolve())
    return [ours] if ours_only else [system, ours]


def sources():
    """The C files of `tls`."""
    return sorted(HERE.glob("*.c"))


def is_newer(target, files):
    """Does the target exist, and is it newer than all these files?"""
    return target.exists() and all(target.stat().st_mtime > file.stat().st_mtime for file in files)


def build():
    """Compiles `tls` against the system's libssl, if its sources are newer than it."""
    if is_newer(PROGRAM, [*sources(), *HERE.glob("*.h")]):
        return
    compiler = os.environ.get("CC", "cc")
    if not shutil.which(compiler):
        complain(f"needs a C compiler; {compiler} is not there")
    PROGRAM.parent.mkdir(parents=True, exist_ok=True)
    fresh = PROGRAM.with_suffix(f".{os.getpid()}")
    command = [compiler, *FLAGS, "-o", str(fresh), *map(str, sources()), "-lssl", "-lcrypto", "-Wl,--export-dynamic-symbol=clock_gettime"]
    if subprocess.run(command, check=False).returncode != 0:
        complain("could not build the program; it needs the packages gcc, libc6-dev and libssl-dev")
    fresh.replace(PROGRAM)


def measures(names, program=PROGRAM):
    """The names of all measures that are meant by these names of parts or measures."""
    listing = subprocess.run(
        [str(program), "--list", *names],
        env=Library("system").environment(), capture_output=True, text=True, check=False,
    )
    if listing.returncode != 0:
        complain(f"there is no such part or measure among: {' '.join(names)}\n{listing.stderr}")
    return listing.stdout.split()


def run_program(library, arguments, before=(), extra=(), limit=TIME_LIMIT):
    """Runs `tls` on this library; `before` is a program to run it under, `extra` more environment.

    Returns the completed process, or raises Failure.
    """
    command = [*before, str(library.program), *arguments]
    try:
        done = subprocess.run(
            command, env=library.environment(extra), stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=limit, check=False,
        )
    except subprocess.TimeoutExpired as expired:
        raise Failure(f"no end after {limit} s") from expired
    if done.returncode != 0:
        reason = done.stderr.strip() or "no message"
        how = f"exit status {done.returncode}" if done.returncode > 0 else f"signal {-done.returncode}"
        raise Failure(f"{how}: {reason}")
    library.check(done.stdout)
    return done


def print_table(header, rows):
    """Prints a Markdown table with columns aligned for reading as it is; the first column is text."""
    widths = [max(len(row[column]) for row in [header, *rows]) for column in range(len(header))]

    def line(cells):
        first, *others = [
            cell.rjust(width) if column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(cells, widths))
        ]
        return "| " + " | ".join([first, *others]) + " |"

    print(line(header))
    print("|" + "|".join("-" * (width + 1) + (":" if column else "-") for column, width in enumerate(widths)) + "|")
    for row in rows:
        print(line(row))
