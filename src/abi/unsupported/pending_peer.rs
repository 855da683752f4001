//! Not implemented yet: what is known of the peer, exporters.

use std::ffi::{c_char, c_int, c_uchar, c_void};
use std::ptr;

use openssl_sys as ffi;

use super::pending;
use crate::connection::Connection;

/// Copies our last Finished; returns real length.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_finished(
    ssl: *const Connection,
    buf: *mut c_void,
    count: usize,
) -> usize {
    pending(c"SSL_get_finished", 0)
}

/// Copies the peer's last Finished.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_peer_finished(
    ssl: *const Connection,
    buf: *mut c_void,
    count: usize,
) -> usize {
    pending(c"SSL_get_peer_finished", 0)
}

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

/// Peer cert of the session, not owned; survives resumption (TLS<=1.2 ticket carries it, TLS 1.3
/// too).
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get0_peer_certificate(ssl: *const Connection) -> *mut ffi::X509 {
    pending(c"SSL_get0_peer_certificate", ptr::null_mut())
}

/// Chain built by verification; NULL after resumption.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get0_verified_chain(
    ssl: *const Connection,
) -> *mut ffi::stack_st_X509 {
    pending(c"SSL_get0_verified_chain", ptr::null_mut())
}

/// Peer cert with a reference for the caller.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get1_peer_certificate(ssl: *const Connection) -> *mut ffi::X509 {
    pending(c"SSL_get1_peer_certificate", ptr::null_mut())
}

/// Chain the peer sent (client incl. leaf, server without); from the session but not serialised,
/// so NULL after ticket or d2i.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_peer_cert_chain(
    ssl: *const Connection,
) -> *mut ffi::stack_st_X509 {
    pending(c"SSL_get_peer_cert_chain", ptr::null_mut())
}

/// Peer signature key type NID; 1/0.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_peer_signature_type_nid(
    ssl: *const Connection,
    pnid: *mut c_int,
) -> c_int {
    pending(c"SSL_get_peer_signature_type_nid", 0)
}

/// nth shared signature algorithm; returns count.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_shared_sigalgs(
    ssl: *mut Connection,
    idx: c_int,
    psign: *mut c_int,
    phash: *mut c_int,
    psignandhash: *mut c_int,
    rsig: *mut c_uchar,
    rhash: *mut c_uchar,
) -> c_int {
    pending(c"SSL_get_shared_sigalgs", 0)
}

/// nth peer signature algorithm; returns count.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_sigalgs(
    ssl: *mut Connection,
    idx: c_int,
    psign: *mut c_int,
    phash: *mut c_int,
    psignandhash: *mut c_int,
    rsig: *mut c_uchar,
    rhash: *mut c_uchar,
) -> c_int {
    pending(c"SSL_get_sigalgs", 0)
}

/// Local signature key type.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_signature_type_nid(
    ssl: *const Connection,
    pnid: *mut c_int,
) -> c_int {
    pending(c"SSL_get_signature_type_nid", 0)
}
