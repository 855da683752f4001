//! New sessions of either role: how they are made, cached and announced. (A server's sessions with
//! tickets are made in [`tickets`](super::tickets).)

use std::ffi::c_int;
use std::sync::Arc;

use super::client::Client;
use super::server::Server;
use super::{Connection, Role, Stage, Stop, add_secrets, cipher_id, stack};
use crate::clock;
use crate::engine::SessionSecrets;
use zeroize::Zeroizing;

use crate::session::{
    FLAG_BOUND_TO_HOST, FLAG_EXTENDED_MASTER_SECRET, Fields, Session, SessionRef,
};
use crate::wire::Version;

const SSL_VERIFY_PEER: c_int = 1;
const CACHE_CLIENT: u32 = 1;
/// `SSL_SESS_CACHE_SERVER`
pub(in crate::connection) const CACHE_SERVER: u32 = 2;
const CACHE_NO_AUTO_CLEAR: u32 = 0x80;
const CACHE_NO_INTERNAL_STORE: u32 = 0x200;
const OP_NO_TICKET: u64 = 1 << 14;
const OP_NO_ANTI_REPLAY: u64 = 1 << 24;

// -- Making ------------------------------------------------------------------------------------

impl Connection {
    /// Gives a client what it has as its session until the server's is there: empty id, not
    /// resumable (S3).
    pub(in crate::connection) fn hold_provisional(&self) {
        // Functions for ex_data run when a session is made: nothing may be borrowed then.
        let id_context = self.configuration.settings().session_id_context.to_vec();
        self.session.hold(Session::new(Fields {
            protocol_version: self.highest_version().into(),
            id_context,
            timeout: self.session_context().new_session_timeout(),
            verify_result: self.peer.verify_result(),
            ..Fields::default()
        }));
    }

    /// Gives a server what is its session from the ClientHello on (S3): the one that it resumes, or a
    /// new one, which callbacks may add ex_data to, and which the end of the handshake completes.
    pub(in crate::connection) fn begin_session(&self) -> Result<(), Stop> {
        let resumed = self
            .handshake
            .server(|server| server.offered_session().cloned());
        match resumed {
            Some(session) => self.session.set(Some(session)),
            None => {
                // Should there be no id, it is not the former session that is lost.
                self.session.set(None);
                let id = self.new_tls12_id()?;
                self.session.hold(Session::new(Fields {
                    cipher_id: 0,
                    id,
                    ..self.new_fields()
                }));
            }
        }
        Ok(())
    }

    /// The fields of a new session of this connection, without what makes it resumable.
    pub(in crate::connection) fn new_fields(&self) -> Fields {
        let facts = self.engine.facts();
        let host_name = match self.role() {
            // Kept when the server says that it has used it.
            Some(Role::Client) => match facts.server_name_acknowledged {
                true => self.configuration.server_name().clone(),
                false => None,
            },
            _ => {
                let accepted = self.handshake.server(|server| server.server_name_accepted);
                // S93: only a name that the program has accepted is kept.
                accepted
                    .then(|| self.hellos.server_name().clone())
                    .flatten()
            }
        };
        Fields {
            protocol_version: facts.version.into(),
            cipher_id: cipher_id(facts.cipher_suite),
            time: clock::now(),
            timeout: self.session_context().new_session_timeout(),
            verify_result: self.peer.verify_result_of_session(),
            flags: self.host_flag()
                | match facts.extended_master_secret && facts.version == Version::TLS1_2 {
                    true => FLAG_EXTENDED_MASTER_SECRET,
                    false => 0,
                },
            group: facts.group.into(),
            id_context: self.id_context_of_session().to_vec(),
            alpn: facts.alpn.clone(),
            host_name: host_name.map(|name| name.into_bytes()),
            peer: self.peer.chain(),
            ..Fields::default()
        }
    }

    /// The flag of a new session for a host that the servername callback has set apart.
    fn host_flag(&self) -> u32 {
        match self.handshake.server(|server| server.switched) {
            true => FLAG_BOUND_TO_HOST,
            false => 0,
        }
    }

    /// The id context for a new session.
    fn id_context_of_session(&self) -> Arc<[u8]> {
        self.handshake
            .server(|server| server.session_id_context.clone())
            .unwrap_or_else(|| self.configuration.settings().session_id_context.clone())
    }

    /// A TLS 1.2 server's new session, with these secrets.
    pub(in crate::connection) fn server_fields(&self, secrets: &SessionSecrets) -> Fields {
        let mut fields = self.new_fields();
        fields.protocol_version = secrets.version.into();
        fields.cipher_id = cipher_id(secrets.cipher_suite);
        fields.master_key = secrets.secret.clone();
        fields.age_add = secrets.age_add;
        fields.flags = self.host_flag()
            | match secrets.extended_master_secret {
                true => FLAG_EXTENDED_MASTER_SECRET,
                false => 0,
            };
        fields
    }

    /// TLS 1.2: the session that has been resumed, and whether its ticket is to be renewed. `secrets`
    /// are of the session that comes out of it: that has the same master secret. A session that was
    /// only offered must not be taken for one: that would hand its peer's certificate to whoever has
    /// seen its id or ticket on the way.
    pub(in crate::connection) fn resumed_session(
        &self,
        secrets: &SessionSecrets,
    ) -> Option<(SessionRef, bool)> {
        self.handshake.server(|server| {
            let offer = server.offered.as_ref()?;
            let proved = offer.session().master_key() == *secrets.secret.as_slice();
            proved.then(|| (offer.session().clone(), offer.renew))
        })
    }

