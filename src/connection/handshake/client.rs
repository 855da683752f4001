//! Starting a client.

use super::{Connection, HandshakeState, Role, Stop, secrets_of};
use crate::clock;
use crate::connection::policy::hello_change;
use crate::context::Settings;
use crate::engine::{ClientParameters, Failure, PeerRejected, Profile, SessionSecrets};
use crate::session::SessionRef;
use crate::wire::{Tls12Ticket, Version, alpn};

/// What a client keeps while its handshake is under way.
#[derive(Default)]
pub(in crate::connection) struct Client {
    pub(super) offered: Offered,
    /// The server's chain and the judgement on it, if the program was asked before the engine asks.
    pub(in crate::connection) early_judgement: Option<EarlyJudgement>,
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

    /// The server has accepted what was offered. Gives the session of a key, which is the connection's from now on.
    pub fn accept_key(&mut self) -> Option<SessionRef> {
        let Self::Key(session) = self else {
            return None;
        };
        let session = session.clone();
        *self = Self::Session(session.clone());
        Some(session)
    }
}

/// The judgement on a peer's chain before the engine has asked for it.
pub(in crate::connection) struct EarlyJudgement {
    /// DER, leaf first.
    pub chain: Vec<Vec<u8>>,
    pub rejected: Option<PeerRejected>,
}

impl Connection {
    pub(in crate::connection) fn start_client(&self) -> Result<(), Stop> {
        let settings = self.settings_with_ciphers();
        let profile = self.client_profile(&settings)?;
        let psk = self.external_psk_to_offer(&settings)?;
        // The engine offers one PSK. The program's own is always good, a ticket may be refused.
        let offered = match psk {
            Some(_) => None,
            None => self.session_to_offer(&profile),
        };
        if offered.is_none() {
            // S3, S28, S29: a session that cannot be offered is replaced by a provisional one.
            self.hold_provisional();
        }
        let early_data = self.early.is_connecting();
        if early_data {
            let session = psk.as_ref().map(|psk| &psk.session).or(offered.as_ref());
            self.prepare_early_data(session.map(|session| &**session), &settings)?;
        }
        let secrets = match &psk {
            Some(psk) => Some(psk.for_engine()),
            None => offered.as_ref().map(secrets_of).map(with_age_rounded_down),
        };
        let server_name = self
            .configuration
            .server_name()
            .as_ref()
            .and_then(|name| name.to_str().ok().map(str::to_owned));
        let parameters = ClientParameters {
            server_name,
            alpn: protocol_names(&settings.alpn_protocols),
            session: secrets,
            early_data,
            signature_schemes: self
                .enforce(self.offered_signatures(&settings, settings.signature_schemes()))?,
            signing_schemes: settings.client_signature_schemes(),
            binds_curves: settings.suite_b().is_some(),
            may_authenticate: self.may_authenticate(&settings),
            authorities: self.names_for_peer(Role::Client),
            request_ocsp: settings.status_type == 1,
            hello_change: hello_change(&settings),
            tls12_tickets: profile.speaks(Version::TLS1_2) && self.may_use_tickets(),
            max_fragment: settings.longest_fragment(),
            profile,
        };
        self.handshake.client(|client| {
            client.offered = match (psk, offered) {
                (Some(psk), _) => Offered::Key(psk.session),
                (None, Some(session)) => Offered::Session(session),
                (None, None) => Offered::Nothing,
            }
        });
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

    /// The session set by the program, if a ClientHello may offer it.
    fn session_to_offer(&self, profile: &Profile) -> Option<SessionRef> {
        let session = self.session.get()?;
        let version = session.protocol_version();
        let usable = session.is_resumable() && session.cipher_id() != 0;
        // Without its suite among the offered ones a server could not resume it. In TLS 1.3 any suite with
        // the same hash would do, which all have.
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
            || self.context().callbacks().client_certificate.is_set()
    }
}

/// A second off the age that the client will tell, which then is never above what the server finds, as in
/// OpenSSL; a session is also offered for a second longer than its lifetime.
fn with_age_rounded_down(mut secrets: SessionSecrets) -> SessionSecrets {
    let is_older = i64::try_from(secrets.time).is_ok_and(|time| time < clock::now());
    secrets.time += u64::from(is_older);
    secrets
}

/// Splits the wire form of an ALPN list. The list has been checked when it was set.
pub(in crate::connection) fn protocol_names(list: &[u8]) -> Vec<Vec<u8>> {
    alpn::names(list).flatten().map(<[u8]>::to_vec).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{Fields, Session};

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
