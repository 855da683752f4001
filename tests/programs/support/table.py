"""The results of whole runs, kept in target/programs.json, and docs/programs.md, made from them."""

import json
from pathlib import Path

from .packages import version_of

TOP = Path(__file__).resolve().parents[3]
RESULTS = TOP / "target" / "programs.json"
PAGE = TOP / "docs" / "programs.md"

HEAD = """# Programs on Reprise

Made by `make programs-table` from the results of `make test-programs`: do not edit.

Programs as Debian 12 ships them, unchanged, on Reprise by way of `bin/with-reprise`. Each is tried in
TLS 1.2 and 1.3, on Reprise against a peer on the system's OpenSSL and against one on Reprise, and
compared with what it does on OpenSSL alone (`tests/programs/`). "Limits" is what a user of the program
would notice; [differences.md](differences.md) has them all.

| program | role | works | limits |
|---|---|---|---|
"""


def _read():
    return json.loads(RESULTS.read_text()) if RESULTS.exists() else {}


def save(modules, results, skipped):
    """Keeps the results of the scenarios that ran, beside those of others from earlier runs."""
    kept = _read()
    for name, reason in skipped.items():
        kept.setdefault(name, {"skipped": reason})
    for name, module in modules.items():
        if not hasattr(module, "PROGRAM"):
            continue
        roles = {}
        for role in module.ROLES:
            found = results[name, role]
            roles[role] = {"passed": found.passed, "failed": sorted(set(found.failed))}
        kept[name] = {"version": version_of(_command(module)), "roles": roles}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n")


def _command(module):
    """The name in the list of packages: "openssl s_client" is a way to use openssl."""
    return module.PROGRAM.split()[0]


def page(modules):
    """The text of docs/programs.md for all scenarios and the results kept."""
    results = _read()
    rows = []
    roles_working = 0
    for name, module in modules.items():
        found = results.get(name, {"skipped": "never run"})
        for role, tried in getattr(module, "ROLES", {}).items():
            words, works = _outcome(found, role, tried)
            roles_working += works
            command, *way = module.PROGRAM.split(" ", 1)
            title = " ".join([command, found.get("version", ""), *way]).replace("  ", " ").strip()
            limits = getattr(module, "LIMITS", {}).get(role, "")
            rows.append((title.lower(), role, f"| {title} | {role} | {words} | {limits} |\n"))
    rows.sort()
    tail = f"\n{roles_working} of {len(rows)} rows work.\n"
    return HEAD + "".join(row for _, _, row in rows) + tail


def _outcome(found, role, tried):
    if "skipped" in found:
        return f"not tried: {found['skipped']}", False
    result = found["roles"].get(role, {"passed": 0, "failed": []})
    if result["failed"]:
        return f"**no**: {'; '.join(result['failed'])}", False
    return (f"yes: {tried}", True) if result["passed"] else ("not tried", False)
