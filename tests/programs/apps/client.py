"""TLS clients on Python's ssl module: the program under test, and a peer for servers.

usage: client.py TASK OPTIONS, where OPTIONS is a JSON object: host, port, ca, and what the task
names. Prints one JSON object: what happened.
"""

import io
import json
import os
import select
import socket
import ssl
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from support.payload import SIZES, digest, payload  # noqa: E402

VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}


def new_context(options):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF
    if options.get("ca"):
        context.load_verify_locations(options["ca"])
    if options.get("version"):
        context.minimum_version = context.maximum_version = VERSIONS[options["version"]]
    if options.get("cert"):
        context.load_cert_chain(options["cert"], options["key"])
    if options.get("alpn"):
        context.set_alpn_protocols(options["alpn"])
    if options.get("keylog"):
        context.keylog_filename = options["keylog"]
    return context


def connect(options, context, session=None):
    tcp = socket.create_connection(("127.0.0.1", options["port"]), 20)
    try:
        return context.wrap_socket(
            tcp, server_hostname=options.get("host", "one.test"), session=session, suppress_ragged_eofs=False
        )
    except BaseException:
        tcp.close()
        raise


def error_text(error):
    return {"error": type(error).__name__, "text": str(error), "verify": getattr(error, "verify_code", None)}


class Http:
    """Requests over one connection, which is anything with send(bytes) and recv(size)."""

    def __init__(self, send, recv):
        self.send, self.recv, self.buffer = send, recv, b""

    def request(self, method, path, body=b"", close=False):
        head = f"{method} {path} HTTP/1.1\r\nHost: one.test\r\n"
        if method == "PUT":
            head += f"Content-Length: {len(body)}\r\n"
        if close:
            head += "Connection: close\r\n"
        self.send(head.encode() + b"\r\n" + body)
        while b"\r\n\r\n" not in self.buffer:
            self.more()
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        size = int(lengths[0].partition(b":")[2]) if lengths else 0
        parts, have = [self.buffer], len(self.buffer)
        while have < size:
            parts.append(self.recv(262144) or self.ended())
            have += len(parts[-1])
        data = b"".join(parts)
        self.buffer = data[size:]
        return data[:size]

    def more(self):
        self.buffer += self.recv(65536) or self.ended()

    def ended(self):
        raise EOFError("the connection ended inside an answer")


def transfers(http):
    """Each size in both directions; true where all arrived intact."""
    intact = {}
    for size in SIZES:
        intact[f"{size} down"] = http.request("GET", f"/bytes/{size}") == payload(size)
        wanted = f"{size} {digest(payload(size))}\n".encode()
        intact[f"{size} up"] = http.request("PUT", "/upload", payload(size)) == wanted
    return intact


def session_facts(session):
    if session is None:
        return None
    return {
        "id length": len(session.id),
        "has ticket": session.has_ticket,
        "hint": session.ticket_lifetime_hint,
        "timeout": session.timeout,
        "time is set": session.time > 0,
    }


# The tasks.


def task_transfer(options):
    with connect(options, new_context(options)) as tls:
        return transfers(Http(tls.sendall, tls.recv))


def task_describe(options):
    """What the ssl module reports on a connection."""
    context = new_context(options)
    with connect(options, context) as tls:
        before = session_facts(tls.session)
        Http(tls.sendall, tls.recv).request("GET", "/info")
        peer = tls.getpeercert()
        return {
            "version": tls.version(),
            "cipher": tls.cipher(),
            "alpn": tls.selected_alpn_protocol(),
            "compression": tls.compression(),
            "reused": tls.session_reused,
            "subject": peer["subject"],
            "names": peer["subjectAltName"],
            "certificate": digest(tls.getpeercert(binary_form=True)),
            "unique length": len(tls.get_channel_binding("tls-unique") or b""),
            "session before data": before,
            "session after data": session_facts(tls.session),
            "stats": context.session_stats(),
        }


