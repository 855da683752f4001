//! Not implemented yet: handshake, state, shutdown.

use std::ffi::c_int;

use super::pending;
use crate::abi::types::HandshakeState;
use crate::connection::Connection;
use crate::context::Context;

/// Server handshake: 1 done, 0 controlled failure, <0 see SSL_get_error.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_accept(ssl: *mut Connection) -> c_int {
    pending(c"SSL_accept", -1)
}

/// Client handshake: 1 done, 0 controlled failure, <0 see SSL_get_error.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_connect(ssl: *mut Connection) -> c_int {
    pending(c"SSL_connect", -1)
}

/// Runs handshake in the set role; also flushes pending TLS 1.3 extra tickets.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_do_handshake(ssl: *mut Connection) -> c_int {
    pending(c"SSL_do_handshake", -1)
}

/// Current quiet flag.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get_quiet_shutdown(ctx: *const Context) -> c_int {
    pending(c"SSL_CTX_get_quiet_shutdown", 0)
}

/// 1: SSL_shutdown sends nothing and sets both flags, so the session stays cached.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_quiet_shutdown(ctx: *mut Context, mode: c_int) {
    pending(c"SSL_CTX_set_quiet_shutdown", ())
}

/// Quiet flag.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_quiet_shutdown(ssl: *const Connection) -> c_int {
    pending(c"SSL_get_quiet_shutdown", 0)
}

/// SENT 1 and RECEIVED 2 flags.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_shutdown(ssl: *const Connection) -> c_int {
    pending(c"SSL_get_shutdown", 0)
}

/// Quiet flag.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_quiet_shutdown(ssl: *mut Connection, mode: c_int) {
    pending(c"SSL_set_quiet_shutdown", ())
}

/// Forces flags; SENT saves the session from removal on free.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_shutdown(ssl: *mut Connection, mode: c_int) {
    pending(c"SSL_set_shutdown", ())
}

/// 0 sent only, 1 both directions, <0 error or retry; in handshake -1 + SHUTDOWN_WHILE_IN_INIT;
/// quiet or before handshake: sets both flags, 1.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_shutdown(ssl: *mut Connection) -> c_int {
    pending(c"SSL_shutdown", -1)
}

/// OSSL_HANDSHAKE_STATE value.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_state(ssl: *const Connection) -> HandshakeState {
    pending(c"SSL_get_state", 0)
}

/// 1 before the handshake starts.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_in_before(ssl: *const Connection) -> c_int {
    pending(c"SSL_in_before", 1)
}

/// 1 while handshaking or before.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_in_init(ssl: *const Connection) -> c_int {
    pending(c"SSL_in_init", 1)
}

/// 1 when idle after a handshake.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_is_init_finished(ssl: *const Connection) -> c_int {
    pending(c"SSL_is_init_finished", 0)
}

/// 1 for server role.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_is_server(ssl: *const Connection) -> c_int {
    pending(c"SSL_is_server", 0)
}

/// Server role; clears state.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_accept_state(ssl: *mut Connection) {
    pending(c"SSL_set_accept_state", ())
}

/// Client role; clears state.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_connect_state(ssl: *mut Connection) {
    pending(c"SSL_set_connect_state", ())
}

/// Pending KeyUpdate type or NONE.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_key_update_type(ssl: *const Connection) -> c_int {
    pending(c"SSL_get_key_update_type", -1)
}

/// Schedules TLS 1.3 KeyUpdate; 1/0.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_key_update(ssl: *mut Connection, updatetype: c_int) -> c_int {
    pending(c"SSL_key_update", 0)
}

/// Client offers post-handshake auth.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_post_handshake_auth(ctx: *mut Context, val: c_int) {
    pending(c"SSL_CTX_set_post_handshake_auth", ())
}

/// Client offers PHA.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_post_handshake_auth(ssl: *mut Connection, val: c_int) {
    pending(c"SSL_set_post_handshake_auth", ())
}
