//! Not implemented yet: session objects, their fields, encodings and text.

use std::ffi::{c_int, c_long, c_uchar, c_void};
use std::ptr;

use libc::FILE;
use openssl_sys as ffi;

use super::pending;
use crate::abi::types::PasswordCallback;
use crate::session::Session;

/// Same to FILE.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_print_fp(fp: *mut FILE, session: *const Session) -> c_int {
    pending(c"SSL_SESSION_print_fp", 0)
}

/// One line RSA Session-ID:.. Master-Key:..; 0 when id or key is empty.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_print_keylog(bp: *mut ffi::BIO, x: *const Session) -> c_int {
    pending(c"SSL_SESSION_print_keylog", 0)
}

/// Reads one PEM block named SSL SESSION PARAMETERS from a FILE; NULL on error; reuses *x as d2i
/// does.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PEM_read_SSL_SESSION(
    out: *mut FILE,
    x: *mut *mut Session,
    callback: PasswordCallback,
    u: *mut c_void,
) -> *mut Session {
    pending(c"PEM_read_SSL_SESSION", ptr::null_mut())
}

/// Same from a BIO; skips other PEM blocks; password callback unused unless the block is
/// encrypted.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PEM_read_bio_SSL_SESSION(
    out: *mut ffi::BIO,
    x: *mut *mut Session,
    callback: PasswordCallback,
    u: *mut c_void,
) -> *mut Session {
    pending(c"PEM_read_bio_SSL_SESSION", ptr::null_mut())
}

/// Writes PEM block SSL SESSION PARAMETERS with i2d content to a FILE; 1 ok, 0 error.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PEM_write_SSL_SESSION(out: *mut FILE, x: *const Session) -> c_int {
    pending(c"PEM_write_SSL_SESSION", 0)
}

/// Same to a BIO.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PEM_write_bio_SSL_SESSION(out: *mut ffi::BIO, x: *const Session) -> c_int {
    pending(c"PEM_write_bio_SSL_SESSION", 0)
}

/// Parses DER; reuses *a when given, advances *pp; NULL with errors on unknown version or cipher;
/// no cache side effects.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d2i_SSL_SESSION(
    a: *mut *mut Session,
    pp: *mut *const c_uchar,
    length: c_long,
) -> *mut Session {
    pending(c"d2i_SSL_SESSION", ptr::null_mut())
}

/// DER length, writes and advances when pp and *pp set, allocates when *pp is NULL; 0 when there
/// is no cipher.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn i2d_SSL_SESSION(input: *const Session, pp: *mut *mut c_uchar) -> c_int {
    pending(c"i2d_SSL_SESSION", 0)
}
