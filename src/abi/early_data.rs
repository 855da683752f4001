//! Early data (SSL_read_early_data(3)): sending and receiving it, its limits, the server's veto.
//!
//! A client that resumes a TLS 1.3 session may send data along with its ClientHello. Such data can
//! be replayed by an attacker: a server accepts it only when its program reads it with
//! `SSL_read_early_data`, and by default only once per session (RFC 8446, section 8).

use std::ffi::{c_int, c_void};

use super::call::call;
use super::drive::drive;
use super::io::buffer;
use super::pointer::{borrow, borrow_quietly, bytes, store};
use crate::callback::{AllowEarlyDataCallback, AllowEarlyDataFunction};
use crate::connection::{Connection, Stop};
use crate::context::Context;
use crate::error::Error;

/// Client: sends `num` bytes of early data and sets `*written` to `num`. It must be the first call
/// on a connection, whose session must allow early data (`SSL_SESSION_get_max_early_data` is not
/// 0), and may be repeated. The ClientHello is sent together with the first data. The first call
/// that is not `SSL_read` or a variant of it ends the early data, and completes the handshake if it
/// is `SSL_connect`, `SSL_do_handshake` or `SSL_write`. More than the session allows is an error
/// that ends the connection (`SSL_R_TOO_MUCH_EARLY_DATA`).
///
/// After an `SSL_read` has processed the server's complete answer, further data is sent as ordinary
/// data if the server has accepted early data, and is discarded if the server has rejected it.
///
/// Server: sends data to a client that has not completed the handshake, and so is not
/// authenticated, once `SSL_read_early_data` has returned `SSL_READ_EARLY_DATA_SUCCESS` or
/// `SSL_READ_EARLY_DATA_FINISH`.
///
/// Returns 1, or 0: `SSL_get_error` says whether to repeat the call. Called at another time it
/// fails with `ERR_R_SHOULD_NOT_HAVE_BEEN_CALLED`, and the connection can still be used.
///
/// Status: partial (a server cannot answer early in a handshake that asks for a certificate)
///
/// # Safety
/// `buf` is readable for `num` bytes, `written` is writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_write_early_data(
    ssl: *mut Connection,
    buf: *const c_void,
    num: usize,
    written: *mut usize,
) -> c_int {
    let work = |connection: &Connection| {
        // SAFETY: readable for `num` bytes, as the caller promises.
        let count = connection.write_early_data(unsafe { bytes(buf.cast(), num) })?;
        // SAFETY: writable, as the caller promises.
        unsafe { store(written, count) };
        Ok(1)
    };
    // SAFETY: as the caller promises.
    unsafe { drive(c"SSL_write_early_data", ssl, work) }.max(0)
}

/// Server: reads up to `num` bytes of early data into `buf` and stores their number in
/// `*readbytes`. It must be the first call on a connection, and must be repeated until it returns
/// `SSL_READ_EARLY_DATA_FINISH` (2), after which the handshake is completed by `SSL_accept`,
/// `SSL_do_handshake`, `SSL_read` or `SSL_write`.
///
/// Returns `SSL_READ_EARLY_DATA_SUCCESS` (1) when there are bytes, `SSL_READ_EARLY_DATA_FINISH`
/// when there are no more, or `SSL_READ_EARLY_DATA_ERROR` (0): `SSL_get_error` says whether to
/// repeat the call. Called at another time, or on a client, it fails with
/// `ERR_R_SHOULD_NOT_HAVE_BEEN_CALLED`.
///
/// # Safety
/// `buf` is writable for `num` bytes, `readbytes` is writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_read_early_data(
    ssl: *mut Connection,
    buf: *mut c_void,
    num: usize,
    readbytes: *mut usize,
) -> c_int {
    const SUCCESS: c_int = 1;
    const FINISH: c_int = 2;
    let work = |connection: &Connection| {
        // SAFETY: writable for `num` bytes, as the caller promises.
        let count = connection.read_early_data(unsafe { buffer(buf, num) })?;
        // SAFETY: writable, as the caller promises.
        unsafe { store(readbytes, count.unwrap_or(0)) };
        match count {
            None => Ok(FINISH),
            Some(0) => Err(Stop::Failed(Error::Silent)),
            Some(_) => Ok(SUCCESS),
        }
    };
    // SAFETY: as the caller promises.
    unsafe { drive(c"SSL_read_early_data", ssl, work) }.max(0)
}

/// Returns the fate of early data: `SSL_EARLY_DATA_NOT_SENT` (0), `SSL_EARLY_DATA_REJECTED` (1) or
/// `SSL_EARLY_DATA_ACCEPTED` (2). On a client it counts as rejected until the server has answered.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_early_data_status(ssl: *const Connection) -> c_int {
    call(c"SSL_get_early_data_status", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ssl) }?.early_data_status() as c_int)
    })
}

