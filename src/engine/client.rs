//! Client connections: their parameters, and the hooks through which rustls asks us.

use std::hash::Hasher;
use std::sync::Arc;

use rustls::client::danger::{
    HandshakeSignatureValid, ServerIdentity, ServerVerifier, SignatureVerificationInput,
};
use rustls::client::{
    ClientCredentialResolver, ClientSessionKey, ClientSessionStore, CredentialRequest,
    Tls12Session, Tls13Session,
};
use rustls::crypto::kx::NamedGroup;
use rustls::crypto::{SelectedCredential, SignatureScheme, VerifiedIdentity};
use rustls::enums::{ApplicationProtocol, CertificateType};
use rustls::pki_types::{IpAddr, ServerName};
use rustls::{ClientSide, Connection, DistinguishedName, Error, KeyLog, Tcp};

use super::client_session;
use super::credentials::{CertifiedKey, no_credential};
use super::delegate::CertificateRequest;
use super::hello_change::{ClientHelloChange, HelloChange, HelloWriter};
use super::hooks::{distinguished_name, log_secret, report_selection, wants_key_log};
use super::peer_identity::{check_group, verify_identity, verify_signature};
use super::profile::Profile;
use super::provider::random::CLIENT_SESSION_ID;
use super::provider::transcript::ChangingSigner;
use super::server_flight::ServerFlight;
use super::session_value::SessionSecrets;
use super::templates::ClientValues;
use super::thread::{self, PlannedId};
use crate::wire::Version;

/// The parameters of a client.
pub struct ClientParameters {
    /// Suites and groups.
    pub profile: Arc<Profile>,
    /// Name to send in the server_name extension.
    pub server_name: Option<String>,
    /// ALPN protocols to offer, best first.
    pub alpn: Vec<Vec<u8>>,
    /// Session to offer. The caller has checked that it may be offered.
    pub session: Option<SessionSecrets>,
    /// Send early data, if the session is good for it.
    pub early_data: bool,
    /// Signature schemes to accept, by TLS number, best first.
    pub signature_schemes: Vec<u16>,
    /// Signature schemes to sign with, by TLS number.
    pub signing_schemes: Vec<u16>,
    /// Signature schemes bind the curve as in TLS 1.3, whatever the version.
    pub binds_curves: bool,
    /// Whether a certificate might be sent when the server asks.
    pub may_authenticate: bool,
    /// TLS 1.3: DER names of authorities to send to the server.
    pub authorities: Vec<Vec<u8>>,
    /// Ask for a stapled OCSP response.
    pub request_ocsp: bool,
    /// What differs in the ClientHello.
    pub hello_change: ClientHelloChange,
    /// Accept TLS 1.2 tickets (not SSL_OP_NO_TICKET).
    pub tls12_tickets: bool,
    /// Largest plaintext of a record, in bytes.
    pub max_fragment: usize,
}

/// A connection of rustls, and how its ClientHello goes out.
pub(super) type Connected = (Box<Connection<ClientSide, Tcp>>, HelloWriter);

/// Makes a connection for the client that is driven on this thread, and writes its first flight to
/// `output`.
pub(super) fn connect(
    mut parameters: ClientParameters,
    output: &mut Vec<u8>,
) -> Result<Connected, Error> {
    let values = ClientValues {
        early_data: parameters.early_data,
        tls12_tickets: parameters.tls12_tickets,
        max_fragment: parameters.max_fragment,
    };
    let profile = &parameters.profile;
    let config = profile.templates.client(&profile.provider, values)?;
    let client = Box::new(DrivenClient::new(&mut parameters));
    let alpn = parameters.alpn.iter();
    let alpn = alpn.map(|name| ApplicationProtocol::from(name.as_slice()).to_owned());
    let name = parameters
        .server_name
        .and_then(|name| ServerName::try_from(name).ok())
        // Addresses are not sent.
        .unwrap_or_else(|| IpAddr::V4([0; 4].into()).into());
    let draws = CLIENT_SESSION_ID;
    let id = parameters.session.as_ref().and_then(ticket_session_id);
    thread::with(|driven| {
        if let Some(id) = id {
            driven.planned_id = Some(Box::new(PlannedId { draws, id }));
        }
        driven.client = Some(client);
    });
    let start = output.len();
    let connection = config.connect(name).with_alpn(alpn.collect()).build(output);
    thread::with(|driven| driven.planned_id = None);
    let connection = Box::new(connection?);
    let mut hello = HelloWriter::new(parameters.hello_change, parameters.max_fragment);
    hello.change(output, start);
    Ok((connection, hello))
}

