"""bin/with-reprise: what it starts, what it refuses, and what it says."""

import shutil
import subprocess

from support.packages import find_program
from support.scenario import quick
from support.sides import LAUNCHER

NEEDS = ("curl", "openssl")

# Neither side nor version matters here.
ONCE = True


def launch(s, *words, **variables):
    """Runs the launcher itself; returns (exit status, standard output, standard error)."""
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", **variables}
    if s.library:
        environment.setdefault("REPRISE_LIB", str(s.library))
    done = subprocess.run(
        [LAUNCHER, *map(str, words)], env=environment, cwd=s.home, capture_output=True, text=True, timeout=20
    )
    return done.returncode, done.stdout.strip(), done.stderr.strip()


@quick
def step_help(s):
    """--help and wrong use."""
    code, out, _ = launch(s, "--help")
    s.check("--help", code == 0 and out.startswith("usage: with-reprise"), out)
    s.equal("nothing to start: exit status", launch(s)[0], 125)
    s.equal("an unknown option: exit status", launch(s, "--nonsense")[0], 125)


def step_library(s):
    """A library that cannot be used."""
    (s.home / "text").write_text("not a library")
    spaced = s.home / "a b.so"
    shutil.copy(find_program("true"), spaced)
    for name, path, words in (
        ("is not there", s.home / "nothing", "not a file"),
        ("is not a library", s.home / "text", "not a shared library"),
        ("has a space in its path", spaced, "colons and spaces"),
    ):
        code, _, err = launch(s, "true", REPRISE_LIB=str(path))
        s.check(f"a library that {name}: the launcher says so", code == 125 and words in err, err)


@quick
def step_preload(s):
    """The environment of the program."""
    if not s.library:
        return
    show = ("sh", "-c", 'printf "%s" "$LD_PRELOAD"; exit 7')
    both = f"{s.library}:{s.library.with_name('libreprise_open.so')}"
    s.equal("LD_PRELOAD and exit status", launch(s, *show)[:2], (7, both))
    for name, before, after in (
        ("kept", "/nonexistent/a.so", f"/nonexistent/a.so:{both}"),
        ("cleaned of empty entries", ":/nonexistent/a.so::", f"/nonexistent/a.so:{both}"),
        ("not doubled", both, both),
    ):
        s.equal(f"an existing LD_PRELOAD is {name}", launch(s, *show, LD_PRELOAD=before)[1], after)
    alone = s.home / "alone.so"
    shutil.copy(s.library, alone)
    s.equal("the library alone, where nothing is beside it", launch(s, *show, REPRISE_LIB=str(alone))[1], str(alone))
    s.equal("arguments arrive as they are", launch(s, "printf", "[%s]", "a b", "", "*")[1], "[a b][][*]")
    code, out, _ = launch(s, "--check", "curl")
    s.check("--check curl: yes", code == 0 and "yes" in out, out)
    code, out, _ = launch(s, "--check", "true")
    s.check("--check true: no", code == 1 and "does not link" in out, out)


def step_check(s):
    """What --check says of programs that a preload does not reach in full."""
    if not s.library:
        return
    alone = s.home / "alone.so"
    shutil.copy(s.library, alone)

    def says(name, program, code, words, **variables):
        seen, out, _ = launch(s, "--check", program, **variables)
        s.check(f"--check, {name}", seen == code and words in out, f"{seen}: {out}")
        return out

    def with_text(text):
        program = s.home / "program"
        program.write_bytes(open(find_program("true"), "rb").read() + text)
        program.chmod(0o755)
        return program

    out = says("a program that opens nothing", find_program("true"), 1, "does not link")
    s.check("--check, a program that opens nothing: no more is said", "\nIt " not in out, out)
    opens = with_text(b"\0libssl.so.3\0")
    says("a program that opens libssl itself", opens, 1, f"It may open libssl itself, and gets Reprise then: {opens}")
    says("a program that opens libssl itself, where nothing is beside the library", opens, 1, "gets the file that it names then",
         REPRISE_LIB=str(alone))
    says("a program with a namespace of its own", with_text(b"\0dlmopen\0"), 1, "namespace of their own")
    says("a program with a libssl inside", with_text(b"\0../ssl/ssl_lib.c\0"), 1, "a libssl of its own inside")
    out = says("curl", find_program("curl"), 0, "yes")
    s.check("--check, curl: no more is said", "\n" not in out, out)


def step_refusals(s):
    """Programs that a preload would not reach."""
    if not s.library:
        return
    def refused(name, status, words, program):
        code, _, err = launch(s, program)
        s.check(f"{name}: refused, and told why", code == status and words in err, f"{code}: {err}")

    refused("a program that is not there", 127, "not found", "no-such-program")
    (s.home / "plain").write_text("plain")
    refused("a file that is not executable", 126, "not executable", s.home / "plain")
    (s.home / "plain").chmod(0o755)
    refused("a file that is no program", 125, "neither an ELF program nor a script", s.home / "plain")
    refused("a folder", 126, "directory", s.home)

    script = s.home / "script"
    script.write_text("#!/usr/bin/env -S sh -u\necho started\n")
    script.chmod(0o755)
    s.equal("a script is started", launch(s, script)[:2], (0, "started"))
    script.write_text("#!/nonexistent/interpreter\n")
    refused("a script without its interpreter", 127, "interpreter", script)

    program = bytearray(open(find_program("true"), "rb").read())
    program[18:20] = (0xF3).to_bytes(2, "little")  # e_machine: RISC-V
    foreign = s.home / "foreign"
    foreign.write_bytes(program)
    foreign.chmod(0o755)
    refused("a program for another machine", 125, "another machine", foreign)

    # A program without program headers asks for no loader, as a static one does.
    program = bytearray(open(find_program("true"), "rb").read())
    program[56:58] = bytes(2)
    static = s.home / "static"
    static.write_bytes(program)
    static.chmod(0o755)
    refused("a static program", 125, "statically linked", static)

    set_id = s.home / "set-id"
    shutil.copy(find_program("true"), set_id)
    try:
        shutil.chown(set_id, "nobody")
    except (PermissionError, LookupError):
        return
    set_id.chmod(0o4755)
    refused("a set-uid program", 125, "set-uid", set_id)
