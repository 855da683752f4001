//! The keys of issuers whose signatures are remembered.

use std::ffi::{CStr, c_char, c_int, c_uint};

use crate::libcrypto::public_key::PublicKey;
use crate::libcrypto::recent::Recent;
use crate::libcrypto::signature_memory::{Digest, sha256};
use crate::libcrypto::signed_certificate::EcdsaKey;
use crate::libcrypto::x509::X509;
use crate::libcrypto::{error_queue, ffi};

const NID_RSA: c_int = 6;
const NID_EC: c_int = 408;
const NID_ED25519: c_int = 1087;
const NID_ED448: c_int = 1088;

/// The largest RSA modulus of which signatures are remembered, in bytes.
const MODULUS: usize = 1024;
/// The largest RSA exponent.
const EXPONENT: usize = 8;

/// A provider of libcrypto by its address, for comparison only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Provider(usize);

impl Provider {
    /// The provider of the certificate's public key; `None` unless it is called `default`.
    pub fn of(certificate: &X509) -> Option<Self> {
        // SAFETY: a live certificate, whose key lives as long, and so does the key's provider; a
        // provider's name is a C string.
        unsafe {
            let key = ffi::X509_get0_pubkey(certificate.as_ptr());
            if key.is_null() {
                return None;
            }
            let provider = ffi::EVP_PKEY_get0_provider(key);
            if provider.is_null() {
                return None;
            }
            let name = ffi::OSSL_PROVIDER_get0_name(provider);
            (!name.is_null() && CStr::from_ptr(name) == c"default").then_some(Self(provider.addr()))
        }
    }
    /// The provider that SHA-256 comes from now in the default library context; `None` for none.
    pub fn of_digests() -> Option<Self> {
        // SAFETY: C strings; the digest is NULL, or a new reference that is freed after its use.
        error_queue::quietly(|| unsafe {
            let digest =
                ffi::EVP_MD_fetch(std::ptr::null_mut(), c"SHA256".as_ptr(), std::ptr::null());
            if digest.is_null() {
                return None;
            }
            let provider = ffi::EVP_MD_get0_provider(digest);
            ffi::EVP_MD_free(digest);
            Some(Self(provider.addr()))
        })
    }
}

/// A key that has signed certificates which were found valid: a copy, which nothing changes.
pub struct KnownKey {
    key: PublicKey,
    digest: Digest,
    pub(super) ecdsa: Option<EcdsaKey>,
}

impl KnownKey {
    /// A digest of the signature that the key has made of a certificate, which is given by the
    /// digest of all of it.
    pub fn signature(&self, signed: &Digest) -> Digest {
        sha256(&[&self.digest, signed])
    }

    /// The key, if it is on P-256 or P-384.
    pub fn ecdsa(&self) -> Option<&EcdsaKey> {
        self.ecdsa.as_ref()
    }

    /// A copy of the certificate's key. `None` for other keys than RSA, named elliptic curves,
    /// Ed25519 and Ed448.
    pub(super) fn copy_of(issuer: &X509) -> Option<Self> {
        // SAFETY: a live certificate, whose key lives as long; the copy is this function's.
        let key = error_queue::quietly(|| unsafe {
            PublicKey::from_raw_owned(ffi::EVP_PKEY_dup(ffi::X509_get0_pubkey(issuer.as_ptr())))
        })?;
        // SAFETY: a live key.
        let kind = unsafe { ffi::EVP_PKEY_get_base_id(key.as_ptr()) };
        let (first, second) = content(&key, kind)?;
        // The lengths make the parts unambiguous.
        let lengths = [kind as u32, first.len() as u32, second.len() as u32];
        let lengths = lengths.map(u32::to_le_bytes);
        let digest = sha256(&[lengths.as_flattened(), &first, &second]);
        let algorithm = (kind == NID_EC).then(|| ec_algorithm(&second)).flatten();
        let ecdsa = algorithm.map(|algorithm| EcdsaKey {
            algorithm,
            point: first.into(),
        });
        Some(Self { key, digest, ecdsa })
    }
}

