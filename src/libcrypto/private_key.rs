//! A private key (`EVP_PKEY`): in memory, in an engine, or in a provider.

use std::ffi::{CStr, c_int, c_long};

use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::libcrypto::bio::Bio;
use crate::libcrypto::key_kind::KeyKind;
use crate::libcrypto::library::LibraryContext;
use crate::libcrypto::object::object;
use crate::libcrypto::outcome::{encoded, not_null, succeeded};
use crate::libcrypto::password::Password;
use crate::libcrypto::pem_file::{self, FileFormat};
use crate::libcrypto::public_key::{DigestContext, pad};
use crate::libcrypto::signature_scheme::SignatureScheme;
use crate::libcrypto::x509::X509;
use crate::libcrypto::{error_queue, ffi, private_key_der};

object! {
    /// A private key. Cloning adds a reference; any thread.
    PrivateKey(ffi::EVP_PKEY), ffi::EVP_PKEY_free, ffi::EVP_PKEY_up_ref
}

// SAFETY: the count is atomic, and using a key only reads it (its caches have their own lock).
unsafe impl Send for PrivateKey {}
// SAFETY: as above.
unsafe impl Sync for PrivateKey {}

impl PrivateKey {
    /// Reads a key from a file (`SSL_CTX_use_PrivateKey_file(3)`). The error is libssl's:
    /// `ERR_R_SYS_LIB`, `ERR_R_PEM_LIB` or `ERR_R_ASN1_LIB`, above libcrypto's own.
    pub fn from_file(
        library: &LibraryContext,
        path: &CStr,
        format: FileFormat,
        password: Password,
    ) -> Result<Self> {
        let file = pem_file::open(path)?;
        match format {
            FileFormat::Pem => Self::from_pem(library, &file, password)
                .map_err(|_| Error::new(pem_file::ERR_R_PEM_LIB)),
            FileFormat::Asn1 => {
                // SAFETY: a live BIO and library context; the result is a new key.
                unsafe {
                    Self::from_raw_owned(ffi::d2i_PrivateKey_ex_bio(
                        file.as_ptr(),
                        std::ptr::null_mut(),
                        library.as_ptr(),
                        library.query(),
                    ))
                }
                .ok_or_else(|| Error::new(pem_file::ERR_R_ASN1_LIB))
            }
        }
    }

    /// Reads the first private key in PEM from `bio`.
    pub fn from_pem(library: &LibraryContext, bio: &Bio, password: Password) -> Result<Self> {
        // SAFETY: a live BIO and library context, and a callback that may be called; the result is
        // a new key.
        unsafe {
            Self::from_raw_owned(ffi::PEM_read_bio_PrivateKey_ex(
                bio.as_ptr(),
                std::ptr::null_mut(),
                password.callback(),
                password.userdata(),
                library.as_ptr(),
                library.query(),
            ))
        }
        .ok_or(Error::Queued)
    }

    /// Parses DER of any kind: PKCS#8, or the older form of each type.
    #[cfg(test)]
    pub fn from_der(der: &[u8]) -> Result<Self> {
        let mut end = der.as_ptr();
        // SAFETY: `end` points to `der.len()` readable bytes; the result is a new key.
        unsafe {
            Self::from_raw_owned(ffi::d2i_AutoPrivateKey(
                std::ptr::null_mut(),
                &mut end,
                der.len() as c_long,
            ))
        }
        .ok_or(Error::Queued)
    }

    /// Parses DER of one type, by its NID (`SSL_CTX_use_PrivateKey_ASN1(3)`).
    pub fn from_der_of_type(library: &LibraryContext, key_type: c_int, der: &[u8]) -> Result<Self> {
        let mut end = der.as_ptr();
        // SAFETY: `end` points to `der.len()` readable bytes; the result is a new key.
        unsafe {
            Self::from_raw_owned(ffi::d2i_PrivateKey_ex(
                key_type,
                std::ptr::null_mut(),
                &mut end,
                der.len() as c_long,
                library.as_ptr(),
                library.query(),
            ))
        }
        .ok_or(Error::Queued)
    }

