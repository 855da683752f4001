//! Datagram TLS: Reprise speaks TLS over streams only.

use std::ffi::c_int;
use std::ptr;

use super::unsupported;
use crate::abi::method::Method;
use crate::abi::types::BioAddress;
use crate::callback::DtlsTimerFunction;
use crate::callback::{GenerateCookieFunction, VerifyCookieFunction};
use crate::connection::Connection;
use crate::context::Context;

/// Why these functions fail.
const WHY: &str = "Reprise has no DTLS: its engine, rustls, speaks TLS over streams only";

/// Says whether a connection uses DTLS: always 0 here.
///
/// Status: done
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_is_dtls(ssl: *const Connection) -> c_int {
    0
}

/// Returns the method of any version of DTLS for clients: NULL with an error on the queue, as in a
/// libssl built without it.
///
/// Lifetime: static.
///
/// Status: unsupported (DTLS)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn DTLS_client_method() -> *const Method {
    unsupported(c"DTLS_client_method", ptr::null(), WHY)
}

/// Returns the largest payload of a DTLS record: 0, which by DTLS_get_data_mtu(3) means unknown.
///
/// Status: unsupported (DTLS)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn DTLS_get_data_mtu(ssl: *const Connection) -> usize {
    0
}

/// Returns the method of any version of DTLS for either role: NULL with an error on the queue, as
/// in a libssl built without it.
///
/// Lifetime: static.
///
/// Status: unsupported (DTLS)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn DTLS_method() -> *const Method {
    unsupported(c"DTLS_method", ptr::null(), WHY)
}

/// Returns the method of any version of DTLS for servers: NULL with an error on the queue, as in a
/// libssl built without it.
///
/// Lifetime: static.
///
/// Status: unsupported (DTLS)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn DTLS_server_method() -> *const Method {
    unsupported(c"DTLS_server_method", ptr::null(), WHY)
}

/// Sets the retransmission timer callback of DTLS. Fails, because it would never be called.
///
/// Lifetime: the function's arguments, until it returns.
///
/// Status: unsupported (DTLS)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn DTLS_set_timer_cb(ssl: *mut Connection, callback: DtlsTimerFunction) {
    unsupported(c"DTLS_set_timer_cb", (), WHY)
}

/// Returns the method of DTLS 1.2 for clients: NULL with an error on the queue, as in a libssl
/// built without it.
///
/// Lifetime: static.
///
/// Status: unsupported (DTLS)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn DTLSv1_2_client_method() -> *const Method {
    unsupported(c"DTLSv1_2_client_method", ptr::null(), WHY)
}

/// Returns the method of DTLS 1.2 for either role: NULL with an error on the queue, as in a libssl
/// built without it.
///
/// Lifetime: static.
///
/// Status: unsupported (DTLS)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn DTLSv1_2_method() -> *const Method {
    unsupported(c"DTLSv1_2_method", ptr::null(), WHY)
}

/// Returns the method of DTLS 1.2 for servers: NULL with an error on the queue, as in a libssl
/// built without it.
///
/// Lifetime: static.
///
/// Status: unsupported (DTLS)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn DTLSv1_2_server_method() -> *const Method {
    unsupported(c"DTLSv1_2_server_method", ptr::null(), WHY)
}

/// Returns the method of DTLS 1.0 for clients: NULL with an error on the queue, as in a libssl
/// built without it.
///
/// Lifetime: static.
///
/// Status: unsupported (DTLS)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn DTLSv1_client_method() -> *const Method {
    unsupported(c"DTLSv1_client_method", ptr::null(), WHY)
}

/// Waits for a ClientHello with a valid cookie. Fails: returns -1, a fatal error
/// (DTLSv1_listen(3)).
///
/// Status: unsupported (DTLS)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn DTLSv1_listen(ssl: *mut Connection, client: *mut BioAddress) -> c_int {
    unsupported(c"DTLSv1_listen", -1, WHY)
}

/// Returns the method of DTLS 1.0 for either role: NULL with an error on the queue, as in a libssl
/// built without it.
///
/// Lifetime: static.
///
/// Status: unsupported (DTLS)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn DTLSv1_method() -> *const Method {
    unsupported(c"DTLSv1_method", ptr::null(), WHY)
}

/// Returns the method of DTLS 1.0 for servers: NULL with an error on the queue, as in a libssl
/// built without it.
///
/// Lifetime: static.
///
/// Status: unsupported (DTLS)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn DTLSv1_server_method() -> *const Method {
    unsupported(c"DTLSv1_server_method", ptr::null(), WHY)
}

/// Sets the callback that makes DTLS cookies. It is accepted and never called.
///
/// Lifetime: the function's arguments, until it returns.
///
/// Status: partial (accepted; DTLS never runs, so never called)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_cookie_generate_cb(
    ctx: *mut Context,
    app_gen_cookie_cb: GenerateCookieFunction,
) {
    // Nothing to do: only DTLS calls it, and s_server sets it for TLS too.
}

/// Sets the callback that checks DTLS cookies. It is accepted and never called.
///
/// Lifetime: the function's arguments, until it returns.
///
/// Status: partial (accepted; DTLS never runs, so never called)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_cookie_verify_cb(
    ctx: *mut Context,
    app_verify_cookie_cb: VerifyCookieFunction,
) {
    // Nothing to do: only DTLS calls it, and s_server sets it for TLS too.
}
