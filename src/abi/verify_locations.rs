//! Trusted certificates, for verifying peers (SSL_CTX_load_verify_locations(3),
//! SSL_CTX_set_cert_store(3)).
//!
//! A context has a store of trusted certificates and CRLs, which is read whenever a chain is
//! verified: later additions apply to existing connections too. Contexts may share one store.
//! Incomplete chains of this side are also completed from it when they are first sent; certificates
//! that the program itself adds to the store after that do not change them.

use std::ffi::{CStr, c_char, c_int};
use std::ptr;

use openssl_sys as ffi;

use super::call::call;
use super::pointer::{borrow, borrow_quietly, c_str};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::libcrypto::library::LibraryContext;
use crate::libcrypto::store::Store;

/// Trusts the certificates of the PEM file `cafile`, which is read now, and of the directory
/// `ca_path`, which is searched whenever an issuer is missing and whose files `openssl rehash` has
/// named. One of the two may be NULL.
///
/// Returns 1; or 0, with an error on the queue unless both are NULL: the file cannot be read or
/// holds no certificate. A directory that does not exist is no error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_load_verify_locations(
    ctx: *mut Context,
    cafile: *const c_char,
    ca_path: *const c_char,
) -> c_int {
    call(c"SSL_CTX_load_verify_locations", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let (context, file, directory) = unsafe { (borrow(ctx)?, c_str(cafile), c_str(ca_path)) };
        if file.is_none() && directory.is_none() {
            return Err(Error::Silent);
        }
        extend(context, |store, library| {
            file.map_or(Ok(()), |file| store.load_file(library, file))?;
            directory.map_or(Ok(()), |directory| store.load_path(directory))
        })
    })
}

/// Trusts the certificates of a PEM file, which is read now.
///
/// Returns 1; or 0 with an error on the queue. NULL queues none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_load_verify_file(
    ctx: *mut Context,
    cafile: *const c_char,
) -> c_int {
    call(c"SSL_CTX_load_verify_file", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let (context, file) = unsafe { (borrow(ctx)?, given(cafile)?) };
        extend(context, |store, library| store.load_file(library, file))
    })
}

/// Trusts the certificates of a directory, which is searched whenever an issuer is missing.
///
/// Returns 1; or 0 with an error on the queue. NULL queues none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_load_verify_dir(
    ctx: *mut Context,
    ca_path: *const c_char,
) -> c_int {
    call(c"SSL_CTX_load_verify_dir", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let (context, directory) = unsafe { (borrow(ctx)?, given(ca_path)?) };
        extend(context, |store, _| store.load_path(directory))
    })
}

/// Trusts the certificates at a URI, see ossl_store(7).
///
/// Returns 1; or 0 with an error on the queue. NULL queues none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_load_verify_store(
    ctx: *mut Context,
    castore: *const c_char,
) -> c_int {
    call(c"SSL_CTX_load_verify_store", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let (context, uri) = unsafe { (borrow(ctx)?, given(castore)?) };
        extend(context, |store, library| store.load_store(library, uri))
    })
}

/// Trusts the system's certificates: the file, directory and URI that libcrypto was built with, or
/// that the environment names (`SSL_CERT_FILE`, `SSL_CERT_DIR`). A missing one is no error.
///
/// Returns 1, or 0 with an error on the queue.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_default_verify_paths(ctx: *mut Context) -> c_int {
    call(c"SSL_CTX_set_default_verify_paths", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        extend(unsafe { borrow(ctx) }?, Store::set_default_paths)
    })
}

/// As `SSL_CTX_set_default_verify_paths`, only the file.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_default_verify_file(ctx: *mut Context) -> c_int {
    call(c"SSL_CTX_set_default_verify_file", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        extend(unsafe { borrow(ctx) }?, Store::set_default_file)
    })
}

/// As `SSL_CTX_set_default_verify_paths`, only the directory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_default_verify_dir(ctx: *mut Context) -> c_int {
    call(c"SSL_CTX_set_default_verify_dir", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        extend(unsafe { borrow(ctx) }?, Store::set_default_directory)
    })
}

/// As `SSL_CTX_set_default_verify_paths`, only the URI.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_default_verify_store(ctx: *mut Context) -> c_int {
    call(c"SSL_CTX_set_default_verify_store", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        extend(unsafe { borrow(ctx) }?, Store::set_default_store)
    })
}

/// Returns the context's store of trusted certificates; never NULL for a context. The program may
/// add to it at any time.
///
/// Lifetime: until `SSL_CTX_set_cert_store`, or the context's end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get_cert_store(ctx: *const Context) -> *mut ffi::X509_STORE {
    call(c"SSL_CTX_get_cert_store", ptr::null_mut(), || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ctx) }?.certificate_store_pointer())
    })
}

/// Replaces the context's store by `store`, and takes the caller's reference to it. NULL replaces
/// it by an empty one. Existing connections use the new one from now on.
///
/// # Safety
/// `store` is NULL or live, and the caller transfers a reference.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_cert_store(ctx: *mut Context, store: *mut ffi::X509_STORE) {
    call(c"SSL_CTX_set_cert_store", (), || {
        // SAFETY: NULL or live, as the caller promises.
        let (context, store) = unsafe { (borrow_quietly(ctx)?, Store::from_raw_owned(store)) };
        replace(context, store)
    })
}

/// As `SSL_CTX_set_cert_store`, but the context takes another reference: `store` stays the
/// caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set1_cert_store(ctx: *mut Context, store: *mut ffi::X509_STORE) {
    call(c"SSL_CTX_set1_cert_store", (), || {
        // SAFETY: NULL or live, as the caller promises.
        let (context, store) = unsafe { (borrow_quietly(ctx)?, Store::from_raw_shared(store)) };
        replace(context, store)
    })
}

fn replace(context: &Context, store: Option<Store>) -> Result<()> {
    let store = store.map_or_else(Store::new, Ok)?;
    context.set_certificate_store(store);
    Ok(())
}

/// Adds to the store; chains that were completed from it are built again.
fn extend(
    context: &Context,
    add: impl FnOnce(&Store, &LibraryContext) -> Result<()>,
) -> Result<c_int> {
    add(&context.certificate_store(), &context.library)?;
    context.forget_prepared_credentials();
    Ok(1)
}

/// # Safety
/// `text` is NULL or a C string that lives while the result is used.
unsafe fn given<'a>(text: *const c_char) -> Result<&'a CStr> {
    // SAFETY: as the caller promises.
    unsafe { c_str(text) }.ok_or(Error::Silent)
}
