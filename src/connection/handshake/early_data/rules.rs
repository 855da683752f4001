//! Decisions of a handshake on early data.

use super::{Connection, EarlyDataStatus, Role, Stop};
use crate::context::Settings;
use crate::engine::{EarlyDataEvent, EarlyDataPolicy};
use crate::error::Reason;
use crate::session::Session;
use crate::wire::{Alert, ClientHello, ExtensionType, Version};

/// What the protection of skipped early data may add, in bytes, as in OpenSSL: tag and content type
/// of six records, and the contents of an alert.
const SKIPPED_OVERHEAD: u64 = 6 * 17 + 2;

impl Connection {
    /// Before a ClientHello with early data: whether the session is good for it.
    pub(in crate::connection::handshake) fn prepare_early_data(
        &self,
        offered: Option<&Session>,
        settings: &Settings,
    ) -> Result<(), Stop> {
        // Without a session that can be offered there is no key for early data.
        let session =
            offered.ok_or_else(|| self.refuse(Reason::INTERNAL_ERROR, Alert::INTERNAL_ERROR))?;
        // S118
        let same_host = session
            .server_name()
            .is_none_or(|name| self.configuration.server_name().as_deref() == Some(&*name));
        if !same_host {
            return Err(self.refuse(Reason::INCONSISTENT_EARLY_DATA_SNI, Alert::INTERNAL_ERROR));
        }
        if let Some(protocol) = session.alpn()
            && !crate::connection::handshake::client::protocol_names(&settings.alpn_protocols)
                .iter()
                .any(|name| protocol == **name)
        {
            return Err(self.refuse(Reason::INCONSISTENT_EARLY_DATA_ALPN, Alert::INTERNAL_ERROR));
        }
        self.early.set_limit(session.max_early_data());
        self.early.set_status(EarlyDataStatus::Rejected);
        Ok(())
    }

    /// After a ClientHello: whether it has announced early data, if it was to do so.
    pub(in crate::connection::handshake) fn check_early_data_offered(&self) -> Result<(), Stop> {
        if self.engine.with(|engine| engine.can_write_early())? {
            return Ok(());
        }
        self.early.set_status(EarlyDataStatus::NotSent);
        Err(self.refuse(Reason::INTERNAL_ERROR, Alert::INTERNAL_ERROR))
    }

    /// Decides on the early data of this client, once everything else has been decided (S117).
    pub(in crate::connection::handshake) fn decide_on_early_data(
        &self,
        hello: &ClientHello,
    ) -> Result<EarlyDataPolicy, Stop> {
        let version = self.engine.facts().version;
        if version != Version::TLS1_3 || hello.extension(ExtensionType::EARLY_DATA).is_none() {
            return Ok(EarlyDataPolicy::Absent);
        }
        self.early.set_status(EarlyDataStatus::Rejected);
        let settings = self.settings();
        let profile = self.server_profile(hello)?;
        let limit = self.handshake.server(|server| {
            let offer = server.offered.as_ref().filter(|offer| offer.fresh)?;
            let session = offer.session();
            let same = session.alpn().as_deref() == server.alpn.as_deref()
                && session.cipher_id() as u16 == offer.suite;
            same.then(|| session.max_early_data().min(settings.recv_max_early_data))
        });
        let Some(limit) = limit else {
            return Ok(EarlyDataPolicy::Reject);
        };
        let accepted = settings.max_early_data > 0
            && self.early.is_accepting()
            && profile.has_any_group(hello.key_share_groups())
            && self.allows_early_data(&settings);
        if !accepted {
            return Ok(EarlyDataPolicy::Reject);
        }
        self.early.set_limit(limit);
        self.early.set_status(EarlyDataStatus::Accepted);
        Ok(EarlyDataPolicy::Accept)
    }

    /// `SSL_CTX_set_allow_early_data_cb(3)`
    fn allows_early_data(&self, settings: &Settings) -> bool {
        settings.allow_early_data.call(self.lent()) != Some(0)
    }

    /// Whether a server's handshake pauses now: its messages are sent, and early data may come.
    pub(in crate::connection::handshake) fn pauses_for_early_data(&self) -> Result<bool, Stop> {
        // The engine is started with the ClientHello and answers it at once.
        let pauses = self.early.is_accepting()
            && self.engine.facts().version == Version::TLS1_3
            && self.engine.with(|engine| engine.is_started())?;
        if pauses {
            // It may have asked for another ClientHello.
            if self.engine.with(|engine| engine.has_answered())? {
                let facts = self.engine.with(|engine| engine.facts())?;
                self.engine.change_facts(|known| *known = facts);
            }
            let session = self
                .handshake
                .server(|server| server.offered_session().cloned());
            if session.is_some() {
                self.session.set(session);
            }
            self.pause();
        }
        Ok(pauses)
    }

    /// Ends the pause. Early data that the program has not read would be lost.
    pub(in crate::connection::handshake) fn continue_handshake(&self) -> Result<(), Stop> {
        if self.role() == Some(Role::Server) && self.pending() > 0 {
            return Err(self.refuse(Reason::UNEXPECTED_RECORD, Alert::UNEXPECTED_MESSAGE));
        }
        self.end_pause();
        Ok(())
    }

    /// After the engine has processed a record: what that says about early data (S119).
    pub(in crate::connection) fn record_early_data(
        &self,
        event: EarlyDataEvent,
    ) -> Result<(), Stop> {
        let early = &self.early;
        match event {
            EarlyDataEvent::None => Ok(()),
            EarlyDataEvent::Accepted => self.accept_early_data(),
            EarlyDataEvent::Refused => {
                if early.status() == EarlyDataStatus::Accepted {
                    early.set_status(EarlyDataStatus::Rejected);
                }
                Ok(())
            }
            EarlyDataEvent::End => {
                early.end_reading();
                Ok(())
            }
            EarlyDataEvent::Data(bytes) if early.is_reading() => {
                self.count_early_data(bytes, early.limit(), 0)
            }
            EarlyDataEvent::Data(_) => {
                Err(self.refuse(Reason::UNEXPECTED_RECORD, Alert::UNEXPECTED_MESSAGE))
            }
            EarlyDataEvent::Skipped(bytes) => {
                let limit = self.configuration.settings().recv_max_early_data;
                self.count_early_data(bytes, limit.into(), SKIPPED_OVERHEAD)
            }
        }
    }

    /// Client: the server has accepted early data, which it may do only with the protocol of the
    /// session.
    fn accept_early_data(&self) -> Result<(), Stop> {
        if self.early.status() != EarlyDataStatus::Rejected {
            return Ok(());
        }
        self.early.set_status(EarlyDataStatus::Accepted);
        let alpn = self.engine.with(|engine| engine.facts())?.alpn;
        let differs = self.handshake.client(|client| {
            let offered = client.offered.any();
            offered.is_some_and(|session| session.alpn().as_deref() != alpn.as_deref())
        });
        match differs {
            true => Err(self.refuse(Reason::BAD_EARLY_DATA, Alert::ILLEGAL_PARAMETER)),
            false => Ok(()),
        }
    }

    fn count_early_data(&self, bytes: usize, limit: u64, overhead: u64) -> Result<(), Stop> {
        match limit > 0 && self.early.count(bytes) <= limit + overhead {
            true => Ok(()),
            false => Err(self.refuse(Reason::TOO_MUCH_EARLY_DATA, Alert::UNEXPECTED_MESSAGE)),
        }
    }
}
