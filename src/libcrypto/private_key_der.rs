//! Private keys as PKCS#8 (RFC 5958), without copies that are not wiped, which libcrypto's encoder
//! (`EVP_PKEY2PKCS8`) leaves.
//!
//! ```text
//! PrivateKeyInfo      ::= SEQUENCE { version INTEGER (0), algorithm AlgorithmIdentifier, key OCTET STRING }
//! AlgorithmIdentifier ::= SEQUENCE { algorithm OBJECT IDENTIFIER, parameters ANY OPTIONAL }
//! ECPrivateKey        ::= SEQUENCE { version INTEGER (1), key OCTET STRING }                  (RFC 5915)
//! RSAPrivateKey       ::= SEQUENCE { version INTEGER (0), n, e, d, p, q, dP, dQ, qInv }       (RFC 8017)
//! Ed25519's key       ::= OCTET STRING                                                        (RFC 8410)
//! ```

use std::ffi::{CStr, c_int};
use std::ptr::null_mut;

use zeroize::Zeroizing;

use crate::libcrypto::ffi;
use crate::libcrypto::key_kind::{KeyKind, NID_P256, NID_P384, NID_P521};
use crate::libcrypto::outcome::succeeded;
use crate::libcrypto::private_key::PrivateKey;

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const OCTET_STRING: u8 = 0x04;

const RSA_ENCRYPTION: &[u8] = &[
    0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
];
const ED25519: &[u8] = &[0x06, 0x03, 0x2b, 0x65, 0x70];
const ON_P256: &[u8] = &[
    0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d,
    0x03, 0x01, 0x07,
];
const ON_P384: &[u8] = &[
    0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22,
];
const ON_P521: &[u8] = &[
    0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x23,
];

/// The key as PKCS#8, wiped when dropped. `None` for other kinds than RSA, ECDSA on the curves of
/// NIST and Ed25519, for RSA keys of an unusual form, and for keys that cannot be exported.
pub(super) fn encode(key: &PrivateKey) -> Option<Zeroizing<Vec<u8>>> {
    let (algorithm, inner) = match key.kind() {
        KeyKind::Rsa => (RSA_ENCRYPTION, rsa(key)?),
        KeyKind::Ec { nid } => {
            let (algorithm, length) = match nid {
                NID_P256 => (ON_P256, 32),
                NID_P384 => (ON_P384, 48),
                NID_P521 => (ON_P521, 66),
                _ => return None,
            };
            (algorithm, ec(key, length)?)
        }
        KeyKind::Ed25519 => (ED25519, ed25519(key)?),
        _ => return None,
    };
    let version = tagged(INTEGER, &[&[0]]);
    let algorithm = tagged(SEQUENCE, &[algorithm]);
    let key = tagged(OCTET_STRING, &[&inner]);
    Some(tagged(SEQUENCE, &[&version, &algorithm, &key]))
}

fn rsa(key: &PrivateKey) -> Option<Zeroizing<Vec<u8>>> {
    // A key with more than two primes has another form.
    if number(key, c"rsa-factor3").is_some() {
        return None;
    }
    let mut fields = vec![tagged(INTEGER, &[&[0]])];
    for name in [
        c"n",
        c"e",
        c"d",
        c"rsa-factor1",
        c"rsa-factor2",
        c"rsa-exponent1",
        c"rsa-exponent2",
        c"rsa-coefficient1",
    ] {
        let number = number(key, name)?;
        // A leading zero byte keeps a number positive whose first bit is set.
        let mut bytes = Zeroizing::new(vec![0; number.bits() / 8 + 1]);
        number.write(&mut bytes)?;
        fields.push(tagged(INTEGER, &[&bytes]));
    }
    let fields: Vec<&[u8]> = fields.iter().map(|field| field.as_slice()).collect();
    Some(tagged(SEQUENCE, &fields))
}

