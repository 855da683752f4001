//! TLS compression: removed from TLS 1.3, and disabled everywhere since the CRIME attack. The
//! functions behave as in a libssl built without it (`OPENSSL_NO_COMP`), as Debian's in effect is.

use std::ffi::{c_char, c_int};
use std::ptr;

use openssl_sys as ffi;

use super::unsupported;
use crate::abi::types::{CompressionEntry, CompressionStack};
use crate::connection::Connection;

/// Why these functions fail.
const WHY: &str = "Reprise has no TLS compression";

/// Registers a compression method: 1, which is failure here (SSL_COMP_add_compression_method(3)).
///
/// Status: unsupported (compression)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_COMP_add_compression_method(
    id: c_int,
    cm: *mut ffi::COMP_METHOD,
) -> c_int {
    unsupported(c"SSL_COMP_add_compression_method", 1, WHY)
}

/// Returns the name of a compression method: NULL.
///
/// Lifetime: static.
///
/// Status: partial (as in a libssl built without compression)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_COMP_get0_name(comp: *const CompressionEntry) -> *const c_char {
    ptr::null()
}

/// Returns the list of compression methods: NULL, because there is none.
///
/// Lifetime: static.
///
/// Status: partial (as in a libssl built without compression)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_COMP_get_compression_methods() -> *mut CompressionStack {
    ptr::null_mut()
}

/// Returns the number of a compression method: -1.
///
/// Status: partial (as in a libssl built without compression)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_COMP_get_id(comp: *const CompressionEntry) -> c_int {
    -1
}

/// Returns the name of a compression method of libcrypto: NULL.
///
/// Lifetime: static.
///
/// Status: partial (as in a libssl built without compression)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_COMP_get_name(comp: *const ffi::COMP_METHOD) -> *const c_char {
    ptr::null()
}

/// Replaces the list of compression methods. Returns `methods`, because nothing is replaced.
///
/// Lifetime: the caller's, freed by `sk_SSL_COMP_free`.
///
/// Status: partial (as in a libssl built without compression)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_COMP_set0_compression_methods(
    methods: *mut CompressionStack,
) -> *mut CompressionStack {
    methods
}

/// Returns the compression of what a connection sends: NULL, because there is none.
///
/// Lifetime: static.
///
/// Status: partial (as in a libssl built without compression)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_current_compression(
    ssl: *const Connection,
) -> *const ffi::COMP_METHOD {
    ptr::null()
}

/// Returns the compression of what a connection receives: NULL, because there is none.
///
/// Lifetime: static.
///
/// Status: partial (as in a libssl built without compression)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_current_expansion(
    ssl: *const Connection,
) -> *const ffi::COMP_METHOD {
    ptr::null()
}
