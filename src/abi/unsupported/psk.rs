//! Pre-shared keys that come from the program and not from a resumed session (RFC 8446, section
//! 2.2; RFC 4279). The engine takes PSKs from tickets only. NULL, which unsets, is accepted.

use std::ffi::{c_char, c_int};
use std::ptr;

use super::unsupported;
use crate::abi::types::{
    PskClientCallback, PskFindSessionCallback, PskServerCallback, PskUseSessionCallback,
};
use crate::connection::Connection;
use crate::context::Context;

/// Why these functions fail.
const WHY: &str =
    "Reprise takes no external pre-shared keys: its engine knows those of resumed sessions only";

/// Sets the callback that gives TLS 1.3 servers their key, for a context: an error unless it is
/// NULL.
///
/// Status: unsupported (external PSK)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_psk_find_session_callback(
    ctx: *mut Context,
    callback: PskFindSessionCallback,
) {
    if callback.is_some() {
        unsupported(c"SSL_CTX_set_psk_find_session_callback", (), WHY);
    }
}

/// Sets the callback that gives TLS 1.3 clients their key, for a context: an error unless it is
/// NULL.
///
/// Status: unsupported (external PSK)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_psk_use_session_callback(
    ctx: *mut Context,
    callback: PskUseSessionCallback,
) {
    if callback.is_some() {
        unsupported(c"SSL_CTX_set_psk_use_session_callback", (), WHY);
    }
}

/// Sets the callback that gives TLS 1.3 servers their key, for a connection: an error unless it is
/// NULL.
///
/// Status: unsupported (external PSK)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_psk_find_session_callback(
    ssl: *mut Connection,
    callback: PskFindSessionCallback,
) {
    if callback.is_some() {
        unsupported(c"SSL_set_psk_find_session_callback", (), WHY);
    }
}

/// Sets the callback that gives TLS 1.3 clients their key, for a connection: an error unless it is
/// NULL.
///
/// Status: unsupported (external PSK)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_psk_use_session_callback(
    ssl: *mut Connection,
    callback: PskUseSessionCallback,
) {
    if callback.is_some() {
        unsupported(c"SSL_set_psk_use_session_callback", (), WHY);
    }
}

/// Sets the callback that gives TLS 1.2 clients their key, for a context: an error unless it is
/// NULL.
///
/// Status: unsupported (external PSK)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_psk_client_callback(
    ctx: *mut Context,
    callback: PskClientCallback,
) {
    if callback.is_some() {
        unsupported(c"SSL_CTX_set_psk_client_callback", (), WHY);
    }
}

/// Sets the callback that gives TLS 1.2 servers their key, for a context: an error unless it is
/// NULL.
///
/// Status: unsupported (external PSK)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_psk_server_callback(
    ctx: *mut Context,
    callback: PskServerCallback,
) {
    if callback.is_some() {
        unsupported(c"SSL_CTX_set_psk_server_callback", (), WHY);
    }
}

/// Sets the hint a server sends to clients with several keys, for a context: 0, an error; 1 for
/// NULL.
///
/// Status: unsupported (external PSK)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_use_psk_identity_hint(
    ctx: *mut Context,
    hint: *const c_char,
) -> c_int {
    if hint.is_null() {
        return 1;
    }
    unsupported(c"SSL_CTX_use_psk_identity_hint", 0, WHY)
}

/// Identity of the key in use: NULL, no external key is.
///
/// Status: done
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_psk_identity(ssl: *const Connection) -> *const c_char {
    ptr::null()
}

/// The hint a server sent: NULL, none is read.
///
/// Status: done
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_psk_identity_hint(ssl: *const Connection) -> *const c_char {
    ptr::null()
}

/// Sets the callback that gives TLS 1.2 clients their key, for a connection: an error unless it is
/// NULL.
///
/// Status: unsupported (external PSK)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_psk_client_callback(
    ssl: *mut Connection,
    callback: PskClientCallback,
) {
    if callback.is_some() {
        unsupported(c"SSL_set_psk_client_callback", (), WHY);
    }
}

/// Sets the callback that gives TLS 1.2 servers their key, for a connection: an error unless it is
/// NULL.
///
/// Status: unsupported (external PSK)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_psk_server_callback(
    ssl: *mut Connection,
    callback: PskServerCallback,
) {
    if callback.is_some() {
        unsupported(c"SSL_set_psk_server_callback", (), WHY);
    }
}

/// Sets the hint a server sends to clients with several keys, for a connection: 0, an error; 1 for
/// NULL.
///
/// Status: unsupported (external PSK)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_use_psk_identity_hint(
    ssl: *mut Connection,
    hint: *const c_char,
) -> c_int {
    if hint.is_null() {
        return 1;
    }
    unsupported(c"SSL_use_psk_identity_hint", 0, WHY)
}
