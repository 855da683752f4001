//! Records that rustls has opened.

use rustls::Error;
use rustls::crypto::cipher::{InboundOpaque, Record, RecordDecrypter};
use rustls::enums::ContentType;
use rustls::error::PeerMisbehaved;

use crate::engine::acknowledgement::has_server_name;
use crate::engine::certificate_limit::{EXCEEDED, MessageLengths};
use crate::engine::early_data::Decrypted;
use crate::engine::thread;
use crate::wire::{Alert, HandshakeType, MESSAGE_HEADER};

/// Opens records, and records what the connection needs of them.
pub(in crate::engine) struct Opening {
    inner: Box<dyn RecordDecrypter>,
    /// TLS 1.3, where handshake messages go protected: their lengths.
    lengths: Option<MessageLengths>,
}

impl Opening {
    pub(in crate::engine) fn tls12(inner: Box<dyn RecordDecrypter>) -> Self {
        let lengths = None;
        Self { inner, lengths }
    }

    pub(in crate::engine) fn tls13(inner: Box<dyn RecordDecrypter>) -> Self {
        let lengths = Some(MessageLengths::default());
        Self { inner, lengths }
    }
}

impl RecordDecrypter for Opening {
    fn decrypt<'a>(
        &mut self,
        record: Record<InboundOpaque<'a>>,
        seq: u64,
    ) -> Result<Record<&'a [u8]>, Error> {
        let mut result = self.inner.decrypt(record, seq);
        if let (Ok(record), Some(lengths)) = (&result, &mut self.lengths) {
            thread::with(|driven| {
                driven.decrypted = Decrypted::record(record.typ, record.payload);
            });
            if let Err(error) = check_tls13(record, lengths) {
                result = Err(error);
            }
        }
        thread::with(|driven| {
            let record = result.as_ref().ok();
            if let Some(record) = record {
                driven.alerts.record_opened(record.typ, record.payload);
            }
            if let Some(observed) = &mut driven.observed {
                observed.record_opened(record);
            }
        });
        result
    }
}

/// Checks a record of TLS 1.3, and asks the program about the server's EncryptedExtensions.
fn check_tls13(record: &Record<&[u8]>, lengths: &mut MessageLengths) -> Result<(), Error> {
    // RFC 8446, section 5.1: messages and alerts have no empty records.
    let must_hold_something = matches!(record.typ, ContentType::Handshake | ContentType::Alert);
    if must_hold_something && record.payload.is_empty() {
        thread::with(|driven| driven.alerts.want(Alert::UNEXPECTED_MESSAGE));
        return Err(PeerMisbehaved::EmptyFragment.into());
    }
    if record.typ != ContentType::Handshake {
        return Ok(());
    }
    let limit = thread::with(|driven| driven.certificate_limit).flatten();
    if !lengths.keep_to(limit.unwrap_or(usize::MAX), record.payload) {
        return Err(thread::reject(EXCEEDED));
    }
    if HandshakeType::of(record.payload) == Some(HandshakeType::ENCRYPTED_EXTENSIONS) {
        if thread::with(|driven| driven.meets_extensions()) == Some(true)
            && let Some(Err(rejected)) = thread::ask(|delegate| delegate.extensions_come())
        {
            return Err(thread::reject(rejected));
        }
        let acknowledged = record
            .payload
            .get(MESSAGE_HEADER..)
            .is_some_and(has_server_name);
        thread::with(|driven| driven.server_name_acknowledged |= acknowledged);
    }
    Ok(())
}

/// Collects what a TLS 1.3 server sends under the keys of the handshake, for the client that is
/// driven.
pub(in crate::engine) struct FollowingDecrypter {
    inner: Box<dyn RecordDecrypter>,
    held: Option<u8>,
}

impl FollowingDecrypter {
    pub(in crate::engine) fn new(inner: Box<dyn RecordDecrypter>) -> Self {
        Self { inner, held: None }
    }
}

impl RecordDecrypter for FollowingDecrypter {
    fn decrypt<'a>(
        &mut self,
        record: Record<InboundOpaque<'a>>,
        seq: u64,
    ) -> Result<Record<&'a [u8]>, Error> {
        let Record {
            typ,
            version,
            payload: InboundOpaque(buffer),
        } = record;
        let start = buffer.as_ptr() as usize;
        let opaque = Record::new(typ, version, InboundOpaque(&mut *buffer));
        let opened = self.inner.decrypt(opaque, seq)?;
        let (typ, version) = (opened.typ, opened.version);
        if opened.payload.is_empty() {
            return Ok(Record::new(typ, version, &[]));
        }
        // Opened in its place.
        let from = opened.payload.as_ptr() as usize - start;
        let mut to = from + opened.payload.len();
        if typ == ContentType::Handshake {
            let ends_with_request = thread::with(|driven| {
                let flight = &mut driven.client.as_mut()?.flight;
                flight.follow(&buffer[from..to]);
                Some(flight.ends_with_request())
            });
            if let Some(byte) = self.held.take() {
                // There is room where the tag was.
                buffer.copy_within(from..to, from + 1);
                buffer[from] = byte;
                to += 1;
            }
            if ends_with_request.flatten() == Some(true) && to - from > 1 {
                to -= 1;
                self.held = Some(buffer[to]);
            }
        }
        Ok(Record::new(typ, version, &buffer[from..to]))
    }
}
