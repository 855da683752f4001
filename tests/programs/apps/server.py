"""A small HTTPS server on Python's ssl module: a peer for clients, and a program under test.

usage: server.py OPTIONS, a JSON object:
  cert, key             files of the default certificate
  min, max              "1.2" or "1.3"
  tickets               false: SSL_OP_NO_TICKET, so that sessions live in the internal cache
  ca, verify            client certificates: "optional" or "required"
  alpn                  protocols offered
  sni                   {name: [cert, key]}: contexts chosen by server name
  keylog                key log file
  asyncio               true: asyncio's transports (memory BIOs) in the place of threads and sockets

Prints "READY port", then for each connection one JSON object, when it has ended.

Requests: GET /bytes/N, PUT /anything (answers with size and SHA-256), GET /info (the connection as
JSON), endings without a length: GET /end/clean, /end/unclean (no close_notify), /end/reset (of
TCP), /truncated (a length that is not kept, no close_notify), and /hold (waits a moment).
"""

import asyncio
import json
import os
import socket
import ssl
import struct
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from support.payload import digest, payload  # noqa: E402

VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}
VERIFY = {"optional": ssl.CERT_OPTIONAL, "required": ssl.CERT_REQUIRED}


def new_context(options, cert, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    context.minimum_version = VERSIONS[options.get("min", "1.2")]
    context.maximum_version = VERSIONS[options.get("max", "1.3")]
    # Python turns this on by itself; without it a cut connection differs from a closed one.
    context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF
    if not options.get("tickets", True):
        context.options |= ssl.OP_NO_TICKET
    if options.get("verify"):
        context.verify_mode = VERIFY[options["verify"]]
        context.load_verify_locations(options["ca"])
    if options.get("alpn"):
        context.set_alpn_protocols(options["alpn"])
    if options.get("keylog"):
        context.keylog_filename = options["keylog"]
    return context


def context_for(options):
    context = new_context(options, options["cert"], options["key"])
    others = {name: new_context(options, *files) for name, files in options.get("sni", {}).items()}
    names = threading.local()

    def choose(connection, name, _):
        names.last = name
        if name in others:
            connection.context = others[name]

    context.sni_callback = choose
    return context, names


def describe(tls):
    subject = tls.getpeercert() or {}
    return {
        "version": tls.version(),
        "cipher": tls.cipher()[0],
        "reused": tls.session_reused,
        "alpn": tls.selected_alpn_protocol(),
        "peer": [value for part in subject.get("subject", ()) for _, value in part],
    }


def answer(method, path, fields, body, info):
    """The answer as (head and body, how to end: None goes on, else "clean", "unclean" or "reset")."""
    ending = "clean" if fields.get("connection") == "close" else None
    if path.startswith("/end/"):
        return b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + payload(16384), path.rpartition("/")[2]
    if path == "/truncated":
        return b"HTTP/1.1 200 OK\r\nContent-Length: 20000\r\n\r\n" + payload(16384), "unclean"
    if path == "/hold":
        time.sleep(0.3)
    if method == "PUT":
        data = f"{len(body)} {digest(body)}\n".encode()
    elif path.startswith("/bytes/"):
        data = payload(int(path.partition("?")[0][7:]))
    else:
        data = json.dumps(info).encode() + b"\n"
    close = b"Connection: close\r\n" if ending else b""
    return b"HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n" % (close, len(data)) + data, ending


def parse_head(head):
    request, *lines = head.decode("latin-1").split("\r\n")
    method, path, _ = request.split(" ")
    fields = dict(line.lower().split(": ", 1) for line in lines if line)
    return method, path, fields


def print_record(record):
    sys.stdout.write(json.dumps(record) + "\n")
    sys.stdout.flush()


def error_name(error):
    reason = getattr(error, "reason", None)
    return reason if isinstance(reason, str) else type(error).__name__


# Threads: one for each connection, blocking sockets.


class Connection:
    def __init__(self, tcp, context, names):
        self.tcp, self.context, self.names = tcp, context, names
        self.began = time.monotonic()
        self.buffer = b""

    def serve(self):
        record = {"requests": 0, "began": self.began}
        try:
            self.tcp.settimeout(20)
            self.tls = self.context.wrap_socket(self.tcp, server_side=True, suppress_ragged_eofs=False)
        except OSError as error:
            print_record({"handshake": error_name(error), "began": self.began})
            self.tcp.close()
            return
        record.update(describe(self.tls), sni=getattr(self.names, "last", None))
        try:
            record["end"] = self.requests(record)
        except OSError as error:
            record["end"] = error_name(error)
        finally:
            self.tls.close()
        print_record(record)

    def requests(self, record):
        while True:
            head = self.until(b"\r\n\r\n")
            if head is None:
                self.tls.unwrap()
                return "closed by the client"
            method, path, fields = parse_head(head)
            if fields.get("expect"):
                self.tls.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            body = self.exactly(int(fields.get("content-length", 0)))
            data, ending = answer(method, path, fields, body, record)
            record["requests"] += 1
            self.tls.sendall(data)
            if ending == "unclean":
                return "cut by the server"
            if ending == "reset":
                self.tls.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return "reset by the server"
            if ending == "clean":
                self.tls.unwrap()
                return "closed by the server"

    def until(self, mark):
        while mark not in self.buffer:
            data = self.tls.recv(65536)
            if not data:
                return None
            self.buffer += data
        head, _, self.buffer = self.buffer.partition(mark)
        return head

    def exactly(self, size):
        parts, have = [self.buffer], len(self.buffer)
        while have < size:
            data = self.tls.recv(262144)
            if not data:
                raise ssl.SSLEOFError("end of data inside a body")
            parts.append(data)
            have += len(data)
        whole = b"".join(parts)
        self.buffer = whole[size:]
        return whole[:size]



def serve_with_threads(context, names):
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    print(f"READY {listener.getsockname()[1]}", flush=True)
    while True:
        tcp, _ = listener.accept()
        threading.Thread(target=Connection(tcp, context, names).serve, daemon=True).start()


# asyncio: one thread, memory BIOs.


async def serve_one(reader, writer):
    tls = writer.get_extra_info("ssl_object")
    record = {"requests": 0, "began": time.monotonic(), **describe(tls)}
    try:
        while True:
            try:
                head = await reader.readuntil(b"\r\n\r\n")
            except asyncio.IncompleteReadError:
                record["end"] = "closed by the client"
                break
            method, path, fields = parse_head(head[:-4])
            if fields.get("expect"):
                writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            body = await reader.readexactly(int(fields.get("content-length", 0)))
            data, ending = answer(method, path, fields, body, record)
            record["requests"] += 1
            writer.write(data)
            await writer.drain()
            if ending:
                record["end"] = "closed by the server"
                break
        writer.close()
        await writer.wait_closed()
    except (OSError, asyncio.IncompleteReadError) as error:
        record["end"] = error_name(error)
    print_record(record)


async def serve_with_asyncio(context):
    server = await asyncio.start_server(serve_one, "127.0.0.1", 0, ssl=context)
    print(f"READY {server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


def main():
    options = json.loads(sys.argv[1])
    context, names = context_for(options)
    if options.get("asyncio"):
        asyncio.run(serve_with_asyncio(context))
    else:
        serve_with_threads(context, names)


if __name__ == "__main__":
    main()
