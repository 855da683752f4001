//! TLS itself, done by rustls. This is the only room that names rustls.
//!
//! The engine neither reads nor writes a transport and never calls the program. It is handed one
//! record at a time ([`RecordBuffer`]), leaves what has to be sent in a buffer, and asks for
//! everything that only the rooms above can know through one trait, [`Delegate`]: whether a peer's
//! certificate is good, which session a server may resume, what a ticket looks like.
//!
//! | part                        | what                                                          |
//! |-----------------------------|---------------------------------------------------------------|
//! | [`client`], [`server`]      | making the two kinds of connections                           |
//! | `connection`                | [`Engine`]: driving one of them, records in and out           |
//! | `processing`                | records given to rustls, and the plaintext in them            |
//! | `delegate`                  | [`Delegate`]: what is asked of the rooms above                |
//! | `profile`                   | [`Profile`]: suites and groups, prepared once per settings    |
//! | `templates`                 | rustls's configurations, made once for a profile              |
//! | `credentials`               | [`CertifiedKey`]: a certificate chain and the key that signs  |
//! | `session_value`             | [`SessionSecrets`]: a session, from and to rustls's encodings |
//! | `client_session`            | TLS 1.3 sessions that a client offers, made of those          |
//! | `external_psk`              | pre-shared keys that come from the program                    |
//! | `new_session_ticket`        | a TLS 1.3 server's tickets, which are our own                 |
//! | `early_data`                | early data of either role                                     |
//! | `unfinished_exporter`       | keying material of a server before its client has finished    |
//! | `suite_selection`           | choosing the suite of a session that is resumed               |
//! | `binder`                    | the proof that a client has the key that it names             |
//! | `group_choice`              | the group of a key exchange                                   |
//! | `peer_identity`             | the peer's certificates, and its signatures                   |
//! | `certificate_limit`         | how much a peer may send as certificates                      |
//! | `acknowledgement`           | whether a server has acknowledged the host name               |
//! | `facts`                     | what a handshake has agreed on                                |
//! | `server_parameters`         | what a server is made from                                    |
//! | `server_flight`             | a server's certificate before rustls has it verified          |
//! | `adapted_hello`             | a ClientHello that rustls is given in the place of another    |
//! | `finished`                  | the verify_data of both Finished messages                     |
//! | `hello_change`              | ClientHellos that differ from rustls's                        |
//! | `messages`                  | records of a connection whose program watches them            |
//! | `record`, `spare`           | incoming records, and buffers for them                        |
//! | `provider`                  | rustls's crypto provider, wrapped                             |
//! | `library`                   | the library context that is worked for                        |
//! | `alerts`                    | alerts that differ from rustls's                              |
//! | `hostile`                   | the engine's own parsers, for fuzzing                         |
//! | `failure`                   | rustls's errors as reason codes and alerts                    |

mod acknowledgement;
mod adapted_hello;
mod alerts;
mod binder;
mod certificate_limit;
mod client;
mod client_session;
mod connection;
mod credentials;
mod delegate;
mod early_data;
mod external_psk;
mod facts;
mod failure;
mod finished;
mod group_choice;
mod hello_change;
#[cfg(any(test, fuzzing))]
pub mod hostile;
mod library;
mod messages;
mod new_session_ticket;
mod note;
mod notes;
mod peer_identity;
mod processing;
mod profile;
mod provider;
mod record;
mod server;
mod server_flight;
mod server_parameters;
mod session_value;
mod spare;
mod suite_selection;
mod templates;
mod unfinished_exporter;

pub use adapted_hello::HelloChanges;
pub use binder::psk_binder;
pub use client::ClientParameters;
pub use connection::Engine;
pub use credentials::{CertifiedKey, ExternalKey};
pub use delegate::{CertificateRequest, Delegate, PeerRejected, PeerSignature};
pub use early_data::{EarlyDataEvent, EarlyDataPolicy};
pub use facts::Facts;
pub use failure::Failure;
pub use hello_change::ClientHelloChange;
pub use messages::{Record, received_so_far};
pub use new_session_ticket::TicketSecrets;
pub use profile::{Profile, knows_group};
pub use provider::suites::tls13_hash_len;
pub use record::RecordProblem;
pub use server::normalized_server_name;
pub use server_parameters::{ClientAuthentication, ResumeOffer, ServerParameters, TicketPolicy};
pub use session_value::SessionSecrets;

#[cfg(test)]
mod tests;
