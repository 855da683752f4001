//! The only module that calls libcrypto: safe owning types for its objects, and the error queue.
//!
//! Conventions of this module:
//! - A function that fails because libcrypto failed gives [`Error::Queued`]: libcrypto has put its
//!   errors on this thread's queue. Where OpenSSL's libssl adds its own error, the function returns
//!   that one instead (`Error::Ssl`), above those of libcrypto.
//! - `from_raw_owned` takes one reference from C, `from_raw_shared` adds one, `lend` borrows;
//!   `as_ptr` lends to C, `into_raw` gives one reference to C. NULL becomes `None`.
//! - Cloning adds a reference, where libcrypto's object has a count.
//!
//! | part                                               | what                                     |
//! |----------------------------------------------------|------------------------------------------|
//! | [`x509`], [`certificate_cache`], [`name`]          | certificates and their names             |
//! | [`private_key`], [`rsa_key`], [`public_key`], [`key_kind`], [`signature_scheme`] | keys and signatures |
//! | [`pem_file`], [`password`], [`pem`]                | reading and writing files                |
//! | [`store`], [`verify_param`], [`verify`], [`verify_error`] | chain verification                |
//! | `verify_step`, `certificate_time`, `signature_memory`, `issuer_key`, [`signed_certificate`] | chains whose signatures are known |
//! | [`bio`], [`bio_method`]                            | byte streams, and filters in Rust        |
//! | [`stack`], [`lhash`], [`ex_data`], [`memory`]      | containers and memory shared with C      |
//! | [`ticket_cipher`], [`ticket_callback`], [`cipher_context`] | sealing tickets                  |
//! | [`aead`], [`key_exchange`]                         | protecting records, agreeing on keys     |
//! | [`ocsp`]                                           | requests for OCSP responses              |
//! | [`digest`], [`random`]                             | digests and random numbers               |
//! | [`dh_parameters`]                                  | checked, never used                      |
//! | [`library`], [`algorithms`]                        | where algorithms are taken from, and which there are |
//! | `allocator`, `reserve`                           | where the library's own memory comes from |
//! | [`error_queue`], [`init`], [`configuration`]       | the library itself                       |
//! | [`ffi`], `library_functions`, [`object`], [`outcome`], `recent` | declarations, and what the types share |
//! | `testing`                                          | keys and certificates for unit tests     |
//!
//! [`Error::Queued`]: crate::error::Error::Queued

pub mod aead;
pub mod algorithms;
mod allocator;
pub mod bio;
pub mod bio_method;
pub mod bio_slot;
pub mod certificate_cache;
mod certificate_time;
pub mod cipher_context;
pub mod configuration;
pub mod dh_parameters;
pub mod digest;
pub mod error_queue;
pub mod ex_data;
pub mod ffi;
pub mod init;
mod issuer_key;
pub mod key_exchange;
pub mod key_kind;
pub mod lhash;
pub mod library;
mod library_functions;
pub mod memory;
pub mod name;
pub mod object;
pub mod ocsp;
pub mod outcome;
pub mod password;
pub mod pem;
pub mod pem_file;
pub mod private_key;
mod private_key_der;
pub mod public_key;
pub mod random;
mod recent;
mod reserve;
pub mod rsa_key;
mod signature_memory;
pub mod signature_scheme;
pub mod signed_certificate;
pub mod stack;
pub mod store;
pub mod ticket_callback;
pub mod ticket_cipher;
pub mod verify;
pub mod verify_error;
pub mod verify_param;
mod verify_step;
pub mod x509;

#[cfg(test)]
pub mod testing;
