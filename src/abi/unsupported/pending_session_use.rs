//! Not implemented yet: sessions of connections, session ids and contexts.

use std::ffi::{c_int, c_long, c_uchar, c_uint};
use std::ptr;

use super::pending;
use crate::abi::types::GenerateSessionIdCallback;
use crate::connection::Connection;
use crate::context::Context;
use crate::session::Session;

/// Up to 32 bytes binding sessions to this use; longer gives 0 + SSL_SESSION_ID_CONTEXT_TOO_LONG;
/// copied to new SSLs.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_session_id_context(
    ctx: *mut Context,
    sid_ctx: *const c_uchar,
    sid_ctx_len: c_uint,
) -> c_int {
    pending(c"SSL_CTX_set_session_id_context", 0)
}

/// Per-connection context, max 32 bytes.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_session_id_context(
    ssl: *mut Connection,
    sid_ctx: *const c_uchar,
    sid_ctx_len: c_uint,
) -> c_int {
    pending(c"SSL_set_session_id_context", 0)
}

/// Callback choosing server session ids (also the TLS 1.3 internal ones); may shorten, never 0;
/// conflict or failure is fatal.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_generate_session_id(
    ctx: *mut Context,
    callback: GenerateSessionIdCallback,
) -> c_int {
    pending(c"SSL_CTX_set_generate_session_id", 0)
}

/// 1 when an id (with this SSL's version) is in the internal cache; 0 for over-long ids.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_has_matching_session_id(
    ssl: *const Connection,
    id: *const c_uchar,
    id_len: c_uint,
) -> c_int {
    pending(c"SSL_has_matching_session_id", 0)
}

/// Per-connection id callback, has precedence over the CTX's.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_generate_session_id(
    ssl: *mut Connection,
    callback: GenerateSessionIdCallback,
) -> c_int {
    pending(c"SSL_set_generate_session_id", 0)
}

/// Shares session (up_ref), method, cert object and sid context from f to t; 1/0.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_copy_session_id(
    to: *mut Connection,
    from: *const Connection,
) -> c_int {
    pending(c"SSL_copy_session_id", 0)
}

/// Current session, not counted, NULL if none. A function here, where `<openssl/ssl.h>` has a macro.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get0_session(ssl: *const Connection) -> *mut Session {
    pending(c"SSL_get0_session", ptr::null_mut())
}

/// Current session plus one reference, NULL if none.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get1_session(ssl: *mut Connection) -> *mut Session {
    pending(c"SSL_get1_session", ptr::null_mut())
}

/// Method default lifetime, 7200.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_default_timeout(ssl: *const Connection) -> c_long {
    pending(c"SSL_get_default_timeout", 0)
}

/// Current session pointer, not counted; may change with each TLS 1.3 ticket.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_session(ssl: *const Connection) -> *mut Session {
    pending(c"SSL_get_session", ptr::null_mut())
}

/// 1 when the last handshake resumed (or used an external PSK in TLS 1.3).
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_session_reused(ssl: *const Connection) -> c_int {
    pending(c"SSL_session_reused", 0)
}

/// Takes a reference to be offered by the next connect (NULL drops); also drops a still-open old
/// one from the cache; copies verify_result; 1/0.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_session(to: *mut Connection, session: *mut Session) -> c_int {
    pending(c"SSL_set_session", 0)
}
