//! Reprise: a libssl for Linux whose speciality is TLS sessions.
//!
//! A call from a C program enters at the top and goes down; nothing below knows what is above it,
//! except that callbacks of a context are given an `SSL`:
//!
//! | room              | what it holds                                                            |
//! |-------------------|--------------------------------------------------------------------------|
//! | [`abi`]           | the C functions, one file per theme of the manual; they only translate   |
//! | [`configuration`] | what `SSL_CONF_CTX` points to: commands by name for the next two         |
//! | [`connection`]    | what `SSL` points to: handshake, read, write, shutdown                   |
//! | [`context`]       | what `SSL_CTX` points to: settings shared by connections                 |
//! | [`callback`]      | the program's functions: their C types, and safe methods that call them  |
//! | [`session`]       | what `SSL_SESSION` points to: the counted object, DER, printing. Of      |
//! |                   | libcrypto it knows only the application data that each object has        |
//! | [`cache`]         | the session cache of a context; it knows neither TLS nor sessions        |
//! | [`ticket`]        | ticket keys: sealing and opening tickets                                 |
//! | [`cipher`]        | cipher suites, groups and signature algorithms: names, lists, properties |
//! | [`engine`]        | the only room that names rustls                                          |
//! | [`libcrypto`]     | the only room that calls libcrypto                                       |
//!
//! All rooms use these:
//!
//! | module            | what it holds                                                            |
//! |-------------------|--------------------------------------------------------------------------|
//! | [`wire`]          | TLS as it is on the wire: numbers, records, messages                     |
//! | `error`, `reason` | what a function fails with                                               |
//! | [`reference`]     | counted references, and memory that is freed once no thread can read it  |
//! | `clock`           | the only place that reads the time                                       |
//! | `tag`             | the first word of objects behind C's pointers, by which they are known   |
//! | `fallible`        | allocations that may fail, for code that can go on without them          |
//!
//! `fuzzing` is in tests and fuzz targets only: it gives hostile bytes to every parser.

mod abi;
mod cache;
mod callback;
mod cipher;
mod clock;
mod configuration;
mod connection;
mod context;
mod engine;
mod error;
mod fallible;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod libcrypto;
mod reason;
mod reference;
mod session;
mod tag;
mod ticket;
mod wire;
