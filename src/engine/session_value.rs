//! What a session is made of, translated from and to rustls's encodings.
//!
//! rustls hands its session values out as bytes of a layout that is private to the pinned version
//! (0.24.0-dev.2). All knowledge of these layouts is in this file, and the tests below fail when a
//! new version changes them. Integers are big-endian.
//!
//! ```text
//! server value   u16 version, then common, then for
//!                  TLS 1.2: master secret [48], u8 extended master secret
//!                  TLS 1.3: u8-length secret, u32 age_add
//! common         u64 creation time, option(u8-length SNI), u16 suite, option(identity),
//!                option(u8-length ALPN), u16-length application data
//! option(x)      u8 1 and x, or u8 0
//! client 1.2     u16 suite, u8-length session id, master secret [48], u8 extended master secret,
//!                client common
//! client 1.3     u16 suite, u8-length secret, u32 age_add, u32 max early data, client common,
//!                u16-length QUIC parameters
//! client common  u16-length ticket, u64 creation time, u64 lifetime in seconds, identity
//! identity       u8 0, u24-length certificate, u24-length list of u24-length certificates
//! ```

use zeroize::Zeroizing;

use crate::wire::{NewSessionTicket, Reader, Version, put_vector8, put_vector16, put_vector24};

/// The secrets and parameters that make a session resumable. Owns its secret and wipes it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SessionSecrets {
    /// TLS 1.2 or TLS 1.3.
    pub version: Version,
    /// TLS number of the suite.
    pub cipher_suite: u16,
    /// Master secret (TLS 1.2, 48 bytes) or PSK (TLS 1.3, hash length).
    pub secret: Zeroizing<Vec<u8>>,
    /// TLS 1.2: the session uses the extended master secret (RFC 7627).
    pub extended_master_secret: bool,
    /// TLS 1.2: the server's id; empty when it gave none. For a server that keeps the session,
    /// the id it is kept under.
    pub session_id: Vec<u8>,
    /// Client: the ticket; empty when there is none.
    pub ticket: Vec<u8>,
    /// Client: the server's lifetime hint, in seconds.
    pub lifetime: u32,
    /// TLS 1.3: added to the ticket's age.
    pub age_add: u32,
    /// TLS 1.3 client: early data that the server allows, in bytes.
    pub max_early_data: u32,
    /// Seconds since the epoch when the session was made.
    pub time: u64,
    /// TLS 1.3: the secret is an external PSK, of any length.
    pub external: bool,
}

impl std::fmt::Debug for SessionSecrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SessionSecrets")
            .field("version", &self.version)
            .field("cipher_suite", &self.cipher_suite)
            .finish_non_exhaustive()
    }
}

impl SessionSecrets {
    /// Reads what a rustls server wants to have stored or sealed.
    pub(super) fn from_server_value(value: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(value);
        let version = Version(reader.u16()?);
        let time = reader.u64()?;
        if reader.u8()? == 1 {
            reader.vector8()?;
        }
        let cipher_suite = reader.u16()?;
        if reader.u8()? == 1 {
            skip_identity(&mut reader)?;
        }
        if reader.u8()? == 1 {
            reader.vector8()?;
        }
        reader.vector16()?;
        let mut session = Self {
            version,
            cipher_suite,
            time,
            ..Self::default()
        };
        match version {
            Version::TLS1_2 => {
                session.secret = Zeroizing::new(reader.take(48)?.to_vec());
                session.extended_master_secret = reader.u8()? == 1;
            }
            Version::TLS1_3 => {
                session.secret = Zeroizing::new(reader.vector8()?.to_vec());
                session.age_add = reader.u32()?;
            }
            _ => return None,
        }
        reader.is_empty().then_some(session)
    }

