//! Not implemented yet: the callbacks of the session cache.

use std::ffi::{c_int, c_uchar};

use super::pending;
use crate::connection::Connection;
use crate::context::Context;
use crate::session::Session;

/// Installed external lookup callback or NULL.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_sess_get_get_cb(
    ctx: *mut Context,
) -> Option<
    unsafe extern "C" fn(
        ssl: *mut Connection,
        data: *const c_uchar,
        len: c_int,
        copy: *mut c_int,
    ) -> *mut Session,
> {
    pending(c"SSL_CTX_sess_get_get_cb", None)
}

/// Installed new-session callback or NULL.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_sess_get_new_cb(
    ctx: *mut Context,
) -> Option<unsafe extern "C" fn(ssl: *mut Connection, session: *mut Session) -> c_int> {
    pending(c"SSL_CTX_sess_get_new_cb", None)
}

/// Installed remove callback or NULL.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_sess_get_remove_cb(
    ctx: *mut Context,
) -> Option<unsafe extern "C" fn(ctx: *mut Context, session: *mut Session)> {
    pending(c"SSL_CTX_sess_get_remove_cb", None)
}

/// External lookup on internal miss (server); copy flag defaults to 1: library takes its own
/// reference; 0: callee hands one over.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_sess_set_get_cb(
    ctx: *mut Context,
    get_session_cb: Option<
        unsafe extern "C" fn(
            ssl: *mut Connection,
            data: *const c_uchar,
            len: c_int,
            copy: *mut c_int,
        ) -> *mut Session,
    >,
) {
    pending(c"SSL_CTX_sess_set_get_cb", ())
}

/// Called per resumable session (per ticket in TLS 1.3) with one extra reference; non-zero return
/// keeps it, 0 gives it back.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_sess_set_new_cb(
    ctx: *mut Context,
    new_session_cb: Option<
        unsafe extern "C" fn(ssl: *mut Connection, session: *mut Session) -> c_int,
    >,
) {
    pending(c"SSL_CTX_sess_set_new_cb", ())
}

/// Told of every removal (explicit, expiry, eviction, bad close, fatal alert, CTX free); must not
/// free the session.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_sess_set_remove_cb(
    ctx: *mut Context,
    remove_session_cb: Option<unsafe extern "C" fn(ctx: *mut Context, session: *mut Session)>,
) {
    pending(c"SSL_CTX_sess_set_remove_cb", ())
}

/// Server full handshake: non-zero return marks the session not resumable and sends no ticket;
/// argument tells forward secrecy.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_not_resumable_session_callback(
    ctx: *mut Context,
    callback: Option<unsafe extern "C" fn(ssl: *mut Connection, is_forward_secure: c_int) -> c_int>,
) {
    pending(c"SSL_CTX_set_not_resumable_session_callback", ())
}

/// Per-connection form of the CTX call.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_not_resumable_session_callback(
    ssl: *mut Connection,
    callback: Option<unsafe extern "C" fn(ssl: *mut Connection, is_forward_secure: c_int) -> c_int>,
) {
    pending(c"SSL_set_not_resumable_session_callback", ())
}
