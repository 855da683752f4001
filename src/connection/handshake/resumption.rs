//! Which session a server may resume.
//!
//! The client offers tickets or ids; the session comes out of a ticket, the internal cache or the
//! program's callback, and must pass OpenSSL's checks in OpenSSL's order (S107). All of it happens
//! before the engine is started: the program's callbacks run with nothing under way.

use std::ffi::c_int;

use super::early_data::is_fresh;
use super::{Connection, Stop, secrets_of};
use crate::clock;
use crate::context::Settings;
use crate::engine::{
    HelloChanges, Profile, ResumeOffer, SessionSecrets, normalized_server_name, tls13_hash_len,
};
use crate::error::Reason;
use crate::libcrypto::memory;
use crate::session::{Session, SessionRef};
use crate::wire::{Alert, ClientHello, ExtensionType, Version};

const SSL_VERIFY_PEER: c_int = 1;
const SSL_VERIFY_FAIL_IF_NO_PEER_CERT: c_int = 2;
const CACHE_NO_INTERNAL_LOOKUP: u32 = 0x100;
const CACHE_NO_INTERNAL_STORE: u32 = 0x200;

/// `SSL_OP_NO_TICKET`
const OP_NO_TICKET: u64 = 1 << 14;
const OP_NO_ANTI_REPLAY: u64 = 1 << 24;

/// Ids and stateful tickets are as long as this.
const ID_LENGTH: usize = 32;

/// A session that this handshake resumes.
pub struct OfferedSession {
    session: SessionRef,
    /// What the client sent for it: ticket, PSK identity or session id.
    pub identity: Vec<u8>,
    /// The suite of this handshake, by TLS number: in TLS 1.3 it may differ from the session's.
    pub suite: u16,
    /// A new ticket is to be sent.
    pub renew: bool,
    /// It stands for a key that the program gave for this very connection.
    external: bool,
    /// The client's first choice, and of the age that it says: good for early data.
    pub fresh: bool,
}

impl OfferedSession {
    /// The session itself.
    pub fn session(&self) -> &SessionRef {
        &self.session
    }

    /// True if the client has named it by this ticket.
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
                external: self.external,
                ..secrets_of(&self.session)
            },
            cipher_suite: self.suite,
            server_name: hello
                .server_name()
                .and_then(|name| normalized_server_name(str::from_utf8(name).ok()?)),
        }
    }
}

/// What opening a ticket came to (`SSL_TICKET_STATUS`).
pub(in crate::connection) enum TicketStatus {
    /// There was none to look at, or the program wants it ignored: nothing is sent for it.
    None,
    /// The client asks for a ticket.
    Empty,
    /// Not one of ours, or damaged.
    NotDecrypted,
    /// A session, and whether its ticket is to be renewed.
    Session(SessionRef, bool),
    /// The handshake ends.
    Fatal(Reason),
}

impl Connection {
    /// Finds the session that the client wants to resume, if it may.
    pub(in crate::connection) fn find_resumable(
        &self,
        hello: &ClientHello,
        version: Version,
    ) -> Result<Option<OfferedSession>, Stop> {
        let found = match version {
            Version::TLS1_3 => self.find_by_psk(hello)?,
            _ => self.find_tls12(hello)?,
        };
        match found {
            Some((resumption, from_cache))
                if self.may_resume(&resumption, hello, version, from_cache)? =>
            {
                self.session_context().statistics.hits.increment();
                self.peer
                    .set_verify_result(resumption.session.verify_result());
                Ok(Some(resumption))
            }
            _ => Ok(None),
        }
    }

