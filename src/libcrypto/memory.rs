//! Memory that C frees with `OPENSSL_free(3)`.

use std::ffi::{c_char, c_int, c_void};
use std::ptr::NonNull;

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

/// Bytes in memory of libcrypto's allocator, which C has given away or may have seen.
pub struct Allocated {
    first: NonNull<u8>,
    len: usize,
}

impl Allocated {
    /// Takes over `len` bytes; `None` for NULL or no bytes (memory without bytes is freed).
    ///
    /// # Safety
    /// `memory` is NULL, or comes from libcrypto's allocator with `len` bytes, and the caller gives it
    /// away: it may read it while `self` lives, but not change or free it.
    pub unsafe fn from_raw_owned(memory: *mut u8, len: usize) -> Option<Self> {
        match NonNull::new(memory) {
            Some(first) if len > 0 => Some(Self { first, len }),
            _ => {
                // SAFETY: as the caller promises.
                unsafe { free(memory.cast()) };
                None
            }
        }
    }

    /// A copy of `bytes`; `None` of none.
    pub fn copy_of(bytes: &[u8]) -> Result<Option<Self>> {
        let copy: *mut u8 = allocate(bytes.len())?.cast();
        if !copy.is_null() {
            // SAFETY: new memory of that length.
            unsafe { copy.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
        }
        // SAFETY: just made, with that length.
        Ok(unsafe { Self::from_raw_owned(copy, bytes.len()) })
    }
}

impl std::ops::Deref for Allocated {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        // SAFETY: `len` bytes that live as long as `self`, and that nobody changes.
        unsafe { std::slice::from_raw_parts(self.first.as_ptr(), self.len) }
    }
}

impl Drop for Allocated {
    fn drop(&mut self) {
        // SAFETY: owned, last use.
        unsafe { free(self.first.as_ptr().cast()) };
    }
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
    fn given_bytes_stay_where_they_are() {
        let given = duplicate(b"abc").unwrap();
        // SAFETY: just made, and given away.
        let owned = unsafe { Allocated::from_raw_owned(given, 3) }.unwrap();
        assert_eq!((&*owned, owned.as_ptr()), (&b"abc"[..], given.cast_const()));
        let copy = Allocated::copy_of(&owned).unwrap().unwrap();
        assert_eq!(*copy, *owned);
        assert!(Allocated::copy_of(b"").unwrap().is_none());
        // SAFETY: NULL is allowed; just made, and given away.
        unsafe {
            assert!(Allocated::from_raw_owned(std::ptr::null_mut(), 3).is_none());
            assert!(Allocated::from_raw_owned(duplicate(b"abc").unwrap(), 0).is_none());
        }
    }

    #[test]
    fn bytes_compare() {
        assert!(equal_in_constant_time(b"same", b"same"));
        assert!(!equal_in_constant_time(b"same", b"sane"));
        assert!(!equal_in_constant_time(b"same", b"sam"));
        assert!(equal_in_constant_time(b"", b""));
    }
}
