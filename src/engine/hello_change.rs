//! ClientHellos that differ on the wire from what rustls writes or reads.
//!
//! rustls has no setting for some of what OpenSSL's options say about a ClientHello. A client's message is
//! therefore changed when rustls has written it, and a server's before rustls reads it. What is signed and
//! authenticated is the message on the wire, so the hashes of the transcript, which rustls takes from its
//! provider, see that: a hash that is started while a connection with changes is at work changes each ClientHello
//! that it is given.
//!
//! A hash is given whole messages, or, for a PSK binder, a ClientHello up to its binders (RFC 8446, section 4.2.11.2).
//! Nothing is changed behind those, so a message that is cut there is changed like a whole one.

use std::borrow::Cow;
use std::cell::Cell;

const CLIENT_HELLO: u8 = 1;
const HANDSHAKE: u8 = 22;
const RECORD_HEADER: usize = 5;
const MESSAGE_HEADER: usize = 4;
const VERSION_AND_RANDOM: usize = 2 + 32;
const EXTENSION_HEADER: usize = 4;

const PADDING: u16 = 21;
const EXTENDED_MASTER_SECRET: u16 = 23;
const PRE_SHARED_KEY: u16 = 41;
/// TLS_FALLBACK_SCSV (RFC 7507)
const FALLBACK_SCSV: [u8; 2] = [0x56, 0x00];
/// What a server's rustls reads instead of extended_master_secret: a number for private use (RFC 8447), which neither it
/// nor any client is known to use, unlike that of the drafts of encrypted_server_name (0xffce). A client that sends it
/// too ends in a handshake whose hashes differ.
const DISGUISE: u16 = 0xff5b;

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

thread_local! {
    static CHANGE: Cell<Option<HelloChange>> = const { Cell::new(None) };
}

/// Runs work of the engine for a connection with this change, or none.
pub(super) fn with_change<R>(change: Option<HelloChange>, work: impl FnOnce() -> R) -> R {
    struct Restore(Option<HelloChange>);
    impl Drop for Restore {
        fn drop(&mut self) {
            CHANGE.set(self.0);
        }
    }
    // A callback may have another connection at work amid the work for one.
    let _restore = Restore(CHANGE.replace(change));
    work()
}

/// The change for which the engine is at work, if there is one.
pub(super) fn current_change() -> Option<HelloChange> {
    CHANGE.get()
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
        if messages.first() != Some(&CLIENT_HELLO) {
            return Cow::Borrowed(messages);
        }
        let mut changed = Vec::with_capacity(messages.len());
        self.apply_to_all(messages, |message| changed.extend_from_slice(message));
        Cow::Owned(changed)
    }
}

/// Length of the message that `bytes` begin with, with its header.
fn message_length(bytes: &[u8]) -> Option<usize> {
    let (header, _) = bytes.split_first_chunk::<MESSAGE_HEADER>()?;
    let length = u32::from_be_bytes([0, header[1], header[2], header[3]]);
    Some(MESSAGE_HEADER + length as usize)
}

/// The parts of a ClientHello, which may be cut behind the beginning of its last extension.
struct Parts<'a> {
    version_and_random: &'a [u8],
    /// With their lengths.
    session_id: &'a [u8],
    suites: &'a [u8],
    compression: &'a [u8],
    /// Whole ones that are before pre_shared_key, with their headers.
    extensions: Vec<(u16, &'a [u8])>,
    /// pre_shared_key.
    rest: &'a [u8],
    /// How much of the message is missing.
    cut: usize,
}

