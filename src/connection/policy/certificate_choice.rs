//! Which of its certificates a server may show to a client.

use crate::cipher::{Group, SignatureAlgorithm};
use crate::connection::Connection;
use crate::context::{Context, Settings, Slot};
use crate::engine::CertifiedKey;
use crate::error::Result;
use crate::libcrypto::key_kind::KeyKind;
use crate::libcrypto::signature_scheme::SignatureScheme;
use crate::libcrypto::x509::X509;
use crate::wire::{ClientHello, ExtensionType, Numbers, Version};

impl Connection {
    /// The certificates that this client can accept, best first.
    pub(in crate::connection) fn certificates_for(
        &self,
        settings: &Settings,
        hello: &ClientHello,
        version: Version,
    ) -> Result<Vec<CertifiedKey>> {
        let keys = settings
            .credentials
            .certified(&self.chain_source(settings))?;
        let curves = hello.numbers(ExtensionType::SUPPORTED_GROUPS);
        let signatures = hello.numbers(ExtensionType::SIGNATURE_ALGORITHMS_CERT);
        let takes = |key: &CertifiedKey| {
            let Some(slot) = settings.credentials.slot(key.number()) else {
                return true;
            };
            slot.certificate.as_ref().is_none_or(|certificate| {
                (version == Version::TLS1_3 || has_curve_of(slot, curves))
                    && is_signed_by(certificate, signatures)
            })
        };
        let suits = |key: &CertifiedKey| {
            let slot = settings.credentials.slot(key.number());
            version == Version::TLS1_3
                || slot.is_some_and(|slot| self.suits_strict_rules(settings, slot))
        };
        Ok(keys.into_iter().filter(takes).filter(suits).collect())
    }
}

impl Connection {
    /// Whether a server has, or may still get, a certificate or key for TLS 1.3. A certificate with
    /// a key on a curve serves only if a signature algorithm is for that curve.
    pub(in crate::connection) fn is_capable_of_tls13(&self, settings: &Settings) -> bool {
        let has_name_callback = |context: &Context| context.callbacks.server_name.get().is_set();
        let psk = &settings.psk;
        has_name_callback(&self.context())
            || has_name_callback(self.session_context())
            || psk.server_key.is_set()
            || psk.find_session.is_set()
            || settings.certificate_callback.is_set()
            || settings.credentials.filled().any(|(_, slot)| {
                slot.key_kind()
                    .is_some_and(|kind| signs_in_tls13(settings, kind))
            })
    }
}

fn signs_in_tls13(settings: &Settings, kind: KeyKind) -> bool {
    let is_for_curve = |code: &u16| {
        SignatureScheme::from_code(*code)
            .is_some_and(|scheme| scheme.is_of_tls13() && scheme.fits(kind))
    };
    !matches!(kind, KeyKind::Ec { .. }) || settings.signature_schemes().iter().any(is_for_curve)
}

/// TLS 1.2: a key on a curve must be on one of the client's (RFC 8422, section 5.1.1), if it names
/// any.
fn has_curve_of(slot: &Slot, curves: Numbers<'_>) -> bool {
    match slot.certified_kind() {
        Some(KeyKind::Ec { nid }) => {
            Group::from_nid(nid).is_some_and(|group| curves.is_empty() || curves.contains(group.id))
        }
        _ => true,
    }
}

/// Whether the certificate's own signature is one of signature_algorithms_cert (RFC 8446, section
/// 4.2.3), if the client sends that. The two kinds of RSA-PSS keys count as one.
fn is_signed_by(certificate: &X509, schemes: Numbers<'_>) -> bool {
    let signature = certificate.signature_nids();
    schemes.is_empty()
        || schemes
            .iter()
            .filter_map(SignatureAlgorithm::from_id)
            .any(|algorithm| (algorithm.hash_nid, algorithm.signature_nid) == signature)
}
