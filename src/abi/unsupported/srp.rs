//! Secure Remote Password (RFC 5054): a TLS 1.2 key exchange that Reprise does not support.
//!
//! Functions that enable SRP fail. Functions that programs call routinely, to make or free an empty
//! state or to ask for the user, behave as for a connection without SRP.

use std::ffi::{c_char, c_int, c_void};
use std::ptr;

use openssl_sys as ffi;

use super::unsupported;
use crate::callback::{SrpPasswordFunction, SrpUsernameFunction, SrpVerifyParamFunction};
use crate::connection::Connection;
use crate::context::Context;

/// Why these functions fail.
const WHY: &str = "Reprise has no SRP: the key exchange of RFC 5054 is not in its engine";

/// Computes the client's SRP value. Fails: returns 0.
///
/// Status: unsupported (SRP)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SRP_Calc_A_param(ssl: *mut Connection) -> c_int {
    unsupported(c"SRP_Calc_A_param", 0, WHY)
}

/// Frees the SRP state of a context. Returns 1: there is none.
///
/// Status: partial (empty state only)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_SRP_CTX_free(ctx: *mut Context) -> c_int {
    // An empty SRP state needs nothing.
    1
}

/// Clears the SRP state of a context. Returns 1: there is none.
///
/// Status: partial (empty state only)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_SRP_CTX_init(ctx: *mut Context) -> c_int {
    // An empty SRP state needs nothing.
    1
}

/// Sets the argument of the SRP callbacks. Fails: returns 0.
///
/// Lifetime: the function's arguments, until it returns.
///
/// Status: unsupported (SRP)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_srp_cb_arg(ctx: *mut Context, arg: *mut c_void) -> c_int {
    unsupported(c"SSL_CTX_set_srp_cb_arg", 0, WHY)
}

/// Sets the callback that asks for an SRP password. Fails: returns 0.
///
/// Lifetime: the function's arguments, until it returns.
///
/// Status: unsupported (SRP)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_srp_client_pwd_callback(
    ctx: *mut Context,
    callback: SrpPasswordFunction,
) -> c_int {
    unsupported(c"SSL_CTX_set_srp_client_pwd_callback", 0, WHY)
}

/// Sets an SRP client's password. Fails: returns 0.
///
/// Status: unsupported (SRP)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_srp_password(
    ctx: *mut Context,
    password: *mut c_char,
) -> c_int {
    unsupported(c"SSL_CTX_set_srp_password", 0, WHY)
}

/// Sets the smallest SRP group. Fails: returns 0.
///
/// Status: unsupported (SRP)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_srp_strength(ctx: *mut Context, strength: c_int) -> c_int {
    unsupported(c"SSL_CTX_set_srp_strength", 0, WHY)
}

/// Sets an SRP client's user name. Fails: returns 0.
///
/// Status: unsupported (SRP)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_srp_username(ctx: *mut Context, name: *mut c_char) -> c_int {
    unsupported(c"SSL_CTX_set_srp_username", 0, WHY)
}

/// Sets the callback that finds SRP users. Fails: returns 0.
///
/// Lifetime: the function's arguments, until it returns.
///
/// Status: unsupported (SRP)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_srp_username_callback(
    ctx: *mut Context,
    callback: SrpUsernameFunction,
) -> c_int {
    unsupported(c"SSL_CTX_set_srp_username_callback", 0, WHY)
}

/// Sets the callback that accepts SRP groups. Fails: returns 0.
///
/// Lifetime: the function's arguments, until it returns.
///
/// Status: unsupported (SRP)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_srp_verify_param_callback(
    ctx: *mut Context,
    callback: SrpVerifyParamFunction,
) -> c_int {
    unsupported(c"SSL_CTX_set_srp_verify_param_callback", 0, WHY)
}

/// Frees the SRP state of a connection. Returns 1: there is none.
///
/// Status: partial (empty state only)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SRP_CTX_free(ssl: *mut Connection) -> c_int {
    // An empty SRP state needs nothing.
    1
}

/// Clears the SRP state of a connection. Returns 1: there is none.
///
/// Status: partial (empty state only)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SRP_CTX_init(ssl: *mut Connection) -> c_int {
    // An empty SRP state needs nothing.
    1
}

/// Returns the prime of the SRP group: NULL, because no connection uses SRP.
///
/// Lifetime: nothing is lent.
///
/// Status: unsupported (SRP)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_srp_N(ssl: *mut Connection) -> *mut ffi::BIGNUM {
    ptr::null_mut()
}

/// Returns the generator of the SRP group: NULL, because no connection uses SRP.
///
/// Lifetime: nothing is lent.
///
/// Status: unsupported (SRP)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_srp_g(ssl: *mut Connection) -> *mut ffi::BIGNUM {
    ptr::null_mut()
}

/// Returns the SRP user's information: NULL, because no connection uses SRP.
///
/// Lifetime: nothing is lent.
///
/// Status: unsupported (SRP)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_srp_userinfo(ssl: *mut Connection) -> *mut c_char {
    ptr::null_mut()
}

/// Returns the SRP user's name: NULL, because no connection uses SRP.
///
/// Lifetime: nothing is lent.
///
/// Status: unsupported (SRP)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_srp_username(ssl: *mut Connection) -> *mut c_char {
    ptr::null_mut()
}

/// Sets an SRP server's values. Fails: returns -1.
///
/// Status: unsupported (SRP)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_srp_server_param(
    ssl: *mut Connection,
    n: *const ffi::BIGNUM,
    g: *const ffi::BIGNUM,
    sa: *mut ffi::BIGNUM,
    v: *mut ffi::BIGNUM,
    info: *mut c_char,
) -> c_int {
    unsupported(c"SSL_set_srp_server_param", -1, WHY)
}

/// Makes an SRP server's values from a password. Fails: returns -1.
///
/// Status: unsupported (SRP)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_srp_server_param_pw(
    ssl: *mut Connection,
    user: *const c_char,
    pass: *const c_char,
    grp: *const c_char,
) -> c_int {
    unsupported(c"SSL_set_srp_server_param_pw", -1, WHY)
}

/// Finds the SRP user of a connection. Fails: returns 2 (`SSL3_AL_FATAL`).
///
/// Status: unsupported (SRP)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_srp_server_param_with_username(
    ssl: *mut Connection,
    ad: *mut c_int,
) -> c_int {
    unsupported(c"SSL_srp_server_param_with_username", 2, WHY)
}
