//! Records that rustls has opened.

use rustls::Error;
use rustls::crypto::cipher::{InboundOpaque, Record, RecordDecrypter};
use rustls::enums::ContentType;
use rustls::error::PeerMisbehaved;

use crate::engine::certificate_limit::MessageLengths;
use crate::engine::client::{self, CurrentClient};
use crate::engine::early_data::note_decrypted;
use crate::engine::{acknowledgement, alerts, messages};
use crate::wire::{Alert, HandshakeType, MESSAGE_HEADER};

/// Notes what is in protected records.
pub(in crate::engine) struct WatchedDecrypter(pub(in crate::engine) Box<dyn RecordDecrypter>);

impl RecordDecrypter for WatchedDecrypter {
    fn decrypt<'a>(
        &mut self,
        record: Record<InboundOpaque<'a>>,
        seq: u64,
    ) -> Result<Record<&'a [u8]>, Error> {
        let result = self.0.decrypt(record, seq);
        if let Ok(record) = &result {
            alerts::note_opened(record.typ, record.payload);
        }
        messages::note_opened(result.as_ref().ok());
        result
    }
}

/// Looks at the first message of each protected handshake record.
pub(in crate::engine) struct NotingDecrypter {
    inner: Box<dyn RecordDecrypter>,
    lengths: MessageLengths,
}

impl NotingDecrypter {
    pub(in crate::engine) fn new(inner: Box<dyn RecordDecrypter>) -> Self {
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
            && HandshakeType::of(record.payload) == Some(HandshakeType::ENCRYPTED_EXTENSIONS)
        {
            client::extensions_come()?;
            if record
                .payload
                .get(MESSAGE_HEADER..)
                .is_some_and(acknowledgement::has_server_name)
            {
                acknowledgement::note();
            }
        }
        Ok(record)
    }
}

fn empty_fragment() -> Error {
    alerts::want(Alert::UNEXPECTED_MESSAGE);
    PeerMisbehaved::EmptyFragment.into()
}

/// Follows what a TLS 1.3 server sends under the keys of the handshake, for the client at work.
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
        let current = CurrentClient;
        let Some(flight) = current.flight() else {
            return self.inner.decrypt(record, seq);
        };
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
            flight.follow(&buffer[from..to]);
            if let Some(byte) = self.held.take() {
                // There is room where the tag was.
                buffer.copy_within(from..to, from + 1);
                buffer[from] = byte;
                to += 1;
            }
            if flight.ends_with_request() && to - from > 1 {
                to -= 1;
                self.held = Some(buffer[to]);
            }
        }
        Ok(Record::new(typ, version, &buffer[from..to]))
    }
}
