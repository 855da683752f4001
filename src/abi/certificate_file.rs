//! Own certificates from files (SSL_CTX_use_certificate_file(3)).

use std::ffi::{CStr, c_char, c_int};

use super::call::call;
use super::pointer::{borrow, c_str};
use crate::connection::Connection;
use crate::context::{Context, CredentialHolder};
use crate::error::{Error, Reason, Result};
use crate::libcrypto::password::Password;
use crate::libcrypto::pem_file::{self, FileFormat};

/// Sets a certificate and its chain from a PEM file, and makes its kind of key the current one: the
/// file holds the certificate first, then its issuers in order, if any. The issuers replace the
/// chain that was set for this kind. Other PEM blocks, such as a private key, are skipped.
///
/// Removes all errors of this thread from the queue first.
///
/// Returns 1; or 0 with an error on the queue: `ERR_R_SYS_LIB` when the file cannot be opened,
/// `ERR_R_PEM_LIB` when it holds no certificate, `CA_KEY_TOO_SMALL` when an issuer is too weak for
/// the security level, or one of `SSL_CTX_use_certificate`. When only an issuer is at fault, the
/// certificate has been set, without a chain.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_use_certificate_chain_file(
    ctx: *mut Context,
    file: *const c_char,
) -> c_int {
    call(c"SSL_CTX_use_certificate_chain_file", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        unsafe { borrow(ctx)?.use_chain_file(path(file)?) }?;
        Ok(1)
    })
}

/// As `SSL_CTX_use_certificate_chain_file`, for one connection.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_use_certificate_chain_file(
    ssl: *mut Connection,
    file: *const c_char,
) -> c_int {
    call(c"SSL_use_certificate_chain_file", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        unsafe { borrow(ssl)?.use_chain_file(path(file)?) }?;
        Ok(1)
    })
}

/// As `SSL_CTX_use_certificate`, with the first certificate of a file: PEM for `SSL_FILETYPE_PEM`
/// (1), DER for `SSL_FILETYPE_ASN1` (2). Further certificates in a PEM file are not read:
/// `SSL_CTX_use_certificate_chain_file` reads those too.
///
/// Returns 1; or 0 with an error on the queue: in addition to those of `SSL_CTX_use_certificate`,
/// `ERR_R_SYS_LIB` when the file cannot be opened, `ERR_R_PEM_LIB` or `ERR_R_ASN1_LIB` when it
/// holds no certificate, `BAD_SSL_FILETYPE` for another `type`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_use_certificate_file(
    ctx: *mut Context,
    file: *const c_char,
    r#type: c_int,
) -> c_int {
    call(c"SSL_CTX_use_certificate_file", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        unsafe { use_file(borrow(ctx)?, file, r#type) }?;
        Ok(1)
    })
}

/// As `SSL_CTX_use_certificate_file`, for one connection.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_use_certificate_file(
    ssl: *mut Connection,
    file: *const c_char,
    r#type: c_int,
) -> c_int {
    call(c"SSL_use_certificate_file", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        unsafe { use_file(borrow(ssl)?, file, r#type) }?;
        Ok(1)
    })
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
    holder.use_certificate(&pem_file::certificate(
        &holder.library(),
        path,
        format,
        password,
    )?)
}

/// A file to read, its format by C's number, and the password of the holder.
///
/// # Safety
/// `file` is NULL or a C string that lives while the result is used.
pub(super) unsafe fn source<'a>(
    holder: &impl CredentialHolder,
    file: *const c_char,
    number: c_int,
) -> Result<(&'a CStr, FileFormat, Password)> {
    // SAFETY: as the caller promises.
    let path = unsafe { path(file) }?;
    let format = format(path, number)?;
    Ok((path, format, holder.current_settings().key_password()))
}

/// The format by C's number. libssl opens the file first, so that a missing file is the error even
/// when the format is wrong too.
fn format(path: &CStr, number: c_int) -> Result<FileFormat> {
    FileFormat::from_c(number).or_else(|error| {
        pem_file::open(path)?;
        Err(error)
    })
}

/// # Safety
/// `file` is NULL or a C string that lives while the result is used.
unsafe fn path<'a>(file: *const c_char) -> Result<&'a CStr> {
    // SAFETY: as the caller promises.
    unsafe { c_str(file) }.ok_or_else(|| Error::new(Reason::PASSED_NULL_PARAMETER))
}
