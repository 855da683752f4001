//! Sessions: the objects behind `SSL_SESSION`.
//!
//! A [`Session`] holds all fields that OpenSSL stores in a session. This module does not know rustls: the engine makes
//! its own values from a session and stores new ones in it. It knows two things about C: some byte fields are lent as
//! pointers, and names end with a NUL. Of libcrypto it uses only application data (ex_data).
//!
//! | part          | contents                                                                  |
//! |---------------|---------------------------------------------------------------------------|
//! | [`Session`]   | the object: numbers as atomics, byte fields in blocks                     |
//! | [`SessionRef`]| an owned reference; the count, and what happens when it reaches zero      |
//! | `fields`      | the table of the fields, and what it makes: [`Fields`] (owned data: to build a session, or to copy one out), [`View`] (borrowed: what DER and text are made from), getters |
//! | [`PeerChain`] | the peer's certificates, shared by the sessions of one handshake or more  |
//! | [`der`]       | `i2d_SSL_SESSION` and `d2i_SSL_SESSION`                                   |
//! | [`text`]      | `SSL_SESSION_print` and `SSL_SESSION_print_keylog`                        |
//! | `body`        | the byte fields: how they are read, set and lent                          |
//! | `lent`        | values kept for threads that were lent them                               |
//! | `setters`     | the setters for programs                                                  |
//! | [`Owner`]     | the owner of the cache that a session is in                               |
//!
//! # Threads
//! A session may be shared by any number of threads, setters included (S122). Numbers are atomics,
//! each on its own: a reader may see a new time with an old timeout, as any interleaving of two
//! setter calls may show it. An immutable block holds all byte fields; a setter replaces the block
//! by a new one. A value that C was lent stays valid until the field is replaced, as in OpenSSL,
//! and after that for threads that are reading it (see `body` and `lent`).
//!
//! # Lifetime
//! The count starts at one. When it reaches zero, in this order: the callbacks of the application data run (they see
//! the whole session), the secrets are wiped, everything that the session owns elsewhere is dropped. Its own memory is
//! freed at once if it has never been in a cache; else it is retired, because a lookup that takes no lock may be
//! reading it.

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

/// Server: the servername callback has chosen another security domain than that of clients that
/// send no server name, so these do not resume it. OpenSSL has no such flag, but preserves it in a
/// session's encoding.
pub const FLAG_BOUND_TO_HOST: u32 = 1 << 29;

/// Not decided yet whether fragments are shorter (`TLSEXT_max_fragment_length_UNSPECIFIED`): the
/// value in a session of `SSL_SESSION_new(3)`. A handshake decides it, so its sessions have 0 or a
/// mode.
pub const MAX_FRAGMENT_LENGTH_UNSPECIFIED: u8 = 255;
