//! A server's first look at the ClientHello, and starting it.
//!
//! The program's callbacks run here, one after the other, in OpenSSL's order, with nothing of the
//! engine under way. Two of them may suspend the handshake; [`Step`] remembers how far it had come.

use std::ffi::{CString, c_int};
use std::sync::Arc;

use super::{ClientHello, Connection, Role, Stop};
use crate::cipher::security::operation::SIGALG_SHARED;
use crate::context::{NO_VERSION_LEFT, Settings};
use crate::engine::{ClientAuthentication, Failure, ServerParameters, TicketPolicy};
use crate::error::Reason;
use crate::libcrypto::library::LibraryContext;
use crate::libcrypto::random;
use crate::session::SessionRef;
use crate::wire::{Alert, ExtensionType};

/// The program's next decision.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Step {
    /// The ClientHello is not complete.
    #[default]
    Reading,
    /// `SSL_CTX_set_client_hello_cb`
    ClientHelloCallback,
    /// Version, session, host name, protocol.
    Negotiation,
    /// `SSL_CTX_set_cert_cb`
    CertificateCallback,
    /// The engine can be started.
    Decided,
}

/// rustls's ids are as long as this.
const ID_LENGTH: usize = 32;

const SSL_VERIFY_PEER: c_int = 1;
const SSL_VERIFY_FAIL_IF_NO_PEER_CERT: c_int = 2;
/// `SSL_SESS_CACHE_SERVER`
pub(super) const CACHE_SERVER: u32 = 2;

impl Connection {
    /// Looks at what has been read. True when the engine has been started and may go on.
    pub(super) fn look_at_client_hello(&self) -> Result<bool, Stop> {
        loop {
            let step = self
                .with_handshake(|handshake| handshake.step)
                .unwrap_or_default();
            let next = match step {
                Step::Reading => match self.read_client_hello()? {
                    true => Step::ClientHelloCallback,
                    false => return Ok(false),
                },
                Step::ClientHelloCallback => {
                    self.ask_client_hello_callback()?;
                    Step::Negotiation
                }
                Step::Negotiation => {
                    self.negotiate()?;
                    Step::CertificateCallback
                }
                Step::CertificateCallback => {
                    self.ask_certificate_callback()?;
                    let tls12 = self.facts.borrow().version == 0x0303;
                    if let Some(hello) = self.hello().filter(|_| tls12) {
                        self.ask_alpn_callback(&hello)?;
                    }
                    Step::Decided
                }
                Step::Decided => {
                    self.start_server()?;
                    return Ok(true);
                }
            };
            self.with_handshake(|handshake| handshake.step = next);
        }
    }

    fn read_client_hello(&self) -> Result<bool, Stop> {
        let parsed = self.with_engine(|engine| {
            self.with_handshake(|handshake| {
                let records = engine.input.unprocessed();
                handshake.client_hello_reader.read(records)
            })
        })?;
        match parsed.unwrap_or(Ok(None)) {
            Err(failure) => Err(self.fail(failure)),
            Ok(None) => Ok(false),
            Ok(Some(hello)) => {
                if let Ok(random) = hello.random().try_into() {
                    self.hellos.set_client_random(random);
                }
                self.with_handshake(|handshake| {
                    handshake.client_hello = Some(Arc::new(hello));
                });
                Ok(true)
            }
        }
    }

