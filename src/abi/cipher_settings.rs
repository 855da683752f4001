//! Cipher suites of contexts and connections (SSL_CTX_set_cipher_list(3), SSL_get_ciphers(3)).

use std::ffi::{CStr, c_char, c_int};

use openssl_sys as ffi;

use super::call::call;
use super::pointer::{borrow, borrow_quietly, c_str};
use crate::cipher::list::parse_ciphersuites;
use crate::cipher::{Cipher, CipherList};
use crate::connection::Connection;
use crate::context::Context;
use crate::error::{Error, Reason, Result};
use crate::libcrypto::stack::Stack;

/// Returns the suite that `ssl` uses, or NULL before one is negotiated.
///
/// Lifetime: static.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_current_cipher(ssl: *const Connection) -> *const Cipher {
    call(c"SSL_get_current_cipher", std::ptr::null(), || {
        // SAFETY: NULL or live, as the caller promises.
        let connection = unsafe { borrow_quietly(ssl) }?;
        Ok(connection
            .current_cipher()
            .map_or(std::ptr::null(), std::ptr::from_ref))
    })
}

/// Sets the suites for TLS 1.2 from a string as in openssl-ciphers(1). Suites that this library
/// does not support are left out.
///
/// Returns 1; or 0 with an error on the queue when no suite is left, and then nothing changes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_cipher_list(ctx: *mut Context, str: *const c_char) -> c_int {
    call(c"SSL_CTX_set_cipher_list", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let (context, string) = unsafe { (borrow(ctx)?, required(str)?) };
        let list = CipherList::parse(string.to_bytes())?;
        context.change_settings(|settings| settings.set_cipher_list(&list));
        Ok(1)
    })
}

/// As `SSL_CTX_set_cipher_list`, for one connection.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_cipher_list(ssl: *mut Connection, str: *const c_char) -> c_int {
    call(c"SSL_set_cipher_list", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let (connection, string) = unsafe { (borrow(ssl)?, required(str)?) };
        let list = CipherList::parse(string.to_bytes())?;
        connection.change_ciphers(|settings| settings.set_cipher_list(&list));
        Ok(1)
    })
}

/// Sets the suites for TLS 1.3: names with colons between them; an empty string for none.
///
/// Returns 1; or 0 with an error on the queue, and then nothing changes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_ciphersuites(ctx: *mut Context, str: *const c_char) -> c_int {
    call(c"SSL_CTX_set_ciphersuites", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let (context, string) = unsafe { (borrow(ctx)?, required(str)?) };
        let suites = parse_ciphersuites(string.to_bytes())?;
        context.change_settings(|settings| settings.set_tls13_ciphers(&suites));
        Ok(1)
    })
}

/// Returns the suites of `ctx` in order of preference, TLS 1.3 first.
///
/// Lifetime: until the suites are changed, or the owner's end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get_ciphers(ctx: *const Context) -> *mut ffi::stack_st_SSL_CIPHER {
    call(c"SSL_CTX_get_ciphers", std::ptr::null_mut(), || {
        // SAFETY: NULL or live, as the caller promises.
        let settings = unsafe { borrow_quietly(ctx) }?.settings();
        Ok(settings.cipher_stack()?.as_ptr())
    })
}

/// Returns the suites of `ssl` in order of preference, TLS 1.3 first.
///
/// Lifetime: until the suites are changed, or the owner's end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_ciphers(ssl: *const Connection) -> *mut ffi::stack_st_SSL_CIPHER {
    call(c"SSL_get_ciphers", std::ptr::null_mut(), || {
        // SAFETY: NULL or live, as the caller promises.
        let settings = unsafe { borrow_quietly(ssl) }?.settings_with_ciphers();
        Ok(settings.cipher_stack()?.as_ptr())
    })
}

/// Returns the suites that `ssl` would offer with its versions, its signature algorithms and its
/// security level or callback, in a list that the caller frees with `sk_SSL_CIPHER_free`; NULL for
/// none.
///
/// Lifetime: the caller's, freed by `sk_SSL_CIPHER_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get1_supported_ciphers(
    ssl: *mut Connection,
) -> *mut ffi::stack_st_SSL_CIPHER {
    call(c"SSL_get1_supported_ciphers", std::ptr::null_mut(), || {
        // SAFETY: NULL or live, as the caller promises.
        let connection = unsafe { borrow_quietly(ssl) }?;
        Ok(Stack::from_items(connection.supported_ciphers())?.into_raw())
    })
}

