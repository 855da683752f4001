//! One connection: records in, records out.

use std::ops::Range;
use std::sync::{Arc, Mutex};

use rustls::crypto::cipher::OutboundPlain;
use rustls::enums::ProtocolVersion;
use rustls::{
    ClientSide, Connection, ConnectionOutputs, Error, KeyingMaterialExporter, ServerSide, Tcp,
};

use super::acknowledgement;
use super::adapted_hello::Adapted;
use super::certificate_limit::{self, PlainMessages};
use super::client::{self, ClientHooks, ClientParameters, CurrentClient};
use super::delegate::{Delegate, DelegateSlot, PeerRejected};
use super::early_data::{self, EarlyDataEvent, EarlyDataPolicy};
use super::external_psk::{self, ExternalPsk};
use super::facts::{Facts, facts};
use super::failure::{Failure, replace_plain_alert};
use super::finished::Finished;
use super::hello_change::{disguise, with_change};
use super::library;
use super::messages::Watch;
use super::new_session_ticket::{self, TicketSecrets, TicketSource};
use super::notes::OthersNotes;
use super::processing::{
    Progress, close_in_handshake, is_plain_close, is_skipping, process, process_server,
};
use super::provider::groups;
use super::provider::random::{self, SERVER_SESSION_ID};
use super::provider::records::{as_handshake_records, with_alert};
use super::record::{Expected, RecordBuffer, RecordProblem};
use super::server::{self, ServerHooks};
use super::server_parameters::ServerParameters;
use super::spare;
use super::unfinished_exporter::UnfinishedExporter;
use crate::error::Reason;
use crate::libcrypto::algorithms::Algorithms;
use crate::wire::{Alert, AlertLevel};

/// The state of TLS on one connection, with its buffers.
#[derive(Default)]
pub struct Engine {
    pub(super) tls: Tls,
    /// Where algorithms come from that are not the engine's own.
    pub(super) algorithms: Option<Arc<Algorithms>>,
    /// Records from the peer.
    pub input: RecordBuffer,
    pub(super) output: Vec<u8>,
    /// How much of `output` the transport has taken.
    written: usize,
    /// Plaintext in `input` that the program has not read.
    plaintext: Range<usize>,
    exporter: Option<KeyingMaterialExporter>,
    pub(super) early_exporter: Option<KeyingMaterialExporter>,
    /// A TLS 1.3 server's from its Finished to the client's.
    pub(super) unfinished_exporter: Option<UnfinishedExporter>,
    finished: Finished,
    /// Server, TLS 1.3: after the handshake.
    tickets: Option<TicketSource>,
    peer_key_share: Vec<u8>,
    server_name_acknowledged: bool,
    /// Only while the program watches the connection.
    pub(super) watch: Option<Box<Watch>>,
    /// Until the handshake is done.
    external_psk: Option<ExternalPsk>,
    plain_messages: PlainMessages,
    /// A server's, until the handshake is done.
    adapted: Adapted,
}

#[derive(Default)]
pub(super) enum Tls {
    /// Nothing has been decided: a server before its ClientHello.
    #[default]
    Idle,
    Client(Box<Connection<ClientSide, Tcp>>, Arc<ClientHooks>),
    Server(Box<Connection<ServerSide, Tcp>>, Arc<ServerHooks>),
}

impl Engine {
    /// Starts a client: its ClientHello is in the output afterwards.
    pub fn connect(
        &mut self,
        mut parameters: ClientParameters,
        delegate: &dyn Delegate,
    ) -> Result<(), Failure> {
        let _others = OthersNotes::set_aside();
        self.algorithms = parameters.profile.algorithms.clone();
        let failed = |error: &Error| Failure::from_rustls(error, None, false);
        let session = parameters.session.as_mut();
        let psk = library::within(self.algorithms.as_ref(), || ExternalPsk::take_from(session))
            .map_err(|error| failed(&error.into()))?;
        let (connection, hooks) = external_psk::with(psk.as_ref(), || {
            self.noting(|engine| client::connect(parameters, delegate, &mut engine.output))
        })
        .map_err(|error| failed(&error))?;
        self.external_psk = psk;
        self.tls = Tls::Client(connection, hooks);
        self.keep_early_exporter();
        Ok(())
    }

