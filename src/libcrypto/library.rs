//! Library contexts and property queries, which select libcrypto's algorithms (`OSSL_LIB_CTX(3)`,
//! `property(7)`, `SSL_CTX_new_ex(3)`).

use std::ffi::{CStr, CString, c_char};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicPtr, Ordering};

use crate::error::Result;
use crate::libcrypto::aead::Aead;
use crate::libcrypto::digest::HandshakeDigest;
use crate::libcrypto::ffi;
use crate::libcrypto::outcome::not_null;

/// A library context with a property query: what an `SSL_CTX` was made with. Everything that
/// libcrypto does for the `SSL_CTX` or its connections uses it. Cloning copies a pointer; any
/// thread.
///
/// As in OpenSSL, the program keeps its `OSSL_LIB_CTX` until the last `SSL_CTX` and `SSL` made with
/// it are freed.
#[derive(Clone)]
pub struct LibraryContext(Arc<Inner>);

struct Inner {
    /// NULL for the default one, which may differ between threads (`OSSL_LIB_CTX_set0_default(3)`).
    context: *mut ffi::OSSL_LIB_CTX,
    query: Option<CString>,
    hmac: Fetched<ffi::EVP_MAC>,
    aes_256_cbc: Fetched<ffi::EVP_CIPHER>,
    aeads: [Fetched<ffi::EVP_CIPHER>; 3],
    digests: [Fetched<ffi::EVP_MD>; 2],
}

// SAFETY: libcrypto locks its library contexts and counts its algorithms atomically; the query is
// never changed.
unsafe impl Send for Inner {}
// SAFETY: as above.
unsafe impl Sync for Inner {}

impl LibraryContext {
    /// The pair as C gives it; NULL is the default context, and no query.
    ///
    /// # Safety
    /// `context` is NULL or a library context that outlives the value and all that is made with it.
    pub unsafe fn new(context: *mut ffi::OSSL_LIB_CTX, query: Option<&CStr>) -> Self {
        Self(Arc::new(Inner {
            context,
            query: query.map(CStr::to_owned),
            hmac: Fetched::new(ffi::EVP_MAC_free),
            aes_256_cbc: Fetched::new(ffi::EVP_CIPHER_free),
            aeads: [const { Fetched::new(ffi::EVP_CIPHER_free) }; 3],
            digests: [const { Fetched::new(ffi::EVP_MD_free) }; 2],
        }))
    }

    /// For C: NULL stands for the default library context.
    pub fn as_ptr(&self) -> *mut ffi::OSSL_LIB_CTX {
        self.0.context
    }

    /// The property query for C: NULL for none. Lives as long as `self`.
    pub fn query(&self) -> *const c_char {
        self.0
            .query
            .as_ref()
            .map_or(std::ptr::null(), |query| query.as_ptr())
    }

    /// Whether both are clones of one another.
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Whether this is the default context, and no property query.
    pub fn is_default(&self) -> bool {
        self.0.context.is_null() && self.0.query.is_none()
    }

    /// Whether this is the default context of the process, and no property query: not that of a
    /// thread that has another default (`OSSL_LIB_CTX_set0_default(3)`).
    pub fn is_global_default(&self) -> bool {
        // SAFETY: NULL only asks for the context of this thread.
        self.is_default()
            && unsafe { ffi::OSSL_LIB_CTX_set0_default(std::ptr::null_mut()) } == global_default()
    }

    /// HMAC. Lives as long as `self`.
    pub fn hmac(&self) -> Result<*mut ffi::EVP_MAC> {
        // SAFETY: C strings or NULL, and a library context that is alive.
        let fetch =
            |name: &CStr| unsafe { ffi::EVP_MAC_fetch(self.as_ptr(), name.as_ptr(), self.query()) };
        self.0.hmac.get(|| fetch(c"HMAC"))
    }

    /// AES-256-CBC. Lives as long as `self`.
    pub fn aes_256_cbc(&self) -> Result<*const ffi::EVP_CIPHER> {
        let aes = &self.0.aes_256_cbc;
        Ok(aes.get(|| self.fetch_cipher(c"AES-256-CBC"))?.cast_const())
    }

    /// A cipher for records. Lives as long as `self`.
    pub fn aead(&self, aead: Aead) -> Result<*const ffi::EVP_CIPHER> {
        let fetch = || self.fetch_cipher(aead.name());
        Ok(self.0.aeads[aead as usize].get(fetch)?.cast_const())
    }

    /// A digest of handshakes. Lives as long as `self`.
    pub fn digest(&self, digest: HandshakeDigest) -> Result<*const ffi::EVP_MD> {
        let fetch = || self.fetch_digest(digest.name());
        Ok(self.0.digests[digest as usize].get(fetch)?.cast_const())
    }

