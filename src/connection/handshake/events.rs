//! What a connection does about the events of its handshake.

use super::{Connection, Role, Stop};
use crate::connection::policy::{WrongRenegotiationInfo, check_renegotiation_info};
use crate::engine::{Event, ServerHello};
use crate::error::Reason;
use crate::flags::Options;
use crate::wire::{Alert, Version};

impl Connection {
    /// Something has become known of the handshake.
    pub(super) fn follow(&self, event: Event) -> Result<(), Stop> {
        match (event, self.role()) {
            (Event::NewSessionTicket(ticket), _) => {
                self.handshake
                    .client(|client| client.new_ticket = Some(ticket));
                Ok(())
            }
            (Event::Resumed, Some(Role::Client)) => self.accept_offered(),
            (Event::Full, Some(Role::Client)) => {
                self.begin_new_session();
                Ok(())
            }
            // The new session gets nothing from the offered one.
            (Event::Full, _) => self.drop_offered_session(),
            (Event::Version(version), Some(Role::Client)) => self.check_version(version),
            (Event::Resumed | Event::Version(_), _) => Ok(()),
            (Event::Group(group), _) => self.take_group(group),
            (Event::Answered { random, suite }, _) => {
                self.hellos.set_server_random(random);
                self.handshake.set_suite(suite);
                Ok(())
            }
        }
    }

    /// Client: the ServerHello has come, which goes unprotected, and the engine has not processed
    /// it. A server of TLS 1.2 without secure renegotiation is refused unless the program accepts
    /// such (RFC 5746, section 4.1): a connection with it may be the renegotiation of an
    /// attacker's.
    pub(in crate::connection) fn read_server_hello(&self, hello: ServerHello) -> Result<(), Stop> {
        self.hellos.set_server_random(hello.random);
        self.enforce(self.check_answer(&hello))?;
        self.enforce(self.check_suite(&hello))?;
        let Some(tls12) = hello.tls12 else {
            return Ok(());
        };
        self.engine
            .change_facts(|known| known.version = Version::TLS1_2);
        self.handshake.set_suite(hello.suite);
        self.handshake
            .client(|client| client.server_id = Some(tls12.session_id));
        match tls12
            .renegotiation_info
            .as_deref()
            .map(check_renegotiation_info)
        {
            Some(Ok(())) => self.hellos.set_secure_renegotiation(true),
            Some(Err(WrongRenegotiationInfo::NotEmpty)) => {
                return Err(self.refuse(Reason::RENEGOTIATION_MISMATCH, Alert::ILLEGAL_PARAMETER));
            }
            Some(Err(WrongRenegotiationInfo::Malformed)) => {
                return Err(self.refuse(Reason::RENEGOTIATION_ENCODING_ERR, Alert::DECODE_ERROR));
            }
            None if self.takes_insecure_servers() => {}
            None => {
                let reason = Reason::UNSAFE_LEGACY_RENEGOTIATION_DISABLED;
                return Err(self.refuse(reason, Alert::HANDSHAKE_FAILURE));
            }
        }
        self.ask_about_tls12_server()
    }

    fn takes_insecure_servers(&self) -> bool {
        let either =
            Options::LEGACY_SERVER_CONNECT.with(Options::ALLOW_UNSAFE_LEGACY_RENEGOTIATION);
        self.configuration.options().intersects(either)
    }

    /// Client, TLS 1.2: the engine goes on with a ServerHello that has been checked.
    fn check_version(&self, version: Version) -> Result<(), Stop> {
        match version == Version::TLS1_2 && !self.hellos.has_server_hello() {
            true => Err(self.refuse(Reason::INTERNAL_ERROR, Alert::INTERNAL_ERROR)),
            false => Ok(()),
        }
    }

    /// A ticket holds the group. In TLS 1.2 it keeps to a Suite B profile that is in force (RFC
    /// 6460).
    fn take_group(&self, group: u16) -> Result<(), Stop> {
        self.engine.change_facts(|known| known.group = group);
        let version = self.engine.facts().version;
        if version != Version::TLS1_2 || self.suits_suite_b(&self.settings(), group) {
            return Ok(());
        }
        Err(self.refuse(Reason::WRONG_CURVE, Alert::ILLEGAL_PARAMETER))
    }

    /// The server has accepted the offered session or key, so it is the connection's (S13, S120).
    /// S67: a client whose id context is not the session's ends the handshake.
    fn accept_offered(&self) -> Result<(), Stop> {
        let accepted = self.handshake.client(|client| client.offered.accept_key());
        if let Some(session) = accepted {
            self.session.set(Some(session));
        }
        let differs = self.handshake.client(|client| {
            client.offered.session().is_some_and(|session| {
                session.id_context() != *self.configuration.settings().session_id_context
            })
        });
        match differs {
            true => Err(self.refuse(
                Reason::ATTEMPT_TO_REUSE_SESSION_IN_DIFFERENT_CONTEXT,
                Alert::ILLEGAL_PARAMETER,
            )),
            false => Ok(()),
        }
    }
}
