#!/usr/bin/python3
"""Shows unmodified nginx and curl on Reprise: a table line for each connection.

usage: demo.py [--lib PATH]

First both programs run on Reprise, then each against a peer on the system's OpenSSL. Everything is
checked; the exit status is 0 only when each line is as it should be.
"""

import argparse
import signal
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from support import processes  # noqa: E402
from support.certificates import Certificates  # noqa: E402
from support.nginx import nginx, parse_info, server_block  # noqa: E402
from support.packages import find_program, version_of, why_unusable  # noqa: E402
from support.report import Report  # noqa: E402
from support.scenario import Scenario, free_port  # noqa: E402
from support.sides import Side  # noqa: E402

CONNECTIONS = 3
ROW = "  {client:<17} {server:<18} {version:<8} {cipher:<30} {handshake:<8} {by:<10} {id}"


def visits(s, port):
    """What nginx says about each of some fresh connections of one curl process."""
    url = f"https://one.test:{port}/info?[1-{CONNECTIONS}]"
    # With -K - it waits for the end of its (empty) input, so that it can be seen which libssl it has.
    done = s.curl(port, "-K", "-", "--http1.1", "-H", "Connection: close", url, restrict=False)
    seen = [parse_info(line) for line in done.text.splitlines() if " id=" in line]
    if done.code or len(seen) != CONNECTIONS:
        raise AssertionError(f"curl ended with status {done.code}: {done.err.strip()}")
    return seen


def faults(s, number, info, by, first):
    """What is wrong with a connection, as words; empty when nothing is."""
    found = []
    if info["protocol"] != s.protocol:
        found.append(f"the version should be {s.protocol}")
    if info["reused"] != (number > 0):
        found.append("it should be resumed" if number else "it should be new")
    if not info["id"]:
        found.append("nginx knows no session id")
    if by == "session id" and number and info["id"] != first["id"]:
        found.append("the session id should be the first connection's")
    return found


def play(s, labels, version):
    """One version between two sides: prints the lines, returns (lines, resumed, faults)."""
    # TLS 1.2: session ids in nginx's shared cache. TLS 1.3: tickets.
    by, settings = {
        "1.2": ("session id", ("ssl_session_cache shared:demo:1m;", "ssl_session_tickets off;")),
        "1.3": ("ticket", ("ssl_session_tickets on;",)),
    }[version]
    port = free_port()
    wrong = []
    with nginx(s, server_block(s, port, "one.test", *settings), [port]):
        seen = visits(s, port)
    for number, info in enumerate(seen):
        print(
            ROW.format(
                client=f"curl on {labels[s.client.name]}", server=f"nginx on {labels[s.server.name]}",
                version=info["protocol"], cipher=info["cipher"], handshake="resumed" if info["reused"] else "new",
                by=by if info["reused"] else "", id=info["id"][:12],
            ).rstrip()
        )  # fmt: skip
        for fault in faults(s, number, info, by, seen[0]):
            print(f"    WRONG: {fault}")
            wrong.append(fault)
    for role, side in (("client", s.client), ("server", s.server)):
        loaded = s.loaded[role]
        right = loaded == {str(side.library)} if side.library else loaded and not any("reprise" in p for p in loaded)
        if not right:
            fault = f"the {role} should run on {labels[side.name]}, and has mapped {sorted(loaded) or 'no libssl'}"
            print(f"    WRONG: {fault}")
            wrong.append(fault)
    return len(seen), sum(info["reused"] for info in seen), wrong


def main():
    parser = argparse.ArgumentParser(description="nginx and curl on Reprise.")
    parser.add_argument("--lib", type=Path, help="libreprise.so; without it only the system's OpenSSL is shown")
    options = parser.parse_args()
    missing = [reason for reason in map(why_unusable, ("nginx", "curl", "openssl")) if reason]
    if missing:
        print("\n".join(missing) + "\n`make setup` installs what is missing.", file=sys.stderr)
        return 1
    if options.lib and not options.lib.is_file():
        print(f"{options.lib} is not there: `make` builds it.", file=sys.stderr)
        return 1

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    system = Side("system", None)
    labels = {"system": "OpenSSL", "ours": "Reprise"}
    groups = [("The system's OpenSSL alone", [(system, system)])]
    if options.lib:
        ours = Side("ours", options.lib.resolve())
        groups = [
            ("Both programs on Reprise", [(ours, ours)]),
            ("One program on Reprise, the other on the system's OpenSSL", [(ours, system), (system, ours)]),
        ]

    openssl = version_of("openssl")
    print(f"nginx {version_of('nginx')} and curl {version_of('curl')} as the system ships them,")
    print(f"on Reprise (LD_PRELOAD by bin/with-reprise) and on OpenSSL {openssl}.")
    print(f"Each curl process makes {CONNECTIONS} connections: the first is new, the others resume its session.")

    connections, resumed, wrong = 0, 0, []
    with tempfile.TemporaryDirectory(prefix="reprise-demo-") as name:
        folder = Path(name).resolve()
        (folder / "certificates").mkdir()
        certificates = Certificates(folder / "certificates")
        for title, pairs in groups:
            print(f"\n{title}\n")
            print(ROW.format(client="client", server="server", version="version", cipher="cipher",
                             handshake="session", by="by", id="session id"))
            print("  " + "-" * 107)
            for client, server in pairs:
                for version in ("1.2", "1.3"):
                    home = folder / f"{client.name}-{server.name}-{version}"
                    home.mkdir()
                    s = Scenario("demo", version, client, server, certificates=certificates, home=home,
                                 report=Report(False), counted=False)
                    try:
                        counts = play(s, labels, version)
                    except (AssertionError, OSError) as error:
                        fault = f"{s.combination}, TLS {version}: {error}"
                        print(f"    WRONG: {fault}")
                        counts = (0, 0, [fault])
                    connections, resumed = connections + counts[0], resumed + counts[1]
                    wrong += counts[2]
                    sys.stdout.flush()
    processes.end_everything()

    print()
    if wrong:
        print(f"{len(wrong)} things are not as they should be (see WRONG above).")
        return 1
    print(f"{connections} connections: {connections - resumed} new, {resumed} resumed, all as they should be.")
    if options.lib:
        print("Every program on Reprise has mapped libreprise.so and no other libssl (seen in /proc).")
    return 0


if __name__ == "__main__":
    sys.exit(main())
