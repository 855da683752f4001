//! Which group a server exchanges keys with.

use rustls::crypto::kx::SupportedKxGroup;
use rustls::server::{KeyExchangeSelector, OfferedKxGroup};

/// TLS 1.3: the client's first group with a key share, since another would cost a round trip.
/// Without one the server asks for a share of the first group in its own order, as OpenSSL does.
#[derive(Debug)]
pub(super) struct SharesFirst;

impl KeyExchangeSelector for SharesFirst {
    fn select_key_exchange(
        &self,
        client: &mut dyn Iterator<Item = OfferedKxGroup>,
        server: &[&'static dyn SupportedKxGroup],
    ) -> Option<&'static dyn SupportedKxGroup> {
        let mut without_share = Vec::new();
        for offered in client {
            if offered.has_key_share {
                return Some(offered.group);
            }
            without_share.push(offered);
        }
        ServerGroups.select_key_exchange(&mut without_share.into_iter(), server)
    }
}

/// TLS 1.2: the client's order.
#[derive(Debug)]
pub(super) struct ClientGroups;

impl KeyExchangeSelector for ClientGroups {
    fn select_key_exchange(
        &self,
        client: &mut dyn Iterator<Item = OfferedKxGroup>,
        _server: &[&'static dyn SupportedKxGroup],
    ) -> Option<&'static dyn SupportedKxGroup> {
        client.next().map(|offered| offered.group)
    }
}

/// The server's order, but a group with a key share first.
#[derive(Debug)]
pub(super) struct ServerGroups;

impl KeyExchangeSelector for ServerGroups {
    fn select_key_exchange(
        &self,
        client: &mut dyn Iterator<Item = OfferedKxGroup>,
        server: &[&'static dyn SupportedKxGroup],
    ) -> Option<&'static dyn SupportedKxGroup> {
        let position = |offered: &OfferedKxGroup| {
            let place = server
                .iter()
                .position(|group| group.name() == offered.group.name())
                .unwrap_or(usize::MAX);
            (!offered.has_key_share, place)
        };
        client.min_by_key(position).map(|offered| offered.group)
    }
}
