//! Records under ChaCha20-Poly1305, protected by libcrypto.
//!
//! aws-lc is the faster library for all other suites, but its ChaCha20-Poly1305 knows no AVX-512:
//! where the processor does, libcrypto takes two thirds of its time. How a record is laid out is
//! the same (RFC 8446, section 5.2; RFC 7905).

use rustls::crypto::cipher::{
    AeadKey, InboundOpaque, Iv, KeyBlockShape, Nonce, OutboundPlain, Record, RecordDecrypter,
    RecordEncrypter, Tls12AeadAlgorithm, Tls13AeadAlgorithm, UnsupportedOperationError,
    make_tls12_aad, make_tls13_aad,
};
use rustls::enums::ContentType;
use rustls::{ConnectionTrafficSecrets, Error};

use super::library;
use crate::libcrypto::chacha20_poly1305::{OpeningKey, SealingKey, TAG_LEN};

/// Longest plaintext of a record, in bytes (RFC 8446, section 5.1).
const LONGEST_PLAINTEXT: usize = 1 << 14;

/// The algorithm of a suite, whose own implementation is used when libcrypto has none.
pub(super) struct ChaCha20Poly1305<A: ?Sized + 'static>(pub(super) &'static A);

impl Tls13AeadAlgorithm for ChaCha20Poly1305<dyn Tls13AeadAlgorithm> {
    fn encrypter(&self, key: AeadKey, iv: Iv) -> Box<dyn RecordEncrypter> {
        match sealing(&key) {
            Some(key) => Box::new(Tls13Encrypter { key, iv }),
            None => self.0.encrypter(key, iv),
        }
    }

    fn decrypter(&self, key: AeadKey, iv: Iv) -> Box<dyn RecordDecrypter> {
        match opening(&key) {
            Some(key) => Box::new(Tls13Decrypter { key, iv }),
            None => self.0.decrypter(key, iv),
        }
    }

    fn key_len(&self) -> usize {
        self.0.key_len()
    }

    fn extract_keys(
        &self,
        key: AeadKey,
        iv: Iv,
    ) -> Result<ConnectionTrafficSecrets, UnsupportedOperationError> {
        self.0.extract_keys(key, iv)
    }
}

impl Tls12AeadAlgorithm for ChaCha20Poly1305<dyn Tls12AeadAlgorithm> {
    fn encrypter(&self, key: AeadKey, iv: &[u8], extra: &[u8]) -> Box<dyn RecordEncrypter> {
        match (sealing(&key), Iv::new(iv)) {
            (Some(key), Ok(iv)) => Box::new(Tls12Encrypter { key, iv }),
            _ => self.0.encrypter(key, iv, extra),
        }
    }

    fn decrypter(&self, key: AeadKey, iv: &[u8]) -> Box<dyn RecordDecrypter> {
        match (opening(&key), Iv::new(iv)) {
            (Some(key), Ok(iv)) => Box::new(Tls12Decrypter { key, iv }),
            _ => self.0.decrypter(key, iv),
        }
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

fn sealing(key: &AeadKey) -> Option<SealingKey> {
    let key = key.as_ref().try_into().ok()?;
    library::with_current(|library| SealingKey::new(library, key).ok())
}

fn opening(key: &AeadKey) -> Option<OpeningKey> {
    let key = key.as_ref().try_into().ok()?;
    library::with_current(|library| OpeningKey::new(library, key).ok())
}

struct Tls13Encrypter {
    key: SealingKey,
    iv: Iv,
}

impl RecordEncrypter for Tls13Encrypter {
    fn encrypt<'a>(
        &mut self,
        record: Record<OutboundPlain<'_>>,
        seq: u64,
        out: &'a mut [u8],
    ) -> Result<Record<&'a [u8]>, Error> {
        let length = self.encrypted_payload_len(record.payload.len());
        let outer = ContentType::ApplicationData;
        let additional = make_tls13_aad(outer, record.version.encode(), length);
        let inner = record.typ.to_array();
        let parts = record.payload.chunks().chain([&inner[..]]);
        seal(
            &mut self.key,
            &self.iv,
            seq,
            &additional,
            parts,
            out,
            length,
        )
        .map(|sealed| Record::new(outer, record.version, sealed))
    }

    fn encrypted_payload_len(&self, payload_len: usize) -> usize {
        payload_len + 1 + TAG_LEN
    }
}

struct Tls13Decrypter {
    key: OpeningKey,
    iv: Iv,
}

impl RecordDecrypter for Tls13Decrypter {
    fn decrypt<'a>(
        &mut self,
        mut record: Record<InboundOpaque<'a>>,
        seq: u64,
    ) -> Result<Record<&'a [u8]>, Error> {
        let length = record.payload.len();
        let additional = make_tls13_aad(record.typ, record.version.version(), length);
        let plain = open(
            &mut self.key,
            &self.iv,
            seq,
            &additional,
            &mut record.payload,
        )?;
        record.payload.truncate(plain);
        record.into_tls13_unpadded_record()
    }
}

struct Tls12Encrypter {
    key: SealingKey,
    iv: Iv,
}

impl RecordEncrypter for Tls12Encrypter {
    fn encrypt<'a>(
        &mut self,
        record: Record<OutboundPlain<'_>>,
        seq: u64,
        out: &'a mut [u8],
    ) -> Result<Record<&'a [u8]>, Error> {
        let length = self.encrypted_payload_len(record.payload.len());
        let additional = make_tls12_aad(
            seq,
            record.typ,
            record.version.encode(),
            record.payload.len(),
        );
        let parts = record.payload.chunks();
        seal(
            &mut self.key,
            &self.iv,
            seq,
            &additional,
            parts,
            out,
            length,
        )
        .map(|sealed| Record::new(record.typ, record.version, sealed))
    }

    fn encrypted_payload_len(&self, payload_len: usize) -> usize {
        payload_len + TAG_LEN
    }
}

struct Tls12Decrypter {
    key: OpeningKey,
    iv: Iv,
}

impl RecordDecrypter for Tls12Decrypter {
    fn decrypt<'a>(
        &mut self,
        mut record: Record<InboundOpaque<'a>>,
        seq: u64,
    ) -> Result<Record<&'a [u8]>, Error> {
        let length = record.payload.len().checked_sub(TAG_LEN);
        let length = length.ok_or(Error::DecryptError)?;
        let additional = make_tls12_aad(seq, record.typ, record.version.version(), length);
        let plain = open(
            &mut self.key,
            &self.iv,
            seq,
            &additional,
            &mut record.payload,
        )?;
        if plain > LONGEST_PLAINTEXT {
            return Err(Error::PeerSentOversizedRecord);
        }
        record.payload.truncate(plain);
        Ok(record.into_plain_record())
    }
}

/// Seals into the first `length` bytes of `out`.
fn seal<'a, 'p>(
    key: &mut SealingKey,
    iv: &Iv,
    seq: u64,
    additional: &[u8],
    parts: impl Iterator<Item = &'p [u8]>,
    out: &'a mut [u8],
    length: usize,
) -> Result<&'a [u8], Error> {
    let out = out.get_mut(..length).ok_or(Error::EncryptError)?;
    key.seal(&Nonce::new(iv, seq).to_array()?, additional, parts, out)
        .map_err(|_| Error::EncryptError)?;
    Ok(out)
}

fn open(
    key: &mut OpeningKey,
    iv: &Iv,
    seq: u64,
    additional: &[u8],
    sealed: &mut [u8],
) -> Result<usize, Error> {
    key.open(&Nonce::new(iv, seq).to_array()?, additional, sealed)
        .ok_or(Error::DecryptError)
}
