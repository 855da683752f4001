//! The ClientHello as a server's callback sees it (SSL_CTX_set_client_hello_cb(3)).
//!
//! The functions that read it may be called from within the ClientHello callback. What they lend is
//! valid until the callback returns.

use std::ffi::{c_int, c_uchar, c_uint, c_void};
use std::sync::Arc;

use openssl_sys as ffi;

use super::call::call;
use super::pointer::{borrow, borrow_quietly, bytes, store};
use crate::callback::{ClientHelloCallback, ClientHelloFunction};
use crate::cipher::{SuiteList, SuiteListForm};
use crate::connection::Connection;
use crate::context::{CipherStack, Context};
use crate::error::{Error, Result};
use crate::libcrypto::memory;
use crate::wire::{ClientHello, ExtensionType};

/// Sets the function that a server calls when it has read a ClientHello, before any other check,
/// and its last argument. It returns `SSL_CLIENT_HELLO_SUCCESS` (1) to go on,
/// `SSL_CLIENT_HELLO_RETRY` (-1) to suspend the handshake (`SSL_ERROR_WANT_CLIENT_HELLO_CB`) and be
/// called again, or `SSL_CLIENT_HELLO_ERROR` (0) to end it with the alert `*al`. It is read from
/// the context when it is needed; NULL unsets it.
///
/// Lifetime: the function's arguments, until it returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_client_hello_cb(
    ctx: *mut Context,
    callback: ClientHelloFunction,
    arg: *mut c_void,
) {
    call(c"SSL_CTX_set_client_hello_cb", (), || {
        // SAFETY: NULL or live, as the caller promises.
        let context = unsafe { borrow_quietly(ctx) }?;
        // SAFETY: may be called as its manual page says, as the caller promises.
        let callback = unsafe { ClientHelloCallback::new(callback, arg) };
        context.callbacks.client_hello.set(callback);
        Ok(())
    })
}

/// Returns 1 if the ClientHello came in the form of SSL 2.0; always 0, because those are rejected.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_client_hello_isv2(ssl: *mut Connection) -> c_int {
    let _ = ssl;
    0
}

/// Returns the field legacy_version of the ClientHello; 0 outside of the callback.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_client_hello_get0_legacy_version(ssl: *mut Connection) -> c_uint {
    call(c"SSL_client_hello_get0_legacy_version", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { hello_of(ssl) }?.legacy_version().0.into())
    })
}

/// Sets `*out` to the random of the ClientHello and returns its length, 32; 0 outside of the
/// callback. `out` may be NULL.
///
/// Lifetime: until the callback returns success or failure, also while it is suspended.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_client_hello_get0_random(
    ssl: *mut Connection,
    out: *mut *const c_uchar,
) -> usize {
    // SAFETY: as the caller promises.
    unsafe {
        lend_part(
            c"SSL_client_hello_get0_random",
            ssl,
            out,
            ClientHello::random,
        )
    }
}

/// Sets `*out` to the session id of the ClientHello and returns its length, 0 to 32; 0 outside of
/// the callback. `out` may be NULL.
///
/// Lifetime: until the callback returns success or failure, also while it is suspended.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_client_hello_get0_session_id(
    ssl: *mut Connection,
    out: *mut *const c_uchar,
) -> usize {
    let part = ClientHello::session_id;
    // SAFETY: as the caller promises.
    unsafe { lend_part(c"SSL_client_hello_get0_session_id", ssl, out, part) }
}

/// Sets `*out` to the cipher suites of the ClientHello, two bytes each, and returns the number of
/// bytes; 0 outside of the callback. `SSL_bytes_to_cipher_list` reads them. `out` may be NULL.
///
/// Lifetime: until the callback returns success or failure, also while it is suspended.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_client_hello_get0_ciphers(
    ssl: *mut Connection,
    out: *mut *const c_uchar,
) -> usize {
    let part = ClientHello::cipher_suite_bytes;
    // SAFETY: as the caller promises.
    unsafe { lend_part(c"SSL_client_hello_get0_ciphers", ssl, out, part) }
}

/// Sets `*out` to the compression methods of the ClientHello and returns how many there are; 0
/// outside of the callback. `out` may be NULL.
///
/// Lifetime: until the callback returns success or failure, also while it is suspended.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_client_hello_get0_compression_methods(
    ssl: *mut Connection,
    out: *mut *const c_uchar,
) -> usize {
    let part = ClientHello::compression_methods;
    // SAFETY: as the caller promises.
    unsafe { lend_part(c"SSL_client_hello_get0_compression_methods", ssl, out, part) }
}

