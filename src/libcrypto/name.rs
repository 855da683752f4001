//! Distinguished names (`X509_NAME`) and lists of them, as servers send to ask for certificates.

use std::ffi::{CStr, CString, c_long, c_void};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use crate::error::{Error, Result};
use crate::libcrypto::bio::Bio;
use crate::libcrypto::library::LibraryContext;
use crate::libcrypto::object::object;
use crate::libcrypto::outcome::{encoded, not_null};
use crate::libcrypto::password::Password;
use crate::libcrypto::pem_file::{self, ERR_R_SYS_LIB};
use crate::libcrypto::stack::{Stack, StackItem};
use crate::libcrypto::x509::X509;
use crate::libcrypto::{error_queue, ffi};

object! {
    /// A distinguished name. It has no reference count, so a second owner needs a copy.
    Name(ffi::X509_NAME), ffi::X509_NAME_free
}

// SAFETY: not bound to a thread.
unsafe impl Send for Name {}
// SAFETY: methods only read, once the name is encoded: names made here are, and
// `NameStack::take_over` encodes those of C.
unsafe impl Sync for Name {}

/// `STACK_OF(X509_NAME)`
pub type NameStack = Stack<Name>;

impl Name {
    /// Parses one name; bytes after it are an error.
    pub fn from_der(der: &[u8]) -> Result<Self> {
        let mut end = der.as_ptr();
        // SAFETY: `end` points to `der.len()` readable bytes; the result is a new name.
        let name = unsafe {
            let raw = ffi::d2i_X509_NAME(std::ptr::null_mut(), &mut end, der.len() as c_long);
            Self::from_raw_owned(raw).ok_or(Error::Queued)?
        };
        if end as usize != der.as_ptr() as usize + der.len() {
            return Err(Error::new(crate::error::Reason::CA_DN_LENGTH_MISMATCH));
        }
        Ok(name)
    }

    /// A copy of a certificate's subject.
    pub fn of_subject(certificate: &X509) -> Result<Self> {
        // SAFETY: a live certificate, whose name lives as long; the result is a new name.
        unsafe {
            let subject = ffi::X509_get_subject_name(certificate.as_ptr());
            Self::from_raw_owned(ffi::X509_NAME_dup(subject)).ok_or(Error::Queued)
        }
    }

    /// The DER encoding.
    pub fn to_der(&self) -> Result<Vec<u8>> {
        // SAFETY: a live name; `encoded` passes NULL or a buffer of the size asked for.
        encoded(|out| unsafe { ffi::i2d_X509_NAME(self.as_ptr(), out) })
    }
}

impl PartialEq for Name {
    /// Equal as certificates compare names: without regard to case and spacing
    /// (`X509_NAME_cmp(3)`).
    fn eq(&self, other: &Self) -> bool {
        // SAFETY: two live names.
        unsafe { ffi::X509_NAME_cmp(self.as_ptr(), other.as_ptr()) == 0 }
    }
}

impl Eq for Name {}

impl std::fmt::Debug for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Name")
            .field(&self.to_der().unwrap_or_default())
            .finish()
    }
}

// SAFETY: the pointer is what the type owns, both ways.
unsafe impl StackItem for Name {
    fn into_item(self) -> *mut c_void {
        self.into_raw().cast()
    }

    unsafe fn from_item(item: *mut c_void) -> Option<Self> {
        // SAFETY: the caller passes what `into_item` returned.
        unsafe { Self::from_raw_owned(item.cast()) }
    }

    fn duplicate(&self) -> Result<Self> {
        // SAFETY: a live name; the result is a new one.
        unsafe { Self::from_raw_owned(ffi::X509_NAME_dup(self.as_ptr())) }.ok_or(Error::Queued)
    }
}

impl NameStack {
    /// Takes ownership of C's list; `None` for NULL. Names that are not encoded yet are encoded
    /// now, so that threads may share the list.
    ///
    /// # Safety
    /// `raw` is NULL or a live `STACK_OF(X509_NAME)`, whose ownership the caller passes.
    pub unsafe fn take_over(raw: *mut ffi::stack_st_X509_NAME) -> Option<Self> {
        // SAFETY: as the caller promises.
        let names = unsafe { Self::from_raw_owned(raw) }?;
        error_queue::quietly(|| {
            for name in names.iter() {
                let _ = name.to_der();
            }
        });
        Some(names)
    }

