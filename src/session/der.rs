//! A session as DER: `i2d_SSL_SESSION(3)` and `d2i_SSL_SESSION(3)`, byte for byte.
//!
//! ```asn1
//! SSLSession ::= SEQUENCE {
//!     version              INTEGER,                        -- 1
//!     protocol             INTEGER,                        -- such as 0x0303
//!     cipher               OCTET STRING,                   -- two bytes
//!     sessionId            OCTET STRING,                   -- up to 32 bytes
//!     masterKey            OCTET STRING,                   -- or PSK; up to 512 bytes
//!     keyArg           [0] IMPLICIT OCTET STRING OPTIONAL, -- SSL 2: ignored, never written
//!     time             [1] EXPLICIT INTEGER OPTIONAL,      -- seconds since the epoch
//!     timeout          [2] EXPLICIT INTEGER OPTIONAL,      -- seconds
//!     peer             [3] EXPLICIT Certificate OPTIONAL,
//!     idContext        [4] EXPLICIT OCTET STRING OPTIONAL, -- always written
//!     verifyResult     [5] EXPLICIT INTEGER OPTIONAL,
//!     hostName         [6] EXPLICIT OCTET STRING OPTIONAL,
//!     pskIdentityHint  [7] EXPLICIT OCTET STRING OPTIONAL,
//!     pskIdentity      [8] EXPLICIT OCTET STRING OPTIONAL,
//!     lifetimeHint     [9] EXPLICIT INTEGER OPTIONAL,      -- seconds
//!     ticket          [10] EXPLICIT OCTET STRING OPTIONAL,
//!     compression     [11] EXPLICIT OCTET STRING OPTIONAL, -- one byte
//!     srpUserName     [12] EXPLICIT OCTET STRING OPTIONAL,
//!     flags           [13] EXPLICIT INTEGER OPTIONAL,      -- 1: extended master secret
//!     ageAdd          [14] EXPLICIT INTEGER OPTIONAL,
//!     maxEarlyData    [15] EXPLICIT INTEGER OPTIONAL,
//!     alpn            [16] EXPLICIT OCTET STRING OPTIONAL,
//!     fragmentLength  [17] EXPLICIT INTEGER OPTIONAL,      -- RFC 6066 section 4
//!     ticketAppdata   [18] EXPLICIT OCTET STRING OPTIONAL,
//!     group           [19] EXPLICIT INTEGER OPTIONAL       -- always written
//! }
//! ```
//!
//! Optional numbers that are 0 are not written, except the group. The encoding does not contain whether the session is
//! not resumable, the peer's chain beyond its own certificate, and application data (S87, S88).
//!
//! The reader accepts DER only: OpenSSL also accepts some BER, which no version of it wrote. It borrows from its input,
//! so it allocates only a copy of the certificate. It checks only the outer structure of the certificate, which is
//! parsed when a caller asks for it.

use std::sync::Arc;

use der::asn1::OctetStringRef;
use der::{
    Decode, Encode, Header, Length, Reader, SliceReader, SliceWriter, Tag, TagNumber, Writer,
};
use zeroize::Zeroizing;

use crate::clock;
use crate::error::{Error, Reason, Result};
use crate::session::{
    Bytes, MAX_ID_CONTEXT_LEN, MAX_ID_LEN, MAX_MASTER_KEY_LEN, Numbers, PeerChain, View,
};

/// `ERR_R_ASN1_LIB`. OpenSSL queues errors of its ASN.1 library for bytes that are not the DER
/// above; its libraries queue this error last.
const ASN1_LIB: Reason = Reason(13 | 0x2 << 18);

/// A session that is ready to be written.
pub struct Encoding<'a> {
    fields: [Option<Field<'a>>; 24],
    /// How many bytes the fields take without the outermost header.
    content: Length,
}