    /// A cipher of this name, which the caller frees; NULL, with an error queued, when there is
    /// none.
    pub(super) fn fetch_cipher(&self, name: &CStr) -> *mut ffi::EVP_CIPHER {
        // SAFETY: C strings or NULL, and a library context that is alive.
        unsafe { ffi::EVP_CIPHER_fetch(self.as_ptr(), name.as_ptr(), self.query()) }
    }

    /// A digest of this name, which the caller frees; NULL, with an error queued, when there is
    /// none.
    pub(super) fn fetch_digest(&self, name: &CStr) -> *mut ffi::EVP_MD {
        // SAFETY: C strings or NULL, and a library context that is alive.
        unsafe { ffi::EVP_MD_fetch(self.as_ptr(), name.as_ptr(), self.query()) }
    }
}

/// The default context of the process, which is one for its whole life.
#[inline]
fn global_default() -> *mut ffi::OSSL_LIB_CTX {
    static KNOWN: AtomicPtr<ffi::OSSL_LIB_CTX> = AtomicPtr::new(std::ptr::null_mut());
    let known = KNOWN.load(Ordering::Relaxed);
    if !known.is_null() {
        return known;
    }
    // SAFETY: no precondition.
    let context = unsafe { ffi::OSSL_LIB_CTX_get0_global_default() };
    KNOWN.store(context, Ordering::Relaxed);
    context
}

impl Default for LibraryContext {
    /// The default context, without a query.
    fn default() -> Self {
        // SAFETY: the default context is always there.
        unsafe { Self::new(std::ptr::null_mut(), None) }
    }
}

impl fmt::Debug for LibraryContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LibraryContext")
            .field("context", &self.0.context)
            .field("query", &self.0.query)
            .finish_non_exhaustive()
    }
}

/// An algorithm that is fetched when it is first needed; after a failure it is fetched again.
struct Fetched<T> {
    algorithm: AtomicPtr<T>,
    free: unsafe extern "C" fn(*mut T),
}

impl<T> Fetched<T> {
    const fn new(free: unsafe extern "C" fn(*mut T)) -> Self {
        Self {
            algorithm: AtomicPtr::new(std::ptr::null_mut()),
            free,
        }
    }

    /// The algorithm, owned by `self`. `fetch` returns one that its caller owns.
    fn get(&self, fetch: impl FnOnce() -> *mut T) -> Result<*mut T> {
        let known = self.algorithm.load(Ordering::Acquire);
        if !known.is_null() {
            return Ok(known);
        }
        let fetched = not_null(fetch())?;
        let none = std::ptr::null_mut();
        let kept =
            self.algorithm
                .compare_exchange(none, fetched, Ordering::AcqRel, Ordering::Acquire);
        match kept {
            Ok(_) => Ok(fetched),
            Err(theirs) => {
                // SAFETY: fetched above, and not used, because another thread was first.
                unsafe { (self.free)(fetched) };
                Ok(theirs)
            }
        }
    }
}

impl<T> Drop for Fetched<T> {
    fn drop(&mut self) {
        let algorithm = *self.algorithm.get_mut();
        if !algorithm.is_null() {
            // SAFETY: owned, last use.
            unsafe { (self.free)(algorithm) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::libcrypto::error_queue;

    #[test]
    fn a_query_that_nothing_fulfils_finds_no_algorithm() {
        // SAFETY: the default library context.
        let nothing = unsafe { LibraryContext::new(std::ptr::null_mut(), Some(c"provider=none")) };
        assert!(!nothing.is_default() && LibraryContext::default().is_default());
        assert!(nothing.hmac().is_err() && nothing.aes_256_cbc().is_err());
        assert!(nothing.aead(Aead::Aes128Gcm).is_err());
        assert!(nothing.digest(HandshakeDigest::Sha384).is_err());
        assert_ne!(error_queue::peek(), 0);
        error_queue::clear();
    }

    #[test]
    fn an_algorithm_is_fetched_once() {
        let library = LibraryContext::default();
        assert!(library.is_global_default() && library.is_global_default());
        assert_eq!(library.hmac(), library.clone().hmac());
        assert_eq!(library.aes_256_cbc(), library.aes_256_cbc());
    }

    #[test]
    fn a_thread_with_another_default_is_not_at_the_global_one() {
        let library = LibraryContext::default();
        std::thread::spawn(move || {
            // SAFETY: made here, the default of this thread only, freed once.
            unsafe {
                let own = ffi::OSSL_LIB_CTX_new();
                let global = ffi::OSSL_LIB_CTX_set0_default(own);
                assert!(!library.is_global_default());
                ffi::OSSL_LIB_CTX_set0_default(global);
                assert!(library.is_global_default());
                ffi::OSSL_LIB_CTX_free(own);
            }
        })
        .join()
        .unwrap();
    }
}
