//! Early data (SSL_read_early_data(3)): its limits and the server's veto.
//!
//! Status of early data itself: it can be configured, but is neither sent nor accepted. Sessions
//! carry the limit as with OpenSSL, so other servers' tickets keep their worth.

use std::ffi::{c_int, c_void};

use super::call::call;
use super::pointer::{borrow, borrow_quietly};
use super::types::AllowEarlyDataCallback;
use crate::connection::Connection;
use crate::context::{CallbackWith, Context};

/// Sets how many bytes of early data the tickets of a server (of connections made later) allow.
/// With a number above 0 tickets are good for one use, unless `SSL_OP_NO_ANTI_REPLAY` is set.
/// Returns 1.
///
/// # Safety
/// `ctx` is NULL or a live context.
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

/// How many bytes of early data a server's tickets allow; 0 at first.
///
/// # Safety
/// `ctx` is NULL or a live context.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get_max_early_data(ctx: *const Context) -> u32 {
    call(c"SSL_CTX_get_max_early_data", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ctx) }?.settings().max_early_data)
    })
}

/// Sets how many bytes of early data a server reads, or skips when it does not accept them.
/// Returns 1.
///
/// # Safety
/// `ctx` is NULL or a live context.
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

/// How many bytes of early data a server reads or skips; 16384 at first.
///
/// # Safety
/// `ctx` is NULL or a live context.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get_recv_max_early_data(ctx: *const Context) -> u32 {
    call(c"SSL_CTX_get_recv_max_early_data", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ctx) }?
            .settings()
            .recv_max_early_data)
    })
}

/// Sets the function that may refuse early data by returning 0, and its last argument.
///
/// Status: partial (remembered; early data is not accepted in any case)
///
/// # Safety
/// `ctx` is NULL or a live context.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_allow_early_data_cb(
    ctx: *mut Context,
    callback: AllowEarlyDataCallback,
    arg: *mut c_void,
) {
    call(c"SSL_CTX_set_allow_early_data_cb", (), || {
        // SAFETY: NULL or live, as the caller promises.
        let context = unsafe { borrow_quietly(ctx) }?;
        let allow = CallbackWith {
            function: callback,
            argument: arg,
        };
        context.change_settings(|settings| settings.allow_early_data = allow);
        Ok(())
    })
}

/// Sets how many bytes of early data the tickets of a server allow. With a number above 0 tickets
/// are good for one use, unless `SSL_OP_NO_ANTI_REPLAY` is set. Returns 1.
///
/// # Safety
/// `ssl` is NULL or a live connection.
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

/// How many bytes of early data a server's tickets allow; 0 at first.
///
/// # Safety
/// `ssl` is NULL or a live connection.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_max_early_data(ssl: *const Connection) -> u32 {
    call(c"SSL_get_max_early_data", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ssl) }?.settings().max_early_data)
    })
}

/// Sets how many bytes of early data a server reads, or skips when it does not accept them.
/// Returns 1.
///
/// # Safety
/// `ssl` is NULL or a live connection.
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

/// How many bytes of early data a server reads or skips; 16384 at first.
///
/// # Safety
/// `ssl` is NULL or a live connection.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_recv_max_early_data(ssl: *const Connection) -> u32 {
    call(c"SSL_get_recv_max_early_data", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ssl) }?
            .settings()
            .recv_max_early_data)
    })
}

/// Sets the function that may refuse early data by returning 0, and its last argument.
///
/// Status: partial (remembered; early data is not accepted in any case)
///
/// # Safety
/// `ssl` is NULL or a live connection.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_allow_early_data_cb(
    ssl: *mut Connection,
    callback: AllowEarlyDataCallback,
    arg: *mut c_void,
) {
    call(c"SSL_set_allow_early_data_cb", (), || {
        // SAFETY: NULL or live, as the caller promises.
        let connection = unsafe { borrow_quietly(ssl) }?;
        let allow = CallbackWith {
            function: callback,
            argument: arg,
        };
        connection.change_settings(|settings| settings.allow_early_data = allow);
        Ok(())
    })
}

/// What became of early data: always `SSL_EARLY_DATA_NOT_SENT` (0).
///
/// Status: partial (early data is neither sent nor accepted)
///
/// # Safety
/// `ssl` is not used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_early_data_status(ssl: *const Connection) -> c_int {
    let _ = ssl;
    0
}
