//! Headers of incoming records, checked against what can come now.

use crate::wire::{
    ALERT_LENGTH, ContentType, LONGEST_PLAINTEXT, RECORD_HEADER, RecordHeader, Version,
};

/// Longest body of a protected record of TLS 1.3 (RFC 8446, section 5.2).
const LONGEST_TLS13: usize = LONGEST_PLAINTEXT + 256;
/// Longest body of any other record, which is OpenSSL's: RFC 5246, section 6.2.3 allows 2048 bytes
/// of expansion, for compression too.
pub(super) const LONGEST_TLS12: usize = LONGEST_PLAINTEXT + 320;
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

/// The length of the body that this header announces. `first`: no record came before it.
pub(super) fn check_header(
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