def task_resume(options):
    """A full handshake, then `times` resumptions of the newest session, on one context."""
    context, session, seen = new_context(options), None, []
    for _ in range(options.get("times", 2) + 1):
        with connect(options, context, session) as tls:
            info = Http(tls.sendall, tls.recv).request("GET", "/info", close=True).decode()
            seen.append({"reused": tls.session_reused, "info": info})
            previous, session = session, tls.session
            seen[-1]["same id"] = previous is not None and previous.id == session.id
            seen[-1]["equal"] = previous is not None and previous == session
            seen[-1]["peer"] = tls.getpeercert()["subject"]
            try:
                tls.unwrap()
            except OSError as error:
                seen[-1]["close"] = type(error).__name__
    return {"connections": seen, "stats": context.session_stats()}


def task_exchange(options):
    """Sends `send` over each of `times` connections that offer the session of the one before, and reads
    `length` bytes, or all there is; text is Latin-1."""
    context, session, seen = new_context(options), None, []
    for _ in range(options.get("times", 1)):
        facts = {}
        seen.append(facts)
        try:
            with connect(options, context, session) as tls:
                facts.update(reused=tls.session_reused, version=tls.version(), alpn=tls.selected_alpn_protocol(),
                             subject=tls.getpeercert()["subject"][0][0][1])
                tls.sendall(options["send"].encode("latin-1"))
                answer = b""
                while len(answer) < options.get("length", 1 << 30) and (more := tls.recv(65536)):
                    answer += more
                facts["answer"] = answer.decode("latin-1")
                session = tls.session
                tls.unwrap()
        except OSError as error:
            facts["error"] = type(error).__name__
    return seen


def task_foreign_session(options):
    """A session of another context, and a session for a server that cannot resume it."""
    first, second = new_context(options), new_context(options)
    with connect(options, first) as tls:
        Http(tls.sendall, tls.recv).request("GET", "/info")
        session = tls.session
    try:
        connect(options, second, session).close()
        refused = "accepted"
    except ValueError as error:
        refused = str(error)
    with connect({**options, "port": options["other port"]}, first, session) as tls:
        Http(tls.sendall, tls.recv).request("GET", "/info")
        return {"other context": refused, "other server reused": tls.session_reused}


def task_fail(options):
    """A connection that should fail: the error as Python shows it."""
    try:
        context = new_context(options)
        if options.get("ciphers"):
            context.set_ciphers(options["ciphers"])
        with connect(options, context) as tls:
            if options.get("listen"):
                # A server that refuses us would answer a request by a reset, and the alert be lost.
                return {"heard": len(tls.recv(1))}
            answer = Http(tls.sendall, tls.recv).request("GET", "/info")
            return {"answer": len(answer) > 0}
    except (OSError, EOFError) as error:
        return error_text(error)


def task_endings(options):
    """How reading ends when the server closes, and when it just goes away."""
    seen = {}
    for path in ("/end/clean", "/end/unclean", "/truncated"):
        with connect(options, new_context(options)) as tls:
            tls.sendall(f"GET {path} HTTP/1.1\r\nHost: one.test\r\n\r\n".encode())
            size = 0
            try:
                while data := tls.recv(65536):
                    size += len(data)
                end = "closed"
                tls.unwrap()
                end = "closed, unwrapped"
            except OSError as error:
                end = error_text(error)
            seen[path] = {"complete": size > 16384, "end": end, "pending": tls.pending()}
    with connect(options, new_context(options)) as tls:
        # Our close first: the server answers with its own, and plain TCP is left.
        plain = tls.unwrap()
        seen["unwrap"] = type(plain).__name__
        plain.close()
    return seen


