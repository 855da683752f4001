//! One ticket key. It seals session tickets as OpenSSL does, so that each library opens tickets of
//! the other (`SSL_CTX_set_tlsext_ticket_keys`):
//!
//! ```text
//! ticket     = key name (16) | iv (16) | AES-256-CBC(plaintext, padded) | mac (32)
//! mac        = HMAC-SHA-256 over all before it
//! ```

use zeroize::{Zeroize, Zeroizing};

use crate::engine;
use crate::error::Result;
use crate::libcrypto::algorithms::Algorithms;
use crate::libcrypto::library::LibraryContext;
use crate::libcrypto::ticket_cipher::{self, IV_LEN, MAC_LEN, NAME_LEN};
use crate::libcrypto::{digest, memory, random};

/// Where the algorithms and random numbers for tickets come from.
#[derive(Clone)]
pub(super) struct Source {
    library: LibraryContext,
    /// The engine's algorithms stand for those of the library context.
    by_engine: bool,
}

impl Source {
    /// The library context, and what is known of its algorithms.
    pub(super) fn new(library: &LibraryContext, algorithms: &Algorithms) -> Self {
        Self {
            library: library.clone(),
            by_engine: algorithms.source().is_none(),
        }
    }

    /// Fills `bytes` with random numbers that stay secret.
    pub(super) fn fill_private(&self, bytes: &mut [u8]) -> Result<()> {
        random::fill_private(&self.library, bytes)
    }

    /// SHA-256 of `data`.
    pub(super) fn sha256(&self, data: &[u8]) -> Result<[u8; 32]> {
        match self.by_engine {
            true => Ok(engine::sha256(data)),
            false => digest::sha256(&self.library, data),
        }
    }
}

/// One ticket key with its name. Any thread; wiped when dropped.
pub(super) struct TicketKey {
    name: [u8; NAME_LEN],
    hmac: [u8; 32],
    aes: [u8; 32],
    cipher: Cipher,
    /// Provides random numbers.
    library: LibraryContext,
}

/// The keys, prepared.
enum Cipher {
    Engine(Box<engine::TicketCipher>),
    Library(ticket_cipher::TicketCipher),
}

impl TicketKey {
    /// The length of a key in bytes.
    pub(super) const LEN: usize = 80;

    /// A key from its bytes: name 16, HMAC key 32, AES key 32.
    pub(super) fn from_bytes(source: &Source, bytes: &[u8; Self::LEN]) -> Result<Self> {
        let (name, keys) = bytes.split_at(NAME_LEN);
        let (hmac_key, aes_key) = keys.split_at(32);
        let (mut hmac, mut aes) = (Zeroizing::new([0; 32]), Zeroizing::new([0; 32]));
        hmac.copy_from_slice(hmac_key);
        aes.copy_from_slice(aes_key);
        let library = source.library.clone();
        let mut key = Self {
            name: [0; NAME_LEN],
            cipher: match source.by_engine {
                true => Cipher::Engine(Box::new(engine::TicketCipher::new(&hmac, &aes)?)),
                false => {
                    let cipher = ticket_cipher::TicketCipher::new(&library, &hmac, &aes)?;
                    Cipher::Library(cipher)
                }
            },
            hmac: *hmac,
            aes: *aes,
            library,
        };
        key.name.copy_from_slice(name);
        Ok(key)
    }

    /// The key's bytes, as [`Self::from_bytes`] takes them.
    pub(super) fn to_bytes(&self) -> Zeroizing<[u8; Self::LEN]> {
        let mut bytes = Zeroizing::new([0; Self::LEN]);
        bytes[..16].copy_from_slice(&self.name);
        bytes[16..48].copy_from_slice(&self.hmac);
        bytes[48..].copy_from_slice(&self.aes);
        bytes
    }

    /// The name that tickets begin with.
    pub(super) fn name(&self) -> &[u8; NAME_LEN] {
        &self.name
    }

    /// A ticket that holds `plaintext`.
    pub(super) fn seal(&self, plaintext: &[u8]) -> Result<Vec<u8>> {
        // Padding adds a block at most.
        const ADDED: usize = NAME_LEN + IV_LEN + 16 + MAC_LEN;
        let mut iv = [0; IV_LEN];
        random::fill(&self.library, &mut iv)?;
        let mut ticket = Vec::with_capacity(plaintext.len() + ADDED);
        ticket.extend_from_slice(&self.name);
        ticket.extend_from_slice(&iv);
        match &self.cipher {
            Cipher::Engine(cipher) => cipher.encrypt(&iv, plaintext, &mut ticket)?,
            Cipher::Library(cipher) => cipher.encrypt(&iv, plaintext, &mut ticket)?,
        }
        let mac = self.mac(&ticket)?;
        ticket.extend_from_slice(&mac);
        Ok(ticket)
    }

