//! A server's new sessions: their beginning, and their ids.

use super::{Connection, Stop};
use crate::error::Reason;
use crate::libcrypto::library::LibraryContext;
use crate::libcrypto::random;
use crate::session::{Fields, Session};
use crate::wire::{Alert, Version};

/// Ids are as long as this, unless the program makes shorter ones. The engine's always are.
const ID_LENGTH: usize = 32;

impl Connection {
    /// S8, S72: an id that the program's callback makes, or a random one that is not in the cache,
    /// if ten attempts find one (S111).
    pub(super) fn new_session_id(&self, version: Version) -> Result<Vec<u8>, Reason> {
        const ATTEMPTS: usize = 10;
        if let Some(id) = self.ask_generate_session_id(version)? {
            return Ok(id);
        }
        for _ in 0..ATTEMPTS {
            let mut id = vec![0; ID_LENGTH];
            random::fill(&self.context().library, &mut id)
                .map_err(|_| Reason::SSL_SESSION_ID_CALLBACK_FAILED)?;
            if self.session_context().find_session(version, &id).is_none() {
                return Ok(id);
            }
        }
        Err(Reason::SSL_SESSION_ID_CALLBACK_FAILED)
    }

    /// `SSL_CTX_set_generate_session_id(3)`: asks the connection's callback, which is the context's
    /// unless the program has set another; if the connection has none, the one that the context has
    /// now. `None` without a callback.
    fn ask_generate_session_id(&self, version: Version) -> Result<Option<Vec<u8>>, Reason> {
        let own = self.settings().generate_session_id;
        let first = self.configuration.contexts.first();
        let of_context = || first.with_present_settings(|settings| settings.generate_session_id);
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

    /// The id of a new session, as far as it is known at the ClientHello: that of TLS 1.2 if there
    /// will be no ticket, else empty.
    pub(super) fn new_tls12_id(&self) -> Result<Vec<u8>, Stop> {
        let (version, hello, decided) = self.handshake.server(|server| {
            let hello = server.hello().cloned();
            (server.version, hello, server.is_decided())
        });
        // Once the engine has started the id is in its hands.
        let open = version == Version::TLS1_2 && !decided;
        match hello {
            Some(hello) if open && !self.expects_tls12_ticket(&hello) => self.tls12_session_id(),
            _ => Ok(Vec::new()),
        }
    }

    /// S72, S111: the id of a new TLS 1.2 session. rustls's ids have 32 bytes, so a shorter one of
    /// the program's is filled up with random bytes.
    fn tls12_session_id(&self) -> Result<Vec<u8>, Stop> {
        let id = self
            .new_session_id(Version::TLS1_2)
            .map_err(|reason| self.refuse(reason, Alert::INTERNAL_ERROR))?;
        filled_up(&self.context().library, id)
    }

    /// Before the ServerHello of a new TLS 1.2 session: it has an id if it is `wanted`. The
    /// servername callback may have changed that.
    pub(super) fn complete_tls12_id(&self, wanted: bool) -> Result<Option<[u8; ID_LENGTH]>, Stop> {
        let Some(session) = self.new_session() else {
            return Ok(None);
        };
        if wanted && session.id().is_empty() {
            session.set_id(&self.tls12_session_id()?)?;
        } else if wanted && session.id().len() < ID_LENGTH {
            // The program's own.
            session.set_id(&filled_up(&self.context().library, session.id().to_vec())?)?;
        } else if !wanted && !session.id().is_empty() {
            session.set_id(&[])?;
        }
        Ok((*session.id()).try_into().ok())
    }

    /// Gives a server its session, which it has from the ClientHello on (S3): the one that it
    /// resumes, or a provisional one, which callbacks may add application data to.
    pub(super) fn begin_session(&self) -> Result<(), Stop> {
        let resumed = self
            .handshake
            .server(|server| server.offered_session().cloned());
        match resumed {
            Some(session) => self.session.set(Some(session)),
            None => {
                // If no id can be made, the previous session must survive.
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
}

/// An id with random bytes behind it, as long as the engine's.
fn filled_up(library: &LibraryContext, mut id: Vec<u8>) -> Result<Vec<u8>, Stop> {
    let length = id.len();
    id.resize(ID_LENGTH, 0);
    random::fill(library, &mut id[length..])?;
    Ok(id)
}
