//! The ClientHello (RFC 8446, section 4.1.2).
//!
//! A server reads the raw message before TLS starts, because the program decides about what
//! follows: its callbacks choose the context, the certificate, the protocol and the session, and
//! may suspend the handshake while they do. The engine checks the message again by its own,
//! stricter rules; this parser only has to be safe.

use std::ops::Range;

use super::alpn;
use super::extension::{EXTENSION_HEADER, ExtensionType, HOST_NAME, OCSP, extensions};
use super::message::{HandshakeType, MESSAGE_HEADER, message_header};
use super::reader::{Numbers, Reader};
use super::version::Version;
use super::writer::{put_vector8, put_vector16};

/// Length of a hello's random.
pub const RANDOM: usize = 32;
/// Length of what a hello begins with: version and random.
pub const VERSION_AND_RANDOM: usize = 2 + RANDOM;

/// A hello's random.
pub type Random = [u8; RANDOM];

/// A signalling value among the cipher suites (RFC 5746).
pub const EMPTY_RENEGOTIATION_INFO_SCSV: u16 = 0x00ff;
/// A signalling value among the cipher suites (RFC 7507).
pub const FALLBACK_SCSV: u16 = 0x5600;

/// Why a ClientHello cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Malformed {
    /// It ends before its version.
    TooShort,
    /// The lengths of its parts do not add up.
    Length,
    /// Something in the list of extensions is no extension.
    Extension,
    /// A known extension comes twice, or pre_shared_key is not the last.
    ExtensionOrder,
}

/// The parts of a ClientHello before its extensions.
#[derive(Debug, Clone, Copy)]
pub struct HelloParts<'a> {
    pub version_and_random: &'a [u8; VERSION_AND_RANDOM],
    pub session_id: &'a [u8],
    /// Two bytes each.
    pub cipher_suites: &'a [u8],
    pub compression_methods: &'a [u8],
}

impl<'a> HelloParts<'a> {
    /// Takes the parts off the body of a message. What follows is the list of extensions, with its
    /// length, or nothing.
    pub fn read(body: &mut Reader<'a>) -> Option<Self> {
        Some(Self {
            version_and_random: body.array()?,
            session_id: body.vector8()?,
            cipher_suites: body.vector16()?,
            compression_methods: body.vector8()?,
        })
    }

    /// Appends the parts to `out`.
    pub fn put(self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.version_and_random);
        put_vector8(out, self.session_id);
        put_vector16(out, self.cipher_suites);
        put_vector8(out, self.compression_methods);
    }
}

/// A ClientHello message: its body, and where the parts are.
#[derive(Debug, Clone)]
pub struct ClientHello {
    body: Vec<u8>,
    session_id: Range<usize>,
    cipher_suites: Range<usize>,
    compression_methods: Range<usize>,
    /// In the client's order.
    extensions: Vec<Place>,
    /// For each extension the bit of its type.
    types: u64,
}

/// Where the contents of an extension are.
#[derive(Debug, Clone, Copy)]
struct Place {
    kind: ExtensionType,
    start: u32,
    end: u32,
}

impl Place {
    fn contents(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// The bit of a type, which it shares with others.
fn bit(kind: ExtensionType) -> u64 {
    1 << (kind.0 % 64)
}

/// One identity of a pre_shared_key extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PskIdentity<'a> {
    /// The ticket or other identity.
    pub identity: &'a [u8],
    /// Milliseconds since the ticket came, plus its age_add, modulo 2^32.
    pub obfuscated_ticket_age: u32,
}

/// The identities in the contents of a pre_shared_key extension (RFC 8446, section 4.2.11). The last
/// is `None` when what is left of the list is no identity; `None` for no list.
pub fn psk_identities(contents: &[u8]) -> Option<impl Iterator<Item = Option<PskIdentity<'_>>>> {
    let list = Reader::new(contents).vector16()?;
    Some(Reader::items(list, |list| {
        Some(PskIdentity {
            identity: list.vector16()?,
            obfuscated_ticket_age: list.u32()?,
        })
    }))
}

impl ClientHello {
    /// Reads the body of the message, after its handshake header. The contents of its lists and
    /// extensions are not checked.
    pub fn parse(body: Vec<u8>) -> Result<Self, Malformed> {
        if body.len() < 2 {
            return Err(Malformed::TooShort);
        }
        let (mut hello, list) = Self::divide(body).ok_or(Malformed::Length)?;
        hello.find_extensions(list)?;
        Ok(hello)
    }

