"""PyQt5: QSslSocket of Qt 5 as a server and as a client."""

from support import language, qt
from support.scenario import quick, role

PROGRAM = "pyqt5"
ROLES = qt.ROLES
NEEDS = ("pyqt5", "python3")


def script(s):
    return qt.script(s, "PyQt5")


@quick
def step_data(s):
    """Data in both directions."""
    language.data(script(s))


@quick
def step_server_resumption(s):
    """Sessions that a server resumes."""
    qt.resumed_by_server(s, script(s))


@quick
@role("client")
def step_resumption(s):
    """setSessionTicket with what sessionTicket gave."""
    qt.resumed_by_client(s, script(s))


def step_client_certificates(s):
    """VerifyPeer on a server."""
    language.client_certificates(script(s))


@quick
@role("client")
def step_verification(s):
    """What the client refuses."""
    language.verification(script(s))


def step_alpn(s):
    """setAllowedNextProtocols."""
    qt.alpn(s, script(s))
