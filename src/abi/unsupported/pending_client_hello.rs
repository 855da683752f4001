//! Not implemented yet: the ClientHello, server names, ALPN.

use std::ffi::{c_char, c_int, c_uchar, c_uint, c_void};
use std::ptr;

use openssl_sys as ffi;

use super::pending;
use crate::abi::types::{AlpnSelectCallback, ClientHelloCallback};
use crate::connection::Connection;
use crate::context::Context;

/// Copies client protocol list; 0 means success, non-zero failure (inverted).
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_alpn_protos(
    ctx: *mut Context,
    protos: *const c_uchar,
    protos_len: c_uint,
) -> c_int {
    pending(c"SSL_CTX_set_alpn_protos", 1)
}

/// Server choice callback; runs on resumption too and gates early data.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_alpn_select_cb(
    ctx: *mut Context,
    callback: AlpnSelectCallback,
    arg: *mut c_void,
) {
    pending(c"SSL_CTX_set_alpn_select_cb", ())
}

/// Negotiated protocol, not owned; len 0 if none.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get0_alpn_selected(
    ssl: *const Connection,
    data: *mut *const c_uchar,
    len: *mut c_uint,
) {
    pending(c"SSL_get0_alpn_selected", ())
}

/// Overlap helper: 1 negotiated, 2 no overlap (points to first client entry), handles empty input.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_select_next_proto(
    out: *mut *mut c_uchar,
    outlen: *mut c_uchar,
    input: *const c_uchar,
    inlen: c_uint,
    client: *const c_uchar,
    client_len: c_uint,
) -> c_int {
    pending(c"SSL_select_next_proto", 0)
}

/// Copies list; 0 success (inverted).
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_alpn_protos(
    ssl: *mut Connection,
    protos: *const c_uchar,
    protos_len: c_uint,
) -> c_int {
    pending(c"SSL_set_alpn_protos", 1)
}

/// Early server callback before versions and session lookup; may suspend or abort.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_client_hello_cb(
    ctx: *mut Context,
    callback: ClientHelloCallback,
    arg: *mut c_void,
) {
    pending(c"SSL_CTX_set_client_hello_cb", ())
}

/// Body of one extension; 1 if present.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_client_hello_get0_ext(
    ssl: *mut Connection,
    kind: c_uint,
    out: *mut *const c_uchar,
    outlen: *mut usize,
) -> c_int {
    pending(c"SSL_client_hello_get0_ext", 0)
}

/// Parses raw suite bytes into two stacks; 1/0.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_bytes_to_cipher_list(
    ssl: *mut Connection,
    bytes: *const c_uchar,
    len: usize,
    isv2format: c_int,
    sk: *mut *mut ffi::stack_st_SSL_CIPHER,
    scsvs: *mut *mut ffi::stack_st_SSL_CIPHER,
) -> c_int {
    pending(c"SSL_bytes_to_cipher_list", 0)
}

/// Raw suite bytes; 0 outside the callback.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_client_hello_get0_ciphers(
    ssl: *mut Connection,
    out: *mut *const c_uchar,
) -> usize {
    pending(c"SSL_client_hello_get0_ciphers", 0)
}

/// Raw compression bytes.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_client_hello_get0_compression_methods(
    ssl: *mut Connection,
    out: *mut *const c_uchar,
) -> usize {
    pending(c"SSL_client_hello_get0_compression_methods", 0)
}

/// legacy_version field.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_client_hello_get0_legacy_version(ssl: *mut Connection) -> c_uint {
    pending(c"SSL_client_hello_get0_legacy_version", 0)
}

/// Client random bytes.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_client_hello_get0_random(
    ssl: *mut Connection,
    out: *mut *const c_uchar,
) -> usize {
    pending(c"SSL_client_hello_get0_random", 0)
}

/// Session id bytes the client sent.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_client_hello_get0_session_id(
    ssl: *mut Connection,
    out: *mut *const c_uchar,
) -> usize {
    pending(c"SSL_client_hello_get0_session_id", 0)
}

/// Allocated list of extension types; 1/0.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_client_hello_get1_extensions_present(
    ssl: *mut Connection,
    out: *mut *mut c_int,
    outlen: *mut usize,
) -> c_int {
    pending(c"SSL_client_hello_get1_extensions_present", 0)
}

/// 1 for SSLv2-format hello.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_client_hello_isv2(ssl: *mut Connection) -> c_int {
    pending(c"SSL_client_hello_isv2", 0)
}

/// SNI by role, state and session: see man page; on resumed TLS<=1.2 comes from the session.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_servername(ssl: *const Connection, kind: c_int) -> *const c_char {
    pending(c"SSL_get_servername", ptr::null())
}

/// 0 when SSL_get_servername has a value, else -1.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_servername_type(ssl: *const Connection) -> c_int {
    pending(c"SSL_get_servername_type", -1)
}

/// Switches certs, sid context (only if it equalled the old CTX's) and ctx pointer; the session
/// cache stays that of the original CTX.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_SSL_CTX(ssl: *mut Connection, ctx: *mut Context) -> *mut Context {
    pending(c"SSL_set_SSL_CTX", ptr::null_mut())
}
