//! RSA keys by the older functions (`SSL_CTX_use_RSAPrivateKey(3)`), which take PKCS#1 only.

use std::ffi::{CStr, c_long};

use crate::error::{Error, Reason, Result};
use crate::libcrypto::bio::Bio;
use crate::libcrypto::ffi;
use crate::libcrypto::object::object;
use crate::libcrypto::outcome::{not_null, succeeded};
use crate::libcrypto::password::Password;
use crate::libcrypto::pem_file::{self, FileFormat};
use crate::libcrypto::private_key::PrivateKey;

object! {
    /// An RSA key (`RSA`). Cloning adds a reference.
    RsaKey(ffi::RSA), ffi::RSA_free, ffi::RSA_up_ref
}

impl RsaKey {
    /// Reads a key from a file. The error is libssl's: `ERR_R_SYS_LIB`, `ERR_R_PEM_LIB` or
    /// `ERR_R_ASN1_LIB`, above libcrypto's own.
    pub fn from_file(path: &CStr, format: FileFormat, password: Password) -> Result<Self> {
        let file = pem_file::open(path)?;
        match format {
            FileFormat::Pem => {
                Self::from_pem(&file, password).map_err(|_| Error::new(pem_file::ERR_R_PEM_LIB))
            }
            // SAFETY: a live BIO; the result is a new key.
            FileFormat::Asn1 => unsafe {
                Self::from_raw_owned(ffi::d2i_RSAPrivateKey_bio(
                    file.as_ptr(),
                    std::ptr::null_mut(),
                ))
            }
            .ok_or_else(|| Error::new(pem_file::ERR_R_ASN1_LIB)),
        }
    }

    /// Reads the first private key in PEM, of any form; another kind than RSA is an error.
    fn from_pem(bio: &Bio, password: Password) -> Result<Self> {
        // SAFETY: a live BIO, and a callback that may be called; the result is a new key.
        unsafe {
            Self::from_raw_owned(ffi::PEM_read_bio_RSAPrivateKey(
                bio.as_ptr(),
                std::ptr::null_mut(),
                password.callback(),
                password.userdata(),
            ))
        }
        .ok_or(Error::Queued)
    }

    /// Parses the PKCS#1 key that `der` begins with; the error is `ERR_R_ASN1_LIB`, above
    /// libcrypto's own.
    pub fn from_der(der: &[u8]) -> Result<Self> {
        let mut end = der.as_ptr();
        // SAFETY: `end` points to `der.len()` readable bytes; the result is a new key.
        unsafe {
            Self::from_raw_owned(ffi::d2i_RSAPrivateKey(
                std::ptr::null_mut(),
                &mut end,
                der.len() as c_long,
            ))
        }
        .ok_or_else(|| Error::new(pem_file::ERR_R_ASN1_LIB))
    }

    /// The key as an `EVP_PKEY`, which shares this one.
    pub fn to_private_key(&self) -> Result<PrivateKey> {
        const ERR_R_EVP_LIB: Reason = Reason(6 | 2 << 18);
        // SAFETY: a new key, which adds a reference to a live RSA key.
        unsafe {
            let key = not_null(ffi::EVP_PKEY_new())
                .and_then(|raw| PrivateKey::from_raw_owned(raw).ok_or(Error::Queued))
                .map_err(|_| Error::new(ERR_R_EVP_LIB))?;
            succeeded(ffi::EVP_PKEY_set1_RSA(key.as_ptr(), self.as_ptr()))?;
            Ok(key)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::libcrypto::key_kind::KeyKind;
    use crate::libcrypto::{error_queue, testing};

    #[test]
    fn rsa_keys_come_from_files_and_memory() {
        let key = testing::rsa_key();
        let directory = testing::Directory::new();
        let pem = directory.file("rsa.pem", &testing::key_pem(&key));
        let rsa = RsaKey::from_file(&pem, FileFormat::Pem, Password::none()).unwrap();
        let loaded = rsa.to_private_key().unwrap();
        assert_eq!(loaded.kind(), KeyKind::Rsa);
        assert!(loaded.is_same(&key));
        assert_eq!(
            RsaKey::from_file(&pem, FileFormat::Asn1, Password::none()).map(|_| ()),
            Err(Error::new(pem_file::ERR_R_ASN1_LIB))
        );
        // PKCS#8 is another form.
        let pkcs8 = key.to_pkcs8().unwrap();
        assert!(RsaKey::from_der(&pkcs8).is_err());
        // The PKCS#8 form ends with an OCTET STRING that contains the PKCS#1 key.
        let start = pkcs8.len() - 4;
        let inner = (0..start).rev().find_map(|at| {
            let tail = &pkcs8[at..];
            error_queue::quietly(|| RsaKey::from_der(tail).ok())
        });
        assert!(inner.unwrap().to_private_key().unwrap().is_same(&key));
        let other = directory.file("ec.pem", &testing::key_pem(&testing::ec_key(c"P-256")));
        assert_eq!(
            RsaKey::from_file(&other, FileFormat::Pem, Password::none()).map(|_| ()),
            Err(Error::new(pem_file::ERR_R_PEM_LIB))
        );
        error_queue::clear();
    }
}
