//! The session of a connection (SSL_get_session(3), SSL_set_session(3), SSL_session_reused(3)).
//!
//! Sessions are counted objects. `SSL_get_session` and `SSL_get0_session` lend: the pointer is
//! valid as long as the connection keeps the session, which a TLS 1.3 client replaces whenever a
//! ticket arrives. `SSL_get1_session` returns a reference, which the caller drops with
//! `SSL_SESSION_free`: the session then outlives connection and context, and any thread may use it.

use std::ffi::{c_int, c_long, c_uint};

use super::call::call;
use super::pointer::{borrow, borrow_quietly, bytes, optional};
use crate::connection::Connection;
use crate::context::Context;
use crate::error::{Error, Reason};
use crate::session::{MAX_ID_CONTEXT_LEN, MAX_ID_LEN, Session, SessionRef};

/// Returns the session of `ssl` with a reference that the caller drops with `SSL_SESSION_free`;
/// NULL before a handshake. Taking the reference is one atomic addition.
///
/// Lifetime: the caller's, freed by `SSL_SESSION_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get1_session(ssl: *mut Connection) -> *mut Session {
    call(c"SSL_get1_session", std::ptr::null_mut(), || {
        // SAFETY: NULL or live, as the caller promises.
        let session = unsafe { borrow_quietly(ssl) }?.lend_session();
        Ok(session.map_or(std::ptr::null_mut(), SessionRef::into_raw))
    })
}

/// Sets the session that a client offers in its next handshake; NULL for none. The connection takes
/// another reference. A session that is not resumable is accepted, and a full handshake follows.
///
/// Returns 1, or 0 with an error on the queue.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_session(to: *mut Connection, session: *mut Session) -> c_int {
    call(c"SSL_set_session", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let connection = unsafe { borrow(to) }?;
        // SAFETY: as above.
        let session = unsafe { optional(session) }?;
        // SAFETY: as above, and not NULL.
        let session = session.map(|session| unsafe { SessionRef::clone_raw(session) });
        connection.set_session(session);
        Ok(1)
    })
}

/// Returns 1 if the handshake resumed a session, else 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_session_reused(ssl: *const Connection) -> c_int {
    call(c"SSL_session_reused", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ssl) }?.is_resumed().into())
    })
}

/// Returns the session of `ssl`, lent; NULL before a handshake. `SSL_get1_session` gives a
/// reference.
///
/// In TLS 1.3 a client's session can be resumed only after a ticket, which arrives after the
/// handshake: `SSL_SESSION_is_resumable` says whether it can. Each ticket makes a new session.
///
/// Lifetime: until the connection has another session, or ends.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_session(ssl: *const Connection) -> *mut Session {
    call(c"SSL_get_session", std::ptr::null_mut(), || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ssl) }?.lend_session_pointer())
    })
}

/// The same as `SSL_get_session`. In OpenSSL this name is a macro.
///
/// Lifetime: until the connection has another session, or ends.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get0_session(ssl: *const Connection) -> *mut Session {
    // SAFETY: as the caller promises.
    unsafe { SSL_get_session(ssl) }
}

/// Sets the context within which sessions of `ssl` may be resumed: at most 32 bytes, copied.
/// Servers that ask for client certificates must set one.
///
/// Returns 1, or 0 with `SSL_R_SSL_SESSION_ID_CONTEXT_TOO_LONG` on the queue.
///
/// # Safety
/// `sid_ctx` is readable for `sid_ctx_len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_session_id_context(
    ssl: *mut Connection,
    sid_ctx: *const u8,
    sid_ctx_len: c_uint,
) -> c_int {
    call(c"SSL_set_session_id_context", 0, || {
        // SAFETY: NULL or live, and readable, as the caller promises.
        let (connection, id) = unsafe { (borrow(ssl)?, bytes(sid_ctx, sid_ctx_len as usize)) };
        check_length(id)?;
        connection.change_settings(|settings| settings.session_id_context = id.into());
        Ok(1)
    })
}

/// As `SSL_set_session_id_context`, for connections that are made from `ctx` later.
///
/// # Safety
/// `sid_ctx` is readable for `sid_ctx_len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_session_id_context(
    ctx: *mut Context,
    sid_ctx: *const u8,
    sid_ctx_len: c_uint,
) -> c_int {
    call(c"SSL_CTX_set_session_id_context", 0, || {
        // SAFETY: NULL or live, and readable, as the caller promises.
        let (context, id) = unsafe { (borrow(ctx)?, bytes(sid_ctx, sid_ctx_len as usize)) };
        check_length(id)?;
        context.change_settings(|settings| settings.session_id_context = id.into());
        Ok(1)
    })
}

/// Copies the session, the certificates and the session id context of `from` to `to`. Returns 1, or
/// 0 with an error on the queue.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_copy_session_id(
    to: *mut Connection,
    from: *const Connection,
) -> c_int {
    call(c"SSL_copy_session_id", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let (to, from) = unsafe { (borrow(to)?, borrow(from)?) };
        to.copy_session_of(from);
        Ok(1)
    })
}

/// Returns 1 if the internal cache holds a session of this connection's version with this id, else
/// 0.
///
/// # Safety
/// `id` is readable for `id_len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_has_matching_session_id(
    ssl: *const Connection,
    id: *const u8,
    id_len: c_uint,
) -> c_int {
    call(c"SSL_has_matching_session_id", 0, || {
        // SAFETY: NULL or live, and readable, as the caller promises.
        let (connection, id) = unsafe { (borrow_quietly(ssl)?, bytes(id, id_len as usize)) };
        if id.len() > MAX_ID_LEN {
            return Ok(0);
        }
        let context = connection.session_context();
        Ok(context.has_session(connection.version(), id).into())
    })
}

/// Returns the default timeout of sessions, in seconds: 7200.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_default_timeout(ssl: *const Connection) -> c_long {
    let _ = ssl;
    7200
}

fn check_length(id_context: &[u8]) -> crate::error::Result<()> {
    if id_context.len() > MAX_ID_CONTEXT_LEN {
        return Err(Error::new(Reason::SSL_SESSION_ID_CONTEXT_TOO_LONG));
    }
    Ok(())
}
