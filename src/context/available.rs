//! Suites, groups and signature schemes for which the context's library context has algorithms:
//! OpenSSL uses no others (SSL_CTX_new_ex(3)).

use std::sync::Arc;

use super::Settings;
use crate::cipher::Cipher;
use crate::cipher::group::Group;
use crate::cipher::suite::{Authentication, Encryption, HandshakeDigest, KeyExchange};
use crate::engine::knows_group;
use crate::libcrypto::algorithms::{Algorithm, Algorithms};
use crate::libcrypto::signature_scheme::SignatureScheme;

impl Settings {
    /// The source of the algorithms, if the engine's own are not used.
    pub(crate) fn provided_algorithms(&self) -> Option<&Arc<Algorithms>> {
        let algorithms = &self.algorithms;
        algorithms.source().is_some().then_some(algorithms)
    }

    /// Whether there are algorithms for this suite. Suites that the engine cannot use are not
    /// checked.
    pub(crate) fn has_algorithms_of(&self, cipher: &Cipher) -> bool {
        let has = |algorithm| self.algorithms.has(algorithm);
        let encryption = match cipher.encryption {
            Encryption::Aes128Gcm => has(Algorithm::Aes128Gcm),
            Encryption::Aes256Gcm => has(Algorithm::Aes256Gcm),
            Encryption::ChaCha20Poly1305 => has(Algorithm::ChaCha20Poly1305),
            _ => true,
        };
        let digest = match cipher.handshake_digest {
            Some(HandshakeDigest::Sha256) => has(Algorithm::Sha256),
            Some(HandshakeDigest::Sha384) => has(Algorithm::Sha384),
            _ => true,
        };
        let exchange = cipher.key_exchange != KeyExchange::Ecdhe || has(Algorithm::Ecdh);
        let authentication =
            cipher.authentication != Authentication::Ecdsa || has(Algorithm::Ecdsa);
        has(Algorithm::Hmac) && encryption && digest && exchange && authentication
    }

    /// Whether key exchange in this group is possible. If the engine's algorithms are used, the
    /// engine and the library context must have the group; the library context may lack those that
    /// OpenSSL 3.0 does not have. With another source of algorithms a provider must have it, for
    /// Diffie-Hellman on a curve.
    pub(super) fn has_group(&self, group: u16) -> bool {
        let provided = self.algorithms.group(group);
        match self.algorithms.source() {
            None => {
                let new = || Group::from_id(group).is_some_and(|group| group.nid == 0);
                knows_group(group) && (provided.is_some() || new())
            }
            Some(_) => provided
                .is_some_and(|group| !group.encapsulates && group.key_type.as_c_str() != c"DH"),
        }
    }

    /// Whether there are algorithms for this signature scheme. Unknown ones are not checked.
    pub(super) fn has_algorithms_of_scheme(&self, scheme: u16) -> bool {
        SignatureScheme::from_code(scheme).is_none_or(|scheme| has_scheme(&self.algorithms, scheme))
    }
}

fn has_scheme(algorithms: &Algorithms, scheme: SignatureScheme) -> bool {
    use SignatureScheme::*;
    let key = match scheme {
        Ed25519 => Algorithm::Ed25519,
        Ed448 => Algorithm::Ed448,
        RsaPssPssSha256 | RsaPssPssSha384 | RsaPssPssSha512 => Algorithm::RsaPss,
        EcdsaSha1 | EcdsaP256Sha256 | EcdsaP384Sha384 | EcdsaP521Sha512 => Algorithm::Ec,
        _ => Algorithm::Rsa,
    };
    let digest = match scheme {
        RsaPkcs1Sha1 | EcdsaSha1 => Some(Algorithm::Sha1),
        RsaPkcs1Sha256 | EcdsaP256Sha256 | RsaPssRsaeSha256 | RsaPssPssSha256 => {
            Some(Algorithm::Sha256)
        }
        RsaPkcs1Sha384 | EcdsaP384Sha384 | RsaPssRsaeSha384 | RsaPssPssSha384 => {
            Some(Algorithm::Sha384)
        }
        RsaPkcs1Sha512 | EcdsaP521Sha512 | RsaPssRsaeSha512 | RsaPssPssSha512 => {
            Some(Algorithm::Sha512)
        }
        Ed25519 | Ed448 => None,
    };
    algorithms.has(key) && digest.is_none_or(|digest| algorithms.has(digest))
}
