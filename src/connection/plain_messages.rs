//! What is read of messages that go unprotected, beside the engine, which does not tell of it.

use crate::wire::{HandshakeType, RECORD_HEADER, Tls12Ticket, messages};

/// The random that makes a ServerHello a HelloRetryRequest (RFC 8446, section 4.1.3): SHA-256 of
/// "HelloRetryRequest".
pub(super) const HELLO_RETRY_REQUEST: [u8; 32] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];

/// Whether a ServerHello (with its header) is a HelloRetryRequest.
pub(super) fn is_retry_request(message: &[u8]) -> bool {
    message.get(6..38) == Some(&HELLO_RETRY_REQUEST)
}

/// What a client reads of the ServerHello.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ServerHello {
    pub random: [u8; 32],
    /// By TLS number.
    pub suite: u16,
    /// `None` for one of TLS 1.3, where the parts in it mean nothing.
    pub tls12: Option<Tls12Hello>,
}

/// What is in a ServerHello of TLS 1.2 (RFC 5246, section 7.4.1.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tls12Hello {
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
    /// Reads the next record. `None` when there is no ServerHello in it, or a malformed one, which the engine refuses.
    pub fn read(&mut self, record: &[u8]) -> Option<ServerHello> {
        const HANDSHAKE: u8 = 22;
        const HEADER: usize = 5;
        if *record.first()? != HANDSHAKE {
            return None;
        }
        self.bytes.extend_from_slice(record.get(HEADER..)?);
        loop {
            let (header, rest) = self.bytes.split_first_chunk::<4>()?;
            let length = u32::from_be_bytes([0, header[1], header[2], header[3]]) as usize;
            let body = rest.get(..length)?;
            let hello = match header[0] {
                SERVER_HELLO => ServerHello::parse(body),
                _ => None,
            };
            self.bytes.drain(..header.len() + length);
            if hello.is_some() {
                return hello;
            }
        }
    }
}

impl ServerHello {
    /// Reads the body of the message. `None` for a malformed one.
    fn parse(message: &[u8]) -> Option<Self> {
        const VERSION: usize = 2;
        const SUPPORTED_VERSIONS: u16 = 43;
        const RENEGOTIATION_INFO: u16 = 0xff01;
        const EXTENDED_MASTER_SECRET: u16 = 23;
        let (random, rest) = message.get(VERSION..)?.split_first_chunk::<32>()?;
        let (length, rest) = rest.split_first()?;
        let (id, rest) = rest.split_at_checked((*length).into())?;
        let (suite, rest) = rest.split_first_chunk::<2>()?;
        let (_compression, rest) = rest.split_first()?;
        let mut extensions = match rest.split_first_chunk::<2>() {
            Some((length, extensions)) => extensions.get(..u16::from_be_bytes(*length).into())?,
            None => &[],
        };
        let mut tls12 = Some(Tls12Hello {
            session_id: id.to_vec(),
            renegotiation_info: None,
            extended_master_secret: false,
        });
        while let Some((header, rest)) = extensions.split_first_chunk::<4>() {
            let length = u16::from_be_bytes([header[2], header[3]]);
            let (contents, rest) = rest.split_at_checked(length.into())?;
            match (u16::from_be_bytes([header[0], header[1]]), &mut tls12) {
                (SUPPORTED_VERSIONS, hello) => *hello = None,
                (RENEGOTIATION_INFO, Some(hello)) => {
                    hello.renegotiation_info = Some(contents.to_vec());
                }
                (EXTENDED_MASTER_SECRET, Some(hello)) => hello.extended_master_secret = true,
                _ => {}
            }
            extensions = rest;
        }
        if !extensions.is_empty() {
            return None;
        }
        Some(Self {
            random: *random,
            suite: u16::from_be_bytes(*suite),
            tls12,
        })
    }
}

const SERVER_HELLO: u8 = 2;

/// The ServerHello that `records` begin with.
pub(super) fn first_server_hello(records: &[u8]) -> Option<ServerHello> {
    let (header, _) = records.split_first_chunk::<5>()?;
    let length = usize::from(u16::from_be_bytes([header[3], header[4]]));
    ServerHelloReader::default().read(records.get(..header.len() + length)?)
}

/// Why the contents of a renegotiation_info in a first handshake are wrong (RFC 5746, sections 3.4 and 3.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WrongRenegotiationInfo {
    /// Their length is not that of what follows.
    Malformed,
    /// They are those of a renegotiation.
    NotEmpty,
}

/// Checks the contents of a renegotiation_info in a first handshake.
pub(super) fn check_renegotiation_info(contents: &[u8]) -> Result<(), WrongRenegotiationInfo> {
    match contents {
        [0] => Ok(()),
        [length, rest @ ..] if usize::from(*length) == rest.len() => {
            Err(WrongRenegotiationInfo::NotEmpty)
        }
        _ => Err(WrongRenegotiationInfo::Malformed),
    }
}

/// The NewSessionTicket of TLS 1.2 among the messages of a record.
pub(super) fn new_session_ticket(record: &[u8]) -> Option<Tls12Ticket> {
    let mut messages = messages(record.get(RECORD_HEADER..)?);
    let ticket = messages.find(|message| message.kind == HandshakeType::NEW_SESSION_TICKET)?;
    Tls12Ticket::parse(ticket.body)
}

/// The random of a hello message (of this type) at the start of `records`, or behind a warning.
pub(super) fn hello_random(records: &[u8], message_type: u8) -> Option<[u8; 32]> {
    let records = match records {
        [21, 3, _, 0, 2, _, _, rest @ ..] => rest,
        _ => records,
    };
    const RECORD_HEADER: usize = 5;
    const MESSAGE_HEADER: usize = 4;
    const VERSION: usize = 2;
    let start = RECORD_HEADER + MESSAGE_HEADER + VERSION;
    if *records.first()? != 22 || *records.get(RECORD_HEADER)? != message_type {
        return None;
    }
    records.get(start..start + 32)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A ServerHello of TLS 1.2 with these extensions, in records of at most `most` bytes.
    fn records(extensions: &[u8], most: usize) -> Vec<u8> {
        let mut body = vec![3, 3];
        body.extend([7; 32]);
        body.extend([2, 0xaa, 0xbb, 0xc0, 0x2f, 0]);
        body.extend((extensions.len() as u16).to_be_bytes());
        body.extend_from_slice(extensions);
        let mut message = vec![SERVER_HELLO, 0, 0, body.len() as u8];
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
    fn renegotiation_info_of_a_first_handshake_is_empty() {
        use WrongRenegotiationInfo::{Malformed, NotEmpty};
        assert_eq!(check_renegotiation_info(&[0]), Ok(()));
        assert_eq!(check_renegotiation_info(&[1, 7]), Err(NotEmpty));
        for malformed in [&[][..], &[0, 7], &[2, 7]] {
            assert_eq!(check_renegotiation_info(malformed), Err(Malformed));
        }
    }
}
