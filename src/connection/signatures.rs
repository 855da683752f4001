//! Who signed what in the handshake, and which certificate of ours was used
//! (SSL_get_peer_signature_nid(3), SSL_get_certificate(3)).

use std::sync::Arc;

use super::{Connection, Role};
use crate::cipher::SignatureAlgorithm;
use crate::cipher::security::operation::SIGALG_SHARED;
use crate::context::{CredentialHolder, Credentials, LentChains, Position, Settings, Slot};
use crate::error::{Reason, Result};
use crate::libcrypto::library::LibraryContext;
use crate::libcrypto::x509::X509;

/// What is known of the signatures of a handshake. Nothing is signed when a session is resumed.
#[derive(Default)]
pub(super) struct Signatures {
    /// The slot of the certificate that was selected.
    slot: Option<usize>,
    /// Scheme of our signature; 0 for none.
    own: u16,
    /// Scheme of the peer's signature; 0 for none.
    peer: u16,
    /// Schemes that the peer accepts, in its order.
    accepted: Vec<u16>,
    /// Those of them that the security policy refuses.
    refused: Vec<u16>,
}

impl Connection {
    /// Certificate and key in use: those selected in the handshake, or else those set last.
    pub fn slot_in_use(&self) -> Option<Slot> {
        let credentials = &self.settings.borrow().credentials;
        match self.signatures.borrow().slot {
            Some(number) => credentials.slot(number).cloned(),
            None => credentials.current().cloned(),
        }
    }

    /// The slot of the certificate that was selected in the handshake.
    pub fn slot_of_handshake(&self) -> Option<usize> {
        self.signatures.borrow().slot
    }

    /// The algorithm of our signature, once one has been made.
    pub fn own_signature(&self) -> Option<&'static SignatureAlgorithm> {
        SignatureAlgorithm::from_id(self.signatures.borrow().own)
    }

    /// The algorithm of the peer's signature, once one has been verified.
    pub fn peer_signature(&self) -> Option<&'static SignatureAlgorithm> {
        SignatureAlgorithm::from_id(self.signatures.borrow().peer)
    }

    /// Signature schemes that the peer accepts, by TLS number, in its order; empty before it has
    /// said so and after a resumption.
    pub fn accepted_signatures(&self) -> Vec<u16> {
        self.signatures.borrow().accepted.clone()
    }

    /// Of these the ones that we take too, best first.
    pub fn shared_signatures(&self) -> Vec<&'static SignatureAlgorithm> {
        let settings = self.settings();
        let ours = match (self.role(), &settings.client_signature_schemes) {
            (Some(Role::Client), Some(schemes)) => schemes.to_vec(),
            _ => settings.signature_schemes(),
        };
        let theirs = self.accepted_signatures();
        let (order, other) = match settings.prefers_own_order() {
            false => (theirs, ours),
            true => (ours, theirs),
        };
        let refused = self.signatures.borrow().refused.clone();
        order
            .into_iter()
            .filter(|scheme| other.contains(scheme) && !refused.contains(scheme))
            .filter_map(SignatureAlgorithm::from_id)
            .collect()
    }

    pub(super) fn note_accepted_signatures(&self, schemes: &[u16]) {
        let settings = self.settings();
        let permitted = self.permitted_signatures(&settings, SIGALG_SHARED, schemes.to_vec());
        let refused = schemes.iter().copied();
        let refused = refused.filter(|scheme| !permitted.contains(scheme));
        let mut signatures = self.signatures.borrow_mut();
        signatures.refused = refused.collect();
        signatures.accepted = schemes.to_vec();
    }

    /// Whether the security policy lets us sign with this scheme, which the peer accepts.
    pub(super) fn may_sign(&self, scheme: u16) -> bool {
        !self.signatures.borrow().refused.contains(&scheme)
    }

    pub(super) fn note_own_signature(&self, slot: usize, scheme: u16) {
        let mut signatures = self.signatures.borrow_mut();
        signatures.slot = Some(slot);
        signatures.own = scheme;
    }

    /// Refuses our own certificate of this number when the security level, which may have been raised since it was set,
    /// or the security callback does not take it or its chain.
    pub(super) fn check_own_chain(&self, slot: usize) -> std::result::Result<(), Reason> {
        let settings = self.settings();
        let source = self.chain_source(&settings);
        match settings.credentials.shown(slot, &source) {
            Some(chain) => settings.check_shown(self.asker(), &chain),
            None => Ok(()),
        }
    }

    pub(super) fn note_peer_signature(&self, scheme: u16) {
        self.signatures.borrow_mut().peer = scheme;
    }

    pub(super) fn forget_signatures(&self) {
        self.signatures.take();
    }
}

impl CredentialHolder for Connection {
    fn library(&self) -> LibraryContext {
        Connection::library(self)
    }

    fn current_settings(&self) -> Arc<Settings> {
        self.settings()
    }

    fn change_credentials(&self, change: &dyn Fn(&mut Credentials) -> Result<()>) -> Result<()> {
        let mut credentials = Credentials::clone(&self.settings().credentials);
        change(&mut credentials)?;
        self.change_settings(|settings| settings.credentials = Arc::new(credentials));
        // From now on the one set last is in use.
        self.signatures.borrow_mut().slot = None;
        Ok(())
    }

    fn with_lent_chains(&self, work: &mut dyn FnMut(&mut LentChains)) {
        work(&mut self.lent_chains.borrow_mut());
    }

    fn check_strength(&self, certificate: &X509, position: Position) -> Result<()> {
        self.settings()
            .check_strength(self.asker(), certificate, position)
    }
}
