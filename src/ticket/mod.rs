//! Session tickets: the keys that seal them, and the sealing (RFC 5077, section 4).
//!
//! A server's stateless ticket is a session's DER, encrypted and authenticated with a key that
//! only the server has. Its bytes are OpenSSL's, so tickets move between the two libraries when
//! both are given the same keys:
//!
//! ```text
//! key name (16) | IV (16) | AES-256-CBC of the plaintext, PKCS#7 padding | HMAC-SHA-256 (32)
//!               the HMAC is over everything before it
//! ```
//!
//! The caller decides what the plaintext means, and whether the session in it may be resumed.
//! Tickets that the program seals itself (`SSL_CTX_set_tlsext_ticket_key_evp_cb`) do not come
//! through here.
//!
//! # Owners of keys
//!
//! Each context has a [`TicketKeys`]. It holds one of:
//!
//! - **The library's own keys**, as long as the program neither sets nor reads keys. They rotate by
//!   themselves: a key seals tickets for 12 hours, opens them until it is 36 hours old, and is then
//!   erased. So a ticket opens for at least 24 hours, longer than the default session timeout of 2
//!   hours; a context with a longer timeout than that should be given keys.
//! - **The program's key** (`SSL_CTX_set_tlsext_ticket_keys`): the only one that seals and opens,
//!   until the program sets another. Setting a key erases the keys before it, so tickets of a
//!   withdrawn key are no longer accepted, as with OpenSSL.
//! - **A key that the program has read** (`SSL_CTX_get_tlsext_ticket_keys`) while the library's
//!   own were in use. A program that reads keys hands them to others, so from then on the key stays,
//!   as if the program had set it. Keys that it had replaced still open tickets until they are 36
//!   hours old.
//!
//! # Rotation and `fork`
//!
//! A server that forks its workers after it has made its context expects every worker to open every
//! worker's tickets; with OpenSSL they inherit one key. If each process made its own new keys, that
//! would end with the first rotation. So a context draws one random secret when it is made. Each
//! period's key and the next period's secret are derived from it by a one-way function ([`chain`]).
//! All processes that inherited the secret derive the same key from the clock, and what has been
//! erased cannot be derived again. The price: an attacker who reads the memory of a server process
//! learns its later keys too, not just those of the next 36 hours. That ends with the context: a
//! server that reloads its configuration starts a new chain. Processes that make their contexts
//! after forking have unrelated keys.
//!
//! Nothing runs in the background. Keys are brought up to date when a ticket is sealed or
//! opened, so an idle process erases an old key at the next ticket, or with the context.
//!
//! # Clock
//!
//! Hours are those of the system's clock. Set forward, it ends periods early. Set back, it lets
//! the current period last longer, at most by another 12 hours: when the clock is before even that,
//! the next period begins at once. Readings that jump by more than a century start a new, unrelated
//! chain.
//!
//! # Threads
//!
//! Any number of threads seal and open through one [`TicketKeys`]. Usually that reads one pointer
//! and takes no lock; a due rotation is computed by the first thread that needs it, and threads
//! that compute it at the same time get the same result. A `fork` leaves nothing locked here.
//!
//! | part           | what it is                                               |
//! |----------------|----------------------------------------------------------|
//! | [`keys`]       | the keys of a context: what the rest of the library uses |
//! | [`key_ring`]   | the keys in use at one time, and those that follow       |
//! | [`chain`]      | the secret from which the library's own keys come        |
//! | [`key`]        | one key, and the sealing itself                          |
//!
//! The ciphers are the engine's, or those of a library context with other algorithms.

mod chain;
mod key;
mod key_ring;
mod keys;

#[cfg(test)]
mod openssl_vectors;
#[cfg(test)]
mod tests;

pub use keys::{KEYS_LENGTH, Opened, TicketKeys};
