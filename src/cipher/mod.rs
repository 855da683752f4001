//! Cipher suites, groups, signature schemes, protocol versions and alerts: their numbers, their
//! names, and the strings that programs choose them with.
//!
//! Everything here is a table or a parser. The tables hold what OpenSSL 3.0 knows, since programs
//! and stored sessions may name any of it; what the engine can really do is marked `supported`.
//! A parser reads a string by OpenSSL's rules over the whole table first, so that positions and
//! exclusions mean what they mean there, and then keeps what is supported. A string that leaves
//! nothing usable is an error that says so.
//!
//! | file          | what it holds                                                     |
//! |---------------|-------------------------------------------------------------------|
//! | [`suite`]     | [`Cipher`], what `SSL_CIPHER` points to, and its properties         |
//! | `table`       | every known suite                                                 |
//! | [`version`]   | protocol versions                                                 |

pub mod suite;
mod table;
pub mod version;

pub use suite::Cipher;
pub use version::Version;
