"""What Reprise cannot do: the program that asks for it says so in its own words and log."""

import re

from support.nginx import nginx, server_block
from support.scenario import free_port, listening, quick, settled

NEEDS = ("nginx", "openssl", "python3", "curl")
ONCE = True

PYTHON = """
import ssl, sys
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
try:
    exec(sys.argv[1])
    print("done")
except Exception as error:
    print(type(error).__name__, error)
"""


def on_reprise(s):
    """Whether the run is about Reprise: the system's libssl can do most of it."""
    return s.server.library is not None


@quick
def step_nginx(s):
    """nginx does not start with ciphers of which none is left."""
    for name, setting in (
        ("DHE only", "ssl_ciphers DHE-RSA-AES128-GCM-SHA256;"),
        ("static RSA only", "ssl_ciphers AES128-SHA:AES256-GCM-SHA384;"),
    ):
        port = free_port()
        try:
            with nginx(s, server_block(s, port, "one.test", setting), [port]):
                started = True
        except AssertionError as error:
            started, text = False, str(error)
        s.equal(f"nginx, {name}: it starts", started, not on_reprise(s))
        if on_reprise(s):
            s.check(f"nginx, {name}: the log names the feature and what there is",
                    "[emerg]" in text and "Reprise supports none" in text and "it has " in text, text)


@quick
def step_nginx_groups(s):
    """nginx with groups of which none is left fails in each handshake."""
    port = free_port()
    with nginx(s, server_block(s, port, "one.test", "ssl_ecdh_curve secp521r1;"), [port]) as server:
        done = s.curl(port, f"https://one.test:{port}/", restrict=False)
        s.equal("nginx, P-521 only: the handshake fails", done.code != 0, on_reprise(s))
        if on_reprise(s):
            logged = settled(lambda: re.findall(r"SSL_do_handshake\(\) failed \((.*?)\)", server.err))
            s.check("nginx, P-521 only: the log says what was missing", "no suitable key share" in str(logged), logged)


def step_nginx_versions(s):
    """nginx with old versions only says in each handshake's error which there are."""
    port = free_port()
    with nginx(s, server_block(s, port, "one.test"), [port], protocol="TLSv1 TLSv1.1") as server:
        s.curl(port, f"https://one.test:{port}/", restrict=False)
        logged = settled(lambda: re.findall(r"SSL_do_handshake\(\) failed \((.*?)\)", server.err))
        s.check("nginx, TLSv1 TLSv1.1: the handshake fails", logged, server.err)
        if on_reprise(s):
            s.check("nginx, TLSv1 TLSv1.1: the log says which versions there are",
                    "TLS 1.2 and TLS 1.3" in logged[0], logged)


@quick
def step_openssl(s):
    """The openssl command."""
    with s.s_server("-www") as server:
        for words in (("-tls1_1",), ("-max_protocol", "TLSv1.1")):
            done = s.s_client(server.port, *words, verify=False)
            s.check(f"s_client {words[0]}: it fails", done.code != 0, done.both)
            if on_reprise(s):
                s.check(f"s_client {words[0]}: it says which versions there are", "TLS 1.2" in done.err, done.err)
        for words in (("-cipher", "DHE-RSA-AES128-GCM-SHA256"), ("-ciphersuites", "TLS_AES_128_CCM_SHA256")):
            if on_reprise(s):
                done = s.s_client(server.port, *words, verify=False)
                s.check(f"s_client {words[0]}: it fails and says what there is",
                        done.code != 0 and "Reprise supports none" in done.err, done.both)
        done = s.s_client(server.port, "-dtls1_2", verify=False)
        s.check("s_client -dtls1_2: it fails", done.code != 0, done.both)
        if on_reprise(s):
            s.check("s_client -dtls1_2: it names DTLS", "DTLS" in done.err, done.err)
    if on_reprise(s):
        port = free_port()
        done = s.run("openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-dtls1_2", "-cert",
                     s.certificates / "one.test.pem", "-key", s.certificates / "one.test.key")
        s.check("s_server -dtls1_2: it fails and names DTLS",
                done.code != 0 and "DTLS" in done.err and not listening(port), done.both)


def step_renegotiation(s):
    """s_client's command R in TLS 1.2."""
    with s.s_server("-www", "-tls1_2") as server:
        done = s.s_client(server.port, "-tls1_2", data=b"R\n")
        s.check("s_client: renegotiation begins", "RENEGOTIATING" in done.both, done.both[-900:])
        if on_reprise(s):
            s.check("s_client: it ends with an error that names it", "enegotiat" in done.err, done.err)


@quick
def step_python(s):
    """python3 raises where a setting cannot be."""
    for code, word in (
        ("context.set_ciphers('DHE-RSA-AES128-GCM-SHA256')", "cipher"),
        ("context.set_ciphers('AES128-SHA')", "cipher"),
    ):
        done = s.run("python3", "-W", "ignore", "-c", PYTHON, code, side=s.server)
        s.equal(f"python3, {code}: works", done.text == "done\n", not on_reprise(s))
        if on_reprise(s):
            s.check(f"python3, {code}: what it raises", re.search(word, done.text), done.both)
