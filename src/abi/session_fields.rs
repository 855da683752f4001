//! Fields of sessions that are numbers, and the cipher (`SSL_SESSION_get_time(3)`,
//! `SSL_SESSION_get0_cipher(3)`, …).

use std::ffi::{c_int, c_long, c_uint, c_ulong};
use std::ptr::null;

use crate::abi::call::call;
use crate::abi::pointer::{borrow, borrow_quietly, optional};
use crate::cipher::Cipher;
use crate::session::Session;

/// Reads when the session was made, in seconds since the epoch.
///
/// Returns the time; 0 for NULL. No errors.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_get_time(session: *const Session) -> c_long {
    call(c"SSL_SESSION_get_time", 0, || {
        // SAFETY: NULL or a live session, as the caller promises.
        Ok(unsafe { borrow_quietly(session) }?.time())
    })
}

/// Sets when the session was made, in seconds since the epoch. A session in a cache takes its new
/// place in the order of expiry.
///
/// Returns `t` itself (so 0 for a `t` of 0, which is no failure); 0 for NULL. No errors. Threads
/// may set and get on a shared session.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_set_time(session: *mut Session, t: c_long) -> c_long {
    call(c"SSL_SESSION_set_time", 0, || {
        // SAFETY: NULL or a live session, as the caller promises.
        unsafe { borrow_quietly(session) }?.set_time(t);
        Ok(t)
    })
}

/// Reads how long the session lasts from the time it was made, in seconds.
///
/// Returns the timeout; 0 for NULL. No errors.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_get_timeout(session: *const Session) -> c_long {
    call(c"SSL_SESSION_get_timeout", 0, || {
        // SAFETY: NULL or a live session, as the caller promises.
        Ok(unsafe { borrow_quietly(session) }?.timeout())
    })
}

/// Sets how long the session lasts from the time it was made, in seconds. A session in a cache
/// takes its new place in the order of expiry. A session whose sum of time and timeout is out of
/// range never expires.
///
/// Returns 1; 0 for NULL and for a negative timeout, which changes nothing. No errors. Threads may
/// set and get on a shared session.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_set_timeout(session: *mut Session, t: c_long) -> c_long {
    call(c"SSL_SESSION_set_timeout", 0, || {
        // SAFETY: NULL or a live session, as the caller promises.
        unsafe { borrow_quietly(session) }?.set_timeout(t)?;
        Ok(1)
    })
}

/// Reads the protocol version of the session, such as `TLS1_3_VERSION` (0x0304); 0 for a session
/// that has none yet.
///
/// Returns the version. Queues an error for NULL only.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_get_protocol_version(session: *const Session) -> c_int {
    call(c"SSL_SESSION_get_protocol_version", 0, || {
        // SAFETY: NULL or a live session, as the caller promises.
        Ok(unsafe { borrow(session) }?.protocol_version())
    })
}

/// Sets the protocol version of a session that the program builds, for instance for a PSK. Any
/// number is accepted.
///
/// Returns 1; 0 with an error on the queue for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_set_protocol_version(
    session: *mut Session,
    version: c_int,
) -> c_int {
    call(c"SSL_SESSION_set_protocol_version", 0, || {
        // SAFETY: NULL or a live session, as the caller promises.
        unsafe { borrow(session) }?.set_protocol_version(version);
        Ok(1)
    })
}

/// Reads the cipher suite of the session.
///
/// Returns the cipher, or NULL when none was set. Queues an error for NULL only.
///
/// Lifetime: static.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_get0_cipher(session: *const Session) -> *const Cipher {
    call(c"SSL_SESSION_get0_cipher", null(), || {
        // SAFETY: NULL or a live session, as the caller promises.
        let session = unsafe { borrow(session) }?;
        Ok(Cipher::from_id(session.cipher_id()).map_or(null(), std::ptr::from_ref))
    })
}

/// Sets the cipher suite of a session that the program builds, for instance for a PSK; NULL
/// unsets it. Whether it suits the protocol version is not checked.
///
/// Returns 1; 0 with an error on the queue when `session` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_set_cipher(
    session: *mut Session,
    cipher: *const Cipher,
) -> c_int {
    call(c"SSL_SESSION_set_cipher", 0, || {
        // SAFETY: NULL or a live session, as the caller promises.
        let session = unsafe { borrow(session) }?;
        // SAFETY: NULL or one of the static ciphers, as the caller promises.
        let cipher = unsafe { optional(cipher) }?;
        session.set_cipher_id(cipher.map_or(0, |cipher| cipher.id));
        Ok(1)
    })
}

/// Says whether a client's session has a ticket.
///
/// Returns 1 or 0. Queues an error for NULL only.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_has_ticket(session: *const Session) -> c_int {
    call(c"SSL_SESSION_has_ticket", 0, || {
        // SAFETY: NULL or a live session, as the caller promises.
        let session = unsafe { borrow(session) }?;
        let has_ticket = session.ticket().is_some_and(|ticket| !ticket.is_empty());
        Ok(has_ticket.into())
    })
}

/// Reads how long the server accepts the ticket, in seconds; 0 when the server did not say.
///
/// Returns the hint. Queues an error for NULL only.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_get_ticket_lifetime_hint(session: *const Session) -> c_ulong {
    call(c"SSL_SESSION_get_ticket_lifetime_hint", 0, || {
        // SAFETY: NULL or a live session, as the caller promises.
        Ok(unsafe { borrow(session) }?.lifetime_hint())
    })
}

/// Reads how much early data may be sent when the session is resumed, in bytes; 0 for none.
///
/// Returns the limit. Queues an error for NULL only.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_get_max_early_data(session: *const Session) -> u32 {
    call(c"SSL_SESSION_get_max_early_data", 0, || {
        // SAFETY: NULL or a live session, as the caller promises.
        Ok(unsafe { borrow(session) }?.max_early_data())
    })
}

/// Sets how much early data may be sent when a session that the program builds, for instance for
/// a PSK, is resumed.
///
/// Returns 1; 0 with an error on the queue for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_set_max_early_data(
    session: *mut Session,
    max_early_data: u32,
) -> c_int {
    call(c"SSL_SESSION_set_max_early_data", 0, || {
        // SAFETY: NULL or a live session, as the caller promises.
        unsafe { borrow(session) }?.set_max_early_data(max_early_data);
        Ok(1)
    })
}

/// Reads the negotiated mode of the max_fragment_length extension (`TLSEXT_max_fragment_length_…`,
/// 1 to 4); 0 for none.
///
/// Returns the mode. Queues an error for NULL only.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_get_max_fragment_length(session: *const Session) -> u8 {
    call(c"SSL_SESSION_get_max_fragment_length", 0, || {
        // SAFETY: NULL or a live session, as the caller promises.
        Ok(unsafe { borrow(session) }?.settled_max_fragment_length())
    })
}

/// Reads the compression method of the session: 0, except in sessions that old programs saved. TLS
/// compression is not supported.
///
/// Returns the method. Queues an error for NULL only.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_get_compress_id(session: *const Session) -> c_uint {
    call(c"SSL_SESSION_get_compress_id", 0, || {
        // SAFETY: NULL or a live session, as the caller promises.
        Ok(unsafe { borrow(session) }?.compression().into())
    })
}
