"""Clients that keep a server busy while something is done to it."""

from collections import Counter
from contextlib import ExitStack, contextmanager

from .scenario import settled


class Load:
    """Requests of several curl processes, each over its own connection."""

    def __init__(self, clients, requests):
        self._clients, self._requests = clients, requests

    def _lines(self):
        # Standard error, because curl does not hold it back.
        return [line for client in self._clients for line in client.err.splitlines()]

    def wait_until(self, share):
        """Waits until this share (0 to 1) of the requests has been answered, or all clients have ended."""
        settled(lambda: len(self._lines()) >= share * self._requests or not self.going_on(), 60)

    def going_on(self):
        """Whether requests are still being made."""
        return any(client.process.poll() is None for client in self._clients)

    def finish(self):
        """Waits for the end; returns exit statuses and how often there was which HTTP status."""
        ends = [client.wait(60) for client in self._clients]
        return ends, dict(Counter(self._lines()))


@contextmanager
def load(s, port, requests=300, clients=2):
    """Asks for /small over and over while the `with` block lasts, `requests` times in all."""
    each = requests // clients
    words = ("-sS", "--http1.1", "-H", "Connection: close", "--resolve", f"one.test:{port}:127.0.0.1",
             "--cacert", s.certificates / "ca.pem", "-o", "/dev/null", "-w", "%{stderr}%{http_code}\n", "--max-time", "30",
             f"https://one.test:{port}/small?[1-{each}]")
    with ExitStack() as stack:
        services = [stack.enter_context(s.service("curl", *words, role="client", name="load")) for _ in range(clients)]
        yield Load(services, each * clients)


def check_restart(s, name, port, restart, wait_restarted, times=2):
    """Checks that no request is lost while `restart()` is called `times` times under load."""
    (s.home / "files").mkdir(exist_ok=True)
    (s.home / "files" / "small").write_text("small\n")
    with load(s, port) as clients:
        for number in range(1, times + 1):
            clients.wait_until(number * 0.6 / times)
            busy = clients.going_on()
            restart()
            wait_restarted()
            s.check(f"{name}: clients are busy at restart {number}", busy)
        s.equal(f"{name}: no request is lost", clients.finish(), ([0, 0], {"200": 300}))
