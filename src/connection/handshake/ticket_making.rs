//! Making a server's tickets.

use zeroize::Zeroizing;

use super::Connection;
use super::server::NewTicket;
use crate::engine::SessionSecrets;
use crate::error::Reason;
use crate::session::{Fields, SessionRef, View, der};

/// A session that takes more bytes of DER is not put into a ticket, as in OpenSSL (S112).
const LARGEST_SESSION: usize = 0xff00;

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
        self.handshake
            .server(|server| server.ticket = NewTicket::Made);
        self.generate_ticket(&session)
    }

    /// TLS 1.2: the session that has been resumed, and whether its ticket is to be renewed.
    /// `secrets` are of the resulting session, which has the same master secret. A session that was
    /// only offered must not count: otherwise anyone who has observed its id or ticket would get
    /// its peer's certificate.
    fn resumed_session(&self, secrets: &SessionSecrets) -> Option<(SessionRef, bool)> {
        self.handshake.server(|server| {
            let offered = server.offered.as_ref()?;
            let proved = offered.session().master_key() == *secrets.secret.as_slice();
            proved.then(|| (offered.session().clone(), offered.renew))
        })
    }

    fn generate_ticket(&self, session: &SessionRef) -> Result<Option<Vec<u8>>, Reason> {
        match self.ask_generate_ticket() {
            true => self.seal(session),
            false => Err(Reason::INTERNAL_ERROR),
        }
    }

    /// `SSL_CTX_set_session_ticket_cb(3)`: the program may put data into the ticket of the
    /// connection's session.
    pub(super) fn ask_generate_ticket(&self) -> bool {
        let callback = self.session_context().callbacks.generate_ticket.get();
        callback.call(self.lent()) != Some(0)
    }

    /// The ticket for `session`: its DER, sealed. `None` when the program gives no key for it
    /// (S76).
    pub(super) fn seal(&self, session: &SessionRef) -> Result<Option<Vec<u8>>, Reason> {
        let plaintext = plaintext(session.read().view())?;
        let context = self.session_context();
        match context
            .callbacks
            .ticket_keys
            .get()
            .of_connection(self.lent())
        {
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
}

/// The plaintext of a ticket: the DER of a session, if it is not too long (S112).
fn plaintext(view: View<'_>) -> Result<Zeroizing<Vec<u8>>, Reason> {
    let encoding = der::Encoding::new(&view).ok_or(Reason::INTERNAL_ERROR)?;
    if encoding.size() > LARGEST_SESSION {
        return Err(Reason::INTERNAL_ERROR);
    }
    Ok(encoding.to_vec())
}
