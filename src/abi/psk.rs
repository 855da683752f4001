//! Pre-shared keys that come from the program and not from a resumed session, in TLS 1.3 (RFC 8446,
//! section 2.2; SSL_CTX_set_psk_client_callback(3), SSL_CTX_use_psk_identity_hint(3)).
//!
//! There are two kinds of callbacks. Those for TLS 1.3 provide a session: its master key is the
//! PSK, and its cipher determines the hash. Those for TLS 1.2 provide a bare key, whose hash is
//! SHA-256; they are called when the others have provided no key. TLS 1.2 itself has suites for
//! such keys, which the engine does not support: TLS 1.2 needs certificates.
//!
//! A connection that has used a PSK looks like one that has resumed a session:
//! SSL_session_reused(3) is 1, there is no certificate of the peer, and the server's tickets can be
//! resumed.

use std::ffi::{c_char, c_int};
use std::ptr;

use super::call::call;
use super::pointer::{borrow, borrow_quietly, c_str};
use crate::callback::{
    PskClientCallback, PskClientFunction, PskFindSessionCallback, PskFindSessionFunction,
    PskServerCallback, PskServerFunction, PskUseSessionCallback, PskUseSessionFunction,
};
use crate::connection::{Connection, LONGEST_PSK_IDENTITY};
use crate::context::Context;
use crate::error::{Error, Reason, Result};

/// Sets the function that provides the PSK of a TLS 1.3 client, for connections made later. It is
/// called before the ClientHello is sent, with `md` NULL, stores an identity (`id`, `idlen`: 1 to
/// 65535 bytes, which are copied at once) and a session whose one reference it transfers to the
/// library, and returns 1. The session needs a master key, a cipher, whose hash is that of the PSK,
/// and TLS1_3_VERSION; otherwise, and when the function returns 0, the handshake fails with
/// `SSL_R_BAD_PSK`. When it stores NULL for the session, the handshake continues without a PSK. A
/// client that offers a PSK offers no other session. NULL unsets the function.
///
/// Lifetime: the function's arguments, until it returns.
///
/// Status: partial (called once, also when the server asks for another ClientHello)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_psk_use_session_callback(
    ctx: *mut Context,
    callback: PskUseSessionFunction,
) {
    call(c"SSL_CTX_set_psk_use_session_callback", (), || {
        // SAFETY: NULL or live, and may be called as its manual page says, as the caller promises.
        let (context, callback) =
            unsafe { (borrow_quietly(ctx)?, PskUseSessionCallback::new(callback)) };
        context.change_settings(|settings| settings.psk.use_session = callback);
        Ok(())
    })
}

/// Sets the function that provides the PSK of an identity on a TLS 1.3 server, for connections made
/// later. It is called for each identity in the ClientHello, those of tickets included. It stores a
/// session as described at `SSL_CTX_set_psk_use_session_callback`, with a reference for the
/// library, or NULL if it does not know the identity, and returns 1; 0 ends the handshake. The
/// library works with a copy, which gets the server's session id context. NULL unsets the function.
///
/// Lifetime: the function's arguments, until it returns.
///
/// Status: partial (called once, also when another ClientHello is asked for)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_psk_find_session_callback(
    ctx: *mut Context,
    callback: PskFindSessionFunction,
) {
    call(c"SSL_CTX_set_psk_find_session_callback", (), || {
        // SAFETY: NULL or live, and may be called as its manual page says, as the caller promises.
        let (context, callback) =
            unsafe { (borrow_quietly(ctx)?, PskFindSessionCallback::new(callback)) };
        context.change_settings(|settings| settings.psk.find_session = callback);
        Ok(())
    })
}

