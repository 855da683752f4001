//! Sessions that OpenSSL 3.0's libssl has written, and what its `SSL_SESSION_print` says of them.

/// One session.
pub struct Sample {
    /// For messages.
    pub name: &'static str,
    /// What `i2d_SSL_SESSION` gave.
    pub der: &'static [u8],
    /// What `SSL_SESSION_print` wrote.
    pub text: &'static [u8],
}

macro_rules! sample {
    ($name:literal) => {
        Sample {
            name: $name,
            der: include_bytes!(concat!("samples/", $name, ".der")),
            text: include_bytes!(concat!("samples/", $name, ".txt")),
        }
    };
}

/// Both versions and both roles: by id, with a ticket, with a server name, ALPN, early data and
/// application data, with a client certificate, with a PSK and its hint.
pub const SAMPLES: [Sample; 6] = [
    sample!("tls12-id-server"),
    sample!("tls12-ticket-client"),
    sample!("tls12-psk-client"),
    sample!("tls12-clientcert-server"),
    sample!("tls13-full-client"),
    sample!("tls13-full-server"),
];
