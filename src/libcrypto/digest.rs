//! Digests.

use std::ffi::{CStr, c_char, c_uint};

use crate::error::Result;
use crate::libcrypto::ffi;
use crate::libcrypto::library::LibraryContext;
use crate::libcrypto::outcome::succeeded;
use crate::libcrypto::public_key::DigestContext;

/// The digests of handshakes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandshakeDigest {
    /// SHA-256
    Sha256,
    /// SHA-384
    Sha384,
}

impl HandshakeDigest {
    /// libcrypto's name.
    pub fn name(self) -> &'static CStr {
        match self {
            Self::Sha256 => c"SHA256",
            Self::Sha384 => c"SHA384",
        }
    }

    /// Its length, in bytes.
    pub fn len(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
        }
    }
}

/// The digest that libcrypto itself has under a name, for C; static. NULL when there is none.
pub fn digest_by_name(name: &CStr) -> *const ffi::EVP_MD {
    unsafe extern "C" {
        fn EVP_get_digestbyname(name: *const c_char) -> *const ffi::EVP_MD;
    }
    // SAFETY: a C string.
    unsafe { EVP_get_digestbyname(name.as_ptr()) }
}

/// SHA-256 of `data`, by the digest of `library`.
pub fn sha256(library: &LibraryContext, data: &[u8]) -> Result<[u8; 32]> {
    let mut out = [0; 32];
    let mut len: c_uint = 0;
    // SAFETY: readable bytes, and room for the 32 bytes of this digest.
    succeeded(unsafe {
        ffi::EVP_Digest(
            data.as_ptr().cast(),
            data.len(),
            out.as_mut_ptr(),
            &mut len,
            library.digest(HandshakeDigest::Sha256)?,
            std::ptr::null_mut(),
        )
    })?;
    Ok(out)
}

/// A digest that is being computed.
pub struct Digesting {
    context: DigestContext,
    digest: HandshakeDigest,
}

// SAFETY: the context belongs to this value alone, and is only read (copied) through a shared
// reference.
unsafe impl Send for Digesting {}
// SAFETY: as above.
unsafe impl Sync for Digesting {}

impl Digesting {
    /// A digest without data yet.
    pub fn new(library: &LibraryContext, digest: HandshakeDigest) -> Result<Self> {
        let context = DigestContext::new()?;
        // SAFETY: live objects.
        succeeded(unsafe {
            ffi::EVP_DigestInit_ex(context.0, library.digest(digest)?, std::ptr::null_mut())
        })?;
        Ok(Self { context, digest })
    }

    /// A copy in the same state.
    pub fn duplicate(&self) -> Result<Self> {
        let context = DigestContext::new()?;
        // SAFETY: two live contexts.
        succeeded(unsafe { ffi::EVP_MD_CTX_copy_ex(context.0, self.context.0) })?;
        let digest = self.digest;
        Ok(Self { context, digest })
    }

    /// Digests `data`.
    pub fn update(&mut self, data: &[u8]) -> Result<()> {
        // SAFETY: a live context and readable bytes.
        succeeded(unsafe {
            ffi::EVP_DigestUpdate(self.context.0, data.as_ptr().cast(), data.len())
        })
    }

    /// The digest of all data so far.
    pub fn finish(self) -> Result<Vec<u8>> {
        let mut out = vec![0; self.digest.len()];
        let mut len = 0;
        // SAFETY: a live context, and room for this digest.
        succeeded(unsafe { ffi::EVP_DigestFinal_ex(self.context.0, out.as_mut_ptr(), &mut len) })?;
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sha256_of_abc_is_that_of_fips_180() {
        let sha256 = |data| sha256(&LibraryContext::default(), data).unwrap();
        let first = [0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea];
        let last = [0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad];
        assert_eq!(sha256(b"abc")[..8], first);
        assert_eq!(sha256(b"abc")[24..], last);
        assert_eq!(sha256(b"")[..4], [0xe3, 0xb0, 0xc4, 0x42]);
    }
}
