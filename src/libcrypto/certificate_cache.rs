//! Certificates that were parsed lately: parsing one costs as much as several handshakes' lookups,
//! and the same peers come again and again.
//!
//! Connections share what lies here, so a program must never see it: a program may change the
//! certificates that it finds (`X509_set_ex_data(3)`, `X509_add1_trust_object(3)`), and libcrypto
//! guards such changes by nothing. What is lent to C is parsed for it alone.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use crate::error::Result;
use crate::libcrypto::library::LibraryContext;
use crate::libcrypto::x509::X509;

/// The certificate with this DER encoding, from the cache of the process or parsed now. Callers
/// share the object: they do not change it, and hand it to nothing that may call the program. Any
/// thread.
pub fn parsed(library: &LibraryContext, der: &[u8]) -> Result<X509> {
    static CACHE: OnceLock<CertificateCache> = OnceLock::new();
    // The keys of certificates hold on to the providers that they come from, and a program may
    // free its library context when its own objects are gone.
    if !library.is_global_default() {
        return X509::from_der(library, der);
    }
    CACHE.get_or_init(|| CertificateCache::new(64)).parsed(der)
}

/// Parsed certificates by their DER encoding, a limited number of them.
///
/// The key is the encoding itself, not a digest of it: what a peer sent can only give what
/// parsing it would give.
pub struct CertificateCache {
    capacity: usize,
    certificates: Mutex<HashMap<Box<[u8]>, X509>>,
}

impl CertificateCache {
    /// An empty cache for `capacity` certificates.
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity,
            certificates: Mutex::default(),
        }
    }

    /// The certificate with this DER encoding, cached or parsed now. When the cache is full, any
    /// other certificate leaves it.
    pub fn parsed(&self, der: &[u8]) -> Result<X509> {
        if let Some(certificate) = self.lock().get(der) {
            return Ok(certificate.clone());
        }
        let certificate = X509::from_der(&LibraryContext::default(), der)?;
        let mut certificates = self.lock();
        if certificates.len() >= self.capacity && !certificates.contains_key(der) {
            let evicted = certificates.keys().next().cloned();
            if let Some(key) = evicted {
                certificates.remove(&key);
            }
        }
        // Another thread may have parsed the same one meanwhile; everyone gets one object.
        Ok(certificates
            .entry(der.into())
            .or_insert(certificate)
            .clone())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Box<[u8]>, X509>> {
        self.certificates
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::libcrypto::testing;

    #[test]
    fn the_same_encoding_gives_the_same_object() {
        let library = LibraryContext::default();
        let der = testing::self_signed("one.test")
            .certificate
            .to_der()
            .unwrap();
        let first = parsed(&library, &der).unwrap();
        assert_eq!(parsed(&library, &der).unwrap().as_ptr(), first.as_ptr());
        assert_eq!(first.to_der().unwrap(), der);
        assert!(parsed(&library, &der[1..]).is_err());
        crate::libcrypto::error_queue::clear();
    }

    #[test]
    fn the_cache_stays_within_its_capacity() {
        let cache = CertificateCache::new(2);
        let encodings: Vec<_> = (0..5)
            .map(|n| {
                testing::self_signed(&format!("{n}.test"))
                    .certificate
                    .to_der()
                    .unwrap()
            })
            .collect();
        for der in encodings.iter().chain(&encodings) {
            assert_eq!(cache.parsed(der).unwrap().to_der().unwrap(), *der);
            assert!(cache.lock().len() <= 2);
        }
    }
}
