//! The peer's certificates as rustls holds them, and its signatures.

use rustls::Error;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{Identity, VerifiedIdentity};
use rustls::server::danger::SignatureVerificationInput;

use super::credentials::signer_certificate;
use super::delegate::{PeerRejected, PeerSignature};
use super::provider::library;
use super::thread;
use crate::libcrypto::signed_certificate::CertificateSignature;
use crate::reason::Reason;
use crate::wire::{Alert, Version};

/// The chain in DER, leaf first.
fn certificate_chain<'a>(identity: &'a Identity<'_>) -> Vec<&'a [u8]> {
    match identity {
        Identity::X509(chain) => std::iter::once(chain.end_entity.as_ref())
            .chain(chain.intermediates.iter().map(|der| der.as_ref()))
            .collect(),
        _ => Vec::new(),
    }
}

/// What rustls keeps of a verified peer: the leaf, whose key signs. The whole chain is kept once,
/// in our session.
fn leaf_only<'a>(identity: &Identity<'a>) -> VerifiedIdentity<'a> {
    let mut identity = identity.clone();
    if let Identity::X509(chain) = &mut identity {
        chain.intermediates = Vec::new();
    }
    VerifiedIdentity::assertion(identity)
}

/// Asks whether the peer's certificate is good.
pub(super) fn verify_identity<'a>(
    identity: &Identity<'a>,
    ocsp_response: &[u8],
) -> Result<VerifiedIdentity<'a>, Error> {
    let chain = certificate_chain(identity);
    match thread::ask(|delegate| delegate.verify_peer(&chain, ocsp_response)) {
        Some(Ok(())) => Ok(leaf_only(identity)),
        Some(Err(rejected)) => Err(thread::reject(rejected)),
        None => Err(Error::Unreachable("no delegate")),
    }
}

/// Client, TLS 1.2: asks whether the server may use the group of its key exchange. What it signs is
/// both randoms, a curve type and the group (RFC 5246, section 7.4.3; RFC 8422, section 5.4).
pub(super) fn check_group(input: &SignatureVerificationInput<'_>) -> Result<(), Error> {
    const RANDOMS: usize = 2 * 32;
    const NAMED_CURVE: u8 = 3;
    let Some([NAMED_CURVE, high, low, ..]) = input.message.get(RANDOMS..) else {
        return Ok(());
    };
    let group = u16::from_be_bytes([*high, *low]);
    match thread::ask(|delegate| delegate.check_server_group(group)) {
        Some(Err(rejected)) => Err(thread::reject(rejected)),
        _ => Ok(()),
    }
}

/// Accepts a handshake signature if the delegate accepts its scheme for the signer's key, and the
/// engine's algorithms verify it, or else libcrypto's, which know more kinds of keys. `message` is
/// what is signed.
pub(super) fn verify_signature(
    version: Version,
    input: &SignatureVerificationInput<'_>,
    message: &[u8],
    by_engine: impl FnOnce() -> Result<HandshakeSignatureValid, Error>,
) -> Result<HandshakeSignatureValid, Error> {
    let signed = PeerSignature {
        version,
        scheme: input.signature.scheme.0,
        certificate: signer_certificate(input.signer),
        message,
        signature: input.signature.signature(),
    };
    let verified = thread::ask(|delegate| {
        delegate.check_signature(&signed)?;
        let by_engine = || library::is_engine() && by_engine().is_ok();
        if !by_engine() && !delegate.verify_signature(&signed) {
            return Err(PeerRejected {
                reason: Reason::BAD_SIGNATURE,
                alert: Alert::DECRYPT_ERROR,
            });
        }
        delegate.peer_signed(signed.scheme);
        Ok(())
    });
    match verified {
        Some(Ok(())) => Ok(HandshakeSignatureValid::assertion()),
        Some(Err(rejected)) => Err(thread::reject(rejected)),
        None => Err(thread::reject(PeerRejected {
            reason: Reason::INTERNAL_ERROR,
            alert: Alert::INTERNAL_ERROR,
        })),
    }
}

/// Verifies a certificate's signature, if it is ECDSA with SHA-256 or SHA-384. As strict as
/// libcrypto: DER in its shortest form, and both numbers between 0 and the order of the curve.
pub fn verify_certificate_signature(signed: &CertificateSignature<'_>) -> bool {
    let algorithms = rustls_aws_lc_rs::SUPPORTED_SIG_ALGS.mapping();
    let mut algorithms = algorithms.iter().flat_map(|(_, algorithms)| *algorithms);
    let algorithm = algorithms.find(|algorithm| {
        *algorithm.signature_alg_id() == *signed.algorithm
            && *algorithm.public_key_alg_id() == *signed.key.algorithm
    });
    algorithm.is_some_and(|algorithm| {
        let key = &signed.key.point;
        algorithm
            .verify_signature(key, signed.message, signed.signature)
            .is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::libcrypto::signed_certificate::EcdsaKey;
    use crate::libcrypto::testing;

    fn is_signed(certificate: &[u8], key: &EcdsaKey) -> bool {
        CertificateSignature::of(certificate, key)
            .is_some_and(|signed| verify_certificate_signature(&signed))
    }

    #[test]
    fn a_signature_is_valid_for_its_key_and_certificate_alone() {
        for (curve, other) in [(c"P-256", c"P-384"), (c"P-384", c"P-256")] {
            let root = testing::authority_with("Root", testing::ec_key(curve));
            let der = testing::issued("leaf.test", &root)
                .certificate
                .to_der()
                .unwrap();
            let key = testing::ecdsa_key(&root.certificate);
            assert!(is_signed(&der, &key));
            for other in [curve, other] {
                let other = testing::authority_with("Root", testing::ec_key(other));
                assert!(!is_signed(&der, &testing::ecdsa_key(&other.certificate)));
            }
            for position in 0..der.len() {
                for bit in [0x01, 0x80] {
                    let mut altered = der.clone();
                    altered[position] ^= bit;
                    assert!(!is_signed(&altered, &key), "byte {position}");
                }
            }
        }
    }

    #[test]
    fn other_algorithms_and_malformed_certificates_are_not_judged() {
        let root = testing::authority_with("Root", testing::rsa_key());
        let key = testing::ecdsa_key(&testing::authority("Other").certificate);
        let leaf = testing::issued("leaf.test", &root).certificate;
        let der = leaf.to_der().unwrap();
        assert!(!is_signed(&der, &key));
        assert!(!is_signed(b"", &key));
        assert!(!is_signed(&der[..der.len() - 1], &key));
    }
}
