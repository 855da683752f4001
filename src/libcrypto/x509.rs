//! A certificate (`X509`).

use std::ffi::{c_int, c_long};

use crate::error::{Error, Reason, Result};
use crate::libcrypto::ffi;
use crate::libcrypto::key_kind::KeyKind;
use crate::libcrypto::library::LibraryContext;
use crate::libcrypto::name::Name;
use crate::libcrypto::object::{Lent, object};
use crate::libcrypto::outcome::encoded;
use crate::libcrypto::public_key::PublicKey;
use crate::libcrypto::stack::{Stack, StackItem};

object! {
    /// A certificate. Cloning adds a reference; any thread.
    X509(ffi::X509), ffi::X509_free, ffi::X509_up_ref
}

// SAFETY: the count is atomic, and what libcrypto works out lazily it guards by the object's lock.
unsafe impl Send for X509 {}
// SAFETY: as above; no method here changes a certificate.
unsafe impl Sync for X509 {}

/// A certificate chain: `STACK_OF(X509)`.
pub type X509Chain = Stack<X509>;

impl X509 {
    /// Parses one certificate, whose algorithms come from `library`. Bytes after it cause the error
    /// `SSL_R_CERT_LENGTH_MISMATCH`.
    pub fn from_der(library: &LibraryContext, der: &[u8]) -> Result<Self> {
        let mut end = der.as_ptr();
        // SAFETY: `end` points to `der.len()` readable bytes; libcrypto moves it past the object,
        // and reads into `place` as `read` says.
        let certificate = Self::read(library, |place| unsafe {
            ffi::d2i_X509(place, &mut end, der.len() as c_long)
        })?;
        if end as usize != der.as_ptr() as usize + der.len() {
            return Err(Error::new(Reason::CERT_LENGTH_MISMATCH));
        }
        Ok(certificate)
    }

    /// Parses the certificate that `der` begins with; bytes after it are ignored
    /// (`SSL_CTX_use_certificate_ASN1(3)`).
    pub fn from_der_prefix(library: &LibraryContext, der: &[u8]) -> Result<Self> {
        let mut end = der.as_ptr();
        // SAFETY: `end` points to `der.len()` readable bytes; `place` is as `read` says.
        Self::read(library, |place| unsafe {
            ffi::d2i_X509(place, &mut end, der.len() as c_long)
        })
    }

    /// The certificate that `read` reads, whose algorithms come from `library`. The argument of
    /// `read` points to a certificate to read into, or to NULL for a new one. Like libcrypto's
    /// functions of this kind, it returns the certificate that is stored there, or NULL.
    pub(super) fn read(
        library: &LibraryContext,
        read: impl FnOnce(*mut *mut ffi::X509) -> *mut ffi::X509,
    ) -> Result<Self> {
        let mut place = std::ptr::null_mut();
        if !library.is_default() {
            // SAFETY: a live library context, and a C string or NULL.
            place = unsafe { ffi::X509_new_ex(library.as_ptr(), library.query()) };
        }
        let raw = read(&mut place);
        if raw.is_null() {
            // SAFETY: NULL, or the empty certificate made above if `read` has left it.
            unsafe { ffi::X509_free(place) };
        }
        // SAFETY: NULL, or one reference that this function owns.
        unsafe { Self::from_raw_owned(raw) }.ok_or(Error::Queued)
    }

    /// The DER encoding.
    pub fn to_der(&self) -> Result<Vec<u8>> {
        // SAFETY: a live certificate; `encoded` passes NULL or a buffer of the size asked for.
        encoded(|out| unsafe { ffi::i2d_X509(self.as_ptr(), out) })
    }

    /// The subject's name, DER.
    #[cfg(test)]
    pub fn subject_der(&self) -> Result<Vec<u8>> {
        // SAFETY: a live certificate, whose name lives as long.
        encoded(|out| unsafe { ffi::i2d_X509_NAME(ffi::X509_get_subject_name(self.as_ptr()), out) })
    }

    /// The issuer's name, DER.
    #[cfg(test)]
    pub fn issuer_der(&self) -> Result<Vec<u8>> {
        // SAFETY: a live certificate, whose name lives as long.
        encoded(|out| unsafe { ffi::i2d_X509_NAME(ffi::X509_get_issuer_name(self.as_ptr()), out) })
    }

    /// The public key; an error when its type or encoding is unknown.
    pub fn public_key(&self) -> Result<PublicKey> {
        PublicKey::from_certificate(self)
    }

    /// What kind of key the certificate is for.
    pub fn key_kind(&self) -> Result<KeyKind> {
        Ok(self.public_key()?.kind())
    }

    /// How many bits of security its signature has, judging by its digest; `None` when libcrypto
    /// does not know.
    pub fn signature_security_bits(&self) -> Option<c_int> {
        let mut bits = -1;
        let none = std::ptr::null_mut();
        // SAFETY: a live certificate; the other results are not asked for.
        let known = unsafe {
            ffi::X509_get_signature_info(self.as_ptr(), none, none, &mut bits, std::ptr::null_mut())
        };
        (known == 1 && bits >= 0).then_some(bits)
    }

    /// NIDs of the digest and of the kind of key that it is signed with (`NID_undef`, 0, where
    /// there is none or it is not known).
    pub fn signature_nids(&self) -> (c_int, c_int) {
        let (mut digest, mut key) = (0, 0);
        // SAFETY: a live certificate; the other results are not asked for.
        unsafe {
            ffi::X509_get_signature_info(
                self.as_ptr(),
                &mut digest,
                &mut key,
                std::ptr::null_mut(),
                std::ptr::null_mut(),
            )
        };
        (digest, key)
    }

