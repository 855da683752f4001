//! Closing a connection (SSL_shutdown(3)).

use super::{Connection, InfoKind, Stage, Stop};
use crate::error::Reason;
use crate::libcrypto::error_queue;
use crate::wire::{Alert, AlertLevel};

impl Connection {
    /// `SSL_shutdown(3)`: true when both directions are closed, false when only our close_notify
    /// has been sent.
    pub fn shut_down(&self) -> Result<bool, Stop> {
        error_queue::forget_system_error();
        if self.role().is_none() {
            return Err(Reason::UNINITIALIZED.into());
        }
        let is_in_init = self.engine.key_update().is_some();
        if is_in_init || !matches!(self.stage(), Stage::Open | Stage::EarlyData) {
            return Err(Reason::SHUTDOWN_WHILE_IN_INIT.into());
        }
        if self.configuration.settings().quiet_shutdown {
            self.shutdown.close_quietly();
            return Ok(true);
        }
        if !self.shutdown.is_sent() {
            self.shutdown.stop_sending();
            self.engine.with(|engine| engine.send_close_notify())?;
            self.shutdown.close_notify_queued();
            self.send_close_notify()?;
        } else if self.shutdown.is_close_notify_pending() {
            self.send_close_notify()?;
        } else if !self.shutdown.is_received() {
            self.await_close_notify()?;
        }
        Ok(self.shutdown.is_received())
    }

    fn send_close_notify(&self) -> Result<(), Stop> {
        self.flush_flight()?;
        self.shutdown.close_notify_sent();
        self.report_records();
        self.report_alert(
            InfoKind::WriteAlert,
            AlertLevel::WARNING,
            Alert::CLOSE_NOTIFY,
        );
        Ok(())
    }

    /// Reads until the peer's close_notify. Application data that comes instead is an error: it
    /// would be lost.
    fn await_close_notify(&self) -> Result<(), Stop> {
        while !self.shutdown.is_received() {
            if self.pending() > 0 {
                return Err(Reason::APPLICATION_DATA_AFTER_CLOSE_NOTIFY.into());
            }
            self.receive().map_err(|stop| match stop {
                Stop::Ended => Stop::Transport,
                // Only after an alert both directions are closed.
                Stop::Broken(error) if !self.shutdown.is_received() => Stop::Failed(error),
                stop => stop,
            })?;
        }
        Ok(())
    }
}
