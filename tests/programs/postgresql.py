"""PostgreSQL as a server with psql as its client (libpq), and openssl s_client -starttls postgres."""

import re
import shutil

from support.normalise import lines_with
from support.payload import digest
from support.postgresql import own, postgresql
from support.scenario import quick, role, settled

PROGRAM = "postgres with psql"
ROLES = {
    "server": "passwords with channel binding, large results and COPY, client certificates, revocation lists, an "
              "encrypted key, reload",
    "client": "sslmode=verify-full and the others, client certificates, an encrypted key, revocation lists",
}
NEEDS = ("postgres", "psql", "initdb", "openssl")

STATE = "select version, cipher, bits, coalesce(client_dn, 'none') from pg_stat_ssl where pid = pg_backend_pid()"


def psql(s, server, query, *, user="people", host="one.test", root="ca.pem", mode="verify-full", data=b"", more=None,
         **options):
    """Runs a query; options are libpq's connection parameters."""
    facts = {
        "host": host, "hostaddr": "127.0.0.1", "port": server.port, "user": user, "dbname": "postgres",
        "password": "secret", "gssencmode": "disable", "sslmode": mode, "connect_timeout": 20,
        **({"sslrootcert": s.certificates / root} if root else {}), **options,
    }
    target = " ".join(f"{key}='{value}'" for key, value in facts.items())
    return s.run("psql", "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", target, "-c", query, data=data, more=more)


def own_certificate(s, name="client", key=None):
    """libpq's parameters for a client certificate."""
    return {"sslcert": s.certificates / f"{name}.pem", "sslkey": s.certificates / f"{key or name}.key"}


def complaints(server):
    """What the server has logged about connections that failed."""
    return re.findall(r"LOG:  (could not accept .*)|FATAL:  (.*)", server.err)


def message(text):
    """What libpq says, without the address before it."""
    return re.sub(r'connection to server at "[^"]*"( \([^)]*\))?, port \d+ failed: ', "", text.replace("psql: error: ", ""))


@quick
def step_connection(s):
    """sslmode=verify-full and a password, with and without channel binding."""
    with postgresql(s) as server:
        for binding in ("require", "disable"):
            done = psql(s, server, STATE, channel_binding=binding)
            s.equal(f"channel_binding={binding}: exit status", (done.code, done.err), (0, ""))
            s.same(f"channel_binding={binding}: the connection as the server knows it", done.text)
            s.equal(f"channel_binding={binding}: version", done.text.partition("|")[0], s.protocol)
        server.wait_for(lambda: server.err.count("SSL enabled") >= 2, "log")
        s.same("the server's log of the connections", sorted(set(
            re.findall(r"connection authorized: (.*)", server.err))))
        text = psql(s, server, r"\conninfo").text
        s.same("psql: the connection as the client knows it", text.replace(str(server.port), "PORT"))


@quick
def step_data(s):
    """Large results and COPY."""
    with postgresql(s) as server:
        done = psql(s, server, "select repeat('0123456789', 1000000)")
        s.check("10000000 bytes from the server", done.out == b"0123456789" * 1000000 + b"\n", done.err)
        rows = b"".join(b"%d\t%s\n" % (number, b"x" * (number % 3000)) for number in range(6000))
        done = psql(s, server, "create table rows (number integer, text text)")
        done = psql(s, server, "copy rows from stdin", data=rows)
        s.equal("copy to the server: exit status", (done.code, done.err), (0, ""))
        done = psql(s, server, "copy (select * from rows order by number) to stdout")
        s.equal("copy from the server: the same rows", digest(done.out), digest(rows))
        psql(s, server, "drop table rows")


@quick
def step_client_certificates(s):
    """Client certificates, alone and beside a password."""
    with postgresql(s) as server:
        done = psql(s, server, STATE, user="bearer", **own_certificate(s))
        s.check("certificate: accepted instead of a password", done.code == 0 and "client one" in done.text, done.both)
        s.same("certificate: as the server knows it", done.text)
        s.equal("certificate and password", psql(s, server, "select 1", user="careful", **own_certificate(s)).text, "1\n")
        mine = own_certificate(s, key="client.encrypted")
        s.equal("certificate: an encrypted key and sslpassword",
                psql(s, server, "select 1", user="careful", sslpassword="word", **mine).text, "1\n")
        failing = {
            "an encrypted key and a wrong sslpassword": ("careful", {**mine, "sslpassword": "other"}),
            "none, where the user must have one": ("bearer", {}),
            "none, where one must stand beside the password": ("careful", {}),
            "a stranger's": ("bearer", own_certificate(s, "stranger")),
            "a key of another certificate": ("bearer", own_certificate(s, "client", "stranger")),
            "a file that is not there": ("bearer", {"sslcert": "/nothing.pem", "sslkey": s.certificates / "client.key"}),
        }
        for name, (user, options) in failing.items():
            before = len(complaints(server))
            done = psql(s, server, "select 1", user=user, **options)
            s.equal(f"certificate: {name}: exit status", done.code, 2)
            s.same(f"certificate: {name}: message", message(done.err))
            s.same(f"certificate: {name}: the server's log", settled(lambda: complaints(server)[before:]))


