//! Hooks of EAP-FAST (RFC 4851), which puts its own secrets into TLS 1.2 sessions.

use std::ffi::{c_int, c_void};

use super::unsupported;
use crate::callback::{SessionSecretFunction, SessionTicketExtensionFunction};
use crate::connection::Connection;

/// Why these functions fail.
const WHY: &str = "Reprise has no EAP-FAST hooks: session tickets and secrets cannot be replaced during a handshake";

/// Sets the callback that provides the master secret. Fails: returns 0.
///
/// Lifetime: the function's arguments, until it returns.
///
/// Status: unsupported (EAP-FAST)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_session_secret_cb(
    ssl: *mut Connection,
    session_secret_cb: SessionSecretFunction,
    arg: *mut c_void,
) -> c_int {
    unsupported(c"SSL_set_session_secret_cb", 0, WHY)
}

/// Sets the bytes of the ticket extension. Fails: returns 0.
///
/// Status: unsupported (EAP-FAST)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_session_ticket_ext(
    ssl: *mut Connection,
    ext_data: *mut c_void,
    ext_len: c_int,
) -> c_int {
    unsupported(c"SSL_set_session_ticket_ext", 0, WHY)
}

/// Sets the callback that sees the ticket extension. Fails: returns 0.
///
/// Lifetime: the function's arguments, until it returns.
///
/// Status: unsupported (EAP-FAST)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_session_ticket_ext_cb(
    ssl: *mut Connection,
    callback: SessionTicketExtensionFunction,
    arg: *mut c_void,
) -> c_int {
    unsupported(c"SSL_set_session_ticket_ext_cb", 0, WHY)
}
