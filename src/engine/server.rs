//! Server connections, and the hooks through which rustls asks us.
//!
//! What the program may decide (which session to resume, which certificate, which protocol) is
//! decided before a connection is made, from the raw ClientHello. The hooks only pass the decisions
//! on.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{SelectedCredential, SignatureScheme, TicketProducer, VerifiedIdentity};
use rustls::enums::ApplicationProtocol;
use rustls::error::PeerIncompatible;
use rustls::server::danger::{ClientIdentity, ClientVerifier, SignatureVerificationInput};
use rustls::server::{
    ClientHello, PreferClientOrder, PreferServerOrder, ServerCredentialResolver, ServerSessionKey,
    StoresServerSessions, Tls13Tickets,
};
use rustls::{Connection, DistinguishedName, Error, KeyLog, ServerConfig, ServerSide, Tcp};
use zeroize::Zeroizing;

use super::credentials::no_credential;
use super::delegate::ClientAuthentication;
use super::early_data::EarlyDataPolicy;
use super::group_choice::{ClientGroups, ServerGroups, SharesFirst};
use super::hello_change::HelloChange;
use super::hooks::{
    common_schemes, distinguished_name, fragment_size, log_secret, report_selection, wants_key_log,
};
use super::peer_identity::{verify_identity, verify_signature};
use super::provider::transcript::original;
use super::server_parameters::ServerParameters;
use super::session_value::SessionSecrets;
use super::suite_selection;
use super::templates::with_common_settings;
use super::thread;
use super::unfinished_exporter::EXPORTER_SECRET;
use crate::wire::Version;

/// A connection of rustls, and its hooks.
type Accepted = (Box<Connection<ServerSide, Tcp>>, Arc<ServerHooks>);

/// Makes a connection for the server that is driven on this thread.
pub(super) fn accept(parameters: ServerParameters) -> Result<Accepted, Error> {
    let hooks = Arc::new(ServerHooks::new(parameters));
    let mut config = configuration(&hooks)?;
    config.cert_resolver = hooks.clone();
    config.session_storage = hooks.clone();
    config.key_log = hooks.clone();
    // In TLS 1.3 a ticketer makes rustls reject early data; without one it may accept it.
    let with_ticketer = match hooks.parameters.version {
        Version::TLS1_3 => hooks.parameters.early_data == EarlyDataPolicy::Reject,
        _ => hooks.parameters.tickets.tls12,
    };
    config.ticketer = with_ticketer.then(|| hooks.clone() as Arc<dyn TicketProducer>);
    set_choices(&mut config, &hooks.parameters);
    Ok((Box::new(Connection::new(Arc::new(config))?), hooks))
}

/// The configuration to start from: the template, unless the client may be asked for a certificate.
fn configuration(hooks: &Arc<ServerHooks>) -> Result<ServerConfig, Error> {
    let parameters = &hooks.parameters;
    let provider = &parameters.profile.provider;
    match parameters.client_authentication {
        ClientAuthentication::None if !parameters.may_ask_later => {
            parameters.profile.templates.server(provider)
        }
        _ => ServerConfig::builder(provider.clone())
            .with_client_cert_verifier(hooks.clone())
            .with_server_credential_resolver(hooks.clone())
            .map(with_common_settings),
    }
}

/// Puts in what has been decided for this client.
fn set_choices(config: &mut ServerConfig, parameters: &ServerParameters) {
    // The tickets of TLS 1.3 are our own; `put` and `encrypt` keep those back that rustls
    // would send.
    config.send_tls13_tickets = Tls13Tickets {
        default: 0,
        max: parameters.tickets.count,
    };
    config.alpn_protocols = parameters
        .alpn
        .iter()
        .map(|name| ApplicationProtocol::from(name.as_slice()).to_owned())
        .collect();
    config.max_early_data_size = parameters.early_data.limit();
    config.send_half_rtt_data = parameters.early_answer;
    config.max_fragment_size = fragment_size(parameters.max_fragment);
    let preferred = parameters.preferred_suite;
    let prefer_server_order = parameters.profile.prefer_server_order;
    config.cipher_suite_selector = match preferred.and_then(suite_selection::preferring) {
        Some(selector) => selector,
        None if prefer_server_order => &PreferServerOrder,
        None => &PreferClientOrder,
    };
    config.kx_selector = match (parameters.version == Version::TLS1_3, prefer_server_order) {
        (true, _) => &SharesFirst,
        (false, true) => &ServerGroups,
        (false, false) => &ClientGroups,
    };
}

/// The name that rustls will resume under, given the one in the ClientHello.
pub fn normalized_server_name(name: &str) -> Option<String> {
    let name = rustls::pki_types::DnsName::try_from(name).ok()?;
    let text: &str = name.as_ref();
    Some(text.to_ascii_lowercase())
}

/// The hooks that rustls calls.
pub(super) struct ServerHooks {
    pub(super) parameters: ServerParameters,
    client_schemes: Vec<SignatureScheme>,
    client_ca_names: Arc<[DistinguishedName]>,
}

