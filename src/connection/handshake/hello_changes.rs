//! How a ClientHello is changed before the engine reads it.

use super::resumption::OfferedSession;
use super::{Connection, Stop};
use crate::context::Settings;
use crate::engine::HelloChanges;
use crate::error::Reason;
use crate::wire::{Alert, ClientHello, ExtensionType, Version};

/// The schemes of a TLS 1.2 client that sends no signature_algorithms: SHA-1 with RSA and ECDSA
/// (RFC 5246, section 7.4.1.4.1).
const DEFAULT_SCHEMES: [u16; 2] = [0x0201, 0x0203];

impl Connection {
    /// The engine requires signature_algorithms, and answers a ticket with a ticket. Fails when the
    /// client must have sent signature_algorithms (RFC 8446, section 9.2).
    pub(in crate::connection) fn hello_changes(
        &self,
        hello: &ClientHello,
        settings: &Settings,
        version: Version,
    ) -> Result<HelloChanges, Stop> {
        let is_there = hello
            .extension(ExtensionType::SIGNATURE_ALGORITHMS)
            .is_some();
        let needs_psk = version == Version::TLS1_3 && !is_there;
        let (resumed, without_ticket) = self.handshake.server(|server| {
            let offered = server.offered.as_ref();
            (
                offered
                    .filter(|_| needs_psk)
                    .map(|offered| offered.identity.clone()),
                offered.is_some_and(|offered| offered.needs_no_ticket(hello)),
            )
        });
        let signature_schemes = match version {
            _ if is_there => None,
            Version::TLS1_2 => Some(DEFAULT_SCHEMES.to_vec()),
            // A PSK authenticates the server, so nothing is signed.
            _ if resumed.is_some() => Some(settings.signature_schemes().to_vec()),
            _ => {
                return Err(
                    self.refuse(Reason::MISSING_SIGALGS_EXTENSION, Alert::MISSING_EXTENSION)
                );
            }
        };
        Ok(HelloChanges {
            signature_schemes,
            only_with_psk: resumed,
            without_ticket: version == Version::TLS1_2 && without_ticket,
        })
    }
}

impl OfferedSession {
    /// TLS 1.2: the client's ticket stays good, and the engine can find its session by the session
    /// id, which the server echoes when it accepts the ticket (RFC 5077, section 3.4).
    fn needs_no_ticket(&self, hello: &ClientHello) -> bool {
        let ticket = hello.session_ticket().unwrap_or_default();
        !self.renew && self.is_by(ticket) && !hello.session_id().is_empty()
    }
}
