//! The callbacks of a client that has received the server's extensions. Nothing is borrowed while
//! they run.

use super::server_callbacks::{SSL_TLSEXT_ERR_ALERT_FATAL, SSL_TLSEXT_ERR_ALERT_WARNING};
use super::{Connection, Stop};
use crate::engine::PeerRejected;
use crate::error::Reason;
use crate::wire::{Alert, Version};

impl Connection {
    /// TLS 1.2: the ServerHello has come, and the engine has not seen it. The session is resumed if
    /// the server has sent its id back (RFC 5246, section 7.4.1.3).
    pub(super) fn ask_about_tls12_server(&self) -> Result<(), Stop> {
        let resumed = self.handshake.client(|client| {
            let (Some(offered), Some(id)) = (client.offered.session(), &client.server_id) else {
                return false;
            };
            let tls12 = offered.protocol_version() == Version::TLS1_2;
            tls12 && !id.is_empty() && *offered.id() == **id
        });
        self.session.set_resumed(resumed);
        match self.call_server_name_callback() {
            Some((SSL_TLSEXT_ERR_ALERT_FATAL, alert)) => {
                Err(self.refuse(Reason::CALLBACK_FAILED, Alert::from_c(alert)))
            }
            Some((SSL_TLSEXT_ERR_ALERT_WARNING, alert)) => self.warn(Alert::from_c(alert)),
            _ => Ok(()),
        }
    }

    /// TLS 1.3: the EncryptedExtensions have come. An offered session that the server has not
    /// accepted has been dropped.
    pub(in crate::connection) fn ask_about_tls13_server(&self) -> Result<(), PeerRejected> {
        let resumed = self
            .handshake
            .client(|client| client.offered.session().is_some());
        self.session.set_resumed(resumed);
        match self.call_server_name_callback() {
            Some((SSL_TLSEXT_ERR_ALERT_FATAL, alert)) => Err(PeerRejected {
                reason: Reason::CALLBACK_FAILED,
                alert: Alert::from_c(alert),
            }),
            // There are no warnings in TLS 1.3.
            _ => Ok(()),
        }
    }
}
