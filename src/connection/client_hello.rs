//! The ClientHello as a server sees it before TLS starts (RFC 8446, section 4.1.2).
//!
//! A server looks at the raw message first, because the program has a say in what follows: its
//! callbacks choose the context, the certificate, the protocol and the session, and may suspend
//! the handshake while they do. Only then is the engine started and given the same bytes. The
//! engine checks the message again by its own, stricter rules; this parser only has to be safe.

use std::ops::Range;

use crate::engine::Failure;
use crate::error::Reason;
use crate::wire::{Alert, ExtensionType, Version, numbers};

/// A ClientHello message: its body, and where the parts are.
#[derive(Debug, Clone)]
pub struct ClientHello {
    body: Vec<u8>,
    session_id: Range<usize>,
    cipher_suites: Range<usize>,
    compression_methods: Range<usize>,
    /// Type and contents, in the client's order.
    extensions: Vec<(ExtensionType, Range<usize>)>,
}

/// One identity of a pre_shared_key extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PskIdentity<'a> {
    /// The ticket or other identity.
    pub identity: &'a [u8],
    /// Milliseconds since the ticket came, plus its age_add, modulo 2^32.
    pub obfuscated_ticket_age: u32,
}

impl ClientHello {
    /// Reads the body of the message, after its handshake header. What is in its lists and extensions is not looked
    /// at.
    pub fn parse(body: Vec<u8>) -> Result<Self, Failure> {
        let malformed = |reason| Failure::with_alert(reason, Alert::DECODE_ERROR);
        if body.len() < 2 {
            return Err(malformed(Reason::LENGTH_TOO_SHORT));
        }
        let divided = Self::divide(body).ok_or_else(|| malformed(Reason::LENGTH_MISMATCH))?;
        Self::with_extensions(divided)
    }

    /// The parts before the extensions, which must have room.
    fn divide(body: Vec<u8>) -> Option<(Self, Range<usize>)> {
        const LONGEST_SESSION_ID: usize = 32;
        let mut at = 2 + 32;
        let session_id = vector(&body, &mut at, 1)?;
        let cipher_suites = vector(&body, &mut at, 2)?;
        let compression_methods = vector(&body, &mut at, 1)?;
        let all = match at < body.len() {
            true => vector(&body, &mut at, 2)?,
            false => at..at,
        };
        if at != body.len() || session_id.len() > LONGEST_SESSION_ID {
            return None;
        }
        let hello = Self {
            body,
            session_id,
            cipher_suites,
            compression_methods,
            extensions: Vec::new(),
        };
        Some((hello, all))
    }

    /// Finds the extensions, which lie in `all`. Each that is known may come once; pre_shared_key is the last.
    fn with_extensions((mut hello, all): (Self, Range<usize>)) -> Result<Self, Failure> {
        let mut at = all.start;
        while at < all.end {
            let kind = hello.body[..all.end].get(at..at + 2).map(number);
            at += 2;
            let contents = vector(&hello.body[..all.end], &mut at, 2);
            let (Some(kind), Some(contents)) = (kind, contents) else {
                return Err(Failure::with_alert(
                    Reason::BAD_EXTENSION,
                    Alert::DECODE_ERROR,
                ));
            };
            let kind = ExtensionType(kind as u16);
            let repeated = kind.is_known() && hello.extension(kind).is_some();
            if repeated || kind == ExtensionType::PRE_SHARED_KEY && at < all.end {
                return Err(Failure::with_alert(
                    Reason::BAD_EXTENSION,
                    Alert::ILLEGAL_PARAMETER,
                ));
            }
            hello.extensions.push((kind, contents));
        }
        Ok(hello)
    }

    /// legacy_version.
    pub fn legacy_version(&self) -> Version {
        Version(number(&self.body[..2]) as u16)
    }

    /// 32 bytes.
    pub fn random(&self) -> &[u8] {
        &self.body[2..34]
    }

    /// legacy_session_id, at most 32 bytes.
    pub fn session_id(&self) -> &[u8] {
        &self.body[self.session_id.clone()]
    }

    /// Suites as on the wire, two bytes each.
    pub fn cipher_suite_bytes(&self) -> &[u8] {
        &self.body[self.cipher_suites.clone()]
    }

    /// Suites by number, in the client's order.
    pub fn cipher_suites(&self) -> Vec<u16> {
        numbers(self.cipher_suite_bytes()).collect()
    }

