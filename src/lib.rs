//! Reprise: a libssl for Linux whose speciality is TLS sessions.
//!
//! A call from a C program enters at the top and goes down. A module uses only modules below it
//! (docs/architecture.md follows a call through them):
//!
//! | module            | what it holds                                                            |
//! |-------------------|--------------------------------------------------------------------------|
//! | [`abi`]           | the C functions, one file for each theme of the manual; they only        |
//! |                   | translate                                                                |
//! | [`configuration`] | what `SSL_CONF_CTX` points to: commands by name for the next two         |
//! | [`connection`]    | what `SSL` points to: handshake, read, write, shutdown                   |
//! | [`context`]       | what `SSL_CTX` points to: settings shared by connections                 |
//! | [`engine`]        | TLS; the only module that uses rustls                                    |
//! | [`ticket`]        | ticket keys: sealing and opening tickets                                 |
//! | [`callback`]      | the program's functions: their C types, and safe methods that call them  |
//! | [`session`]       | what `SSL_SESSION` points to: the counted object, DER, printing. Of      |
//! |                   | libcrypto it knows only the application data that each object has        |
//! | [`cipher`]        | cipher suites, groups and signature algorithms: names, lists, properties |
//! | [`libcrypto`]     | the only module that calls libcrypto                                     |
//! | [`cache`]         | the session cache of a context; it knows neither TLS nor sessions        |
//!
//! All modules use these:
//!
//! | module            | what it holds                                                            |
//! |-------------------|--------------------------------------------------------------------------|
//! | `error`, `reason` | the error of a function                                                  |
//! | [`reference`]     | counted references, and memory that is freed once no thread can read it  |
//! | [`wire`]          | TLS as it is on the wire: numbers, records, messages                     |
//! | `clock`           | the only place that reads the time                                       |
//! | `fallible`        | allocations that may fail, for code that can continue without them       |
//! | `flags`           | options, modes and other bits that programs set                          |
//!
//! `fuzzing` is compiled for tests and fuzz targets only: it gives foreign bytes to every parser.

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
mod flags;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod libcrypto;
mod reason;
mod reference;
mod session;
mod ticket;
mod wire;
