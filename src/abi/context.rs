//! Makes, shares and frees an `SSL_CTX` (SSL_CTX_new(3)), and reads and sets its application data.
//!
//! A context counts its references. `SSL_CTX_new` returns one, every connection made from the
//! context holds another, `SSL_CTX_up_ref` adds one and `SSL_CTX_free` drops one. Any number of
//! threads may use a context at the same time. A connection starts with the settings that the
//! context has when it is made; callbacks, certificate store, cache and ticket keys are always the
//! context's.

use std::ffi::{c_char, c_int, c_void};
use std::ptr;
use std::sync::Arc;

use openssl_sys as ffi;

use super::call::{call, queue};
use super::init::initialise;
use super::method::Method;
use super::pointer::{borrow, borrow_quietly, c_str, optional};
use crate::configuration::system::apply_system_configuration;
use crate::connection::Connection;
use crate::context::Context;
use crate::error::{Error, Reason, Result};
use crate::libcrypto::library::LibraryContext;
use crate::libcrypto::memory;

/// Makes a context for the role and versions of `meth`, such as `TLS_method()`. It has the session
/// cache of a server (`SSL_SESS_CACHE_SERVER`) with room for 20480 sessions, its own ticket keys,
/// and sends two tickets in TLS 1.3. Initialises the library if necessary. Then applies the section
/// `system_default` of OpenSSL's configuration file, if there is one; errors in it are put on the
/// queue, but do not make the call fail.
///
/// Returns a context that the caller frees with `SSL_CTX_free`, or NULL with an error on the queue:
/// `SSL_R_NULL_SSL_METHOD_PASSED`, `SSL_R_UNSUPPORTED_SSL_VERSION` for the methods of versions
/// before TLS 1.2, `ERR_R_MALLOC_FAILURE`, or reason 900 (which OpenSSL does not use) when the
/// program's memory functions (`CRYPTO_set_mem_functions`) return memory that is shared between
/// processes.
///
/// Lifetime: the caller's, freed by `SSL_CTX_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_new(meth: *const Method) -> *mut Context {
    call(c"SSL_CTX_new", ptr::null_mut(), || {
        // SAFETY: as the caller promises.
        unsafe { make(LibraryContext::default(), meth) }
    })
}

/// Drops a reference to `ctx`; NULL is ignored. When the last reference is gone (connections hold
/// references too), the context ends: the program's remove callback is called for every cached
/// session while the context's application data is still there, then that data is freed. Sessions
/// with other references remain, and are not resumable. Any thread.
///
/// # Safety
/// `ctx` is NULL or a live context of which the caller owns a reference.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_free(ctx: *mut Context) {
    call(c"SSL_CTX_free", (), || {
        // SAFETY: NULL or live, as the caller promises.
        if let Some(context) = unsafe { optional(ctx) }? {
            context.drop_owner();
            // SAFETY: made by `SSL_CTX_new` from an Arc; the caller transfers its reference.
            drop(unsafe { Arc::from_raw(ctx.cast_const()) });
        }
        Ok(())
    })
}

/// Adds a reference to `ctx`, which is dropped with `SSL_CTX_free`. Returns 1, or 0 for NULL. Any
/// thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_up_ref(ctx: *mut Context) -> c_int {
    call(c"SSL_CTX_up_ref", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        unsafe { borrow_quietly(ctx) }?.add_owner();
        // SAFETY: contexts are made by `SSL_CTX_new` from an Arc, and this one is live.
        unsafe { Arc::increment_strong_count(ctx.cast_const()) };
        Ok(1)
    })
}

/// As `SSL_CTX_new`, within a library context and with a property query.
///
/// Returns a context that the caller frees with `SSL_CTX_free`; NULL with an error on the queue.
///
/// Lifetime: the caller's, freed by `SSL_CTX_free`.
///
/// # Safety
/// As for `SSL_CTX_new`; `libctx` is NULL or a library context that outlives the context and its
/// connections, `propq` is NULL or a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_new_ex(
    libctx: *mut ffi::OSSL_LIB_CTX,
    propq: *const c_char,
    meth: *const Method,
) -> *mut Context {
    call(c"SSL_CTX_new_ex", ptr::null_mut(), || {
        // SAFETY: as the caller promises.
        unsafe { make(LibraryContext::new(libctx, c_str(propq)), meth) }
    })
}

/// Returns the method that `ctx` was made with, or that `SSL_CTX_set_ssl_version` has set since.
///
/// Lifetime: static.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get_ssl_method(ctx: *const Context) -> *const Method {
    call(c"SSL_CTX_get_ssl_method", ptr::null(), || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(ptr::from_ref(unsafe { borrow_quietly(ctx) }?.method()))
    })
}

