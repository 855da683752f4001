//! Whether a server has acknowledged the host name (RFC 6066, section 3), which rustls does not say:
//! the extension is in the ServerHello of TLS 1.2, and in the EncryptedExtensions of TLS 1.3.

use std::cell::Cell;

use crate::wire::{
    ExtensionType, HandshakeType, MESSAGE_HEADER, Reader, extensions, handshake_contents,
};

thread_local! {
    static ACKNOWLEDGED: Cell<bool> = const { Cell::new(false) };
}

/// Takes what was seen and not collected.
pub(super) fn take_noted() -> bool {
    ACKNOWLEDGED.take()
}

/// Puts back what [`take_noted`] took.
pub(super) fn put_back(acknowledged: bool) {
    ACKNOWLEDGED.set(acknowledged);
}

/// Notes that the extension was in a protected record.
pub(super) fn note() {
    ACKNOWLEDGED.set(true);
}

/// Looks for the extension in a record without protection.
pub(super) fn look_at_plain(record: &[u8], acknowledged: &mut bool) {
    ACKNOWLEDGED.set(false);
    if let Some(message) = handshake_contents(record)
        && HandshakeType::of(message) == Some(HandshakeType::SERVER_HELLO)
        && in_server_hello(message).unwrap_or(false)
    {
        *acknowledged = true;
    }
}

/// Takes over what was seen in protected records meanwhile.
pub(super) fn collect(acknowledged: &mut bool) {
    *acknowledged |= ACKNOWLEDGED.take();
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