impl<'a> Encoding<'a> {
    /// `None` for a session without a cipher, and for one that would take 256 MiB or more.
    pub fn new(View { numbers, bytes }: &View<'a>) -> Option<Self> {
        if numbers.cipher_id == 0 {
            return None;
        }
        let [_, _, first, second] = numbers.cipher_id.to_be_bytes();
        let peer = bytes.peer.map(|chain| chain.leaf());
        let fields = [
            plain(Value::Signed(1)),
            plain(Value::Signed(numbers.protocol_version.into())),
            plain(Value::Cipher([first, second])),
            plain(Value::Octets(bytes.id)),
            plain(Value::Octets(bytes.master_key)),
            signed(1, numbers.time),
            signed(2, numbers.timeout),
            explicit(3, peer.map(Value::Encoded)),
            octets(4, Some(bytes.id_context)),
            signed(5, (numbers.verify_result as i32).into()),
            octets(6, bytes.server_name),
            octets(7, bytes.psk_identity_hint),
            octets(8, bytes.psk_identity),
            unsigned(9, numbers.lifetime_hint),
            octets(10, bytes.ticket),
            explicit(
                11,
                (numbers.compression != 0).then_some(Value::Octet(numbers.compression)),
            ),
            octets(12, bytes.srp_user_name),
            unsigned(13, numbers.flags.into()),
            unsigned(14, numbers.age_add.into()),
            unsigned(15, numbers.max_early_data.into()),
            octets(16, bytes.alpn),
            unsigned(17, numbers.max_fragment_length.into()),
            octets(18, bytes.ticket_appdata),
            explicit(19, Some(Value::Unsigned(numbers.group.into()))),
        ];
        let content = fields
            .iter()
            .flatten()
            .try_fold(Length::ZERO, |sum, field| sum + field.encoded_len()?)
            .ok()?;
        content.for_tlv().ok()?;
        Some(Self { fields, content })
    }

    /// How many bytes the encoding takes.
    pub fn size(&self) -> usize {
        let size = self.content.for_tlv().and_then(usize::try_from);
        size.expect("checked when made")
    }

    /// Writes the encoding to `out`, which has [`size`](Self::size) bytes.
    pub fn write(&self, out: &mut [u8]) {
        let mut writer = SliceWriter::new(out);
        let written = Header::new(Tag::Sequence, self.content)
            .and_then(|header| header.encode(&mut writer))
            .and_then(|()| {
                self.fields
                    .iter()
                    .flatten()
                    .try_for_each(|field| field.encode(&mut writer))
            });
        written.expect("the caller gives as many bytes as it takes");
    }

    /// The encoding. It holds the master key, and is wiped when dropped.
    pub fn to_vec(&self) -> Zeroizing<Vec<u8>> {
        let mut out = Zeroizing::new(vec![0; self.size()]);
        self.write(&mut out);
        out
    }
}

/// The result of reading DER: fields that borrow from the input.
#[derive(Debug)]
pub struct Decoded<'a> {
    numbers: Numbers,
    bytes: Bytes<'a>,
    peer: Option<Arc<PeerChain>>,
    /// How many bytes of the input the session takes.
    pub consumed: usize,
}

impl Decoded<'_> {
    /// The session's fields.
    pub fn view(&self) -> View<'_> {
        View {
            numbers: self.numbers,
            bytes: Bytes {
                peer: self.peer.as_ref(),
                ..self.bytes
            },
        }
    }
}

/// Reads the session that `input` begins with; more may follow. `is_known` determines which ciphers
/// (by [`Numbers::cipher_id`]) there are.
///
/// Errors (S89): `ERR_R_ASN1_LIB` with a text when it is not the DER above;
/// `SSL_R_UNKNOWN_SSL_VERSION`, `SSL_R_UNSUPPORTED_SSL_VERSION`, `SSL_R_CIPHER_CODE_WRONG_LENGTH`,
/// `SSL_R_BAD_LENGTH` (compression); an error without a queue entry for an unknown cipher and for
/// an id, id context or master key that is too long.
pub fn decode(input: &[u8], is_known: impl FnOnce(u32) -> bool) -> Result<Decoded<'_>> {
    let raw = Raw::read(input).map_err(|error| {
        Error::with(
            ASN1_LIB,
            format!("SSL_SESSION at byte {}: {}", position(&error), error.kind()),
        )
    })?;
    raw.check(is_known)
}

/// The contents of the input: the session's fields, and values that must be checked first.
struct Raw<'a> {
    version: u32,
    cipher: &'a [u8],
    compression: Option<&'a [u8]>,
    decoded: Decoded<'a>,
}

impl<'a> Raw<'a> {
    fn read(input: &'a [u8]) -> der::Result<Self> {
        // A reader counts up to 256 MiB; the bytes after the session may be longer.
        let limit = usize::try_from(Length::MAX)?.min(input.len());
        let mut outer = SliceReader::new(&input[..limit])?;
        let header = Header::decode(&mut outer)?;
        header.tag.assert_eq(Tag::Sequence)?;
        let content = outer.read_slice(header.length)?;
        let consumed = usize::try_from(outer.position())?;
        let mut fields = SliceReader::new(content)?;
        let raw = Self::read_fields(&mut fields, consumed)?;
        fields.finish(raw)
    }

