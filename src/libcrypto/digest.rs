//! Digests.

use std::ffi::c_uint;

use crate::libcrypto::ffi;

/// SHA-256 of `data`.
///
/// # Panics
/// When libcrypto has no SHA-256, without which no TLS would work either.
pub fn sha256(data: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    let mut len: c_uint = 0;
    // SAFETY: readable bytes, and room for the 32 bytes of this digest.
    let digested = unsafe {
        ffi::EVP_Digest(
            data.as_ptr().cast(),
            data.len(),
            out.as_mut_ptr(),
            &mut len,
            ffi::EVP_sha256(),
            std::ptr::null_mut(),
        )
    };
    assert!(digested == 1 && len == 32, "libcrypto has no SHA-256");
    out
}

#[cfg(test)]
mod tests {
    use super::sha256;

    #[test]
    fn sha256_of_abc_is_that_of_fips_180() {
        let first = [0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea];
        let last = [0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad];
        assert_eq!(sha256(b"abc")[..8], first);
        assert_eq!(sha256(b"abc")[24..], last);
        assert_eq!(sha256(b"")[..4], [0xe3, 0xb0, 0xc4, 0x42]);
    }
}
