//! The session of a connection: set, kept, replaced, lost (SSL_set_session(3), SSL_clear(3)).

use std::sync::Arc;

use super::{Connection, Facts, Stage};
use crate::context::Context;
use crate::engine::Engine;
use crate::error::Result;
use crate::session::{Session, SessionRef};

impl Connection {
    /// `SSL_get_session`: lent, NULL when there is none (S1).
    pub fn lend_session_pointer(&self) -> *mut Session {
        self.session.lend_pointer()
    }

    /// `SSL_get1_session`: a reference of the program's own.
    pub fn lend_session(&self) -> Option<SessionRef> {
        self.session.lend()
    }

    /// The session. Not for the program: during a handshake it may be another object soon.
    pub fn session(&self) -> Option<SessionRef> {
        self.session.get()
    }

    /// `SSL_set_session` (S2, S27, S28, S30).
    pub fn set_session(&self, session: Option<SessionRef>) {
        if self.is_given_up_unclosed() {
            self.lose_session();
        }
        if let Some(session) = &session {
            self.peer.set_verify_result(session.verify_result());
        }
        self.session.set(session);
    }

    /// `SSL_copy_session_id(3)`: takes over session, method, certificates with what goes with them, and session id
    /// context.
    pub fn copy_session_of(&self, other: &Self) -> Result<()> {
        self.set_session(other.lend_session());
        self.method.set(other.method());
        let settings = other.settings();
        self.change_settings(|own| {
            own.take_certificates_of(&settings);
            own.session_id_context = settings.session_id_context.clone();
        });
        Ok(())
    }

    /// `SSL_session_reused`.
    pub fn is_resumed(&self) -> bool {
        self.session.is_resumed()
    }

    /// `SSL_clear(3)`: ready for another handshake. A session that was closed properly is kept,
    /// and offered again by a client (S26).
    pub fn clear(&self) {
        if self.is_given_up_unclosed() {
            self.session.lose_and_forget(&self.session_context);
        }
        self.reset();
        self.method.set(self.context.borrow().method());
        if let Some(param) = self.verify_param.get() {
            param.forget_peername();
        }
    }

    /// `SSL_set_SSL_CTX(3)`: takes over the other context's certificates; the id context only if
    /// it was the former context's (S69).
    pub fn switch_context(&self, context: Arc<Context>) {
        let before = self.context();
        if Arc::ptr_eq(&before, &context) {
            return;
        }
        let (old, new) = (before.settings(), context.settings());
        self.change_settings(|settings| {
            settings.take_certificates_of(&new);
            settings.algorithms = new.algorithms.clone();
            if settings.session_id_context == old.session_id_context {
                settings.session_id_context = new.session_id_context.clone();
            }
        });
        let replaced = self.context.replace(context);
        drop(replaced);
    }

    /// The session takes the consequences of a fatal alert (S24, S25).
    pub(super) fn lose_session(&self) {
        self.session.lose(&self.session_context);
    }

    /// Whether giving the connection up now loses its session: it is open and close_notify has not been sent (S19, S27).
    pub(super) fn is_given_up_unclosed(&self) -> bool {
        let established = matches!(self.stage(), Stage::Open | Stage::EarlyData);
        established && !self.shutdown.is_sent()
    }

    /// Back to the state before a handshake, but for settings, BIOs and session.
    pub(super) fn reset(&self) {
        self.engine.replace(Some(Box::<Engine>::default()));
        self.facts.replace(Facts::default());
        self.peer.reset();
        self.session.reset();
        self.shutdown.reset();
        self.hellos.reset();
        self.key_update.set(None);
        self.early.reset();
        self.transport.reset();
        self.observer.reset();
        self.handshake.reset();
    }
}
