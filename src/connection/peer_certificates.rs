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
