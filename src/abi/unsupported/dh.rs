//! Finite-field Diffie-Hellman parameters.
//!
//! Servers set them as a matter of course, beside ECDHE. The engine agrees on keys by ECDHE only, so
//! the parameters have no effect, and accepting them weakens nothing.

use std::ffi::c_int;

use openssl_sys as ffi;

use crate::connection::Connection;
use crate::context::Context;

/// Sets DH parameters of a context: always 1; takes ownership of `dh_key`. The key is freed at
/// once, as DHE is never used.
///
/// Status: partial (accepted; DHE suites are not offered)
///
/// # Safety
/// `dhpkey` is NULL or a reference that the caller owns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set0_tmp_dh_pkey(
    ctx: *mut Context,
    dhpkey: *mut ffi::EVP_PKEY,
) -> c_int {
    // SAFETY: a success hands the caller's reference over; NULL is ignored.
    unsafe { ffi::EVP_PKEY_free(dhpkey) };
    1
}

/// Sets the callback that gives DH parameters for a context. Accepted, never called.
///
/// Status: partial (accepted; DHE suites are not offered)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_tmp_dh_callback(
    ctx: *mut Context,
    dh: Option<
        unsafe extern "C" fn(
            ssl: *mut Connection,
            is_export: c_int,
            keylength: c_int,
        ) -> *mut ffi::DH,
    >,
) {
    // Nothing to do: DHE is never used.
}

/// Sets DH parameters of a connection: always 1; takes ownership of `dh_key`. The key is freed at
/// once, as DHE is never used.
///
/// Status: partial (accepted; DHE suites are not offered)
///
/// # Safety
/// `dhpkey` is NULL or a reference that the caller owns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set0_tmp_dh_pkey(
    ssl: *mut Connection,
    dhpkey: *mut ffi::EVP_PKEY,
) -> c_int {
    // SAFETY: a success hands the caller's reference over; NULL is ignored.
    unsafe { ffi::EVP_PKEY_free(dhpkey) };
    1
}

/// Sets the callback that gives DH parameters for a connection. Accepted, never called.
///
/// Status: partial (accepted; DHE suites are not offered)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_tmp_dh_callback(
    ssl: *mut Connection,
    dh: Option<
        unsafe extern "C" fn(
            ssl: *mut Connection,
            is_export: c_int,
            keylength: c_int,
        ) -> *mut ffi::DH,
    >,
) {
    // Nothing to do: DHE is never used.
}
