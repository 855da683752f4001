//! What a connection keeps only while a handshake is under way.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::client_hello::ClientHello;
use super::client_hello_reader::ClientHelloReader;
use super::plain_messages::ServerHelloReader;
use super::resumption::Resumption;
use super::server::Step;
use crate::context::Settings;
use crate::engine::{EarlyDataPolicy, PeerRejected, Profile};
use crate::session::SessionRef;

/// State of a handshake under way.
#[derive(Default)]
pub struct Handshake {
    /// Client: the server's first message, as it comes in.
    pub(super) server_hello_reader: ServerHelloReader,
    /// Server: the client's first message, as it comes in.
    pub(super) client_hello_reader: ClientHelloReader,
    /// Server: the client's first message.
    pub client_hello: Option<Arc<ClientHello>>,
    /// Server: how far the program's callbacks have been asked.
    pub(super) step: Step,
    /// Server: the session that the client may resume. Until the engine has done so, which takes the
    /// session's secret, the client has proved nothing.
    pub(super) offer: Option<Resumption>,
    /// Server, TLS 1.2: the client is to get a ticket, as far as the ClientHello decides that.
    pub(super) expects_ticket: bool,
    /// Server: the program wants the client's ticket ignored and no other sent (S79).
    pub(super) ticket_declined: bool,
    /// Server: the protocol chosen for the client.
    pub(super) alpn: Option<Vec<u8>>,
    /// Server: the program has accepted the client's host name.
    pub(super) host_name_accepted: bool,
    /// Client: the server's chain, and what was found of it, before the engine asks.
    pub(super) early_judgement: Option<EarlyJudgement>,
    /// Server: the servername callback has changed the context, or the id context.
    pub(super) switched: bool,
    /// Server: the id context at the time of the ClientHello, which new sessions get even if the
    /// servername callback switches contexts, as in OpenSSL.
    pub(super) session_id_context: Option<Arc<[u8]>>,
    /// Server: TLS version that will be spoken.
    pub(super) version: u16,
    /// The suite in the ServerHello, by TLS number; 0 before.
    pub(super) suite: u16,
    /// Server: what it may choose for the client, and the settings that this was made from.
    pub(super) profile: Option<(Arc<Settings>, Arc<Profile>)>,
    /// Server: what to do with the client's early data.
    pub(super) early_data: EarlyDataPolicy,
    /// Server: application data may be sent before the client has finished.
    pub(super) early_answer: bool,
    /// Client: the session that was offered.
    pub(super) offered: Option<SessionRef>,
    /// Client: the session of the program's own key that was offered.
    pub(super) offered_psk: Option<SessionRef>,
    /// Server, TLS 1.2: a ticket has been made for the new session, which is complete with that.
    pub(super) has_ticket: bool,
    /// Client, TLS 1.2: the id in the ServerHello, until the new session has it.
    pub(super) server_id: Option<Vec<u8>>,
    /// Client, TLS 1.2: the ticket that the server has sent: its lifetime hint in seconds, and
    /// whether it is not empty.
    pub(super) new_ticket: Option<(u32, bool)>,
    /// Client: what comes now is protected.
    pub(super) server_keys: bool,
    /// Secrets of TLS 1.2, for a session without ticket and id.
    pub(super) master_secret: Zeroizing<Vec<u8>>,
}

/// What was found of a peer before the engine asked for it.
pub(super) struct EarlyJudgement {
    /// DER, leaf first.
    pub(super) chain: Vec<Vec<u8>>,
    pub(super) rejected: Option<PeerRejected>,
}
