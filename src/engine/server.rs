//! Server connections, and the hooks through which rustls asks us.
//!
//! What the program may decide (which session to resume, which certificate, which protocol) is
//! decided before a connection is made, from the raw ClientHello. The hooks only pass the decisions
//! on.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{SelectedCredential, SignatureScheme, TicketProducer, VerifiedIdentity};
use rustls::error::PeerIncompatible;
use rustls::server::danger::{ClientIdentity, ClientVerifier, SignatureVerificationInput};
use rustls::server::{
    ClientHello, ServerCredentialResolver, ServerSessionKey, StoresServerSessions,
};
use rustls::{Connection, DistinguishedName, Error, KeyLog, ServerSide, Tcp, Tls12CipherSuite};
use zeroize::Zeroizing;

use super::credentials::no_credential;
use super::delegate::ClientAuthentication;
use super::early_data::EarlyDataPolicy;
use super::hello_change::HelloChange;
use super::hooks::{distinguished_name, log_secret, report_selection, wants_key_log};
use super::peer_identity::{verify_identity, verify_signature};
use super::provider::transcript::original;
use super::server_parameters::ServerParameters;
use super::session_value::SessionSecrets;
use super::templates::ServerValues;
use super::thread;
use super::unfinished_exporter::EXPORTER_SECRET;
use crate::wire::Version;

/// Makes a connection for the server that is driven on this thread, with its parameters.
pub(super) fn accept() -> Result<Box<Connection<ServerSide, Tcp>>, Error> {
    let config = thread::with(|driven| {
        let parameters = driven.server.as_deref()?;
        let profile = &parameters.profile;
        let values = parameters.values();
        Some(profile.templates.server(&profile.provider, &values))
    });
    let config = config.flatten().ok_or(Error::Unreachable("no server"))??;
    Ok(Box::new(Connection::new(config)?))
}

impl ServerParameters {
    /// What rustls reads of the configuration.
    fn values(&self) -> ServerValues<'_> {
        ServerValues {
            alpn: self.alpn.as_deref().map(Cow::Borrowed),
            max_early_data: self.early_data.limit(),
            early_answer: self.early_answer,
            tickets: self.tickets.count,
            // In TLS 1.3 a ticketer makes rustls reject early data; without one it may accept it.
            with_ticketer: match self.version {
                Version::TLS1_3 => self.early_data == EarlyDataPolicy::Reject,
                _ => self.tickets.tls12,
            },
            max_fragment: self.max_fragment,
        }
    }
}

/// The name that rustls will resume under, given the one in the ClientHello.
pub fn normalized_server_name(name: &str) -> Option<String> {
    let name = rustls::pki_types::DnsName::try_from(name).ok()?;
    let text: &str = name.as_ref();
    Some(text.to_ascii_lowercase())
}

/// The hooks that rustls calls, of all servers: they find the parameters of theirs on the thread.
#[derive(Debug)]
pub(super) struct ServerHooks;

/// Runs `work`, which neither drives nor asks, with the parameters of the server that is driven.
fn with_server<R>(work: impl FnOnce(&ServerParameters) -> R) -> Option<R> {
    thread::with(|driven| driven.server.as_deref().map(work))?
}

/// The session's value for rustls, if this is how the client offers it.
fn resumable(identity: &[u8]) -> Option<Vec<u8>> {
    with_server(|server| server.resumable(identity))?
}

impl ServerParameters {
    pub(super) fn hello_change(&self) -> Option<HelloChange> {
        self.hidden_master_secret.map(|_| HelloChange::Server)
    }

    fn resumable(&self, identity: &[u8]) -> Option<Vec<u8>> {
        let offer = self.resume.as_ref()?;
        if offer.identity != identity {
            return None;
        }
        let mut value = offer.session.to_server_value(
            offer.server_name.as_deref(),
            offer.cipher_suite,
            self.alpn.as_deref(),
        );
        // Memory is wiped when it is freed.
        Some(std::mem::take(&mut *value))
    }
}

impl ServerCredentialResolver for ServerHooks {
    fn resolve(&self, hello: &ClientHello<'_>) -> Result<SelectedCredential, Error> {
        thread::with_server(|server| server.resolve(hello))
            .unwrap_or(Err(PeerIncompatible::NoCipherSuitesInCommon.into()))
    }
}

