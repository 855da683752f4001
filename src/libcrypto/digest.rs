//! Digests.

use std::ffi::c_uint;

use crate::error::Result;
use crate::libcrypto::ffi;
use crate::libcrypto::library::LibraryContext;
use crate::libcrypto::outcome::{not_null, succeeded};

/// SHA-256 of `data`, by the digest of `library`.
pub fn sha256(library: &LibraryContext, data: &[u8]) -> Result<[u8; 32]> {
    let digest = not_null(library.fetch_digest(c"SHA256"))?;
    let mut out = [0; 32];
    let mut len: c_uint = 0;
    // SAFETY: readable bytes, and room for the 32 bytes of this digest, which is freed once.
    let digested = unsafe {
        let digested = ffi::EVP_Digest(
            data.as_ptr().cast(),
            data.len(),
            out.as_mut_ptr(),
            &mut len,
            digest,
            std::ptr::null_mut(),
        );
        ffi::EVP_MD_free(digest);
        digested
    };
    succeeded(digested)?;
    Ok(out)
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