    /// NID of the signature algorithm (`X509_get_signature_nid(3)`).
    pub fn signature_nid(&self) -> c_int {
        // SAFETY: a live certificate.
        unsafe { ffi::X509_get_signature_nid(self.as_ptr()) }
    }

    /// Whether its key usage, if there is one, allows digitalSignature.
    pub fn may_sign(&self) -> bool {
        const DIGITAL_SIGNATURE: u32 = 0x80;
        // SAFETY: a live certificate.
        unsafe { ffi::X509_get_key_usage(self.as_ptr()) & DIGITAL_SIGNATURE != 0 }
    }

    /// True when its issuer has this name (`X509_NAME_cmp(3)`).
    pub fn is_issued_by(&self, name: &Name) -> bool {
        // SAFETY: a live certificate, whose name lives as long, and a live name.
        unsafe { ffi::X509_NAME_cmp(ffi::X509_get_issuer_name(self.as_ptr()), name.as_ptr()) == 0 }
    }

    /// True when it is signed with its own key, judging by its names and key ids (`EXFLAG_SS`).
    pub fn is_self_signed(&self) -> bool {
        // SAFETY: a live certificate.
        unsafe { ffi::X509_get_extension_flags(self.as_ptr()) & ffi::EXFLAG_SS != 0 }
    }

    /// True when subject and issuer are the same (`EXFLAG_SI`).
    #[cfg(test)]
    pub fn is_self_issued(&self) -> bool {
        const EXFLAG_SI: u32 = 0x20;
        // SAFETY: a live certificate.
        unsafe { ffi::X509_get_extension_flags(self.as_ptr()) & EXFLAG_SI != 0 }
    }
}

impl PartialEq for X509 {
    fn eq(&self, other: &Self) -> bool {
        // SAFETY: two live certificates.
        unsafe { ffi::X509_cmp(self.as_ptr(), other.as_ptr()) == 0 }
    }
}

impl Eq for X509 {}

impl std::fmt::Debug for X509 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("X509").finish_non_exhaustive()
    }
}

// SAFETY: the pointer is what the type owns, both ways.
unsafe impl StackItem for X509 {
    fn into_item(self) -> *mut std::ffi::c_void {
        self.into_raw().cast()
    }

    unsafe fn from_item(item: *mut std::ffi::c_void) -> Option<Self> {
        // SAFETY: the caller passes the reference that `into_item` returned.
        unsafe { Self::from_raw_owned(item.cast()) }
    }

    fn duplicate(&self) -> Result<Self> {
        Ok(self.clone())
    }
}

impl X509Chain {
    /// Borrows C's chain; `None` for NULL.
    ///
    /// # Safety
    /// `raw` is NULL or a live `STACK_OF(X509)` that does not change for `'a`.
    pub unsafe fn lend_x509<'a>(raw: *mut ffi::stack_st_X509) -> Option<Lent<'a, Self>> {
        // SAFETY: as the caller promises.
        unsafe { Self::lend(raw) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::libcrypto::testing;

    fn library() -> LibraryContext {
        LibraryContext::default()
    }

    #[test]
    fn a_certificate_survives_der() {
        let identity = testing::self_signed("one.test");
        let der = identity.certificate.to_der().unwrap();
        let parsed = X509::from_der(&library(), &der).unwrap();
        assert_eq!(parsed, identity.certificate);
        assert_eq!(parsed.to_der().unwrap(), der);
        assert_eq!(parsed.subject_der().unwrap(), parsed.issuer_der().unwrap());
        assert!(parsed.is_self_issued() && parsed.is_self_signed());
        // SHA-256, and an EC key.
        assert_eq!(parsed.signature_nids(), (672, 408));
        assert_eq!(parsed.signature_nid(), 794);
        assert_eq!(parsed.signature_security_bits(), Some(128));
    }

    #[test]
    fn different_certificates_differ() {
        let one = testing::self_signed("one.test").certificate;
        let two = testing::self_signed("two.test").certificate;
        assert_ne!(one, two);
    }

    #[test]
    fn garbage_and_trailing_bytes_are_errors() {
        assert_eq!(X509::from_der(&library(), b"").unwrap_err(), Error::Queued);
        assert_eq!(
            X509::from_der(&library(), b"\x30\x03abc").unwrap_err(),
            Error::Queued
        );
        let mut der = testing::self_signed("one.test")
            .certificate
            .to_der()
            .unwrap();
        der.push(0);
        assert_eq!(
            X509::from_der(&library(), &der).unwrap_err(),
            Error::new(Reason::CERT_LENGTH_MISMATCH)
        );
        assert!(X509::from_der_prefix(&library(), &der).is_ok());
        assert_eq!(
            X509::from_der_prefix(&library(), &der[1..]),
            Err(Error::Queued)
        );
        crate::libcrypto::error_queue::clear();
    }

    #[test]
    fn references_are_shared_with_c() {
        let certificate = testing::self_signed("one.test").certificate;
        // SAFETY: a live certificate.
        let shared = unsafe { X509::from_raw_shared(certificate.as_ptr()) }.unwrap();
        assert_eq!(shared.as_ptr(), certificate.as_ptr());
        drop(certificate);
        let raw = shared.into_raw();
        // SAFETY: takes back the reference just given up.
        let back = unsafe { X509::from_raw_owned(raw) }.unwrap();
        assert!(back.to_der().is_ok());
        // SAFETY: NULL is allowed.
        assert!(unsafe { X509::from_raw_owned(std::ptr::null_mut()) }.is_none());
    }
}
