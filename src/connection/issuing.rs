//! New sessions of either role: how they are made, cached and announced.

use std::ffi::{c_int, c_uint};
use std::sync::Arc;

use super::resumption::TicketStatus;
use super::{Connection, Handshake, Role, Stage};
use crate::cipher::Cipher;
use crate::clock;
use crate::engine::SessionSecrets;
use crate::error::Reason;
use crate::libcrypto::digest::sha256;
use crate::libcrypto::random;
use crate::libcrypto::ticket_callback;
use crate::session::{FLAG_EXTENDED_MASTER_SECRET, Fields, Session, SessionRef, der};
use crate::ticket::Opened;

const SSL_VERIFY_PEER: c_int = 1;
const CACHE_CLIENT: u32 = 1;
const CACHE_SERVER: u32 = 2;
const CACHE_NO_AUTO_CLEAR: u32 = 0x80;
const CACHE_NO_INTERNAL_STORE: u32 = 0x200;
const OP_NO_TICKET: u64 = 1 << 14;
const OP_NO_ANTI_REPLAY: u64 = 1 << 24;

/// Ids that this library makes are as long as this.
const ID_LENGTH: usize = 32;
/// A session whose encoding is longer does not go into a ticket, whose length has 16 bits (S112).
const LONGEST_IN_TICKET: usize = 0xff00;
/// Suites are known to C by their TLS number with this in front.
const CIPHER_ID: u32 = 0x0300_0000;

// -- Making ------------------------------------------------------------------------------------

impl Connection {
    /// Gives a client what it has as its session until the server's is there: empty id, not
    /// resumable (S3).
    pub(super) fn hold_placeholder(&self) {
        let placeholder = Session::new(Fields {
            protocol_version: self.highest_version().into(),
            id_context: self.settings.borrow().session_id_context.to_vec(),
            timeout: self.session_context.new_session_timeout(),
            verify_result: self.verify_result.get(),
            ..Fields::default()
        });
        self.with_handshake(|handshake| handshake.placeholder = Some(placeholder.clone()));
        self.replace_session(Some(placeholder));
    }

    /// The fields of a new session of this connection, without what makes it resumable.
    fn new_fields(&self) -> Fields {
        let facts = self.facts.borrow();
        let host_name = match self.role.get() {
            // Kept when the server says that it has used it.
            Some(Role::Client) => match facts.server_name_acknowledged {
                true => self.host_name.borrow().clone(),
                false => None,
            },
            _ => {
                let accepted = self
                    .with_handshake(|handshake| handshake.host_name_accepted)
                    .unwrap_or(false);
                // S93: only a name that the program has accepted is kept.
                accepted
                    .then(|| self.received_host_name.borrow().clone())
                    .flatten()
            }
        };
        Fields {
            protocol_version: facts.version.into(),
            cipher_id: CIPHER_ID | u32::from(facts.cipher_suite),
            time: clock::now(),
            timeout: self.session_context.new_session_timeout(),
            verify_result: self.verify_result.get(),
            flags: match facts.extended_master_secret && facts.version == 0x0303 {
                true => FLAG_EXTENDED_MASTER_SECRET,
                false => 0,
            },
            group: facts.group.into(),
            id_context: self.id_context_of_session().to_vec(),
            alpn: facts.alpn.clone(),
            host_name: host_name.map(|name| name.into_bytes()),
            peer: self.peer.borrow().clone(),
            ..Fields::default()
        }
    }

    /// The id context for a new session.
    fn id_context_of_session(&self) -> Arc<[u8]> {
        self.with_handshake(|handshake| handshake.session_id_context.clone())
            .flatten()
            .unwrap_or_else(|| self.settings.borrow().session_id_context.clone())
    }

    /// A server's new session: that of this connection, or on resumption a copy of the session
    /// that was resumed (S114, S123), with the new secrets.
    fn server_fields(&self, secrets: &SessionSecrets) -> Fields {
        let mut fields = match self.resumed_session(secrets) {
            Some((session, _)) => session.fields(),
            None => self.new_fields(),
        };
        fields.protocol_version = secrets.version.into();
        fields.cipher_id = CIPHER_ID | u32::from(secrets.cipher_suite);
        fields.master_key = secrets.secret.clone();
        fields.age_add = secrets.age_add;
        fields.flags = match secrets.extended_master_secret && secrets.version == 0x0303 {
            true => FLAG_EXTENDED_MASTER_SECRET,
            false => 0,
        };
        fields.alpn = self.facts.borrow().alpn.clone();
        fields.id = Vec::new();
        fields.ticket = None;
        if secrets.version == 0x0304 {
            fields.time = clock::now();
            fields.max_early_data = self.settings.borrow().max_early_data;
        }
        fields
    }

