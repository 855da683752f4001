//! Starting a client.

use std::sync::Arc;

use super::external_psk::OfferedPsk;
use super::{Connection, HandshakeState, Role, Stop, secrets_of};
use crate::clock;
use crate::connection::policy::hello_change;
use crate::context::{Settings, Signer};
use crate::engine::{ClientParameters, Failure, PeerRejected, Profile, SessionSecrets};
use crate::session::{Session, SessionRef};
use crate::wire::{Tls12Ticket, Version, alpn};

/// What a client keeps while its handshake is under way.
#[derive(Default)]
pub(in crate::connection) struct Client {
    pub(super) offered: Offered,
    /// The server's chain and whether the program accepts it, if it was asked before the engine
    /// asks.
    pub(in crate::connection) early_verdict: Option<EarlyVerdict>,
    /// TLS 1.2: the id in the ServerHello, until the new session has it.
    pub(super) server_id: Option<Vec<u8>>,
    /// TLS 1.2: the ticket that the server has sent.
    pub(super) new_ticket: Option<Tls12Ticket>,
}

/// What a client has offered to resume.
#[derive(Default)]
pub(super) enum Offered {
    /// Nothing, or a session that the server has not accepted.
    #[default]
    Nothing,
    /// A session, or a key that the server has accepted.
    Session(SessionRef),
    /// The session that stands for a key of the program, which the server has not accepted yet.
    Key(SessionRef),
}

impl Offered {
    /// The session that was offered, or that an accepted key stands for.
    pub fn session(&self) -> Option<&SessionRef> {
        match self {
            Self::Session(session) => Some(session),
            Self::Nothing | Self::Key(_) => None,
        }
    }

    /// Whatever was offered.
    pub fn any(&self) -> Option<&SessionRef> {
        match self {
            Self::Session(session) | Self::Key(session) => Some(session),
            Self::Nothing => None,
        }
    }

    /// The server has accepted what was offered. Gives the session of a key, which is the
    /// connection's from now on.
    pub fn accept_key(&mut self) -> Option<SessionRef> {
        let Self::Key(session) = self else {
            return None;
        };
        let session = session.clone();
        *self = Self::Session(session.clone());
        Some(session)
    }
}

/// The program's answer on a peer's chain before the engine asks for it.
pub(in crate::connection) struct EarlyVerdict {
    /// DER, leaf first.
    pub chain: Vec<Vec<u8>>,
    pub rejected: Option<PeerRejected>,
}

/// What a client is about to offer. The engine offers one PSK: the program's key, which is always
/// good, or a session, which the server may reject.
enum Offer {
    Nothing,
    Session(SessionRef),
    Key(OfferedPsk),
}

impl Offer {
    /// The session that is offered, or that stands for the key.
    fn session(&self) -> Option<&Session> {
        match self {
            Self::Nothing => None,
            Self::Session(session) => Some(session),
            Self::Key(key) => Some(&key.session),
        }
    }

    /// In the engine's terms.
    fn for_engine(&self) -> Option<SessionSecrets> {
        match self {
            Self::Nothing => None,
            Self::Session(session) => Some(with_age_rounded_down(secrets_of(session))),
            Self::Key(key) => Some(key.for_engine()),
        }
    }
}

impl From<Offer> for Offered {
    fn from(offer: Offer) -> Self {
        match offer {
            Offer::Nothing => Self::Nothing,
            Offer::Session(session) => Self::Session(session),
            Offer::Key(key) => Self::Key(key.session),
        }
    }
}

impl Connection {
    /// Makes the ClientHello.
    pub(super) fn start_client(&self) -> Result<(), Stop> {
        let settings = self.settings_with_ciphers();
        let profile = self.client_profile(&settings)?;
        let offer = self.choose_offer(&settings, &profile)?;
        let early_data = self.early.is_connecting();
        if early_data {
            self.prepare_early_data(offer.session(), &settings)?;
        }
        let parameters = self.client_parameters(&settings, profile, &offer)?;
        let former = self
            .handshake
            .client(|client| std::mem::replace(&mut client.offered, offer.into()));
        // With nothing borrowed: the last reference to a session runs the program's functions.
        drop(former);
        let mut engine = self.engine.take()?;
        let result = engine.connect(parameters, self);
        let random = engine.client_random();
        self.engine.put_back(engine);
        if let Some(random) = random {
            self.hellos.set_client_random(random);
        }
        if !self.observer.is_active() {
            self.observer
                .enter_state(HandshakeState::CLIENT_WRITES_HELLO);
        }
        result.map_err(|failure: Failure| self.fail(failure))?;
        match early_data {
            true => self.check_early_data_offered(),
            false => Ok(()),
        }
    }

