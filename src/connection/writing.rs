//! Records with application data, answers of the engine, and KeyUpdates.

use super::{Connection, Stop};
use crate::engine::{Engine, Failure};
use crate::flags::Mode;
use crate::wire::Alert;

impl Connection {
    /// Sends `data` in records that `encrypt` makes.
    pub(super) fn write_records(
        &self,
        data: &[u8],
        mode: Mode,
        encrypt: impl Fn(&mut Engine, &[u8]) -> Result<(), Failure>,
    ) -> Result<usize, Stop> {
        let max_fragment = self.configuration.settings().longest_fragment();
        let mut may_wait = self.early.hello_may_wait();
        let may_move = mode.contains(Mode::ACCEPT_MOVING_WRITE_BUFFER);
        self.transport
            .begin_write(data, may_move)
            .map_err(|reason| self.refuse(reason, Alert::INTERNAL_ERROR))?;
        loop {
            if !std::mem::take(&mut may_wait) {
                self.flush()?;
            }
            let done = self.transport.written();
            let partial = mode.contains(Mode::ENABLE_PARTIAL_WRITE) && done > 0;
            if done == data.len() || partial {
                self.transport.end_write();
                return Ok(done);
            }
            let count = (data.len() - done).min(max_fragment);
            let encrypted = self
                .engine
                .with(|engine| encrypt(engine, &data[done..done + count]))?;
            encrypted.map_err(|failure| self.fail(failure))?;
            self.report_records();
            self.transport.encrypted(count);
        }
    }

    /// Sends what the engine has answered, unless it waits behind data that the program has to
    /// write again.
    pub(super) fn send_answer(&self) -> Result<(), Stop> {
        if self.transport.is_write_pending() || self.shutdown.is_sent() {
            Ok(())
        } else {
            self.flush_flight()
        }
    }

    /// Hands the engine a KeyUpdate that was asked for. Nothing follows close_notify.
    pub(super) fn update_keys(&self) -> Result<(), Stop> {
        if self.engine.take_key_update().is_none() || self.shutdown.is_sent() {
            return Ok(());
        }
        self.engine
            .with(Engine::update_keys)?
            .map_err(|failure| self.fail(failure))?;
        self.report_records();
        self.end_turn();
        Ok(())
    }
}
