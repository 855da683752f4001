//! Ciphers for records: AES-GCM (RFC 5116) and ChaCha20-Poly1305 (RFC 8439).

use std::ffi::{CStr, c_int, c_uchar, c_void};

use crate::error::{Error, Reason, Result};
use crate::libcrypto::cipher_context::CipherContext;
use crate::libcrypto::library::LibraryContext;
use crate::libcrypto::outcome::succeeded;
use crate::libcrypto::{error_queue, ffi};

/// Length of a nonce, in bytes.
pub const NONCE_LEN: usize = 12;
/// Length of the tag that follows the ciphertext, in bytes.
pub const TAG_LEN: usize = 16;

const ENCRYPT: c_int = 1;
const DECRYPT: c_int = 0;
const EVP_CTRL_AEAD_GET_TAG: c_int = 0x10;
const EVP_CTRL_AEAD_SET_TAG: c_int = 0x11;

/// A cipher.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aead {
    /// AES-128-GCM
    Aes128Gcm,
    /// AES-256-GCM
    Aes256Gcm,
    /// ChaCha20-Poly1305
    ChaCha20Poly1305,
}

impl Aead {
    /// libcrypto's name.
    pub fn name(self) -> &'static CStr {
        match self {
            Self::Aes128Gcm => c"AES-128-GCM",
            Self::Aes256Gcm => c"AES-256-GCM",
            Self::ChaCha20Poly1305 => c"ChaCha20-Poly1305",
        }
    }

    /// Length of a key, in bytes.
    pub fn key_len(self) -> usize {
        match self {
            Self::Aes128Gcm => 16,
            Self::Aes256Gcm | Self::ChaCha20Poly1305 => 32,
        }
    }
}

/// A key that encrypts. The caller never uses a nonce twice.
pub struct SealingKey(CipherContext);

/// A key that decrypts.
pub struct OpeningKey(CipherContext);

impl SealingKey {
    /// Copies the key, which is as long as the cipher's; libcrypto wipes its copy when this is
    /// dropped.
    pub fn new(library: &LibraryContext, aead: Aead, key: &[u8]) -> Result<Self> {
        with_key(library, aead, key, ENCRYPT).map(Self)
    }

    /// Encrypts `parts`, one after the other, into `out`, followed by the tag. `out` has exactly
    /// the length of both.
    pub fn seal<'a>(
        &mut self,
        nonce: &[u8; NONCE_LEN],
        additional_data: &[u8],
        parts: impl Iterator<Item = &'a [u8]>,
        out: &mut [u8],
    ) -> Result<()> {
        begin(&self.0, nonce, additional_data)?;
        let mut rest = out;
        for part in parts {
            let (place, after) = rest
                .split_at_mut_checked(part.len())
                .ok_or(Error::new(Reason::INTERNAL_ERROR))?;
            // SAFETY: `place` is as long as `part`; a stream cipher writes no more than it reads.
            unsafe { update(&self.0, part.as_ptr(), place.as_mut_ptr(), part.len()) }?;
            rest = after;
        }
        let tag: &mut [u8; TAG_LEN] = rest
            .try_into()
            .map_err(|_| Error::new(Reason::INTERNAL_ERROR))?;
        end(&self.0)?;
        control(&self.0, EVP_CTRL_AEAD_GET_TAG, tag)
    }
}

impl OpeningKey {
    /// Copies the key, which is as long as the cipher's; libcrypto wipes its copy when this is
    /// dropped.
    pub fn new(library: &LibraryContext, aead: Aead, key: &[u8]) -> Result<Self> {
        with_key(library, aead, key, DECRYPT).map(Self)
    }

    /// Decrypts `sealed`, ciphertext and tag, in place. Returns the length of the plaintext at its
    /// start. Returns `None`, without an error on the queue, when `sealed` was not made with this
    /// key, nonce and data; its content is then unspecified.
    pub fn open(
        &mut self,
        nonce: &[u8; NONCE_LEN],
        additional_data: &[u8],
        sealed: &mut [u8],
    ) -> Option<usize> {
        let length = sealed.len().checked_sub(TAG_LEN)?;
        let (text, tag) = sealed.split_at_mut(length);
        let tag: &mut [u8; TAG_LEN] = tag.try_into().ok()?;
        error_queue::quietly(|| {
            begin(&self.0, nonce, additional_data)?;
            control(&self.0, EVP_CTRL_AEAD_SET_TAG, tag)?;
            let start = text.as_mut_ptr();
            // SAFETY: libcrypto decrypts in place when input and output are the same.
            unsafe { update(&self.0, start, start, length) }?;
            end(&self.0)
        })
        .ok()?;
        Some(length)
    }
}

// SAFETY: the context belongs to this value alone, and libcrypto does not tie one to a thread.
unsafe impl Send for SealingKey {}
// SAFETY: a shared reference gives no access to the context.
unsafe impl Sync for SealingKey {}
// SAFETY: as above.
unsafe impl Send for OpeningKey {}
// SAFETY: as above.
unsafe impl Sync for OpeningKey {}

