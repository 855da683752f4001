//! The fields of new sessions, of either role.

use std::sync::Arc;

use super::{Connection, Role, cipher_id};
use crate::clock;
use crate::engine::SessionSecrets;
use crate::session::{FLAG_BOUND_TO_HOST, FLAG_EXTENDED_MASTER_SECRET, Fields, Session};
use crate::wire::Version;

impl Connection {
    /// Gives a client its provisional session: empty id, not resumable (S3).
    pub(super) fn hold_provisional(&self) {
        // The program's functions for application data run when a session is made, with nothing
        // borrowed.
        let id_context = self.configuration.settings().session_id_context.to_vec();
        self.session.hold(Session::new(Fields {
            protocol_version: self.highest_version().into(),
            id_context,
            timeout: self.session_context().new_session_timeout(),
            verify_result: self.peer.verify_result(),
            ..Fields::default()
        }));
    }

    /// The fields of a new session of this connection, without what makes it resumable.
    pub(super) fn new_fields(&self) -> Fields {
        let facts = self.engine.facts();
        let server_name = match self.role() {
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
            flags: self.server_name_flag()
                | match facts.extended_master_secret && facts.version == Version::TLS1_2 {
                    true => FLAG_EXTENDED_MASTER_SECRET,
                    false => 0,
                },
            group: facts.group.into(),
            id_context: self.id_context_of_session().to_vec(),
            alpn: facts.alpn.clone(),
            server_name: server_name.map(|name| name.into_bytes()),
            peer: self.peer.chain(),
            ..Fields::default()
        }
    }

    /// The flag of a new session for a server name that has made the servername callback switch
    /// contexts.
    fn server_name_flag(&self) -> u32 {
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
    pub(super) fn server_fields(&self, secrets: &SessionSecrets) -> Fields {
        let mut fields = self.new_fields();
        fields.protocol_version = secrets.version.into();
        fields.cipher_id = cipher_id(secrets.cipher_suite);
        fields.master_key = secrets.secret.clone();
        fields.age_add = secrets.age_add;
        fields.flags = self.server_name_flag()
            | match secrets.extended_master_secret {
                true => FLAG_EXTENDED_MASTER_SECRET,
                false => 0,
            };
        fields
    }

    /// Server, TLS 1.2: the engine has made a session that has an id.
    pub(in crate::connection) fn report_session(&self, secrets: SessionSecrets) {
        let mut fields = self.server_fields(&secrets);
        fields.id = secrets.session_id;
        self.handshake
            .server(|server| server.reported = Some(Box::new(fields)));
    }

    /// Client: the handshake is a full one, so its session is a new one, with the server's id.
    pub(in crate::connection) fn begin_new_session(&self) {
        self.drop_offered();
        let new = self.handshake.client(|client| {
            let session = self.session.provisional()?;
            Some((session, client.server_id.take()?))
        });
        if let Some((session, id)) = new {
            session.set_protocol_version(Version::TLS1_2.to_c());
            // Not too long for a session id, or the engine would have refused it.
            let _ = session.set_id(&id);
        }
    }

    /// The server has not accepted the offered session, if there was one. That counts as a miss,
    /// and a later failure leaves the session alone (S15).
    fn drop_offered(&self) {
        if self.session.has_provisional() {
            return;
        }
        let Some(offered) = self
            .handshake
            .client(|client| Some(std::mem::take(&mut client.offered)))
        else {
            return;
        };
        if offered.session().is_some() {
            self.session_context().statistics().misses.increment();
        }
        self.hold_provisional();
    }
}
