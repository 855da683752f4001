//! The suites and groups that a side uses: those of its settings that its versions and its security
//! policy permit.
//!
//! If the security level decides, the profile is the same for all connections with the same
//! settings, and is kept. A security callback is asked in each handshake.

use std::sync::Arc;

use once_cell::sync::OnceCell;

use super::Settings;
use crate::callback::Asker;
use crate::cipher::security::operation::*;
use crate::cipher::suite::{Authentication, Encryption};
use crate::cipher::{Cipher, Method, SignatureAlgorithm, SuiteB};
use crate::context::NO_VERSION_LEFT;
use crate::engine::Profile;
use crate::error::{Error, Reason, Result};
use crate::flags::Options;
use crate::wire::{Numbers, Version};

/// `NID_rsaEncryption`, `NID_rsassaPss`, `NID_X9_62_id_ecPublicKey`: kinds of signatures.
const RSA: i32 = 6;
const RSA_PSS: i32 = 912;
const ECDSA: i32 = 408;

/// The text of the error when no group is left.
const NO_GROUP_LEFT: &str = "no group is left of those that Reprise has: X25519, P-256, P-384, \
                             X25519MLKEM768 and SecP256r1MLKEM768";

/// The profiles that are kept.
#[derive(Clone, Default)]
pub(super) struct Profiles {
    client: OnceCell<Arc<Profile>>,
    server: OnceCell<Arc<Profile>>,
}

/// The parts of a ClientHello on which a server's choice depends.
pub struct Wishes<'a> {
    /// The version that has been negotiated.
    pub version: Version,
    /// Suites by number, best first.
    pub suites: Numbers<'a>,
    /// Groups by number; empty when the client has not named any.
    pub groups: Numbers<'a>,
}

impl Settings {
    /// A client's profile: what its ClientHello offers.
    ///
    /// Errors: no version is left, no suite for the highest version, or no group.
    pub(crate) fn client_profile(&self, method: &Method, asker: Asker<'_>) -> Result<Arc<Profile>> {
        if self.security_callback.is_set() {
            return self.make_client_profile(method, asker).map(Arc::new);
        }
        self.profiles
            .client
            .get_or_try_init(|| self.make_client_profile(method, asker).map(Arc::new))
            .cloned()
    }

    /// A server's profile: what it may choose for this client. The version has been negotiated
    /// already; a limit that the program has set since then does not change it, as in OpenSSL.
    ///
    /// Errors: no suite, or no group.
    pub(crate) fn server_profile(
        &self,
        method: &Method,
        asker: Asker<'_>,
        client: &Wishes<'_>,
    ) -> Result<Arc<Profile>> {
        let make = || {
            self.make_server_profile(method, asker, client)
                .map(Arc::new)
        };
        if self.security_callback.is_set()
            || self.puts_chacha_first(client.suites)
            || !self.allows_version(method, client.version)
            || self.binds_groups(client)
        {
            return make();
        }
        self.profiles.server.get_or_try_init(make).cloned()
    }

