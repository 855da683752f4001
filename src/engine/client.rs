//! Client connections: their parameters, and the hooks through which rustls asks us.

use std::cell::Cell;
use std::fmt;
use std::hash::Hasher;
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

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
use super::credentials::no_credential;
use super::delegate::{CertificateRequest, Delegate, DelegateSlot, PeerRejected};
use super::failure::error_with_alert;
use super::hello_change::{self, ClientHelloChange, HelloChange};
use super::messages;
use super::peer_identity::{certificate_chain, judge_group, leaf_only, verify_signature};
use super::profile::Profile;
use super::provider::random::{self, CLIENT_SESSION_ID};
use super::provider::transcript::ChangingSigner;
use super::server::distinguished_name;
use super::server_flight::ServerFlight;
use super::session_value::SessionSecrets;
use crate::wire::Version;

/// What a client connection is to be like.
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
    /// DER names of authorities that the server should know of (TLS 1.3).
    pub authorities: Vec<Vec<u8>>,
    /// Ask for a stapled OCSP response.
    pub request_ocsp: bool,
    /// What is changed in the ClientHello.
    pub hello_change: ClientHelloChange,
    /// Accept TLS 1.2 tickets (not SSL_OP_NO_TICKET).
    pub tls12_tickets: bool,
    /// Largest plaintext of a record, in bytes.
    pub max_fragment: usize,
}

/// A connection of rustls, and what it asks.
type Connected = (Box<Connection<ClientSide, Tcp>>, Arc<ClientHooks>);

