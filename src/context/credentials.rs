//! Own certificates and keys (SSL_CTX_use_certificate(3)): one slot per kind of key.

use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwapOption;

use super::certificate_security::ShownChain;
use crate::engine::{CertifiedKey, ExternalKey};
use crate::error::{Error, Reason, Result};
use crate::libcrypto::error_queue;
use crate::libcrypto::key_kind::KeyKind;
use crate::libcrypto::library::LibraryContext;
use crate::libcrypto::private_key::PrivateKey;
use crate::libcrypto::signature_scheme::SignatureScheme;
use crate::libcrypto::store::Store;
use crate::libcrypto::verify::{Peer, Verification, VerifyCallbacks};
use crate::libcrypto::verify_param::VerifyParam;
use crate::libcrypto::x509::{X509, X509Chain};
use crate::wire::Version;

/// Slots in the order in which a server prefers them.
pub(super) const SLOTS: usize = 5;

/// Slots in the order in which OpenSSL numbers them: RSA, RSA-PSS, ECDSA, Ed25519, Ed448.
const OPENSSL_ORDER: [usize; SLOTS] = [4, 3, 0, 1, 2];

/// A certificate, its key and its chain.
#[derive(Clone, Default)]
pub struct Slot {
    /// The leaf.
    pub certificate: Option<X509>,
    /// Its key.
    pub key: Option<PrivateKey>,
    /// Certificates that are sent after the leaf; `None` when none were given for this slot.
    pub chain: Option<Arc<X509Chain>>,
    /// The form for the engine, prepared when first needed, and again when its source has changed.
    prepared: Kept,
}

/// A slot in the form that is sent to peers.
struct Prepared {
    key: CertifiedKey,
    shown: Arc<ShownChain>,
    /// The source from which the chain was completed.
    source: ChainSource,
}

/// What has been prepared of a slot with the same certificate, key and chain.
#[derive(Default)]
struct Kept {
    /// The last form that was prepared.
    form: ArcSwapOption<Prepared>,
    /// What libcrypto has said of its key and of that in its certificate. Finding out the name of a
    /// curve takes libcrypto some 2000 instructions.
    kind: OnceLock<KeyKind>,
    certified_kind: OnceLock<KeyKind>,
}

impl Clone for Kept {
    fn clone(&self) -> Self {
        Self {
            form: ArcSwapOption::new(self.form.load_full()),
            kind: self.kind.clone(),
            certified_kind: self.certified_kind.clone(),
        }
    }
}

/// The source of issuers for slots without a chain.
#[derive(Clone)]
pub struct ChainSource {
    /// `SSL_CTX_add_extra_chain_cert`
    pub extra: Option<Arc<X509Chain>>,
    /// The store from which a chain is built otherwise.
    pub store: Store,
    /// The number of objects in the store.
    pub objects: usize,
    /// Not `SSL_MODE_NO_AUTO_CHAIN`.
    pub automatic: bool,
    /// Provides digests and signatures.
    pub library: LibraryContext,
    /// Whether the engine may sign with keys that can be exported.
    pub engine_signs: bool,
}

impl ChainSource {
    /// Whether both complete the same chains.
    fn is(&self, other: &Self) -> bool {
        let extra = |source: &Self| source.extra.as_ref().map(Arc::as_ptr);
        extra(self) == extra(other)
            && self.store.as_ptr() == other.store.as_ptr()
            && self.objects == other.objects
            && self.automatic == other.automatic
            && self.engine_signs == other.engine_signs
            && self.library.is(&other.library)
    }
}

/// All slots of a context or connection.
#[derive(Clone, Default)]
pub struct Credentials {
    slots: [Slot; SLOTS],
    current: Option<usize>,
}

impl Credentials {
    /// Whether any slot has a certificate with its key.
    pub fn any(&self) -> bool {
        self.slots
            .iter()
            .any(|slot| slot.certificate.is_some() && slot.key.is_some())
    }

    /// The slot that was set or selected last.
    pub fn current(&self) -> Option<&Slot> {
        self.slots.get(self.current?)
    }

    /// The slot with this number.
    pub fn slot(&self, number: usize) -> Option<&Slot> {
        self.slots.get(number)
    }

    /// The current slot, to be changed.
    pub fn current_mut(&mut self) -> Option<&mut Slot> {
        let slot = self.slots.get_mut(self.current?)?;
        slot.prepared = Kept::default();
        Some(slot)
    }

    /// The current slot, to be changed. Before anything is set that is the slot for RSA, as in
    /// OpenSSL.
    pub fn current_or_first_mut(&mut self) -> &mut Slot {
        let number = *self.current.get_or_insert(OPENSSL_ORDER[0]);
        let slot = &mut self.slots[number];
        slot.prepared = Kept::default();
        slot
    }

