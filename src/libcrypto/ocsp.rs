//! The contents of a client's request for an OCSP response (RFC 6066, section 8): responders that
//! it trusts, and extensions for the responder.

use std::ffi::{c_long, c_void};

use crate::error::{Error, Result};
use crate::libcrypto::error_queue;
use crate::libcrypto::ffi;
use crate::libcrypto::object::object;
use crate::libcrypto::stack::{Stack, StackItem};
use crate::wire::Reader;

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

impl OcspRequest {
    /// Decodes an OCSPStatusRequest (RFC 6066, section 8). `None` when it is malformed.
    pub fn parse(request: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(request);
        let ids = reader.vector16()?;
        let extensions = Reader::whole(reader.rest(), Reader::vector16)?;
        let responders = Reader::items(ids, Reader::vector16)
            .map(|id| ResponderId::from_der(id?))
            .collect::<Option<Vec<_>>>()?;
        let extensions = match extensions {
            [] => None,
            _ => Some(Stack::from_der(extensions)?),
        };
        Some(Self {
            responders: match responders.is_empty() {
                true => None,
                false => Some(Stack::from_items(responders).ok()?),
            },
            extensions,
        })
    }
}

impl ResponderId {
    /// Decodes DER; bytes after it are an error.
    fn from_der(der: &[u8]) -> Option<Self> {
        let mut position = der.as_ptr();
        let length = c_long::try_from(der.len()).ok()?;
        // SAFETY: reads at most that many bytes, moves `position`, and returns a new object or
        // NULL.
        let id = error_queue::quietly(|| unsafe {
            Self::from_raw_owned(ffi::d2i_OCSP_RESPID(
                std::ptr::null_mut(),
                &raw mut position,
                length,
            ))
        })?;
        (position == der.as_ptr_range().end).then_some(id)
    }
}

impl Stack<Extension> {
    /// Decodes DER; bytes after it are an error.
    fn from_der(der: &[u8]) -> Option<Self> {
        let mut position = der.as_ptr();
        let length = c_long::try_from(der.len()).ok()?;
        // SAFETY: as above; the list is of extensions.
        let list = error_queue::quietly(|| unsafe {
            Self::from_raw_owned(ffi::d2i_X509_EXTENSIONS(
                std::ptr::null_mut(),
                &raw mut position,
                length,
            ))
        })?;
        (position == der.as_ptr_range().end).then_some(list)
    }
}

// SAFETY: the pointer is what the type owns, both ways.
unsafe impl StackItem for ResponderId {
    fn into_item(self) -> *mut c_void {
        self.into_raw().cast()
    }

    unsafe fn from_item(item: *mut c_void) -> Option<Self> {
        // SAFETY: the caller passes what `into_item` returned.
        unsafe { Self::from_raw_owned(item.cast()) }
    }

    /// libcrypto has no function that copies one.
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
        // SAFETY: the caller passes what `into_item` returned.
        unsafe { Self::from_raw_owned(item.cast()) }
    }

    fn duplicate(&self) -> Result<Self> {
        // SAFETY: a live extension; the result is a new one.
        unsafe { Self::from_raw_owned(ffi::X509_EXTENSION_dup(self.as_ptr())) }.ok_or(Error::Queued)
    }
}
