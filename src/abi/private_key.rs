//! Own private keys (SSL_CTX_use_PrivateKey(3), SSL_CTX_check_private_key(3)).
//!
//! A key must match the certificate of its kind, if one has been set before. libcrypto signs with
//! the key, which may be in memory, in a provider or in an engine.

use std::ffi::{c_char, c_int, c_long, c_uchar};
use std::ptr;

use openssl_sys as ffi;

use super::call::call;
use super::certificate_file::source;
use super::pointer::{borrow, borrow_quietly, bytes, optional};
use crate::connection::Connection;
use crate::context::{Context, CredentialHolder};
use crate::error::{Error, Reason, Result};
use crate::libcrypto::library::LibraryContext;
use crate::libcrypto::pem_file::ERR_R_ASN1_LIB;
use crate::libcrypto::private_key::PrivateKey;

/// Sets the private key for its kind, and makes that kind current. The library takes another
/// reference to `pkey`.
///
/// Returns 1; or 0 with an error on the queue, and then nothing has changed: libcrypto's
/// `X509_R_KEY_VALUES_MISMATCH` when it does not match the certificate of its kind,
/// `UNKNOWN_CERTIFICATE_TYPE` for a kind that is not supported (DSA among them).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_use_PrivateKey(
    ctx: *mut Context,
    pkey: *mut ffi::EVP_PKEY,
) -> c_int {
    call(c"SSL_CTX_use_PrivateKey", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        unsafe { borrow(ctx)?.use_private_key(&key(pkey)?) }?;
        Ok(1)
    })
}

/// As `SSL_CTX_use_PrivateKey`, for one connection.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_use_PrivateKey(
    ssl: *mut Connection,
    pkey: *mut ffi::EVP_PKEY,
) -> c_int {
    call(c"SSL_use_PrivateKey", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        unsafe { borrow(ssl)?.use_private_key(&key(pkey)?) }?;
        Ok(1)
    })
}

/// As `SSL_CTX_use_PrivateKey`, from the DER encoding of `len` bytes at `d` of a key of type `pk`
/// (`EVP_PKEY_RSA`, `EVP_PKEY_EC`, …), in PKCS#8 or in the type's own older form. Bytes after the
/// key are ignored.
///
/// Returns 1; or 0 with an error on the queue, `ERR_R_ASN1_LIB` when it is not such a key.
///
/// # Safety
/// `d` is NULL or readable for `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_use_PrivateKey_ASN1(
    pk: c_int,
    ctx: *mut Context,
    d: *const c_uchar,
    len: c_long,
) -> c_int {
    call(c"SSL_CTX_use_PrivateKey_ASN1", 0, || {
        // SAFETY: NULL, live or readable, as the caller promises.
        let context = unsafe { borrow(ctx) }?;
        // SAFETY: as the caller promises.
        context.use_private_key(&unsafe { parsed(&context.library, pk, d, len) }?)?;
        Ok(1)
    })
}

/// As `SSL_CTX_use_PrivateKey_ASN1`, for one connection.
///
/// # Safety
/// `d` is NULL or readable for `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_use_PrivateKey_ASN1(
    pk: c_int,
    ssl: *mut Connection,
    d: *const c_uchar,
    len: c_long,
) -> c_int {
    call(c"SSL_use_PrivateKey_ASN1", 0, || {
        // SAFETY: NULL, live or readable, as the caller promises.
        let connection = unsafe { borrow(ssl) }?;
        let library = connection.library();
        // SAFETY: as the caller promises.
        connection.use_private_key(&unsafe { parsed(&library, pk, d, len) }?)?;
        Ok(1)
    })
}

