//! Whether the peer's certificates are accepted.

use std::ffi::c_long;
use std::sync::Arc;

use crate::cipher::SuiteB;
use crate::connection::peer::{ChainToVerify, VerifiedChain};
use crate::connection::{Connection, Role};
use crate::engine::{PeerRejected, verify_certificate_signature};
use crate::error::{Error, Reason};
use crate::flags::VerifyMode;
use crate::libcrypto::error_queue;
use crate::libcrypto::key_kind::KeyKind;
use crate::libcrypto::library::LibraryContext;
use crate::libcrypto::verify::{Peer, SharedVerification, Verification};
use crate::libcrypto::verify_error::alert_for;
use crate::libcrypto::x509::X509;
use crate::session::PeerChain;
use crate::wire::{Alert, Version};

const INTERNAL: PeerRejected = PeerRejected {
    reason: Reason::INTERNAL_ERROR,
    alert: Alert::INTERNAL_ERROR,
};

/// What a verification has found.
struct Verified {
    /// The peer's own certificate.
    leaf: X509,
    /// `X509_V_…`
    result: c_long,
    is_valid: bool,
}

impl Connection {
    /// Verifies the peer's chain with libcrypto, as the program has set it up. With
    /// `SSL_VERIFY_NONE` the result is recorded and the handshake goes on.
    pub(in crate::connection) fn check_peer(
        &self,
        chain: &[&[u8]],
        ocsp_response: &[u8],
    ) -> Result<(), PeerRejected> {
        self.check_staple_was_asked(ocsp_response)?;
        let peer = Arc::new(PeerChain::new(chain).ok_or(INTERNAL)?);
        let verified = self.verify_peer(&peer, chain)?;
        if self.peer.take_rejection() {
            return Err(not_verified(Alert::INTERNAL_ERROR));
        }
        if !verified.is_valid && self.insists_on_verification() {
            return Err(not_verified(alert_for(verified.result)));
        }
        self.check_key_usage(&verified.leaf)?;
        // Not before: a rejected peer's certificate is not shown.
        self.peer.accept(peer, verified.result);
        // What libcrypto queued about a certificate that is accepted would look like an error of
        // this handshake.
        error_queue::clear();
        self.check_staple(ocsp_response)
    }

    /// Has libcrypto verify the chain, and records what it has found.
    fn verify_peer(&self, peer: &Arc<PeerChain>, ders: &[&[u8]]) -> Result<Verified, PeerRejected> {
        let settings = self.settings();
        let context = self.context();
        let store = match &settings.verify_store {
            Some(store) => store.clone(),
            None => context.certificate_store(),
        };
        let application = context.callbacks.verify_certificate.get();
        let program_may_look = settings.verify_callback.is_set()
            || application.is_set()
            || settings.security_callback.is_set()
            || store.has_callbacks();
        let chain = ChainToVerify::new(&context.library, peer, program_may_look)
            .ok_or_else(|| self.malformed(&context.library, ders))?;
        let certificates = chain.certificates().ok_or(INTERNAL)?;
        let param = self.configuration.verify_param().map_err(|_| INTERNAL)?;
        let leaf = certificates.get(0).ok_or(INTERNAL)?.clone();
        let verification = Verification {
            library: &context.library,
            store: &store,
            leaf: &leaf,
            untrusted: certificates,
            shared: chain
                .shared()
                .filter(|_| settings.provided_algorithms().is_none())
                .map(|chain| SharedVerification {
                    chain,
                    check: verify_certificate_signature,
                }),
            peer: match self.role() {
                Some(Role::Client) => Peer::Server,
                _ => Peer::Client,
            },
            param,
            security_level: settings.security_level,
            flags: settings.suite_b().map_or(0, SuiteB::verification_flags),
            callbacks: settings.verify_callback.with(application, self.lent()),
        };
        let found = verification.run();
        let built = found.chain.map(|built| VerifiedChain::new(built, chain));
        self.peer.record_verification(found.error, built);
        Ok(Verified {
            leaf,
            result: found.error,
            is_valid: found.ok,
        })
    }

    /// Why a chain is rejected that cannot be parsed. libcrypto's errors are on the queue already.
    fn malformed(&self, library: &LibraryContext, chain: &[&[u8]]) -> PeerRejected {
        let parse = |der: &&[u8]| error_queue::quietly(|| X509::from_der(library, der)).err();
        match chain.iter().find_map(parse) {
            Some(Error::Ssl(reason, _)) => PeerRejected {
                reason,
                alert: Alert::DECODE_ERROR,
            },
            _ => not_verified(match self.role() {
                Some(Role::Client) => Alert::BAD_CERTIFICATE,
                _ => Alert::DECODE_ERROR,
            }),
        }
    }

    /// Whether a peer is rejected whose chain is not valid. A callback may have changed the mode
    /// just now. A server that has asked for a certificate accepts only a valid one.
    fn insists_on_verification(&self) -> bool {
        self.role() != Some(Role::Client)
            || self.configuration.settings().verify_mode != VerifyMode::NONE
    }

    /// TLS 1.2: a server's EC key signs the key exchange, so its certificate has to allow that (RFC
    /// 8422, section 5.3).
    fn check_key_usage(&self, leaf: &X509) -> Result<(), PeerRejected> {
        let of_server = self.role() == Some(Role::Client);
        let signs = || !matches!(leaf.key_kind(), Ok(KeyKind::Ec { .. })) || leaf.may_sign();
        if !of_server || self.engine.facts().version != Version::TLS1_2 || signs() {
            return Ok(());
        }
        Err(PeerRejected {
            reason: Reason::BAD_ECC_CERT,
            alert: Alert::HANDSHAKE_FAILURE,
        })
    }
}

fn not_verified(alert: Alert) -> PeerRejected {
    PeerRejected {
        reason: Reason::CERTIFICATE_VERIFY_FAILED,
        alert,
    }
}
