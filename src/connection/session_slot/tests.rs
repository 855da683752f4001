//! What a connection's calls and its end do to its session, without a connection.

use std::sync::Arc;

use super::SessionSlot;
use crate::cipher::Method;
use crate::context::Context;
use crate::session::{Fields, Session, SessionRef};
use crate::wire::Version;

fn context() -> Arc<Context> {
    const METHOD: Method = Method::TLS;
    Context::new(Default::default(), &METHOD).unwrap()
}

fn session(id: &[u8]) -> SessionRef {
    Session::new(Fields {
        protocol_version: Version::TLS1_2.to_c(),
        id: id.to_vec(),
        time: crate::clock::now(),
        timeout: 7200,
        ..Fields::default()
    })
}

/// A slot with a session that is in the cache of the context.
fn cached(context: &Context) -> (SessionSlot, SessionRef) {
    let (slot, session) = (SessionSlot::default(), session(b"cached"));
    assert!(context.add_session(&session));
    slot.set(Some(session.clone()));
    (slot, session)
}

/// S1, S2
#[test]
fn the_program_gets_what_it_has_set() {
    let slot = SessionSlot::default();
    assert!(slot.lend().is_none() && slot.lend_pointer().is_null() && !slot.is_resumed());
    let session = session(b"set");
    slot.set(Some(session.clone()));
    assert_eq!(slot.lend_pointer(), session.as_ptr());
    assert!(session.is_shared());
    slot.set(None);
    assert!(!session.is_shared() && slot.lend().is_none());
}

/// S24, S25: a fatal alert removes the session from the cache and makes it not resumable; it
/// stays the connection's.
#[test]
fn a_lost_session_is_not_resumable_and_not_cached() {
    let context = context();
    let (slot, session) = cached(&context);
    slot.lose(&context);
    assert!(!session.is_resumable() && !context.has_session(Version::TLS1_2, b"cached"));
    assert_eq!(slot.lend_pointer(), session.as_ptr());
    SessionSlot::default().lose(&context);
}

/// S26: SSL_clear keeps the session of a connection that was closed properly, and drops another.
#[test]
fn a_cleared_slot_keeps_its_session_unless_it_is_lost() {
    let context = context();
    let (slot, session) = cached(&context);
    slot.set_resumed(true);
    slot.reset();
    assert!(!slot.is_resumed() && session.is_resumable());
    assert_eq!(slot.lend_pointer(), session.as_ptr());
    slot.lose_and_forget(&context);
    assert!(slot.lend().is_none() && !session.is_resumable());
}

/// S20: a slot that ends without being lost leaves the session as it is.
#[test]
fn a_dropped_slot_leaves_the_session_alone() {
    let context = context();
    let (slot, session) = cached(&context);
    drop(slot);
    assert!(session.is_resumable() && context.has_session(Version::TLS1_2, b"cached"));
}

/// S3: from the moment that the program has it, the provisional session is the session of the
/// handshake.
#[test]
fn a_provisional_session_that_was_seen_is_filled_in() {
    let slot = SessionSlot::default();
    slot.hold(session(b""));
    let seen = slot.lend().unwrap();
    seen.set_server_name(Some(b"set by the program")).unwrap();
    let complete = slot.complete(session(b"given").read().view());
    assert_eq!(complete.as_ptr(), seen.as_ptr());
    assert_eq!(*seen.id(), *b"given");
    assert_eq!(
        seen.server_name().unwrap().to_bytes(),
        b"set by the program"
    );
    assert!(!slot.has_provisional());
}

#[test]
fn a_provisional_session_that_was_not_seen_is_replaced() {
    let slot = SessionSlot::default();
    let provisional = session(b"");
    slot.hold(provisional.clone());
    let complete = slot.complete(session(b"given").read().view());
    assert_eq!(slot.lend_pointer(), complete.as_ptr());
    // It is shared with this test, as with a thread that has just got it.
    assert_eq!(*provisional.id(), *b"given");
}

/// S123: the session that the program has set during the handshake is not written into.
#[test]
fn a_session_set_meanwhile_is_not_written_into() {
    let slot = SessionSlot::default();
    slot.hold(session(b""));
    let seen = slot.lend();
    let set = session(b"set");
    slot.set(Some(set.clone()));
    let complete = slot.complete(session(b"given").read().view());
    assert_eq!(*set.id(), *b"set");
    assert_eq!(slot.lend_pointer(), complete.as_ptr());
    drop(seen);
}

/// S8, S114: the first ticket's session is that of the handshake if the program has seen it.
#[test]
fn the_first_ticket_fills_in_what_was_seen() {
    let slot = SessionSlot::default();
    slot.hold(session(b""));
    let replaceable = slot.complete(session(b"").read().view());
    let first = slot.fill(replaceable.clone(), session(b"ticket").read().view());
    assert_ne!(first.as_ptr(), replaceable.as_ptr());
    let seen = slot.lend().unwrap();
    let second = slot.fill(seen.clone(), session(b"other").read().view());
    assert_eq!(second.as_ptr(), seen.as_ptr());
    assert_eq!(*seen.id(), *b"other");
}

/// S47
#[test]
fn a_new_session_can_be_made_not_resumable_and_a_resumed_one_is_not_new() {
    let slot = SessionSlot::default();
    slot.hold(session(b"id"));
    slot.make_not_resumable();
    slot.set_resumed(false);
    assert!(slot.is_not_resumable() && !slot.lend().unwrap().is_resumable());
    slot.begin();
    slot.reset();
    slot.set_resumed(true);
    assert!(slot.is_resumed() && !slot.is_not_resumable());
}

/// S74, S80: those that the program asks for come on top of the configured ones.
#[test]
fn tickets_that_are_asked_for_come_on_top() {
    let slot = SessionSlot::default();
    let tickets = slot.tickets();
    assert!(tickets.is_due(1) && !tickets.is_due(0));
    tickets.count();
    assert!(!tickets.is_due(1) && tickets.is_any_made());
    tickets.ask();
    assert!(tickets.is_due(0) && tickets.are_asked_for());
    tickets.count();
    assert!(!tickets.is_due(2) && !tickets.are_asked_for());
    slot.reset();
    assert!(tickets.is_due(1));
}
