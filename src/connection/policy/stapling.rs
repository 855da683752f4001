//! OCSP stapling (RFC 6066, section 8): what a server sends with its certificate, and whether a
//! client accepts it. Both ask the program's one callback, `SSL_CTX_set_tlsext_status_cb(3)`.

use std::ffi::c_int;

use crate::connection::{Connection, Role};
use crate::engine::PeerRejected;
use crate::error::Reason;
use crate::libcrypto::memory::Allocated;
use crate::wire::Alert;

/// `TLSEXT_STATUSTYPE_nothing`
const NOTHING: c_int = -1;
/// `TLSEXT_STATUSTYPE_ocsp`
const OCSP: c_int = 1;

const SSL_TLSEXT_ERR_OK: c_int = 0;
const SSL_TLSEXT_ERR_NOACK: c_int = 3;

impl Connection {
    /// `SSL_get_tlsext_status_type`: what is asked for, by the program on a client and by the
    /// client on a server.
    pub fn status_type(&self) -> c_int {
        match self.hellos.ocsp_asked() {
            Some(true) => OCSP,
            Some(false) => NOTHING,
            None => self.configuration.settings().status_type,
        }
    }

    /// Server: the response to send, if there is a callback and it agrees.
    pub(in crate::connection) fn ask_for_staple(&self) -> Result<Option<Vec<u8>>, PeerRejected> {
        let callback = self.context().callbacks.status.get();
        match callback.call(self.lent()) {
            None | Some(SSL_TLSEXT_ERR_NOACK) => Ok(None),
            Some(SSL_TLSEXT_ERR_OK) => Ok(self.peer.ocsp.response().as_deref().map(<[u8]>::to_vec)),
            _ => Err(PeerRejected {
                reason: Reason::CLIENTHELLO_TLSEXT,
                alert: Alert::INTERNAL_ERROR,
            }),
        }
    }

    /// Client: nothing is stapled that was not asked for (RFC 8446, section 4.2). The engine checks
    /// that in TLS 1.2.
    pub(in crate::connection) fn check_staple_was_asked(
        &self,
        response: &[u8],
    ) -> Result<(), PeerRejected> {
        let is_client = self.role() == Some(Role::Client);
        if is_client && !response.is_empty() && self.status_type() != OCSP {
            return Err(PeerRejected {
                reason: Reason::UNSOLICITED_EXTENSION,
                alert: Alert::UNSUPPORTED_EXTENSION,
            });
        }
        Ok(())
    }

    /// Client: keeps the response (empty for none) and asks the program whether it, or its absence,
    /// is accepted.
    pub(in crate::connection) fn check_staple(&self, response: &[u8]) -> Result<(), PeerRejected> {
        if self.role() != Some(Role::Client) {
            return Ok(());
        }
        let response = Allocated::copy_of(response).map_err(|_| PeerRejected {
            reason: Reason::INTERNAL_ERROR,
            alert: Alert::INTERNAL_ERROR,
        })?;
        self.peer.ocsp.set_response(response);
        let callback = self.context().callbacks.status.get();
        if self.status_type() != OCSP {
            return Ok(());
        }
        match callback.call(self.lent()) {
            Some(0) => Err(PeerRejected {
                reason: Reason::INVALID_STATUS_RESPONSE,
                alert: Alert::BAD_CERTIFICATE_STATUS_RESPONSE,
            }),
            Some(..0) => Err(PeerRejected {
                reason: Reason::INTERNAL_ERROR,
                alert: Alert::INTERNAL_ERROR,
            }),
            _ => Ok(()),
        }
    }
}
