//! Reading certificates from files (`SSL_CTX_use_certificate(3)`).

use std::ffi::{CStr, c_int};

use crate::error::{Error, Reason, Result};
use crate::libcrypto::bio::Bio;
use crate::libcrypto::library::LibraryContext;
use crate::libcrypto::password::Password;
use crate::libcrypto::x509::X509;
use crate::libcrypto::{error_queue, ffi};

/// `ERR_R_SYS_LIB`: the file could not be opened; the error of `fopen` is queued before it.
pub const ERR_R_SYS_LIB: Reason = Reason(2 | COMMON);
/// `ERR_R_PEM_LIB`: what was read is not PEM of that kind.
pub const ERR_R_PEM_LIB: Reason = Reason(9 | COMMON);
/// `ERR_R_ASN1_LIB`: what was read is not DER of that kind.
pub const ERR_R_ASN1_LIB: Reason = Reason(13 | COMMON);
/// `ERR_RFLAG_COMMON`
const COMMON: i32 = 2 << 18;

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileFormat {
    /// `SSL_FILETYPE_PEM`
    Pem,
    /// `SSL_FILETYPE_ASN1`
    Asn1,
}

impl FileFormat {
    /// From C's number; any other number is the error `SSL_R_BAD_SSL_FILETYPE`.
    pub fn from_c(number: c_int) -> Result<Self> {
        match number {
            1 => Ok(Self::Pem),
            2 => Ok(Self::Asn1),
            _ => Err(Error::new(Reason::BAD_SSL_FILETYPE)),
        }
    }
}

/// Opens a file for reading; the error is `ERR_R_SYS_LIB`, above libcrypto's own.
pub fn open(path: &CStr) -> Result<Bio> {
    Bio::open_file(path).map_err(|_| Error::new(ERR_R_SYS_LIB))
}

/// The first certificate of a file (`SSL_CTX_use_certificate_file`). The error is libssl's:
/// `ERR_R_SYS_LIB`, `ERR_R_PEM_LIB` or `ERR_R_ASN1_LIB`, above libcrypto's own.
pub fn certificate(
    library: &LibraryContext,
    path: &CStr,
    format: FileFormat,
    password: Password,
) -> Result<X509> {
    let file = open(path)?;
    match format {
        FileFormat::Pem => next(library, &file, password).map_err(|_| Error::new(ERR_R_PEM_LIB)),
        FileFormat::Asn1 => {
            // SAFETY: a live BIO; `place` is as `read` says.
            X509::read(library, |place| unsafe {
                ffi::d2i_X509_bio(file.as_ptr(), place)
            })
            .map_err(|_| Error::new(ERR_R_ASN1_LIB))
        }
    }
}

/// The first certificate of a chain in PEM (`SSL_CTX_use_certificate_chain_file`): the one that
/// the key belongs to. [`rest`] gives its issuers. The error is `ERR_R_PEM_LIB`.
pub fn leaf(library: &LibraryContext, bio: &Bio, password: Password) -> Result<X509> {
    // Trust settings may come with it (`TRUSTED CERTIFICATE`), as in libssl.
    // SAFETY: a live BIO and a callback that may be called; `place` is as `read` says.
    X509::read(library, |place| unsafe {
        ffi::PEM_read_bio_X509_AUX(
            bio.as_ptr(),
            place,
            password.callback(),
            password.userdata(),
        )
    })
    .map_err(|_| Error::new(ERR_R_PEM_LIB))
}

/// The certificates up to the end of `bio`; other kinds of PEM blocks are skipped. A broken
/// certificate is an error.
pub fn rest(library: &LibraryContext, bio: &Bio, password: Password) -> Result<Vec<X509>> {
    let mut certificates = Vec::new();
    loop {
        // SAFETY: touches only this thread's queue.
        unsafe { ffi::ERR_set_mark() };
        let read = next(library, bio, password);
        let at_end = read.is_err() && error_queue::last_is_no_start_line();
        // SAFETY: touches only this thread's queue. The error of the end of the file is removed,
        // others stay.
        unsafe {
            if at_end {
                ffi::ERR_pop_to_mark();
            } else {
                ffi::ERR_clear_last_mark();
            }
        }
        match read {
            Ok(certificate) => certificates.push(certificate),
            Err(_) if at_end => return Ok(certificates),
            Err(error) => return Err(error),
        }
    }
}

/// The next certificate in PEM.
pub fn next(library: &LibraryContext, bio: &Bio, password: Password) -> Result<X509> {
    // SAFETY: a live BIO and a callback that may be called; `place` is as `read` says.
    X509::read(library, |place| unsafe {
        ffi::PEM_read_bio_X509(
            bio.as_ptr(),
            place,
            password.callback(),
            password.userdata(),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::libcrypto::testing;

    fn library() -> LibraryContext {
        LibraryContext::default()
    }

    fn chain(path: &CStr) -> Result<(X509, Vec<X509>)> {
        let file = open(path)?;
        let first = leaf(&library(), &file, Password::none())?;
        Ok((first, rest(&library(), &file, Password::none())?))
    }

    #[test]
    fn a_chain_file_gives_leaf_and_issuers() {
        let root = testing::authority("Root");
        let leaf = testing::issued("leaf.test", &root);
        let directory = testing::Directory::new();
        let text = [
            testing::certificate_pem(&leaf.certificate),
            testing::key_pem(&leaf.key),
            testing::certificate_pem(&root.certificate),
        ]
        .concat();
        let path = directory.file("chain.pem", &text);
        let (first, issuers) = chain(&path).unwrap();
        assert_eq!(first, leaf.certificate);
        assert_eq!(issuers, [root.certificate]);
        assert_eq!(error_queue::peek(), 0);
        assert_eq!(
            certificate(&library(), &path, FileFormat::Pem, Password::none()).unwrap(),
            leaf.certificate
        );
        let der = directory.file("leaf.der", &leaf.certificate.to_der().unwrap());
        assert_eq!(
            certificate(&library(), &der, FileFormat::Asn1, Password::none()).unwrap(),
            leaf.certificate
        );
    }

    #[test]
    fn a_broken_issuer_fails_the_chain() {
        let leaf = testing::self_signed("leaf.test");
        let directory = testing::Directory::new();
        let mut text = testing::certificate_pem(&leaf.certificate);
        text.extend(b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n");
        let path = directory.file("chain.pem", &text);
        assert_eq!(chain(&path).unwrap_err(), Error::Queued);
        assert_ne!(error_queue::peek(), 0);
        error_queue::clear();
    }

    #[test]
    fn files_that_hold_something_else_are_errors() {
        let directory = testing::Directory::new();
        let path = directory.file("text", b"hello\n");
        let pem = Error::new(ERR_R_PEM_LIB);
        assert_eq!(chain(&path).unwrap_err(), pem);
        assert_eq!(
            certificate(&library(), &path, FileFormat::Pem, Password::none()).unwrap_err(),
            pem
        );
        assert_eq!(
            certificate(&library(), &path, FileFormat::Asn1, Password::none()).unwrap_err(),
            Error::new(ERR_R_ASN1_LIB)
        );
        error_queue::clear();
        assert_eq!(
            chain(c"/no/such/file").unwrap_err(),
            Error::new(ERR_R_SYS_LIB)
        );
        // ERR_SYSTEM_ERROR(ENOENT)
        assert_eq!(error_queue::peek(), 0x8000_0002);
        error_queue::clear();
        assert!(FileFormat::from_c(3).is_err());
    }
}
