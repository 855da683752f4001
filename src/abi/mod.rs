//! The C functions, one file per theme of OpenSSL's manual.
//!
//! Each function only translates: it checks and borrows its pointers, calls one method of the
//! rooms below, and turns the result into C's return value and the error queue. The shape is the
//! same everywhere:
//!
//! ```ignore
//! /// What it does; who owns what; return value; errors; threads.
//! ///
//! /// # Safety
//! /// What the caller promises.
//! #[unsafe(no_mangle)]
//! pub unsafe extern "C" fn SSL_something(ssl: *mut Connection, n: c_int) -> c_int {
//!     call(c"SSL_something", 0, || {
//!         // SAFETY: the caller passes NULL or a live SSL.
//!         let connection = unsafe { borrow(ssl) }?;
//!         connection.something(n)?;
//!         Ok(1)
//!     })
//! }
//! ```
//!
//! `SSL`, `SSL_CTX` and `SSL_SESSION` are pointers to [`Connection`], [`Context`] and [`Session`];
//! the header names them by OpenSSL's tags.
//!
//! [`Connection`]: crate::connection::Connection
//! [`Context`]: crate::context::Context
//! [`Session`]: crate::session::Session

mod alpn;
mod authority_names;
mod bio_filter;
pub mod call;
mod callbacks;
pub mod certificate;
mod certificate_file;
mod check_chain;
mod cipher;
mod cipher_settings;
mod client_hello;
mod configuration;
pub mod context;
pub mod control;
mod early_data;
mod exporter;
pub mod handshake;
mod init;
pub mod io;
pub mod method;
mod options;
mod password;
mod peer;
pub mod pointer;
pub mod private_key;
mod psk;
mod reprise_types;
mod rsa_private_key;
mod security;
pub mod session;
pub mod session_bytes;
mod session_cache;
mod session_callbacks;
mod session_ex_data;
#[cfg(test)]
mod session_ex_data_tests;
pub mod session_fields;
pub mod session_print;
pub mod session_serialise;
mod session_stats;
#[cfg(test)]
mod session_tests;
pub mod session_use;
pub mod shutdown;
mod sni;
pub mod ssl;
mod ssl_bio;
mod stop;
mod strings;
mod tickets;
pub mod transport;
pub mod types;
mod unsupported;
mod verify;
mod verify_host;
mod verify_locations;

// Symbol versions, one `.symver` per exported function: written by build.rs (docs/linking.md).
// Unit tests and fuzz targets are programs and export nothing.
#[cfg(not(any(test, fuzzing)))]
std::arch::global_asm!(include_str!(concat!(env!("OUT_DIR"), "/symver.s")));
