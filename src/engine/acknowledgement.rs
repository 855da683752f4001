//! Whether a server has acknowledged the host name (RFC 6066, section 3), which rustls does not say:
//! the extension is in the ServerHello of TLS 1.2, and in the EncryptedExtensions of TLS 1.3.

use std::cell::Cell;

const SERVER_HELLO: u8 = 2;
const HANDSHAKE: u8 = 22;
const SERVER_NAME: u16 = 0;

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
    if let [HANDSHAKE, _, _, _, _, message @ ..] = record
        && message.first() == Some(&SERVER_HELLO)
        && in_server_hello(message).unwrap_or(false)
    {
        *acknowledged = true;
    }
}

/// Takes over what was seen in protected records meanwhile.
pub(super) fn collect(acknowledged: &mut bool) {
    *acknowledged |= ACKNOWLEDGED.take();
}

/// Behind header, version, random, session id, suite and compression method.
fn in_server_hello(message: &[u8]) -> Option<bool> {
    let id_len = usize::from(*message.get(4 + 2 + 32)?);
    Some(has_server_name(message.get(4 + 2 + 32 + 1 + id_len + 3..)?))
}

/// Whether server_name is in this list of extensions, which begins with its length.
pub(super) fn has_server_name(list: &[u8]) -> bool {
    let mut rest = list.get(2..).unwrap_or_default();
    while let [kind_high, kind_low, length_high, length_low, contents @ ..] = rest {
        if u16::from_be_bytes([*kind_high, *kind_low]) == SERVER_NAME {
            return true;
        }
        let length = usize::from(u16::from_be_bytes([*length_high, *length_low]));
        rest = contents.get(length..).unwrap_or_default();
    }
    false
}
