//! Not implemented yet: information, message and key log callbacks.

use std::ffi::{c_int, c_void};

use super::pending;
use crate::abi::types::KeylogCallback;
use crate::connection::Connection;
use crate::context::Context;

/// State, alert, handshake start/done notifications.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_info_callback(
    ctx: *mut Context,
    callback: Option<unsafe extern "C" fn(ssl: *const Connection, kind: c_int, val: c_int)>,
) {
    pending(c"SSL_CTX_set_info_callback", ())
}

/// Receives NSS key log lines, no newline.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_keylog_callback(ctx: *mut Context, callback: KeylogCallback) {
    pending(c"SSL_CTX_set_keylog_callback", ())
}

/// Raw protocol message tracing.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_msg_callback(
    ctx: *mut Context,
    callback: Option<
        unsafe extern "C" fn(
            write_p: c_int,
            version: c_int,
            content_type: c_int,
            buf: *const c_void,
            len: usize,
            ssl: *mut Connection,
            arg: *mut c_void,
        ),
    >,
) {
    pending(c"SSL_CTX_set_msg_callback", ())
}

/// Per-connection info callback.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_info_callback(
    ssl: *mut Connection,
    callback: Option<unsafe extern "C" fn(ssl: *const Connection, kind: c_int, val: c_int)>,
) {
    pending(c"SSL_set_info_callback", ())
}

/// Per-connection message callback.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_msg_callback(
    ssl: *mut Connection,
    callback: Option<
        unsafe extern "C" fn(
            write_p: c_int,
            version: c_int,
            content_type: c_int,
            buf: *const c_void,
            len: usize,
            ssl: *mut Connection,
            arg: *mut c_void,
        ),
    >,
) {
    pending(c"SSL_set_msg_callback", ())
}

/// Installed info callback.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get_info_callback(
    ctx: *mut Context,
) -> Option<unsafe extern "C" fn(ssl: *const Connection, kind: c_int, val: c_int)> {
    pending(c"SSL_CTX_get_info_callback", None)
}

/// Installed keylog callback.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get_keylog_callback(ctx: *const Context) -> KeylogCallback {
    pending(c"SSL_CTX_get_keylog_callback", None)
}

/// Installed callback.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_info_callback(
    ssl: *const Connection,
) -> Option<unsafe extern "C" fn(ssl: *const Connection, kind: c_int, val: c_int)> {
    pending(c"SSL_get_info_callback", None)
}

/// Message callback that prints decoded handshake messages to the BIO given as its argument.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_trace(
    write_p: c_int,
    version: c_int,
    content_type: c_int,
    buf: *const c_void,
    len: usize,
    ssl: *mut Connection,
    arg: *mut c_void,
) {
    pending(c"SSL_trace", ())
}
