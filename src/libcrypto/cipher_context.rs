//! Contexts of libcrypto that encrypt and authenticate one ticket.

use std::ffi::{c_int, c_uint};

use zeroize::Zeroizing;

use crate::error::{Error, Reason, Result};
use crate::libcrypto::digest::HandshakeDigest;
use crate::libcrypto::library::LibraryContext;
use crate::libcrypto::outcome::{not_null, succeeded};
use crate::libcrypto::{error_queue, ffi};

/// The longest block of libcrypto's ciphers (`EVP_MAX_BLOCK_LENGTH`).
const MAX_BLOCK: usize = 32;

/// An `EVP_CIPHER_CTX`.
pub struct CipherContext(*mut ffi::EVP_CIPHER_CTX);

impl CipherContext {
    /// A context without cipher and key.
    pub fn new() -> Result<Self> {
        // SAFETY: no precondition.
        not_null(unsafe { ffi::EVP_CIPHER_CTX_new() }).map(Self)
    }

    /// For C, which sets cipher, key and initialisation vector.
    pub fn as_ptr(&self) -> *mut ffi::EVP_CIPHER_CTX {
        self.0
    }

    /// How long its initialisation vector is; an error when no cipher is set.
    pub fn iv_len(&self) -> Result<usize> {
        // SAFETY: a live context.
        let cipher = unsafe { ffi::EVP_CIPHER_CTX_get0_cipher(self.0) };
        if cipher.is_null() {
            return Err(Error::new(Reason::INTERNAL_ERROR));
        }
        // SAFETY: a live context with a cipher.
        usize::try_from(unsafe { ffi::EVP_CIPHER_CTX_get_iv_length(self.0) })
            .map_err(|_| Error::new(Reason::INTERNAL_ERROR))
    }

    /// Appends the ciphertext of `plaintext`, with padding, to `out`.
    pub fn encrypt(&mut self, plaintext: &[u8], out: &mut Vec<u8>) -> Result<()> {
        let start = out.len();
        let len = int(plaintext.len())?;
        out.resize(start + plaintext.len() + 2 * MAX_BLOCK, 0);
        let (mut first, mut last) = (0, 0);
        // SAFETY: a live context; the output has room for two blocks more than the input, which
        // is what update and final can add.
        unsafe {
            succeeded(ffi::EVP_EncryptUpdate(
                self.0,
                out[start..].as_mut_ptr(),
                &mut first,
                plaintext.as_ptr(),
                len,
            ))?;
            succeeded(ffi::EVP_EncryptFinal_ex(
                self.0,
                out[start + first as usize..].as_mut_ptr(),
                &mut last,
            ))?;
        }
        out.truncate(start + first as usize + last as usize);
        Ok(())
    }

    /// The plaintext of `ciphertext`; `None`, with nothing on the error queue, when it does not
    /// decrypt.
    pub fn decrypt(&mut self, ciphertext: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let len = int(ciphertext.len()).ok()?;
        let mut out = Zeroizing::new(vec![0; ciphertext.len() + 2 * MAX_BLOCK]);
        let (mut first, mut last) = (0, 0);
        // SAFETY: a live context; the output has room for two blocks more than the input.
        error_queue::quietly(|| unsafe {
            succeeded(ffi::EVP_DecryptUpdate(
                self.0,
                out.as_mut_ptr(),
                &mut first,
                ciphertext.as_ptr(),
                len,
            ))?;
            succeeded(ffi::EVP_DecryptFinal_ex(
                self.0,
                out[first as usize..].as_mut_ptr(),
                &mut last,
            ))
        })
        .ok()?;
        out.truncate(first as usize + last as usize);
        Some(out)
    }
}

impl Drop for CipherContext {
    fn drop(&mut self) {
        // SAFETY: owned, last use; libcrypto wipes the key.
        unsafe { ffi::EVP_CIPHER_CTX_free(self.0) };
    }
}

/// Computes the MAC of a ticket: `EVP_MAC_CTX`, or `HMAC_CTX` for the older callbacks.
pub enum MacContext {
    /// OpenSSL 3's
    Evp(*mut ffi::EVP_MAC_CTX),
    /// The deprecated one
    Hmac(*mut ffi::HMAC_CTX),
}

impl MacContext {
    /// An HMAC of `library` without digest and key, as an `EVP_MAC_CTX`.
    pub fn evp(library: &LibraryContext) -> Result<Self> {
        // SAFETY: a live algorithm, to which the context adds a reference.
        not_null(unsafe { ffi::EVP_MAC_CTX_new(library.hmac()?) }).map(Self::Evp)
    }

    /// An HMAC without digest and key, as an `HMAC_CTX`.
    pub fn hmac() -> Result<Self> {
        // SAFETY: no precondition.
        not_null(unsafe { ffi::HMAC_CTX_new() }).map(Self::Hmac)
    }

