//! [`Engine`]: the state of TLS on one connection, and how it is driven.

use std::ops::Range;

use rustls::enums::ProtocolVersion;
use rustls::{
    ClientSide, Connection, ConnectionOutputs, Error, KeyingMaterialExporter, ServerSide, Tcp,
};

use super::certificate_limit::PlainMessages;
use super::delegate::Delegate;
use super::events::Events;
use super::facts::{Facts, facts};
use super::failure::{Failure, Side};
use super::finished::{self, Finished};
use super::hello_change::HelloWriter;
use super::messages::{ObservedRecords, Record};
use super::new_session_ticket::TicketSource;
use super::record::RecordBuffer;
use super::record_header::{Expected, RecordProblem};
use super::spare;
use super::thread::{self, Driven};
use super::unfinished_exporter::UnfinishedExporter;

/// The state of TLS on one connection, with its buffers.
#[derive(Default)]
pub struct Engine {
    pub(super) tls: Tls,
    /// Records from the peer.
    pub input: RecordBuffer,
    pub(super) output: Vec<u8>,
    /// How much of `output` the transport has taken.
    written: usize,
    /// Plaintext in `input` that the program has not read.
    pub(super) plaintext: Range<usize>,
    pub(super) exporter: Option<KeyingMaterialExporter>,
    pub(super) early_exporter: Option<KeyingMaterialExporter>,
    /// A TLS 1.3 server's from its Finished to the client's.
    pub(super) unfinished_exporter: Option<UnfinishedExporter>,
    /// Server, TLS 1.3: after the handshake.
    pub(super) tickets: Option<TicketSource>,
    pub(super) plain_messages: PlainMessages,
    pub(super) events: Events,
    /// While the connection is not driven.
    pub(super) driven: Option<Box<Driven>>,
}

#[derive(Default)]
pub(super) enum Tls {
    /// Nothing has been decided: a server before its ClientHello.
    #[default]
    Idle,
    Client(Box<Connection<ClientSide, Tcp>>, HelloWriter),
    Server(Box<Connection<ServerSide, Tcp>>),
}

/// How far a connection has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Neither [`connect`](Engine::connect) nor [`accept`](Engine::accept) has been called.
    Idle,
    /// The handshake is under way.
    Handshaking,
    /// The handshake is done.
    Done,
}

impl Tls {
    pub(super) fn is_handshaking(&self) -> bool {
        match self {
            Self::Idle => true,
            Self::Client(connection, _) => connection.is_handshaking(),
            Self::Server(connection) => connection.is_handshaking(),
        }
    }
}

