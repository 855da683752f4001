//! The records of a connection that its program watches (SSL_CTX_set_msg_callback(3)), which
//! rustls does not show.
//!
//! Records without protection can be read in the buffers. Of the others the wrapped record
//! protection notes the plaintext on this thread, while the engine is at work for a watched
//! connection. Application data is never noted, only that there was some.

use std::cell::Cell;
use std::collections::VecDeque;

use rustls::crypto::cipher::{OutboundPlain, Record as Plain};
use rustls::enums::ContentType;

use super::connection::Engine;
use super::library;
use super::note::{Note, OnThread};
use crate::wire::{self, RECORD_HEADER, RecordHeader, Version};

/// A record that was sent or received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Sent, not received.
    pub sent: bool,
    /// As on the wire.
    pub header: [u8; RECORD_HEADER],
    /// It was protected.
    pub protected: bool,
    /// What was in it; `None` when it could not be opened.
    pub content_type: Option<wire::ContentType>,
    /// Its plaintext; empty for application data.
    pub contents: Vec<u8>,
}

/// What is kept of a watched connection until it is told.
#[derive(Default)]
pub(super) struct Watch {
    /// In the order in which they went and came.
    records: Vec<Record>,
    /// The last record received, as long as the engine has not digested it.
    incoming: Option<Record>,
    /// Protected records that are still to appear in the output: rustls keeps its answer to a
    /// KeyUpdate until something else is sent.
    sealed: VecDeque<Record>,
}

/// What is noted while the engine is at work.
#[derive(Default)]
struct Log {
    incoming: Option<Record>,
    /// Protected records that were to be opened: type and plaintext, `None` after a failure.
    opened: VecDeque<Option<(wire::ContentType, Vec<u8>)>>,
    /// Records that were protected.
    sealed: VecDeque<Record>,
}

impl Log {
    fn received(&mut self) -> Option<Record> {
        let mut record = self.incoming.take()?;
        if let Some(plaintext) = self.opened.pop_front() {
            record.protected = true;
            (record.content_type, record.contents) = match plaintext {
                Some((content_type, contents)) => (Some(content_type), contents),
                None => (None, Vec::new()),
            };
        }
        Some(record)
    }
}

thread_local! {
    /// Whether there is a log: asked for every record of every connection.
    static ACTIVE: Cell<bool> = const { Cell::new(false) };
    static LOG: Note<Log> = const { Note::new() };
}

impl Watch {
    /// Runs `work` of the engine, and adds what was received. What it has appended to the output
    /// is to be given to [`sent`](Self::sent) afterwards.
    fn noting<R>(&mut self, work: impl FnOnce() -> R) -> R {
        let log = Log {
            incoming: self.incoming.take(),
            sealed: std::mem::take(&mut self.sealed),
            ..Log::default()
        };
        let _restore = Restore(exchange(Some(log)));
        let result = work();
        let mut log = exchange(None).unwrap_or_default();
        self.records.extend(log.received());
        self.sealed = log.sealed;
        result
    }

    /// Adds the records that were appended to the output. Once there are keys nothing but
    /// change_cipher_spec goes without protection.
    fn sent(&mut self, output: &[u8]) {
        let can_be_protected = |record: &wire::Record<'_>| {
            record.header.content_type != wire::ContentType::CHANGE_CIPHER_SPEC
        };
        let candidates = wire::records(output).filter(can_be_protected).count();
        let mut plain = candidates.saturating_sub(self.sealed.len());
        for record in wire::records(output) {
            if !can_be_protected(&record) {
                self.records.extend(plain_record(true, record.bytes));
            } else if plain > 0 {
                plain -= 1;
                self.records.extend(plain_record(true, record.bytes));
            } else {
                self.records.extend(self.sealed.pop_front());
            }
        }
    }
}

impl Engine {
    /// Whether the records of this connection are kept for [`take_records`](Self::take_records).
    pub fn set_watched(&mut self, watched: bool) {
        match watched {
            true => drop(self.watch.get_or_insert_default()),
            false => self.watch = None,
        }
    }

    /// Notes the record that has been read last, if the connection is watched.
    pub fn note_received(&mut self) {
        let started = self.is_started();
        let Some(watch) = &mut self.watch else { return };
        let record = match self.input.unfinished() {
            [] => plain_record(false, self.input.last()),
            rest => unfinished_record(rest),
        };
        match record {
            // Only the engine knows what is in it.
            Some(record) if started && record.content_type.is_some() => {
                watch.incoming = Some(record);
            }
            record => watch.records.extend(record),
        }
    }

    /// Records sent and received since the last time, if the connection is watched.
    pub fn take_records(&mut self) -> Vec<Record> {
        match &mut self.watch {
            Some(watch) => std::mem::take(&mut watch.records),
            None => Vec::new(),
        }
    }

    /// What was sent, or so it seemed, has been taken back.
    pub(super) fn forget_sent(&mut self) {
        if let Some(watch) = &mut self.watch {
            watch.records.retain(|record| !record.sent);
        }
    }

    /// Runs work that may send something.
    pub(super) fn noting<R>(&mut self, work: impl FnOnce(&mut Self) -> R) -> R {
        let algorithms = self.algorithms.clone();
        library::within(algorithms.as_ref(), || self.watching(work))
    }

    fn watching<R>(&mut self, work: impl FnOnce(&mut Self) -> R) -> R {
        let Some(mut watch) = self.watch.take() else {
            return without_noting(|| work(self));
        };
        let before = self.output.len();
        let result = watch.noting(|| work(self));
        watch.sent(self.output.get(before..).unwrap_or_default());
        self.watch = Some(watch);
        result
    }
}

