//! Not implemented yet: connections.

use std::ffi::{c_char, c_int};
use std::ptr;

use super::pending;
use crate::abi::method::Method;
use crate::connection::Connection;
use crate::context::Context;

/// Resets for a new connection; drops and marks the session bad if the connection was up and not
/// shut down, otherwise keeps it to be offered again.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_clear(ssl: *mut Connection) -> c_int {
    pending(c"SSL_clear", 0)
}

/// Drops a reference; at zero removes the session from the cache when the connection was up and no
/// close_notify was sent; NULL allowed.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_free(ssl: *mut Connection) {
    pending(c"SSL_free", ())
}

/// Current CTX (changes with SSL_set_SSL_CTX), not owned.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_SSL_CTX(ssl: *const Connection) -> *mut Context {
    pending(c"SSL_get_SSL_CTX", ptr::null_mut())
}

/// Text such as TLSv1.3.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_version(ssl: *const Connection) -> *const c_char {
    pending(c"SSL_get_version", c"unknown".as_ptr())
}

/// New SSL inheriting CTX settings incl. sid context, num_tickets, early data limits,
/// generate_session_id; no session.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_new(ctx: *mut Context) -> *mut Connection {
    pending(c"SSL_new", ptr::null_mut())
}

/// Adds a reference; 1/0.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_up_ref(ssl: *mut Connection) -> c_int {
    pending(c"SSL_up_ref", 0)
}

/// Numeric protocol version.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_version(ssl: *const Connection) -> c_int {
    pending(c"SSL_version", 0)
}

/// Version from the ClientHello.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_client_version(ssl: *const Connection) -> c_int {
    pending(c"SSL_client_version", 0)
}

/// Before handshake: new SSL with same settings sharing session; once started just a reference.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_dup(ssl: *mut Connection) -> *mut Connection {
    pending(c"SSL_dup", ptr::null_mut())
}

/// Current method.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_ssl_method(ssl: *const Connection) -> *const Method {
    pending(c"SSL_get_ssl_method", ptr::null())
}

/// Deprecated debug flag setter without effect on the protocol.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_debug(ssl: *mut Connection, debug: c_int) {
    pending(c"SSL_set_debug", ())
}

/// Changes method; 1/0.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_ssl_method(ssl: *mut Connection, method: *const Method) -> c_int {
    pending(c"SSL_set_ssl_method", 0)
}