/// Sets the method for connections that are made later, and resets the cipher suites of `ctx` to
/// the default. Returns 1, or 0 with an error on the queue, and then nothing changes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_ssl_version(ctx: *mut Context, meth: *const Method) -> c_int {
    call(c"SSL_CTX_set_ssl_version", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let (context, method) = unsafe { (borrow(ctx)?, static_method(meth)?) };
        context.set_method(method);
        context.change_settings(|settings| settings.set_default_ciphers());
        Ok(1)
    })
}

/// Sets application data under `idx`, an index from `CRYPTO_get_ex_new_index`. The program keeps
/// the ownership of `*data`; the index's free callback receives it when the context ends. Returns
/// 1, or 0 with an error on the queue.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_ex_data(
    ctx: *mut Context,
    idx: c_int,
    data: *mut c_void,
) -> c_int {
    call(c"SSL_CTX_set_ex_data", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        unsafe { borrow(ctx) }?.ex_data.set(idx, data)?;
        Ok(1)
    })
}

/// Returns application data under `idx`, an index from `CRYPTO_get_ex_new_index`; NULL when none
/// was set. Takes no lock.
///
/// Lifetime: the program's own pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get_ex_data(ctx: *const Context, idx: c_int) -> *mut c_void {
    call(c"SSL_CTX_get_ex_data", ptr::null_mut(), || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ctx) }?.ex_data.get(idx))
    })
}

/// Sets application data under `idx`, an index from `CRYPTO_get_ex_new_index`. The program keeps
/// the ownership of `*data`; the index's free callback receives it when the connection ends.
/// Returns 1, or 0 with an error on the queue.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_ex_data(
    ssl: *mut Connection,
    idx: c_int,
    data: *mut c_void,
) -> c_int {
    call(c"SSL_set_ex_data", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        unsafe { borrow(ssl) }?.ex_data.set(idx, data)?;
        Ok(1)
    })
}

/// Returns application data under `idx`, an index from `CRYPTO_get_ex_new_index`; NULL when none
/// was set.
///
/// Lifetime: the program's own pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_ex_data(ssl: *const Connection, idx: c_int) -> *mut c_void {
    call(c"SSL_get_ex_data", ptr::null_mut(), || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ssl) }?.ex_data.get(idx))
    })
}

/// Makes `SSL_shutdown` of connections made later send nothing and succeed (`mode` not 0), or work
/// as usual (0).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_quiet_shutdown(ctx: *mut Context, mode: c_int) {
    call(c"SSL_CTX_set_quiet_shutdown", (), || {
        // SAFETY: NULL or live, as the caller promises.
        let context = unsafe { borrow_quietly(ctx) }?;
        context.change_settings(|settings| settings.quiet_shutdown = mode != 0);
        Ok(())
    })
}

/// Returns 1 when quiet shutdown is on, else 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get_quiet_shutdown(ctx: *const Context) -> c_int {
    call(c"SSL_CTX_get_quiet_shutdown", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ctx) }?
            .settings()
            .quiet_shutdown
            .into())
    })
}

/// Sets whether clients made later offer to authenticate after the handshake.
///
/// Status: partial (remembered; post-handshake authentication is never offered)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_post_handshake_auth(ctx: *mut Context, val: c_int) {
    call(c"SSL_CTX_set_post_handshake_auth", (), || {
        // SAFETY: NULL or live, as the caller promises.
        let context = unsafe { borrow_quietly(ctx) }?;
        context.change_settings(|settings| settings.post_handshake_auth = val);
        Ok(())
    })
}

/// Sets whether a client offers to authenticate after the handshake.
///
/// Status: partial (remembered; post-handshake authentication is never offered)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_post_handshake_auth(ssl: *mut Connection, val: c_int) {
    call(c"SSL_set_post_handshake_auth", (), || {
        // SAFETY: NULL or live, as the caller promises.
        let connection = unsafe { borrow_quietly(ssl) }?;
        connection.change_settings(|settings| settings.post_handshake_auth = val);
        Ok(())
    })
}

/// # Safety
/// `method` is NULL or a method of this library.
unsafe fn make(library: LibraryContext, method: *const Method) -> Result<*mut Context> {
    // SAFETY: as the caller promises.
    let method = unsafe { static_method(method) }?;
    // SAFETY: no settings.
    unsafe { initialise(0, ptr::null()) }?;
    memory::refuse_shared()?;
    let context = memory::guarded(|| {
        let context = Context::new(library, method)?;
        apply_system_configuration(&context, &mut |error| queue(c"SSL_CTX_new", &error));
        Ok(context)
    })?;
    context.add_owner();
    Ok(Arc::into_raw(context).cast_mut())
}

/// # Safety
/// `method` is NULL or a method of this library.
unsafe fn static_method(method: *const Method) -> Result<&'static Method> {
    // SAFETY: methods of this library are static.
    unsafe { optional(method) }?.ok_or_else(|| {
        // The program may have cleared the error of the function that returned no method.
        let detail = "Reprise has no methods for DTLS, only for TLS";
        Error::with(Reason::NULL_SSL_METHOD_PASSED, detail)
    })
}