/// Runs work of the engine for a connection that is not watched, perhaps from within a callback of
/// one that is.
pub(super) fn without_noting<R>(work: impl FnOnce() -> R) -> R {
    if !ACTIVE.get() {
        return work();
    }
    let _restore = Restore(exchange(None));
    work()
}

/// What the engine that is at work on this thread has received and is digesting. It is not given
/// again.
pub fn received_so_far() -> Option<Record> {
    LOG.with_value(|log| log.as_mut()?.received())
}

/// What is known of a record that was given up after its header.
fn unfinished_record(bytes: &[u8]) -> Option<Record> {
    Some(Record {
        sent: false,
        header: *bytes.first_chunk()?,
        protected: false,
        content_type: None,
        contents: Vec::new(),
    })
}

fn plain_record(sent: bool, bytes: &[u8]) -> Option<Record> {
    let (header, contents) = bytes.split_first_chunk()?;
    let content_type = RecordHeader::parse(header).content_type;
    let contents = match content_type {
        wire::ContentType::APPLICATION_DATA => &[],
        _ => contents,
    };
    Some(Record {
        sent,
        header: *header,
        protected: false,
        content_type: Some(content_type),
        contents: contents.to_vec(),
    })
}

/// The plaintext of a record about to be protected, if it has to be noted.
pub(super) fn noted_plaintext(
    record: &Plain<OutboundPlain<'_>>,
) -> Option<(wire::ContentType, Vec<u8>)> {
    ACTIVE.get().then(|| {
        let contents = match record.typ {
            ContentType::ApplicationData => Vec::new(),
            _ => record.payload.to_vec(),
        };
        (number_of(record.typ), contents)
    })
}

/// Notes a record that has been protected, with what [`noted_plaintext`] gave.
pub(super) fn note_sealed(
    (content_type, contents): (wire::ContentType, Vec<u8>),
    record: &Plain<&[u8]>,
) {
    let header = RecordHeader {
        content_type: number_of(record.typ),
        version: Version::TLS1_2,
        length: record.payload.len() as u16,
    };
    let record = Record {
        sent: true,
        header: header.to_bytes(),
        protected: true,
        content_type: Some(content_type),
        contents,
    };
    LOG.with_value(|log| log.as_mut().map(|log| log.sealed.push_back(record)));
}

/// Notes what was in a record that was to be opened, if it was opened.
pub(super) fn note_opened(record: Option<&Plain<&[u8]>>) {
    if ACTIVE.get() {
        let plaintext = record.map(|record| match record.typ {
            ContentType::ApplicationData => (number_of(record.typ), Vec::new()),
            _ => (number_of(record.typ), record.payload.to_vec()),
        });
        LOG.with_value(|log| log.as_mut().map(|log| log.opened.push_back(plaintext)));
    }
}

fn number_of(kind: ContentType) -> wire::ContentType {
    wire::ContentType(kind.into())
}

/// Puts a log, or none, in the place of the one there is.
fn exchange(log: Option<Log>) -> Option<Log> {
    ACTIVE.set(log.is_some());
    LOG.replace(log)
}

/// Puts the former log back, also when the work panics.
struct Restore(Option<Log>);

impl Drop for Restore {
    fn drop(&mut self) {
        exchange(self.0.take());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELLO: [u8; 7] = [22, 3, 3, 0, 2, 1, 2];
    const CHANGE: [u8; 6] = [20, 3, 3, 0, 1, 1];
    const PROTECTED: [u8; 6] = [23, 3, 3, 0, 1, 9];

    #[test]
    fn what_goes_without_protection_comes_first() {
        let output = [&HELLO[..], &CHANGE, &PROTECTED].concat();
        let finished = Record {
            sent: true,
            header: [23, 3, 3, 0, 1],
            protected: true,
            content_type: Some(wire::ContentType::HANDSHAKE),
            contents: vec![20],
        };
        let mut watch = Watch {
            sealed: VecDeque::from([finished.clone()]),
            ..Watch::default()
        };
        watch.sent(&output);
        assert_eq!(watch.records[0].contents, [1, 2]);
        assert_eq!(
            watch.records[1].content_type,
            Some(wire::ContentType::CHANGE_CIPHER_SPEC)
        );
        assert_eq!(watch.records[2..], [finished]);
    }

    #[test]
    fn the_last_record_is_told_or_what_there_is_of_it() {
        let mut engine = Engine::default();
        engine.set_watched(true);
        let mut told = |bytes: &[u8]| {
            for byte in bytes {
                engine.input.missing()[0] = *byte;
                let _ = engine.received(1);
            }
            engine.note_received();
            engine.take_records().pop()
        };
        assert_eq!(told(&[]), None);
        told(&CHANGE);
        let record = told(&HELLO).unwrap();
        assert_eq!(
            (record.content_type, &record.contents[..]),
            (Some(wire::ContentType::HANDSHAKE), &[1, 2][..])
        );
        let record = told(b"HTTP/").unwrap();
        assert_eq!((record.header, record.content_type), (*b"HTTP/", None));
    }

    #[test]
    fn a_connection_that_is_not_watched_notes_nothing_for_another() {
        let mut watch = Watch::default();
        let noted = watch.noting(|| without_noting(|| ACTIVE.get()));
        assert!(!noted);
        assert!(!ACTIVE.get());
    }
}