    /// Version, session to resume, host name and protocol.
    fn negotiate(&self) -> Result<(), Stop> {
        let Some(hello) = self.hello() else {
            return Err(Reason::INTERNAL_ERROR.into());
        };
        let version = self.choose_version(&hello)?;
        self.check(hello.check_suites())?;
        self.hellos.set_cipher_suites(&hello);
        self.hellos
            .set_secure_renegotiation(hello.has_renegotiation_suite());
        self.check(hello.check_for_sessions(version))?;
        self.check_fallback(&hello, version)?;
        let id_context = self.settings.borrow().session_id_context.clone();
        self.with_handshake(|handshake| {
            handshake.version = version;
            handshake.session_id_context = Some(id_context.clone());
        });
        self.facts.borrow_mut().version = version;
        let offer = self.find_resumable(&hello, version)?;
        self.session.set_resumed(offer.is_some());
        let expects_ticket = version == 0x0303 && self.allows_tls12_ticket(&hello);
        self.with_handshake(|handshake| {
            handshake.offer = offer;
            handshake.expects_ticket = expects_ticket;
        });
        self.begin_session()?;
        let resumed = self.session.is_resumed();
        self.check(hello.check_compression())?;
        self.check_renegotiation_info(&hello)?;
        self.check(hello.check_host_name(!resumed || version == 0x0304))?;
        let name = hello.server_name().and_then(|name| CString::new(name).ok());
        self.hellos.set_server_name(name);
        self.check(hello.check_contents(version, resumed))?;
        if version == 0x0304 {
            self.keep_client_authorities(&hello)?;
        }
        self.note_contents(&hello);
        if version == 0x0304 {
            let suites = hello.cipher_suites();
            if self.server_profile(&hello)?.choose_tls13(&suites).is_none() {
                return Err(self.refuse(Reason::NO_SHARED_CIPHER, Alert::HANDSHAKE_FAILURE));
            }
        }
        let before = self.context();
        self.ask_server_name_callback()?;
        let switched = !Arc::ptr_eq(&before, &self.context())
            || self.settings.borrow().session_id_context != id_context;
        self.with_handshake(|handshake| handshake.switched = switched);
        self.recheck_resumable(&hello, switched)?;
        self.note_host_name();
        if self.session.is_resumed() && version == 0x0303 {
            // Without a key exchange OpenSSL does not look at them.
            self.hellos.forget_groups();
        }
        // A resumed session takes the place of a certificate, so there is nothing to staple.
        let ocsp_asked = hello.asks_for_ocsp_response() && !self.session.is_resumed();
        self.hellos.set_ocsp_asked(ocsp_asked);
        if !self.session.is_resumed() {
            self.note_accepted_signatures(&hello.signature_schemes());
        }
        if version == 0x0304 {
            self.ask_alpn_callback(&hello)?;
        }
        self.check(hello.check_whole(version, self.session.is_resumed()))?;
        let early_data = self.decide_on_early_data(&hello)?;
        self.with_handshake(|handshake| handshake.early_data = early_data);
        Ok(())
    }

    fn choose_version(&self, hello: &ClientHello) -> Result<u16, Stop> {
        self.check(hello.check_versions())?;
        let settings = self.settings_with_ciphers();
        let method = self.method.get();
        let common = [0x0304, 0x0303].into_iter().find(|version| {
            hello.offers_version(*version)
                && self.may_speak(&settings, *version)
                && (*version != 0x0304 || self.is_capable_of_tls13(&settings))
        });
        common.ok_or_else(|| {
            let ours = |version: &u16| settings.allows_version(method, *version);
            let theirs = |version: &u16| hello.offers_version(*version);
            let detail = if ![0x0304, 0x0303].iter().any(ours) {
                NO_VERSION_LEFT
            } else if ![0x0304, 0x0303].iter().any(theirs) {
                "the client offers nothing above TLS 1.1; Reprise speaks TLS 1.2 and TLS 1.3"
            } else {
                ""
            };
            let failure =
                Failure::with_alert(Reason::UNSUPPORTED_PROTOCOL, Alert::PROTOCOL_VERSION);
            self.fail(failure.saying(detail))
        })
    }

    /// S93: the new session has the host name that the program has accepted.
    fn note_host_name(&self) {
        let accepted = self
            .with_handshake(|handshake| handshake.host_name_accepted)
            .unwrap_or(false);
        let name = self.hellos.server_name().clone();
        if let (true, Some(session), Some(name)) = (accepted, self.new_session(), name) {
            // Not too long, or the ClientHello would have been refused.
            let _ = session.set_host_name(Some(name.as_bytes()));
        }
    }

    /// What a full handshake has as its session so far.
    pub(super) fn new_session(&self) -> Option<SessionRef> {
        self.session
            .provisional()
            .filter(|_| !self.session.is_resumed())
    }

    /// The settings by which the suite is chosen. In TLS 1.3 that was done before the servername callback, so its list
    /// counts as it was then; in TLS 1.2 it is done now.
    pub(super) fn settings_for_choice(&self) -> Arc<Settings> {
        match self.with_handshake(|handshake| handshake.version) {
            Some(0x0303) => self.settings_with_ciphers(),
            _ => self.settings(),
        }
    }

