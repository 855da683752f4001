"""PyQt5: QSslSocket of Qt 5 as a server and as a client."""

from support import qt

PROGRAM = "pyqt5"
ROLES = qt.ROLES
NEEDS = ("pyqt5", "python3")

globals().update(qt.steps("PyQt5"))
