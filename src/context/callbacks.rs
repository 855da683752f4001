//! Callbacks that are read from the context whenever they are needed.
//!
//! They are copied before one is called, so nothing is locked during the call, and the callback may
//! use the same objects.

use crate::callback::{
    AlpnSelectCallback, CertVerifyCallback, ClientCertificateCallback, ClientHelloCallback,
    DecryptTicketCallback, GenerateTicketCallback, GetSessionCallback, InfoCallback,
    KeylogCallback, NewSessionCallback, ServerNameCallback, StatusCallback, TicketKeyCallbacks,
};

/// All callbacks of a context that are not copied to connections. The one for removed sessions is
/// stored separately: [`RemoveSessionCell`](crate::callback::RemoveSessionCell).
#[derive(Clone, Copy, Default)]
pub struct Callbacks {
    /// A session has been made that may be resumed.
    pub new_session: NewSessionCallback,
    /// The internal cache does not have a session.
    pub get_session: GetSessionCallback,
    /// States and alerts.
    pub info: InfoCallback,
    /// Client: a certificate is asked for and none is set.
    pub client_certificate: ClientCertificateCallback,
    /// Replaces verification.
    pub verify_certificate: CertVerifyCallback,
    /// Server: the client has sent a server name, or none.
    pub server_name: ServerNameCallback,
    /// Server: picks an application protocol.
    pub alpn_select: AlpnSelectCallback,
    /// Server: sees the ClientHello first.
    pub client_hello: ClientHelloCallback,
    /// Key log.
    pub key_log: KeylogCallback,
    /// Ticket keys.
    pub ticket_keys: TicketKeyCallbacks,
    /// OCSP stapling, both roles.
    pub status: StatusCallback,
    /// Ticket contents.
    pub generate_ticket: GenerateTicketCallback,
    /// Ticket decisions.
    pub decrypt_ticket: DecryptTicketCallback,
}
