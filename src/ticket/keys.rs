//! The ticket keys of a context.

use std::fmt;
use std::sync::Arc;

use arc_swap::{ArcSwap, Guard};
use zeroize::Zeroizing;

use super::key::{Source, TicketKey};
use super::key_ring::{KeyOf, KeyRing};
use crate::clock;
use crate::error::{Error, Reason, Result};
use crate::libcrypto::algorithms::Algorithms;
use crate::libcrypto::library::LibraryContext;

/// Bytes of the keys that a program sets and reads: name 16, HMAC key 32, AES key 32.
pub const KEYS_LENGTH: usize = TicketKey::LEN;

/// The longest plaintext that is sealed: OpenSSL's limit for the DER of a session.
pub const MAX_PLAINTEXT: usize = 0xFF00;

/// The outcome of opening a ticket that a client offered.
pub enum Opened {
    /// It was sealed with one of the keys and is unchanged.
    Plaintext {
        /// The content; wiped when dropped.
        plaintext: Zeroizing<Vec<u8>>,
        /// The key no longer seals tickets and will be erased: the client should get a new ticket.
        /// Never true for a key that the program has set.
        renew: bool,
    },
    /// None of the keys has the name that the ticket begins with.
    Unknown,
    /// It names one of the keys, but was not sealed with it or has been changed.
    Damaged,
}

/// The keys that seal and open the tickets of a context, shared by all its connections. See
/// [`super`] for where these keys come from, and when they change.
pub struct TicketKeys {
    ring: ArcSwap<KeyRing>,
    source: Source,
}

impl TicketKeys {
    /// The library's own keys, which rotate from now on. Random numbers come from `library`, and so
    /// do the algorithms, unless the engine's stand for them. Costs a few microseconds.
    ///
    /// # Errors
    /// Those of libcrypto: there are no random numbers, or no SHA-256.
    pub fn new(library: &LibraryContext, algorithms: &Algorithms) -> Result<Self> {
        let source = Source::new(library, algorithms);
        let ring = KeyRing::rotating(&source, clock::now())?;
        Ok(Self {
            ring: ArcSwap::from_pointee(ring),
            source,
        })
    }

    /// Makes `keys` the only key (`SSL_CTX_set_tlsext_ticket_keys`): 16 bytes of name, 32 of HMAC
    /// key, 32 of AES key. Threads that are sealing or opening at this moment finish with the key
    /// that they began with.
    ///
    /// # Errors
    /// `INVALID_TICKET_KEYS_LENGTH` when these are not [`KEYS_LENGTH`] bytes; nothing changes.
    pub fn set(&self, keys: &[u8]) -> Result<()> {
        let Ok(keys) = keys.try_into() else {
            return Err(Error::new(Reason::INVALID_TICKET_KEYS_LENGTH));
        };
        let key = TicketKey::from_bytes(&self.source, keys)?;
        self.ring.store(Arc::new(KeyRing::fixed(Arc::new(key))));
        Ok(())
    }

    /// The key that seals tickets (`SSL_CTX_get_tlsext_ticket_keys`). If it is one of the
    /// library's own, it no longer rotates: keys that the program hands on must stay valid.
    ///
    /// # Errors
    /// Those of libcrypto, when a rotation is due.
    pub fn get(&self) -> Result<Zeroizing<[u8; KEYS_LENGTH]>> {
        loop {
            let seen = self.up_to_date()?;
            if !seen.rotates() {
                return Ok(seen.sealing().to_bytes());
            }
            self.replace(&seen, seen.without_rotation());
        }
    }

    /// A ticket with `plaintext` in it, sealed with the current key; 65 to 80 bytes longer.
    ///
    /// # Errors
    /// `ERR_R_INTERNAL_ERROR` when `plaintext` is longer than [`MAX_PLAINTEXT`]; those of libcrypto.
    pub fn seal(&self, plaintext: &[u8]) -> Result<Vec<u8>> {
        if plaintext.len() > MAX_PLAINTEXT {
            return Err(Error::with(
                Reason::INTERNAL_ERROR,
                "the session is too long for a ticket",
            ));
        }
        self.up_to_date()?.sealing().seal(plaintext)
    }

    /// Opens a ticket that a client offered, which may be any bytes. Takes no more memory than the
    /// ticket has. Leaves errors on the queue only when libcrypto itself fails, for lack of memory.
    pub fn open(&self, ticket: &[u8]) -> Opened {
        // Keys that cannot be brought up to date may be too old: they open nothing.
        let Ok(ring) = self.up_to_date() else {
            return Opened::Unknown;
        };
        let (key, renew) = match ring.key_of(ticket) {
            KeyOf::Sealing(key) => (key, false),
            KeyOf::Retired(key) => (key, true),
            KeyOf::Unknown => return Opened::Unknown,
        };
        match key.open(ticket) {
            Ok(Some(plaintext)) => Opened::Plaintext { plaintext, renew },
            Ok(None) | Err(_) => Opened::Damaged,
        }
    }

    /// The keys to use now.
    fn up_to_date(&self) -> Result<Guard<Arc<KeyRing>>> {
        loop {
            let seen = self.ring.load();
            // The time is read after the keys, so the keys are never newer than it.
            let now = clock::now();
            if seen.serves(now) {
                return Ok(seen);
            }
            self.replace(&seen, seen.at(now)?);
        }
    }

    /// Replaces `seen` by `next`, unless another thread has replaced it first.
    fn replace(&self, seen: &Guard<Arc<KeyRing>>, next: KeyRing) {
        self.ring.compare_and_swap(seen, Arc::new(next));
    }
}

/// Names are no secret: tickets carry them. Keys are not shown.
impl fmt::Debug for TicketKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TicketKeys")
            .field("ring", &**self.ring.load())
            .finish()
    }
}

/// The plaintext holds a session's secrets and is not shown.
impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plaintext { plaintext, renew } => f
                .debug_struct("Plaintext")
                .field("length", &plaintext.len())
                .field("renew", renew)
                .finish_non_exhaustive(),
            Self::Unknown => f.write_str("Unknown"),
            Self::Damaged => f.write_str("Damaged"),
        }
    }
}
