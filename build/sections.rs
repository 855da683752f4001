//! The sections of the header, and what `build/symbols.tsv` says about each function.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use crate::exports::Export;

/// One line of `build/symbols.tsv`.
pub struct Entry {
    /// A: sessions. B: what most programs call. C: what some call. D: what the engine cannot do.
    pub class: String,
    /// The manual page that describes it, in section 3.
    pub page: String,
}

/// Reads the table: functions of OpenSSL by name.
pub fn read(root: &Path) -> HashMap<String, Entry> {
    let text = fs::read_to_string(root.join("build/symbols.tsv")).expect("symbols.tsv is there");
    text.lines()
        .skip(1)
        .map(|line| {
            let mut columns = line.split('\t').map(str::to_owned);
            let mut next = || columns.next().expect("symbols.tsv has three columns");
            let name = next();
            let entry = Entry {
                class: next(),
                page: next(),
            };
            (name, entry)
        })
        .collect()
}

/// What the table says about a function. `None` for one that OpenSSL does not have.
pub fn of<'a>(table: &'a HashMap<String, Entry>, name: &str) -> Option<&'a Entry> {
    if name.starts_with("REPRISE_") {
        return None;
    }
    Some(
        table
            .get(name)
            .unwrap_or_else(|| panic!("build/symbols.tsv has no line for {name}")),
    )
}

/// A section of the header.
pub struct Section {
    /// Its heading.
    pub title: &'static str,
    /// What to know before reading on.
    pub prose: &'static str,
    /// The files of `src/abi` whose functions it has, in order.
    pub files: &'static [&'static str],
}

impl Section {
    /// Its functions, in the order of the header.
    pub fn functions<'a>(&'a self, exports: &'a [Export]) -> impl Iterator<Item = &'a Export> {
        self.files
            .iter()
            .flat_map(|file| exports.iter().filter(move |export| export.file == *file))
    }
}

/// The functions that OpenSSL does not have.
pub const BEYOND: Section = Section {
    title: "Beyond OpenSSL",
    prose: "Functions that only Reprise has. A program that calls them does not start on OpenSSL.",
    files: &["session_stats"],
};

/// The heading of the functions that do not work.
pub const UNSUPPORTED: Section = Section {
    title: "What Reprise does not have",
    prose: "\
These functions exist so that programs link and start. Each fails as its manual page describes
failure, and puts one error (ERR_R_UNSUPPORTED) on the queue that names it. Functions that only
ask for something answer that there is none, without an error; some settings are accepted without
effect. Each comment says what is missing.",
    files: &[],
};

