//! The ServerHello (RFC 8446, section 4.1.3; RFC 5246, section 7.4.1.3).

use super::client_hello::{RANDOM, Random, VERSION_AND_RANDOM};
use super::extension::{ExtensionType, extensions};
use super::message::{HandshakeType, MESSAGE_HEADER};
use super::reader::Reader;
use super::record::handshake_contents;

/// The random that makes a ServerHello a HelloRetryRequest: SHA-256 of "HelloRetryRequest".
const HELLO_RETRY_REQUEST: Random = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];

/// A ServerHello message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerHello<'a> {
    pub random: &'a Random,
    /// Empty for none.
    pub session_id: &'a [u8],
    /// By TLS number.
    pub cipher_suite: u16,
    extensions: &'a [u8],
}

impl<'a> ServerHello<'a> {
    /// Reads the body of the message, after its handshake header. Bytes behind the list of extensions
    /// are ignored.
    pub fn parse(body: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(body);
        let _legacy_version = reader.u16()?;
        let random = reader.array()?;
        let session_id = reader.vector8()?;
        let cipher_suite = reader.u16()?;
        let _compression_method = reader.u8()?;
        let list = match reader.rest() {
            [] | [_] => &[],
            _ => reader.vector16()?,
        };
        let are_extensions = extensions(list).all(|extension| extension.is_some());
        are_extensions.then_some(Self {
            random,
            session_id,
            cipher_suite,
            extensions: list,
        })
    }

    /// Whether it is a HelloRetryRequest.
    pub fn is_retry_request(&self) -> bool {
        *self.random == HELLO_RETRY_REQUEST
    }

    /// Whether it is of TLS 1.3.
    pub fn is_tls13(&self) -> bool {
        self.extension(ExtensionType::SUPPORTED_VERSIONS).is_some()
    }

    /// Contents of the last extension of this type.
    pub fn extension(&self, kind: ExtensionType) -> Option<&'a [u8]> {
        let found = extensions(self.extensions).flatten();
        found
            .filter(|extension| extension.kind == kind)
            .last()
            .map(|extension| extension.contents)
    }
}

/// Whether a random is that of a HelloRetryRequest.
pub fn is_of_retry_request(random: &Random) -> bool {
    *random == HELLO_RETRY_REQUEST
}

/// The random of a ClientHello or ServerHello, of which the beginning must be there, with its header.
pub fn hello_random(message: &[u8]) -> Option<&Random> {
    let mut reader = Reader::new(message);
    reader.take(MESSAGE_HEADER + VERSION_AND_RANDOM - RANDOM)?;
    reader.array()
}

/// The random of the ClientHello that `records` begin with.
pub fn client_random(records: &[u8]) -> Option<&Random> {
    let message = handshake_contents(records)?;
    let is_hello = HandshakeType::of(message)? == HandshakeType::CLIENT_HELLO;
    hello_random(message).filter(|_| is_hello)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(extensions: &[u8]) -> Vec<u8> {
        let mut body = vec![3, 3];
        body.extend([7; 32]);
        body.extend([2, 0xaa, 0xbb, 0xc0, 0x2f, 0]);
        body.extend((extensions.len() as u16).to_be_bytes());
        body.extend_from_slice(extensions);
        body
    }

    #[test]
    fn every_part_is_found() {
        let body = body(&[0, 23, 0, 0, 0xff, 1, 0, 1, 0]);
        let hello = ServerHello::parse(&body).unwrap();
        assert_eq!(
            (hello.random, hello.session_id),
            (&[7; 32], &[0xaa, 0xbb][..])
        );
        assert_eq!(hello.cipher_suite, 0xc02f);
        let renegotiation = hello.extension(ExtensionType::RENEGOTIATION_INFO);
        assert_eq!(renegotiation, Some(&[0][..]));
        assert!(!hello.is_tls13() && !hello.is_retry_request());
    }

    #[test]
    fn a_truncated_hello_is_refused_unless_it_is_one_without_extensions() {
        let whole = body(&[0, 43, 0, 2, 3, 4]);
        assert!(ServerHello::parse(&whole).unwrap().is_tls13());
        let before_extensions = whole.len() - 8;
        for end in 0..whole.len() {
            let is_read = ServerHello::parse(&whole[..end]).is_some();
            let is_whole = end == before_extensions || end == before_extensions + 1;
            assert_eq!(is_read, is_whole, "cut at {end}");
        }
    }

    #[test]
    fn a_cut_extension_and_stray_bytes_are_refused() {
        for extensions in [&[0, 23, 0][..], &[0, 23, 0, 1], &[0, 23, 0, 0, 0]] {
            assert_eq!(ServerHello::parse(&body(extensions)), None);
        }
    }

    #[test]
    fn the_random_of_a_client_is_in_its_first_record() {
        let mut record = vec![22, 3, 1, 0, 38, 1, 0, 0, 34, 3, 3];
        record.extend([8; 32]);
        assert_eq!(client_random(&record), Some(&[8; 32]));
        assert_eq!(client_random(&record[..40]), None);
        record[5] = 2;
        assert_eq!(client_random(&record), None);
    }
}
