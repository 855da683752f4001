//! A server's decisions on the ClientHello, up to the start of its engine.
//!
//! The program's callbacks run here, one after the other, in OpenSSL's order, with nothing of the
//! engine under way. Two of them may suspend the handshake; [`Progress`] remembers how far it had
//! come:
//!
//! `Reading` → `ClientHelloCallback` → `Negotiation` → `CertificateCallback` → `Decided`

use std::ffi::CString;
use std::sync::Arc;

use super::resumption::OfferedSession;
use super::{Connection, Stop};
use crate::connection::client_hello_reader::ClientHelloReader;
use crate::context::NO_VERSION_LEFT;
use crate::engine::{EarlyDataPolicy, Failure, Profile};
use crate::error::Reason;
use crate::session::{Fields, SessionRef};
use crate::wire::{Alert, ClientHello, Version};

/// What a server keeps while its handshake is under way.
#[derive(Default)]
pub(in crate::connection) struct Server {
    progress: Progress,
    /// TLS version that will be spoken.
    pub(in crate::connection) version: Version,
    /// The session that the client may resume. Until the engine has done so, which takes the
    /// session's secret, the client has proved nothing.
    pub(super) offered: Option<OfferedSession>,
    pub(super) ticket: NewTicket,
    /// TLS 1.2: the fields of the new session, which has an id, as the engine has reported them.
    pub(super) reported: Option<Box<Fields>>,
    /// The protocol chosen for the client.
    pub(super) alpn: Option<Vec<u8>>,
    /// The program has accepted the client's server name.
    pub(super) server_name_accepted: bool,
    /// The servername callback has changed the context, or the id context.
    pub(super) switched: bool,
    /// The id context at the time of the ClientHello, which new sessions get even if the servername
    /// callback switches contexts, as in OpenSSL.
    pub(super) session_id_context: Option<Arc<[u8]>>,
    /// What may be chosen for the client, and how often the settings had been changed then.
    pub(in crate::connection) profile: Option<(u32, Arc<Profile>)>,
    /// What to do with the client's early data.
    pub(super) early_data: EarlyDataPolicy,
    /// Application data may be sent before the client has finished.
    pub(super) early_answer: bool,
}

/// The ticket of the handshake's new session. From any state it may be declined while tickets of
/// the client are opened; after that a server of TLS 1.2 expects one or not, and makes the one that
/// it expects.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum NewTicket {
    /// Nothing is known of one.
    #[default]
    None,
    /// The program wants the client's ticket ignored and no other sent (S79).
    Declined,
    /// TLS 1.2: there will be one, as far as the ClientHello decides that.
    Expected,
    /// TLS 1.2: it is made, and the new session is complete with it.
    Made,
}

/// How far a server has come before its engine starts.
enum Progress {
    /// The ClientHello is not complete.
    Reading(ClientHelloReader),
    /// It is there, and this is decided next.
    Deciding(Arc<ClientHello>, Decision),
}

impl Default for Progress {
    fn default() -> Self {
        Self::Reading(ClientHelloReader::default())
    }
}

/// What a server decides next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Decision {
    /// `SSL_CTX_set_client_hello_cb`
    ClientHelloCallback,
    /// Version, session, server name, protocol.
    Negotiation,
    /// `SSL_CTX_set_cert_cb`
    CertificateCallback,
    /// Nothing: the engine can be started.
    Decided,
}

impl Server {
    /// Whether the ClientHello is not complete.
    pub fn is_reading(&self) -> bool {
        matches!(self.progress, Progress::Reading(_))
    }

    /// The client's first message.
    pub fn hello(&self) -> Option<&Arc<ClientHello>> {
        match &self.progress {
            Progress::Reading(_) => None,
            Progress::Deciding(hello, _) => Some(hello),
        }
    }

    /// Whether everything is decided, so that the engine goes on with it.
    pub fn is_decided(&self) -> bool {
        self.next() == Some(Decision::Decided)
    }

    /// The session that the client has offered and may resume.
    pub fn offered_session(&self) -> Option<&SessionRef> {
        self.offered.as_ref().map(OfferedSession::session)
    }

