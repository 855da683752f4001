//! Next Protocol Negotiation, the forerunner of ALPN. It was never standardised and is not offered,
//! so a peer sees a connection without it: setting its callbacks is harmless.

use std::ffi::{c_uchar, c_uint, c_void};
use std::ptr;

use crate::abi::pointer::store;
use crate::callback::{NpnAdvertisedFunction, NpnSelectFunction};
use crate::connection::Connection;
use crate::context::Context;

/// Sets a client's NPN callback. It is accepted and never called.
///
/// Lifetime: the function's arguments, until it returns.
///
/// Status: partial (never negotiated)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_next_proto_select_cb(
    ctx: *mut Context,
    callback: NpnSelectFunction,
    arg: *mut c_void,
) {
    // Nothing to do: NPN is never negotiated, and programs set this in addition to ALPN.
}

/// Sets a server's NPN callback. It is accepted and never called.
///
/// Lifetime: the function's arguments, until it returns.
///
/// Status: partial (never negotiated)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_next_protos_advertised_cb(
    ctx: *mut Context,
    callback: NpnAdvertisedFunction,
    arg: *mut c_void,
) {
    // Nothing to do: NPN is never negotiated, and programs set this in addition to ALPN.
}

/// Returns the protocol that NPN chose: NULL with length 0, as NPN never runs.
///
/// Lifetime: until the next handshake.
///
/// Status: partial (never negotiated)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get0_next_proto_negotiated(
    ssl: *const Connection,
    data: *mut *const c_uchar,
    len: *mut c_uint,
) {
    // SAFETY: the caller passes pointers that may be written, or NULL.
    unsafe {
        store(data, ptr::null());
        store(len, 0);
    }
}
