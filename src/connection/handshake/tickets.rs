//! A server's tickets of TLS 1.3, which follow the handshake.
//!
//! They may also be sent at any time after it (SSL_new_session_ticket(3)). They are messages that
//! this library makes, not the engine, one after the other as in OpenSSL: the session of the ticket
//! becomes the connection's, it is announced, and the message is written through before the next
//! one is begun. Until all are written the connection is in [`Stage::Tickets`], which counts as in
//! the handshake (S80).

use super::resumption::uses_stateful_tickets;
use super::server::NewTicket;
use super::{Connection, HandshakeState, Role, Stage, Stop, cipher_id};
use crate::clock;
use crate::engine::TicketSecrets;
use crate::error::Reason;
use crate::libcrypto::{bio, error_queue, random};
use crate::session::{Session, SessionRef};
use crate::wire::{Alert, Version};

/// Longest lifetime of a TLS 1.3 ticket, in seconds: a week (RFC 8446, section 4.6.1).
const LONGEST_LIFETIME: i64 = 604_800;

impl Connection {
    /// Whether tickets follow the handshake that is ending: not if the session must not be resumed
    /// (S47), was resumed with a ticket that stays good (S78), or the program wants none (S79).
    pub(super) fn owes_tickets(&self) -> bool {
        let is_server = self.role() == Some(Role::Server);
        if !is_server
            || self.engine.facts().version != Version::TLS1_3
            || self.session.is_not_resumable()
        {
            return false;
        }
        self.handshake.server(|server| match &server.offered {
            Some(offered) if self.session.is_resumed() => offered.renew,
            _ => server.ticket != NewTicket::Declined,
        })
    }

    /// S74: the configured number after a full handshake, one after a resumption.
    pub(super) fn is_ticket_due(&self) -> bool {
        let configured = self.configuration.settings().num_tickets;
        let wanted = match self.session.is_resumed() {
            true => configured.min(1),
            false => configured,
        };
        self.session.tickets().is_due(wanted)
    }

    /// `SSL_new_session_ticket(3)`: one more ticket, sent by the next call that handshakes, reads
    /// or writes. False where there are none: on clients, before the end of the handshake, below
    /// TLS 1.3, and after close_notify.
    pub fn ask_for_ticket(&self) -> bool {
        let tickets = self.session.tickets();
        let in_time = match self.stage() {
            Stage::Open => true,
            // From within a callback: only while tickets are sent that were asked for.
            Stage::Tickets => tickets.are_asked_for(),
            _ => false,
        };
        if !in_time
            || self.role() != Some(Role::Server)
            || self.engine.facts().version != Version::TLS1_3
            || self.shutdown.is_sent()
        {
            return false;
        }
        tickets.ask();
        self.turn_to_tickets();
        true
    }

    /// If there are tickets that were asked for, they are sent first; but not amid a write that
    /// the transport has not taken completely.
    pub(in crate::connection) fn turn_to_tickets(&self) {
        if self.session.tickets().are_asked_for()
            && self.stage() == Stage::Open
            && !self.transport.is_write_pending()
        {
            self.handshake.set_stage(Stage::Tickets);
        }
    }

    /// Sends what tickets are due, as far as the transport takes them.
    pub(super) fn send_tickets(&self) -> Result<(), Stop> {
        loop {
            self.flush_ticket()?;
            if !self.is_ticket_due() {
                self.end_turn();
                self.observer.enter_state(HandshakeState::OK);
                self.handshake.set_stage(Stage::Open);
                return Ok(());
            }
            self.send_ticket()
                .map_err(|reason| self.refuse(reason, Alert::INTERNAL_ERROR))?;
        }
    }

    /// A client may close as soon as it has sent its data, without waiting for tickets. Its data
    /// can still be read, so that is no error, as in OpenSSL.
    fn flush_ticket(&self) -> Result<(), Stop> {
        match self.flush_flight() {
            Err(Stop::Transport) if error_queue::peek() == 0 && bio::peer_is_gone() => {
                self.engine.with(|engine| engine.discard_outgoing())?;
                self.transport.abandon_flight();
                Ok(())
            }
            result => result,
        }
    }

    /// Makes a ticket and its session (S8, S35, S114), and puts the message into the output.
    fn send_ticket(&self) -> Result<(), Reason> {
        self.observer.begin_ticket(self);
        let id = self.new_session_id(Version::TLS1_3)?;
        let secrets = self
            .engine
            .with(|engine| engine.next_ticket())
            .ok()
            .flatten()
            .ok_or(Reason::INTERNAL_ERROR)?;
        let session = self.session_for_ticket(&id, &secrets)?;
        self.session.set(Some(session.clone()));
        if !self.ask_generate_ticket() {
            return Err(Reason::INTERNAL_ERROR);
        }
        let ticket = match uses_stateful_tickets(&self.settings()) {
            true => Some(session.id().to_vec()),
            false => self.seal(&session)?,
        };
        self.session.tickets().count();
        // S76: without a ticket nothing is sent or announced.
        let Some(ticket) = ticket else { return Ok(()) };
        self.engine
            .with(|engine| {
                engine.send_ticket(
                    &secrets,
                    &ticket,
                    session.timeout().clamp(0, LONGEST_LIFETIME) as u32,
                    session.read().view().numbers.age_add,
                    session.max_early_data(),
                )
            })
            .map_err(|_| Reason::INTERNAL_ERROR)?
            .map_err(|failure| failure.reason)?;
        self.update_cache();
        self.report_records();
        Ok(())
    }

    /// The connection's session with what is new for this ticket; a copy of it if others may have
    /// it (S114, S123).
    fn session_for_ticket(&self, id: &[u8], secrets: &TicketSecrets) -> Result<SessionRef, Reason> {
        let mut age_add = [0; 4];
        random::fill(&self.session_context().library, &mut age_add)
            .map_err(|_| Reason::INTERNAL_ERROR)?;
        let (alpn, cipher_suite, group) = {
            let facts = self.engine.facts();
            (facts.alpn.clone(), facts.cipher_suite, facts.group)
        };
        let session = match self.session.get() {
            Some(session) => session,
            None => Session::new(self.new_fields()),
        };
        let fields = session.fields();
        let mut view = fields.view();
        // After a resumption the suite may be another one with the same hash, and the group
        // another.
        view.numbers.cipher_id = cipher_id(cipher_suite);
        view.numbers.group = group.into();
        view.numbers.age_add = u32::from_ne_bytes(age_add);
        view.numbers.time = clock::now();
        view.numbers.max_early_data = self.configuration.settings().max_early_data;
        view.bytes.id = id;
        view.bytes.master_key = &secrets.psk;
        view.bytes.ticket = None;
        if alpn.is_some() {
            view.bytes.alpn = alpn.as_deref();
        }
        if self.session.is_resumed() || self.session.tickets().is_any_made() {
            return session.successor(view).map_err(|_| Reason::INTERNAL_ERROR);
        }
        Ok(self.session.fill(session, view))
    }
}
