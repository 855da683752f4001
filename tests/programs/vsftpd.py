"""vsftpd as a server that wants the control channel's session on each data channel, with curl and python3."""

from contextlib import contextmanager

from support.payload import SIZES, digest, payload
from support.scenario import free_port, listening, quick, settled

PROGRAM = "vsftpd"
ROLES = {"server": "explicit and implicit FTPS, up and down, require_ssl_reuse, client certificates"}
NEEDS = ("vsftpd", "curl", "python3", "openssl")
ROOT = True

SETTINGS = """
listen=YES
listen_address=127.0.0.1
background=NO
anonymous_enable=YES
anon_root={root}
anon_upload_enable=YES
anon_other_write_enable=YES
anon_mkdir_write_enable=YES
anon_umask=022
write_enable=YES
no_anon_password=YES
ftp_username={user}
nopriv_user={user}
secure_chroot_dir={empty}
allow_writeable_chroot=YES
pasv_address=127.0.0.1
seccomp_sandbox=NO
xferlog_enable=YES
log_ftp_protocol=YES
vsftpd_log_file={log}
dual_log_enable=YES
xferlog_file={log}.transfers
ssl_enable=YES
allow_anon_ssl=YES
force_anon_data_ssl=YES
force_anon_logins_ssl=YES
ssl_tlsv1=YES
debug_ssl=YES
rsa_cert_file={cert}.pem
rsa_private_key_file={cert}.key
ssl_ciphers=HIGH
require_ssl_reuse={reuse}
"""


@contextmanager
def vsftpd(s, *settings, reuse="YES", implicit=False):
    """Runs a server of the folder s.home / "ftp" for anonymous users; it has `port` and `log()`."""
    port = free_port()
    root, empty = s.home / "ftp", s.home / "empty"
    for folder in (root, root / "up", empty):
        folder.mkdir(exist_ok=True)
    (root / "up").chmod(0o777)
    for folder in (s.home, s.home.parent):
        folder.chmod(0o711)
    for size in SIZES:
        (root / f"file-{size}").write_bytes(payload(size))
    log = s.home / f"vsftpd-{port}.log"
    text = SETTINGS.format(root=root, empty=empty, log=log, cert=s.certificates / "one.test", reuse=reuse, user="daemon")
    file = s.home / f"vsftpd-{port}.conf"
    file.write_text(text + f"listen_port={port}\nimplicit_ssl={'YES' if implicit else 'NO'}\n" + "\n".join(settings))
    with s.service("vsftpd", file, ready=lambda _: listening(port)) as server:
        server.port = port
        server.log = lambda: log.read_text(errors="replace") if log.exists() else ""
        yield server


def fetch(s, server, path, *words, scheme="ftp", **how):
    """curl with FTP over TLS on both channels."""
    return s.curl(server.port, "--ssl-reqd", "--ftp-pasv", *words, f"{scheme}://one.test:{server.port}/{path}", **how)


def said(server, words):
    """The distinct texts of the log with these words, without time, process and client."""
    lines = (line for line in server.log().splitlines() if words in line)
    return sorted({line.partition("DEBUG: ")[2].partition('", "')[2] for line in lines})


@quick
def step_data(s):
    """Files down and up with curl, which resumes on the data channel by itself."""
    with vsftpd(s) as server:
        for size in SIZES:
            done = fetch(s, server, f"file-{size}")
            s.check(f"{size} bytes down", done.code == 0 and done.out == payload(size), done.err)
            source = s.home / f"source-{size}"
            source.write_bytes(payload(size))
            done = fetch(s, server, f"up/file-{size}-{s.version}", "-T", source)
            arrived = s.home / "ftp" / "up" / f"file-{size}-{s.version}"
            s.equal(f"{size} bytes up: exit status", (done.code, done.err), (0, ""))
            there = settled(lambda: arrived.exists() and digest(arrived.read_bytes()))
            s.equal(f"{size} bytes up", there, digest(payload(size)))
        done = fetch(s, server, "")
        s.equal("the list of files", len(done.text.splitlines()), len(SIZES) + 1)
        s.same("what the log says of TLS", said(server, "SSL version"))


@quick
def step_reuse(s):
    """require_ssl_reuse: a data channel with a new session is refused."""
    for reuse in ("YES", "NO"):
        with vsftpd(s, reuse=reuse) as server:
            for resume in (True, False):
                result = s.python_task("ftps", server.port, version=s.version, resume=resume)
                name = f"require_ssl_reuse={reuse}, the client {'resumes' if resume else 'does not resume'}"
                s.same(f"{name}: what it gets", result)
                s.equal(f"{name}: intact", result.get("intact"), True if resume or reuse == "NO" else None)
                if resume:
                    s.equal(f"{name}: data channels resumed", result.get("reused"), [True] * 4)
            if reuse == "YES":
                log = server.log()
                s.check("the log says what is wrong", "No SSL session reuse on data channel" in log, log[-900:])


def step_implicit(s):
    """TLS from the first byte."""
    with vsftpd(s, implicit=True) as server:
        done = fetch(s, server, f"file-{SIZES[1]}", scheme="ftps")
        s.check("implicit: 16384 bytes down", done.code == 0 and done.out == payload(SIZES[1]), done.err)


def step_client_certificates(s):
    """require_cert and validate_cert."""
    mine = ("--cert", s.certificates / "client.pem", "--key", s.certificates / "client.key")
    stranger = ("--cert", s.certificates / "stranger.pem", "--key", s.certificates / "stranger.key")
    with vsftpd(s, "require_cert=YES", "validate_cert=YES", f"ca_certs_file={s.certificates / 'ca.pem'}") as server:
        done = fetch(s, server, f"file-{SIZES[1]}", *mine)
        s.check("client certificate: accepted on both channels", done.code == 0 and done.out == payload(SIZES[1]), done.err)
        for name, words in (("none", ()), ("a stranger's", stranger)):
            done = fetch(s, server, f"file-{SIZES[1]}", *words)
            s.check(f"client certificate: {name}: refused", done.code != 0, done.both[-300:])
        s.same("what the log says", said(server, "SSL_accept failed"))


def step_errors(s):
    """Certificates that do not verify; a client without TLS."""
    with vsftpd(s) as server:
        done = fetch(s, server, f"file-{SIZES[0]}", ca="other-ca.pem")
        s.same("unknown issuer", (done.code, done.err))
        done = s.curl(server.port, f"ftp://one.test:{server.port}/file-1")
        s.same("no TLS", (done.code, done.err))
