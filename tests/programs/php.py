"""php on the command line: ssl streams as a server and as a client, and https:// of file_get_contents."""

from support import language
from support.language import Language, clean
from support.scenario import quick, role

PROGRAM = "php"
ROLES = {
    "server": "ssl streams: data in both directions, client certificates, encrypted keys, ALPN",
    "client": "ssl streams: verification, ALPN; https:// addresses",
}
NEEDS = ("php", "python3", "openssl")


def php(s):
    return Language(s, "tls.php", "php", "-d", "display_errors=stderr")


@quick
def step_data(s):
    """Data in both directions."""
    language.data(php(s))


@quick
def step_client_certificates(s):
    """verify_peer on a server."""
    language.client_certificates(php(s))


@quick
@role("client")
def step_verification(s):
    """What the client refuses."""
    language.verification(php(s))


def step_alpn(s):
    """alpn_protocols."""
    language.alpn(php(s))


def step_encrypted_key(s):
    """passphrase, right and wrong."""
    key = s.certificates / "one.test.encrypted.key"
    with php(s).server(key=key, password="word") as server:
        s.equal("an encrypted key", [one.get("intact") for one in php(s).client(server)], [1])
    with php(s).server(key=key, password="other") as server:
        php(s).client(server)
        s.same("an encrypted key and a wrong passphrase", clean(server.records(1)[0]))


@role("client")
def step_https(s):
    """file_get_contents of https:// addresses."""
    with s.https_server() as server:
        for host in ("127.0.0.1", "localhost"):
            code = ("$c = stream_context_create(['ssl' => ['cafile' => '%s']]);"
                    "echo strlen(@file_get_contents('https://%s:%d/bytes/16384', false, $c)), \"\\n\";"
                    "echo error_get_last()['message'] ?? '';" % (s.certificates / "ca.pem", host, server.port))
            done = s.run("php", "-r", code)
            s.equal(f"https://{host}: bytes", done.text.split("\n")[0], "16384" if host == "127.0.0.1" else "0")
            s.same(f"https://{host}: the last error", done.text.partition("\n")[2].replace(str(server.port), "PORT"))
