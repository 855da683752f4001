//! Incoming records: read from the transport as a five-byte header and then exactly the body.

use std::ops::Range;

use rustls::TlsInputBuffer;
use zeroize::Zeroize;

use super::spare;
use crate::wire::{
    ALERT_LENGTH, ContentType, LONGEST_PLAINTEXT, RECORD_HEADER, RecordHeader, Version,
};

/// Longest body of a protected record of TLS 1.3 (RFC 8446, section 5.2).
const LONGEST_TLS13: usize = LONGEST_PLAINTEXT + 256;
/// Longest body of any other record, which is OpenSSL's: RFC 5246, section 6.2.3 allows 2048 bytes
/// of expansion, for compression too.
const LONGEST_TLS12: usize = LONGEST_PLAINTEXT + 320;
/// What fits into OpenSSL's buffer: a longer body has another reason code.
const LONGEST_PACKET: usize = LONGEST_TLS12 + 3;

/// Types that rustls knows.
const KNOWN_TYPES: std::ops::RangeInclusive<ContentType> =
    ContentType::CHANGE_CIPHER_SPEC..=ContentType::HEARTBEAT;

/// Why a record cannot be what the peer has to send now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordProblem {
    /// The five bytes are the beginning of a plain HTTP request.
    HttpRequest,
    /// Likewise `CONNECT`, as sent to a proxy.
    HttpsProxyRequest,
    /// Not TLS, or an alert of another version: it is not answered.
    WrongVersion,
    /// Not the version that has been agreed on.
    OtherVersion,
    /// A protected record of TLS 1.3 of another version than TLS 1.2.
    OtherProtectedVersion,
    /// Of a type that does not exist.
    UnknownType,
    /// Of a type that does not exist, where the ClientHello should be.
    NoHello,
    /// An alert without protection whose length is not two bytes.
    MalformedAlert,
    /// Without protection, or of a type that protected records do not have.
    Unprotected,
    /// The body is longer than any record may be.
    TooLong,
    /// The body is longer than protection may make it.
    ProtectedTooLong,
    /// There is more plaintext than a record may have.
    PlaintextTooLong,
}

/// What is known of the next record before it comes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Expected {
    /// TLS 1.2 has been agreed on.
    pub tls12: bool,
    /// It is one of TLS 1.3 with keys, so that it must be protected.
    pub tls13_protected: bool,
    /// A server, whose client may not have got the keys when it sends an alert.
    pub alerts_may_be_plain: bool,
    /// The handshake is under way.
    pub handshaking: bool,
}

/// Bytes of incoming records, and how far the engine has come with them.
///
/// `bytes[consumed..filled]` is what rustls still has to see. Decryption happens in place, so the
/// plaintext that rustls yields is a range of this buffer, and stays readable until the next
/// record is started.
#[derive(Default)]
pub struct RecordBuffer {
    bytes: Vec<u8>,
    /// Everything before this has been used by the engine.
    consumed: usize,
    /// Everything before this has come from the transport.
    filled: usize,
    /// Where the record that is being read begins.
    record: usize,
    /// Where it ends, once its header is there.
    record_end: Option<usize>,
    /// Where the last complete record begins.
    last: usize,
    closed: bool,
    /// A whole record has been read.
    begun: bool,
}

impl RecordBuffer {
    /// The bytes that are still missing from the record that is being read, to be filled by the
    /// transport; afterwards call [`filled`](Self::filled). Never asks for more than the record.
    pub fn missing(&mut self) -> &mut [u8] {
        if self.record_end.is_none() && self.record == self.filled && self.consumed == self.filled {
            // Everything was used: start again at the front.
            self.consumed = 0;
            self.filled = 0;
            self.record = 0;
            self.last = 0;
        }
        let end = self.record_end.unwrap_or(self.record + RECORD_HEADER);
        if self.bytes.is_empty() {
            self.bytes = spare::INPUT.take();
        }
        if self.bytes.len() < end {
            self.bytes.resize(end, 0);
        }
        &mut self.bytes[self.filled..end]
    }

    /// `count` bytes were put into [`missing`](Self::missing). True when the record is
    /// complete.
    pub(super) fn filled(
        &mut self,
        count: usize,
        expected: Expected,
    ) -> Result<bool, RecordProblem> {
        self.filled += count;
        if self.record_end.is_none() && self.filled == self.record + RECORD_HEADER {
            let header = self.bytes[self.record..].first_chunk();
            let body = header.map(|header| check_header(header, expected, !self.begun));
            self.record_end = body.transpose()?.map(|body| self.filled + body);
        }
        if self.record_end == Some(self.filled) {
            self.begun = true;
            self.last = self.record;
            self.record = self.filled;
            self.record_end = None;
            return Ok(true);
        }
        Ok(false)
    }

