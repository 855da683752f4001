//! ClientHellos that differ on the wire from what rustls writes or reads.
//!
//! rustls has no setting for some of what OpenSSL's options say about a ClientHello. A client's
//! message is therefore changed when rustls has written it, and a server's before rustls reads it.
//! What is signed and authenticated is the message on the wire, so the hashes of the transcript,
//! which rustls takes from its provider, see that: a hash that is started while a connection with
//! changes is driven changes each ClientHello that it is given.
//!
//! A hash is given whole messages, or, for a PSK binder, a ClientHello up to its binders (RFC 8446,
//! section 4.2.11.2). Nothing is changed behind those, so a message that is cut there is changed
//! like a whole one.

use std::borrow::Cow;

use crate::wire::{
    self, ContentType, EXTENSION_HEADER, Extension, ExtensionType, FALLBACK_SCSV, HandshakeType,
    HelloParts, MESSAGE_HEADER, RECORD_HEADER, Reader, RecordHeader, Version, client_random,
    hello_random, message_header, message_length, put_records,
};

/// What a server's rustls reads instead of extended_master_secret: a number for private use (RFC
/// 8447), which neither it nor any client is known to use, unlike that of the drafts of
/// encrypted_server_name (0xffce). A client that sends it too ends in a handshake whose hashes
/// differ.
const DISGUISE: ExtensionType = ExtensionType(0xff5b);

/// What is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HelloChange {
    /// Of a client.
    Client(ClientHelloChange),
    /// A server that hides extended_master_secret from rustls.
    Server,
}

/// What is changed in a client's ClientHello.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ClientHelloChange {
    /// TLS_FALLBACK_SCSV is among its suites (RFC 7507).
    pub fallback: bool,
    /// Without extended_master_secret (RFC 7627).
    pub no_extended_master_secret: bool,
    /// With padding to 512 bytes, if it has 256 to 511 (RFC 7685).
    pub padding: bool,
}

impl ClientHelloChange {
    /// `None` when nothing is changed.
    pub(super) fn any(self) -> Option<HelloChange> {
        (self != Self::default()).then_some(HelloChange::Client(self))
    }
}

impl HelloChange {
    /// The message on the wire, from rustls's. What is no ClientHello stays as it is.
    fn apply<'a>(&self, message: &'a [u8]) -> Cow<'a, [u8]> {
        let Some(parts) = Parts::of(message) else {
            return Cow::Borrowed(message);
        };
        Cow::Owned(match self {
            Self::Client(change) => parts.changed(*change),
            Self::Server => parts.undisguised(),
        })
    }

    /// The same for handshake messages, one after the other, of which the last may be cut.
    pub(super) fn apply_to_all(&self, mut messages: &[u8], mut each: impl FnMut(&[u8])) {
        while let Some(length) = message_length(messages) {
            let (message, rest) = messages.split_at(length.min(messages.len()));
            each(&self.apply(message));
            messages = rest;
        }
        if !messages.is_empty() {
            each(messages);
        }
    }

    /// What is signed in TLS 1.2 is all messages.
    pub(super) fn signed<'a>(&self, messages: &'a [u8]) -> Cow<'a, [u8]> {
        if HandshakeType::of(messages) != Some(HandshakeType::CLIENT_HELLO) {
            return Cow::Borrowed(messages);
        }
        let mut changed = Vec::with_capacity(messages.len());
        self.apply_to_all(messages, |message| changed.extend_from_slice(message));
        Cow::Owned(changed)
    }
}

/// The parts of a ClientHello, which may be cut behind the beginning of its last extension.
struct Parts<'a> {
    first: HelloParts<'a>,
    /// Whole ones that are before pre_shared_key.
    extensions: Vec<Extension<'a>>,
    /// pre_shared_key.
    rest: &'a [u8],
    /// How much of the message is missing.
    cut: usize,
}