@quick
@role("client")
def step_verification(s):
    """What verify-full, verify-ca and require let pass."""
    with postgresql(s) as server:
        def outcome(name, code, **options):
            done = psql(s, server, "select 1", **options)
            s.equal(f"{name}: exit status", done.code, code)
            s.same(f"{name}: message", message(done.err))

        outcome("verify-full: another host name", 2, host="two.test")
        outcome("verify-ca: another host name", 0, host="two.test", mode="verify-ca")
        outcome("verify-full: the address", 0, host="127.0.0.1")
        outcome("verify-full: unknown issuer", 2, root="other-ca.pem")
        outcome("require: unknown issuer, but nothing to verify with", 0, root=None, mode="require")
        outcome("verify-full: a root file that is not there", 2, root="nothing.pem")
        outcome("verify-full: a root file with rubbish", 2, root="one.test.key")
        outcome("no TLS where the server demands it", 2, mode="disable")
        other = {"1.2": "TLSv1.3", "1.3": "TLSv1.2"}[s.version]
        outcome("no version in common", 2, ssl_min_protocol_version=other, ssl_max_protocol_version=other)
        outcome("verify-full: no server name sent", 0, sslsni=0)


def step_revoked(s):
    """Certificate revocation lists on both sides."""
    revoked = s.certificates.revoked("client")
    folder = s.home / "server-keys"
    with postgresql(s):
        pass
    (folder / "list.pem").write_text(revoked)
    own(folder / "list.pem", 0o600)
    with postgresql(s, more=f"ssl_crl_file = '{folder}/list.pem'") as server:
        done = psql(s, server, "select 1", user="bearer", **own_certificate(s))
        s.equal("server with ssl_crl_file: a revoked certificate: exit status", done.code, 2)
        s.same("server with ssl_crl_file: a revoked certificate: message", message(done.err))
        server.wait_for(lambda: "could not accept SSL connection" in server.err, "log")
        s.same("server with ssl_crl_file: log", re.findall("(could not accept SSL connection.*)", server.err))
        empty = s.home / "client-list.pem"
        empty.write_text(revoked)
        done = psql(s, server, "select 1", sslcrl=empty)
        s.same("psql with sslcrl, but no list of the intermediate: what happens", (done.code, message(done.err)))


def step_passphrase(s):
    """An encrypted key of the server and ssl_passphrase_command; reload with another certificate."""
    with postgresql(s):
        pass
    folder = s.home / "server-keys"
    shutil.copy(s.certificates / "one.test.encrypted.key", folder / "encrypted.key")
    own(folder / "encrypted.key", 0o600)
    more = f"ssl_key_file = '{folder}/encrypted.key'\nssl_passphrase_command = 'echo word'\n"
    with postgresql(s, more=more + "ssl_passphrase_command_supports_reload = on") as server:
        s.equal("ssl_passphrase_command: a connection", psql(s, server, "select 1").text, "1\n")
        for suffix in ("pem", "key"):
            text = open(s.certificates / f"two.test.{suffix}", encoding="ascii").read()
            (folder / f"two.test.{suffix}").write_text(text)
            own(folder / f"two.test.{suffix}", 0o600)
        for name, value in (("ssl_cert_file", "two.test.pem"), ("ssl_key_file", "two.test.key")):
            psql(s, server, f"alter system set {name} = '{folder}/{value}'")
        psql(s, server, "select pg_reload_conf()")
        server.wait_for(lambda: "received SIGHUP" in server.err, "reload")
        done = settled(lambda: (r := psql(s, server, "select 1", host="two.test")).code == 0 and r, timeout=20)
        s.check("reload: another certificate and key", done and done.text == "1\n", server.err[-1500:])
        psql(s, server, "alter system reset all", host="two.test")


def step_s_client(s):
    """openssl s_client -starttls postgres: never resumed, as the server has switched that off."""
    with postgresql(s) as server:
        path = s.home / "session.pem"
        kinds = []
        for words in (("-sess_out", path), ("-sess_in", path)):
            if words[0] == "-sess_in" and not path.exists():
                continue
            done = s.s_client(server.port, "-starttls", "postgres", *words)
            kinds.append(lines_with(done.text, "New, ", "Reused, ", "Verification"))
        s.same("s_client -starttls postgres, twice", kinds)
        s.check("s_client -starttls postgres: new", kinds[0][0].startswith(("New", "Verification")), kinds)
