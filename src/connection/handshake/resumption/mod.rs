//! Which session a server may resume.
//!
//! The client offers tickets or ids. The session is found by one of them ([`search`]), in a ticket
//! ([`opening`]), in the internal cache or by the program's callback, and must pass OpenSSL's
//! checks in OpenSSL's order ([`rules`], S107). All of it happens before the engine is started:
//! while the program's callbacks run nothing is under way.

mod opening;
mod rules;
mod search;

pub(super) use rules::uses_stateful_tickets;

use super::{ClientHello, Connection, Stop, secrets_of};
use crate::engine::{HelloChanges, ResumeOffer, SessionSecrets, normalized_server_name};
use crate::session::SessionRef;
use crate::wire::Version;

/// A session that the client has offered and this server may resume.
pub struct OfferedSession {
    session: SessionRef,
    /// What the client sent for it: ticket, PSK identity or session id.
    pub identity: Vec<u8>,
    /// The suite of this handshake, by TLS number: in TLS 1.3 it may differ from the session's.
    pub suite: u16,
    /// A new ticket is to be sent.
    pub renew: bool,
    source: Source,
    /// The client's first choice, and as old as the client says: good for early data.
    pub fresh: bool,
}

/// Where a server has found a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    /// In the ticket.
    Ticket,
    /// In the internal cache, or the program's, by its id.
    Cache,
    /// It stands for a key that the program gave for this very connection.
    ExternalPsk,
}

impl OfferedSession {
    /// The session itself.
    pub fn session(&self) -> &SessionRef {
        &self.session
    }

    /// Whether the client has named it by this ticket.
    pub fn is_by(&self, ticket: &[u8]) -> bool {
        !ticket.is_empty() && self.identity == ticket
    }

    /// In the engine's terms. It finds the session by the client's session id if it sees no ticket.
    pub fn for_engine(&self, hello: &ClientHello, changes: &HelloChanges) -> ResumeOffer {
        ResumeOffer {
            identity: match changes.without_ticket {
                true => hello.session_id().to_vec(),
                false => self.identity.clone(),
            },
            session: SessionSecrets {
                external: self.source == Source::ExternalPsk,
                ..secrets_of(&self.session)
            },
            cipher_suite: self.suite,
            server_name: hello
                .server_name()
                .and_then(|name| normalized_server_name(str::from_utf8(name).ok()?)),
        }
    }
}

impl Connection {
    /// Finds the session that the client wants to resume, if it may.
    pub(super) fn find_resumable(
        &self,
        hello: &ClientHello,
        version: Version,
    ) -> Result<Option<OfferedSession>, Stop> {
        let found = match version {
            Version::TLS1_3 => self.find_by_psk(hello)?,
            _ => self.find_tls12(hello)?,
        };
        let Some(offered) = found else {
            return Ok(None);
        };
        if !self.may_resume(&offered, hello, version)? {
            return Ok(None);
        }
        self.session_context().statistics().hits.increment();
        self.peer.set_verify_result(offered.session.verify_result());
        Ok(Some(offered))
    }

    /// The servername callback may have chosen another context or id context, and with it another
    /// security domain: a session is resumed there only if it was made for this very host, and with
    /// a client certificate if one is required (CVE-2025-23419). The id context does not show it:
    /// as in OpenSSL, sessions have that of the context before the switch.
    pub(super) fn recheck_resumable(
        &self,
        hello: &ClientHello,
        switched: bool,
    ) -> Result<(), Stop> {
        let settings = self.settings();
        let refused = self.handshake.server(|server| {
            server.offered.as_ref().is_some_and(|offered| {
                let for_this_host = rules::is_for_server_name(&offered.session, hello);
                let allowed = rules::has_needed_certificate(&offered.session, &settings)
                    && (!switched || for_this_host);
                offered.source != Source::ExternalPsk && !allowed
            })
        });
        match refused {
            true => self.drop_offered_session(),
            false => Ok(()),
        }
    }

    /// The handshake is a full one after all.
    pub(super) fn drop_offered_session(&self) -> Result<(), Stop> {
        // Dropped with nothing borrowed: the last reference runs the program's functions for
        // application data.
        let dropped = self.handshake.server(|server| server.offered.take());
        if dropped.is_none() {
            return Ok(());
        }
        self.session.set_resumed(false);
        self.peer.set_verify_result(0);
        self.session_context().statistics().hits.decrement();
        let result = self.begin_session();
        if let Some(offered) = dropped {
            self.session.keep_dropped(offered.session);
        }
        result
    }
}
