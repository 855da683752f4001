//! Whether a server has acknowledged the server name (RFC 6066, section 3), which rustls does not
//! report: the extension is in the ServerHello of TLS 1.2, and in the EncryptedExtensions of TLS
//! 1.3.

use crate::wire::{
    ExtensionType, HandshakeType, MESSAGE_HEADER, Reader, extensions, handshake_contents,
};

/// Whether the extension is in a record without protection.
pub(super) fn in_plain(record: &[u8]) -> bool {
    match handshake_contents(record) {
        Some(message) if HandshakeType::of(message) == Some(HandshakeType::SERVER_HELLO) => {
            in_server_hello(message).unwrap_or(false)
        }
        _ => false,
    }
}

/// The extensions are behind header, version, random, session id, suite and compression method.
fn in_server_hello(message: &[u8]) -> Option<bool> {
    let mut reader = Reader::new(message);
    reader.take(MESSAGE_HEADER + 2 + 32)?;
    reader.vector8()?;
    reader.take(2 + 1)?;
    Some(has_server_name(reader.rest()))
}

/// Whether server_name is in this list of extensions, which begins with its length.
pub(super) fn has_server_name(list: &[u8]) -> bool {
    extensions(list.get(2..).unwrap_or_default())
        .flatten()
        .any(|extension| extension.kind == ExtensionType::SERVER_NAME)
}
