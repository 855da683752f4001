//! Controls that ask about one connection, or set what only one connection has.

use std::ffi::{CStr, c_long};

use super::target::Argument;
use crate::connection::{Connection, Stage};
use crate::error::{Error, Reason, Result};

/// `TLSEXT_NAMETYPE_host_name`
const HOST_NAME: c_long = 0;
const LONGEST_HOST_NAME: usize = 255;
/// Bytes of a suite on the wire.
const SUITE_LENGTH: c_long = 2;

/// Sets the server name that a client sends; NULL for none. It is copied.
///
/// # Safety
/// The pointer is NULL or a C string.
pub unsafe fn set_server_name(connection: &Connection, argument: Argument) -> Result<c_long> {
    if argument.number != HOST_NAME {
        return Err(Error::new(Reason::SSL3_EXT_INVALID_SERVERNAME_TYPE));
    }
    if argument.pointer.is_null() {
        connection.configuration.set_server_name(None);
        return Ok(1);
    }
    // SAFETY: not NULL, so a C string.
    let name = unsafe { CStr::from_ptr(argument.pointer.cast_const().cast()) };
    // As in OpenSSL, the old name is removed even if the new one is invalid.
    connection.configuration.set_server_name(None);
    if !(1..=LONGEST_HOST_NAME).contains(&name.count_bytes()) {
        return Err(Error::new(Reason::SSL3_EXT_INVALID_SERVERNAME));
    }
    connection
        .configuration
        .set_server_name(Some(name.to_owned()));
    Ok(1)
}

/// Whether the session uses the extended master secret: 1 or 0; -1 without a session and during a
/// handshake.
pub fn extended_master_secret(connection: &Connection) -> c_long {
    match (connection.stage(), connection.session()) {
        (Stage::Open | Stage::Failed, Some(session)) => session.extended_master_secret().into(),
        _ => -1,
    }
}

/// Whether the peer has signalled secure renegotiation (RFC 5746), though this library never
/// renegotiates. A TLS 1.3 server does not signal it.
pub fn secure_renegotiation(connection: &Connection) -> c_long {
    connection.hellos.secure_renegotiation().into()
}

/// Lends the suites that a client has offered, two bytes each, and returns the number of bytes.
/// With NULL it returns how many bytes a suite has.
///
/// - Lifetime of `SSL_CTRL_GET_RAW_CIPHERLIST`: until the next handshake.
///
/// # Safety
/// The pointer is NULL or can be written as a pointer.
pub unsafe fn offered_suites(connection: &Connection, argument: Argument) -> Result<c_long> {
    if argument.pointer.is_null() {
        return Ok(SUITE_LENGTH);
    }
    let suites = connection.hellos.cipher_suites();
    if suites.is_empty() {
        return Ok(0);
    }
    // SAFETY: as the caller promises.
    unsafe { argument.write(suites.as_ptr()) }?;
    Ok(suites.len() as c_long)
}

/// The program wants to retry verification later. That is not supported, so the peer is rejected.
pub fn retry_verification(connection: &Connection) -> Result<c_long> {
    connection.peer.reject();
    Err(Error::with(
        Reason::UNSUPPORTED,
        "SSL_set_retry_verify: Reprise cannot suspend a handshake in verification",
    ))
}
