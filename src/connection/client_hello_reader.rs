//! Assembles a ClientHello from records (RFC 8446, section 5.1).

use crate::engine::Failure;
use crate::error::Reason;
use crate::wire::{
    self, Alert, ClientHello, HandshakeType, MESSAGE_HEADER, handshake_contents, message_length,
};

/// Longest ClientHello accepted, as in OpenSSL (`SSL3_RT_MAX_PLAIN_LENGTH` and its like allow
/// 131396).
const LONGEST: usize = 131_396;

/// Empty records accepted before the message is there, as in OpenSSL (`MAX_EMPTY_RECORDS`).
const MOST_EMPTY_RECORDS: u32 = 32;

/// Reads the ClientHello as its records come in.
///
/// It keeps its position, so that a message in many small records is not read again with each of
/// them.
#[derive(Default)]
pub struct ClientHelloReader {
    /// Bytes of the records that have been read.
    read: usize,
    empty_records: u32,
    message: Vec<u8>,
}

impl ClientHelloReader {
    /// `records` is everything received since the start of the connection. `None` when more records
    /// are needed.
    pub fn read(&mut self, records: &[u8]) -> Result<Option<ClientHello>, Failure> {
        let unexpected =
            || Failure::with_alert(Reason::UNEXPECTED_MESSAGE, Alert::UNEXPECTED_MESSAGE);
        let new = records.get(self.read..).unwrap_or_default();
        for record in wire::records(new) {
            self.read += record.bytes.len();
            let Some(body) = handshake_contents(record.bytes) else {
                return Err(unexpected());
            };
            if body.is_empty() {
                self.empty_records += 1;
                if self.empty_records > MOST_EMPTY_RECORDS {
                    let alert = Alert::UNEXPECTED_MESSAGE;
                    return Err(Failure::with_alert(Reason::RECORD_TOO_SMALL, alert));
                }
            }
            self.message.extend_from_slice(body);
            let kind = HandshakeType::of(&self.message);
            if kind.is_some_and(|kind| kind != HandshakeType::CLIENT_HELLO) {
                return Err(unexpected());
            }
            if let Some(length) = message_length(&self.message) {
                if length - MESSAGE_HEADER > LONGEST {
                    return Err(Failure::with_alert(
                        Reason::EXCESSIVE_MESSAGE_SIZE,
                        Alert::ILLEGAL_PARAMETER,
                    ));
                }
                if self.message.len() >= length {
                    let mut body = std::mem::take(&mut self.message);
                    body.truncate(length);
                    body.drain(..MESSAGE_HEADER);
                    return Ok(Some(ClientHello::parse(body)?));
                }
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Without extensions.
    fn hello() -> Vec<u8> {
        let mut body = vec![3, 3];
        body.extend([9; 32]);
        body.extend([0, 0, 2, 0xc0, 0x2f, 1, 0, 0, 0]);
        body
    }

    fn record(body: &[u8]) -> Vec<u8> {
        let mut record = vec![22, 3, 1];
        record.extend((body.len() as u16).to_be_bytes());
        record.extend_from_slice(body);
        record
    }

    fn message(body: &[u8]) -> Vec<u8> {
        let mut message = vec![1];
        message.extend_from_slice(&(body.len() as u32).to_be_bytes()[1..]);
        message.extend_from_slice(body);
        message
    }

    fn read(records: &[u8]) -> Result<Option<ClientHello>, Failure> {
        ClientHelloReader::default().read(records)
    }

    #[test]
    fn a_message_may_be_spread_over_records() {
        let message = message(&hello());
        let mut reader = ClientHelloReader::default();
        let mut records = Vec::new();
        for part in message.chunks(7) {
            assert!(reader.read(&records).unwrap().is_none());
            records.extend(record(part));
        }
        assert!(reader.read(&records).unwrap().is_some());
    }

    #[test]
    fn other_first_messages_are_unexpected() {
        let failure = read(&record(&[2, 0, 0, 0])).unwrap_err();
        assert_eq!(failure.reason, Reason::UNEXPECTED_MESSAGE);
        let failure = read(&[21, 3, 3, 0, 2, 2, 40]).unwrap_err();
        assert_eq!(failure.reason, Reason::UNEXPECTED_MESSAGE);
        let failure = read(&record(&[1, 0xff, 0xff, 0xff])).unwrap_err();
        assert_eq!(failure.reason, Reason::EXCESSIVE_MESSAGE_SIZE);
    }
}
