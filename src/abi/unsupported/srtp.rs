//! Keys for secure RTP (RFC 5764), an extension of DTLS.

use std::ffi::{c_char, c_int};
use std::ptr;

use openssl_sys as ffi;

use super::unsupported;
use crate::connection::Connection;
use crate::context::Context;

/// Why these functions fail.
const WHY: &str = "Reprise has no DTLS-SRTP: it speaks TLS over streams only";

/// Sets the SRTP profiles of a context: 1, which is failure here (SSL_CTX_set_tlsext_use_srtp(3)).
///
/// Status: unsupported (DTLS-SRTP)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_tlsext_use_srtp(
    ctx: *mut Context,
    profiles: *const c_char,
) -> c_int {
    unsupported(c"SSL_CTX_set_tlsext_use_srtp", 1, WHY)
}

/// Returns the SRTP profile in use: NULL, because there is none.
///
/// Lifetime: nothing is lent.
///
/// Status: unsupported (DTLS-SRTP)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_selected_srtp_profile(
    ssl: *mut Connection,
) -> *mut ffi::SRTP_PROTECTION_PROFILE {
    ptr::null_mut()
}

/// Returns the SRTP profiles set: NULL, because there is none.
///
/// Lifetime: nothing is lent.
///
/// Status: unsupported (DTLS-SRTP)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_srtp_profiles(
    ssl: *mut Connection,
) -> *mut ffi::stack_st_SRTP_PROTECTION_PROFILE {
    ptr::null_mut()
}

/// Sets the SRTP profiles of a connection. Fails: returns 1.
///
/// Status: unsupported (DTLS-SRTP)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_tlsext_use_srtp(
    ssl: *mut Connection,
    profiles: *const c_char,
) -> c_int {
    unsupported(c"SSL_set_tlsext_use_srtp", 1, WHY)
}
