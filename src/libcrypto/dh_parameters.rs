//! Finite-field Diffie-Hellman parameters in files. They are only checked: the engine never uses
//! DHE.

use std::ffi::CStr;

use crate::error::{Error, Result};
use crate::libcrypto::bio::Bio;
use crate::libcrypto::ffi;
use crate::libcrypto::library::LibraryContext;
use crate::libcrypto::public_key::PublicKey;

/// A key with these parameters, to be checked. The caller keeps the parameters.
///
/// # Safety
/// `dh` is a live `DH`.
pub unsafe fn key_of(dh: *mut ffi::DH) -> Result<PublicKey> {
    // SAFETY: the result is a new object.
    let key = unsafe { PublicKey::from_raw_owned(ffi::EVP_PKEY_new()) }.ok_or(Error::Queued)?;
    // SAFETY: both are live; the key adds a reference.
    match unsafe { ffi::EVP_PKEY_set1_DH(key.as_ptr(), dh) } {
        1 => Ok(key),
        _ => Err(Error::Queued),
    }
}

/// Reads a file in PEM and makes sure that it holds DH parameters (`DHParameters` of
/// `SSL_CONF_cmd(3)`).
pub fn check_file(library: &LibraryContext, path: &CStr) -> Result<()> {
    let file = Bio::open_file(path)?;
    // SAFETY: a live BIO; the result is a new object.
    let parameters = unsafe {
        PublicKey::from_raw_owned(ffi::PEM_read_bio_Parameters_ex(
            file.as_ptr(),
            std::ptr::null_mut(),
            library.as_ptr(),
            library.query(),
        ))
    }
    .ok_or(Error::Queued)?;
    // SAFETY: a live object and a C string.
    match unsafe { ffi::EVP_PKEY_is_a(parameters.as_ptr(), c"DH".as_ptr()) } {
        1 => Ok(()),
        _ => Err(Error::Silent),
    }
}
