"""A TCP proxy that forwards the first bytes of a connection one by one.

Each byte is one segment, so that a program with a non-blocking socket sees every record,
header and handshake message arrive in pieces.
"""

import socket
import threading
import time

SINGLE_BYTES = 2000


class ByteProxy:
    """Listens on `port` while the `with` block lasts, and forwards to `target`, a port of this machine."""

    def __init__(self, target, single_bytes=SINGLE_BYTES):
        self.target, self.single_bytes = target, single_bytes
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._sockets = []

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        for end in (self._listener, *self._sockets):
            _close(end)

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                return
            self._sockets += [client, server]
            for source, sink in ((client, server), (server, client)):
                sink.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=self._forward, args=(source, sink), daemon=True).start()

    def _forward(self, source, sink):
        singles = self.single_bytes
        try:
            while True:
                data = source.recv(65536)
                if not data:
                    sink.shutdown(socket.SHUT_WR)
                    return
                while data and singles:
                    sink.sendall(data[:1])
                    data = data[1:]
                    singles -= 1
                    time.sleep(0.00001)
                sink.sendall(data)
        except OSError:
            _close(source)
            _close(sink)


def _close(end):
    try:
        end.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    end.close()
