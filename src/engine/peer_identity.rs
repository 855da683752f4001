//! The peer's certificates as rustls holds them, and its signatures.

use rustls::Error;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{Identity, VerifiedIdentity};
use rustls::server::danger::SignatureVerificationInput;

use super::credentials::signer_certificate;
use super::delegate::{Delegate, PeerRejected, PeerSignature};
use super::library;
use crate::reason::Reason;
use crate::wire::{Alert, Version};

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

/// Client, TLS 1.2: asks whether the server may use the group of its key exchange. What it signs is both
/// randoms, a curve type and the group (RFC 5246, section 7.4.3; RFC 8422, section 5.4).
pub(super) fn judge_group(
    input: &SignatureVerificationInput<'_>,
    delegate: Option<&dyn Delegate>,
) -> Result<(), PeerRejected> {
    const RANDOMS: usize = 2 * 32;
    const NAMED_CURVE: u8 = 3;
    match (input.message.get(RANDOMS..), delegate) {
        (Some([NAMED_CURVE, high, low, ..]), Some(delegate)) => {
            delegate.judge_group(u16::from_be_bytes([*high, *low]))
        }
        _ => Ok(()),
    }
}

/// Accepts a handshake signature whose scheme the delegate finds right for the signer's key, if the
/// engine's algorithms verify it, or else libcrypto's, which know more kinds of keys. `message` is what is signed.
pub(super) fn verify_signature(
    version: Version,
    by_engine: impl FnOnce() -> Result<HandshakeSignatureValid, Error>,
    input: &SignatureVerificationInput<'_>,
    message: &[u8],
    delegate: Option<&dyn Delegate>,
) -> Result<HandshakeSignatureValid, PeerRejected> {
    let delegate = delegate.ok_or(PeerRejected {
        reason: Reason::INTERNAL_ERROR,
        alert: Alert::INTERNAL_ERROR,
    })?;
    let signed = PeerSignature {
        version,
        scheme: input.signature.scheme.0,
        certificate: signer_certificate(input.signer),
        message,
        signature: input.signature.signature(),
    };
    delegate.judge_signature(&signed)?;
    let by_engine = || library::is_engine() && by_engine().is_ok();
    if !by_engine() && !delegate.verify_signature(&signed) {
        return Err(PeerRejected {
            reason: Reason::BAD_SIGNATURE,
            alert: Alert::DECRYPT_ERROR,
        });
    }
    delegate.peer_signed(signed.scheme);
    Ok(HandshakeSignatureValid::assertion())
}
