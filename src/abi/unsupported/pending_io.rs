//! Not implemented yet: reading, writing, BIOs.

use std::ffi::c_int;

use libc::off_t;

use super::pending;
use crate::connection::Connection;

/// kTLS sendfile; -1 with error otherwise.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_sendfile(
    ssl: *mut Connection,
    fd: c_int,
    offset: off_t,
    size: usize,
    flags: c_int,
) -> isize {
    pending(c"SSL_sendfile", -1)
}