    /// What kind of key it is.
    pub fn kind(&self) -> KeyKind {
        // SAFETY: a live key.
        unsafe { KeyKind::of(self.as_ptr()) }
    }

    /// The size of its largest signature, in bytes (`EVP_PKEY_get_size(3)`); 0 when that is not
    /// known.
    pub fn size(&self) -> usize {
        // SAFETY: a live key.
        usize::try_from(unsafe { ffi::EVP_PKEY_get_size(self.as_ptr()) }).unwrap_or(0)
    }

    /// Its size in bits (`EVP_PKEY_get_bits(3)`).
    #[cfg(test)]
    pub fn bits(&self) -> c_int {
        // SAFETY: a live key.
        unsafe { ffi::EVP_PKEY_get_bits(self.as_ptr()) }
    }

    /// Its strength in bits (`EVP_PKEY_get_security_bits(3)`).
    #[cfg(test)]
    pub fn security_bits(&self) -> c_int {
        // SAFETY: a live key.
        unsafe { ffi::EVP_PKEY_get_security_bits(self.as_ptr()) }
    }

    /// The key as PKCS#8 DER, wiped when dropped. `None`, with nothing on the error queue, when it
    /// cannot be exported (from an engine or a token) or has no private part.
    pub fn to_pkcs8(&self) -> Option<Zeroizing<Vec<u8>>> {
        error_queue::quietly(|| {
            if let Some(der) = private_key_der::encode(self) {
                return Some(der);
            }
            // SAFETY: a live key; the result is a new object or NULL.
            let info = not_null(unsafe { ffi::EVP_PKEY2PKCS8(self.as_ptr()) }).ok()?;
            // SAFETY: a live object; `encoded` passes NULL or a buffer of the size asked for.
            let der = encoded(|out| unsafe { ffi::i2d_PKCS8_PRIV_KEY_INFO(info, out) });
            // SAFETY: made above, freed once; libcrypto wipes the key inside.
            unsafe { ffi::PKCS8_PRIV_KEY_INFO_free(info) };
            der.ok().map(Zeroizing::new)
        })
    }

    /// Whether OpenSSL's default provider, or no provider, holds the key: then the exported key
    /// works the same elsewhere.
    pub fn is_of_default_provider(&self) -> bool {
        // SAFETY: a live key, which keeps its provider alive; the name is a C string.
        unsafe {
            let provider = ffi::EVP_PKEY_get0_provider(self.as_ptr());
            provider.is_null()
                || CStr::from_ptr(ffi::OSSL_PROVIDER_get0_name(provider)) == c"default"
        }
    }

    /// Whether `certificate` is for this key. If not, the result is `Err`, and libcrypto has queued
    /// the reason (`X509_R_KEY_VALUES_MISMATCH`, `X509_R_KEY_TYPE_MISMATCH`).
    pub fn check_certificate(&self, certificate: &X509) -> Result<()> {
        // SAFETY: live objects. Parameters that a DSA or EC key may lack are copied from the
        // certificate as libssl does; that they may be missing there is no error.
        unsafe {
            error_queue::quietly(|| {
                let theirs = ffi::X509_get0_pubkey(certificate.as_ptr());
                if !theirs.is_null() {
                    ffi::EVP_PKEY_copy_parameters(theirs, self.as_ptr());
                }
            });
            succeeded(ffi::X509_check_private_key(
                certificate.as_ptr(),
                self.as_ptr(),
            ))
        }
    }

    /// Whether `other` is the same key, going by the public parts (`EVP_PKEY_eq(3)`). libcrypto may
    /// queue the reason if not.
    pub fn is_same(&self, other: &Self) -> bool {
        // SAFETY: live objects.
        unsafe { ffi::EVP_PKEY_eq(self.as_ptr(), other.as_ptr()) == 1 }
    }

    /// The public key of `certificate`, in place of a private one that is elsewhere
    /// (`SSL_CTX_use_cert_and_key(3)`): checks succeed, signing fails.
    pub fn public_of(certificate: &X509) -> Result<Self> {
        let public = certificate.public_key()?;
        // SAFETY: the reference moves from one owner to the other.
        unsafe { Self::from_raw_owned(public.into_raw()) }.ok_or(Error::Queued)
    }

