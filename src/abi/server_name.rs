//! Server names (RFC 6066, SSL_CTX_set_tlsext_servername_callback(3)), and changing a connection's
//! context in a servername callback.
//!
//! Macros over `SSL_CTX_callback_ctrl` and `SSL_ctrl` set the callback and a client's name.

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
/// Returns the server name of a connection; `kind` is `TLSEXT_NAMETYPE_host_name`. NULL for none.
///
/// On a server it is the name that the client has sent, NULL before the handshake. When TLS 1.2
/// resumed a session, it is the name that the server accepted when it made the session.
///
/// On a client it is the name set with `SSL_set_tlsext_host_name`. If none is set, before the
/// handshake, it is that of the TLS 1.2 session to resume. During and after a handshake that
/// resumed a TLS 1.2 session, it is the name that the server accepted when it made the session, if
/// it did.
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

/// Returns `TLSEXT_NAMETYPE_host_name` (0) if `SSL_get_servername` returns a name, else -1.
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

/// Changes the context of `ssl`: the connection uses the certificates, certificate settings and
/// callbacks of the new one from now on. The session id context changes only if it was that of the
/// former context. Cache, ticket keys and session callbacks stay those of the context that the
/// connection was made from; NULL restores that context. Meant for the servername and ClientHello
/// callbacks.
///
/// Returns the context of `ssl` from now on, lent; NULL when `ssl` is NULL. The connection keeps it
/// alive.
///
/// Lifetime: as long as it is the connection's context.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_SSL_CTX(ssl: *mut Connection, ctx: *mut Context) -> *mut Context {
    call(c"SSL_set_SSL_CTX", ptr::null_mut(), || {
        // SAFETY: NULL or live, as the caller promises.
        let (connection, context) = unsafe { (borrow_quietly(ssl)?, optional(ctx)?) };
        connection.switch_context(context.unwrap_or_else(|| connection.session_context()));
        Ok(connection.context().as_c())
    })
}

/// Lent, as `SSL_get_servername` says.
fn server_name(connection: &Connection) -> *const c_char {
    let own = |name: &Option<CString>| name.as_ref().map_or(ptr::null(), |name| name.as_ptr());
    let resumed = connection.is_resumed() && connection.version() != Version::TLS1_3;
    if connection.role() == Some(Role::Server) {
        // During the handshake the client's name counts: the server may still decide not to resume.
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
