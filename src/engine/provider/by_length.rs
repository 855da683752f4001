//! Records that one library protects when they are short, and the other when they are long.

use rustls::Error;
use rustls::crypto::cipher::{
    InboundOpaque, OutboundPlain, Record, RecordDecrypter, RecordEncrypter,
};

/// Shortest record that libcrypto protects by ChaCha20-Poly1305, in bytes of plaintext or of what
/// is received: its EVP costs some thousand instructions for each record, which its use of AVX-512
/// makes up for from here on.
const SHORTEST_OF_LIBCRYPTO: usize = 1800;

/// Both libraries with one key, which make the same bytes.
pub(super) struct ByLength<T: ?Sized> {
    short: Box<T>,
    long: Long<T>,
}

type Make<T> = Box<dyn FnOnce() -> Option<Box<T>> + Send + Sync>;

/// Most connections never have a long record: the key of the library for those waits.
enum Long<T: ?Sized> {
    Unmade(Make<T>),
    Made(Box<T>),
    /// The library for short records has them all.
    Absent,
}

impl<T: ?Sized> ByLength<T> {
    /// `make` makes what is for long records; `None` leaves all records to `short`.
    pub(super) fn new(
        short: Box<T>,
        make: impl FnOnce() -> Option<Box<T>> + Send + Sync + 'static,
    ) -> Self {
        let long = Long::Unmade(Box::new(make));
        Self { short, long }
    }

    fn for_length(&mut self, length: usize) -> &mut T {
        if length < SHORTEST_OF_LIBCRYPTO {
            return &mut self.short;
        }
        if let Long::Unmade(_) = self.long
            && let Long::Unmade(make) = std::mem::replace(&mut self.long, Long::Absent)
            && let Some(made) = make()
        {
            self.long = Long::Made(made);
        }
        match &mut self.long {
            Long::Made(long) => long,
            Long::Unmade(_) | Long::Absent => &mut self.short,
        }
    }
}

impl RecordEncrypter for ByLength<dyn RecordEncrypter> {
    fn encrypt<'a>(
        &mut self,
        record: Record<OutboundPlain<'_>>,
        seq: u64,
        out: &'a mut [u8],
    ) -> Result<Record<&'a [u8]>, Error> {
        self.for_length(record.payload.len())
            .encrypt(record, seq, out)
    }

    fn encrypted_payload_len(&self, payload_len: usize) -> usize {
        self.short.encrypted_payload_len(payload_len)
    }
}

impl RecordDecrypter for ByLength<dyn RecordDecrypter> {
    fn decrypt<'a>(
        &mut self,
        record: Record<InboundOpaque<'a>>,
        seq: u64,
    ) -> Result<Record<&'a [u8]>, Error> {
        self.for_length(record.payload.len()).decrypt(record, seq)
    }
}

#[cfg(test)]
mod tests {
    use rustls::crypto::CipherSuite;
    use rustls::crypto::cipher::{AeadKey, EncodableVersion, Iv};
    use rustls::enums::{ContentType, ProtocolVersion};

    use super::*;
    use crate::engine::provider::suites::{tls12_suite, tls13_suite};

    const TLS13: CipherSuite = CipherSuite::TLS13_CHACHA20_POLY1305_SHA256;
    const TLS12: CipherSuite = CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256;

    type Both = (Box<dyn RecordEncrypter>, Box<dyn RecordDecrypter>);

    fn key() -> AeadKey {
        AeadKey::from([7; 32])
    }

    fn both(suite: CipherSuite) -> Both {
        match suite {
            TLS13 => {
                let aead = tls13_suite(suite.0).unwrap().aead_alg;
                let iv = || Iv::new(&[3; 12]).unwrap();
                (aead.encrypter(key(), iv()), aead.decrypter(key(), iv()))
            }
            _ => {
                let aead = tls12_suite(suite.0).unwrap().aead_alg;
                (
                    aead.encrypter(key(), &[3; 12], &[]),
                    aead.decrypter(key(), &[3; 12]),
                )
            }
        }
    }

    fn seal(encrypter: &mut dyn RecordEncrypter, seq: u64, plain: &[u8]) -> Vec<u8> {
        let mut out = vec![0; encrypter.encrypted_payload_len(plain.len())];
        let version = EncodableVersion::Legacy(ProtocolVersion::TLSv1_2);
        let record = Record::new(ContentType::ApplicationData, version, plain.into());
        let length = encrypter
            .encrypt(record, seq, &mut out)
            .unwrap()
            .payload
            .len();
        assert_eq!(length, out.len());
        out
    }

    fn open(decrypter: &mut dyn RecordDecrypter, seq: u64, sealed: &mut [u8]) -> Option<Vec<u8>> {
        let version = EncodableVersion::Legacy(ProtocolVersion::TLSv1_2);
        let record = Record::new(ContentType::ApplicationData, version, InboundOpaque(sealed));
        Some(decrypter.decrypt(record, seq).ok()?.payload.to_vec())
    }

    #[test]
    fn lengths_may_alternate() {
        for suite in [TLS12, TLS13] {
            let (mut encrypter, mut decrypter) = both(suite);
            let lengths = [1, 100, 1783, 1784, 1799, 1800, 5, 16384, 1024, 1801];
            for (seq, length) in (0..).zip(lengths) {
                let plain: Vec<u8> = (0..length).map(|index| index as u8).collect();
                let mut sealed = seal(&mut *encrypter, seq, &plain);
                let mut changed = sealed.clone();
                changed[length / 2] ^= 1;
                assert_eq!(open(&mut *decrypter, seq, &mut changed), None);
                assert_eq!(open(&mut *decrypter, seq, &mut sealed), Some(plain));
            }
        }
    }

    #[test]
    fn without_the_library_for_long_records_the_other_has_them() {
        let (short, _) = both(TLS13);
        let mut expected = both(TLS13).0;
        let mut encrypter = ByLength::<dyn RecordEncrypter>::new(short, || None);
        for length in [10, 4000, 4000, 10] {
            let plain = vec![9; length];
            assert_eq!(
                seal(&mut encrypter, 1, &plain),
                seal(&mut *expected, 1, &plain)
            );
        }
    }

    #[test]
    fn both_libraries_make_the_same_bytes() {
        for length in [10, 3000] {
            let plain = vec![9; length];
            let (long, _) = both(TLS12);
            let mut all_long = ByLength::<dyn RecordEncrypter> {
                short: long,
                long: Long::Absent,
            };
            let suite = rustls_aws_lc_rs::ALL_TLS12_CIPHER_SUITES.iter();
            let suite = suite.copied().find(|suite| suite.common.suite == TLS12);
            let mut own = suite.unwrap().aead_alg.encrypter(key(), &[3; 12], &[]);
            assert_eq!(seal(&mut all_long, 5, &plain), seal(&mut *own, 5, &plain));
        }
    }
}
