//! Trusted certificates (`X509_STORE`).

use std::ffi::{CStr, c_int, c_long};

use crate::error::{Error, Result};
use crate::libcrypto::library::LibraryContext;
use crate::libcrypto::object::object;
use crate::libcrypto::outcome::{not_null, succeeded};
use crate::libcrypto::x509::X509;
use crate::libcrypto::{error_queue, ffi};

object! {
    /// A store of trusted certificates and CRLs. Cloning adds a reference; any thread: what it
    /// holds is guarded by the store's own lock.
    Store(ffi::X509_STORE), ffi::X509_STORE_free, ffi::X509_STORE_up_ref
}

// SAFETY: the count is atomic, and certificates are added and found under the store's lock.
unsafe impl Send for Store {}
// SAFETY: as above. Its verify parameters have no lock; as in OpenSSL, the caller sets them before
// threads share the store.
unsafe impl Sync for Store {}

const LOOKUP_FILE_LOAD: c_int = 1;
const LOOKUP_ADD_DIR: c_int = 2;
const LOOKUP_ADD_STORE: c_int = 3;
const FILETYPE_DEFAULT: c_long = 3;

impl Store {
    /// An empty store.
    pub fn new() -> Result<Self> {
        // SAFETY: the result is a new store.
        unsafe { Self::from_raw_owned(ffi::X509_STORE_new()) }.ok_or(Error::Queued)
    }

    /// Adds a certificate; a certificate that the store has already is no error.
    pub fn add_certificate(&self, certificate: &X509) -> Result<()> {
        // SAFETY: live objects; the store adds a reference.
        succeeded(unsafe { ffi::X509_STORE_add_cert(self.as_ptr(), certificate.as_ptr()) })
    }

    /// How many certificates and CRLs are in it. Lookups may add to them.
    pub fn len(&self) -> usize {
        // SAFETY: a live store; its list is read under its lock.
        let objects = unsafe {
            ffi::X509_STORE_lock(self.as_ptr());
            let objects = ffi::OPENSSL_sk_num(ffi::X509_STORE_get0_objects(self.as_ptr()).cast());
            ffi::X509_STORE_unlock(self.as_ptr());
            objects
        };
        usize::try_from(objects).unwrap_or(0)
    }

    /// Loads the certificates and CRLs of a PEM file.
    pub fn load_file(&self, library: &LibraryContext, file: &CStr) -> Result<()> {
        // SAFETY: a live store and library context, and C strings.
        succeeded(unsafe {
            ffi::X509_STORE_load_file_ex(
                self.as_ptr(),
                file.as_ptr(),
                library.as_ptr(),
                library.query(),
            )
        })
    }

    /// Adds a directory of hashed names, which is read when needed, with the library context of the
    /// verification that needs it.
    pub fn load_path(&self, directory: &CStr) -> Result<()> {
        // SAFETY: a live store and a C string.
        succeeded(unsafe { ffi::X509_STORE_load_path(self.as_ptr(), directory.as_ptr()) })
    }

    /// Adds the objects at a URI (`ossl_store(7)`).
    pub fn load_store(&self, library: &LibraryContext, uri: &CStr) -> Result<()> {
        // SAFETY: a live store and library context, and C strings.
        succeeded(unsafe {
            ffi::X509_STORE_load_store_ex(
                self.as_ptr(),
                uri.as_ptr(),
                library.as_ptr(),
                library.query(),
            )
        })
    }

    /// Loads a file, a directory or both; to give neither is an error
    /// (`SSL_CTX_load_verify_locations(3)`).
    #[cfg(test)]
    pub fn load_locations(&self, file: Option<&CStr>, directory: Option<&CStr>) -> Result<()> {
        let pointer = |text: Option<&CStr>| text.map_or(std::ptr::null(), CStr::as_ptr);
        // SAFETY: a live store and C strings or NULL.
        let loaded = unsafe {
            ffi::X509_STORE_load_locations(self.as_ptr(), pointer(file), pointer(directory))
        };
        succeeded(loaded)
    }

    /// The system's file, directory and URI, or those of the environment
    /// (`SSL_CTX_set_default_verify_paths(3)`). Missing ones are no error.
    pub fn set_default_paths(&self, library: &LibraryContext) -> Result<()> {
        // SAFETY: a live store and library context.
        succeeded(unsafe {
            ffi::X509_STORE_set_default_paths_ex(self.as_ptr(), library.as_ptr(), library.query())
        })
    }

    /// The system's file only; a missing one is no error.
    pub fn set_default_file(&self, library: &LibraryContext) -> Result<()> {
        // SAFETY: a constant method.
        self.add_default_lookup(
            library,
            unsafe { ffi::X509_LOOKUP_file() },
            LOOKUP_FILE_LOAD,
            FILETYPE_DEFAULT,
        )
    }

    /// The system's directory only.
    pub fn set_default_directory(&self, library: &LibraryContext) -> Result<()> {
        // SAFETY: a constant method.
        self.add_default_lookup(
            library,
            unsafe { ffi::X509_LOOKUP_hash_dir() },
            LOOKUP_ADD_DIR,
            FILETYPE_DEFAULT,
        )
    }