    /// The parts before the extensions, and where the list of those is.
    fn divide(body: Vec<u8>) -> Option<(Self, Range<usize>)> {
        const LONGEST_SESSION_ID: usize = 32;
        let mut reader = Reader::new(&body);
        let parts = HelloParts::read(&mut reader)?;
        let list = if reader.is_empty() {
            &[]
        } else {
            Reader::whole(reader.rest(), Reader::vector16)?
        };
        if parts.session_id.len() > LONGEST_SESSION_ID {
            return None;
        }
        let after = |start: usize, part: &[u8]| start..start + part.len();
        let session_id = after(VERSION_AND_RANDOM + 1, parts.session_id);
        let cipher_suites = after(session_id.end + 2, parts.cipher_suites);
        let compression_methods = after(cipher_suites.end + 1, parts.compression_methods);
        let list = body.len() - list.len()..body.len();
        let hello = Self {
            body,
            session_id,
            cipher_suites,
            compression_methods,
            extensions: Vec::new(),
            types: 0,
        };
        Some((hello, list))
    }

    /// Finds the extensions, which lie in `list`. Each that is known may come once; pre_shared_key is
    /// the last.
    fn find_extensions(&mut self, list: Range<usize>) -> Result<(), Malformed> {
        // As many as there usually are.
        let mut found: Vec<Place> = Vec::with_capacity(16);
        let mut types = 0;
        let mut at = list.start;
        for extension in extensions(&self.body[list.clone()]) {
            let extension = extension.ok_or(Malformed::Extension)?;
            let (kind, start) = (extension.kind, at + EXTENSION_HEADER);
            at += extension.length();
            let seen = types & bit(kind) != 0 && found.iter().any(|other| other.kind == kind);
            let repeated = seen && kind.is_known();
            if repeated || kind == ExtensionType::PRE_SHARED_KEY && at < list.end {
                return Err(Malformed::ExtensionOrder);
            }
            types |= bit(kind);
            found.push(Place {
                kind,
                // A message has less than 2^24 bytes.
                start: start as u32,
                end: at as u32,
            });
        }
        (self.extensions, self.types) = (found, types);
        Ok(())
    }

    /// legacy_version.
    pub fn legacy_version(&self) -> Version {
        Version(u16::from_be_bytes([self.body[0], self.body[1]]))
    }

    /// 32 bytes.
    pub fn random(&self) -> &[u8] {
        &self.body[2..VERSION_AND_RANDOM]
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
    pub fn cipher_suites(&self) -> Numbers<'_> {
        Numbers::new(self.cipher_suite_bytes())
    }

    /// Compression methods as on the wire.
    pub fn compression_methods(&self) -> &[u8] {
        &self.body[self.compression_methods.clone()]
    }

    /// Types of the extensions that are known, in the client's order.
    pub fn extension_types(&self) -> Vec<ExtensionType> {
        let kinds = self.extensions.iter().map(|place| place.kind);
        kinds.filter(|kind| kind.is_known()).collect()
    }

    /// Contents of an extension of a type that is known.
    pub fn known_extension(&self, kind: ExtensionType) -> Option<&[u8]> {
        self.extension(kind).filter(|_| kind.is_known())
    }

    /// Contents of the extension of this type.
    pub fn extension(&self, kind: ExtensionType) -> Option<&[u8]> {
        self.find(kind).map(|place| &self.body[place.contents()])
    }

    fn find(&self, kind: ExtensionType) -> Option<Place> {
        if self.types & bit(kind) == 0 {
            return None;
        }
        let mut places = self.extensions.iter();
        places.find(|place| place.kind == kind).copied()
    }

    /// Where the number of this extension is in the message, counted from the message's header.
    pub fn place_of(&self, kind: ExtensionType) -> Option<usize> {
        let place = self.find(kind)?;
        Some(MESSAGE_HEADER + place.contents().start - EXTENSION_HEADER)
    }

    /// The name of server_name, if there is exactly one, with at most 255 bytes and no NUL.
    pub fn server_name(&self) -> Option<&[u8]> {
        const LONGEST: usize = 255;
        let contents = self.extension(ExtensionType::SERVER_NAME)?;
        let names = Reader::whole(contents, Reader::vector16)?;
        let (kind, name) = Reader::whole(names, |names| Some((names.u8()?, names.vector16()?)))?;
        let is_name = kind == HOST_NAME && name.len() <= LONGEST && !name.contains(&0);
        is_name.then_some(name)
    }

    /// Versions that the client speaks: its supported_versions, or up to its legacy_version.
    pub fn offers_version(&self, version: Version) -> bool {
        match self.extension(ExtensionType::SUPPORTED_VERSIONS) {
            Some(contents) => Reader::new(contents)
                .vector8()
                .is_some_and(|list| Numbers::new(list).contains(version.0)),
            None => version <= Version::TLS1_2 && self.legacy_version() >= version,
        }
    }

