//! The peer's certificates as libcrypto's objects, made once per chain and kept as long as it:
//! what C is lent stays where it is while the connection, or a session, holds the chain.

use std::sync::OnceLock;

use crate::libcrypto::certificate_cache;
use crate::libcrypto::x509::{X509, X509Chain};
use crate::session::PeerChain;

struct Parsed {
    all: X509Chain,
    /// Without the first; made when first asked for.
    issuers: OnceLock<Option<X509Chain>>,
}

/// All certificates that the peer sent, its own first. `None`, with libcrypto's errors on the
/// queue, when one cannot be parsed.
pub fn parsed_chain(peer: &PeerChain) -> Option<&X509Chain> {
    Some(&parsed(peer)?.all)
}

/// The certificates that the peer sent after its own.
pub fn parsed_issuers(peer: &PeerChain) -> Option<&X509Chain> {
    let Parsed { all, issuers } = parsed(peer)?;
    let above = || X509Chain::from_items(all.iter().skip(1).map(|lent| lent.clone())).ok();
    issuers.get_or_init(above).as_ref()
}

fn parsed(peer: &PeerChain) -> Option<&Parsed> {
    peer.parsed(|peer| {
        let certificates: Option<Vec<X509>> = peer
            .certificates()
            .map(|der| certificate_cache::parsed(der).ok())
            .collect();
        Some(Parsed {
            all: X509Chain::from_items(certificates?).ok()?,
            issuers: OnceLock::new(),
        })
    })
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