def task_non_blocking(options):
    """The whole connection on a non-blocking socket with select."""
    waits = {"read": 0, "write": 0}
    tcp = socket.create_connection(("127.0.0.1", options["port"]), 20)
    tcp.setblocking(False)
    tls = new_context(options).wrap_socket(
        tcp, server_hostname="one.test", do_handshake_on_connect=False, suppress_ragged_eofs=False
    )

    def retry(function, *arguments):
        while True:
            try:
                return function(*arguments)
            except ssl.SSLWantReadError:
                waits["read"] += 1
                select.select([tls], [], [], 20)
            except ssl.SSLWantWriteError:
                waits["write"] += 1
                select.select([], [tls], [], 20)

    def send(data):
        view = memoryview(data)
        while view:
            view = view[retry(tls.send, view) :]

    retry(tls.do_handshake)
    intact = transfers(Http(send, lambda size: retry(tls.recv, size)))
    retry(tls.unwrap).close()
    return {**intact, "waited often": waits["read"] > options.get("waits", 0)}


def task_asyncio(options):
    """The same over asyncio, which drives TLS through memory BIOs."""
    import asyncio  # here, as it takes longer to load than all the rest

    async def talk():
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", options["port"], ssl=new_context(options), server_hostname="one.test"
        )
        intact = {}
        for size in SIZES:
            writer.write(f"GET /bytes/{size} HTTP/1.1\r\nHost: one.test\r\n\r\n".encode())
            await reader.readuntil(b"\r\n\r\n")
            intact[f"{size} down"] = await reader.readexactly(size) == payload(size)
            writer.write(f"PUT /x HTTP/1.1\r\nHost: one.test\r\nContent-Length: {size}\r\n\r\n".encode())
            writer.write(payload(size))
            await writer.drain()
            await reader.readuntil(b"\r\n\r\n")
            wanted = f"{size} {digest(payload(size))}\n".encode()
            intact[f"{size} up"] = await reader.readexactly(len(wanted)) == wanted
        writer.close()
        await writer.wait_closed()
        return intact

    return asyncio.run(asyncio.wait_for(talk(), 30))


def task_urllib(options):
    """http.client and urllib.request, which check the address in the certificate; and an error of each."""
    import http.client  # here, as one task uses them
    import urllib.error
    import urllib.request

    context, port = new_context(options), options["port"]
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=20, context=context)
    seen = {}
    for size in SIZES:
        connection.request("GET", f"/bytes/{size}")
        seen[f"http.client: {size} down"] = connection.getresponse().read() == payload(size)
        connection.request("PUT", "/upload", payload(size))
        wanted = f"{size} {digest(payload(size))}\n".encode()
        seen[f"http.client: {size} up"] = connection.getresponse().read() == wanted
    connection.close()
    with urllib.request.urlopen(f"https://127.0.0.1:{port}/bytes/16384", timeout=20, context=context) as answer:
        seen["urllib: 16384 down"] = answer.read() == payload(16384)
    try:
        urllib.request.urlopen(f"https://localhost:{port}/info", timeout=20, context=context)
    except urllib.error.URLError as error:
        seen["urllib: another host name"] = type(error.reason).__name__ == "SSLCertVerificationError"
    try:
        http.client.HTTPSConnection("127.0.0.1", port, timeout=20, context=ssl.create_default_context()).connect()
    except ssl.SSLCertVerificationError as error:
        seen["http.client: unknown issuer"] = error.verify_code == 20  # X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY
    return seen


def task_send_raw(options):
    """Sends `size` bytes, then closes: "clean" with close_notify, "unclean" without."""
    with connect(options, new_context(options)) as tls:
        tls.sendall(payload(options["size"]))
        if options["ending"] == "clean":
            tls.settimeout(3)
            try:
                tls.unwrap()
                return {"end": "both closed"}
            except OSError as error:
                return {"end": type(error).__name__}
        # Unread tickets would make the kernel send a reset in the place of the end of the stream.
        tls.settimeout(0.2)
        try:
            tls.recv(1)
        except TimeoutError:
            pass
        return {"end": "cut"}


def task_leave(options):
    """An answer, then the end: "clean" with close_notify, "unclean" without."""
    with connect(options, new_context(options)) as tls:
        answer = Http(tls.sendall, tls.recv).request("GET", "/info")
        close = None
        if options["ending"] == "clean":
            tls.settimeout(3)
            try:
                tls.unwrap().close()
            except OSError as error:  # nginx does not answer with a close_notify
                close = error_text(error)
        return {"answer": len(answer) > 0, "close": close}