/// The id to send with a TLS 1.2 ticket, which the server echoes when it takes it: OpenSSL's, which
/// is that of the session (S14).
fn ticket_session_id(session: &SessionSecrets) -> Option<[u8; 32]> {
    match session.version {
        Version::TLS1_2 if !session.ticket.is_empty() => {
            session.session_id.as_slice().try_into().ok()
        }
        _ => None,
    }
}

/// A client that is driven, and what is known of its server.
pub(super) struct DrivenClient {
    tls12: Option<Tls12Session>,
    tls13: Option<Tls13Session>,
    signature_schemes: Vec<u16>,
    signing_schemes: Vec<u16>,
    hello_change: Option<HelloChange>,
    prefers_own_order: bool,
    binds_curves: bool,
    authorities: Vec<Vec<u8>>,
    request_ocsp: bool,
    /// A certificate might be sent.
    pub(super) may_authenticate: bool,
    /// TLS 1.2: a session is resumed, and has no new ticket so far.
    pub(super) resumes_unchanged: bool,
    /// The server speaks TLS 1.3.
    pub(super) speaks_tls13: bool,
    /// The EncryptedExtensions have come.
    pub(super) has_extensions: bool,
    /// The server's messages, until its certificate is known.
    pub(super) flight: ServerFlight,
}

impl DrivenClient {
    /// Before its ClientHello. Takes what it needs of `parameters`.
    fn new(parameters: &mut ClientParameters) -> Self {
        let (tls12, tls13) = match &parameters.session {
            Some(session) if session.version == Version::TLS1_2 => {
                let value = session.to_tls12_client();
                let provider = &parameters.profile.provider;
                (Tls12Session::from_slice(&value, provider).ok(), None)
            }
            Some(session) => (None, client_session::restore(session)),
            None => (None, None),
        };
        Self {
            tls12,
            tls13,
            signature_schemes: std::mem::take(&mut parameters.signature_schemes),
            signing_schemes: std::mem::take(&mut parameters.signing_schemes),
            hello_change: parameters.hello_change.any(),
            prefers_own_order: parameters.profile.prefer_server_order,
            binds_curves: parameters.binds_curves,
            authorities: std::mem::take(&mut parameters.authorities),
            request_ocsp: parameters.request_ocsp,
            may_authenticate: parameters.may_authenticate,
            resumes_unchanged: false,
            speaks_tls13: false,
            has_extensions: false,
            flight: ServerFlight::default(),
        }
    }
}

/// The hooks that rustls calls, of all clients: they find theirs on the thread.
#[derive(Debug)]
pub(super) struct ClientHooks;

/// Runs `work`, which neither drives nor asks, with the client that is driven.
fn with_client<R>(work: impl FnOnce(&mut DrivenClient) -> R) -> Option<R> {
    thread::with(|driven| driven.client.as_deref_mut().map(work))?
}

impl ServerVerifier for ClientHooks {
    fn verify_identity<'a>(
        &self,
        identity: &ServerIdentity<'a, '_>,
    ) -> Result<VerifiedIdentity<'a>, Error> {
        verify_identity(identity.identity, identity.ocsp_response)
    }

    fn verify_tls12_signature(
        &self,
        input: &SignatureVerificationInput<'_>,
    ) -> Result<HandshakeSignatureValid, Error> {
        let by_engine =
            || rustls::crypto::verify_tls12_signature(input, &rustls_aws_lc_rs::SUPPORTED_SIG_ALGS);
        check_group(input)?;
        verify_signature(Version::TLS1_2, input, input.message, by_engine)
    }

    fn verify_tls13_signature(
        &self,
        input: &SignatureVerificationInput<'_>,
    ) -> Result<HandshakeSignatureValid, Error> {
        let by_engine =
            || rustls::crypto::verify_tls13_signature(input, &rustls_aws_lc_rs::SUPPORTED_SIG_ALGS);
        verify_signature(Version::TLS1_3, input, input.message, by_engine)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let schemes = |client: &mut DrivenClient| {
            let numbers = client.signature_schemes.iter();
            numbers.copied().map(SignatureScheme).collect()
        };
        with_client(schemes).unwrap_or_default()
    }

    fn request_ocsp_response(&self) -> bool {
        with_client(|client| client.request_ocsp).unwrap_or(false)
    }

    fn root_hint_subjects(&self) -> Option<Arc<[DistinguishedName]>> {
        let names = with_client(|client| -> Arc<[DistinguishedName]> {
            let names = client.authorities.iter();
            names.map(|name| distinguished_name(name)).collect()
        });
        names.filter(|names| !names.is_empty())
    }

    fn hash_config(&self, _: &mut dyn Hasher) {
        // The hash separates the users of a shared session store; every connection has its own.
    }
}

