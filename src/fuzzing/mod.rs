//! Hostile bytes for every parser: the bodies of the fuzz targets in `fuzz/`.
//!
//! A body takes any bytes, gives them to one parser by the way that a program or a peer has to it,
//! and panics when what must hold does not: nothing panics inside, what was read is written
//! again as it is, a failed call changes nothing. What the bytes mean beyond that is the business
//! of the unit tests.
//!
//! | body                 | what the bytes are                                                  |
//! |----------------------|---------------------------------------------------------------------|
//! | [`session_der()`]    | a session for `d2i_SSL_SESSION`, then offered to a server           |
//! | [`session_pem()`]    | text for `PEM_read_bio_SSL_SESSION`                                 |
//! | [`ticket_sealed()`]  | a ticket as a client sends it                                       |
//! | [`ticket_content()`] | what is inside a ticket that was sealed with the server's own key   |
//! | [`client_hello()`]   | the body of a ClientHello                                           |
//! | [`hello_change()`]   | the same, which is changed on its way between the wire and rustls   |
//! | [`server_flight()`]  | records in which a client looks for its server's certificate        |
//! | [`server_records()`] | what a server reads: records, or changes to those of a real client  |
//! | [`client_records()`] | what a client reads: records, or changes to those of a real server  |
//!
//! `cargo fuzz` gives the bytes, beginning with those in `fuzz/seeds`; the tests here give the seeds
//! and some thousand variations of them, so that the bodies work without it.

mod client_hello;
pub(crate) mod ends;
mod hello_change;
mod records;
mod server_flight;
mod session_der;
mod session_pem;
mod ticket;

#[cfg(test)]
mod tests;

pub use client_hello::client_hello;
pub use hello_change::hello_change;
pub use records::{client_records, server_records};
pub use server_flight::server_flight;
pub use session_der::session_der;
pub use session_pem::session_pem;
pub use ticket::{ticket_content, ticket_sealed};

use crate::libcrypto::error_queue;

/// Empties the error queue. A panic inside a C function ends there and becomes an error: here it
/// must not get away.
fn check_no_panic() {
    for detail in error_queue::take_details() {
        assert!(!detail.contains("panic in Reprise"), "{detail}");
    }
}
