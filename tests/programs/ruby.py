"""ruby: its openssl library as a server and as a client."""

from support import language
from support.language import Language
from support.scenario import quick, role

PROGRAM = "ruby"
ROLES = {
    "server": "data in both directions, resumption, client certificates, ALPN and server name callbacks",
    "client": "sessions from session_new_cb, verification, ALPN, Finished messages",
}
NEEDS = ("ruby", "openssl")


def ruby(s):
    return Language(s, "tls.rb", "ruby")


@quick
def step_data(s):
    """Data in both directions."""
    language.data(ruby(s))


@quick
@role("client")
def step_resumption(s):
    """session= with what session_new_cb was given."""
    language.resumption(ruby(s))


@quick
def step_client_certificates(s):
    """verify_mode."""
    language.client_certificates(ruby(s))


@quick
@role("client")
def step_verification(s):
    """What the client refuses."""
    language.verification(ruby(s))


def step_alpn(s):
    """alpn_protocols and alpn_select_cb."""
    language.alpn(ruby(s))
