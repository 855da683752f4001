"""MariaDB as a server with its command line client."""

import os
import pwd
import shutil
from contextlib import contextmanager

from support.payload import digest
from support.scenario import free_port, listening, quick, role, settled

PROGRAM = "mariadbd with mariadb"
ROLES = {
    "server": "large results, users who need a certificate, revocation lists, FLUSH SSL, the state of TLS in its status variables",
    "client": "verification of the server, client certificates, errors of certificates",
}
NEEDS = ("mariadbd", "mariadb", "mariadb-install-db", "openssl")

SETUP = """
create user people@'%' identified by 'secret' require ssl;
create user bearer@'%' identified by 'secret' require subject '/CN=client one';
create user careful@'%' identified by 'secret' require x509;
grant all on *.* to people@'%';
"""


def account():
    """The user to run the server as; None when that is we."""
    return "mysql" if os.geteuid() == 0 else None


@contextmanager
def mariadbd(s, *more, cert="one.test"):
    """Runs a server; it has `port`."""
    data = s.home / "data"
    if not data.exists():
        for folder in (s.home, s.home.parent, s.certificates.folder):
            folder.chmod(0o711)
        data.mkdir()
        keys = s.home / "keys"
        keys.mkdir()
        for name in ("one.test.pem", "one.test.key", "ca.pem", "expired.pem", "expired.key"):
            shutil.copy(s.certificates / name, keys / name)
        if account():
            entry = pwd.getpwnam(account())
            for path in (data, keys, *keys.iterdir()):
                os.chown(path, entry.pw_uid, entry.pw_gid)
        system = type(s.server)("system", None)
        done = s.run("mariadb-install-db", "--no-defaults", f"--datadir={data}", "--skip-test-db",
                     "--auth-root-authentication-method=normal", f"--tmpdir={data}",
                     "--innodb-log-file-size=4M", side=system,
                     user=account(), timeout=120)
        assert done.code == 0, done.both
        (s.home / "setup.sql").write_text(SETUP)
        more = (*more, f"--init-file={s.home}/setup.sql")
    port = free_port()
    words = ["--no-defaults", f"--datadir={data}", f"--port={port}", "--bind-address=127.0.0.1", "--skip-name-resolve",
             f"--socket={data}/socket", f"--tmpdir={data}", "--innodb-log-file-size=4M", "--innodb-buffer-pool-size=16M",
             "--innodb-flush-log-at-trx-commit=0", "--max-allowed-packet=64M", f"--pid-file={data}/pid",
             f"--ssl-cert={s.home}/keys/{cert}.pem", f"--ssl-key={s.home}/keys/{cert}.key",
             f"--ssl-ca={s.home}/keys/ca.pem", f"--tls-version={s.protocol}", *more]
    with s.service("mariadbd", *words, user=account()) as server:
        server.port = port
        server.wait_for(lambda: "ready for connections" in server.err and listening(port), "start", timeout=60)
        yield server


def query(s, server, text, *words, user="people", host="127.0.0.1", ca="ca.pem", verify=True):
    """What the client prints for a query."""
    trust = [f"--ssl-ca={s.certificates / ca}"] if ca else []
    return s.run("mariadb", "--no-defaults", f"--host={host}", "--protocol=tcp", f"--port={server.port}",
                 f"--user={user}", "--password=secret", "--ssl", *trust,
                 *(["--ssl-verify-server-cert"] if verify else []), "--max-allowed-packet=64M", "-N", "-B", *words,
                 "-e", text)


def own_certificate(s, cert="client", key=None):
    return f"--ssl-cert={s.certificates / cert}.pem", f"--ssl-key={s.certificates / (key or cert)}.key"


STATUS = "select variable_name, variable_value from information_schema.session_status where variable_name in ({})"


def status(s, server, *names, **how):
    listed = ",".join(f"'{name}'" for name in names)
    return query(s, server, STATUS.format(listed) + " order by 1", **how).text


@quick
def step_connection(s):
    """What server and client say about TLS; large results."""
    with mariadbd(s) as server:
        s.equal("the version", status(s, server, "Ssl_version"), f"SSL_VERSION\t{s.protocol}\n")
        s.same("what the server says", status(s, server, "Ssl_cipher", "Ssl_verify_mode", "Ssl_session_cache_mode",
                                              "Ssl_session_cache_size", "Ssl_default_timeout", "Ssl_ctx_verify_mode"))
        s.check("the server's certificate", "GMT" in status(s, server, "Ssl_server_not_after"))
        done = query(s, server, "status")
        s.same("what the client says", [line for line in done.text.splitlines() if line.startswith("SSL")])
        done = query(s, server, "select repeat('0123456789', 1000000)")
        s.check("10000000 bytes from the server", done.out == b"0123456789" * 1000000 + b"\n", done.err)
        value = digest(b"value") * 1000
        done = query(s, server, f"select sha2('{value}', 256)")
        s.equal("64000 bytes to the server", done.text, digest(value.encode()) + "\n")


