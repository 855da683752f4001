//! Application data: `SSL_read(3)` and `SSL_write(3)`.

use std::ffi::c_int;

use super::{Connection, Stage, Stop, Want};
use crate::error::{self, Reason};
use crate::flags::{Mode, Options};
use crate::libcrypto::error_queue;
use crate::wire::Version;

/// Labels of TLS 1.2 itself, which no exporter may use (RFC 5705, section 4; RFC 7627, section 4);
/// OpenSSL refuses any that begins with one.
const RESERVED_LABELS: [&[u8]; 5] = [
    b"client finished",
    b"server finished",
    b"master secret",
    b"extended master secret",
    b"key expansion",
];

/// The longest label of a TLS 1.3 exporter: its length is a byte, and counts "tls13 " too (RFC
/// 8446, section 7.1).
pub(super) const LONGEST_LABEL: usize = 249;

/// What becomes of application data that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// It is consumed (`SSL_read(3)`).
    Consume,
    /// It can be read again (`SSL_peek(3)`).
    Peek,
}

impl Connection {
    /// The reason why `SSL_sendfile(3)` fails: it needs kernel TLS, which this library never sets
    /// up.
    pub fn why_no_sendfile(&self) -> Reason {
        if self.shutdown.is_sent() {
            Reason::PROTOCOL_IS_SHUTDOWN
        } else {
            Reason::UNINITIALIZED
        }
    }

    /// Copies application data into `buffer`, waiting for some if there is none. Returns the number
    /// of bytes, which is 0 for an empty buffer only.
    pub fn read(&self, buffer: &mut [u8], reading: Reading) -> Result<usize, Stop> {
        // An errno that is found after a failure must come from this call (SSL_get_error(3)).
        error_queue::forget_system_error();
        loop {
            self.check_role()?;
            if self.has_nothing_to_read() {
                self.transport.set_want(Want::Nothing);
                return Err(Stop::Closed);
            }
            if self.stage() != Stage::Open {
                self.early.check_application_data()?;
                self.handshake_for_reading()?;
            } else if self.engine.key_update().is_some() {
                self.update_keys()?;
                self.send_answer()?;
            }
            let wipes = self
                .configuration
                .options()
                .contains(Options::CLEANSE_PLAINTEXT);
            let count = self.engine.with(|engine| {
                let pending = engine.pending();
                let count = pending.len().min(buffer.len());
                buffer[..count].copy_from_slice(&pending[..count]);
                if reading == Reading::Consume {
                    if wipes {
                        engine.wipe(count);
                    }
                    engine.consume(count);
                }
                (count, pending_is_empty(engine))
            })?;
            if count.0 > 0 || buffer.is_empty() && !count.1 {
                return Ok(count.0);
            }
            if self.shutdown.is_received() {
                self.transport.set_want(Want::Nothing);
                return Err(Stop::Closed);
            }
            self.receive()?;
            self.yield_without_auto_retry()?;
        }
    }

    /// Whether reads return at once: the peer has sent a fatal alert, or the program says that it
    /// has closed (SSL_set_shutdown(3), SSL_set_quiet_shutdown(3)). After a close_notify of the
    /// peer, data that arrived before it is read first.
    fn has_nothing_to_read(&self) -> bool {
        let is_over = self.stage() != Stage::Open || !self.shutdown.has_received_close_notify();
        self.shutdown.is_received() && is_over
    }

    /// Without `SSL_MODE_AUTO_RETRY` a read returns `SSL_ERROR_WANT_READ` after a record without
    /// application data, unless more was read ahead: a program that polls would not see it.
    fn yield_without_auto_retry(&self) -> Result<(), Stop> {
        let automatic = self.configuration.mode().contains(Mode::AUTO_RETRY);
        if automatic || self.pending() > 0 || self.shutdown.is_received() {
            return Ok(());
        }
        if self.engine.with(|engine| engine.input.is_ahead())? {
            return Ok(());
        }
        Err(self.transport.yield_to_program())
    }

    /// Reads and processes one record, and answers a request for renegotiation. The answer to a
    /// KeyUpdate goes with the next data.
    pub(super) fn receive(&self) -> Result<(), Stop> {
        self.send_answer()?;
        self.read_record()?;
        self.process()?;
        self.announce_new_sessions();
        self.end_turn();
        self.send_answer()
    }

    /// Encrypts and sends `data`. Returns how many bytes were sent: all, or with
    /// `SSL_MODE_ENABLE_PARTIAL_WRITE` at least one record.
    pub fn write(&self, data: &[u8]) -> Result<usize, Stop> {
        error_queue::forget_system_error();
        self.check_role()?;
        if self.shutdown.is_sent() {
            self.transport.set_want(Want::Nothing);
            return Err(Reason::PROTOCOL_IS_SHUTDOWN.into());
        }
        self.turn_to_tickets();
        if self.stage() != Stage::Open {
            self.early.check_application_data()?;
            self.handshake()?;
        }
        self.early.stop_writing();
        self.update_keys()?;
        let mode = self.configuration.mode();
        self.write_records(data, mode, |engine, chunk| engine.write(chunk))
    }

    /// `SSL_key_update(3)`: the KeyUpdate goes out with the next call that reads, writes or does a
    /// handshake. `kind` is remembered until then.
    pub fn request_key_update(&self, kind: c_int) -> error::Result<()> {
        if self.engine.facts().version != Version::TLS1_3 {
            return Err(Reason::WRONG_SSL_VERSION.into());
        }
        if !(0..=1).contains(&kind) {
            return Err(Reason::INVALID_KEY_UPDATE_TYPE.into());
        }
        if self.stage() != Stage::Open || self.engine.key_update().is_some() {
            return Err(Reason::STILL_IN_INIT.into());
        }
        if self.engine.with(|engine| !engine.outgoing().is_empty())? {
            return Err(Reason::BAD_WRITE_RETRY.into());
        }
        self.engine.set_key_update(kind);
        Ok(())
    }

    /// Keying material (RFC 5705). `out` is not empty.
    pub fn export(
        &self,
        label: &[u8],
        context: Option<&[u8]>,
        out: &mut [u8],
    ) -> error::Result<()> {
        if !self.may_export() {
            return Err(error::Error::Silent);
        }
        let illegal = match self.engine.facts().version {
            Version::TLS1_2 => RESERVED_LABELS
                .iter()
                .any(|reserved| label.starts_with(reserved)),
            _ => label.len() > LONGEST_LABEL,
        };
        if illegal {
            return Err(Reason::TLS_ILLEGAL_EXPORTER_LABEL.into());
        }
        self.engine
            .with(|engine| engine.export(label, context, out))?
            .map_err(|failure| error::Error::with(failure.reason, failure.detail))
    }

    /// Whether both sides have finished, or a TLS 1.3 server has.
    fn may_export(&self) -> bool {
        match self.stage() {
            Stage::Handshake | Stage::EarlyData => {
                matches!(
                    self.engine.with(|engine| engine.exports_unfinished()),
                    Ok(true)
                )
            }
            stage => stage.is_past_finished(),
        }
    }

    /// Reading and writing need a role, with which they begin the handshake.
    fn check_role(&self) -> Result<(), Stop> {
        match self.role() {
            None => Err(Reason::UNINITIALIZED.into()),
            Some(_) => Ok(()),
        }
    }
}

fn pending_is_empty(engine: &crate::engine::Engine) -> bool {
    engine.pending().is_empty()
}
