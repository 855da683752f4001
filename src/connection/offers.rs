//! What a client has offered, as its server remembers it (SSL_get_client_ciphers(3),
//! SSL_get1_groups(3)).

use std::cell::Ref;

use super::Connection;
use crate::cipher::Cipher;
use crate::context::CipherStack;
use crate::error::Result;

impl Connection {
    /// Server: the suites that the client offered and that are known, in its order.
    pub fn offered_ciphers(&self) -> Vec<&'static Cipher> {
        self.offered_cipher_bytes
            .borrow()
            .chunks_exact(2)
            .filter_map(|pair| Cipher::from_wire(u16::from_be_bytes([pair[0], pair[1]])))
            .collect()
    }

    /// Server: the suites that the client offered, two bytes each; empty on clients. Not to be
    /// held while the program runs.
    pub fn offered_cipher_bytes(&self) -> Ref<'_, [u8]> {
        Ref::map(self.offered_cipher_bytes.borrow(), Vec::as_slice)
    }

    /// Server: the groups that the client offered, by number; empty on clients.
    pub fn offered_groups(&self) -> Vec<u16> {
        self.offered_groups.borrow().clone()
    }

    /// [`offered_ciphers`](Self::offered_ciphers) as C reads them; lent until the next handshake.
    pub fn client_ciphers(&self) -> Result<*mut openssl_sys::stack_st_SSL_CIPHER> {
        let mut stack = self.client_ciphers.borrow_mut();
        if stack.is_none() {
            let offered = self.offered_ciphers();
            if offered.is_empty() {
                return Ok(std::ptr::null_mut());
            }
            *stack = Some(CipherStack::from_items(offered)?);
        }
        Ok(stack
            .as_ref()
            .map_or(std::ptr::null_mut(), |stack| stack.as_ptr()))
    }
}
