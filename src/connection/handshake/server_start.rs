//! Starting a server's engine, once the program has decided what it decides.

use super::{ClientHello, Connection, Role, Stop};
use crate::cipher::security::operation::SIGALG_SHARED;
use crate::context::{Settings, Signer};
use crate::engine::{
    CertifiedKey, ClientAuthentication, Failure, Profile, ResumeOffer, ServerParameters,
    TicketPolicy,
};
use crate::error::Reason;
use crate::flags::{CacheMode, VerifyMode};
use crate::wire::{Alert, ExtensionType, Numbers, Version};

/// rustls's ids are as long as this.
const ID_LENGTH: usize = 32;

/// What has been decided when a server's engine is started.
struct Choice<'a> {
    hello: &'a ClientHello,
    settings: &'a Settings,
    profile: &'a Profile,
    version: Version,
    /// The session to be resumed.
    resume: Option<ResumeOffer>,
}

impl Choice<'_> {
    fn resumes(&self) -> bool {
        self.resume.is_some()
    }

    /// Whether the client has to send another key share.
    fn asks_again(&self) -> bool {
        self.version == Version::TLS1_3
            && !self.profile.has_any_group(self.hello.key_share_groups())
    }

    /// Whether it is certain that neither side shows a certificate. A client that has to send
    /// another ClientHello may offer the session no more. In TLS 1.2 the program may have forbidden
    /// the session's suite since the session was found; then the handshake is a full one.
    fn shows_no_certificate(&self) -> bool {
        let Some(resume) = &self.resume else {
            return false;
        };
        match self.version {
            Version::TLS1_2 => self.profile.has_tls12(resume.cipher_suite),
            _ => !self.asks_again(),
        }
    }
}

/// How the new session of a TLS 1.2 handshake is known to the client.
struct NewSessionNames {
    /// By a ticket.
    ticket: bool,
    /// By an id that the engine makes or is given.
    has_id: bool,
    /// The id that it is given.
    id: Option<[u8; ID_LENGTH]>,
}

/// The signature schemes of a handshake, by number.
struct SignatureSchemes {
    /// For this server's signature.
    own: Vec<u16>,
    /// For the client's, if it is asked for a certificate.
    client: Vec<u16>,
}

impl Connection {
    /// Hands the engine everything that has been decided.
    pub(super) fn start_server(&self, hello: &ClientHello) -> Result<(), Stop> {
        let settings = self.settings_for_choice();
        let profile = self.server_profile(hello)?;
        let version = self.handshake.server(|server| server.version);
        let hello_changes = self.hello_changes(hello, &settings, version)?;
        let (alpn, early_data, resume) = self.handshake.server(|server| {
            let offered = server.offered.as_ref();
            let resume = offered.map(|offered| offered.for_engine(hello, &hello_changes));
            (server.alpn.clone(), server.early_data, resume)
        });
        let choice = Choice {
            hello,
            settings: &settings,
            profile: &profile,
            version,
            resume,
        };
        let credentials = self.credentials_for(&choice)?;
        let names = self.name_new_session(&choice)?;
        let early_answer = self.allows_early_answer(&choice);
        let signature_schemes = self.signature_schemes_for(&choice)?;
        let parameters = ServerParameters {
            version,
            credentials,
            signature_schemes: signature_schemes.own,
            binds_curves: settings.suite_b().is_some(),
            client_signature_schemes: signature_schemes.client,
            alpn,
            staple: self.asks_for_staple(),
            client_authentication: client_authentication(&settings),
            may_ask_later: self.may_ask_later(&choice),
            client_ca_names: self.names_for_request(&choice),
            tickets: self.ticket_policy(&choice, &names),
            session_ids: names.has_id,
            preferred_suite: self.preferred_suite(&choice),
            session_id: names.id,
            resume: choice.resume,
            early_data,
            early_answer,
            hello_changes,
            max_fragment: settings.longest_fragment(),
            hidden_master_secret: self.hidden_master_secret(hello, version),
            profile,
        };
        self.engine
            .with(|engine| engine.accept(Box::new(parameters)))?
            .map_err(|failure| self.fail(failure))
    }

    /// The authorities that a CertificateRequest names.
    fn names_for_request(&self, choice: &Choice<'_>) -> Vec<Vec<u8>> {
        match choice.shows_no_certificate() {
            true => Vec::new(),
            false => self.names_for_peer(Role::Server),
        }
    }

    /// The certificates to choose from. Without one, and without a session, there is no handshake.
    fn credentials_for(&self, choice: &Choice<'_>) -> Result<Vec<CertifiedKey>, Stop> {
        let Choice {
            hello,
            settings,
            profile,
            version,
            ..
        } = *choice;
        let resumes = choice.resumes();
        // TLS 1.2 resumes without a key exchange.
        if !resumes || version != Version::TLS1_2 {
            self.enforce(self.check_groups(hello, profile, version))?;
        }
        if choice.shows_no_certificate() {
            return Ok(Vec::new());
        }
        let credentials = self.certificates_for(settings, hello, version)?;
        if !credentials.is_empty() || resumes {
            return Ok(credentials);
        }
        if settings.credentials.any() {
            let reason = match version {
                Version::TLS1_3 => Reason::NO_SUITABLE_SIGNATURE_ALGORITHM,
                _ => Reason::NO_SHARED_CIPHER,
            };
            return Err(self.refuse(reason, Alert::HANDSHAKE_FAILURE));
        }
        Err(self.fail(Failure {
            detail: reason_of_no_cipher(settings, version).into(),
            ..Failure::with_alert(Reason::NO_SHARED_CIPHER, Alert::HANDSHAKE_FAILURE)
        }))
    }

