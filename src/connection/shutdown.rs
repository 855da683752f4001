//! Closing (SSL_shutdown(3), SSL_set_shutdown(3)).

use std::ffi::c_int;

use super::InfoKind;
use super::{Connection, RECEIVED_SHUTDOWN, SENT_SHUTDOWN, Stage, Stop};
use crate::error::Reason;
use crate::libcrypto::error_queue;
use crate::wire::{Alert, AlertLevel};

impl Connection {
    /// `SSL_shutdown(3)`: true when both directions are closed, false when only our close_notify
    /// has been sent.
    pub fn shut_down(&self) -> Result<bool, Stop> {
        error_queue::forget_system_error();
        if self.role.get().is_none() {
            return Err(Reason::UNINITIALIZED.into());
        }
        let is_in_init = self.key_update_type().is_some();
        if is_in_init || !matches!(self.stage.get(), Stage::Open | Stage::EarlyData) {
            return Err(Reason::SHUTDOWN_WHILE_IN_INIT.into());
        }
        if self.settings.borrow().quiet_shutdown {
            self.shutdown.set(SENT_SHUTDOWN | RECEIVED_SHUTDOWN);
            return Ok(true);
        }
        if self.shutdown.get() & SENT_SHUTDOWN == 0 {
            self.shutdown.set(self.shutdown.get() | SENT_SHUTDOWN);
            self.with_engine(|engine| engine.send_close_notify())?;
            self.close_notify_pending.set(true);
            self.send_close_notify()?;
        } else if self.close_notify_pending.get() {
            self.send_close_notify()?;
        } else if self.shutdown.get() & RECEIVED_SHUTDOWN == 0 {
            self.await_close_notify()?;
        }
        Ok(self.shutdown.get() & RECEIVED_SHUTDOWN != 0)
    }

    /// `SSL_get_shutdown(3)`.
    pub fn shutdown_flags(&self) -> c_int {
        self.shutdown.get()
    }

    /// `SSL_set_shutdown(3)`.
    pub fn set_shutdown_flags(&self, flags: c_int) {
        self.shutdown.set(flags);
    }

    fn send_close_notify(&self) -> Result<(), Stop> {
        self.flush_flight()?;
        self.close_notify_pending.set(false);
        self.tell();
        self.notify_alert(
            InfoKind::WriteAlert,
            AlertLevel::WARNING,
            Alert::CLOSE_NOTIFY,
        );
        Ok(())
    }

    /// Reads until the peer's close_notify. Application data that comes instead is an error: it
    /// would be lost.
    fn await_close_notify(&self) -> Result<(), Stop> {
        while self.shutdown.get() & RECEIVED_SHUTDOWN == 0 {
            if self.pending() > 0 {
                return Err(Reason::APPLICATION_DATA_AFTER_CLOSE_NOTIFY.into());
            }
            self.receive().map_err(|stop| match stop {
                Stop::Ended => Stop::Transport,
                // Only after an alert both directions are closed.
                Stop::Broken(error) if self.shutdown.get() & RECEIVED_SHUTDOWN == 0 => {
                    Stop::Failed(error)
                }
                stop => stop,
            })?;
        }
        Ok(())
    }
}