pub(super) fn connect(
    parameters: ClientParameters,
    delegate: &dyn Delegate,
    output: &mut Vec<u8>,
) -> Result<Connected, Error> {
    let (tls12, tls13) = match &parameters.session {
        Some(session) if session.version == Version::TLS1_2 => (
            Tls12Session::from_slice(&session.to_tls12_client(), &parameters.profile.provider).ok(),
            None,
        ),
        Some(session) => {
            // Takes a handshake of its own, which is nobody's business.
            let restored = messages::without_noting(|| {
                hello_change::with_change(None, || client_session::restore(session))
            });
            (None, restored)
        }
        None => (None, None),
    };
    let hooks = Arc::new(ClientHooks {
        delegate: DelegateSlot::default(),
        tls12: Mutex::new(tls12),
        tls13: Mutex::new(tls13),
        signature_schemes: parameters
            .signature_schemes
            .iter()
            .copied()
            .map(SignatureScheme)
            .collect(),
        signing_schemes: parameters.signing_schemes,
        hello_change: parameters.hello_change.any(),
        hello_random: OnceLock::new(),
        fragment: parameters.max_fragment,
        prefers_own_order: parameters.profile.prefer_server_order,
        binds_curves: parameters.binds_curves,
        may_authenticate: parameters.may_authenticate,
        authorities: parameters
            .authorities
            .iter()
            .map(|name| distinguished_name(name))
            .collect(),
        request_ocsp: parameters.request_ocsp,
        speaks_tls13: AtomicBool::new(false),
        has_extensions: AtomicBool::new(false),
        flight: ServerFlight::default(),
        rejected: Mutex::new(None),
    });

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
    let config = Arc::new(config);
    let session_id = parameters.session.as_ref().and_then(ticket_session_id);
    let start = output.len();
    let connection = random::with_planned(session_id, CLIENT_SESSION_ID, || {
        hooks.work(delegate, || config.connect(name).build(output))
    })?;
    hooks.change_hello(output, start);
    Ok((Box::new(connection), hooks))
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

/// rustls counts the header among a fragment's bytes.
pub(super) fn fragment_size(plaintext: usize) -> Option<usize> {
    const HEADER: usize = 5;
    (plaintext < 16384).then_some(plaintext + HEADER)
}

/// What rustls holds of us.
pub(super) struct ClientHooks {
    pub(super) delegate: DelegateSlot,
    tls12: Mutex<Option<Tls12Session>>,
    tls13: Mutex<Option<Tls13Session>>,
    signature_schemes: Vec<SignatureScheme>,
    signing_schemes: Vec<u16>,
    hello_change: Option<HelloChange>,
    /// That of the ClientHello, once it is written.
    hello_random: OnceLock<[u8; 32]>,
    /// Largest plaintext of a record, in bytes.
    fragment: usize,
    prefers_own_order: bool,
    binds_curves: bool,
    may_authenticate: bool,
    authorities: Arc<[DistinguishedName]>,
    request_ocsp: bool,
    /// The server speaks TLS 1.3.
    speaks_tls13: AtomicBool,
    /// The EncryptedExtensions have come.
    has_extensions: AtomicBool,
    pub(super) flight: ServerFlight,
    pub(super) rejected: Mutex<Option<PeerRejected>>,
}

impl ClientHooks {
    /// Runs `work`, in which rustls may call the hooks.
    pub(super) fn work<R>(&self, delegate: &dyn Delegate, work: impl FnOnce() -> R) -> R {
        let _restore = Restore(CURRENT.replace(self));
        let work = || hello_change::with_change(self.hello_change, work);
        self.delegate.with(delegate, work)
    }

    /// Changes the ClientHello in the output from `start` on, if there is one: the first, or that which answers a
    /// HelloRetryRequest.
    pub(super) fn change_hello(&self, output: &mut Vec<u8>, start: usize) {
        let Some(change) = self.hello_change else {
            return;
        };
        let first = || hello_change::hello_random(&output[start..]).unwrap_or_default();
        let random = self.hello_random.get_or_init(first);
        hello_change::change_output(change, random, self.fragment, output, start);
    }

    fn reject(&self, rejected: PeerRejected) -> Error {
        if let Ok(mut slot) = self.rejected.lock() {
            *slot = Some(rejected);
        }
        error_with_alert(rejected.alert)
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
        let Some(delegate) = self.delegate.get() else {
            return Err(Error::Unreachable("no delegate"));
        };
        match delegate.verify_peer(
            &certificate_chain(identity.identity),
            identity.ocsp_response,
        ) {
            Ok(()) => Ok(leaf_only(identity.identity)),
            Err(rejected) => Err(self.reject(rejected)),
        }
    }

    fn verify_tls12_signature(
        &self,
        input: &SignatureVerificationInput<'_>,
    ) -> Result<HandshakeSignatureValid, Error> {
        let by_engine =
            || rustls::crypto::verify_tls12_signature(input, &rustls_aws_lc_rs::SUPPORTED_SIG_ALGS);
        judge_group(input, self.delegate.get()).map_err(|rejected| self.reject(rejected))?;
        verify_signature(
            Version::TLS1_2,
            by_engine,
            input,
            input.message,
            self.delegate.get(),
        )
        .map_err(|rejected| self.reject(rejected))
    }

    fn verify_tls13_signature(
        &self,
        input: &SignatureVerificationInput<'_>,
    ) -> Result<HandshakeSignatureValid, Error> {
        let by_engine =
            || rustls::crypto::verify_tls13_signature(input, &rustls_aws_lc_rs::SUPPORTED_SIG_ALGS);
        verify_signature(
            Version::TLS1_3,
            by_engine,
            input,
            input.message,
            self.delegate.get(),
        )
        .map_err(|rejected| self.reject(rejected))
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

thread_local! {
    /// The hooks of the client that is at work on this thread, or NULL.
    static CURRENT: Cell<*const ClientHooks> = const { Cell::new(ptr::null()) };
}

/// Notes that the client which is at work, if one is, has a server of TLS 1.3. True the first time, if a
/// certificate might be sent to it.
pub(super) fn note_tls13() -> bool {
    CurrentClient.hooks().is_some_and(|hooks| {
        let known = hooks.speaks_tls13.swap(true, Ordering::Relaxed);
        !known && hooks.may_authenticate
    })
}

/// Tells the program of the client which is at work, if one is, that its server's EncryptedExtensions come.
pub(super) fn extensions_come() -> Result<(), Error> {
    let Some(hooks) = CurrentClient.hooks() else {
        return Ok(());
    };
    match hooks.delegate.get() {
        Some(delegate) if !hooks.has_extensions.swap(true, Ordering::Relaxed) => delegate
            .extensions_come()
            .map_err(|rejected| hooks.reject(rejected)),
        _ => Ok(()),
    }
}

/// Runs work of a server, perhaps within a callback of a client.
pub(super) fn without_client<R>(work: impl FnOnce() -> R) -> R {
    let _restore = Restore(CURRENT.replace(ptr::null()));
    work()
}

/// Puts the hooks back that were at work before: a callback may drive another connection.
struct Restore(*const ClientHooks);

impl Drop for Restore {
    fn drop(&mut self) {
        CURRENT.set(self.0);
    }
}

/// The hooks of the client that is at work: rustls has no way to put a resolver into a
/// configuration that exists.
#[derive(Debug)]
pub(super) struct CurrentClient;

impl CurrentClient {
    pub(super) fn flight(&self) -> Option<&ServerFlight> {
        Some(&self.hooks()?.flight)
    }

    /// What is followed of the server's flight, as long as it may matter.
    pub(super) fn follow_plain(hooks: &ClientHooks, record: &[u8]) {
        if hooks.may_authenticate && !hooks.speaks_tls13.load(Ordering::Relaxed) {
            hooks.flight.follow_plain(record);
        }
    }

    fn hooks(&self) -> Option<&ClientHooks> {
        // SAFETY: not NULL only within `ClientHooks::work`, which borrows the hooks and puts back
        // what was there before it returns or unwinds; this is a callee of it, on the same thread.
        unsafe { CURRENT.get().as_ref() }
    }
}

impl ClientCredentialResolver for CurrentClient {
    fn resolve(&self, request: &CredentialRequest<'_>) -> Option<SelectedCredential> {
        self.hooks()?.resolve(request)
    }

    fn supported_certificate_types(&self) -> &'static [CertificateType] {
        match self.hooks().is_some_and(|hooks| hooks.may_authenticate) {
            true => &[CertificateType::X509],
            false => &[],
        }
    }

    fn hash_config(&self, _: &mut dyn Hasher) {}
}

impl ClientHooks {
    fn resolve(&self, request: &CredentialRequest<'_>) -> Option<SelectedCredential> {
        let accepted = request.signature_schemes();
        let version = match self.speaks_tls13.load(Ordering::Relaxed) {
            true => Version::TLS1_3,
            false => Version::TLS1_2,
        };
        let ours = self.signing_schemes.iter().copied().map(SignatureScheme);
        let ours: Vec<_> = ours.collect();
        let (order, other) = match self.prefers_own_order {
            true => (&ours[..], accepted),
            false => (accepted, &ours[..]),
        };
        let common: Vec<SignatureScheme> = order
            .iter()
            .copied()
            .filter(|scheme| other.contains(scheme))
            .collect();
        let delegate = self.delegate.get()?;
        let key = delegate.client_credentials(&CertificateRequest {
            version,
            server: self.flight.take_certificate(version == Version::TLS1_3),
            authorities: request
                .root_hint_subjects()
                .iter()
                .map(|name| name.as_ref())
                .collect(),
            signature_schemes: accepted.iter().map(|scheme| scheme.0).collect(),
            common_schemes: common.iter().map(|scheme| scheme.0).collect(),
        });
        let permitted: Vec<_> = common
            .into_iter()
            .filter(|scheme| delegate.may_sign(scheme.0))
            .collect();
        let rules = if self.binds_curves {
            Version::TLS1_3
        } else {
            version
        };
        let selected = key.and_then(|key| {
            let mut selected = key.select(rules, &permitted)?;
            if let Some(change) = self.hello_change {
                let inner = selected.signer;
                selected.signer = Box::new(ChangingSigner { inner, change });
            }
            super::server::note_selection(Some(delegate), &key, &selected).ok()?;
            Some(selected)
        });
        match delegate.has_failed() {
            // The server must not take the failure for a client without a certificate.
            true => no_credential(rules, &permitted),
            false => selected,
        }
    }
}

impl ClientSessionStore for ClientHooks {
    fn set_kx_hint(&self, _: ClientSessionKey<'static>, _: NamedGroup) {}

    fn kx_hint(&self, _: &ClientSessionKey<'_>) -> Option<NamedGroup> {
        None
    }

    fn set_tls12_session(&self, _: ClientSessionKey<'static>, value: Tls12Session) {
        // Its memory is wiped by the allocator, when it grows too.
        let mut encoded = Vec::with_capacity(512);
        value.encode(&mut encoded);
        if let (Some(session), Some(delegate)) = (
            SessionSecrets::from_tls12_client(&encoded),
            self.delegate.get(),
        ) {
            delegate.received_session(session);
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
        if let (Some(session), Some(delegate)) = (
            SessionSecrets::from_tls13_client(&encoded),
            self.delegate.get(),
        ) {
            delegate.received_session(session);
        }
    }

    fn take_tls13_ticket(&self, _: &ClientSessionKey<'static>) -> Option<Tls13Session> {
        self.tls13.lock().ok()?.take()
    }
}

impl KeyLog for ClientHooks {
    fn log(&self, label: &str, client_random: &[u8], secret: &[u8]) {
        if let Some(delegate) = self.delegate.get() {
            super::server::log_secret(delegate, label, client_random, secret);
        }
    }

    fn will_log(&self, _: &str) -> bool {
        self.delegate
            .get()
            .is_some_and(|delegate| delegate.wants_key_log())
    }
}
