"""The openssl command's s_time, sess_id and ciphers."""

import re

from support.normalise import lines_with
from support.scenario import quick

PROGRAM = "openssl s_time, sess_id, ciphers"
ROLES = {"client": "new and resumed connections, sessions of files in both forms, lists of ciphers"}
LIMITS = {"client": "`ciphers` lists only what Reprise can use"}
NEEDS = ("openssl",)


@quick
def step_s_time(s):
    """s_time: connections for a second, new and resumed."""
    for name, words in (("tickets", ()), ("-no_ticket", ("-no_ticket",))):
        with s.s_server("-www", s.openssl_flag, *words) as server:
            common = ("-connect", f"127.0.0.1:{server.port}", s.openssl_flag, "-CAfile", s.certificates / "ca.pem",
                      "-verify", "3", "-www", "/", "-time", "1")
            if name == "tickets":
                done = s.run("openssl", "s_time", *common, "-new")
                marks = re.findall(r"^([*r]{2,})$", done.text, re.MULTILINE)
                s.check("s_time: new connections", done.code == 0 and marks and set(marks[0]) == {"*"}, done.both[-500:])
            done = s.run("openssl", "s_time", *common, "-reuse")
            marks = re.findall(r"^([*r]{2,})$", done.text, re.MULTILINE)
            s.check(f"s_time, {name}: resumed connections", done.code == 0 and marks and "r" in marks[-1], done.both[-500:])
            s.same(f"s_time, {name}: kinds of resumed connections", sorted(set("".join(marks[-1:]))))


@quick
def step_sess_id(s):
    """sess_id: what it says of a session of s_client, in both forms."""
    path, der, again = s.home / "session.pem", s.home / "session.der", s.home / "again.pem"
    with s.s_server("-www", s.openssl_flag) as server:
        s.s_client(server.port, "-sess_out", path, "-ign_eof", data=b"GET / HTTP/1.0\r\n\r\n")
        done = s.run("openssl", "sess_id", "-in", path, "-noout", "-text")
        s.check("sess_id: it reads the session", done.code == 0 and s.protocol in done.text, done.both)
        facts = lines_with(done.text, "Protocol", "Cipher", "Timeout", "Verify return", "Extended master", "Max Early",
                           "PSK identity", "SRP", "TLS session ticket lifetime", "Compression", "Session-ID-ctx")
        s.same("sess_id: what it says", facts)
        done = s.run("openssl", "sess_id", "-in", path, "-outform", "DER", "-out", der)
        s.equal("sess_id: to DER", done.code, 0)
        done = s.run("openssl", "sess_id", "-in", der, "-inform", "DER", "-out", again)
        s.check("sess_id: DER and back", done.code == 0 and again.read_text() == path.read_text(), done.err)
        done = s.run("openssl", "sess_id", "-in", path, "-noout", "-cert")
        s.same("sess_id -cert: exit status", done.code)
        done = s.run("openssl", "sess_id", "-in", path, "-context", "abc", "-out", again)
        done = s.run("openssl", "sess_id", "-in", again, "-noout", "-text")
        s.equal("sess_id -context", lines_with(done.text, "Session-ID-ctx"), ["Session-ID-ctx: 616263"])
        done = s.run("openssl", "sess_id", "-in", s.certificates / "ca.pem", "-noout")
        s.same("sess_id: a file that is no session: exit status", done.code)
        done = s.s_client(server.port, "-sess_in", path, "-ign_eof", data=b"GET / HTTP/1.0\r\n\r\n")
        s.check("sess_id: the session is still good", "Reused, " in done.text, done.both[-2000:])


@quick
def step_ciphers(s):
    """ciphers: lists, and strings that leave nothing."""
    usable = re.compile(r"TLS_AES_(128|256)_GCM_\w+|TLS_CHACHA20\w+|ECDHE-(ECDSA|RSA)-(AES(128|256)-GCM-\w+|CHACHA20-POLY1305)")
    for words in (("-v", "DEFAULT"), ("-V", "HIGH:!aNULL"), ("-s", s.openssl_flag), ("ECDHE+AESGCM",), ("-stdname", "ALL"),
                  ("-convert", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")):
        done = s.run("openssl", "ciphers", *words)
        lines = [line for line in re.split(r"[\n:]" if "ECDHE+AESGCM" in words or "-s" in words else r"\n", done.text.strip())
                 if usable.search(line)]
        s.check(f"ciphers {' '.join(words)}: there are some", done.code == 0 and lines, done.both)
        s.same(f"ciphers {' '.join(words)}: those that can be used", lines)
    for string in ("NO-SUCH-CIPHER", "!ALL"):
        done = s.run("openssl", "ciphers", "-s", "-tls1_2", string)
        s.same(f"ciphers {string}: exit status and message", (done.code, done.both))
    # Only TLS 1.2's suites are chosen by the string; Reprise has none of these.
    done = s.run("openssl", "ciphers", "-s", "-tls1_2", "kRSA")
    if s.client.library:
        s.check("ciphers kRSA: nothing is left, and that is an error", done.code != 0 and "no cipher match" in done.err, done.both)