    /// The subjects of the certificates in a PEM file, without duplicates, in order
    /// (`SSL_load_client_CA_file(3)`). A file without a certificate is an error, whose cause is on
    /// the queue; what follows the last readable certificate is ignored.
    pub fn of_file(library: &LibraryContext, path: &CStr) -> Result<Self> {
        let mut names = Self::new()?;
        names.add_certificates(library, path)?;
        if names.is_empty() {
            // Read again, to leave the reason on the queue.
            pem_file::next(library, &Bio::open_file(path)?, Password::none())?;
        }
        Ok(names)
    }

    /// Adds the subjects of a PEM file that are not there yet
    /// (`SSL_add_file_cert_subjects_to_stack`). A file without certificates is no error.
    pub fn add_file(&mut self, path: &CStr) -> Result<()> {
        self.add_certificates(&LibraryContext::default(), path)
    }

    fn add_certificates(&mut self, library: &LibraryContext, path: &CStr) -> Result<()> {
        let file = Bio::open_file(path)?;
        let next = || pem_file::next(library, &file, Password::none());
        while let Ok(certificate) = error_queue::quietly(next) {
            self.add_subject(&certificate)?;
        }
        Ok(())
    }

    /// Adds the subjects of all files of a directory (`SSL_add_dir_cert_subjects_to_stack`).
    pub fn add_directory(&mut self, path: &CStr) -> Result<()> {
        let unreadable = |error: std::io::Error| Error::with(ERR_R_SYS_LIB, error.to_string());
        let directory = std::ffi::OsStr::from_bytes(path.to_bytes());
        for entry in std::fs::read_dir(directory).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            if path.is_dir() {
                continue;
            }
            let path = CString::new(path.into_os_string().into_vec())
                .map_err(|_| Error::new(ERR_R_SYS_LIB))?;
            self.add_file(&path)?;
        }
        Ok(())
    }

    /// Adds the subjects of the certificates at a URI (`SSL_add_store_cert_subjects_to_stack`),
    /// and of the files in it when it is a directory.
    pub fn add_store(&mut self, uri: &CStr) -> Result<()> {
        let mut names = Vec::new();
        self.add_loaded(uri, &mut names)?;
        for name in names {
            self.add_loaded(&name, &mut Vec::new())?;
        }
        Ok(())
    }

    /// Adds the subjects of the certificates at `uri`, and to `names` the names of the other
    /// objects there.
    fn add_loaded(&mut self, uri: &CStr, names: &mut Vec<CString>) -> Result<()> {
        let store = OpenStore::open(uri)?;
        while let Some(loaded) = store.next() {
            match loaded {
                Loaded::Certificate(certificate) => self.add_subject(&certificate)?,
                Loaded::Name(name) => names.push(name),
            }
        }
        Ok(())
    }

    /// Adds a certificate's subject unless it is in the list (`SSL_add_client_CA(3)` adds always:
    /// use `push`).
    pub fn add_subject(&mut self, certificate: &X509) -> Result<()> {
        let name = Name::of_subject(certificate)?;
        if self.iter().any(|known| *known == name) {
            return Ok(());
        }
        self.push(name)
    }
}

/// The objects of a store that matter here.
enum Loaded {
    Certificate(X509),
    Name(CString),
}

struct OpenStore(*mut ffi::OsslStoreCtx);

impl OpenStore {
    fn open(uri: &CStr) -> Result<Self> {
        // SAFETY: a C string, no user interface, no filter.
        let raw = unsafe {
            ffi::OSSL_STORE_open(
                uri.as_ptr(),
                std::ptr::null(),
                std::ptr::null_mut(),
                None,
                std::ptr::null_mut(),
            )
        };
        not_null(raw).map(Self)
    }

