"""A server and a client on Qt's QSslSocket, by PyQt5 or PyQt6; tls.pl says what the options are and what is printed.

usage: tls_qt.py PyQt5|PyQt6 server|client OPTIONS
"""

import hashlib
import json
import sys
from importlib import import_module

BINDING, ROLE, OPTIONS = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
QtCore, QtNetwork = import_module(f"{BINDING}.QtCore"), import_module(f"{BINDING}.QtNetwork")
QSsl, QSslSocket = QtNetwork.QSsl, QtNetwork.QSslSocket
WAIT = 20_000
VERSIONS = {"1.2": QSsl.SslProtocol.TlsV1_2, "1.3": QSsl.SslProtocol.TlsV1_3}


def say(record):
    print(json.dumps(record), flush=True)


def pattern(size):
    return (b"0123456789abcdef" * (size // 16 + 1))[:size]


def read_file(path):
    with open(path, "rb") as file:
        return file.read()


def configuration():
    configured = QtNetwork.QSslConfiguration.defaultConfiguration()
    configured.setProtocol(VERSIONS[OPTIONS["version"]])
    configured.setCaCertificates(QtNetwork.QSslCertificate.fromData(read_file(OPTIONS["ca"])))
    if OPTIONS.get("cert"):
        configured.setLocalCertificateChain(QtNetwork.QSslCertificate.fromData(read_file(OPTIONS["cert"])))
        kind = QSsl.KeyAlgorithm.Ec if b"BEGIN EC" in read_file(OPTIONS["key"]) else QSsl.KeyAlgorithm.Rsa
        keys = (QtNetwork.QSslKey(read_file(OPTIONS["key"]), kind) for kind in (kind, QSsl.KeyAlgorithm.Ec))
        configured.setPrivateKey(next(key for key in keys if not key.isNull()))
    if OPTIONS.get("ciphers"):
        if QtNetwork.QSslCipher(OPTIONS["ciphers"]).isNull():
            raise ValueError("there is no such cipher")
        configured.setCiphers([QtNetwork.QSslCipher(OPTIONS["ciphers"])])
    if OPTIONS.get("alpn"):
        configured.setAllowedNextProtocols([name.encode() for name in OPTIONS["alpn"]])
    # Without this no session can be taken out and offered again.
    configured.setSslOption(QSsl.SslOption.SslOptionDisableSessionPersistence, False)
    return configured


def errors(tls):
    return "; ".join(error.errorString() for error in tls.sslHandshakeErrors()) if BINDING == "PyQt6" else \
        "; ".join(error.errorString() for error in tls.sslErrors())


class Failed(Exception):
    pass


def check(tls, worked):
    if not worked:
        raise Failed(" / ".join(filter(None, (errors(tls), tls.errorString()))))


def facts(tls):
    peer = tls.peerCertificate().subjectInfo(QtNetwork.QSslCertificate.SubjectInfo.CommonName)
    session = tls.sessionCipher()
    return {
        "version": session.protocolString(), "cipher": session.name(), "bits": session.usedBits(),
        "peer": peer[0] if peer else None, "chain": len(tls.peerCertificateChain()),
        "alpn": bytes(tls.sslConfiguration().nextNegotiatedProtocol()).decode(),
    }


def read(tls, size):
    data = b""
    while len(data) < size:
        if not tls.bytesAvailable():
            check(tls, tls.waitForReadyRead(WAIT))
        data += bytes(tls.read(size - len(data)))
    return data


def read_line(tls):
    while not tls.canReadLine():
        if not tls.waitForReadyRead(WAIT):
            return b""
    return bytes(tls.readLine())


def write(tls, data):
    tls.write(data)
    while tls.bytesToWrite() or tls.encryptedBytesToWrite():
        check(tls, tls.waitForBytesWritten(WAIT))


def close(tls):
    tls.disconnectFromHost()
    if tls.state() != QtNetwork.QAbstractSocket.SocketState.UnconnectedState:
        tls.waitForDisconnected(WAIT)


class Server(QtNetwork.QTcpServer):
    """Takes one connection after the other."""

    def __init__(self, configured):
        super().__init__()
        self.configured = configured
        self.arrived = []

    def incomingConnection(self, descriptor):  # noqa: N802
        tls = QSslSocket()
        tls.setSocketDescriptor(descriptor)
        self.arrived.append(tls)

    def serve(self, tls):
        tls.setSslConfiguration(self.configured)
        try:
            tls.startServerEncryption()
            check(tls, tls.waitForEncrypted(WAIT))
            say(facts(tls))
            while line := read_line(tls).split():
                if line[0] == b"down":
                    write(tls, pattern(int(line[1])))
                elif line[0] == b"up":
                    write(tls, hashlib.sha256(read(tls, int(line[1]))).hexdigest().encode() + b"\n")
                else:
                    break
        except Failed as error:
            say({"error": str(error)})
        close(tls)


def server():
    configured = configuration()
    mode = QSslSocket.PeerVerifyMode.VerifyPeer if OPTIONS.get("verify") else QSslSocket.PeerVerifyMode.VerifyNone
    configured.setPeerVerifyMode(mode)
    listener = Server(configured)
    listener.listen(QtNetwork.QHostAddress("127.0.0.1"))
    print(listener.serverPort(), flush=True)
    while True:
        listener.waitForNewConnection(-1)
        while listener.arrived:
            listener.serve(listener.arrived.pop(0))


def transfers(tls):
    intact = True
    for size in OPTIONS.get("sizes", [100]):
        write(tls, b"down %d\n" % size)
        intact &= read(tls, size) == pattern(size)
        write(tls, b"up %d\n" % size + pattern(size))
        intact &= read(tls, 65) == hashlib.sha256(pattern(size)).hexdigest().encode() + b"\n"
    return int(intact)


def client():
    configured = configuration()
    for _ in range(OPTIONS.get("times", 1)):
        tls = QSslSocket()
        tls.setSslConfiguration(configured)
        try:
            tls.setPeerVerifyName(OPTIONS.get("host", "one.test"))
            tls.connectToHostEncrypted("127.0.0.1", OPTIONS["port"])
            check(tls, tls.waitForEncrypted(WAIT))
            seen = facts(tls)
            if OPTIONS.get("send"):
                write(tls, OPTIONS["send"].encode())
                read_line(tls)
            else:
                seen["intact"] = transfers(tls)
                write(tls, b"end\n")
            ticket = tls.sslConfiguration().sessionTicket()
            seen["ticket"] = len(ticket) > 0
            configured.setSessionTicket(ticket)
            say(seen)
        except Failed as error:
            say({"error": str(error)})
        close(tls)


application = QtCore.QCoreApplication([])
try:
    server() if ROLE == "server" else client()
except (ValueError, OSError) as error:
    say({"error": str(error)})
