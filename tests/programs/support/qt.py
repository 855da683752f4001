"""Qt's QSslSocket, which opens libssl by a path that it finds itself, by way of its bindings for Python."""

from . import language
from .language import Language
from .scenario import quick, role

ROLES = {
    "server": "QSslSocket: data in both directions, client certificates, resumption, ALPN",
    "client": "QSslSocket: data, verification, host names, client certificates, resumption by tickets, ALPN",
}


def script(s, binding):
    """The script on PyQt5 or PyQt6."""
    qt = Language(s, "tls_qt.py", "python3")
    qt.words = (*qt.words, binding)
    return qt


def resumed_by_server(s, qt):
    """Python's client offers the session of its first connection to a server on Qt."""
    with qt.server() as server:
        seen = s.exchange(server.port, "down 5\nend\n", length=5, times=3)
        s.equal("resumption: data", [one.get("answer") for one in seen], ["01234"] * 3)
        s.same("resumption: as the client sees it", [one.get("reused") for one in seen])


def resumed_by_client(s, qt):
    """A client on Qt offers its session ticket to Python's server."""
    with s.https_server() as server:
        seen = qt.client(server, times=3, send="GET /info HTTP/1.1\r\n\r\n")
        s.equal("resumption: no errors", [one.get("error") for one in seen], [None] * 3)
        s.same("resumption: tickets", [one.get("ticket") for one in seen])
        s.same("resumption: as the server sees it", [record["reused"] for record in server.records(3)])
        s.same("resumption: all that the client says", seen)


def alpn(s, qt):
    """Protocols in common, and none."""
    with qt.server(alpn=["h2", "http/1.1"]) as server:
        s.equal("ALPN: chosen", [one.get("alpn") for one in qt.client(server, alpn=["http/1.1"])], ["http/1.1"])
        s.same("ALPN: not asked for", qt.client(server))
        # A server on Qt answers with what the client did not offer. OpenSSL's sends that, and its client refuses it.
        seen = qt.client(server, alpn=["other"])
        s.check("ALPN: nothing in common: refused", seen[0].get("error"), seen)
        s.equal("ALPN: the server goes on", [one.get("intact") for one in qt.client(server, alpn=["h2"])], [1])


def steps(binding):
    """The steps of a scenario on PyQt5 or PyQt6, by name."""

    @quick
    def step_data(s):
        """Data in both directions."""
        language.data(script(s, binding))

    @quick
    def step_server_resumption(s):
        """Sessions that a server resumes."""
        resumed_by_server(s, script(s, binding))

    @quick
    @role("client")
    def step_resumption(s):
        """setSessionTicket with what sessionTicket gave."""
        resumed_by_client(s, script(s, binding))

    def step_client_certificates(s):
        """VerifyPeer on a server."""
        language.client_certificates(script(s, binding))

    @quick
    @role("client")
    def step_verification(s):
        """What the client refuses."""
        language.verification(script(s, binding))

    def step_alpn(s):
        """setAllowedNextProtocols."""
        alpn(s, script(s, binding))

    return {name: step for name, step in locals().items() if name.startswith("step_")}
