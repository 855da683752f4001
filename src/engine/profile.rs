//! Suites and groups, prepared once for all connections with the same settings.

use std::borrow::Cow;
use std::cell::Cell;
use std::sync::{Arc, LazyLock};

use rustls::crypto::cipher::{
    AeadKey, Iv, KeyBlockShape, OutboundPlain, Record, RecordDecrypter, RecordEncrypter,
    Tls12AeadAlgorithm, Tls13AeadAlgorithm, UnsupportedOperationError,
};
use rustls::crypto::{CipherSuite, CryptoProvider, SignatureScheme};
use rustls::enums::ContentType;
use rustls::{
    CipherSuiteCommon, ConnectionTrafficSecrets, Error, Tls12CipherSuite, Tls13CipherSuite,
};
use rustls_aws_lc_rs::{ALL_TLS12_CIPHER_SUITES, ALL_TLS13_CIPHER_SUITES};

use super::acknowledgement::NotingDecrypter;
use super::adapted_hello::AdaptedHash;
use super::aead::Protection;
use super::alerts;
use super::client;
use super::client_session::RestoringHkdf;
use super::finished::NotingPrf;
use super::hello_transcript::TranscriptHash;
use super::key_share::{group, provided_group};
use super::messages::{self, WatchedDecrypter};
use super::planned_random;
use super::provided::{ProvidedHash, ProvidedHkdf, ProvidedPrf};
use super::server_flight::FollowingDecrypter;
use super::templates::Templates;
use crate::cipher::Cipher;
use crate::cipher::suite::Encryption;
use crate::libcrypto::aead::Aead;
use crate::libcrypto::algorithms::Algorithms;
use crate::libcrypto::digest::HandshakeDigest;
use crate::wire::{Alert, AlertLevel};

/// Suites and groups in order of preference, in the form that rustls wants. Immutable; shared by
/// all connections made from the same settings.
pub struct Profile {
    /// Where algorithms come from that are not the engine's own.
    pub(super) algorithms: Option<Arc<Algorithms>>,
    pub(super) provider: Arc<CryptoProvider>,
    pub(super) prefer_server_order: bool,
    pub(super) templates: Templates,
}

impl Profile {
    /// A profile with these suites and groups, by TLS number, best first, whose
    /// algorithms are these, or the engine's own. Numbers that the engine
    /// does not know are left out. `None` when nothing is left to speak with.
    pub fn new(
        algorithms: Option<Arc<Algorithms>>,
        tls13: impl Iterator<Item = u16>,
        tls12: impl Iterator<Item = u16>,
        groups: impl Iterator<Item = u16>,
        prefer_server_order: bool,
    ) -> Option<Self> {
        let tls13_cipher_suites: Vec<_> = tls13.filter_map(tls13_suite).collect();
        let tls12_cipher_suites: Vec<_> = tls12.filter_map(tls12_suite).collect();
        let kx_groups: Vec<_> = match &algorithms {
            None => groups.filter_map(group).collect(),
            Some(_) => groups.map(provided_group).collect(),
        };
        if tls13_cipher_suites.is_empty() && tls12_cipher_suites.is_empty() || kx_groups.is_empty()
        {
            return None;
        }
        Some(Self {
            algorithms,
            provider: Arc::new(CryptoProvider {
                tls12_cipher_suites: Cow::Owned(tls12_cipher_suites),
                tls13_cipher_suites: Cow::Owned(tls13_cipher_suites),
                kx_groups: Cow::Owned(kx_groups),
                secure_random: planned_random::SOURCE,
                ..rustls_aws_lc_rs::DEFAULT_PROVIDER
            }),
            prefer_server_order,
            templates: Templates::default(),
        })
    }

    /// The TLS 1.3 suite that a server picks from `offered`.
    pub fn choose_tls13(&self, offered: &[u16]) -> Option<u16> {
        let ours = || self.provider.tls13_cipher_suites.iter();
        if self.prefer_server_order {
            ours()
                .map(|suite| suite.common.suite.0)
                .find(|suite| offered.contains(suite))
        } else {
            offered
                .iter()
                .copied()
                .find(|suite| ours().any(|our| our.common.suite.0 == *suite))
        }
    }

    /// Whether there is a suite for this version, 0x0303 or 0x0304.
    pub fn speaks(&self, version: u16) -> bool {
        match version {
            0x0304 => !self.provider.tls13_cipher_suites.is_empty(),
            _ => !self.provider.tls12_cipher_suites.is_empty(),
        }
    }

    /// Whether one of these groups is among ours.
    pub fn has_any_group(&self, offered: &[u16]) -> bool {
        self.provider
            .kx_groups
            .iter()
            .any(|our| offered.contains(&our.name().0))
    }

    /// Whether this TLS 1.2 suite is among ours.
    pub fn has_tls12(&self, suite: u16) -> bool {
        self.provider
            .tls12_cipher_suites
            .iter()
            .any(|our| our.common.suite.0 == suite)
    }

    /// Like [`choose_tls13`](Self::choose_tls13), but a suite with a hash of this length (bytes) if
    /// there is one.
    pub fn choose_tls13_with_hash(&self, offered: &[u16], hash_len: usize) -> Option<u16> {
        let (with, without): (Vec<_>, Vec<_>) = offered
            .iter()
            .partition(|suite| tls13_hash_len(**suite) == Some(hash_len));
        self.choose_tls13(&with)
            .or_else(|| self.choose_tls13(&without))
    }
}

