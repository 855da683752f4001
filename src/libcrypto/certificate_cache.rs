//! Certificates that were parsed recently: parsing is expensive, and the same peers connect
//! repeatedly.
//!
//! Connections share these objects, so a program must never see them: it may change the
//! certificates that it gets (`X509_set_ex_data(3)`, `X509_add1_trust_object(3)`), and libcrypto
//! does not lock such changes. Certificates that are lent to C are parsed separately.

use std::sync::Arc;

use arc_swap::ArcSwapOption;

use crate::error::Result;
use crate::libcrypto::library::LibraryContext;
use crate::libcrypto::signature_memory::{Digest, sha256};
use crate::libcrypto::x509::{X509, X509Chain};

/// The cache of the process.
static CACHE: CertificateCache<16> = CertificateCache::new();

/// The certificate with this DER encoding, from the cache of the process or parsed now. Callers
/// share the object: they do not change it, and pass it to nothing that may call the program. Any
/// thread.
pub fn parsed(library: &LibraryContext, der: &[u8]) -> Result<X509> {
    match shares(library) {
        true => CACHE.parsed(der).map(|parsed| parsed.certificate.clone()),
        false => X509::from_der(library, der),
    }
}

/// Whether connections share the certificates of `library`. Other contexts' keys keep their
/// providers, and a program may free its library context when its own objects are freed.
fn shares(library: &LibraryContext) -> bool {
    library.is_global_default()
}

/// A peer's chain of certificates that connections share. They are as they were parsed, with
/// algorithms of the default library context: callers do not change them, and pass them to nothing
/// that may call the program.
pub struct SharedChain {
    certificates: X509Chain,
    parsed: Vec<Arc<Parsed>>,
}

/// A certificate, the DER that it was parsed from, and a digest of that.
struct Parsed {
    der: Box<[u8]>,
    certificate: X509,
    digest: Digest,
}

impl SharedChain {
    /// The chain with these DER encodings, in order, from the cache of the process or parsed now.
    /// `Ok(None)` when the certificates of `library` are not shared. Any thread.
    pub fn new<'a>(
        library: &LibraryContext,
        ders: impl Iterator<Item = &'a [u8]>,
    ) -> Result<Option<Self>> {
        if !shares(library) {
            return Ok(None);
        }
        let parsed: Vec<_> = ders.map(|der| CACHE.parsed(der)).collect::<Result<_>>()?;
        let certificates = parsed.iter().map(|parsed| parsed.certificate.clone());
        Ok(Some(Self {
            certificates: X509Chain::from_items(certificates)?,
            parsed,
        }))
    }

    /// The certificates, the peer's own first.
    pub fn certificates(&self) -> &X509Chain {
        &self.certificates
    }

    /// SHA-256 of the encoding of `certificate`, if it is this very object.
    pub(super) fn digest_of(&self, certificate: &X509) -> Option<&Digest> {
        let is_it = |parsed: &&Arc<Parsed>| parsed.certificate.as_ptr() == certificate.as_ptr();
        self.parsed.iter().find(is_it).map(|parsed| &parsed.digest)
    }
}

/// Parsed certificates by their DER encoding, a limited number of them, found without a lock.
///
/// The key is the encoding itself, not a digest of it: so a lookup returns exactly what parsing
/// would.
struct CertificateCache<const SETS: usize> {
    sets: [[ArcSwapOption<Parsed>; PLACES]; SETS],
}

/// How many certificates may be kept of those that belong to the same set.
const PLACES: usize = 4;

impl<const SETS: usize> CertificateCache<SETS> {
    /// An empty cache for `4 * SETS` certificates.
    const fn new() -> Self {
        Self {
            sets: [const { [const { ArcSwapOption::const_empty() }; PLACES] }; SETS],
        }
    }

    /// The certificate with this DER encoding, cached or parsed now. When its set is full, another
    /// certificate of the set is removed. Threads that parse the same one at once each get their
    /// own.
    fn parsed(&self, der: &[u8]) -> Result<Arc<Parsed>> {
        // The end is the signature, which differs between certificates. Who chooses one may at
        // worst remove others from the cache.
        let end = der.last_chunk().copied().map_or(0, u64::from_le_bytes);
        let end = end ^ end >> 32;
        let set = &self.sets[end as usize % SETS];
        for place in set {
            if let Some(parsed) = &*place.load()
                && *parsed.der == *der
            {
                return Ok(parsed.clone());
            }
        }
        let parsed = Arc::new(Parsed {
            certificate: X509::from_der(&LibraryContext::default(), der)?,
            digest: sha256(&[der]),
            der: der.into(),
        });
        let empty = set.iter().find(|place| place.load().is_none());
        let place = empty.unwrap_or(&set[(end >> 16) as usize % PLACES]);
        place.store(Some(parsed.clone()));
        Ok(parsed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::libcrypto::testing;

    fn der(name: &str) -> Vec<u8> {
        testing::self_signed(name).certificate.to_der().unwrap()
    }

    fn shared(ders: &[&[u8]]) -> Result<Option<SharedChain>> {
        SharedChain::new(&LibraryContext::default(), ders.iter().copied())
    }

    #[test]
    fn the_same_encoding_gives_the_same_object() {
        let one = der("one.test");
        let first = shared(&[&one]).unwrap().unwrap();
        let leaf = first.certificates().get(0).unwrap();
        let again = shared(&[&one]).unwrap().unwrap();
        assert_eq!(again.certificates().get(0).unwrap().as_ptr(), leaf.as_ptr());
        assert_eq!(leaf.to_der().unwrap(), one);
        assert!(shared(&[&one[1..]]).is_err());
        assert!(shared(&[b""]).is_err());
        crate::libcrypto::error_queue::clear();
    }

    #[test]
    fn a_digest_is_that_of_the_object_and_of_no_copy() {
        let (one, two) = (der("one.test"), der("two.test"));
        let chain = shared(&[&one, &two]).unwrap().unwrap();
        let second = chain.certificates().get(1).unwrap();
        assert_eq!(chain.digest_of(&second), Some(&sha256(&[&two])));
        let copy = X509::from_der(&LibraryContext::default(), &two).unwrap();
        assert_eq!(chain.digest_of(&copy), None);
    }

    #[test]
    fn other_library_contexts_share_nothing() {
        // SAFETY: the default library context.
        let other =
            unsafe { LibraryContext::new(std::ptr::null_mut(), Some(c"?provider=default")) };
        let one = der("one.test");
        let chain = SharedChain::new(&other, [one.as_slice()].into_iter()).unwrap();
        assert!(chain.is_none());
    }

    #[test]
    fn the_cache_stays_within_its_capacity() {
        let cache = CertificateCache::<1>::new();
        let encodings: Vec<_> = (0..9).map(|n| der(&format!("{n}.test"))).collect();
        for der in encodings.iter().chain(&encodings) {
            let parsed = cache.parsed(der).unwrap();
            assert_eq!(parsed.certificate.to_der().unwrap(), *der);
        }
        let kept = cache.sets[0].iter().filter(|place| place.load().is_some());
        assert_eq!(kept.count(), PLACES);
    }
}
