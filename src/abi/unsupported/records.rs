//! Padding, length limits and buffers of records.
//!
//! The engine supports neither padding nor the max_fragment_length extension, so enabling them is
//! an error and disabling them is not. The library sizes its buffers itself.

use std::ffi::{c_int, c_void};
use std::ptr;

use super::unsupported;
use crate::callback::RecordPaddingFunction;
use crate::connection::Connection;
use crate::context::Context;

/// Why small records fail.
const NO_MAX_FRAGMENT_LENGTH: &str =
    "Reprise has no max_fragment_length extension: SSL_set_max_send_fragment limits what is sent";

/// Why padding fails.
const WHY: &str = "Reprise pads no records: TLS 1.3 padding is not to be had from its engine";

/// Returns the argument of the padding callback of a context: NULL.
///
/// Lifetime: nothing is lent.
///
/// Status: unsupported (record padding)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get_record_padding_callback_arg(
    ctx: *const Context,
) -> *mut c_void {
    ptr::null_mut()
}

/// Pads the records of a context to blocks. Returns 1 for blocks of 0 or 1 bytes, which is no
/// padding; otherwise it fails and returns 0.
///
/// Status: unsupported (record padding)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_block_padding(ctx: *mut Context, block_size: usize) -> c_int {
    if block_size <= 1 {
        return 1;
    }
    unsupported(c"SSL_CTX_set_block_padding", 0, WHY)
}

/// Sets the callback that pads the records of a context. Fails unless it is NULL.
///
/// Lifetime: the function's arguments, until it returns.
///
/// Status: unsupported (record padding)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_record_padding_callback(
    ctx: *mut Context,
    callback: RecordPaddingFunction,
) {
    if callback.is_some() {
        unsupported(c"SSL_CTX_set_record_padding_callback", (), WHY);
    }
}

/// Sets the argument of the padding callback of a context. It has no effect, because there is no
/// such callback.
///
/// Lifetime: the function's arguments, until it returns.
///
/// Status: unsupported (record padding)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_record_padding_callback_arg(
    ctx: *mut Context,
    arg: *mut c_void,
) {
    // The argument of a callback that cannot be set.
}

/// Asks the peer of a context for small records (RFC 6066, section 4). Returns 1 for mode 0, which
/// turns it off; otherwise it fails and returns 0.
///
/// Status: unsupported (max_fragment_length)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_tlsext_max_fragment_length(
    ctx: *mut Context,
    mode: u8,
) -> c_int {
    if mode == 0 {
        return 1;
    }
    unsupported(
        c"SSL_CTX_set_tlsext_max_fragment_length",
        0,
        NO_MAX_FRAGMENT_LENGTH,
    )
}

/// Allocates the buffers of a connection. Returns 1: they are made when they are needed.
///
/// Status: partial (accepted, without effect)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_alloc_buffers(ssl: *mut Connection) -> c_int {
    // Buffers exist only while they hold data.
    1
}

/// Returns the argument of the padding callback of a connection: NULL.
///
/// Lifetime: nothing is lent.
///
/// Status: unsupported (record padding)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_record_padding_callback_arg(
    ssl: *const Connection,
) -> *mut c_void {
    ptr::null_mut()
}

/// Pads the records of a connection to blocks. Returns 1 for blocks of 0 or 1 bytes, which is no
/// padding; otherwise it fails and returns 0.
///
/// Status: unsupported (record padding)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_block_padding(ssl: *mut Connection, block_size: usize) -> c_int {
    if block_size <= 1 {
        return 1;
    }
    unsupported(c"SSL_set_block_padding", 0, WHY)
}

/// Sets the callback that pads the records of a connection. Fails unless it is NULL.
///
/// Lifetime: the function's arguments, until it returns.
///
/// Status: unsupported (record padding)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_record_padding_callback(
    ssl: *mut Connection,
    callback: RecordPaddingFunction,
) -> c_int {
    if callback.is_none() {
        return 1;
    }
    unsupported(c"SSL_set_record_padding_callback", 0, WHY)
}

/// Sets the argument of the padding callback of a connection. It has no effect, because there is no
/// such callback.
///
/// Lifetime: the function's arguments, until it returns.
///
/// Status: unsupported (record padding)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_record_padding_callback_arg(
    ssl: *mut Connection,
    arg: *mut c_void,
) {
    // The argument of a callback that cannot be set.
}

/// Asks the peer of a connection for small records (RFC 6066, section 4). Returns 1 for mode 0,
/// which turns it off; otherwise it fails and returns 0.
///
/// Status: unsupported (max_fragment_length)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_tlsext_max_fragment_length(
    ssl: *mut Connection,
    mode: u8,
) -> c_int {
    if mode == 0 {
        return 1;
    }
    unsupported(
        c"SSL_set_tlsext_max_fragment_length",
        0,
        NO_MAX_FRAGMENT_LENGTH,
    )
}
