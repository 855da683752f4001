//! Callbacks for new and removed sessions, for sessions that the cache does not have, and for
//! session ids (SSL_CTX_sess_set_get_cb(3)).
//!
//! The three callbacks of the cache are those of the context that a connection was made from,
//! whatever `SSL_set_SSL_CTX` does later. They are read when they are needed, so a change reaches
//! existing connections. A callback runs on the thread that made the call, with nothing locked, and
//! may call any function on the same objects.

use std::ffi::c_int;

use super::call::call;
use super::pointer::{borrow, borrow_quietly};
use crate::callback::{
    GenerateSessionIdCallback, GenerateSessionIdFunction, GetSessionCallback, GetSessionFunction,
    NewSessionCallback, NewSessionFunction, NotResumableCallback, NotResumableFunction,
    RemoveSessionCallback, RemoveSessionFunction,
};
use crate::connection::Connection;
use crate::context::Context;

/// Sets the function that is called for every new session that can be resumed: in TLS 1.2 once at
/// the end of a full handshake, in TLS 1.3 once per ticket, on servers within the handshake, on
/// clients within the call that reads. It is called only when the cache mode has the bit of the
/// connection's role, so not for clients by default. The session is in the cache already.
///
/// It gets one reference. If it returns 1 it keeps the reference, and drops it later with
/// `SSL_SESSION_free`; if it returns 0 the library drops it, and nothing else changes. NULL unsets
/// the function.
///
/// Lifetime: the function's arguments, until it returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_sess_set_new_cb(
    ctx: *mut Context,
    new_session_cb: NewSessionFunction,
) {
    call(c"SSL_CTX_sess_set_new_cb", (), || {
        // SAFETY: NULL or live, and may be called as its manual page says, as the caller promises.
        let (context, callback) = unsafe {
            (
                borrow_quietly(ctx)?,
                NewSessionCallback::new(new_session_cb),
            )
        };
        context.callbacks.new_session.set(callback);
        Ok(())
    })
}

/// Returns the function that is called for new sessions; NULL when none was set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_sess_get_new_cb(ctx: *mut Context) -> NewSessionFunction {
    call(c"SSL_CTX_sess_get_new_cb", None, || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ctx) }?
            .callbacks
            .new_session
            .get()
            .function())
    })
}

/// Sets the function that a server calls to find a session that its cache does not have, by the id
/// at `data`. It returns a session or NULL. `*copy` is initially 1: the library then takes another
/// reference. A function that sets it to 0 transfers its own reference. The session is put into the
/// cache unless `SSL_SESS_CACHE_NO_INTERNAL_STORE` is set. The function is not called for tickets.
/// NULL unsets it.
///
/// Lifetime: the function's arguments, until it returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_sess_set_get_cb(
    ctx: *mut Context,
    get_session_cb: GetSessionFunction,
) {
    call(c"SSL_CTX_sess_set_get_cb", (), || {
        // SAFETY: NULL or live, and may be called as its manual page says, as the caller promises.
        let (context, callback) = unsafe {
            (
                borrow_quietly(ctx)?,
                GetSessionCallback::new(get_session_cb),
            )
        };
        context.callbacks.get_session.set(callback);
        Ok(())
    })
}

/// Returns the function that finds sessions; NULL when none was set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_sess_get_get_cb(ctx: *mut Context) -> GetSessionFunction {
    call(c"SSL_CTX_sess_get_get_cb", None, || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ctx) }?
            .callbacks
            .get_session
            .get()
            .function())
    })
}

