//! The peer's certificates.

use std::any::Any;
use std::sync::OnceLock;

/// The certificates that the peer sent, leaf first, as DER. It is immutable and shared: sessions
/// hold it in an `Arc`, so all tickets of one handshake share one chain, and copies of a session
/// return the same certificate object (S63).
pub struct PeerChain {
    certificates: Box<[Box<[u8]>]>,
    whole: bool,
    parsed: OnceLock<Box<dyn Any + Send + Sync>>,
}

impl PeerChain {
    /// A chain of DER certificates, the leaf first. `None` when there is none.
    pub fn new(certificates: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Option<Self> {
        let certificates: Box<[Box<[u8]>]> = certificates
            .into_iter()
            .map(|certificate| certificate.as_ref().into())
            .collect();
        (!certificates.is_empty()).then(|| Self {
            certificates,
            whole: true,
            parsed: OnceLock::new(),
        })
    }

    /// A chain of which only the peer's own certificate is known, as in a session that was read
    /// (S92).
    pub fn of_leaf(leaf: &[u8]) -> Self {
        Self {
            certificates: Box::new([leaf.into()]),
            whole: false,
            parsed: OnceLock::new(),
        }
    }

    /// Whether this has all certificates that the peer sent, not only its own.
    pub fn is_whole(&self) -> bool {
        self.whole
    }

    /// The peer's own certificate, DER.
    pub fn leaf(&self) -> &[u8] {
        &self.certificates[0]
    }

    /// All certificates, the leaf first, DER.
    pub fn certificates(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.certificates.iter().map(|certificate| &**certificate)
    }

    /// The parsed certificates, kept as long as the chain. The first call runs `parse` (two threads
    /// that call at the same time may both parse; one result is kept). `None` when `parse` fails,
    /// or an earlier caller kept another type.
    pub fn parsed<T: Any + Send + Sync>(
        &self,
        parse: impl FnOnce(&Self) -> Option<T>,
    ) -> Option<&T> {
        if self.parsed.get().is_none() {
            let value = parse(self)?;
            let _ = self.parsed.set(Box::new(value));
        }
        self.parsed.get()?.downcast_ref()
    }
}

impl PartialEq for PeerChain {
    fn eq(&self, other: &Self) -> bool {
        self.certificates == other.certificates
    }
}

impl Eq for PeerChain {}

impl std::fmt::Debug for PeerChain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PeerChain")
            .field("certificates", &self.certificates.len())
            .finish_non_exhaustive()
    }
}
