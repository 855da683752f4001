//! Records from the read BIO, and to the write BIO.

use super::{Connection, InfoKind, Role, Stage, Stop, Want};
use crate::engine::Failure;
use crate::error::{Error, Reason};
use crate::libcrypto::bio::{Bio, Io};
use crate::wire::{Alert, AlertLevel};

/// `SSL_OP_IGNORE_UNEXPECTED_EOF`
const OP_IGNORE_UNEXPECTED_EOF: u64 = 1 << 7;

impl Connection {
    /// `SSL_set0_rbio`.
    pub fn set_read_bio(&self, bio: Option<Bio>) {
        let old = self.read_bio.replace(bio);
        drop(old);
    }

    /// `SSL_set0_wbio`.
    pub fn set_write_bio(&self, bio: Option<Bio>) {
        let old = self.write_bio.replace(bio);
        drop(old);
    }

    /// `SSL_get_rbio`: lent.
    pub fn read_bio(&self) -> *mut openssl_sys::BIO {
        match &*self.read_bio.borrow() {
            Some(bio) => bio.as_ptr(),
            None => std::ptr::null_mut(),
        }
    }

    /// `SSL_get_wbio`: lent.
    pub fn write_bio(&self) -> *mut openssl_sys::BIO {
        match &*self.write_bio.borrow() {
            Some(bio) => bio.as_ptr(),
            None => std::ptr::null_mut(),
        }
    }

    /// Reads one record, and never a byte beyond it. On return it is in the engine's input.
    pub(super) fn read_record(&self) -> Result<(), Stop> {
        loop {
            let mut engine = self.take_engine()?;
            // A BIO may be a program's own, whose functions call back into us.
            let bio = self.read_bio();
            // SAFETY: the connection holds a reference to its BIO; a program that replaces it
            // from within the BIO's own read function is outside of the BIO contract.
            let result = match unsafe { Bio::lend(bio) } {
                None => {
                    self.engine.replace(Some(engine));
                    return Err(self.refuse(Reason::READ_BIO_NOT_SET, Alert::INTERNAL_ERROR));
                }
                Some(bio) => {
                    self.want.set(Want::Read);
                    bio.read(engine.input.missing())
                }
            };
            let outcome = match result {
                Io::Done(count) if count > 0 => engine.received(count),
                _ => Ok(false),
            };
            if outcome != Ok(false) {
                engine.note_received();
            }
            self.engine.replace(Some(engine));
            match (result, outcome) {
                (Io::Done(count), Ok(complete)) if count > 0 => {
                    self.want.set(Want::Nothing);
                    if complete {
                        return Ok(());
                    }
                }
                (_, Err(problem)) => {
                    self.want.set(Want::Nothing);
                    return Err(self.fail(problem.into()));
                }
                (Io::Retry(_), _) => {
                    let _ = self.with_engine(|engine| engine.release_input());
                    return Err(Stop::Suspended);
                }
                (Io::Done(_), _) => return Err(Stop::Ended),
                (Io::Eof, _) => return Err(self.end_of_file()),
                (Io::Failed, _) => return Err(Stop::Transport),
            }
        }
    }

    /// The transport has ended. Without close_notify that is an error (S125), unless the program
    /// says that it does not care.
    fn end_of_file(&self) -> Stop {
        if self.settings.borrow().options & OP_IGNORE_UNEXPECTED_EOF != 0 {
            self.shutdown.receive_close_notify();
            return Stop::Closed;
        }
        // The peer may have closed its sending side only, and then it reads why we leave.
        match self.refuse(Reason::UNEXPECTED_EOF_WHILE_READING, Alert::DECODE_ERROR) {
            Stop::Failed(error) => Stop::Broken(error),
            stop => stop,
        }
    }

    /// Hands everything that the engine has to send to the write BIO.
    pub(super) fn flush(&self) -> Result<(), Stop> {
        loop {
            let engine = self.take_engine()?;
            if engine.outgoing().is_empty() {
                self.engine.replace(Some(engine));
                return Ok(());
            }
            let bio = self.write_bio();
            // SAFETY: as in `read_record`.
            let result = match unsafe { Bio::lend(bio) } {
                None => {
                    self.engine.replace(Some(engine));
                    return Err(Reason::BIO_NOT_SET.into());
                }
                Some(bio) => {
                    self.want.set(Want::Write);
                    bio.write(engine.outgoing())
                }
            };
            self.engine.replace(Some(engine));
            match result {
                Io::Done(count) if count > 0 => {
                    self.with_engine(|engine| engine.wrote(count))?;
                    self.want.set(Want::Nothing);
                }
                Io::Retry(_) => return Err(Stop::Suspended),
                Io::Done(_) | Io::Eof | Io::Failed => return Err(Stop::Transport),
            }
        }
    }

