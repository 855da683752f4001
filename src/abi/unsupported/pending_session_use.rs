//! Not implemented yet: sessions of connections, session ids and contexts.

use std::ffi::{c_int, c_long, c_uchar, c_uint};
use std::ptr;

use super::pending;
use crate::abi::types::GenerateSessionIdCallback;
use crate::connection::Connection;
use crate::context::Context;
use crate::session::Session;

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
