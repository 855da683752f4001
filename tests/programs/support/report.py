"""The checks: each prints a line; those that compare do so with what the system's libssl did."""

import threading
from collections import defaultdict

BASELINE = "system:system"


class Results:
    """The results of a program's checks in one role, with the library under test on one side or both."""

    def __init__(self):
        self.passed = 0
        self.failed = []


class Report:
    """Counts and prints checks; shared by the threads of a run."""

    def __init__(self, verbose):
        self.verbose = verbose
        self.passed = 0
        self.failures = []
        self.reference = {}
        self.results = defaultdict(Results)
        self._lock = threading.Lock()

    def record(self, where, role, name, ok, detail):
        """One check. `where` is (scenario, version, combination)."""
        line = f"{'ok  ' if ok else 'FAIL'} {where[0]:<14} TLS {where[1]}  {where[2]:<13}  {name}"
        with self._lock:
            if where[2] != BASELINE:
                results = self.results[where[0], role]
                if ok:
                    results.passed += 1
                else:
                    results.failed.append(name)
            if ok:
                self.passed += 1
            else:
                rows = str(detail).splitlines()[:4]
                self.failures.append("\n".join([line, *(f"         {row[:400]}" for row in rows)]))
            print(line, flush=True)
            if detail and (self.verbose or not ok):
                print("".join(f"       {row}\n" for row in detail.rstrip().splitlines()), end="", flush=True)

    def summary(self):
        """Prints what failed and how, once more, and the counts."""
        if self.failures:
            print("\nfailed:")
            for line in self.failures:
                print(f"  {line[5:]}")
        print(f"{self.passed} passed, {len(self.failures)} failed", flush=True)
