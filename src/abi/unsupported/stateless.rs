//! Servers that keep no state before the client returns a cookie (SSL_stateless(3)).

use std::ffi::c_int;

use super::unsupported;
use crate::callback::{GenerateStatelessCookieFunction, VerifyStatelessCookieFunction};
use crate::connection::Connection;
use crate::context::Context;

/// Why these functions fail.
const WHY: &str = "Reprise makes no TLS 1.3 cookies: they are not in its engine";

/// Answers a first ClientHello with a cookie: -1, an error (SSL_stateless(3)).
///
/// Status: unsupported (TLS 1.3 cookies)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_stateless(ssl: *mut Connection) -> c_int {
    unsupported(c"SSL_stateless", -1, WHY)
}

/// Sets the callback that makes TLS 1.3 cookies. It is accepted and never called.
///
/// Lifetime: the function's arguments, until it returns.
///
/// Status: partial (accepted; SSL_stateless fails, so never called)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_stateless_cookie_generate_cb(
    ctx: *mut Context,
    gen_stateless_cookie_cb: GenerateStatelessCookieFunction,
) {
    // Nothing to do: only SSL_stateless calls it, and s_server sets it always.
}

/// Sets the callback that checks TLS 1.3 cookies. It is accepted and never called.
///
/// Lifetime: the function's arguments, until it returns.
///
/// Status: partial (accepted; SSL_stateless fails, so never called)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_stateless_cookie_verify_cb(
    ctx: *mut Context,
    verify_stateless_cookie_cb: VerifyStatelessCookieFunction,
) {
    // Nothing to do: only SSL_stateless calls it, and s_server sets it always.
}