    /// Reads what has come of the ClientHello.
    fn read(&mut self, records: &[u8]) -> Result<Option<Arc<ClientHello>>, Failure> {
        let Progress::Reading(reader) = &mut self.progress else {
            return Ok(None);
        };
        let hello = reader.read(records)?.map(Arc::new);
        if let Some(hello) = &hello {
            self.progress = Progress::Deciding(hello.clone(), Decision::ClientHelloCallback);
        }
        Ok(hello)
    }

    fn next(&self) -> Option<Decision> {
        match &self.progress {
            Progress::Reading(_) => None,
            Progress::Deciding(_, next) => Some(*next),
        }
    }

    fn set_next(&mut self, decision: Decision) {
        if let Progress::Deciding(_, next) = &mut self.progress {
            *next = decision;
        }
    }
}

impl Connection {
    /// Decides what the ClientHello leaves to this side, if it has come, and starts the engine.
    /// True when that is done.
    pub(super) fn answer_client_hello(&self) -> Result<bool, Stop> {
        let Some(hello) = self.read_client_hello()? else {
            return Ok(false);
        };
        loop {
            // A callback may have cleared the connection.
            let Some(decision) = self.handshake.server(|server| server.next()) else {
                return Ok(false);
            };
            let next = match decision {
                Decision::ClientHelloCallback => {
                    self.ask_client_hello_callback()?;
                    Decision::Negotiation
                }
                Decision::Negotiation => {
                    self.negotiate(&hello)?;
                    Decision::CertificateCallback
                }
                Decision::CertificateCallback => {
                    self.ask_certificate_callback()?;
                    if self.engine.facts().version == Version::TLS1_2 {
                        self.ask_alpn_callback(&hello)?;
                    }
                    Decision::Decided
                }
                Decision::Decided => {
                    self.start_server(&hello)?;
                    return Ok(true);
                }
            };
            self.handshake.server(|server| server.set_next(next));
        }
    }

    /// The ClientHello, once all of it has come.
    fn read_client_hello(&self) -> Result<Option<Arc<ClientHello>>, Stop> {
        if let Some(hello) = self.client_hello() {
            return Ok(Some(hello));
        }
        let read = self.engine.with(|engine| {
            let records = engine.input.unprocessed();
            self.handshake.server(|server| Some(server.read(records)))
        })?;
        let hello = read
            .unwrap_or(Ok(None))
            .map_err(|failure| self.fail(failure))?;
        if let Some(hello) = &hello
            && let Ok(random) = hello.random().try_into()
        {
            self.hellos.set_client_random(random);
        }
        Ok(hello)
    }

    /// Version, session to resume, server name and protocol.
    fn negotiate(&self, hello: &ClientHello) -> Result<(), Stop> {
        let version = self.choose_version(hello)?;
        self.enforce(hello.check_suites())?;
        self.hellos.set_cipher_suites(hello);
        self.hellos
            .set_secure_renegotiation(hello.has_renegotiation_suite());
        self.enforce(hello.check_for_sessions(version))?;
        self.enforce(self.check_fallback(hello, version))?;
        let id_context = self.configuration.settings().session_id_context.clone();
        self.handshake.server(|server| {
            server.version = version;
            server.session_id_context = Some(id_context.clone());
        });
        self.engine.change_facts(|known| known.version = version);
        self.choose_session(hello, version)?;
        self.check_extensions(hello, version)?;
        self.choose_server_name(hello, &id_context)?;
        self.record_requests(hello, version);
        if version == Version::TLS1_3 {
            self.ask_alpn_callback(hello)?;
        }
        self.enforce(hello.check_whole(version, self.session.is_resumed()))?;
        let early_data = self.decide_on_early_data(hello)?;
        self.handshake
            .server(|server| server.early_data = early_data);
        Ok(())
    }

    /// The session of this handshake: the offered one if it may be resumed, else a provisional one.
    fn choose_session(&self, hello: &ClientHello, version: Version) -> Result<(), Stop> {
        let offered = self.find_resumable(hello, version)?;
        self.session.set_resumed(offered.is_some());
        let expects_ticket = version == Version::TLS1_2 && self.allows_tls12_ticket(hello);
        let former = self.handshake.server(|server| {
            if expects_ticket {
                server.ticket = NewTicket::Expected;
            }
            std::mem::replace(&mut server.offered, offered)
        });
        // With nothing borrowed: the last reference to a session runs the program's functions.
        drop(former);
        self.begin_session()
    }

