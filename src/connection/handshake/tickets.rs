//! A server's tickets: making and opening them, and sending those of TLS 1.3.
//!
//! In TLS 1.2 the engine asks for the one ticket of a handshake ([`Connection::make_ticket`]). In
//! TLS 1.3 tickets follow the handshake, and may be sent at any time after it
//! (SSL_new_session_ticket(3)). They are messages of our own, made and written one after the other
//! as OpenSSL does it: the session that the ticket stands for becomes the connection's, it is
//! announced, and the message is written through before the next one is begun. Until all are
//! written the connection is in [`Stage::Tickets`], which counts as in the handshake (S80).

use zeroize::Zeroizing;

use super::new_sessions::CACHE_SERVER;
use super::resumption::TicketStatus;
use super::{Connection, HandshakeState, Role, Stage, Stop, cipher_id};
use crate::cipher::Cipher;
use crate::clock;
use crate::engine::{SessionSecrets, TicketSecrets};
use crate::error::Reason;
use crate::libcrypto::{bio, error_queue, random, ticket_callback};
use crate::session::{Fields, Session, SessionRef, View, der};
use crate::ticket::Opened;
use crate::wire::{Alert, Version};

/// Ids that this library makes are as long as this.
const ID_LENGTH: usize = 32;
/// A session that takes more bytes of DER is not put into a ticket, as in OpenSSL (S112).
const LARGEST_SESSION: usize = 0xff00;
/// Longest lifetime of a TLS 1.3 ticket, in seconds: a week (RFC 8446, section 4.6.1).
const LONGEST_LIFETIME: i64 = 604_800;

// -- TLS 1.3 -----------------------------------------------------------------------------------

impl Connection {
    /// Whether tickets follow the handshake that is ending: not if the session must not be resumed
    /// (S47), was resumed with a ticket that stays good (S78), or the program wants none (S79).
    pub(in crate::connection) fn owes_tickets(&self) -> bool {
        let is_server = self.role() == Some(Role::Server);
        if !is_server
            || self.engine.facts().version != Version::TLS1_3
            || self.session.is_not_resumable()
        {
            return false;
        }
        self.handshake.server(|server| match &server.offered {
            Some(offered) if self.session.is_resumed() => offered.renew,
            _ => !server.ticket_declined,
        })
    }

