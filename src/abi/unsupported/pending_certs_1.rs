//! Not implemented yet: certificates and keys.

use std::ffi::{c_char, c_int, c_long, c_uchar};
use std::ptr;

use openssl_sys as ffi;

use super::pending;
use crate::connection::Connection;
use crate::context::Context;

/// 1 when current key matches cert; error otherwise.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_check_private_key(ctx: *const Context) -> c_int {
    pending(c"SSL_CTX_check_private_key", 0)
}

/// Current certificate, not owned, or NULL.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get0_certificate(ctx: *const Context) -> *mut ffi::X509 {
    pending(c"SSL_CTX_get0_certificate", ptr::null_mut())
}

/// Current private key, not owned, or NULL.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get0_privatekey(ctx: *const Context) -> *mut ffi::EVP_PKEY {
    pending(c"SSL_CTX_get0_privatekey", ptr::null_mut())
}

/// Sets key taking a reference; mismatch with cert drops the cert.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_use_PrivateKey(
    ctx: *mut Context,
    pkey: *mut ffi::EVP_PKEY,
) -> c_int {
    pending(c"SSL_CTX_use_PrivateKey", 0)
}

/// Key from PEM or DER file.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_use_PrivateKey_file(
    ctx: *mut Context,
    file: *const c_char,
    kind: c_int,
) -> c_int {
    pending(c"SSL_CTX_use_PrivateKey_file", 0)
}

/// Sets cert taking a reference.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_use_certificate(ctx: *mut Context, x: *mut ffi::X509) -> c_int {
    pending(c"SSL_CTX_use_certificate", 0)
}

/// Leaf then chain from one PEM file.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_use_certificate_chain_file(
    ctx: *mut Context,
    file: *const c_char,
) -> c_int {
    pending(c"SSL_CTX_use_certificate_chain_file", 0)
}

/// Cert from PEM or DER file.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_use_certificate_file(
    ctx: *mut Context,
    file: *const c_char,
    kind: c_int,
) -> c_int {
    pending(c"SSL_CTX_use_certificate_file", 0)
}

/// 1 when key matches cert.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_check_private_key(ssl: *const Connection) -> c_int {
    pending(c"SSL_check_private_key", 0)
}

/// Local cert in use.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_certificate(ssl: *const Connection) -> *mut ffi::X509 {
    pending(c"SSL_get_certificate", ptr::null_mut())
}

/// Local key in use.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_privatekey(ssl: *const Connection) -> *mut ffi::EVP_PKEY {
    pending(c"SSL_get_privatekey", ptr::null_mut())
}

/// Sets key.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_use_PrivateKey(
    ssl: *mut Connection,
    pkey: *mut ffi::EVP_PKEY,
) -> c_int {
    pending(c"SSL_use_PrivateKey", 0)
}

/// Key from file.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_use_PrivateKey_file(
    ssl: *mut Connection,
    file: *const c_char,
    kind: c_int,
) -> c_int {
    pending(c"SSL_use_PrivateKey_file", 0)
}

/// Sets cert.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_use_certificate(ssl: *mut Connection, x: *mut ffi::X509) -> c_int {
    pending(c"SSL_use_certificate", 0)
}

/// Leaf and chain from PEM.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_use_certificate_chain_file(
    ssl: *mut Connection,
    file: *const c_char,
) -> c_int {
    pending(c"SSL_use_certificate_chain_file", 0)
}

/// Cert from file.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_use_certificate_file(
    ssl: *mut Connection,
    file: *const c_char,
    kind: c_int,
) -> c_int {
    pending(c"SSL_use_certificate_file", 0)
}

/// Key from DER of the given type.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_use_PrivateKey_ASN1(
    pk: c_int,
    ctx: *mut Context,
    d: *const c_uchar,
    len: c_long,
) -> c_int {
    pending(c"SSL_CTX_use_PrivateKey_ASN1", 0)
}

/// Deprecated RSA key setter.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_use_RSAPrivateKey(ctx: *mut Context, rsa: *mut ffi::RSA) -> c_int {
    pending(c"SSL_CTX_use_RSAPrivateKey", 0)
}

/// Deprecated RSA DER setter.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_use_RSAPrivateKey_ASN1(
    ctx: *mut Context,
    d: *const c_uchar,
    len: c_long,
) -> c_int {
    pending(c"SSL_CTX_use_RSAPrivateKey_ASN1", 0)
}

/// Deprecated RSA file setter.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_use_RSAPrivateKey_file(
    ctx: *mut Context,
    file: *const c_char,
    kind: c_int,
) -> c_int {
    pending(c"SSL_CTX_use_RSAPrivateKey_file", 0)
}

/// Sets cert, key and chain together; override flag.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_use_cert_and_key(
    ctx: *mut Context,
    x509: *mut ffi::X509,
    privatekey: *mut ffi::EVP_PKEY,
    chain: *mut ffi::stack_st_X509,
    replace: c_int,
) -> c_int {
    pending(c"SSL_CTX_use_cert_and_key", 0)
}

/// Cert from DER.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_use_certificate_ASN1(
    ctx: *mut Context,
    len: c_int,
    d: *const c_uchar,
) -> c_int {
    pending(c"SSL_CTX_use_certificate_ASN1", 0)
}

/// Drops all certs and keys of the SSL.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_certs_clear(ssl: *mut Connection) {
    pending(c"SSL_certs_clear", ())
}

/// Flags telling how suitable a chain is.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_check_chain(
    ssl: *mut Connection,
    x: *mut ffi::X509,
    pk: *mut ffi::EVP_PKEY,
    chain: *mut ffi::stack_st_X509,
) -> c_int {
    pending(c"SSL_check_chain", 0)
}
