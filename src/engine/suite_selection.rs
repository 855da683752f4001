//! Choosing the suite of a session that is resumed.

use std::sync::LazyLock;

use rustls::server::CipherSuiteSelector;
use rustls::{Tls12CipherSuite, Tls13CipherSuite};
use rustls_aws_lc_rs::{ALL_TLS12_CIPHER_SUITES, ALL_TLS13_CIPHER_SUITES};

/// A selector that takes the suite of this TLS number when both sides have it, or else the first of
/// the server's that the client has. In TLS 1.2 rustls resumes a session only if it would choose
/// its suite for a new one as well, where OpenSSL uses the session's suite (S71).
pub(super) fn preferring(number: u16) -> Option<&'static dyn CipherSuiteSelector> {
    static SELECTORS: LazyLock<Vec<Preferring>> = LazyLock::new(|| {
        let tls12 = ALL_TLS12_CIPHER_SUITES
            .iter()
            .map(|suite| suite.common.suite.0);
        let tls13 = ALL_TLS13_CIPHER_SUITES
            .iter()
            .map(|suite| suite.common.suite.0);
        tls12.chain(tls13).map(Preferring).collect()
    });
    SELECTORS
        .iter()
        .find(|selector| selector.0 == number)
        .map(|selector| selector as &dyn CipherSuiteSelector)
}

#[derive(Debug)]
struct Preferring(u16);

impl Preferring {
    fn select<T>(
        &self,
        client: &mut dyn Iterator<Item = &'static T>,
        server: &[&'static T],
        number: impl Fn(&T) -> u16,
    ) -> Option<&'static T> {
        let offered: Vec<&'static T> = client.collect();
        let wanted = offered.iter().find(|suite| number(suite) == self.0);
        let first = || {
            server.iter().find(|ours| {
                let ours = number(ours);
                offered.iter().any(|suite| number(suite) == ours)
            })
        };
        wanted.or_else(first).copied()
    }
}

impl CipherSuiteSelector for Preferring {
    fn select_tls12_cipher_suite(
        &self,
        client: &mut dyn Iterator<Item = &'static Tls12CipherSuite>,
        server: &[&'static Tls12CipherSuite],
    ) -> Option<&'static Tls12CipherSuite> {
        self.select(client, server, |suite| suite.common.suite.0)
    }

    fn select_tls13_cipher_suite(
        &self,
        client: &mut dyn Iterator<Item = &'static Tls13CipherSuite>,
        server: &[&'static Tls13CipherSuite],
    ) -> Option<&'static Tls13CipherSuite> {
        self.select(client, server, |suite| suite.common.suite.0)
    }
}
