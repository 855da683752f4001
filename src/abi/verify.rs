//! How the peer's certificate is verified (SSL_CTX_set_verify(3), SSL_CTX_get0_param(3),
//! SSL_get_verify_result(3)).
//!
//! A connection starts with mode, callback and parameters of its context and may then change its
//! own. libcrypto verifies, in the middle of the handshake, on the thread that drives it; the
//! callbacks run there too. After a resumption nothing is verified again: certificate and result
//! are those of the session.

use std::ffi::{c_int, c_long, c_void};
use std::ptr;

use openssl_sys as ffi;

use super::call::call;
use super::pointer::{borrow, borrow_quietly};
use crate::callback::{CertVerifyCallback, CertVerifyFunction, VerifyCallback, VerifyFunction};
use crate::connection::Connection;
use crate::context::Context;
use crate::flags::VerifyMode;
use crate::libcrypto::verify::x509_store_ctx_ssl_index;

/// Sets the mode of verification, and the function that is called for each certificate of a chain;
/// NULL removes the function.
///
/// With `SSL_VERIFY_NONE` (0) a client continues whatever the result is, and a server asks for no
/// certificate. With `SSL_VERIFY_PEER` (1) a client ends the handshake when verification fails; a
/// server asks for a certificate and ends the handshake when its verification fails, and together
/// with `SSL_VERIFY_FAIL_IF_NO_PEER_CERT` (2) also when the client sends none. Such a server needs
/// an id context (`SSL_CTX_set_session_id_context`) to resume sessions. The other bits concern
/// renegotiation and authentication after the handshake, which this library does not do.
///
/// The callback gets 1 or 0, the result for this certificate, and the `X509_STORE_CTX`, which has
/// the details and holds the `SSL` under `SSL_get_ex_data_X509_STORE_CTX_idx`. Its return value
/// replaces the result.
///
/// Lifetime: the function's arguments, until it returns.
///
/// # Safety
/// `callback` behaves as SSL_CTX_set_verify(3) requires.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_verify(
    ctx: *mut Context,
    mode: c_int,
    callback: VerifyFunction,
) {
    call(c"SSL_CTX_set_verify", (), || {
        // SAFETY: NULL or live, as the caller promises.
        unsafe { borrow_quietly(ctx) }?.change_settings(|settings| {
            settings.verify_mode = VerifyMode(mode);
            // SAFETY: may be called as its manual page says, as the caller promises.
            settings.verify_callback = unsafe { VerifyCallback::new(callback) };
        });
        Ok(())
    })
}

/// As `SSL_CTX_set_verify`, for one connection; but a NULL callback keeps the former one. On a
/// server, it has an effect until the ClientHello has been processed, and so also in ClientHello
/// callbacks.
///
/// Lifetime: the function's arguments, until it returns.
///
/// # Safety
/// `callback` behaves as SSL_set_verify(3) requires.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_verify(
    ssl: *mut Connection,
    mode: c_int,
    callback: VerifyFunction,
) {
    call(c"SSL_set_verify", (), || {
        // SAFETY: NULL or live, as the caller promises.
        unsafe { borrow_quietly(ssl) }?.change_settings(|settings| {
            settings.verify_mode = VerifyMode(mode);
            // SAFETY: may be called as its manual page says, as the caller promises.
            let callback = unsafe { VerifyCallback::new(callback) };
            settings.verify_callback = callback.or_else(|| settings.verify_callback);
        });
        Ok(())
    })
}

/// Returns the result of verifying the peer's certificate, an `X509_V_…` code. It is `X509_V_OK`
/// (0) before the handshake, and also when the peer has sent no certificate: check
/// `SSL_get0_peer_certificate` too. After a resumption it is the session's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_verify_result(ssl: *const Connection) -> c_long {
    // X509_V_ERR_UNSPECIFIED
    call(c"SSL_get_verify_result", 1, || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ssl) }?.peer.verify_result())
    })
}

