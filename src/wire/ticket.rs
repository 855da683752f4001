//! NewSessionTicket messages.

use super::extension::{Extension, ExtensionType};
use super::message::{HandshakeType, MESSAGE_HEADER, message_header};
use super::reader::Reader;
use super::writer::{put_vector8, put_vector16};

/// The message of TLS 1.3 (RFC 8446, section 4.6.1).
#[derive(Debug, Clone, Copy)]
pub struct NewSessionTicket<'a> {
    /// In seconds.
    pub lifetime: u32,
    pub age_add: u32,
    pub nonce: &'a [u8],
    /// 1 to 65535 bytes.
    pub ticket: &'a [u8],
    /// In bytes. 0 allows none: there is no extension then.
    pub max_early_data: u32,
}

impl NewSessionTicket<'_> {
    /// With its header.
    pub fn to_message(self) -> Vec<u8> {
        let body = self.length();
        let mut message = Vec::with_capacity(MESSAGE_HEADER + body);
        message.extend(message_header(HandshakeType::NEW_SESSION_TICKET, body));
        self.put_body(&mut message);
        message
    }

    /// Without its header.
    pub fn to_body(self) -> Vec<u8> {
        let mut body = Vec::with_capacity(self.length());
        self.put_body(&mut body);
        body
    }

    fn length(self) -> usize {
        const EARLY_DATA: usize = 8;
        let extensions = if self.max_early_data > 0 {
            EARLY_DATA
        } else {
            0
        };
        4 + 4 + 1 + self.nonce.len() + 2 + self.ticket.len() + 2 + extensions
    }

    fn put_body(self, out: &mut Vec<u8>) {
        out.extend(self.lifetime.to_be_bytes());
        out.extend(self.age_add.to_be_bytes());
        put_vector8(out, self.nonce);
        put_vector16(out, self.ticket);
        let limit = self.max_early_data.to_be_bytes();
        let early_data = Extension {
            kind: ExtensionType::EARLY_DATA,
            contents: &limit,
        };
        if self.max_early_data > 0 {
            out.extend((early_data.length() as u16).to_be_bytes());
            early_data.put(out);
        } else {
            put_vector16(out, &[]);
        }
    }
}

/// The message of TLS 1.2 (RFC 5077, section 3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tls12Ticket {
    /// In seconds.
    pub lifetime_hint: u32,
    /// A server takes a ticket back with an empty one.
    pub is_empty: bool,
}

impl Tls12Ticket {
    /// Reads the body of the message.
    pub fn parse(body: &[u8]) -> Option<Self> {
        const LENGTH: usize = 2;
        let mut reader = Reader::new(body);
        Some(Self {
            lifetime_hint: reader.u32()?,
            is_empty: reader.rest().len() <= LENGTH,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::messages;

    #[test]
    fn a_ticket_of_tls13_has_early_data_only_where_that_is_allowed() {
        let mut ticket = NewSessionTicket {
            lifetime: 7,
            age_add: 8,
            nonce: &[9],
            ticket: b"ticket",
            max_early_data: 0,
        };
        let body = b"\0\0\0\x07\0\0\0\x08\x01\x09\0\x06ticket\0\0";
        assert_eq!(ticket.to_body(), body);
        ticket.max_early_data = 5;
        let message = ticket.to_message();
        let read = messages(&message).next().unwrap();
        assert_eq!(
            (read.kind, read.length()),
            (HandshakeType::NEW_SESSION_TICKET, message.len())
        );
        assert!(read.body.ends_with(&[0, 8, 0, 42, 0, 4, 0, 0, 0, 5]));
    }

    #[test]
    fn a_ticket_of_tls12_may_be_empty() {
        let parse =
            |body| Tls12Ticket::parse(body).map(|ticket| (ticket.lifetime_hint, ticket.is_empty));
        assert_eq!(parse(&[0, 0, 0, 9, 0, 1, 7]), Some((9, false)));
        assert_eq!(parse(&[0, 0, 0, 9, 0, 0]), Some((9, true)));
        assert_eq!(parse(&[0, 0, 9]), None);
    }
}
