"""postfix as a server with STARTTLS, and as a client of another postfix, each with its session caches."""

import os
import pwd
import re
from contextlib import contextmanager

from support.normalise import lines_with
from support.scenario import free_port, listening, quick, role, settled

PROGRAM = "postfix"
ROLES = {
    "server": "STARTTLS and TLS at once, tickets and tlsmgr's cache, client certificates, the Received line",
    "client": "verified and opportunistic delivery, its session cache, certificates, errors in its log",
}
LIMITS = {"client": "no security levels `fingerprint`, `dane` and `dane-only`: mails wait, and the log says why"}
NEEDS = ("postfix", "postfix-master", "curl", "openssl")
ROOT = True

MAIN = """
compatibility_level = 3.6
queue_directory = {home}/{name}/spool
data_directory = {home}/{name}/data
daemon_directory = /usr/lib/postfix/sbin
command_directory = /usr/sbin
sendmail_path = /usr/sbin/sendmail
shlib_directory = /usr/lib/postfix
meta_directory = /etc/postfix
mail_owner = postfix
setgid_group = postdrop
maillog_file = {home}/{name}/log
maillog_file_prefixes = {home}
import_environment = MAIL_CONFIG MAIL_DEBUG MAIL_LOGTAG POSTLOG_SERVICE POSTLOG_HOSTNAME LANG=C LD_PRELOAD REPRISE_LIB
multi_instance_enable = no
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = one.test
mydestination =
local_recipient_maps =
mynetworks = 127.0.0.0/8
alias_maps =
biff = no
virtual_mailbox_domains = two.test
virtual_mailbox_base = {home}/{name}/mail
virtual_mailbox_maps = static:box/
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{uid}
smtpd_tls_cert_file = {certificates}/one.test.pem
smtpd_tls_key_file = {certificates}/one.test.key
smtpd_tls_security_level = may
smtpd_tls_mandatory_protocols = {protocols}
smtpd_tls_protocols = {protocols}
smtpd_tls_loglevel = 1
smtpd_tls_received_header = yes
smtp_tls_protocols = {protocols}
smtp_tls_mandatory_protocols = {protocols}
smtp_tls_loglevel = 2
smtp_tls_connection_reuse = no
smtp_connection_cache_on_demand = no
tls_random_source = dev:/dev/urandom
"""

MASTER = """
{port}        inet  n - n - - smtpd
{secure_port} inet  n - n - - smtpd -o smtpd_tls_wrappermode=yes
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 300 1 qmgr
tlsmgr    unix  - - n 1000? 1 tlsmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
verify    unix  - - n - 1 verify
proxymap  unix  - - n - - proxymap
smtp      unix  - - n - - smtp
relay     unix  - - n - - smtp
error     unix  - - n - - error
retry     unix  - - n - - error
virtual   unix  - n n - - virtual
anvil     unix  - - n - 1 anvil
scache    unix  - - n - 1 scache
postlog   unix-dgram n - n - 1 postlogd
"""


@contextmanager
def postfix(s, *settings, name="server", role="server"):
    """Runs an instance; it has `port`, `secure_port`, `log()` and `mails()`."""
    name = f"{name}-{free_port()}"
    home = s.home / name
    account = pwd.getpwnam("postfix")
    for folder in (s.home, s.home.parent):
        folder.chmod(0o711)
    for folder in (home, home / "etc", home / "spool", home / "data", home / "mail"):
        folder.mkdir()
    for folder in (home / "data", home / "mail"):
        os.chown(folder, account.pw_uid, account.pw_gid)
    ports = free_port(), free_port()
    protocols = f">=TLSv{s.version}, <=TLSv{s.version}"
    main = MAIN.format(home=s.home, name=name, uid=account.pw_uid, certificates=s.certificates.folder, protocols=protocols)
    changed = {setting.partition(" ")[0] for setting in settings}
    kept = [line for line in main.splitlines() if line.partition(" ")[0] not in changed]
    (home / "etc" / "main.cf").write_text("\n".join([*kept, *settings]) + "\n")
    (home / "etc" / "master.cf").write_text(MASTER.format(port=ports[0], secure_port=ports[1]))
    log = home / "log"
    system = type(s.server)("system", None)
    done = s.run("postfix", "-c", home / "etc", "check", side=system)  # makes the folders of the queue
    assert done.code == 0, done.both
    # `postfix start-fg` would start this, too, but would not end it.
    words = ("-c", home / "etc", "-d")
    more = {"MAIL_CONFIG": str(home / "etc")}
    ready = lambda _: all(map(listening, ports))  # noqa: E731
    with s.service("postfix-master", *words, name=name, role=role, ready=ready, more=more) as server:
        server.port, server.secure_port = ports
        server.log = lambda: log.read_text(errors="replace") if log.exists() else ""
        server.mails = lambda: sorted(home.glob("mail/box/new/*"), key=lambda path: path.stat().st_mtime_ns)
        yield server


