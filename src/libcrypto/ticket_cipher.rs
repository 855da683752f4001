//! The ciphers of session tickets, by a library context.

use zeroize::{Zeroize, Zeroizing};

use crate::error::{Error, Reason, Result};
use crate::libcrypto::cipher_context::{CipherContext, MacContext};
use crate::libcrypto::digest::HandshakeDigest;
use crate::libcrypto::ffi;
use crate::libcrypto::library::LibraryContext;
use crate::libcrypto::outcome::succeeded;

/// The length of a ticket key's name.
pub const NAME_LEN: usize = 16;
/// The length of an initialisation vector.
pub const IV_LEN: usize = 16;
/// The length of the MAC.
pub const MAC_LEN: usize = 32;

/// AES-256-CBC and HMAC-SHA-256. Any thread; the keys are wiped when it is dropped.
pub struct TicketCipher {
    /// HMAC-SHA-256 with the key set, copied for each ticket.
    mac: MacContext,
    aes: [u8; 32],
    /// Provides its algorithms.
    library: LibraryContext,
}

// SAFETY: the MAC context is only read (copied) after `new`.
unsafe impl Send for TicketCipher {}
// SAFETY: as above.
unsafe impl Sync for TicketCipher {}

impl TicketCipher {
    /// The ciphers of `library` with these keys.
    pub fn new(library: &LibraryContext, hmac: &[u8; 32], aes: &[u8; 32]) -> Result<Self> {
        Ok(Self {
            mac: MacContext::with_key(library, HandshakeDigest::Sha256, hmac)?,
            aes: *aes,
            library: library.clone(),
        })
    }

    /// Appends the ciphertext of `plaintext`, with padding, to `out`.
    pub fn encrypt(&self, iv: &[u8; IV_LEN], plaintext: &[u8], out: &mut Vec<u8>) -> Result<()> {
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
        cipher.encrypt(plaintext, out)
    }

    /// The plaintext of `ciphertext`; `Ok(None)`, with nothing on the error queue, when it does
    /// not decrypt.
    pub fn decrypt(
        &self,
        iv: &[u8; IV_LEN],
        ciphertext: &[u8],
    ) -> Result<Option<Zeroizing<Vec<u8>>>> {
        let mut cipher = CipherContext::new()?;
        // SAFETY: a live context and cipher, key and vector of its lengths.
        succeeded(unsafe {
            ffi::EVP_DecryptInit_ex(
                cipher.as_ptr(),
                self.library.aes_256_cbc()?,
                std::ptr::null_mut(),
                self.aes.as_ptr(),
                iv.as_ptr(),
            )
        })?;
        Ok(cipher.decrypt(ciphertext))
    }

    /// The MAC of `data`.
    pub fn mac(&self, data: &[u8]) -> Result<[u8; MAC_LEN]> {
        let mac = self.mac.duplicate()?.compute(data)?;
        mac.try_into()
            .map_err(|_| Error::new(Reason::INTERNAL_ERROR))
    }
}

impl Drop for TicketCipher {
    fn drop(&mut self) {
        self.aes.zeroize();
    }
}
