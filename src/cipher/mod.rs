//! Cipher suites, groups and signature schemes: their numbers, their names, and the strings by
//! which programs choose them.
//!
//! Everything here is a table or a parser. The tables contain what OpenSSL 3.0 knows, since
//! programs and stored sessions may name any of it; `supported` says what the engine can use. A
//! parser reads a string by OpenSSL's rules over the whole table first, so that positions and
//! exclusions mean what they mean there, and then keeps what is supported. A string that leaves
//! nothing usable is an error that says so.
//!
//! | file          | what it holds                                                      |
//! |---------------|--------------------------------------------------------------------|
//! | [`suite`]     | [`Cipher`], what `SSL_CIPHER` points to, and its properties        |
//! | `table`       | every known suite                                                  |
//! | [`list`]      | cipher strings; `selector` has their words, `suite_b` the profiles |
//! | [`group`]     | groups, and lists of them                                          |
//! | [`signature`] | signature algorithms, and lists of them                            |
//! | [`security`]  | what a security level requires                                     |
//! | [`method`]    | what `SSL_METHOD` points to                                        |

pub mod group;
pub mod list;
pub mod method;
pub mod security;
mod selector;
pub mod signature;
pub mod suite;
mod suite_b;
mod suite_list;
mod table;
mod words;

pub use group::Group;
pub use list::CipherList;
pub use method::{Method, Role};
pub use signature::SignatureAlgorithm;
pub use suite::Cipher;
pub use suite_b::SuiteB;
pub use suite_list::{SuiteList, SuiteListForm};
