//! Records given to rustls, and where the plaintext in them is afterwards.

use std::ops::Range;

use rustls::error::{AlertDescription, PeerMisbehaved};
use rustls::{Connection, Error, ServerSide, Tcp};

use super::acknowledgement;
use super::alerts::Alerts;
use super::delegate::Delegate;
use super::early_data::{self, Decrypted, EarlyDataEvent, EarlyDataPolicy};
use super::events::Event;
use super::failure::{Failure, FatalAlert, Side, replace_plain_alert};
use super::new_session_ticket::TicketSource;
use super::provider::random::SERVER_SESSION_ID;
use super::record::RecordBuffer;
use super::server_hello::ServerHello;
use super::thread::{self, PlannedId};
use super::tls::{Engine, Tls};
use crate::error::Reason;
use crate::wire::{Alert, AlertLevel, split_plain_alert};

/// How far the engine has come with the records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Processed {
    /// Client: this ServerHello has come, which goes unprotected. rustls gets it when the records
    /// are processed again.
    ServerHello(ServerHello),
    /// rustls has all of them.
    Records(Progress),
}

/// What records that were processed have led to, beside the [events](super::Event) of the
/// handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The peer's close_notify was among them.
    pub closed: bool,
    /// What they had to do with early data.
    pub early: EarlyDataEvent,
}

impl Progress {
    const CLOSED: Self = Self {
        closed: true,
        early: EarlyDataEvent::None,
    };
}

