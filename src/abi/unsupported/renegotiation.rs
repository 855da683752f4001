//! Renegotiation of TLS 1.2: not supported by the engine, and removed from TLS 1.3.

use std::ffi::c_int;

use super::unsupported;
use crate::connection::Connection;

/// Why these functions fail.
const WHY: &str =
    "Reprise does not renegotiate: a new connection (or, in TLS 1.3, SSL_key_update) is needed";

/// Starts a renegotiation. Fails: returns 0.
///
/// Status: unsupported (renegotiation)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_renegotiate(ssl: *mut Connection) -> c_int {
    unsupported(c"SSL_renegotiate", 0, WHY)
}

/// Starts a renegotiation that resumes the session. Fails: returns 0.
///
/// Status: unsupported (renegotiation)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_renegotiate_abbreviated(ssl: *mut Connection) -> c_int {
    unsupported(c"SSL_renegotiate_abbreviated", 0, WHY)
}

/// Says whether a renegotiation is under way: always 0.
///
/// Status: done
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_renegotiate_pending(ssl: *const Connection) -> c_int {
    0
}