/// Sets the function that provides a client's PSK, for connections made later, if the callback of
/// `SSL_CTX_set_psk_use_session_callback` provides none. `hint` is NULL. It writes a terminated
/// identity of at most `max_identity_len` (256) bytes and a key of at most `max_psk_len` (512)
/// bytes, and returns the length of the key, 0 for none. The hash of the key is SHA-256. NULL
/// unsets the function.
///
/// Lifetime: the function's arguments, until it returns.
///
/// Status: partial (TLS 1.3 only)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_psk_client_callback(
    ctx: *mut Context,
    callback: PskClientFunction,
) {
    call(c"SSL_CTX_set_psk_client_callback", (), || {
        // SAFETY: NULL or live, and may be called as its manual page says, as the caller promises.
        let (context, callback) =
            unsafe { (borrow_quietly(ctx)?, PskClientCallback::new(callback)) };
        context.change_settings(|settings| settings.psk.client_key = callback);
        Ok(())
    })
}

/// Sets the function that provides the PSK of an identity on a server, for connections made later,
/// if the callback of `SSL_CTX_set_psk_find_session_callback` provides none. It writes at most
/// `max_psk_len` (512) bytes and returns the length of the key, 0 if it does not know the identity.
/// The hash of the key is SHA-256. NULL unsets the function.
///
/// Lifetime: the function's arguments, until it returns.
///
/// Status: partial (TLS 1.3 only)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_psk_server_callback(
    ctx: *mut Context,
    callback: PskServerFunction,
) {
    call(c"SSL_CTX_set_psk_server_callback", (), || {
        // SAFETY: NULL or live, and may be called as its manual page says, as the caller promises.
        let (context, callback) =
            unsafe { (borrow_quietly(ctx)?, PskServerCallback::new(callback)) };
        context.change_settings(|settings| settings.psk.server_key = callback);
        Ok(())
    })
}

/// Sets the hint that a TLS 1.2 server sends to clients with several PSKs, for connections made
/// later. It is checked and otherwise has no effect: TLS 1.3 has no hint. Returns 1, or 0 with an
/// error on the queue when it is longer than 256 bytes. NULL unsets it.
///
/// Status: partial (TLS 1.3 knows no hint)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_use_psk_identity_hint(
    ctx: *mut Context,
    hint: *const c_char,
) -> c_int {
    call(c"SSL_CTX_use_psk_identity_hint", 0, || {
        // SAFETY: as the caller promises.
        let hint = unsafe {
            borrow(ctx)?;
            c_str(hint)
        };
        check_hint(hint.map_or(0, |hint| hint.count_bytes()))
    })
}

/// Sets the function that provides the PSK of a TLS 1.3 client, for this connection. It is called
/// before the ClientHello is sent, with `md` NULL, stores an identity (`id`, `idlen`: 1 to 65535
/// bytes, which are copied at once) and a session whose one reference it transfers to the library,
/// and returns 1. The session needs a master key, a cipher, whose hash is that of the PSK, and
/// TLS1_3_VERSION; otherwise, and when the function returns 0, the handshake fails with
/// `SSL_R_BAD_PSK`. When it stores NULL for the session, the handshake continues without a PSK. A
/// client that offers a PSK offers no other session. NULL unsets the function.
///
/// Lifetime: the function's arguments, until it returns.
///
/// Status: partial (called once, also when the server asks for another ClientHello)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_psk_use_session_callback(
    ssl: *mut Connection,
    callback: PskUseSessionFunction,
) {
    call(c"SSL_set_psk_use_session_callback", (), || {
        // SAFETY: NULL or live, and may be called as its manual page says, as the caller promises.
        let (connection, callback) =
            unsafe { (borrow_quietly(ssl)?, PskUseSessionCallback::new(callback)) };
        connection.change_settings(|settings| settings.psk.use_session = callback);
        Ok(())
    })
}

