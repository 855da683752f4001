//! Pre-shared keys of the program (S120; SSL_CTX_set_psk_client_callback(3),
//! SSL_CTX_use_psk_identity_hint(3)), in TLS 1.3. The engine uses them like sessions.

use std::ffi::{CStr, CString};

use zeroize::Zeroizing;

use super::{Connection, Stop, secrets_of};
use crate::context::Settings;
use crate::engine::{SessionSecrets, tls13_hash_len};
use crate::error::Reason;
use crate::session::{Fields, Session, SessionRef};
use crate::wire::{Alert, Version};

/// TLS_AES_128_GCM_SHA256: the suite of a key that comes without a hash.
const SHA256_SUITE: u32 = 0x0300_1301;
/// `PSK_MAX_IDENTITY_LEN`
pub const LONGEST_IDENTITY: usize = 256;
/// `PSK_MAX_PSK_LEN`
const LONGEST_KEY: usize = 512;

/// A key that a client offers.
pub(in crate::connection) struct OfferedPsk {
    /// The session that the connection has when the server accepts the key.
    pub session: SessionRef,
    identity: Vec<u8>,
}

impl OfferedPsk {
    /// In the engine's terms.
    pub(super) fn for_engine(&self) -> SessionSecrets {
        SessionSecrets {
            external: true,
            ticket: self.identity.clone(),
            // RFC 8446, section 4.2.11: the age of an external key is 0.
            time: crate::clock::now().max(0) as u64,
            age_add: 0,
            lifetime: 0,
            ..secrets_of(&self.session)
        }
    }
}

impl Connection {
    /// Client: asks the program for a key.
    pub(super) fn external_psk_to_offer(
        &self,
        settings: &Settings,
    ) -> Result<Option<OfferedPsk>, Stop> {
        if self.highest_version() != Version::TLS1_3 {
            return Ok(None);
        }
        let offered = match self.ask_use_session(settings)? {
            Some(offered) => Some(offered),
            None => self.ask_client_key(settings)?,
        };
        let Some(offered) = offered else {
            return Ok(None);
        };
        let session = &offered.session;
        let identity = offered.identity.len();
        let usable = session.protocol_version() == Version::TLS1_3
            && tls13_hash_len(session.cipher_id() as u16).is_some()
            && !session.master_key().is_empty()
            && (1..=usize::from(u16::MAX)).contains(&identity);
        match usable {
            true => Ok(Some(offered)),
            false => Err(self.refuse(Reason::BAD_PSK, Alert::INTERNAL_ERROR)),
        }
    }

    fn ask_use_session(&self, settings: &Settings) -> Result<Option<OfferedPsk>, Stop> {
        let given = settings.psk.use_session.call(self.lent());
        let given = given.map_err(|_| self.refuse(Reason::BAD_PSK, Alert::INTERNAL_ERROR))?;
        Ok(given.map(|(session, identity)| OfferedPsk { session, identity }))
    }

    fn ask_client_key(&self, settings: &Settings) -> Result<Option<OfferedPsk>, Stop> {
        let callback = settings.psk.client_key;
        if !callback.is_set() {
            return Ok(None);
        }
        // Zeros, and one more than the callback may use: the identity is terminated.
        let mut identity = [0u8; LONGEST_IDENTITY + 1];
        let mut key = Zeroizing::new([0u8; LONGEST_KEY]);
        let Some(length) =
            callback.call(self.lent(), &mut identity[..LONGEST_IDENTITY], &mut key[..])
        else {
            return Ok(None);
        };
        let Some(key) = key.get(..length) else {
            return Err(self.refuse(Reason::INTERNAL_ERROR, Alert::HANDSHAKE_FAILURE));
        };
        if key.is_empty() {
            return Ok(None);
        }
        let identity = CStr::from_bytes_until_nul(&identity).unwrap_or_default();
        Ok(Some(OfferedPsk {
            session: session_of_key(key),
            identity: identity.to_bytes().to_vec(),
        }))
    }

    /// Server: asks the program for the key of an identity. The session is a copy that belongs to
    /// the connection, with its id context: the program has just accepted it for this connection.
    pub(super) fn find_external_psk(&self, identity: &[u8]) -> Result<Option<SessionRef>, Stop> {
        let settings = self.settings();
        let found = match self.ask_find_session(&settings, identity)? {
            Some(session) => Some(session),
            None => self.ask_server_key(&settings, identity)?,
        };
        let Some(found) = found else {
            return Ok(None);
        };
        let fields = found.fields();
        let mut view = fields.view();
        view.bytes.id_context = &settings.session_id_context;
        view.bytes.ticket = None;
        Ok(Some(found.successor(view)?))
    }

    fn ask_find_session(
        &self,
        settings: &Settings,
        identity: &[u8],
    ) -> Result<Option<SessionRef>, Stop> {
        // Only the ClientHello, which has the identity, is held while the callback runs.
        let found = settings.psk.find_session.call(self.lent(), identity);
        found.map_err(|_| self.refuse(Reason::BAD_EXTENSION, Alert::INTERNAL_ERROR))
    }

    fn ask_server_key(
        &self,
        settings: &Settings,
        identity: &[u8],
    ) -> Result<Option<SessionRef>, Stop> {
        if !settings.psk.server_key.is_set() || identity.len() > LONGEST_IDENTITY {
            return Ok(None);
        }
        // C reads an identity up to its first NUL.
        let end = identity.iter().position(|&byte| byte == 0);
        let text = &identity[..end.unwrap_or(identity.len())];
        let Ok(text) = CString::new(text) else {
            return Ok(None);
        };
        let mut key = Zeroizing::new([0u8; LONGEST_KEY]);
        let callback = settings.psk.server_key;
        let Some(length) = callback.call(self.lent(), &text, &mut key[..]) else {
            return Ok(None);
        };
        match key.get(..length) {
            None => Err(self.refuse(Reason::INTERNAL_ERROR, Alert::INTERNAL_ERROR)),
            Some([]) => Ok(None),
            Some(key) => Ok(Some(session_of_key(key))),
        }
    }
}

/// The session that stands for a key without a hash, as in OpenSSL.
fn session_of_key(key: &[u8]) -> SessionRef {
    Session::new(Fields {
        protocol_version: Version::TLS1_3.to_c(),
        cipher_id: SHA256_SUITE,
        master_key: Zeroizing::new(key.to_vec()),
        ..Fields::default()
    })
}
