"""Single steps of operations: runs `tls --step`, and names what it wrote down."""

import bisect
import re
import subprocess
import tempfile
from collections import Counter, namedtuple
from pathlib import Path

import library

LINE = 64
NEITHER, CLIENT, SERVER = range(3)

# A locked instruction that was executed: `memory` is the address it wrote, `callers` return addresses.
Lock = namedtuple("Lock", "thread operation side address memory callers")
Mapping = namedtuple("Mapping", "start end offset file")


def run(each, measure, count, threads=False, options=()):
    """Steps through `count` operations of a measure, on one thread or on two. Returns Steps."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "steps"
        arguments = ["--count", str(count), "--step", str(out), *(["--threads"] if threads else []), *options]
        library.run_program(each, [*arguments, measure], limit=library.STEP_TIME_LIMIT)
        return Steps(out)


class Steps:
    """What the file of `tls --step` says."""

    def __init__(self, path):
        self.maps = []
        self.places = {}  # address of an instruction: how often for [neither, client, server]
        self.locks = []
        self._symbols = {}
        self._frames = {}
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                kind, rest = line.split(" ", 1)
                getattr(self, "_" + kind)(rest)

    def _count(self, text):
        # Of what the measure counts: operations, or the many that one of them consists of.
        self.count = int(text)

    def _map(self, text):
        # start-end access offset device inode file
        area, _, offset, _, _, *file = text.split(None, 5)
        start, end = (int(part, 16) for part in area.split("-"))
        self.maps.append(Mapping(start, end, int(offset, 16), file[0].strip() if file else ""))

    def _step(self, text):
        address, *counts = text.split()
        self.places[int(address, 16)] = [int(count) for count in counts]

    def _lock(self, text):
        thread, operation, side, *addresses = text.split()
        address, memory, *callers = (int(each, 16) for each in addresses)
        self.locks.append(Lock(int(thread), int(operation), int(side), address, memory, callers))

    def instructions(self, side=None):
        """Instructions of one operation, of both ends or of one."""
        counts = self.places.values()
        return sum(sum(each) if side is None else each[side] for each in counts) / self.count

    def functions(self):
        """Instructions of one operation by (file, function)."""
        result = Counter()
        for address, counts in self.places.items():
            result[self.file(address), self.function(address)] += sum(counts) / self.count
        return result

    def code(self):
        """Bytes of the cache lines that hold executed instructions, by file."""
        lines = {address // LINE: self.file(address) for address in self.places}
        result = Counter()
        for file in lines.values():
            result[file] += LINE
        return result

    def code_of_functions(self):
        """The same by (file, function); a line at a border belongs to both."""
        lines = {(address // LINE, self.file(address), self.function(address)) for address in self.places}
        result = Counter()
        for _, file, function in lines:
            result[file, function] += LINE
        return result

    def mapping(self, address):
        """The area of memory that has this address, or None."""
        place = bisect.bisect_right(self.maps, address, key=lambda area: area.start) - 1
        return self.maps[place] if place >= 0 and address < self.maps[place].end else None

    def file(self, address):
        """The name of the file, without its folder, that has this code or data."""
        area = self.mapping(address)
        return Path(area.file).name if area else ""

    def function(self, address):
        """The function that has this instruction, or the variable at this address."""
        area = self.mapping(address)
        if area is None or not area.file.startswith("/"):
            return "?"
        starts, names = self._symbols_of(area.file)
        place = bisect.bisect_right(starts, address - self._base(area.file)) - 1
        return names[place] if place >= 0 else "?"

    def inlined(self, address):
        """The functions that were compiled into one at this address, innermost first, with their
        lines, as far as the file has line tables; without those of Rust's own library."""
        if not self._frames:
            self._find_frames()
        frames = [frame for frame in self._frames.get(address, []) if "/library/" not in frame]
        return frames or [self.function(address)]

    def _find_frames(self):
        """Asks addr2line for all locked instructions at once: it takes seconds to start."""
        self._frames[0] = []
        by_file = {}
        for address in {lock.address for lock in self.locks}:
            area = self.mapping(address)
            if area and area.file.startswith("/"):
                by_file.setdefault(area.file, []).append(address)
        for file, addresses in by_file.items():
            base = self._base(file)
            asked = "".join(f"{address - base:x}\n" for address in addresses)
            done = subprocess.run(["addr2line", "-a", "-i", "-f", "-C", "-e", file], input=asked,
                                  capture_output=True, text=True, check=False)
            address, lines = None, iter(done.stdout.splitlines())
            for line in lines:
                if line.startswith("0x"):
                    address = int(line, 16) + base
                    continue
                place = next(lines).split(" (")[0]
                if not place.startswith("?"):
                    self._frames.setdefault(address, []).append(f"{line} ({'/'.join(place.split('/')[-3:])})"
                                                                if "/library/" not in place else place)

    def _base(self, file):
        return next(each.start - each.offset for each in self.maps if each.file == file)

    def _symbols_of(self, file):
        if file not in self._symbols:
            found = {}
            for dynamic in [["-D"], []]:
                listing = subprocess.run(["nm", "-C", *dynamic, file], capture_output=True, text=True, check=False)
                for line in listing.stdout.splitlines():
                    parts = line.split(" ", 2)
                    if len(parts) == 3 and parts[0] and parts[1] in "tTwWiIbBdDvV":
                        found[int(parts[0], 16)] = parts[2]
            self._symbols[file] = (sorted(found), [found[start] for start in sorted(found)])
        return self._symbols[file]


