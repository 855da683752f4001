//! A server's certificate before rustls has it verified.
//!
//! rustls asks for a client's certificate as soon as the server's request has come. The program
//! chooses one when it knows the server's certificate, so the server's messages are collected here.
//! In TLS 1.3 its certificate comes after its request: the last byte of a request with which a
//! record ends is held back until the next record is opened. A certificate that takes more than
//! that record comes too late.

use crate::wire::{
    ExtensionType, HandshakeType, Message, OCSP, Reader, extensions, handshake_contents, messages,
};

/// The most that is kept, in bytes.
const MOST: usize = 1 << 18;

/// A server's certificate, with its OCSP response.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ServerCertificate {
    /// DER, leaf first.
    pub chain: Vec<Vec<u8>>,
    /// Its stapled OCSP response, or empty.
    pub ocsp_response: Vec<u8>,
}

/// The handshake messages of a server, until its certificate is known.
#[derive(Default)]
pub(super) struct ServerFlight(Vec<u8>);

impl ServerFlight {
    /// Collects the messages of a record, if it is not protected.
    pub(super) fn follow_plain(&mut self, record: &[u8]) {
        if let Some(contents) = handshake_contents(record) {
            self.follow(contents);
        }
    }

    pub(super) fn follow(&mut self, contents: &[u8]) {
        if self.0.len() + contents.len() <= MOST {
            self.0.extend_from_slice(contents);
        }
    }

    /// Whether the last message so far is a whole CertificateRequest.
    pub(super) fn ends_with_request(&self) -> bool {
        let flight = &self.0;
        let length: usize = messages(flight).map(Message::length).sum();
        let last = messages(flight).last().map(|message| message.kind);
        length == flight.len() && last == Some(HandshakeType::CERTIFICATE_REQUEST)
    }

    /// Takes the server's certificate, if all of it has come. What has been collected is forgotten.
    pub(super) fn take_certificate(&mut self, tls13: bool) -> Option<ServerCertificate> {
        let flight = std::mem::take(&mut self.0);
        let body_of = |kind| {
            let mut messages = messages(&flight);
            messages.find_map(|message| (message.kind == kind).then_some(message.body))
        };
        let mut found = certificates(body_of(HandshakeType::CERTIFICATE)?, tls13)?;
        let status = body_of(HandshakeType::CERTIFICATE_STATUS);
        if let Some(status) = status.filter(|_| !tls13) {
            found.ocsp_response = ocsp_response(status)?;
        }
        Some(found)
    }
}

fn certificates(body: &[u8], tls13: bool) -> Option<ServerCertificate> {
    let mut found = ServerCertificate::default();
    let mut body = Reader::new(body);
    if tls13 {
        body.vector8()?;
    }
    let mut list = Reader::new(body.vector24()?);
    while !list.is_empty() {
        found.chain.push(list.vector24()?.to_vec());
        if !tls13 {
            continue;
        }
        for extension in extensions(list.vector16()?) {
            let extension = extension?;
            if extension.kind == ExtensionType::STATUS_REQUEST && found.chain.len() == 1 {
                found.ocsp_response = ocsp_response(extension.contents)?;
            }
        }
    }
    (!found.chain.is_empty()).then_some(found)
}

fn ocsp_response(status: &[u8]) -> Option<Vec<u8>> {
    let mut status = Reader::new(status);
    let kind = status.u8()?;
    let response = status.vector24()?;
    (kind == OCSP).then(|| response.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::message_header;

    fn message(kind: HandshakeType, body: &[u8]) -> Vec<u8> {
        [&message_header(kind, body.len())[..], body].concat()
    }

    #[test]
    fn a_certificate_is_found_with_its_response() {
        let mut flight = ServerFlight::default();
        let list = [0, 0, 8, 0, 0, 1, b'a', 0, 0, 1, b'b'];
        for part in [
            message(HandshakeType::SERVER_HELLO, b"hello"),
            message(HandshakeType::CERTIFICATE, &list),
            message(HandshakeType::CERTIFICATE_STATUS, &[1, 0, 0, 2, 7, 8]),
        ]
        .concat()
        .chunks(3)
        {
            flight.follow(part);
        }
        let found = flight.take_certificate(false).unwrap();
        assert_eq!(found.chain, [b"a", b"b"]);
        assert_eq!(found.ocsp_response, [7, 8]);
        assert_eq!(flight.take_certificate(false), None);
    }

    #[test]
    fn in_tls13_the_response_is_beside_the_certificate() {
        let mut flight = ServerFlight::default();
        flight.follow(&message(HandshakeType::CERTIFICATE_REQUEST, b"request"));
        assert!(flight.ends_with_request());
        let list = [
            0, 0, 0, 21, 0, 0, 1, b'a', 0, 9, 0, 5, 0, 5, 1, 0, 0, 1, 7, 0, 0, 1, b'b', 0, 0,
        ];
        let certificate = message(HandshakeType::CERTIFICATE, &list);
        flight.follow(&certificate[..10]);
        assert!(!flight.ends_with_request());
        flight.follow(&certificate[10..]);
        let found = flight.take_certificate(true).unwrap();
        assert_eq!(found.chain, [b"a", b"b"]);
        assert_eq!(found.ocsp_response, [7]);
    }

    #[test]
    fn what_is_malformed_or_not_complete_is_none() {
        let list = [0, 0, 4, 0, 0, 1, b'a'];
        let whole = message(HandshakeType::CERTIFICATE, &list);
        for length in 0..whole.len() {
            let mut flight = ServerFlight::default();
            flight.follow(&whole[..length]);
            assert_eq!(flight.take_certificate(false), None);
        }
        for body in [
            &[][..],
            &[0, 0, 0],
            &[0, 0, 5, 0, 0, 1, b'a'],
            &[0, 0, 4, 0, 0, 9, b'a'],
        ] {
            let mut flight = ServerFlight::default();
            flight.follow(&message(HandshakeType::CERTIFICATE, body));
            assert_eq!(flight.take_certificate(false), None);
        }
    }
}
