//! The order in which a server chooses suites and groups, where it is not rustls's own.

use std::sync::LazyLock;

use rustls::crypto::CipherSuite;
use rustls::crypto::kx::SupportedKxGroup;
use rustls::server::{CipherSuiteSelector, KeyExchangeSelector, OfferedKxGroup};
use rustls::{Tls12CipherSuite, Tls13CipherSuite};
use rustls_aws_lc_rs::ALL_TLS12_CIPHER_SUITES;

/// TLS 1.2: a session that is resumed has its suite already (RFC 5246, section 7.4.1.3).
#[derive(Debug)]
pub(super) struct SessionSuite(CipherSuite);

impl SessionSuite {
    /// The selector of this suite.
    pub(super) fn of(number: u16) -> Option<&'static Self> {
        static ALL: LazyLock<Vec<SessionSuite>> = LazyLock::new(|| {
            let suites = ALL_TLS12_CIPHER_SUITES.iter();
            suites
                .map(|suite| SessionSuite(suite.common.suite))
                .collect()
        });
        ALL.iter().find(|selector| selector.0.0 == number)
    }
}

impl CipherSuiteSelector for SessionSuite {
    fn select_tls12_cipher_suite(
        &self,
        client: &mut dyn Iterator<Item = &'static Tls12CipherSuite>,
        _: &[&'static Tls12CipherSuite],
    ) -> Option<&'static Tls12CipherSuite> {
        let mut client = client;
        Iterator::find(&mut client, |suite| suite.common.suite == self.0)
    }

    fn select_tls13_cipher_suite(
        &self,
        _: &mut dyn Iterator<Item = &'static Tls13CipherSuite>,
        _: &[&'static Tls13CipherSuite],
    ) -> Option<&'static Tls13CipherSuite> {
        None
    }
}

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