/// Sets the function that is called for every session that leaves the cache: removed, expired,
/// evicted, used for a connection that failed, used up, or still cached when the context ends. It
/// is also called when `SSL_CTX_remove_session` did not find the session. The session is lent and
/// already not resumable. NULL unsets it.
///
/// Lifetime: the function's arguments, until it returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_sess_set_remove_cb(
    ctx: *mut Context,
    remove_session_cb: RemoveSessionFunction,
) {
    call(c"SSL_CTX_sess_set_remove_cb", (), || {
        // SAFETY: NULL or live, and may be called as its manual page says, as the caller promises.
        let (context, callback) = unsafe {
            (
                borrow_quietly(ctx)?,
                RemoveSessionCallback::new(remove_session_cb),
            )
        };
        context.callbacks.remove_session.set(callback);
        Ok(())
    })
}

/// Returns the function that is called for sessions that leave the cache; NULL when none was set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_sess_get_remove_cb(ctx: *mut Context) -> RemoveSessionFunction {
    call(c"SSL_CTX_sess_get_remove_cb", None, || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ctx) }?
            .callbacks
            .remove_session
            .get()
            .function())
    })
}

/// Sets the function that decides, on servers, in the full handshakes of connections made later,
/// whether the new session must not be resumable: not 0 for yes. `is_forward_secure` is 1, since
/// every key exchange of this library is. NULL unsets it.
///
/// Lifetime: the function's arguments, until it returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_not_resumable_session_callback(
    ctx: *mut Context,
    callback: NotResumableFunction,
) {
    call(c"SSL_CTX_set_not_resumable_session_callback", (), || {
        // SAFETY: NULL or live, and may be called as its manual page says, as the caller promises.
        let (context, callback) =
            unsafe { (borrow_quietly(ctx)?, NotResumableCallback::new(callback)) };
        context.change_settings(|settings| settings.not_resumable = callback);
        Ok(())
    })
}

/// Sets the function that makes session ids on servers, for connections made later: it fills `id`,
/// at most `*id_len` (32) bytes, may shorten it, and returns 1. Ids must be unpredictable and
/// unique. NULL stands for random ids. Returns 1.
///
/// Status: partial (TLS 1.2 ids shorter than 32 bytes are filled up with random ones)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_generate_session_id(
    ctx: *mut Context,
    callback: GenerateSessionIdFunction,
) -> c_int {
    call(c"SSL_CTX_set_generate_session_id", 0, || {
        // SAFETY: NULL or live, and may be called as its manual page says, as the caller promises.
        let (context, callback) =
            unsafe { (borrow(ctx)?, GenerateSessionIdCallback::new(callback)) };
        context.change_settings(|settings| settings.generate_session_id = callback);
        Ok(1)
    })
}

/// Sets the function that decides, on a server, in a full handshake, whether the new session must
/// not be resumable: not 0 for yes. `is_forward_secure` is 1, since every key exchange of this
/// library is. NULL unsets it.
///
/// Lifetime: the function's arguments, until it returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_not_resumable_session_callback(
    ssl: *mut Connection,
    callback: NotResumableFunction,
) {
    call(c"SSL_set_not_resumable_session_callback", (), || {
        // SAFETY: NULL or live, and may be called as its manual page says, as the caller promises.
        let (connection, callback) =
            unsafe { (borrow_quietly(ssl)?, NotResumableCallback::new(callback)) };
        connection.change_settings(|settings| settings.not_resumable = callback);
        Ok(())
    })
}

/// Sets the function that makes session ids on a server: it fills `id`, at most `*id_len` (32)
/// bytes, may shorten it, and returns 1. Ids must be unpredictable and unique. NULL stands for
/// random ids. Returns 1.
///
/// Status: partial (TLS 1.2 ids shorter than 32 bytes are filled up with random ones)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_generate_session_id(
    ssl: *mut Connection,
    callback: GenerateSessionIdFunction,
) -> c_int {
    call(c"SSL_set_generate_session_id", 0, || {
        // SAFETY: NULL or live, and may be called as its manual page says, as the caller promises.
        let (connection, callback) =
            unsafe { (borrow(ssl)?, GenerateSessionIdCallback::new(callback)) };
        connection.change_settings(|settings| settings.generate_session_id = callback);
        Ok(1)
    })
}
