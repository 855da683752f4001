//! Which group a server exchanges keys with.

use rustls::crypto::kx::SupportedKxGroup;
use rustls::server::{KeyExchangeSelector, OfferedKxGroup};

/// Client's order, but a group with a key share first: another would cost a round trip.
#[derive(Debug)]
pub(super) struct SharesFirst;

impl KeyExchangeSelector for SharesFirst {
    fn select_key_exchange(
        &self,
        client: &mut dyn Iterator<Item = OfferedKxGroup>,
        _server: &[&'static dyn SupportedKxGroup],
    ) -> Option<&'static dyn SupportedKxGroup> {
        let mut first = None;
        for offered in client {
            if offered.has_key_share {
                return Some(offered.group);
            }
            first = first.or(Some(offered.group));
        }
        first
    }
}

/// Server's order, but a group with a key share first.
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
