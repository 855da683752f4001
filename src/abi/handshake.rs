//! Handshakes and their state (SSL_connect(3), SSL_accept(3), SSL_in_init(3)).

use std::ffi::{c_char, c_int};

use super::call::call;
use super::drive::drive;
use super::pointer::borrow_quietly;
use super::types::HandshakeState;
use crate::connection::{Connection, Role, Stage};

/// Does the handshake of a client. Returns 1 when it is done; 0 or a negative number when it is
/// not, and `SSL_get_error` says whether the same call can continue it later.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_connect(ssl: *mut Connection) -> c_int {
    let work = |connection: &Connection| connection.handshake_as(Role::Client).map(|()| 1);
    // SAFETY: as the caller promises.
    unsafe { drive(c"SSL_connect", ssl, work) }
}

/// Does the handshake of a server. Returns as `SSL_connect`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_accept(ssl: *mut Connection) -> c_int {
    let work = |connection: &Connection| connection.handshake_as(Role::Server).map(|()| 1);
    // SAFETY: as the caller promises.
    unsafe { drive(c"SSL_accept", ssl, work) }
}

/// Makes `ssl` a client.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_connect_state(ssl: *mut Connection) {
    call(c"SSL_set_connect_state", (), || {
        // SAFETY: NULL or live, as the caller promises.
        unsafe { borrow_quietly(ssl) }?.set_role(Role::Client);
        Ok(())
    })
}

/// Makes `ssl` a server.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_accept_state(ssl: *mut Connection) {
    call(c"SSL_set_accept_state", (), || {
        // SAFETY: NULL or live, as the caller promises.
        unsafe { borrow_quietly(ssl) }?.set_role(Role::Server);
        Ok(())
    })
}

/// Does the handshake in the role that has been set. Returns as `SSL_connect`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_do_handshake(ssl: *mut Connection) -> c_int {
    let work = |connection: &Connection| connection.handshake().map(|()| 1);
    // SAFETY: as the caller promises.
    unsafe { drive(c"SSL_do_handshake", ssl, work) }
}

/// Returns 1 if `ssl` is a server, or may still become one; 0 for a client.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_is_server(ssl: *const Connection) -> c_int {
    call(c"SSL_is_server", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        Ok((unsafe { borrow_quietly(ssl) }?.role() != Some(Role::Client)).into())
    })
}

/// Returns 1 if the handshake is done, else 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_is_init_finished(ssl: *const Connection) -> c_int {
    // SAFETY: as the caller promises.
    unsafe { ask(ssl, Connection::is_init_finished) }
}

/// Returns 1 if the handshake is not done: not begun, under way, or failed; else 0. It also returns
/// 0 while the handshake pauses for early data (SSL_read_early_data(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_in_init(ssl: *const Connection) -> c_int {
    // SAFETY: as the caller promises.
    unsafe { ask(ssl, Connection::is_in_init) }
}

/// Returns 1 if the handshake has not begun, else 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_in_before(ssl: *const Connection) -> c_int {
    // SAFETY: as the caller promises.
    unsafe { ask(ssl, |connection| connection.stage() == Stage::Before) }
}

/// Returns the state of the handshake: `TLS_ST_BEFORE` (0), `TLS_ST_OK` (1), or the last message
/// sent or received (`TLS_ST_CW_CLNT_HELLO` and so on).
///
/// Status: partial (states within a handshake are distinguished only with an info or message callback)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_state(ssl: *const Connection) -> HandshakeState {
    const BEFORE: HandshakeState = 0;
    call(c"SSL_get_state", BEFORE, || {
        // SAFETY: NULL or live, as the caller promises.
        let connection = unsafe { borrow_quietly(ssl) }?;
        Ok(connection.observer.state().0.into())
    })
}

/// Returns the state of `ssl` as a text for people.
///
/// Lifetime: static.
///
/// Status: partial (states within a handshake are distinguished only with an info or message callback)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_state_string_long(ssl: *const Connection) -> *const c_char {
    call(c"SSL_state_string_long", c"unknown state".as_ptr(), || {
        // SAFETY: NULL or live, as the caller promises.
        let connection = unsafe { borrow_quietly(ssl) }?;
        Ok(match connection.stage() {
            Stage::Failed => c"error",
            _ => connection.observer.state().long_text(),
        }
        .as_ptr())
    })
}

/// Returns the state of `ssl` as a text of six characters.
///
/// Lifetime: static.
///
/// Status: partial (states within a handshake are distinguished only with an info or message callback)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_state_string(ssl: *const Connection) -> *const c_char {
    call(c"SSL_state_string", c"UNKWN".as_ptr(), || {
        // SAFETY: NULL or live, as the caller promises.
        let connection = unsafe { borrow_quietly(ssl) }?;
        Ok(match connection.stage() {
            Stage::Failed => c"SSLERR",
            _ => connection.observer.state().short_text(),
        }
        .as_ptr())
    })
}

/// Returns what part of a record is read next, as text; always "read header", because records are
/// read whole.
///
/// Never NULL.
///
/// Lifetime: static.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_rstate_string_long(ssl: *const Connection) -> *const c_char {
    let _ = ssl;
    c"read header".as_ptr()
}

/// Returns what part of a record is read next, in two characters; always "RH".
///
/// Never NULL.
///
/// Lifetime: static.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_rstate_string(ssl: *const Connection) -> *const c_char {
    let _ = ssl;
    c"RH".as_ptr()
}

/// Sends a KeyUpdate with the next call that reads, writes or does a handshake (TLS 1.3).
/// `updatetype` is `SSL_KEY_UPDATE_NOT_REQUESTED` (0) or `SSL_KEY_UPDATE_REQUESTED` (1); the peer
/// is asked to update its keys in either case.
///
/// Returns 1, or 0 with an error on the queue.
///
/// Status: partial (the peer is always asked to update its keys too)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_key_update(ssl: *mut Connection, updatetype: c_int) -> c_int {
    call(c"SSL_key_update", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let connection = unsafe { super::pointer::borrow(ssl) }?;
        connection.request_key_update(updatetype)?;
        Ok(1)
    })
}

/// Returns the kind of KeyUpdate that waits to be sent: the one passed to `SSL_key_update`, or
/// `SSL_KEY_UPDATE_NONE` (-1).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_key_update_type(ssl: *const Connection) -> c_int {
    const NONE: c_int = -1;
    call(c"SSL_get_key_update_type", NONE, || {
        // SAFETY: NULL or live, as the caller promises.
        let connection = unsafe { borrow_quietly(ssl) }?;
        Ok(connection.engine.key_update().unwrap_or(NONE))
    })
}

/// # Safety
/// `ssl` is NULL or a live connection.
unsafe fn ask(ssl: *const Connection, question: impl FnOnce(&Connection) -> bool) -> c_int {
    call(c"SSL_get_state", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(question(unsafe { borrow_quietly(ssl) }?).into())
    })
}