    /// Like [`Self::check_certificate`], but leaves nothing on the error queue.
    pub fn matches_certificate(&self, certificate: &X509) -> bool {
        error_queue::quietly(|| self.check_certificate(certificate).is_ok())
    }

    /// Signs `message`; the key hashes it as `scheme` says, with the digest of `library`.
    pub fn sign(
        &self,
        library: &LibraryContext,
        scheme: SignatureScheme,
        message: &[u8],
    ) -> Result<Vec<u8>> {
        let context = DigestContext::new()?;
        let mut options = std::ptr::null_mut();
        let mut len = 0;
        // SAFETY: live objects; `options` is owned by the context. The first call of
        // EVP_DigestSign asks for the greatest length, the second writes at most that.
        unsafe {
            succeeded(ffi::EVP_DigestSignInit_ex(
                context.0,
                &mut options,
                scheme.digest_name(),
                library.as_ptr(),
                library.query(),
                self.as_ptr(),
                std::ptr::null(),
            ))?;
            pad(options, scheme)?;
            succeeded(ffi::EVP_DigestSign(
                context.0,
                std::ptr::null_mut(),
                &mut len,
                message.as_ptr(),
                message.len(),
            ))?;
            let mut signature = vec![0; len];
            succeeded(ffi::EVP_DigestSign(
                context.0,
                signature.as_mut_ptr(),
                &mut len,
                message.as_ptr(),
                message.len(),
            ))?;
            signature.truncate(len);
            Ok(signature)
        }
    }
}

