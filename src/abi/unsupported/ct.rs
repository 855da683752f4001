//! Certificate Transparency (RFC 6962).
//!
//! Enabling its checks fails, so that no program relies on checks that are not made.

use std::ffi::{c_char, c_int, c_void};
use std::ptr;

use super::unsupported;
use crate::abi::types::CtLogStore;
use crate::callback::{CtValidationFunction, SctStack};
use crate::connection::Connection;
use crate::context::Context;

/// Why these functions fail.
const WHY: &str = "Reprise does not check certificate transparency";

/// Says whether a context checks certificate transparency: always 0.
///
/// Status: done
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_ct_is_enabled(ctx: *const Context) -> c_int {
    0
}

/// Turns the checks on for a context. Fails: returns 0.
///
/// Status: unsupported (certificate transparency)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_enable_ct(ctx: *mut Context, validation_mode: c_int) -> c_int {
    unsupported(c"SSL_CTX_enable_ct", 0, WHY)
}

/// Returns the logs a context trusts: NULL, because there is none.
///
/// Lifetime: nothing is lent.
///
/// Status: unsupported (certificate transparency)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get0_ctlog_store(ctx: *const Context) -> *const CtLogStore {
    ptr::null()
}

/// Sets the logs a context trusts. Fails; `logs` stays the caller's.
///
/// Status: unsupported (certificate transparency)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set0_ctlog_store(ctx: *mut Context, logs: *mut CtLogStore) {
    unsupported(c"SSL_CTX_set0_ctlog_store", (), WHY)
}

/// Sets the policy of a context. Returns 1 for NULL, which turns the checks off; otherwise it fails
/// and returns 0.
///
/// Lifetime: the function's arguments, until it returns.
///
/// Status: unsupported (certificate transparency)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_ct_validation_callback(
    ctx: *mut Context,
    callback: CtValidationFunction,
    arg: *mut c_void,
) -> c_int {
    if callback.is_none() {
        // Without a callback nothing is checked, as always here.
        return 1;
    }
    unsupported(c"SSL_CTX_set_ct_validation_callback", 0, WHY)
}

/// Reads the logs a context trusts. Fails: returns 0.
///
/// Status: unsupported (certificate transparency)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_ctlog_list_file(
    ctx: *mut Context,
    path: *const c_char,
) -> c_int {
    unsupported(c"SSL_CTX_set_ctlog_list_file", 0, WHY)
}

/// Reads the default list of logs. Fails: returns 0.
///
/// Status: unsupported (certificate transparency)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_default_ctlog_list_file(ctx: *mut Context) -> c_int {
    unsupported(c"SSL_CTX_set_default_ctlog_list_file", 0, WHY)
}

/// Says whether a connection checks certificate transparency: always 0.
///
/// Status: done
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_ct_is_enabled(ssl: *const Connection) -> c_int {
    0
}

/// Turns the checks on for a connection. Fails: returns 0.
///
/// Status: unsupported (certificate transparency)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_enable_ct(ssl: *mut Connection, validation_mode: c_int) -> c_int {
    unsupported(c"SSL_enable_ct", 0, WHY)
}

/// Returns the timestamps a peer sent: NULL, because none are read.
///
/// Lifetime: nothing is lent.
///
/// Status: unsupported (certificate transparency)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get0_peer_scts(ssl: *mut Connection) -> *const SctStack {
    ptr::null()
}

/// Sets the policy of a connection. Returns 1 for NULL, which turns the checks off; otherwise it
/// fails and returns 0.
///
/// Lifetime: the function's arguments, until it returns.
///
/// Status: unsupported (certificate transparency)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_ct_validation_callback(
    ssl: *mut Connection,
    callback: CtValidationFunction,
    arg: *mut c_void,
) -> c_int {
    if callback.is_none() {
        // Without a callback nothing is checked, as always here.
        return 1;
    }
    unsupported(c"SSL_set_ct_validation_callback", 0, WHY)
}
