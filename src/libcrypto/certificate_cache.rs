//! Certificates that were parsed recently: parsing is expensive, and the same peers connect
//! repeatedly.
//!
//! Connections share these objects, so a program must never see them: it may change the
//! certificates that it gets (`X509_set_ex_data(3)`, `X509_add1_trust_object(3)`), and libcrypto
//! does not lock such changes. Certificates that are lent to C are parsed separately.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use crate::error::Result;
use crate::libcrypto::library::LibraryContext;
use crate::libcrypto::x509::X509;

/// The certificate with this DER encoding, from the cache of the process or parsed now. Callers
/// share the object: they do not change it, and pass it to nothing that may call the program. Any
/// thread.
pub fn parsed(library: &LibraryContext, der: &[u8]) -> Result<X509> {
    static CACHE: OnceLock<CertificateCache> = OnceLock::new();
    // The keys of certificates keep their providers, and a program may free its library context
    // when its own objects are freed.
    if !library.is_global_default() {
        return X509::from_der(library, der);
    }
    CACHE.get_or_init(|| CertificateCache::new(64)).parsed(der)
}

/// Parsed certificates by their DER encoding, a limited number of them.
///
/// The key is the encoding itself, not a digest of it: so a lookup returns exactly what parsing
/// would.
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

    /// The certificate with this DER encoding, cached or parsed now. When the cache is full, an
    /// arbitrary other certificate is removed.
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
        // Another thread may have parsed the same one in the meantime; all callers get one object.
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
