//! Own certificates (SSL_CTX_use_certificate(3), SSL_get_certificate(3)).
//!
//! A context or connection has one slot per kind of key: ECDSA, Ed25519, Ed448, RSA-PSS, RSA. Each
//! holds a certificate, its key, and the chain above it. Setting a certificate or a key fills the
//! slot of its kind and makes it the current slot, which functions without a kind act on. A
//! connection starts with a copy of its context's slots.
//!
//! Every certificate must be strong enough for the security level: at the default level, RSA keys
//! have at least 2048 bits and signatures are not made with SHA-1.

use std::ffi::{c_int, c_uchar};
use std::ptr;

use openssl_sys as ffi;

use super::call::call;
use super::pointer::{borrow, borrow_quietly, bytes};
use crate::connection::Connection;
use crate::context::{Context, CredentialHolder};
use crate::error::{Error, Reason, Result};
use crate::libcrypto::library::LibraryContext;
use crate::libcrypto::pem_file::ERR_R_ASN1_LIB;
use crate::libcrypto::private_key::PrivateKey;
use crate::libcrypto::x509::{X509, X509Chain};

/// Sets the certificate for its kind of key, and makes that kind current. The library takes another
/// reference to `x`. A private key of the same kind that does not belong to it is dropped; the
/// chain of the former certificate remains.
///
/// Returns 1; or 0 with an error on the queue, and then nothing has changed: `EE_KEY_TOO_SMALL` or
/// `CA_MD_TOO_WEAK` when it is too weak for the security level, `UNKNOWN_CERTIFICATE_TYPE` for a
/// kind of key that is not supported (DSA among them).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_use_certificate(ctx: *mut Context, x: *mut ffi::X509) -> c_int {
    call(c"SSL_CTX_use_certificate", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        unsafe { borrow(ctx)?.use_certificate(&certificate(x)?) }?;
        Ok(1)
    })
}

/// As `SSL_CTX_use_certificate`, for one connection.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_use_certificate(ssl: *mut Connection, x: *mut ffi::X509) -> c_int {
    call(c"SSL_use_certificate", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        unsafe { borrow(ssl)?.use_certificate(&certificate(x)?) }?;
        Ok(1)
    })
}

/// As `SSL_CTX_use_certificate`, from the DER encoding of `len` bytes at `d`. Bytes after the
/// certificate are ignored.
///
/// Returns 1; or 0 with an error on the queue, `ERR_R_ASN1_LIB` when it is not a certificate.
///
/// # Safety
/// `d` is NULL or readable for `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_use_certificate_ASN1(
    ctx: *mut Context,
    len: c_int,
    d: *const c_uchar,
) -> c_int {
    call(c"SSL_CTX_use_certificate_ASN1", 0, || {
        // SAFETY: NULL, live or readable, as the caller promises.
        let context = unsafe { borrow(ctx) }?;
        // SAFETY: as the caller promises.
        context.use_certificate(&unsafe { parsed(&context.library, d, len) }?)?;
        Ok(1)
    })
}

/// As `SSL_CTX_use_certificate_ASN1`, for one connection; note the order of the arguments.
///
/// # Safety
/// `d` is NULL or readable for `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_use_certificate_ASN1(
    ssl: *mut Connection,
    d: *const c_uchar,
    len: c_int,
) -> c_int {
    call(c"SSL_use_certificate_ASN1", 0, || {
        // SAFETY: NULL, live or readable, as the caller promises.
        let connection = unsafe { borrow(ssl) }?;
        let library = connection.library();
        // SAFETY: as the caller promises.
        connection.use_certificate(&unsafe { parsed(&library, d, len) }?)?;
        Ok(1)
    })
}