    /// S74: the configured number after a full handshake, one after a resumption.
    pub(in crate::connection) fn is_ticket_due(&self) -> bool {
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
    pub(in crate::connection) fn send_tickets(&self) -> Result<(), Stop> {
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

    /// A client may be gone as soon as it has said what it had to say, without waiting for
    /// tickets. What it has sent can still be read, so that is no error, as in OpenSSL.
    fn flush_ticket(&self) -> Result<(), Stop> {
        match self.flush_flight() {
            Err(Stop::Transport) if error_queue::peek() == 0 && bio::peer_is_gone() => {
                self.with_engine(|engine| engine.discard_outgoing())?;
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
            .with_engine(|engine| engine.next_ticket())
            .ok()
            .flatten()
            .ok_or(Reason::INTERNAL_ERROR)?;
        let session = self.session_for_ticket(&id, &secrets)?;
        self.session.set(Some(session.clone()));
        if !self.ask_generate_ticket() {
            return Err(Reason::INTERNAL_ERROR);
        }
        let ticket = match self.uses_stateful_tickets(&self.settings()) {
            true => Some(session.id().to_vec()),
            false => self.seal(&session)?,
        };
        self.session.tickets().count();
        // S76: without a ticket nothing is sent, and nobody is told.
        let Some(ticket) = ticket else { return Ok(()) };
        self.with_engine(|engine| {
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
        self.update_cache(CACHE_SERVER);
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
        // After a resumption the suite may be another one with the same hash, and the group another.
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

// -- Both versions -----------------------------------------------------------------------------

impl Connection {
    /// TLS 1.2: makes the session of the handshake's ticket, and the ticket. `None` sends an empty
    /// one.
    pub(in crate::connection) fn make_ticket(&self, secrets: SessionSecrets) -> Option<Vec<u8>> {
        if matches!(self.resumed_session(&secrets), Some((_, false))) {
            // S78: the ticket that was used stays good. rustls has promised a ticket; an empty
            // one says that there is none (RFC 5077, section 3.3).
            return None;
        }
        let sealed = match self.resumed_session(&secrets) {
            Some((resumed, _)) => self.generate_ticket(&resumed),
            None => self.issue_ticket(&self.server_fields(&secrets)),
        };
        sealed.unwrap_or_else(|reason| {
            self.handshake.end_with(reason);
            None
        })
    }

    /// The ticket of a full handshake, for the connection's session.
    fn issue_ticket(&self, fields: &Fields) -> Result<Option<Vec<u8>>, Reason> {
        let session = self.session.complete(fields.view());
        self.handshake.server(|server| server.has_ticket = true);
        self.generate_ticket(&session)
    }

    fn generate_ticket(&self, session: &SessionRef) -> Result<Option<Vec<u8>>, Reason> {
        match self.ask_generate_ticket() {
            true => self.seal(session),
            false => Err(Reason::INTERNAL_ERROR),
        }
    }

    /// S8, S72: what the program's callback makes, or random; then it is one that is not in the
    /// cache, if ten attempts are enough (S111).
    pub(in crate::connection) fn new_session_id(
        &self,
        version: Version,
    ) -> Result<Vec<u8>, Reason> {
        const ATTEMPTS: usize = 10;
        if let Some(id) = self.ask_generate_session_id(version)? {
            return Ok(id);
        }
        for _ in 0..ATTEMPTS {
            let mut id = vec![0; ID_LENGTH];
            random::fill(&self.library(), &mut id)
                .map_err(|_| Reason::SSL_SESSION_ID_CALLBACK_FAILED)?;
            if self.session_context().find_session(version, &id).is_none() {
                return Ok(id);
            }
        }
        Err(Reason::SSL_SESSION_ID_CALLBACK_FAILED)
    }

    /// `SSL_CTX_set_generate_session_id(3)`: the connection's callback, which it has from its
    /// context unless it was given one of its own; while it has none, the one that the context has
    /// now. `None` without one.
    fn ask_generate_session_id(&self, version: Version) -> Result<Option<Vec<u8>>, Reason> {
        let own = self.settings().generate_session_id;
        let of_context = || self.session_context().settings().generate_session_id;
        let mut id = [0u8; ID_LENGTH];
        let Some(length) = own.or_else(of_context).call(self.lent(), &mut id) else {
            return Ok(None);
        };
        let length = length.ok_or(Reason::SSL_SESSION_ID_CALLBACK_FAILED)?;
        if length == 0 || length > ID_LENGTH {
            return Err(Reason::SSL_SESSION_ID_HAS_BAD_LENGTH);
        }
        let id = &id[..length];
        if self.session_context().has_session(version, id) {
            return Err(Reason::SSL_SESSION_ID_CONFLICT);
        }
        Ok(Some(id.to_vec()))
    }

    /// `SSL_CTX_set_session_ticket_cb(3)`: the program may put data into the ticket of the
    /// connection's session.
    fn ask_generate_ticket(&self) -> bool {
        let callback = self.session_context().callbacks().generate_ticket;
        callback.call(self.lent()) != Some(0)
    }

    /// The ticket for `session`: its DER, sealed. `None` when the program gives no key for it (S76).
    fn seal(&self, session: &SessionRef) -> Result<Option<Vec<u8>>, Reason> {
        let plaintext = plaintext(session.read().view())?;
        let context = self.session_context();
        match context.callbacks().ticket_keys.of_connection(self.lent()) {
            None => match context.ticket_keys.seal(&plaintext) {
                Ok(ticket) => Ok(Some(ticket)),
                Err(_) => Err(Reason::INTERNAL_ERROR),
            },
            // S77
            Some(callback) => callback
                .seal(&context.library, &plaintext)
                .map_err(|_| Reason::CALLBACK_FAILED),
        }
    }

    /// Opens a ticket that a client has sent.
    pub(in crate::connection) fn unseal(&self, ticket: &[u8]) -> TicketStatus {
        let context = self.session_context();
        let tls13 = self.engine.facts().version == Version::TLS1_3;
        let (plaintext, renew) = match context.callbacks().ticket_keys.of_connection(self.lent()) {
            None => match context.ticket_keys.open(ticket) {
                Opened::Plaintext { plaintext, renew } => (plaintext, renew || tls13),
                _ => return TicketStatus::NotDecrypted,
            },
            Some(callback) => match callback.open(&context.library, ticket) {
                Ok(ticket_callback::Opened::Plaintext { bytes, renew }) => (bytes, renew),
                Ok(ticket_callback::Opened::Unusable) => return TicketStatus::NotDecrypted,
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

/// What is sealed: the DER of a session, if it is not too long (S112).
fn plaintext(view: View<'_>) -> Result<Zeroizing<Vec<u8>>, Reason> {
    let encoding = der::Encoding::new(&view).ok_or(Reason::INTERNAL_ERROR)?;
    if encoding.size() > LARGEST_SESSION {
        return Err(Reason::INTERNAL_ERROR);
    }
    Ok(encoding.to_vec())
}
