//! Seals session tickets as OpenSSL does, so that each library opens tickets of the other
//! (`SSL_CTX_set_tlsext_ticket_keys`):
//!
//! ```text
//! ticket     = key name (16) | iv (16) | AES-256-CBC(plaintext, padded) | mac (32)
//! mac        = HMAC-SHA-256 over all before it
//! ```

use zeroize::{Zeroize, Zeroizing};

use crate::error::Result;
use crate::libcrypto::cipher_context::{CipherContext, MacContext};
use crate::libcrypto::digest::HandshakeDigest;
use crate::libcrypto::library::LibraryContext;
use crate::libcrypto::outcome::succeeded;
use crate::libcrypto::{ffi, memory, random};

/// The length of a key's name.
pub const NAME_LEN: usize = 16;
const IV_LEN: usize = 16;
const MAC_LEN: usize = 32;

/// One ticket key with its name. Any thread; wiped when dropped.
pub struct TicketKey {
    name: [u8; NAME_LEN],
    hmac: [u8; 32],
    aes: [u8; 32],
    /// HMAC-SHA-256 with the key set, copied for each ticket.
    mac: MacContext,
    /// Provides its algorithms and random numbers.
    library: LibraryContext,
}

// SAFETY: the MAC context is only read (copied) after `new`.
unsafe impl Send for TicketKey {}
// SAFETY: as above.
unsafe impl Sync for TicketKey {}

impl TicketKey {
    /// The length of a key in bytes.
    pub const LEN: usize = 80;

    /// A key from its bytes: name 16, HMAC key 32, AES key 32.
    pub fn from_bytes(library: &LibraryContext, bytes: &[u8; Self::LEN]) -> Result<Self> {
        let (name, keys) = bytes.split_at(NAME_LEN);
        let (hmac, aes) = keys.split_at(32);
        let mut key = Self {
            name: [0; NAME_LEN],
            hmac: [0; 32],
            aes: [0; 32],
            mac: MacContext::with_key(library, HandshakeDigest::Sha256, hmac)?,
            library: library.clone(),
        };
        key.name.copy_from_slice(name);
        key.hmac.copy_from_slice(hmac);
        key.aes.copy_from_slice(aes);
        Ok(key)
    }

    /// A new random key.
    #[cfg(test)]
    pub fn generate() -> Result<Self> {
        let mut bytes = Zeroizing::new([0; Self::LEN]);
        let library = LibraryContext::default();
        random::fill_private(&library, &mut *bytes)?;
        Self::from_bytes(&library, &bytes)
    }

    /// The key's bytes, as [`Self::from_bytes`] takes them.
    pub fn to_bytes(&self) -> Zeroizing<[u8; Self::LEN]> {
        let mut bytes = Zeroizing::new([0; Self::LEN]);
        bytes[..16].copy_from_slice(&self.name);
        bytes[16..48].copy_from_slice(&self.hmac);
        bytes[48..].copy_from_slice(&self.aes);
        bytes
    }

    /// The name that tickets begin with.
    pub fn name(&self) -> &[u8; NAME_LEN] {
        &self.name
    }

    /// A ticket that holds `plaintext`.
    pub fn seal(&self, plaintext: &[u8]) -> Result<Vec<u8>> {
        let mut iv = [0; IV_LEN];
        random::fill(&self.library, &mut iv)?;
        let mut cipher = CipherContext::new()?;
        // SAFETY: a live context and cipher, key and vector of its lengths.
        succeeded(unsafe {
            ffi::EVP_EncryptInit_ex(
                cipher.as_ptr(),
                self.library.aes_256_cbc()?,
                std::ptr::null_mut(),
                self.aes.as_ptr(),
                iv.as_ptr(),
            )
        })?;
        let mut ticket = Vec::with_capacity(plaintext.len() + 160);
        ticket.extend_from_slice(&self.name);
        ticket.extend_from_slice(&iv);
        cipher.encrypt(plaintext, &mut ticket)?;
        let mac = self.mac.duplicate()?.compute(&ticket)?;
        ticket.extend_from_slice(&mac);
        Ok(ticket)
    }