/// Sets certificate, private key and chain of one kind together, and makes that kind current. The
/// library takes another reference to each. With a NULL `privatekey` the certificate's public key
/// is stored in its place, for programs that sign by their own means: checks succeed, signing
/// fails. Without a `chain` the slot has none.
///
/// With an `override` of 0 the call fails if something is already set for this kind of key.
///
/// Returns 1; or 0 with an error on the queue, and then nothing has changed:
/// `NOT_REPLACING_CERTIFICATE` when something is already set and `override` is 0,
/// `PRIVATE_KEY_MISMATCH` when the key is not the certificate's, `EE_KEY_TOO_SMALL`,
/// `CA_KEY_TOO_SMALL` or `CA_MD_TOO_WEAK` when a certificate is too weak for the security level.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_use_cert_and_key(
    ctx: *mut Context,
    x509: *mut ffi::X509,
    privatekey: *mut ffi::EVP_PKEY,
    chain: *mut ffi::stack_st_X509,
    r#override: c_int,
) -> c_int {
    call(c"SSL_CTX_use_cert_and_key", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        unsafe { use_all(borrow(ctx)?, x509, privatekey, chain, r#override != 0) }?;
        Ok(1)
    })
}

/// As `SSL_CTX_use_cert_and_key`, for one connection.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_use_cert_and_key(
    ssl: *mut Connection,
    x509: *mut ffi::X509,
    privatekey: *mut ffi::EVP_PKEY,
    chain: *mut ffi::stack_st_X509,
    r#override: c_int,
) -> c_int {
    call(c"SSL_use_cert_and_key", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        unsafe { use_all(borrow(ssl)?, x509, privatekey, chain, r#override != 0) }?;
        Ok(1)
    })
}

/// Returns the current certificate of the context, or NULL when the current slot has none.
///
/// Lifetime: until another is set, or the owner's end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get0_certificate(ctx: *const Context) -> *mut ffi::X509 {
    call(c"SSL_CTX_get0_certificate", ptr::null_mut(), || {
        // SAFETY: NULL or live, as the caller promises.
        let settings = unsafe { borrow_quietly(ctx) }?.settings();
        let slot = settings.credentials.current();
        Ok(pointer(slot.and_then(|slot| slot.certificate.as_ref())))
    })
}

/// Returns this side's certificate, or NULL: the one that the handshake has selected, and before
/// that the one set last. In the callback of `SSL_CTX_set_cert_cb` it is still the one set last.
///
/// Lifetime: until another is set, or the owner's end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_certificate(ssl: *const Connection) -> *mut ffi::X509 {
    call(c"SSL_get_certificate", ptr::null_mut(), || {
        // SAFETY: NULL or live, as the caller promises.
        let slot = unsafe { borrow_quietly(ssl) }?.slot_in_use();
        // The connection keeps what the slot holds.
        Ok(pointer(slot.and_then(|slot| slot.certificate).as_ref()))
    })
}

/// Removes all certificates, keys and chains of the connection; those of its context stay.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_certs_clear(ssl: *mut Connection) {
    call(c"SSL_certs_clear", (), || {
        // SAFETY: NULL or live, as the caller promises.
        unsafe { borrow_quietly(ssl) }?.change_credentials(&|credentials| {
            credentials.clear();
            Ok(())
        })
    })
}

/// A new reference to the program's certificate.
///
/// # Safety
/// `raw` is NULL or a live certificate.
unsafe fn certificate(raw: *mut ffi::X509) -> Result<X509> {
    // SAFETY: as the caller promises.
    unsafe { X509::from_raw_shared(raw) }.ok_or_else(|| Error::new(Reason::PASSED_NULL_PARAMETER))
}

/// # Safety
/// `data` is NULL or readable for `len` bytes.
unsafe fn parsed(library: &LibraryContext, data: *const c_uchar, len: c_int) -> Result<X509> {
    // SAFETY: as the caller promises.
    let der = unsafe { bytes(data, usize::try_from(len).unwrap_or(0)) };
    X509::from_der_prefix(library, der).map_err(|_| Error::new(ERR_R_ASN1_LIB))
}

/// # Safety
/// The pointers are NULL or live.
unsafe fn use_all(
    holder: &impl CredentialHolder,
    x509: *mut ffi::X509,
    privatekey: *mut ffi::EVP_PKEY,
    chain: *mut ffi::stack_st_X509,
    overwrite: bool,
) -> Result<()> {
    // SAFETY: as the caller promises.
    let (certificate, key, chain) = unsafe {
        (
            certificate(x509)?,
            PrivateKey::from_raw_shared(privatekey),
            X509Chain::lend_x509(chain),
        )
    };
    let chain = chain.map(|chain| chain.duplicate()).transpose()?;
    holder.use_all(&certificate, key.as_ref(), chain, overwrite)
}

fn pointer(certificate: Option<&X509>) -> *mut ffi::X509 {
    certificate.map_or(ptr::null_mut(), X509::as_ptr)
}
