//! Incoming records: read from the transport as a five-byte header and then exactly the body, or,
//! where the program asks for reading ahead, with what follows them.

use std::ops::Range;

use rustls::TlsInputBuffer;
use zeroize::Zeroize;

use super::record_header::{Expected, LONGEST_TLS12, RecordProblem, check_header};
use super::spare;
use crate::wire::{ContentType, RECORD_HEADER};

/// How much of OpenSSL's buffer aligns the body of a record, in bytes.
const ALIGNMENT: usize = 3;
/// Length of OpenSSL's buffer, in bytes.
const BUFFER_LENGTH: usize = ALIGNMENT + RECORD_HEADER + LONGEST_TLS12;

/// How much of what follows a record is read with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadAhead {
    /// Bytes that a record and what follows it may take; 0 for the record alone.
    room: usize,
}

impl ReadAhead {
    /// Records are read exactly.
    pub const NONE: Self = Self { room: 0 };

    /// As much as fits into a buffer of `length` bytes, which are at least OpenSSL's.
    pub fn within(length: usize) -> Self {
        let room = length.max(BUFFER_LENGTH) - ALIGNMENT;
        Self { room }
    }
}

/// Bytes of incoming records, and how far the engine has come with them.
///
/// `bytes[consumed..filled]` is what rustls still has to see, `bytes[filled..arrived]` what was read
/// ahead, which neither rustls nor an observer sees before its turn. Decryption happens in place, so
/// the plaintext that rustls yields is a range of this buffer, and stays readable until the next
/// record is started.
#[derive(Default)]
pub struct RecordBuffer {
    bytes: Vec<u8>,
    /// Everything before this has been used by the engine.
    consumed: usize,
    /// Everything before this belongs to records that have been started.
    filled: usize,
    /// Everything before this has come from the transport.
    arrived: usize,
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
    /// The bytes that are still missing from the record that is being read, and none beyond.
    #[cfg(any(test, fuzzing))]
    pub fn missing(&mut self) -> &mut [u8] {
        self.space(ReadAhead::NONE)
    }

    /// The bytes that are still missing from the record that is being read, with room for what
    /// follows a record that has no header yet, to be filled by the transport; afterwards call
    /// [`filled`](Self::filled).
    pub fn space(&mut self, ahead: ReadAhead) -> &mut [u8] {
        self.move_to_front();
        let end = match self.record_end {
            Some(end) => end,
            None => self.record + RECORD_HEADER.max(ahead.room),
        };
        if self.bytes.is_empty() {
            self.bytes = spare::INPUT.take();
        }
        if self.bytes.len() < end {
            self.bytes.resize(end, 0);
        }
        &mut self.bytes[self.arrived..end]
    }

    /// When rustls has used every complete record, the next one starts at the front. At most one
    /// unfinished record is moved: the complete ones that were read ahead are used where they are.
    fn move_to_front(&mut self) {
        let gone = self.record;
        if gone > 0 && self.consumed == gone {
            self.bytes.copy_within(gone..self.arrived, 0);
            self.consumed = 0;
            self.filled -= gone;
            self.arrived -= gone;
            self.record = 0;
            self.record_end = self.record_end.map(|end| end - gone);
            self.last = 0;
        }
    }

    /// `count` bytes were put into [`space`](Self::space); 0 to take the next record out of what was
    /// read ahead. True when the record is complete.
    pub(super) fn filled(
        &mut self,
        count: usize,
        expected: Expected,
    ) -> Result<bool, RecordProblem> {
        self.arrived += count;
        let header_end = self.record + RECORD_HEADER;
        if self.record_end.is_none() {
            self.filled = self.arrived.min(header_end);
            if self.filled == header_end {
                let header = self.bytes[self.record..].first_chunk();
                let body = header.map(|header| check_header(header, expected, !self.begun));
                self.record_end = body.transpose()?.map(|body| header_end + body);
            }
        }
        let Some(end) = self.record_end else {
            return Ok(false);
        };
        self.filled = self.arrived.min(end);
        if self.filled < end {
            return Ok(false);
        }
        self.begun = true;
        self.last = self.record;
        self.record = end;
        self.record_end = None;
        Ok(true)
    }

    /// Whether the header of the record that is being read has not come completely.
    pub(super) fn awaits_header(&self) -> bool {
        self.record_end.is_none()
    }

    /// Whether something was read ahead of the record that is being read.
    pub fn is_ahead(&self) -> bool {
        self.filled < self.arrived
    }

