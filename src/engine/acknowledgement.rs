//! Whether a server has acknowledged the host name (RFC 6066, section 3), which rustls does not say:
//! the extension is in the ServerHello of TLS 1.2, and in the EncryptedExtensions of TLS 1.3.

use std::cell::Cell;

use rustls::Error;
use rustls::crypto::cipher::{InboundOpaque, Record, RecordDecrypter};
use rustls::enums::ContentType;
use rustls::error::PeerMisbehaved;

use super::alerts;
use super::certificate_limit::MessageLengths;
use super::client;
use super::early_data::note_decrypted;
use crate::wire::Alert;

const SERVER_HELLO: u8 = 2;
const ENCRYPTED_EXTENSIONS: u8 = 8;
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

/// Looks at the first message of each protected handshake record.
pub(super) struct NotingDecrypter {
    inner: Box<dyn RecordDecrypter>,
    lengths: MessageLengths,
}

impl NotingDecrypter {
    pub(super) fn new(inner: Box<dyn RecordDecrypter>) -> Self {
        Self {
            inner,
            lengths: MessageLengths::default(),
        }
    }
}

impl RecordDecrypter for NotingDecrypter {
    fn decrypt<'a>(
        &mut self,
        record: Record<InboundOpaque<'a>>,
        seq: u64,
    ) -> Result<Record<&'a [u8]>, Error> {
        let record = self.inner.decrypt(record, seq)?;
        note_decrypted(record.typ, record.payload);
        // RFC 8446, section 5.1: messages and alerts have no empty records.
        let must_hold_something = matches!(record.typ, ContentType::Handshake | ContentType::Alert);
        if must_hold_something && record.payload.is_empty() {
            return Err(empty_fragment());
        }
        if record.typ == ContentType::Handshake {
            self.lengths.look_at_opened(record.payload)?;
        }
        if record.typ == ContentType::Handshake
            && record.payload.first() == Some(&ENCRYPTED_EXTENSIONS)
        {
            client::extensions_come()?;
            if record.payload.get(4..).is_some_and(has_server_name) {
                ACKNOWLEDGED.set(true);
            }
        }
        Ok(record)
    }
}

fn empty_fragment() -> Error {
    alerts::want(Alert::UNEXPECTED_MESSAGE);
    PeerMisbehaved::EmptyFragment.into()
}

/// Behind header, version, random, session id, suite and compression method.
fn in_server_hello(message: &[u8]) -> Option<bool> {
    let id_len = usize::from(*message.get(4 + 2 + 32)?);
    Some(has_server_name(message.get(4 + 2 + 32 + 1 + id_len + 3..)?))
}

/// Whether server_name is in this list of extensions, which begins with its length.
fn has_server_name(list: &[u8]) -> bool {
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