    /// The servername callback may have chosen another context or id context, and with it another
    /// security domain: a session is resumed there only if it was made for this very host, and with
    /// a client certificate if one is required (CVE-2025-23419). The id context cannot tell: as in
    /// OpenSSL, sessions have that of the context before the switch.
    pub(in crate::connection) fn recheck_resumable(
        &self,
        hello: &ClientHello,
        switched: bool,
    ) -> Result<(), Stop> {
        let settings = self.settings();
        let refused = self.handshake.server(|server| {
            server.offered.as_ref().is_some_and(|offered| {
                let for_this_host = same_host(&offered.session, hello);
                let allowed = has_needed_certificate(&offered.session, &settings)
                    && (!switched || for_this_host);
                !offered.external && !allowed
            })
        });
        match refused {
            true => self.drop_offered_session(),
            false => Ok(()),
        }
    }

    /// The handshake is a full one after all.
    pub(in crate::connection) fn drop_offered_session(&self) -> Result<(), Stop> {
        // Dropped with nothing borrowed: the last reference runs the program's ex_data callbacks.
        let dropped = self.handshake.server(|server| server.offered.take());
        if dropped.is_none() {
            return Ok(());
        }
        self.session.set_resumed(false);
        self.peer.set_verify_result(0);
        self.session_context().statistics.hits.decrement();
        let result = self.begin_session();
        if let Some(offer) = dropped {
            self.session.keep_dropped(offer.session);
        }
        result
    }

    fn find_by_psk(&self, hello: &ClientHello) -> Result<Option<(OfferedSession, bool)>, Stop> {
        if !hello.offers_psk_dhe_ke() {
            return Ok(None);
        }
        let settings = self.settings();
        let profile = self.server_profile(hello)?;
        let Some(suite) = self.tls13_suite(hello, &settings, &profile) else {
            return Ok(None);
        };
        let stateful = self.uses_stateful_tickets(&settings);
        for (number, psk) in hello.psk_identities().into_iter().enumerate() {
            let external = self.find_external_psk(psk.identity)?;
            let is_external = external.is_some();
            let (session, renew, from_cache) = if let Some(session) = external {
                (session, true, false)
            } else if stateful {
                if psk.identity.len() != ID_LENGTH {
                    continue;
                }
                match self.look_up(Version::TLS1_3, psk.identity) {
                    Some(session) => (session, true, true),
                    None => continue,
                }
            } else {
                match self.open_ticket(psk.identity, &[]) {
                    TicketStatus::Session(session, renew) => (session, renew, false),
                    TicketStatus::Fatal(reason) => {
                        return Err(self.refuse(reason, Alert::INTERNAL_ERROR));
                    }
                    _ => continue,
                }
            };
            // S86: another suite will do if its hash is the same.
            if tls13_hash_len(session.cipher_id() as u16) != tls13_hash_len(suite) {
                continue;
            }
            self.check_binder(hello, number, &session, is_external)?;
            // S82: a session that allows early data is good for one use.
            if !is_external
                && self.prevents_replay(&settings)
                && !self.session_context().remove_session(&session)
            {
                continue;
            }
            let resumption = OfferedSession {
                identity: psk.identity.to_vec(),
                suite,
                renew,
                external: is_external,
                fresh: number == 0
                    && (is_external || is_fresh(&session, psk.obfuscated_ticket_age, clock::now())),
                session,
            };
            return Ok(Some((resumption, from_cache)));
        }
        Ok(None)
    }

    /// The client must have the key of the session that it names. Who has only seen a ticket on its way could
    /// send it: he must neither be shown to callbacks as the session's peer nor take the session from its owner.
    fn check_binder(
        &self,
        hello: &ClientHello,
        number: usize,
        session: &SessionRef,
        external: bool,
    ) -> Result<(), Stop> {
        let refuse = |reason, alert| Err(self.refuse(reason, alert));
        if !hello.ends_with_psks() {
            return refuse(Reason::BAD_EXTENSION, Alert::ILLEGAL_PARAMETER);
        }
        let Some((covered, sent)) = hello.psk_binder(number) else {
            return refuse(Reason::BAD_EXTENSION, Alert::DECODE_ERROR);
        };
        let suite = session.cipher_id() as u16;
        let settings = self.settings();
        let algorithms = settings.provided_algorithms();
        let binder = self.with_engine(|engine| {
            engine.psk_binder(algorithms, suite, &session.master_key(), external, &covered)
        })?;
        match binder {
            Some(binder) if binder.len() != sent.len() => {
                refuse(Reason::BAD_EXTENSION, Alert::DECODE_ERROR)
            }
            Some(binder) if memory::equal_in_constant_time(&binder, sent) => Ok(()),
            _ => refuse(Reason::BINDER_DOES_NOT_VERIFY, Alert::ILLEGAL_PARAMETER),
        }
    }

