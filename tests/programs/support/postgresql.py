"""A PostgreSQL server in its own folder, as the user postgres when we are root (it refuses root)."""

import os
import pwd
import shutil
import signal
from contextlib import contextmanager

from .scenario import free_port, listening

SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
fsync = off
max_connections = 20
shared_buffers = 4MB
autovacuum = off
ssl = on
ssl_cert_file = '{keys}/one.test.pem'
ssl_key_file = '{keys}/one.test.key'
ssl_ca_file = '{keys}/ca.pem'
ssl_min_protocol_version = '{protocol}'
ssl_max_protocol_version = '{protocol}'
log_connections = on
{more}
"""

# The users that may connect, and how: by password, by certificate, by both.
ACCESS = """
hostssl   all people   127.0.0.1/32  scram-sha-256
hostssl   all bearer   127.0.0.1/32  cert map=certificates
hostssl   all careful  127.0.0.1/32  scram-sha-256 clientcert=verify-ca
hostssl   all postgres 127.0.0.1/32  trust
hostnossl all all      127.0.0.1/32  reject
"""

USERS = "certificates \"client one\" bearer\n"
ROLES = b"".join(
    b"create role %s login superuser password 'secret';\n" % name for name in (b"people", b"bearer", b"careful")
)


def account():
    """The user to run the server as; None when that is we."""
    return "postgres" if os.geteuid() == 0 else None


def own(path, mode):
    """Gives a file or folder to the server's user."""
    if account():
        entry = pwd.getpwnam(account())
        os.chown(path, entry.pw_uid, entry.pw_gid)
    os.chmod(path, mode)


def make_cluster(s):
    """A data folder and a folder of keys that the server may read; made once for a scenario."""
    data, keys = s.home / "cluster", s.home / "server-keys"
    if data.exists():
        return data, keys
    # The server's user must reach them.
    for folder in (s.home, s.home.parent):
        folder.chmod(0o711)
    for folder in (data, keys):
        folder.mkdir()
        own(folder, 0o700)
    for name in ("one.test.pem", "one.test.key", "ca.pem"):
        shutil.copy(s.certificates / name, keys / name)
        own(keys / name, 0o600)
    system = type(s.server)("system", None)
    done = s.run("initdb", "-D", data, "--no-sync", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-locale",
                 side=system, user=account(), timeout=120)
    assert done.code == 0, done.both
    done = s.run("postgres", "--single", "-D", data, "postgres", side=system, user=account(), data=ROLES)
    assert done.code == 0 and "ERROR" not in done.both, done.both
    (data / "pg_hba.conf").write_text(ACCESS)
    (data / "pg_ident.conf").write_text(USERS)
    return data, keys


@contextmanager
def postgresql(s, more=""):
    """Runs the server until the `with` block ends; it has `port`."""
    data, keys = make_cluster(s)
    port = free_port()
    (data / "postgresql.conf").write_text(SETTINGS.format(keys=keys, protocol=s.protocol, more=more))
    words = ("-D", data, "-p", port)
    with s.service("postgres", *words, user=account(), ready=lambda _: listening(port)) as server:
        server.port = port
        server.wait_for(lambda: "ready to accept connections" in server.err, "start", timeout=30)
        try:
            yield server
        finally:
            server.look()
            server.process.send_signal(signal.SIGINT)  # "fast": it does not wait for clients
            server.process.wait(20)