impl Engine {
    /// Runs `work`, in which rustls works for this connection and asks `delegate`.
    pub(super) fn drive<R>(
        &mut self,
        delegate: Option<&(dyn Delegate + 'static)>,
        work: impl FnOnce(&mut Self) -> R,
    ) -> R {
        let before = self.output.len();
        let result = self.lend(delegate, work);
        if let Some(observed) = observed(&mut self.driven) {
            observed.worked(self.output.get(before..).unwrap_or_default());
        }
        result
    }

    /// Runs `work` that neither processes nor sends a record.
    pub(super) fn derive<R>(&mut self, work: impl FnOnce(&mut Self) -> R) -> R {
        self.lend(None, work)
    }

    fn lend<R>(
        &mut self,
        delegate: Option<&(dyn Delegate + 'static)>,
        work: impl FnOnce(&mut Self) -> R,
    ) -> R {
        let driven = self.driven.take().unwrap_or_default();
        let (result, driven) = thread::drive(driven, delegate, || work(self));
        self.driven = Some(driven);
        result
    }

    /// What the next drive knows of the connection.
    pub(super) fn driven(&mut self) -> &mut Driven {
        self.driven.get_or_insert_default()
    }

    /// A failure of what the program has asked for.
    pub(super) fn failure(&self, error: &Error) -> Failure {
        Failure::from_rustls(error, Side::Client, Default::default())
    }

    /// Whether [`connect`](Self::connect) or [`accept`](Self::accept) has been called.
    pub fn is_started(&self) -> bool {
        !matches!(self.tls, Tls::Idle)
    }

    /// Notes that the transport has put `count` bytes into the input's
    /// [`space`](RecordBuffer::space); 0 to take a record out of what was read ahead. True when the
    /// record is complete.
    pub fn received(&mut self, count: usize) -> Result<bool, RecordProblem> {
        let expected = match &self.tls {
            // Only a header is checked.
            _ if !self.input.awaits_header() => Expected::default(),
            Tls::Idle => Expected {
                handshaking: true,
                ..Expected::default()
            },
            Tls::Client(connection, _) => expected(connection, connection.is_handshaking(), false),
            Tls::Server(connection) => expected(connection, connection.is_handshaking(), true),
        };
        self.input.filled(count, expected)
    }

    /// What the Finished messages said, as far as they have been made.
    pub fn finished(&self) -> &Finished {
        match &self.driven {
            Some(driven) => &driven.finished,
            None => &finished::NONE,
        }
    }

    /// The peer's public key of the key exchange, as in its key_share or key exchange message;
    /// empty when there was none.
    pub fn peer_key_share(&self) -> &[u8] {
        let driven = self.driven.as_ref();
        driven.map_or(&[], |driven| &driven.peer_key_share)
    }

    /// How far the connection has come.
    pub fn phase(&self) -> Phase {
        match &self.tls {
            Tls::Idle => Phase::Idle,
            tls if tls.is_handshaking() => Phase::Handshaking,
            _ => Phase::Done,
        }
    }

    /// Whether the handshake is still under way.
    pub fn is_handshaking(&self) -> bool {
        self.tls.is_handshaking()
    }

    /// What has been agreed on so far.
    pub fn facts(&self) -> Facts {
        match &self.tls {
            Tls::Idle => Facts::default(),
            Tls::Client(connection, _) => Facts {
                server_name_acknowledged: self
                    .driven
                    .as_ref()
                    .is_some_and(|driven| driven.server_name_acknowledged),
                ..facts(connection)
            },
            Tls::Server(connection) => facts(connection),
        }
    }

    /// Whether early data was accepted: by the server that we are, or that has said so.
    pub fn early_data_accepted(&self) -> bool {
        match &self.tls {
            Tls::Idle => false,
            Tls::Client(connection, _) => connection.side().is_early_data_accepted(),
            // rustls has it only when it accepts.
            Tls::Server(..) => self.early_exporter.is_some(),
        }
    }

    /// Whether a TLS 1.3 server has sent its ServerHello, and with it all of its flight.
    pub fn has_answered(&self) -> bool {
        match &self.tls {
            Tls::Server(connection) => connection.handshake_kind().is_some(),
            _ => false,
        }
    }

    /// Plaintext that has arrived and not been taken.
    pub fn pending(&self) -> &[u8] {
        self.input.bytes(self.plaintext.clone())
    }

    /// Wipes the first `count` bytes of [`pending`](Self::pending).
    pub fn wipe(&mut self, count: usize) {
        let start = self.plaintext.start;
        self.input.wipe(start..start + count);
    }

    /// Takes `count` bytes of [`pending`](Self::pending) away.
    pub fn consume(&mut self, count: usize) {
        self.plaintext.start += count;
        if self.plaintext.is_empty() {
            self.plaintext = 0..0;
            self.input.release();
        }
    }

    /// Records that the transport has not taken yet.
    pub fn outgoing(&self) -> &[u8] {
        &self.output[self.written..]
    }

    /// Everything that is in the output buffer, written or not: for looking at a flight.
    pub fn output(&self) -> &[u8] {
        &self.output
    }

    /// Notes that the transport took `count` bytes of [`outgoing`](Self::outgoing).
    pub fn wrote(&mut self, count: usize) {
        self.written += count;
        if self.written >= self.output.len() {
            self.written = 0;
            self.output.clear();
            spare::OUTPUT.give(std::mem::take(&mut self.output));
        }
    }

    /// Gives the buffer for records from the peer back if it is empty, as an idle connection
    /// keeps none. That of records to the peer goes as soon as the transport has taken them.
    pub fn release_input(&mut self) {
        self.consume(0);
    }

    /// Takes everything back that the transport has not taken.
    pub fn discard_outgoing(&mut self) {
        self.output.truncate(self.written);
        self.wrote(0);
        if let Some(observed) = observed(&mut self.driven) {
            observed.forget_sent();
        }
    }

    /// Whether the records of this connection are kept for [`take_records`](Self::take_records).
    pub fn set_observed(&mut self, observed: bool) {
        match observed {
            true => drop(self.driven().observed.get_or_insert_default()),
            false => {
                if let Some(driven) = &mut self.driven {
                    driven.observed = None;
                }
            }
        }
    }

    /// Keeps the record that has been read last, if the connection is observed.
    pub fn record_received(&mut self) {
        let started = self.is_started();
        if let Some(observed) = observed(&mut self.driven) {
            observed.read(started, self.input.last(), self.input.unfinished());
        }
    }

    /// Records sent and received since the last time, if the connection is observed.
    pub fn take_records(&mut self) -> Vec<Record> {
        let observed = observed(&mut self.driven);
        observed
            .map(ObservedRecords::take_records)
            .unwrap_or_default()
    }
}

fn expected(outputs: &ConnectionOutputs, handshaking: bool, server: bool) -> Expected {
    let version = outputs.protocol_version();
    // Both sides have the keys once it is known what kind of handshake it is.
    let has_keys = outputs.handshake_kind().is_some();
    Expected {
        tls12: version == Some(ProtocolVersion::TLSv1_2),
        tls13_protected: version == Some(ProtocolVersion::TLSv1_3) && has_keys,
        alerts_may_be_plain: server,
        handshaking,
    }
}

fn observed(driven: &mut Option<Box<Driven>>) -> Option<&mut ObservedRecords> {
    driven.as_mut()?.observed.as_deref_mut()
}

/// What the engine that is driven on this thread has received and is processing. It is not given
/// again.
pub fn received_so_far() -> Option<Record> {
    thread::with(|driven| driven.observed.as_mut()?.received())?
}

// A connection may move between threads.
const _: fn() = || {
    fn is_send<T: Send>() {}
    is_send::<Engine>();
};
