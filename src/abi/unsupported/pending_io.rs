//! Not implemented yet: reading, writing, BIOs.

use std::ffi::{c_int, c_void};
use std::ptr;

use libc::off_t;
use openssl_sys as ffi;

use super::pending;
use crate::connection::Connection;

/// Classifies last result; clears nothing; looks at the error queue first.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_error(ssl: *const Connection, ret_code: c_int) -> c_int {
    pending(c"SSL_get_error", 1)
}

/// Read fd or -1.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_fd(ssl: *const Connection) -> c_int {
    pending(c"SSL_get_fd", -1)
}

/// Read BIO.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_rbio(ssl: *const Connection) -> *mut ffi::BIO {
    pending(c"SSL_get_rbio", ptr::null_mut())
}

/// Read fd or -1.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_rfd(ssl: *const Connection) -> c_int {
    pending(c"SSL_get_rfd", -1)
}

/// Write BIO (below the handshake buffer).
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_wbio(ssl: *const Connection) -> *mut ffi::BIO {
    pending(c"SSL_get_wbio", ptr::null_mut())
}

/// Write fd or -1.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_wfd(ssl: *const Connection) -> c_int {
    pending(c"SSL_get_wfd", -1)
}

/// 1 if any buffered data, processed or not.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_has_pending(ssl: *const Connection) -> c_int {
    pending(c"SSL_has_pending", 0)
}

/// As read without consuming.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_peek(ssl: *mut Connection, buf: *mut c_void, num: c_int) -> c_int {
    pending(c"SSL_peek", -1)
}

/// As read_ex without consuming.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_peek_ex(
    ssl: *mut Connection,
    buf: *mut c_void,
    num: usize,
    readbytes: *mut usize,
) -> c_int {
    pending(c"SSL_peek_ex", 0)
}

/// Processed bytes available in the current record.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_pending(ssl: *const Connection) -> c_int {
    pending(c"SSL_pending", 0)
}

/// Reads data; also where a client takes in TLS 1.3 tickets.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_read(ssl: *mut Connection, buf: *mut c_void, num: c_int) -> c_int {
    pending(c"SSL_read", -1)
}

/// 1/0 form of read.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_read_ex(
    ssl: *mut Connection,
    buf: *mut c_void,
    num: usize,
    readbytes: *mut usize,
) -> c_int {
    pending(c"SSL_read_ex", 0)
}

/// Takes ownership of read BIO.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set0_rbio(ssl: *mut Connection, rbio: *mut ffi::BIO) {
    pending(c"SSL_set0_rbio", ())
}

/// Takes ownership of write BIO.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set0_wbio(ssl: *mut Connection, wbio: *mut ffi::BIO) {
    pending(c"SSL_set0_wbio", ())
}

/// Sets BIOs with the documented ownership rules.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_bio(
    ssl: *mut Connection,
    rbio: *mut ffi::BIO,
    wbio: *mut ffi::BIO,
) {
    pending(c"SSL_set_bio", ())
}

/// Socket BIO for both directions; 1/0.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_fd(ssl: *mut Connection, fd: c_int) -> c_int {
    pending(c"SSL_set_fd", 0)
}

/// Read fd.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_rfd(ssl: *mut Connection, fd: c_int) -> c_int {
    pending(c"SSL_set_rfd", 0)
}

/// Write fd.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_wfd(ssl: *mut Connection, fd: c_int) -> c_int {
    pending(c"SSL_set_wfd", 0)
}

/// SSL_NOTHING, WRITING, READING, X509_LOOKUP, ASYNC_*, CLIENT_HELLO_CB, RETRY_VERIFY.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_want(ssl: *const Connection) -> c_int {
    pending(c"SSL_want", 1)
}

/// Writes data; retries must repeat the arguments.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_write(ssl: *mut Connection, buf: *const c_void, num: c_int) -> c_int {
    pending(c"SSL_write", -1)
}

/// 1/0 form of write.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_write_ex(
    ssl: *mut Connection,
    buf: *const c_void,
    num: usize,
    written: *mut usize,
) -> c_int {
    pending(c"SSL_write_ex", 0)
}

/// Read-ahead flag.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_read_ahead(ssl: *const Connection) -> c_int {
    pending(c"SSL_get_read_ahead", 0)
}

/// kTLS sendfile; -1 with error otherwise.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_sendfile(
    ssl: *mut Connection,
    fd: c_int,
    offset: off_t,
    size: usize,
    flags: c_int,
) -> isize {
    pending(c"SSL_sendfile", -1)
}

/// Read-ahead flag.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_read_ahead(ssl: *mut Connection, yes: c_int) {
    pending(c"SSL_set_read_ahead", ())
}
