//! Not implemented yet: early data.

use std::ffi::{c_int, c_void};

use super::pending;
use crate::connection::Connection;

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