    /// Compression methods as on the wire.
    pub fn compression_methods(&self) -> &[u8] {
        &self.body[self.compression_methods.clone()]
    }

    /// Types of the extensions that are known, in the client's order.
    pub fn extension_types(&self) -> Vec<ExtensionType> {
        let kinds = self.extensions.iter().map(|(kind, _)| *kind);
        kinds.filter(|kind| kind.is_known()).collect()
    }

    /// Contents of an extension of a type that is known.
    pub fn known_extension(&self, kind: ExtensionType) -> Option<&[u8]> {
        self.extension(kind).filter(|_| kind.is_known())
    }

    /// Contents of the extension of this type.
    pub fn extension(&self, kind: ExtensionType) -> Option<&[u8]> {
        self.extensions
            .iter()
            .find(|(other, _)| *other == kind)
            .map(|(_, contents)| &self.body[contents.clone()])
    }

    /// Where the number of this extension is in the message, counted from the message's header.
    pub fn place_of(&self, kind: ExtensionType) -> Option<usize> {
        const MESSAGE_HEADER: usize = 4;
        const EXTENSION_HEADER: usize = 4;
        let (_, contents) = self.extensions.iter().find(|(other, _)| *other == kind)?;
        Some(MESSAGE_HEADER + contents.start - EXTENSION_HEADER)
    }

    /// The host name of server_name, if there is exactly one, with at most 255 bytes and no NUL.
    pub fn server_name(&self) -> Option<&[u8]> {
        const HOST_NAME: u8 = 0;
        const LONGEST: usize = 255;
        let contents = self.extension(ExtensionType::SERVER_NAME)?;
        let mut at = 0;
        let names = vector(contents, &mut at, 2)?;
        let names = (at == contents.len()).then(|| &contents[names])?;
        let mut at = 1;
        let name = vector(names, &mut at, 2)?;
        let alone = names[0] == HOST_NAME && at == names.len();
        let name = &names[name];
        (alone && name.len() <= LONGEST && !name.contains(&0)).then_some(name)
    }

    /// Versions that the client speaks: its supported_versions, or up to its legacy_version.
    pub fn offers_version(&self, version: Version) -> bool {
        match self.extension(ExtensionType::SUPPORTED_VERSIONS) {
            Some(list) => {
                let mut at = 0;
                vector(list, &mut at, 1)
                    .is_some_and(|range| numbers(&list[range]).any(|one| Version(one) == version))
            }
            None => version <= Version::TLS1_2 && self.legacy_version() >= version,
        }
    }

    /// The protocol list of ALPN in wire form: length-prefixed names, none of which is empty. `None` also when it is
    /// malformed.
    pub fn alpn_protocols(&self) -> Option<&[u8]> {
        super::client_hello_check::protocols(self.extension(ExtensionType::ALPN)?)
    }

    /// The session_ticket extension: `Some` of an empty slice asks for a ticket.
    pub fn session_ticket(&self) -> Option<&[u8]> {
        self.extension(ExtensionType::SESSION_TICKET)
    }

    /// Whether an OCSP response is asked for.
    pub fn asks_for_ocsp_response(&self) -> bool {
        const OCSP: u8 = 1;
        self.extension(ExtensionType::STATUS_REQUEST)
            .is_some_and(|contents| contents.first() == Some(&OCSP))
    }

