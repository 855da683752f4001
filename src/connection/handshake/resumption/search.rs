//! Finding the session that a client offers.

use super::opening::TicketStatus;
use super::rules::{prevents_replay, uses_stateful_tickets};
use super::{OfferedSession, Source};
use crate::clock;
use crate::connection::handshake::early_data::is_fresh;
use crate::connection::{Connection, Stop};
use crate::context::Settings;
use crate::engine::{Profile, tls13_hash_len};
use crate::flags::CacheMode;
use crate::session::SessionRef;
use crate::wire::{Alert, ClientHello, Version};

/// Stateful tickets of TLS 1.3 are as long as this.
const ID_LENGTH: usize = 32;

/// A session that has been found, and whether a new ticket is to be sent.
struct Found {
    session: SessionRef,
    renew: bool,
    source: Source,
}

impl Found {
    /// Offered in TLS 1.2, by this ticket or id.
    fn in_tls12(self, identity: &[u8]) -> OfferedSession {
        OfferedSession {
            suite: self.session.cipher_id() as u16,
            session: self.session,
            identity: identity.to_vec(),
            renew: self.renew,
            source: self.source,
            fresh: false,
        }
    }
}

impl Connection {
    /// TLS 1.3: the first of the client's identities that stands for a session or key with the hash
    /// of the suite.
    pub(super) fn find_by_psk(&self, hello: &ClientHello) -> Result<Option<OfferedSession>, Stop> {
        if !hello.offers_psk_dhe_ke() {
            return Ok(None);
        }
        let settings = self.settings();
        let profile = self.server_profile(hello)?;
        let Some(suite) = self.tls13_suite(hello, &settings, &profile) else {
            return Ok(None);
        };
        let stateful = uses_stateful_tickets(&settings);
        for (number, psk) in hello.psk_identities().enumerate() {
            let Some(found) = self.find_identity(psk.identity, stateful)? else {
                continue;
            };
            let Found {
                session,
                renew,
                source,
            } = found;
            // S86: another suite will do if its hash is the same.
            if tls13_hash_len(session.cipher_id() as u16) != tls13_hash_len(suite) {
                continue;
            }
            self.check_binder(hello, number, &session, source)?;
            let is_external = source == Source::ExternalPsk;
            // S82: a session that allows early data is good for one use.
            if !is_external
                && prevents_replay(&settings)
                && !self.session_context().remove_session(&session)
            {
                continue;
            }
            let age = psk.obfuscated_ticket_age;
            return Ok(Some(OfferedSession {
                identity: psk.identity.to_vec(),
                suite,
                renew,
                source,
                fresh: number == 0 && (is_external || is_fresh(&session, age, clock::now())),
                session,
            }));
        }
        Ok(None)
    }

    /// The key or session that this identity of TLS 1.3 stands for.
    fn find_identity(&self, identity: &[u8], stateful: bool) -> Result<Option<Found>, Stop> {
        if let Some(session) = self.find_external_psk(identity)? {
            return Ok(Some(Found {
                session,
                renew: true,
                source: Source::ExternalPsk,
            }));
        }
        if stateful {
            let by_id = (identity.len() == ID_LENGTH)
                .then(|| self.find_by_id(Version::TLS1_3, identity))
                .flatten();
            return Ok(by_id);
        }
        match self.open_ticket(identity, &[]) {
            TicketStatus::Session(session, renew) => Ok(Some(Found {
                session,
                renew,
                source: Source::Ticket,
            })),
            TicketStatus::Fatal(reason) => Err(self.refuse(reason, Alert::INTERNAL_ERROR)),
            _ => Ok(None),
        }
    }

    /// The suite of a TLS 1.3 handshake. A server that has nothing but keys without a hash chooses
    /// a suite with the hash of those, SHA-256, as OpenSSL does.
    pub(in crate::connection::handshake) fn tls13_suite(
        &self,
        hello: &ClientHello,
        settings: &Settings,
        profile: &Profile,
    ) -> Option<u16> {
        const SHA256_LENGTH: usize = 32;
        let offered = hello.cipher_suites();
        if settings.psk.server_key.is_set() && !settings.credentials.any() {
            return profile.choose_tls13_with_hash(offered.iter(), SHA256_LENGTH);
        }
        // Asked for another ClientHello a client leaves out what does not go with the suite, and
        // rustls wants it again.
        let asks_again = !profile.has_any_group(hello.key_share_groups());
        match hello.first_binder_length() {
            Some(length) if asks_again => profile.choose_tls13_with_hash(offered.iter(), length),
            _ => profile.choose_tls13(offered.iter()),
        }
    }

    /// TLS 1.2: the session in the client's ticket, or without one that is opened the one with the
    /// client's id.
    pub(super) fn find_tls12(&self, hello: &ClientHello) -> Result<Option<OfferedSession>, Stop> {
        let status = match hello.session_ticket() {
            Some(ticket) if self.may_use_tickets() => self.open_ticket(ticket, hello.session_id()),
            _ => TicketStatus::None,
        };
        match status {
            TicketStatus::Fatal(reason) => Err(self.refuse(reason, Alert::INTERNAL_ERROR)),
            TicketStatus::NotDecrypted => Ok(None),
            TicketStatus::Session(session, renew) => {
                let found = Found {
                    session,
                    renew,
                    source: Source::Ticket,
                };
                Ok(Some(
                    found.in_tls12(hello.session_ticket().unwrap_or_default()),
                ))
            }
            TicketStatus::None | TicketStatus::Empty => {
                let id = hello.session_id();
                if id.is_empty() {
                    return Ok(None);
                }
                let found = self.find_by_id(Version::TLS1_2, id);
                Ok(found.map(|found| found.in_tls12(id)))
            }
        }
    }

    /// The session with this id in the internal cache, or else in the program's (S40–S42).
    fn find_by_id(&self, version: Version, id: &[u8]) -> Option<Found> {
        let found = |session| Found {
            session,
            renew: true,
            source: Source::Cache,
        };
        let context = self.session_context();
        if !context.cache_mode().contains(CacheMode::NO_INTERNAL_LOOKUP) {
            if let Some(session) = context.find_session(version, id) {
                return Some(found(session));
            }
            context.statistics().misses.increment();
        }
        let session = context.callbacks.get_session.get().call(self.lent(), id)?;
        if session.is_not_resumable() {
            return None;
        }
        context.statistics().callback_hits.increment();
        if !context.cache_mode().contains(CacheMode::NO_INTERNAL_STORE) {
            context.add_session(&session);
        }
        Some(found(session))
    }
}
