//! Not implemented yet: certificates and keys.

use std::ffi::{c_char, c_int, c_long, c_uchar};

use openssl_sys as ffi;

use super::pending;
use crate::connection::Connection;

/// Key from DER.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_use_PrivateKey_ASN1(
    pk: c_int,
    ssl: *mut Connection,
    d: *const c_uchar,
    len: c_long,
) -> c_int {
    pending(c"SSL_use_PrivateKey_ASN1", 0)
}

/// Deprecated.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_use_RSAPrivateKey(ssl: *mut Connection, rsa: *mut ffi::RSA) -> c_int {
    pending(c"SSL_use_RSAPrivateKey", 0)
}

/// Deprecated.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_use_RSAPrivateKey_ASN1(
    ssl: *mut Connection,
    d: *const c_uchar,
    len: c_long,
) -> c_int {
    pending(c"SSL_use_RSAPrivateKey_ASN1", 0)
}

/// Deprecated.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_use_RSAPrivateKey_file(
    ssl: *mut Connection,
    file: *const c_char,
    kind: c_int,
) -> c_int {
    pending(c"SSL_use_RSAPrivateKey_file", 0)
}

/// Cert, key and chain together.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_use_cert_and_key(
    ssl: *mut Connection,
    x509: *mut ffi::X509,
    privatekey: *mut ffi::EVP_PKEY,
    chain: *mut ffi::stack_st_X509,
    replace: c_int,
) -> c_int {
    pending(c"SSL_use_cert_and_key", 0)
}

/// Cert from DER.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_use_certificate_ASN1(
    ssl: *mut Connection,
    d: *const c_uchar,
    len: c_int,
) -> c_int {
    pending(c"SSL_use_certificate_ASN1", 0)
}
