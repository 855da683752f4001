//! What each function is about: `build/symbols.tsv`, and the order of themes in the header.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

/// One line of `build/symbols.tsv`.
pub struct Entry {
    /// The theme of the manual it belongs to.
    pub theme: String,
    /// A: sessions. B: what most programs call. C: what some call. D: what cannot be had.
    pub class: String,
    /// The manual page that describes it, in section 3.
    pub page: String,
}

/// Reads the table: what each function is about, by its name.
pub fn read(root: &Path) -> HashMap<String, Entry> {
    let text = fs::read_to_string(root.join("build/symbols.tsv")).expect("symbols.tsv is there");
    text.lines()
        .skip(1)
        .map(|line| {
            let mut columns = line.split('\t').map(str::to_owned);
            let mut next = || columns.next().expect("symbols.tsv has four columns");
            let name = next();
            let entry = Entry {
                theme: next(),
                class: next(),
                page: next(),
            };
            (name, entry)
        })
        .collect()
}

/// What the function `name` is about. Functions beyond OpenSSL are a theme of their own.
pub fn of<'a>(table: &'a HashMap<String, Entry>, name: &str) -> Option<&'a Entry> {
    if name.starts_with("REPRISE_") {
        return None;
    }
    Some(
        table
            .get(name)
            .unwrap_or_else(|| panic!("build/symbols.tsv does not know {name}")),
    )
}

/// A section of the header.
pub struct Section {
    /// Its heading.
    pub title: &'static str,
    /// What to know before reading on; may be empty.
    pub prose: &'static str,
    /// Its themes, in order.
    pub themes: &'static [&'static str],
}

/// The sections of the header, in order. Two more follow: what is beyond OpenSSL, and what is
/// unsupported.
pub const SECTIONS: &[Section] = &[
    Section {
        title: "Sessions of connections",
        prose: "How a session leaves one connection and enters the next.",
        themes: &["session-use", "session-context", "session-id"],
    },
    Section {
        title: "Session objects",
        prose: "Life and fields of an SSL_SESSION. What a function hands out with \"get0\" in its name, or as\n\
                const, stays valid until the session is freed, also when the field is set anew.",
        themes: &["session-object", "session-fields"],
    },
    Section {
        title: "Sessions as bytes and as text",
        prose: "The encodings are OpenSSL's, byte for byte: each library reads what the other wrote. Whoever\n\
                holds these bytes holds the session's secrets.",
        themes: &["session-serialise", "session-print"],
    },
    Section {
        title: "The session cache",
        prose: "The cache of a context, and the callbacks that put another one behind it. Callbacks run with\n\
                nothing locked: they may call back into this library, with the same objects.",
        themes: &["session-cache", "session-callbacks"],
    },
    Section {
        title: "Tickets and early data",
        prose: "",
        themes: &["tickets", "early-data", "psk"],
    },
    Section {
        title: "The library, methods, contexts",
        prose: "",
        themes: &["init", "methods", "ctx", "options", "ctrl", "exdata"],
    },
    Section {
        title: "Connections",
        prose: "An SSL belongs to one thread at a time.",
        themes: &[
            "ssl",
            "handshake",
            "state",
            "shutdown",
            "renegotiation",
            "keyupdate",
        ],
    },
    Section {
        title: "Reading and writing",
        prose: "",
        themes: &["io", "records", "bio-filter"],
    },
    Section {
        title: "Certificates and verification",
        prose: "",
        themes: &[
            "certs", "verify", "peer", "ca-names", "security", "pha", "ct", "dane", "engine",
        ],
    },
    Section {
        title: "Cipher suites, groups, parameters",
        prose: "",
        themes: &["ciphers", "groups", "dh", "compression", "srp"],
    },
    Section {
        title: "Hello messages: names, protocols, extensions",
        prose: "",
        themes: &[
            "client-hello",
            "sni",
            "alpn",
            "npn",
            "custom-ext",
            "srtp",
            "eap-fast",
            "dtls",
        ],
    },
    Section {
        title: "Callbacks, exporters, texts, configuration",
        prose: "",
        themes: &[
            "callbacks",
            "exporter",
            "async",
            "strings",
            "conf",
            "internal",
        ],
    },
];
