//! The C functions, one file per theme of OpenSSL's manual.
//!
//! Each function only translates: it checks and borrows its pointers, calls one method of the
//! modules below, and turns the result into C's return value and the error queue. The shape is the
//! same everywhere:
//!
//! ```ignore
//! /// What it does; ownership; return value; errors; threads.
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
//! # Safety
//! C calls every function, and must keep the rules that the header states for all of them:
//!
//! - An object of this library or of libcrypto is NULL or alive during the call.
//! - No other thread uses the same `SSL`, list or parameters during the call.
//! - A text is NULL or ends with a NUL. A place for a result is NULL or can be written.
//!
//! A function that needs more says so under `# Safety`; comments in the code call all of this the
//! caller's promise.
//!
//! `SSL`, `SSL_CTX` and `SSL_SESSION` are pointers to [`Connection`], [`Context`] and [`Session`];
//! the header names them by OpenSSL's tags.
//!
//! | files                                                 | theme                                                 |
//! |-------------------------------------------------------|-------------------------------------------------------|
//! | `context`, `method`, `options`                        | contexts: making them, methods, `SSL_OP_…` bits       |
//! | `ssl`, `handshake`, `io`, `shutdown`                  | connections: making them, handshakes, data, closing   |
//! | `transport`, `bio_filter`, `ssl_bio`                  | the BIOs of a connection, and connections as BIOs     |
//! | `session`, `session_use`                              | sessions as objects, and the session of a connection  |
//! | `session_fields`, `session_bytes`, `session_ex_data`  | the fields of a session                               |
//! | `session_serialise`, `session_print`                  | sessions as DER, PEM and text                         |
//! | `session_cache`, `session_callbacks`, `session_stats` | the session cache                                     |
//! | `tickets`, `early_data`, `psk`                        | tickets, early data, external pre-shared keys         |
//! | `certificate`, `certificate_file`, `check_chain`      | own certificates                                      |
//! | `private_key`, `rsa_private_key`, `password`          | own keys                                              |
//! | `verify`, `verify_host`, `verify_locations`, `peer`   | the peer's certificates, and verifying them           |
//! | `authority_names`, `security`                         | names of authorities; security levels                 |
//! | `cipher`, `cipher_settings`                           | cipher suites                                         |
//! | `server_name`, `alpn`, `client_hello`                 | a server's decisions after the ClientHello            |
//! | `callbacks`, `exporter`, `strings`                    | observing connections; keying material; texts          |
//! | `control`, `configuration`                            | controls behind macros; commands by name              |
//! | `init`, `unsupported`                                 | the library itself; functions it does not support     |
//! | `call`, `drive`, `pointer`, `types`, `reprise_types`  | errors, panics, pointers and types at the border to C |
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
mod drive;
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
mod server_name;
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
pub mod ssl;
mod ssl_bio;
mod strings;
#[cfg(test)]
mod ticket_rotation_tests;
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
