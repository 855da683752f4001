//! The peer's certificate, and our own when a server asks for one.

use std::sync::Arc;

use super::peer_certificates::{ChainToVerify, VerifiedChain};
use super::{ClientHello, Connection, Role, Stop};
use crate::cipher::SuiteB;
use crate::context::{ChainSource, Settings};
use crate::engine::{CertificateRequest, CertifiedKey, PeerRejected};
use crate::error::{Error, Reason};
use crate::libcrypto::error_queue;
use crate::libcrypto::key_kind::KeyKind;
use crate::libcrypto::library::LibraryContext;
use crate::libcrypto::name::{Name, NameStack};
use crate::libcrypto::verify::{Peer, Verification};
use crate::libcrypto::verify_error::alert_for;
use crate::libcrypto::x509::X509;
use crate::session::PeerChain;
use crate::wire::{Alert, ExtensionType, Version};

/// `SSL_OP_DISABLE_TLSEXT_CA_NAMES`
const OP_DISABLE_TLSEXT_CA_NAMES: u64 = 1 << 9;

const INTERNAL: PeerRejected = PeerRejected {
    reason: Reason::INTERNAL_ERROR,
    alert: Alert::INTERNAL_ERROR,
};

impl Connection {
    /// Verifies the peer's chain with libcrypto, as the program has set it up. With
    /// `SSL_VERIFY_NONE` the result is noted and the handshake goes on.
    pub(super) fn judge_peer(
        &self,
        chain: &[&[u8]],
        ocsp_response: &[u8],
    ) -> Result<(), PeerRejected> {
        self.check_staple_was_asked(ocsp_response)?;
        let Some(peer) = PeerChain::new(chain) else {
            return Err(INTERNAL);
        };
        let peer = Arc::new(peer);
        let settings = self.settings();
        let context = self.context();
        let store = match &settings.verify_store {
            Some(store) => store.clone(),
            None => context.certificate_store(),
        };
        let application = context.callbacks().verify_certificate;
        let program_may_look = settings.verify_callback.is_set()
            || application.is_set()
            || settings.security_callback.is_set()
            || store.has_callbacks();
        let chain = ChainToVerify::new(&context.library, &peer, program_may_look)
            .ok_or_else(|| self.malformed(&context.library, chain))?;
        let certificates = chain.certificates().ok_or(INTERNAL)?;
        let param = self.verify_param().map_err(|_| INTERNAL)?;
        let leaf = certificates.get(0).ok_or(INTERNAL)?.clone();
        let verification = Verification {
            library: &context.library,
            store: &store,
            leaf: &leaf,
            untrusted: certificates,
            peer: match self.role() {
                Some(Role::Client) => Peer::Server,
                _ => Peer::Client,
            },
            param,
            security_level: settings.security_level,
            flags: settings.suite_b().map_or(0, SuiteB::verification_flags),
            callbacks: settings.verify_callback.with(application, self.lent()),
        };
        let verified = verification.run();
        let error = verified.error;
        self.verify_result.set(error);
        let built = verified.chain.map(|built| VerifiedChain::new(built, chain));
        let old = self.verified_chain.replace(built);
        drop(old);
        if self.verify_again.take() {
            return Err(PeerRejected {
                reason: Reason::CERTIFICATE_VERIFY_FAILED,
                alert: Alert::INTERNAL_ERROR,
            });
        }
        if !verified.ok && self.insists_on_verification() {
            return Err(PeerRejected {
                reason: Reason::CERTIFICATE_VERIFY_FAILED,
                alert: alert_for(error),
            });
        }
        self.check_key_usage(&leaf)?;
        // Not before: a refused peer's certificate is not shown.
        self.peer.replace(Some(peer.clone()));
        self.result_for_session.set(Some(error));
        // What libcrypto queued about a certificate that is accepted would look like an error of
        // this handshake.
        error_queue::clear();
        self.judge_staple(ocsp_response)
    }

    /// Why a chain is refused that could not be parsed. libcrypto's errors are on the queue already.
    fn malformed(&self, library: &LibraryContext, chain: &[&[u8]]) -> PeerRejected {
        let parse = |der: &&[u8]| error_queue::quietly(|| X509::from_der(library, der)).err();
        match chain.iter().find_map(parse) {
            Some(Error::Ssl(reason, _)) => PeerRejected {
                reason,
                alert: Alert::DECODE_ERROR,
            },
            _ => PeerRejected {
                reason: Reason::CERTIFICATE_VERIFY_FAILED,
                alert: match self.role() {
                    Some(Role::Client) => Alert::BAD_CERTIFICATE,
                    _ => Alert::DECODE_ERROR,
                },
            },
        }
    }

    /// Whether a peer whose chain was refused is refused. A callback may have changed the mode just now. A server that
    /// has asked for a certificate takes none that is not good.
    fn insists_on_verification(&self) -> bool {
        const SSL_VERIFY_NONE: i32 = 0;
        self.role() != Some(Role::Client) || self.settings.borrow().verify_mode != SSL_VERIFY_NONE
    }

