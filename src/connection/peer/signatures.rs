//! The signatures of both sides in the handshake, and which of our certificates was selected
//! (SSL_get_peer_signature_nid(3), SSL_get_certificate(3)).

use std::cell::{Cell, RefCell};

use crate::cipher::SignatureAlgorithm;

/// What is known of the signatures of a handshake. Nothing is signed when a session is resumed.
#[derive(Default)]
pub struct Signatures {
    /// The slot of the certificate that was selected.
    slot: Cell<Option<usize>>,
    /// Scheme of our signature; 0 for none.
    own: Cell<u16>,
    /// Scheme of the peer's signature; 0 for none.
    peer: Cell<u16>,
    /// Schemes that the peer accepts, in its order.
    accepted: RefCell<Vec<u16>>,
    /// Those of them that the security policy refuses.
    refused: RefCell<Vec<u16>>,
}

impl Signatures {
    /// Forgets everything.
    pub(in crate::connection) fn reset(&self) {
        let Self {
            slot,
            own,
            peer,
            accepted,
            refused,
        } = self;
        slot.take();
        own.take();
        peer.take();
        accepted.take();
        refused.take();
    }

    /// The slot of the certificate that was selected in the handshake.
    pub fn slot(&self) -> Option<usize> {
        self.slot.get()
    }

    /// From now on the certificate that was set last is in use.
    pub(in crate::connection) fn forget_slot(&self) {
        self.slot.take();
    }

    /// The algorithm of our signature, once one has been made.
    pub fn own(&self) -> Option<&'static SignatureAlgorithm> {
        SignatureAlgorithm::from_id(self.own.get())
    }

    /// The algorithm of the peer's signature, once one has been verified.
    pub fn peer(&self) -> Option<&'static SignatureAlgorithm> {
        SignatureAlgorithm::from_id(self.peer.get())
    }

    /// Signature schemes that the peer accepts, by TLS number, in its order; empty before it has
    /// said so and after a resumption.
    pub fn accepted(&self) -> Vec<u16> {
        self.accepted.borrow().clone()
    }

    /// Whether the security policy lets us sign with this scheme, which the peer accepts.
    pub(in crate::connection) fn may_sign(&self, scheme: u16) -> bool {
        !self.refused.borrow().contains(&scheme)
    }

    /// Records what the peer accepts, and what of that is permitted.
    pub(in crate::connection) fn record_accepted(&self, schemes: &[u16], permitted: &[u16]) {
        let refused = schemes.iter().copied();
        let refused = refused.filter(|scheme| !permitted.contains(scheme));
        self.refused.replace(refused.collect());
        self.accepted.replace(schemes.to_vec());
    }

    /// Records our signature, with the certificate of this slot.
    pub(in crate::connection) fn record_own(&self, slot: usize, scheme: u16) {
        self.slot.set(Some(slot));
        self.own.set(scheme);
    }

    /// Records the peer's signature.
    pub(in crate::connection) fn record_peer(&self, scheme: u16) {
        self.peer.set(scheme);
    }

    /// Of the schemes that the peer accepts those that are also among `ours`; in the
    /// order of preference of this side, or else of the peer.
    pub(in crate::connection) fn shared(
        &self,
        ours: Vec<u16>,
        own_order: bool,
    ) -> Vec<&'static SignatureAlgorithm> {
        let theirs = self.accepted();
        let (order, other) = if own_order {
            (ours, theirs)
        } else {
            (theirs, ours)
        };
        order
            .into_iter()
            .filter(|scheme| other.contains(scheme) && self.may_sign(*scheme))
            .filter_map(SignatureAlgorithm::from_id)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_schemes_are_permitted_ones_of_both_sides() {
        let signatures = Signatures::default();
        signatures.record_accepted(&[0x0804, 0x0403, 0x0401], &[0x0804, 0x0403]);
        assert!(signatures.may_sign(0x0403) && !signatures.may_sign(0x0401));
        let ids = |own_order| -> Vec<u16> {
            let shared = signatures.shared(vec![0x0401, 0x0403, 0x0804], own_order);
            shared.iter().map(|algorithm| algorithm.id).collect()
        };
        assert_eq!(ids(false), [0x0804, 0x0403]);
        assert_eq!(ids(true), [0x0403, 0x0804]);
        signatures.reset();
        assert!(signatures.may_sign(0x0401) && signatures.accepted().is_empty());
    }
}