    /// The suite of a TLS 1.3 handshake. A server that can only do with a key of the kind that comes
    /// without a hash takes one with the hash of those, SHA-256, as OpenSSL does.
    pub(in crate::connection) fn tls13_suite(
        &self,
        hello: &ClientHello,
        settings: &Settings,
        profile: &Profile,
    ) -> Option<u16> {
        const SHA256_LENGTH: usize = 32;
        let offered = hello.cipher_suites();
        if settings.psk.server_key.is_set() && !settings.credentials.any() {
            return profile.choose_tls13_with_hash(&offered, SHA256_LENGTH);
        }
        // Asked for another ClientHello a client leaves out what does not go with the suite, and rustls wants
        // it again.
        let asks_again = !profile.has_any_group(&hello.key_share_groups());
        match hello.psk_binder(0) {
            Some((_, binder)) if asks_again => {
                profile.choose_tls13_with_hash(&offered, binder.len())
            }
            _ => profile.choose_tls13(&offered),
        }
    }

    /// S81, S82: the ticket is an id in the cache.
    pub(in crate::connection) fn uses_stateful_tickets(&self, settings: &Settings) -> bool {
        settings.options & OP_NO_TICKET != 0 || self.prevents_replay(settings)
    }

    /// Sessions are good for one use.
    pub(in crate::connection) fn prevents_replay(&self, settings: &Settings) -> bool {
        settings.max_early_data > 0 && settings.options & OP_NO_ANTI_REPLAY == 0
    }

    fn find_tls12(&self, hello: &ClientHello) -> Result<Option<(OfferedSession, bool)>, Stop> {
        let status = match hello.session_ticket() {
            Some(ticket) if self.may_use_tickets() => self.open_ticket(ticket, hello.session_id()),
            _ => TicketStatus::None,
        };
        match status {
            TicketStatus::Fatal(reason) => Err(self.refuse(reason, Alert::INTERNAL_ERROR)),
            TicketStatus::NotDecrypted => Ok(None),
            TicketStatus::Session(session, renew) => {
                let identity = hello.session_ticket().unwrap_or_default().to_vec();
                Ok(Some((
                    OfferedSession {
                        suite: session.cipher_id() as u16,
                        session,
                        identity,
                        renew,
                        external: false,
                        fresh: false,
                    },
                    false,
                )))
            }
            TicketStatus::None | TicketStatus::Empty => {
                let id = hello.session_id();
                if id.is_empty() {
                    return Ok(None);
                }
                Ok(self.look_up(Version::TLS1_2, id).map(|session| {
                    let resumption = OfferedSession {
                        suite: session.cipher_id() as u16,
                        session,
                        identity: id.to_vec(),
                        renew: true,
                        external: false,
                        fresh: false,
                    };
                    (resumption, true)
                }))
            }
        }
    }

    /// The internal cache, then the program's (S40–S42).
    fn look_up(&self, version: Version, id: &[u8]) -> Option<SessionRef> {
        let context = self.session_context();
        if context.cache_mode() & CACHE_NO_INTERNAL_LOOKUP == 0 {
            if let Some(session) = context.find_session(version, id) {
                return Some(session);
            }
            context.statistics.misses.increment();
        }
        let session = context.callbacks().get_session.call(self.lent(), id)?;
        if session.is_marked() {
            return None;
        }
        context.statistics.callback_hits.increment();
        if context.cache_mode() & CACHE_NO_INTERNAL_STORE == 0 {
            context.add_session(&session);
        }
        Some(session)
    }

