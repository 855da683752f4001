//! Key exchanges by libcrypto, in any group that a provider of the library context has
//! (`EVP_PKEY_derive(3)`).

use std::ffi::{c_char, c_int, c_uchar};

use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::libcrypto::algorithms::ProvidedGroup;
use crate::libcrypto::ffi;
use crate::libcrypto::library::LibraryContext;
use crate::libcrypto::memory;
use crate::libcrypto::outcome::{not_null, succeeded};
use crate::libcrypto::private_key::PrivateKey;
use crate::libcrypto::public_key::PublicKey;

unsafe extern "C" {
    fn EVP_PKEY_CTX_set_group_name(ctx: *mut ffi::EVP_PKEY_CTX, name: *const c_char) -> c_int;
    fn EVP_PKEY_get1_encoded_public_key(key: *mut ffi::EVP_PKEY, out: *mut *mut c_uchar) -> usize;
    fn EVP_PKEY_set1_encoded_public_key(
        key: *mut ffi::EVP_PKEY,
        public: *const c_uchar,
        len: usize,
    ) -> c_int;
    fn EVP_PKEY_CTX_new_from_pkey(
        library: *mut ffi::OSSL_LIB_CTX,
        key: *mut ffi::EVP_PKEY,
        query: *const c_char,
    ) -> *mut ffi::EVP_PKEY_CTX;
}

/// One side of a key exchange. The key is wiped by its provider when this is dropped.
pub struct KeyShare {
    library: LibraryContext,
    key: PrivateKey,
    public: Vec<u8>,
}

impl KeyShare {
    /// A new key in `group`.
    pub fn generate(library: &LibraryContext, group: &ProvidedGroup) -> Result<Self> {
        let mut raw = std::ptr::null_mut();
        // SAFETY: a live library context, C strings or NULL, and a live context; this function owns
        // the new key.
        let key = unsafe {
            let context = Options(not_null(ffi::EVP_PKEY_CTX_new_from_name(
                library.as_ptr(),
                group.key_type.as_ptr(),
                library.query(),
            ))?);
            succeeded(ffi::EVP_PKEY_keygen_init(context.0))?;
            succeeded(EVP_PKEY_CTX_set_group_name(
                context.0,
                group.parameters.as_ptr(),
            ))?;
            succeeded(ffi::EVP_PKEY_keygen(context.0, &mut raw))?;
            PrivateKey::from_raw_owned(raw).ok_or(Error::Queued)?
        };
        let mut encoded = std::ptr::null_mut();
        // SAFETY: a live key; on success this function owns that many bytes.
        let public = unsafe {
            let len = EVP_PKEY_get1_encoded_public_key(key.as_ptr(), &mut encoded);
            if len == 0 || encoded.is_null() {
                return Err(Error::Queued);
            }
            let public = std::slice::from_raw_parts(encoded, len).to_vec();
            memory::free(encoded.cast());
            public
        };
        Ok(Self {
            library: library.clone(),
            key,
            public,
        })
    }

    /// The public key as encoded in a key_share (RFC 8446, section 4.2.8).
    pub fn public(&self) -> &[u8] {
        &self.public
    }

    /// The secret shared with the owner of the public key `peer`; an error when `peer` is not of
    /// this group.
    pub fn derive(&self, peer: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        let mut len = 0;
        // SAFETY: live objects; the first call of EVP_PKEY_derive asks for the length, the second
        // writes at most that.
        unsafe {
            let raw = not_null(ffi::EVP_PKEY_new())?;
            let theirs = PublicKey::from_raw_owned(raw).ok_or(Error::Queued)?;
            succeeded(ffi::EVP_PKEY_copy_parameters(
                theirs.as_ptr(),
                self.key.as_ptr(),
            ))?;
            succeeded(EVP_PKEY_set1_encoded_public_key(
                theirs.as_ptr(),
                peer.as_ptr(),
                peer.len(),
            ))?;
            let context = Options(not_null(EVP_PKEY_CTX_new_from_pkey(
                self.library.as_ptr(),
                self.key.as_ptr(),
                self.library.query(),
            ))?);
            succeeded(ffi::EVP_PKEY_derive_init(context.0))?;
            succeeded(ffi::EVP_PKEY_derive_set_peer(context.0, theirs.as_ptr()))?;
            succeeded(ffi::EVP_PKEY_derive(
                context.0,
                std::ptr::null_mut(),
                &mut len,
            ))?;
            let mut secret = Zeroizing::new(vec![0; len]);
            succeeded(ffi::EVP_PKEY_derive(
                context.0,
                secret.as_mut_ptr(),
                &mut len,
            ))?;
            secret.truncate(len);
            Ok(secret)
        }
    }
}

struct Options(*mut ffi::EVP_PKEY_CTX);

impl Drop for Options {
    fn drop(&mut self) {
        // SAFETY: owned, last use.
        unsafe { ffi::EVP_PKEY_CTX_free(self.0) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::libcrypto::algorithms::Algorithms;
    use crate::libcrypto::error_queue;

    #[test]
    fn both_sides_derive_the_same_secret_in_every_group() {
        let library = LibraryContext::default();
        let algorithms = Algorithms::of(&library);
        for (id, len) in [
            (0x001d, 32),
            (0x0017, 65),
            (0x0018, 97),
            (0x0019, 133),
            (0x001e, 56),
        ] {
            let group = algorithms.group(id).unwrap();
            let one = KeyShare::generate(&library, group).unwrap();
            let two = KeyShare::generate(&library, group).unwrap();
            assert_eq!(one.public().len(), len);
            let secret = one.derive(two.public()).unwrap();
            assert_eq!(*secret, *two.derive(one.public()).unwrap());
            assert!(one.derive(&two.public()[1..]).is_err());
            error_queue::clear();
        }
    }
}
