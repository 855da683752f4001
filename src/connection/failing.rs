//! Ending a connection because of an error.

use super::{Connection, InfoKind, Refusal, Role, Stage, Stop, Want};
use crate::engine::{Failure, FatalAlert};
use crate::error::{Error, Reason};
use crate::wire::{Alert, AlertLevel};

impl Connection {
    /// Ends the connection with `failure`: its alert is sent as far as the transport takes it,
    /// the session takes the consequences (S24, S25), and the error for the queue is returned.
    pub(super) fn fail(&self, failure: Failure) -> Stop {
        // S98: nothing is sent after close_notify, so an error takes no session either.
        let closed = self.shutdown.is_sent();
        if closed {
            let _ = self.engine.with(|engine| engine.discard_outgoing());
        }
        let is_fatal = match failure.alert {
            FatalAlert::ToSend(alert) if !closed => {
                let _ = self.engine.with(|engine| engine.send_alert(alert));
                self.flush_alert(alert);
                true
            }
            FatalAlert::Queued(alert) if !closed => {
                self.flush_alert(alert);
                true
            }
            FatalAlert::ToSend(_) | FatalAlert::Queued(_) | FatalAlert::None => false,
            FatalAlert::Received(_) => true,
        };
        self.report_records();
        if let FatalAlert::Received(alert) = failure.alert {
            self.shutdown.receive_fatal_alert();
            self.report_alert(InfoKind::ReadAlert, AlertLevel::FATAL, alert);
        }
        if is_fatal {
            self.lose_failed_session();
        }
        self.handshake.set_stage(Stage::Failed);
        let error = Error::with(failure.reason, failure.detail);
        match failure.alert {
            FatalAlert::Received(_) => {
                self.transport.set_want(Want::Nothing);
                Stop::Broken(error)
            }
            _ => Stop::Failed(error),
        }
    }

    /// Sends the alert that is in the engine's output, and reports it.
    fn flush_alert(&self, alert: Alert) {
        let sent = self.flush_flight().is_ok();
        self.report_records();
        self.handshake.set_stage(Stage::Failed);
        if sent {
            self.report_alert(InfoKind::WriteAlert, AlertLevel::FATAL, alert);
        }
    }

    /// Ends the connection because there was no memory, and frees what it can.
    pub fn end_without_memory(&self) -> Stop {
        let stop = match self.stage() {
            Stage::Failed => Reason::MALLOC_FAILURE.into(),
            _ => self.refuse(Reason::MALLOC_FAILURE, Alert::INTERNAL_ERROR),
        };
        self.handshake.forget();
        self.session.forget_provisional();
        self.engine.end();
        stop
    }

    /// Removes the session of the failed handshake from the cache. Before it has read the
    /// ClientHello a server has the session of an earlier connection, which stays; a client whose
    /// offered session was rejected loses the new one.
    fn lose_failed_session(&self) {
        match self.role() {
            Some(Role::Server) => {
                if self.handshake.server(|server| server.is_reading()) {
                    return;
                }
            }
            _ => {
                if let Ok(true) = self.engine.with(|engine| engine.facts().full) {
                    self.begin_new_session();
                }
            }
        }
        self.lose_session();
    }

    /// Ends the handshake if a decision says so.
    pub(super) fn enforce<T>(&self, decision: Result<T, impl Into<Refusal>>) -> Result<T, Stop> {
        decision.map_err(|refusal| match refusal.into() {
            Refusal::Alert(failure) => self.fail(failure),
            Refusal::Silent(error) => Stop::Failed(error),
        })
    }

    /// Fails a handshake from this side.
    pub(super) fn refuse(&self, reason: Reason, alert: Alert) -> Stop {
        self.fail(Failure::with_alert(reason, alert))
    }
}
