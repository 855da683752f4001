//! Connections as BIOs (BIO_f_ssl(3)): programs that read and write BIOs need not know that the
//! chain contains TLS.

use std::ffi::c_int;

use openssl_sys as ffi;

use super::call::call;
use super::ssl_bio::{SslBio, close};
use crate::abi::pointer::optional;
use crate::connection::{Connection, Role};
use crate::context::Context;
use crate::error::{Error, Reason, Result};
use crate::libcrypto::bio::Bio;
use crate::libcrypto::bio_method::{buffer_bio, chain, connect_bio};

/// Returns the BIO method of connections. `BIO_new` makes such a BIO without a connection;
/// `BIO_set_ssl` sets the connection.
///
/// Reading and writing do the handshake first, if it has not been done. When they fail, the BIO's
/// retry flags say what the connection waits for. Commands:
///
/// - `BIO_set_ssl(bio, ssl, close)` connects the BIO to a connection, and with `BIO_CLOSE` takes
///   the caller's reference to it; the connection's read BIO becomes the next of the chain.
///   `BIO_get_ssl` lends it.
/// - `BIO_set_ssl_mode` makes it a client (not 0) or a server (0).
/// - `BIO_do_handshake` does the handshake: 1, or a number that is not positive.
/// - `BIO_reset` sends close_notify, makes the connection ready for another handshake, and resets
///   the BIOs below.
/// - `BIO_pending` returns how many bytes can be read without the transport; `BIO_wpending` and
///   `BIO_flush` ask the write BIO.
/// - `BIO_push` makes the connection use the next BIO of the chain, `BIO_pop` removes it from the
///   connection.
/// - `BIO_dup_chain` copies the connection, or shares it when its handshake has begun.
/// - `BIO_set_ssl_renegotiate_bytes` and `…_timeout` store their values.
///
/// Other commands are passed to the connection's read BIO.
///
/// Lifetime: static.
///
/// Status: partial (there is no renegotiation: its limits have no effect)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn BIO_f_ssl() -> *const ffi::BIO_METHOD {
    call(c"BIO_f_ssl", std::ptr::null(), SslBio::table)
}

/// Makes a BIO with a new connection of `ctx`: a client when `client` is not 0, else a server.
///
/// Returns a BIO that the caller owns, and that owns the connection; or NULL with an error on the
/// queue.
///
/// Lifetime: the caller's, freed by `BIO_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn BIO_new_ssl(ctx: *mut Context, client: c_int) -> *mut ffi::BIO {
    call(c"BIO_new_ssl", std::ptr::null_mut(), || {
        let role = match client {
            0 => Role::Server,
            _ => Role::Client,
        };
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { connection_bio(ctx, role) }?.into_raw())
    })
}

/// Makes a chain of a client's BIO, as `BIO_new_ssl` does, and a connect BIO.
/// `BIO_set_conn_hostname` on the chain sets the peer.
///
/// Returns the chain's first BIO, which the caller owns (`BIO_free_all`), or NULL with an error on
/// the queue.
///
/// Lifetime: the caller's, freed by `BIO_free_all`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn BIO_new_ssl_connect(ctx: *mut Context) -> *mut ffi::BIO {
    call(c"BIO_new_ssl_connect", std::ptr::null_mut(), || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { connecting_chain(ctx) }?.into_raw())
    })
}

/// As `BIO_new_ssl_connect`, with a buffering BIO in front, so that `BIO_gets` works and writes are
/// collected until `BIO_flush`.
///
/// Lifetime: the caller's, freed by `BIO_free_all`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn BIO_new_buffer_ssl_connect(ctx: *mut Context) -> *mut ffi::BIO {
    call(c"BIO_new_buffer_ssl_connect", std::ptr::null_mut(), || {
        // SAFETY: NULL or live, as the caller promises.
        let rest = unsafe { connecting_chain(ctx) }?;
        Ok(chain(buffer_bio()?, rest).into_raw())
    })
}

/// Gives the first connection in the chain `to` the session, the certificates and the session id
/// context of the first one in `from`, as `SSL_copy_session_id` does.
///
/// Returns 1, or 0 when one of the chains has no connection.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn BIO_ssl_copy_session_id(to: *mut ffi::BIO, from: *mut ffi::BIO) -> c_int {
    call(c"BIO_ssl_copy_session_id", 0, || {
        // SAFETY: live chains, as the caller promises.
        let (to, from) = unsafe { (first_connection(to)?, first_connection(from)?) };
        to.copy_session_of(from);
        Ok(1)
    })
}

/// Sends close_notify on every connection in a chain, as `SSL_shutdown` does; errors are put on the
/// queue.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn BIO_ssl_shutdown(ssl_bio: *mut ffi::BIO) {
    call(c"BIO_ssl_shutdown", (), || {
        // SAFETY: a live chain, as the caller promises.
        unsafe { SslBio::connections(ssl_bio) }.for_each(close);
        Ok(())
    })
}

/// # Safety
/// `ctx` is NULL or a live context.
unsafe fn connection_bio(ctx: *mut Context, role: Role) -> Result<Bio> {
    // SAFETY: as the caller promises.
    let context = unsafe { optional(ctx) }?.ok_or(Reason::NULL_SSL_CTX)?;
    let connection = Connection::new(context)?;
    connection.set_role(role);
    SslBio::around(connection)
}

/// # Safety
/// `ctx` is NULL or a live context.
unsafe fn connecting_chain(ctx: *mut Context) -> Result<Bio> {
    // SAFETY: as the caller promises.
    let connection = unsafe { connection_bio(ctx, Role::Client) }?;
    Ok(chain(connection, connect_bio()?))
}

/// # Safety
/// `bio` is NULL or a live chain, whose first connection lives while it is used.
unsafe fn first_connection<'a>(bio: *mut ffi::BIO) -> Result<&'a Connection> {
    if bio.is_null() {
        return Err(Error::new(Reason::PASSED_NULL_PARAMETER));
    }
    // SAFETY: as the caller promises.
    unsafe { SslBio::connections(bio) }
        .next()
        .ok_or(Error::Silent)
}
