//! The meaning of libcrypto's return values.

use std::ffi::{c_int, c_uchar};

use crate::error::{Error, Result};

/// Success for a positive number. On failure libcrypto has queued its errors.
pub fn succeeded(returned: c_int) -> Result<()> {
    if returned > 0 {
        Ok(())
    } else {
        Err(Error::Queued)
    }
}

/// Like [`succeeded`], for functions that return NULL on failure.
pub fn not_null<T>(returned: *mut T) -> Result<*mut T> {
    if returned.is_null() {
        Err(Error::Queued)
    } else {
        Ok(returned)
    }
}

/// Collects what an `i2d_…` function writes. `encode` is called twice: with NULL for the length,
/// then with a pointer to a buffer of that size.
pub fn encoded(mut encode: impl FnMut(*mut *mut c_uchar) -> c_int) -> Result<Vec<u8>> {
    let len = encode(std::ptr::null_mut());
    succeeded(len)?;
    let mut out = vec![0; len as usize];
    let mut end = out.as_mut_ptr();
    let written = encode(&mut end);
    if written != len {
        return Err(Error::Queued);
    }
    Ok(out)
}
