//! Host names (RFC 6066 server_name, SSL_CTX_set_tlsext_servername_callback(3)) and the change of
//! context that goes with them.
//!
//! The callback and a client's name are set by macros over `SSL_CTX_callback_ctrl` and `SSL_ctrl`.

use std::ffi::{CString, c_char, c_int};
use std::ptr;

use super::call::call;
use super::pointer::{borrow_quietly, optional};
use crate::connection::{Connection, Role, Stage};
use crate::context::Context;
use crate::session::{Part, Session};
use crate::wire::Version;

/// `TLSEXT_NAMETYPE_host_name`
const HOST_NAME: c_int = 0;
/// Returns the host name of a connection; `kind` is `TLSEXT_NAMETYPE_host_name`. NULL for none.
///
/// On a server: the name that the client has sent, NULL before the handshake. When TLS 1.2 resumed
/// a session, the name that was accepted when that was made.
///
/// On a client: the name set with `SSL_set_tlsext_host_name`. Before the handshake, without one,
/// that of a TLS 1.2 session which is to be resumed. During and after one that resumed a TLS 1.2
/// session, the name that the server accepted when that was made, if it did.
///
/// Lifetime: server: until the next handshake; client: until the name is set again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_servername(ssl: *const Connection, kind: c_int) -> *const c_char {
    call(c"SSL_get_servername", ptr::null(), || {
        // SAFETY: NULL or live, as the caller promises.
        let connection = unsafe { borrow_quietly(ssl) }?;
        match kind {
            HOST_NAME => Ok(server_name(connection)),
            _ => Ok(ptr::null()),
        }
    })
}

/// `TLSEXT_NAMETYPE_host_name` (0) if `SSL_get_servername` has a name, else -1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_servername_type(ssl: *const Connection) -> c_int {
    call(c"SSL_get_servername_type", -1, || {
        // SAFETY: NULL or live, as the caller promises.
        let connection = unsafe { borrow_quietly(ssl) }?;
        match server_name(connection).is_null() {
            true => Ok(-1),
            false => Ok(HOST_NAME),
        }
    })
}

/// Gives `ssl` another context: its certificates and certificate settings, and its callbacks from
/// now on. The id context of sessions changes only if it was that of the former context. Cache,
/// ticket keys and session callbacks stay those of the context that the connection was made from.
/// NULL goes back to that one. Meant for the servername and ClientHello callbacks.
///
/// Returns the context that `ssl` has now, lent; NULL when `ssl` is NULL. The connection keeps it
/// alive.
///
/// Lifetime: as long as it is the connection's context.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_SSL_CTX(ssl: *mut Connection, ctx: *mut Context) -> *mut Context {
    call(c"SSL_set_SSL_CTX", ptr::null_mut(), || {
        // SAFETY: NULL or live, as the caller promises.
        let (connection, context) = unsafe { (borrow_quietly(ssl)?, optional(ctx)?) };
        connection.switch_context(match context {
            Some(context) => context.share(),
            None => connection.session_context().clone(),
        });
        Ok(connection.context().as_c())
    })
}

/// Lent, as `SSL_get_servername` says.
fn server_name(connection: &Connection) -> *const c_char {
    let own = |name: &Option<CString>| name.as_ref().map_or(ptr::null(), |name| name.as_ptr());
    let resumed = connection.is_resumed() && connection.version() != Version::TLS1_3;
    if connection.role() == Some(Role::Server) {
        // During the handshake what the client says counts: the session may be given up yet.
        return match resumed && connection.stage() != Stage::Handshake {
            true => name_of_session(connection, |_| true),
            false => own(&connection.hellos.server_name()),
        };
    }
    let set = own(&connection.configuration.server_name());
    let of_session = match connection.stage() {
        Stage::Before if set.is_null() => name_of_session(connection, |session| {
            session.protocol_version() != Version::TLS1_3
        }),
        Stage::Before => ptr::null(),
        _ if resumed => name_of_session(connection, |_| true),
        _ => ptr::null(),
    };
    match of_session.is_null() {
        true => set,
        false => of_session,
    }
}

/// The name in the connection's session, which the connection keeps alive; NULL for none.
fn name_of_session(connection: &Connection, counts: impl Fn(&Session) -> bool) -> *const c_char {
    connection
        .session()
        .filter(|session| counts(session))
        .and_then(|session| session.lend(Part::ServerName))
        .map_or(ptr::null(), |(first, _)| first.cast())
}
