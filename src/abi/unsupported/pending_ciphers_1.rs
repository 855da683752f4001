//! Not implemented yet: cipher suites, methods, groups, and names of states and alerts.

use std::ffi::{c_char, c_int, c_uchar};
use std::ptr;

use openssl_sys as ffi;

use super::pending;
use crate::abi::method::Method;
use crate::cipher::Cipher;
use crate::connection::Connection;
use crate::context::Context;

/// Cipher for a 2-byte wire id, valid for this SSL's method; NULL if unknown. Used to build PSK
/// sessions.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CIPHER_find(
    ssl: *mut Connection,
    ptr: *const c_uchar,
) -> *const Cipher {
    pending(c"SSL_CIPHER_find", ptr::null())
}

/// Configured cipher stack incl. TLS 1.3, not owned.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get_ciphers(ctx: *const Context) -> *mut ffi::stack_st_SSL_CIPHER {
    pending(c"SSL_CTX_get_ciphers", ptr::null_mut())
}

/// TLS<=1.2 list; 0 when nothing matches.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_cipher_list(ctx: *mut Context, str: *const c_char) -> c_int {
    pending(c"SSL_CTX_set_cipher_list", 0)
}

/// TLS 1.3 list; empty string disables; 0 on unknown name.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_ciphersuites(ctx: *mut Context, str: *const c_char) -> c_int {
    pending(c"SSL_CTX_set_ciphersuites", 0)
}

/// Name of nth cipher or NULL.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_cipher_list(ssl: *const Connection, n: c_int) -> *const c_char {
    pending(c"SSL_get_cipher_list", ptr::null())
}

/// Effective cipher stack.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_ciphers(ssl: *const Connection) -> *mut ffi::stack_st_SSL_CIPHER {
    pending(c"SSL_get_ciphers", ptr::null_mut())
}

/// Cipher in use from the session, NULL before.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_current_cipher(ssl: *const Connection) -> *const Cipher {
    pending(c"SSL_get_current_cipher", ptr::null())
}

/// List for this SSL; 0 when none.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_cipher_list(ssl: *mut Connection, str: *const c_char) -> c_int {
    pending(c"SSL_set_cipher_list", 0)
}

/// TLS 1.3 list.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_ciphersuites(ssl: *mut Connection, str: *const c_char) -> c_int {
    pending(c"SSL_set_ciphersuites", 0)
}

/// Ciphers really usable now; caller frees the stack.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get1_supported_ciphers(
    ssl: *mut Connection,
) -> *mut ffi::stack_st_SSL_CIPHER {
    pending(c"SSL_get1_supported_ciphers", ptr::null_mut())
}

/// Server: ciphers offered by the client.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_client_ciphers(
    ssl: *const Connection,
) -> *mut ffi::stack_st_SSL_CIPHER {
    pending(c"SSL_get_client_ciphers", ptr::null_mut())
}

/// Cipher chosen but not active.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_pending_cipher(ssl: *const Connection) -> *const Cipher {
    pending(c"SSL_get_pending_cipher", ptr::null())
}

/// Colon list of shared ciphers (server).
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_shared_ciphers(
    ssl: *const Connection,
    buf: *mut c_char,
    size: c_int,
) -> *mut c_char {
    pending(c"SSL_get_shared_ciphers", ptr::null_mut())
}
