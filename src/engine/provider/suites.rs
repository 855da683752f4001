//! The cipher suites, made of wrapped parts.

use std::sync::LazyLock;

use rustls::crypto::cipher::{Tls12AeadAlgorithm, Tls13AeadAlgorithm};
use rustls::crypto::hash::Hash;
use rustls::crypto::tls12::{Prf, PrfUsingHmac};
use rustls::crypto::tls13::Hkdf;
use rustls::crypto::{CipherSuite, SignatureScheme};
use rustls::{CipherSuiteCommon, Tls12CipherSuite, Tls13CipherSuite};
use rustls_aws_lc_rs::{ALL_TLS12_CIPHER_SUITES, ALL_TLS13_CIPHER_SUITES};

use super::aead::Protection;
use super::digests::ProvidedHash;
use super::hkdf::{ProvidedHkdf, WrappedHkdf};
use super::prf::{ProvidedPrf, RecordingPrf};
use super::records::FullRecords;
use super::sha2;
use super::transcript::{AdaptedHash, TranscriptHash};
use crate::cipher::Cipher;
use crate::cipher::suite::Encryption;
use crate::libcrypto::aead::Aead;
use crate::libcrypto::digest::HandshakeDigest;

/// Length in bytes of the hash of a TLS 1.3 suite.
pub fn tls13_hash_len(suite: u16) -> Option<usize> {
    Some(tls13_suite(suite)?.common.hash_provider.output_len())
}

pub(in crate::engine) fn tls13_suite(number: u16) -> Option<&'static Tls13CipherSuite> {
    static SUITES: LazyLock<Vec<&'static Tls13CipherSuite>> = LazyLock::new(|| {
        ALL_TLS13_CIPHER_SUITES
            .iter()
            .map(|suite| {
                let suite: &'static Tls13CipherSuite = Box::leak(Box::new(Tls13CipherSuite {
                    common: common(&suite.common),
                    protocol_version: suite.protocol_version,
                    hkdf_provider: Box::leak(Box::new(WrappedHkdf(Box::leak(Box::new(
                        ProvidedHkdf {
                            own: tls13_hkdf(suite),
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

pub(in crate::engine) fn tls12_suite(number: u16) -> Option<&'static Tls12CipherSuite> {
    static SUITES: LazyLock<Vec<&'static Tls12CipherSuite>> = LazyLock::new(|| {
        ALL_TLS12_CIPHER_SUITES
            .iter()
            .map(|suite| {
                let suite: &'static Tls12CipherSuite = Box::leak(Box::new(Tls12CipherSuite {
                    common: common(&suite.common),
                    protocol_version: suite.protocol_version,
                    prf_provider: Box::leak(Box::new(RecordingPrf(Box::leak(Box::new(
                        ProvidedPrf {
                            own: tls12_prf(suite),
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

fn hash(suite: &CipherSuiteCommon) -> &'static dyn Hash {
    match sha2::functions(digest(suite)) {
        Some(functions) => functions,
        None => suite.hash_provider,
    }
}

fn tls13_hkdf(suite: &Tls13CipherSuite) -> &'static dyn Hkdf {
    match sha2::functions(digest(&suite.common)) {
        Some(functions) => functions,
        None => suite.hkdf_provider,
    }
}

fn tls12_prf(suite: &Tls12CipherSuite) -> &'static dyn Prf {
    match sha2::functions(digest(&suite.common)) {
        Some(functions) => Box::leak(Box::new(PrfUsingHmac(functions))),
        None => suite.prf_provider,
    }
}

fn common(original: &CipherSuiteCommon) -> CipherSuiteCommon {
    CipherSuiteCommon {
        suite: original.suite,
        hash_provider: Box::leak(Box::new(AdaptedHash(Box::leak(Box::new(TranscriptHash(
            Box::leak(Box::new(ProvidedHash {
                own: hash(original),
                digest: digest(original),
            })),
        )))))),
        confidentiality_limit: original.confidentiality_limit,
    }
}