    fn start_server(&self) -> Result<(), Stop> {
        let settings = self.settings_for_choice();
        let Some(hello) = self.hello() else {
            return Err(Reason::INTERNAL_ERROR.into());
        };
        let profile = self.server_profile(&hello)?;
        let version = self
            .with_handshake(|handshake| handshake.version)
            .unwrap_or_default();
        let hello_changes = self.hello_changes(&hello, &settings, version)?;
        let without_ticket = hello_changes.without_ticket;
        let (alpn, early_data, resume) = self
            .with_handshake(|handshake| {
                (
                    handshake.alpn.clone(),
                    handshake.early_data,
                    handshake
                        .offer
                        .as_ref()
                        .map(|offer| offer.for_engine(&hello, without_ticket)),
                )
            })
            .unwrap_or_default();
        // TLS 1.2 resumes without a key exchange.
        if resume.is_none() || version != 0x0303 {
            self.check_groups(&hello, &profile, version)?;
        }
        let credentials = self.certificates_for(&settings, &hello, version)?;
        if credentials.is_empty() && resume.is_none() && settings.credentials.any() {
            let reason = match version {
                0x0304 => Reason::NO_SUITABLE_SIGNATURE_ALGORITHM,
                _ => Reason::NO_SHARED_CIPHER,
            };
            return Err(self.refuse(reason, Alert::HANDSHAKE_FAILURE));
        }
        if credentials.is_empty() && resume.is_none() {
            return Err(self.fail(Failure {
                detail: reason_of_no_cipher(&settings, version).into(),
                ..Failure::with_alert(Reason::NO_SHARED_CIPHER, Alert::HANDSHAKE_FAILURE)
            }));
        }
        let cache_mode = self.session_context.cache_mode();
        let resumable = !self.ask_not_resumable_callback(&settings, resume.is_some());
        let expects_ticket = self.expects_tls12_ticket(&hello);
        // The engine must be able to open the ticket of a session that is resumed.
        let tls12_ticket = (expects_ticket && resumable) || self.resumes_by_ticket(&hello);
        let session_ids = !expects_ticket && cache_mode & CACHE_SERVER != 0;
        let session_id = match version == 0x0303 && resume.is_none() {
            true => self.settle_tls12_id(session_ids)?,
            false => None,
        };
        let preferred_suite = match version {
            0x0303 => resume.as_ref().map(|offer| offer.cipher_suite),
            _ if hello.psk_binder(0).is_some() => self.tls13_suite(&hello, &settings, &profile),
            _ => None,
        };
        let client_authentication = client_authentication(&settings);
        // The program may change its mind meanwhile, and in the callback for OCSP responses.
        let asks_again = version == 0x0304 && !profile.has_any_group(&hello.key_share_groups());
        let staples = self.hellos.ocsp_asked() == Some(true);
        // rustls sends no application data to a client that is asked for a certificate.
        let early_answer = self.early.is_accepting()
            && version == 0x0304
            && (resume.is_some() || client_authentication == ClientAuthentication::None);
        self.with_handshake(|handshake| handshake.early_answer = early_answer);
        let offered = hello.signature_schemes();
        let common = settings.signature_schemes();
        let common = common
            .into_iter()
            .filter(|scheme| offered.is_empty() || offered.contains(scheme))
            .collect();
        let signature_schemes = self.permitted_signatures(&settings, SIGALG_SHARED, common);
        if signature_schemes.is_empty() && !offered.is_empty() && resume.is_none() {
            let reason = Reason::NO_SHARED_SIGNATURE_ALGORITHMS;
            return Err(self.refuse(reason, Alert::HANDSHAKE_FAILURE));
        }
        let client_signature_schemes = match client_authentication {
            ClientAuthentication::None => settings.client_signature_schemes(),
            _ => self.offered_signatures(&settings, settings.client_signature_schemes())?,
        };
        let parameters = ServerParameters {
            profile,
            version,
            credentials,
            signature_schemes,
            binds_curves: settings.suite_b().is_some(),
            client_signature_schemes,
            alpn,
            staple: staples,
            client_authentication,
            may_ask_later: asks_again || staples,
            client_ca_names: self.client_ca_names(),
            tickets: TicketPolicy {
                tls12: tls12_ticket,
                lifetime: self.ticket_lifetime(resume.is_some()),
                count: settings.num_tickets,
            },
            session_ids,
            preferred_suite,
            session_id,
            resume,
            early_data,
            early_answer,
            hello_changes,
            max_fragment: settings.longest_fragment(),
            hidden_master_secret: self.hidden_master_secret(&hello, version),
        };
        self.with_engine(|engine| engine.accept(parameters))?
            .map_err(|failure| self.fail(failure))
    }

    /// TLS 1.2: a ticket is wanted and allowed now.
    fn allows_tls12_ticket(&self, hello: &ClientHello) -> bool {
        let declined = self
            .with_handshake(|handshake| handshake.ticket_declined)
            .unwrap_or(false);
        !declined && hello.session_ticket().is_some() && self.may_use_tickets()
    }

