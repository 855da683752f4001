//! Tests of the rotation of the library's own ticket keys, in handshakes.

use std::ffi::c_long;
use std::ptr::null_mut;

use super::context::SSL_CTX_free;
use super::session::SSL_SESSION_free;
use super::session_bytes::SSL_SESSION_get0_ticket;
use super::session_cache::SSL_CTX_set_timeout;
use super::session_use::SSL_session_reused;
use crate::clock;
use crate::context::Context;
use crate::fuzzing::ends::{End, new_server_context, talk};
use crate::session::Session;

const HOUR: i64 = 3600;

/// A connection that offers `session`: whether it was resumed, and the client's session after it.
fn connect(server: *mut Context, version: c_long, session: *mut Session) -> (bool, *mut Session) {
    let (client, server) = (
        End::client(version, session),
        End::server_on(server, version),
    );
    talk(&client, &server, |_| {}, |_| {});
    // SAFETY: live connections.
    let resumed = unsafe {
        (
            SSL_session_reused(client.ssl()),
            SSL_session_reused(server.ssl()),
        )
    };
    assert_eq!(resumed.0, resumed.1);
    (resumed.0 == 1, client.session())
}

fn key_name(session: *mut Session) -> [u8; 16] {
    let (mut ticket, mut length) = (std::ptr::null(), 0);
    // SAFETY: a live session, which lends its ticket.
    unsafe {
        SSL_SESSION_get0_ticket(session, &mut ticket, &mut length);
        assert!(length > 16);
        *ticket.cast()
    }
}

fn free(session: *mut Session) {
    // SAFETY: a reference that is the test's.
    unsafe { SSL_SESSION_free(session) };
}

/// S78: a ticket of a key that no longer seals is renewed, in TLS 1.2 too.
#[test]
fn a_ticket_of_a_retired_key_is_renewed_and_one_of_an_erased_key_is_not_resumed() {
    for version in [0x0303, 0x0304] {
        let server = new_server_context();
        // SAFETY: a live context.
        unsafe { SSL_CTX_set_timeout(server, 100 * HOUR) };
        let (resumed, first) = connect(server, version, null_mut());
        assert!(!resumed);

        clock::advance(11 * HOUR);
        let (resumed, same) = connect(server, version, first);
        assert!(resumed);
        assert_eq!(key_name(same), key_name(first));
        // With a key that still seals: a new ticket in TLS 1.3 only.
        assert_eq!(same == first, version == 0x0303);
        free(same);

        clock::advance(2 * HOUR);
        let (resumed, renewed) = connect(server, version, first);
        assert!(resumed && renewed != first);
        assert_ne!(key_name(renewed), key_name(first));

        clock::advance(24 * HOUR);
        let (resumed, other) = connect(server, version, first);
        assert!(!resumed, "{version:x}: 37 hours");
        let (resumed, again) = connect(server, version, renewed);
        assert!(resumed, "{version:x}: 24 hours");
        for session in [first, renewed, other, again] {
            free(session);
        }
        clock::advance(-37 * HOUR);
        // SAFETY: the last reference.
        unsafe { SSL_CTX_free(server) };
    }
}
