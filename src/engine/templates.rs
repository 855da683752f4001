//! rustls's configurations, made once for a profile.
//!
//! Each connection has its own configuration, with its hooks in it. Making one from nothing checks
//! the whole provider and allocates session stores that are dropped at once. So it is cloned from
//! one that is kept, and the hooks are put into the clone.

use std::hash::Hasher;
use std::sync::Arc;

use once_cell::sync::OnceCell;
use rustls::client::danger::{
    HandshakeSignatureValid, ServerIdentity, ServerVerifier, SignatureVerificationInput,
};
use rustls::client::{ClientCredentialResolver, CredentialRequest};
use rustls::crypto::{CryptoProvider, SelectedCredential, SignatureScheme, VerifiedIdentity};
use rustls::enums::CertificateType;
use rustls::error::PeerIncompatible;
use rustls::server::{ClientHello, InvalidSniPolicy, ServerCredentialResolver};
use rustls::{ClientConfig, Error, ServerConfig};

use super::thread;

/// The configurations that connections are cloned from.
#[derive(Default)]
pub(super) struct Templates {
    client: OnceCell<ClientConfig>,
    server: OnceCell<ServerConfig>,
}

impl Templates {
    /// For a client: its verifier, its session store and its key log are still to be put in.
    pub(super) fn client(&self, provider: &Arc<CryptoProvider>) -> Result<ClientConfig, Error> {
        let template = self.client.get_or_try_init(|| {
            let mut config = ClientConfig::builder(provider.clone())
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(Missing))
                .with_client_credential_resolver(Arc::new(CurrentClient))?;
            // OpenSSL 3.0 does not compress chains; the caches for it would only cost memory.
            config.cert_decompressors = Vec::new();
            config.cert_compressors = Vec::new();
            Ok::<_, Error>(config)
        })?;
        Ok(template.clone())
    }

    /// For a server that asks for no certificate: its resolver, its session store, its key log and
    /// its selectors are still to be put in.
    pub(super) fn server(&self, provider: &Arc<CryptoProvider>) -> Result<ServerConfig, Error> {
        let template = self.server.get_or_try_init(|| {
            ServerConfig::builder(provider.clone())
                .with_no_client_auth()
                .with_server_credential_resolver(Arc::new(Missing))
                .map(with_common_settings)
        })?;
        Ok(template.clone())
    }
}

/// What is the same for all servers.
pub(super) fn with_common_settings(mut config: ServerConfig) -> ServerConfig {
    config.invalid_sni_policy = InvalidSniPolicy::IgnoreAll;
    config.cert_compressors = Vec::new();
    config.cert_decompressors = Vec::new();
    config
}

/// The client that is driven on the thread: rustls has no way to put a resolver into a
/// configuration that exists.
#[derive(Debug)]
struct CurrentClient;

impl ClientCredentialResolver for CurrentClient {
    fn resolve(&self, request: &CredentialRequest<'_>) -> Option<SelectedCredential> {
        // Nothing of the thread is borrowed while the program is asked.
        let credentials = thread::with(|driven| driven.client.as_mut()?.credentials.take())??;
        let selected = credentials.resolve(request);
        thread::with(|driven| {
            if let Some(client) = &mut driven.client {
                client.credentials = Some(credentials);
            }
        });
        selected
    }

    fn supported_certificate_types(&self) -> &'static [CertificateType] {
        match thread::with(|driven| Some(driven.client.as_ref()?.may_authenticate)).flatten() {
            Some(true) => &[CertificateType::X509],
            _ => &[],
        }
    }

    fn hash_config(&self, _: &mut dyn Hasher) {}
}

/// Stands for hooks that have not been put in, and refuses everything.
#[derive(Debug)]
struct Missing;

impl ServerCredentialResolver for Missing {
    fn resolve(&self, _: &ClientHello<'_>) -> Result<SelectedCredential, Error> {
        Err(PeerIncompatible::NoCipherSuitesInCommon.into())
    }
}

impl ServerVerifier for Missing {
    fn verify_identity<'a>(
        &self,
        _: &ServerIdentity<'a, '_>,
    ) -> Result<VerifiedIdentity<'a>, Error> {
        Err(Error::NoSuitableCertificate)
    }

    fn verify_tls12_signature(
        &self,
        _: &SignatureVerificationInput<'_>,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::NoSuitableCertificate)
    }

    fn verify_tls13_signature(
        &self,
        _: &SignatureVerificationInput<'_>,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::NoSuitableCertificate)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        Vec::new()
    }

    fn request_ocsp_response(&self) -> bool {
        false
    }

    fn hash_config(&self, _: &mut dyn Hasher) {}
}
