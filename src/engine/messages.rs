//! The records of a connection whose program observes them (SSL_CTX_set_msg_callback(3)). rustls
//! does not show them.
//!
//! Records without protection are read in the buffers. Of the others the wrapped record protection
//! records the plaintext. Application data is never recorded, only that there was some.

use std::collections::VecDeque;

use rustls::crypto::cipher::{OutboundPlain, Record as Plain};
use rustls::enums::ContentType;

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

/// What is kept of an observed connection until it is reported.
#[derive(Default)]
pub(super) struct ObservedRecords {
    /// In the order in which they were sent and received.
    records: Vec<Record>,
    /// The last record received, as long as the engine has not processed it.
    incoming: Option<Record>,
    /// The contents of protected records that rustls has opened since: type and plaintext, `None`
    /// after a failure.
    opened: VecDeque<Option<(wire::ContentType, Vec<u8>)>>,
    /// Protected records that are still to appear in the output: rustls keeps its answer to a
    /// KeyUpdate until something else is sent.
    sealed: VecDeque<Record>,
}

impl ObservedRecords {
    /// The record that has been read last, before the engine processes it. `started` says whether
    /// it will, or the record is all that there is to know. `unfinished` is what has been read of
    /// the next.
    pub(super) fn read(&mut self, started: bool, last: &[u8], unfinished: &[u8]) {
        let record = match unfinished {
            [] => plain_record(false, last),
            rest => unfinished_record(rest),
        };
        match record {
            // Only the engine knows what is in it.
            Some(record) if started && record.content_type.is_some() => {
                self.incoming = Some(record);
            }
            record => self.records.extend(record),
        }
    }

    /// What has been received and is being processed. It is not given again.
    pub(super) fn received(&mut self) -> Option<Record> {
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

    /// Records what was in a protected record, `None` if it could not be opened.
    pub(super) fn record_opened(&mut self, record: Option<&Plain<&[u8]>>) {
        let plaintext = record.map(|record| match record.typ {
            ContentType::ApplicationData => (number_of(record.typ), Vec::new()),
            _ => (number_of(record.typ), record.payload.to_vec()),
        });
        self.opened.push_back(plaintext);
    }

    /// Records a record that has been protected, with what [`plaintext`] gave of it.
    pub(super) fn record_sealed(
        &mut self,
        (content_type, contents): (wire::ContentType, Vec<u8>),
        record: &Plain<&[u8]>,
    ) {
        let header = RecordHeader {
            content_type: number_of(record.typ),
            version: Version::TLS1_2,
            length: record.payload.len() as u16,
        };
        self.sealed.push_back(Record {
            sent: true,
            header: header.to_bytes(),
            protected: true,
            content_type: Some(content_type),
            contents,
        });
    }

    /// The engine has worked, and appended this to the output.
    pub(super) fn worked(&mut self, output: &[u8]) {
        let received = self.received();
        self.records.extend(received);
        self.opened.clear();
        self.sent(output);
    }

    /// Records sent and received since the last time.
    pub(super) fn take_records(&mut self) -> Vec<Record> {
        std::mem::take(&mut self.records)
    }

    /// What was sent has been taken back.
    pub(super) fn forget_sent(&mut self) {
        self.records.retain(|record| !record.sent);
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

/// The plaintext of a record about to be protected, for [`ObservedRecords::record_sealed`].
pub(super) fn plaintext(record: &Plain<OutboundPlain<'_>>) -> (wire::ContentType, Vec<u8>) {
    let contents = match record.typ {
        ContentType::ApplicationData => Vec::new(),
        _ => record.payload.to_vec(),
    };
    (number_of(record.typ), contents)
}

fn number_of(kind: ContentType) -> wire::ContentType {
    wire::ContentType(kind.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::record::RecordBuffer;
    use crate::engine::record_header::Expected;

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
        let mut observed = ObservedRecords {
            sealed: VecDeque::from([finished.clone()]),
            ..ObservedRecords::default()
        };
        observed.sent(&output);
        assert_eq!(observed.records[0].contents, [1, 2]);
        assert_eq!(
            observed.records[1].content_type,
            Some(wire::ContentType::CHANGE_CIPHER_SPEC)
        );
        assert_eq!(observed.records[2..], [finished]);
    }

    #[test]
    fn the_last_record_is_given_whole_or_as_far_as_it_has_come() {
        let mut input = RecordBuffer::default();
        let mut observed = ObservedRecords::default();
        let expected = Expected {
            handshaking: true,
            ..Expected::default()
        };
        let mut observed_record = |bytes: &[u8]| {
            for byte in bytes {
                input.missing()[0] = *byte;
                let _ = input.filled(1, expected);
            }
            observed.read(false, input.last(), input.unfinished());
            observed.take_records().pop()
        };
        assert_eq!(observed_record(&[]), None);
        observed_record(&CHANGE);
        let record = observed_record(&HELLO).unwrap();
        assert_eq!(
            (record.content_type, &record.contents[..]),
            (Some(wire::ContentType::HANDSHAKE), &[1, 2][..])
        );
        let record = observed_record(b"HTTP/").unwrap();
        assert_eq!((record.header, record.content_type), (*b"HTTP/", None));
    }
}
