//! Not implemented yet: early data.

use std::ffi::{c_int, c_void};

use super::pending;
use crate::abi::types::AllowEarlyDataCallback;
use crate::connection::Connection;
use crate::context::Context;

/// Advertised limit that new tickets carry (default 0).
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get_max_early_data(ctx: *const Context) -> u32 {
    pending(c"SSL_CTX_get_max_early_data", 0)
}

/// Limit accepted and skipped by a server (default 16384).
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get_recv_max_early_data(ctx: *const Context) -> u32 {
    pending(c"SSL_CTX_get_recv_max_early_data", 0)
}

/// Server veto for early data; 0 return rejects it but the handshake goes on.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_allow_early_data_cb(
    ctx: *mut Context,
    callback: AllowEarlyDataCallback,
    arg: *mut c_void,
) {
    pending(c"SSL_CTX_set_allow_early_data_cb", ())
}

/// Server: value put into TLS 1.3 tickets; >0 also turns on anti-replay (stateful tickets).
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_max_early_data(
    ctx: *mut Context,
    max_early_data: u32,
) -> c_int {
    pending(c"SSL_CTX_set_max_early_data", 0)
}

/// Hard limit on early data bytes read or skipped.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_recv_max_early_data(
    ctx: *mut Context,
    recv_max_early_data: u32,
) -> c_int {
    pending(c"SSL_CTX_set_recv_max_early_data", 0)
}

/// NOT_SENT 0, REJECTED 1, ACCEPTED 2.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_early_data_status(ssl: *const Connection) -> c_int {
    pending(c"SSL_get_early_data_status", 0)
}

/// Limit for this connection; on a client the one of the offered session.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_max_early_data(ssl: *const Connection) -> u32 {
    pending(c"SSL_get_max_early_data", 0)
}

/// Receive limit.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_recv_max_early_data(ssl: *const Connection) -> u32 {
    pending(c"SSL_get_recv_max_early_data", 0)
}

/// Server: ERROR 0, SUCCESS 1, FINISH 2; drives the handshake.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_read_early_data(
    ssl: *mut Connection,
    buf: *mut c_void,
    num: usize,
    readbytes: *mut usize,
) -> c_int {
    pending(c"SSL_read_early_data", 0)
}

/// Per-connection veto.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_allow_early_data_cb(
    ssl: *mut Connection,
    callback: AllowEarlyDataCallback,
    arg: *mut c_void,
) {
    pending(c"SSL_set_allow_early_data_cb", ())
}

/// Per-connection value; always 1.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_max_early_data(
    ssl: *mut Connection,
    max_early_data: u32,
) -> c_int {
    pending(c"SSL_set_max_early_data", 0)
}

/// Receive limit; always 1.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_recv_max_early_data(
    ssl: *mut Connection,
    recv_max_early_data: u32,
) -> c_int {
    pending(c"SSL_set_recv_max_early_data", 0)
}

/// Client: before handshake with a session that allows it (or a PSK callback); server may also
/// write to unauthenticated client; 1/0.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_write_early_data(
    ssl: *mut Connection,
    buf: *const c_void,
    num: usize,
    written: *mut usize,
) -> c_int {
    pending(c"SSL_write_early_data", 0)
}
