//! Pre-shared keys that come from the program (RFC 8446, section 4.2.11).
//!
//! rustls knows PSKs of resumed sessions only. The two kinds differ in the label under which the
//! key of the binder is derived: "res binder" or "ext binder". So an external key is resumed like a
//! session, and the derivation changes its label. rustls wants a key of the hash's length, and an
//! external key may have any, so rustls is given a random stand-in of the right length. Where the
//! key schedule extracts from the stand-in, the wrapped HKDF extracts from the key itself. The
//! stand-in protects nothing.

use zeroize::Zeroizing;

use super::session_value::SessionSecrets;

/// A connection's external key. Wiped when dropped.
pub(super) struct ExternalPsk {
    stand_in: Zeroizing<Vec<u8>>,
    key: Zeroizing<Vec<u8>>,
}

impl ExternalPsk {
    /// Takes the key out of `session`, and leaves the stand-in there.
    pub(super) fn take_from(session: &mut SessionSecrets, stand_in: Zeroizing<Vec<u8>>) -> Self {
        let key = std::mem::replace(&mut session.secret, stand_in.clone());
        Self { stand_in, key }
    }

    /// The key, if `secret` is its stand-in.
    pub(super) fn key_for(&self, secret: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        (secret == self.stand_in.as_slice()).then(|| self.key.clone())
    }
}