    /// Reads the fields in the order of the encoding.
    fn read_fields(reader: &mut SliceReader<'a>, consumed: usize) -> der::Result<Self> {
        let mut numbers = Numbers::default();
        let mut bytes = Bytes::default();
        let version = u32::decode(reader)?;
        numbers.protocol_version = i32::decode(reader)?;
        let cipher = octet_string(reader)?;
        bytes.id = octet_string(reader)?;
        bytes.master_key = octet_string(reader)?;
        skip_key_arg(reader)?;
        let not_zero = |number: &i64| *number != 0;
        let time = optional(reader, 1)?.filter(not_zero);
        numbers.time = time.unwrap_or_else(clock::now);
        numbers.timeout = optional(reader, 2)?.filter(not_zero).unwrap_or(3);
        let peer = optional::<Certificate<'_>>(reader, 3)?;
        bytes.id_context = optional_octets(reader, 4)?.unwrap_or_default();
        numbers.verify_result = optional::<i32>(reader, 5)?.unwrap_or_default().into();
        bytes.server_name = optional_octets(reader, 6)?;
        bytes.psk_identity_hint = optional_octets(reader, 7)?;
        bytes.psk_identity = optional_octets(reader, 8)?;
        numbers.lifetime_hint = optional(reader, 9)?.unwrap_or_default();
        bytes.ticket = optional_octets(reader, 10)?;
        let compression = optional_octets(reader, 11)?;
        bytes.srp_user_name = optional_octets(reader, 12)?;
        numbers.flags = optional::<u64>(reader, 13)?.unwrap_or_default() as u32;
        numbers.age_add = optional(reader, 14)?.unwrap_or_default();
        numbers.max_early_data = optional(reader, 15)?.unwrap_or_default();
        bytes.alpn = optional_octets(reader, 16)?;
        numbers.max_fragment_length = optional::<u32>(reader, 17)?.unwrap_or_default() as u8;
        bytes.ticket_appdata = optional_octets(reader, 18)?;
        numbers.group = optional(reader, 19)?.unwrap_or_default();
        Ok(Self {
            version,
            cipher,
            compression,
            decoded: Decoded {
                numbers,
                bytes,
                peer: peer.map(|Certificate(der)| Arc::new(PeerChain::of_leaf(der))),
                consumed,
            },
        })
    }

    /// The checks in OpenSSL's order.
    fn check(self, is_known: impl FnOnce(u32) -> bool) -> Result<Decoded<'a>> {
        let mut decoded = self.decoded;
        let Decoded { numbers, bytes, .. } = &mut decoded;
        if self.version != 1 {
            return Err(Reason::UNKNOWN_SSL_VERSION.into());
        }
        // TLS and SSL 3, DTLS, and DTLS before its standard (DTLS1_BAD_VER).
        let protocol = numbers.protocol_version;
        if !matches!(protocol >> 8, 0x03 | 0xfe) && protocol != 0x0100 {
            return Err(Reason::UNSUPPORTED_SSL_VERSION.into());
        }
        let &[first, second] = self.cipher else {
            return Err(Reason::CIPHER_CODE_WRONG_LENGTH.into());
        };
        numbers.cipher_id = u32::from_be_bytes([3, 0, first, second]);
        if !is_known(numbers.cipher_id)
            || bytes.id.len() > MAX_ID_LEN
            || bytes.master_key.len() > MAX_MASTER_KEY_LEN
            || bytes.id_context.len() > MAX_ID_CONTEXT_LEN
        {
            return Err(Error::Silent);
        }
        numbers.compression = match self.compression {
            None => 0,
            Some(&[method]) => method,
            Some(_) => return Err(Reason::BAD_LENGTH.into()),
        };
        Ok(decoded)
    }
}

/// One whole certificate. Only its outer structure is checked.
struct Certificate<'a>(&'a [u8]);

impl<'a> Decode<'a> for Certificate<'a> {
    fn decode<R: Reader<'a>>(reader: &mut R) -> der::Result<Self> {
        reader.peek_header()?.tag.assert_eq(Tag::Sequence)?;
        let whole = reader.tlv_bytes()?;
        let mut outline = SliceReader::new(whole)?;
        let header = Header::decode(&mut outline)?;
        let mut parts = SliceReader::new(outline.read_slice(header.length)?)?;
        for tag in [Tag::Sequence, Tag::Sequence, Tag::BitString] {
            parts.peek_header()?.tag.assert_eq(tag)?;
            parts.tlv_bytes()?;
        }
        parts.finish(Self(whole))
    }
}

