//! Not implemented yet: a message callback of libssl's own.

use std::ffi::{c_int, c_void};

use super::pending;
use crate::connection::Connection;

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
