//! Which group a server exchanges keys with.

use rustls::crypto::kx::SupportedKxGroup;
use rustls::server::{KeyExchangeSelector, OfferedKxGroup};

use super::thread;
use crate::wire::Version;

/// The group for the server that is driven on the thread.
///
/// TLS 1.3: the client's first group with a key share, since another would cost a round trip.
/// Without one the server asks for a share of the first group in its own order, as OpenSSL does.
///
/// TLS 1.2: the first in the order of the side whose order counts.
#[derive(Debug)]
pub(super) struct GroupChoice;

impl KeyExchangeSelector for GroupChoice {
    fn select_key_exchange(
        &self,
        client: &mut dyn Iterator<Item = OfferedKxGroup>,
        server: &[&'static dyn SupportedKxGroup],
    ) -> Option<&'static dyn SupportedKxGroup> {
        let (tls13, server_order) = thread::with(|driven| {
            let server = driven.server.as_ref()?;
            let tls13 = server.version == Version::TLS1_3;
            Some((tls13, server.profile.prefer_server_order))
        })??;
        let mut best = None;
        for offered in client {
            if tls13 && offered.has_key_share || !tls13 && !server_order {
                return Some(offered.group);
            }
            let name = offered.group.name();
            let place = server.iter().position(|group| group.name() == name);
            let place = place.unwrap_or(usize::MAX);
            if best.is_none_or(|(before, _)| place < before) {
                best = Some((place, offered.group));
            }
        }
        best.map(|(_, group)| group)
    }
}