    /// What the ClientHello offers. Without a session to offer the client has a provisional one
    /// (S3, S28, S29).
    fn choose_offer(&self, settings: &Settings, profile: &Profile) -> Result<Offer, Stop> {
        if let Some(key) = self.external_psk_to_offer(settings)? {
            self.hold_provisional();
            return Ok(Offer::Key(key));
        }
        Ok(match self.session_to_offer(profile) {
            Some(session) => Offer::Session(session),
            None => {
                self.hold_provisional();
                Offer::Nothing
            }
        })
    }

    /// What the engine makes the ClientHello from.
    fn client_parameters(
        &self,
        settings: &Settings,
        profile: Arc<Profile>,
        offer: &Offer,
    ) -> Result<ClientParameters, Stop> {
        let schemes = self.offered_signatures(settings, Signer::Server);
        // Not borrowed any more when the policy asks the program.
        let server_name = self
            .configuration
            .server_name()
            .as_ref()
            .and_then(|name| name.to_str().ok().map(str::to_owned));
        Ok(ClientParameters {
            server_name,
            alpn: protocol_names(&settings.alpn_protocols),
            session: offer.for_engine(),
            early_data: self.early.is_connecting(),
            signature_schemes: self.enforce(schemes)?,
            signing_schemes: settings.client_signature_schemes().to_vec(),
            binds_curves: settings.suite_b().is_some(),
            may_authenticate: self.may_authenticate(settings),
            authorities: self.names_for_peer(Role::Client),
            request_ocsp: settings.status_type == 1,
            hello_change: hello_change(settings),
            tls12_tickets: profile.speaks(Version::TLS1_2) && self.may_use_tickets(),
            max_fragment: settings.longest_fragment(),
            profile,
        })
    }

    /// The session set by the program, if a ClientHello may offer it.
    fn session_to_offer(&self, profile: &Profile) -> Option<SessionRef> {
        let session = self.session.get()?;
        let version = session.protocol_version();
        let usable = session.is_resumable() && session.cipher_id() != 0;
        // Without its suite among the offered ones a server could not resume it. In TLS 1.3 any
        // suite with the same hash would do, which all have.
        let offered = match Version::from_c(version) {
            Some(Version::TLS1_2) => profile.has_tls12(session.cipher_id() as u16),
            Some(Version::TLS1_3) => profile.speaks(Version::TLS1_3),
            _ => false,
        };
        (usable && offered).then_some(session)
    }

    /// Whether a certificate could be sent if the server asked for one.
    fn may_authenticate(&self, settings: &Settings) -> bool {
        settings.credentials.any()
            || settings.certificate_callback.is_set()
            || self.context().callbacks.client_certificate.get().is_set()
    }
}

/// Rounds the ticket age down by one second, so that it never exceeds the server's, as in OpenSSL.
/// A session is also offered for a second longer than its lifetime.
fn with_age_rounded_down(mut secrets: SessionSecrets) -> SessionSecrets {
    let is_older = i64::try_from(secrets.time).is_ok_and(|time| time < clock::now());
    secrets.time += u64::from(is_older);
    secrets
}

/// Splits the wire form of an ALPN list. The list has been checked when it was set.
pub(super) fn protocol_names(list: &[u8]) -> Vec<Vec<u8>> {
    alpn::names(list).flatten().map(<[u8]>::to_vec).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Fields;

    #[test]
    fn a_key_counts_as_a_session_once_it_is_accepted() {
        let mut offered = Offered::Key(Session::new(Fields::default()));
        assert!(offered.session().is_none() && offered.any().is_some());
        assert!(offered.accept_key().is_some());
        assert!(offered.session().is_some());
        assert!(offered.accept_key().is_none());
        assert!(offered.session().is_some());
        assert!(Offered::Nothing.accept_key().is_none());
    }
}
