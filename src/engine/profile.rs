//! Suites and groups, prepared once for all connections with the same settings.

use std::borrow::Cow;
use std::sync::Arc;

use rustls::crypto::CryptoProvider;

use super::provider::groups::{group, provided_group};
use super::provider::random;
use super::provider::suites::{tls12_suite, tls13_hash_len, tls13_suite};
use super::templates::Templates;
use crate::libcrypto::algorithms::Algorithms;
use crate::wire::Version;

/// Suites and groups in order of preference, in rustls's form. Immutable; shared by
/// all connections made from the same settings.
pub struct Profile {
    /// Where algorithms come from that are not the engine's own.
    pub(super) algorithms: Option<Arc<Algorithms>>,
    pub(super) provider: Arc<CryptoProvider>,
    pub(super) prefer_server_order: bool,
    pub(super) templates: Templates,
}

impl Profile {
    /// A profile with these suites and groups, by TLS number, best first, whose
    /// algorithms are these, or the engine's own. Numbers that the engine
    /// does not know are left out. `None` when no suite or no group is left.
    pub fn new(
        algorithms: Option<Arc<Algorithms>>,
        tls13: impl Iterator<Item = u16>,
        tls12: impl Iterator<Item = u16>,
        groups: impl Iterator<Item = u16>,
        prefer_server_order: bool,
    ) -> Option<Self> {
        let tls13_cipher_suites: Vec<_> = tls13.filter_map(tls13_suite).collect();
        let tls12_cipher_suites: Vec<_> = tls12.filter_map(tls12_suite).collect();
        let kx_groups: Vec<_> = match &algorithms {
            None => groups.filter_map(group).collect(),
            Some(_) => groups.map(provided_group).collect(),
        };
        if tls13_cipher_suites.is_empty() && tls12_cipher_suites.is_empty() || kx_groups.is_empty()
        {
            return None;
        }
        Some(Self {
            algorithms,
            provider: Arc::new(CryptoProvider {
                tls12_cipher_suites: Cow::Owned(tls12_cipher_suites),
                tls13_cipher_suites: Cow::Owned(tls13_cipher_suites),
                kx_groups: Cow::Owned(kx_groups),
                secure_random: random::SOURCE,
                ..rustls_aws_lc_rs::DEFAULT_PROVIDER
            }),
            prefer_server_order,
            templates: Templates::default(),
        })
    }

    /// The TLS 1.3 suite that a server picks from `offered`.
    pub fn choose_tls13(&self, offered: impl Iterator<Item = u16> + Clone) -> Option<u16> {
        let ours = || self.provider.tls13_cipher_suites.iter();
        if self.prefer_server_order {
            ours()
                .map(|suite| suite.common.suite.0)
                .find(|suite| offered.clone().any(|one| one == *suite))
        } else {
            let mut offered = offered;
            offered.find(|suite| ours().any(|our| our.common.suite.0 == *suite))
        }
    }

    /// Whether there is a suite for this version.
    pub fn speaks(&self, version: Version) -> bool {
        match version {
            Version::TLS1_3 => !self.provider.tls13_cipher_suites.is_empty(),
            _ => !self.provider.tls12_cipher_suites.is_empty(),
        }
    }

    /// Whether one of these groups is among ours.
    pub fn has_any_group(&self, mut offered: impl Iterator<Item = u16>) -> bool {
        let ours = &self.provider.kx_groups;
        offered.any(|group| ours.iter().any(|our| our.name().0 == group))
    }

    /// Whether this TLS 1.2 suite is among ours.
    pub fn has_tls12(&self, suite: u16) -> bool {
        self.provider
            .tls12_cipher_suites
            .iter()
            .any(|our| our.common.suite.0 == suite)
    }

    /// Like [`choose_tls13`](Self::choose_tls13), but a suite with a hash of this length (bytes) if
    /// there is one.
    pub fn choose_tls13_with_hash(
        &self,
        offered: impl Iterator<Item = u16> + Clone,
        hash_len: usize,
    ) -> Option<u16> {
        let fits = |suite: &u16| tls13_hash_len(*suite) == Some(hash_len);
        self.choose_tls13(offered.clone().filter(fits))
            .or_else(|| self.choose_tls13(offered.filter(|suite| !fits(suite))))
    }
}

/// Whether the engine can exchange keys in this group.
pub fn knows_group(number: u16) -> bool {
    group(number).is_some()
}
