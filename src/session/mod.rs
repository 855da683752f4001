//! What `SSL_SESSION` points to.
//!
//! A [`Session`] is the master copy of everything that OpenSSL keeps of a session. Nothing here knows rustls: the
//! engine makes its own values from a session and reads new ones into it. Of C it knows that some byte fields are
//! lent as pointers and that names end with a NUL; of libcrypto only the application data (ex_data).
//!
//! | part          | what it holds                                                             |
//! |---------------|---------------------------------------------------------------------------|
//! | [`Session`]   | the object: numbers as atomics, byte fields in blocks                     |
//! | [`SessionRef`]| an owned reference; the count, and what happens when it reaches zero      |
//! | `fields`      | the table of the fields, and what it makes: [`Fields`] (owned data: to build a session, or to copy one out), [`View`] (borrowed: what DER and text are made from), getters |
//! | [`PeerChain`] | the peer's certificates, shared by the sessions of one handshake or more  |
//! | [`der`]       | `i2d_SSL_SESSION` and `d2i_SSL_SESSION`                                   |
//! | [`text`]      | `SSL_SESSION_print` and `SSL_SESSION_print_keylog`                        |
//! | `body`        | the byte fields: how they are read, set and lent                          |
//! | `lent`        | what is kept for threads that were lent it                                |
//! | `setters`     | what programs may set                                                     |
//! | [`Owner`]     | the owner of the cache that a session is in                               |
//!
//! # Threads
//! A session may be shared by any number of threads, setters included (S122). Numbers are
//! atomics, each on its own: a reader may see a new time with an old timeout, as any interleaving
//! of two setter calls may show it. Byte fields sit together in an immutable block; a setter
//! makes a new block and swaps it in. What C was lent of a field stays until that field is replaced, as
//! in OpenSSL, and then for threads that are reading it (see `body` and `lent`).
//!
//! # Lifetime
//! The count starts at one. When it reaches zero, in this order: the callbacks of the application data run
//! (they see the whole session), the secrets are wiped, everything that the
//! session owns elsewhere is dropped. Its own memory is freed at once if it has never been in a
//! cache; else it goes to the epoch, because a lookup that takes no lock may be passing through it
//! just then.

mod body;
pub mod der;
mod field_table;
mod fields;
mod lent;
#[cfg(test)]
mod lent_tests;
mod peer;
mod reference;
#[cfg(test)]
pub mod samples;
#[expect(
    clippy::module_inception,
    reason = "the object that the module is named after"
)]
mod session;
mod setters;
#[cfg(test)]
mod tests;
pub mod text;

pub use body::{Field, Reading};
pub use fields::{Bytes, Fields, Numbers, Part, View};
pub use peer::PeerChain;
pub use reference::SessionRef;
pub use session::{Owner, Session};

/// The longest session id, in bytes (`SSL_MAX_SSL_SESSION_ID_LENGTH`).
pub const MAX_ID_LEN: usize = 32;

/// The longest id context, in bytes (`SSL_MAX_SID_CTX_LENGTH`).
pub const MAX_ID_CONTEXT_LEN: usize = 32;

/// The longest master key or PSK, in bytes (`TLS13_MAX_RESUMPTION_PSK_LENGTH`).
pub const MAX_MASTER_KEY_LEN: usize = 512;

/// The session uses the extended master secret (`SSL_SESS_FLAG_EXTMS`, RFC 7627).
pub const FLAG_EXTENDED_MASTER_SECRET: u32 = 1;

/// Server: the servername callback has chosen another security domain than that of clients which name no
/// host, so they do not resume it. OpenSSL has no such flag, and keeps it in a session's encoding.
pub const FLAG_BOUND_TO_HOST: u32 = 1 << 29;

/// Not settled yet whether fragments are to be shorter
/// (`TLSEXT_max_fragment_length_UNSPECIFIED`): what `SSL_SESSION_new(3)` makes. A handshake
/// settles it, so its sessions have 0 or a mode.
pub const MAX_FRAGMENT_LENGTH_UNSPECIFIED: u8 = 255;