    /// TLS 1.2: there will be a ticket, so the session needs no id (S10). That is decided with the ClientHello; the
    /// servername callback can only take it back.
    fn expects_tls12_ticket(&self, hello: &ClientHello) -> bool {
        let expected = self
            .with_handshake(|handshake| handshake.expects_ticket)
            .unwrap_or(false);
        expected && self.allows_tls12_ticket(hello)
    }

    fn resumes_by_ticket(&self, hello: &ClientHello) -> bool {
        let ticket = hello.session_ticket().unwrap_or_default();
        self.with_handshake(|handshake| {
            let offer = handshake.offer.as_ref();
            handshake.version == 0x0303 && offer.is_some_and(|offer| offer.is_by(ticket))
        })
        .unwrap_or(false)
    }

    /// The id of a new session, as far as it is known at the ClientHello: that of TLS 1.2 if there will
    /// be no ticket, else empty.
    pub(super) fn new_tls12_id(&self) -> Result<Vec<u8>, Stop> {
        let (version, hello, step) = self
            .with_handshake(|handshake| {
                let hello = handshake.client_hello.clone();
                (handshake.version, hello, handshake.step)
            })
            .unwrap_or_default();
        // Once the engine has started the id is in its hands.
        let open = version == 0x0303 && step != Step::Decided;
        match hello {
            Some(hello) if open && !self.expects_tls12_ticket(&hello) => self.tls12_session_id(),
            _ => Ok(Vec::new()),
        }
    }

    /// S72, S111: the id of a new TLS 1.2 session. rustls's ids have 32 bytes, so a shorter one of
    /// the program's is filled up with random bytes.
    fn tls12_session_id(&self) -> Result<Vec<u8>, Stop> {
        let id = self
            .new_session_id(0x0303)
            .map_err(|reason| self.refuse(reason, Alert::INTERNAL_ERROR))?;
        filled_up(&self.library(), id)
    }

    /// Before the ServerHello of a new TLS 1.2 session: it has an id if it is `wanted`. The servername
    /// callback may have changed that.
    fn settle_tls12_id(&self, wanted: bool) -> Result<Option<[u8; ID_LENGTH]>, Stop> {
        let Some(session) = self.new_session() else {
            return Ok(None);
        };
        if wanted && session.id().is_empty() {
            session.set_id(&self.tls12_session_id()?)?;
        } else if wanted && session.id().len() < ID_LENGTH {
            // The program's own.
            session.set_id(&filled_up(&self.library(), session.id().to_vec())?)?;
        } else if !wanted && !session.id().is_empty() {
            session.set_id(&[])?;
        }
        Ok((*session.id()).try_into().ok())
    }

    /// S73: of a TLS 1.2 ticket, in seconds: the timeout of the session. A renewed one has none.
    fn ticket_lifetime(&self, resuming: bool) -> u32 {
        if resuming {
            return 0;
        }
        let timeout = match self.new_session() {
            Some(session) => session.timeout(),
            None => self.session_context.new_session_timeout(),
        };
        timeout.clamp(0, u32::MAX.into()) as u32
    }

    /// DER names for a CertificateRequest.
    fn client_ca_names(&self) -> Vec<Vec<u8>> {
        self.names_for_peer(Role::Server)
    }
}

/// What a person should know about a server that has nothing to offer.
fn reason_of_no_cipher(settings: &Settings, version: u16) -> &'static str {
    match settings.psk.server_key.is_set() && version == 0x0303 {
        true => "there is no certificate, and pre-shared keys need TLS 1.3 in Reprise",
        false => "there is no certificate",
    }
}

/// A session id with random bytes behind it, as long as those of rustls.
fn filled_up(library: &LibraryContext, mut id: Vec<u8>) -> Result<Vec<u8>, Stop> {
    let length = id.len();
    id.resize(ID_LENGTH, 0);
    random::fill(library, &mut id[length..])?;
    Ok(id)
}

/// What a server with these settings asks of its clients.
pub(super) fn client_authentication(settings: &Settings) -> ClientAuthentication {
    match settings.verify_mode {
        mode if mode & SSL_VERIFY_PEER == 0 => ClientAuthentication::None,
        mode if mode & SSL_VERIFY_FAIL_IF_NO_PEER_CERT != 0 => ClientAuthentication::Required,
        _ => ClientAuthentication::Optional,
    }
}

impl ClientHello {
    /// The client's signature schemes, by number.
    pub fn signature_schemes(&self) -> Vec<u16> {
        self.numbers(ExtensionType::SIGNATURE_ALGORITHMS)
    }
}
