//! The ciphers of session tickets, by the engine's cryptography.

use aws_lc_rs::cipher::{
    AES_256, DecryptionContext, EncryptionContext, PaddedBlockDecryptingKey,
    PaddedBlockEncryptingKey, UnboundCipherKey,
};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::{digest, hmac};
use zeroize::Zeroizing;

use crate::error::{Error, Reason, Result};
use crate::libcrypto::ticket_cipher::{IV_LEN, MAC_LEN};

/// AES-256-CBC and HMAC-SHA-256 with their keys prepared. Any thread; takes no lock. The keys are
/// wiped when it is dropped.
pub struct TicketCipher {
    mac: hmac::Key,
    sealing: PaddedBlockEncryptingKey,
    opening: PaddedBlockDecryptingKey,
}

impl TicketCipher {
    /// Prepares both keys.
    pub fn new(hmac: &[u8; 32], aes: &[u8; 32]) -> Result<Self> {
        let aes = || UnboundCipherKey::new(&AES_256, aes);
        Ok(Self {
            mac: hmac::Key::new(hmac::HMAC_SHA256, hmac),
            sealing: PaddedBlockEncryptingKey::cbc_pkcs7(aes().map_err(failed)?).map_err(failed)?,
            opening: PaddedBlockDecryptingKey::cbc_pkcs7(aes().map_err(failed)?).map_err(failed)?,
        })
    }

    /// Appends the ciphertext of `plaintext`, with padding, to `out`.
    pub fn encrypt(&self, iv: &[u8; IV_LEN], plaintext: &[u8], out: &mut Vec<u8>) -> Result<()> {
        let start = out.len();
        out.extend_from_slice(plaintext);
        let iv = EncryptionContext::Iv128(iv.into());
        self.sealing
            .less_safe_encrypt(&mut Tail { out, start }, iv)
            .map_err(failed)?;
        Ok(())
    }

    /// The plaintext of `ciphertext`; `None` when it does not decrypt.
    pub fn decrypt(&self, iv: &[u8; IV_LEN], ciphertext: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let mut plaintext = Zeroizing::new(ciphertext.to_vec());
        let iv = DecryptionContext::Iv128(iv.into());
        let length = self.opening.decrypt(&mut plaintext, iv).ok()?.len();
        plaintext.truncate(length);
        Some(plaintext)
    }

    /// The MAC of `data`.
    pub fn mac(&self, data: &[u8]) -> [u8; MAC_LEN] {
        let mut mac = [0; MAC_LEN];
        mac.copy_from_slice(hmac::sign(&self.mac, data).as_ref());
        mac
    }
}

/// SHA-256 of `data`, by the engine.
pub fn sha256(data: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest::digest(&digest::SHA256, data).as_ref());
    out
}

/// What of a vector is encrypted.
struct Tail<'a> {
    out: &'a mut Vec<u8>,
    start: usize,
}

impl AsMut<[u8]> for Tail<'_> {
    fn as_mut(&mut self) -> &mut [u8] {
        &mut self.out[self.start..]
    }
}

impl<'a> Extend<&'a u8> for Tail<'_> {
    fn extend<T: IntoIterator<Item = &'a u8>>(&mut self, bytes: T) {
        self.out.extend(bytes);
    }
}

fn failed(_: Unspecified) -> Error {
    Error::new(Reason::INTERNAL_ERROR)
}
