//! The engine's own parsers, for [`crate::fuzzing`].

use super::adapted_hello::{Adapted, HelloChanges};
use super::hello_change::{ClientHelloChange, disguise};
use super::record::RecordBuffer;
use super::record_header::Expected;
use super::server_flight::{ServerCertificate, ServerFlight};
use crate::wire::{self, ContentType, Version, put_records};

/// A whole handshake message in records of at most `fragment` bytes, which is not 0.
fn records(message: &[u8], fragment: usize) -> Vec<u8> {
    let mut records = Vec::new();
    put_records(
        &mut records,
        (ContentType::HANDSHAKE, Version::TLS1),
        message,
        fragment,
    );
    records
}

/// What the records hold.
fn contents(records: &[u8]) -> Vec<u8> {
    wire::records(records)
        .flat_map(|record| record.contents().to_vec())
        .collect()
}

/// A ClientHello as a server's rustls sees it when extended_master_secret, which is at `offset`, is
/// hidden; and what is hashed and signed of that.
pub fn hidden(message: &[u8], offset: usize, fragment: usize) -> (Vec<u8>, Vec<u8>) {
    let mut records = records(message, fragment);
    disguise(&mut records, offset);
    let seen = contents(&records);
    let hashed = super::hello_change::HelloChange::Server
        .signed(&seen)
        .into_owned();
    (seen, hashed)
}

/// A client's message with this change.
pub fn changed(message: &[u8], change: ClientHelloChange) -> Vec<u8> {
    match change.any() {
        Some(change) => change.signed(message).into_owned(),
        None => message.to_vec(),
    }
}

/// A ClientHello as a server's rustls sees it with these changes; and what is hashed of as much of
/// that as is there without the last `cut` bytes.
pub fn adapted(
    message: &[u8],
    changes: HelloChanges,
    fragment: usize,
    cut: usize,
) -> (Vec<u8>, Vec<u8>) {
    let mut input = RecordBuffer::default();
    let mut bytes = &records(message, fragment)[..];
    while !bytes.is_empty() {
        let space = input.missing();
        let count = space.len().min(bytes.len());
        space[..count].copy_from_slice(&bytes[..count]);
        bytes = &bytes[count..];
        if input.filled(count, Expected::default()).is_err() {
            return (message.to_vec(), message[..message.len() - cut].to_vec());
        }
    }
    let mut adapted = Adapted::new(&changes);
    if let Some(adapted) = &mut adapted {
        adapted.adapt(&mut input);
    }
    let seen = contents(input.unprocessed());
    let covered = &seen[..seen.len() - cut];
    let hashed = adapted
        .and_then(|adapted| adapted.original(covered))
        .unwrap_or(covered.to_vec());
    (seen, hashed)
}

/// The certificate that a server shows in these records, which are not protected.
pub fn server_certificate<'a>(
    records: impl Iterator<Item = &'a [u8]>,
    tls13: bool,
) -> Option<ServerCertificate> {
    let mut flight = ServerFlight::default();
    for record in records {
        flight.follow_plain(record);
    }
    flight.take_certificate(tls13)
}