impl Engine {
    /// Processes the complete records in the input, up to the first with application data.
    pub fn process(&mut self, delegate: &(dyn Delegate + 'static)) -> Result<Processed, Failure> {
        if let Some(hello) = self.find_server_hello() {
            return Ok(Processed::ServerHello(hello));
        }
        let limit = delegate.longest_certificate_list();
        let handshaking = self.is_handshaking();
        self.prepare(limit);
        let result = self.drive(Some(delegate), |engine| match engine.check_plain(limit) {
            Some(result) => result,
            None => engine.process_records(),
        });
        self.end_step();
        let mut progress = result?;
        if handshaking {
            self.find_events();
            if progress.early == EarlyDataEvent::None {
                progress.early = self.find_early_data_answer();
            }
        }
        Ok(Processed::Records(progress))
    }

    /// Before the next record is processed.
    fn prepare(&mut self, limit: usize) {
        let handshaking = self.is_handshaking();
        let Self {
            tls, input, events, ..
        } = self;
        let driven = self.driven.get_or_insert_default();
        driven.certificate_limit = Some(limit);
        driven.decrypted = Decrypted::Nothing;
        if let Some(adapted) = &mut driven.adapted {
            adapted.adapt(input);
        }
        if !handshaking {
            return;
        }
        if let Tls::Client(..) = tls {
            events.find_ticket(input.unprocessed());
        }
        driven.server_name_acknowledged |= acknowledgement::in_plain(input.unprocessed());
        if let Some(client) = &mut driven.client {
            client.resumes_unchanged = events.resumes_unchanged();
            if client.may_authenticate && !client.speaks_tls13 {
                client.flight.follow_plain(input.last());
            }
        }
        if let Some(server) = &driven.server
            && let Some(id) = server.session_id
        {
            let draws = SERVER_SESSION_ID;
            driven.planned_id = Some(Box::new(PlannedId { draws, id }));
        }
    }

    /// What is decided of a record without protection before rustls has it.
    fn check_plain(&mut self, limit: usize) -> Option<Result<Progress, Failure>> {
        let record = self.input.last();
        if self.tls.is_handshaking() {
            // A server is started with all records of its ClientHello, and only the last is `record`.
            let new = match self.plain_messages.has_begun() {
                true => record,
                false => self.input.unprocessed(),
            };
            if let Err(rejected) = self.plain_messages.check(limit, new) {
                return Some(Err(Failure::with_alert(rejected.reason, rejected.alert)));
            }
            if is_plain_close(record) {
                return Some(Ok(Progress::CLOSED));
            }
        }
        match &self.tls {
            Tls::Idle => Some(Err(Failure::silent(Reason::UNINITIALIZED, ""))),
            Tls::Server(connection) if is_skipping(connection) && has_early_data() => {
                let reason = early_data::out_of_place(record)?;
                Some(Err(Failure::with_alert(reason, Alert::UNEXPECTED_MESSAGE)))
            }
            _ => None,
        }
    }

    /// Gives the records to rustls.
    fn process_records(&mut self) -> Result<Progress, Failure> {
        let Self {
            tls,
            input,
            output,
            plaintext,
            ..
        } = self;
        let before = output.len();
        let (result, side) = match tls {
            Tls::Idle => (Err(Error::HandshakeNotComplete), Side::Server),
            Tls::Client(connection, hello) => {
                let result = process(connection, input, output, plaintext);
                let written = result.inspect(|_| hello.change(output, before));
                (written, Side::Client)
            }
            Tls::Server(connection) => {
                let result = process_server(connection, input, output, plaintext);
                (result, Side::Server)
            }
        };
        let mut result = result
            .or_else(|error| close_in_handshake(error, output, before))
            .map_err(|error| {
                let decided = thread::with(|driven| (driven.alerts, driven.rejected.take()));
                let (alerts, rejected) = decided.unwrap_or_default();
                Failure::from_rustls(&error, side, alerts).rejecting(rejected)
            });
        self.keep_early_exporter();
        self.keep_unfinished_exporter(result.is_ok());
        if let Err(failure) = &mut result {
            replace_alert(failure, &mut self.output[before..]);
        }
        result
    }

    /// After a record has been processed.
    fn end_step(&mut self) {
        let handshaking = self.is_handshaking();
        let driven = self.driven.get_or_insert_default();
        driven.alerts = Alerts::default();
        driven.planned_id = None;
        if let Some(secret) = driven.resumption_secret.take()
            && matches!(self.tls, Tls::Server(..))
        {
            self.tickets
                .get_or_insert_with(|| TicketSource::new(secret));
        }
        if !handshaking {
            driven.external_psk = None;
            driven.adapted = None;
            driven.client = None;
            driven.server = None;
        }
    }

    /// What has become known of the handshake since the last time.
    pub fn next_event(&mut self) -> Option<Event> {
        self.events.next()
    }

    /// Client: the ServerHello, if it has come with the last record, and has not been found before.
    fn find_server_hello(&mut self) -> Option<ServerHello> {
        match &self.tls {
            Tls::Client(connection, _) if connection.is_handshaking() => {
                self.events.server_hello(self.input.last())
            }
            _ => None,
        }
    }

    /// After a record of a handshake has been processed.
    fn find_events(&mut self) {
        match &self.tls {
            Tls::Idle => {}
            Tls::Client(connection, _) => self.events.compare(connection),
            Tls::Server(connection) => {
                self.events.compare(connection);
                self.events.find_answer(&self.output);
            }
        }
    }

    /// What the peer, or rustls, says to early data that has been offered, the first time.
    fn find_early_data_answer(&mut self) -> EarlyDataEvent {
        let answer = match &self.tls {
            Tls::Client(connection, _) if connection.side().is_early_data_accepted() => {
                EarlyDataEvent::Accepted
            }
            // rustls has an exporter only when it accepts.
            Tls::Server(connection)
                if connection.handshake_kind().is_some() && self.early_exporter.is_none() =>
            {
                EarlyDataEvent::Refused
            }
            _ => return EarlyDataEvent::None,
        };
        match self.events.is_first_early_data_answer() {
            true => answer,
            false => EarlyDataEvent::None,
        }
    }
}

/// If the alert goes without protection, replaces it by the right one.
fn replace_alert(failure: &mut Failure, output: &mut [u8]) {
    if let FatalAlert::Queued(alert) = failure.alert {
        let alert = failure.plain_alert(alert);
        if replace_plain_alert(output, alert) {
            failure.alert = FatalAlert::Queued(alert);
        }
    }
}

/// Gives the records in `input` to rustls, up to the first with application data.
fn process<Side: rustls::SideData>(
    connection: &mut Connection<Side, Tcp>,
    input: &mut RecordBuffer,
    output: &mut Vec<u8>,
    plaintext: &mut Range<usize>,
) -> Result<Progress, Error> {
    let mut handler = connection.read_tls(input, output);
    let payload = handler.next_payload().transpose()?;
    let found = payload.map(|payload| place(payload.bytes()));
    let closed = handler.state().peer_has_closed();
    if let Some(place) = found {
        *plaintext = locate(input, place)?;
    }
    Ok(Progress {
        closed,
        early: EarlyDataEvent::None,
    })
}

/// Whether a server has keys to try on early data, in a handshake that is under way.
fn is_skipping(connection: &Connection<ServerSide, Tcp>) -> bool {
    connection.is_handshaking() && connection.handshake_kind().is_some()
}

/// Whether the client of the server that is driven sends early data.
fn has_early_data() -> bool {
    thread::with(|driven| Some(driven.server.as_ref()?.early_data))
        .flatten()
        .is_some_and(|policy| policy != EarlyDataPolicy::Absent)
}

/// The same for a server, which has to ask for early data before it asks for other data.
fn process_server(
    connection: &mut Connection<ServerSide, Tcp>,
    input: &mut RecordBuffer,
    output: &mut Vec<u8>,
    plaintext: &mut Range<usize>,
) -> Result<Progress, Error> {
    if !connection.is_handshaking() {
        return process(connection, input, output, plaintext);
    }
    let protected = early_data::protected_length(input.last());
    let trial = is_skipping(connection);
    let mut handler = connection.read_tls(input, output);
    let payload = handler.next_early_data().transpose()?;
    let found = payload.map(|payload| place(payload.bytes()));
    drop(handler);
    if let Some(place) = found {
        *plaintext = locate(input, place)?;
        return Ok(Progress {
            closed: false,
            early: EarlyDataEvent::Data(place.1),
        });
    }
    let progress = process(connection, input, output, plaintext)?;
    let decrypted = thread::with(|driven| driven.decrypted);
    Ok(Progress {
        early: early_data::event(decrypted.unwrap_or_default(), protected, trial),
        ..progress
    })
}

/// Whether a record is a close_notify without protection, which rustls ignores as it does other
/// warnings.
fn is_plain_close(record: &[u8]) -> bool {
    split_plain_alert(record) == Some((AlertLevel::WARNING, Alert::CLOSE_NOTIFY, &[]))
}

/// A close_notify in a handshake of TLS 1.3, which rustls takes for an error and answers, is a
/// proper end.
fn close_in_handshake(
    error: Error,
    output: &mut Vec<u8>,
    before: usize,
) -> Result<Progress, Error> {
    const CLOSE_NOTIFY: AlertDescription = AlertDescription::CloseNotify;
    match error {
        Error::PeerMisbehaved(PeerMisbehaved::IllegalWarningAlert(CLOSE_NOTIFY))
        | Error::AlertReceived(CLOSE_NOTIFY) => {
            output.truncate(before);
            Ok(Progress::CLOSED)
        }
        error => Err(error),
    }
}

/// Address and length of a payload, because the borrow has ended.
fn place(payload: &[u8]) -> (*const u8, usize) {
    (payload.as_ptr(), payload.len())
}

fn locate(input: &RecordBuffer, (start, len): (*const u8, usize)) -> Result<Range<usize>, Error> {
    input
        .locate(start, len)
        .ok_or(Error::Unreachable("plaintext outside of the record buffer"))
}