    /// OpenSSL's checks (S107). An error ends the handshake; `false` makes it a full one.
    fn may_resume(
        &self,
        resumption: &OfferedSession,
        hello: &ClientHello,
        version: Version,
        from_cache: bool,
    ) -> Result<bool, Stop> {
        let session = &resumption.session;
        let settings = self.settings();
        if session.protocol_version() != i32::from(version) {
            return Ok(false);
        }
        if session.id_context() != *settings.session_id_context {
            return Ok(false);
        }
        if settings.verify_mode & SSL_VERIFY_PEER != 0 && settings.session_id_context.is_empty() {
            return Err(self.refuse(
                Reason::SESSION_ID_CONTEXT_UNINITIALIZED,
                Alert::INTERNAL_ERROR,
            ));
        }
        if session.is_expired(clock::now()) {
            self.session_context().statistics.timeouts.increment();
            if from_cache {
                self.session_context().expire_session(session);
            }
            return Ok(false);
        }
        if version == Version::TLS1_2 {
            let offered =
                hello.offers_extended_master_secret() && self.takes_extended_master_secret();
            match session.extended_master_secret() {
                true if !offered => {
                    return Err(self.refuse(Reason::INCONSISTENT_EXTMS, Alert::HANDSHAKE_FAILURE));
                }
                false if offered => return Ok(false),
                _ => {}
            }
            let suite = session.cipher_id() as u16;
            if !hello.cipher_suites().contains(&suite) {
                return Err(self.refuse(Reason::REQUIRED_CIPHER_MISSING, Alert::ILLEGAL_PARAMETER));
            }
            if !self.server_profile(hello)?.has_tls12(suite) {
                return Ok(false);
            }
        }
        Ok(resumption.external
            || may_be_for_host(session, hello) && has_needed_certificate(session, &settings))
    }

    /// Opens a ticket, with the program's say in it (S76–S79). The session in it gets `id`, the one in the
    /// client's ClientHello, if that is not empty (S14).
    fn open_ticket(&self, ticket: &[u8], id: &[u8]) -> TicketStatus {
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

        let callback = self.session_context().callbacks().decrypt_ticket;
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
        self.handshake
            .server(|server| server.ticket_declined = answer == IGNORE);
        match (answer, status) {
            (IGNORE, _) => TicketStatus::None,
            (IGNORE_RENEW, TicketStatus::Empty) => TicketStatus::Empty,
            (IGNORE_RENEW, _) => TicketStatus::NotDecrypted,
            (USE, TicketStatus::Session(session, _)) => TicketStatus::Session(session, false),
            (USE_RENEW, TicketStatus::Session(session, _)) => TicketStatus::Session(session, true),
            _ => TicketStatus::Fatal(Reason::INTERNAL_ERROR),
        }
    }
}

/// Whether the session was made with a client certificate, if one is required now.
fn has_needed_certificate(session: &Session, settings: &Settings) -> bool {
    let needs_certificate = settings.verify_mode & SSL_VERIFY_PEER != 0
        && settings.verify_mode & SSL_VERIFY_FAIL_IF_NO_PEER_CERT != 0;
    !needs_certificate || session.peer().is_some()
}

/// RFC 6066, section 3: a session that was made for a host name is not resumed for another one. A client
/// that names none resumes it where it would have come to as well.
fn may_be_for_host(session: &Session, hello: &ClientHello) -> bool {
    let names_none = hello.extension(ExtensionType::SERVER_NAME).is_none();
    session.host_name().is_none()
        || same_host(session, hello)
        || (names_none && !session.is_bound_to_host())
}

/// Whether the session was made for the host name of the ClientHello.
fn same_host(session: &Session, hello: &ClientHello) -> bool {
    session.host_name().is_some_and(|name| {
        hello
            .server_name()
            .is_some_and(|other| other.eq_ignore_ascii_case(name.to_bytes()))
    })
}
