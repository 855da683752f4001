//! Not implemented yet: cipher suites, methods, groups, and names of states and alerts.

use std::ffi::c_char;

use super::pending;
use crate::connection::Connection;

/// RH, RB, RD or unknown.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_rstate_string(ssl: *const Connection) -> *const c_char {
    pending(c"SSL_rstate_string", c"unknown".as_ptr())
}

/// Long form.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_rstate_string_long(ssl: *const Connection) -> *const c_char {
    pending(c"SSL_rstate_string_long", c"unknown".as_ptr())
}
