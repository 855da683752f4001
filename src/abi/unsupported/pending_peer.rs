//! Not implemented yet: what is known of the peer, exporters.

use std::ffi::{c_char, c_int, c_uchar};

use super::pending;
use crate::connection::Connection;

/// TLS 1.3 early exporter (from resumption or PSK); 1/0.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_export_keying_material_early(
    ssl: *mut Connection,
    out: *mut c_uchar,
    olen: usize,
    label: *const c_char,
    llen: usize,
    context: *const c_uchar,
    contextlen: usize,
) -> c_int {
    pending(c"SSL_export_keying_material_early", 0)
}
