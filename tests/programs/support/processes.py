"""Starting programs and ending them again, each by its own process id."""

import pwd
import subprocess
import threading
import time

from .sides import tls_libraries

_running = set()
_lock = threading.Lock()


def end_everything():
    """Kills what is still running; for the end of the run, whatever the reason of the end."""
    with _lock:
        left = list(_running)
    for process in left:
        process.kill()


def _started(process):
    with _lock:
        _running.add(process)
    return process


def _ended(process):
    with _lock:
        _running.discard(process)


class Finished:
    """How a program ended: `code`, `out` (bytes), `err` (text), `libraries` (libssl files seen in it)."""

    def __init__(self, code, out, err, libraries):
        self.code, self.out, self.err, self.libraries = code, out, err.decode("utf-8", "replace"), libraries

    @property
    def text(self):
        """Standard output as text."""
        return self.out.decode("utf-8", "replace")

    @property
    def both(self):
        """Standard output and standard error as text."""
        return self.text + self.err


def as_user(name):
    """What Popen needs to start a program as another user; nothing for None."""
    if name is None:
        return {}
    account = pwd.getpwnam(name)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def children(pid):
    """The process ids of the children of a process."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            return [int(child) for child in file.read().split()]
    except OSError:
        return []


def run(side, words, library, *, home, more=None, data=b"", timeout=40, user=None):
    """Runs a program to its end and looks, while it runs, at which libssl it has mapped."""
    process = _started(
        subprocess.Popen(
            side.command(words),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=home,
            env=side.environment(home, more),
            **as_user(user),
        )
    )
    libraries = set()

    def watch():
        while process.poll() is None:
            libraries.update(tls_libraries(process.pid, library))
            time.sleep(0.02 if libraries else 0.001)

    watcher = threading.Thread(target=watch)
    watcher.start()
    # A program that waits for its input cannot end before it has been looked at.
    end = time.monotonic() + 1
    while not libraries and process.poll() is None and time.monotonic() < end:
        time.sleep(0.001)
    try:
        out, err = process.communicate(data, timeout=timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        raise AssertionError(f"not ended after {timeout} s: {' '.join(words)}\n{err.decode(errors='replace')[-2000:]}")
    finally:
        watcher.join()
        _ended(process)
    return Finished(process.returncode, out, err, libraries)


class Service:
    """A program that runs in the background: a server, or a client that is fed by hand.

    Its output goes to files, so that it never waits for us; standard input is an open pipe. `user` is
    the account it runs as, if not ours.
    """

    def __init__(self, side, words, library, *, home, name, more=None, user=None):
        self.side, self.library, self.name = side, library, name
        self.out_path, self.err_path = home / f"{name}.out", home / f"{name}.err"
        self.libraries = set()
        with open(self.out_path, "wb") as out, open(self.err_path, "wb") as err:
            self.process = _started(
                subprocess.Popen(
                    side.command(words),
                    stdin=subprocess.PIPE,
                    stdout=out,
                    stderr=err,
                    cwd=home,
                    env=side.environment(home, more),
                    **as_user(user),
                )
            )

    @property
    def pid(self):
        """The process id: the launcher replaces itself by the program, so it is the program's."""
        return self.process.pid

    @property
    def out(self):
        """What it has written to standard output so far."""
        return self.out_path.read_bytes()

    @property
    def err(self):
        """What it has written to standard error so far, as text."""
        return self.err_path.read_text(errors="replace")

    def type(self, data):
        """Writes to its standard input."""
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def children(self):
        """The process ids of its children."""
        return children(self.pid)

    def wait_for(self, condition, what, timeout=15):
        """Polls until `condition()` gives something true, and returns that."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            answer = condition()
            if answer:
                return answer
            if self.process.poll() is not None:
                answer = condition()
                if answer:
                    return answer
                break
            time.sleep(0.01)
        state = "still running" if self.process.poll() is None else f"ended with {self.process.returncode}"
        raise AssertionError(f"{self.name} ({self.side.name}, {state}): {what} did not happen\n{self.err[-2000:]}")

    def wait(self, timeout=15):
        """Waits until it ends by itself; returns its exit status."""
        self.look()
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.name} has not ended after {timeout} s\n{self.err[-2000:]}")

    def look(self):
        """Notes which libssl the program and its descendants have mapped."""
        found = [self.pid]
        for pid in found:
            self.libraries |= tls_libraries(pid, self.library)
            found += children(pid)

    def stop(self):
        """Ends it: a polite signal, then kill."""
        self.look()
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process.stdin.close()
        _ended(self.process)