impl std::fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PrivateKey")
            .field("kind", &self.kind())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::libcrypto::key_kind::{NID_P256, NID_P384, NID_P521};
    use crate::libcrypto::public_key::PublicKey;
    use crate::libcrypto::testing;

    fn library() -> LibraryContext {
        LibraryContext::default()
    }

    #[test]
    fn every_scheme_signs_and_verifies() {
        let keys = [
            testing::rsa_key(),
            testing::rsa_pss_key(),
            testing::ec_key(c"P-256"),
            testing::ec_key(c"P-384"),
            testing::ec_key(c"P-521"),
            testing::key(c"ED25519"),
            testing::key(c"ED448"),
        ];
        for scheme in SignatureScheme::ALL {
            let key = keys.iter().find(|key| scheme.fits(key.kind())).unwrap();
            let identity = testing::self_signed_with("one.test", key.clone());
            let public = PublicKey::from_certificate(&identity.certificate).unwrap();
            let mut signature = key.sign(&library(), scheme, b"message").unwrap();
            assert_eq!(
                public.verify(&library(), scheme, b"message", &signature),
                Ok(true),
                "{scheme:?}"
            );
            assert_eq!(
                public.verify(&library(), scheme, b"massage", &signature),
                Ok(false),
                "{scheme:?}"
            );
            *signature.last_mut().unwrap() ^= 1;
            assert_eq!(
                public.verify(&library(), scheme, b"message", &signature),
                Ok(false),
                "{scheme:?}"
            );
            assert_eq!(
                public.verify(&library(), scheme, b"message", b"short"),
                Ok(false),
                "{scheme:?}"
            );
            assert_eq!(error_queue::peek(), 0);
            assert_eq!(SignatureScheme::from_code(scheme.code()), Some(scheme));
        }
        assert_eq!(SignatureScheme::from_code(0x0101), None);
    }

    #[test]
    fn keys_know_their_kind() {
        assert_eq!(testing::rsa_key().kind(), KeyKind::Rsa);
        assert_eq!(testing::rsa_key().bits(), 2048);
        assert_eq!(testing::rsa_key().security_bits(), 112);
        assert_eq!(testing::rsa_pss_key().kind(), KeyKind::RsaPss);
        assert_eq!(
            testing::ec_key(c"P-256").kind(),
            KeyKind::Ec { nid: NID_P256 }
        );
        assert_eq!(
            testing::ec_key(c"P-384").kind(),
            KeyKind::Ec { nid: NID_P384 }
        );
        assert_eq!(
            testing::ec_key(c"P-521").kind(),
            KeyKind::Ec { nid: NID_P521 }
        );
        assert_eq!(testing::key(c"ED25519").kind(), KeyKind::Ed25519);
        assert_eq!(testing::key(c"X25519").kind(), KeyKind::Other(1034));
    }

    #[test]
    fn a_key_that_cannot_sign_so_is_an_error() {
        let key = testing::ec_key(c"P-256");
        assert_eq!(
            key.sign(&library(), SignatureScheme::RsaPssRsaeSha256, b"m"),
            Err(Error::Queued)
        );
        error_queue::clear();
    }

    #[test]
    fn pkcs8_comes_back_as_the_same_key() {
        for key in [
            testing::rsa_key(),
            testing::ec_key(c"P-256"),
            testing::key(c"ED448"),
        ] {
            let der = key.to_pkcs8().unwrap();
            let back = PrivateKey::from_der(&der).unwrap();
            assert_eq!(back.kind(), key.kind());
            let identity = testing::self_signed_with("one.test", key);
            assert!(back.matches_certificate(&identity.certificate));
        }
    }

    #[test]
    fn a_public_key_cannot_be_exported_and_leaves_no_error() {
        let der = testing::self_signed("one.test")
            .certificate
            .to_der()
            .unwrap();
        let public = X509::from_der(&library(), &der)
            .unwrap()
            .public_key()
            .unwrap();
        // SAFETY: takes over the reference of `into_raw`. It has no private part.
        let key = unsafe { PrivateKey::from_raw_owned(public.into_raw()) }.unwrap();
        assert!(key.to_pkcs8().is_none());
        assert_eq!(error_queue::peek(), 0);
        assert!(
            key.sign(&library(), SignatureScheme::EcdsaP256Sha256, b"m")
                .is_err()
        );
        error_queue::clear();
    }

    #[test]
    fn a_certificate_of_another_key_is_noticed() {
        let identity = testing::self_signed("one.test");
        assert!(identity.key.matches_certificate(&identity.certificate));
        let other = testing::ec_key(c"P-256");
        assert!(!other.matches_certificate(&identity.certificate));
        assert_eq!(error_queue::peek(), 0);
        assert_eq!(
            other.check_certificate(&identity.certificate),
            Err(Error::Queued)
        );
        let error = error_queue::peek();
        assert_eq!((error >> 23 & 0xff, error & 0x7f_ffff), (11, 116));
        error_queue::clear();
        assert!(!testing::rsa_key().matches_certificate(&identity.certificate));
    }

    #[test]
    fn keys_load_from_files_with_a_password() {
        let key = testing::ec_key(c"P-256");
        let directory = testing::Directory::new();
        let pem = directory.file("key.pem", &testing::encrypted_pem(&key, "secret"));
        let loaded = PrivateKey::from_file(
            &library(),
            &pem,
            FileFormat::Pem,
            testing::password(c"secret"),
        )
        .unwrap();
        assert_eq!(loaded.to_pkcs8(), key.to_pkcs8());
        let wrong = PrivateKey::from_file(
            &library(),
            &pem,
            FileFormat::Pem,
            testing::password(c"wrong"),
        );
        assert_eq!(wrong.unwrap_err(), Error::new(pem_file::ERR_R_PEM_LIB));
        let der = directory.file("key.der", &key.to_pkcs8().unwrap());
        let loaded =
            PrivateKey::from_file(&library(), &der, FileFormat::Asn1, Password::none()).unwrap();
        assert_eq!(loaded.to_pkcs8(), key.to_pkcs8());
        let missing = PrivateKey::from_file(
            &library(),
            c"/no/such/file",
            FileFormat::Pem,
            Password::none(),
        );
        assert_eq!(missing.unwrap_err(), Error::new(pem_file::ERR_R_SYS_LIB));
        error_queue::clear();
    }
}