@quick
def step_client_certificates(s):
    """Users that need a certificate."""
    with mariadbd(s) as server:
        for user in ("bearer", "careful"):
            done = query(s, server, "select 1", *own_certificate(s), user=user)
            s.equal(f"{user}: a good certificate", (done.code, done.text), (0, "1\n"))
            for name, words in (("none", ()), ("a stranger's", own_certificate(s, "stranger")),
                                ("a key of another certificate", own_certificate(s, "client", "stranger"))):
                done = query(s, server, "select 1", *words, user=user)
                s.check(f"{user}: {name}: refused", done.code == 1, done.both)
                s.same(f"{user}: {name}: message", message(done.err))


def message(text):
    """The client's error. A refusal in TLS 1.3 comes after the client's handshake, as an alert or a close."""
    lost = "Lost connection|server has gone away|SSL error: .*alert|Error writing|TLS/SSL error"
    return "ERROR: refused" if any(word in text for word in lost.split("|")) and "alert" in text or "Lost" in text else text


@quick
@role("client")
def step_verification(s):
    """What the client verifies."""
    with mariadbd(s) as server:
        def outcome(name, code, *words, **how):
            done = query(s, server, "select 1", *words, **how)
            s.equal(f"{name}: exit status", done.code, code)
            s.same(f"{name}: message", done.err)

        outcome("the address is in the certificate", 0)
        outcome("another host name", 1, host="localhost")
        outcome("another host name, unverified", 0, host="localhost", verify=False)
        outcome("unknown issuer", 1, ca="other-ca.pem")
        outcome("a CA file that is not there", 1, ca="nothing.pem")
        outcome("ciphers that do not exist", 1, "--ssl-cipher=NO-SUCH-CIPHER")
        other = {"1.2": "TLSv1.3", "1.3": "TLSv1.2"}[s.version]
        outcome("no version in common", 1, f"--tls-version={other}")
        outcome("no TLS where the user must have it", 1, "--skip-ssl", verify=False)
    with mariadbd(s, cert="expired") as server:
        outcome("an expired certificate", 1)


def step_resumption(s):
    """s_client -starttls mysql, and the server's counters."""
    with mariadbd(s) as server:
        path, kinds = s.home / "session.pem", []
        for words in (("-sess_out", path), ("-sess_in", path), ("-sess_in", path)):
            if words[0] == "-sess_out" or path.exists():
                # What is no login makes the server answer, after its tickets, and close.
                done = s.s_client(server.port, "-starttls", "mysql", s.openssl_flag, *words, "-ign_eof", "-nocommands",
                                  data=b"\x01\x00\x00\x02\x00")
                kinds += [line.partition(",")[0] for line in done.text.splitlines() if line.startswith(("New,", "Reused,"))]
        s.same("connections of s_client", kinds)
        s.same("the server's counters", settled(lambda: status(
            s, server, "Ssl_accepts", "Ssl_finished_accepts", "Ssl_session_cache_hits", "Ssl_session_cache_misses",
            "Ssl_session_cache_timeouts", "Ssl_used_session_cache_entries", "Ssl_session_cache_overflows")))


def step_revoked(s):
    """ssl_crl, and FLUSH SSL after the files have changed."""
    (s.home / "list.pem").write_text(s.certificates.revoked("client"))
    with mariadbd(s):
        pass
    with mariadbd(s, f"--ssl-crl={s.home}/list.pem") as server:
        done = query(s, server, "select 1", *own_certificate(s), user="careful")
        s.check("a revoked certificate: refused", done.code == 1, done.both)
        s.same("a revoked certificate: message", message(done.err))
        for suffix in ("pem", "key"):
            shutil.copyfile(s.certificates / f"expired.{suffix}", s.home / "keys" / f"one.test.{suffix}")
        s.equal("FLUSH SSL", query(s, server, "flush ssl").code, 0)
        done = query(s, server, "select 1")
        s.same("after FLUSH SSL the new certificate, which has expired", (done.code, done.err))
        (s.home / "keys" / "one.test.pem").write_text("rubbish")
        done = query(s, server, "flush ssl", ca=None, verify=False)
        s.same("FLUSH SSL with rubbish", (done.code, done.err))
        s.equal("the server goes on", query(s, server, "select 1", ca=None, verify=False).text, "1\n")
