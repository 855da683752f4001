//! Records (RFC 8446, section 5).

use super::number;
use super::version::Version;

number! {
    /// The type of what a record holds.
    ContentType(u8);
    CHANGE_CIPHER_SPEC = 20;
    ALERT = 21;
    HANDSHAKE = 22;
    APPLICATION_DATA = 23;
    /// RFC 6520
    HEARTBEAT = 24;
}

impl ContentType {
    /// The type of the record that `bytes` begin with.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        bytes.first().copied().map(Self)
    }
}

/// Length of a record's header: type, legacy version, length.
pub const RECORD_HEADER: usize = 5;

/// Most plaintext in a record.
pub const LONGEST_PLAINTEXT: usize = 1 << 14;

/// A record's header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordHeader {
    pub content_type: ContentType,
    pub version: Version,
    pub length: u16,
}

impl RecordHeader {
    /// Reads a header. Any five bytes are one.
    pub const fn parse(bytes: &[u8; RECORD_HEADER]) -> Self {
        let [content_type, major, minor, high, low] = *bytes;
        Self {
            content_type: ContentType(content_type),
            version: Version(u16::from_be_bytes([major, minor])),
            length: u16::from_be_bytes([high, low]),
        }
    }

    /// As on the wire.
    pub const fn to_bytes(self) -> [u8; RECORD_HEADER] {
        let [major, minor] = self.version.0.to_be_bytes();
        let [high, low] = self.length.to_be_bytes();
        [self.content_type.0, major, minor, high, low]
    }
}

/// A whole change_cipher_spec, without protection.
pub const CHANGE_CIPHER_SPEC_RECORD: [u8; RECORD_HEADER + 1] = [20, 3, 3, 0, 1, 1];

/// A record as on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record<'a> {
    pub header: RecordHeader,
    /// All of it, with its header.
    pub bytes: &'a [u8],
}

impl<'a> Record<'a> {
    /// Splits the record off that `bytes` begin with, if all of it is there.
    pub fn split(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let header = RecordHeader::parse(bytes.first_chunk()?);
        let length = RECORD_HEADER + usize::from(header.length);
        let (bytes, rest) = bytes.split_at_checked(length)?;
        Some((Self { header, bytes }, rest))
    }

    /// What follows the header.
    pub fn contents(self) -> &'a [u8] {
        &self.bytes[RECORD_HEADER..]
    }
}

/// The complete records that `bytes` begin with.
pub fn records(mut bytes: &[u8]) -> impl Iterator<Item = Record<'_>> {
    std::iter::from_fn(move || {
        let (record, rest) = Record::split(bytes)?;
        bytes = rest;
        Some(record)
    })
}

/// Appends `contents` to `out`, in records of at most `most` bytes each.
pub fn put_records(
    out: &mut Vec<u8>,
    (content_type, version): (ContentType, Version),
    contents: &[u8],
    most: usize,
) {
    for fragment in contents.chunks(most.clamp(1, LONGEST_PLAINTEXT)) {
        let header = RecordHeader {
            content_type,
            version,
            length: fragment.len() as u16,
        };
        out.extend_from_slice(&header.to_bytes());
        out.extend_from_slice(fragment);
    }
}

/// The contents of a handshake record. `None` for a record of another type.
pub fn handshake_contents(record: &[u8]) -> Option<&[u8]> {
    let (header, contents) = record.split_first_chunk()?;
    let is_handshake = RecordHeader::parse(header).content_type == ContentType::HANDSHAKE;
    is_handshake.then_some(contents)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_split_until_one_is_not_complete() {
        let bytes = [22, 3, 1, 0, 2, 7, 8, 23, 3, 3, 0, 0, 21, 3, 3, 0, 2, 1];
        let found: Vec<_> = records(&bytes).collect();
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].header.content_type, ContentType::HANDSHAKE);
        assert_eq!(found[0].contents(), [7, 8]);
        assert_eq!(found[0].header.to_bytes(), bytes[..5]);
        assert_eq!(found[1].bytes, &bytes[7..12]);
    }

    #[test]
    fn only_handshake_records_have_messages() {
        assert_eq!(handshake_contents(&[22, 3, 1, 0, 1, 9]), Some(&[9][..]));
        assert_eq!(handshake_contents(&[23, 3, 1, 0, 1, 9]), None);
        assert_eq!(handshake_contents(&[22, 3, 1]), None);
    }
}