    /// The plaintext of `ticket`; `Ok(None)`, with nothing on the error queue, when it was not
    /// sealed with this key or was changed.
    pub fn open(&self, ticket: &[u8]) -> Result<Option<Zeroizing<Vec<u8>>>> {
        if ticket.len() <= NAME_LEN + IV_LEN + MAC_LEN || ticket[..NAME_LEN] != self.name {
            return Ok(None);
        }
        let (covered, mac) = ticket.split_at(ticket.len() - MAC_LEN);
        let expected = self.mac.duplicate()?.compute(covered)?;
        if !memory::equal_in_constant_time(&expected, mac) {
            return Ok(None);
        }
        let mut cipher = CipherContext::new()?;
        // SAFETY: a live context and cipher, key and vector of its lengths.
        succeeded(unsafe {
            ffi::EVP_DecryptInit_ex(
                cipher.as_ptr(),
                self.library.aes_256_cbc()?,
                std::ptr::null_mut(),
                self.aes.as_ptr(),
                covered[NAME_LEN..NAME_LEN + IV_LEN].as_ptr(),
            )
        })?;
        Ok(cipher.decrypt(&covered[NAME_LEN + IV_LEN..]))
    }
}

impl Drop for TicketKey {
    fn drop(&mut self) {
        self.hmac.zeroize();
        self.aes.zeroize();
    }
}

impl std::fmt::Debug for TicketKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TicketKey").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::libcrypto::error_queue;

    #[test]
    fn a_ticket_opens_with_its_key_only() {
        let key = TicketKey::generate().unwrap();
        for len in [0, 1, 15, 16, 17, 200, 5000] {
            let plaintext = vec![9; len];
            let ticket = key.seal(&plaintext).unwrap();
            assert_eq!(&ticket[..16], key.name());
            assert_eq!(ticket.len(), 16 + 16 + (len / 16 + 1) * 16 + 32);
            assert_eq!(*key.open(&ticket).unwrap().unwrap(), plaintext);
            let same = TicketKey::from_bytes(&LibraryContext::default(), &key.to_bytes()).unwrap();
            assert_eq!(*same.open(&ticket).unwrap().unwrap(), plaintext);
            assert!(
                TicketKey::generate()
                    .unwrap()
                    .open(&ticket)
                    .unwrap()
                    .is_none()
            );
        }
    }

    #[test]
    fn a_changed_or_short_ticket_does_not_open() {
        let key = TicketKey::generate().unwrap();
        let ticket = key.seal(b"plaintext").unwrap();
        for index in 0..ticket.len() {
            let mut changed = ticket.clone();
            changed[index] ^= 1;
            assert!(key.open(&changed).unwrap().is_none());
            assert!(key.open(&ticket[..index]).unwrap().is_none());
        }
        assert_eq!(error_queue::peek(), 0);
    }

    #[test]
    fn the_same_name_with_another_key_does_not_open() {
        let key = TicketKey::generate().unwrap();
        let mut bytes = key.to_bytes();
        bytes[79] ^= 1;
        // A correct MAC over a ciphertext of another AES key: at best the plaintext is garbage.
        let other = TicketKey::from_bytes(&LibraryContext::default(), &bytes).unwrap();
        let opened = other.open(&key.seal(b"plaintext").unwrap()).unwrap();
        assert_ne!(
            opened.as_deref().map(Vec::as_slice),
            Some(&b"plaintext"[..])
        );
        assert_eq!(error_queue::peek(), 0);
    }

    #[test]
    fn threads_share_a_key() {
        let key = TicketKey::generate().unwrap();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for n in 0..100_u8 {
                        let ticket = key.seal(&[n; 100]).unwrap();
                        assert_eq!(*key.open(&ticket).unwrap().unwrap(), [n; 100]);
                    }
                });
            }
        });
    }
}
