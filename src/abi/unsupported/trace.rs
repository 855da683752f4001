//! A message callback of libssl that prints messages as text.

use std::ffi::{c_int, c_void};

use super::unsupported;
use crate::connection::Connection;

/// Message callback that prints decoded handshake messages to the BIO given as its argument.
///
/// Status: unsupported (message callbacks are called, but messages are not printed in words)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_trace(
    write_p: c_int,
    version: c_int,
    content_type: c_int,
    buf: *const c_void,
    len: usize,
    ssl: *mut Connection,
    arg: *mut c_void,
) {
    unsupported(
        c"SSL_trace",
        (),
        "Reprise calls message callbacks, but prints no messages in words",
    )
}