    /// Identities of the pre_shared_key extension.
    pub fn psk_identities(&self) -> Vec<PskIdentity<'_>> {
        self.psk_identities_checked().unwrap_or_default()
    }

    fn psk_identities_checked(&self) -> Option<Vec<PskIdentity<'_>>> {
        let contents = self.extension(ExtensionType::PRE_SHARED_KEY)?;
        let mut at = 0;
        let list = vector(contents, &mut at, 2)?;
        let mut at = list.start;
        let mut identities = Vec::new();
        while at < list.end {
            let identity = vector(&contents[..list.end], &mut at, 2)?;
            let age = contents.get(at..at + 4)?;
            at += 4;
            identities.push(PskIdentity {
                identity: &contents[identity],
                obfuscated_ticket_age: number(age) as u32,
            });
        }
        Some(identities)
    }

    /// Whether pre_shared_key is the last extension, as it must be.
    pub fn ends_with_psks(&self) -> bool {
        matches!(
            self.extensions.last(),
            Some((ExtensionType::PRE_SHARED_KEY, _))
        )
    }

    /// What the binder of the identity with this number covers, the message from its header to the binders, and
    /// the binder. `None` if there is none, or if pre_shared_key is not the last extension.
    pub fn psk_binder(&self, number: usize) -> Option<(Vec<u8>, &[u8])> {
        const CLIENT_HELLO: u8 = 1;
        let (kind, contents) = self.extensions.last()?;
        if *kind != ExtensionType::PRE_SHARED_KEY {
            return None;
        }
        let mut at = contents.start;
        vector(&self.body, &mut at, 2)?;
        let identities_end = at;
        let list = vector(&self.body[..contents.end], &mut at, 2)?;
        let mut at = list.start;
        for _ in 0..number {
            vector(&self.body[..list.end], &mut at, 1)?;
        }
        let binder = vector(&self.body[..list.end], &mut at, 1)?;
        let length = (self.body.len() as u32).to_be_bytes();
        let mut covered = vec![CLIENT_HELLO, length[1], length[2], length[3]];
        covered.extend_from_slice(&self.body[..identities_end]);
        Some((covered, &self.body[binder]))
    }

    /// Groups of the key_share extension, by number.
    pub fn key_share_groups(&self) -> Vec<u16> {
        self.key_share_groups_checked().unwrap_or_default()
    }

    fn key_share_groups_checked(&self) -> Option<Vec<u16>> {
        let contents = self.extension(ExtensionType::KEY_SHARE)?;
        let mut at = 0;
        let list = vector(contents, &mut at, 2)?;
        let mut at = list.start;
        let mut groups = Vec::new();
        while at < list.end {
            groups.push(number(contents.get(at..at + 2)?) as u16);
            at += 2;
            vector(&contents[..list.end], &mut at, 2)?;
        }
        Some(groups)
    }

    /// Whether psk_dhe_ke is among the key exchange modes for PSKs.
    pub fn offers_psk_dhe_ke(&self) -> bool {
        const PSK_DHE_KE: u8 = 1;
        self.extension(ExtensionType::PSK_KEY_EXCHANGE_MODES)
            .is_some_and(|contents| contents.iter().skip(1).any(|mode| *mode == PSK_DHE_KE))
    }

    /// Whether the extended master secret was offered.
    pub fn offers_extended_master_secret(&self) -> bool {
        self.extension(ExtensionType::EXTENDED_MASTER_SECRET)
            .is_some()
    }

    /// Whether the client says by a suite that it knows secure renegotiation (RFC 5746).
    pub fn has_renegotiation_suite(&self) -> bool {
        const EMPTY_RENEGOTIATION_INFO: u16 = 0x00ff;
        self.cipher_suites().contains(&EMPTY_RENEGOTIATION_INFO)
    }

    /// The DER names of certificate_authorities; `None` for a malformed list, or without the extension.
    pub fn certificate_authorities(&self) -> Option<Vec<&[u8]>> {
        let contents = self.extension(ExtensionType::CERTIFICATE_AUTHORITIES)?;
        let mut at = 0;
        let list = vector(contents, &mut at, 2)?;
        if at != contents.len() {
            return None;
        }
        let mut at = list.start;
        let mut names = Vec::new();
        while at < list.end {
            let name = vector(&contents[..list.end], &mut at, 2)?;
            names.push(&contents[name]);
        }
        Some(names)
    }

    /// The groups of supported_groups, or the schemes of signature_algorithms, by number.
    pub fn numbers(&self, kind: ExtensionType) -> Vec<u16> {
        let Some(contents) = self.extension(kind) else {
            return Vec::new();
        };
        let mut at = 0;
        match vector(contents, &mut at, 2) {
            Some(list) => numbers(&contents[list]).collect(),
            None => Vec::new(),
        }
    }
}

/// The range of a vector whose length takes `width` bytes at `at`; moves `at` behind it.
fn vector(bytes: &[u8], at: &mut usize, width: usize) -> Option<Range<usize>> {
    let length = number(bytes.get(*at..*at + width)?);
    let start = *at + width;
    let end = start.checked_add(length)?;
    if end > bytes.len() {
        return None;
    }
    *at = end;
    Some(start..end)
}

