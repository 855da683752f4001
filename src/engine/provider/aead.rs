//! Records that libcrypto protects.
//!
//! aws-lc is the faster library for AES-GCM, but its ChaCha20-Poly1305 knows no AVX-512: where the
//! processor does, libcrypto takes two thirds of its time for a long record. Connections that take
//! their algorithms from another library context have all records protected by libcrypto. How a
//! record is laid out is the same (RFC 8446, section 5.2; RFC 7905; RFC 5288).

use rustls::crypto::cipher::{
    AeadKey, InboundOpaque, Iv, KeyBlockShape, Nonce, OutboundPlain, Record, RecordDecrypter,
    RecordEncrypter, Tls12AeadAlgorithm, Tls13AeadAlgorithm, UnsupportedOperationError,
    make_tls12_aad, make_tls13_aad,
};
use rustls::enums::ContentType;
use rustls::{ConnectionTrafficSecrets, Error};

use super::by_length::ByLength;
use super::library;
use crate::libcrypto::aead::{Aead, NONCE_LEN, OpeningKey, SealingKey, TAG_LEN};

/// Longest plaintext of a record, in bytes (RFC 8446, section 5.1).
const LONGEST_PLAINTEXT: usize = 1 << 14;

/// Bytes of the nonce that a TLS 1.2 record carries with AES-GCM (RFC 5288, section 3).
const EXPLICIT_NONCE: usize = 8;

/// The algorithm of a suite. `own` is the engine's.
pub(in crate::engine) struct Protection<A: ?Sized + 'static> {
    pub(in crate::engine) own: &'static A,
    pub(in crate::engine) aead: Aead,
}

impl<A: ?Sized> Protection<A> {
    /// Who protects the records of the connection that is driven.
    fn protector(&self) -> Protector {
        match (library::is_engine(), self.aead) {
            (false, _) => Protector::Libcrypto,
            (true, Aead::ChaCha20Poly1305) => Protector::ByLength,
            (true, Aead::Aes128Gcm | Aead::Aes256Gcm) => Protector::Engine,
        }
    }

    /// Bytes of nonce that a TLS 1.2 record carries.
    fn explicit(&self) -> usize {
        match self.aead {
            Aead::ChaCha20Poly1305 => 0,
            Aead::Aes128Gcm | Aead::Aes256Gcm => EXPLICIT_NONCE,
        }
    }

    fn sealing(&self, key: &AeadKey) -> Option<SealingKey> {
        sealing(self.aead, key)
    }

    fn opening(&self, key: &AeadKey) -> Option<OpeningKey> {
        opening(self.aead, key)
    }
}

enum Protector {
    Engine,
    Libcrypto,
    /// The engine's library has short records, libcrypto long ones.
    ByLength,
}

fn sealing(aead: Aead, key: &AeadKey) -> Option<SealingKey> {
    library::with_current(|library| SealingKey::new(library, aead, key.as_ref()).ok())
}

fn opening(aead: Aead, key: &AeadKey) -> Option<OpeningKey> {
    library::with_current(|library| OpeningKey::new(library, aead, key.as_ref()).ok())
}

/// Copies a key of ChaCha20-Poly1305. Both are wiped when they are dropped.
fn copy(key: &AeadKey) -> Option<AeadKey> {
    Some(AeadKey::from(<[u8; 32]>::try_from(key.as_ref()).ok()?))
}

type Encrypter = Box<dyn RecordEncrypter>;
type Decrypter = Box<dyn RecordDecrypter>;

fn encrypter_by_length(
    own: Encrypter,
    key: Option<AeadKey>,
    make: impl FnOnce(SealingKey) -> Option<Encrypter> + Send + Sync + 'static,
) -> Encrypter {
    Box::new(ByLength::<dyn RecordEncrypter>::new(own, move || {
        make(sealing(Aead::ChaCha20Poly1305, &key?)?)
    }))
}

fn decrypter_by_length(
    own: Decrypter,
    key: Option<AeadKey>,
    make: impl FnOnce(OpeningKey) -> Option<Decrypter> + Send + Sync + 'static,
) -> Decrypter {
    Box::new(ByLength::<dyn RecordDecrypter>::new(own, move || {
        make(opening(Aead::ChaCha20Poly1305, &key?)?)
    }))
}

impl Tls13AeadAlgorithm for Protection<dyn Tls13AeadAlgorithm> {
    fn encrypter(&self, key: AeadKey, iv: Iv) -> Box<dyn RecordEncrypter> {
        match self.protector() {
            Protector::Engine => self.own.encrypter(key, iv),
            Protector::ByLength => {
                let (copied, own_iv) = (copy(&key), iv.clone());
                encrypter_by_length(self.own.encrypter(key, own_iv), copied, |key| {
                    Some(Box::new(Tls13Encrypter { key, iv }))
                })
            }
            Protector::Libcrypto => match self.sealing(&key) {
                Some(key) => Box::new(Tls13Encrypter { key, iv }),
                None => Box::new(Failing),
            },
        }
    }

    fn decrypter(&self, key: AeadKey, iv: Iv) -> Box<dyn RecordDecrypter> {
        match self.protector() {
            Protector::Engine => self.own.decrypter(key, iv),
            Protector::ByLength => {
                let (copied, own_iv) = (copy(&key), iv.clone());
                decrypter_by_length(self.own.decrypter(key, own_iv), copied, |key| {
                    Some(Box::new(Tls13Decrypter { key, iv }))
                })
            }
            Protector::Libcrypto => match self.opening(&key) {
                Some(key) => Box::new(Tls13Decrypter { key, iv }),
                None => Box::new(Failing),
            },
        }
    }