    /// Checks what was not needed to find the session, and records what getters show of it.
    fn check_extensions(&self, hello: &ClientHello, version: Version) -> Result<(), Stop> {
        let resumed = self.session.is_resumed();
        self.enforce(hello.check_compression())?;
        self.enforce(self.check_renegotiation_info(hello))?;
        self.enforce(hello.check_server_name(!resumed || version == Version::TLS1_3))?;
        let name = hello.server_name().and_then(|name| CString::new(name).ok());
        self.hellos.set_server_name(name);
        self.enforce(hello.check_contents(version, resumed))?;
        if version == Version::TLS1_3 {
            self.enforce(self.record_client_authorities(hello))?;
        }
        self.record_contents(hello);
        if version == Version::TLS1_3 {
            let suites = hello.cipher_suites().iter();
            if self.server_profile(hello)?.choose_tls13(suites).is_none() {
                return Err(self.refuse(Reason::NO_SHARED_CIPHER, Alert::HANDSHAKE_FAILURE));
            }
        }
        Ok(())
    }

    /// Asks the servername callback, and drops the offered session if it must not be resumed after
    /// that.
    fn choose_server_name(
        &self,
        hello: &ClientHello,
        id_context_before: &Arc<[u8]>,
    ) -> Result<(), Stop> {
        let before = self.context();
        self.ask_server_name_callback()?;
        let switched = !std::ptr::eq(&*before, &*self.context())
            || self.configuration.settings().session_id_context != *id_context_before;
        self.handshake.server(|server| server.switched = switched);
        self.recheck_resumable(hello, switched)?;
        self.keep_server_name();
        Ok(())
    }

    /// Records the client's requests, unless the resumption makes them void.
    fn record_requests(&self, hello: &ClientHello, version: Version) {
        let resumed = self.session.is_resumed();
        if resumed && version == Version::TLS1_2 {
            // Without a key exchange OpenSSL ignores them.
            self.hellos.forget_groups();
        }
        // A resumed session takes the place of a certificate, so there is nothing to staple.
        let ocsp_asked = hello.asks_for_ocsp_response() && !resumed;
        self.hellos.set_ocsp_asked(ocsp_asked);
        if !resumed {
            self.record_accepted_signatures(&hello.signature_schemes().to_vec());
        }
    }

    /// The highest version that both sides speak and the policy permits.
    fn choose_version(&self, hello: &ClientHello) -> Result<Version, Stop> {
        self.enforce(hello.check_versions())?;
        let settings = self.settings_with_ciphers();
        let method = self.configuration.method();
        let common = [Version::TLS1_3, Version::TLS1_2]
            .into_iter()
            .find(|version| {
                hello.offers_version(*version)
                    && self.may_speak(&settings, *version)
                    && (*version != Version::TLS1_3 || self.is_capable_of_tls13(&settings))
            });
        common.ok_or_else(|| {
            let ours = |version: &Version| settings.allows_version(method, *version);
            let theirs = |version: &Version| hello.offers_version(*version);
            let detail = if ![Version::TLS1_3, Version::TLS1_2].iter().any(ours) {
                NO_VERSION_LEFT
            } else if ![Version::TLS1_3, Version::TLS1_2].iter().any(theirs) {
                "the client offers nothing above TLS 1.1; Reprise speaks TLS 1.2 and TLS 1.3"
            } else {
                ""
            };
            let failure =
                Failure::with_alert(Reason::UNSUPPORTED_PROTOCOL, Alert::PROTOCOL_VERSION);
            self.fail(failure.saying(detail))
        })
    }

    /// S93: the new session has the server name that the program has accepted.
    fn keep_server_name(&self) {
        if !self.handshake.server(|server| server.server_name_accepted) {
            return;
        }
        let name = self.hellos.server_name().clone();
        if let (Some(session), Some(name)) = (self.new_session(), name) {
            // Not too long, or the ClientHello would have been refused.
            let _ = session.set_server_name(Some(name.as_bytes()));
        }
    }
}
