//! Not implemented yet: security levels.

use std::ffi::{c_int, c_void};
use std::ptr;

use super::pending;
use crate::connection::Connection;
use crate::context::Context;

/// Level 0..5 (Debian build default 2).
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get_security_level(ctx: *const Context) -> c_int {
    pending(c"SSL_CTX_get_security_level", -1)
}

/// Sets 0..5.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_security_level(ctx: *mut Context, level: c_int) {
    pending(c"SSL_CTX_set_security_level", ())
}

/// Level.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_security_level(ssl: *const Connection) -> c_int {
    pending(c"SSL_get_security_level", -1)
}

/// Level.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_security_level(ssl: *mut Connection, level: c_int) {
    pending(c"SSL_set_security_level", ())
}

/// Opaque pointer of the security callback.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get0_security_ex_data(ctx: *const Context) -> *mut c_void {
    pending(c"SSL_CTX_get0_security_ex_data", ptr::null_mut())
}

/// Installed security callback.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get_security_callback(
    ctx: *const Context,
) -> Option<
    unsafe extern "C" fn(
        ssl: *const Connection,
        ctx: *const Context,
        op: c_int,
        bits: c_int,
        nid: c_int,
        other: *mut c_void,
        ex: *mut c_void,
    ) -> c_int,
> {
    pending(c"SSL_CTX_get_security_callback", None)
}

/// Sets opaque pointer for security callback.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set0_security_ex_data(ctx: *mut Context, ex: *mut c_void) {
    pending(c"SSL_CTX_set0_security_ex_data", ())
}

/// Replaces the security decision callback.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_security_callback(
    ctx: *mut Context,
    callback: Option<
        unsafe extern "C" fn(
            ssl: *const Connection,
            ctx: *const Context,
            op: c_int,
            bits: c_int,
            nid: c_int,
            other: *mut c_void,
            ex: *mut c_void,
        ) -> c_int,
    >,
) {
    pending(c"SSL_CTX_set_security_callback", ())
}

/// Security callback pointer.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get0_security_ex_data(ssl: *const Connection) -> *mut c_void {
    pending(c"SSL_get0_security_ex_data", ptr::null_mut())
}

/// Installed callback.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_security_callback(
    ssl: *const Connection,
) -> Option<
    unsafe extern "C" fn(
        ssl: *const Connection,
        ctx: *const Context,
        op: c_int,
        bits: c_int,
        nid: c_int,
        other: *mut c_void,
        ex: *mut c_void,
    ) -> c_int,
> {
    pending(c"SSL_get_security_callback", None)
}

/// Sets pointer.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set0_security_ex_data(ssl: *mut Connection, ex: *mut c_void) {
    pending(c"SSL_set0_security_ex_data", ())
}

/// Security callback.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_security_callback(
    ssl: *mut Connection,
    callback: Option<
        unsafe extern "C" fn(
            ssl: *const Connection,
            ctx: *const Context,
            op: c_int,
            bits: c_int,
            nid: c_int,
            other: *mut c_void,
            ex: *mut c_void,
        ) -> c_int,
    >,
) {
    pending(c"SSL_set_security_callback", ())
}