    /// HMAC of `library` with this digest and key.
    pub fn with_key(library: &LibraryContext, digest: HandshakeDigest, key: &[u8]) -> Result<Self> {
        let context = Self::evp(library)?;
        if let Self::Evp(raw) = context {
            // SAFETY: a live context, readable bytes, and parameters that outlive the call; the
            // texts are only read.
            unsafe {
                let query = match library.query() {
                    query if query.is_null() => ffi::OSSL_PARAM_construct_end(),
                    query => ffi::OSSL_PARAM_construct_utf8_string(
                        c"properties".as_ptr(),
                        query.cast_mut(),
                        0,
                    ),
                };
                let params = [
                    ffi::OSSL_PARAM_construct_utf8_string(
                        c"digest".as_ptr(),
                        digest.name().as_ptr().cast_mut(),
                        0,
                    ),
                    query,
                    ffi::OSSL_PARAM_construct_end(),
                ];
                succeeded(ffi::EVP_MAC_init(
                    raw,
                    key.as_ptr(),
                    key.len(),
                    params.as_ptr(),
                ))?;
            }
        }
        Ok(context)
    }

    /// A context in the same state. `self` is only read.
    pub fn duplicate(&self) -> Result<Self> {
        match *self {
            // SAFETY: a live context.
            Self::Evp(raw) => not_null(unsafe { ffi::EVP_MAC_CTX_dup(raw) }).map(Self::Evp),
            Self::Hmac(raw) => {
                let copy = Self::hmac()?;
                if let Self::Hmac(to) = copy {
                    // SAFETY: two live contexts.
                    succeeded(unsafe { ffi::HMAC_CTX_copy(to, raw) })?;
                }
                Ok(copy)
            }
        }
    }

    /// How long the MAC is; 0 when no digest is set.
    pub fn len(&self) -> usize {
        error_queue::quietly(|| match *self {
            // SAFETY: a live context.
            Self::Evp(raw) => unsafe { ffi::EVP_MAC_CTX_get_mac_size(raw) },
            Self::Hmac(raw) => {
                // SAFETY: a live context; the digest is asked for only when there is one.
                unsafe {
                    if ffi::HMAC_CTX_get_md(raw).is_null() {
                        return 0;
                    }
                    ffi::HMAC_size(raw)
                }
            }
        })
    }

    /// The MAC of `data`. The context cannot be used again.
    pub fn compute(self, data: &[u8]) -> Result<Vec<u8>> {
        self.compute_parts([data].into_iter())
    }

    /// The MAC of the concatenated parts. The context cannot be used again.
    pub fn compute_parts<'a>(self, parts: impl Iterator<Item = &'a [u8]>) -> Result<Vec<u8>> {
        let mut out = vec![0; self.len()];
        match self {
            // SAFETY: a live context, readable bytes, and room for the MAC.
            Self::Evp(raw) => unsafe {
                let mut len = 0;
                for data in parts {
                    succeeded(ffi::EVP_MAC_update(raw, data.as_ptr(), data.len()))?;
                }
                let size = out.len();
                succeeded(ffi::EVP_MAC_final(raw, out.as_mut_ptr(), &mut len, size))?;
                out.truncate(len);
            },
            // SAFETY: as above.
            Self::Hmac(raw) => unsafe {
                let mut len: c_uint = 0;
                for data in parts {
                    succeeded(ffi::HMAC_Update(raw, data.as_ptr(), data.len()))?;
                }
                succeeded(ffi::HMAC_Final(raw, out.as_mut_ptr(), &mut len))?;
                out.truncate(len as usize);
            },
        }
        Ok(out)
    }
}

/// A key of HMAC, which computes any number of MACs. Any thread.
pub struct MacKey {
    context: MacContext,
    digest: HandshakeDigest,
}

// SAFETY: the context is only read (copied) after `new`.
unsafe impl Send for MacKey {}
// SAFETY: as above.
unsafe impl Sync for MacKey {}

impl MacKey {
    /// HMAC of `library` with this digest and key. libcrypto wipes its copy when this is dropped.
    pub fn new(library: &LibraryContext, digest: HandshakeDigest, key: &[u8]) -> Result<Self> {
        let context = MacContext::with_key(library, digest, key)?;
        Ok(Self { context, digest })
    }

    /// The MAC of the concatenated parts.
    pub fn sign<'a>(&self, parts: impl Iterator<Item = &'a [u8]>) -> Result<Zeroizing<Vec<u8>>> {
        let mac = self.context.duplicate()?.compute_parts(parts)?;
        Ok(Zeroizing::new(mac))
    }

    /// How long a MAC is, in bytes.
    pub fn len(&self) -> usize {
        self.digest.len()
    }
}

impl Drop for MacContext {
    fn drop(&mut self) {
        // SAFETY: owned, last use; libcrypto wipes the key.
        unsafe {
            match *self {
                Self::Evp(raw) => ffi::EVP_MAC_CTX_free(raw),
                Self::Hmac(raw) => ffi::HMAC_CTX_free(raw),
            }
        }
    }
}

fn int(len: usize) -> Result<c_int> {
    c_int::try_from(len).map_err(|_| Error::new(Reason::INTERNAL_ERROR))
}
