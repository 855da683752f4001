//! Key derivation of TLS 1.3.

use rustls::crypto::hmac;
use rustls::crypto::tls13::{Hkdf, HkdfExpander, HkdfUsingHmac, OkmBlock, OutputLengthError};

use zeroize::Zeroizing;

use super::digests::hmac_of;
use super::library;
use crate::engine::thread::{self, Driven};
use crate::libcrypto::digest::HandshakeDigest;

/// A TLS 1.3 suite's key derivation.
pub(in crate::engine) struct ProvidedHkdf {
    pub(in crate::engine) own: &'static dyn Hkdf,
    pub(in crate::engine) digest: HandshakeDigest,
}

impl Hkdf for ProvidedHkdf {
    fn extract_from_zero_ikm(&self, salt: Option<&[u8]>) -> Box<dyn HkdfExpander> {
        self.with(|hkdf| hkdf.extract_from_zero_ikm(salt))
    }

    fn extract_from_secret(&self, salt: Option<&[u8]>, secret: &[u8]) -> Box<dyn HkdfExpander> {
        self.with(|hkdf| hkdf.extract_from_secret(salt, secret))
    }

    fn expander_for_okm(&self, okm: &OkmBlock) -> Box<dyn HkdfExpander> {
        self.with(|hkdf| hkdf.expander_for_okm(okm))
    }

    fn hmac_sign(&self, key: &OkmBlock, message: &[u8]) -> hmac::Tag {
        self.with(|hkdf| hkdf.hmac_sign(key, message))
    }
}

impl ProvidedHkdf {
    fn with<R>(&self, work: impl FnOnce(&dyn Hkdf) -> R) -> R {
        match library::is_engine() {
            true => work(self.own),
            false => work(&HkdfUsingHmac(hmac_of(self.digest))),
        }
    }
}

/// HKDF of a suite, which answers with the PSK of a session that is being restored, uses external
/// PSKs, and records what the connection needs of it.
pub(in crate::engine) struct WrappedHkdf(pub(in crate::engine) &'static dyn Hkdf);

impl Hkdf for WrappedHkdf {
    fn extract_from_zero_ikm(&self, salt: Option<&[u8]>) -> Box<dyn HkdfExpander> {
        let expander = self.0.extract_from_zero_ikm(salt);
        match salt {
            // The early secret of a handshake without a PSK.
            None => expander,
            // The master secret (RFC 8446, section 7.1).
            Some(_) => RecordingExpander::boxed(expander, self.0),
        }
    }

    fn extract_from_secret(&self, salt: Option<&[u8]>, secret: &[u8]) -> Box<dyn HkdfExpander> {
        extract(self.0, salt, secret).unwrap_or_else(|| self.0.extract_from_secret(salt, secret))
    }

    fn expander_for_okm(&self, okm: &OkmBlock) -> Box<dyn HkdfExpander> {
        match restored_psk() {
            None => self.0.expander_for_okm(okm),
            Some(psk) => Box::new(Known(OkmBlock::new(&psk))),
        }
    }

    fn hmac_sign(&self, key: &OkmBlock, message: &[u8]) -> hmac::Tag {
        let tag = self.0.hmac_sign(key, message);
        thread::with(|driven| driven.finished.record_signed(tag.as_ref()));
        tag
    }
}

/// Expands to one known block.
struct Known(OkmBlock);

impl HkdfExpander for Known {
    fn expand_slice(&self, _: &[&[u8]], _: &mut [u8]) -> Result<(), OutputLengthError> {
        Err(OutputLengthError)
    }

    fn expand_block(&self, _: &[&[u8]]) -> OkmBlock {
        self.0.clone()
    }

    fn hash_len(&self) -> usize {
        self.0.as_ref().len()
    }
}

/// Expands as a suite's HKDF does, and records the resumption master secret of a server.
pub(in crate::engine) struct RecordingExpander {
    inner: Box<dyn HkdfExpander>,
    hkdf: &'static dyn Hkdf,
}

impl RecordingExpander {
    pub(in crate::engine) fn boxed(
        inner: Box<dyn HkdfExpander>,
        hkdf: &'static dyn Hkdf,
    ) -> Box<dyn HkdfExpander> {
        Box::new(Self { inner, hkdf })
    }
}

impl HkdfExpander for RecordingExpander {
    fn expand_slice(&self, info: &[&[u8]], output: &mut [u8]) -> Result<(), OutputLengthError> {
        self.inner.expand_slice(info, output)
    }

    fn expand_block(&self, info: &[&[u8]]) -> OkmBlock {
        let block = self.inner.expand_block(info);
        // rustls gives the label as a separate part; no other part is as long (they have 1, 2, 6,
        // 32 or 48 bytes), so none can be mistaken for it.
        if info.contains(&&b"res master"[..]) && !thread::with(Driven::is_client).unwrap_or(true) {
            let secret = self.hkdf.expander_for_okm(&block);
            thread::with(|driven| driven.resumption_secret = Some(secret));
        }
        block
    }

    fn hash_len(&self) -> usize {
        self.inner.hash_len()
    }
}
/// The PSK of a session that is being restored. No other derivation gets it.
fn restored_psk() -> Option<Zeroizing<Vec<u8>>> {
    thread::with(|driven| driven.restoring.as_mut()?.psk.take())?
}

/// The early secret of the connection's external key, if `secret` is its stand-in.
fn extract(hkdf: &dyn Hkdf, salt: Option<&[u8]>, secret: &[u8]) -> Option<Box<dyn HkdfExpander>> {
    if salt.is_some() {
        return None;
    }
    let key = thread::with(|driven| driven.external_psk.as_ref()?.key_for(secret))??;
    Some(Box::new(EarlySecret(hkdf.extract_from_secret(None, &key))))
}

/// The early secret of an external key.
struct EarlySecret(Box<dyn HkdfExpander>);

impl HkdfExpander for EarlySecret {
    fn expand_slice(&self, info: &[&[u8]], output: &mut [u8]) -> Result<(), OutputLengthError> {
        self.0.expand_slice(&external_labels(info), output)
    }

    fn expand_block(&self, info: &[&[u8]]) -> OkmBlock {
        self.0.expand_block(&external_labels(info))
    }

    fn hash_len(&self) -> usize {
        self.0.hash_len()
    }
}

/// The parts of an HkdfLabel (RFC 8446, section 7.1), of which the label is one.
fn external_labels<'a>(info: &[&'a [u8]]) -> Vec<&'a [u8]> {
    let external = |part: &'a [u8]| match part {
        b"res binder" => b"ext binder",
        _ => part,
    };
    info.iter().copied().map(external).collect()
}
