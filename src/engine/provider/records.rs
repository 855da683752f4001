//! Records as rustls has them sent.

use rustls::crypto::cipher::{
    AeadKey, Iv, KeyBlockShape, OutboundPlain, Record, RecordDecrypter, RecordEncrypter,
    Tls12AeadAlgorithm, Tls13AeadAlgorithm, UnsupportedOperationError,
};
use rustls::enums::ContentType;
use rustls::{ConnectionTrafficSecrets, Error};

use super::opening::{FollowingDecrypter, Opening};
use crate::engine::messages;
use crate::engine::thread::{self, RecordChange};
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
        let follows = thread::with(|driven| driven.meets_tls13()).unwrap_or(false);
        let decrypter = Box::new(Opening::tls13(self.0.decrypter(key, iv)));
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
        Box::new(Opening::tls12(self.0.decrypter(key, iv)))
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
        let (change, alerts, is_observed) = thread::with(|driven| {
            let change = driven.record_change;
            (change, driven.alerts, driven.observed.is_some())
        })
        .unwrap_or_default();
        let alert;
        let record = match (change, typ) {
            (Some(RecordChange::Alert(description)), ContentType::Alert) => {
                alert = fatal(description);
                Record::new(typ, version, OutboundPlain::from(&alert[..]))
            }
            (None, ContentType::Alert) => match payload.to_vec()[..] {
                [level, description] if AlertLevel(level) == AlertLevel::FATAL => {
                    alert = fatal(alerts.in_place_of(Alert(description)));
                    Record::new(typ, version, OutboundPlain::from(&alert[..]))
                }
                _ => Record::new(typ, version, payload),
            },
            (Some(RecordChange::Handshake), ContentType::ApplicationData) => {
                Record::new(ContentType::Handshake, version, payload)
            }
            _ => Record::new(typ, version, payload),
        };
        let plaintext = is_observed.then(|| messages::plaintext(&record));
        let protected = self.0.encrypt(record, seq, out)?;
        if let Some(plaintext) = plaintext {
            thread::with(|driven| {
                if let Some(observed) = &mut driven.observed {
                    observed.record_sealed(plaintext, &protected);
                }
            });
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
