//! The limit on what a peer may send as certificates, or a server as authorities
//! (SSL_CTX_set_max_cert_list(3)).
//!
//! A message says its length first, and may be spread over many records. So its header is checked
//! as soon as it has come, before rustls puts the message together. In TLS 1.3 the messages are
//! protected: there the record protection checks them.

use super::delegate::PeerRejected;
use crate::reason::Reason;
use crate::wire::{
    self, Alert, ContentType, HandshakeType, MESSAGE_HEADER, RECORD_HEADER, from_u24,
};

/// Why a peer that exceeds the limit is rejected.
pub(super) const EXCEEDED: PeerRejected = PeerRejected {
    reason: Reason::EXCESSIVE_MESSAGE_SIZE,
    alert: Alert::ILLEGAL_PARAMETER,
};

/// Follows the handshake messages in a sequence of records.
#[derive(Debug, Default)]
pub(super) struct MessageLengths {
    /// The beginning of a message's header.
    header: [u8; MESSAGE_HEADER],
    /// How much of the header has come.
    filled: usize,
    /// What is still to come of the message's body.
    rest: usize,
}

impl MessageLengths {
    /// Follows the contents of the next handshake record. False when a message of certificates or
    /// authorities in it is longer than `limit`.
    pub(super) fn keep_to(&mut self, limit: usize, mut contents: &[u8]) -> bool {
        loop {
            let passed = self.rest.min(contents.len());
            self.rest -= passed;
            contents = &contents[passed..];
            let Some((first, rest)) = contents.split_first() else {
                return true;
            };
            contents = rest;
            self.header[self.filled] = *first;
            self.filled += 1;
            if self.filled < MESSAGE_HEADER {
                continue;
            }
            self.filled = 0;
            let [kind, length @ ..] = self.header;
            self.rest = from_u24(length);
            if is_limited(HandshakeType(kind)) && self.rest > limit {
                return false;
            }
        }
    }
}

fn is_limited(kind: HandshakeType) -> bool {
    matches!(
        kind,
        HandshakeType::CERTIFICATE | HandshakeType::CERTIFICATE_REQUEST
    )
}

/// Follows the handshake messages that go unprotected.
#[derive(Debug, Default)]
pub(super) struct PlainMessages {
    lengths: MessageLengths,
    begun: bool,
    over: bool,
}

impl PlainMessages {
    /// Whether a record has been checked.
    pub(super) fn has_begun(&self) -> bool {
        self.begun
    }

    /// Checks the next records as they have come. An incomplete record at their end does not count.
    pub(super) fn check(&mut self, limit: usize, records: &[u8]) -> Result<(), PeerRejected> {
        self.begun = true;
        wire::records(records).try_for_each(|record| self.check_record(limit, record.bytes))
    }

    fn check_record(&mut self, limit: usize, record: &[u8]) -> Result<(), PeerRejected> {
        match ContentType::of(record) {
            // What follows in TLS 1.2 is protected, and in TLS 1.3 has no certificates.
            Some(ContentType::CHANGE_CIPHER_SPEC) => self.over = true,
            Some(ContentType::HANDSHAKE) if !self.over => {
                let contents = record.get(RECORD_HEADER..).unwrap_or_default();
                if !self.lengths.keep_to(limit, contents) {
                    return Err(EXCEEDED);
                }
            }
            _ => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Version, message_header};

    fn message(kind: HandshakeType, length: usize) -> Vec<u8> {
        let mut message = message_header(kind, length).to_vec();
        message.resize(MESSAGE_HEADER + length, 0xbb);
        message
    }

    #[test]
    fn a_message_is_refused_with_the_last_byte_of_its_header() {
        let long = message(HandshakeType::CERTIFICATE, 101);
        let flight = [
            message(HandshakeType::SERVER_HELLO, 300),
            message(HandshakeType::CERTIFICATE, 100),
            message(HandshakeType::FINISHED, 200),
        ]
        .concat();
        for step in 1..40 {
            let mut lengths = MessageLengths::default();
            assert!(flight.chunks(step).all(|part| lengths.keep_to(100, part)));
            for (at, byte) in long[..MESSAGE_HEADER].iter().enumerate() {
                let last = at == MESSAGE_HEADER - 1;
                assert_eq!(lengths.keep_to(100, &[*byte]), !last);
            }
        }
    }

    #[test]
    fn empty_messages_and_records_pass() {
        let mut lengths = MessageLengths::default();
        assert!(lengths.keep_to(0, &[]));
        assert!(lengths.keep_to(0, &message(HandshakeType::CERTIFICATE, 0)));
        assert!(lengths.keep_to(0, &message(HandshakeType::SERVER_HELLO_DONE, 0)));
        assert!(!lengths.keep_to(0, &message(HandshakeType::CERTIFICATE_REQUEST, 1)));
    }

    #[test]
    fn protected_records_are_not_looked_at() {
        let record = [
            &[22, 3, 3, 0, 9][..],
            &message(HandshakeType::CERTIFICATE, 5),
        ]
        .concat();
        let mut plain = PlainMessages::default();
        assert_eq!(plain.check(5, &record), Ok(()));
        assert_eq!(plain.check(4, &record), Err(EXCEEDED));
        plain.check(4, &[20, 3, 3, 0, 1, 1]).unwrap();
        assert_eq!(plain.check(4, &record), Ok(()));
    }

    #[test]
    fn what_begins_behind_a_message_of_several_records_is_limited() {
        let hello = message(HandshakeType::CLIENT_HELLO, 300);
        let long = message(HandshakeType::CERTIFICATE, 101);
        let behind = [&hello[..], &long[..MESSAGE_HEADER]].concat();
        let in_two = |bytes: &[u8]| {
            let mut records = Vec::new();
            let kind = (ContentType::HANDSHAKE, Version::TLS1_2);
            wire::put_records(&mut records, kind, bytes, 200);
            records
        };
        let mut plain = PlainMessages::default();
        assert_eq!(plain.check(100, &in_two(&hello)), Ok(()));
        assert!(plain.has_begun());
        let mut plain = PlainMessages::default();
        assert_eq!(plain.check(100, &in_two(&behind)), Err(EXCEEDED));
    }
}