impl ClientCredentialResolver for ClientHooks {
    fn resolve(&self, request: &CredentialRequest<'_>) -> Option<SelectedCredential> {
        thread::with_client(|client| client.resolve(request))?
    }

    fn supported_certificate_types(&self) -> &'static [CertificateType] {
        match with_client(|client| client.may_authenticate) {
            Some(true) => &[CertificateType::X509],
            _ => &[],
        }
    }

    fn hash_config(&self, _: &mut dyn Hasher) {}
}

impl DrivenClient {
    /// What to authenticate with. Asks the delegate.
    fn resolve(&mut self, request: &CredentialRequest<'_>) -> Option<SelectedCredential> {
        let accepted = request.signature_schemes();
        let ours = &self.signing_schemes;
        let common: Vec<_> = if self.prefers_own_order {
            let ours = ours.iter().copied().map(SignatureScheme);
            ours.filter(|scheme| accepted.contains(scheme)).collect()
        } else {
            let accepted = accepted.iter().copied();
            accepted.filter(|scheme| ours.contains(&scheme.0)).collect()
        };
        let version = match self.speaks_tls13 {
            true => Version::TLS1_3,
            false => Version::TLS1_2,
        };
        let request = CertificateRequest {
            version,
            server: self.flight.take_certificate(self.speaks_tls13),
            authorities: request
                .root_hint_subjects()
                .iter()
                .map(|name| name.as_ref())
                .collect(),
            signature_schemes: accepted.iter().map(|scheme| scheme.0).collect(),
            common_schemes: common.iter().map(|scheme| scheme.0).collect(),
        };
        let rules = if self.binds_curves {
            Version::TLS1_3
        } else {
            version
        };
        thread::ask(|delegate| {
            let key = delegate.client_credentials(&request);
            let permitted: Vec<_> = common
                .into_iter()
                .filter(|scheme| delegate.may_sign(scheme.0))
                .collect();
            let selected = key.and_then(|key| self.select(&key, rules, &permitted));
            match delegate.has_failed() {
                // The server must not take the failure for a client without a certificate.
                true => no_credential(*permitted.first()?),
                false => selected,
            }
        })?
    }

    fn select(
        &self,
        key: &CertifiedKey,
        rules: Version,
        permitted: &[SignatureScheme],
    ) -> Option<SelectedCredential> {
        let mut selected = key.select(rules, permitted)?;
        if let Some(change) = self.hello_change {
            let inner = selected.signer;
            selected.signer = Box::new(ChangingSigner { inner, change });
        }
        report_selection(key, &selected).ok()?;
        Some(selected)
    }
}

impl ClientSessionStore for ClientHooks {
    fn set_kx_hint(&self, _: ClientSessionKey<'static>, _: NamedGroup) {}

    fn kx_hint(&self, _: &ClientSessionKey<'_>) -> Option<NamedGroup> {
        None
    }

    /// Comes with each handshake, also from a resumed session that is what it was.
    fn set_tls12_session(&self, _: ClientSessionKey<'static>, value: Tls12Session) {
        if with_client(|client| client.resumes_unchanged) == Some(true) {
            return;
        }
        // The allocator wipes its memory, also when it grows.
        let mut encoded = Vec::with_capacity(512);
        value.encode(&mut encoded);
        if let Some(session) = SessionSecrets::from_tls12_client(&encoded) {
            thread::ask(|delegate| delegate.received_session(session));
        }
    }

    fn tls12_session(&self, _: &ClientSessionKey<'_>) -> Option<Tls12Session> {
        with_client(|client| client.tls12.take())?
    }

    fn remove_tls12_session(&self, _: &ClientSessionKey<'static>) {}

    fn insert_tls13_ticket(&self, _: ClientSessionKey<'static>, value: Tls13Session) {
        // As above.
        let mut encoded = Vec::with_capacity(1024);
        value.encode(&mut encoded);
        if let Some(session) = SessionSecrets::from_tls13_client(&encoded) {
            thread::ask(|delegate| delegate.received_session(session));
        }
    }

    fn take_tls13_ticket(&self, _: &ClientSessionKey<'static>) -> Option<Tls13Session> {
        with_client(|client| client.tls13.take())?
    }
}

impl KeyLog for ClientHooks {
    fn log(&self, label: &str, client_random: &[u8], secret: &[u8]) {
        log_secret(label, client_random, secret);
    }

    fn will_log(&self, _: &str) -> bool {
        wants_key_log()
    }
}
