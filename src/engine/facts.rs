//! What a handshake has agreed on.

use rustls::{ConnectionOutputs, HandshakeKind};

use crate::wire::Version;

/// What a finished handshake agreed on.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// The version.
    pub version: Version,
    /// TLS number of the cipher suite.
    pub cipher_suite: u16,
    /// TLS number of the group; 0 when there was no key exchange.
    pub group: u16,
    /// The application protocol.
    pub alpn: Option<Vec<u8>>,
    /// TLS 1.2: the extended master secret was used.
    pub extended_master_secret: bool,
    /// A session was resumed.
    pub resumed: bool,
    /// The server has answered, and resumes nothing.
    pub full: bool,
    /// Client: the server has acknowledged the server name.
    pub server_name_acknowledged: bool,
}

pub(super) fn facts(outputs: &ConnectionOutputs) -> Facts {
    Facts {
        version: Version(outputs.protocol_version().map_or(0, |version| version.0)),
        cipher_suite: outputs
            .negotiated_cipher_suite()
            .map_or(0, |suite| suite.suite().0),
        group: outputs
            .negotiated_key_exchange_group()
            .map_or(0, |group| group.name().0),
        alpn: outputs
            .alpn_protocol()
            .map(|protocol| protocol.as_ref().to_vec()),
        extended_master_secret: outputs.extended_main_secret().unwrap_or(false),
        resumed: matches!(
            outputs.handshake_kind(),
            Some(HandshakeKind::Resumed | HandshakeKind::ResumedWithHelloRetryRequest)
        ),
        full: matches!(
            outputs.handshake_kind(),
            Some(HandshakeKind::Full | HandshakeKind::FullWithHelloRetryRequest)
        ),
        server_name_acknowledged: false,
    }
}
