//! Records as rustls has them sent.

use std::cell::Cell;

use rustls::crypto::cipher::{
    AeadKey, Iv, KeyBlockShape, OutboundPlain, Record, RecordDecrypter, RecordEncrypter,
    Tls12AeadAlgorithm, Tls13AeadAlgorithm, UnsupportedOperationError,
};
use rustls::enums::ContentType;
use rustls::{ConnectionTrafficSecrets, Error};

use super::opening::{FollowingDecrypter, NotingDecrypter, WatchedDecrypter};
use crate::engine::{alerts, client, messages};
use crate::wire::{Alert, AlertLevel};

/// Lets records carry 16384 bytes of plaintext, as the RFCs allow and OpenSSL sends. rustls
/// subtracts the overhead that an empty record would have, which leaves 16367.
pub(in crate::engine) struct FullRecords<A: ?Sized + 'static>(pub(in crate::engine) &'static A);

impl Tls13AeadAlgorithm for FullRecords<dyn Tls13AeadAlgorithm> {
    fn encrypter(&self, key: AeadKey, iv: Iv) -> Box<dyn RecordEncrypter> {
        Box::new(FullRecordEncrypter(self.0.encrypter(key, iv)))
    }

    fn decrypter(&self, key: AeadKey, iv: Iv) -> Box<dyn RecordDecrypter> {
        // A client makes none before it has read the ServerHello.
        let follows = client::note_tls13();
        let decrypter = NotingDecrypter::new(self.0.decrypter(key, iv));
        let decrypter = Box::new(WatchedDecrypter(Box::new(decrypter)));
        match follows {
            true => Box::new(FollowingDecrypter::new(decrypter)),
            false => decrypter,
        }
    }

    fn key_len(&self) -> usize {
        self.0.key_len()
    }

    fn iv_len(&self) -> usize {
        self.0.iv_len()
    }

    fn extract_keys(
        &self,
        key: AeadKey,
        iv: Iv,
    ) -> Result<ConnectionTrafficSecrets, UnsupportedOperationError> {
        self.0.extract_keys(key, iv)
    }
}

impl Tls12AeadAlgorithm for FullRecords<dyn Tls12AeadAlgorithm> {
    fn encrypter(&self, key: AeadKey, iv: &[u8], extra: &[u8]) -> Box<dyn RecordEncrypter> {
        Box::new(FullRecordEncrypter(self.0.encrypter(key, iv, extra)))
    }

    fn decrypter(&self, key: AeadKey, iv: &[u8]) -> Box<dyn RecordDecrypter> {
        Box::new(WatchedDecrypter(self.0.decrypter(key, iv)))
    }

    fn key_block_shape(&self) -> KeyBlockShape {
        self.0.key_block_shape()
    }

    fn extract_keys(
        &self,
        key: AeadKey,
        iv: &[u8],
        explicit: &[u8],
    ) -> Result<ConnectionTrafficSecrets, UnsupportedOperationError> {
        self.0.extract_keys(key, iv, explicit)
    }
}

/// Bytes of a fatal alert.
fn fatal(alert: Alert) -> [u8; 2] {
    [AlertLevel::FATAL.0, alert.0]
}

/// What a record that rustls has encrypted becomes instead.
#[derive(Clone, Copy)]
enum Change {
    /// An alert: this fatal one.
    Alert(Alert),
    /// Application data: a handshake message.
    Handshake,
}

thread_local! {
    static CHANGE: Cell<Option<Change>> = const { Cell::new(None) };
}

/// Runs `work`, which has one alert sent: if it is protected, it becomes this fatal one. rustls
/// sends the alerts of its own errors and close_notify only.
pub(in crate::engine) fn with_alert<R>(alert: Alert, work: impl FnOnce() -> R) -> R {
    with_change(Change::Alert(alert), work)
}

/// Runs `work`, which has application data sent: it goes out as a handshake message. rustls sends
/// the messages of its own handshake only.
pub(in crate::engine) fn as_handshake_records<R>(work: impl FnOnce() -> R) -> R {
    with_change(Change::Handshake, work)
}

fn with_change<R>(change: Change, work: impl FnOnce() -> R) -> R {
    struct End;
    impl Drop for End {
        fn drop(&mut self) {
            CHANGE.set(None);
        }
    }
    let _end = End;
    CHANGE.set(Some(change));
    work()
}

struct FullRecordEncrypter(Box<dyn RecordEncrypter>);

impl RecordEncrypter for FullRecordEncrypter {
    fn encrypt<'a>(
        &mut self,
        record: Record<OutboundPlain<'_>>,
        seq: u64,
        out: &'a mut [u8],
    ) -> Result<Record<&'a [u8]>, Error> {
        let Record {
            typ,
            version,
            payload,
        } = record;
        let alert;
        let record = match (CHANGE.get(), typ) {
            (Some(Change::Alert(description)), ContentType::Alert) => {
                alert = fatal(description);
                Record::new(typ, version, OutboundPlain::from(&alert[..]))
            }
            (None, ContentType::Alert) => match payload.to_vec()[..] {
                [level, description] if AlertLevel(level) == AlertLevel::FATAL => {
                    alert = fatal(alerts::in_place_of(Alert(description)));
                    Record::new(typ, version, OutboundPlain::from(&alert[..]))
                }
                _ => Record::new(typ, version, payload),
            },
            (Some(Change::Handshake), ContentType::ApplicationData) => {
                Record::new(ContentType::Handshake, version, payload)
            }
            _ => Record::new(typ, version, payload),
        };
        let plaintext = messages::noted_plaintext(&record);
        let protected = self.0.encrypt(record, seq, out)?;
        if let Some(plaintext) = plaintext {
            messages::note_sealed(plaintext, &protected);
        }
        Ok(protected)
    }

    fn encrypted_payload_len(&self, payload_len: usize) -> usize {
        // Asked for 0 only to compute the largest plaintext of a record: rustls never sends an
        // empty record.
        match payload_len {
            0 => 0,
            _ => self.0.encrypted_payload_len(payload_len),
        }
    }
}
