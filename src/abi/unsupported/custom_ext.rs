//! Extensions that the program adds to the handshake messages itself (SSL_CTX_add_custom_ext(3)).
//! The engine neither sends nor shows extensions that it does not know.

use std::ffi::{c_char, c_int, c_uchar, c_uint, c_void};

use super::unsupported;
use crate::callback::{
    ExtensionAddFunction, ExtensionFreeFunction, ExtensionParseFunction,
    LegacyExtensionAddFunction, LegacyExtensionFreeFunction, LegacyExtensionParseFunction,
};
use crate::context::Context;

/// Extensions that OpenSSL 3.0 handles itself, by number.
const HANDLED_BY_OPENSSL: [c_uint; 24] = [
    0, 1, 5, 10, 11, 12, 13, 14, 16, 18, 21, 22, 23, 35, 41, 42, 43, 44, 45, 47, 49, 51, 13172,
    65281,
];

/// Why these functions fail.
const WHY: &str = "Reprise cannot send extensions that its engine does not know";

/// Adds a client extension. Fails: returns 0.
///
/// Status: unsupported (custom extensions)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_add_client_custom_ext(
    ctx: *mut Context,
    ext_type: c_uint,
    add_cb: LegacyExtensionAddFunction,
    free_cb: LegacyExtensionFreeFunction,
    add_arg: *mut c_void,
    parse_cb: LegacyExtensionParseFunction,
    parse_arg: *mut c_void,
) -> c_int {
    unsupported(c"SSL_CTX_add_client_custom_ext", 0, WHY)
}

/// Adds an extension. Fails: returns 0.
///
/// Status: unsupported (custom extensions)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_add_custom_ext(
    ctx: *mut Context,
    ext_type: c_uint,
    context: c_uint,
    add_cb: ExtensionAddFunction,
    free_cb: ExtensionFreeFunction,
    add_arg: *mut c_void,
    parse_cb: ExtensionParseFunction,
    parse_arg: *mut c_void,
) -> c_int {
    unsupported(c"SSL_CTX_add_custom_ext", 0, WHY)
}

/// Adds a server extension. Fails: returns 0.
///
/// Status: unsupported (custom extensions)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_add_server_custom_ext(
    ctx: *mut Context,
    ext_type: c_uint,
    add_cb: LegacyExtensionAddFunction,
    free_cb: LegacyExtensionFreeFunction,
    add_arg: *mut c_void,
    parse_cb: LegacyExtensionParseFunction,
    parse_arg: *mut c_void,
) -> c_int {
    unsupported(c"SSL_CTX_add_server_custom_ext", 0, WHY)
}

/// Says whether a context has a custom client extension of this type: always 0.
///
/// Status: done
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_has_client_custom_ext(
    ctx: *const Context,
    ext_type: c_uint,
) -> c_int {
    0
}

/// Loads server extensions from memory. Fails: returns 0.
///
/// Status: unsupported (custom extensions)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_use_serverinfo(
    ctx: *mut Context,
    serverinfo: *const c_uchar,
    serverinfo_length: usize,
) -> c_int {
    unsupported(c"SSL_CTX_use_serverinfo", 0, WHY)
}

/// Loads server extensions of a given form from memory. Fails: returns 0.
///
/// Status: unsupported (custom extensions)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_use_serverinfo_ex(
    ctx: *mut Context,
    version: c_uint,
    serverinfo: *const c_uchar,
    serverinfo_length: usize,
) -> c_int {
    unsupported(c"SSL_CTX_use_serverinfo_ex", 0, WHY)
}

/// Loads server extensions from a PEM file. Fails: returns 0.
///
/// Status: unsupported (custom extensions)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_use_serverinfo_file(
    ctx: *mut Context,
    file: *const c_char,
) -> c_int {
    unsupported(c"SSL_CTX_use_serverinfo_file", 0, WHY)
}

/// Says whether libssl handles an extension itself, so that a program must not
/// (SSL_extension_supported(3)). The list is that of OpenSSL 3.0, so programs decide as they do on
/// OpenSSL.
///
/// Status: done
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_extension_supported(ext_type: c_uint) -> c_int {
    c_int::from(HANDLED_BY_OPENSSL.contains(&ext_type))
}
