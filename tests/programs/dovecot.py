"""dovecot as a server of IMAP and POP3, and as a proxy that is a client, with curl and openssl s_client."""

import re
from contextlib import contextmanager

from support.normalise import lines_with
from support.scenario import free_port, listening, quick, role, settled

PROGRAM = "dovecot"
ROLES = {
    "server": "IMAP and POP3 with TLS at once and after STARTTLS, client certificates as users, resumption",
    "client": "a proxy that logs in to another dovecot over TLS",
}
NEEDS = ("dovecot", "curl", "openssl")
ROOT = True

SETTINGS = """
base_dir = {home}/run-{name}
state_dir = {home}/run-{name}
instance_name = {name}
import_environment = TZ LD_PRELOAD REPRISE_LIB
log_path = /dev/stderr
protocols = imap pop3
listen = 127.0.0.1
ssl = required
ssl_cert = <{cert}.pem
ssl_key = <{cert}.key
ssl_min_protocol = {protocol}
verbose_ssl = no
auth_verbose = yes
mail_location = maildir:{home}/mail/%u
first_valid_uid = 1
service imap-login {{
  service_count = 0
  process_min_avail = 1
  inet_listener imap {{
    port = {ports[0]}
  }}
  inet_listener imaps {{
    port = {ports[1]}
    ssl = yes
  }}
}}
service pop3-login {{
  service_count = 0
  inet_listener pop3 {{
    port = {ports[2]}
  }}
  inet_listener pop3s {{
    port = {ports[3]}
    ssl = yes
  }}
}}
"""

MAILBOXES = """
passdb {
  driver = static
  args = password=secret
}
userdb {
  driver = static
  args = uid=daemon gid=daemon home=/nonexistent
}
"""

PROXY = """
passdb {{
  driver = static
  args = nopassword=y proxy=y host=127.0.0.1 port={port} ssl={ssl}
}}
ssl_ca = <{ca}
ssl_require_crl = no
"""


@contextmanager
def dovecot(s, *more, boxes=MAILBOXES, name="mailboxes", role="server", cert="one.test"):
    """Runs a server; it has `imap`, `imaps`, `pop3` and `pop3s`: ports."""
    for folder in (s.home, s.home.parent):
        folder.chmod(0o711)
    (s.home / "mail").mkdir(exist_ok=True)
    (s.home / "mail").chmod(0o777)
    ports = [free_port() for _ in range(4)]
    file = s.home / f"{name}-{ports[0]}.conf"
    file.write_text(SETTINGS.format(home=s.home, name=name, ports=ports, cert=s.certificates / cert, protocol=s.protocol)
                    + boxes + "\n".join(more) + "\n")
    words = ("-F", "-c", file)
    with s.service("dovecot", *words, name=name, role=role, ready=lambda _: all(map(listening, ports))) as server:
        server.imap, server.imaps, server.pop3, server.pop3s = ports
        yield server


def curl(s, scheme, port, path, *words, user="ann:secret", **how):
    return s.curl(port, "--ssl-reqd", "-u", user, *words, f"{scheme}://one.test:{port}/{path}", **how)