impl<'a> Parts<'a> {
    fn of(message: &'a [u8]) -> Option<Self> {
        if HandshakeType::of(message)? != HandshakeType::CLIENT_HELLO {
            return None;
        }
        let cut = message_length(message)?.checked_sub(message.len())?;
        let (_, body) = message.split_at_checked(MESSAGE_HEADER)?;
        let mut reader = Reader::new(body);
        let first = HelloParts::read(&mut reader)?;
        let _length_of_extensions = reader.u16()?;
        let mut extensions = Vec::new();
        while let Some(kind) = reader.peek_u16()
            && ExtensionType(kind) != ExtensionType::PRE_SHARED_KEY
        {
            extensions.push(Extension::read(&mut reader)?);
        }
        let rest = reader.rest();
        Some(Self {
            first,
            extensions,
            rest,
            cut,
        })
    }

    fn changed(mut self, change: ClientHelloChange) -> Vec<u8> {
        let mut suites = self.first.cipher_suites.to_vec();
        if change.fallback {
            suites.extend_from_slice(&FALLBACK_SCSV.to_be_bytes());
        }
        if change.no_extended_master_secret {
            self.extensions
                .retain(|one| one.kind != ExtensionType::EXTENDED_MASTER_SECRET);
        }
        let message = self.assemble(&suites, None);
        match padding_for(message.len() + self.cut).filter(|_| change.padding) {
            Some(padding) => self.assemble(&suites, Some(padding)),
            None => message,
        }
    }

    fn assemble(&self, suites: &[u8], padding: Option<usize>) -> Vec<u8> {
        let mut message = message_header(HandshakeType::CLIENT_HELLO, 0).to_vec();
        let first = HelloParts {
            cipher_suites: suites,
            ..self.first
        };
        first.put(&mut message);
        let length_of_extensions = message.len();
        message.extend_from_slice(&[0; 2]);
        for extension in &self.extensions {
            extension.put(&mut message);
        }
        if let Some(zeros) = padding {
            Extension {
                kind: ExtensionType::PADDING,
                contents: &ZEROS[..zeros],
            }
            .put(&mut message);
        }
        message.extend_from_slice(self.rest);
        let of_extensions = message.len() - length_of_extensions - 2 + self.cut;
        message[length_of_extensions..][..2].copy_from_slice(&(of_extensions as u16).to_be_bytes());
        let body = message.len() - MESSAGE_HEADER + self.cut;
        let header = message_header(HandshakeType::CLIENT_HELLO, body);
        message[..MESSAGE_HEADER].copy_from_slice(&header);
        message
    }

    fn undisguised(mut self) -> Vec<u8> {
        for extension in &mut self.extensions {
            if extension.kind == DISGUISE && extension.contents.is_empty() {
                extension.kind = ExtensionType::EXTENDED_MASTER_SECRET;
            }
        }
        self.assemble(self.first.cipher_suites, None)
    }
}

/// Length of a message that is padded.
const PADDED: usize = 512;
static ZEROS: [u8; PADDED] = [0; PADDED];

/// How many zeros OpenSSL pads a message of this length with; `None` without the extension.
fn padding_for(length: usize) -> Option<usize> {
    if !(256..PADDED).contains(&length) {
        return None;
    }
    Some((PADDED - length).saturating_sub(EXTENSION_HEADER))
}

/// How a client's ClientHellos go out.
pub(super) struct HelloWriter {
    change: Option<HelloChange>,
    /// The random of the ClientHello, once it is written.
    random: Option<[u8; 32]>,
    /// Largest plaintext of a record, in bytes.
    fragment: usize,
}

impl HelloWriter {
    /// A client with this change, whose records hold at most `fragment` bytes.
    pub(super) fn new(change: ClientHelloChange, fragment: usize) -> Self {
        Self {
            change: change.any(),
            random: None,
            fragment,
        }
    }

