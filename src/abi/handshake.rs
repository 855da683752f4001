//! Handshakes and how far they have come (SSL_connect(3), SSL_accept(3), SSL_in_init(3)).

use std::ffi::{c_char, c_int};

use super::call::call;
use super::pointer::borrow_quietly;
use super::stop::drive;
use super::types::HandshakeState;
use crate::connection::{Connection, Role, Stage};

/// Does the handshake of a client. Returns 1 when it is done; 0 or a negative number when it is
/// not, and `SSL_get_error` says whether it can be continued later by the same call.
///
/// # Safety
/// `ssl` is NULL or a live connection, used by no other thread meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_connect(ssl: *mut Connection) -> c_int {
    let work = |connection: &Connection| connection.handshake_as(Role::Client).map(|()| 1);
    // SAFETY: as the caller promises.
    unsafe { drive(c"SSL_connect", ssl, work) }
}

/// Does the handshake of a server. Returns as `SSL_connect`.
///
/// # Safety
/// `ssl` is NULL or a live connection, used by no other thread meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_accept(ssl: *mut Connection) -> c_int {
    let work = |connection: &Connection| connection.handshake_as(Role::Server).map(|()| 1);
    // SAFETY: as the caller promises.
    unsafe { drive(c"SSL_accept", ssl, work) }
}

/// Does the handshake in the role that has been set. Returns as `SSL_connect`.
///
/// # Safety
/// `ssl` is NULL or a live connection, used by no other thread meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_do_handshake(ssl: *mut Connection) -> c_int {
    let work = |connection: &Connection| connection.handshake().map(|()| 1);
    // SAFETY: as the caller promises.
    unsafe { drive(c"SSL_do_handshake", ssl, work) }
}

/// Makes `ssl` a client.
///
/// # Safety
/// `ssl` is NULL or a live connection.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_connect_state(ssl: *mut Connection) {
    call(c"SSL_set_connect_state", (), || {
        // SAFETY: NULL or live, as the caller promises.
        unsafe { borrow_quietly(ssl) }?.set_role(Role::Client);
        Ok(())
    })
}

/// Makes `ssl` a server.
///
/// # Safety
/// `ssl` is NULL or a live connection.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_accept_state(ssl: *mut Connection) {
    call(c"SSL_set_accept_state", (), || {
        // SAFETY: NULL or live, as the caller promises.
        unsafe { borrow_quietly(ssl) }?.set_role(Role::Server);
        Ok(())
    })
}

/// 1 if `ssl` is a server, or may still become one; 0 for a client.
///
/// # Safety
/// `ssl` is NULL or a live connection.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_is_server(ssl: *const Connection) -> c_int {
    call(c"SSL_is_server", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        Ok((unsafe { borrow_quietly(ssl) }?.role() != Some(Role::Client)).into())
    })
}

/// 1 if the handshake is done, else 0.
///
/// # Safety
/// `ssl` is NULL or a live connection.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_is_init_finished(ssl: *const Connection) -> c_int {
    // SAFETY: as the caller promises.
    unsafe { in_stage(ssl, |stage| stage == Stage::Open) }
}

/// 1 if the handshake is not done: not begun, under way, or failed; else 0, which it also is while
/// the handshake rests for early data (SSL_read_early_data(3)).
///
/// # Safety
/// `ssl` is NULL or a live connection.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_in_init(ssl: *const Connection) -> c_int {
    // SAFETY: as the caller promises.
    unsafe {
        in_stage(ssl, |stage| {
            !matches!(stage, Stage::Open | Stage::EarlyData)
        })
    }
}

/// 1 if the handshake has not begun, else 0.
///
/// # Safety
/// `ssl` is NULL or a live connection.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_in_before(ssl: *const Connection) -> c_int {
    // SAFETY: as the caller promises.
    unsafe { in_stage(ssl, |stage| stage == Stage::Before) }
}

/// Where the handshake is: `TLS_ST_BEFORE` (0), `TLS_ST_OK` (1), or the message that is waited for
/// first: the engine does not show its further states.
///
/// Status: partial (states within a handshake are not told apart)
///
/// # Safety
/// `ssl` is NULL or a live connection.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_state(ssl: *const Connection) -> HandshakeState {
    const BEFORE: HandshakeState = 0;
    const OK: HandshakeState = 1;
    const CLIENT_WRITES_CLIENT_HELLO: HandshakeState = 12;
    const SERVER_READS_CLIENT_HELLO: HandshakeState = 20;
    const EARLY_DATA: HandshakeState = 46;
    const SERVER_WRITES_TICKET: HandshakeState = 33;
    call(c"SSL_get_state", BEFORE, || {
        // SAFETY: NULL or live, as the caller promises.
        let connection = unsafe { borrow_quietly(ssl) }?;
        Ok(match (shown_stage(connection), connection.role()) {
            (Stage::Before | Stage::Failed, _) => BEFORE,
            (Stage::Tickets, _) => SERVER_WRITES_TICKET,
            (Stage::Open, _) => OK,
            (Stage::EarlyData, _) => EARLY_DATA,
            (Stage::Handshake, Some(Role::Server)) => SERVER_READS_CLIENT_HELLO,
            (Stage::Handshake, _) => CLIENT_WRITES_CLIENT_HELLO,
        })
    })
}

