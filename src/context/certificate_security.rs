//! Whether the security level permits a certificate (SSL_CTX_set_security_level(3)).

use std::ffi::c_int;

use super::Settings;
use crate::callback::{Asker, Question, Subject};
use crate::cipher::security::operation::{CA_KEY, CA_MD, EE_KEY};
use crate::error::{Reason, Result};
use crate::libcrypto::x509::X509;

/// The position of a certificate in a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Position {
    /// The leaf, whose key signs.
    Leaf,
    /// An issuer.
    Issuer,
}

/// A chain that is sent to peers, with the strength of each certificate.
pub struct ShownChain(Vec<Strength>);

impl ShownChain {
    /// The chain of a leaf and its issuers.
    pub fn new(leaf: &X509, issuers: &[X509]) -> Self {
        let leaf = Strength::of(leaf, Position::Leaf);
        let issuers = issuers
            .iter()
            .map(|issuer| Strength::of(issuer, Position::Issuer));
        Self(std::iter::once(leaf).chain(issuers).collect())
    }
}

struct Strength {
    certificate: X509,
    position: Position,
    /// Bits of security of its key; -1 when that is not known.
    key_bits: c_int,
    /// Bits of security of its signature, and the NID of its digest, or of its algorithm if there
    /// is no digest. `None` for a self-signed certificate, whose signature proves nothing.
    signature: Option<(c_int, c_int)>,
}

impl Strength {
    fn of(certificate: &X509, position: Position) -> Self {
        let signature = || {
            let bits = certificate.signature_security_bits().unwrap_or(-1);
            match certificate.signature_nids() {
                (0, key) => (bits, key),
                (digest, _) => (bits, digest),
            }
        };
        Self {
            key_bits: certificate
                .public_key()
                .map_or(-1, |key| key.security_bits()),
            signature: (!certificate.is_self_signed()).then(signature),
            certificate: certificate.clone(),
            position,
        }
    }
}

impl Settings {
    /// Refuses one of our certificates if the security level, or the program's security callback,
    /// does not permit it: `EE_KEY_TOO_SMALL`, `CA_KEY_TOO_SMALL`, `CA_MD_TOO_WEAK`.
    pub(crate) fn check_strength(
        &self,
        asker: Asker<'_>,
        certificate: &X509,
        position: Position,
    ) -> Result<()> {
        Ok(self.check(asker, &Strength::of(certificate, position))?)
    }

    /// Checks a chain that is about to be sent in the same way: the level may have been raised
    /// since its certificates were set.
    pub(crate) fn check_shown(
        &self,
        asker: Asker<'_>,
        chain: &ShownChain,
    ) -> std::result::Result<(), Reason> {
        chain
            .0
            .iter()
            .try_for_each(|strength| self.check(asker, strength))
    }

    fn check(&self, asker: Asker<'_>, strength: &Strength) -> std::result::Result<(), Reason> {
        let (operation, reason) = match strength.position {
            Position::Leaf => (EE_KEY, Reason::EE_KEY_TOO_SMALL),
            Position::Issuer => (CA_KEY, Reason::CA_KEY_TOO_SMALL),
        };
        let permits = |operation, bits, nid| {
            let subject = Subject::Certificate(&strength.certificate);
            self.permits(asker, Question::new(operation, bits, nid, subject))
        };
        if !permits(operation, strength.key_bits, 0) {
            return Err(reason);
        }
        match strength.signature {
            Some((bits, nid)) if !permits(CA_MD, bits, nid) => Err(Reason::CA_MD_TOO_WEAK),
            _ => Ok(()),
        }
    }
}