/// The content of the AlgorithmIdentifier of keys on this curve (RFC 5480, section 2.1.1).
fn ec_algorithm(curve: &[u8]) -> Option<&'static [u8]> {
    match curve {
        b"prime256v1" => {
            Some(b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07")
        }
        b"secp384r1" => Some(b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x22"),
        _ => None,
    }
}

/// What `of` gives for the issuer's key; `None` if it is not known, or from another provider than
/// `provider`.
///
/// The key is compared as libcrypto uses it, not as `issuer` is encoded: a program may have changed
/// the one without the other.
pub fn with_known<R>(
    issuer: &X509,
    provider: Provider,
    of: impl Fn(&KnownKey) -> Option<R>,
) -> Option<R> {
    if Provider::of(issuer)? != provider {
        return None;
    }
    // SAFETY: a live certificate, whose key lives as long, and the live key of the cache.
    let is_it = |known: &KnownKey| unsafe {
        ffi::EVP_PKEY_eq(known.key.as_ptr(), ffi::X509_get0_pubkey(issuer.as_ptr())) == 1
    };
    KEYS.find(encoded_key(issuer)?, |known| {
        match error_queue::quietly(|| is_it(known)) {
            true => of(known),
            false => None,
        }
    })
}

/// Makes the issuer's key a known one, if it is of a kind that can be.
pub fn learn(issuer: &X509, provider: Provider) {
    let is_known = with_known(issuer, provider, |_| Some(())).is_some();
    if is_known || Provider::of(issuer) != Some(provider) {
        return;
    }
    if let (Some(bytes), Some(key)) = (encoded_key(issuer), KnownKey::copy_of(issuer)) {
        KEYS.keep(bytes, key);
    }
}

/// The keys of the process.
static KEYS: Recent<KnownKey, 16> = Recent::new();

/// The bits of the key in the certificate's encoding.
fn encoded_key(certificate: &X509) -> Option<&[u8]> {
    let mut bytes = std::ptr::null();
    let mut length = 0;
    // SAFETY: a live certificate; the bytes live as long as it does, unless the program changes it.
    unsafe {
        let (no_object, none) = (std::ptr::null_mut(), std::ptr::null_mut());
        let key = ffi::X509_get_X509_PUBKEY(certificate.as_ptr());
        if key.is_null()
            || ffi::X509_PUBKEY_get0_param(no_object, &mut bytes, &mut length, none, key) != 1
            || bytes.is_null()
        {
            return None;
        }
        Some(std::slice::from_raw_parts(
            bytes,
            usize::try_from(length).ok()?,
        ))
    }
}

/// All that the validity of a signature depends on in a key of this kind: a point and the name of
/// its curve, a modulus and an exponent, or a public key alone.
fn content(key: &PublicKey, kind: c_int) -> Option<(Vec<u8>, Vec<u8>)> {
    let key = key.as_ptr();
    let mut first = vec![0; MODULUS];
    let mut second = vec![0; 64];
    match kind {
        NID_EC => {
            let fields = [
                Field::octets(c"encoded-pub-key", &mut first),
                Field::text(c"group", &mut second),
            ];
            // SAFETY: a live key.
            let [point, group] = unsafe { read(key, fields) }?;
            first.truncate(point);
            second.truncate(group);
        }
        NID_RSA => {
            let fields = [
                Field::number(c"n", &mut first),
                Field::number(c"e", &mut second[..EXPONENT]),
            ];
            // SAFETY: a live key.
            let [modulus, exponent] = unsafe { read(key, fields) }?;
            first.truncate(modulus);
            second.truncate(exponent);
        }
        NID_ED25519 | NID_ED448 => {
            // SAFETY: a live key.
            let [public] = unsafe { read(key, [Field::octets(c"pub", &mut first)]) }?;
            first.truncate(public);
            second.clear();
        }
        _ => return None,
    }
    Some((first, second))
}

/// A parameter of a key, and where to read it into.
struct Field<'a> {
    name: &'static CStr,
    kind: c_uint,
    into: &'a mut [u8],
}

impl<'a> Field<'a> {
    fn number(name: &'static CStr, into: &'a mut [u8]) -> Self {
        const UNSIGNED_INTEGER: c_uint = 2;
        let kind = UNSIGNED_INTEGER;
        Self { name, kind, into }
    }

    fn text(name: &'static CStr, into: &'a mut [u8]) -> Self {
        const UTF8_STRING: c_uint = 4;
        let kind = UTF8_STRING;
        Self { name, kind, into }
    }

    fn octets(name: &'static CStr, into: &'a mut [u8]) -> Self {
        const OCTET_STRING: c_uint = 5;
        let kind = OCTET_STRING;
        Self { name, kind, into }
    }

    fn parameter(&mut self) -> ffi::OSSL_PARAM {
        ffi::OSSL_PARAM {
            key: self.name.as_ptr().cast::<c_char>(),
            data_type: self.kind,
            data: self.into.as_mut_ptr().cast(),
            data_size: self.into.len(),
            return_size: UNMODIFIED,
        }
    }
}

/// `OSSL_PARAM_UNMODIFIED`
const UNMODIFIED: usize = usize::MAX;

/// Reads the parameters of a key; their lengths, or `None` if one is missing, empty or too long.
///
/// # Safety
/// `key` is live.
unsafe fn read<const N: usize>(
    key: *const ffi::EVP_PKEY,
    mut fields: [Field<'_>; N],
) -> Option<[usize; N]> {
    let end = || ffi::OSSL_PARAM {
        key: std::ptr::null(),
        data_type: 0,
        data: std::ptr::null_mut(),
        data_size: 0,
        return_size: 0,
    };
    let mut parameters = [end(), end(), end()];
    for (parameter, field) in parameters.iter_mut().zip(&mut fields) {
        *parameter = field.parameter();
    }
    // SAFETY: a live key, as the caller promises, and parameters with as much room as they say,
    // which end with an empty one.
    let read =
        error_queue::quietly(|| unsafe { ffi::EVP_PKEY_get_params(key, parameters.as_mut_ptr()) });
    let mut lengths = [0; N];
    for ((length, parameter), field) in lengths.iter_mut().zip(&parameters).zip(&fields) {
        *length = parameter.return_size;
        // `UNMODIFIED` is longer than any of them.
        if read != 1 || *length == 0 || *length > field.into.len() {
            return None;
        }
    }
    Some(lengths)
}