def mail(size):
    """A mail of about `size` bytes."""
    line = "0123456789" * 7 + "\n"
    return "From: ann@one.test\nTo: bob@two.test\nSubject: test\n\n" + line * (size // len(line) + 1)


def send(s, port, *words, size=1000, scheme="smtp", **how):
    """curl hands over a mail."""
    (s.home / "mail.txt").write_text(mail(size).replace("\n", "\r\n"))
    return s.curl(port, "--ssl-reqd", "--mail-from", "ann@one.test", "--mail-rcpt", "bob@two.test", "-T",
                  s.home / "mail.txt", *words, f"{scheme}://one.test:{port}/one.test", **how)


def arrived(server, count):
    """The text of the last of `count` mails."""
    mails = settled(lambda: len(server.mails()) >= count and server.mails(), timeout=30)
    assert mails, f"no mail number {count}\n{server.log()[-2500:]}"
    return mails[-1].read_text()


def lines(server, pattern):
    """What the log says that matches, without process numbers and ports."""
    found = re.findall(pattern, server.log())
    return [re.sub(r"\]:\d+|\[\d+\]", "", line) for line in found]


def received(text):
    """How the first Received line describes the TLS of the connection."""
    match = re.search(r"\(using.*?\)\s*\((Client.*?)\)|\(using.*?\)\n", text, re.DOTALL)
    return re.sub(r"\s+", " ", text[text.find("(using"):text.find("by one.test")]) if match else "none"


@quick
def step_server(s):
    """Mails over STARTTLS and over TLS at once."""
    with postfix(s) as server:
        for number, (scheme, size) in enumerate((("smtp", 1000), ("smtp", 3_000_000), ("smtps", 1000)), 1):
            port = server.secure_port if scheme == "smtps" else server.port
            done = send(s, port, size=size, scheme=scheme)
            s.equal(f"{scheme}, {size} bytes: exit status", (done.code, done.err), (0, ""))
            text = arrived(server, number)
            body = mail(size).partition("\n\n")[2]
            s.check(f"{scheme}, {size} bytes: the mail is intact", text.endswith(body), text[:900])
            s.same(f"{scheme}, {size} bytes: the Received line", received(text))
        s.same("the log's lines about TLS", sorted(set(lines(server, r"(\w+ TLS connection established from .*)"))))
        s.equal("nothing bad in the log", lines(server, r"((?:warning|error|fatal|panic): .*)"), [])


@quick
def step_server_resumption(s):
    """s_client with STARTTLS, with tickets and with the cache of tlsmgr."""
    for name, settings in (("tickets", ()), ("the cache", (
            "tls_ssl_options = NO_TICKET", "smtpd_tls_session_cache_database = btree:${data_directory}/smtpd_scache"))):
        with postfix(s, *settings) as server:
            path, kinds = s.home / f"{name}.pem", []
            for words in (("-sess_out", path), ("-sess_in", path), ("-sess_in", path)):
                if words[0] == "-sess_out" or path.exists():
                    done = s.s_client(server.port, "-starttls", "smtp", s.openssl_flag, *words, "-ign_eof",
                                      "-nocommands", data=b"QUIT\r\n", timeout=60)
                    kinds += [line.partition(",")[0] for line in lines_with(done.text, "New,", "Reused,")]
            s.same(f"{name}: connections", kinds)
            s.equal(f"{name}: the first is new", kinds[0], "New")
            s.equal(f"{name}: nothing bad in the log", lines(server, r"((?:warning|error|fatal|panic): .*)"), [])


def step_server_certificates(s):
    """smtpd_tls_req_ccert and smtpd_tls_ask_ccert."""
    mine = ("--cert", s.certificates / "client.pem", "--key", s.certificates / "client.key")
    stranger = ("--cert", s.certificates / "stranger.pem", "--key", s.certificates / "stranger.key")
    ca = f"smtpd_tls_CAfile = {s.certificates / 'ca.pem'}"
    with postfix(s, ca, "smtpd_tls_ask_ccert = yes", "smtpd_tls_security_level = encrypt") as server:
        for number, (name, words) in enumerate((("a good one", mine), ("none", ()), ("a stranger's", stranger)), 1):
            done = send(s, server.port, *words)
            s.equal(f"asked for a certificate: {name}: exit status", (done.code, done.err), (0, ""))
            s.same(f"asked for a certificate: {name}: the Received line", received(arrived(server, number)))
    with postfix(s, ca, "smtpd_tls_req_ccert = yes", "smtpd_tls_security_level = encrypt") as server:
        done = send(s, server.port, *mine)
        s.equal("a certificate is required: a good one", (done.code, done.err), (0, ""))
        for name, words in (("none", ()), ("a stranger's", stranger)):
            done = send(s, server.port, *words)
            s.check(f"a certificate is required: {name}: refused", done.code != 0, done.both)
        settled(lambda: len(lines(server, "(warning: TLS library problem.*)")) >= 2)
        s.same("a certificate is required: the log", sorted(set(
            re.sub(r"(error:\w+:[^:]*):[^:]*:([^:]*):[^:]*:\d+:", r"\1:\2:", line)
            for line in lines(server, r"(warning: TLS library problem.*|NOQUEUE: .*|SSL_accept error.*)"))))


@role("client")
def step_client(s):
    """Delivery to another postfix: the levels of security, verification, and the session cache."""
    with postfix(s, "smtpd_tls_ask_ccert = yes", f"smtpd_tls_CAfile = {s.certificates / 'ca.pem'}") as far:
        def delivery(name, *settings, count=1, works=True):
            with postfix(s, f"relayhost = [127.0.0.1]:{far.port}", "virtual_mailbox_domains =", *settings,
                         name="client", role="client") as near:
                for number in range(count):
                    before = len(far.mails())
                    done = s.curl(near.port, "--mail-from", "ann@one.test", "--mail-rcpt", "bob@two.test", "-T",
                                  s.home / "mail.txt", f"smtp://127.0.0.1:{near.port}/one.test",
                                  side=type(s.client)("system", None))
                    assert done.code == 0, done.err
                    if works:
                        s.same(f"{name}: the Received line of mail {number + 1}", received(arrived(far, before + 1)))
                    wanted = "status=sent" if works else "status=deferred"
                    near.wait_for(lambda: near.log().count(wanted) > number, wanted, timeout=30)
                # Reprise reports only two states of a handshake (docs/differences.md).
                s.same(f"{name}: the log", sorted(set(lines(
                    near, r"smtp\[\d+\]: (\w+ TLS connection.*|\S+: (?:Reusing|depth=|certificate|re-using).*|warning.*)"))))
                s.same(f"{name}: the status", [re.sub(r"[0-9A-F]{9,12}", "ID", line) for line in
                                               lines(near, r"(status=\w+ \([^)]*\))")][:1])

        (s.home / "mail.txt").write_text(mail(1000).replace("\n", "\r\n"))
        verify = f"smtp_tls_CAfile = {s.certificates / 'ca.pem'}"
        cache = "smtp_tls_session_cache_database = btree:${data_directory}/smtp_scache"
        secure = ("smtp_tls_security_level = secure", "smtp_tls_secure_cert_match = one.test")
        delivery("encrypt", "smtp_tls_security_level = encrypt")
        delivery("secure, with the session cache", verify, cache, *secure, count=3)
        delivery("secure, with a certificate", verify, *secure, f"smtp_tls_cert_file = {s.certificates / 'client.pem'}",
                 f"smtp_tls_key_file = {s.certificates / 'client.key'}")
        delivery("secure, another name", verify, secure[0], "smtp_tls_secure_cert_match = two.test", works=False)
        delivery("secure, unknown issuer", f"smtp_tls_CAfile = {s.certificates / 'other-ca.pem'}", *secure, works=False)
        digest = s.run("openssl", "x509", "-in", s.certificates / "one.test.leaf.pem", "-noout", "-fingerprint", "-sha256",
                       side=type(s.client)("system", None)).text.strip().partition("=")[2]
        pinned = ("smtp_tls_security_level = fingerprint", "smtp_tls_fingerprint_digest = sha256",
                  f"smtp_tls_fingerprint_cert_match = {digest}")
        if not s.client.library:
            delivery("fingerprint", *pinned)
            return
        # postfix verifies fingerprints by DANE, which Reprise has not: nothing is sent, and the log says why.
        with postfix(s, f"relayhost = [127.0.0.1]:{far.port}", "virtual_mailbox_domains =", *pinned,
                     name="client", role="client") as near:
            before = len(far.mails())
            done = s.curl(near.port, "--mail-from", "ann@one.test", "--mail-rcpt", "bob@two.test", "-T",
                          s.home / "mail.txt", f"smtp://127.0.0.1:{near.port}/one.test", side=type(s.client)("system", None))
            assert done.code == 0, done.err
            near.wait_for(lambda: "status=deferred" in near.log(), "status=deferred", timeout=30)
            s.check("fingerprint: the log names DANE", "does not verify by DANE" in near.log(), near.log()[-1500:])
            s.equal("fingerprint: nothing is sent", len(far.mails()), before)