    /// Starts a server, once its ClientHello is in the input and has been looked at.
    pub fn accept(&mut self, mut parameters: ServerParameters) -> Result<(), Failure> {
        let _others = OthersNotes::set_aside();
        self.algorithms = parameters.profile.algorithms.clone();
        let failed = |error: &Error| Failure::from_rustls(error, None, true);
        let session = parameters.resume.as_mut().map(|offer| &mut offer.session);
        self.external_psk =
            library::within(self.algorithms.as_ref(), || ExternalPsk::take_from(session))
                .map_err(|error| failed(&error.into()))?;
        if let Some(offset) = parameters.hidden_master_secret {
            self.input
                .change_unprocessed(|records| disguise(records, offset));
        }
        self.adapted = Adapted::new(parameters.hello_changes.clone());
        let (connection, hooks) = self
            .noting(|_| server::accept(parameters))
            .map_err(|error| failed(&error))?;
        self.tls = Tls::Server(connection, hooks);
        Ok(())
    }

    /// Whether [`connect`](Self::connect) or [`accept`](Self::accept) has been called.
    pub fn is_started(&self) -> bool {
        !matches!(self.tls, Tls::Idle)
    }

    /// Notes that the transport has put `count` bytes into the input's [`missing`](RecordBuffer::missing). True when
    /// the record is complete.
    pub fn received(&mut self, count: usize) -> Result<bool, RecordProblem> {
        let expected = match &self.tls {
            Tls::Idle => Expected {
                handshaking: true,
                ..Expected::default()
            },
            Tls::Client(connection, _) => expected(connection, connection.is_handshaking(), false),
            Tls::Server(connection, _) => expected(connection, connection.is_handshaking(), true),
        };
        self.input.filled(count, expected)
    }

    /// Digests the complete records in the input, up to the first with application data.
    pub fn process(&mut self, delegate: &dyn Delegate) -> Result<Progress, Failure> {
        self.noting(|engine| engine.digest(delegate))
    }

    fn digest(&mut self, delegate: &dyn Delegate) -> Result<Progress, Failure> {
        let Self {
            tls,
            input,
            output,
            plaintext,
            finished,
            tickets,
            peer_key_share,
            server_name_acknowledged,
            external_psk,
            plain_messages,
            adapted,
            ..
        } = self;
        let _others = OthersNotes::set_aside();
        let limit = delegate.longest_certificate_list();
        if is_handshaking(tls)
            && let Err(rejected) = plain_messages.look_at(limit, input.last())
        {
            return Err(Failure::with_alert(rejected.reason, rejected.alert));
        }
        acknowledgement::look_at_plain(input.unprocessed(), server_name_acknowledged);
        if is_handshaking(tls) && is_plain_close(input.last()) {
            return Ok(Progress {
                closed: true,
                early: EarlyDataEvent::None,
            });
        }
        adapted.adapt(input);
        if let Tls::Client(connection, hooks) = tls
            && connection.is_handshaking()
        {
            CurrentClient::follow_plain(hooks, input.last());
        }
        let before = output.len();
        let psk = external_psk.as_ref();
        let work = || match tls {
            Tls::Idle => Err(Failure::silent(Reason::UNINITIALIZED, "")),
            Tls::Client(connection, hooks) => hooks
                .work(delegate, || {
                    within(limit, &hooks.rejected, || {
                        process(connection, input, output, plaintext)
                    })
                })
                .inspect(|_| hooks.change_hello(output, before))
                .or_else(|error| close_in_handshake(error, output, before))
                .map_err(|error| Failure::from_rustls(&error, taken(&hooks.rejected), false)),
            Tls::Server(connection, hooks) => {
                if hooks.parameters.early_data != EarlyDataPolicy::Absent
                    && is_skipping(connection)
                    && let Some(reason) = early_data::out_of_place(input.last())
                {
                    return Err(Failure::with_alert(reason, Alert::UNEXPECTED_MESSAGE));
                }
                let id = hooks.parameters.session_id;
                let process = || {
                    client::without_client(|| {
                        hooks.delegate.with(delegate, || {
                            within(limit, &hooks.rejected, || {
                                process_server(connection, input, output, plaintext)
                            })
                        })
                    })
                };
                with_change(hooks.hello_change(), || {
                    random::with_planned(id, SERVER_SESSION_ID, process)
                })
                .or_else(|error| close_in_handshake(error, output, before))
                .map_err(|error| Failure::from_rustls(&error, taken(&hooks.rejected), true))
            }
        };
        let mut result = external_psk::with(psk, || adapted.with(work));
        if !is_handshaking(tls) {
            *external_psk = None;
            *adapted = Adapted::default();
        }
        finished.collect();
        if matches!(tls, Tls::Server(..)) && tickets.is_none() {
            *tickets = TicketSource::collect();
        }
        groups::collect(peer_key_share);
        acknowledgement::collect(server_name_acknowledged);
        self.keep_early_exporter();
        self.keep_unfinished_exporter(result.is_ok());
        if let Err(failure) = &mut result {
            replace_alert(failure, &mut self.output[before..]);
        }
        result
    }

