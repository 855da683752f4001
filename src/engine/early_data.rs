//! Early data (RFC 8446, sections 2.3 and 4.2.10) on a connection of either role.
//!
//! The modules above decide by OpenSSL's rules whether a server accepts early data, and how much.
//! Where rustls has rules too they are wider (the age of a ticket may be a minute off). Its
//! configuration makes it follow the decision: it accepts early data when it has no ticketer and a
//! limit above 0, and rejects it when it has a ticketer. Its limits are so high that ours count.
//!
//! rustls does not report that it has skipped a record, nor that early data has ended. Both follow
//! from what its record layer has decrypted.

use rustls::enums::ContentType;

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
    /// rustls's limit on what it accepts, or skips.
    pub(super) fn limit(self) -> u32 {
        match self {
            Self::Absent => 0,
            Self::Reject | Self::Accept => u32::MAX,
        }
    }
}

/// What a record had to do with early data.
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
    /// Client: the server has accepted it.
    Accepted,
    /// Server: rustls does not accept it.
    Refused,
}

/// What the record layer decrypted last.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Decrypted {
    #[default]
    Nothing,
    EndOfEarlyData,
    Other,
}

impl Decrypted {
    /// What a record was that has been decrypted.
    pub(super) fn record(kind: ContentType, payload: &[u8]) -> Self {
        let is_end = HandshakeType::of(payload) == Some(HandshakeType::END_OF_EARLY_DATA);
        match kind {
            ContentType::Handshake if is_end => Self::EndOfEarlyData,
            _ => Self::Other,
        }
    }
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

/// What a record of this protected length was that a server has processed without an error. `trial`
/// says that the server had keys, so that it tried to decrypt the record; else it has asked for a
/// second ClientHello, and skips without trying.
pub(super) fn event(decrypted: Decrypted, protected: Option<usize>, trial: bool) -> EarlyDataEvent {
    const TAG: usize = 16;
    match (decrypted, protected) {
        (Decrypted::EndOfEarlyData, _) => EarlyDataEvent::End,
        (Decrypted::Nothing, Some(length)) if trial && length > TAG => {
            EarlyDataEvent::Skipped(length - TAG)
        }
        // An empty record counts too: what is skipped is kept until something decrypts.
        (Decrypted::Nothing, Some(length)) => EarlyDataEvent::Skipped(length.max(1)),
        _ => EarlyDataEvent::None,
    }
}
