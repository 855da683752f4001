//! Whether the peer would accept a certificate (SSL_check_chain(3)).
//!
//! The flags are OpenSSL's, each found as OpenSSL finds it. Programs ask when they choose a
//! certificate in their certificate callback. Where the program has set `SSL_CERT_FLAG_TLS_STRICT`,
//! a client and a server of TLS 1.2 ask before they show one.

use std::ffi::c_int;

use crate::cipher::{Group, SignatureAlgorithm};
use crate::connection::{Connection, Role};
use crate::context::{Settings, Slot};
use crate::flags::{CertificateFlags, ChainFlags};
use crate::libcrypto::error_queue;
use crate::libcrypto::key_kind::KeyKind;
use crate::libcrypto::private_key::PrivateKey;
use crate::libcrypto::signature_scheme::SignatureScheme;
use crate::libcrypto::x509::{X509, X509Chain};
use crate::wire::{ExtensionType, Version};

/// What makes a chain valid.
const NEEDED: ChainFlags = ChainFlags::EE_SIGNATURE.with(ChainFlags::EE_PARAM);
/// The same with `SSL_CERT_FLAG_TLS_STRICT`.
const NEEDED_STRICT: ChainFlags = NEEDED
    .with(ChainFlags::CA_SIGNATURE)
    .with(ChainFlags::CA_PARAM)
    .with(REQUESTED);
/// What a server's request is about.
const REQUESTED: ChainFlags = ChainFlags::ISSUER_NAME.with(ChainFlags::CERT_TYPE);
/// `SSL_CERT_FLAG_TLS_STRICT`, and the Suite B profiles, which are strict too.
const STRICT_FLAGS: CertificateFlags =
    CertificateFlags::TLS_STRICT.with(CertificateFlags::SUITE_B_128);

/// NID of ecdsa-with-SHA1
const NID_ECDSA_SHA1: c_int = 416;
/// NID of sha1WithRSAEncryption
const NID_RSA_SHA1: c_int = 65;
const NID_RSA: c_int = 6;

impl Connection {
    /// The `CERT_PKEY_…` flags of a certificate with its key and the chain above it; 0 for a kind
    /// of key that is not supported.
    pub fn check_chain(
        &self,
        certificate: &X509,
        key: &PrivateKey,
        chain: Option<&X509Chain>,
    ) -> ChainFlags {
        if matches!(key.kind(), KeyKind::Dsa | KeyKind::Other(_)) {
            return ChainFlags::EMPTY;
        }
        let settings = self.settings();
        let issuers: Vec<X509> = chain
            .map(|chain| chain.iter().map(|lent| lent.clone()).collect())
            .unwrap_or_default();
        error_queue::quietly(|| {
            let mut flags = self
                .signature_flags(certificate, key, &issuers)
                .with(self.parameter_flags(&settings, certificate, &issuers))
                .with(self.request_flags(key, certificate, &issuers));
            let strict = settings.certificate_flags.intersects(STRICT_FLAGS);
            let needed = if strict { NEEDED_STRICT } else { NEEDED };
            flags.set(ChainFlags::VALID, flags.contains(needed));
            if self.can_be_asked_to_sign(key) {
                flags = flags.with(ChainFlags::SIGN).with(ChainFlags::EXPLICIT_SIGN);
            }
            flags
        })
    }

    /// Whether this certificate may be shown (`SSL_CERT_FLAG_TLS_STRICT` of
    /// `SSL_CTX_set_cert_flags(3)`: only with a chain that the peer says it accepts).
    pub(in crate::connection) fn suits_strict_rules(
        &self,
        settings: &Settings,
        slot: &Slot,
    ) -> bool {
        if !settings.certificate_flags.intersects(STRICT_FLAGS) {
            return true;
        }
        let (Some(certificate), Some(key)) = (&slot.certificate, &slot.key) else {
            return false;
        };
        self.check_chain(certificate, key, slot.chain.as_deref())
            .contains(ChainFlags::VALID)
    }

