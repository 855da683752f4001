//! Records given to rustls, and where the plaintext in them is afterwards.

use std::ops::Range;

use rustls::error::{AlertDescription, PeerMisbehaved};
use rustls::{Connection, Error, ServerSide, Tcp};

use super::early_data::{self, EarlyDataEvent};
use super::record::RecordBuffer;
use crate::wire::{Alert, AlertLevel, split_plain_alert};

/// What a record that was processed has led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The peer's close_notify was in it.
    pub closed: bool,
    /// Server: what it had to do with early data.
    pub early: EarlyDataEvent,
}

/// Gives the records in `input` to rustls, up to the first with application data.
pub(super) fn process<Side: rustls::SideData>(
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
pub(super) fn is_skipping(connection: &Connection<ServerSide, Tcp>) -> bool {
    connection.is_handshaking() && connection.handshake_kind().is_some()
}

/// The same for a server, which has to ask for early data before it asks for other data.
pub(super) fn process_server(
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
    Ok(Progress {
        early: early_data::event(protected, trial),
        ..progress
    })
}

/// Whether a record is a close_notify without protection, which rustls ignores as it does other warnings.
pub(super) fn is_plain_close(record: &[u8]) -> bool {
    split_plain_alert(record) == Some((AlertLevel::WARNING, Alert::CLOSE_NOTIFY, &[]))
}

/// A close_notify in a handshake of TLS 1.3, which rustls takes for an error and answers, is a
/// proper end.
pub(super) fn close_in_handshake(
    error: Error,
    output: &mut Vec<u8>,
    before: usize,
) -> Result<Progress, Error> {
    const CLOSE_NOTIFY: AlertDescription = AlertDescription::CloseNotify;
    match error {
        Error::PeerMisbehaved(PeerMisbehaved::IllegalWarningAlert(CLOSE_NOTIFY))
        | Error::AlertReceived(CLOSE_NOTIFY) => {
            output.truncate(before);
            Ok(Progress {
                closed: true,
                early: EarlyDataEvent::None,
            })
        }
        error => Err(error),
    }
}

/// Where a payload is in memory, as it cannot be borrowed any longer.
fn place(payload: &[u8]) -> (*const u8, usize) {
    (payload.as_ptr(), payload.len())
}

fn locate(input: &RecordBuffer, (start, len): (*const u8, usize)) -> Result<Range<usize>, Error> {
    input
        .locate(start, len)
        .ok_or(Error::Unreachable("plaintext outside of the record buffer"))
}
