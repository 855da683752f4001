//! Early data (RFC 8446, sections 2.3 and 4.2.10) on a connection of either role.
//!
//! Whether a server accepts early data, and how much of it, is decided above by OpenSSL's rules.
//! rustls has rules of its own, which are wider where OpenSSL has any (the age of a ticket may be a
//! minute off) and is told the rest: it accepts early data when it has no ticketer and a limit
//! above 0, and rejects it when it has a ticketer. Its limits are set so high that ours count.
//!
//! rustls does not tell when it has skipped a record, nor when early data has ended. Both follow
//! from what its record layer decrypted, which is noted per thread while a record is digested.

use std::cell::Cell;

use rustls::Error;
use rustls::crypto::cipher::OutboundPlain;
use rustls::enums::ContentType;

use super::connection::{Engine, Tls};
use super::failure::Failure;
use super::library;
use crate::error::Reason;
use crate::wire::{ALERT_LENGTH, HandshakeType, RecordHeader};

/// What a server does with the early data of its client.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum EarlyDataPolicy {
    /// The client sends none.
    #[default]
    Absent,
    /// Skips it.
    Reject,
    /// Takes it, if the engine agrees.
    Accept,
}

impl EarlyDataPolicy {
    /// What rustls is told: the limit on what is accepted, or skipped.
    pub(super) fn limit(self) -> u32 {
        match self {
            Self::Absent => 0,
            Self::Reject | Self::Accept => u32::MAX,
        }
    }
}

/// What a record had to do with early data, at a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EarlyDataEvent {
    /// Nothing.
    None,
    /// It was early data, which is pending now; this many bytes.
    Data(usize),
    /// It was EndOfEarlyData.
    End,
    /// It was early data that has been rejected; so many bytes by OpenSSL's count, which takes an
    /// authentication tag away only when it has tried to decrypt the record.
    Skipped(usize),
}

impl Engine {
    /// Client: whether early data can be written: it was asked for, and the server has not answered
    /// yet, or is sending its answer and has not rejected it.
    pub fn can_write_early(&mut self) -> bool {
        match &mut self.tls {
            Tls::Client(connection, _) => connection.early_data().is_some(),
            _ => false,
        }
    }

    /// Client: encrypts early data into the output. The caller has checked that it may be sent.
    pub fn write_early(&mut self, data: &[u8]) -> Result<(), Failure> {
        let written = self.noting(|engine| match &mut engine.tls {
            Tls::Client(connection, _) => match connection.early_data() {
                Some(mut early) => early.write(OutboundPlain::from(data), &mut engine.output),
                None => Err(Error::HandshakeNotComplete),
            },
            _ => Err(Error::HandshakeNotComplete),
        });
        match written {
            Ok(count) if count == data.len() => Ok(()),
            Ok(_) => Err(Error::General("early data was cut short".into())),
            Err(error) => Err(error),
        }
        .map_err(|error| Failure::from_rustls(&error, None, false))
    }

    /// Whether early data was accepted: by the server that we are, or that has said so.
    pub fn early_data_accepted(&self) -> bool {
        match &self.tls {
            Tls::Idle => false,
            Tls::Client(connection, _) => connection.side().is_early_data_accepted(),
            // rustls has it only when it accepts.
            Tls::Server(..) => self.early_exporter.is_some(),
        }
    }

    /// Whether a TLS 1.3 server has sent its ServerHello, and with it all of its flight.
    pub fn has_answered(&self) -> bool {
        match &self.tls {
            Tls::Server(connection, _) => connection.handshake_kind().is_some(),
            _ => false,
        }
    }

    /// Derives keying material from the early exporter secret (RFC 8446, section 7.5) into `out`,
    /// which is not empty.
    pub fn export_early(
        &mut self,
        label: &[u8],
        context: &[u8],
        out: &mut [u8],
    ) -> Result<(), Failure> {
        let failed = |error| Failure::from_rustls(&error, None, false);
        let Some(exporter) = &self.early_exporter else {
            return Err(failed(Error::HandshakeNotComplete));
        };
        library::within(self.algorithms.as_ref(), || {
            exporter.derive(label, Some(context), out)
        })
        .map_err(failed)?;
        Ok(())
    }

    /// rustls hands its early exporter out once; it is kept.
    pub(super) fn keep_early_exporter(&mut self) {
        if self.early_exporter.is_none() {
            self.early_exporter = match &mut self.tls {
                Tls::Idle => None,
                Tls::Client(connection, _) => connection.early_exporter().ok(),
                Tls::Server(connection, _) => connection.early_exporter().ok(),
            };
        }
    }
}

/// What the record layer decrypted last.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Decrypted {
    #[default]
    Nothing,
    EndOfEarlyData,
    Other,
}

thread_local! {
    /// What was decrypted last since [`take_noted`].
    static DECRYPTED: Cell<Decrypted> = const { Cell::new(Decrypted::Nothing) };
}

/// Takes what was noted.
pub(super) fn take_noted() -> Decrypted {
    DECRYPTED.take()
}

/// Puts back what [`take_noted`] took.
pub(super) fn put_back(noted: Decrypted) {
    DECRYPTED.set(noted);
}

/// Notes that a record was decrypted, and what it was.
pub(super) fn note_decrypted(kind: ContentType, payload: &[u8]) {
    let is_end = HandshakeType::of(payload) == Some(HandshakeType::END_OF_EARLY_DATA);
    DECRYPTED.set(match kind {
        ContentType::Handshake if is_end => Decrypted::EndOfEarlyData,
        _ => Decrypted::Other,
    });
}

/// The length of a record that is protected, or looks so, without its header.
pub(super) fn protected_length(record: &[u8]) -> Option<usize> {
    let header = RecordHeader::parse(record.first_chunk()?);
    let is_protected = header.content_type == crate::wire::ContentType::APPLICATION_DATA;
    is_protected.then_some(header.length.into())
}

/// Why a server that skips early data must not be given this record, if so: nothing but protected
/// records, change_cipher_spec and plain alerts may come once there are keys (RFC 8446, section
/// 5.1), and rustls would skip, and keep, any other that it cannot decrypt.
pub(super) fn out_of_place(record: &[u8]) -> Option<Reason> {
    use crate::wire::ContentType;
    let header = record.first_chunk().map(RecordHeader::parse);
    match header.map(|header| (header.content_type, usize::from(header.length))) {
        Some((ContentType::CHANGE_CIPHER_SPEC | ContentType::APPLICATION_DATA, _))
        | Some((ContentType::ALERT, ..=ALERT_LENGTH)) => None,
        Some((ContentType::ALERT, _)) => Some(Reason::INVALID_ALERT),
        _ => Some(Reason::BAD_RECORD_TYPE),
    }
}

/// What a record of this protected length was that a server has digested without an error. `trial`
/// tells that the server had keys, so that it tried to decrypt the record; else it has asked for a
/// second ClientHello, and skips without trying.
pub(super) fn event(protected: Option<usize>, trial: bool) -> EarlyDataEvent {
    const TAG: usize = 16;
    match (DECRYPTED.get(), protected) {
        (Decrypted::EndOfEarlyData, _) => EarlyDataEvent::End,
        (Decrypted::Nothing, Some(length)) if trial && length > TAG => {
            EarlyDataEvent::Skipped(length - TAG)
        }
        // An empty record counts too: what is skipped is kept until something decrypts.
        (Decrypted::Nothing, Some(length)) => EarlyDataEvent::Skipped(length.max(1)),
        _ => EarlyDataEvent::None,
    }
}
