//! A ClientHello that rustls is given in the place of the client's.
//!
//! rustls requires extensions that a client may leave out, and answers a resumed ticket with a
//! NewSessionTicket. So a server may give it another ClientHello. The transcript is of what the
//! client has sent: rustls takes its hashes from the suite, whose hash function is wrapped here and
//! is fed the client's message where rustls feeds it the other one.

use super::record::RecordBuffer;
use crate::wire::{
    ContentType, EXTENSION_HEADER, Extension, ExtensionType, HandshakeType, HelloParts,
    LONGEST_PLAINTEXT, MESSAGE_HEADER, RECORD_HEADER, Reader, Version, extensions,
    handshake_contents, message_header, message_length, psk_identities, put_records, put_vector16,
    records,
};

/// What differs. By default nothing does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HelloChanges {
    /// signature_algorithms to add, by TLS number, when the client sends none.
    pub signature_schemes: Option<Vec<u16>>,
    /// TLS 1.3: make the changes only in a ClientHello that names this PSK, since a handshake with
    /// a PSK has no signature. A second ClientHello may name another PSK than the first.
    pub only_with_psk: Option<Vec<u8>>,
    /// Leave out the ticket.
    pub without_ticket: bool,
}

/// Both forms of a ClientHello, with the header of the message.
struct Pair {
    real: Vec<u8>,
    given: Vec<u8>,
    /// How many bytes at their ends are the same.
    same: usize,
}

/// The ClientHellos of a connection that rustls was given in another form.
#[derive(Default)]
pub(super) struct Adapted {
    changes: HelloChanges,
    pairs: Vec<Pair>,
}

impl Adapted {
    /// For a server that is about to be started; `None` without changes.
    pub(super) fn new(changes: &HelloChanges) -> Option<Self> {
        (*changes != HelloChanges::default()).then(|| Self {
            changes: changes.clone(),
            pairs: Vec::new(),
        })
    }

    /// If a whole ClientHello is all that is in the input, puts its other form there.
    pub(super) fn adapt(&mut self, input: &mut RecordBuffer) {
        let Some(real) = client_hello(input.unprocessed()) else {
            return;
        };
        let Some(given) = changed(&real, &self.changes) else {
            return;
        };
        input.replace_unprocessed(&in_records(&given));
        let ends = real.iter().rev().zip(given.iter().rev());
        let same = ends.take_while(|(one, other)| one == other).count();
        self.pairs.push(Pair { real, given, same });
    }

    /// Whether rustls was given another form of a ClientHello.
    pub(super) fn is_active(&self) -> bool {
        !self.pairs.is_empty()
    }

    /// `bytes` of the transcript as the client knows them; `None` when they are those.
    pub(super) fn original(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        self.pairs.iter().find_map(|pair| pair.original(bytes))
    }
}

impl Pair {
    /// `None` when the ClientHello is not in `bytes`: neither all of it, with something before or
    /// behind it, nor its beginning, up to the binders of PSKs.
    fn original(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let (given, real) = (&self.given[..], &self.real[..]);
        if let Some(before) = bytes.strip_suffix(given) {
            return Some([before, real].concat());
        }
        if let Some(behind) = bytes.strip_prefix(given) {
            return Some([real, behind].concat());
        }
        let missing = given.len().checked_sub(bytes.len())?;
        let is_beginning = missing <= self.same && given.starts_with(bytes);
        is_beginning.then(|| real[..real.len() - missing].to_vec())
    }
}

/// The message in these records, if it is all that is in them.
fn client_hello(input: &[u8]) -> Option<Vec<u8>> {
    let mut message = Vec::with_capacity(input.len());
    let mut length = 0;
    for record in records(input) {
        message.extend_from_slice(handshake_contents(record.bytes)?);
        length += record.bytes.len();
    }
    let is_hello = HandshakeType::of(&message) == Some(HandshakeType::CLIENT_HELLO);
    let is_whole = length == input.len() && message_length(&message) == Some(message.len());
    (is_hello && is_whole).then_some(message)
}

/// The records of a ClientHello.
fn in_records(message: &[u8]) -> Vec<u8> {
    let mut records = Vec::with_capacity(message.len() + RECORD_HEADER);
    let kind = (ContentType::HANDSHAKE, Version::TLS1);
    put_records(&mut records, kind, message, LONGEST_PLAINTEXT);
    records
}