    /// Whether the peer accepts the algorithms that the certificates are signed with.
    fn signature_flags(
        &self,
        certificate: &X509,
        key: &PrivateKey,
        issuers: &[X509],
    ) -> ChainFlags {
        let mut shared = self.shared_signatures();
        let client = self.role() == Some(Role::Client);
        if client && self.version() == Version::TLS1_3 {
            // The engine does not show which algorithms a server accepts in certificates only.
            let settings = self.settings();
            let ours = settings.client_signature_schemes().iter().copied();
            let known = ours.filter_map(SignatureAlgorithm::from_id);
            shared.extend(known.filter(|algorithm| algorithm.signature_nid == NID_RSA));
        }
        let takes = |certificate: &X509| {
            let nid = certificate.signature_nid();
            if self.peer.signatures.accepted().is_empty() {
                // Without signature_algorithms the defaults of RFC 5246 count.
                match key.kind() {
                    KeyKind::Rsa => nid == NID_RSA_SHA1,
                    KeyKind::Ec { .. } => nid == NID_ECDSA_SHA1,
                    _ => true,
                }
            } else {
                nid != 0 && shared.iter().any(|known| known.combined_nid == nid)
            }
        };
        let leaf = match self.version() {
            // What counts in TLS 1.3 is whether the key can sign.
            Version::TLS1_3 => shared
                .iter()
                .any(|algorithm| signs_in_tls13(algorithm, key.kind())),
            _ => takes(certificate),
        };
        let mut flags = ChainFlags::EMPTY;
        flags.set(ChainFlags::EE_SIGNATURE, leaf);
        flags.set(ChainFlags::CA_SIGNATURE, issuers.iter().all(takes));
        flags
    }

    /// Whether the curves of EC keys are among those that may be used.
    fn parameter_flags(
        &self,
        settings: &Settings,
        certificate: &X509,
        issuers: &[X509],
    ) -> ChainFlags {
        let client = self.role() == Some(Role::Client);
        let groups = match (client, self.client_hello()) {
            (true, _) => settings.groups().to_vec(),
            (false, Some(hello)) => hello.numbers(ExtensionType::SUPPORTED_GROUPS).to_vec(),
            (false, None) => Vec::new(),
        };
        let usable = |certificate: &X509| match certificate.key_kind() {
            Ok(KeyKind::Ec { nid }) => {
                groups.is_empty()
                    || Group::from_nid(nid).is_some_and(|group| groups.contains(&group.id))
            }
            kind => kind.is_ok(),
        };
        let mut flags = ChainFlags::EMPTY;
        flags.set(ChainFlags::EE_PARAM, usable(certificate));
        let issuers_are_usable = client || issuers.iter().all(usable);
        flags.set(ChainFlags::CA_PARAM, issuers_are_usable);
        flags
    }

    /// Client: whether the certificate is of a type and an issuer that the server has asked for.
    /// TLS 1.3 has no types to ask for; in TLS 1.2 all count as asked for.
    fn request_flags(&self, key: &PrivateKey, certificate: &X509, issuers: &[X509]) -> ChainFlags {
        if self.role() != Some(Role::Client) {
            return REQUESTED;
        }
        let mut flags = ChainFlags::EMPTY;
        let typed = matches!(key.kind(), KeyKind::Rsa | KeyKind::Ec { .. });
        let right_type = !typed || self.version() != Version::TLS1_3;
        flags.set(ChainFlags::CERT_TYPE, right_type);
        let names = self.configuration.names().received.clone();
        let asked = names.filter(|names| !names.is_empty());
        let named = |certificate: &X509| {
            asked
                .as_ref()
                .is_none_or(|names| names.iter().any(|name| certificate.is_issued_by(&name)))
        };
        let is_named = named(certificate) || issuers.iter().any(named);
        flags.set(ChainFlags::ISSUER_NAME, is_named);
        flags
    }

    /// Whether both sides know an algorithm for keys of this kind.
    fn can_be_asked_to_sign(&self, key: &PrivateKey) -> bool {
        let tls13 = self.version() == Version::TLS1_3;
        self.shared_signatures().iter().any(|algorithm| {
            // RSA without PSS is for certificates only in TLS 1.3.
            !(tls13 && algorithm.signature_nid == NID_RSA)
                && SignatureScheme::from_code(algorithm.id)
                    .is_some_and(|scheme| scheme.is_for(key.kind()))
        })
    }
}

/// Whether a key of this kind signs so in TLS 1.3, where the curve counts, and neither SHA-1 nor
/// RSA without PSS is allowed (RFC 8446, section 4.2.3).
fn signs_in_tls13(algorithm: &SignatureAlgorithm, kind: KeyKind) -> bool {
    const NID_SHA1: c_int = 64;
    algorithm.hash_nid != NID_SHA1
        && algorithm.signature_nid != NID_RSA
        && SignatureScheme::from_code(algorithm.id).is_some_and(|scheme| scheme.fits(kind))
}
