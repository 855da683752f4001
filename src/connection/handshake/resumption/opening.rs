//! Opening a client's ticket.

use std::ffi::c_int;

use crate::cipher::Cipher;
use crate::connection::Connection;
use crate::connection::handshake::server::NewTicket;
use crate::error::Reason;
use crate::libcrypto::{error_queue, ticket_callback};
use crate::session::{Session, SessionRef, der};
use crate::ticket::Opened;
use crate::wire::Version;

/// The result of opening a ticket (`SSL_TICKET_STATUS`).
pub(super) enum TicketStatus {
    /// There is no ticket, or the program wants it ignored: nothing is sent for it.
    None,
    /// The client asks for a ticket.
    Empty,
    /// Not made with one of the server's keys, or damaged.
    NotDecrypted,
    /// A session, and whether its ticket is to be renewed.
    Session(SessionRef, bool),
    /// The handshake ends.
    Fatal(Reason),
}

impl Connection {
    /// Opens a ticket, and asks the program about it (S76–S79). The session in it gets `id`, the
    /// one in the client's ClientHello, if that is not empty (S14).
    pub(super) fn open_ticket(&self, ticket: &[u8], id: &[u8]) -> TicketStatus {
        let status = match ticket {
            [] => TicketStatus::Empty,
            _ => self.unseal(ticket),
        };
        if let (TicketStatus::Session(session, _), false) = (&status, id.is_empty()) {
            // Not too long, or the ClientHello would have been refused.
            let _ = session.set_id(id);
        }
        self.ask_ticket_callback(ticket, status)
    }

    fn ask_ticket_callback(&self, ticket: &[u8], status: TicketStatus) -> TicketStatus {
        const EMPTY: c_int = 3;
        const NO_DECRYPT: c_int = 4;
        const SUCCESS: c_int = 5;
        const SUCCESS_RENEW: c_int = 6;
        const IGNORE: c_int = 1;
        const IGNORE_RENEW: c_int = 2;
        const USE: c_int = 3;
        const USE_RENEW: c_int = 4;
        const KEY_NAME: usize = 16;

        let callback = self.session_context().callbacks.decrypt_ticket.get();
        let (number, session) = match &status {
            TicketStatus::None | TicketStatus::Fatal(_) => return status,
            TicketStatus::Empty => (EMPTY, None),
            TicketStatus::NotDecrypted => (NO_DECRYPT, None),
            TicketStatus::Session(session, renew) => {
                (if *renew { SUCCESS_RENEW } else { SUCCESS }, Some(session))
            }
        };
        let key_name_len = ticket.len().min(KEY_NAME);
        let key_name = &ticket[..key_name_len];
        let Some(answer) = callback.call(self.lent(), session, key_name, number) else {
            return status;
        };
        self.handshake.server(|server| {
            server.ticket = match answer {
                IGNORE => NewTicket::Declined,
                _ => NewTicket::None,
            };
        });
        match (answer, status) {
            (IGNORE, _) => TicketStatus::None,
            (IGNORE_RENEW, TicketStatus::Empty) => TicketStatus::Empty,
            (IGNORE_RENEW, _) => TicketStatus::NotDecrypted,
            (USE, TicketStatus::Session(session, _)) => TicketStatus::Session(session, false),
            (USE_RENEW, TicketStatus::Session(session, _)) => TicketStatus::Session(session, true),
            _ => TicketStatus::Fatal(Reason::INTERNAL_ERROR),
        }
    }

    /// Decrypts a ticket and reads the session in it.
    fn unseal(&self, ticket: &[u8]) -> TicketStatus {
        let context = self.session_context();
        let tls13 = self.engine.facts().version == Version::TLS1_3;
        let (plaintext, renew) = match context
            .callbacks
            .ticket_keys
            .get()
            .of_connection(self.lent())
        {
            None => match context.ticket_keys.open(ticket) {
                Opened::Plaintext { plaintext, renew } => (plaintext, renew || tls13),
                _ => return TicketStatus::NotDecrypted,
            },
            Some(callback) => match callback.open(&context.library, ticket) {
                Ok(ticket_callback::OpenedByCallback::Plaintext { bytes, renew }) => (bytes, renew),
                Ok(ticket_callback::OpenedByCallback::Unusable) => {
                    return TicketStatus::NotDecrypted;
                }
                Err(_) => return TicketStatus::Fatal(Reason::INTERNAL_ERROR),
            },
        };
        // S112: what does not parse, or leaves bytes over, counts as not decrypted.
        match der::decode(&plaintext, |id| Cipher::from_id(id).is_some()) {
            Ok(decoded) if decoded.consumed == plaintext.len() => {
                TicketStatus::Session(Session::from_view(decoded.view()), renew)
            }
            _ => {
                error_queue::clear();
                TicketStatus::NotDecrypted
            }
        }
    }
}