    /// Server: the session that has been resumed, and whether its ticket is to be renewed. `secrets`
    /// are of the session that comes out of it. A session that was only offered must not be taken
    /// for one: that would hand its peer's certificate to whoever has seen the ticket on its way.
    fn resumed_session(&self, secrets: &SessionSecrets) -> Option<(SessionRef, bool)> {
        self.with_handshake(|handshake| {
            let offer = handshake.offer.as_ref()?;
            let proved = match secrets.version {
                // The ticket may be renewed before the engine says that it has resumed.
                0x0303 => offer.session().master_key() == secrets.secret.as_slice(),
                _ => handshake.offer_proved,
            };
            proved.then(|| (offer.session().clone(), offer.renew))
        })
        .flatten()
    }

    /// Server: makes the session of a ticket and the ticket itself. `None` sends none.
    pub(super) fn make_ticket(&self, secrets: SessionSecrets) -> Option<Vec<u8>> {
        let settings = self.settings();
        let tls13 = secrets.version == 0x0304;
        if matches!(self.resumed_session(&secrets), Some((_, false))) && !tls13 {
            // S78: the ticket that was used stays good. rustls has promised a ticket; an empty
            // one says that there is none (RFC 5077, section 3.3).
            return None;
        }
        let mut fields = self.server_fields(&secrets);
        if tls13 {
            fields.id = self
                .new_session_id(0x0304)
                .map_err(|reason| self.fatal.set(Some(reason)))
                .ok()?;
        }
        let session = Session::new(fields);
        if tls13 && self.uses_stateful_tickets(&settings) {
            self.issued.borrow_mut().push(session.clone());
            return Some(session.id().to_vec());
        }
        if !self.ask_generate_ticket(&session) {
            self.fatal.set(Some(Reason::INTERNAL_ERROR));
            return None;
        }
        let ticket = self.seal(&session)?;
        self.issued.borrow_mut().push(session);
        Some(ticket)
    }

    /// Server, TLS 1.2: keeps a session under the id that rustls has given it.
    pub(super) fn keep_new_session(&self, secrets: SessionSecrets) -> bool {
        let mut fields = self.server_fields(&secrets);
        fields.id = secrets.session_id;
        self.issued.borrow_mut().push(Session::new(fields));
        true
    }

    /// S8, S72: what the program's callback makes, or random; then it is one that is not in the
    /// cache, if ten attempts are enough (S111).
    pub(super) fn new_session_id(&self, version: i32) -> std::result::Result<Vec<u8>, Reason> {
        const ATTEMPTS: usize = 10;
        if let Some(id) = self.ask_generate_session_id(version)? {
            return Ok(id);
        }
        for _ in 0..ATTEMPTS {
            let mut id = vec![0; ID_LENGTH];
            random::fill(&mut id).map_err(|_| Reason::SSL_SESSION_ID_CALLBACK_FAILED)?;
            if self.session_context.find_session(version, &id).is_none() {
                return Ok(id);
            }
        }
        Err(Reason::SSL_SESSION_ID_CALLBACK_FAILED)
    }

    /// `SSL_CTX_set_generate_session_id(3)`: the connection's callback, which it has from its
    /// context unless it was given one of its own. `None` without one.
    fn ask_generate_session_id(
        &self,
        version: i32,
    ) -> std::result::Result<Option<Vec<u8>>, Reason> {
        let Some(function) = self.settings().generate_session_id else {
            return Ok(None);
        };
        let mut id = [0u8; ID_LENGTH];
        let mut length = ID_LENGTH as c_uint;
        // SAFETY: the program's function, called as its manual page says, with nothing borrowed.
        if unsafe { function(self.as_c(), id.as_mut_ptr(), &raw mut length) } == 0 {
            return Err(Reason::SSL_SESSION_ID_CALLBACK_FAILED);
        }
        let length = length as usize;
        if length == 0 || length > ID_LENGTH {
            return Err(Reason::SSL_SESSION_ID_HAS_BAD_LENGTH);
        }
        let id = &id[..length];
        if self.session_context.find_session(version, id).is_some() {
            return Err(Reason::SSL_SESSION_ID_CONFLICT);
        }
        Ok(Some(id.to_vec()))
    }