    /// Like [`flush`](Self::flush), and tells the BIO to pass everything on: the end of a flight.
    pub(super) fn flush_flight(&self) -> Result<(), Stop> {
        let anything = self.with_engine(|engine| !engine.outgoing().is_empty())?;
        if self.waits_for_rest_of_flight() {
            return Ok(());
        }
        if !anything && !self.flight_unfinished.get() {
            return Ok(());
        }
        self.flight_unfinished.set(true);
        self.flush()?;
        let bio = self.write_bio();
        // SAFETY: as in `read_record`.
        if let Some(bio) = unsafe { Bio::lend(bio) } {
            self.want.set(Want::Write);
            match bio.flush() {
                Io::Done(_) | Io::Eof => {}
                Io::Retry(_) => return Err(Stop::Suspended),
                // Filters without a flush of their own say that it failed; nothing was lost.
                Io::Failed => {}
            }
            self.want.set(Want::Nothing);
        }
        self.flight_unfinished.set(false);
        Ok(())
    }

    /// A TLS 1.3 client's change_cipher_spec, which rustls makes as soon as the server has
    /// answered, goes out with the client's next flight, as in OpenSSL: sending it while the
    /// server is still sending could leave both sides waiting to write.
    fn waits_for_rest_of_flight(&self) -> bool {
        const CHANGE_CIPHER_SPEC: [u8; 6] = [20, 3, 3, 0, 1, 1];
        self.role.get() == Some(super::Role::Client)
            && self
                .with_engine(|engine| {
                    engine.is_handshaking() && engine.outgoing() == CHANGE_CIPHER_SPEC
                })
                .unwrap_or(false)
    }

    /// Digests the records that have been read, then does what the engine asked to be done when it
    /// has come to rest: announcing sessions.
    pub(super) fn process(&self) -> Result<bool, Stop> {
        let mut engine = self.take_engine()?;
        let result = engine.process(self);
        self.engine.replace(Some(engine));
        let result = match (result, self.fatal.take()) {
            (Ok(_), Some(reason)) => return Err(self.refuse(reason, Alert::INTERNAL_ERROR)),
            (Err(failure), Some(reason)) => Err(Failure {
                reason,
                detail: String::new(),
                ..failure
            }),
            (result, None) => result,
        };
        match result {
            Ok(progress) => {
                self.tell();
                self.note_early_data(progress.early)?;
                if progress.closed {
                    self.shutdown.receive_close_notify();
                    self.notify_alert(
                        InfoKind::ReadAlert,
                        AlertLevel::WARNING,
                        Alert::CLOSE_NOTIFY,
                    );
                }
                Ok(progress.closed)
            }
            Err(failure) => Err(self.fail(failure)),
        }
    }

    pub(super) fn take_engine(&self) -> Result<Box<crate::engine::Engine>, Stop> {
        self.engine.take().ok_or_else(|| {
            Stop::Failed(Error::with(
                Reason::INTERNAL_ERROR,
                "the connection is busy or has died",
            ))
        })
    }

    /// Ends the connection with `failure`: its alert is sent as far as the transport takes it,
    /// the session is lost (S24, S25), and the error for the queue is returned.
    pub(super) fn fail(&self, failure: Failure) -> Stop {
        // S98: nothing is sent after close_notify, so an error takes no session either.
        let closed = self.shutdown.is_sent();
        let alert_sent = failure.alert_sent.filter(|_| !closed);
        if let Some(alert) = alert_sent {
            let _ = self.with_engine(|engine| {
                if !failure.alert_queued {
                    engine.send_alert(alert);
                }
            });
            let sent = self.flush_flight().is_ok();
            self.tell();
            self.stage.set(Stage::Failed);
            if sent {
                self.notify_alert(InfoKind::WriteAlert, AlertLevel::FATAL, alert);
            }
        } else if closed {
            let _ = self.with_engine(|engine| engine.discard_outgoing());
        }
        self.tell();
        if let Some(alert) = failure.alert_received {
            self.shutdown.receive_fatal_alert();
            self.notify_alert(InfoKind::ReadAlert, AlertLevel::FATAL, alert);
        }
        if alert_sent.is_some() || failure.alert_received.is_some() {
            self.lose_failed_session();
        }
        self.stage.set(Stage::Failed);
        let error = Error::with(failure.reason, failure.detail);
        match failure.alert_received {
            Some(_) => {
                self.want.set(Want::Nothing);
                Stop::Broken(error)
            }
            None => Stop::Failed(error),
        }
    }

    /// Ends the connection since there was no memory for what it did, and gives back what it has.
    pub fn end_without_memory(&self) -> Stop {
        let stop = match self.stage.get() {
            Stage::Failed => Reason::MALLOC_FAILURE.into(),
            _ => self.refuse(Reason::MALLOC_FAILURE, Alert::INTERNAL_ERROR),
        };
        self.handshake.take();
        self.session.forget_provisional();
        self.engine.take();
        stop
    }

    /// A failure takes the session that it concerns. Until it has read the ClientHello a server has the one of an
    /// earlier connection, which stays; a client whose offer was not taken loses the new one.
    fn lose_failed_session(&self) {
        match self.role.get() {
            Some(Role::Server) => {
                let reads_hello = self.with_handshake(|handshake| handshake.client_hello.is_none());
                if reads_hello == Some(true) {
                    return;
                }
            }
            _ => {
                if let Ok(true) = self.with_engine(|engine| engine.facts().full) {
                    self.meet_new_session();
                }
            }
        }
        self.lose_session();
    }

    /// Fails a handshake from this side.
    pub(super) fn refuse(&self, reason: Reason, alert: Alert) -> Stop {
        self.fail(Failure::with_alert(reason, alert))
    }
}
