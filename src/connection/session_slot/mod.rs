//! The session of a connection: the one that the program sees, and what a handshake makes of it.
//!
//! | state                | the program sees                         | how it ends                                    |
//! |----------------------|------------------------------------------|------------------------------------------------|
//! | none                 | NULL (S1)                                | a handshake, or `SSL_set_session`              |
//! | set by the program   | that object (S2)                         | resumed (S13), or replaced by a provisional one |
//! | provisional          | an object without what is not known yet (S3) | [`complete`](SessionSlot::complete)        |
//! | complete             | the session of the connection            | another ticket (S7, S8), or lost (S19, S24)    |
//!
//! A session is never changed while others may have it (S123). A provisional session that the
//! program has seen must stay the same object, so it is filled in; one that it has not seen is
//! replaced.
//!
//! Nothing is borrowed while a reference is dropped: the last one runs the program's functions for
//! application data.

mod cell;
mod fields;
#[cfg(test)]
mod tests;
mod tickets;

use std::cell::{Cell, RefCell};

use cell::SessionCell;
use fields::completed;
pub(super) use fields::{add_secrets, cipher_id, secrets_of};
use tickets::TicketCounts;

use crate::context::Context;
use crate::engine::SessionSecrets;
use crate::session::{Session, SessionRef, View};

/// The session of a connection.
#[derive(Default)]
pub(super) struct SessionSlot {
    current: SessionCell,
    others: RefCell<Others>,
    kind: Cell<Kind>,
    tickets: TicketCounts,
}

/// Sessions beside the one that the connection has.
#[derive(Default)]
struct Others {
    /// The new session of a handshake under way, with what is known of it so far.
    provisional: Option<SessionRef>,
    /// Server: a session that was to be resumed and then was not. The program may have been lent
    /// it.
    dropped: Option<SessionRef>,
    /// Sessions that have come from the engine and are not announced to the program yet.
    new: Vec<SessionSecrets>,
}

/// What a handshake does with the session.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Kind {
    /// It makes a new one, or has not begun.
    #[default]
    New,
    /// It makes a new one that must not be resumed (S47).
    NotResumable,
    /// It resumes one.
    Resumed,
}

// -- For the program ---------------------------------------------------------------------------

impl SessionSlot {
    /// `SSL_get_session`: lent, NULL when there is none (S1).
    #[inline]
    pub fn lend_pointer(&self) -> *mut Session {
        self.current.lend_pointer()
    }

    /// `SSL_get1_session`: a reference of the program's own.
    #[inline]
    pub fn lend(&self) -> Option<SessionRef> {
        self.current.lend()
    }

    /// `SSL_set_session` (S2).
    pub fn set(&self, session: Option<SessionRef>) {
        let old = self.current.replace(session);
        drop(old);
    }

    /// `SSL_session_reused`.
    pub fn is_resumed(&self) -> bool {
        self.kind.get() == Kind::Resumed
    }
}

// -- Ends --------------------------------------------------------------------------------------

impl SessionSlot {
    /// Removes the session from the cache, so that nothing resumes it any more: after a fatal alert
    /// (S24, S25), and when an open connection is given up without close_notify (S19, S27).
    pub fn lose(&self, context: &Context) {
        if let Some(session) = self.get() {
            context.remove_session(&session);
        }
    }

    /// `SSL_clear` of an open connection without close_notify (S26).
    pub fn lose_and_forget(&self, context: &Context) {
        self.lose(context);
        self.set(None);
    }

    /// Back to the state before a handshake. The session stays.
    pub fn reset(&self) {
        let Self {
            current: _,
            others,
            kind,
            tickets,
        } = self;
        kind.take();
        tickets.reset();
        let former = others.take();
        drop(former);
    }
}

// -- A handshake -------------------------------------------------------------------------------

impl SessionSlot {
    /// The session. Not for the program: during a handshake another object may take its place.
    #[inline]
    pub fn get(&self) -> Option<SessionRef> {
        self.current.get()
    }

    /// A handshake begins.
    pub fn begin(&self) {
        self.forget_provisional();
        self.set_resumed(false);
    }

