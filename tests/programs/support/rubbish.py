"""Bytes that are not a TLS handshake that could succeed."""

import socket

from .payload import payload


def _hello_tls_1_0():
    body = b"\x03\x01" + bytes(32) + b"\x00" + bytes.fromhex("0004c0130035") + b"\x01\x00"
    handshake = b"\x01" + len(body).to_bytes(3, "big") + body
    return b"\x16\x03\x01" + len(handshake).to_bytes(2, "big") + handshake


RUBBISH = {
    "nothing": b"",
    "plain HTTP": b"GET / HTTP/1.0\r\n\r\n",
    "random bytes": payload(300),
    "a handshake record of random bytes": b"\x16\x03\x01\x01\x00" + payload(256),
    "a truncated record": bytes.fromhex("160301010001"),
    "a record that is too long": bytes.fromhex("160301ffff"),
    "an empty record": bytes.fromhex("1603010000"),
    "a hello of TLS 1.0": _hello_tls_1_0(),
    "an alert": bytes.fromhex("15030300020228"),
    "application data": bytes.fromhex("170303000548656c6c6f"),
}


def throw(port, data):
    """Sends `data` and the end of the stream; returns what came back, as an alert's two bytes or a text."""
    answer = b""
    with socket.create_connection(("127.0.0.1", port), 5) as tcp:
        try:
            tcp.sendall(data)
            tcp.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # reset already; what came before the reset can still be read
        try:
            while more := tcp.recv(4096):
                answer += more
        except OSError:
            pass
    return list(answer[5:7]) if answer[:1] == b"\x15" else answer[:12].decode("latin-1")