    /// Decides on ticket and id of a new TLS 1.2 session, after asking the program (S47).
    fn name_new_session(&self, choice: &Choice<'_>) -> Result<NewSessionNames, Stop> {
        let cache_mode = self.session_context().cache_mode();
        let resumable = !self.ask_not_resumable_callback(choice.settings, choice.resumes());
        let expects_ticket = self.expects_tls12_ticket(choice.hello);
        // The engine must be able to open the ticket of a session that is resumed.
        let ticket = (expects_ticket && resumable) || self.resumes_by_ticket(choice.hello);
        let has_id = !expects_ticket && cache_mode.contains(CacheMode::SERVER);
        let id = match choice.version == Version::TLS1_2 && !choice.resumes() {
            true => self.complete_tls12_id(has_id)?,
            false => None,
        };
        Ok(NewSessionNames { ticket, has_id, id })
    }

    /// Whether the program may answer early data before the client has finished.
    fn allows_early_answer(&self, choice: &Choice<'_>) -> bool {
        let asks_for_certificate =
            client_authentication(choice.settings) != ClientAuthentication::None;
        // rustls sends no application data to a client that is asked for a certificate.
        let allowed = self.early.is_accepting()
            && choice.version == Version::TLS1_3
            && (choice.resumes() || !asks_for_certificate);
        self.handshake
            .server(|server| server.early_answer = allowed);
        allowed
    }

    /// The suite that the engine takes if it can.
    fn preferred_suite(&self, choice: &Choice<'_>) -> Option<u16> {
        let Choice {
            hello,
            settings,
            profile,
            ..
        } = *choice;
        match choice.version {
            Version::TLS1_2 => choice.resume.as_ref().map(|resume| resume.cipher_suite),
            _ if hello.first_binder_length().is_some() => {
                self.tls13_suite(hello, settings, profile)
            }
            _ => None,
        }
    }

    /// What tickets the engine announces or sends.
    fn ticket_policy(&self, choice: &Choice<'_>, names: &NewSessionNames) -> TicketPolicy {
        TicketPolicy {
            tls12: names.ticket,
            lifetime: self.ticket_lifetime(choice.resumes()),
            count: choice.settings.num_tickets,
        }
    }

    /// The signature schemes that both sides have and the policy permits, and those that the client
    /// may use.
    fn signature_schemes_for(&self, choice: &Choice<'_>) -> Result<SignatureSchemes, Stop> {
        let offered = choice.hello.signature_schemes();
        let settings = choice.settings;
        let is_common = |scheme| offered.is_empty() || offered.contains(scheme);
        // A callback is asked about common ones only. The engine signs with no others anyway.
        let all = choice.resumes() && !settings.security_callback.is_set();
        let is_wanted = |scheme| all || is_common(scheme);
        let own =
            settings.permitted_schemes(Signer::Server, SIGALG_SHARED, self.asker(), is_wanted);
        if own.is_empty() && !offered.is_empty() && !choice.resumes() {
            let reason = Reason::NO_SHARED_SIGNATURE_ALGORITHMS;
            return Err(self.refuse(reason, Alert::HANDSHAKE_FAILURE));
        }
        let client = match client_authentication(settings) {
            ClientAuthentication::None if !self.may_ask_later(choice) => Vec::new(),
            ClientAuthentication::None => settings.client_signature_schemes().to_vec(),
            _ => self.enforce(self.offered_signatures(settings, Signer::Client))?,
        };
        Ok(SignatureSchemes { own, client })
    }

    /// Whether a callback may change the settings before a certificate is asked for.
    fn may_ask_later(&self, choice: &Choice<'_>) -> bool {
        // The callback for OCSP responses may.
        choice.asks_again() || self.asks_for_staple()
    }

    fn asks_for_staple(&self) -> bool {
        self.hellos.ocsp_asked() == Some(true)
    }

    fn resumes_by_ticket(&self, hello: &ClientHello) -> bool {
        let ticket = hello.session_ticket().unwrap_or_default();
        self.handshake.server(|server| {
            let offered = server.offered.as_ref();
            server.version == Version::TLS1_2
                && offered.is_some_and(|offered| offered.is_by(ticket))
        })
    }

    /// S73: of a TLS 1.2 ticket, in seconds: the timeout of the session. A renewed one has none.
    fn ticket_lifetime(&self, resuming: bool) -> u32 {
        if resuming {
            return 0;
        }
        let timeout = match self.new_session() {
            Some(session) => session.timeout(),
            None => self.session_context().new_session_timeout(),
        };
        timeout.clamp(0, u32::MAX.into()) as u32
    }
}

/// Explains why a server has no cipher suite to offer.
fn reason_of_no_cipher(settings: &Settings, version: Version) -> &'static str {
    match settings.psk.server_key.is_set() && version == Version::TLS1_2 {
        true => "there is no certificate, and pre-shared keys need TLS 1.3 in Reprise",
        false => "there is no certificate",
    }
}

/// Whether a server with these settings asks for a client certificate.
pub(in crate::connection) fn client_authentication(settings: &Settings) -> ClientAuthentication {
    match settings.verify_mode {
        mode if !mode.contains(VerifyMode::PEER) => ClientAuthentication::None,
        mode if mode.contains(VerifyMode::FAIL_IF_NO_PEER_CERT) => ClientAuthentication::Required,
        _ => ClientAuthentication::Optional,
    }
}

impl ClientHello {
    /// The client's signature schemes, by number.
    pub fn signature_schemes(&self) -> Numbers<'_> {
        self.numbers(ExtensionType::SIGNATURE_ALGORITHMS)
    }
}