    /// What the Finished messages said, as far as they have been made.
    pub fn finished(&self) -> &Finished {
        &self.finished
    }

    /// The peer's public key of the key exchange as it stood in its key_share or key exchange
    /// message; empty when there was none.
    pub fn peer_key_share(&self) -> &[u8] {
        &self.peer_key_share
    }

    /// Whether the handshake is still under way.
    pub fn is_handshaking(&self) -> bool {
        is_handshaking(&self.tls)
    }

    /// What has been agreed on so far.
    pub fn facts(&self) -> Facts {
        match &self.tls {
            Tls::Idle => Facts::default(),
            Tls::Client(connection, _) => Facts {
                server_name_acknowledged: self.server_name_acknowledged,
                ..facts(connection)
            },
            Tls::Server(connection, _) => facts(connection),
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

    /// Encrypts `data` into the output, in as many records as it needs.
    pub fn write(&mut self, data: &[u8]) -> Result<(), Failure> {
        let data = OutboundPlain::from(data);
        if self.output.is_empty() {
            self.output = spare::OUTPUT.take();
        }
        self.noting(|Self { tls, output, .. }| match tls {
            Tls::Idle => Err(Error::HandshakeNotComplete),
            Tls::Client(connection, _) => connection.write(data, output),
            Tls::Server(connection, _) => connection.write(data, output),
        })
        .map_err(|error| Failure::from_rustls(&error, None, false))
    }

    /// Server, TLS 1.3, after the handshake: the secrets of one more ticket. `None` elsewhere.
    pub fn next_ticket(&mut self) -> Option<TicketSecrets> {
        let tickets = self.tickets.as_mut()?;
        library::within(self.algorithms.as_ref(), || tickets.next())
    }

    /// Puts a NewSessionTicket into the output, in records of its own. `ticket` has 1 to 65535
    /// bytes; `lifetime` is in seconds; `max_early_data` in bytes, 0 allows none.
    pub fn send_ticket(
        &mut self,
        secrets: &TicketSecrets,
        ticket: &[u8],
        lifetime: u32,
        age_add: u32,
        max_early_data: u32,
    ) -> Result<(), Failure> {
        let message =
            new_session_ticket::message(secrets, ticket, lifetime, age_add, max_early_data);
        as_handshake_records(|| self.write(&message))
    }

    /// Puts close_notify into the output.
    pub fn send_close_notify(&mut self) {
        self.noting(Self::close_notify);
    }

    fn close_notify(&mut self) {
        let output = &mut self.output;
        let _ = match &mut self.tls {
            Tls::Idle => Ok(()),
            Tls::Client(connection, _) => connection.send_close_notify(output),
            Tls::Server(connection, _) => connection.send_close_notify(output),
        };
    }

    /// Puts a fatal alert into the output, protected if there are keys. Nothing more can be sent
    /// afterwards.
    pub fn send_alert(&mut self, alert: Alert) {
        self.noting(|engine| {
            let start = engine.output.len();
            if engine.is_started() {
                with_alert(alert, || engine.close_notify());
                replace_plain_alert(&mut engine.output[start..], alert);
            } else {
                engine
                    .output
                    .extend_from_slice(&alert.plain_record(AlertLevel::FATAL));
            }
        });
    }

    /// Server, before [`accept`](Self::accept): puts a warning into the output.
    pub fn send_warning(&mut self, alert: Alert) {
        let record = alert.plain_record(AlertLevel::WARNING);
        self.noting(|engine| engine.output.extend_from_slice(&record));
    }

    /// Takes everything back that the transport has not taken.
    pub fn discard_outgoing(&mut self) {
        self.output.truncate(self.written);
        self.wrote(0);
        self.forget_sent();
    }

    /// Puts a KeyUpdate into the output (TLS 1.3).
    pub fn update_keys(&mut self) -> Result<(), Failure> {
        self.noting(|Self { tls, output, .. }| match tls {
            Tls::Idle => Err(Error::HandshakeNotComplete),
            Tls::Client(connection, _) => connection.refresh_traffic_keys(output),
            Tls::Server(connection, _) => connection.refresh_traffic_keys(output),
        })
        .map_err(|error| Failure::from_rustls(&error, None, false))
    }

    /// Derives keying material (RFC 5705; RFC 8446, section 7.5) into `out`, which is not empty.
    pub fn export(
        &mut self,
        label: &[u8],
        context: Option<&[u8]>,
        out: &mut [u8],
    ) -> Result<(), Failure> {
        let failed = |error| Failure::from_rustls(&error, None, false);
        if let Some(exporter) = &self.unfinished_exporter {
            return library::within(self.algorithms.as_ref(), || {
                exporter.derive(label, context, out)
            })
            .map_err(failed);
        }
        if self.exporter.is_none() {
            // rustls hands its exporter out once; it is kept for the next time.
            self.exporter = Some(
                match &mut self.tls {
                    Tls::Idle => Err(Error::HandshakeNotComplete),
                    Tls::Client(connection, _) => connection.exporter(),
                    Tls::Server(connection, _) => connection.exporter(),
                }
                .map_err(failed)?,
            );
        }
        let Some(exporter) = &self.exporter else {
            return Err(failed(Error::HandshakeNotComplete));
        };
        library::within(self.algorithms.as_ref(), || {
            exporter.derive(label, context, out)
        })
        .map_err(failed)?;
        Ok(())
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
}

/// If the alert goes without protection, replaces it by the right one.
fn replace_alert(failure: &mut Failure, output: &mut [u8]) {
    let plain = failure.usual_plain_alert();
    if let Some(alert) = plain
        .or(failure.alert_sent)
        .filter(|_| failure.alert_queued)
        && replace_plain_alert(output, alert)
    {
        failure.alert_sent = Some(alert);
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

fn is_handshaking(tls: &Tls) -> bool {
    match tls {
        Tls::Idle => true,
        Tls::Client(connection, _) => connection.is_handshaking(),
        Tls::Server(connection, _) => connection.is_handshaking(),
    }
}

/// Runs work with a limit on the length of certificates; a peer that exceeds it is rejected.
fn within<R>(limit: usize, slot: &Mutex<Option<PeerRejected>>, work: impl FnOnce() -> R) -> R {
    let (result, exceeded) = certificate_limit::with_limit(limit, work);
    if let (Some(rejected), Ok(mut slot)) = (exceeded, slot.lock()) {
        *slot = Some(rejected);
    }
    result
}

fn taken(slot: &Mutex<Option<PeerRejected>>) -> Option<PeerRejected> {
    slot.lock().ok()?.take()
}

// A connection may move between threads.
const _: fn() = || {
    fn is_send<T: Send>() {}
    is_send::<Engine>();
    is_send::<DelegateSlot>();
};