/// The state of `ssl` for a person; static.
///
/// Status: partial (states within a handshake are not told apart)
///
/// # Safety
/// `ssl` is NULL or a live connection.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_state_string_long(ssl: *const Connection) -> *const c_char {
    call(c"SSL_state_string_long", c"unknown state".as_ptr(), || {
        // SAFETY: NULL or live, as the caller promises.
        let connection = unsafe { borrow_quietly(ssl) }?;
        Ok(match (shown_stage(connection), connection.role()) {
            (Stage::Before, _) => c"before SSL initialization",
            (Stage::Failed, _) => c"error",
            (Stage::Tickets, _) => c"SSLv3/TLS write session ticket",
            (Stage::Open, _) => c"SSL negotiation finished successfully",
            (Stage::EarlyData, _) => c"TLSv1.3 early data",
            (Stage::Handshake, Some(Role::Server)) => c"SSLv3/TLS read client hello",
            (Stage::Handshake, _) => c"SSLv3/TLS write client hello",
        }
        .as_ptr())
    })
}

/// The state of `ssl` in six characters; static.
///
/// Status: partial (states within a handshake are not told apart)
///
/// # Safety
/// `ssl` is NULL or a live connection.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_state_string(ssl: *const Connection) -> *const c_char {
    call(c"SSL_state_string", c"UNKWN".as_ptr(), || {
        // SAFETY: NULL or live, as the caller promises.
        let connection = unsafe { borrow_quietly(ssl) }?;
        Ok(match (shown_stage(connection), connection.role()) {
            (Stage::Before, _) => c"PINIT",
            (Stage::Failed, _) => c"SSLERR",
            (Stage::Tickets, _) => c"TWST",
            (Stage::Open, _) => c"SSLOK",
            (Stage::EarlyData, _) => c"TED",
            (Stage::Handshake, Some(Role::Server)) => c"TRCH",
            (Stage::Handshake, _) => c"TWCH",
        }
        .as_ptr())
    })
}

/// What is read next, for a person; always "read header": records are read whole.
///
/// # Safety
/// `ssl` is NULL or a live connection.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_rstate_string_long(ssl: *const Connection) -> *const c_char {
    let _ = ssl;
    c"read header".as_ptr()
}

/// What is read next, in two characters; always "RH".
///
/// # Safety
/// `ssl` is NULL or a live connection.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_rstate_string(ssl: *const Connection) -> *const c_char {
    let _ = ssl;
    c"RH".as_ptr()
}

/// Sends a KeyUpdate with the next write (TLS 1.3). `updatetype` is `SSL_KEY_UPDATE_NOT_REQUESTED`
/// (0) or `SSL_KEY_UPDATE_REQUESTED` (1); the peer is asked to update its keys in either case.
///
/// Returns 1, or 0 with an error on the queue.
///
/// Status: partial (the peer is always asked to update its keys too)
///
/// # Safety
/// `ssl` is NULL or a live connection, used by no other thread meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_key_update(ssl: *mut Connection, updatetype: c_int) -> c_int {
    use crate::error::{Error, Reason};
    call(c"SSL_key_update", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let connection = unsafe { super::pointer::borrow(ssl) }?;
        if !(0..=1).contains(&updatetype) {
            return Err(Error::new(Reason::INVALID_KEY_UPDATE_TYPE));
        }
        if connection.stage() != Stage::Open {
            return Err(Error::new(Reason::STILL_IN_INIT));
        }
        connection.update_keys()?;
        Ok(1)
    })
}

/// What kind of KeyUpdate waits to be sent: always `SSL_KEY_UPDATE_NONE` (-1), since it is sent
/// with the next write without being remembered.
///
/// # Safety
/// `ssl` is NULL or a live connection.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_key_update_type(ssl: *const Connection) -> c_int {
    let _ = ssl;
    const NONE: c_int = -1;
    NONE
}

/// The stage that the state functions tell: a ticket shows when it is begun, not when it has been
/// asked for, and a server's handshake begins with its client's message.
fn shown_stage(connection: &Connection) -> Stage {
    match connection.stage() {
        Stage::Handshake if connection.waits_for_client_hello() => Stage::Before,
        Stage::Tickets if !connection.is_sending_tickets() => Stage::Open,
        stage => stage,
    }
}

/// # Safety
/// `ssl` is NULL or a live connection.
unsafe fn in_stage(ssl: *const Connection, test: impl FnOnce(Stage) -> bool) -> c_int {
    call(c"SSL_get_state", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(test(unsafe { borrow_quietly(ssl) }?.stage()).into())
    })
}
