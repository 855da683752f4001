//! The limit on what a peer may send as certificates, or a server as authorities
//! (SSL_CTX_set_max_cert_list(3)).
//!
//! A message says its length first, and may be spread over many records. So its header is checked
//! as soon as it has come, before rustls puts the message together. In TLS 1.3 the messages are
//! protected: there the record protection checks them.

use super::delegate::PeerRejected;
use crate::reason::Reason;
use crate::wire::{Alert, ContentType, HandshakeType, MESSAGE_HEADER, RECORD_HEADER, from_u24};

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
    over: bool,
}

impl PlainMessages {
    /// Checks the next record as it has come.
    pub(super) fn check(&mut self, limit: usize, record: &[u8]) -> Result<(), PeerRejected> {
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
    use crate::wire::message_header;

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
}
