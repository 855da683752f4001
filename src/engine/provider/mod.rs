//! The crypto provider that rustls is given: every suite, group and source of random bytes,
//! wrapped.
//!
//! rustls reaches its algorithms through traits. The wrappers use that in three ways: connections
//! whose library context has other algorithms than the default get libcrypto's; rustls hashes,
//! signs and sends what is on the wire where a message there differs from its own; and what rustls
//! does not show (a Finished message, a key share, the plaintext of a record) is recorded as it
//! passes.
//!
//! | file         | what it wraps                                                            |
//! |--------------|--------------------------------------------------------------------------|
//! | `suites`     | the suites, of the parts below                                           |
//! | `digests`    | digests and HMAC                                                         |
//! | `sha2`       | those in Rust                                                            |
//! | `transcript` | the hash of the handshake's messages, and a client's signature of them   |
//! | `hkdf`       | key derivation of TLS 1.3                                                |
//! | `prf`        | key derivation of TLS 1.2                                                |
//! | `aead`       | the protection of records                                                |
//! | `by_length`  | the same by two libraries                                                |
//! | `records`    | records that are sent                                                    |
//! | `opening`    | records that are received                                                |
//! | `groups`     | key exchange                                                             |
//! | `random`     | random bytes                                                             |
//! | `library`    | where the algorithms of a connection come from                           |

mod aead;
mod by_length;
mod digests;
pub(super) mod groups;
mod hkdf;
pub(super) mod library;
mod opening;
mod prf;
pub(super) mod random;
pub(super) mod records;
mod sha2;
pub(super) mod suites;
pub(super) mod transcript;