    /// Makes the first complete slot the current one (`SSL_CERT_SET_FIRST`), or the next after the
    /// current one (`SSL_CERT_SET_NEXT`). False when there is none.
    pub fn select_complete(&mut self, next: bool) -> bool {
        let skipped = match (next, self.current) {
            (false, _) => 0,
            (true, current) => {
                let current = current.unwrap_or(OPENSSL_ORDER[0]);
                1 + OPENSSL_ORDER
                    .iter()
                    .position(|number| *number == current)
                    .unwrap_or(SLOTS)
            }
        };
        let found = OPENSSL_ORDER
            .into_iter()
            .skip(skipped)
            .find(|number| self.slots[*number].is_complete());
        self.current = found.or(self.current);
        found.is_some()
    }

    /// Makes the slot with this certificate and a key the current one; the same object comes before
    /// an equal one. False when there is none.
    pub fn select_certificate(&mut self, certificate: &X509) -> bool {
        let position = |matches: &dyn Fn(&X509) -> bool| {
            OPENSSL_ORDER.into_iter().find(|number| {
                let slot = &self.slots[*number];
                slot.is_complete() && slot.certificate.as_ref().is_some_and(matches)
            })
        };
        let found = position(&|own| own.as_ptr() == certificate.as_ptr())
            .or_else(|| position(&|own| own == certificate));
        self.current = found.or(self.current);
        found.is_some()
    }

    /// Slots with a certificate, in order.
    pub fn filled(&self) -> impl Iterator<Item = (usize, &Slot)> {
        self.slots
            .iter()
            .enumerate()
            .filter(|(_, slot)| slot.certificate.is_some())
    }

    /// Makes the slot with this number the current one.
    pub fn select(&mut self, number: usize) {
        self.current = Some(number);
    }

    /// The number of the current slot.
    pub fn current_number(&self) -> Option<usize> {
        self.current
    }

    /// `SSL_CTX_use_certificate`. A key in the slot that does not match the certificate is dropped,
    /// as in OpenSSL, since the program will set the right key next. The slot's chain stays.
    pub fn set_certificate(&mut self, certificate: X509) -> Result<()> {
        let number = slot_of(&certificate)?;
        let slot = &mut self.slots[number];
        if let Some(key) = &slot.key
            && !key.matches_certificate(&certificate)
        {
            slot.key = None;
        }
        slot.certificate = Some(certificate);
        slot.prepared = Kept::default();
        self.current = Some(number);
        Ok(())
    }

    /// `SSL_CTX_use_PrivateKey`. It must match the certificate of its slot, if there is one.
    pub fn set_key(&mut self, key: PrivateKey) -> Result<()> {
        let number =
            slot_number(key.kind()).ok_or_else(|| Error::new(Reason::UNKNOWN_CERTIFICATE_TYPE))?;
        let slot = &mut self.slots[number];
        if let Some(certificate) = &slot.certificate {
            key.check_certificate(certificate)?;
        }
        slot.key = Some(key);
        slot.prepared = Kept::default();
        self.current = Some(number);
        Ok(())
    }

    /// `SSL_CTX_use_cert_and_key`: certificate, key and chain (none with `None`), which belong
    /// together. A slot that is not empty stays as it is unless `overwrite`.
    pub fn set_all(
        &mut self,
        certificate: &X509,
        key: &PrivateKey,
        chain: Option<Arc<X509Chain>>,
        overwrite: bool,
    ) -> Result<()> {
        let number = slot_of(certificate)?;
        let slot = &mut self.slots[number];
        let occupied = slot.certificate.is_some() || slot.key.is_some() || slot.chain.is_some();
        if occupied && !overwrite {
            return Err(Error::new(Reason::NOT_REPLACING_CERTIFICATE));
        }
        *slot = Slot {
            certificate: Some(certificate.clone()),
            key: Some(key.clone()),
            chain,
            prepared: Kept::default(),
        };
        self.current = Some(number);
        Ok(())
    }

    /// `SSL_CTX_check_private_key`.
    pub fn check(&self) -> Result<()> {
        let slot = self
            .current()
            .filter(|slot| slot.certificate.is_some())
            .ok_or_else(|| Error::new(Reason::NO_CERTIFICATE_ASSIGNED))?;
        match (&slot.certificate, &slot.key) {
            (Some(certificate), Some(key)) => key.check_certificate(certificate),
            _ => Err(Error::new(Reason::NO_PRIVATE_KEY_ASSIGNED)),
        }
    }

    /// `SSL_certs_clear`.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Drops the forms that were prepared for the engine: chains may have changed.
    pub fn forget_prepared(&mut self) {
        for slot in &mut self.slots {
            slot.prepared = Kept::default();
        }
    }

    /// All complete slots in the engine's form, best first, under their numbers.
    pub fn certified(&self, source: &ChainSource) -> Result<Vec<CertifiedKey>> {
        Ok(self
            .slots
            .iter()
            .enumerate()
            .filter_map(|(number, slot)| Some(slot.prepared(source)?.key.clone().numbered(number)))
            .collect())
    }

    /// The chain that is sent for the slot with this number.
    pub fn shown(&self, number: usize, source: &ChainSource) -> Option<Arc<ShownChain>> {
        Some(self.slot(number)?.prepared(source)?.shown.clone())
    }
}

impl Slot {
    fn is_complete(&self) -> bool {
        self.certificate.is_some() && self.key.is_some()
    }

