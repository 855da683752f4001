//! Whether the security level takes a certificate (SSL_CTX_set_security_level(3)).

use super::{Asker, Settings};
use crate::cipher::security::operation::{CA_KEY, CA_MD, EE_KEY};
use crate::error::{Error, Reason, Result};
use crate::libcrypto::x509::X509;

/// Where in a chain a certificate stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Position {
    /// At its start: it is for the key.
    Leaf,
    /// Above.
    Issuer,
}

impl Settings {
    /// Refuses a certificate of our own that the security level, or the program's security
    /// callback, does not take: `EE_KEY_TOO_SMALL`, `CA_KEY_TOO_SMALL`, `CA_MD_TOO_WEAK`.
    pub(crate) fn check_strength(
        &self,
        asker: Asker,
        certificate: &X509,
        position: Position,
    ) -> Result<()> {
        let (operation, reason) = match position {
            Position::Leaf => (EE_KEY, Reason::EE_KEY_TOO_SMALL),
            Position::Issuer => (CA_KEY, Reason::CA_KEY_TOO_SMALL),
        };
        let bits = certificate
            .public_key()
            .map_or(-1, |key| key.security_bits());
        let other = certificate.as_ptr().cast();
        if !self.permits(asker, operation, bits, 0, other) {
            return Err(Error::new(reason));
        }
        // Nobody relies on the signature of one that is signed by itself.
        if certificate.is_self_signed() {
            return Ok(());
        }
        let bits = certificate.signature_security_bits().unwrap_or(-1);
        let nid = match certificate.signature_nids() {
            (0, key) => key,
            (digest, _) => digest,
        };
        match self.permits(asker, CA_MD, bits, nid, other) {
            true => Ok(()),
            false => Err(Error::new(Reason::CA_MD_TOO_WEAK)),
        }
    }
}