/// Returns the name of suite number `priority` (0 the most preferred) of `ssl`, or NULL.
///
/// Lifetime: static.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_cipher_list(
    ssl: *const Connection,
    priority: c_int,
) -> *const c_char {
    call(c"SSL_get_cipher_list", std::ptr::null(), || {
        // SAFETY: NULL or live, as the caller promises.
        let settings = unsafe { borrow_quietly(ssl) }?.settings_with_ciphers();
        let number = usize::try_from(priority).map_err(|_| Error::Silent)?;
        Ok(settings
            .ciphers()
            .nth(number)
            .map_or(std::ptr::null(), |cipher| cipher.name.as_ptr()))
    })
}

/// As `SSL_CTX_set_ciphersuites`, for one connection.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_ciphersuites(ssl: *mut Connection, str: *const c_char) -> c_int {
    call(c"SSL_set_ciphersuites", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let (connection, string) = unsafe { (borrow(ssl)?, required(str)?) };
        let suites = parse_ciphersuites(string.to_bytes())?;
        connection.change_ciphers(|settings| settings.set_tls13_ciphers(&suites));
        Ok(1)
    })
}

/// Returns the suite that `ssl` is about to use; the same as `SSL_get_current_cipher`.
///
/// Lifetime: static.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_pending_cipher(ssl: *const Connection) -> *const Cipher {
    // SAFETY: as the caller promises.
    unsafe { SSL_get_current_cipher(ssl) }
}

/// Returns the suite with this two-byte TLS number, or NULL.
///
/// Lifetime: static.
///
/// # Safety
/// `ptr` is readable for two bytes; `ssl` is not used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CIPHER_find(ssl: *mut Connection, ptr: *const u8) -> *const Cipher {
    let _ = ssl;
    call(c"SSL_CIPHER_find", std::ptr::null(), || {
        if ptr.is_null() {
            return Err(Error::Silent);
        }
        // SAFETY: two readable bytes, as the caller promises.
        let number = unsafe { u16::from_be_bytes([*ptr, *ptr.add(1)]) };
        Ok(Cipher::from_wire(number).map_or(std::ptr::null(), std::ptr::from_ref))
    })
}

/// Returns, on a server, the suites that the client offered and this library knows, in the client's
/// order.
///
/// Lifetime: until the next handshake.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_client_ciphers(
    ssl: *const Connection,
) -> *mut ffi::stack_st_SSL_CIPHER {
    call(c"SSL_get_client_ciphers", std::ptr::null_mut(), || {
        // SAFETY: NULL or live, as the caller promises.
        unsafe { borrow_quietly(ssl) }?.hellos.lend_ciphers()
    })
}

/// Writes, on a server, the names of the suites that both sides know to `buf` of `size` bytes, with
/// colons between them. Returns `buf`, or NULL.
///
/// Lifetime: the caller's buffer.
///
/// # Safety
/// `buf` is writable for `size` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_shared_ciphers(
    ssl: *const Connection,
    buf: *mut c_char,
    size: c_int,
) -> *mut c_char {
    call(c"SSL_get_shared_ciphers", std::ptr::null_mut(), || {
        // SAFETY: NULL or live, as the caller promises.
        let connection = unsafe { borrow_quietly(ssl) }?;
        let size = usize::try_from(size).map_err(|_| Error::Silent)?;
        let text = match buf.is_null() {
            true => None,
            false => connection.shared_cipher_names(size),
        };
        let text = text.ok_or(Error::Silent)?;
        // SAFETY: `text` with its NUL is no longer than `size`, which is writable.
        unsafe { std::ptr::copy_nonoverlapping(text.as_ptr(), buf, text.count_bytes() + 1) };
        Ok(buf)
    })
}

/// # Safety
/// `text` is NULL or a C string.
unsafe fn required<'a>(text: *const c_char) -> Result<&'a CStr> {
    // SAFETY: as the caller promises.
    unsafe { c_str(text) }.ok_or_else(|| Error::new(Reason::PASSED_NULL_PARAMETER))
}