fn with_key(
    library: &LibraryContext,
    aead: Aead,
    key: &[u8],
    direction: c_int,
) -> Result<CipherContext> {
    if key.len() != aead.key_len() {
        return Err(Error::new(Reason::INTERNAL_ERROR));
    }
    let context = CipherContext::new()?;
    // SAFETY: live objects; a key of the cipher's length, and no initialisation vector yet.
    succeeded(unsafe {
        ffi::EVP_CipherInit_ex(
            context.as_ptr(),
            library.aead(aead)?,
            std::ptr::null_mut(),
            key.as_ptr(),
            std::ptr::null(),
            direction,
        )
    })?;
    Ok(context)
}

/// Starts a message.
fn begin(context: &CipherContext, nonce: &[u8; NONCE_LEN], additional_data: &[u8]) -> Result<()> {
    const AS_BEFORE: c_int = -1;
    // SAFETY: a live context with cipher and key; the nonce is as long as the cipher's.
    succeeded(unsafe {
        ffi::EVP_CipherInit_ex(
            context.as_ptr(),
            std::ptr::null(),
            std::ptr::null_mut(),
            std::ptr::null(),
            nonce.as_ptr(),
            AS_BEFORE,
        )
    })?;
    // SAFETY: without an output the input is additional data.
    unsafe {
        update(
            context,
            additional_data.as_ptr(),
            std::ptr::null_mut(),
            additional_data.len(),
        )
    }
}

/// # Safety
/// `input` has `length` bytes; `output` has as many, or is NULL.
unsafe fn update(
    context: &CipherContext,
    input: *const c_uchar,
    output: *mut c_uchar,
    length: usize,
) -> Result<()> {
    let length = c_int::try_from(length).map_err(|_| Error::new(Reason::INTERNAL_ERROR))?;
    let mut written: c_int = 0;
    // SAFETY: a live context; the caller promises the rest.
    succeeded(unsafe {
        ffi::EVP_CipherUpdate(context.as_ptr(), output, &mut written, input, length)
    })
}

/// Ends a message: computes the tag, or compares it.
fn end(context: &CipherContext) -> Result<()> {
    let mut nothing = [0u8; 1];
    let mut written: c_int = 0;
    // SAFETY: a live context; a stream cipher writes nothing at the end.
    succeeded(unsafe { ffi::EVP_CipherFinal(context.as_ptr(), nothing.as_mut_ptr(), &mut written) })
}

fn control(context: &CipherContext, command: c_int, tag: &mut [u8; TAG_LEN]) -> Result<()> {
    // SAFETY: a live context; the command reads or writes as many bytes as its argument says.
    succeeded(unsafe {
        ffi::EVP_CIPHER_CTX_ctrl(
            context.as_ptr(),
            command,
            TAG_LEN as c_int,
            tag.as_mut_ptr().cast::<c_void>(),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8439, section 2.8.2.
    #[test]
    fn the_rfcs_example_is_sealed_and_opened() {
        let key: [u8; 32] = std::array::from_fn(|index| 0x80 + index as u8);
        let nonce = [7, 0, 0, 0, 0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47];
        let data = [
            0x50, 0x51, 0x52, 0x53, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7,
        ];
        let text: &[u8] = b"Ladies and Gentlemen of the class of '99: If I could offer you only \
            one tip for the future, sunscreen would be it.";
        let tag = [
            0x1a, 0xe1, 0x0b, 0x59, 0x4f, 0x09, 0xe2, 0x6a, 0x7e, 0x90, 0x2e, 0xcb, 0xd0, 0x60,
            0x06, 0x91,
        ];
        let mut sealed = vec![0; text.len() + TAG_LEN];
        let mut sealing =
            SealingKey::new(&LibraryContext::default(), Aead::ChaCha20Poly1305, &key).unwrap();
        for _ in 0..2 {
            let parts = [&text[..10], &[], &text[10..]];
            sealing
                .seal(&nonce, &data, parts.into_iter(), &mut sealed)
                .unwrap();
            assert_eq!(sealed[..4], [0xd3, 0x1a, 0x8d, 0x34]);
            assert_eq!(sealed[text.len()..], tag);
        }

        let mut opening =
            OpeningKey::new(&LibraryContext::default(), Aead::ChaCha20Poly1305, &key).unwrap();
        for byte in [0, text.len(), sealed.len() - 1] {
            let mut changed = sealed.clone();
            changed[byte] ^= 1;
            assert_eq!(opening.open(&nonce, &data, &mut changed), None);
        }
        assert_eq!(opening.open(&nonce, &data, &mut [0; TAG_LEN - 1]), None);
        assert_eq!(opening.open(&nonce, &data, &mut sealed), Some(text.len()));
        assert_eq!(&sealed[..text.len()], text);
    }

    #[test]
    fn an_output_of_the_wrong_length_is_an_error() {
        let mut sealing =
            SealingKey::new(&LibraryContext::default(), Aead::ChaCha20Poly1305, &[1; 32]).unwrap();
        for length in [0, 3, 3 + TAG_LEN - 1, 3 + TAG_LEN + 1] {
            let parts = std::iter::once(&b"abc"[..]);
            let sealed = sealing.seal(&[0; NONCE_LEN], b"", parts, &mut vec![0; length]);
            assert!(sealed.is_err());
        }
    }
}