/// Sets the function that provides the PSK of an identity on a TLS 1.3 server, for this connection.
/// It is called for each identity in the ClientHello, those of tickets included. It stores a
/// session as described at `SSL_CTX_set_psk_use_session_callback`, with a reference for the
/// library, or NULL if it does not know the identity, and returns 1; 0 ends the handshake. The
/// library works with a copy, which gets the server's session id context. NULL unsets the function.
///
/// Lifetime: the function's arguments, until it returns.
///
/// Status: partial (called once, also when another ClientHello is asked for)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_psk_find_session_callback(
    ssl: *mut Connection,
    callback: PskFindSessionFunction,
) {
    call(c"SSL_set_psk_find_session_callback", (), || {
        // SAFETY: NULL or live, and may be called as its manual page says, as the caller promises.
        let (connection, callback) =
            unsafe { (borrow_quietly(ssl)?, PskFindSessionCallback::new(callback)) };
        connection.change_settings(|settings| settings.psk.find_session = callback);
        Ok(())
    })
}

/// Sets the function that provides a client's PSK, for this connection, if the callback of
/// `SSL_CTX_set_psk_use_session_callback` provides none. `hint` is NULL. It writes a terminated
/// identity of at most `max_identity_len` (256) bytes and a key of at most `max_psk_len` (512)
/// bytes, and returns the length of the key, 0 for none. The hash of the key is SHA-256. NULL
/// unsets the function.
///
/// Lifetime: the function's arguments, until it returns.
///
/// Status: partial (TLS 1.3 only)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_psk_client_callback(
    ssl: *mut Connection,
    callback: PskClientFunction,
) {
    call(c"SSL_set_psk_client_callback", (), || {
        // SAFETY: NULL or live, and may be called as its manual page says, as the caller promises.
        let (connection, callback) =
            unsafe { (borrow_quietly(ssl)?, PskClientCallback::new(callback)) };
        connection.change_settings(|settings| settings.psk.client_key = callback);
        Ok(())
    })
}

/// Sets the function that provides the PSK of an identity on a server, for this connection, if the
/// callback of `SSL_CTX_set_psk_find_session_callback` provides none. It writes at most
/// `max_psk_len` (512) bytes and returns the length of the key, 0 if it does not know the identity.
/// The hash of the key is SHA-256. NULL unsets the function.
///
/// Lifetime: the function's arguments, until it returns.
///
/// Status: partial (TLS 1.3 only)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_psk_server_callback(
    ssl: *mut Connection,
    callback: PskServerFunction,
) {
    call(c"SSL_set_psk_server_callback", (), || {
        // SAFETY: NULL or live, and may be called as its manual page says, as the caller promises.
        let (connection, callback) =
            unsafe { (borrow_quietly(ssl)?, PskServerCallback::new(callback)) };
        connection.change_settings(|settings| settings.psk.server_key = callback);
        Ok(())
    })
}

/// Sets the hint that a TLS 1.2 server sends to clients with several PSKs, for this connection. It
/// is checked and otherwise has no effect: TLS 1.3 has no hint. Returns 1, or 0 with an error on
/// the queue when it is longer than 256 bytes. NULL unsets it.
///
/// Status: partial (TLS 1.3 knows no hint)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_use_psk_identity_hint(
    ssl: *mut Connection,
    hint: *const c_char,
) -> c_int {
    call(c"SSL_use_psk_identity_hint", 0, || {
        // SAFETY: as the caller promises.
        let hint = unsafe {
            borrow(ssl)?;
            c_str(hint)
        };
        check_hint(hint.map_or(0, |hint| hint.count_bytes()))
    })
}

/// Returns the PSK identity of a TLS 1.2 connection: NULL, because TLS 1.2 has no PSKs here. With
/// TLS 1.3 OpenSSL returns NULL too.
///
/// Lifetime: that of the session.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_psk_identity(ssl: *const Connection) -> *const c_char {
    let _ = ssl;
    ptr::null()
}

/// Returns the hint that a TLS 1.2 server sent: NULL, because TLS 1.2 has no PSKs here and TLS 1.3
/// has no hint.
///
/// Lifetime: that of the session.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_psk_identity_hint(ssl: *const Connection) -> *const c_char {
    let _ = ssl;
    ptr::null()
}

fn check_hint(length: usize) -> Result<c_int> {
    match length > LONGEST_PSK_IDENTITY {
        true => Err(Error::new(Reason::DATA_LENGTH_TOO_LONG)),
        false => Ok(1),
    }
}
