"""PyQt6: QSslSocket of Qt 6 as a server and as a client."""

from support import qt

PROGRAM = "pyqt6"
ROLES = qt.ROLES
NEEDS = ("pyqt6", "python3")

globals().update(qt.steps("PyQt6"))
