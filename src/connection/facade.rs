//! What C functions ask and set, passed on to the part that has it.

use std::sync::Arc;

use super::handshake::EarlyDataStatus;
use super::{Connection, Role, Stage};
use crate::callback::{Lent, Ssl};
use crate::cipher::{Cipher, Method};
use crate::context::{Context, Settings, Share};
use crate::error::Result;
use crate::libcrypto::library::LibraryContext;
use crate::reference::Lease;
use crate::session::{PeerChain, Session, SessionRef};
use crate::wire::{ClientHello, Version};

impl Connection {
    /// This connection, for a function of the program.
    pub(crate) fn lent(&self) -> Lent<'_, Ssl> {
        Lent::new(self)
    }

    /// `SSL_get_SSL_CTX`. The lease may be held while the program runs, and switches contexts.
    pub fn context(&self) -> Lease<'_, Context, Share> {
        self.configuration.contexts.current()
    }

    /// The library context of the connection's context, which provides the algorithms.
    pub fn library(&self) -> LibraryContext {
        self.configuration.contexts.current().library.clone()
    }

    /// The context whose cache, ticket keys and session callbacks are used.
    pub fn session_context(&self) -> &Context {
        self.configuration.contexts.of_sessions()
    }

    /// `SSL_get_ssl_method`.
    pub fn method(&self) -> &'static Method {
        self.configuration.method()
    }

    /// `SSL_set_ssl_method`: before the handshake.
    pub fn set_method(&self, method: &'static Method) {
        self.configuration.set_method(method);
        if let Some(role) = method.role {
            self.handshake.set_role(Some(role));
        }
    }

    /// `SSL_version` for TLS: what was agreed, or the highest version that may be.
    pub fn version(&self) -> Version {
        match (
            self.engine.facts().version,
            self.configuration.method().version,
        ) {
            (Version::NONE, Some(version)) => version,
            // Before a handshake begins OpenSSL ignores the limits.
            (Version::NONE, None) if self.stage() == Stage::Before => Version::TLS1_3,
            (Version::NONE, None) => self.highest_version(),
            (version, _) => version,
        }
    }

    /// The suite in use, once it is agreed on.
    pub fn current_cipher(&self) -> Option<&'static Cipher> {
        match self.engine.facts().cipher_suite {
            0 => None,
            number => Cipher::from_wire(number),
        }
    }

    /// The peer's certificates, if it sent any: in this handshake, or in the one that made the
    /// session.
    pub fn peer(&self) -> Option<Arc<PeerChain>> {
        let peer = self.peer.chain();
        peer.or_else(|| self.session.get()?.peer())
    }

    /// Server: the ClientHello, while a handshake is under way.
    pub fn client_hello(&self) -> Option<Arc<ClientHello>> {
        self.handshake.client_hello()
    }

    /// The settings as they are now. What is lent stays as it is when they are changed.
    pub fn settings(&self) -> Lease<'_, Settings> {
        self.configuration.settings()
    }

    /// A reference to the settings as they are now, to be kept.
    pub fn shared_settings(&self) -> Arc<Settings> {
        self.configuration.shared_settings()
    }

    /// Changes this connection's own settings.
    pub fn change_settings(&self, change: impl FnOnce(&mut Settings)) {
        self.configuration.change(change);
    }

    /// Like [`change_settings`](Self::change_settings), for a change that may fail: nothing changes
    /// then.
    pub fn try_change_settings<R>(
        &self,
        change: impl FnOnce(&mut Settings) -> Result<R>,
    ) -> Result<R> {
        self.configuration.try_change(change)
    }

    /// The settings with the list of suites that applies now.
    pub fn settings_with_ciphers(&self) -> Lease<'_, Settings> {
        self.configuration.settings_with_ciphers()
    }

    /// Sets the list of suites for this connection, from the list that applies now.
    pub fn change_ciphers(&self, change: impl FnOnce(&mut Settings)) {
        drop(self.settings_with_ciphers());
        self.change_settings(|settings| {
            settings.keep_ciphers();
            change(settings);
        });
    }

    /// Highest version that the settings allow.
    pub fn highest_version(&self) -> Version {
        self.configuration.highest_version()
    }

    /// The role, once it is known.
    pub fn role(&self) -> Option<Role> {
        self.handshake.role()
    }

    /// How far this connection has come.
    pub fn stage(&self) -> Stage {
        self.handshake.stage()
    }

    /// `SSL_get_error(3)`'s SSL_ERROR_ZERO_RETURN: close_notify or a fatal alert has come, or the
    /// program says so. The call that read the alert has reported its error.
    pub fn has_been_shut_down(&self) -> bool {
        self.shutdown.is_received()
    }

    /// `SSL_pending(3)`: bytes of the current record that can be read without the transport.
    pub fn pending(&self) -> usize {
        self.engine
            .with(|engine| engine.pending().len())
            .unwrap_or(0)
    }

    /// `SSL_has_pending(3)`: whether anything has been read from the transport and not by the
    /// program.
    pub fn has_pending(&self) -> bool {
        self.engine
            .with(|engine| !engine.pending().is_empty() || engine.input.holds_unread())
            .unwrap_or(false)
    }

    /// `SSL_free_buffers(3)`: false when there is data in them.
    pub fn free_buffers(&self) -> bool {
        self.engine
            .with(|engine| {
                engine.release_input();
                engine.pending().is_empty()
                    && engine.input.unprocessed().is_empty()
                    && !engine.input.is_ahead()
                    && engine.outgoing().is_empty()
            })
            .unwrap_or(false)
    }

    /// `SSL_get_early_data_status(3)`
    pub fn early_data_status(&self) -> EarlyDataStatus {
        self.early.status()
    }

    /// `SSL_get_session`: lent, NULL when there is none (S1).
    pub fn lend_session_pointer(&self) -> *mut Session {
        self.session.lend_pointer()
    }

    /// `SSL_get1_session`: a reference for the program.
    pub fn lend_session(&self) -> Option<SessionRef> {
        self.session.lend()
    }

    /// The session. Not for the program: during a handshake it may be another object soon.
    pub fn session(&self) -> Option<SessionRef> {
        self.session.get()
    }

    /// `SSL_session_reused`.
    pub fn is_resumed(&self) -> bool {
        self.session.is_resumed()
    }
}
