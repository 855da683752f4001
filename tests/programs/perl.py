"""perl: IO::Socket::SSL and Net::SSLeay as a server and as a client."""

from support import language
from support.language import Language
from support.scenario import quick, role

PROGRAM = "perl"
ROLES = {
    "server": "IO::Socket::SSL: data in both directions, resumption, client certificates, encrypted keys, ALPN, exporters",
    "client": "IO::Socket::SSL: its session cache, verification, ALPN; Net::SSLeay",
}
NEEDS = ("perl", "openssl")


def perl(s):
    return Language(s, "tls.pl", "perl")


@quick
def step_data(s):
    """Data in both directions."""
    language.data(perl(s))


@quick
@role("client")
def step_resumption(s):
    """SSL_session_cache_size."""
    language.resumption(perl(s))


@quick
def step_client_certificates(s):
    """SSL_verify_mode."""
    language.client_certificates(perl(s))


@quick
@role("client")
def step_verification(s):
    """What the client refuses."""
    language.verification(perl(s))


def step_alpn(s):
    """SSL_alpn_protocols."""
    language.alpn(perl(s))


def step_encrypted_key(s):
    """SSL_passwd_cb."""
    key = s.certificates / "one.test.encrypted.key"
    with perl(s).server(key=key, password="word") as server:
        s.equal("an encrypted key", [one.get("intact") for one in perl(s).client(server)], [1])
    done = s.run("perl", *perl(s).words[1:], "server", '{"version": "1.3", "ca": "%s", "cert": "%s", "key": "%s", '
                 '"password": "other"}' % (s.certificates / "ca.pem", s.certificates / "one.test.pem", key))
    s.check("an encrypted key and a wrong password", "bad decrypt" in done.text, done.both)