/// The other form; `None` when it would be the same, or the message cannot be read.
fn changed(message: &[u8], changes: &HelloChanges) -> Option<Vec<u8>> {
    let list = extension_list(message)?;
    let before = &message[..message.len() - list.len()];
    let list = list.get(2..).unwrap_or_default();
    if extensions(list).any(|extension| extension.is_none()) {
        return None;
    }
    let present = || extensions(list).flatten();
    let added = changes.signature_schemes.as_ref().filter(|_| {
        let names_psk = |identity: &Vec<u8>| {
            present().any(|one| {
                one.kind == ExtensionType::PRE_SHARED_KEY && names_psk(one.contents, identity)
            })
        };
        present().all(|one| one.kind != ExtensionType::SIGNATURE_ALGORITHMS)
            && changes.only_with_psk.as_ref().is_none_or(names_psk)
    });
    let is_removed =
        |one: &Extension<'_>| changes.without_ticket && one.kind == ExtensionType::SESSION_TICKET;
    if added.is_none() && !present().any(|one| is_removed(&one)) {
        return None;
    }
    let more = added.map_or(0, |schemes| LISTED + 2 * schemes.len());
    let mut changed = Vec::with_capacity(message.len() + LISTED + more);
    changed.extend_from_slice(before);
    changed.extend_from_slice(&[0; 2]);
    if let Some(schemes) = added {
        put_schemes(&mut changed, schemes);
    }
    // Those that are there keep their order: a pre_shared_key stays the last.
    for extension in present().filter(|one| !is_removed(one)) {
        extension.put(&mut changed);
    }
    let length = u16::try_from(changed.len() - before.len() - 2).ok()?;
    changed[before.len()..][..2].copy_from_slice(&length.to_be_bytes());
    let body = changed.len() - MESSAGE_HEADER;
    changed[..MESSAGE_HEADER].copy_from_slice(&message_header(HandshakeType::CLIENT_HELLO, body));
    Some(changed)
}

/// Bytes of an extension before the items of the list that it holds.
const LISTED: usize = EXTENSION_HEADER + 2;

/// signature_algorithms with these.
fn put_schemes(out: &mut Vec<u8>, schemes: &[u16]) {
    let mut contents = Vec::with_capacity(LISTED + 2 * schemes.len());
    let schemes: Vec<u8> = schemes.iter().flat_map(|one| one.to_be_bytes()).collect();
    put_vector16(&mut contents, &schemes);
    let kind = ExtensionType::SIGNATURE_ALGORITHMS;
    Extension {
        kind,
        contents: &contents,
    }
    .put(out);
}

/// Whether a pre_shared_key has this identity (RFC 8446, section 4.2.11).
fn names_psk(contents: &[u8], wanted: &[u8]) -> bool {
    psk_identities(contents)
        .is_some_and(|identities| identities.flatten().any(|psk| psk.identity == wanted))
}

/// The list of extensions, with its length; empty when there is none.
fn extension_list(message: &[u8]) -> Option<&[u8]> {
    let mut reader = Reader::new(message);
    reader.take(MESSAGE_HEADER)?;
    HelloParts::read(&mut reader)?;
    Some(reader.rest())
}

#[cfg(test)]
mod tests {
    use rustls::crypto::hash::Hash;

    use super::*;
    use crate::engine::provider::transcript::AdaptedHash;
    use crate::engine::record_header::Expected;
    use crate::engine::thread::{self, Driven};

    fn hello(extensions: &[(u16, &[u8])]) -> Vec<u8> {
        let mut list = Vec::new();
        for (kind, contents) in extensions {
            let kind = ExtensionType(*kind);
            Extension { kind, contents }.put(&mut list);
        }
        let mut message = vec![1, 0, 0, 0, 3, 3];
        message.extend([7; 32]);
        message.extend([0, 0, 2, 0x13, 0x01, 1, 0]);
        message.extend((list.len() as u16).to_be_bytes());
        message.extend(list);
        let length = (message.len() - 4) as u8;
        message[3] = length;
        message
    }

    fn adding() -> HelloChanges {
        HelloChanges {
            signature_schemes: Some(vec![0x0403]),
            ..HelloChanges::default()
        }
    }