def http_values(tls):
    data = Http(tls.sendall, tls.recv).request("GET", "/bytes/16384", close=True)
    return data == payload(16384)


def memcached_values(tls):
    """Values of some sizes to memcached and back."""
    intact = True
    with tls.makefile("rwb") as stream:
        for size in (1, 1000, 16000):
            value = payload(size)
            stream.write(b"set key%d 0 0 %d\r\n%s\r\n" % (size, size, value))
            stream.flush()
            intact &= stream.readline() == b"STORED\r\n"
            stream.write(b"get key%d\r\n" % size)
            stream.flush()
            wanted = b"VALUE key%d 0 %d\r\n%s\r\nEND\r\n" % (size, size, value)
            intact &= stream.read(len(wanted)) == wanted
    return intact


def task_crowd(options):
    """`threads` threads of one context, each `times` connections that offer the newest session of all."""
    context, newest, lock = new_context(options), [None], threading.Lock()
    talk = memcached_values if options.get("memcached") else http_values
    counts = {"intact": 0, "reused": 0, "errors": []}

    def work():
        for _ in range(options["times"]):
            try:
                with connect(options, context, newest[0]) as tls:
                    intact = talk(tls)
                    newest[0] = tls.session
                    with lock:
                        counts["intact"] += intact
                        counts["reused"] += tls.session_reused
                    if not options.get("memcached"):  # it does not answer with a close_notify
                        tls.unwrap()
            except Exception as error:
                with lock:
                    counts["errors"].append(f"{type(error).__name__}: {error}")

    threads = [threading.Thread(target=work) for _ in range(options["threads"])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return counts


def task_ftps(options):
    """Transfers over FTPS, whose data channels resume the control channel's session if `resume` says so."""
    import ftplib  # here, as one task uses it

    reused = []

    class Client(ftplib.FTP_TLS):
        """ftplib never offers a session on the data channel."""

        def ntransfercmd(self, cmd, rest=None):
            tcp, size = ftplib.FTP.ntransfercmd(self, cmd, rest)
            session = self.sock.session if options["resume"] else None
            data = self.context.wrap_socket(tcp, server_hostname=self.host, session=session)
            reused.append(data.session_reused)
            return data, size

    ftp = Client(context=new_context(options), timeout=20)
    ftp.host = "one.test"
    try:
        ftp.connect("127.0.0.1", options["port"])
        ftp.host = "one.test"
        ftp.login()
        ftp.prot_p()
        intact = True
        for size in SIZES:
            parts = []
            ftp.retrbinary(f"RETR file-{size}", parts.append)
            intact &= b"".join(parts) == payload(size)
        ftp.storbinary(f"STOR up/python-{options['version']}-{options['resume']}", io.BytesIO(payload(SIZES[1])))
        ftp.quit()
    except (OSError, EOFError, ftplib.Error) as error:
        # Of a data channel that the server has refused, ours or its end may be noticed first.
        return {"error": "refused" if reused == [False] else str(error), "reused": reused}
    return {"intact": intact, "reused": reused}


def task_context(options):
    """What a context reports without any connection."""
    context = new_context(options)
    names = [cipher["name"] for cipher in context.get_ciphers()]
    modern = [name for name in names if name.startswith("TLS_") or "ECDHE" in name and "GCM" in name]
    return {
        "modern ciphers": modern,
        "ca subjects": [ca["subject"] for ca in context.get_ca_certs()],
        "store": context.cert_store_stats(),
        "library": ssl.OPENSSL_VERSION.split(".")[0],
        "stats": context.session_stats(),
    }


def main():
    task = globals()[f"task_{sys.argv[1]}"]
    print(json.dumps(task(json.loads(sys.argv[2]))))


if __name__ == "__main__":
    main()
