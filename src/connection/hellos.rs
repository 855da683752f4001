//! What ClientHello and ServerHello have said, for functions that a program may call later
//! (SSL_get_client_random(3), SSL_get_client_ciphers(3), SSL_get1_groups(3)).

use std::cell::{Cell, Ref, RefCell};
use std::ffi::CString;

use crate::cipher::Cipher;
use crate::context::CipherStack;
use crate::error::Result;
use crate::wire::{ClientHello, ExtensionType, Random, numbers};

/// The hellos of one connection.
#[derive(Default)]
pub struct Hellos {
    /// The randoms are zeros before they are known.
    client_random: Cell<Random>,
    server_random: Cell<Random>,
    /// The peer knows secure renegotiation (RFC 5746).
    secure_renegotiation: Cell<bool>,
    /// Server: the server name that the client has sent.
    server_name: RefCell<Option<CString>>,
    /// Server: whether the client has asked for an OCSP response; `None` before that is known.
    ocsp_asked: Cell<Option<bool>>,
    /// Server: cipher suites of the ClientHello, as on the wire.
    cipher_suites: RefCell<Vec<u8>>,
    /// The same for C; made when first asked for.
    ciphers: RefCell<Option<CipherStack>>,
    /// Server: groups of the ClientHello, by number.
    groups: RefCell<Vec<u16>>,
}

impl Hellos {
    /// Back to the state before a handshake. What the client has offered can be asked for until the
    /// next ClientHello.
    pub(super) fn reset(&self) {
        let Self {
            client_random,
            server_random,
            secure_renegotiation,
            server_name,
            ocsp_asked,
            cipher_suites: _,
            ciphers: _,
            groups: _,
        } = self;
        client_random.take();
        server_random.take();
        secure_renegotiation.take();
        server_name.take();
        ocsp_asked.take();
    }

    /// Randoms of client and server.
    pub fn randoms(&self) -> (Random, Random) {
        (self.client_random.get(), self.server_random.get())
    }

    /// Records the random of the ClientHello.
    pub(super) fn set_client_random(&self, random: Random) {
        self.client_random.set(random);
    }

    /// Records the random of the ServerHello.
    pub(super) fn set_server_random(&self, random: Random) {
        self.server_random.set(random);
    }

    /// Whether the ServerHello is known.
    pub(super) fn has_server_hello(&self) -> bool {
        self.server_random.get() != Random::default()
    }

    /// Whether the peer has said that it knows secure renegotiation (RFC 5746).
    pub fn secure_renegotiation(&self) -> bool {
        self.secure_renegotiation.get()
    }

    /// Records whether it does.
    pub(super) fn set_secure_renegotiation(&self, known: bool) {
        self.secure_renegotiation.set(known);
    }

    /// Server: the server name that the client has sent. Not to be held while the program runs.
    pub fn server_name(&self) -> Ref<'_, Option<CString>> {
        self.server_name.borrow()
    }

    /// Records that name.
    pub(super) fn set_server_name(&self, name: Option<CString>) {
        self.server_name.replace(name);
    }

    /// Server: whether the client has asked for an OCSP response; `None` before that is known.
    pub(super) fn ocsp_asked(&self) -> Option<bool> {
        self.ocsp_asked.get()
    }

    /// Records whether it has.
    pub(super) fn set_ocsp_asked(&self, asked: bool) {
        self.ocsp_asked.set(Some(asked));
    }

    /// Server: the cipher suites that the client has offered, two bytes each; empty on clients. Not
    /// to be held while the program runs.
    pub fn cipher_suites(&self) -> Ref<'_, [u8]> {
        Ref::map(self.cipher_suites.borrow(), Vec::as_slice)
    }

    /// Records the cipher suites of a ClientHello.
    pub(super) fn set_cipher_suites(&self, hello: &ClientHello) {
        let suites = hello.cipher_suite_bytes().to_vec();
        self.cipher_suites.replace(suites);
        self.ciphers.take();
    }

    /// Those of the cipher suites that are known, in the client's order.
    pub fn ciphers(&self) -> Vec<&'static Cipher> {
        numbers(&self.cipher_suites.borrow())
            .filter_map(Cipher::from_wire)
            .collect()
    }

    /// [`ciphers`](Self::ciphers) as C reads them; lent until the next ClientHello.
    pub fn lend_ciphers(&self) -> Result<*mut openssl_sys::stack_st_SSL_CIPHER> {
        let mut stack = self.ciphers.borrow_mut();
        if stack.is_none() {
            let offered = self.ciphers();
            if offered.is_empty() {
                return Ok(std::ptr::null_mut());
            }
            *stack = Some(CipherStack::from_items(offered)?);
        }
        Ok(stack
            .as_ref()
            .map_or(std::ptr::null_mut(), |stack| stack.as_ptr()))
    }

    /// Server: the groups that the client has offered, by number; empty on clients.
    pub fn groups(&self) -> Vec<u16> {
        self.groups.borrow().clone()
    }

    /// Records the groups of a ClientHello.
    pub(super) fn set_groups(&self, hello: &ClientHello) {
        let groups = hello.numbers(ExtensionType::SUPPORTED_GROUPS).to_vec();
        self.groups.replace(groups);
    }

    /// Forgets the groups, which do not matter in this handshake.
    pub(super) fn forget_groups(&self) {
        self.groups.take();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A ClientHello with two known cipher suites and one that is unknown, and two groups.
    fn hello() -> ClientHello {
        let mut body = vec![3, 3];
        body.extend([9; 32]);
        body.extend([0, 0, 6, 0x13, 0x01, 0xfe, 0xfe, 0xc0, 0x2f, 1, 0]);
        body.extend([0, 10, 0, 10, 0, 6, 0, 4, 0, 29, 0, 23]);
        ClientHello::parse(body).unwrap()
    }

    #[test]
    fn only_known_cipher_suites_are_ciphers() {
        let hellos = Hellos::default();
        assert!(hellos.lend_ciphers().unwrap().is_null());
        hellos.set_cipher_suites(&hello());
        assert_eq!(hellos.cipher_suites().len(), 6);
        let suites: Vec<u16> = hellos
            .ciphers()
            .iter()
            .map(|cipher| cipher.wire())
            .collect();
        assert_eq!(suites, [0x1301, 0xc02f]);
        let lent = hellos.lend_ciphers().unwrap();
        assert!(!lent.is_null());
        assert_eq!(hellos.lend_ciphers().unwrap(), lent);
    }

    #[test]
    fn reset_forgets_everything_but_what_the_client_has_offered() {
        let hellos = Hellos::default();
        hellos.set_client_random([1; 32]);
        hellos.set_server_random([2; 32]);
        hellos.set_secure_renegotiation(true);
        hellos.set_server_name(Some(c"host.test".into()));
        hellos.set_ocsp_asked(true);
        hellos.set_cipher_suites(&hello());
        hellos.set_groups(&hello());
        assert!(hellos.has_server_hello());
        hellos.reset();
        assert_eq!(hellos.randoms(), ([0; 32], [0; 32]));
        assert!(!hellos.has_server_hello() && !hellos.secure_renegotiation());
        assert_eq!(*hellos.server_name(), None);
        assert_eq!(hellos.ocsp_asked(), None);
        assert_eq!(hellos.groups(), [29, 23]);
        assert_eq!(hellos.ciphers().len(), 2);
        hellos.forget_groups();
        assert_eq!(hellos.groups(), []);
    }
}
