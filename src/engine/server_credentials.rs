//! Which certificate a server shows, and with what response of its issuer.

use std::sync::Arc;

use rustls::Error;
use rustls::crypto::{SelectedCredential, SignatureScheme};
use rustls::error::PeerIncompatible;
use rustls::server::{ClientHello, ServerCredentialResolver};

use super::credentials::{CertifiedKey, ExternalKey, KeySource};
use super::server::{ResumeOffer, ServerHooks, note_selection};

impl ServerCredentialResolver for ServerHooks {
    fn resolve(&self, hello: &ClientHello<'_>) -> Result<SelectedCredential, Error> {
        let usable = self.usable_schemes(hello.signature_schemes());
        let credentials = &self.parameters.credentials;
        if let Some(offer) = &self.parameters.resume {
            return self.resolve_resumption(hello, &usable, offer);
        }
        let chosen = if self.parameters.version == 0x0304 {
            // The order of signature schemes decides between several certificates.
            usable.iter().find_map(|scheme| {
                credentials
                    .iter()
                    .find_map(|key| key.select(std::slice::from_ref(scheme)))
            })
        } else {
            self.resolve_tls12(hello, &usable)
        };
        let selected = chosen
            .or_else(|| credentials.iter().find_map(|key| key.select(&usable)))
            .ok_or(
                // In TLS 1.2 the suite names the kind of key, so there is no suite in common.
                match credentials.is_empty() || self.parameters.version == 0x0303 {
                    true => PeerIncompatible::NoCipherSuitesInCommon,
                    false => PeerIncompatible::NoSignatureSchemesInCommon,
                },
            )?;
        if let Some(key) = credentials.iter().find(|key| key.is(&selected)) {
            note_selection(self.delegate.get(), key, &selected);
        }
        self.staple(selected)
    }
}

impl ServerHooks {
    /// A certificate that fits the suite of the session, for the case that rustls does not resume it
    /// after all. If there is none: rustls wants one before it looks at the session that makes it
    /// needless.
    fn resolve_resumption(
        &self,
        hello: &ClientHello<'_>,
        usable: &[SignatureScheme],
        offer: &ResumeOffer,
    ) -> Result<SelectedCredential, Error> {
        let suites = &self.parameters.profile.provider.tls12_cipher_suites;
        let suite = suites
            .iter()
            .find(|suite| suite.common.suite.0 == offer.cipher_suite);
        let fits =
            |scheme: &&SignatureScheme| suite.is_none_or(|suite| suite.sign.contains(scheme));
        let schemes: Vec<_> = usable.iter().filter(fits).copied().collect();
        let keys = &self.parameters.credentials;
        keys.iter()
            .find_map(|key| key.select(&schemes))
            .or_else(|| stand_in(*hello.signature_schemes().iter().find(fits)?))
            .ok_or(PeerIncompatible::NoSignatureSchemesInCommon.into())
    }

    /// With the OCSP response that the program wants to be sent with this certificate.
    fn staple(&self, mut selected: SelectedCredential) -> Result<SelectedCredential, Error> {
        if self.parameters.staple
            && let Some(delegate) = self.delegate.get()
        {
            let response = delegate.staple().map_err(|refusal| self.reject(refusal))?;
            selected.ocsp = response.map(Arc::from);
        }
        Ok(selected)
    }

    /// The schemes that both sides know, in the order of the side whose order counts.
    fn usable_schemes(&self, offered: &[SignatureScheme]) -> Vec<SignatureScheme> {
        let ours = self.parameters.signature_schemes.iter().copied();
        let ours: Vec<_> = ours.map(SignatureScheme).collect();
        let (order, other) = match self.parameters.profile.prefer_server_order {
            true => (ours.as_slice(), offered),
            false => (offered, ours.as_slice()),
        };
        order
            .iter()
            .copied()
            .filter(|scheme| other.contains(scheme))
            .collect()
    }

    /// In TLS 1.2 the suite says what kind of key signs, so the order of suites decides between
    /// several certificates.
    fn resolve_tls12(
        &self,
        hello: &ClientHello<'_>,
        usable: &[SignatureScheme],
    ) -> Option<SelectedCredential> {
        let ours = &self.parameters.profile.provider.tls12_cipher_suites;
        let offered = hello.cipher_suites();
        let ordered: Vec<_> = if self.parameters.profile.prefer_server_order {
            ours.iter()
                .filter(|suite| offered.contains(&suite.common.suite))
                .collect()
        } else {
            offered
                .iter()
                .filter_map(|number| ours.iter().find(|suite| suite.common.suite == *number))
                .collect()
        };
        ordered.iter().find_map(|suite| {
            let schemes: Vec<_> = usable
                .iter()
                .copied()
                .filter(|scheme| suite.sign.contains(scheme))
                .collect();
            self.parameters
                .credentials
                .iter()
                .find_map(|key| key.select(&schemes))
        })
    }
}

/// For a handshake in which nobody signs.
fn stand_in(scheme: SignatureScheme) -> Option<SelectedCredential> {
    let key = KeySource::External(Arc::new(CannotSign(scheme.0)));
    let no_certificate = vec![Vec::new()];
    CertifiedKey::new(no_certificate, key, None)
        .ok()?
        .select(&[scheme])
}

struct CannotSign(u16);

impl ExternalKey for CannotSign {
    fn signature_schemes(&self) -> Vec<u16> {
        vec![self.0]
    }

    fn sign(&self, _: u16, _: &[u8]) -> Option<Vec<u8>> {
        None
    }
}
