//! TLS 1.3 client sessions from our own copies.
//!
//! rustls makes a client session from a NewSessionTicket message only, with a PSK that it derives
//! itself; it has no way to take one from outside. What it does offer is
//! `KernelConnection::handle_new_session_ticket`, which processes a ticket message for a finished
//! connection. So each thread finishes one connection with itself per suite, in memory, and keeps
//! it; to restore a session it has that connection process the session's own ticket message,
//! while the wrapped HKDF answers the derivation of the PSK with the session's PSK. Only rustls's
//! public interface is used. A restored session has nothing of that connection but its
//! suite: the peer's identity is taken from our session, never from rustls.

use std::cell::Cell;
use std::hash::Hasher;
use std::sync::Arc;
use std::time::Duration;

use rustls::client::danger::{
    HandshakeSignatureValid, ServerIdentity, ServerVerifier, SignatureVerificationInput,
};
use rustls::client::{
    ClientCredentialResolver, ClientSessionKey, ClientSessionStore, CredentialRequest, Resumption,
    Tls12Session, Tls13Session,
};
use rustls::crypto::kx::{
    ActiveKeyExchange, NamedGroup, SharedSecret, StartedKeyExchange, SupportedKxGroup,
};
use rustls::crypto::{
    Credentials, CryptoProvider, Identity, SelectedCredential, SignatureScheme, Signer, SigningKey,
    VerifiedIdentity,
};
use rustls::enums::CertificateType;
use rustls::kernel::KernelConnection;
use rustls::pki_types::{CertificateDer, ServerName, SubjectPublicKeyInfoDer, UnixTime};
use rustls::server::{ClientHello, NoServerSessionStorage, ServerCredentialResolver, Tls13Tickets};
use rustls::split::SplitConnection;
use rustls::time_provider::TimeProvider;
use rustls::{ClientConfig, ClientSide, Connection, Error, ServerConfig, Tcp, VecInput};
use zeroize::Zeroizing;

use super::provider::suites::tls13_suite;
use super::session_value::SessionSecrets;
use super::thread::{self, Driven, Restoring};

/// A rustls session equal to `session`. `None` when the engine does not know its suite, or the
/// session's parts cannot have come from a ticket.
pub(super) fn restore(session: &SessionSecrets) -> Option<Tls13Session> {
    if session.ticket.is_empty() || session.ticket.len() > usize::from(u16::MAX) {
        return None;
    }
    let suite = tls13_suite(session.cipher_suite)?;
    if session.secret.len() != suite.common.hash_provider.output_len() {
        return None;
    }
    // A thread that is ending keeps none.
    let kept = RESTORER.try_with(Cell::take).ok().flatten();
    let mut restorer = kept.unwrap_or_default();
    let restored = restorer.restore(session);
    let _ = RESTORER.try_with(|kept| kept.set(Some(restorer)));
    restored
}

thread_local! {
    static RESTORER: Cell<Option<Box<Restorer>>> = const { Cell::new(None) };
}

/// Makes rustls's sessions from the library's, on one thread.
#[derive(Default)]
struct Restorer {
    /// Finished connections, by suite.
    connections: Vec<(u16, KernelConnection<ClientSide>)>,
    driven: Option<Box<Driven>>,
}

impl Restorer {
    fn restore(&mut self, session: &SessionSecrets) -> Option<Tls13Session> {
        let mut driven = self.driven.take().unwrap_or_default();
        driven.restoring.get_or_insert_default().time = session.time;
        let (restored, driven) = thread::drive(driven, None, || {
            let connection = self.connection(session.cipher_suite)?;
            let psk = Zeroizing::new(session.secret.to_vec());
            restoring(|it| it.psk = Some(psk));
            let result = connection.handle_new_session_ticket(&session.new_session_ticket());
            // No other derivation may get the PSK.
            restoring(|it| it.psk = None);
            result.ok().and(restoring(|it| it.restored.take())?)
        });
        self.driven = Some(driven);
        restored
    }

    fn connection(&mut self, suite: u16) -> Option<&mut KernelConnection<ClientSide>> {
        let known = self.connections.iter().position(|(of, _)| *of == suite);
        let index = match known {
            Some(index) => index,
            None => {
                let connection = finished_connection(suite).ok()?;
                self.connections.push((suite, connection));
                self.connections.len() - 1
            }
        };
        self.connections.get_mut(index).map(|(_, kept)| kept)
    }
}

