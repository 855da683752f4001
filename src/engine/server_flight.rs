//! A server's certificate before rustls has it verified.
//!
//! rustls asks for a client's certificate as soon as the server's request has come. The program chooses one when it
//! knows whom it talks to, so what the server has sent is followed here. In TLS 1.3 its certificate comes after its
//! request: the last byte of a request with which a record ends is held back until the next record is opened. A
//! certificate that takes more than that record comes too late.

use std::sync::Mutex;

const HANDSHAKE: u8 = 22;
const CERTIFICATE: u8 = 11;
const CERTIFICATE_REQUEST: u8 = 13;
const CERTIFICATE_STATUS: u8 = 22;
const STATUS_REQUEST: u16 = 5;
const OCSP: u8 = 1;
const RECORD_HEADER: usize = 5;
const MESSAGE_HEADER: usize = 4;
/// The most that is kept, in bytes.
const MOST: usize = 1 << 18;

/// What a server has sent to prove who it is.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ServerCertificate {
    /// DER, leaf first.
    pub chain: Vec<Vec<u8>>,
    /// Its stapled OCSP response, or empty.
    pub ocsp_response: Vec<u8>,
}

/// The handshake messages of a server, until its certificate is known.
#[derive(Default)]
pub(super) struct ServerFlight(Mutex<Vec<u8>>);

impl ServerFlight {
    /// Follows a record as it has come, if it is not protected.
    pub(super) fn follow_plain(&self, record: &[u8]) {
        if let Some((&HANDSHAKE, _)) = record.split_first() {
            self.follow(record.get(RECORD_HEADER..).unwrap_or_default());
        }
    }

    pub(super) fn follow(&self, contents: &[u8]) {
        if let Ok(mut flight) = self.0.lock()
            && flight.len() + contents.len() <= MOST
        {
            flight.extend_from_slice(contents);
        }
    }

    /// Whether the last message so far is a whole CertificateRequest.
    pub(super) fn ends_with_request(&self) -> bool {
        let Ok(flight) = self.0.lock() else {
            return false;
        };
        let length: usize = messages(&flight)
            .map(|(_, body)| MESSAGE_HEADER + body.len())
            .sum();
        let last = messages(&flight).last();
        length == flight.len() && last.is_some_and(|(kind, _)| kind == CERTIFICATE_REQUEST)
    }

    /// Takes the server's certificate, if all of it has come. What has been followed is forgotten.
    pub(super) fn take_certificate(&self, tls13: bool) -> Option<ServerCertificate> {
        let flight = std::mem::take(&mut *self.0.lock().ok()?);
        let body_of = |wanted: u8| {
            messages(&flight).find_map(|(kind, body)| (kind == wanted).then_some(body))
        };
        let mut found = certificates(body_of(CERTIFICATE)?, tls13)?;
        if let Some(status) = body_of(CERTIFICATE_STATUS).filter(|_| !tls13) {
            found.ocsp_response = ocsp_response(status)?;
        }
        Some(found)
    }
}

/// Whole messages: type and body.
fn messages(mut bytes: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    std::iter::from_fn(move || {
        let (kind, mut rest) = bytes.split_first()?;
        let body = vector(&mut rest, 3)?;
        bytes = rest;
        Some((*kind, body))
    })
}

/// Takes a vector off `bytes`, whose length has `size` bytes.
fn vector<'a>(bytes: &mut &'a [u8], size: usize) -> Option<&'a [u8]> {
    let (length, rest) = bytes.split_at_checked(size)?;
    let length = length
        .iter()
        .fold(0, |value, byte| value << 8 | usize::from(*byte));
    let (contents, rest) = rest.split_at_checked(length)?;
    *bytes = rest;
    Some(contents)
}

fn certificates(mut body: &[u8], tls13: bool) -> Option<ServerCertificate> {
    let mut found = ServerCertificate::default();
    if tls13 {
        vector(&mut body, 1)?;
    }
    let mut list = vector(&mut body, 3)?;
    while !list.is_empty() {
        found.chain.push(vector(&mut list, 3)?.to_vec());
        if !tls13 {
            continue;
        }
        let mut extensions = vector(&mut list, 2)?;
        while let Some((kind, rest)) = extensions.split_first_chunk::<2>() {
            extensions = rest;
            let contents = vector(&mut extensions, 2)?;
            if u16::from_be_bytes(*kind) == STATUS_REQUEST && found.chain.len() == 1 {
                found.ocsp_response = ocsp_response(contents)?;
            }
        }
    }
    (!found.chain.is_empty()).then_some(found)
}

fn ocsp_response(status: &[u8]) -> Option<Vec<u8>> {
    let (kind, mut rest) = status.split_first()?;
    let response = vector(&mut rest, 3)?;
    (*kind == OCSP).then(|| response.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        let length = (body.len() as u32).to_be_bytes();
        [&[kind], &length[1..], body].concat()
    }

    #[test]
    fn a_certificate_is_found_with_its_response() {
        let flight = ServerFlight::default();
        let list = [0, 0, 8, 0, 0, 1, b'a', 0, 0, 1, b'b'];
        for part in [
            message(2, b"hello"),
            message(CERTIFICATE, &list),
            message(CERTIFICATE_STATUS, &[1, 0, 0, 2, 7, 8]),
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
        let flight = ServerFlight::default();
        flight.follow(&message(CERTIFICATE_REQUEST, b"request"));
        assert!(flight.ends_with_request());
        let list = [
            0, 0, 0, 21, 0, 0, 1, b'a', 0, 9, 0, 5, 0, 5, 1, 0, 0, 1, 7, 0, 0, 1, b'b', 0, 0,
        ];
        let certificate = message(CERTIFICATE, &list);
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
        let whole = message(CERTIFICATE, &list);
        for length in 0..whole.len() {
            let flight = ServerFlight::default();
            flight.follow(&whole[..length]);
            assert_eq!(flight.take_certificate(false), None);
        }
        for body in [
            &[][..],
            &[0, 0, 0],
            &[0, 0, 5, 0, 0, 1, b'a'],
            &[0, 0, 4, 0, 0, 9, b'a'],
        ] {
            let flight = ServerFlight::default();
            flight.follow(&message(CERTIFICATE, body));
            assert_eq!(flight.take_certificate(false), None);
        }
    }
}