impl ServerParameters {
    /// What to authenticate with. Asks the delegate.
    fn resolve(&self, hello: &ClientHello<'_>) -> Result<SelectedCredential, Error> {
        if let Some(selected) = self.resolve_resumption(hello) {
            return Ok(selected);
        }
        let usable: Vec<_> = self.usable_schemes(hello.signature_schemes()).collect();
        let version = self.version;
        let credentials = &self.credentials;
        let chosen = match version {
            Version::TLS1_3 => self.first_to_sign(usable.iter().copied()),
            _ => self.resolve_tls12(hello, &usable),
        };
        let selected = chosen
            .or_else(|| self.first_to_sign(usable.iter().copied()))
            .ok_or(
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

    /// When a session is resumed: a certificate that fits its suite, for the case that rustls does
    /// not resume it after all, or else none, which must not prevent the resumption.
    fn resolve_resumption(&self, hello: &ClientHello<'_>) -> Option<SelectedCredential> {
        let offer = self.resume.as_ref()?;
        let suites = &self.profile.provider.tls12_cipher_suites;
        let suite = suites
            .iter()
            .find(|suite| suite.common.suite.0 == offer.cipher_suite);
        let fits = |scheme: &SignatureScheme| suite.is_none_or(|suite| suite.sign.contains(scheme));
        // No scheme may sign that a TLS 1.3 client has not offered.
        let without_signature = self.hello_changes.only_with_psk.is_some()
            && self.hello_changes.signature_schemes.is_some();
        let signs = match without_signature {
            true => None,
            false => {
                self.first_to_sign(self.usable_schemes(hello.signature_schemes()).filter(fits))
            }
        };
        signs.or_else(|| {
            let mut offered = hello.signature_schemes().iter().copied();
            no_credential(offered.find(fits)?)
        })
    }

    /// With the OCSP response that the program wants to be sent with this certificate.
    fn staple(&self, mut selected: SelectedCredential) -> Result<SelectedCredential, Error> {
        if self.staple
            && let Some(response) = thread::ask(|delegate| delegate.staple())
        {
            selected.ocsp = response.map_err(thread::reject)?.map(Arc::from);
        }
        Ok(selected)
    }

    /// The schemes that both sides know, in the order of the side whose order counts.
    fn usable_schemes<'a>(
        &'a self,
        offered: &'a [SignatureScheme],
    ) -> impl Iterator<Item = SignatureScheme> + 'a {
        let (own_order, ours) = (self.profile.prefer_server_order, &self.signature_schemes);
        let order = match own_order {
            true => (ours.as_slice(), &[][..]),
            false => (&[][..], offered),
        };
        let by_ours = order.0.iter().copied().map(SignatureScheme);
        let by_ours = by_ours.filter(|scheme| offered.contains(scheme));
        let by_theirs = order.1.iter().copied();
        by_ours.chain(by_theirs.filter(|scheme| ours.contains(&scheme.0)))
    }

    /// The version by whose rules keys sign.
    fn rules(&self) -> Version {
        match self.binds_curves {
            true => Version::TLS1_3,
            false => self.version,
        }
    }

    /// The order of signature schemes decides between several certificates.
    fn first_to_sign(
        &self,
        mut schemes: impl Iterator<Item = SignatureScheme>,
    ) -> Option<SelectedCredential> {
        let keys = &self.credentials;
        schemes.find_map(|scheme| {
            let mut keys = keys.iter();
            keys.find_map(|key| key.select(self.rules(), &[scheme]))
        })
    }

    /// In TLS 1.2 the suite says what kinds of keys sign, so the order of suites comes before that
    /// of signature schemes.
    fn resolve_tls12(
        &self,
        hello: &ClientHello<'_>,
        usable: &[SignatureScheme],
    ) -> Option<SelectedCredential> {
        let ours = &self.profile.provider.tls12_cipher_suites;
        let offered = hello.cipher_suites();
        let select = |suite: &&'static Tls12CipherSuite| {
            let usable = usable.iter().copied();
            self.first_to_sign(usable.filter(|scheme| suite.sign.contains(scheme)))
        };
        if self.profile.prefer_server_order {
            ours.iter()
                .filter(|suite| offered.contains(&suite.common.suite))
                .find_map(select)
        } else {
            offered
                .iter()
                .filter_map(|number| ours.iter().find(|suite| suite.common.suite == *number))
                .find_map(select)
        }
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
        resumable(key.as_ref())
    }

    fn take(&self, key: ServerSessionKey<'_>) -> Option<Vec<u8>> {
        resumable(key.as_ref())
    }

    fn can_cache(&self) -> bool {
        with_server(|server| server.session_ids).unwrap_or(false)
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
        resumable(cipher)
    }

    fn lifetime(&self) -> Duration {
        let seconds = with_server(|server| server.tickets.lifetime);
        Duration::from_secs(seconds.unwrap_or(0).into())
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
        let change = with_server(ServerParameters::hello_change).flatten();
        let message = match change {
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
        let names = |server: &ServerParameters| {
            let names = server.client_ca_names.iter();
            names.map(|name| distinguished_name(name)).collect()
        };
        with_server(names).unwrap_or_default()
    }

    /// Asked when the client's certificates have come: the program may have changed its mind since
    /// it was asked for them.
    fn client_auth_mandatory(&self) -> bool {
        let at_first = || with_server(|server| server.client_authentication);
        // As the program wants it now, if it can be asked.
        let now = thread::ask(|delegate| delegate.client_authentication()).or_else(at_first);
        now == Some(ClientAuthentication::Required)
    }

    /// Asked when a connection is made, so that what a client would have to sign is kept, and when
    /// the server's flight is written.
    fn offer_client_auth(&self) -> bool {
        let may_ask = with_server(|server| {
            server.may_ask_later || server.client_authentication != ClientAuthentication::None
        });
        may_ask == Some(true)
            && thread::ask(|delegate| {
                delegate.client_authentication() != ClientAuthentication::None
            })
            .unwrap_or(true)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let schemes = |server: &ServerParameters| {
            let numbers = server.client_signature_schemes.iter();
            numbers.copied().map(SignatureScheme).collect()
        };
        with_server(schemes).unwrap_or_default()
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