/// Sets how many bytes of early data the tickets of a server (of connections made later) allow.
/// With a number above 0 each ticket can be used once, unless `SSL_OP_NO_ANTI_REPLAY` is set.
/// Returns 1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_max_early_data(
    ctx: *mut Context,
    max_early_data: u32,
) -> c_int {
    call(c"SSL_CTX_set_max_early_data", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let context = unsafe { borrow(ctx) }?;
        context.change_settings(|settings| settings.max_early_data = max_early_data);
        Ok(1)
    })
}

/// Returns how many bytes of early data a server's tickets allow; 0 at first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get_max_early_data(ctx: *const Context) -> u32 {
    call(c"SSL_CTX_get_max_early_data", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ctx) }?.settings().max_early_data)
    })
}

/// Sets how many bytes of early data a server reads, or skips when it does not accept them.
/// Returns 1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_recv_max_early_data(
    ctx: *mut Context,
    recv_max_early_data: u32,
) -> c_int {
    call(c"SSL_CTX_set_recv_max_early_data", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let context = unsafe { borrow(ctx) }?;
        context.change_settings(|settings| settings.recv_max_early_data = recv_max_early_data);
        Ok(1)
    })
}

/// Returns how many bytes of early data a server reads or skips; 16384 at first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get_recv_max_early_data(ctx: *const Context) -> u32 {
    call(c"SSL_CTX_get_recv_max_early_data", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ctx) }?
            .settings()
            .recv_max_early_data)
    })
}

/// Sets the function that may refuse early data by returning 0, and its last argument. A server
/// calls it when it would accept early data otherwise. The session is resumed in any case.
///
/// Lifetime: the function's arguments, until it returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_allow_early_data_cb(
    ctx: *mut Context,
    callback: AllowEarlyDataFunction,
    arg: *mut c_void,
) {
    call(c"SSL_CTX_set_allow_early_data_cb", (), || {
        // SAFETY: NULL or live, as the caller promises.
        let context = unsafe { borrow_quietly(ctx) }?;
        // SAFETY: may be called as its manual page says, as the caller promises.
        let allow = unsafe { AllowEarlyDataCallback::new(callback, arg) };
        context.change_settings(|settings| settings.allow_early_data = allow);
        Ok(())
    })
}

/// Sets how many bytes of early data the tickets of a server allow. With a number above 0 each
/// ticket can be used once, unless `SSL_OP_NO_ANTI_REPLAY` is set. Returns 1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_max_early_data(
    ssl: *mut Connection,
    max_early_data: u32,
) -> c_int {
    call(c"SSL_set_max_early_data", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let connection = unsafe { borrow(ssl) }?;
        connection.change_settings(|settings| settings.max_early_data = max_early_data);
        Ok(1)
    })
}

/// Returns how many bytes of early data a server's tickets allow; 0 at first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_max_early_data(ssl: *const Connection) -> u32 {
    call(c"SSL_get_max_early_data", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ssl) }?.settings().max_early_data)
    })
}

/// Sets how many bytes of early data a server reads, or skips when it does not accept them.
/// Returns 1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_recv_max_early_data(
    ssl: *mut Connection,
    recv_max_early_data: u32,
) -> c_int {
    call(c"SSL_set_recv_max_early_data", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let connection = unsafe { borrow(ssl) }?;
        connection.change_settings(|settings| settings.recv_max_early_data = recv_max_early_data);
        Ok(1)
    })
}

/// Returns how many bytes of early data a server reads or skips; 16384 at first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_recv_max_early_data(ssl: *const Connection) -> u32 {
    call(c"SSL_get_recv_max_early_data", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ssl) }?
            .settings()
            .recv_max_early_data)
    })
}

/// Sets the function that may refuse early data by returning 0, and its last argument. A server
/// calls it when it would accept early data otherwise. The session is resumed in any case.
///
/// Lifetime: the function's arguments, until it returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_allow_early_data_cb(
    ssl: *mut Connection,
    callback: AllowEarlyDataFunction,
    arg: *mut c_void,
) {
    call(c"SSL_set_allow_early_data_cb", (), || {
        // SAFETY: NULL or live, as the caller promises.
        let connection = unsafe { borrow_quietly(ssl) }?;
        // SAFETY: may be called as its manual page says, as the caller promises.
        let allow = unsafe { AllowEarlyDataCallback::new(callback, arg) };
        connection.change_settings(|settings| settings.allow_early_data = allow);
        Ok(())
    })
}