    /// The suites that a client would offer, TLS 1.3 first.
    pub(crate) fn supported_ciphers(
        &self,
        method: &Method,
        asker: Asker<'_>,
    ) -> Vec<&'static Cipher> {
        let versions = self.permitted_versions(method, asker);
        self.offered_ciphers(&versions, asker)
    }

    /// Whether the suite determines the group: TLS 1.2 with a Suite B profile (RFC 6460, section
    /// 3.1).
    fn binds_groups(&self, client: &Wishes<'_>) -> bool {
        client.version == Version::TLS1_2 && self.suite_b().is_some()
    }

    fn make_client_profile(&self, method: &Method, asker: Asker<'_>) -> Result<Profile> {
        let versions = self.permitted_versions(method, asker);
        let Some(highest) = versions.first() else {
            return Err(Error::with(Reason::NO_PROTOCOLS_AVAILABLE, NO_VERSION_LEFT));
        };
        let ciphers = self.offered_ciphers(&versions, asker);
        if !ciphers.iter().any(|cipher| version_of(cipher) == *highest) {
            let detail = "No ciphers enabled for max supported SSL/TLS version";
            return Err(Error::with(Reason::NO_CIPHERS_AVAILABLE, detail));
        }
        let groups: Vec<_> = self
            .usable_groups()
            .filter(|group| self.permits_group(asker, CURVE_SUPPORTED, *group))
            .collect();
        self.assemble(&ciphers, groups)
            .ok_or_else(|| Error::with(Reason::NO_SUITABLE_GROUPS, NO_GROUP_LEFT))
    }

    fn make_server_profile(
        &self,
        method: &Method,
        asker: Asker<'_>,
        client: &Wishes<'_>,
    ) -> Result<Profile> {
        // What the level permits is kept for other clients; a callback is asked about this one
        // only.
        let asks = self.security_callback.is_set();
        let versions: Vec<_> = if asks || !self.allows_version(method, client.version) {
            vec![client.version]
        } else {
            self.permitted_versions(method, asker)
        };
        let first = |cipher: &Cipher| {
            self.puts_chacha_first(client.suites)
                && cipher.encryption != Encryption::ChaCha20Poly1305
        };
        let mut ciphers: Vec<_> = self
            .ciphers()
            .filter(|cipher| versions.contains(&version_of(cipher)))
            .filter(|cipher| !asks || client.suites.contains(cipher.wire()))
            .filter(|cipher| self.permits_cipher(asker, CIPHER_SHARED, cipher))
            .collect();
        ciphers.sort_by_key(|cipher| first(cipher));
        let mut groups: Vec<_> = self.usable_groups().collect();
        if self.binds_groups(client) {
            ciphers.retain(|cipher| suits_suite_b(cipher, client));
            let bound = |cipher: &&Cipher| SuiteB::group_of_suite(cipher.wire());
            groups.retain(|group| ciphers.first().and_then(bound) == Some(*group));
        }
        if ciphers.is_empty() {
            return Err(Error::new(Reason::NO_SHARED_CIPHER));
        }
        let may_use = |group: &u16| match (asks, client.version) {
            (true, Version::TLS1_3) => {
                self.permits_group(asker, CURVE_CHECK, *group)
                    && self.permits_group(asker, CURVE_SUPPORTED, *group)
            }
            _ => self.permits_group(asker, CURVE_SHARED, *group),
        };
        let groups = groups
            .into_iter()
            .filter(|group| !asks || client.groups.is_empty() || client.groups.contains(*group))
            .filter(may_use)
            .collect();
        self.assemble(&ciphers, groups)
            .ok_or_else(|| Error::new(no_group(client.version)))
    }

    fn assemble(&self, ciphers: &[&'static Cipher], groups: Vec<u16>) -> Option<Profile> {
        let suites = |version: Version| {
            ciphers
                .iter()
                .filter(move |cipher| version_of(cipher) == version)
                .map(|cipher| cipher.wire())
        };
        Profile::new(
            self.provided_algorithms().cloned(),
            suites(Version::TLS1_3),
            suites(Version::TLS1_2),
            groups.into_iter(),
            self.prefers_own_order(),
        )
    }

    /// Versions that are set and that the policy permits, the highest first.
    fn permitted_versions(&self, method: &Method, asker: Asker<'_>) -> Vec<Version> {
        [Version::TLS1_3, Version::TLS1_2]
            .into_iter()
            .filter(|version| self.allows_version(method, *version))
            .filter(|version| self.permits_version(asker, *version))
            .collect()
    }

    /// A client's suites for these versions. Suites of TLS 1.2 name the kind of the server's
    /// signature, which must be accepted.
    fn offered_ciphers(&self, versions: &[Version], asker: Asker<'_>) -> Vec<&'static Cipher> {
        let signs = |kinds: &[i32]| {
            let schemes = self.signature_schemes().iter().copied();
            schemes
                .filter(|scheme| {
                    let algorithm = SignatureAlgorithm::from_id(*scheme);
                    algorithm.is_some_and(|known| kinds.contains(&known.signature_nid))
                })
                .any(|scheme| self.permits_signature(asker, SIGALG_MASK, scheme))
        };
        let (by_rsa, by_ecdsa) = if versions.contains(&Version::TLS1_2) {
            (signs(&[RSA, RSA_PSS]), signs(&[ECDSA]))
        } else {
            (true, true)
        };
        self.ciphers()
            .filter(|cipher| versions.contains(&version_of(cipher)))
            .filter(|cipher| match cipher.authentication {
                Authentication::Rsa => by_rsa,
                Authentication::Ecdsa => by_ecdsa,
                _ => true,
            })
            .filter(|cipher| self.permits_cipher(asker, CIPHER_SUPPORTED, cipher))
            .collect()
    }

    /// Groups in use that the engine and the library context have, best first.
    fn usable_groups(&self) -> impl Iterator<Item = u16> {
        let groups = self.groups().iter().copied();
        groups.filter(|group| self.has_group(*group))
    }

    /// `SSL_OP_PRIORITIZE_CHACHA`: the server's order, but ChaCha20 first for a client that prefers
    /// it.
    fn puts_chacha_first(&self, offered: Numbers<'_>) -> bool {
        const BOTH: Options = Options::CIPHER_SERVER_PREFERENCE.with(Options::PRIORITIZE_CHACHA);
        self.options.contains(BOTH)
            && offered
                .iter()
                .find_map(|number| Cipher::from_wire(number).filter(|known| !known.is_signal()))
                .is_some_and(|first| first.encryption == Encryption::ChaCha20Poly1305)
    }
}

/// Whether this is a suite of Suite B whose group the client supports.
fn suits_suite_b(cipher: &Cipher, client: &Wishes<'_>) -> bool {
    SuiteB::group_of_suite(cipher.wire()).is_some_and(|group| {
        client.suites.contains(cipher.wire())
            && (client.groups.is_empty() || client.groups.contains(group))
    })
}

fn version_of(cipher: &Cipher) -> Version {
    if cipher.is_tls13() {
        Version::TLS1_3
    } else {
        Version::TLS1_2
    }
}

/// The error of a server without a group: suites of TLS 1.2 need one.
pub(crate) fn no_group(version: Version) -> Reason {
    match version {
        Version::TLS1_3 => Reason::NO_SUITABLE_KEY_SHARE,
        _ => Reason::NO_SHARED_CIPHER,
    }
}