/// Returns the mode set by `SSL_CTX_set_verify`; `SSL_VERIFY_NONE` (0) by default.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get_verify_mode(ctx: *const Context) -> c_int {
    call(c"SSL_CTX_get_verify_mode", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ctx) }?.settings().verify_mode.0)
    })
}

/// Returns the callback set by `SSL_CTX_set_verify`; NULL for none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get_verify_callback(ctx: *const Context) -> VerifyFunction {
    call(c"SSL_CTX_get_verify_callback", None, || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ctx) }?
            .settings()
            .verify_callback
            .function())
    })
}

/// Returns the callback set by `SSL_set_verify`, or that of the context; NULL for none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_verify_callback(ssl: *const Connection) -> VerifyFunction {
    call(c"SSL_get_verify_callback", None, || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ssl) }?
            .settings()
            .verify_callback
            .function())
    })
}

/// Sets how many certificates there may be between the peer's own and the trusted one; -1 for
/// libcrypto's default, 100.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_verify_depth(ctx: *mut Context, depth: c_int) {
    call(c"SSL_CTX_set_verify_depth", (), || {
        // SAFETY: NULL or live, as the caller promises.
        unsafe { borrow_quietly(ctx) }?.set_verify_depth(depth);
        Ok(())
    })
}

/// As `SSL_CTX_set_verify_depth`, for one connection.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_verify_depth(ssl: *mut Connection, depth: c_int) {
    call(c"SSL_set_verify_depth", (), || {
        // SAFETY: NULL or live, as the caller promises.
        unsafe { borrow_quietly(ssl) }?
            .configuration
            .verify_param()?
            .set_depth(depth);
        Ok(())
    })
}

/// Returns the depth set by `SSL_CTX_set_verify_depth`; -1 when none is set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get_verify_depth(ctx: *const Context) -> c_int {
    call(c"SSL_CTX_get_verify_depth", -1, || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ctx) }?.verify_param.depth())
    })
}

/// Returns the depth set by `SSL_set_verify_depth`, or that of the context; -1 when none is set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_verify_depth(ssl: *const Connection) -> c_int {
    call(c"SSL_get_verify_depth", -1, || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ssl) }?
            .configuration
            .verify_param()?
            .depth())
    })
}

/// Lets a function of the program verify chains instead of libcrypto, on all connections of the
/// context; NULL restores libcrypto. It gets `arg`, and an `X509_STORE_CTX` with everything set up
/// for `X509_verify_cert`. It returns 1 when the chain is valid, else 0, and sets the result with
/// `X509_STORE_CTX_set_error`.
///
/// Lifetime: the function's arguments, until it returns.
///
/// # Safety
/// `callback` behaves as SSL_CTX_set_cert_verify_callback(3) requires, and may be called with `arg`
/// on every thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_cert_verify_callback(
    ctx: *mut Context,
    callback: CertVerifyFunction,
    arg: *mut c_void,
) {
    call(c"SSL_CTX_set_cert_verify_callback", (), || {
        // SAFETY: NULL or live, as the caller promises.
        let context = unsafe { borrow_quietly(ctx) }?;
        // SAFETY: may be called as its manual page says, as the caller promises.
        let callback = unsafe { CertVerifyCallback::new(callback, arg) };
        context.callbacks.verify_certificate.set(callback);
        Ok(())
    })
}

/// Returns the index under which an `X509_STORE_CTX` holds the `SSL` whose peer is being verified:
/// for `X509_STORE_CTX_get_ex_data` in callbacks. The same for the life of the process.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_ex_data_X509_STORE_CTX_idx() -> c_int {
    call(c"SSL_get_ex_data_X509_STORE_CTX_idx", -1, || {
        Ok(x509_store_ctx_ssl_index())
    })
}