fn ec(key: &PrivateKey, length: usize) -> Option<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(vec![0; length]);
    number(key, c"priv")?.write(&mut bytes)?;
    let version = tagged(INTEGER, &[&[1]]);
    let bytes = tagged(OCTET_STRING, &[&bytes]);
    Some(tagged(SEQUENCE, &[&version, &bytes]))
}

fn ed25519(key: &PrivateKey) -> Option<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new([0; 32]);
    let mut length = bytes.len();
    // SAFETY: a live key, and room for the given number of bytes.
    let done =
        unsafe { ffi::EVP_PKEY_get_raw_private_key(key.as_ptr(), bytes.as_mut_ptr(), &mut length) };
    (done == 1 && length == bytes.len()).then(|| tagged(OCTET_STRING, &[bytes.as_slice()]))
}

/// A number of a key (`EVP_PKEY_get_bn_param(3)`).
fn number(key: &PrivateKey, name: &CStr) -> Option<Number> {
    let mut number = null_mut();
    // SAFETY: a live key, and a place for a new number.
    succeeded(unsafe { ffi::EVP_PKEY_get_bn_param(key.as_ptr(), name.as_ptr(), &mut number) })
        .ok()?;
    Some(Number(number))
}

/// A `BIGNUM`, wiped when dropped.
struct Number(*mut ffi::BIGNUM);

impl Number {
    fn bits(&self) -> usize {
        // SAFETY: a live number.
        usize::try_from(unsafe { ffi::BN_num_bits(self.0) }).unwrap_or(0)
    }

    /// Writes it so that it fills `out`; `None` if it does not fit.
    fn write(&self, out: &mut [u8]) -> Option<()> {
        let length = c_int::try_from(out.len()).ok()?;
        // SAFETY: a live number, and room for the given number of bytes.
        let written = unsafe { ffi::BN_bn2binpad(self.0, out.as_mut_ptr(), length) };
        (written == length).then_some(())
    }
}

impl Drop for Number {
    fn drop(&mut self) {
        // SAFETY: made by libcrypto, and freed once.
        unsafe { ffi::BN_clear_free(self.0) };
    }
}

/// `parts` as one value in DER.
fn tagged(tag: u8, parts: &[&[u8]]) -> Zeroizing<Vec<u8>> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let digits = length.to_be_bytes();
    let digits = &digits[length.leading_zeros() as usize / 8..];
    let mut out = Zeroizing::new(Vec::with_capacity(2 + digits.len() + length));
    out.push(tag);
    if length < 0x80 {
        out.push(length as u8);
    } else {
        out.push(0x80 | digits.len() as u8);
        out.extend(digits);
    }
    parts.iter().for_each(|part| out.extend_from_slice(part));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::libcrypto::error_queue;
    use crate::libcrypto::testing;

    #[test]
    fn libcrypto_reads_the_same_key_from_it() {
        for key in [
            testing::rsa_key(),
            testing::ec_key(c"P-256"),
            testing::ec_key(c"P-384"),
            testing::ec_key(c"P-521"),
            testing::key(c"ED25519"),
        ] {
            let der = error_queue::quietly(|| encode(&key)).unwrap();
            assert!(
                PrivateKey::from_der(&der).unwrap().is_same(&key),
                "{:?}",
                key.kind()
            );
        }
        assert!(encode(&testing::key(c"ED448")).is_none());
    }

    #[test]
    fn lengths_are_as_short_as_they_can_be() {
        assert_eq!(
            tagged(4, &[b"ab", b"c"]).as_slice(),
            [4, 3, b'a', b'b', b'c']
        );
        assert_eq!(tagged(4, &[&[0; 127]])[..2], [4, 127]);
        assert_eq!(tagged(4, &[&[0; 128]])[..3], [4, 0x81, 128]);
        assert_eq!(tagged(4, &[&[0; 256]])[..4], [4, 0x82, 1, 0]);
    }
}