    fn key_len(&self) -> usize {
        self.own.key_len()
    }

    fn extract_keys(
        &self,
        key: AeadKey,
        iv: Iv,
    ) -> Result<ConnectionTrafficSecrets, UnsupportedOperationError> {
        self.own.extract_keys(key, iv)
    }
}

impl Tls12AeadAlgorithm for Protection<dyn Tls12AeadAlgorithm> {
    fn encrypter(&self, key: AeadKey, iv: &[u8], extra: &[u8]) -> Box<dyn RecordEncrypter> {
        let explicit = self.explicit();
        // What rustls calls extra is where the explicit nonces begin.
        let whole = || Iv::new(&[iv, extra].concat());
        match self.protector() {
            Protector::Engine => self.own.encrypter(key, iv, extra),
            Protector::ByLength => {
                let (copied, whole) = (copy(&key), whole());
                encrypter_by_length(self.own.encrypter(key, iv, extra), copied, move |key| {
                    let iv = whole.ok()?;
                    Some(Box::new(Tls12Encrypter { key, iv, explicit }))
                })
            }
            Protector::Libcrypto => match (self.sealing(&key), whole()) {
                (Some(key), Ok(iv)) => Box::new(Tls12Encrypter { key, iv, explicit }),
                _ => Box::new(Failing),
            },
        }
    }

    fn decrypter(&self, key: AeadKey, iv: &[u8]) -> Box<dyn RecordDecrypter> {
        let explicit = self.explicit();
        let whole = || Iv::new(&[iv, &[0; EXPLICIT_NONCE][..explicit]].concat());
        match self.protector() {
            Protector::Engine => self.own.decrypter(key, iv),
            Protector::ByLength => {
                let (copied, whole) = (copy(&key), whole());
                decrypter_by_length(self.own.decrypter(key, iv), copied, move |key| {
                    let iv = whole.ok()?;
                    Some(Box::new(Tls12Decrypter { key, iv, explicit }))
                })
            }
            Protector::Libcrypto => match (self.opening(&key), whole()) {
                (Some(key), Ok(iv)) => Box::new(Tls12Decrypter { key, iv, explicit }),
                _ => Box::new(Failing),
            },
        }
    }

    fn key_block_shape(&self) -> KeyBlockShape {
        self.own.key_block_shape()
    }

    fn extract_keys(
        &self,
        key: AeadKey,
        iv: &[u8],
        explicit: &[u8],
    ) -> Result<ConnectionTrafficSecrets, UnsupportedOperationError> {
        self.own.extract_keys(key, iv, explicit)
    }
}

/// Stands for keys that libcrypto did not take: no memory, or the program has unloaded the
/// provider.
struct Failing;

impl RecordEncrypter for Failing {
    fn encrypt<'a>(
        &mut self,
        _: Record<OutboundPlain<'_>>,
        _: u64,
        _: &'a mut [u8],
    ) -> Result<Record<&'a [u8]>, Error> {
        Err(Error::EncryptError)
    }

    fn encrypted_payload_len(&self, payload_len: usize) -> usize {
        payload_len + EXPLICIT_NONCE + TAG_LEN
    }
}

impl RecordDecrypter for Failing {
    fn decrypt<'a>(
        &mut self,
        _: Record<InboundOpaque<'a>>,
        _: u64,
    ) -> Result<Record<&'a [u8]>, Error> {
        Err(Error::DecryptError)
    }
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
    /// Bytes of nonce that go before the ciphertext.
    explicit: usize,
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
        let nonce: [u8; NONCE_LEN] = Nonce::new(&self.iv, seq).to_array()?;
        let out = out.get_mut(..length).ok_or(Error::EncryptError)?;
        let (explicit, sealed) = out.split_at_mut(self.explicit);
        explicit.copy_from_slice(&nonce[NONCE_LEN - self.explicit..]);
        self.key
            .seal(&nonce, &additional, record.payload.chunks(), sealed)
            .map_err(|_| Error::EncryptError)?;
        Ok(Record::new(record.typ, record.version, out))
    }

    fn encrypted_payload_len(&self, payload_len: usize) -> usize {
        self.explicit + payload_len + TAG_LEN
    }
}

struct Tls12Decrypter {
    key: OpeningKey,
    iv: Iv,
    /// Bytes of nonce that come before the ciphertext.
    explicit: usize,
}

impl RecordDecrypter for Tls12Decrypter {
    fn decrypt<'a>(
        &mut self,
        mut record: Record<InboundOpaque<'a>>,
        seq: u64,
    ) -> Result<Record<&'a [u8]>, Error> {
        let explicit = self.explicit;
        let length = record.payload.len().checked_sub(explicit + TAG_LEN);
        let length = length.ok_or(Error::DecryptError)?;
        let additional = make_tls12_aad(seq, record.typ, record.version.version(), length);
        let nonce: [u8; NONCE_LEN] = match explicit {
            0 => Nonce::new(&self.iv, seq).to_array()?,
            _ => {
                // The fixed part, and the part that the peer sends.
                let mut nonce: [u8; NONCE_LEN] = Nonce::new(&self.iv, 0).to_array()?;
                nonce[NONCE_LEN - explicit..].copy_from_slice(&record.payload[..explicit]);
                nonce
            }
        };
        let sealed = &mut record.payload[explicit..];
        let plain = self
            .key
            .open(&nonce, &additional, sealed)
            .ok_or(Error::DecryptError)?;
        if plain > LONGEST_PLAINTEXT {
            return Err(Error::PeerSentOversizedRecord);
        }
        record.payload.copy_within(explicit..explicit + plain, 0);
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