/// Whether the engine can exchange keys in this group.
pub fn knows_group(number: u16) -> bool {
    group(number).is_some()
}

/// Length in bytes of the hash of a TLS 1.3 suite.
pub fn tls13_hash_len(suite: u16) -> Option<usize> {
    Some(tls13_suite(suite)?.common.hash_provider.output_len())
}

pub(super) fn tls13_suite(number: u16) -> Option<&'static Tls13CipherSuite> {
    static SUITES: LazyLock<Vec<&'static Tls13CipherSuite>> = LazyLock::new(|| {
        ALL_TLS13_CIPHER_SUITES
            .iter()
            .map(|suite| {
                let suite: &'static Tls13CipherSuite = Box::leak(Box::new(Tls13CipherSuite {
                    common: common(&suite.common),
                    protocol_version: suite.protocol_version,
                    hkdf_provider: Box::leak(Box::new(RestoringHkdf(Box::leak(Box::new(
                        ProvidedHkdf {
                            own: suite.hkdf_provider,
                            digest: digest(&suite.common),
                        },
                    ))))),
                    aead_alg: Box::leak(Box::new(FullRecords(tls13_aead(suite)))),
                    quic: None,
                }));
                suite
            })
            .collect()
    });
    SUITES
        .iter()
        .copied()
        .find(|suite| suite.common.suite == CipherSuite(number))
}

fn tls12_suite(number: u16) -> Option<&'static Tls12CipherSuite> {
    static SUITES: LazyLock<Vec<&'static Tls12CipherSuite>> = LazyLock::new(|| {
        ALL_TLS12_CIPHER_SUITES
            .iter()
            .map(|suite| {
                let suite: &'static Tls12CipherSuite = Box::leak(Box::new(Tls12CipherSuite {
                    common: common(&suite.common),
                    protocol_version: suite.protocol_version,
                    prf_provider: Box::leak(Box::new(NotingPrf(Box::leak(Box::new(
                        ProvidedPrf {
                            own: suite.prf_provider,
                            digest: digest(&suite.common),
                        },
                    ))))),
                    kx: suite.kx,
                    sign: signature_schemes(suite),
                    aead_alg: Box::leak(Box::new(FullRecords(tls12_aead(suite)))),
                }));
                suite
            })
            .collect()
    });
    SUITES
        .iter()
        .copied()
        .find(|suite| suite.common.suite == CipherSuite(number))
}

/// What may sign with the suite: also what libcrypto alone signs with and verifies.
fn signature_schemes(suite: &Tls12CipherSuite) -> &'static [SignatureScheme] {
    let further: &[SignatureScheme] = match suite.sign.contains(&SignatureScheme::ED25519) {
        true => &[SignatureScheme::ED448, SignatureScheme::ECDSA_SHA1_Legacy],
        false => &[SignatureScheme::RSA_PKCS1_SHA1],
    };
    Box::leak([suite.sign, further].concat().into())
}

fn tls13_aead(suite: &Tls13CipherSuite) -> &'static dyn Tls13AeadAlgorithm {
    Box::leak(Box::new(Protection {
        own: suite.aead_alg,
        aead: aead(&suite.common),
    }))
}

fn tls12_aead(suite: &Tls12CipherSuite) -> &'static dyn Tls12AeadAlgorithm {
    Box::leak(Box::new(Protection {
        own: suite.aead_alg,
        aead: aead(&suite.common),
    }))
}

fn aead(suite: &CipherSuiteCommon) -> Aead {
    match Cipher::from_wire(suite.suite.0).map(|cipher| cipher.encryption) {
        Some(Encryption::Aes128Gcm) => Aead::Aes128Gcm,
        Some(Encryption::ChaCha20Poly1305) => Aead::ChaCha20Poly1305,
        _ => Aead::Aes256Gcm,
    }
}

fn digest(suite: &CipherSuiteCommon) -> HandshakeDigest {
    match suite.hash_provider.output_len() {
        48 => HandshakeDigest::Sha384,
        _ => HandshakeDigest::Sha256,
    }
}

fn common(original: &CipherSuiteCommon) -> CipherSuiteCommon {
    CipherSuiteCommon {
        suite: original.suite,
        hash_provider: Box::leak(Box::new(AdaptedHash(Box::leak(Box::new(TranscriptHash(
            Box::leak(Box::new(ProvidedHash {
                own: original.hash_provider,
                digest: digest(original),
            })),
        )))))),
        confidentiality_limit: original.confidentiality_limit,
    }
}

/// Lets records carry 16384 bytes of plaintext, as the RFCs allow and OpenSSL sends. rustls
/// subtracts the overhead that an empty record would have, which leaves 16367.
struct FullRecords<A: ?Sized + 'static>(&'static A);

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
pub(super) fn with_alert<R>(alert: Alert, work: impl FnOnce() -> R) -> R {
    with_change(Change::Alert(alert), work)
}

/// Runs `work`, which has application data sent: it goes out as a handshake message. rustls sends
/// the messages of its own handshake only.
pub(super) fn as_handshake_records<R>(work: impl FnOnce() -> R) -> R {
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