    /// Writes what a rustls server wants to get back. `sni` is the name of the present handshake
    /// and `cipher_suite` the suite it will use: rustls resumes only when both are equal to the
    /// stored ones, but that decision is made above, by OpenSSL's rules, before this is called.
    pub(super) fn to_server_value(
        &self,
        sni: Option<&str>,
        cipher_suite: u16,
        alpn: Option<&[u8]>,
    ) -> Zeroizing<Vec<u8>> {
        let mut out = Zeroizing::new(Vec::with_capacity(128));
        out.extend(self.version.0.to_be_bytes());
        out.extend(self.time.to_be_bytes());
        match sni {
            Some(name) => {
                out.push(1);
                put_vector8(&mut out, name.as_bytes());
            }
            None => out.push(0),
        }
        out.extend(cipher_suite.to_be_bytes());
        out.push(0);
        match alpn {
            Some(name) => {
                out.push(1);
                put_vector8(&mut out, name);
            }
            None => out.push(0),
        }
        out.extend([0, 0]);
        if self.version == Version::TLS1_2 {
            out.extend_from_slice(&self.secret);
            out.push(u8::from(self.extended_master_secret));
        } else {
            put_vector8(&mut out, &self.secret);
            out.extend(self.age_add.to_be_bytes());
        }
        out
    }

    /// Reads the encoding of a TLS 1.2 client session.
    pub(super) fn from_tls12_client(value: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(value);
        let mut session = Self {
            version: Version::TLS1_2,
            cipher_suite: reader.u16()?,
            session_id: reader.vector8()?.to_vec(),
            secret: Zeroizing::new(reader.take(48)?.to_vec()),
            extended_master_secret: reader.u8()? == 1,
            ..Self::default()
        };
        session.client_common(&mut reader)?;
        reader.is_empty().then_some(session)
    }

    /// Writes the encoding of a TLS 1.2 client session. Its peer is a placeholder: the peer of a
    /// resumed connection is taken from our own session.
    pub(super) fn to_tls12_client(&self) -> Zeroizing<Vec<u8>> {
        let mut out = Zeroizing::new(Vec::with_capacity(128 + self.ticket.len()));
        out.extend(self.cipher_suite.to_be_bytes());
        put_vector8(&mut out, &self.session_id);
        out.extend_from_slice(&self.secret);
        out.push(u8::from(self.extended_master_secret));
        put_vector16(&mut out, &self.ticket);
        out.extend(self.time.to_be_bytes());
        // A lifetime of 0 never expires: a client ignores the time of a TLS 1.2 session.
        out.extend(0u64.to_be_bytes());
        out.push(0);
        put_vector24(&mut out, PLACEHOLDER_CERTIFICATE);
        put_vector24(&mut out, &[]);
        out
    }

    /// Reads the encoding of a TLS 1.3 client session.
    pub(super) fn from_tls13_client(value: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(value);
        let mut session = Self {
            version: Version::TLS1_3,
            cipher_suite: reader.u16()?,
            secret: Zeroizing::new(reader.vector8()?.to_vec()),
            age_add: reader.u32()?,
            max_early_data: reader.u32()?,
            ..Self::default()
        };
        session.client_common(&mut reader)?;
        reader.vector16()?;
        reader.is_empty().then_some(session)
    }

    fn client_common(&mut self, reader: &mut Reader<'_>) -> Option<()> {
        self.ticket = reader.vector16()?.to_vec();
        self.time = reader.u64()?;
        self.lifetime = u32::try_from(reader.u64()?).ok()?;
        skip_identity(reader)
    }

    /// The body of the NewSessionTicket (RFC 8446, section 4.6.1) that this TLS 1.3 client session
    /// came from. Its nonce is empty: the PSK is known already.
    pub(super) fn new_session_ticket(&self) -> Vec<u8> {
        let message = NewSessionTicket {
            lifetime: self.lifetime,
            age_add: self.age_add,
            nonce: &[],
            ticket: &self.ticket,
            max_early_data: self.max_early_data,
        };
        message.to_body()
    }
}

/// rustls wants a certificate of at least one byte.
const PLACEHOLDER_CERTIFICATE: &[u8] = &[0];

/// Skips an identity: the peer is remembered elsewhere.
fn skip_identity(reader: &mut Reader<'_>) -> Option<()> {
    match reader.u8()? {
        0 => {
            reader.vector24()?;
            reader.vector24()?;
            Some(())
        }
        _ => None,
    }
}