impl ServerHooks {
    fn new(parameters: ServerParameters) -> Self {
        let names = parameters.client_ca_names.iter();
        let schemes = parameters.client_signature_schemes.iter().copied();
        Self {
            client_ca_names: names.map(|name| distinguished_name(name)).collect(),
            client_schemes: schemes.map(SignatureScheme).collect(),
            parameters,
        }
    }

    /// As the program wants it now, if it can be asked.
    fn client_authentication(&self) -> ClientAuthentication {
        thread::ask(|delegate| delegate.client_authentication())
            .unwrap_or(self.parameters.client_authentication)
    }

    pub(super) fn hello_change(&self) -> Option<HelloChange> {
        self.parameters
            .hidden_master_secret
            .map(|_| HelloChange::Server)
    }

    fn resumable(&self, identity: &[u8]) -> Option<Vec<u8>> {
        let offer = self.parameters.resume.as_ref()?;
        if offer.identity != identity {
            return None;
        }
        let value = offer.session.to_server_value(
            offer.server_name.as_deref(),
            offer.cipher_suite,
            self.parameters.alpn.as_deref(),
        );
        Some(value.to_vec())
    }
}

impl fmt::Debug for ServerHooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServerHooks")
    }
}

impl ServerCredentialResolver for ServerHooks {
    fn resolve(&self, hello: &ClientHello<'_>) -> Result<SelectedCredential, Error> {
        let usable = self.usable_schemes(hello.signature_schemes());
        if let Some(selected) = self.resolve_resumption(hello, &usable) {
            return Ok(selected);
        }
        let version = self.parameters.version;
        let credentials = &self.parameters.credentials;
        let chosen = match version {
            Version::TLS1_3 => self.first_to_sign(&usable),
            _ => self.resolve_tls12(hello, &usable),
        };
        let selected = chosen.or_else(|| self.first_to_sign(&usable)).ok_or(
            // In TLS 1.2 the suite names the kind of key, so there is no suite in common.
            match credentials.is_empty() || version == Version::TLS1_2 {
                true => PeerIncompatible::NoCipherSuitesInCommon,
                false => PeerIncompatible::NoSignatureSchemesInCommon,
            },
        )?;
        if let Some(key) = credentials.iter().find(|key| key.is(&selected)) {
            report_selection(key, &selected).map_err(thread::reject)?;
        }
        self.staple(selected)
    }
}

impl ServerHooks {
    /// When a session is resumed: a certificate that fits its suite, for the case that rustls does
    /// not resume it after all, or else none, which must not prevent the resumption.
    fn resolve_resumption(
        &self,
        hello: &ClientHello<'_>,
        usable: &[SignatureScheme],
    ) -> Option<SelectedCredential> {
        let offer = self.parameters.resume.as_ref()?;
        let suites = &self.parameters.profile.provider.tls12_cipher_suites;
        let suite = suites
            .iter()
            .find(|suite| suite.common.suite.0 == offer.cipher_suite);
        let fits = |scheme: &SignatureScheme| suite.is_none_or(|suite| suite.sign.contains(scheme));
        let fitting = |schemes: &[SignatureScheme]| -> Vec<_> {
            schemes
                .iter()
                .copied()
                .filter(|scheme| fits(scheme))
                .collect()
        };
        // No scheme may sign that a TLS 1.3 client has not offered.
        let without_signature = self.parameters.hello_changes.only_with_psk.is_some()
            && self.parameters.hello_changes.signature_schemes.is_some();
        let signs = match without_signature {
            true => None,
            false => self.first_to_sign(&fitting(usable)),
        };
        signs.or_else(|| {
            let offered = fitting(hello.signature_schemes());
            no_credential(self.rules(), &offered)
        })
    }

    /// With the OCSP response that the program wants to be sent with this certificate.
    fn staple(&self, mut selected: SelectedCredential) -> Result<SelectedCredential, Error> {
        if self.parameters.staple
            && let Some(response) = thread::ask(|delegate| delegate.staple())
        {
            selected.ocsp = response.map_err(thread::reject)?.map(Arc::from);
        }
        Ok(selected)
    }

    /// The schemes that both sides know, in the order of the side whose order counts.
    fn usable_schemes(&self, offered: &[SignatureScheme]) -> Vec<SignatureScheme> {
        let ours = self.parameters.signature_schemes.iter().copied();
        let ours: Vec<_> = ours.map(SignatureScheme).collect();
        match self.parameters.profile.prefer_server_order {
            true => common_schemes(&ours, offered),
            false => common_schemes(offered, &ours),
        }
    }

    /// The version by whose rules keys sign.
    fn rules(&self) -> Version {
        match self.parameters.binds_curves {
            true => Version::TLS1_3,
            false => self.parameters.version,
        }
    }

    /// The order of signature schemes decides between several certificates.
    fn first_to_sign(&self, schemes: &[SignatureScheme]) -> Option<SelectedCredential> {
        let keys = &self.parameters.credentials;
        schemes.iter().find_map(|scheme| {
            let scheme = std::slice::from_ref(scheme);
            keys.iter().find_map(|key| key.select(self.rules(), scheme))
        })
    }