    /// Changes the ClientHello in the output from `start` on, if there is one: the first, or that
    /// which answers a HelloRetryRequest.
    pub(super) fn change(&mut self, output: &mut Vec<u8>, start: usize) {
        let Some(change) = self.change else {
            return;
        };
        let first = || client_random(&output[start..]).copied().unwrap_or_default();
        let random = *self.random.get_or_insert_with(first);
        change_output(change, &random, self.fragment, output, start);
    }
}

/// Changes the ClientHello in the records of `output` from `start` on, if there is one with this
/// random.
fn change_output(
    change: HelloChange,
    random: &[u8; 32],
    fragment: usize,
    output: &mut Vec<u8>,
    start: usize,
) {
    let Some(records) = output.get(start..) else {
        return;
    };
    let (mut before, mut message, mut behind) = (Vec::new(), Vec::new(), Vec::new());
    let mut version = Version::NONE;
    for record in wire::records(records) {
        let contents = record.contents();
        let begins =
            message.is_empty() && HandshakeType::of(contents) == Some(HandshakeType::CLIENT_HELLO);
        let complete = message_length(&message).is_some_and(|length| message.len() >= length);
        if record.header.content_type == ContentType::HANDSHAKE
            && (begins || !message.is_empty() && !complete)
        {
            version = record.header.version;
            message.extend_from_slice(contents);
        } else if message.is_empty() {
            before.extend_from_slice(record.bytes);
        } else {
            behind.extend_from_slice(record.bytes);
        }
    }
    if message_length(&message) != Some(message.len()) || hello_random(&message) != Some(random) {
        return;
    }
    let changed = change.apply(&message);
    output.truncate(start);
    output.extend_from_slice(&before);
    put_records(
        output,
        (ContentType::HANDSHAKE, version),
        &changed,
        fragment,
    );
    output.extend_from_slice(&behind);
}

