//! A client's early data.

use super::{Connection, Role, Stage, Stop, WriteCall, misused};
use crate::error::Reason;
use crate::flags::Mode;
use crate::wire::Alert;

impl Connection {
    /// `SSL_write_early_data(3)`: a client's early data, or a server's early answer. Gives how much
    /// was taken.
    pub fn write_early_data(&self, data: &[u8]) -> Result<usize, Stop> {
        let early = &self.early;
        match early.next_write()? {
            WriteCall::Connect { is_first: true } if !self.has_session_for_early_data() => {
                return Err(misused().into());
            }
            WriteCall::Connect { .. } => {
                early.connect();
                if let Err(stop) = self.handshake_as(Role::Client) {
                    early.connect_again();
                    return Err(stop);
                }
            }
            WriteCall::Write | WriteCall::Flush if self.stage() == Stage::Failed => {
                return Err(Stop::Transport);
            }
            WriteCall::Write => {}
            WriteCall::Flush => return self.flush_early(data.len()),
            WriteCall::Answer(answered) => return self.answer_early(answered, data),
        }
        early.write();
        if let Err(stop) = self.send_early(data) {
            early.write_again();
            return Err(stop);
        }
        self.flush_early(data.len())
    }

    /// S84
    fn has_session_for_early_data(&self) -> bool {
        self.role() == Some(Role::Client)
            && self.stage() == Stage::Before
            && (self.configuration.settings().psk.use_session.is_set()
                || self
                    .session()
                    .is_some_and(|session| session.max_early_data() > 0))
    }

    fn send_early(&self, data: &[u8]) -> Result<(), Stop> {
        let early = &self.early;
        let written = self.transport.written_of_pending();
        if !early.has_room_for(data.len().saturating_sub(written)) {
            return Err(self.refuse(Reason::TOO_MUCH_EARLY_DATA, Alert::INTERNAL_ERROR));
        }
        let mode = self
            .configuration
            .mode()
            .without(Mode::ENABLE_PARTIAL_WRITE);
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

    fn flush_early(&self, written: usize) -> Result<usize, Stop> {
        self.early.flush();
        self.flush_flight()?;
        self.early.write_again();
        Ok(written)
    }
}
