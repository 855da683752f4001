//! Handshake messages (RFC 8446, section 4).

use super::number;
use super::reader::{Reader, from_u24};

number! {
    /// The type of a handshake message. Some are of TLS 1.2 only (RFC 5246, section 7.4).
    HandshakeType(u8);
    HELLO_REQUEST = 0;
    CLIENT_HELLO = 1;
    SERVER_HELLO = 2;
    NEW_SESSION_TICKET = 4;
    END_OF_EARLY_DATA = 5;
    ENCRYPTED_EXTENSIONS = 8;
    CERTIFICATE = 11;
    SERVER_KEY_EXCHANGE = 12;
    CERTIFICATE_REQUEST = 13;
    SERVER_HELLO_DONE = 14;
    CERTIFICATE_VERIFY = 15;
    CLIENT_KEY_EXCHANGE = 16;
    FINISHED = 20;
    CERTIFICATE_STATUS = 22;
    KEY_UPDATE = 24;
}

impl HandshakeType {
    /// The type of the message that `bytes` begin with.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        bytes.first().copied().map(Self)
    }
}

/// Length of a message's header: type, length of the body.
pub const MESSAGE_HEADER: usize = 4;

/// A handshake message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Message<'a> {
    pub kind: HandshakeType,
    pub body: &'a [u8],
}

impl<'a> Message<'a> {
    /// Reads a message, if all of it is there.
    pub fn read(reader: &mut Reader<'a>) -> Option<Self> {
        let mut ahead = *reader;
        let kind = HandshakeType(ahead.u8()?);
        let body = ahead.vector24()?;
        *reader = ahead;
        Some(Self { kind, body })
    }

    /// With its header.
    pub fn length(self) -> usize {
        MESSAGE_HEADER + self.body.len()
    }
}

/// The whole messages that `bytes` begin with.
pub fn messages(bytes: &[u8]) -> impl Iterator<Item = Message<'_>> {
    Reader::items(bytes, Message::read).flatten()
}

/// Length, with its header, of the message that `bytes` begin with, of which the header must be
/// there.
pub fn message_length(bytes: &[u8]) -> Option<usize> {
    let [_, length @ ..] = *bytes.first_chunk::<MESSAGE_HEADER>()?;
    Some(MESSAGE_HEADER + from_u24(length))
}

/// The header of a message whose body has `length` bytes.
pub const fn message_header(kind: HandshakeType, length: usize) -> [u8; MESSAGE_HEADER] {
    let [_, high, middle, low] = (length as u32).to_be_bytes();
    [kind.0, high, middle, low]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_end_with_the_last_whole_one() {
        let bytes = [14, 0, 0, 0, 4, 0, 0, 2, 7, 8, 20, 0, 0, 1];
        let found: Vec<_> = messages(&bytes).collect();
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].kind, HandshakeType::SERVER_HELLO_DONE);
        assert_eq!((found[1].body, found[1].length()), (&[7, 8][..], 6));
    }

    #[test]
    fn a_length_is_known_from_the_header() {
        let header = message_header(HandshakeType::FINISHED, 0x01_02_03);
        assert_eq!(header, [20, 1, 2, 3]);
        assert_eq!(message_length(&header), Some(4 + 0x01_02_03));
        assert_eq!(message_length(&header[..3]), None);
    }
}
