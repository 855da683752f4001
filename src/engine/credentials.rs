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
use crate::wire::Version;

/// A private key, which may be anywhere: in memory, in a provider, an engine, a card. Any number of
/// threads may sign at once.
pub trait ExternalKey: Send + Sync {
    /// TLS SignatureScheme numbers that it can sign with in this version (0x0303 or 0x0304).
    fn signature_schemes(&self, version: Version) -> Vec<u16>;

    /// Signs `message` (not its digest); `None` on failure.
    fn sign(&self, scheme: u16, message: &[u8]) -> Option<Vec<u8>>;
}

/// A certificate chain and its key, parsed once and shared by connections. Cloning copies a
/// pointer.
#[derive(Clone)]
pub struct CertifiedKey {
    credentials: Arc<Credentials>,
    /// What the key can sign with in TLS 1.2 and in TLS 1.3.
    schemes: Arc<[Vec<u16>; 2]>,
    number: usize,
}

impl CertifiedKey {
    /// From a chain in DER, leaf first, and its key. Whether they belong together has been checked
    /// by the caller. With `exported`, the same key as PKCS#8, the engine signs where it can, which
    /// is faster.
    pub fn new(
        chain: Vec<Vec<u8>>,
        key: Arc<dyn ExternalKey>,
        exported: Option<Zeroizing<Vec<u8>>>,
    ) -> Result<Self, Reason> {
        let chain = chain.into_iter().map(CertificateDer::from).collect();
        let identity =
            Identity::from_cert_chain(chain).map_err(|_| Reason::NO_CERTIFICATE_ASSIGNED)?;
        let loaded = exported.and_then(|der| {
            let der = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(der.to_vec()));
            rustls_aws_lc_rs::DEFAULT_KEY_PROVIDER
                .load_private_key(der)
                .ok()
        });
        let schemes =
            [Version::TLS1_2, Version::TLS1_3].map(|version| key.signature_schemes(version));
        let key = Box::new(Key {
            loaded,
            external: key,
        });
        Ok(Self {
            credentials: Arc::new(Credentials::new_unchecked(Arc::new(identity), key)),
            schemes: Arc::new(schemes),
            number: 0,
        })
    }

    /// The same with a number for its maker to know it by; the number is 0 otherwise.
    pub fn numbered(self, number: usize) -> Self {
        Self { number, ..self }
    }

    /// See [`numbered`](Self::numbered).
    pub fn number(&self) -> usize {
        self.number
    }

    /// Whether it can sign with one of `schemes` (TLS numbers) in this version.
    pub fn can_sign(&self, version: Version, schemes: &[u16]) -> bool {
        let able = self.schemes(version);
        schemes.iter().any(|scheme| able.contains(scheme))
    }

    /// Ready to sign with the first of `schemes` that it can sign with in this version.
    pub(super) fn select(
        &self,
        version: Version,
        schemes: &[SignatureScheme],
    ) -> Option<SelectedCredential> {
        let able = self.schemes(version);
        let scheme = schemes.iter().find(|scheme| able.contains(&scheme.0))?;
        self.credentials.signer(std::slice::from_ref(scheme))
    }

    fn schemes(&self, version: Version) -> &[u16] {
        &self.schemes[usize::from(version == Version::TLS1_3)]
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

/// Signs with the engine's form of the key by the schemes that it has, else with the key itself.
struct Key {
    loaded: Option<Box<dyn SigningKey>>,
    external: Arc<dyn ExternalKey>,
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key")
    }
}

impl SigningKey for Key {
    /// `offered` is one scheme, which [`CertifiedKey::select`] has found to be the key's.
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        let loaded = self.loaded.as_ref();
        loaded
            .and_then(|key| key.choose_scheme(offered))
            .or_else(|| {
                Some(Box::new(ExternalSigner {
                    key: self.external.clone(),
                    scheme: *offered.first()?,
                }))
            })
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
/// credential before it considers those, with a scheme that the peer has offered. It never signs, so a handshake that needs a signature
/// fails. Each thread has one.
pub(super) fn no_credential(scheme: SignatureScheme) -> Option<SelectedCredential> {
    thread_local! {
        static NONE: Option<CertifiedKey> = no_key();
    }
    let select = |none: &Option<CertifiedKey>| {
        let none = none.as_ref()?;
        none.credentials.signer(std::slice::from_ref(&scheme))
    };
    // A thread that ends has none.
    NONE.try_with(select).unwrap_or_else(|_| select(&no_key()))
}

fn no_key() -> Option<CertifiedKey> {
    struct NoKey;
    impl ExternalKey for NoKey {
        fn signature_schemes(&self, _: Version) -> Vec<u16> {
            Vec::new()
        }
        fn sign(&self, _: u16, _: &[u8]) -> Option<Vec<u8>> {
            None
        }
    }
    CertifiedKey::new(vec![vec![0]], Arc::new(NoKey), None).ok()
}

/// The signer's certificate, in DER.
pub(super) fn signer_certificate<'a>(signer: &'a SignerPublicKey<'a>) -> &'a [u8] {
    match signer {
        SignerPublicKey::X509(certificate) => certificate.as_ref(),
        _ => &[],
    }
}
