//! Not implemented yet: certificates and keys.

use std::ffi::{c_int, c_void};
use std::ptr;

use openssl_sys as ffi;

use super::pending;
use crate::abi::types::PasswordCallback;
use crate::connection::Connection;
use crate::context::Context;

/// Late certificate choice; 1 go on, 0 fail, <0 suspend; on servers skipped for resumed
/// handshakes.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_cert_cb(
    ctx: *mut Context,
    callback: Option<unsafe extern "C" fn(ssl: *mut Connection, arg: *mut c_void) -> c_int>,
    arg: *mut c_void,
) {
    pending(c"SSL_CTX_set_cert_cb", ())
}

/// PEM password callback for key loading.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_default_passwd_cb(
    ctx: *mut Context,
    callback: PasswordCallback,
) {
    pending(c"SSL_CTX_set_default_passwd_cb", ())
}

/// Its user pointer.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_default_passwd_cb_userdata(ctx: *mut Context, u: *mut c_void) {
    pending(c"SSL_CTX_set_default_passwd_cb_userdata", ())
}

/// Late cert choice.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_cert_cb(
    ssl: *mut Connection,
    callback: Option<unsafe extern "C" fn(ssl: *mut Connection, arg: *mut c_void) -> c_int>,
    arg: *mut c_void,
) {
    pending(c"SSL_set_cert_cb", ())
}

/// Installed client cert callback.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get_client_cert_cb(
    ctx: *mut Context,
) -> Option<
    unsafe extern "C" fn(
        ssl: *mut Connection,
        x509: *mut *mut ffi::X509,
        pkey: *mut *mut ffi::EVP_PKEY,
    ) -> c_int,
> {
    pending(c"SSL_CTX_get_client_cert_cb", None)
}

/// PEM password callback.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get_default_passwd_cb(ctx: *mut Context) -> PasswordCallback {
    pending(c"SSL_CTX_get_default_passwd_cb", None)
}

/// Its user pointer.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get_default_passwd_cb_userdata(ctx: *mut Context) -> *mut c_void {
    pending(c"SSL_CTX_get_default_passwd_cb_userdata", ptr::null_mut())
}

/// Client certificate supplier: 1 supplied, 0 none, -1 suspend.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_client_cert_cb(
    ctx: *mut Context,
    client_cert_cb: Option<
        unsafe extern "C" fn(
            ssl: *mut Connection,
            x509: *mut *mut ffi::X509,
            pkey: *mut *mut ffi::EVP_PKEY,
        ) -> c_int,
    >,
) {
    pending(c"SSL_CTX_set_client_cert_cb", ())
}