/// Runs `work` with the session that is being restored on this thread.
fn restoring<R>(work: impl FnOnce(&mut Restoring) -> R) -> Option<R> {
    thread::with(|driven| driven.restoring.as_deref_mut().map(work))?
}

/// Connects a client to a server in memory, and keeps the client's end.
#[cold]
#[inline(never)]
fn finished_connection(suite: u16) -> Result<KernelConnection<ClientSide>, Error> {
    let suite = tls13_suite(suite).ok_or(Error::NoSuitableCertificate)?;
    let provider = Arc::new(CryptoProvider {
        tls12_cipher_suites: Default::default(),
        tls13_cipher_suites: vec![suite].into(),
        kx_groups: vec![&NoExchange as &dyn SupportedKxGroup].into(),
        ..rustls_aws_lc_rs::DEFAULT_PROVIDER
    });
    let rehearsal = Arc::new(Rehearsal);

    let mut config = ClientConfig::builder_with_details(provider.clone(), Arc::new(TimeOfSession))
        .dangerous()
        .with_custom_certificate_verifier(rehearsal.clone())
        .with_client_credential_resolver(rehearsal.clone())?;
    config.resumption = Resumption::store(rehearsal.clone());
    config.enable_secret_extraction = true;
    config.enable_sni = false;
    let mut server_config = ServerConfig::builder(provider)
        .with_no_client_auth()
        .with_server_credential_resolver(rehearsal)?;
    server_config.session_storage = Arc::new(NoServerSessionStorage {});
    server_config.send_tls13_tickets = Tls13Tickets { default: 0, max: 0 };

    let name = ServerName::try_from("restored.invalid").map_err(|_| Error::UnsupportedNameType)?;
    let mut to_server = Vec::new();
    let mut client = Arc::new(config).connect(name).build(&mut to_server)?;
    let mut server = Connection::new(Arc::new(server_config))?;
    let mut to_client = Vec::new();
    let (mut server_input, mut client_input) = (VecInput::default(), VecInput::default());
    while client.is_handshaking() || !to_server.is_empty() {
        if to_server.is_empty() && to_client.is_empty() {
            return Err(Error::HandshakeNotComplete);
        }
        deliver(
            &mut to_server,
            &mut server_input,
            &mut server,
            &mut to_client,
        )?;
        deliver(
            &mut to_client,
            &mut client_input,
            &mut client,
            &mut to_server,
        )?;
    }
    into_kernel(client.split()?)
}

/// Gives one end what the other has sent.
fn deliver<Side: rustls::SideData>(
    sent: &mut Vec<u8>,
    input: &mut VecInput,
    end: &mut Connection<Side, Tcp>,
    answer: &mut Vec<u8>,
) -> Result<(), Error> {
    input
        .read(&mut sent.as_slice())
        .map_err(|_| Error::HandshakeNotComplete)?;
    sent.clear();
    end.read_tls(input, answer).handle_all(&mut Vec::new())?;
    Ok(())
}

fn into_kernel(client: SplitConnection<ClientSide>) -> Result<KernelConnection<ClientSide>, Error> {
    let (_secrets, connection) = client.dangerous_into_kernel_connection()?;
    Ok(connection)
}

/// A key exchange of both ends in which nothing is exchanged. Nothing is ever protected by the keys,
/// and a real one would take most of the time of a thread's first resumption.
#[derive(Debug)]
struct NoExchange;

impl SupportedKxGroup for NoExchange {
    fn start(&self) -> Result<StartedKeyExchange, Error> {
        Ok(StartedKeyExchange::Single(Box::new(Self)))
    }

    fn name(&self) -> NamedGroup {
        NamedGroup::X25519
    }
}

impl ActiveKeyExchange for NoExchange {
    fn complete(self: Box<Self>, peer_pub_key: &[u8]) -> Result<SharedSecret, Error> {
        Ok(SharedSecret::from(peer_pub_key))
    }

    fn pub_key(&self) -> &[u8] {
        &[0; 32]
    }

    fn group(&self) -> NamedGroup {
        self.name()
    }
}

/// The hooks of both ends: they accept everything and prove nothing. They never leave this module.
#[derive(Debug)]
struct Rehearsal;