    /// True when nothing of a next record has been read: an end of file here is between records.
    pub fn at_boundary(&self) -> bool {
        self.record == self.filled
    }

    /// What has been read and not been used by the engine.
    pub fn unprocessed(&self) -> &[u8] {
        &self.bytes[self.consumed..self.filled]
    }

    /// Changes what has been read and not been used by the engine, in its place.
    pub(super) fn change_unprocessed(&mut self, work: impl FnOnce(&mut [u8])) {
        work(&mut self.bytes[self.consumed..self.filled]);
    }

    /// Puts complete records in the place of what is unprocessed, which is complete records too.
    pub(super) fn replace_unprocessed(&mut self, records: &[u8]) {
        let rest = self.bytes.split_off(self.filled);
        self.bytes.truncate(self.consumed);
        self.bytes.extend_from_slice(records);
        self.filled = self.bytes.len();
        self.record = self.filled;
        self.last = self.consumed;
        self.bytes.extend(rest);
    }

    /// The last complete record. What lies before it may be unprocessed too: parts of a message, or
    /// what rustls has skipped and not let go yet.
    pub fn last(&self) -> &[u8] {
        &self.bytes[self.last..self.record]
    }

    /// Whether the last complete record holds, or hides, a handshake message.
    pub fn last_is_handshake(&self) -> bool {
        ContentType::of(self.last()) == Some(ContentType::HANDSHAKE)
    }

    /// What has been read of the next record.
    pub(super) fn unfinished(&self) -> &[u8] {
        &self.bytes[self.record..self.filled]
    }

    /// Bytes of the buffer, for plaintext that the engine has yielded.
    pub fn bytes(&self, range: Range<usize>) -> &[u8] {
        &self.bytes[range]
    }

    /// Wipes plaintext that has been handed out.
    pub(super) fn wipe(&mut self, range: Range<usize>) {
        self.bytes[range].zeroize();
    }

    /// Where `slice` lies in this buffer, if it does.
    pub(super) fn locate(&self, start: *const u8, len: usize) -> Option<Range<usize>> {
        let offset = (start as usize).checked_sub(self.bytes.as_ptr() as usize)?;
        (offset + len <= self.bytes.len()).then(|| offset..offset + len)
    }

    /// Gives the memory back when nothing is in it: an idle connection needs none.
    pub fn release(&mut self) {
        if self.consumed == self.filled && self.at_boundary() {
            let used = std::mem::replace(
                self,
                Self {
                    closed: self.closed,
                    begun: self.begun,
                    ..Self::default()
                },
            );
            spare::INPUT.give(used.bytes);
        }
    }
}

impl TlsInputBuffer for RecordBuffer {
    fn slice_mut(&mut self) -> &mut [u8] {
        &mut self.bytes[self.consumed..self.filled]
    }

    fn discard(&mut self, num_bytes: usize) {
        self.consumed = (self.consumed + num_bytes).min(self.filled);
    }

    fn received_close_notify(&mut self) {
        self.closed = true;
    }

    fn has_seen_eof(&self) -> bool {
        // The connection handles the end of the transport: it knows the options about that.
        false
    }
}

/// The length of the body that this header announces. `first`: no record came before it.
fn check_header(
    bytes: &[u8; RECORD_HEADER],
    expected: Expected,
    first: bool,
) -> Result<usize, RecordProblem> {
    let header = RecordHeader::parse(bytes);
    check_version(bytes, header, expected, first)?;
    if expected.tls13_protected {
        check_protection(header, expected)?;
    }
    check_body(header, expected)
}

/// Versions of TLS begin with 3.
fn check_version(
    bytes: &[u8; RECORD_HEADER],
    header: RecordHeader,
    expected: Expected,
    first: bool,
) -> Result<(), RecordProblem> {
    let major_is_tls = bytes[1] == 3;
    if expected.tls12 && header.version != Version::TLS1_2 {
        // The peer perhaps does not understand us.
        let is_alert = header.content_type == ContentType::ALERT;
        return Err(if expected.handshaking && major_is_tls && is_alert {
            RecordProblem::WrongVersion
        } else {
            RecordProblem::OtherVersion
        });
    }
    match major_is_tls {
        true => Ok(()),
        false if first => Err(what_is_not_tls(bytes)),
        false => Err(RecordProblem::OtherVersion),
    }
}