/// Returns the mode set by `SSL_set_verify`, or that of the context.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_verify_mode(ssl: *const Connection) -> c_int {
    call(c"SSL_get_verify_mode", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ssl) }?.settings().verify_mode.0)
    })
}

/// Sets the result that `SSL_get_verify_result` returns and that a new session stores. It does not
/// affect the handshake.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_verify_result(ssl: *mut Connection, v: c_long) {
    call(c"SSL_set_verify_result", (), || {
        // SAFETY: NULL or live, as the caller promises.
        unsafe { borrow_quietly(ssl) }?.peer.set_verify_result(v);
        Ok(())
    })
}

/// Returns the verify parameters of the context, lent as long as it lives. Changes through the
/// pointer take effect at once, for connections that have not used their own yet; no other thread
/// may use the context at the same time.
///
/// Lifetime: that of the context or connection.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get0_param(ctx: *mut Context) -> *mut ffi::X509_VERIFY_PARAM {
    call(c"SSL_CTX_get0_param", ptr::null_mut(), || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ctx) }?.verify_param.lend())
    })
}

/// Returns the verify parameters of the connection, lent as long as it lives. They start as those
/// of the context.
///
/// Lifetime: that of the context or connection.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get0_param(ssl: *mut Connection) -> *mut ffi::X509_VERIFY_PARAM {
    call(c"SSL_get0_param", ptr::null_mut(), || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ssl) }?
            .configuration
            .verify_param()?
            .lend())
    })
}

/// Copies the parameters that are set in `vpm` to the verify parameters of the context. NULL copies
/// nothing.
///
/// Returns 1, or 0 with an error on the queue.
///
/// # Safety
/// `vpm` is NULL or live and not changed during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set1_param(
    ctx: *mut Context,
    vpm: *mut ffi::X509_VERIFY_PARAM,
) -> c_int {
    call(c"SSL_CTX_set1_param", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        unsafe { borrow(ctx)?.verify_param.set1(vpm) }?;
        Ok(1)
    })
}

/// As `SSL_CTX_set1_param`, for one connection.
///
/// # Safety
/// `vpm` is NULL or live and not changed during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set1_param(
    ssl: *mut Connection,
    vpm: *mut ffi::X509_VERIFY_PARAM,
) -> c_int {
    call(c"SSL_set1_param", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        unsafe { borrow(ssl)?.configuration.verify_param()?.set1(vpm) }?;
        Ok(1)
    })
}

/// Sets the purpose that the peer's certificate must have, an `X509_PURPOSE_…` number, instead of
/// what its role requires.
///
/// Returns 1, or 0 with libcrypto's error on the queue for an unknown number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_purpose(ctx: *mut Context, purpose: c_int) -> c_int {
    call(c"SSL_CTX_set_purpose", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        unsafe { borrow(ctx) }?.verify_param.set_purpose(purpose)?;
        Ok(1)
    })
}

/// As `SSL_CTX_set_purpose`, for one connection.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_purpose(ssl: *mut Connection, purpose: c_int) -> c_int {
    call(c"SSL_set_purpose", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        unsafe { borrow(ssl) }?
            .configuration
            .verify_param()?
            .set_purpose(purpose)?;
        Ok(1)
    })
}

/// Sets what the root must be trusted for, an `X509_TRUST_…` number, instead of what its role
/// requires.
///
/// Returns 1, or 0 with libcrypto's error on the queue for an unknown number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_trust(ctx: *mut Context, trust: c_int) -> c_int {
    call(c"SSL_CTX_set_trust", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        unsafe { borrow(ctx) }?.verify_param.set_trust(trust)?;
        Ok(1)
    })
}

/// As `SSL_CTX_set_trust`, for one connection.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_trust(ssl: *mut Connection, trust: c_int) -> c_int {
    call(c"SSL_set_trust", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        unsafe { borrow(ssl) }?
            .configuration
            .verify_param()?
            .set_trust(trust)?;
        Ok(1)
    })
}