/// Sets `*out` to the types of the extensions in the ClientHello that OpenSSL knows, in the
/// client's order, and `*outlen` to how many there are. The caller frees the array with
/// `OPENSSL_free`; it is NULL when there are none.
///
/// Returns 1; or 0 outside of the callback, for NULL, and when memory is short, with an error on
/// the queue.
///
/// Lifetime: the caller's, freed by `OPENSSL_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_client_hello_get1_extensions_present(
    ssl: *mut Connection,
    out: *mut *mut c_int,
    outlen: *mut usize,
) -> c_int {
    call(c"SSL_client_hello_get1_extensions_present", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let hello = unsafe { hello_of(ssl) }?;
        if out.is_null() || outlen.is_null() {
            return Err(Error::Silent);
        }
        let types = hello.extension_types();
        let count = types.len();
        let array: *mut c_int = memory::allocate(count * size_of::<c_int>())?.cast();
        for (index, kind) in types.into_iter().enumerate() {
            // SAFETY: the array has room for `count` numbers.
            unsafe { array.add(index).write(kind.0.into()) };
        }
        // SAFETY: both can be written, as the caller promises.
        unsafe {
            store(out, array);
            store(outlen, count);
        }
        Ok(1)
    })
}

/// Sets `*out` and `*outlen` to the contents of the extension of type `kind` in the ClientHello.
/// Either may be NULL. Returns 1; or 0 when there is no such extension, or OpenSSL does not know
/// its type, and outside of the callback.
///
/// Lifetime: until the callback returns success or failure, also while it is suspended.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_client_hello_get0_ext(
    ssl: *mut Connection,
    kind: c_uint,
    out: *mut *const c_uchar,
    outlen: *mut usize,
) -> c_int {
    call(c"SSL_client_hello_get0_ext", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let hello = unsafe { hello_of(ssl) }?;
        let kind = u16::try_from(kind).map_err(|_| Error::Silent)?;
        let contents = hello
            .known_extension(ExtensionType(kind))
            .ok_or(Error::Silent)?;
        // SAFETY: both are NULL or can be written, as the caller promises.
        unsafe {
            store(out, contents.as_ptr());
            store(outlen, contents.len());
        }
        Ok(1)
    })
}

/// Makes lists of the suites at `bytes`: two bytes each, or three in the form of SSL 2.0
/// (`isv2format` not 0), of which only those that begin with 0 count. `*sk` gets the suites,
/// `*scsvs` the signalling values among them; unknown ones are left out. Either may be NULL. The
/// caller frees the lists with `sk_SSL_CIPHER_free`; the suites are static.
///
/// Returns 1, or 0 with an error on the queue.
///
/// Lifetime: the caller's, freed by `sk_SSL_CIPHER_free`.
///
/// # Safety
/// `bytes` is NULL or readable for `len` bytes. `ssl` is not used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_bytes_to_cipher_list(
    ssl: *mut Connection,
    bytes: *const c_uchar,
    len: usize,
    isv2format: c_int,
    sk: *mut *mut ffi::stack_st_SSL_CIPHER,
    scsvs: *mut *mut ffi::stack_st_SSL_CIPHER,
) -> c_int {
    let _ = ssl;
    call(c"SSL_bytes_to_cipher_list", 0, || {
        // SAFETY: NULL or readable, as the caller promises.
        let bytes = unsafe { self::bytes(bytes, len) };
        let form = match isv2format {
            0 => SuiteListForm::Tls,
            _ => SuiteListForm::Ssl2,
        };
        let list = SuiteList::read(bytes, form)?;
        let (suites, signals) = (
            CipherStack::from_items(list.suites)?,
            CipherStack::from_items(list.signals)?,
        );
        // SAFETY: both are NULL or can be written, as the caller promises.
        unsafe {
            if !sk.is_null() {
                store(sk, suites.into_raw());
            }
            if !scsvs.is_null() {
                store(scsvs, signals.into_raw());
            }
        }
        Ok(1)
    })
}

/// Lends a part of the ClientHello and returns its length; 0 when there is none.
///
/// # Safety
/// `ssl` is NULL or a live connection; `out` is NULL or can be written.
unsafe fn lend_part(
    function: &'static std::ffi::CStr,
    ssl: *const Connection,
    out: *mut *const c_uchar,
    part: impl FnOnce(&ClientHello) -> &[u8],
) -> usize {
    call(function, 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let hello = unsafe { hello_of(ssl) }?;
        let part = part(&hello);
        // SAFETY: NULL or can be written, as the caller promises. The handshake keeps the message.
        unsafe { store(out, part.as_ptr()) };
        Ok(part.len())
    })
}

/// The ClientHello of a handshake that is under way. No error is queued when there is none.
///
/// # Safety
/// `ssl` is NULL or a live connection.
unsafe fn hello_of(ssl: *const Connection) -> Result<Arc<ClientHello>> {
    // SAFETY: NULL or live, as the caller promises.
    unsafe { borrow(ssl) }?.client_hello().ok_or(Error::Silent)
}
