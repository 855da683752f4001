#!/usr/bin/python3
"""Runs real programs on the library under test and compares them with the system's libssl.

usage: run.py [--lib PATH] [--core] [--only CLIENT:SERVER] [--tls 1.2|1.3] [--quick] [-v] [SCENARIO…]
       run.py --table

A scenario is a file beside this one (README.md says what is in it). Without names all of them run; with
--core those whose programs belong to the core set. Those whose programs are missing are named as skipped.

Each scenario runs with the system's libssl and with the library on each side, in TLS 1.2 and 1.3.
Without --lib only the system's libssl is used: that tests the tests. What the programs do on
system:system is the reference, so it always runs (and is not counted when --only leaves it out).
The results of whole scenarios are kept in target/programs.json; --table makes docs/programs.md from them.
"""

import argparse
import importlib
import os
import signal
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from support import processes, table  # noqa: E402
from support.certificates import Certificates  # noqa: E402
from support.packages import PROGRAMS, why_unusable  # noqa: E402
from support.report import BASELINE, Report  # noqa: E402
from support.scenario import Scenario  # noqa: E402
from support.sides import Side  # noqa: E402

NOT_SCENARIOS = ("run", "demo")
SCENARIOS = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem not in NOT_SCENARIOS)
VERSIONS = ("1.2", "1.3")


def arguments():
    parser = argparse.ArgumentParser(description="Real programs on the library under test.")
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help=f"of {', '.join(SCENARIOS)}; default all")
    parser.add_argument("--lib", type=Path, help="the library under test; without it the system's libssl alone")
    parser.add_argument("--core", action="store_true", help="only scenarios whose programs are of the core set")
    parser.add_argument("--table", action="store_true", help="write docs/programs.md from the results kept, run nothing")
    parser.add_argument("--only", metavar="CLIENT:SERVER", help="one combination, e.g. ours:system")
    parser.add_argument("--tls", choices=VERSIONS, help="one protocol version")
    parser.add_argument("--quick", action="store_true", help="a smoke subset")
    parser.add_argument("--jobs", type=int, default=2, help="scenarios at a time (default 2)")
    parser.add_argument("--timeout", type=int, default=2400, help="seconds for everything (default 2400)")
    parser.add_argument("-v", "--verbose", action="store_true", help="details of checks that pass, too")
    options = parser.parse_args()
    for name in options.scenarios:
        if name not in SCENARIOS:
            parser.error(f"no scenario {name}: there are {', '.join(SCENARIOS)}")
    if options.lib and not options.lib.is_file():
        parser.error(f"{options.lib} is not a file")
    return parser, options


def combinations(parser, options):
    """The (client, server) pairs to run, the reference first, and the names of those that count."""
    system = Side("system", None)
    pairs = [(system, system)]
    if options.lib:
        ours = Side("ours", options.lib.resolve())
        pairs += [(ours, system), (system, ours), (ours, ours)]
    names = [f"{client.name}:{server.name}" for client, server in pairs]
    if not options.only:
        return pairs, set(names)
    if options.only not in names:
        parser.error(f"--only takes one of {', '.join(names)}" + ("" if options.lib else " (no --lib given)"))
    return [pair for pair, name in zip(pairs, names) if name in (BASELINE, options.only)], {options.only}


def chosen(options):
    """The scenarios that are asked for: those that can run, by name, and why the others cannot."""
    modules, skipped = {}, {}
    for name in options.scenarios or SCENARIOS:
        module = importlib.import_module(name)
        if options.core and any(PROGRAMS[need].set != "core" for need in module.NEEDS):
            continue
        reasons = [reason for reason in map(why_unusable, module.NEEDS) if reason]
        if getattr(module, "ROOT", False) and os.geteuid() != 0:
            reasons.append("it must be started by root")
        if reasons:
            skipped[name] = "; ".join(reasons)
        else:
            modules[name] = module
    return modules, skipped


def steps(module):
    """The steps of a scenario, in the order of its file."""
    return [value for name, value in vars(module).items() if name.startswith("step_")]


def versions(module, options):
    """The protocol versions that a scenario runs in."""
    wanted = (options.tls,) if options.tls else VERSIONS
    return wanted[-1:] if getattr(module, "ONCE", False) else wanted


def play(module, name, version, pairs, counted, quick, certificates, folder, report):
    """All combinations of one program and version, one after the other."""
    once = getattr(module, "ONCE", False)
    foreign = getattr(module, "FOREIGN", "")
    if foreign:
        pairs = [pair for pair in pairs if not pair[("client", "server").index(foreign)].library]
    if once:
        pairs = [pair for pair in pairs if f"{pair[0].name}:{pair[1].name}" in counted][-1:]
    first_role = next(iter(getattr(module, "ROLES", {"": ""})))
    for client, server in pairs:
        combination = f"{client.name}:{server.name}"
        home = folder / f"{name}-{version}-{client.name}-{server.name}"
        home.mkdir()
        scenario = Scenario(
            name, version, client, server,
            certificates=certificates, home=home, report=report, counted=combination in counted,
        )
        for step in steps(module):
            if quick and not getattr(step, "quick", False):
                continue
            begun = time.monotonic()
            scenario.role = getattr(step, "role", first_role)
            try:
                step(scenario)
            except Exception as error:  # a step that breaks is a failed check, and the next one runs
                title = (step.__doc__ or step.__name__).strip().splitlines()[0].rstrip(".")
                scenario.check(title, False, f"{type(error).__name__}: {error}")
            if report.verbose:
                print(f"     {step.__name__}: {time.monotonic() - begun:.1f} s", flush=True)
        if not once:
            scenario.role = first_role
            scenario.check_libraries(foreign)


def main():
    parser, options = arguments()
    if options.table:
        modules = {name: importlib.import_module(name) for name in SCENARIOS}
        table.PAGE.write_text(table.page(modules))
        return 0
    pairs, counted = combinations(parser, options)
    report = Report(options.verbose)
    modules, skipped = chosen(options)

    def out_of_time():
        print(f"\nended: the run took more than {options.timeout} s", flush=True)
        processes.end_everything()
        os._exit(2)

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    watchdog = threading.Timer(options.timeout, out_of_time)
    watchdog.daemon = True
    watchdog.start()
    try:
        with tempfile.TemporaryDirectory(prefix="reprise-programs-") as name:
            folder = Path(name).resolve()
            folder.chmod(0o711)  # servers that give up root must get through
            (folder / "certificates").mkdir()
            certificates = Certificates(folder / "certificates")
            with ThreadPoolExecutor(options.jobs) as pool:
                jobs = [
                    pool.submit(play, module, name, version, pairs, counted, options.quick, certificates, folder, report)
                    for name, module in modules.items()
                    for version in versions(module, options)
                ]
                try:
                    for job in jobs:
                        job.result()
                except BaseException:
                    pool.shutdown(wait=False, cancel_futures=True)
                    processes.end_everything()
                    raise
    finally:
        watchdog.cancel()
        processes.end_everything()

    for name, reason in skipped.items():
        print(f"skipped {name}: {reason}")
    if os.environ.get("REQUIRE_PROGRAMS") == "1":
        report.failures += [f"FAIL skipped {name}: {reason}" for name, reason in skipped.items()]
    if options.lib and not (options.only or options.tls or options.quick):
        table.save(modules, report.results, skipped)
    report.summary()
    return 1 if report.failures or not report.passed else 0


if __name__ == "__main__":
    sys.exit(main())
