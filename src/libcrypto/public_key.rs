//! The public key of a certificate, and checking signatures with it.

use std::ffi::{c_int, c_long};

use crate::error::{Error, Reason, Result};
use crate::libcrypto::key_kind::KeyKind;
use crate::libcrypto::library::LibraryContext;
use crate::libcrypto::object::object;
use crate::libcrypto::outcome::{not_null, succeeded};
use crate::libcrypto::signature_scheme::SignatureScheme;
use crate::libcrypto::x509::X509;
use crate::libcrypto::{error_queue, ffi};

object! {
    /// A public key (`EVP_PKEY`). Cloning adds a reference; any thread.
    PublicKey(ffi::EVP_PKEY), ffi::EVP_PKEY_free, ffi::EVP_PKEY_up_ref
}

// SAFETY: the count is atomic, and using a key only reads it (its caches have their own lock).
unsafe impl Send for PublicKey {}
// SAFETY: as above.
unsafe impl Sync for PublicKey {}

/// The strength of a key that C holds, in bits (`EVP_PKEY_get_security_bits(3)`).
///
/// # Safety
/// `key` is live.
pub unsafe fn security_bits_of(key: *const ffi::EVP_PKEY) -> c_int {
    // SAFETY: live, as the caller promises.
    unsafe { ffi::EVP_PKEY_get_security_bits(key) }
}

impl PublicKey {
    /// The key of `certificate`; an error when its type or encoding is unknown.
    pub fn from_certificate(certificate: &X509) -> Result<Self> {
        // SAFETY: a live certificate; the key lives as long, and a reference is added to it.
        unsafe {
            let raw = not_null(ffi::X509_get0_pubkey(certificate.as_ptr()))?;
            Self::from_raw_shared(raw).ok_or(Error::Queued)
        }
    }

    /// The key in a key_share or key exchange message: `group` is its TLS number, `bytes` the
    /// public key (RFC 8446, section 4.2.8.2). An error for other groups than X25519, P-256 and
    /// P-384, and for a point that is not on the curve.
    pub fn from_key_share(library: &LibraryContext, group: u16, bytes: &[u8]) -> Result<Self> {
        // A SubjectPublicKeyInfo (RFC 5280, section 4.1.2.7; RFC 5480; RFC 8410) up to the key.
        let prefix: &[u8] = match (group, bytes.len()) {
            (0x001d, 32) => b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x6e\x03\x21\x00",
            (0x0017, 65) => {
                b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\
                  \x03\x01\x07\x03\x42\x00"
            }
            (0x0018, 97) => {
                b"\x30\x76\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x22\
                  \x03\x62\x00"
            }
            _ => return Err(Reason::UNSUPPORTED_ELLIPTIC_CURVE.into()),
        };
        let der = [prefix, bytes].concat();
        let mut position = der.as_ptr();
        // SAFETY: libcrypto reads at most the length that it is given; this function owns the new
        // key.
        unsafe {
            Self::from_raw_owned(ffi::d2i_PUBKEY_ex(
                std::ptr::null_mut(),
                &mut position,
                der.len() as c_long,
                library.as_ptr(),
                library.query(),
            ))
            .ok_or(Error::Queued)
        }
    }

    /// What kind of key it is.
    pub fn kind(&self) -> KeyKind {
        // SAFETY: a live key.
        unsafe { KeyKind::of(self.as_ptr()) }
    }

    /// Its strength in bits (`EVP_PKEY_get_security_bits(3)`).
    pub fn security_bits(&self) -> c_int {
        // SAFETY: a live key.
        unsafe { security_bits_of(self.as_ptr()) }
    }

    /// Whether `signature` over `message` is valid, with the digest of `library`. An invalid or
    /// malformed signature is `Ok(false)` with nothing on the error queue; `Err` when the key
    /// cannot check such signatures at all.
    pub fn verify(
        &self,
        library: &LibraryContext,
        scheme: SignatureScheme,
        message: &[u8],
        signature: &[u8],
    ) -> Result<bool> {
        let context = DigestContext::new()?;
        let mut options = std::ptr::null_mut();
        // SAFETY: live objects; `options` is owned by the context.
        unsafe {
            succeeded(ffi::EVP_DigestVerifyInit_ex(
                context.0,
                &mut options,
                scheme.digest_name(),
                library.as_ptr(),
                library.query(),
                self.as_ptr(),
                std::ptr::null(),
            ))?;
            pad(options, scheme)?;
        }
        // SAFETY: live objects and readable bytes.
        let verified = error_queue::quietly(|| unsafe {
            ffi::EVP_DigestVerify(
                context.0,
                signature.as_ptr(),
                signature.len(),
                message.as_ptr(),
                message.len(),
            )
        });
        Ok(verified == 1)
    }
}

/// Sets the padding of an RSA-PSS scheme: salt as long as the digest (RFC 8446 section 4.2.3).
///
/// # Safety
/// `options` belongs to a signing or verifying context that was just initialised.
pub(super) unsafe fn pad(options: *mut ffi::EVP_PKEY_CTX, scheme: SignatureScheme) -> Result<()> {
    const RSA_PKCS1_PSS_PADDING: c_int = 6;
    const RSA_PSS_SALTLEN_DIGEST: c_int = -1;
    if !scheme.is_pss() {
        return Ok(());
    }
    // SAFETY: as the caller promises.
    unsafe {
        succeeded(ffi::EVP_PKEY_CTX_set_rsa_padding(
            options,
            RSA_PKCS1_PSS_PADDING,
        ))?;
        succeeded(ffi::EVP_PKEY_CTX_set_rsa_pss_saltlen(
            options,
            RSA_PSS_SALTLEN_DIGEST,
        ))
    }
}

/// An `EVP_MD_CTX` for one signature.
pub(super) struct DigestContext(pub(super) *mut ffi::EVP_MD_CTX);

impl DigestContext {
    pub(super) fn new() -> Result<Self> {
        // SAFETY: no precondition.
        not_null(unsafe { ffi::EVP_MD_CTX_new() }).map(Self)
    }
}

impl Drop for DigestContext {
    fn drop(&mut self) {
        // SAFETY: made by `new`, freed once.
        unsafe { ffi::EVP_MD_CTX_free(self.0) };
    }
}
