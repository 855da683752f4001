//! What a record holds that is reported (SSL_CTX_set_msg_callback(3)): its header, the messages
//! that end in it, and the states that they lead to.

use super::handshake_state::Step;
use crate::callback::Direction;
use crate::engine::Record;
use crate::wire::{ContentType, HandshakeType, MESSAGE_HEADER, message_length};

/// One thing to report.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Event {
    pub direction: Direction,
    pub what: What,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum What {
    /// A record's header.
    Header([u8; 5]),
    /// What was in a protected record of TLS 1.3.
    InnerType(ContentType),
    /// A message begins: another state.
    Begins(Step),
    /// A whole message of this content type.
    Whole(ContentType, Vec<u8>),
}

/// Puts handshake messages together that came, or went, in several records.
#[derive(Default)]
pub(super) struct Assembly {
    received: Vec<u8>,
    sent: Vec<u8>,
}

impl Assembly {
    /// What is reported of a record, in OpenSSL's order.
    pub(super) fn events(&mut self, record: &Record, tls13: bool) -> Vec<What> {
        let mut events = Vec::with_capacity(4);
        let mut contents = match record.content_type {
            Some(ContentType::HANDSHAKE) => self.messages(record),
            Some(ContentType::ALERT) => {
                vec![What::Whole(ContentType::ALERT, record.contents.clone())]
            }
            Some(ContentType::CHANGE_CIPHER_SPEC) if record.sent => vec![
                What::Begins(Step::ChangeCipherSpec),
                What::Whole(ContentType::CHANGE_CIPHER_SPEC, record.contents.clone()),
            ],
            // OpenSSL does not report the message itself, and TLS 1.3 ignores it.
            Some(ContentType::CHANGE_CIPHER_SPEC) if !tls13 => {
                vec![What::Begins(Step::ChangeCipherSpec)]
            }
            _ => Vec::new(),
        };
        // A message that is sent is begun before there is a record for it.
        if record.sent && matches!(contents.first(), Some(What::Begins(_))) {
            events.push(contents.remove(0));
        }
        events.push(What::Header(record.header));
        if let Some(content_type) = record.content_type
            && record.protected
            && tls13
        {
            events.push(What::InnerType(content_type));
        }
        events.append(&mut contents);
        events
    }

    /// The handshake messages that begin and end in a record.
    fn messages(&mut self, record: &Record) -> Vec<What> {
        let mut events = Vec::new();
        let buffer = if record.sent {
            &mut self.sent
        } else {
            &mut self.received
        };
        let mut announced = buffer.len() >= MESSAGE_HEADER;
        buffer.extend_from_slice(&record.contents);
        while let Some(length) = message_length(buffer) {
            if !announced {
                events.push(What::Begins(Step::Message(HandshakeType(buffer[0]))));
            }
            if buffer.len() < length {
                break;
            }
            let rest = buffer.split_off(length);
            events.push(What::Whole(
                ContentType::HANDSHAKE,
                std::mem::replace(buffer, rest),
            ));
            announced = false;
        }
        events
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn received(contents: &[u8]) -> Record {
        Record {
            sent: false,
            header: [22, 3, 3, 0, contents.len() as u8],
            protected: false,
            content_type: Some(ContentType::HANDSHAKE),
            contents: contents.to_vec(),
        }
    }

    #[test]
    fn a_message_is_reported_when_its_last_byte_has_come() {
        let mut assembly = Assembly::default();
        let mut reported = Vec::new();
        for piece in [&[14, 0][..], &[0, 2, 7], &[8, 14, 0, 0, 0]] {
            reported.extend(assembly.events(&received(piece), false));
        }
        let begins = || What::Begins(Step::Message(HandshakeType::SERVER_HELLO_DONE));
        let expected = [
            What::Header([22, 3, 3, 0, 2]),
            What::Header([22, 3, 3, 0, 3]),
            begins(),
            What::Header([22, 3, 3, 0, 5]),
            What::Whole(ContentType::HANDSHAKE, vec![14, 0, 0, 2, 7, 8]),
            begins(),
            What::Whole(ContentType::HANDSHAKE, vec![14, 0, 0, 0]),
        ];
        assert_eq!(reported, expected);
    }

    #[test]
    fn what_is_sent_begins_before_its_record() {
        let mut record = received(&[20, 0, 0, 0]);
        record.sent = true;
        record.protected = true;
        let reported = Assembly::default().events(&record, true);
        let expected = [
            What::Begins(Step::Message(HandshakeType::FINISHED)),
            What::Header([22, 3, 3, 0, 4]),
            What::InnerType(ContentType::HANDSHAKE),
            What::Whole(ContentType::HANDSHAKE, vec![20, 0, 0, 0]),
        ];
        assert_eq!(reported, expected);
    }
}
