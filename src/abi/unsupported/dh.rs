//! Finite-field Diffie-Hellman parameters.
//!
//! Many servers set them in addition to ECDHE. The engine exchanges keys by ECDHE only, so the
//! parameters have no effect, and accepting them weakens nothing. Parameters that the security
//! level or callback does not permit are refused, so that the program sees the error.

use std::ffi::c_int;

use openssl_sys as ffi;

use crate::abi::call::call;
use crate::abi::pointer::borrow;
use crate::callback::TmpDhFunction;
use crate::connection::Connection;
use crate::context::Context;
use crate::libcrypto::public_key::PublicKey;

/// Sets DH parameters of a context. Returns 1, and takes the caller's reference to `dhpkey`: it is
/// freed at once, as DHE is never used. Returns 0 with `SSL_R_DH_KEY_TOO_SMALL` on the queue for a
/// key that the security level or callback refuses, or NULL, which stays the caller's.
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
    call(c"SSL_CTX_set0_tmp_dh_pkey", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let owner = unsafe { borrow(ctx) }?;
        // SAFETY: NULL or live; on success the caller transfers its reference.
        unsafe {
            let key = PublicKey::lend(dhpkey);
            owner.settings().check_dh(owner.asker(), key.as_deref())?;
            drop(PublicKey::from_raw_owned(dhpkey));
        }
        Ok(1)
    })
}

/// Sets the callback that provides DH parameters for a context. It is accepted and never called.
///
/// Lifetime: the function's arguments, until it returns.
///
/// Status: partial (accepted; DHE suites are not offered)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_tmp_dh_callback(ctx: *mut Context, dh: TmpDhFunction) {
    // Nothing to do: DHE is never used.
}

/// Sets DH parameters of a connection. Returns 1, and takes the caller's reference to `dhpkey`: it
/// is freed at once, as DHE is never used. Returns 0 with `SSL_R_DH_KEY_TOO_SMALL` on the queue for
/// a key that the security level or callback refuses, or NULL, which stays the caller's.
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
    call(c"SSL_set0_tmp_dh_pkey", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let owner = unsafe { borrow(ssl) }?;
        // SAFETY: NULL or live; on success the caller transfers its reference.
        unsafe {
            let key = PublicKey::lend(dhpkey);
            owner.settings().check_dh(owner.asker(), key.as_deref())?;
            drop(PublicKey::from_raw_owned(dhpkey));
        }
        Ok(1)
    })
}

/// Sets the callback that provides DH parameters for a connection. It is accepted and never called.
///
/// Lifetime: the function's arguments, until it returns.
///
/// Status: partial (accepted; DHE suites are not offered)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_tmp_dh_callback(ssl: *mut Connection, dh: TmpDhFunction) {
    // Nothing to do: DHE is never used.
}
