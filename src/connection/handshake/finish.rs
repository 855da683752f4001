//! The end of a handshake: its session, the cache, and the program's callback for new sessions.

use zeroize::Zeroizing;

use super::client::Client;
use super::resumption::uses_stateful_tickets;
use super::server::{NewTicket, Server};
use super::{Connection, Role, Stage, add_secrets, stack};
use crate::clock;
use crate::context::{Context, Settings};
use crate::engine::SessionSecrets;
use crate::flags::{CacheMode, VerifyMode};
use crate::session::{FLAG_BOUND_TO_HOST, Fields, Session};
use crate::wire::Version;

impl Connection {
    /// The end of a server's handshake.
    pub(super) fn finish_server(&self, server: &mut Server, master_secret: Zeroizing<Vec<u8>>) {
        let context = self.context();
        let statistics = context.statistics();
        let reported = server.reported.take();
        let tls13 = self.engine.facts().version == Version::TLS1_3;
        if tls13 {
            // S58: TLS 1.3 counts the handshake before its tickets, which follow.
            statistics.accept_good.increment();
        }
        if let (true, Some(session)) = (self.session.is_resumed(), server.offered_session()) {
            // S13, S14
            let session = session.clone();
            self.peer.set_chain(session.peer());
            self.peer.set_verify_result(session.verify_result() as _);
            self.session.set(Some(session));
        } else {
            let is_reported = reported.is_some();
            if server.ticket != NewTicket::Made {
                let mut fields = reported
                    .unwrap_or_else(|| Box::new(self.unreported_fields(server, master_secret)));
                // The engine has reported it only now.
                fields.group = self.engine.facts().group.into();
                let session = self.session.complete(fields.view());
                if self.session.is_not_resumable() {
                    session.set_not_resumable();
                }
            }
            if is_reported {
                self.update_cache();
            }
        }
        if !tls13 {
            statistics.accept_good.increment();
        }
    }

    /// The fields of a server's session that the engine does not report: one of TLS 1.3 before its
    /// first ticket, one of TLS 1.2 without id and ticket.
    fn unreported_fields(&self, server: &Server, master_secret: Zeroizing<Vec<u8>>) -> Fields {
        let mut fields = self.new_fields();
        if let Some(id_context) = &server.session_id_context {
            fields.id_context = id_context.to_vec();
        }
        fields.master_key = master_secret;
        if server.switched {
            fields.flags |= FLAG_BOUND_TO_HOST;
        }
        if server.server_name_accepted {
            let name = self.hellos.server_name().clone();
            fields.server_name = name.map(|name| name.into_bytes());
        }
        fields
    }

    /// The end of a client's handshake.
    pub(super) fn finish_client(&self, client: &Client, master_secret: Zeroizing<Vec<u8>>) {
        let context = self.session_context();
        let new_sessions = self.session.take_new();
        let tls13 = self.engine.facts().version == Version::TLS1_3;
        if self.session.is_resumed() {
            self.finish_resumed_client(client, new_sessions, tls13);
            context.statistics().hits.increment();
        } else {
            let mut fields = self.new_fields();
            fields.master_key = master_secret;
            if let Some(secrets) = new_sessions.into_iter().next() {
                add_secrets(
                    &self.configuration.settings().algorithms,
                    &mut fields,
                    secrets,
                );
                if let (Some(ticket), false) = (client.new_ticket, tls13) {
                    fields.lifetime_hint = ticket.lifetime_hint.into();
                }
            }
            self.session.complete(fields.view());
            if !tls13 {
                self.update_cache();
            }
        }
        self.context().statistics().connect_good.increment();
    }

    fn finish_resumed_client(
        &self,
        client: &Client,
        new_sessions: Vec<SessionSecrets>,
        tls13: bool,
    ) {
        let context = self.session_context();
        let Some(offered) = client.offered.session() else {
            return;
        };
        self.peer.set_chain(offered.peer());
        let single_use = context.cache_mode().contains(CacheMode::CLIENT);
        if tls13 {
            // S16
            if single_use {
                context.remove_session(offered);
            }
            return;
        }
        // S46: a renewed TLS 1.2 ticket comes as a new object; the old one is given up.
        let renewed = client.new_ticket.is_some_and(|ticket| !ticket.is_empty);
        if let (true, Some(secrets)) = (renewed, new_sessions.into_iter().next()) {
            let mut fields = offered.fields();
            add_secrets(
                &self.configuration.settings().algorithms,
                &mut fields,
                secrets,
            );
            fields.time = clock::now();
            if single_use {
                context.remove_session(offered);
            }
            self.session.set(Some(Session::new(fields)));
        }
    }

    /// Client, TLS 1.3: makes a session of each ticket that has come, and announces it (S7, S35).
    pub(in crate::connection) fn announce_new_sessions(&self) {
        if self.stage() != Stage::Open || !self.session.has_new() {
            return;
        }
        for secrets in self.session.take_new() {
            let mut fields = match self.session.get() {
                Some(session) => session.fields(),
                None => self.new_fields(),
            };
            fields.time = clock::now();
            fields.timeout = self.session_context().new_session_timeout();
            fields.group = self.engine.facts().group.into();
            add_secrets(
                &self.configuration.settings().algorithms,
                &mut fields,
                secrets,
            );
            self.session.set(Some(Session::new(fields)));
            self.update_cache();
        }
        stack::wipe_below::<{ stack::OF_TICKETS }>();
    }

    /// Puts the connection's session into the cache and announces it to the program, where both
    /// apply (S33–S39, S58, S102).
    pub(super) fn update_cache(&self) {
        let Some(session) = self.session.get() else {
            return;
        };
        let context = self.session_context();
        let settings = self.settings();
        let is_server = self.role() == Some(Role::Server);
        let may_be_kept = !session.id().is_empty() && !session.is_not_resumable();
        if !may_be_kept || is_server && lacks_id_context(&settings) {
            return;
        }
        // What this thread has counted: reading what all have would wait for their cache lines.
        let (bit, good) = match is_server {
            true => (CacheMode::SERVER, &context.statistics().accept_good),
            false => (CacheMode::CLIENT, &context.statistics().connect_good),
        };
        let mode = context.cache_mode();
        let tls13 = self.engine.facts().version == Version::TLS1_3;
        if mode.contains(bit) && (!self.session.is_resumed() || tls13) {
            let callback = context.callbacks.new_session.get();
            let stored = !(tls13 && is_server) || stores_tickets(context, &settings);
            if stored && !mode.contains(CacheMode::NO_INTERNAL_STORE) {
                context.add_session(&session);
            }
            callback.call(self.lent(), &session);
        }
        let flushes = !mode.contains(CacheMode::NO_AUTO_CLEAR) && mode.contains(bit);
        if flushes && good.get() & 0xff == 0xff {
            context.flush_sessions(clock::now());
        }
    }
}

/// S37: a server that verifies its clients needs an id context.
fn lacks_id_context(settings: &Settings) -> bool {
    settings.verify_mode.contains(VerifyMode::PEER) && settings.session_id_context.is_empty()
}

/// S39: whether a TLS 1.3 server puts the sessions of its tickets into the cache.
fn stores_tickets(context: &Context, settings: &Settings) -> bool {
    uses_stateful_tickets(settings) || context.callbacks.remove_session.get().is_set()
}
