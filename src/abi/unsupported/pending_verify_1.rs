//! Not implemented yet: verification.

use std::ffi::{c_char, c_int, c_long, c_uint, c_void};
use std::ptr;

use openssl_sys as ffi;

use super::pending;
use crate::abi::types::VerifyCallback;
use crate::connection::Connection;
use crate::context::Context;

/// Inner X509_VERIFY_PARAM, not owned.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get0_param(ctx: *mut Context) -> *mut ffi::X509_VERIFY_PARAM {
    pending(c"SSL_CTX_get0_param", ptr::null_mut())
}

/// X509_STORE of the CTX, not owned.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get_cert_store(ctx: *const Context) -> *mut ffi::X509_STORE {
    pending(c"SSL_CTX_get_cert_store", ptr::null_mut())
}

/// SSL_VERIFY_* mask.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get_verify_mode(ctx: *const Context) -> c_int {
    pending(c"SSL_CTX_get_verify_mode", 0)
}

/// Adds hashed CA directory; 1/0.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_load_verify_dir(
    ctx: *mut Context,
    ca_path: *const c_char,
) -> c_int {
    pending(c"SSL_CTX_load_verify_dir", 0)
}

/// Adds CA file; 1/0.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_load_verify_file(
    ctx: *mut Context,
    cafile: *const c_char,
) -> c_int {
    pending(c"SSL_CTX_load_verify_file", 0)
}

/// File and/or dir; both NULL gives 0.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_load_verify_locations(
    ctx: *mut Context,
    cafile: *const c_char,
    ca_path: *const c_char,
) -> c_int {
    pending(c"SSL_CTX_load_verify_locations", 0)
}

/// Copies verify parameters; 1/0.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set1_param(
    ctx: *mut Context,
    vpm: *mut ffi::X509_VERIFY_PARAM,
) -> c_int {
    pending(c"SSL_CTX_set1_param", 0)
}

/// Replaces the store, taking ownership.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_cert_store(ctx: *mut Context, store: *mut ffi::X509_STORE) {
    pending(c"SSL_CTX_set_cert_store", ())
}

/// Default hashed dir.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_default_verify_dir(ctx: *mut Context) -> c_int {
    pending(c"SSL_CTX_set_default_verify_dir", 0)
}

/// Default CA file.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_default_verify_file(ctx: *mut Context) -> c_int {
    pending(c"SSL_CTX_set_default_verify_file", 0)
}

/// Default file, dir and store; missing ones are no error.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_default_verify_paths(ctx: *mut Context) -> c_int {
    pending(c"SSL_CTX_set_default_verify_paths", 0)
}

/// Mode and callback; VERIFY_PEER on a server demands a session id context for resumption.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_verify(
    ctx: *mut Context,
    mode: c_int,
    callback: VerifyCallback,
) {
    pending(c"SSL_CTX_set_verify", ())
}

/// Chain depth limit.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_verify_depth(ctx: *mut Context, depth: c_int) {
    pending(c"SSL_CTX_set_verify_depth", ())
}

/// Adds an acceptable reference name; 1/0.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_add1_host(ssl: *mut Connection, hostname: *const c_char) -> c_int {
    pending(c"SSL_add1_host", 0)
}

/// Inner verify parameters.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get0_param(ssl: *mut Connection) -> *mut ffi::X509_VERIFY_PARAM {
    pending(c"SSL_get0_param", ptr::null_mut())
}

/// Index of the SSL inside X509_STORE_CTX.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_ex_data_X509_STORE_CTX_idx() -> c_int {
    pending(c"SSL_get_ex_data_X509_STORE_CTX_idx", -1)
}

/// Mode mask.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_verify_mode(ssl: *const Connection) -> c_int {
    pending(c"SSL_get_verify_mode", 0)
}

/// X509_V_*; on resumption taken from the session.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_verify_result(ssl: *const Connection) -> c_long {
    pending(c"SSL_get_verify_result", 1)
}

/// Sets the reference name; 1/0.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set1_host(ssl: *mut Connection, hostname: *const c_char) -> c_int {
    pending(c"SSL_set1_host", 0)
}

/// Copies parameters.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set1_param(
    ssl: *mut Connection,
    vpm: *mut ffi::X509_VERIFY_PARAM,
) -> c_int {
    pending(c"SSL_set1_param", 0)
}

/// X509_check_host flags.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_hostflags(ssl: *mut Connection, flags: c_uint) {
    pending(c"SSL_set_hostflags", ())
}

/// Mode and callback.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_verify(
    ssl: *mut Connection,
    mode: c_int,
    callback: VerifyCallback,
) {
    pending(c"SSL_set_verify", ())
}

/// Depth.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_verify_depth(ssl: *mut Connection, depth: c_int) {
    pending(c"SSL_set_verify_depth", ())
}

/// Installed verify callback.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get_verify_callback(ctx: *const Context) -> VerifyCallback {
    pending(c"SSL_CTX_get_verify_callback", None)
}

/// Depth limit, -1 unset.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get_verify_depth(ctx: *const Context) -> c_int {
    pending(c"SSL_CTX_get_verify_depth", -1)
}

/// Adds OSSL_STORE URI; 1/0.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_load_verify_store(
    ctx: *mut Context,
    castore: *const c_char,
) -> c_int {
    pending(c"SSL_CTX_load_verify_store", 0)
}

/// Replaces the store taking a reference.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set1_cert_store(ctx: *mut Context, store: *mut ffi::X509_STORE) {
    pending(c"SSL_CTX_set1_cert_store", ())
}

/// Replaces whole chain verification.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_cert_verify_callback(
    ctx: *mut Context,
    callback: Option<unsafe extern "C" fn(*mut ffi::X509_STORE_CTX, *mut c_void) -> c_int>,
    arg: *mut c_void,
) {
    pending(c"SSL_CTX_set_cert_verify_callback", ())
}

/// Default OSSL_STORE.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_default_verify_store(ctx: *mut Context) -> c_int {
    pending(c"SSL_CTX_set_default_verify_store", 0)
}

/// X509 purpose; 1/0.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_purpose(ctx: *mut Context, purpose: c_int) -> c_int {
    pending(c"SSL_CTX_set_purpose", 0)
}

/// X509 trust id; 1/0.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_trust(ctx: *mut Context, trust: c_int) -> c_int {
    pending(c"SSL_CTX_set_trust", 0)
}

/// Name that matched.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get0_peername(ssl: *mut Connection) -> *const c_char {
    pending(c"SSL_get0_peername", ptr::null())
}

/// Installed callback.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_verify_callback(ssl: *const Connection) -> VerifyCallback {
    pending(c"SSL_get_verify_callback", None)
}

/// Depth or -1.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_verify_depth(ssl: *const Connection) -> c_int {
    pending(c"SSL_get_verify_depth", -1)
}

/// Purpose.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_purpose(ssl: *mut Connection, purpose: c_int) -> c_int {
    pending(c"SSL_set_purpose", 0)
}

/// Trust id.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_trust(ssl: *mut Connection, trust: c_int) -> c_int {
    pending(c"SSL_set_trust", 0)
}
