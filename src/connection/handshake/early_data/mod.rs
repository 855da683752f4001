//! Early data (SSL_read_early_data(3)): sending, receiving and answering it.
//!
//! A client begins with `SSL_write_early_data`: the ClientHello goes out together with the first
//! data, and the handshake rests in [`Stage::EarlyData`] until something else than early data is
//! asked for. A server begins with `SSL_read_early_data`, which goes as far as the end of the
//! server's own messages; the handshake rests there likewise.
//!
//! [`Phase`] says what may be called when. As in OpenSSL it is not the same as the stage: a client
//! may go on writing early data while it reads the server's answer.

mod client;
mod server;

use std::cell::Cell;

use super::io::LONGEST_LABEL;
use super::{ClientHello, Connection, HandshakeState, InfoKind, Role, Stage, Stop};
use crate::error::{Error, Reason, Result};

pub(in crate::connection) use server::is_fresh;

/// What the next call about early data does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Phase {
    /// The program has not asked for early data.
    #[default]
    Off,
    /// Client: the ClientHello is being made.
    Connecting,
    /// Client: it could not be made.
    ConnectAgain,
    /// Client: early data may be written.
    Write,
    /// Client: it is being written.
    Writing,
    /// Client: it has been written, but not flushed.
    Flush,
    /// Client: other calls have ended the early data.
    WriteDone,
    /// Server: its own messages are being made.
    Accepting,
    /// Server: they could not be made, or not be sent yet.
    AcceptAgain,
    /// Server: early data may be read.
    Read,
    /// Server: it is being read.
    Reading,
    /// Server: there is no more of it.
    ReadDone,
    /// Server: answering early data.
    Answering,
}

/// What became of early data (`SSL_EARLY_DATA_…`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum EarlyDataStatus {
    /// The client has not announced any.
    #[default]
    NotSent = 0,
    /// The server ignores it, or has not answered yet.
    Rejected = 1,
    /// The server takes it.
    Accepted = 2,
}

/// State of early data on one connection.
#[derive(Default)]
pub(in crate::connection) struct EarlyData {
    phase: Cell<Phase>,
    status: Cell<EarlyDataStatus>,
    /// Bytes sent, received or skipped so far.
    count: Cell<u64>,
    /// Most bytes to be sent or received.
    limit: Cell<u64>,
    /// The ClientHello waits for the first early data, so that both go out together.
    hello_waits: Cell<bool>,
}

impl EarlyData {
    /// Back to the state before a handshake.
    pub(in crate::connection) fn reset(&self) {
        self.phase.take();
        self.status.take();
        self.count.take();
        self.limit.take();
        self.hello_waits.take();
    }

    /// `SSL_write_early_data` is sending the ClientHello.
    pub(in crate::connection) fn is_connecting(&self) -> bool {
        self.phase.get() == Phase::Connecting
    }

    /// `SSL_read_early_data` is accepting the connection.
    pub(in crate::connection) fn is_accepting(&self) -> bool {
        self.phase.get() == Phase::Accepting
    }

    /// The ClientHello need not be sent before the first data; asked once.
    pub(in crate::connection) fn hello_may_wait(&self) -> bool {
        self.hello_waits.take()
    }

    /// A call that is not about early data ends a client's early data.
    pub(in crate::connection) fn stop_writing(&self) {
        if self.phase.get() == Phase::Write {
            self.phase.set(Phase::WriteDone);
        }
    }

    /// Whether application data may be read now. A server's program that has not read all early
    /// data would take it for something better.
    pub(in crate::connection) fn check_read(&self) -> Result<()> {
        match self.phase.get() {
            Phase::ConnectAgain | Phase::AcceptAgain | Phase::Read => Err(misused()),
            _ => Ok(()),
        }
    }

    /// Whether application data may be written now.
    pub(in crate::connection) fn check_write(&self) -> Result<()> {
        self.check_read()
    }

    fn count(&self, bytes: usize) -> u64 {
        let count = self.count.get().saturating_add(bytes as u64);
        self.count.set(count);
        count
    }
}

fn misused() -> Error {
    Error::new(Reason::SHOULD_NOT_HAVE_BEEN_CALLED)
}

impl Connection {
    /// The handshake rests. OpenSSL tells that as an end, and going on as a start.
    pub(in crate::connection) fn rest(&self) {
        self.handshake.set_stage(Stage::EarlyData);
        self.observer.enter_state(HandshakeState::EARLY_DATA);
        self.report(InfoKind::HandshakeDone, 1);
    }

    /// The handshake goes on, if it still rests.
    pub(in crate::connection) fn end_rest(&self) {
        if self.stage() == Stage::EarlyData {
            self.handshake.set_stage(Stage::Handshake);
            self.report(InfoKind::HandshakeStart, 1);
            self.observer.take_turn(self);
        }
    }

    /// `SSL_get_early_data_status(3)`
    pub fn early_data_status(&self) -> EarlyDataStatus {
        self.early.status.get()
    }

    /// Whether the secrets of early data are those of OpenSSL at this point: a client has them as
    /// soon as it has announced early data, a server when it accepts it.
    pub(in crate::connection) fn has_early_secrets(&self) -> bool {
        match (self.role(), self.early.status.get()) {
            (_, EarlyDataStatus::NotSent) => false,
            (Some(Role::Client), _) => true,
            (_, status) => status == EarlyDataStatus::Accepted,
        }
    }

    /// `SSL_export_keying_material_early(3)`. `out` is not empty.
    pub fn export_early(&self, label: &[u8], context: &[u8], out: &mut [u8]) -> Result<()> {
        if !self.has_early_secrets() {
            return Err(Error::Silent);
        }
        if label.len() > LONGEST_LABEL {
            return Err(Reason::TLS_ILLEGAL_EXPORTER_LABEL.into());
        }
        self.with_engine(|engine| engine.export_early(label, context, out))?
            .map_err(|failure| Error::with(failure.reason, failure.detail))
    }
}
