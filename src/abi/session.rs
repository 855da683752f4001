//! Sessions as objects: making, counting, copying, freeing (`SSL_SESSION_free(3)`).

use std::ffi::c_int;
use std::ptr::null_mut;

use crate::abi::call::call;
use crate::abi::pointer::{borrow, borrow_quietly, optional};
use crate::libcrypto::memory;
use crate::session::{Session, SessionRef};

/// Drops one reference to a session; NULL is ignored. After the last reference the free callbacks
/// of the application data are called, the keys are wiped, and the session is freed. While an
/// `SSL`, a cache or another holder has a reference, the session remains.
///
/// Any thread may call it, even while other threads use the session by their own references.
///
/// # Safety
/// `session` is NULL or a live session. The caller owns a reference to it, and does not use
/// that reference again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_free(session: *mut Session) {
    call(c"SSL_SESSION_free", (), || {
        // SAFETY: NULL or live, as the caller promises.
        if unsafe { optional(session) }?.is_some() {
            // SAFETY: live, and the caller transfers its reference.
            drop(unsafe { SessionRef::from_raw(session) });
        }
        Ok(())
    });
}

/// Adds a reference to a session. The caller owns it and drops it with `SSL_SESSION_free()`.
///
/// Returns 1, or 0 with an error on the queue for NULL. References are counted atomically: any
/// thread that has a reference, or was lent the session, may add more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_up_ref(session: *mut Session) -> c_int {
    call(c"SSL_SESSION_up_ref", 0, || {
        // SAFETY: NULL or a live session, as the caller promises.
        unsafe { borrow(session) }?;
        // SAFETY: not NULL, so a live session; its new reference goes to the caller.
        unsafe { SessionRef::clone_raw(session) }.into_raw();
        Ok(1)
    })
}

/// Says whether a session can be resumed: it has an id or a ticket, and has not become not
/// resumable. It becomes not resumable, for ever, when a connection that used it failed or was not
/// shut down, when it was removed from a cache, and when it could be used once and was used. Expiry
/// does not matter here.
///
/// Returns 1 or 0; 0 for NULL. No errors.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_is_resumable(session: *const Session) -> c_int {
    call(c"SSL_SESSION_is_resumable", 0, || {
        // SAFETY: NULL or a live session, as the caller promises.
        let session = unsafe { borrow_quietly(session) }?;
        Ok(session.is_resumable().into())
    })
}

/// Makes an empty session: no id, no cipher, protocol version 0, the time now, timeout 304 seconds,
/// verification result 1, not resumable. The caller owns its one reference and drops it with
/// `SSL_SESSION_free()`.
///
/// Returns the session, or NULL with an error on the queue when memory is short.
///
/// Lifetime: the caller's, freed by `SSL_SESSION_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_new() -> *mut Session {
    call(c"SSL_SESSION_new", null_mut(), || {
        Ok(memory::guarded(|| Ok(Session::empty()))?.into_raw())
    })
}

/// Makes a copy of a session with all its fields, including the ticket and whether it is not
/// resumable. The copy is in no cache and has one reference, which the caller owns. The peer's
/// certificates are shared with `src`; application data is copied through the callbacks of its
/// indices.
///
/// Returns the copy, or NULL with an error on the queue when memory is short or a callback fails.
/// Other threads may use `src` at the same time.
///
/// Lifetime: the caller's, freed by `SSL_SESSION_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_dup(src: *const Session) -> *mut Session {
    call(c"SSL_SESSION_dup", null_mut(), || {
        // SAFETY: NULL or a live session, as the caller promises.
        let session = unsafe { borrow(src) }?;
        Ok(memory::guarded(|| session.duplicate())?.into_raw())
    })
}
