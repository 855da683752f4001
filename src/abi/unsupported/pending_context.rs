//! Not implemented yet: contexts, controls, options, application data.

use std::ffi::{c_char, c_int, c_long, c_void};
use std::ptr;

use openssl_sys as ffi;

use super::pending;
use crate::abi::method::Method;
use crate::connection::Connection;
use crate::context::Context;

/// Function-pointer ctrl gateway: msg cb, tmp DH cb, servername cb, OCSP status cb, ticket key cb,
/// SRP cbs, not-resumable cb.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_callback_ctrl(
    ctx: *mut Context,
    arg1: c_int,
    arg2: Option<unsafe extern "C" fn()>,
) -> c_long {
    pending(c"SSL_CTX_callback_ctrl", 0)
}

/// Gateway for macros; session ones: cache mode/size, counters (SESS_NUMBER .. CACHE_FULL), ticket
/// keys. Unknown cmd 0. See ctrl-commands.tsv.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_ctrl(
    ctx: *mut Context,
    cmd: c_int,
    larg: c_long,
    parg: *mut c_void,
) -> c_long {
    pending(c"SSL_CTX_ctrl", 0)
}

/// Gateway for SSL macros; session-relevant: GET_EXTMS_SUPPORT, GET_NEGOTIATED/PEER groups,
/// SET_TLSEXT_HOSTNAME. See ctrl-commands.tsv.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_ctrl(
    ssl: *mut Connection,
    cmd: c_int,
    larg: c_long,
    parg: *mut c_void,
) -> c_long {
    pending(c"SSL_ctrl", 0)
}

/// Function-pointer ctrl on an SSL (debug cb, tmp DH, not-resumable).
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_callback_ctrl(
    ssl: *mut Connection,
    arg1: c_int,
    arg2: Option<unsafe extern "C" fn()>,
) -> c_long {
    pending(c"SSL_callback_ctrl", 0)
}

/// Drops a reference; at zero flushes every cached session (remove_cb sees them) before ex_data is
/// freed; NULL allowed.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_free(ctx: *mut Context) {
    pending(c"SSL_CTX_free", ())
}

/// New CTX, refcount 1, cache mode SERVER, cache size 20480, random ticket keys, 2 tickets; NULL
/// method raises an error.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_new(meth: *const Method) -> *mut Context {
    pending(c"SSL_CTX_new", ptr::null_mut())
}

/// Same with library context and property query.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_new_ex(
    libctx: *mut ffi::OSSL_LIB_CTX,
    propq: *const c_char,
    meth: *const Method,
) -> *mut Context {
    pending(c"SSL_CTX_new_ex", ptr::null_mut())
}

/// Adds a reference; 1/0.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_up_ref(ctx: *mut Context) -> c_int {
    pending(c"SSL_CTX_up_ref", 0)
}

/// Method given at creation.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get_ssl_method(ctx: *const Context) -> *const Method {
    pending(c"SSL_CTX_get_ssl_method", ptr::null())
}

/// Changes the method (deprecated); resets cipher lists; 1/0.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_ssl_version(ctx: *mut Context, meth: *const Method) -> c_int {
    pending(c"SSL_CTX_set_ssl_version", 0)
}

/// Value at index or NULL.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get_ex_data(ctx: *const Context, idx: c_int) -> *mut c_void {
    pending(c"SSL_CTX_get_ex_data", ptr::null_mut())
}

/// Stores pointer at index; 1/0.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_ex_data(
    ctx: *mut Context,
    idx: c_int,
    data: *mut c_void,
) -> c_int {
    pending(c"SSL_CTX_set_ex_data", 0)
}

/// Value at index.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_ex_data(ssl: *const Connection, idx: c_int) -> *mut c_void {
    pending(c"SSL_get_ex_data", ptr::null_mut())
}

/// Stores pointer; 1/0.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_ex_data(
    ssl: *mut Connection,
    idx: c_int,
    data: *mut c_void,
) -> c_int {
    pending(c"SSL_set_ex_data", 0)
}

/// Idempotent initialisation (strings, config, atexit); 1 ok, 0 error or after cleanup.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn OPENSSL_init_ssl(
    opts: u64,
    settings: *const ffi::OPENSSL_INIT_SETTINGS,
) -> c_int {
    pending(c"OPENSSL_init_ssl", 0)
}

/// Clears bits, returns the new mask.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_clear_options(ctx: *mut Context, op: u64) -> u64 {
    pending(c"SSL_CTX_clear_options", 0)
}

/// 64-bit option mask.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get_options(ctx: *const Context) -> u64 {
    pending(c"SSL_CTX_get_options", 0)
}

/// Adds bits, returns the new mask; session bits are NO_TICKET, NO_ANTI_REPLAY,
/// NO_SESSION_RESUMPTION_ON_RENEGOTIATION.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_options(ctx: *mut Context, op: u64) -> u64 {
    pending(c"SSL_CTX_set_options", 0)
}

/// Clears bits, returns new mask.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_clear_options(ssl: *mut Connection, op: u64) -> u64 {
    pending(c"SSL_clear_options", 0)
}

/// Option mask.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_options(ssl: *const Connection) -> u64 {
    pending(c"SSL_get_options", 0)
}

/// Adds bits, returns mask.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_options(ssl: *mut Connection, op: u64) -> u64 {
    pending(c"SSL_set_options", 0)
}
