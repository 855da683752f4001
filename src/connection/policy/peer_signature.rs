//! Whether the peer's key may sign with its scheme (RFC 8446, sections 4.2.3 and 4.4.3; RFC 5246,
//! sections 7.4.3 and 7.4.8), and checking signatures that the engine cannot.

use std::ffi::c_int;

use crate::cipher::security::operation::{CURVE_CHECK, SIGALG_CHECK};
use crate::cipher::{Group, SuiteB};
use crate::connection::{Connection, Role};
use crate::context::Settings;
use crate::engine::{PeerRejected, PeerSignature};
use crate::error::{self, Reason};
use crate::libcrypto::certificate_cache;
use crate::libcrypto::error_queue;
use crate::libcrypto::key_kind::KeyKind;
use crate::libcrypto::library::LibraryContext;
use crate::libcrypto::public_key::PublicKey;
use crate::libcrypto::signature_scheme::SignatureScheme;
use crate::wire::{Alert, ExtensionType, Version};

const SUITE_B_SCHEMES: [u16; 2] = [0x0403, 0x0503];

impl Connection {
    /// Refuses a scheme that the peer's key cannot have in this version, that was not offered, or
    /// that the security level forbids.
    pub(in crate::connection) fn check_peer_signature(
        &self,
        signed: &PeerSignature<'_>,
    ) -> Result<(), PeerRejected> {
        let settings = self.settings();
        let tls13 = signed.version == Version::TLS1_3;
        let kind = signer(&self.context().library, signed.certificate).map(|key| key.kind());
        let scheme = SignatureScheme::from_code(signed.scheme);
        let (Ok(kind), Some(scheme)) = (kind, scheme) else {
            return Err(wrong_type(Alert::ILLEGAL_PARAMETER));
        };
        if !scheme.is_for(kind) || (tls13 && !scheme.is_of_tls13()) {
            return Err(wrong_type(Alert::ILLEGAL_PARAMETER));
        }
        if let KeyKind::Ec { nid } = kind {
            let bound = tls13 || settings.suite_b().is_some();
            let allowed = tls13 || self.allows_curve_of_peer(&settings, nid);
            if (bound && !scheme.fits(kind)) || !allowed {
                return Err(PeerRejected {
                    reason: Reason::WRONG_CURVE,
                    alert: Alert::ILLEGAL_PARAMETER,
                });
            }
        }
        if !tls13 && settings.suite_b().is_some() && !SUITE_B_SCHEMES.contains(&signed.scheme) {
            return Err(wrong_type(Alert::HANDSHAKE_FAILURE));
        }
        let offered = match self.role() {
            Some(Role::Client) => settings.signature_schemes(),
            _ => settings.client_signature_schemes(),
        };
        let permitted = settings.permits_signature(self.asker(), SIGALG_CHECK, signed.scheme);
        if !offered.contains(&signed.scheme) || !permitted {
            return Err(wrong_type(Alert::HANDSHAKE_FAILURE));
        }
        Ok(())
    }

    /// TLS 1.2: whether a certificate may be on this curve. It must be among the groups that both
    /// sides offer (RFC 8422, sections 5.3 and 5.1.1).
    fn allows_curve_of_peer(&self, settings: &Settings, nid: c_int) -> bool {
        let Some(group) = Group::from_nid(nid) else {
            return false;
        };
        let offered = match self.client_hello() {
            Some(hello) => hello.numbers(ExtensionType::SUPPORTED_GROUPS).to_vec(),
            None => Vec::new(),
        };
        settings.groups().contains(&group.id)
            && (offered.is_empty() || offered.contains(&group.id))
            && self.suits_suite_b(settings, group.id)
            && settings.permits_group(self.asker(), CURVE_CHECK, group.id)
    }

    /// Whether a group goes with the suite of this handshake, if a Suite B profile is in force (TLS
    /// 1.2; RFC 6460, section 3.1).
    pub(in crate::connection) fn suits_suite_b(&self, settings: &Settings, group: u16) -> bool {
        settings.suite_b().is_none()
            || SuiteB::group_of_suite(self.handshake.suite()) == Some(group)
    }
}

/// Whether libcrypto finds the signature valid.
pub(in crate::connection) fn verify(library: &LibraryContext, signed: &PeerSignature<'_>) -> bool {
    let Some(scheme) = SignatureScheme::from_code(signed.scheme) else {
        return false;
    };
    error_queue::quietly(|| {
        signer(library, signed.certificate)
            .and_then(|key| key.verify(library, scheme, signed.message, signed.signature))
            .unwrap_or(false)
    })
}

fn signer(library: &LibraryContext, certificate: &[u8]) -> error::Result<PublicKey> {
    error_queue::quietly(|| {
        certificate_cache::parsed(library, certificate)
            .and_then(|certificate| PublicKey::from_certificate(&certificate))
    })
}

fn wrong_type(alert: Alert) -> PeerRejected {
    PeerRejected {
        reason: Reason::WRONG_SIGNATURE_TYPE,
        alert,
    }
}