    /// TLS 1.2: a server's EC key signs the key exchange, so its certificate has to allow that (RFC 8422, section 5.3).
    fn check_key_usage(&self, leaf: &X509) -> Result<(), PeerRejected> {
        let of_server = self.role() == Some(Role::Client);
        let signs = || !matches!(leaf.key_kind(), Ok(KeyKind::Ec { .. })) || leaf.may_sign();
        if !of_server || self.facts.borrow().version != Version::TLS1_2 || signs() {
            return Ok(());
        }
        Err(PeerRejected {
            reason: Reason::BAD_ECC_CERT,
            alert: Alert::HANDSHAKE_FAILURE,
        })
    }

    /// Client: what to answer a CertificateRequest with.
    pub(super) fn authenticate(&self, request: &CertificateRequest<'_>) -> Option<CertifiedKey> {
        let names = request
            .authorities
            .iter()
            .filter_map(|der| Name::from_der(der).ok());
        self.note_accepted_signatures(&request.signature_schemes);
        self.names.borrow_mut().received = NameStack::from_items(names).ok().map(Arc::new);
        let callback = self.settings().certificate_callback;
        match callback.call(self.lent()) {
            Some(0) => {
                self.handshake.end_with(Reason::CALLBACK_FAILED);
                return None;
            }
            // Suspending is not possible here; it counts as "no certificate".
            Some(..0) => return None,
            _ => {}
        }
        if let Some(key) = self.usable_credentials(request) {
            return Some(key);
        }
        self.ask_client_certificate_callback()?;
        self.usable_credentials(request)
    }

    fn usable_credentials(&self, request: &CertificateRequest<'_>) -> Option<CertifiedKey> {
        let settings = self.settings();
        let credentials = &settings.credentials;
        let keys = credentials.certified(&self.chain_source(&settings)).ok()?;
        let rules = match settings.suite_b() {
            Some(_) => Version::TLS1_3,
            None => request.version,
        };
        let able = |scheme: u16| {
            keys.iter().find(|key| {
                // In TLS 1.2 only the certificate that was set or selected last comes into question.
                let chosen = request.version == Version::TLS1_3
                    || Some(key.number()) == credentials.current_number();
                chosen && key.can_sign(rules, &[scheme])
            })
        };
        let common = request.common_schemes.iter().copied();
        let key = common
            .filter(|scheme| self.may_sign(*scheme))
            .find_map(able)?;
        let slot = credentials.slot(key.number())?;
        self.suits_strict_rules(&settings, slot)
            .then(|| key.clone())
    }

    /// Server: keeps the authorities that a client of TLS 1.3 names (RFC 8446, section 4.2.4).
    pub(super) fn keep_client_authorities(&self, hello: &ClientHello) -> Result<(), Stop> {
        self.names.borrow_mut().received = None;
        if hello
            .extension(ExtensionType::CERTIFICATE_AUTHORITIES)
            .is_none()
        {
            return Ok(());
        }
        let names = hello
            .certificate_authorities()
            .ok_or_else(|| self.refuse(Reason::LENGTH_MISMATCH, Alert::DECODE_ERROR))?
            .into_iter()
            .map(Name::from_der)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|_| self.refuse(Reason::BAD_EXTENSION, Alert::DECODE_ERROR))?;
        let names = NameStack::from_items(names)?;
        self.names.borrow_mut().received = Some(Arc::new(names));
        Ok(())
    }

    /// `SSL_CTX_set_client_cert_cb(3)`: hands over a certificate and a key.
    fn ask_client_certificate_callback(&self) -> Option<()> {
        let callback = self.context().callbacks().client_certificate;
        let (certificate, key) = callback.call(self.lent())?;
        let mut result = Ok(());
        self.change_settings(|settings| {
            let credentials = Arc::make_mut(&mut settings.credentials);
            result = credentials
                .set_certificate(certificate)
                .and_then(|()| credentials.set_key(key));
        });
        result.ok()
    }

    /// Where chains of our own certificates are completed from.
    pub(super) fn chain_source(&self, settings: &Settings) -> ChainSource {
        let context = self.context();
        let store = settings
            .chain_store
            .clone()
            .unwrap_or_else(|| context.certificate_store());
        ChainSource {
            extra: context.extra_chain(),
            objects: store.len(),
            store,
            automatic: settings.mode & 0x8 == 0,
            library: context.library.clone(),
            engine_signs: settings.algorithms.source().is_none(),
        }
    }

    /// DER names that this side sends to the peer.
    pub(super) fn names_for_peer(&self, role: Role) -> Vec<Vec<u8>> {
        if self.settings.borrow().options & OP_DISABLE_TLSEXT_CA_NAMES != 0 {
            return Vec::new();
        }
        let own = self.names.borrow();
        self.context().with_names(|names| own.for_peer(role, names))
    }
}
