//! The name that the peer's certificate must have (SSL_set1_host(3)).

use std::ffi::{c_char, c_int, c_uint};
use std::ptr;

use super::call::call;
use super::pointer::{borrow, borrow_quietly, c_str};
use crate::connection::Connection;
use crate::error::Error;
use crate::libcrypto::verify_param::VerifyParam;

/// Sets the name that the peer's certificate must have, and removes former ones: a host name, or an
/// IP address as text, which becomes the address of the verify parameters. With NULL or an empty
/// name any certificate name is accepted. It does not change the server name that a client sends
/// (`SSL_set_tlsext_host_name`).
///
/// The name is checked only with `SSL_VERIFY_PEER`.
///
/// Returns 1, or 0 with an error on the queue.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set1_host(ssl: *mut Connection, hostname: *const c_char) -> c_int {
    call(c"SSL_set1_host", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let (connection, name) = unsafe { (borrow(ssl)?, c_str(hostname)) };
        let param = connection.configuration.verify_param()?;
        if !name.is_some_and(|name| param.set1_ip_text(name)) {
            param.set1_host(name)?;
        }
        Ok(1)
    })
}

/// Adds an alternative name that the peer's certificate may have. Only one IP address is possible.
///
/// Returns 1; or 0, without an error on the queue for a second address.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_add1_host(ssl: *mut Connection, hostname: *const c_char) -> c_int {
    call(c"SSL_add1_host", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let (connection, name) = unsafe { (borrow(ssl)?, c_str(hostname)) };
        let param = connection.configuration.verify_param()?;
        match name {
            Some(text) if VerifyParam::new()?.set1_ip_text(text) => {
                if param.has_ip() || !param.set1_ip_text(text) {
                    return Err(Error::Silent);
                }
            }
            _ => param.add1_host(name)?,
        }
        Ok(1)
    })
}

/// Sets how names are compared: `X509_CHECK_FLAG_…` bits, see X509_check_host(3).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_hostflags(ssl: *mut Connection, flags: c_uint) {
    call(c"SSL_set_hostflags", (), || {
        // SAFETY: NULL or live, as the caller promises.
        unsafe { borrow_quietly(ssl) }?
            .configuration
            .verify_param()?
            .set_hostflags(flags);
        Ok(())
    })
}

/// Returns the name in the peer's certificate that matched, for example `*.example.org`; NULL when
/// none was asked for, or none matched, or the session was resumed.
///
/// Lifetime: until the next verification, or the connection's end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get0_peername(ssl: *mut Connection) -> *const c_char {
    call(c"SSL_get0_peername", ptr::null(), || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ssl) }?
            .configuration
            .verify_param()?
            .peername())
    })
}