impl ClientSessionStore for Rehearsal {
    fn set_kx_hint(&self, _: ClientSessionKey<'static>, _: NamedGroup) {}

    fn kx_hint(&self, _: &ClientSessionKey<'_>) -> Option<NamedGroup> {
        None
    }

    fn set_tls12_session(&self, _: ClientSessionKey<'static>, _: Tls12Session) {}

    fn tls12_session(&self, _: &ClientSessionKey<'_>) -> Option<Tls12Session> {
        None
    }

    fn remove_tls12_session(&self, _: &ClientSessionKey<'static>) {}

    fn insert_tls13_ticket(&self, _: ClientSessionKey<'static>, value: Tls13Session) {
        restoring(|it| it.restored = Some(value));
    }

    fn take_tls13_ticket(&self, _: &ClientSessionKey<'static>) -> Option<Tls13Session> {
        None
    }
}

impl ServerVerifier for Rehearsal {
    fn verify_identity<'a>(
        &self,
        identity: &ServerIdentity<'a, '_>,
    ) -> Result<VerifiedIdentity<'a>, Error> {
        Ok(VerifiedIdentity::assertion(identity.identity.clone()))
    }

    fn verify_tls12_signature(
        &self,
        _: &SignatureVerificationInput<'_>,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &SignatureVerificationInput<'_>,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }

    fn request_ocsp_response(&self) -> bool {
        false
    }

    fn hash_config(&self, _: &mut dyn Hasher) {}
}

impl ClientCredentialResolver for Rehearsal {
    fn resolve(&self, _: &CredentialRequest<'_>) -> Option<SelectedCredential> {
        None
    }

    fn supported_certificate_types(&self) -> &'static [CertificateType] {
        &[]
    }

    fn hash_config(&self, _: &mut dyn Hasher) {}
}

impl ServerCredentialResolver for Rehearsal {
    fn resolve(&self, _: &ClientHello<'_>) -> Result<SelectedCredential, Error> {
        let identity = Identity::from_cert_chain(vec![CertificateDer::from(vec![0])])?;
        Credentials::new_unchecked(Arc::new(identity), Box::new(NoKey))
            .signer(&[SignatureScheme::ED25519])
            .ok_or(Error::NoSuitableCertificate)
    }
}

#[derive(Debug)]
struct NoKey;

impl SigningKey for NoKey {
    fn choose_scheme(&self, _: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        Some(Box::new(NoKey))
    }

    fn public_key(&self) -> Option<SubjectPublicKeyInfoDer<'_>> {
        None
    }
}

impl Signer for NoKey {
    fn sign(self: Box<Self>, _: &[u8]) -> Result<Vec<u8>, Error> {
        Ok(vec![0])
    }

    fn scheme(&self) -> SignatureScheme {
        SignatureScheme::ED25519
    }
}

/// Its time is the one at which the session that is being restored was made.
#[derive(Debug)]
struct TimeOfSession;

impl TimeProvider for TimeOfSession {
    fn current_time(&self) -> Option<UnixTime> {
        let time = restoring(|it| it.time)?;
        Some(UnixTime::since_unix_epoch(Duration::from_secs(time)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Version;

    #[test]
    fn a_restored_session_is_equal_to_the_one_it_was_made_from() {
        for (cipher_suite, hash_len) in [(0x1301, 32), (0x1302, 48), (0x1303, 32)] {
            let session = SessionSecrets {
                version: Version::TLS1_3,
                cipher_suite,
                secret: Zeroizing::new(vec![7; hash_len]),
                ticket: b"a ticket".to_vec(),
                lifetime: 7200,
                age_add: 0xdead_beef,
                max_early_data: 16384,
                time: 1_700_000_000,
                ..SessionSecrets::default()
            };
            for _ in 0..2 {
                let restored = restore(&session).unwrap();
                let mut encoded = Vec::new();
                restored.encode(&mut encoded);
                assert!(SessionSecrets::from_tls13_client(&encoded) == Some(session.clone()));
            }
        }
    }

    #[test]
    fn a_session_with_a_secret_of_the_wrong_length_is_not_restored() {
        let session = SessionSecrets {
            version: Version::TLS1_3,
            cipher_suite: 0x1302,
            secret: Zeroizing::new(vec![7; 32]),
            ticket: vec![1],
            ..SessionSecrets::default()
        };
        assert!(restore(&session).is_none());
    }
}
