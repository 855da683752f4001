//! The session cache of a context (SSL_CTX_set_session_cache_mode(3), SSL_CTX_add_session(3)).
//!
//! The cache holds one reference to each session. A session leaves it when it is removed, flushed,
//! evicted because the cache is full, found expired, or when its connection is not closed properly.
//! It is then not resumable, and the program's remove callback is called. Macros over
//! `SSL_CTX_ctrl` set and read mode, size and statistics. Any number of threads may call these
//! functions at the same time, also from callbacks; lookups take no lock, and no lock is held while
//! a callback runs.

use std::ffi::{c_int, c_long};
use std::ptr;

use super::call::call;
use super::pointer::{borrow, borrow_quietly, optional};
use super::types::SessionHash;
use crate::context::Context;
use crate::libcrypto::memory;
use crate::reference::Lent;
use crate::session::{Session, SessionRef};

/// Adds a session to the cache, which takes another reference. It replaces a session with the same
/// id and version. If the cache is full, the sessions that expire first are evicted.
///
/// Returns 1; or 0 when the cache already had this very session, and for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_add_session(ctx: *mut Context, session: *mut Session) -> c_int {
    call(c"SSL_CTX_add_session", 0, || {
        memory::begin()?;
        // SAFETY: NULL or live, as the caller promises.
        let (context, session) = unsafe { (borrow(ctx)?, lend(session)?) };
        Ok(session
            .is_some_and(|session| context.add_session(&session))
            .into())
    })
}

/// Removes the session with this one's id and version from the cache. It becomes not resumable, and
/// the remove callback is called, even if the cache did not have it; nothing happens when it has no
/// id.
///
/// Returns 1 when it was in the cache, else 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_remove_session(ctx: *mut Context, session: *mut Session) -> c_int {
    call(c"SSL_CTX_remove_session", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let (context, session) = unsafe { (borrow_quietly(ctx)?, lend(session)?) };
        Ok(session
            .is_some_and(|session| context.remove_session(&session))
            .into())
    })
}

/// Removes all sessions from the cache that have expired at `tm`, in seconds since 1970, in the
/// order of their expiry; 0 removes all. The cost grows with the number of sessions removed, not
/// with that of the sessions in the cache.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_flush_sessions(ctx: *mut Context, tm: c_long) {
    call(c"SSL_CTX_flush_sessions", (), || {
        // SAFETY: NULL or live, as the caller promises.
        unsafe { borrow_quietly(ctx) }?.flush_sessions(tm);
        Ok(())
    })
}

/// Returns the sessions of the cache as a hash table of libcrypto, for functions such as
/// `OPENSSL_LH_retrieve` and `OPENSSL_LH_doall`. It belongs to the context and must not be changed.
/// Its keys are version and id: a session with these two (`SSL_SESSION_set_protocol_version`,
/// `SSL_SESSION_set1_id`) serves as the key of a lookup.
///
/// The table is a copy of the cache. The first call makes it, at a cost that grows with the number
/// of sessions; later calls bring it up to date. Sessions added to and removed from the cache later
/// are added and removed there too. The table keeps its sessions alive.
///
/// Returns NULL with an error on the queue when memory is short. The table has no lock: no other
/// thread may use the context's cache while the program reads it.
///
/// Lifetime: that of the context.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_sessions(ctx: *mut Context) -> *mut SessionHash {
    call(c"SSL_CTX_sessions", ptr::null_mut(), || {
        // SAFETY: NULL or live, as the caller promises.
        let context = unsafe { borrow(ctx) }?;
        Ok(context.session_table()?.cast())
    })
}

/// Sets how long sessions made from now on may be resumed, in seconds; 0 stands for the default of
/// 7200. Existing sessions keep their timeout. Returns the former value.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_timeout(ctx: *mut Context, t: c_long) -> c_long {
    call(c"SSL_CTX_set_timeout", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ctx) }?.set_session_timeout(t))
    })
}

/// Returns how long new sessions may be resumed, in seconds, as set; 7200 at first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get_timeout(ctx: *const Context) -> c_long {
    call(c"SSL_CTX_get_timeout", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ctx) }?.session_timeout())
    })
}

/// The session that the program lends for `'a`, the length of a call; `None` for NULL.
///
/// # Safety
/// `session` is NULL or a live session during `'a`.
unsafe fn lend<'a>(session: *const Session) -> crate::error::Result<Option<Lent<'a, Session>>> {
    // SAFETY: NULL or live, as the caller promises.
    let session = unsafe { optional(session) }?;
    // SAFETY: not NULL, so live.
    Ok(session.map(|session| unsafe { SessionRef::lend(session) }))
}