/// The sections of functions that work, in order.
pub const SECTIONS: &[Section] = &[
    Section {
        title: "The session of a connection",
        prose: "\
How a session leaves one connection and enters the next. SSL_get_session lends, SSL_get1_session
gives a reference, SSL_set_session takes its own. A client sets a session before its
handshake; the server decides whether to resume it, and SSL_session_reused tells. A fatal alert,
or SSL_free of an open connection without SSL_shutdown, makes its session not resumable.

Mind the session id context: a server that verifies clients must set one, or a session made for
one purpose (and its client certificate) resumes for another.",
        files: &["session_use"],
    },
    Section {
        title: "Session objects",
        prose: "\
Life and fields of an SSL_SESSION. Any thread may call these on a session that others hold, too.
What a function hands out with \"get0\" in its name, or as const, stays valid until the session
is freed, even if the field is set again. Setters store what they get: they check lengths and
nothing else. The master key is the secret of the session: with it, a third party can resume the
session, and read connections of TLS 1.2 that have used it.",
        files: &[
            "session",
            "session_fields",
            "session_bytes",
            "session_ex_data",
        ],
    },
    Section {
        title: "Sessions as bytes and as text",
        prose: "\
The encodings are OpenSSL's, byte for byte: each library reads what the other wrote. They hold
the session's secrets unencrypted: store them as you store a private key. Reading is safe with
any bytes: what is not a session gives NULL and an error.",
        files: &["session_serialise", "session_print"],
    },
    Section {
        title: "The session cache",
        prose: "\
A server's sessions, and with SSL_SESS_CACHE_CLIENT a client's, are kept in a cache in the
context, and callbacks put another cache behind it. Any number of threads may use the cache at
the same time. Callbacks run with nothing locked: they may call back into this library, with the
same objects. The cache holds a reference to each session; a session that is removed from it is
not resumable afterwards, for every holder.

A TLS 1.3 session with early data must be used once, or an attacker can replay the data: the
cache removes it when it is used, and several servers need a common store that does the same.",
        files: &["session_cache", "session_callbacks"],
    },
    Section {
        title: "Tickets",
        prose: "\
With tickets the client keeps the session, sealed with a key of the server. Without keys of the
program the library makes its own for each context and replaces them in time. A program sets keys
when several servers must open each other's tickets. With a stolen key an attacker opens every
ticket that it has sealed, and so reads TLS 1.2 connections and TLS 1.3 early data, and poses as
either end: replace keys often, keep them in memory only, and delete old ones.

Callbacks run during the handshake, on the thread of the connection; when one reports an error,
the handshake fails.",
        files: &["tickets"],
    },
    Section {
        title: "Early data",
        prose: "\
Data that a client sends with its first flight, before the server has proved that the connection
is fresh. An attacker can record and replay it, so send only what may be done twice, and let
SSL_CTX_set_allow_early_data_cb decide on servers. By default a server accepts early data of a
session once, which holds for the servers that share one cache. A server that has not set a
maximum accepts none.",
        files: &["early_data"],
    },
    Section {
        title: "External pre-shared keys",
        prose: "\
Keys that both ends have agreed on before, for TLS 1.3. A find callback of the server gives the
session for an identity, a use callback of the client the session to offer; the library takes
over the reference. A key must have at least 128 bits of entropy: a password can be guessed from
one recorded handshake.",
        files: &["psk"],
    },
    Section {
        title: "Contexts",
        prose: "\
An SSL_CTX holds what connections share: method, settings, certificates, cache, ticket keys. Set
it up on one thread, then share it: connections may be made from it on any thread. A connection
copies most settings when it is made, so a later change reaches new connections only. Contexts
are counted: SSL_new takes a reference, SSL_CTX_free gives one up.",
        files: &["init", "method", "context", "options", "control"],
    },
    Section {
        title: "Connections",
        prose: "\
An SSL belongs to one thread at a time; two threads must not read and write it at once. A
callback may use the SSL that it is called for.

A function that needs the network returns 0 or a negative number when it has to wait as well as
when it fails; SSL_get_error tells which. Empty the error queue before each such call. After a
fatal error (SSL_ERROR_SSL, SSL_ERROR_SYSCALL) only SSL_free and SSL_clear make sense. Call
SSL_shutdown before SSL_free: without it the session is not resumable, and the peer cannot tell
the end from an attack that cuts the connection.",
        files: &["ssl", "handshake", "shutdown"],
    },
    Section {
        title: "Reading and writing",
        prose: "\
SSL_read and SSL_write do the handshake first if it is not done. SSL_write after a wait must be
repeated with the same data. A read that returns 0 is the end of data only when SSL_get_error
says SSL_ERROR_ZERO_RETURN: anything else may be an attacker cutting the connection.

BIOs: SSL_set0_rbio and SSL_set0_wbio take over the caller's reference, SSL_set_bio takes over
what its comment says, SSL_get_rbio lends. Without the SSL_set_fd family or a BIO nothing can be
read.",
        files: &["io", "transport", "bio_filter"],
    },
    Section {
        title: "Own certificates and keys",
        prose: "\
\"use\" takes its own reference to a certificate or key, and checks that the two match;
\"get\" lends. Settings of a context reach connections that are made later. Files are PEM or DER;
the password callback runs while the file is read.",
        files: &[
            "certificate",
            "certificate_file",
            "private_key",
            "rsa_private_key",
            "password",
            "check_chain",
        ],
    },
    Section {
        title: "Verifying the peer",
        prose: "\
A client verifies nothing until SSL_VERIFY_PEER is set, and no name until SSL_set1_host: without
both, anyone can stand between client and server. A server with SSL_VERIFY_PEER asks for a
certificate, and needs SSL_VERIFY_FAIL_IF_NO_PEER_CERT to insist on one. Verification is
libcrypto's, with the store of the context. A resumed handshake verifies nothing again: the
result and certificate come from the session. The verify callback can accept what failed; one
that always returns 1 switches verification off.",
        files: &[
            "verify",
            "verify_locations",
            "verify_host",
            "peer",
            "authority_names",
            "security",
        ],
    },
    Section {
        title: "Cipher suites",
        prose: "\
Lists of a context or connection, and the properties of a suite. An SSL_CIPHER is constant and
lives as long as the library. Unknown names in a list are left out, and a cipher string that
leaves no suite is an error. TLS 1.3 has its own list (SSL_CTX_set_ciphersuites).",
        files: &["cipher_settings", "cipher"],
    },
    Section {
        title: "ClientHello: names and protocols",
        prose: "\
What a server decides by the ClientHello: the callback for the whole message runs first, then
those for the server name (set by SSL_CTX_set_tlsext_servername_callback) and the protocol
(ALPN). All of it comes from a peer that is not authenticated yet. SSL_set_SSL_CTX changes
certificates and settings during the handshake; the cache and ticket keys stay those of the first
context. Give each name a session id context, so that no session resumes under another name.",
        files: &["client_hello", "server_name", "alpn"],
    },
    Section {
        title: "Watching connections, exporting keys",
        prose: "\
Info and message callbacks report what happens; the keylog callback gets the secrets of each
connection, with which anyone can decrypt it: for debugging only. Callbacks run on the thread
that uses the connection. A server's certificate callback that returns a negative number
suspends the handshake.",
        files: &["callbacks", "exporter", "strings"],
    },
    Section {
        title: "Configuration by name",
        prose: "\
Settings as commands of text, from a configuration file or a command line (SSL_CONF_cmd(3)). An
SSL_CONF_CTX is used by one thread at a time.",
        files: &["configuration"],
    },
];
