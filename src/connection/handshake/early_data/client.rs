//! A client's early data.

use super::{Connection, EarlyDataStatus, Phase, Role, Stage, Stop, misused};
use crate::context::Settings;
use crate::error::Reason;
use crate::session::Session;
use crate::wire::Alert;

const MODE_ENABLE_PARTIAL_WRITE: u32 = 1;

impl Connection {
    /// `SSL_write_early_data(3)`: a client's early data, or a server's early answer. Gives how much
    /// was taken.
    pub fn write_early_data(&self, data: &[u8]) -> std::result::Result<usize, Stop> {
        let early = &self.early;
        match early.phase.get() {
            Phase::Off if !self.has_session_for_early_data() => return Err(misused().into()),
            Phase::Off | Phase::ConnectAgain => {
                early.phase.set(Phase::Connecting);
                if let Err(stop) = self.handshake_as(Role::Client) {
                    early.phase.set(Phase::ConnectAgain);
                    return Err(stop);
                }
                early.hello_waits.set(true);
            }
            Phase::Write | Phase::Flush if self.stage() == Stage::Failed => {
                return Err(Stop::Transport);
            }
            Phase::Write => {}
            Phase::Flush => return self.flush_early(data.len()),
            phase @ (Phase::Read | Phase::ReadDone) => return self.answer_early(phase, data),
            _ => return Err(misused().into()),
        }
        early.phase.set(Phase::Writing);
        if let Err(stop) = self.send_early(data) {
            early.phase.set(Phase::Write);
            return Err(stop);
        }
        self.flush_early(data.len())
    }

    /// S84
    fn has_session_for_early_data(&self) -> bool {
        self.role() == Some(Role::Client)
            && self.stage() == Stage::Before
            && (self.settings.borrow().psk.use_session.is_set()
                || self
                    .session()
                    .is_some_and(|session| session.max_early_data() > 0))
    }

    /// Before a ClientHello with early data: whether the session is good for it.
    pub(in crate::connection) fn prepare_early_data(
        &self,
        offered: Option<&Session>,
        settings: &Settings,
    ) -> std::result::Result<(), Stop> {
        // Without a session that can be offered there is no key for early data.
        let session =
            offered.ok_or_else(|| self.refuse(Reason::INTERNAL_ERROR, Alert::INTERNAL_ERROR))?;
        // S118
        let same_host = session
            .host_name()
            .is_none_or(|name| self.host_name.borrow().as_deref() == Some(&*name));
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
        self.early.limit.set(session.max_early_data().into());
        self.early.status.set(EarlyDataStatus::Rejected);
        Ok(())
    }

    /// After a ClientHello: whether it has announced early data, if it was to do so.
    pub(in crate::connection) fn check_early_data_offered(&self) -> std::result::Result<(), Stop> {
        if self.with_engine(|engine| engine.can_write_early())? {
            return Ok(());
        }
        self.early.status.set(EarlyDataStatus::NotSent);
        Err(self.refuse(Reason::INTERNAL_ERROR, Alert::INTERNAL_ERROR))
    }

    fn send_early(&self, data: &[u8]) -> std::result::Result<(), Stop> {
        let early = &self.early;
        let rest = data
            .len()
            .saturating_sub(self.transport.written_of_pending()) as u64;
        if early.count.get().saturating_add(rest) > early.limit.get() {
            return Err(self.refuse(Reason::TOO_MUCH_EARLY_DATA, Alert::INTERNAL_ERROR));
        }
        let mode = self.settings.borrow().mode & !MODE_ENABLE_PARTIAL_WRITE;
        self.write_records(data, mode, |engine, chunk| {
            early.count(chunk.len());
            if engine.can_write_early() {
                engine.write_early(chunk)
            } else if engine.early_data_accepted() {
                // The server's Finished has come, and with it the end of early data. What was
                // meant to be early is sent protected better, behind it.
                engine.write(chunk)
            } else {
                // The server would skip it.
                Ok(())
            }
        })?;
        Ok(())
    }

    fn flush_early(&self, written: usize) -> std::result::Result<usize, Stop> {
        self.early.phase.set(Phase::Flush);
        self.flush_flight()?;
        self.early.phase.set(Phase::Write);
        Ok(written)
    }

    /// Client: the server may accept early data only in what the client meant by it.
    pub(in crate::connection) fn note_early_data_answer(&self) -> std::result::Result<(), Stop> {
        if self.early.status.get() != EarlyDataStatus::Rejected
            || !self.with_engine(|engine| engine.early_data_accepted())?
        {
            return Ok(());
        }
        self.early.status.set(EarlyDataStatus::Accepted);
        let alpn = self.with_engine(|engine| engine.facts())?.alpn;
        let differs = self.handshake.client(|client| {
            let offered = client.offered.any();
            offered.is_some_and(|session| session.alpn().as_deref() != alpn.as_deref())
        });
        match differs {
            true => Err(self.refuse(Reason::BAD_EARLY_DATA, Alert::ILLEGAL_PARAMETER)),
            false => Ok(()),
        }
    }
}