    /// The plaintext of `ticket`; `Ok(None)`, with nothing on the error queue, when it was not
    /// sealed with this key or was changed.
    pub(super) fn open(&self, ticket: &[u8]) -> Result<Option<Zeroizing<Vec<u8>>>> {
        if ticket.len() <= NAME_LEN + IV_LEN + MAC_LEN || ticket[..NAME_LEN] != self.name {
            return Ok(None);
        }
        let (covered, mac) = ticket.split_at(ticket.len() - MAC_LEN);
        if !memory::equal_in_constant_time(&self.mac(covered)?, mac) {
            return Ok(None);
        }
        let Some((iv, ciphertext)) = covered[NAME_LEN..].split_first_chunk() else {
            return Ok(None);
        };
        match &self.cipher {
            Cipher::Engine(cipher) => Ok(cipher.decrypt(iv, ciphertext)),
            Cipher::Library(cipher) => cipher.decrypt(iv, ciphertext),
        }
    }

    fn mac(&self, data: &[u8]) -> Result<[u8; MAC_LEN]> {
        match &self.cipher {
            Cipher::Engine(cipher) => Ok(cipher.mac(data)),
            Cipher::Library(cipher) => cipher.mac(data),
        }
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

    /// The engine's algorithms, and libcrypto's.
    fn sources() -> [Source; 2] {
        [true, false].map(|by_engine| Source {
            library: LibraryContext::default(),
            by_engine,
        })
    }

    fn generate(source: &Source) -> TicketKey {
        let mut bytes = Zeroizing::new([0; TicketKey::LEN]);
        source.fill_private(&mut *bytes).unwrap();
        TicketKey::from_bytes(source, &bytes).unwrap()
    }

    #[test]
    fn a_ticket_opens_with_its_key_only() {
        for (source, other) in [(0, 1), (1, 0), (0, 0), (1, 1)] {
            let [source, other] = [source, other].map(|number| sources()[number].clone());
            let key = generate(&source);
            for len in [0, 1, 15, 16, 17, 200, 5000] {
                let plaintext = vec![9; len];
                let ticket = key.seal(&plaintext).unwrap();
                assert_eq!(&ticket[..16], key.name());
                assert_eq!(ticket.len(), 16 + 16 + (len / 16 + 1) * 16 + 32);
                assert_eq!(*key.open(&ticket).unwrap().unwrap(), plaintext);
                let same = TicketKey::from_bytes(&other, &key.to_bytes()).unwrap();
                assert_eq!(*same.open(&ticket).unwrap().unwrap(), plaintext);
                assert!(generate(&other).open(&ticket).unwrap().is_none());
            }
        }
    }

    #[test]
    fn a_changed_or_short_ticket_does_not_open() {
        for source in sources() {
            let key = generate(&source);
            let ticket = key.seal(b"plaintext").unwrap();
            for index in 0..ticket.len() {
                let mut changed = ticket.clone();
                changed[index] ^= 1;
                assert!(key.open(&changed).unwrap().is_none());
                assert!(key.open(&ticket[..index]).unwrap().is_none());
            }
        }
        assert_eq!(error_queue::peek(), 0);
    }

    #[test]
    fn a_sound_mac_over_what_does_not_decrypt_does_not_open() {
        for source in sources() {
            let key = generate(&source);
            let whole = key.seal(&[0x77; 40]).unwrap();
            // Half a block, no block, and a last block that is no padding.
            for covered in [NAME_LEN + IV_LEN + 8, NAME_LEN + IV_LEN, 48, 64] {
                let mut ticket = whole[..covered].to_vec();
                let mac = key.mac(&ticket).unwrap();
                ticket.extend_from_slice(&mac);
                assert!(key.open(&ticket).unwrap().is_none(), "{covered}");
            }
        }
        assert_eq!(error_queue::peek(), 0);
    }

    #[test]
    fn the_same_name_with_another_key_does_not_open() {
        for source in sources() {
            let key = generate(&source);
            let mut bytes = key.to_bytes();
            bytes[79] ^= 1;
            // A correct MAC over a ciphertext of another AES key: at best the plaintext is garbage.
            let other = TicketKey::from_bytes(&source, &bytes).unwrap();
            let opened = other.open(&key.seal(b"plaintext").unwrap()).unwrap();
            assert_ne!(
                opened.as_deref().map(Vec::as_slice),
                Some(&b"plaintext"[..])
            );
        }
        assert_eq!(error_queue::peek(), 0);
    }

    #[test]
    fn both_sources_have_one_sha256() {
        let [engine, library] = sources();
        for data in [&b""[..], b"abc", &[7; 300]] {
            assert_eq!(engine.sha256(data), library.sha256(data));
        }
    }

    #[test]
    fn threads_share_a_key() {
        for source in sources() {
            let key = generate(&source);
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
}
