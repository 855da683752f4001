//! Closing connections (SSL_shutdown(3), SSL_set_shutdown(3), SSL_set_quiet_shutdown(3)).

use std::ffi::c_int;

use super::call::call;
use super::drive::drive;
use super::pointer::borrow_quietly;
use crate::connection::Connection;
use crate::flags::ShutdownFlags;

/// Sends close_notify. A second call waits for the peer's.
///
/// Returns 1 when both directions are closed, 0 when only our close_notify has been sent, or a
/// negative number, and `SSL_get_error` says what happened.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_shutdown(ssl: *mut Connection) -> c_int {
    let work = |connection: &Connection| connection.shut_down().map(c_int::from);
    // SAFETY: as the caller promises.
    let done = unsafe { drive(c"SSL_shutdown", ssl, work) };
    // SAFETY: as the caller promises.
    match (done, unsafe { flags(ssl) }) {
        (1, _) => 1,
        (0, ShutdownFlags::SENT) => 0,
        // The peer has ended the connection during the call.
        (0, ShutdownFlags::BOTH) => 1,
        _ => -1,
    }
}

/// Returns the shutdown flags: `SSL_SENT_SHUTDOWN` (1), `SSL_RECEIVED_SHUTDOWN` (2).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_shutdown(ssl: *const Connection) -> c_int {
    call(c"SSL_get_shutdown", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ssl) }?.shutdown.flags().0)
    })
}

/// Sets the shutdown flags without sending anything. `SSL_SENT_SHUTDOWN` makes the session survive
/// `SSL_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_shutdown(ssl: *mut Connection, mode: c_int) {
    call(c"SSL_set_shutdown", (), || {
        // SAFETY: NULL or live, as the caller promises.
        unsafe { borrow_quietly(ssl) }?
            .shutdown
            .set_flags(ShutdownFlags(mode));
        Ok(())
    })
}

/// Makes `SSL_shutdown` send nothing and succeed (`mode` not 0), or work as usual (0).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_quiet_shutdown(ssl: *mut Connection, mode: c_int) {
    call(c"SSL_set_quiet_shutdown", (), || {
        // SAFETY: NULL or live, as the caller promises.
        let connection = unsafe { borrow_quietly(ssl) }?;
        connection.change_settings(|settings| settings.quiet_shutdown = mode != 0);
        Ok(())
    })
}

/// Returns 1 when quiet shutdown is on, else 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_quiet_shutdown(ssl: *const Connection) -> c_int {
    call(c"SSL_get_quiet_shutdown", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let connection = unsafe { borrow_quietly(ssl) }?;
        Ok(connection.settings().quiet_shutdown.into())
    })
}

/// # Safety
/// `ssl` is NULL or a live connection.
unsafe fn flags(ssl: *const Connection) -> ShutdownFlags {
    // SAFETY: as the caller promises.
    unsafe { borrow_quietly(ssl) }.map_or(ShutdownFlags::EMPTY, |connection| {
        connection.shutdown.flags()
    })
}
