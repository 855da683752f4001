//! TLS itself, done by rustls. This is the only room that names rustls.
//!
//! The engine neither reads nor writes a transport and never calls the program. It is handed one
//! record at a time ([`RecordBuffer`]), leaves what has to be sent in a buffer, and asks for
//! everything that only the rooms above can know through one trait, [`Delegate`]: whether a peer's
//! certificate is good, which session a server may resume, what a ticket looks like.
//!
//! * [`client`], [`server`]: making the two kinds of connections
//! * [`Engine`]: driving one of them
//! * [`Profile`]: suites and groups, prepared once for all connections with the same settings
//! * [`CertifiedKey`]: a certificate chain with the key that signs for it
//! * [`SessionSecrets`]: what a session is made of, in our own terms; `session_value` translates
//!   it from and to rustls's private encodings

mod acknowledgement;
mod chacha20_poly1305;
mod client;
mod client_session;
mod connection;
mod credentials;
mod delegate;
mod early_data;
mod external_psk;
mod failure;
mod finished;
mod group_choice;
mod key_share;
mod new_session_ticket;
mod peer_identity;
mod planned_random;
mod profile;
mod record;
mod server;
mod session_value;
mod spare;

pub use client::ClientParameters;
pub use connection::{Engine, Facts};
pub use credentials::{CertifiedKey, ExternalKey, KeySource};
pub use delegate::{CertificateRequest, Delegate, PeerRejected};
pub use early_data::{EarlyDataEvent, EarlyDataPolicy};
pub use failure::Failure;
pub use new_session_ticket::TicketSecrets;
pub use profile::{Profile, tls13_hash_len};
pub use server::{
    ClientAuthentication, ResumeOffer, ServerParameters, TicketPolicy, normalized_server_name,
};
pub use session_value::SessionSecrets;

#[cfg(test)]
mod tests;
