//! The profile and the settings that a server chooses by, and what it has chosen so far.

use std::sync::Arc;

use super::server::NewTicket;
use super::{Connection, Stop};
use crate::context::{Settings, Wishes};
use crate::engine::{Failure, Profile};
use crate::error::{Error, Reason};
use crate::reference::Lease;
use crate::session::SessionRef;
use crate::wire::{Alert, ClientHello, ExtensionType, Version};

impl Connection {
    /// The settings by which the suite is chosen. In TLS 1.3 that was done before the servername
    /// callback, so its list counts as it was then; in TLS 1.2 it is done now.
    pub(super) fn settings_for_choice(&self) -> Lease<'_, Settings> {
        match self.handshake.server(|server| server.version) {
            Version::TLS1_2 => self.settings_with_ciphers(),
            _ => self.settings(),
        }
    }

    /// Server: what may be chosen for this client. It is asked for in several steps, between which
    /// the program may have changed the settings. TLS 1.3 chooses before the servername callback,
    /// unless it has to ask for another key share, so the first answer stands; TLS 1.2 chooses
    /// after it.
    pub(super) fn server_profile(&self, hello: &ClientHello) -> Result<Arc<Profile>, Stop> {
        let settings = self.settings_for_choice();
        let changes = self.configuration.changes();
        let (version, made) = self
            .handshake
            .server(|server| (server.version, server.profile.clone()));
        let chosen = |profile: &Profile| {
            version == Version::TLS1_3 && profile.has_any_group(hello.key_share_groups())
        };
        if let Some((of, profile)) = made
            && (of == changes || chosen(&profile))
        {
            return Ok(profile);
        }
        let wishes = Wishes {
            version,
            suites: hello.cipher_suites(),
            groups: hello.numbers(ExtensionType::SUPPORTED_GROUPS),
        };
        let profile = settings
            .server_profile(self.configuration.method(), self.asker(), &wishes)
            .and_then(|profile| match profile.speaks(version) {
                true => Ok(profile),
                false => Err(Error::new(Reason::NO_SHARED_CIPHER)),
            })
            .map_err(|error| match error {
                Error::Ssl(reason, detail) => {
                    let failure = Failure::with_alert(reason, Alert::HANDSHAKE_FAILURE);
                    self.fail(failure.saying(&detail))
                }
                error => error.into(),
            })?;
        self.handshake
            .server(|server| server.profile = Some((changes, profile.clone())));
        Ok(profile)
    }

    /// The provisional session of a full handshake.
    pub(super) fn new_session(&self) -> Option<SessionRef> {
        self.session
            .provisional()
            .filter(|_| !self.session.is_resumed())
    }

    /// TLS 1.2: a ticket is wanted and allowed now.
    pub(super) fn allows_tls12_ticket(&self, hello: &ClientHello) -> bool {
        let declined = self
            .handshake
            .server(|server| server.ticket == NewTicket::Declined);
        !declined && hello.session_ticket().is_some() && self.may_use_tickets()
    }

    /// TLS 1.2: there will be a ticket, so the session needs no id (S10). That is decided with the
    /// ClientHello; the servername callback can only take it back.
    pub(super) fn expects_tls12_ticket(&self, hello: &ClientHello) -> bool {
        let expected = self
            .handshake
            .server(|server| server.ticket == NewTicket::Expected);
        expected && self.allows_tls12_ticket(hello)
    }
}