impl<'a> Parts<'a> {
    fn of(message: &'a [u8]) -> Option<Self> {
        if *message.first()? != CLIENT_HELLO {
            return None;
        }
        let cut = message_length(message)?.checked_sub(message.len())?;
        let (_, body) = message.split_at_checked(MESSAGE_HEADER)?;
        let (version_and_random, body) = body.split_at_checked(VERSION_AND_RANDOM)?;
        let (session_id, body) = body.split_at_checked(1 + usize::from(*body.first()?))?;
        let (suites, body) = body.split_at_checked(2 + usize::from(number(body)?))?;
        let (compression, body) = body.split_at_checked(1 + usize::from(*body.first()?))?;
        let (_, mut rest) = body.split_at_checked(2)?;
        let mut extensions = Vec::new();
        while let Some(kind) = number(rest).filter(|kind| *kind != PRE_SHARED_KEY) {
            let length = EXTENSION_HEADER + usize::from(number(rest.get(2..)?)?);
            let (extension, behind) = rest.split_at_checked(length)?;
            extensions.push((kind, extension));
            rest = behind;
        }
        Some(Self {
            version_and_random,
            session_id,
            suites,
            compression,
            extensions,
            rest,
            cut,
        })
    }

    fn changed(mut self, change: ClientHelloChange) -> Vec<u8> {
        let mut suites = self.suites[2..].to_vec();
        if change.fallback {
            suites.extend_from_slice(&FALLBACK_SCSV);
        }
        if change.no_extended_master_secret {
            self.extensions
                .retain(|(kind, _)| *kind != EXTENDED_MASTER_SECRET);
        }
        let mut message = self.assemble(&suites, &[]);
        if change.padding
            && let Some(padding) = padding_for(message.len() + self.cut)
        {
            message = self.assemble(&suites, &padding);
        }
        message
    }

    fn assemble(&self, suites: &[u8], padding: &[u8]) -> Vec<u8> {
        let of_extensions: usize = self.extensions.iter().map(|(_, bytes)| bytes.len()).sum();
        let of_extensions = of_extensions + padding.len() + self.rest.len() + self.cut;
        let before = [self.version_and_random, self.session_id].concat();
        let body = before.len() + 2 + suites.len() + self.compression.len() + 2 + of_extensions;
        let mut message = (body as u32).to_be_bytes().to_vec();
        message[0] = CLIENT_HELLO;
        message.extend_from_slice(&before);
        message.extend_from_slice(&(suites.len() as u16).to_be_bytes());
        message.extend_from_slice(suites);
        message.extend_from_slice(self.compression);
        message.extend_from_slice(&(of_extensions as u16).to_be_bytes());
        for (_, extension) in &self.extensions {
            message.extend_from_slice(extension);
        }
        message.extend_from_slice(padding);
        message.extend_from_slice(self.rest);
        message
    }

    fn undisguised(mut self) -> Vec<u8> {
        const ORIGINAL: [u8; EXTENSION_HEADER] = [0, EXTENDED_MASTER_SECRET as u8, 0, 0];
        for (kind, bytes) in &mut self.extensions {
            if *kind == DISGUISE && bytes.len() == ORIGINAL.len() {
                *bytes = &ORIGINAL;
            }
        }
        self.assemble(&self.suites[2..], &[])
    }
}

/// The padding extension of a message of this length, as OpenSSL sends it.
fn padding_for(length: usize) -> Option<Vec<u8>> {
    const PADDED: usize = 512;
    if !(256..PADDED).contains(&length) {
        return None;
    }
    let zeros = (PADDED - length).saturating_sub(EXTENSION_HEADER);
    let mut padding = PADDING.to_be_bytes().to_vec();
    padding.extend_from_slice(&(zeros as u16).to_be_bytes());
    padding.resize(EXTENSION_HEADER + zeros, 0);
    Some(padding)
}

fn number(bytes: &[u8]) -> Option<u16> {
    bytes.first_chunk().map(|bytes| u16::from_be_bytes(*bytes))
}