    /// The system's URI only.
    pub fn set_default_store(&self, library: &LibraryContext) -> Result<()> {
        // SAFETY: a constant method.
        let method = unsafe { ffi::X509_LOOKUP_store() };
        self.add_default_lookup(library, method, LOOKUP_ADD_STORE, 0)
    }

    /// Whether the program has set functions in the store, which see the certificates that are
    /// verified (`X509_STORE_set_verify_cb_func(3)`).
    pub fn has_callbacks(&self) -> bool {
        let store = self.as_ptr();
        // SAFETY: a live store; each only returns a function.
        unsafe {
            ffi::X509_STORE_get_verify_cb(store).is_some()
                || ffi::X509_STORE_get_verify(store).is_some()
                || ffi::X509_STORE_get_get_issuer(store).is_some()
                || ffi::X509_STORE_get_check_issued(store).is_some()
                || ffi::X509_STORE_get_check_revocation(store).is_some()
                || ffi::X509_STORE_get_get_crl(store).is_some()
                || ffi::X509_STORE_get_check_crl(store).is_some()
                || ffi::X509_STORE_get_cert_crl(store).is_some()
                || ffi::X509_STORE_get_check_policy(store).is_some()
                || ffi::X509_STORE_get_lookup_certs(store).is_some()
                || ffi::X509_STORE_get_lookup_crls(store).is_some()
                || ffi::X509_STORE_get_cleanup(store).is_some()
        }
    }

    /// Sets `X509_V_FLAG_…` bits in the store's parameters.
    #[cfg(test)]
    pub fn set_flags(&self, flags: std::ffi::c_ulong) -> Result<()> {
        // SAFETY: a live store.
        succeeded(unsafe { ffi::X509_STORE_set_flags(self.as_ptr(), flags) })
    }

    /// The store's own verify parameters, which live as long as the store.
    #[cfg(test)]
    pub fn param(&self) -> *mut ffi::X509_VERIFY_PARAM {
        // SAFETY: a live store.
        unsafe { ffi::X509_STORE_get0_param(self.as_ptr()) }
    }

    fn add_default_lookup(
        &self,
        library: &LibraryContext,
        method: *mut ffi::X509_LOOKUP_METHOD,
        command: c_int,
        number: c_long,
    ) -> Result<()> {
        // SAFETY: a live store and a constant method; the lookup belongs to the store.
        let lookup = not_null(unsafe { ffi::X509_STORE_add_lookup(self.as_ptr(), method) })?;
        error_queue::quietly(|| {
            // SAFETY: a live lookup; no name means the default, which may be missing.
            unsafe {
                ffi::X509_LOOKUP_ctrl_ex(
                    lookup,
                    command,
                    std::ptr::null(),
                    number,
                    std::ptr::null_mut(),
                    library.as_ptr(),
                    library.query(),
                )
            }
        });
        Ok(())
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::libcrypto::testing;

    #[test]
    fn certificates_come_from_objects_files_and_directories() {
        let library = LibraryContext::default();
        let root = testing::authority("Root");
        let leaf = testing::issued("leaf.test", &root);
        let directory = testing::Directory::new();
        let file = directory.file("root.pem", &testing::certificate_pem(&root.certificate));

        let store = Store::new().unwrap();
        assert!(!testing::trusts(&store, &leaf.certificate));
        store.load_file(&library, &file).unwrap();
        assert!(testing::trusts(&store, &leaf.certificate));

        let store = Store::new().unwrap();
        store.add_certificate(&root.certificate).unwrap();
        store.add_certificate(&root.certificate).unwrap();
        assert!(testing::trusts(&store.clone(), &leaf.certificate));

        let store = Store::new().unwrap();
        let hashed = testing::hashed_name(&root.certificate);
        directory.file(&hashed, &testing::certificate_pem(&root.certificate));
        store.load_path(&directory.path()).unwrap();
        assert!(testing::trusts(&store, &leaf.certificate));
        let store = Store::new().unwrap();
        store.load_locations(None, Some(&directory.path())).unwrap();
        assert!(testing::trusts(&store, &leaf.certificate));
    }

    unsafe extern "C" fn agree(ok: c_int, _: *mut ffi::X509_STORE_CTX) -> c_int {
        ok
    }

    #[test]
    fn a_new_store_has_no_functions_of_the_program() {
        let store = Store::new().unwrap();
        assert!(!store.has_callbacks());
        // SAFETY: a live store, and a function of the type that is asked for.
        unsafe { ffi::X509_STORE_set_verify_cb(store.as_ptr(), Some(agree)) };
        assert!(store.has_callbacks());
    }

    #[test]
    fn missing_files_are_errors_except_the_default_ones() {
        let library = LibraryContext::default();
        let store = Store::new().unwrap();
        assert_eq!(
            store.load_file(&library, c"/no/such/file"),
            Err(Error::Queued)
        );
        assert_ne!(error_queue::peek(), 0);
        error_queue::clear();
        assert_eq!(store.load_locations(None, None), Err(Error::Queued));
        error_queue::clear();
        store.set_default_paths(&library).unwrap();
        store.set_default_file(&library).unwrap();
        store.set_default_directory(&library).unwrap();
        store.set_default_store(&library).unwrap();
        store.set_flags(0x4).unwrap();
        assert!(!store.param().is_null());
        assert_eq!(error_queue::peek(), 0);
    }
}
