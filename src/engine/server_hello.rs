//! The ServerHello in the records of a server, which goes unprotected.

use crate::wire::{
    self, ExtensionType, HandshakeType, Message, RANDOM, Reader, Record, handshake_contents,
    split_plain_alert,
};

/// A ServerHello.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerHello {
    /// The server random.
    pub random: [u8; RANDOM],
    /// It is a HelloRetryRequest.
    pub is_retry_request: bool,
    /// By TLS number.
    pub suite: u16,
    /// `None` for one of TLS 1.3, where the parts in it mean nothing.
    pub tls12: Option<Tls12Hello>,
}

/// What is in a ServerHello of TLS 1.2 (RFC 5246, section 7.4.1.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tls12Hello {
    /// Empty for none.
    pub session_id: Vec<u8>,
    /// The contents of renegotiation_info (RFC 5746).
    pub renegotiation_info: Option<Vec<u8>>,
    /// extended_master_secret is there (RFC 7627).
    pub extended_master_secret: bool,
}

/// Finds the ServerHello among the records of a server, however they are cut.
#[derive(Default)]
pub(super) struct ServerHelloReader {
    /// Handshake messages that have not come as a whole.
    bytes: Vec<u8>,
}

impl ServerHelloReader {
    /// Reads the next record. `None` when there is no ServerHello in it, or a malformed one, which
    /// the engine refuses.
    pub(super) fn read(&mut self, record: &[u8]) -> Option<ServerHello> {
        let contents = handshake_contents(record)?;
        if !self.bytes.is_empty() {
            self.bytes.extend_from_slice(contents);
            let (hello, rest) = find(&self.bytes);
            let hello = hello.map(ServerHello::from);
            self.bytes.drain(..self.bytes.len() - rest.len());
            return hello;
        }
        // Usually it begins with a record, and ends in it.
        let (hello, rest) = find(contents);
        if hello.is_none_or(|hello| hello.is_retry_request()) {
            self.bytes.extend_from_slice(rest);
        }
        hello.map(ServerHello::from)
    }
}

/// The ServerHello among these messages, and what follows it; without one, what is left of a
/// message that is not whole.
fn find(messages: &[u8]) -> (Option<wire::ServerHello<'_>>, &[u8]) {
    let mut reader = Reader::new(messages);
    let hello = std::iter::from_fn(|| Message::read(&mut reader))
        .filter(|message| message.kind == HandshakeType::SERVER_HELLO)
        .find_map(|message| wire::ServerHello::parse(message.body));
    (hello, reader.rest())
}

impl From<wire::ServerHello<'_>> for ServerHello {
    fn from(hello: wire::ServerHello<'_>) -> Self {
        let tls12 = || Tls12Hello {
            session_id: hello.session_id.to_vec(),
            renegotiation_info: hello
                .extension(ExtensionType::RENEGOTIATION_INFO)
                .map(<[u8]>::to_vec),
            extended_master_secret: hello
                .extension(ExtensionType::EXTENDED_MASTER_SECRET)
                .is_some(),
        };
        Self {
            random: *hello.random,
            is_retry_request: hello.is_retry_request(),
            suite: hello.cipher_suite,
            tls12: (!hello.is_tls13()).then(tls12),
        }
    }
}

/// The ServerHello that `records` begin with, or that follows a warning: the transport may not have
/// taken the warning of a servername callback when the ServerHello is written.
pub(super) fn first_server_hello(records: &[u8]) -> Option<wire::ServerHello<'_>> {
    let records = split_plain_alert(records).map_or(records, |(_, _, rest)| rest);
    let (record, _) = Record::split(records)?;
    find(handshake_contents(record.bytes)?).0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::message_header;

    /// A ServerHello of TLS 1.2 with these extensions, in records of at most `most` bytes.
    fn records(extensions: &[u8], most: usize) -> Vec<u8> {
        let mut body = vec![3, 3];
        body.extend([7; 32]);
        body.extend([2, 0xaa, 0xbb, 0xc0, 0x2f, 0]);
        body.extend((extensions.len() as u16).to_be_bytes());
        body.extend_from_slice(extensions);
        let mut message = message_header(HandshakeType::SERVER_HELLO, body.len()).to_vec();
        message.extend(body);
        message
            .chunks(most)
            .flat_map(|part| [&[22, 3, 3, 0, part.len() as u8], part].concat())
            .collect()
    }

    /// The ServerHello in these records.
    fn read(mut records: &[u8]) -> Option<ServerHello> {
        let mut reader = ServerHelloReader::default();
        while let Some((header, _)) = records.split_first_chunk::<5>() {
            let (record, rest) = records.split_at(5 + usize::from(header[4]));
            if let Some(hello) = reader.read(record) {
                assert_eq!(rest, [0; 0]);
                return Some(hello);
            }
            records = rest;
        }
        None
    }

    #[test]
    fn a_server_hello_is_read_however_it_is_cut() {
        let extensions = [0, 23, 0, 0, 0xff, 1, 0, 1, 0];
        for most in 1..70 {
            let hello = read(&records(&extensions, most)).unwrap();
            assert_eq!((hello.random, hello.suite), ([7; 32], 0xc02f));
            let tls12 = hello.tls12.unwrap();
            assert_eq!(tls12.session_id, [0xaa, 0xbb]);
            assert_eq!(tls12.renegotiation_info, Some(vec![0]));
            assert!(tls12.extended_master_secret);
            assert_eq!(
                read(&[&[22, 3, 3, 0, 4, 0, 0, 0, 0], &*records(&extensions, most)].concat())
                    .unwrap()
                    .suite,
                0xc02f
            );
        }
    }

    #[test]
    fn tls13_is_told_by_supported_versions_and_what_is_missing_is_missing() {
        let hello = read(&records(&[0xff, 1, 0, 1, 0, 0, 43, 0, 2, 3, 4], 200));
        assert_eq!(hello.unwrap().tls12, None);
        let hello = read(&records(&[], 200)).unwrap();
        let tls12 = hello.tls12.unwrap();
        assert_eq!(tls12.renegotiation_info, None);
        assert!(!tls12.extended_master_secret);
        assert_eq!(read(&records(&[0xff, 1, 0, 2, 0], 200)), None);
        assert_eq!(read(&records(&[0xff, 1, 0, 1, 0, 0], 200)), None);
        assert_eq!(read(&[21, 3, 3, 0, 2, 2, 40]), None);
    }

    #[test]
    fn a_server_hello_is_found_behind_a_warning() {
        let hello = records(&[], 200);
        let suite = |records: &[u8]| first_server_hello(records).map(|hello| hello.cipher_suite);
        assert_eq!(suite(&hello), Some(0xc02f));
        assert_eq!(
            suite(&[&[21, 3, 3, 0, 2, 1, 112], &*hello].concat()),
            Some(0xc02f)
        );
        assert_eq!(suite(&[21, 3, 3, 0, 2, 1, 112]), None);
    }
}