    /// Whether bytes have come that belong to no complete record, besides the header of the one that
    /// is being read: what OpenSSL has in its buffer.
    pub fn holds_unread(&self) -> bool {
        let header = self.record_end.map_or(0, |_| RECORD_HEADER);
        self.record + header < self.arrived
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
        let ahead = self.arrived - self.filled;
        let rest = self.bytes.split_off(self.filled);
        self.bytes.truncate(self.consumed);
        self.bytes.extend_from_slice(records);
        self.filled = self.bytes.len();
        self.arrived = self.filled + ahead;
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
        if self.consumed == self.arrived && self.at_boundary() {
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

    /// Puts `bytes` into a buffer as one read that asks for more than a record.
    fn arrive(buffer: &mut RecordBuffer, bytes: &[u8]) -> Result<bool, RecordProblem> {
        let space = buffer.space(ReadAhead::within(0));
        assert!(space.len() >= bytes.len());
        space[..bytes.len()].copy_from_slice(bytes);
        buffer.filled(bytes.len(), HANDSHAKING)
    }

    #[test]
    fn what_was_read_ahead_is_seen_record_by_record() {
        let mut buffer = RecordBuffer::default();
        let bytes = [23, 3, 3, 0, 1, 9, 23, 3, 3, 0, 2, 7, 8, 23, 3, 3, 0, 3, 5];
        assert_eq!(arrive(&mut buffer, &bytes), Ok(true));
        assert_eq!(buffer.unprocessed(), &bytes[..6]);
        assert!(buffer.is_ahead() && buffer.holds_unread());
        // More than there is cannot be discarded.
        buffer.discard(99);
        buffer.release();
        assert_eq!(buffer.filled(0, HANDSHAKING), Ok(true));
        assert_eq!(buffer.unprocessed(), &bytes[6..13]);
        assert_eq!(buffer.last(), &bytes[6..13]);
        buffer.discard(7);
        assert_eq!(buffer.filled(0, HANDSHAKING), Ok(false));
        assert!(!buffer.is_ahead() && buffer.holds_unread());
        // The rest is asked for exactly, and what is there goes to the front.
        assert_eq!(buffer.space(ReadAhead::within(0)).len(), 2);
        assert_eq!(arrive(&mut buffer, &[6, 7]), Ok(true));
        assert_eq!(buffer.unprocessed(), [23, 3, 3, 0, 3, 5, 6, 7]);
        assert!(!buffer.holds_unread());
    }

    #[test]
    fn what_was_read_ahead_is_checked_in_its_turn() {
        let mut buffer = RecordBuffer::default();
        let result = arrive(&mut buffer, &[23, 3, 3, 0, 1, 9, 99, 3, 3, 0, 1, 1]);
        assert_eq!(result, Ok(true));
        buffer.discard(6);
        let result = buffer.filled(0, HANDSHAKING);
        assert_eq!(result, Err(RecordProblem::NoHello));
    }

    #[test]
    fn records_that_are_replaced_leave_what_was_read_ahead() {
        let mut buffer = RecordBuffer::default();
        let bytes = [22, 3, 3, 0, 1, 9, 23, 3, 3, 0, 1, 8, 23];
        assert_eq!(arrive(&mut buffer, &bytes), Ok(true));
        buffer.replace_unprocessed(&[22, 3, 3, 0, 3, 1, 2, 3]);
        assert_eq!(buffer.unprocessed(), [22, 3, 3, 0, 3, 1, 2, 3]);
        buffer.discard(8);
        assert_eq!(buffer.filled(0, HANDSHAKING), Ok(true));
        assert_eq!(buffer.unprocessed(), &bytes[6..12]);
        buffer.discard(6);
        assert_eq!(buffer.filled(0, HANDSHAKING), Ok(false));
        assert_eq!(buffer.unfinished(), [23]);
    }

    #[test]
    fn one_read_asks_for_the_buffer_less_what_is_there() {
        let mut buffer = RecordBuffer::default();
        let whole = RECORD_HEADER + LONGEST_TLS12;
        assert_eq!(buffer.space(ReadAhead::within(0)).len(), whole);
        assert_eq!(arrive(&mut buffer, &[23, 3]), Ok(false));
        assert_eq!(buffer.space(ReadAhead::within(0)).len(), whole - 2);
        assert_eq!(buffer.space(ReadAhead::within(30_000)).len(), 30_000 - 5);
        assert_eq!(buffer.space(ReadAhead::NONE).len(), 3);
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
