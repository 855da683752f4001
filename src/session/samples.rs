//! Sessions that OpenSSL 3.0's libssl has written, and its output of `SSL_SESSION_print` for them.

/// One session.
pub struct Sample {
    /// For messages.
    pub name: &'static str,
    /// The output of `i2d_SSL_SESSION`.
    pub der: &'static [u8],
    /// The output of `SSL_SESSION_print`.
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