    /// The protocol list of ALPN in wire form: length-prefixed names, none of which is empty. `None` also when it is
    /// malformed.
    pub fn alpn_protocols(&self) -> Option<&[u8]> {
        alpn::list_of(self.extension(ExtensionType::ALPN)?)
    }

    /// The session_ticket extension: `Some` of an empty slice asks for a ticket.
    pub fn session_ticket(&self) -> Option<&[u8]> {
        self.extension(ExtensionType::SESSION_TICKET)
    }

    /// Whether an OCSP response is asked for.
    pub fn asks_for_ocsp_response(&self) -> bool {
        self.extension(ExtensionType::STATUS_REQUEST)
            .is_some_and(|contents| contents.first() == Some(&OCSP))
    }

    /// Identities of the pre_shared_key extension; empty for a malformed list.
    pub fn psk_identities(&self) -> impl Iterator<Item = PskIdentity<'_>> {
        let identities = |contents| psk_identities(contents).into_iter().flatten();
        self.extension(ExtensionType::PRE_SHARED_KEY)
            .filter(|contents| identities(contents).all(|identity| identity.is_some()))
            .into_iter()
            .flat_map(identities)
            .flatten()
    }

    /// Whether pre_shared_key is the last extension, as it must be.
    pub fn ends_with_psks(&self) -> bool {
        let last = self.extensions.last();
        last.is_some_and(|last| last.kind == ExtensionType::PRE_SHARED_KEY)
    }

    /// The bytes that the binder of the identity with this number covers, from the header of the message to the
    /// binders, and the binder. `None` if there is none, or if pre_shared_key is not the last extension.
    pub fn psk_binder(&self, number: usize) -> Option<(Vec<u8>, &[u8])> {
        let (identities_end, binder) = self.find_binder(number)?;
        let mut covered = Vec::with_capacity(MESSAGE_HEADER + identities_end);
        covered.extend(message_header(HandshakeType::CLIENT_HELLO, self.body.len()));
        covered.extend_from_slice(&self.body[..identities_end]);
        Some((covered, binder))
    }

    /// The length of the binder of the first identity. `None` as above.
    pub fn first_binder_length(&self) -> Option<usize> {
        self.find_binder(0).map(|(_, binder)| binder.len())
    }

    /// Where the list of identities ends, and the binder of the identity with this number.
    fn find_binder(&self, number: usize) -> Option<(usize, &[u8])> {
        let last = self.extensions.last().filter(|_| self.ends_with_psks())?;
        let contents = last.contents();
        let mut reader = Reader::new(&self.body[contents.clone()]);
        let identities = reader.vector16()?;
        let binders = reader.vector16()?;
        let binder = Reader::items(binders, Reader::vector8).nth(number)??;
        Some((contents.start + 2 + identities.len(), binder))
    }

    /// Groups of the key_share extension, by number; empty for a malformed list.
    pub fn key_share_groups(&self) -> impl Iterator<Item = u16> {
        let groups = |list| {
            Reader::items(list, |list| {
                let group = list.u16()?;
                list.vector16().map(|_| group)
            })
        };
        self.extension(ExtensionType::KEY_SHARE)
            .and_then(|contents| Reader::new(contents).vector16())
            .filter(|list| groups(list).all(|group| group.is_some()))
            .into_iter()
            .flat_map(groups)
            .flatten()
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

    /// Whether a signalling value among the suites says that the client knows secure renegotiation (RFC 5746).
    pub fn has_renegotiation_suite(&self) -> bool {
        self.cipher_suites().contains(EMPTY_RENEGOTIATION_INFO_SCSV)
    }

    /// The DER names of certificate_authorities; `None` for a malformed list, or without the extension.
    pub fn certificate_authorities(&self) -> Option<Vec<&[u8]>> {
        let contents = self.extension(ExtensionType::CERTIFICATE_AUTHORITIES)?;
        let list = Reader::whole(contents, Reader::vector16)?;
        Reader::items(list, Reader::vector16).collect()
    }

    /// The groups of supported_groups, or the schemes of signature_algorithms, by number.
    pub fn numbers(&self, kind: ExtensionType) -> Numbers<'_> {
        self.extension(kind)
            .and_then(|contents| Reader::new(contents).vector16())
            .map(Numbers::new)
            .unwrap_or_default()
    }
}

#[cfg(test)]
#[path = "client_hello_tests.rs"]
mod tests;
