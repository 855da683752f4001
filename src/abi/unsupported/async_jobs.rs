//! Asynchronous jobs of libcrypto (`SSL_MODE_ASYNC`): Reprise never pauses in one.

use std::ffi::{c_int, c_void};

use super::unsupported;
use crate::callback::AsyncFunction;
use crate::connection::Connection;
use crate::context::Context;

/// Why these functions fail.
const WHY: &str = "Reprise starts no asynchronous jobs";

/// Sets the callback of asynchronous jobs for a context. Fails: returns 0.
///
/// Lifetime: the function's arguments, until it returns.
///
/// Status: unsupported (asynchronous jobs)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_async_callback(
    ctx: *mut Context,
    callback: AsyncFunction,
) -> c_int {
    unsupported(c"SSL_CTX_set_async_callback", 0, WHY)
}

/// Sets the argument of that callback. Fails: returns 0.
///
/// Lifetime: the function's arguments, until it returns.
///
/// Status: unsupported (asynchronous jobs)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_async_callback_arg(
    ctx: *mut Context,
    arg: *mut c_void,
) -> c_int {
    unsupported(c"SSL_CTX_set_async_callback_arg", 0, WHY)
}

/// Gives the descriptors to wait for. Returns 0: there is no asynchronous job.
///
/// Status: done
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_all_async_fds(
    ssl: *mut Connection,
    fds: *mut c_int,
    numfds: *mut usize,
) -> c_int {
    0
}

/// Returns the state of the asynchronous job of a connection: 0, because there is none.
///
/// Status: done
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_async_status(ssl: *mut Connection, status: *mut c_int) -> c_int {
    0
}

/// Gives the changes of the descriptors to wait for. Returns 0: there is no asynchronous job.
///
/// Status: done
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_changed_async_fds(
    ssl: *mut Connection,
    addfd: *mut c_int,
    numaddfds: *mut usize,
    delfd: *mut c_int,
    numdelfds: *mut usize,
) -> c_int {
    0
}

/// Sets the callback of asynchronous jobs for a connection. Fails: returns 0.
///
/// Lifetime: the function's arguments, until it returns.
///
/// Status: unsupported (asynchronous jobs)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_async_callback(
    ssl: *mut Connection,
    callback: AsyncFunction,
) -> c_int {
    unsupported(c"SSL_set_async_callback", 0, WHY)
}

/// Sets the argument of that callback. Fails: returns 0.
///
/// Lifetime: the function's arguments, until it returns.
///
/// Status: unsupported (asynchronous jobs)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_async_callback_arg(
    ssl: *mut Connection,
    arg: *mut c_void,
) -> c_int {
    unsupported(c"SSL_set_async_callback_arg", 0, WHY)
}

/// Says whether a connection waits for an asynchronous job: always 0.
///
/// Status: done
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_waiting_for_async(ssl: *mut Connection) -> c_int {
    0
}