    /// `SSL_CTX_set_session_ticket_cb(3)`: the program may put data into the ticket.
    fn ask_generate_ticket(&self, session: &SessionRef) -> bool {
        let callbacks = self.session_context.callbacks();
        let Some(function) = callbacks.generate_ticket else {
            return true;
        };
        // The callback finds the session with SSL_get_session.
        let before = self.session.replace(Some(session.clone()));
        // SAFETY: the program's function, called as its manual page says, with nothing borrowed.
        let answer = unsafe { function(self.as_c(), callbacks.ticket_argument.0) };
        let used = self.session.replace(before);
        drop(used);
        answer != 0
    }
}

// -- Tickets -----------------------------------------------------------------------------------

impl Connection {
    /// The ticket for `session`: its DER without an id, sealed.
    fn seal(&self, session: &SessionRef) -> Option<Vec<u8>> {
        let mut fields = session.fields();
        fields.id = Vec::new();
        let plaintext = der::Encoding::new(&fields.view())?.to_vec();
        if plaintext.len() + session.id().len() > LONGEST_IN_TICKET {
            self.fatal.set(Some(Reason::INTERNAL_ERROR));
            return None;
        }
        let context = &self.session_context;
        match context.callbacks().ticket_keys.for_libcrypto() {
            None => context.ticket_keys.seal(&plaintext).ok(),
            // SAFETY: the program's function, called as its manual page says, with nothing
            // borrowed.
            Some(callback) => match unsafe { callback.seal(self.as_c().cast(), &plaintext) } {
                // S76: without a ticket the handshake goes on.
                Ok(ticket) => ticket,
                // S77
                Err(_) => {
                    self.fatal.set(Some(Reason::CALLBACK_FAILED));
                    None
                }
            },
        }
    }

    /// Opens a ticket that a client has sent.
    pub(super) fn unseal(&self, ticket: &[u8]) -> TicketStatus {
        let context = &self.session_context;
        let tls13 = self.facts.borrow().version == 0x0304;
        let (plaintext, renew) = match context.callbacks().ticket_keys.for_libcrypto() {
            None => match context.ticket_keys.open(ticket) {
                Opened::Plaintext { plaintext, renew } => (plaintext, renew || tls13),
                _ => return TicketStatus::NotDecrypted,
            },
            // SAFETY: the program's function, called as its manual page says, with nothing
            // borrowed.
            Some(callback) => match unsafe { callback.open(self.as_c().cast(), ticket) } {
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
                crate::libcrypto::error_queue::clear();
                TicketStatus::NotDecrypted
            }
        }
    }
}

// -- Settling ----------------------------------------------------------------------------------

impl Connection {
    /// The end of a server's handshake.
    pub(super) fn finish_server(&self, handshake: &Handshake) {
        let statistics = &self.context().statistics;
        let issued = self.issued.take();
        let tls13 = self.facts.borrow().version == 0x0304;
        if tls13 {
            // S58: TLS 1.3 counts the handshake before its tickets.
            statistics.accept_good.increment();
        }
        if let (true, Some(offer)) = (self.resumed.get(), &handshake.offer) {
            // S13, S14
            let session = offer.session().clone();
            self.peer.replace(session.peer().cloned());
            self.verify_result.set(session.verify_result() as _);
            self.replace_session(Some(session));
        } else {
            let mut fields = self.new_fields();
            if let Some(id_context) = &handshake.session_id_context {
                fields.id_context = id_context.to_vec();
            }
            fields.master_key = handshake.master_secret.clone();
            if handshake.host_name_accepted {
                let name = self.received_host_name.borrow().clone();
                fields.host_name = name.map(|name| name.into_bytes());
            }
            self.replace_session(Some(Session::new(fields)));
        }
        for session in issued {
            if self.not_resumable.get() {
                session.mark_not_resumable();
            }
            if !tls13 && self.resumed.get() {
                // A renewed TLS 1.2 ticket: the connection keeps the session it has resumed.
                continue;
            }
            self.replace_session(Some(session));
            self.update_cache(CACHE_SERVER);
        }
        if !tls13 {
            statistics.accept_good.increment();
        }
    }

