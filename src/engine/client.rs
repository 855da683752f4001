//! Client connections: their parameters, and the hooks through which rustls asks us.

use std::fmt;
use std::hash::Hasher;
use std::sync::{Arc, Mutex};

use rustls::client::danger::{
    HandshakeSignatureValid, ServerIdentity, ServerVerifier, SignatureVerificationInput,
};
use rustls::client::{
    ClientCredentialResolver, ClientSessionKey, ClientSessionStore, CredentialRequest, Resumption,
    Tls12Resumption, Tls12Session, Tls13Session,
};
use rustls::crypto::kx::NamedGroup;
use rustls::crypto::{SelectedCredential, SignatureScheme, VerifiedIdentity};
use rustls::enums::{ApplicationProtocol, CertificateType};
use rustls::pki_types::ServerName;
use rustls::{ClientSide, Connection, DistinguishedName, Error, KeyLog, Tcp};

use super::client_session;
use super::credentials::{CertifiedKey, no_credential};
use super::delegate::CertificateRequest;
use super::hello_change::{ClientHelloChange, HelloChange, HelloWriter};
use super::hooks::{
    common_schemes, distinguished_name, fragment_size, log_secret, report_selection, wants_key_log,
};
use super::peer_identity::{check_group, verify_identity, verify_signature};
use super::profile::Profile;
use super::provider::random::CLIENT_SESSION_ID;
use super::provider::transcript::ChangingSigner;
use super::session_value::SessionSecrets;
use super::thread::{self, DrivenClient, PlannedId};
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
    let hooks = Arc::new(ClientHooks::new(&mut parameters));
    let profile = &parameters.profile;
    let mut config = profile.templates.client(&profile.provider)?;
    config.dangerous().set_certificate_verifier(hooks.clone());
    config.alpn_protocols = parameters
        .alpn
        .iter()
        .map(|name| ApplicationProtocol::from(name.as_slice()).to_owned())
        .collect();
    config.resumption =
        Resumption::store(hooks.clone()).tls12_resumption(match parameters.tls12_tickets {
            true => Tls12Resumption::SessionIdOrTickets,
            false => Tls12Resumption::SessionIdOnly,
        });
    config.enable_early_data = parameters.early_data;
    config.max_fragment_size = fragment_size(parameters.max_fragment);
    config.key_log = hooks.clone();

    let name = parameters
        .server_name
        .and_then(|name| ServerName::try_from(name).ok());
    config.enable_sni = name.is_some();
    let name = match name {
        Some(name) => name,
        None => ServerName::try_from("unnamed.invalid").map_err(|_| Error::UnsupportedNameType)?,
    };
    let draws = CLIENT_SESSION_ID;
    let id = parameters.session.as_ref().and_then(ticket_session_id);
    thread::with(|driven| {
        if let Some(id) = id {
            driven.planned_id = Some(Box::new(PlannedId { draws, id }));
        }
        let client = DrivenClient::new(parameters.may_authenticate, hooks);
        driven.client = Some(Box::new(client));
    });
    let start = output.len();
    let connection = Arc::new(config).connect(name).build(output);
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

/// The hooks that rustls calls.
struct ClientHooks {
    tls12: Mutex<Option<Tls12Session>>,
    tls13: Mutex<Option<Tls13Session>>,
    signature_schemes: Vec<SignatureScheme>,
    signing_schemes: Vec<SignatureScheme>,
    hello_change: Option<HelloChange>,
    prefers_own_order: bool,
    binds_curves: bool,
    authorities: Arc<[DistinguishedName]>,
    request_ocsp: bool,
}

impl ClientHooks {
    /// Takes what it needs of `parameters`.
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
        let schemes = |numbers: &[u16]| numbers.iter().copied().map(SignatureScheme).collect();
        let authorities = parameters.authorities.iter();
        Self {
            tls12: Mutex::new(tls12),
            tls13: Mutex::new(tls13),
            signature_schemes: schemes(&parameters.signature_schemes),
            signing_schemes: schemes(&parameters.signing_schemes),
            hello_change: parameters.hello_change.any(),
            prefers_own_order: parameters.profile.prefer_server_order,
            binds_curves: parameters.binds_curves,
            authorities: authorities.map(|name| distinguished_name(name)).collect(),
            request_ocsp: parameters.request_ocsp,
        }
    }
}

impl fmt::Debug for ClientHooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientHooks")
    }
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
        self.signature_schemes.clone()
    }

    fn request_ocsp_response(&self) -> bool {
        self.request_ocsp
    }

    fn root_hint_subjects(&self) -> Option<Arc<[DistinguishedName]>> {
        (!self.authorities.is_empty()).then(|| self.authorities.clone())
    }

    fn hash_config(&self, _: &mut dyn Hasher) {
        // The hash separates the users of a shared session store; every connection has its own.
    }
}

impl ClientCredentialResolver for ClientHooks {
    fn resolve(&self, request: &CredentialRequest<'_>) -> Option<SelectedCredential> {
        let accepted = request.signature_schemes();
        let ours = &self.signing_schemes[..];
        let common = match self.prefers_own_order {
            true => common_schemes(ours, accepted),
            false => common_schemes(accepted, ours),
        };
        let (version, server) = thread::with(|driven| {
            let client = driven.client.as_mut()?;
            let tls13 = client.speaks_tls13;
            let version = if tls13 {
                Version::TLS1_3
            } else {
                Version::TLS1_2
            };
            Some((version, client.flight.take_certificate(tls13)))
        })??;
        let request = CertificateRequest {
            version,
            server,
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
                true => no_credential(rules, &permitted),
                false => selected,
            }
        })?
    }

    /// Answered by the template, which knows whether a certificate might be sent.
    fn supported_certificate_types(&self) -> &'static [CertificateType] {
        &[CertificateType::X509]
    }

    fn hash_config(&self, _: &mut dyn Hasher) {}
}

impl ClientHooks {
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

    fn set_tls12_session(&self, _: ClientSessionKey<'static>, value: Tls12Session) {
        // The allocator wipes its memory, also when it grows.
        let mut encoded = Vec::with_capacity(512);
        value.encode(&mut encoded);
        if let Some(session) = SessionSecrets::from_tls12_client(&encoded) {
            thread::ask(|delegate| delegate.received_session(session));
        }
    }

    fn tls12_session(&self, _: &ClientSessionKey<'_>) -> Option<Tls12Session> {
        self.tls12.lock().ok()?.take()
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
        self.tls13.lock().ok()?.take()
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
