//! The secret from which a context's own keys are derived, one for each period.
//!
//! ```text
//! secret(n+1) = SHA-256("Reprise ticket chain" | 0 | secret(n))
//! name(n)     = SHA-256("Reprise ticket chain" | 1 | secret(n)), first 16 bytes
//! HMAC key(n) = SHA-256("Reprise ticket chain" | 2 | secret(n))
//! AES key(n)  = SHA-256("Reprise ticket chain" | 3 | secret(n))
//! ```
//!
//! The hash's input is a fixed prefix and a secret of 256 random bits, so a plain hash serves as
//! derivation function. A secret does not reveal the one before it: once an old secret and its keys
//! are erased, they cannot be derived again.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::key::{Source, TicketKey};
use crate::error::Result;
use crate::libcrypto::ticket_cipher::NAME_LEN;

const SECRET: usize = 32;
const PREFIX: &[u8] = b"Reprise ticket chain";

/// The secret of one period.
#[derive(Clone)]
pub(super) struct Chain {
    secret: Zeroizing<[u8; SECRET]>,
    source: Source,
}

impl Chain {
    /// Starts a new chain.
    ///
    /// # Errors
    /// Those of the random generator.
    pub(super) fn random(source: &Source) -> Result<Self> {
        let mut secret = Zeroizing::new([0; SECRET]);
        source.fill_private(&mut *secret)?;
        Ok(Self {
            secret,
            source: source.clone(),
        })
    }

    /// The secret of the next period.
    ///
    /// # Errors
    /// Those of libcrypto.
    pub(super) fn next(&self) -> Result<Self> {
        Ok(Self {
            secret: self.derive(0)?,
            source: self.source.clone(),
        })
    }

    /// Provides algorithms and random numbers.
    pub(super) fn source(&self) -> &Source {
        &self.source
    }

    /// The key of this period.
    ///
    /// # Errors
    /// Those of libcrypto.
    pub(super) fn key(&self) -> Result<Arc<TicketKey>> {
        let mut bytes = Zeroizing::new([0; TicketKey::LEN]);
        let (name, keys) = bytes.split_at_mut(NAME_LEN);
        let (hmac_key, aes_key) = keys.split_at_mut(SECRET);
        name.copy_from_slice(&self.derive(1)?[..NAME_LEN]);
        hmac_key.copy_from_slice(&*self.derive(2)?);
        aes_key.copy_from_slice(&*self.derive(3)?);
        Ok(Arc::new(TicketKey::from_bytes(&self.source, &bytes)?))
    }

    fn derive(&self, purpose: u8) -> Result<Zeroizing<[u8; SECRET]>> {
        let mut input = Zeroizing::new([0; PREFIX.len() + 1 + SECRET]);
        let (prefix, rest) = input.split_at_mut(PREFIX.len());
        prefix.copy_from_slice(PREFIX);
        rest[0] = purpose;
        rest[1..].copy_from_slice(&*self.secret);
        self.source.sha256(&*input).map(Zeroizing::new)
    }
}

#[cfg(test)]
mod tests {
    use super::Chain;
    use crate::ticket::tests::source;

    #[test]
    fn a_chain_copied_before_a_fork_leads_to_the_same_keys() {
        let mut parent = Chain::random(&source()).expect("random numbers");
        let mut child = parent.clone();
        for _ in 0..5 {
            parent = parent.next().expect("a digest");
            child = child.next().expect("a digest");
            let (one, other) = (parent.key().expect("a key"), child.key().expect("a key"));
            assert_eq!(one.to_bytes(), other.to_bytes());
        }
    }

    #[test]
    fn no_part_of_a_key_is_used_twice() {
        let chain = Chain::random(&source()).expect("random numbers");
        let now = chain.key().expect("a key").to_bytes();
        let later = chain
            .next()
            .expect("a digest")
            .key()
            .expect("a key")
            .to_bytes();
        let parts = [&now[..16], &now[16..48], &now[48..], &chain.secret[..]];
        let later_parts = [
            &later[..16],
            &later[16..48],
            &later[48..],
            &chain.next().expect("a digest").secret[..],
        ];
        let all: Vec<_> = parts
            .iter()
            .chain(&later_parts)
            .map(|part| &part[..16])
            .collect();
        for (index, part) in all.iter().enumerate() {
            assert!(!all[..index].contains(part));
        }
    }
}
