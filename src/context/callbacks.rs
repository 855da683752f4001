//! Callbacks that are read from the context whenever they are needed.
//!
//! One is copied before it is called, so nothing is locked during the call, and the callback may use
//! the same objects.

use crate::callback::{
    AlpnSelectCallback, CallbackCell, CertVerifyCallback, ClientCertificateCallback,
    ClientHelloCallback, DecryptTicketCallback, GenerateTicketCallback, GetSessionCallback,
    InfoCallback, KeylogCallback, NewSessionCallback, RemoveSessionCallback, ServerNameCallback,
    StatusCallback, TicketKeyCallbacks,
};

/// All callbacks of a context that are not copied to connections.
#[derive(Default)]
pub struct Callbacks {
    /// A session has been made that may be resumed.
    pub new_session: CallbackCell<NewSessionCallback>,
    /// A session has left the internal cache.
    pub remove_session: CallbackCell<RemoveSessionCallback>,
    /// The internal cache does not have a session.
    pub get_session: CallbackCell<GetSessionCallback>,
    /// States and alerts.
    pub info: CallbackCell<InfoCallback>,
    /// Client: a certificate is asked for and none is set.
    pub client_certificate: CallbackCell<ClientCertificateCallback>,
    /// Replaces verification.
    pub verify_certificate: CallbackCell<CertVerifyCallback>,
    /// Server: the client has sent a server name, or none.
    pub server_name: CallbackCell<ServerNameCallback>,
    /// Server: picks an application protocol.
    pub alpn_select: CallbackCell<AlpnSelectCallback>,
    /// Server: sees the ClientHello first.
    pub client_hello: CallbackCell<ClientHelloCallback>,
    /// Key log.
    pub key_log: CallbackCell<KeylogCallback>,
    /// Ticket keys.
    pub ticket_keys: CallbackCell<TicketKeyCallbacks>,
    /// OCSP stapling, both roles.
    pub status: CallbackCell<StatusCallback>,
    /// Ticket contents.
    pub generate_ticket: CallbackCell<GenerateTicketCallback>,
    /// Ticket decisions.
    pub decrypt_ticket: CallbackCell<DecryptTicketCallback>,
}
