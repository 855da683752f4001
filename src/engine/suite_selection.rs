//! Which suite a server chooses.

use rustls::server::CipherSuiteSelector;
use rustls::{Tls12CipherSuite, Tls13CipherSuite};

use super::thread;

/// The suite for the server that is driven on the thread: its preferred one when both sides have
/// it, or else the first in the order of the side whose order counts.
///
/// In TLS 1.2 rustls resumes a session only if it would choose its suite for a new one as well,
/// where OpenSSL uses the session's suite (S71): that is preferred, and without it the server's
/// order counts.
#[derive(Debug)]
pub(super) struct SuiteSelection;

fn select<T>(
    client: &mut dyn Iterator<Item = &'static T>,
    server: &[&'static T],
    number: impl Fn(&T) -> u16,
) -> Option<&'static T> {
    let (preferred, server_order) = thread::with(|driven| {
        let server = driven.server.as_ref()?;
        Some((server.preferred_suite, server.profile.prefer_server_order))
    })??;
    if preferred.is_none() && !server_order {
        return client.next();
    }
    let mut first = None;
    for suite in client {
        let offered = number(suite);
        if preferred == Some(offered) {
            return Some(suite);
        }
        let place = server.iter().position(|ours| number(ours) == offered);
        if let Some(place) = place
            && first.is_none_or(|(before, _)| place < before)
        {
            first = Some((place, suite));
        }
    }
    first.map(|(_, suite)| suite)
}

impl CipherSuiteSelector for SuiteSelection {
    fn select_tls12_cipher_suite(
        &self,
        client: &mut dyn Iterator<Item = &'static Tls12CipherSuite>,
        server: &[&'static Tls12CipherSuite],
    ) -> Option<&'static Tls12CipherSuite> {
        select(client, server, |suite| suite.common.suite.0)
    }

    fn select_tls13_cipher_suite(
        &self,
        client: &mut dyn Iterator<Item = &'static Tls13CipherSuite>,
        server: &[&'static Tls13CipherSuite],
    ) -> Option<&'static Tls13CipherSuite> {
        select(client, server, |suite| suite.common.suite.0)
    }
}