    /// Server, TLS 1.2: the engine is done with a session that has an id.
    pub(in crate::connection) fn report_session(&self, secrets: SessionSecrets) {
        let mut fields = self.server_fields(&secrets);
        fields.id = secrets.session_id;
        self.session.report(fields);
    }
}

// -- Settling ----------------------------------------------------------------------------------

impl Connection {
    /// The end of a server's handshake.
    pub(super) fn finish_server(&self, server: &Server, master_secret: &Zeroizing<Vec<u8>>) {
        let statistics = &self.context().statistics;
        let reported = self.session.take_reported();
        let tls13 = self.engine.facts().version == Version::TLS1_3;
        if tls13 {
            // S58: TLS 1.3 counts the handshake before its tickets, which follow.
            statistics.accept_good.increment();
        }
        if let (true, Some(offer)) = (self.session.is_resumed(), &server.offered) {
            // S13, S14
            let session = offer.session().clone();
            self.peer.set_chain(session.peer());
            self.peer.set_verify_result(session.verify_result() as _);
            self.session.set(Some(session));
        } else {
            let is_reported = reported.is_some();
            if !server.has_ticket {
                let mut fields = reported
                    .unwrap_or_else(|| Box::new(self.unreported_fields(server, master_secret)));
                // The engine has told it only now.
                fields.group = self.engine.facts().group.into();
                let session = self.session.complete(fields.view());
                if self.session.is_not_resumable() {
                    session.mark_not_resumable();
                }
            }
            if is_reported {
                self.update_cache(CACHE_SERVER);
            }
        }
        if !tls13 {
            statistics.accept_good.increment();
        }
    }

    /// What a server's session has that the engine makes nothing of: one of TLS 1.3 before its first
    /// ticket, one of TLS 1.2 without id and ticket.
    fn unreported_fields(&self, server: &Server, master_secret: &Zeroizing<Vec<u8>>) -> Fields {
        let mut fields = self.new_fields();
        if let Some(id_context) = &server.session_id_context {
            fields.id_context = id_context.to_vec();
        }
        fields.master_key = master_secret.clone();
        if server.switched {
            fields.flags |= FLAG_BOUND_TO_HOST;
        }
        if server.server_name_accepted {
            let name = self.hellos.server_name().clone();
            fields.host_name = name.map(|name| name.into_bytes());
        }
        fields
    }

    /// The end of a client's handshake.
    pub(super) fn finish_client(&self, client: &Client, master_secret: &Zeroizing<Vec<u8>>) {
        let context = self.session_context();
        let new_sessions = self.session.take_new();
        let tls13 = self.engine.facts().version == Version::TLS1_3;
        if self.session.is_resumed() {
            self.finish_resumed_client(client, new_sessions, tls13);
            context.statistics.hits.increment();
        } else {
            let mut fields = self.new_fields();
            fields.master_key = master_secret.clone();
            if let Some(secrets) = new_sessions.into_iter().next() {
                add_secrets(&self.library(), &mut fields, secrets);
                if let (Some(ticket), false) = (client.new_ticket, tls13) {
                    fields.lifetime_hint = ticket.lifetime_hint.into();
                }
            }
            self.session.complete(fields.view());
            if !tls13 {
                self.update_cache(CACHE_CLIENT);
            }
        }
        self.context().statistics.connect_good.increment();
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
        let single_use = context.cache_mode() & CACHE_CLIENT != 0;
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
            add_secrets(&self.library(), &mut fields, secrets);
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
            add_secrets(&self.library(), &mut fields, secrets);
            self.session.set(Some(Session::new(fields)));
            self.update_cache(CACHE_CLIENT);
        }
        stack::wipe_below::<{ stack::OF_TICKETS }>();
    }

    /// Puts the connection's session into the cache and tells the program, where both apply
    /// (S33–S39, S58, S102).
    pub(in crate::connection) fn update_cache(&self, role: u32) {
        let Some(session) = self.session.get() else {
            return;
        };
        let context = self.session_context();
        let settings = self.settings();
        let server = self.role() == Some(Role::Server);
        if session.id().is_empty() || session.is_marked() {
            return;
        }
        if server
            && settings.verify_mode & SSL_VERIFY_PEER != 0
            && settings.session_id_context.is_empty()
        {
            return;
        }
        let mode = context.cache_mode();
        let tls13 = self.engine.facts().version == Version::TLS1_3;
        if mode & role != 0 && (!self.session.is_resumed() || tls13) {
            let callbacks = context.callbacks();
            let stored = mode & CACHE_NO_INTERNAL_STORE == 0
                && (!tls13
                    || !server
                    || settings.max_early_data > 0 && settings.options & OP_NO_ANTI_REPLAY == 0
                    || context.remove_session_callback.get().is_set()
                    || settings.options & OP_NO_TICKET != 0);
            if stored {
                context.add_session(&session);
            }
            callbacks.new_session.call(self.lent(), &session);
        }
        if mode & CACHE_NO_AUTO_CLEAR == 0 && mode & role == role {
            let good = match server {
                true => &context.statistics.accept_good,
                false => &context.statistics.connect_good,
            };
            if good.get() & 0xff == 0xff {
                context.flush_sessions(clock::now());
            }
        }
    }
}