/// Client: changes the ClientHello in the records of `output` from `start` on, if there is one with this random.
pub(super) fn change_output(
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
    let mut version = [0; 2];
    for record in records_in(records) {
        let contents = &record[RECORD_HEADER..];
        let begins = message.is_empty() && contents.first() == Some(&CLIENT_HELLO);
        let complete = message_length(&message).is_some_and(|length| message.len() >= length);
        if record[0] == HANDSHAKE && (begins || !message.is_empty() && !complete) {
            version = [record[1], record[2]];
            message.extend_from_slice(contents);
        } else if message.is_empty() {
            before.extend_from_slice(record);
        } else {
            behind.extend_from_slice(record);
        }
    }
    if message_length(&message) != Some(message.len()) || message.get(6..38) != Some(random) {
        return;
    }
    let changed = change.apply(&message);
    output.truncate(start);
    output.extend_from_slice(&before);
    for part in changed.chunks(fragment.max(1)) {
        let length = (part.len() as u16).to_be_bytes();
        output.extend_from_slice(&[HANDSHAKE, version[0], version[1], length[0], length[1]]);
        output.extend_from_slice(part);
    }
    output.extend_from_slice(&behind);
}

/// The random of the ClientHello that the records begin with.
pub(super) fn hello_random(records: &[u8]) -> Option<[u8; 32]> {
    let message = records.get(RECORD_HEADER..)?;
    if records[0] != HANDSHAKE || message.first() != Some(&CLIENT_HELLO) {
        return None;
    }
    message.get(6..38)?.try_into().ok()
}

/// Server: what stands for extended_master_secret in the records that rustls reads. `offset` is where the
/// extension's number is in the message.
pub(super) fn disguise(records: &mut [u8], offset: usize) {
    let mut at = 0;
    let mut of_message = 0;
    while let Some((header, _)) = records[at..].split_first_chunk::<RECORD_HEADER>() {
        let length = usize::from(u16::from_be_bytes([header[3], header[4]]));
        at += RECORD_HEADER;
        for (place, byte) in DISGUISE.to_be_bytes().into_iter().enumerate() {
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

fn records_in(mut bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let header: &[u8; RECORD_HEADER] = bytes.first_chunk()?;
        let length = usize::from(u16::from_be_bytes([header[3], header[4]]));
        let (record, rest) = bytes.split_at_checked(RECORD_HEADER + length)?;
        bytes = rest;
        Some(record)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let mut message = (body.len() as u32).to_be_bytes().to_vec();
        message[0] = CLIENT_HELLO;
        message.extend(body);
        message
    }

    fn kinds(message: &[u8]) -> Vec<u16> {
        let parts = Parts::of(message).unwrap();
        let rest = number(parts.rest);
        parts
            .extensions
            .iter()
            .map(|(kind, _)| *kind)
            .chain(rest)
            .collect()
    }

    #[test]
    fn a_changed_message_is_whole() {
        let message = hello(&[(10, 300), (23, 0), (41, 60)]);
        let changed = HelloChange::Client(ALL).apply(&message);
        assert_eq!(message_length(&changed), Some(changed.len()));
        assert_eq!(kinds(&changed), [10, 21, 41]);
        assert_eq!(changed.len(), 512);
        assert_eq!(
            Parts::of(&changed).unwrap().suites,
            [0, 4, 0xc0, 0x2f, 0x56, 0]
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
        let padded = |length| padding_for(length).map(|padding| length + padding.len());
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
            for part in message.chunks(size) {
                output.extend([HANDSHAKE, 3, 1, 0, part.len() as u8]);
                output.extend(part);
            }
            output.extend([20, 3, 3, 0, 1, 1]);
            change_output(change, &[9; 32], size, &mut output, start);
            let contents: Vec<u8> = records_in(&output[start..])
                .filter(|record| record[0] == HANDSHAKE)
                .flat_map(|record| record[RECORD_HEADER..].to_vec())
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
            for part in message.chunks(size) {
                records.extend([HANDSHAKE, 3, 1, 0, part.len() as u8]);
                records.extend(part);
            }
            disguise(&mut records, offset);
            let read: Vec<u8> = records_in(&records)
                .flat_map(|record| record[RECORD_HEADER..].to_vec())
                .collect();
            assert_eq!(kinds(&read), [10, DISGUISE, 11]);
            assert_eq!(HelloChange::Server.apply(&read), message);
            assert_eq!(HelloChange::Server.signed(&read), message);
        }
    }
}
