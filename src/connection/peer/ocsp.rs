//! The OCSP response of a connection, and what a client wants to say when it asks for one.

use std::cell::{Ref, RefCell, RefMut};

use crate::libcrypto::memory::Allocated;
use crate::libcrypto::ocsp::OcspRequest;

/// OCSP stapling (RFC 6066, section 8). All of it survives `SSL_clear`.
#[derive(Default)]
pub struct Ocsp {
    /// Received (client), or to be sent (server).
    response: RefCell<Option<Allocated>>,
    request: RefCell<OcspRequest>,
}

impl Ocsp {
    /// The response that has been received (client) or is to be sent (server). Not to be held while
    /// the program runs.
    pub fn response(&self) -> Ref<'_, Option<Allocated>> {
        self.response.borrow()
    }

    /// Puts another response in its place.
    pub fn set_response(&self, response: Option<Allocated>) {
        let old = self.response.replace(response);
        drop(old);
    }

    /// What a client says in its request (RFC 6066), or has said; kept for the program. Not to be
    /// held while the program runs.
    pub fn request(&self) -> Ref<'_, OcspRequest> {
        self.request.borrow()
    }

    /// The same, for changes.
    pub fn request_mut(&self) -> RefMut<'_, OcspRequest> {
        self.request.borrow_mut()
    }

    /// Puts another request in its place.
    pub(in crate::connection) fn set_request(&self, request: OcspRequest) {
        let old = self.request.replace(request);
        drop(old);
    }
}
