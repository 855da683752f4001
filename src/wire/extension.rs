//! Extensions of hello messages (RFC 8446, section 4.2).

use super::number;
use super::reader::Reader;
use super::writer::put_vector16;

number! {
    /// The type of an extension.
    ExtensionType(u16);
    /// RFC 6066
    SERVER_NAME = 0;
    /// RFC 6066
    MAX_FRAGMENT_LENGTH = 1;
    /// RFC 6066
    STATUS_REQUEST = 5;
    /// RFC 8446
    SUPPORTED_GROUPS = 10;
    /// RFC 8422
    EC_POINT_FORMATS = 11;
    /// RFC 5054
    SRP = 12;
    /// RFC 8446
    SIGNATURE_ALGORITHMS = 13;
    /// RFC 5764
    USE_SRTP = 14;
    /// application_layer_protocol_negotiation (RFC 7301)
    ALPN = 16;
    /// RFC 6962
    SIGNED_CERTIFICATE_TIMESTAMP = 18;
    /// RFC 7685
    PADDING = 21;
    /// RFC 7366
    ENCRYPT_THEN_MAC = 22;
    /// RFC 7627
    EXTENDED_MASTER_SECRET = 23;
    /// RFC 5077
    SESSION_TICKET = 35;
    /// RFC 8446
    PRE_SHARED_KEY = 41;
    /// RFC 8446
    EARLY_DATA = 42;
    /// RFC 8446
    SUPPORTED_VERSIONS = 43;
    /// RFC 8446
    COOKIE = 44;
    /// RFC 8446
    PSK_KEY_EXCHANGE_MODES = 45;
    /// RFC 8446
    CERTIFICATE_AUTHORITIES = 47;
    /// RFC 8446
    POST_HANDSHAKE_AUTH = 49;
    /// RFC 8446
    SIGNATURE_ALGORITHMS_CERT = 50;
    /// RFC 8446
    KEY_SHARE = 51;
    /// A draft that became ALPN.
    NEXT_PROTO_NEG = 13172;
    /// A number of CryptoPro's that OpenSSL knows.
    CRYPTOPRO_BUG = 0xfde8;
    /// RFC 5746
    RENEGOTIATION_INFO = 0xff01;
}

impl ExtensionType {
    /// Those that OpenSSL knows: of these each may come once, and only these are shown to the program.
    pub const KNOWN: &[Self] = &[
        Self::SERVER_NAME,
        Self::MAX_FRAGMENT_LENGTH,
        Self::STATUS_REQUEST,
        Self::SUPPORTED_GROUPS,
        Self::EC_POINT_FORMATS,
        Self::SRP,
        Self::SIGNATURE_ALGORITHMS,
        Self::USE_SRTP,
        Self::ALPN,
        Self::SIGNED_CERTIFICATE_TIMESTAMP,
        Self::PADDING,
        Self::ENCRYPT_THEN_MAC,
        Self::EXTENDED_MASTER_SECRET,
        Self::SESSION_TICKET,
        Self::PRE_SHARED_KEY,
        Self::EARLY_DATA,
        Self::SUPPORTED_VERSIONS,
        Self::COOKIE,
        Self::PSK_KEY_EXCHANGE_MODES,
        Self::CERTIFICATE_AUTHORITIES,
        Self::POST_HANDSHAKE_AUTH,
        Self::SIGNATURE_ALGORITHMS_CERT,
        Self::KEY_SHARE,
        Self::NEXT_PROTO_NEG,
        Self::CRYPTOPRO_BUG,
        Self::RENEGOTIATION_INFO,
    ];

    /// Whether OpenSSL knows it.
    pub fn is_known(self) -> bool {
        Self::KNOWN.contains(&self)
    }
}

/// A name of server_name that is the name of a host (RFC 6066, section 3).
pub const HOST_NAME: u8 = 0;
/// A status of status_request that is an OCSP response (RFC 6066, section 8).
pub const OCSP: u8 = 1;

/// Length of an extension's header: type, length of the contents.
pub const EXTENSION_HEADER: usize = 4;

/// An extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extension<'a> {
    pub kind: ExtensionType,
    pub contents: &'a [u8],
}

impl<'a> Extension<'a> {
    /// Reads an extension, if all of it is there.
    pub fn read(reader: &mut Reader<'a>) -> Option<Self> {
        let mut ahead = *reader;
        let kind = ExtensionType(ahead.u16()?);
        let contents = ahead.vector16()?;
        *reader = ahead;
        Some(Self { kind, contents })
    }

    /// With its header.
    pub const fn length(self) -> usize {
        EXTENSION_HEADER + self.contents.len()
    }

    /// Appends it to `out`.
    pub fn put(self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.kind.0.to_be_bytes());
        put_vector16(out, self.contents);
    }
}

/// The extensions in a list, which is without its length. The last is `None` when what is left is
/// no extension.
pub fn extensions(list: &[u8]) -> impl Iterator<Item = Option<Extension<'_>>> {
    Reader::items(list, Extension::read)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extensions_are_read_until_one_is_cut() {
        let list = [0, 23, 0, 0, 0, 5, 0, 1, 1, 0, 0, 0, 9];
        let found: Vec<_> = extensions(&list).collect();
        let status = found[1].unwrap();
        assert_eq!(status.kind, ExtensionType::STATUS_REQUEST);
        assert_eq!(status.contents, [1]);
        assert_eq!((found.len(), found[2]), (3, None));
    }
}
