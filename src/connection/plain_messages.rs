//! What is read of messages that go unprotected, beside the engine, which does not tell of it.

/// The random that makes a ServerHello a HelloRetryRequest (RFC 8446, section 4.1.3): SHA-256 of
/// "HelloRetryRequest".
pub(super) const HELLO_RETRY_REQUEST: [u8; 32] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];

/// Whether a ServerHello (with its header) is a HelloRetryRequest.
pub(super) fn is_retry_request(message: &[u8]) -> bool {
    message.get(6..38) == Some(&HELLO_RETRY_REQUEST)
}

/// The session id of a ServerHello of TLS 1.2 at the start of `records` (RFC 5246, section 7.4.1.3); empty for none.
/// `None` for one of TLS 1.3, where it means nothing, and for one that does not lie in the first record as a whole.
pub(super) fn tls12_session_id(records: &[u8]) -> Option<&[u8]> {
    const SERVER_HELLO: u8 = 2;
    const VERSION_AND_RANDOM: usize = 2 + 32;
    const SUITE_AND_COMPRESSION: usize = 2 + 1;
    const SUPPORTED_VERSIONS: u16 = 43;
    let (header, rest) = records.split_first_chunk::<5>()?;
    let record = rest.get(..u16::from_be_bytes([header[3], header[4]]).into())?;
    let (header, rest) = record.split_first_chunk::<4>()?;
    let length = u32::from_be_bytes([0, header[1], header[2], header[3]]) as usize;
    let message = rest.get(..length)?;
    if header[0] != SERVER_HELLO {
        return None;
    }
    let (length, rest) = message.get(VERSION_AND_RANDOM..)?.split_first()?;
    let (id, rest) = rest.split_at_checked((*length).into())?;
    let rest = rest.get(SUITE_AND_COMPRESSION..)?;
    let mut extensions = match rest.split_first_chunk::<2>() {
        Some((length, extensions)) => extensions.get(..u16::from_be_bytes(*length).into())?,
        None => &[],
    };
    while let Some((header, contents)) = extensions.split_first_chunk::<4>() {
        if u16::from_be_bytes([header[0], header[1]]) == SUPPORTED_VERSIONS {
            return None;
        }
        extensions = contents.get(u16::from_be_bytes([header[2], header[3]]).into()..)?;
    }
    Some(id)
}

/// Lifetime hint (seconds) of a NewSessionTicket of TLS 1.2 (RFC 5077, section 3.3) among the
/// messages of a record, and whether its ticket is not empty.
pub(super) fn new_session_ticket(record: &[u8]) -> Option<(u32, bool)> {
    const NEW_SESSION_TICKET: u8 = 4;
    let mut messages = record.get(5..)?;
    loop {
        let (header, rest) = messages.split_first_chunk::<4>()?;
        let length = u32::from_be_bytes([0, header[1], header[2], header[3]]) as usize;
        let (body, rest) = rest.split_at_checked(length)?;
        if header[0] == NEW_SESSION_TICKET {
            let lifetime = u32::from_be_bytes(*body.first_chunk()?);
            return Some((lifetime, body.len() > 6));
        }
        messages = rest;
    }
}

/// The random of a hello message (of this type) at the start of `records`.
pub(super) fn hello_random(records: &[u8], message_type: u8) -> Option<[u8; 32]> {
    const RECORD_HEADER: usize = 5;
    const MESSAGE_HEADER: usize = 4;
    const VERSION: usize = 2;
    let start = RECORD_HEADER + MESSAGE_HEADER + VERSION;
    if *records.first()? != 22 || *records.get(RECORD_HEADER)? != message_type {
        return None;
    }
    records.get(start..start + 32)?.try_into().ok()
}
