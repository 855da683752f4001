//! What a client may say when it asks for an OCSP response (RFC 6066, section 8): responders that
//! it trusts, and extensions for the responder.

use std::ffi::c_void;

use crate::error::{Error, Result};
use crate::libcrypto::ffi;
use crate::libcrypto::object::object;
use crate::libcrypto::stack::{Stack, StackItem};

object! {
    /// A responder, by name or key.
    ResponderId(ffi::OcspResponderId), ffi::OCSP_RESPID_free
}

object! {
    /// An extension, as of certificates and OCSP requests.
    Extension(ffi::X509_EXTENSION), ffi::X509_EXTENSION_free
}

/// `STACK_OF(OCSP_RESPID)` and `STACK_OF(X509_EXTENSION)`, as the program has set them.
#[derive(Default)]
pub struct OcspRequest {
    /// Responders.
    pub responders: Option<Stack<ResponderId>>,
    /// Extensions.
    pub extensions: Option<Stack<Extension>>,
}

// SAFETY: the pointer is what the type owns, both ways.
unsafe impl StackItem for ResponderId {
    fn into_item(self) -> *mut c_void {
        self.into_raw().cast()
    }

    unsafe fn from_item(item: *mut c_void) -> Option<Self> {
        // SAFETY: the caller gives what `into_item` gave up.
        unsafe { Self::from_raw_owned(item.cast()) }
    }

    /// libcrypto has no function for that.
    fn duplicate(&self) -> Result<Self> {
        Err(Error::Silent)
    }
}

// SAFETY: as above.
unsafe impl StackItem for Extension {
    fn into_item(self) -> *mut c_void {
        self.into_raw().cast()
    }

    unsafe fn from_item(item: *mut c_void) -> Option<Self> {
        // SAFETY: the caller gives what `into_item` gave up.
        unsafe { Self::from_raw_owned(item.cast()) }
    }

    fn duplicate(&self) -> Result<Self> {
        // SAFETY: a live extension; the result is a new one.
        unsafe { Self::from_raw_owned(ffi::X509_EXTENSION_dup(self.as_ptr())) }.ok_or(Error::Queued)
    }
}