fn octet_string<'a>(reader: &mut SliceReader<'a>) -> der::Result<&'a [u8]> {
    OctetStringRef::decode(reader).map(|octets| octets.as_bytes())
}

/// The value of field `[number]`, if that comes next.
fn optional<'a, T: Decode<'a>>(reader: &mut SliceReader<'a>, number: u8) -> der::Result<Option<T>> {
    const CONSTRUCTED_CONTEXT_SPECIFIC: u8 = 0xa0;
    if reader.peek_byte() != Some(CONSTRUCTED_CONTEXT_SPECIFIC | number) {
        return Ok(None);
    }
    let header = Header::decode(reader)?;
    let mut inner = SliceReader::new(reader.read_slice(header.length)?)?;
    let value = T::decode(&mut inner)?;
    inner.finish(Some(value))
}

fn optional_octets<'a>(reader: &mut SliceReader<'a>, number: u8) -> der::Result<Option<&'a [u8]>> {
    Ok(optional::<OctetStringRef<'a>>(reader, number)?.map(|octets| octets.as_bytes()))
}

fn skip_key_arg(reader: &mut SliceReader<'_>) -> der::Result<()> {
    const PRIMITIVE_CONTEXT_SPECIFIC_0: u8 = 0x80;
    if reader.peek_byte() == Some(PRIMITIVE_CONTEXT_SPECIFIC_0) {
        reader.tlv_bytes()?;
    }
    Ok(())
}

fn position(error: &der::Error) -> u32 {
    error.position().map_or(0, u32::from)
}

/// One field to write, with its tags.
struct Field<'a> {
    explicit: Option<TagNumber>,
    value: Value<'a>,
}

enum Value<'a> {
    Signed(i64),
    Unsigned(u64),
    Octet(u8),
    Cipher([u8; 2]),
    Octets(&'a [u8]),
    /// Encoded already.
    Encoded(&'a [u8]),
}

fn plain(value: Value<'_>) -> Option<Field<'_>> {
    Some(Field {
        explicit: None,
        value,
    })
}

fn explicit(number: u8, value: Option<Value<'_>>) -> Option<Field<'_>> {
    value.map(|value| Field {
        explicit: Some(TagNumber::new(number)),
        value,
    })
}

fn signed(number: u8, value: i64) -> Option<Field<'static>> {
    explicit(number, (value != 0).then_some(Value::Signed(value)))
}

fn unsigned(number: u8, value: u64) -> Option<Field<'static>> {
    explicit(number, (value != 0).then_some(Value::Unsigned(value)))
}

fn octets(number: u8, value: Option<&[u8]>) -> Option<Field<'_>> {
    explicit(number, value.map(Value::Octets))
}

impl Encode for Field<'_> {
    fn encoded_len(&self) -> der::Result<Length> {
        let len = self.value.encoded_len()?;
        self.explicit.map_or(Ok(len), |_| len.for_tlv())
    }

    fn encode(&self, writer: &mut impl Writer) -> der::Result<()> {
        if let Some(number) = self.explicit {
            let tag = Tag::ContextSpecific {
                constructed: true,
                number,
            };
            Header::new(tag, self.value.encoded_len()?)?.encode(writer)?;
        }
        self.value.encode(writer)
    }
}

impl Encode for Value<'_> {
    fn encoded_len(&self) -> der::Result<Length> {
        match self {
            Self::Signed(number) => number.encoded_len(),
            Self::Unsigned(number) => number.encoded_len(),
            Self::Octet(octet) => OctetStringRef::new(&[*octet])?.encoded_len(),
            Self::Cipher(code) => OctetStringRef::new(code)?.encoded_len(),
            Self::Octets(octets) => OctetStringRef::new(octets)?.encoded_len(),
            Self::Encoded(der) => Length::try_from(der.len()),
        }
    }

    fn encode(&self, writer: &mut impl Writer) -> der::Result<()> {
        match self {
            Self::Signed(number) => number.encode(writer),
            Self::Unsigned(number) => number.encode(writer),
            Self::Octet(octet) => OctetStringRef::new(&[*octet])?.encode(writer),
            Self::Cipher(code) => OctetStringRef::new(code)?.encode(writer),
            Self::Octets(octets) => OctetStringRef::new(octets)?.encode(writer),
            Self::Encoded(der) => writer.write(der),
        }
    }
}

#[cfg(test)]
#[path = "der_tests.rs"]
mod tests;