    /// In TLS 1.2 the suite says what kinds of keys sign, so the order of suites comes before that
    /// of signature schemes.
    fn resolve_tls12(
        &self,
        hello: &ClientHello<'_>,
        usable: &[SignatureScheme],
    ) -> Option<SelectedCredential> {
        let ours = &self.parameters.profile.provider.tls12_cipher_suites;
        let offered = hello.cipher_suites();
        let ordered: Vec<_> = if self.parameters.profile.prefer_server_order {
            ours.iter()
                .filter(|suite| offered.contains(&suite.common.suite))
                .collect()
        } else {
            offered
                .iter()
                .filter_map(|number| ours.iter().find(|suite| suite.common.suite == *number))
                .collect()
        };
        ordered.iter().find_map(|suite| {
            let schemes: Vec<_> = usable
                .iter()
                .copied()
                .filter(|scheme| suite.sign.contains(scheme))
                .collect();
            self.first_to_sign(&schemes)
        })
    }
}

impl StoresServerSessions for ServerHooks {
    fn put(&self, key: ServerSessionKey<'_>, value: Vec<u8>) -> bool {
        let value = Zeroizing::new(value);
        match SessionSecrets::from_server_value(&value) {
            Some(mut session) if session.version != Version::TLS1_3 => {
                session.session_id = key.as_ref().to_vec();
                thread::ask(|delegate| delegate.keep_session(session)).is_some()
            }
            _ => false,
        }
    }

    fn get(&self, key: ServerSessionKey<'_>) -> Option<Vec<u8>> {
        self.resumable(key.as_ref())
    }

    fn take(&self, key: ServerSessionKey<'_>) -> Option<Vec<u8>> {
        self.resumable(key.as_ref())
    }

    fn can_cache(&self) -> bool {
        self.parameters.session_ids
    }
}

impl TicketProducer for ServerHooks {
    fn encrypt(&self, plain: &[u8]) -> Option<Vec<u8>> {
        let session = SessionSecrets::from_server_value(plain)?;
        match session.version {
            Version::TLS1_3 => None,
            _ => thread::ask(|delegate| delegate.issue_ticket(session))?,
        }
    }

    fn decrypt(&self, cipher: &[u8]) -> Option<Vec<u8>> {
        self.resumable(cipher)
    }

    fn lifetime(&self) -> Duration {
        Duration::from_secs(self.parameters.tickets.lifetime.into())
    }
}

impl ClientVerifier for ServerHooks {
    fn verify_identity<'a>(
        &self,
        identity: &ClientIdentity<'a, '_>,
    ) -> Result<VerifiedIdentity<'a>, Error> {
        verify_identity(identity.identity, &[])
    }

    fn verify_tls12_signature(
        &self,
        input: &SignatureVerificationInput<'_>,
    ) -> Result<HandshakeSignatureValid, Error> {
        let message = original(input.message);
        let message = match self.hello_change() {
            None => message,
            Some(change) => Cow::Owned(change.signed(&message).into_owned()),
        };
        let by_engine = || match message {
            Cow::Borrowed(_) => {
                rustls::crypto::verify_tls12_signature(input, &rustls_aws_lc_rs::SUPPORTED_SIG_ALGS)
            }
            // Over other messages than rustls's.
            Cow::Owned(_) => Err(Error::General("left to libcrypto".into())),
        };
        verify_signature(Version::TLS1_2, input, &message, by_engine)
    }

    fn verify_tls13_signature(
        &self,
        input: &SignatureVerificationInput<'_>,
    ) -> Result<HandshakeSignatureValid, Error> {
        let by_engine =
            || rustls::crypto::verify_tls13_signature(input, &rustls_aws_lc_rs::SUPPORTED_SIG_ALGS);
        verify_signature(Version::TLS1_3, input, input.message, by_engine)
    }

    fn root_hint_subjects(&self) -> Arc<[DistinguishedName]> {
        self.client_ca_names.clone()
    }

    /// Asked when the client's certificates have come: the program may have changed its mind since
    /// it was asked for them.
    fn client_auth_mandatory(&self) -> bool {
        self.client_authentication() == ClientAuthentication::Required
    }

    /// Asked when a connection is made, so that what a client would have to sign is kept, and when
    /// the server's flight is written.
    fn offer_client_auth(&self) -> bool {
        thread::ask(|delegate| delegate.client_authentication() != ClientAuthentication::None)
            .unwrap_or(true)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.client_schemes.clone()
    }
}

impl KeyLog for ServerHooks {
    fn log(&self, label: &str, client_random: &[u8], secret: &[u8]) {
        if label == EXPORTER_SECRET {
            let secret = Zeroizing::new(secret.to_vec());
            thread::with(|driven| driven.exporter_secret = Some(secret));
        }
        log_secret(label, client_random, secret);
    }

    fn will_log(&self, label: &str) -> bool {
        label == EXPORTER_SECRET || wants_key_log()
    }
}
