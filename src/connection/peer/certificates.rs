//! The peer's certificates as libcrypto's objects.
//!
//! Those that a program can see are made once per chain and kept as long as it: what C is lent
//! stays where it is while the connection, or a session, holds the chain. They belong to this chain
//! alone, as in OpenSSL, since a program may change what it finds. Verification may use objects
//! that connections share, as long as no function of the program could see them.

use std::cell::OnceCell;
use std::sync::{Arc, OnceLock};

use crate::libcrypto::certificate_cache::SharedChain;
use crate::libcrypto::library::LibraryContext;
use crate::libcrypto::x509::{X509, X509Chain};
use crate::session::PeerChain;

/// Each is made when first asked for, and shares its certificates with the others.
#[derive(Default)]
struct Lendable {
    /// Provides their algorithms.
    library: LibraryContext,
    leaf: OnceLock<X509>,
    all: OnceLock<X509Chain>,
    /// Without the first.
    issuers: OnceLock<X509Chain>,
}

/// The peer's own certificate. `None`, with libcrypto's errors on the queue, when it cannot be
/// parsed.
pub fn parsed_leaf(peer: &PeerChain) -> Option<&X509> {
    let Lendable { library, leaf, .. } = lendable(peer)?;
    made_once(leaf, || X509::from_der(library, peer.leaf()).ok())
}

/// All certificates that the peer sent, its own first. `None`, with libcrypto's errors on the
/// queue, when one cannot be parsed.
pub fn parsed_chain(peer: &PeerChain) -> Option<&X509Chain> {
    let Lendable { library, all, .. } = lendable(peer)?;
    made_once(all, || {
        let leaf = parsed_leaf(peer)?.clone();
        let issuers = peer.certificates().skip(1);
        let issuers = issuers.map(|der| X509::from_der(library, der));
        let all: Result<Vec<X509>, _> = std::iter::once(Ok(leaf)).chain(issuers).collect();
        X509Chain::from_items(all.ok()?).ok()
    })
}

/// The certificates that the peer sent after its own.
pub fn parsed_issuers(peer: &PeerChain) -> Option<&X509Chain> {
    let issuers = &lendable(peer)?.issuers;
    made_once(issuers, || {
        let above = parsed_chain(peer)?.iter().skip(1);
        X509Chain::from_items(above.map(|lent| lent.clone())).ok()
    })
}

/// Sets the library context that provides the algorithms of the certificates; without effect once
/// one has been parsed. Those of a session that was read come from the default library context, as
/// in OpenSSL.
fn set_library(peer: &PeerChain, library: &LibraryContext) {
    peer.parsed(|_| {
        Some(Lendable {
            library: library.clone(),
            ..Lendable::default()
        })
    });
}

fn lendable(peer: &PeerChain) -> Option<&Lendable> {
    peer.parsed(|_| Some(Lendable::default()))
}

/// What `cell` holds, made now if it is empty. Two threads that ask at once may both make it; one
/// result is kept.
fn made_once<T>(cell: &OnceLock<T>, make: impl FnOnce() -> Option<T>) -> Option<&T> {
    if cell.get().is_none() {
        let _ = cell.set(make()?);
    }
    cell.get()
}

/// The peer's chain as it is verified.
pub enum ChainToVerify {
    /// The objects that the program gets: its functions may run at the same time.
    Own(Arc<PeerChain>),
    /// Objects that connections share.
    Shared(Arc<PeerChain>, SharedChain),
}

impl ChainToVerify {
    /// `None`, with libcrypto's errors on the queue, when a certificate cannot be parsed.
    pub fn new(
        library: &LibraryContext,
        peer: &Arc<PeerChain>,
        program_may_look: bool,
    ) -> Option<Self> {
        set_library(peer, library);
        if !program_may_look
            && let Some(shared) = SharedChain::new(library, peer.certificates()).ok()?
        {
            return Some(Self::Shared(peer.clone(), shared));
        }
        parsed_chain(peer)?;
        Some(Self::Own(peer.clone()))
    }

    /// The chain if connections share it.
    pub fn shared(&self) -> Option<&SharedChain> {
        match self {
            Self::Own(_) => None,
            Self::Shared(_, shared) => Some(shared),
        }
    }

    /// The certificates, the peer's own first.
    pub fn certificates(&self) -> Option<&X509Chain> {
        match self {
            Self::Own(peer) => parsed_chain(peer),
            Self::Shared(_, shared) => Some(shared.certificates()),
        }
    }
}

/// The chain that a verification has built.
pub struct VerifiedChain {
    built: X509Chain,
    given: ChainToVerify,
    /// With this chain's own objects in the place of shared ones; made when first asked for.
    lent: OnceCell<X509Chain>,
}

impl VerifiedChain {
    /// `built` was made of the certificates in `given`, and of those of the program's store.
    pub fn new(built: X509Chain, given: ChainToVerify) -> Self {
        Self {
            built,
            given,
            lent: OnceCell::new(),
        }
    }

    /// The chain for C, as long as `self` lives; `None` when there is no memory for it.
    pub fn lend(&self) -> Option<&X509Chain> {
        match &self.given {
            ChainToVerify::Own(_) => Some(&self.built),
            ChainToVerify::Shared(peer, shared) => {
                if self.lent.get().is_none() {
                    // Outside the cell: a program may have a function run for every new
                    // certificate.
                    let own = own_in_place_of_shared(&self.built, peer, shared.certificates())?;
                    let _ = self.lent.set(own);
                }
                self.lent.get()
            }
        }
    }
}

fn own_in_place_of_shared(
    built: &X509Chain,
    peer: &PeerChain,
    shared: &X509Chain,
) -> Option<X509Chain> {
    let own = parsed_chain(peer)?;
    let items: Option<Vec<X509>> = built
        .iter()
        .map(
            |lent| match shared.iter().position(|one| one.as_ptr() == lent.as_ptr()) {
                Some(place) => own.get(place).map(|own| own.clone()),
                // From the store, which is the program's.
                None => Some(lent.clone()),
            },
        )
        .collect();
    X509Chain::from_items(items?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::libcrypto::{error_queue, testing};

    #[test]
    fn certificates_stay_where_they_are_as_long_as_the_chain() {
        let root = testing::authority("Root");
        let leaf = testing::issued("leaf.test", &root);
        let ders = [&leaf, &root].map(|identity| identity.certificate.to_der().unwrap());
        let peer = PeerChain::new(&ders).unwrap();
        let all = parsed_chain(&peer).unwrap();
        assert_eq!(all.len(), 2);
        assert_eq!(*all.get(0).unwrap(), leaf.certificate);
        let issuers = parsed_issuers(&peer).unwrap();
        assert_eq!(issuers.len(), 1);
        assert_eq!(
            issuers.get(0).unwrap().as_ptr(),
            all.get(1).unwrap().as_ptr()
        );
        assert!(std::ptr::eq(all, parsed_chain(&peer).unwrap()));
        assert!(std::ptr::eq(issuers, parsed_issuers(&peer).unwrap()));
    }

    #[test]
    fn a_client_with_one_certificate_has_no_issuers_but_a_list() {
        let alone = testing::self_signed("alone.test");
        let peer = PeerChain::new([alone.certificate.to_der().unwrap()]).unwrap();
        assert!(parsed_issuers(&peer).unwrap().is_empty());
    }

    #[test]
    fn what_is_no_certificate_has_no_object() {
        let peer = PeerChain::of_leaf(b"no certificate");
        assert!(parsed_chain(&peer).is_none());
        assert_ne!(error_queue::peek(), 0);
        error_queue::clear();
    }
}
