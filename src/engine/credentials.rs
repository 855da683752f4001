//! A certificate chain with the key that signs for it.

use std::fmt;
use std::sync::Arc;

use rustls::crypto::{
    Credentials, Identity, SelectedCredential, SignatureScheme, Signer, SigningKey,
};
use rustls::pki_types::{
    CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, SubjectPublicKeyInfoDer,
};
use rustls::{Error, SignerPublicKey};
use zeroize::Zeroizing;

use crate::error::Reason;

/// A private key that stays where it is and only signs: in a provider, an engine, a card, or of a
/// kind that this engine cannot use itself. Any number of threads may sign at once.
pub trait ExternalKey: Send + Sync {
    /// TLS SignatureScheme numbers it can sign with, best first.
    fn signature_schemes(&self) -> Vec<u16>;

    /// Signs `message` (not its digest); `None` on failure.
    fn sign(&self, scheme: u16, message: &[u8]) -> Option<Vec<u8>>;
}

/// Where the private key is.
pub enum KeySource {
    /// In our hands, as PKCS#8. Signing is done by the engine, which is faster.
    Pkcs8(Zeroizing<Vec<u8>>),
    /// Elsewhere.
    External(Arc<dyn ExternalKey>),
}

/// A certificate chain and its key, parsed once and shared by connections. Cloning copies a
/// pointer.
#[derive(Clone)]
pub struct CertifiedKey {
    credentials: Arc<Credentials>,
    number: usize,
}

impl CertifiedKey {
    /// From a chain in DER, leaf first, and its key. Whether they belong together has been checked
    /// by whoever set them.
    pub fn new(chain: Vec<Vec<u8>>, key: KeySource, ocsp: Option<Vec<u8>>) -> Result<Self, Reason> {
        let chain = chain.into_iter().map(CertificateDer::from).collect();
        let identity =
            Identity::from_cert_chain(chain).map_err(|_| Reason::NO_CERTIFICATE_ASSIGNED)?;
        let key: Box<dyn SigningKey> = match key {
            KeySource::Pkcs8(der) => {
                let der = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(der.to_vec()));
                rustls_aws_lc_rs::DEFAULT_KEY_PROVIDER
                    .load_private_key(der)
                    .map_err(|_| Reason::UNKNOWN_PKEY_TYPE)?
            }
            KeySource::External(key) => Box::new(External(key)),
        };
        let mut credentials = Credentials::new_unchecked(Arc::new(identity), key);
        credentials.ocsp = ocsp.map(Arc::from);
        Ok(Self {
            credentials: Arc::new(credentials),
            number: 0,
        })
    }

    /// The same under a number that its maker knows it by; 0 otherwise.
    pub fn numbered(self, number: usize) -> Self {
        Self { number, ..self }
    }

    /// See [`numbered`](Self::numbered).
    pub fn number(&self) -> usize {
        self.number
    }

    /// Whether it can sign with one of `schemes` (TLS numbers).
    pub fn can_sign(&self, schemes: &[u16]) -> bool {
        let schemes: Vec<_> = schemes.iter().copied().map(SignatureScheme).collect();
        self.credentials.key.choose_scheme(&schemes).is_some()
    }

    /// Ready to sign with the first of `schemes` that it can sign with.
    pub(super) fn select(&self, schemes: &[SignatureScheme]) -> Option<SelectedCredential> {
        // Left to itself, the key would go by an order of its own.
        schemes
            .iter()
            .find_map(|scheme| self.credentials.signer(std::slice::from_ref(scheme)))
    }
}

impl CertifiedKey {
    /// Whether `selected` is this one.
    pub(super) fn is(&self, selected: &SelectedCredential) -> bool {
        Arc::ptr_eq(&self.credentials.identity, &selected.identity)
    }
}

impl fmt::Debug for CertifiedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CertifiedKey")
    }
}

struct External(Arc<dyn ExternalKey>);

impl fmt::Debug for External {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ExternalKey")
    }
}

impl SigningKey for External {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        let scheme = self
            .0
            .signature_schemes()
            .into_iter()
            .map(SignatureScheme)
            .find(|scheme| offered.contains(scheme))?;
        Some(Box::new(ExternalSigner {
            key: self.0.clone(),
            scheme,
        }))
    }

    fn public_key(&self) -> Option<SubjectPublicKeyInfoDer<'_>> {
        None
    }
}

struct ExternalSigner {
    key: Arc<dyn ExternalKey>,
    scheme: SignatureScheme,
}

impl fmt::Debug for ExternalSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ExternalSigner")
    }
}

impl Signer for ExternalSigner {
    fn sign(self: Box<Self>, message: &[u8]) -> Result<Vec<u8>, Error> {
        self.key
            .sign(self.scheme.0, message)
            .ok_or_else(|| Error::General("the private key could not sign".into()))
    }

    fn scheme(&self) -> SignatureScheme {
        self.scheme
    }
}

/// For a server that has no certificate, but a session to resume or a PSK: rustls wants a
/// credential before it looks at those. It never signs, so a handshake that came to need it fails.
pub(super) fn no_credential(offered: &[SignatureScheme]) -> Option<SelectedCredential> {
    struct NoKey(Vec<u16>);
    impl ExternalKey for NoKey {
        fn signature_schemes(&self) -> Vec<u16> {
            self.0.clone()
        }
        fn sign(&self, _: u16, _: &[u8]) -> Option<Vec<u8>> {
            None
        }
    }
    let key = NoKey(offered.iter().map(|scheme| scheme.0).collect());
    CertifiedKey::new(vec![vec![0]], KeySource::External(Arc::new(key)), None)
        .ok()?
        .select(offered)
}

/// The certificate of whoever signed, in DER.
pub(super) fn signer_certificate<'a>(signer: &'a SignerPublicKey<'a>) -> &'a [u8] {
    match signer {
        SignerPublicKey::X509(certificate) => certificate.as_ref(),
        _ => &[],
    }
}