    #[test]
    fn what_is_missing_is_put_before_what_is_there() {
        let message = hello(&[(41, b"psk")]);
        let given = changed(&message, &adding()).unwrap();
        assert_eq!(given, hello(&[(13, &[0, 2, 4, 3]), (41, b"psk")]));
        assert_eq!(changed(&given, &adding()), None);
    }

    #[test]
    fn a_message_without_extensions_gets_some() {
        let mut message = hello(&[]);
        message.truncate(message.len() - 2);
        message[3] -= 2;
        let given = changed(&message, &adding()).unwrap();
        assert_eq!(given, hello(&[(13, &[0, 2, 4, 3])]));
    }

    #[test]
    fn a_ticket_is_taken_out() {
        let changes = HelloChanges {
            without_ticket: true,
            ..HelloChanges::default()
        };
        let message = hello(&[(0, b"name"), (35, b"ticket"), (16, b"h2")]);
        let given = changed(&message, &changes).unwrap();
        assert_eq!(given, hello(&[(0, b"name"), (16, b"h2")]));
        assert_eq!(changed(&given, &changes), None);
    }

    #[test]
    fn what_is_for_a_psk_needs_it_to_be_named() {
        let changes = HelloChanges {
            only_with_psk: Some(b"ours".to_vec()),
            ..adding()
        };
        let names = b"\0\x15\0\x05other\0\0\0\0\0\x04ours\0\0\0\0\0\x02\x01b";
        let (one, other) = names.split_at(13);
        let other = [b"\0\x0b", &one[2..], other].concat();
        assert!(changed(&hello(&[(41, names)]), &changes).is_some());
        assert_eq!(changed(&hello(&[(41, &other)]), &changes), None);
        assert_eq!(changed(&hello(&[(41, &names[..14])]), &changes), None);
        assert_eq!(changed(&hello(&[(41, b"")]), &changes), None);
        assert_eq!(changed(&hello(&[]), &changes), None);
    }

    #[test]
    fn what_is_hashed_is_the_clients() {
        let real = hello(&[(41, b"identity and binders")]);
        let mut input = RecordBuffer::default();
        for byte in in_records(&real) {
            input.missing()[0] = byte;
            input.filled(1, Expected::default()).unwrap();
        }
        let mut adapted = Adapted::new(&adding()).expect("a change");
        adapted.adapt(&mut input);
        let given = client_hello(input.unprocessed()).unwrap();
        assert_ne!(given, real);
        let hash = AdaptedHash(
            rustls_aws_lc_rs::ALL_TLS13_CIPHER_SUITES[0]
                .common
                .hash_provider,
        );
        let plain = |bytes: &[u8]| hash.0.hash(bytes).as_ref().to_vec();
        let driven = Box::new(Driven {
            adapted: Some(Box::new(adapted)),
            ..Driven::default()
        });
        thread::drive(driven, None, || {
            let cut = given.len() - 7;
            for (fed, meant) in [
                (given.clone(), real.clone()),
                (given[..cut].to_vec(), real[..real.len() - 7].to_vec()),
                (
                    [b"before", &given[..]].concat(),
                    [b"before", &real[..]].concat(),
                ),
                (
                    [&given[..], b"behind"].concat(),
                    [&real[..], b"behind"].concat(),
                ),
                (b"other".to_vec(), b"other".to_vec()),
            ] {
                assert_eq!(hash.hash(&fed).as_ref(), plain(&meant));
                let mut context = hash.start();
                context.update(&fed);
                assert_eq!(context.fork().finish().as_ref(), plain(&meant));
            }
        });
        assert_eq!(hash.hash(&given).as_ref(), plain(&given));
    }

    #[test]
    fn what_is_no_whole_client_hello_is_left_alone() {
        let message = hello(&[]);
        assert_eq!(client_hello(&in_records(&message[..20])), None);
        assert_eq!(
            client_hello(&[&in_records(&message)[..], &[23]].concat()),
            None
        );
        assert_eq!(client_hello(&[]), None);
        assert_eq!(
            client_hello(&[22, 3, 1, 0, 4, 1, 0, 0, 0]),
            Some(vec![1, 0, 0, 0])
        );
        assert_eq!(changed(&[1, 0, 0, 0], &adding()), None);
        assert_eq!(changed(&message[..30], &adding()), None);
    }
}
