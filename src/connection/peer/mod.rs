//! What is known of the peer: its certificates and what verification has found, the signatures of
//! the handshake, and OCSP responses.
//!
//! | module         | what                                                         |
//! |----------------|--------------------------------------------------------------|
//! | `certificates` | the certificates as libcrypto's objects                      |
//! | `signatures`   | algorithms of both sides' signatures, our certificate in use |
//! | `ocsp`         | the OCSP response, and a client's request for one            |

mod certificates;
mod ocsp;
mod signatures;

pub use certificates::{parsed_chain, parsed_issuers, parsed_leaf};

pub(super) use certificates::{ChainToVerify, VerifiedChain};
use ocsp::Ocsp;
use signatures::Signatures;

use std::cell::{Cell, RefCell};
use std::ffi::c_long;
use std::sync::Arc;

use crate::context::LentChains;
use crate::session::PeerChain;

/// The peer of one connection.
#[derive(Default)]
pub struct PeerState {
    chain: RefCell<Option<Arc<PeerChain>>>,
    verified_chain: RefCell<Option<VerifiedChain>>,
    /// `X509_V_…`
    verify_result: Cell<c_long>,
    /// The result with which the peer's certificate was accepted. The session gets it, whatever the
    /// program sets later.
    accepted_with: Cell<Option<c_long>>,
    /// `SSL_set_retry_verify`: the peer must not be accepted now.
    rejected_by_program: Cell<bool>,
    /// Algorithms of the signatures of both sides.
    pub signatures: Signatures,
    /// The OCSP response, and what a client says when it asks for one.
    pub ocsp: Ocsp,
    /// Chains of our certificates that C has been lent.
    lent_chains: RefCell<LentChains>,
}

impl PeerState {
    /// Back to the state before a handshake. What the program has set or been lent stays.
    pub(super) fn reset(&self) {
        let Self {
            chain,
            verified_chain,
            verify_result: _,
            accepted_with,
            rejected_by_program,
            signatures,
            ocsp: _,
            lent_chains: _,
        } = self;
        chain.take();
        verified_chain.take();
        accepted_with.take();
        rejected_by_program.take();
        signatures.reset();
    }

    /// The certificates that the peer sent in this handshake, or in that of the session which it
    /// resumes.
    pub(super) fn chain(&self) -> Option<Arc<PeerChain>> {
        self.chain.borrow().clone()
    }

    /// The peer is that of a session.
    pub(super) fn set_chain(&self, chain: Option<Arc<PeerChain>>) {
        self.chain.replace(chain);
    }

    /// The peer's certificate is accepted, with this result of its verification.
    pub(super) fn accept(&self, chain: Arc<PeerChain>, verify_result: c_long) {
        self.chain.replace(Some(chain));
        self.accepted_with.set(Some(verify_result));
    }

    /// `SSL_get0_verified_chain`: lent until the next handshake.
    pub fn lend_verified_chain(&self) -> *mut openssl_sys::stack_st_X509 {
        let verified = self.verified_chain.borrow();
        let chain = verified.as_ref().and_then(|verified| verified.lend());
        chain.map_or(std::ptr::null_mut(), |chain| chain.as_ptr())
    }

    /// What a verification has found: its result, and the chain that it has built.
    pub(super) fn record_verification(&self, result: c_long, chain: Option<VerifiedChain>) {
        self.verify_result.set(result);
        let old = self.verified_chain.replace(chain);
        drop(old);
    }

    /// `SSL_get_verify_result`
    pub fn verify_result(&self) -> c_long {
        self.verify_result.get()
    }

    /// `SSL_set_verify_result`
    pub fn set_verify_result(&self, result: c_long) {
        self.verify_result.set(result);
    }

    /// The result for a new session.
    pub(super) fn verify_result_of_session(&self) -> c_long {
        let accepted_with = self.accepted_with.get();
        accepted_with.unwrap_or_else(|| self.verify_result.get())
    }

    /// `SSL_set_retry_verify`: the peer that is being verified is rejected.
    pub fn reject(&self) {
        self.rejected_by_program.set(true);
    }

    /// Whether the program has rejected the peer since this was last asked.
    pub(super) fn take_rejection(&self) -> bool {
        self.rejected_by_program.take()
    }

    /// Runs `work` on the chains of our certificates that C has been lent.
    pub(super) fn with_lent_chains(&self, work: &mut dyn FnMut(&mut LentChains)) {
        work(&mut self.lent_chains.borrow_mut());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::libcrypto::memory::Allocated;

    #[test]
    fn the_session_has_the_result_with_which_the_peer_was_accepted() {
        let peer = PeerState::default();
        peer.set_verify_result(18);
        assert_eq!(peer.verify_result_of_session(), 18);
        peer.accept(Arc::new(PeerChain::of_leaf(b"leaf")), 18);
        peer.set_verify_result(0);
        assert_eq!(peer.verify_result_of_session(), 18);
        assert_eq!(peer.verify_result(), 0);
        assert_eq!(peer.chain().unwrap().leaf(), b"leaf");
    }

    #[test]
    fn a_rejection_by_the_program_counts_once() {
        let peer = PeerState::default();
        assert!(!peer.take_rejection());
        peer.reject();
        assert!(peer.take_rejection());
        assert!(!peer.take_rejection());
    }

    #[test]
    fn reset_forgets_the_peer_but_not_what_the_program_has_set() {
        let peer = PeerState::default();
        peer.accept(Arc::new(PeerChain::of_leaf(b"leaf")), 1);
        peer.record_verification(20, None);
        peer.reject();
        peer.signatures.record_peer(0x0403);
        let response = Allocated::copy_of(b"response").unwrap();
        peer.ocsp.set_response(response);
        peer.reset();
        assert!(peer.chain().is_none() && peer.lend_verified_chain().is_null());
        assert!(!peer.take_rejection());
        assert!(peer.signatures.peer().is_none());
        assert_eq!(peer.verify_result_of_session(), 20);
        assert!(peer.ocsp.response().is_some());
    }
}