/// TLS 1.3 with keys.
fn check_protection(header: RecordHeader, expected: Expected) -> Result<(), RecordProblem> {
    let fits = match header.content_type {
        ContentType::APPLICATION_DATA => true,
        ContentType::CHANGE_CIPHER_SPEC => expected.handshaking,
        ContentType::ALERT => expected.handshaking && expected.alerts_may_be_plain,
        _ => false,
    };
    if !fits {
        Err(RecordProblem::Unprotected)
    } else if header.version != Version::TLS1_2 {
        Err(RecordProblem::OtherProtectedVersion)
    } else {
        Ok(())
    }
}

/// Length and type of the body.
fn check_body(header: RecordHeader, expected: Expected) -> Result<usize, RecordProblem> {
    let kind = header.content_type;
    let body = usize::from(header.length);
    let longest = if expected.tls13_protected {
        LONGEST_TLS13
    } else {
        LONGEST_TLS12
    };
    if body > LONGEST_PACKET {
        Err(RecordProblem::TooLong)
    } else if body > longest {
        Err(RecordProblem::ProtectedTooLong)
    } else if !KNOWN_TYPES.contains(&kind) {
        Err(if expected.is_agreed() {
            RecordProblem::UnknownType
        } else {
            RecordProblem::NoHello
        })
    } else if body > LONGEST_PLAINTEXT && expected.is_plain(kind) {
        Err(RecordProblem::PlaintextTooLong)
    } else if kind == ContentType::ALERT && body != ALERT_LENGTH && expected.is_before_agreement() {
        Err(RecordProblem::MalformedAlert)
    } else {
        Ok(body)
    }
}

impl Expected {
    /// Nothing has protection yet.
    fn is_before_agreement(self) -> bool {
        self.handshaking && !self.is_agreed()
    }

    fn is_agreed(self) -> bool {
        self.tls12 || self.tls13_protected
    }

    /// Whether a record of this type has no protection. Application data always has, if only by
    /// keys of early data that is skipped.
    fn is_plain(self, kind: ContentType) -> bool {
        self.handshaking && !self.tls13_protected && kind != ContentType::APPLICATION_DATA
    }
}

