//! Application data of sessions (`SSL_SESSION_get_ex_data(3)`).

use std::ffi::{c_int, c_void};

use crate::abi::call::call;
use crate::abi::pointer::borrow;
use crate::session::Session;

/// Attaches `data` to a session at index `idx`, which comes from `SSL_SESSION_get_ex_new_index()`.
/// The former value is not freed. The session does not own `data`: the callbacks of the index are
/// called when the session is made, copied by `SSL_SESSION_dup()`, and freed, also for sessions
/// that the library makes.
///
/// Returns 1, or 0 with an error on the queue for a negative index and when memory is short.
/// Threads may set and get on a shared session.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_set_ex_data(
    session: *mut Session,
    idx: c_int,
    data: *mut c_void,
) -> c_int {
    call(c"SSL_SESSION_set_ex_data", 0, || {
        // SAFETY: NULL or a live session, as the caller promises.
        unsafe { borrow(session) }?.ex_data.set(idx, data)?;
        Ok(1)
    })
}

/// Returns the data attached to a session at index `idx`, or NULL for none. It is lent: the program
/// and its callbacks decide how long it lives. No errors. Any thread; takes no lock.
///
/// Lifetime: the program's own pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_get_ex_data(
    session: *const Session,
    idx: c_int,
) -> *mut c_void {
    call(c"SSL_SESSION_get_ex_data", std::ptr::null_mut(), || {
        // SAFETY: NULL or a live session, as the caller promises.
        Ok(unsafe { borrow(session) }?.ex_data.get(idx))
    })
}