def mail(size):
    """A mail of about `size` bytes."""
    line = "0123456789" * 7 + "\r\n"
    return ("From: ann@one.test\r\nSubject: test\r\n\r\n" + line * (size // len(line) + 1)).encode()


@quick
def step_mail(s):
    """Mails put and fetched, over all four ports."""
    with dovecot(s) as server:
        number = 0
        for scheme, port in (("imap", server.imap), ("imaps", server.imaps)):
            for size in (100, 1_000_000):
                number += 1
                (s.home / "mail.txt").write_bytes(mail(size))
                done = curl(s, scheme, port, "INBOX", "-T", s.home / "mail.txt")
                s.equal(f"{scheme}: a mail of {size} bytes put", (done.code, done.err), (0, ""))
                done = curl(s, scheme, port, f"INBOX;MAILINDEX={number}")
                s.check(f"{scheme}: a mail of {size} bytes fetched", done.out == mail(size), (len(done.out), done.err))
        for scheme, port in (("pop3", server.pop3), ("pop3s", server.pop3s)):
            done = curl(s, scheme, port, "2")
            s.check(f"{scheme}: a mail fetched", done.out.rstrip() == mail(1_000_000).rstrip(), (len(done.out), done.err))
        done = curl(s, "imaps", server.imaps, "", user="ann:wrong")
        s.same("a wrong password", (done.code, done.err))
        done = s.curl(server.imap, "-u", "ann:secret", f"imap://one.test:{server.imap}/")
        s.same("no TLS where it is required", (done.code, done.err))
        server.wait_for(lambda: server.err.count("Login:") >= 6, "log")
        s.check("the log says that the login used TLS", ", TLS, session=" in server.err, server.err[-600:])


@quick
def step_resumption(s):
    """s_client over both kinds of port."""
    with dovecot(s) as server:
        for name, port, words in (("imaps", server.imaps, ()), ("imap", server.imap, ("-starttls", "imap"))):
            path, kinds = s.home / f"{name}.pem", []
            for session in (("-sess_out", path), ("-sess_in", path), ("-sess_in", path)):
                if session[0] == "-sess_out" or path.exists():
                    done = s.s_client(port, s.openssl_flag, *words, *session, "-ign_eof", data=b"a logout\r\n")
                    s.check(f"{name}: the answer", "* BYE Logging out" in done.text, done.both[-500:])
                    kinds += [line.partition(",")[0] for line in lines_with(done.text, "New,", "Reused,")]
            s.same(f"{name}: connections", kinds)
            s.equal(f"{name}: the first is new", kinds[0], "New")


@quick
def step_client_certificates(s):
    """auth_ssl_require_client_cert, and names of users from certificates."""
    mine = ("--cert", s.certificates / "client.pem", "--key", s.certificates / "client.key")
    stranger = ("--cert", s.certificates / "stranger.pem", "--key", s.certificates / "stranger.key")
    more = (f"ssl_ca = <{s.certificates / 'ca.pem'}", "ssl_require_crl = no", "ssl_verify_client_cert = yes",
            "auth_ssl_require_client_cert = yes", "auth_ssl_username_from_cert = yes", "auth_username_chars =")
    with dovecot(s, *more) as server:
        done = curl(s, "imaps", server.imaps, "", *mine)
        s.equal("a good certificate", done.code, 0)
        server.wait_for(lambda: "Login:" in server.err, "log")
        s.check("a good certificate: its name is the user", "user=<client one>" in server.err, server.err[-500:])
        for name, words in (("none", ()), ("a stranger's", stranger)):
            before = len(server.err)
            done = curl(s, "imaps", server.imaps, "", *words)
            s.check(f"{name}: refused", done.code != 0, done.both)
            if name == "none":
                s.same(f"{name}: message", (done.code, done.err))
            line = settled(lambda: lines_with(server.err[before:].replace("imap-login: ", "\nimap-login: "), "imap-login: "))
            s.same(f"{name}: the log", [part.partition(": user=")[0] for part in line or []])


@role("client")
def step_proxy(s):
    """A proxy over TLS, at once and after STARTTLS, and one that cannot verify."""
    with dovecot(s) as far:
        kinds = (("TLS at once", far.imaps, "yes"), ("STARTTLS", far.imap, "no starttls=yes"))
        for number, (name, port, ssl) in enumerate(kinds, 1):
            boxes = PROXY.format(port=port, ssl=ssl, ca=s.certificates / "ca.pem")
            with dovecot(s, boxes=boxes, name="proxy", role="client") as near:
                (s.home / "mail.txt").write_bytes(mail(1000))
                how = {"user": "bob:secret", "side": type(s.client)("system", None), "restrict": False}
                done = curl(s, "imaps", near.imaps, "INBOX", "-T", s.home / "mail.txt", **how)
                s.equal(f"{name}: a mail put through the proxy", (done.code, done.err), (0, ""))
                done = curl(s, "imaps", near.imaps, f"INBOX;MAILINDEX={number}", **how)
                s.check(f"{name}: a mail fetched through the proxy", done.out == mail(1000), done.both)
        boxes = PROXY.format(port=far.imaps, ssl="yes", ca=s.certificates / "other-ca.pem")
        with dovecot(s, boxes=boxes, name="proxy", role="client") as near:
            done = curl(s, "imaps", near.imaps, "", **how)
            s.check("unknown issuer: refused", done.code != 0, done.both)
            # It may see its own refusal as a failed handshake or as a closed connection.
            s.same("unknown issuer: the proxy's log", settled(lambda: re.findall(
                r"Received invalid SSL certificate: [^?]*", near.err))[:1])


def step_errors(s):
    """What cannot work."""
    with dovecot(s) as server:
        done = curl(s, "imaps", server.imaps, "", ca="other-ca.pem")
        s.same("unknown issuer", (done.code, done.err))
    for name, more in (("a key of another certificate", f"ssl_key = <{s.certificates / 'client.key'}"),
                       ("ciphers that do not exist", "ssl_cipher_list = NO-SUCH-CIPHER")):
        with dovecot(s, more) as server:
            done = curl(s, "imaps", server.imaps, "")
            s.check(f"{name}: no connection", done.code != 0, done.both)
            found = settled(lambda: [line for line in server.err.splitlines() if "rror" in line])
            s.same(f"{name}: the log", sorted({line.partition("rror: ")[2].partition(": user=")[0] for line in found}))