    /// The end of a client's handshake.
    pub(super) fn finish_client(&self, handshake: &Handshake) {
        let context = &self.session_context;
        let arrivals = self.arrivals.take();
        let tls13 = self.facts.borrow().version == 0x0304;
        if self.resumed.get() {
            self.finish_resumed_client(handshake, arrivals, tls13);
            context.statistics.hits.increment();
        } else {
            let mut fields = self.new_fields();
            fields.master_key = handshake.master_secret.clone();
            if let Some(secrets) = arrivals.into_iter().next() {
                client_fields(&mut fields, secrets);
                if let (Some((lifetime, _)), false) = (handshake.new_ticket, tls13) {
                    fields.lifetime_hint = lifetime.into();
                }
            }
            if handshake.offered.is_some() {
                context.statistics.misses.increment();
            }
            match (&handshake.placeholder, self.session()) {
                (Some(placeholder), Some(session)) if session.as_ptr() == placeholder.as_ptr() => {
                    placeholder.assign(fields.view());
                }
                // The program has set a session meanwhile, which is not to be written into (S123).
                _ => self.replace_session(Some(Session::new(fields))),
            }
            if !tls13 {
                self.update_cache(CACHE_CLIENT);
            }
        }
        self.context().statistics.connect_good.increment();
    }

    fn finish_resumed_client(
        &self,
        handshake: &Handshake,
        arrivals: Vec<SessionSecrets>,
        tls13: bool,
    ) {
        let context = &self.session_context;
        let Some(offered) = &handshake.offered else {
            return;
        };
        self.peer.replace(offered.peer().cloned());
        let single_use = context.cache_mode() & CACHE_CLIENT != 0;
        if tls13 {
            // S16
            if single_use {
                context.remove_session(offered);
            }
            return;
        }
        // S46: a renewed TLS 1.2 ticket comes as a new object; the old one is given up.
        let renewed = matches!(handshake.new_ticket, Some((_, true)));
        if let (true, Some(secrets)) = (renewed, arrivals.into_iter().next()) {
            let mut fields = offered.fields();
            client_fields(&mut fields, secrets);
            fields.time = clock::now();
            if single_use {
                context.remove_session(offered);
            }
            self.replace_session(Some(Session::new(fields)));
        }
    }

    /// Client, TLS 1.3: makes a session of each ticket that has come, and announces it (S7, S35).
    pub(super) fn announce_arrivals(&self) {
        if self.stage.get() != Stage::Open || self.arrivals.borrow().is_empty() {
            return;
        }
        for secrets in self.arrivals.take() {
            let mut fields = match self.session() {
                Some(session) => session.fields(),
                None => self.new_fields(),
            };
            fields.time = clock::now();
            fields.timeout = self.session_context.new_session_timeout();
            client_fields(&mut fields, secrets);
            self.replace_session(Some(Session::new(fields)));
            self.update_cache(CACHE_CLIENT);
        }
    }

    /// Puts the connection's session into the cache and tells the program, where both apply
    /// (S33–S39, S58, S102).
    fn update_cache(&self, role: u32) {
        let Some(session) = self.session() else {
            return;
        };
        let context = &self.session_context;
        let settings = self.settings();
        let server = self.role.get() == Some(Role::Server);
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
        let tls13 = self.facts.borrow().version == 0x0304;
        if mode & role != 0 && (!self.resumed.get() || tls13) {
            let callbacks = context.callbacks();
            let stored = mode & CACHE_NO_INTERNAL_STORE == 0
                && (!tls13
                    || !server
                    || settings.max_early_data > 0 && settings.options & OP_NO_ANTI_REPLAY == 0
                    || callbacks.remove_session.is_some()
                    || settings.options & OP_NO_TICKET != 0);
            if stored {
                context.add_session(&session);
            }
            if let Some(function) = callbacks.new_session {
                let raw = session.clone().into_raw();
                // SAFETY: the program's function, called as SSL_CTX_sess_set_new_cb(3) says, with
                // nothing borrowed; it is given a reference.
                if unsafe { function(self.as_c(), raw) } == 0 {
                    // SAFETY: it did not keep the reference.
                    drop(unsafe { SessionRef::from_raw(raw) });
                }
            }
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

/// Adds what the server has sent to the fields of a client's session (S4, S5, S7).
fn client_fields(fields: &mut Fields, secrets: SessionSecrets) {
    fields.protocol_version = secrets.version.into();
    fields.cipher_id = CIPHER_ID | u32::from(secrets.cipher_suite);
    fields.master_key = secrets.secret;
    if secrets.version == 0x0303 {
        fields.flags = match secrets.extended_master_secret {
            true => FLAG_EXTENDED_MASTER_SECRET,
            false => 0,
        };
    }
    fields.age_add = secrets.age_add;
    fields.max_early_data = secrets.max_early_data;
    if secrets.ticket.is_empty() {
        fields.id = secrets.session_id;
    } else {
        fields.id = sha256(&secrets.ticket).to_vec();
        fields.ticket = Some(secrets.ticket);
        fields.lifetime_hint = secrets.lifetime.into();
    }
}
