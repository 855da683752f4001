//! Makes, shares and frees an `SSL` (SSL_new(3), SSL_free(3), SSL_clear(3)).

use std::ffi::{c_char, c_int};
use std::sync::Arc;

use super::call::call;
use super::pointer::{borrow, borrow_quietly, optional};
use crate::cipher::Method;
use crate::connection::{Connection, Stage};
use crate::context::Context;
use crate::error::{Reason, Result};
use crate::libcrypto::memory;
use crate::wire::Version;

/// Makes a connection with the settings of `ctx` as they are now; later changes of the context's
/// settings do not reach it, but its callbacks, certificate store and cache are always those of the
/// context. The connection keeps the context alive.
///
/// Returns a connection that the caller frees with `SSL_free`, or NULL with an error on the queue.
/// Threads may make connections from one context at the same time.
///
/// Lifetime: the caller's, freed by `SSL_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_new(ctx: *mut Context) -> *mut Connection {
    call(c"SSL_new", std::ptr::null_mut(), || {
        // SAFETY: NULL or live, as the caller promises.
        let context = unsafe { optional(ctx) }?.ok_or(Reason::NULL_SSL_CTX)?;
        let connection = memory::guarded(|| Connection::new(context))?;
        Ok(Arc::into_raw(connection).cast_mut())
    })
}

/// Drops a reference to `ssl`; NULL is ignored. When the last reference is gone the connection
/// ends: its BIOs are freed, and if it was established and never sent close_notify, its session is
/// removed from the cache and can no longer be resumed.
///
/// # Safety
/// `ssl` is NULL or a live connection of which the caller owns a reference.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_free(ssl: *mut Connection) {
    call(c"SSL_free", (), || {
        // SAFETY: NULL or live, as the caller promises.
        if unsafe { optional(ssl) }?.is_some() {
            // SAFETY: made by `SSL_new` from an Arc; the caller transfers its reference.
            drop(unsafe { Arc::from_raw(ssl.cast_const()) });
        }
        Ok(())
    })
}

/// Adds a reference to `ssl`, which is dropped with `SSL_free`. Returns 1.
///
/// # Safety
/// `ssl` is a live connection.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_up_ref(ssl: *mut Connection) -> c_int {
    call(c"SSL_up_ref", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        unsafe { borrow_quietly(ssl) }?;
        // SAFETY: connections are made by `SSL_new` from an Arc, and this one is live.
        unsafe { Arc::increment_strong_count(ssl.cast_const()) };
        Ok(1)
    })
}

/// Makes `ssl` ready for another handshake with the same settings and BIOs. The session is kept if
/// the connection was closed properly, and a client offers it again; otherwise it is dropped.
///
/// Returns 1, or 0 with an error on the queue.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_clear(ssl: *mut Connection) -> c_int {
    call(c"SSL_clear", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let connection = unsafe { optional(ssl) }?.ok_or(Reason::NO_METHOD_SPECIFIED)?;
        connection.clear();
        Ok(1)
    })
}

/// Makes a connection with the settings, session and role of `ssl`. Once the handshake of `ssl` has
/// begun, the call returns `ssl` itself with one more reference.
///
/// Returns a connection that the caller owns, or NULL with an error on the queue.
///
/// Lifetime: the caller's, freed by `SSL_free`.
///
/// Status: partial (BIOs are not copied)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_dup(ssl: *mut Connection) -> *mut Connection {
    call(c"SSL_dup", std::ptr::null_mut(), || {
        // SAFETY: NULL or live, as the caller promises.
        let connection = unsafe { borrow(ssl) }?;
        if connection.stage() != Stage::Before {
            // SAFETY: a live connection made from an Arc.
            unsafe { Arc::increment_strong_count(ssl.cast_const()) };
            return Ok(ssl);
        }
        Ok(Arc::into_raw(memory::guarded(|| connection.duplicate())?).cast_mut())
    })
}

/// Returns the context of `ssl`: the one it was made from, or the one that `SSL_set_SSL_CTX` has
/// set.
///
/// Lifetime: as long as it is the connection's context.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_SSL_CTX(ssl: *const Connection) -> *mut Context {
    call(c"SSL_get_SSL_CTX", std::ptr::null_mut(), || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ssl) }?.context().as_c())
    })
}

/// Returns the protocol version in use: 0x0303 for TLS 1.2, 0x0304 for TLS 1.3; before the
/// handshake the highest that may be used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_version(ssl: *const Connection) -> c_int {
    call(c"SSL_version", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ssl) }?.version().into())
    })
}

/// Returns the protocol version in use as a text: "TLSv1.3" or "TLSv1.2"; before the handshake the
/// highest that may be used. Never NULL.
///
/// Lifetime: static.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_version(ssl: *const Connection) -> *const c_char {
    call(c"SSL_get_version", c"unknown".as_ptr(), || {
        // SAFETY: NULL or live, as the caller promises.
        let version = unsafe { borrow_quietly(ssl) }?.version();
        Ok(version.name().as_ptr())
    })
}

/// Returns the legacy version of the ClientHello, which is 0x0303 for TLS 1.2 and TLS 1.3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_client_version(ssl: *const Connection) -> c_int {
    call(c"SSL_client_version", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let connection = unsafe { borrow_quietly(ssl) }?;
        Ok(connection
            .client_hello()
            .map_or(Version::TLS1_2, |hello| hello.legacy_version())
            .into())
    })
}

/// Returns the method of `ssl`.
///
/// Lifetime: static.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_ssl_method(ssl: *const Connection) -> *const Method {
    call(c"SSL_get_ssl_method", std::ptr::null(), || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(std::ptr::from_ref(unsafe { borrow_quietly(ssl) }?.method()))
    })
}

/// Changes the method of `ssl`, before its handshake. Returns 1, or 0 with an error on the queue.
///
/// # Safety
/// `method` was returned by a function such as `TLS_method`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_ssl_method(ssl: *mut Connection, method: *const Method) -> c_int {
    call(c"SSL_set_ssl_method", 0, || {
        // SAFETY: NULL or live; methods are static.
        let (connection, method): (&Connection, &'static Method) =
            unsafe { (borrow(ssl)?, borrow(method)?) };
        connection.set_method(method);
        Ok(1)
    })
}

/// Sets a debug flag that has no effect (deprecated).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_debug(ssl: *mut Connection, debug: c_int) {
    call(c"SSL_set_debug", (), || -> Result<()> {
        // SAFETY: NULL or live, as the caller promises.
        unsafe { borrow_quietly(ssl) }?;
        let _ = debug;
        Ok(())
    })
}