class Line:
    """A cache line that operations lock again and again."""

    def __init__(self, number, locks):
        self.number = number
        self.locks = locks

    def per_operation(self, steps, threads):
        return len(self.locks) / steps.count / threads

    def where(self, steps):
        """In which variable or area it lies."""
        address = self.number * LINE
        area = steps.mapping(address)
        if area and area.file.startswith("/"):
            return f"{steps.file(address)}: {steps.function(self.locks[0].memory)}"
        return area.file if area and area.file else "heap"

    def writers(self, steps, depth=4):
        """Who locks it: (offset in the line, functions from the innermost outwards) and how often."""
        result = Counter()
        for lock in self.locks:
            names = steps.inlined(lock.address) + [steps.function(address) for address in lock.callers]
            # A function that calls itself says nothing twice.
            chain = [name for place, name in enumerate(names) if place == 0 or name != names[place - 1]]
            result[lock.memory % LINE, " < ".join(short(name) for name in chain[:depth])] += 1
        return result


def short(name):
    """A function's name without the type that implements it, its hash and its symbol's version."""
    name = re.sub(r"<impl [^<>]*(<[^<>]*>)?[^<>]*>::", "", name)
    name = re.sub(r"::h[0-9a-f]{16}$|@@?[A-Z_0-9.]+$", "", name)
    name = re.sub(r"(?<=\w)<.*>", "<…>", name)
    return name if len(name) <= 90 else name[:89] + "…"


def lines(steps, side=None):
    """All lines that were locked, by number, with their locks; of one end's work if `side` is given."""
    found = {}
    for lock in steps.locks:
        if side is None or lock.side == side:
            found.setdefault(lock.memory // LINE, []).append(lock)
    return found


def operations(locks, thread):
    """In how many operations of a thread these locks are."""
    return len({lock.operation for lock in locks if lock.thread == thread})


def shared(steps, side=None):
    """Lines that both threads lock, each in at least two operations: those that threads contend for."""
    return [
        Line(number, locks) for number, locks in sorted(lines(steps, side).items())
        if all(operations(locks, thread) >= 2 for thread in (0, 1))
    ]


def recurring(steps):
    """Lines that the first thread locks in at least two operations: the shared ones, and its own."""
    return [
        Line(number, [lock for lock in locks if lock.thread == 0])
        for number, locks in sorted(lines(steps).items()) if operations(locks, 0) >= 2
    ]
