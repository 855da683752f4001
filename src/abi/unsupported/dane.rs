//! DANE (RFC 6698): certificates pinned by DNS records.
//!
//! Enabling it for a connection fails, so that no program relies on records that are not checked;
//! after that failure the other calls have no effect. Preparing a context succeeds: that alone
//! protects nothing, and postfix does it for every client, even one that never verifies by DANE.

use std::ffi::{c_char, c_int, c_uchar, c_ulong};
use std::ptr;

use openssl_sys as ffi;

use super::unsupported;
use crate::abi::types::Dane;
use crate::connection::Connection;
use crate::context::Context;

/// Why these functions fail.
const WHY: &str = "Reprise does not verify by DANE";

/// Clears DANE flags of a context. Returns 0, the former flags, because none can be set.
///
/// Status: unsupported (DANE)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_dane_clear_flags(ctx: *mut Context, flags: c_ulong) -> c_ulong {
    // Flags mean something only once DANE is enabled, and enabling it fails.
    0
}

/// Prepares a context for DANE. Returns 1, although DANE cannot be enabled for its connections.
///
/// Status: partial (accepted; SSL_dane_enable fails)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_dane_enable(ctx: *mut Context) -> c_int {
    1
}

/// Sets the digest of a DANE matching type. Returns 1 and has no effect, because no connection uses
/// it.
///
/// Status: partial (accepted; SSL_dane_enable fails)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_dane_mtype_set(
    ctx: *mut Context,
    md: *const ffi::EVP_MD,
    mtype: u8,
    ord: u8,
) -> c_int {
    1
}

/// Sets DANE flags of a context. Returns 0, the former flags: DANE cannot be enabled.
///
/// Status: unsupported (DANE)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_dane_set_flags(ctx: *mut Context, flags: c_ulong) -> c_ulong {
    // Flags mean something only once DANE is enabled, and enabling it fails.
    0
}

/// Clears DANE flags of a connection. Returns 0, the former flags, because none can be set.
///
/// Status: unsupported (DANE)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_dane_clear_flags(ssl: *mut Connection, flags: c_ulong) -> c_ulong {
    // Flags mean something only once DANE is enabled, and enabling it fails.
    0
}

/// Enables DANE for a connection. Fails: returns -1.
///
/// Status: unsupported (DANE)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_dane_enable(ssl: *mut Connection, basedomain: *const c_char) -> c_int {
    unsupported(c"SSL_dane_enable", -1, WHY)
}

/// Sets DANE flags of a connection. Returns 0, the former flags: DANE cannot be enabled.
///
/// Status: unsupported (DANE)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_dane_set_flags(ssl: *mut Connection, flags: c_ulong) -> c_ulong {
    // Flags mean something only once DANE is enabled, and enabling it fails.
    0
}

/// Adds a TLSA record. Fails: returns -1.
///
/// Status: unsupported (DANE)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_dane_tlsa_add(
    ssl: *mut Connection,
    usage: u8,
    selector: u8,
    mtype: u8,
    data: *const c_uchar,
    dlen: usize,
) -> c_int {
    unsupported(c"SSL_dane_tlsa_add", -1, WHY)
}

/// Returns the DANE state of a connection: NULL, because there is none.
///
/// Lifetime: nothing is lent.
///
/// Status: unsupported (DANE)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get0_dane(ssl: *mut Connection) -> *mut Dane {
    ptr::null_mut()
}

/// Returns the depth of the certificate that a TLSA record matched: -1, because none has matched.
///
/// Lifetime: nothing is lent.
///
/// Status: unsupported (DANE)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get0_dane_authority(
    ssl: *mut Connection,
    mcert: *mut *mut ffi::X509,
    mspki: *mut *mut ffi::EVP_PKEY,
) -> c_int {
    -1
}

/// Gives the fields of the TLSA record that matched. Returns -1, because none has matched.
///
/// Lifetime: nothing is lent.
///
/// Status: unsupported (DANE)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get0_dane_tlsa(
    ssl: *mut Connection,
    usage: *mut u8,
    selector: *mut u8,
    mtype: *mut u8,
    data: *mut *const c_uchar,
    dlen: *mut usize,
) -> c_int {
    -1
}
