//! The peer's certificates as rustls holds them, and its signatures.

use rustls::Error;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{Identity, SignatureScheme, VerifiedIdentity};
use rustls::server::danger::SignatureVerificationInput;

use super::credentials::signer_certificate;
use super::delegate::Delegate;

/// The chain in DER, leaf first.
pub(super) fn certificate_chain<'a>(identity: &'a Identity<'_>) -> Vec<&'a [u8]> {
    match identity {
        Identity::X509(chain) => std::iter::once(chain.end_entity.as_ref())
            .chain(chain.intermediates.iter().map(|der| der.as_ref()))
            .collect(),
        _ => Vec::new(),
    }
}

/// What rustls has to remember of a verified peer: the leaf, whose key signs. The whole chain is
/// kept once, in our session.
pub(super) fn leaf_only<'a>(identity: &Identity<'a>) -> VerifiedIdentity<'a> {
    let mut identity = identity.clone();
    if let Identity::X509(chain) = &mut identity {
        chain.intermediates = Vec::new();
    }
    VerifiedIdentity::assertion(identity)
}

/// Accepts a handshake signature that the engine's algorithms verified, or else libcrypto's, which
/// knows more kinds of keys. Schemes that were not offered are refused.
pub(super) fn verify_signature(
    by_engine: Result<HandshakeSignatureValid, Error>,
    input: &SignatureVerificationInput<'_>,
    offered: &[SignatureScheme],
    delegate: Option<&dyn Delegate>,
) -> Result<HandshakeSignatureValid, Error> {
    let scheme = input.signature.scheme;
    if !offered.contains(&scheme) {
        return Err(rustls::error::PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme.into());
    }
    let result = by_engine.or_else(|error| {
        let verified = delegate.is_some_and(|delegate| {
            delegate.verify_signature(
                scheme.0,
                signer_certificate(input.signer),
                input.message,
                input.signature.signature(),
            )
        });
        match verified {
            true => Ok(HandshakeSignatureValid::assertion()),
            false => Err(error),
        }
    });
    if let (Ok(_), Some(delegate)) = (&result, delegate) {
        delegate.peer_signed(scheme.0);
    }
    result
}
