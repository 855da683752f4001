//! Not implemented yet: verification.

use std::ffi::c_long;

use super::pending;
use crate::connection::Connection;

/// Overrides result.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_verify_result(ssl: *mut Connection, v: c_long) {
    pending(c"SSL_set_verify_result", ())
}
