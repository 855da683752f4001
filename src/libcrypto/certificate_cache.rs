//! Certificates that were parsed recently: parsing is expensive, and the same peers connect
//! repeatedly.
//!
//! Connections share these objects, so a program must never see them: it may change the
//! certificates that it gets (`X509_set_ex_data(3)`, `X509_add1_trust_object(3)`), and libcrypto
//! does not lock such changes. Certificates that are lent to C are parsed separately.

use crate::error::Result;
use crate::libcrypto::library::LibraryContext;
use crate::libcrypto::recent::Recent;
use crate::libcrypto::signature_memory::{Digest, sha256};
use crate::libcrypto::x509::{X509, X509Chain};

/// The certificate with this DER encoding, from the cache of the process or parsed now. Callers
/// share the object: they do not change it, and pass it to nothing that may call the program. Any
/// thread.
pub fn parsed(library: &LibraryContext, der: &[u8]) -> Result<X509> {
    match shares(library) {
        true => cached(der).map(|(certificate, _)| certificate),
        false => X509::from_der(library, der),
    }
}

/// Whether connections share the certificates of `library`. Other contexts' keys keep their
/// providers, and a program may free its library context when its own objects are freed.
fn shares(library: &LibraryContext) -> bool {
    library.is_global_default()
}

/// A certificate with the DER that it was parsed from, and a digest of that. The key is the encoding
/// itself, not its digest: so a lookup returns exactly what parsing would.
struct Parsed {
    der: Box<[u8]>,
    certificate: X509,
    digest: Digest,
}

/// The certificate with this DER encoding in the default library context, cached or parsed now, and
/// a digest of the encoding. Threads that parse the same one at once each get their own.
fn cached(der: &[u8]) -> Result<(X509, Digest)> {
    static CACHE: Recent<Parsed, 16> = Recent::new();
    let found = CACHE.find(der, |parsed| {
        (*parsed.der == *der).then(|| (parsed.certificate.clone(), parsed.digest))
    });
    if let Some(found) = found {
        return Ok(found);
    }
    let certificate = X509::from_der(&LibraryContext::default(), der)?;
    let digest = sha256(&[der]);
    let parsed = Parsed {
        der: der.into(),
        certificate: certificate.clone(),
        digest,
    };
    CACHE.keep(der, parsed);
    Ok((certificate, digest))
}

/// A peer's chain of certificates that connections share. They are as they were parsed, with
/// algorithms of the default library context: callers do not change them, and pass them to nothing
/// that may call the program.
pub struct SharedChain {
    certificates: X509Chain,
    /// Of their encodings, in the same order.
    digests: Vec<Digest>,
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
        let mut chain = Self {
            certificates: X509Chain::new()?,
            digests: Vec::with_capacity(ders.size_hint().0.max(4)),
        };
        for der in ders {
            let (certificate, digest) = cached(der)?;
            chain.certificates.push(certificate)?;
            chain.digests.push(digest);
        }
        Ok(Some(chain))
    }

    /// The certificates, the peer's own first.
    pub fn certificates(&self) -> &X509Chain {
        &self.certificates
    }

    /// SHA-256 of the encoding of `certificate`, if it is this very object.
    pub(super) fn digest_of(&self, certificate: &X509) -> Option<&Digest> {
        let is_it = |own: &X509| own.as_ptr() == certificate.as_ptr();
        let mut pairs = self.certificates.iter().zip(&self.digests);
        pairs.find_map(|(own, digest)| is_it(&own).then_some(digest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::libcrypto::recent::PLACES;
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
        let cache = Recent::<Vec<u8>, 1>::new();
        let encodings: Vec<_> = (0..9).map(|n| der(&format!("{n}.test"))).collect();
        for der in encodings.iter().chain(&encodings) {
            let find =
                |cache: &Recent<Vec<u8>, 1>| cache.find(der, |kept| (kept == der).then_some(()));
            if find(&cache).is_none() {
                cache.keep(der, der.clone());
            }
            assert!(find(&cache).is_some());
        }
        assert_eq!(cache.len(), PLACES);
    }
}
