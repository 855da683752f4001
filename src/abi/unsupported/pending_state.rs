//! Not implemented yet: handshake, state, shutdown.

use std::ffi::c_int;

use super::pending;
use crate::abi::types::HandshakeState;
use crate::connection::Connection;
use crate::context::Context;

/// Current quiet flag.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get_quiet_shutdown(ctx: *const Context) -> c_int {
    pending(c"SSL_CTX_get_quiet_shutdown", 0)
}

/// 1: SSL_shutdown sends nothing and sets both flags, so the session stays cached.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_quiet_shutdown(ctx: *mut Context, mode: c_int) {
    pending(c"SSL_CTX_set_quiet_shutdown", ())
}

/// Client offers post-handshake auth.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_post_handshake_auth(ctx: *mut Context, val: c_int) {
    pending(c"SSL_CTX_set_post_handshake_auth", ())
}

/// Client offers PHA.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_post_handshake_auth(ssl: *mut Connection, val: c_int) {
    pending(c"SSL_set_post_handshake_auth", ())
}
