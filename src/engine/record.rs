//! Incoming records: read from the transport as a five-byte header and then exactly the body.

use std::ops::Range;

use rustls::TlsInputBuffer;
use zeroize::Zeroize;

use super::spare;

/// Length of a record's header: type, legacy version, length (RFC 8446, section 5.1).
const HEADER: usize = 5;
/// Longest body of a protected record: 2^14 bytes and at most 2048 bytes of expansion
/// (RFC 5246, section 6.2.3; RFC 8446 allows less, which rustls checks).
const LONGEST_BODY: usize = 16384 + 2048;

/// Why a header cannot be that of a TLS record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordProblem {
    /// The five bytes are the beginning of a plain HTTP request.
    HttpRequest,
    /// Likewise `CONNECT`, as sent to a proxy.
    HttpsProxyRequest,
    /// Not TLS, or a version that is none.
    WrongVersion,
    /// The body is longer than any record may be.
    TooLong,
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
        let end = self.record_end.unwrap_or(self.record + HEADER);
        if self.bytes.is_empty() {
            self.bytes = spare::INPUT.take();
        }
        if self.bytes.len() < end {
            self.bytes.resize(end, 0);
        }
        &mut self.bytes[self.filled..end]
    }

    /// Notes that `count` bytes were put into [`missing`](Self::missing). True when the record is
    /// complete.
    pub fn filled(&mut self, count: usize) -> Result<bool, RecordProblem> {
        self.filled += count;
        if self.record_end.is_none() && self.filled == self.record + HEADER {
            let body = check_header(&self.bytes[self.record..self.filled])?;
            self.record_end = Some(self.filled + body);
        }
        if self.record_end == Some(self.filled) {
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

    /// The last complete record. What lies before it may be unprocessed too: parts of a message, or
    /// what rustls has skipped and not let go yet.
    pub(super) fn last(&self) -> &[u8] {
        &self.bytes[self.last..self.record]
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
        // The end of the transport is noticed by the connection, which knows the program's
        // options about it.
        false
    }
}

fn check_header(header: &[u8]) -> Result<usize, RecordProblem> {
    let is_tls = (20..=24).contains(&header[0]) && header[1] == 3;
    if !is_tls {
        const METHODS: [&[u8]; 5] = [b"GET ", b"POST ", b"HEAD ", b"PUT ", b"OPTIO"];
        return Err(if METHODS.iter().any(|method| header.starts_with(method)) {
            RecordProblem::HttpRequest
        } else if header == b"CONNE" {
            RecordProblem::HttpsProxyRequest
        } else {
            RecordProblem::WrongVersion
        });
    }
    let body = usize::from(u16::from_be_bytes([header[3], header[4]]));
    if body > LONGEST_BODY {
        return Err(RecordProblem::TooLong);
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feed(buffer: &mut RecordBuffer, mut bytes: &[u8]) -> Result<usize, RecordProblem> {
        let mut complete = 0;
        while !bytes.is_empty() {
            let missing = buffer.missing();
            let count = missing.len().min(bytes.len());
            missing[..count].copy_from_slice(&bytes[..count]);
            bytes = &bytes[count..];
            complete += usize::from(buffer.filled(count)?);
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