/// As `SSL_CTX_use_PrivateKey`, with the first private key of a file: PEM for `SSL_FILETYPE_PEM`
/// (1), DER for `SSL_FILETYPE_ASN1` (2). The password of an encrypted key is that of the callback
/// of `SSL_CTX_set_default_passwd_cb`; without one, its user data is the password, and without that
/// libcrypto asks on the terminal.
///
/// Returns 1; or 0 with an error on the queue: in addition to those of `SSL_CTX_use_PrivateKey`,
/// `ERR_R_SYS_LIB` when the file cannot be opened, `ERR_R_PEM_LIB` or `ERR_R_ASN1_LIB` when it
/// holds no key, `BAD_SSL_FILETYPE` for another `type`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_use_PrivateKey_file(
    ctx: *mut Context,
    file: *const c_char,
    r#type: c_int,
) -> c_int {
    call(c"SSL_CTX_use_PrivateKey_file", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        unsafe { use_file(borrow(ctx)?, file, r#type) }?;
        Ok(1)
    })
}

/// As `SSL_CTX_use_PrivateKey_file`, for one connection, with its own password callback
/// (`SSL_set_default_passwd_cb`).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_use_PrivateKey_file(
    ssl: *mut Connection,
    file: *const c_char,
    r#type: c_int,
) -> c_int {
    call(c"SSL_use_PrivateKey_file", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        unsafe { use_file(borrow(ssl)?, file, r#type) }?;
        Ok(1)
    })
}

/// Checks whether the current private key matches the current certificate: those of the kind that
/// was set or selected last.
///
/// Returns 1 when it does; or 0 with an error on the queue: `NO_CERTIFICATE_ASSIGNED` or
/// `NO_PRIVATE_KEY_ASSIGNED` when one of them is missing, libcrypto's `X509_R_KEY_VALUES_MISMATCH`
/// when they do not match.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_check_private_key(ctx: *const Context) -> c_int {
    call(c"SSL_CTX_check_private_key", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let context = unsafe { optional(ctx) }?.ok_or(Reason::NO_CERTIFICATE_ASSIGNED)?;
        context.settings().credentials.check()?;
        Ok(1)
    })
}

/// As `SSL_CTX_check_private_key`, for one connection.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_check_private_key(ssl: *const Connection) -> c_int {
    call(c"SSL_check_private_key", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        unsafe { borrow(ssl) }?.settings().credentials.check()?;
        Ok(1)
    })
}

/// Returns the current private key of the context, or NULL when the current slot has none.
///
/// Lifetime: until another is set, or the owner's end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get0_privatekey(ctx: *const Context) -> *mut ffi::EVP_PKEY {
    call(c"SSL_CTX_get0_privatekey", ptr::null_mut(), || {
        // SAFETY: NULL or live, as the caller promises.
        let settings = unsafe { borrow_quietly(ctx) }?.settings();
        let slot = settings.credentials.current();
        Ok(pointer(slot.and_then(|slot| slot.key.as_ref())))
    })
}

/// Returns the private key of the certificate that `SSL_get_certificate` returns, or NULL.
///
/// Lifetime: until another is set, or the owner's end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_privatekey(ssl: *const Connection) -> *mut ffi::EVP_PKEY {
    call(c"SSL_get_privatekey", ptr::null_mut(), || {
        // SAFETY: NULL or live, as the caller promises.
        let slot = unsafe { borrow_quietly(ssl) }?.slot_in_use();
        // The connection keeps what the slot holds.
        Ok(pointer(slot.and_then(|slot| slot.key).as_ref()))
    })
}

/// A new reference to the program's key.
///
/// # Safety
/// `raw` is NULL or a live key.
unsafe fn key(raw: *mut ffi::EVP_PKEY) -> Result<PrivateKey> {
    // SAFETY: as the caller promises.
    unsafe { PrivateKey::from_raw_shared(raw) }
        .ok_or_else(|| Error::new(Reason::PASSED_NULL_PARAMETER))
}

/// # Safety
/// `data` is NULL or readable for `len` bytes.
unsafe fn parsed(
    library: &LibraryContext,
    kind: c_int,
    data: *const c_uchar,
    len: c_long,
) -> Result<PrivateKey> {
    // SAFETY: as the caller promises.
    let der = unsafe { bytes(data, usize::try_from(len).unwrap_or(0)) };
    PrivateKey::from_der_of_type(library, kind, der).map_err(|_| Error::new(ERR_R_ASN1_LIB))
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
    holder.use_private_key(&PrivateKey::from_file(
        &holder.library(),
        path,
        format,
        password,
    )?)
}

fn pointer(key: Option<&PrivateKey>) -> *mut ffi::EVP_PKEY {
    key.map_or(ptr::null_mut(), PrivateKey::as_ptr)
}