    /// The prepared form of a slot. It is kept as long as all connections complete the chain from
    /// the same source.
    fn prepared(&self, source: &ChainSource) -> Option<Arc<Prepared>> {
        if let Some(kept) = self.prepared.form.load_full()
            && kept.source.is(source)
        {
            return Some(kept);
        }
        let prepared = Arc::new(self.prepare(source)?);
        self.prepared.form.store(Some(prepared.clone()));
        Some(prepared)
    }

    /// What kind of key it has.
    pub fn key_kind(&self) -> Option<KeyKind> {
        let key = self.key.as_ref()?;
        known(&self.prepared.kind, || Some(key.kind()))
    }

    /// What kind of key its certificate has.
    pub fn certified_kind(&self) -> Option<KeyKind> {
        let certificate = self.certificate.as_ref()?;
        known(&self.prepared.certified_kind, || {
            certificate.key_kind().ok()
        })
    }

    fn prepare(&self, source: &ChainSource) -> Option<Prepared> {
        let certificate = self.certificate.as_ref()?;
        let key = self.key.as_ref()?;
        let issuers: Vec<X509> = match self.chain.as_ref().or(source.extra.as_ref()) {
            Some(given) => given.iter().map(|issuer| issuer.clone()).collect(),
            None if source.automatic => issuers(certificate, source),
            None => Vec::new(),
        };
        let chain: Vec<Vec<u8>> = std::iter::once(certificate)
            .chain(&issuers)
            .map(|certificate| certificate.to_der().ok())
            .collect::<Option<_>>()?;
        let exportable = source.engine_signs && key.is_of_default_provider();
        let exported = exportable.then(|| key.to_pkcs8()).flatten();
        let external = Arc::new(LibcryptoKey {
            key: key.clone(),
            library: source.library.clone(),
        });
        Some(Prepared {
            key: CertifiedKey::new(chain, external, exported).ok()?,
            shown: Arc::new(ShownChain::new(certificate, &issuers)),
            source: source.clone(),
        })
    }
}

/// What is kept, or else what is found.
fn known(kept: &OnceLock<KeyKind>, find: impl FnOnce() -> Option<KeyKind>) -> Option<KeyKind> {
    match kept.get() {
        Some(kind) => Some(*kind),
        None => match find()? {
            // Parameters that are missing may still be copied into the key.
            unknown @ KeyKind::Ec { nid: 0 } => Some(unknown),
            kind => Some(*kept.get_or_init(|| kind)),
        },
    }
}

/// The issuers of `leaf` that the store has.
fn issuers(leaf: &X509, source: &ChainSource) -> Vec<X509> {
    error_queue::quietly(|| {
        let (Ok(param), Ok(untrusted)) = (VerifyParam::new(), X509Chain::new()) else {
            return Vec::new();
        };
        let verification = Verification {
            library: &source.library,
            store: &source.store,
            leaf,
            untrusted: &untrusted,
            shared: None,
            peer: Peer::Server,
            param: &param,
            security_level: 0,
            flags: 0,
            callbacks: VerifyCallbacks::none(),
        };
        let Some(chain) = verification.run().chain else {
            return Vec::new();
        };
        chain.iter().skip(1).map(|issuer| issuer.clone()).collect()
    })
}

/// A key as libcrypto signs with it.
struct LibcryptoKey {
    key: PrivateKey,
    library: LibraryContext,
}

impl ExternalKey for LibcryptoKey {
    fn signature_schemes(&self, version: Version) -> Vec<u16> {
        let kind = self.key.kind();
        let size = self.key.size();
        SignatureScheme::ALL
            .iter()
            .filter(|scheme| match version {
                Version::TLS1_3 => scheme.fits(kind) && scheme.is_of_tls13(),
                _ => scheme.is_for(kind),
            })
            .filter(|scheme| scheme.smallest_key() <= size)
            .map(|scheme| scheme.code())
            .collect()
    }

    fn sign(&self, scheme: u16, message: &[u8]) -> Option<Vec<u8>> {
        let scheme = SignatureScheme::from_code(scheme)?;
        self.key.sign(&self.library, scheme, message).ok()
    }
}

/// The slot for this certificate.
fn slot_of(certificate: &X509) -> Result<usize> {
    /// `ERR_R_X509_LIB`: its key cannot be read.
    const ERR_R_X509_LIB: Reason = Reason(11 | 2 << 18);
    let kind = certificate
        .key_kind()
        .map_err(|_| Error::new(ERR_R_X509_LIB))?;
    slot_number(kind).ok_or_else(|| Error::new(Reason::UNKNOWN_CERTIFICATE_TYPE))
}

/// The slot of a key of this kind: ECDSA, Ed25519, Ed448, RSA-PSS, RSA.
fn slot_number(kind: KeyKind) -> Option<usize> {
    match kind {
        KeyKind::Ec { .. } => Some(0),
        KeyKind::Ed25519 => Some(1),
        KeyKind::Ed448 => Some(2),
        KeyKind::RsaPss => Some(3),
        KeyKind::Rsa => Some(4),
        KeyKind::Dsa | KeyKind::Other(_) => None,
    }
}
