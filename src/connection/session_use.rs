//! The session that the program sets, and the loss of one (SSL_set_session(3),
//! SSL_copy_session_id(3)).

use super::{Connection, Stage};
use crate::session::SessionRef;

impl Connection {
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

    /// `SSL_copy_session_id(3)`: copies session, method, certificates with their settings, and
    /// session id context.
    pub fn copy_session_of(&self, other: &Self) {
        self.set_session(other.lend_session());
        self.configuration
            .take_certificates_of(&other.configuration);
        let id_context = other.configuration.settings().session_id_context.clone();
        self.change_settings(|own| own.session_id_context = id_context);
    }

    /// Removes the session from the cache, after a fatal alert (S24, S25).
    pub(super) fn lose_session(&self) {
        self.session.lose(self.session_context());
    }

    /// Whether giving the connection up now loses its session: it is open and close_notify has not
    /// been sent (S19, S27).
    pub(super) fn is_given_up_unclosed(&self) -> bool {
        let established = matches!(self.stage(), Stage::Open | Stage::EarlyData);
        established && !self.shutdown.is_sent()
    }
}
