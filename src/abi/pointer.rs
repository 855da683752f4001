//! Turns pointers from C into references.

use std::ffi::{CStr, c_char};

use crate::error::{Error, Reason, Result};
use crate::reference::tag::{self, Tagged};

/// Borrows the object at `pointer`; NULL is the error `ERR_R_PASSED_NULL_PARAMETER`. An object that
/// is not a `T` of this library is an error too ([`crate::reference::tag`] says how reliably).
///
/// # Safety
/// `pointer` is NULL or points to a live `T` that stays alive, and is not mutably borrowed, while
/// the result is used. Any other object that it points to is readable memory.
#[inline]
pub unsafe fn borrow<'a, T: Tagged>(pointer: *const T) -> Result<&'a T> {
    // SAFETY: as the caller promises.
    unsafe { optional(pointer) }?.ok_or_else(|| Error::new(Reason::PASSED_NULL_PARAMETER))
}

/// Like [`borrow`], where the manual lets NULL fail without an error on the queue.
///
/// # Safety
/// As for [`borrow`].
#[inline]
pub unsafe fn borrow_quietly<'a, T: Tagged>(pointer: *const T) -> Result<&'a T> {
    // SAFETY: as the caller promises.
    unsafe { optional(pointer) }?.ok_or(Error::Silent)
}

/// Like [`borrow`], but NULL means no object. Functions that take ownership of the object call this
/// first.
///
/// # Safety
/// As for [`borrow`].
#[inline]
pub unsafe fn optional<'a, T: Tagged>(pointer: *const T) -> Result<Option<&'a T>> {
    // SAFETY: as the caller promises.
    unsafe { tag::look(pointer) }
}

/// The bytes at `data`; empty for NULL or a length of 0.
///
/// # Safety
/// `data` is NULL or valid for reads of `len` bytes while the result is used.
pub unsafe fn bytes<'a>(data: *const u8, len: usize) -> &'a [u8] {
    if data.is_null() || len == 0 {
        return &[];
    }
    // No object is larger than this; callers reject a longer length.
    let len = len.min(isize::MAX as usize);
    // SAFETY: not NULL, and the caller promises `len` readable bytes.
    unsafe { std::slice::from_raw_parts(data, len) }
}

/// The C string at `text`, or `None` for NULL.
///
/// # Safety
/// `text` is NULL or points to a NUL-terminated string that lives while the result is used.
pub unsafe fn c_str<'a>(text: *const c_char) -> Option<&'a CStr> {
    if text.is_null() {
        return None;
    }
    // SAFETY: not NULL, and the caller promises a terminated string.
    Some(unsafe { CStr::from_ptr(text) })
}

/// Writes `value` through `out` unless `out` is NULL.
///
/// # Safety
/// `out` is NULL or valid for a write of `T`.
pub unsafe fn store<T>(out: *mut T, value: T) {
    if !out.is_null() {
        // SAFETY: not NULL, and the caller promises that it may be written.
        unsafe { out.write(value) }
    }
}
