//! TLS itself, done by rustls. This is the only module that uses rustls,
//! or the cryptography under it.
//!
//! The engine neither reads nor writes a transport and never calls the program. It is handed one
//! record at a time ([`RecordBuffer`](record::RecordBuffer)), leaves what has to be sent in a
//! buffer, and asks for everything that only the modules above can know through one trait,
//! [`Delegate`]: whether a peer's certificate is good, which session a server may resume, what a
//! ticket looks like.
//!
//! [`Engine::drive`](tls::Engine) is the one way into rustls. While it lasts, the wrapped crypto
//! provider and the hooks find the connection, and its delegate, on their thread (`thread`).
//!
//! | part                        | what                                                          |
//! |-----------------------------|---------------------------------------------------------------|
//! | `tls`                       | [`Engine`]: the state of a connection, and how it is driven   |
//! | `starting`                  | starting a connection of either role                          |
//! | `processing`                | records given to rustls, and the plaintext in them            |
//! | `events`                    | [`Event`]: what becomes known of a handshake                  |
//! | `server_hello`              | the ServerHello in the records of a server                    |
//! | `sending`                   | application data, tickets, alerts and new keys                |
//! | `exporting`                 | keying material for the program                               |
//! | `thread`                    | what is known and observed of the connection that is driven   |
//! | `provider`                  | rustls's crypto provider, wrapped                             |
//! | `client`, `server`          | making the two kinds of connections, and their hooks          |
//! | `hooks`, `peer_identity`    | what these hooks have in common                               |
//! | `delegate`                  | [`Delegate`]: what is asked of the modules above              |
//! | `profile`                   | [`Profile`]: suites and groups, prepared once per settings    |
//! | `templates`                 | rustls's configurations, which connections share              |
//! | `credentials`               | [`CertifiedKey`]: a certificate chain and the key that signs  |
//! | `server_parameters`         | what a server is made from                                    |
//! | `session_value`             | [`SessionSecrets`]: a session, from and to rustls's encodings |
//! | `client_session`            | TLS 1.3 sessions that a client offers, made of those          |
//! | `external_psk`              | pre-shared keys that come from the program                    |
//! | `new_session_ticket`        | a TLS 1.3 server's tickets, which are our own                 |
//! | `ticket_cipher`             | what seals session tickets, and opens them                    |
//! | `early_data`                | early data of either role                                     |
//! | `unfinished_exporter`       | keying material of a server before its client has finished    |
//! | `suite_selection`           | which suite a server chooses                                  |
//! | `group_choice`              | the group of a server's key exchange                          |
//! | `binder`                    | the proof that a client has the key that it names             |
//! | `certificate_limit`         | how much a peer may send as certificates                      |
//! | `acknowledgement`           | whether a server has acknowledged the server name             |
//! | `facts`                     | what a handshake has agreed on                                |
//! | `server_flight`             | a server's certificate before rustls has it verified          |
//! | `adapted_hello`             | a ClientHello that rustls is given in the place of another    |
//! | `hello_change`              | ClientHellos that differ from rustls's                        |
//! | `finished`                  | the verify_data of both Finished messages                     |
//! | `messages`                  | records of a connection whose program observes them            |
//! | `record`, `spare`           | incoming records, and buffers for them                        |
//! | `record_header`             | the headers of incoming records, checked                      |
//! | `alerts`                    | alerts that differ from rustls's                              |
//! | `failure`                   | rustls's errors as reason codes and alerts                    |
//! | `hostile`                   | the engine's own parsers, for fuzzing                         |

mod acknowledgement;
mod adapted_hello;
mod alerts;
mod binder;
mod certificate_limit;
mod client;
mod client_session;
mod credentials;
mod delegate;
mod early_data;
mod events;
mod exporting;
mod external_psk;
mod facts;
mod failure;
mod finished;
mod group_choice;
mod hello_change;
mod hooks;
#[cfg(any(test, fuzzing))]
pub mod hostile;
mod messages;
mod new_session_ticket;
mod peer_identity;
mod processing;
mod profile;
mod provider;
mod record;
mod record_header;
mod sending;
mod server;
mod server_flight;
mod server_hello;
mod server_parameters;
mod session_value;
mod spare;
mod starting;
mod suite_selection;
mod templates;
mod thread;
mod ticket_cipher;
mod tls;
mod unfinished_exporter;

pub use adapted_hello::HelloChanges;
pub use client::ClientParameters;
pub use credentials::{CertifiedKey, ExternalKey};
pub use delegate::{
    CertificateRequest, ClientAuthentication, Delegate, PeerRejected, PeerSignature,
};
pub use early_data::{EarlyDataEvent, EarlyDataPolicy};
pub use events::Event;
pub use facts::Facts;
pub use failure::{Failure, FatalAlert};
pub use hello_change::ClientHelloChange;
pub use messages::Record;
pub use new_session_ticket::TicketSecrets;
pub use peer_identity::verify_certificate_signature;
pub use processing::Processed;
pub use profile::{Profile, knows_group};
pub use provider::suites::tls13_hash_len;
pub use record::ReadAhead;
pub use record_header::RecordProblem;
pub use server::normalized_server_name;
pub use server_hello::{ServerHello, Tls12Hello};
pub use server_parameters::{ResumeOffer, ServerParameters, TicketPolicy};
pub use session_value::SessionSecrets;
pub use ticket_cipher::{TicketCipher, sha256};
pub use tls::{Engine, Phase, received_so_far};

#[cfg(test)]
mod tests;