    /// The next certificate or name; `None` at the end.
    fn next(&self) -> Option<Loaded> {
        // SAFETY: a live store; what it loads is freed here, after a reference was added to a
        // certificate or a name was copied.
        unsafe {
            while ffi::OSSL_STORE_eof(self.0) == 0 && ffi::OSSL_STORE_error(self.0) == 0 {
                let info = ffi::OSSL_STORE_load(self.0);
                if info.is_null() {
                    continue;
                }
                let loaded = match ffi::OSSL_STORE_INFO_get_type(info) {
                    ffi::OSSL_STORE_INFO_CERT => {
                        X509::from_raw_shared(ffi::OSSL_STORE_INFO_get0_CERT(info))
                            .map(Loaded::Certificate)
                    }
                    ffi::OSSL_STORE_INFO_NAME => Some(Loaded::Name(
                        CStr::from_ptr(ffi::OSSL_STORE_INFO_get0_NAME(info)).to_owned(),
                    )),
                    _ => None,
                };
                ffi::OSSL_STORE_INFO_free(info);
                if loaded.is_some() {
                    return loaded;
                }
            }
        }
        None
    }
}

impl Drop for OpenStore {
    fn drop(&mut self) {
        // SAFETY: owned, last use.
        unsafe { ffi::OSSL_STORE_close(self.0) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::libcrypto::testing;

    #[test]
    fn a_name_survives_der() {
        let certificate = testing::self_signed("one.test").certificate;
        let name = Name::of_subject(&certificate).unwrap();
        let der = name.to_der().unwrap();
        assert_eq!(der, certificate.subject_der().unwrap());
        assert_eq!(Name::from_der(&der).unwrap(), name);
        let other = Name::of_subject(&testing::self_signed("ONE.test").certificate).unwrap();
        assert_eq!(other, name, "names compare without regard to case");
        assert!(Name::from_der(&der[1..]).is_err());
        assert!(Name::from_der(&[&der[..], b"x"].concat()).is_err());
        error_queue::clear();
    }

    #[test]
    fn a_file_gives_each_subject_once() {
        let certificates = ["one.test", "two.test", "one.test"]
            .map(|name| testing::certificate_pem(&testing::self_signed(name).certificate));
        let directory = testing::Directory::new();
        let path = directory.file("cas.pem", &certificates.concat());
        let names = NameStack::of_file(&LibraryContext::default(), &path).unwrap();
        assert_eq!(names.len(), 2);
        let copy = names.duplicate().unwrap();
        assert!(copy.iter().zip(names.iter()).all(|(a, b)| *a == *b));
        assert_eq!(error_queue::peek(), 0);
        // SAFETY: passes ownership of the list, and takes it back.
        let back = unsafe { NameStack::take_over(copy.into_raw()) }.unwrap();
        assert_eq!(back.len(), 2);
    }

    #[test]
    fn directories_and_uris_add_what_is_missing() {
        let directory = testing::Directory::new();
        for name in ["one.test", "two.test"] {
            let certificate = testing::self_signed(name).certificate;
            directory.file(name, &testing::certificate_pem(&certificate));
        }
        let mut names = NameStack::new().unwrap();
        names.add_directory(&directory.path()).unwrap();
        assert_eq!(names.len(), 2);
        names.add_store(&directory.path()).unwrap();
        assert_eq!(names.len(), 2);
        let mut names = NameStack::new().unwrap();
        names.add_store(&directory.path()).unwrap();
        assert_eq!(names.len(), 2);
        assert!(names.add_directory(c"/no/such/directory").is_err());
        assert!(names.add_store(c"/no/such/file").is_err());
        error_queue::clear();
    }

    #[test]
    fn a_file_without_certificates_is_an_error_only_for_the_list_of_its_own() {
        let directory = testing::Directory::new();
        let path = directory.file("empty", b"nothing\n");
        assert!(NameStack::new().unwrap().add_file(&path).is_ok());
        assert_eq!(error_queue::peek(), 0);
        assert_eq!(
            NameStack::of_file(&LibraryContext::default(), &path).unwrap_err(),
            Error::Queued
        );
        assert!(error_queue::last_is_no_start_line());
        error_queue::clear();
        assert!(NameStack::of_file(&LibraryContext::default(), c"/no/such/file").is_err());
        error_queue::clear();
    }
}