/// Server: what stands for extended_master_secret in the records that rustls reads. `offset` is
/// where the extension's number is in the message.
pub(super) fn disguise(records: &mut [u8], offset: usize) {
    let mut at = 0;
    let mut of_message = 0;
    while let Some(header) = records[at..].first_chunk() {
        let length = usize::from(RecordHeader::parse(header).length);
        at += RECORD_HEADER;
        for (place, byte) in DISGUISE.0.to_be_bytes().into_iter().enumerate() {
            let wanted = offset + place;
            if (of_message..of_message + length).contains(&wanted)
                && let Some(slot) = records.get_mut(at + wanted - of_message)
            {
                *slot = byte;
            }
        }
        of_message += length;
        at = (at + length).min(records.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELLO_RECORDS: (ContentType, Version) = (ContentType::HANDSHAKE, Version::TLS1);

    const ALL: ClientHelloChange = ClientHelloChange {
        fallback: true,
        no_extended_master_secret: true,
        padding: true,
    };

    fn hello(extensions: &[(u16, usize)]) -> Vec<u8> {
        let mut all = Vec::new();
        for (kind, length) in extensions {
            all.extend(kind.to_be_bytes());
            all.extend((*length as u16).to_be_bytes());
            all.resize(all.len() + length, 7);
        }
        let mut body = vec![3, 3];
        body.extend([9; 32]);
        body.extend([1, 5]);
        body.extend([0, 2, 0xc0, 0x2f]);
        body.extend([1, 0]);
        body.extend((all.len() as u16).to_be_bytes());
        body.extend(all);
        let mut message = message_header(HandshakeType::CLIENT_HELLO, body.len()).to_vec();
        message.extend(body);
        message
    }

    fn kinds(message: &[u8]) -> Vec<u16> {
        let parts = Parts::of(message).unwrap();
        let rest = Reader::new(parts.rest).u16();
        let kinds = parts.extensions.iter().map(|one| one.kind.0);
        kinds.chain(rest).collect()
    }

    #[test]
    fn a_changed_message_is_whole() {
        let message = hello(&[(10, 300), (23, 0), (41, 60)]);
        let changed = HelloChange::Client(ALL).apply(&message);
        assert_eq!(message_length(&changed), Some(changed.len()));
        assert_eq!(kinds(&changed), [10, 21, 41]);
        assert_eq!(changed.len(), 512);
        assert_eq!(
            Parts::of(&changed).unwrap().first.cipher_suites,
            [0xc0, 0x2f, 0x56, 0]
        );
    }

    #[test]
    fn a_message_that_is_cut_in_its_binders_is_changed_alike() {
        let message = hello(&[(23, 0), (10, 220), (41, 60)]);
        let change = HelloChange::Client(ALL);
        let whole = change.apply(&message);
        for cut in 0..=60 {
            let part = change.apply(&message[..message.len() - cut]);
            assert_eq!(*part, whole[..whole.len() - cut], "{cut}");
        }
    }

    #[test]
    fn other_messages_and_other_bytes_stay() {
        let change = HelloChange::Client(ALL);
        for bytes in [
            &[][..],
            &[1],
            &[1, 0, 0],
            &[1, 0, 0, 2, 3, 3],
            &[2, 0, 0, 1, 9, 1, 0, 0, 0],
        ] {
            let mut seen = Vec::new();
            change.apply_to_all(bytes, |part| seen.extend_from_slice(part));
            assert_eq!(seen, bytes);
        }
        let all = [vec![254, 0, 0, 2, 8, 8], hello(&[(23, 0)])].concat();
        let mut seen = Vec::new();
        change.apply_to_all(&all, |part| seen.extend_from_slice(part));
        assert_eq!(seen[..6], all[..6]);
        assert_eq!(kinds(&seen[6..]), []);
    }

    #[test]
    fn padding_is_that_of_openssl() {
        let padded = |length| padding_for(length).map(|zeros| length + EXTENSION_HEADER + zeros);
        assert_eq!(padded(255), None);
        assert_eq!(padded(256), Some(512));
        assert_eq!(padded(508), Some(512));
        assert_eq!(padded(510), Some(514));
        assert_eq!(padded(512), None);
    }

    #[test]
    fn records_are_changed_whatever_their_size() {
        let message = hello(&[(10, 20), (23, 0)]);
        let change = HelloChange::Client(ALL);
        for size in [1, 7, 1000] {
            let mut output = vec![21, 3, 3, 0, 2, 1, 0];
            let start = output.len();
            put_records(&mut output, HELLO_RECORDS, &message, size);
            output.extend([20, 3, 3, 0, 1, 1]);
            change_output(change, &[9; 32], size, &mut output, start);
            let contents: Vec<u8> = wire::records(&output[start..])
                .filter(|record| record.header.content_type == ContentType::HANDSHAKE)
                .flat_map(|record| record.contents().to_vec())
                .collect();
            assert_eq!(contents, &*change.apply(&message));
            assert!(output.ends_with(&[20, 3, 3, 0, 1, 1]));
            let before = output.clone();
            change_output(change, &[8; 32], size, &mut output, start);
            assert_eq!(output, before, "another random");
        }
    }

    #[test]
    fn a_disguise_is_undone_in_hashes() {
        let message = hello(&[(10, 4), (23, 0), (11, 2)]);
        let offset = message
            .windows(4)
            .position(|bytes| bytes == [0, 23, 0, 0])
            .unwrap();
        for size in [1, 5, 1000] {
            let mut records = Vec::new();
            put_records(&mut records, HELLO_RECORDS, &message, size);
            disguise(&mut records, offset);
            let read: Vec<u8> = wire::records(&records)
                .flat_map(|record| record.contents().to_vec())
                .collect();
            assert_eq!(kinds(&read), [10, DISGUISE.0, 11]);
            assert_eq!(HelloChange::Server.apply(&read), message);
            assert_eq!(HelloChange::Server.signed(&read), message);
        }
    }
}