    /// Whether the handshake resumes a session, as far as that is known.
    pub fn set_resumed(&self, resumed: bool) {
        match (resumed, self.kind.get()) {
            (true, _) => self.kind.set(Kind::Resumed),
            (false, Kind::Resumed) => self.kind.set(Kind::New),
            (false, _) => {}
        }
    }

    /// S47: the new session must not be resumed.
    pub fn make_not_resumable(&self) {
        self.kind.set(Kind::NotResumable);
        if let Some(session) = self.get() {
            session.set_not_resumable();
        }
    }

    /// S47
    pub fn is_not_resumable(&self) -> bool {
        self.kind.get() == Kind::NotResumable
    }

    /// The connection's session is this new one, which [`complete`](Self::complete) completes.
    pub fn hold(&self, provisional: SessionRef) {
        let before = self.change(|others| others.provisional.replace(provisional.clone()));
        let old = self.current.replace_provisionally(provisional);
        drop((before, old));
    }

    /// The provisional session of a handshake under way.
    pub fn provisional(&self) -> Option<SessionRef> {
        self.others.borrow().provisional.clone()
    }

    /// Whether there is a provisional session.
    pub fn has_provisional(&self) -> bool {
        self.others.borrow().provisional.is_some()
    }

    /// The handshake has ended.
    pub fn forget_provisional(&self) {
        let provisional = self.change(|others| others.provisional.take());
        drop(provisional);
    }

    /// The provisional session becomes the one with these fields: another object, or, if the
    /// program has seen it, the same, and then what the handshake does not decide stays as the
    /// program may have set it. A session that the program has set since is not written into
    /// (S123).
    pub fn complete(&self, fields: View<'_>) -> SessionRef {
        let provisional = self.change(|others| others.provisional.take());
        match provisional {
            Some(session)
                if session.as_ptr() == self.current.pointer() && !self.current.is_replaceable() =>
            {
                session.assign(completed(session.read().view(), fields));
                session
            }
            provisional => {
                let session = self.replace_provisional(fields);
                // A thread may have got it at this very moment: it has no half session then.
                if let Some(provisional) = provisional.filter(|session| session.is_shared()) {
                    provisional.assign(completed(provisional.read().view(), fields));
                }
                session
            }
        }
    }

    /// A new object with these fields takes the place of a session that the program has not seen.
    fn replace_provisional(&self, fields: View<'_>) -> SessionRef {
        let session = Session::from_view(fields);
        let old = self.current.replace_provisionally(session.clone());
        drop(old);
        session
    }

    /// The first ticket of TLS 1.3: the session of the handshake, with these fields, becomes the
    /// one that the ticket stands for (S8, S114).
    pub fn fill(&self, session: SessionRef, fields: View<'_>) -> SessionRef {
        if self.current.is_replaceable() && !session.is_not_resumable() {
            return self.replace_provisional(fields);
        }
        session.assign(fields);
        session
    }

    /// Keeps a session that was to be resumed and is not: the program may have been lent it.
    pub fn keep_dropped(&self, session: SessionRef) {
        let before = self.change(|others| others.dropped.replace(session));
        drop(before);
    }

    /// Client: a session has come from the server.
    pub fn add_new(&self, secrets: SessionSecrets) {
        self.change(|others| others.new.push(secrets));
    }

    /// Whether sessions wait to be announced.
    pub fn has_new(&self) -> bool {
        !self.others.borrow().new.is_empty()
    }

    /// The sessions that have come since the last time, in their order.
    pub fn take_new(&self) -> Vec<SessionSecrets> {
        self.change(|others| std::mem::take(&mut others.new))
    }

    /// Changes what is kept beside the session. What was there is handed out, so that it is dropped
    /// with nothing borrowed.
    fn change<R>(&self, work: impl FnOnce(&mut Others) -> R) -> R {
        work(&mut self.others.borrow_mut())
    }

    /// The tickets of TLS 1.3 that this connection sends.
    pub fn tickets(&self) -> &TicketCounts {
        &self.tickets
    }
}
