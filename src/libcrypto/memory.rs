//! Memory that C frees with `OPENSSL_free(3)`.

use std::ffi::{c_char, c_int, c_void};

use crate::error::Result;
use crate::libcrypto::ffi;
use crate::libcrypto::outcome::not_null;

const FILE: *const c_char = c"reprise".as_ptr();
const LINE: c_int = 0;

/// `len` bytes, not initialised, that C or [`free`] frees. NULL for a length of 0.
pub fn allocate(len: usize) -> Result<*mut c_void> {
    if len == 0 {
        return Ok(std::ptr::null_mut());
    }
    // SAFETY: no precondition.
    not_null(unsafe { ffi::CRYPTO_malloc(len, FILE, LINE) })
}

/// A copy of `bytes` that C or [`free`] frees. NULL when there are none.
#[cfg(test)]
pub fn duplicate(bytes: &[u8]) -> Result<*mut u8> {
    let copy: *mut u8 = allocate(bytes.len())?.cast();
    if !copy.is_null() {
        // SAFETY: new memory of that length.
        unsafe { copy.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
    }
    Ok(copy)
}

/// A copy of `text` that C or [`free`] frees.
#[cfg(test)]
pub fn duplicate_str(text: &std::ffi::CStr) -> Result<*mut c_char> {
    // SAFETY: a C string.
    not_null(unsafe { ffi::CRYPTO_strdup(text.as_ptr(), FILE, LINE) })
}

/// Frees what libcrypto allocated.
///
/// # Safety
/// `memory` is NULL or comes from libcrypto's allocator, and is not used any more.
pub unsafe fn free(memory: *mut c_void) {
    // SAFETY: as the caller promises.
    unsafe { ffi::CRYPTO_free(memory, FILE, LINE) };
}

/// Overwrites `len` bytes, then frees (`OPENSSL_clear_free(3)`).
///
/// # Safety
/// As for [`free`], and `memory` is NULL or has `len` bytes.
pub unsafe fn wipe_and_free(memory: *mut c_void, len: usize) {
    // SAFETY: as the caller promises.
    unsafe { ffi::CRYPTO_clear_free(memory, len, FILE, LINE) };
}

/// Whether two byte strings are equal, in a time that tells nothing of where they differ
/// (`CRYPTO_memcmp(3)`). Their lengths are not secret.
pub fn equal_in_constant_time(one: &[u8], two: &[u8]) -> bool {
    // SAFETY: as many readable bytes on both sides as compared.
    one.len() == two.len()
        && unsafe { ffi::CRYPTO_memcmp(one.as_ptr().cast(), two.as_ptr().cast(), one.len()) == 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_belong_to_c() {
        let text = duplicate_str(c"hello").unwrap();
        let bytes = duplicate(b"abc").unwrap();
        // SAFETY: just made, and freed once.
        unsafe {
            assert_eq!(std::ffi::CStr::from_ptr(text), c"hello");
            assert_eq!(std::slice::from_raw_parts(bytes, 3), b"abc");
            free(text.cast());
            wipe_and_free(bytes.cast(), 3);
            free(std::ptr::null_mut());
        }
        assert!(duplicate(b"").unwrap().is_null());
    }

    #[test]
    fn bytes_compare() {
        assert!(equal_in_constant_time(b"same", b"same"));
        assert!(!equal_in_constant_time(b"same", b"sane"));
        assert!(!equal_in_constant_time(b"same", b"sam"));
        assert!(equal_in_constant_time(b"", b""));
    }
}
