//! Starting a client.

use super::hello_options::hello_change;
use super::plain_messages::hello_random;
use super::session_slot::secrets_of;
use super::{Connection, HandshakeState, Role, Stop};

use crate::clock;
use crate::context::Settings;
use crate::engine::{ClientParameters, Failure, Profile, SessionSecrets};

use crate::session::SessionRef;

/// `TLS1_2_VERSION`
const TLS1_2: u16 = 0x0303;

impl Connection {
    pub(super) fn start_client(&self) -> Result<(), Stop> {
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
            .host_name
            .borrow()
            .as_ref()
            .and_then(|name| name.to_str().ok().map(str::to_owned));
        let parameters = ClientParameters {
            server_name,
            alpn: protocol_names(&settings.alpn_protocols),
            session: secrets,
            early_data,
            signature_schemes: self.offered_signatures(&settings, settings.signature_schemes())?,
            signing_schemes: settings.client_signature_schemes(),
            binds_curves: settings.suite_b().is_some(),
            may_authenticate: self.may_authenticate(&settings),
            authorities: self.names_for_peer(Role::Client),
            request_ocsp: settings.status_type == 1,
            hello_change: hello_change(&settings),
            tls12_tickets: profile.speaks(TLS1_2) && self.may_use_tickets(),
            max_fragment: settings.longest_fragment(),
            profile,
        };
        self.with_handshake(|handshake| {
            handshake.offered = offered;
            handshake.offered_psk = psk.map(|psk| psk.session);
        });
        let mut engine = self.take_engine()?;
        let result = engine.connect(parameters, self);
        let random = hello_random(engine.output(), 1);
        self.engine.replace(Some(engine));
        if let Some(random) = random {
            self.hellos.set_client_random(random);
        }
        if !self.is_telling() {
            self.enter_state(HandshakeState::CLIENT_WRITES_HELLO);
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
        let offered = match version {
            0x0303 => profile.has_tls12(session.cipher_id() as u16),
            0x0304 => profile.speaks(0x0304),
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
pub(super) fn protocol_names(mut list: &[u8]) -> Vec<Vec<u8>> {
    let mut names = Vec::new();
    while let Some((&length, rest)) = list.split_first() {
        let Some((name, rest)) = rest.split_at_checked(length.into()) else {
            break;
        };
        names.push(name.to_vec());
        list = rest;
    }
    names
}