fn what_is_not_tls(header: &[u8; RECORD_HEADER]) -> RecordProblem {
    const METHODS: [&[u8]; 4] = [b"GET ", b"POST ", b"HEAD ", b"PUT "];
    if METHODS.iter().any(|method| header.starts_with(method)) {
        RecordProblem::HttpRequest
    } else if header == b"CONNE" {
        RecordProblem::HttpsProxyRequest
    } else {
        RecordProblem::WrongVersion
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HANDSHAKING: Expected = Expected {
        tls12: false,
        tls13_protected: false,
        alerts_may_be_plain: false,
        handshaking: true,
    };

    fn feed(buffer: &mut RecordBuffer, bytes: &[u8]) -> Result<usize, RecordProblem> {
        feed_expected(buffer, bytes, HANDSHAKING)
    }

    fn feed_expected(
        buffer: &mut RecordBuffer,
        mut bytes: &[u8],
        expected: Expected,
    ) -> Result<usize, RecordProblem> {
        let mut complete = 0;
        while !bytes.is_empty() {
            let missing = buffer.missing();
            let count = missing.len().min(bytes.len());
            missing[..count].copy_from_slice(&bytes[..count]);
            bytes = &bytes[count..];
            complete += usize::from(buffer.filled(count, expected)?);
        }
        Ok(complete)
    }

    #[test]
    fn a_record_is_asked_for_in_header_and_body_and_never_beyond() {
        let mut buffer = RecordBuffer::default();
        assert_eq!(buffer.missing().len(), 5);
        assert_eq!(feed(&mut buffer, &[22, 3, 3]), Ok(0));
        assert!(!buffer.at_boundary());
        assert_eq!(buffer.missing().len(), 2);
        assert_eq!(feed(&mut buffer, &[0, 4]), Ok(0));
        assert_eq!(buffer.missing().len(), 4);
        assert_eq!(feed(&mut buffer, &[1, 2, 3, 4]), Ok(1));
        assert!(buffer.at_boundary());
        assert_eq!(buffer.unprocessed(), [22, 3, 3, 0, 4, 1, 2, 3, 4]);
    }

    #[test]
    fn an_empty_record_is_complete_with_its_header() {
        let mut buffer = RecordBuffer::default();
        assert_eq!(feed(&mut buffer, &[23, 3, 3, 0, 0]), Ok(1));
    }

    #[test]
    fn used_bytes_make_room_for_the_next_record() {
        let mut buffer = RecordBuffer::default();
        feed(&mut buffer, &[23, 3, 3, 0, 1, 9]).unwrap();
        buffer.discard(6);
        assert!(buffer.unprocessed().is_empty());
        feed(&mut buffer, &[23, 3, 3, 0, 1, 8]).unwrap();
        assert_eq!(buffer.unprocessed(), [23, 3, 3, 0, 1, 8]);
        assert_eq!(buffer.last(), [23, 3, 3, 0, 1, 8]);
        assert_eq!(buffer.bytes.len(), 6);
    }

    #[test]
    fn the_last_record_is_known_while_others_are_unused() {
        let mut buffer = RecordBuffer::default();
        feed(&mut buffer, &[23, 3, 3, 0, 1, 9, 23, 3, 3, 0, 2, 7, 8]).unwrap();
        assert_eq!(buffer.last(), [23, 3, 3, 0, 2, 7, 8]);
        feed(&mut buffer, &[23, 3]).unwrap();
        assert_eq!(buffer.last(), [23, 3, 3, 0, 2, 7, 8]);
    }

    #[test]
    fn what_is_not_tls_is_recognised() {
        let header = |bytes: &[u8]| feed(&mut RecordBuffer::default(), bytes).unwrap_err();
        assert_eq!(header(b"GET /"), RecordProblem::HttpRequest);
        assert_eq!(header(b"CONNE"), RecordProblem::HttpsProxyRequest);
        assert_eq!(header(b"SSH-2"), RecordProblem::WrongVersion);
        assert_eq!(header(&[22, 2, 0, 0, 1]), RecordProblem::WrongVersion);
        assert_eq!(header(&[22, 3, 3, 0xff, 0xff]), RecordProblem::TooLong);
    }

    #[test]
    fn what_is_not_tls_is_of_another_version_later() {
        let mut buffer = RecordBuffer::default();
        feed(&mut buffer, &[22, 3, 3, 0, 1, 9]).unwrap();
        assert_eq!(
            feed(&mut buffer, b"GET /"),
            Err(RecordProblem::OtherVersion)
        );
    }

    #[test]
    fn a_record_has_at_most_the_bytes_that_its_protection_allows() {
        let tls12 = Expected {
            tls12: true,
            ..Expected::default()
        };
        let tls13 = Expected {
            tls13_protected: true,
            ..Expected::default()
        };
        let allowed = |expected: Expected, kind: u8, length: u16| {
            let [high, low] = length.to_be_bytes();
            check_header(&[kind, 3, 3, high, low], expected, false)
        };
        assert_eq!(allowed(HANDSHAKING, 22, 16384), Ok(16384));
        let too_long = Err(RecordProblem::PlaintextTooLong);
        assert_eq!(allowed(HANDSHAKING, 22, 16385), too_long);
        assert_eq!(allowed(tls13, 23, 16640), Ok(16640));
        let too_long = Err(RecordProblem::ProtectedTooLong);
        assert_eq!(allowed(tls13, 23, 16641), too_long);
        assert_eq!(allowed(tls12, 23, 16704), Ok(16704));
        assert_eq!(allowed(tls12, 23, 16705), too_long);
        assert_eq!(allowed(tls12, 23, 16708), Err(RecordProblem::TooLong));
    }

    #[test]
    fn protected_records_of_tls13_have_one_type_and_version() {
        let refused = |header: [u8; 5], handshaking, alerts_may_be_plain| {
            let expected = Expected {
                tls13_protected: true,
                handshaking,
                alerts_may_be_plain,
                ..Expected::default()
            };
            check_header(&header, expected, false).err()
        };
        let unprotected = Some(RecordProblem::Unprotected);
        assert_eq!(refused([23, 3, 3, 0, 20], false, false), None);
        assert_eq!(refused([22, 3, 3, 0, 20], true, true), unprotected);
        assert_eq!(refused([20, 3, 3, 0, 1], true, false), None);
        assert_eq!(refused([20, 3, 3, 0, 1], false, false), unprotected);
        assert_eq!(refused([21, 3, 3, 0, 2], true, true), None);
        assert_eq!(refused([21, 3, 3, 0, 2], true, false), unprotected);
        assert_eq!(
            refused([23, 3, 1, 0, 20], false, false),
            Some(RecordProblem::OtherProtectedVersion)
        );
    }

    #[test]
    fn an_idle_buffer_gives_its_memory_back() {
        let mut buffer = RecordBuffer::default();
        feed(&mut buffer, &[23, 3, 3, 0, 1, 9]).unwrap();
        buffer.release();
        assert_eq!(buffer.unprocessed().len(), 6, "unused bytes stay");
        buffer.discard(6);
        buffer.release();
        assert_eq!(buffer.bytes.capacity(), 0);
    }
}