fn number(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .fold(0, |value, byte| value << 8 | usize::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hello(extensions: &[(u16, &[u8])]) -> Vec<u8> {
        let mut body = vec![3, 3];
        body.extend([9; 32]);
        body.extend([2, 0xaa, 0xbb]);
        body.extend([0, 4, 0x13, 0x01, 0xc0, 0x2f]);
        body.extend([1, 0]);
        let mut all = Vec::new();
        for (kind, contents) in extensions {
            all.extend(kind.to_be_bytes());
            all.extend((contents.len() as u16).to_be_bytes());
            all.extend_from_slice(contents);
        }
        body.extend((all.len() as u16).to_be_bytes());
        body.extend(all);
        body
    }

    #[test]
    fn every_part_is_found() {
        let name = [
            0, 12, 0, 0, 9, b'l', b'o', b'c', b'a', b'l', b'h', b'o', b's', b't',
        ];
        let psk = [
            0, 9, 0, 3, b'a', b'b', b'c', 0, 0, 1, 2, 0, 33, 32, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        ];
        let parsed = ClientHello::parse(hello(&[
            (0, &name),
            (16, &[0, 3, 2, b'h', b'2']),
            (35, &[]),
            (43, &[4, 3, 4, 3, 3]),
            (45, &[1, 1]),
            (23, &[]),
            (51, &[0, 11, 0, 29, 0, 2, 7, 7, 0, 23, 0, 1, 7]),
            (13, &[0, 2, 4, 3]),
            (41, &psk),
        ]))
        .unwrap();
        assert_eq!(parsed.server_name(), Some(&b"localhost"[..]));
        assert_eq!(parsed.session_id(), [0xaa, 0xbb]);
        assert_eq!(parsed.cipher_suites(), [0x1301, 0xc02f]);
        assert_eq!(parsed.alpn_protocols(), Some(&[2, b'h', b'2'][..]));
        assert_eq!(parsed.session_ticket(), Some(&[][..]));
        assert!(parsed.offers_version(Version::TLS1_3) && parsed.offers_version(Version::TLS1_2));
        assert!(!parsed.offers_version(Version::TLS1_1));
        assert!(parsed.offers_psk_dhe_ke() && parsed.offers_extended_master_secret());
        assert_eq!(
            parsed.numbers(ExtensionType::SIGNATURE_ALGORITHMS),
            [0x0403]
        );
        assert_eq!(
            parsed.psk_identities(),
            [PskIdentity {
                identity: b"abc",
                obfuscated_ticket_age: 0x0102
            }]
        );
        assert_eq!(parsed.key_share_groups(), [29, 23]);
        assert_eq!(parsed.extension_types().len(), 9);
    }

    #[test]
    fn truncated_messages_are_refused_wherever_they_end() {
        let whole = hello(&[(0, &[0, 4, 0, 0, 1, b'a']), (43, &[2, 3, 4])]);
        for end in 0..whole.len() {
            let cut = ClientHello::parse(whole[..end].to_vec());
            // Without any extensions the message is complete.
            assert_eq!(cut.is_ok(), end == 2 + 32 + 3 + 6 + 2, "cut at {end}");
        }
    }

    #[test]
    fn a_key_share_that_does_not_fit_is_none() {
        let with = |contents: &[u8]| {
            ClientHello::parse(hello(&[(51, contents)]))
                .unwrap()
                .key_share_groups()
        };
        assert_eq!(with(&[0, 5, 0, 29, 0, 1, 7]), [29]);
        assert_eq!(with(&[0, 5, 0, 29, 0, 2, 7]), []);
        assert_eq!(with(&[0, 3, 0, 29, 0]), []);
        assert_eq!(with(&[0, 9]), []);
        assert_eq!(with(&[]), []);
    }

    #[test]
    fn a_server_name_with_nul_or_of_another_kind_is_none() {
        let with = |contents: &[u8]| {
            ClientHello::parse(hello(&[(0, contents)]))
                .unwrap()
                .server_name()
                .is_some()
        };
        assert!(with(&[0, 4, 0, 0, 1, b'a']));
        assert!(!with(&[0, 4, 0, 0, 1, 0]));
        assert!(!with(&[0, 4, 1, 0, 1, b'a']));
        assert!(!with(&[0, 9, 0, 0, 1, b'a']));
        assert!(!with(&[]));
    }
}
