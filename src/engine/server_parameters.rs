//! What a server connection is made from.

use std::sync::Arc;

use super::adapted_hello::HelloChanges;
use super::credentials::CertifiedKey;
use super::delegate::ClientAuthentication;
use super::early_data::EarlyDataPolicy;
use super::profile::Profile;
use super::session_value::SessionSecrets;
use crate::wire::Version;

/// The parameters of a server, once its ClientHello has been read.
pub struct ServerParameters {
    /// Suites and groups.
    pub profile: Arc<Profile>,
    /// The version that ClientHello and settings lead to.
    pub version: Version,
    /// Certificates to choose from, best first.
    pub credentials: Vec<CertifiedKey>,
    /// Signature schemes to sign with, by TLS number, best first.
    pub signature_schemes: Vec<u16>,
    /// Signature schemes bind the curve as in TLS 1.3, whatever the version.
    pub binds_curves: bool,
    /// Signature schemes that clients may sign with, by TLS number, best first.
    pub client_signature_schemes: Vec<u16>,
    /// The protocol chosen by the program, to be confirmed to the client.
    pub alpn: Option<Vec<u8>>,
    /// Whether the client asks for an OCSP response, and the program is to be asked for one.
    pub staple: bool,
    /// Whether to ask for a certificate, by the settings of this moment.
    pub client_authentication: ClientAuthentication,
    /// A callback may run before a certificate is asked for, so the delegate has to be asked then.
    pub may_ask_later: bool,
    /// DER names sent in a CertificateRequest.
    pub client_ca_names: Vec<Vec<u8>>,
    /// The session that this client may resume.
    pub resume: Option<ResumeOffer>,
    /// What to do with the client's early data.
    pub early_data: EarlyDataPolicy,
    /// TLS 1.3: whether application data may be sent before the client has answered.
    pub early_answer: bool,
    /// Tickets to send.
    pub tickets: TicketPolicy,
    /// TLS 1.2: whether a session without a ticket gets an id.
    pub session_ids: bool,
    /// The suite to speak, by number, if it is another one than both sides would choose without a
    /// session: the session's in TLS 1.2, one that suits a key in TLS 1.3.
    pub preferred_suite: Option<u16>,
    /// TLS 1.2: the id that a new session gets; a random one for `None`.
    pub session_id: Option<[u8; 32]>,
    /// How the ClientHello that rustls is given differs from the client's.
    pub hello_changes: HelloChanges,
    /// Largest plaintext of a record, in bytes.
    pub max_fragment: usize,
    /// TLS 1.2: where in the ClientHello message the number of extended_master_secret is, if rustls
    /// is not to see it.
    pub hidden_master_secret: Option<usize>,
}

/// A session that may be resumed, and what the client offered to resume it.
pub struct ResumeOffer {
    /// Ticket, PSK identity or session id in the ClientHello.
    pub identity: Vec<u8>,
    /// The session.
    pub session: SessionSecrets,
    /// The suite that will be used: in TLS 1.3 it may differ from the session's.
    pub cipher_suite: u16,
    /// Server name as rustls sees it in the ClientHello.
    pub server_name: Option<String>,
}

/// Which tickets a server issues.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TicketPolicy {
    /// TLS 1.2: tickets are accepted and issued.
    pub tls12: bool,
    /// TLS 1.2: lifetime hint, in seconds.
    pub lifetime: u32,
    /// TLS 1.3: how many will be sent with [`Engine::send_ticket`](super::Engine::send_ticket).
    /// Clients that ask for a number of tickets get to know it (RFC 9149).
    pub count: usize,
}
