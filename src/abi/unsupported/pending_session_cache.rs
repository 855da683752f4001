//! Not implemented yet: the session cache.

use std::ffi::{c_int, c_long};
use std::ptr;

use super::pending;
use crate::abi::types::SessionHash;
use crate::context::Context;
use crate::session::Session;

/// Takes a reference and inserts into the internal cache; 1 when new (or replaced a different
/// object with same id), 0 when that very object was there; evicts from the tail when full.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_add_session(ctx: *mut Context, session: *mut Session) -> c_int {
    pending(c"SSL_CTX_add_session", 0)
}

/// Removes sessions expired at time t (0 = all), from the earliest expiry on; marks them not
/// resumable and calls remove_cb under the lock.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_flush_sessions(ctx: *mut Context, tm: c_long) {
    pending(c"SSL_CTX_flush_sessions", ())
}

/// Lifetime in seconds for new sessions (7200 from TLS methods).
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get_timeout(ctx: *const Context) -> c_long {
    pending(c"SSL_CTX_get_timeout", 0)
}

/// Removes by id+version; marks the given object not resumable and calls remove_cb even when it
/// was not cached; 1 only when it was; nothing for NULL or empty id.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_remove_session(ctx: *mut Context, session: *mut Session) -> c_int {
    pending(c"SSL_CTX_remove_session", 0)
}

/// LHASH of the internal cache, read only for callers.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_sessions(ctx: *mut Context) -> *mut SessionHash {
    pending(c"SSL_CTX_sessions", ptr::null_mut())
}

/// Sets lifetime of sessions created later, returns the old; 0 makes the method default apply.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_timeout(ctx: *mut Context, t: c_long) -> c_long {
    pending(c"SSL_CTX_set_timeout", 0)
}
