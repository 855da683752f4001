//! RSA keys by OpenSSL's older functions (SSL_CTX_use_RSAPrivateKey(3), deprecated since 3.0).
//!
//! They work as their namesakes without `RSA`, but accept only RSA keys, and in DER only PKCS#1.

use std::ffi::{c_char, c_int, c_long, c_uchar};

use openssl_sys as ffi;

use super::call::call;
use super::certificate_file::source;
use super::pointer::{borrow, bytes};
use crate::connection::Connection;
use crate::context::{Context, CredentialHolder};
use crate::error::{Error, Reason, Result};
use crate::libcrypto::rsa_key::RsaKey;

/// As `SSL_CTX_use_PrivateKey`, with an RSA key, to which the library takes another reference.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_use_RSAPrivateKey(ctx: *mut Context, rsa: *mut ffi::RSA) -> c_int {
    call(c"SSL_CTX_use_RSAPrivateKey", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        unsafe { use_rsa_key(borrow(ctx)?, rsa) }?;
        Ok(1)
    })
}

/// As `SSL_CTX_use_RSAPrivateKey`, for one connection.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_use_RSAPrivateKey(ssl: *mut Connection, rsa: *mut ffi::RSA) -> c_int {
    call(c"SSL_use_RSAPrivateKey", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        unsafe { use_rsa_key(borrow(ssl)?, rsa) }?;
        Ok(1)
    })
}

/// As `SSL_CTX_use_PrivateKey_ASN1`, with an RSA key in PKCS#1.
///
/// # Safety
/// `d` is NULL or readable for `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_use_RSAPrivateKey_ASN1(
    ctx: *mut Context,
    d: *const c_uchar,
    len: c_long,
) -> c_int {
    call(c"SSL_CTX_use_RSAPrivateKey_ASN1", 0, || {
        // SAFETY: NULL, live or readable, as the caller promises.
        unsafe { use_der(borrow(ctx)?, d, len) }?;
        Ok(1)
    })
}

/// As `SSL_CTX_use_RSAPrivateKey_ASN1`, for one connection.
///
/// # Safety
/// `d` is NULL or readable for `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_use_RSAPrivateKey_ASN1(
    ssl: *mut Connection,
    d: *const c_uchar,
    len: c_long,
) -> c_int {
    call(c"SSL_use_RSAPrivateKey_ASN1", 0, || {
        // SAFETY: NULL, live or readable, as the caller promises.
        unsafe { use_der(borrow(ssl)?, d, len) }?;
        Ok(1)
    })
}

/// As `SSL_CTX_use_PrivateKey_file`, with an RSA key: any form in PEM, PKCS#1 in DER.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_use_RSAPrivateKey_file(
    ctx: *mut Context,
    file: *const c_char,
    r#type: c_int,
) -> c_int {
    call(c"SSL_CTX_use_RSAPrivateKey_file", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        unsafe { use_file(borrow(ctx)?, file, r#type) }?;
        Ok(1)
    })
}

/// As `SSL_CTX_use_RSAPrivateKey_file`, for one connection.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_use_RSAPrivateKey_file(
    ssl: *mut Connection,
    file: *const c_char,
    r#type: c_int,
) -> c_int {
    call(c"SSL_use_RSAPrivateKey_file", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        unsafe { use_file(borrow(ssl)?, file, r#type) }?;
        Ok(1)
    })
}

/// # Safety
/// `rsa` is NULL or a live key.
unsafe fn use_rsa_key(holder: &impl CredentialHolder, rsa: *mut ffi::RSA) -> Result<()> {
    // SAFETY: as the caller promises.
    let key = unsafe { RsaKey::from_raw_shared(rsa) }
        .ok_or_else(|| Error::new(Reason::PASSED_NULL_PARAMETER))?;
    holder.use_private_key(&key.to_private_key()?)
}

/// # Safety
/// `data` is NULL or readable for `len` bytes.
unsafe fn use_der(holder: &impl CredentialHolder, data: *const c_uchar, len: c_long) -> Result<()> {
    // SAFETY: as the caller promises.
    let der = unsafe { bytes(data, usize::try_from(len).unwrap_or(0)) };
    holder.use_private_key(&RsaKey::from_der(der)?.to_private_key()?)
}

/// # Safety
/// `file` is NULL or a C string.
unsafe fn use_file(
    holder: &impl CredentialHolder,
    file: *const c_char,
    number: c_int,
) -> Result<()> {
    // SAFETY: as the caller promises.
    let (path, format, password) = unsafe { source(holder, file, number) }?;
    holder.use_private_key(&RsaKey::from_file(path, format, password)?.to_private_key()?)
}
