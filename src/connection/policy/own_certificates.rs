//! Which certificate this side shows, and which it says that it accepts
//! (SSL_get_certificate(3), SSL_CTX_set_client_cert_cb(3)).

use std::sync::Arc;

use crate::cipher::security::operation::SIGALG_SHARED;
use crate::connection::{Connection, Refusal, Role};
use crate::context::{
    ChainSource, CredentialHolder, Credentials, LentChains, Position, Settings, Slot,
};
use crate::engine::{CertificateRequest, CertifiedKey};
use crate::error::{self, Reason};
use crate::flags::{Mode, Options};
use crate::libcrypto::library::LibraryContext;
use crate::libcrypto::name::{Name, NameStack};
use crate::libcrypto::x509::X509;
use crate::wire::{Alert, ClientHello, ExtensionType, Version};

impl Connection {
    /// Certificate and key in use: those selected in the handshake, or else those set last.
    pub fn slot_in_use(&self) -> Option<Slot> {
        let credentials = &self.configuration.settings().credentials;
        match self.peer.signatures.slot() {
            Some(number) => credentials.slot(number).cloned(),
            None => credentials.current().cloned(),
        }
    }

    /// Records what the peer accepts as signatures.
    pub(in crate::connection) fn record_accepted_signatures(&self, schemes: &[u16]) {
        let settings = self.settings();
        let permits =
            |scheme: &u16| settings.permits_signature(self.asker(), SIGALG_SHARED, *scheme);
        let permitted: Vec<u16> = schemes.iter().copied().filter(permits).collect();
        let signatures = &self.peer.signatures;
        signatures.record_accepted(schemes, &permitted);
    }

    /// Refuses our certificate of this number when the security level, which may have been raised
    /// since it was set, or the security callback does not permit it or its chain.
    pub(in crate::connection) fn check_own_chain(&self, slot: usize) -> Result<(), Reason> {
        let settings = self.settings();
        let source = self.chain_source(&settings);
        match settings.credentials.shown(slot, &source) {
            Some(chain) => settings.check_shown(self.asker(), &chain),
            None => Ok(()),
        }
    }

    /// Client: the certificate for a CertificateRequest; `None` for none.
    pub(in crate::connection) fn authenticate(
        &self,
        request: &CertificateRequest<'_>,
    ) -> Option<CertifiedKey> {
        let names = request
            .authorities
            .iter()
            .filter_map(|der| Name::from_der(der).ok());
        self.record_accepted_signatures(&request.signature_schemes);
        let received = NameStack::from_items(names).ok().map(Arc::new);
        self.configuration
            .change_names(|names| names.received = received);
        let callback = self.settings().certificate_callback;
        match callback.call(self.lent()) {
            Some(0) => {
                self.handshake.end_with(Reason::CALLBACK_FAILED);
                return None;
            }
            // Suspending is not possible here; it counts as "no certificate".
            Some(..0) => return None,
            _ => {}
        }
        if let Some(key) = self.usable_credentials(request) {
            return Some(key);
        }
        self.ask_client_certificate_callback()?;
        self.usable_credentials(request)
    }

    fn usable_credentials(&self, request: &CertificateRequest<'_>) -> Option<CertifiedKey> {
        let settings = self.settings();
        let credentials = &settings.credentials;
        let keys = credentials.certified(&self.chain_source(&settings)).ok()?;
        let rules = match settings.suite_b() {
            Some(_) => Version::TLS1_3,
            None => request.version,
        };
        let able = |scheme: u16| {
            keys.iter().find(|key| {
                // In TLS 1.2 only the certificate that was set or selected last may be used.
                let chosen = request.version == Version::TLS1_3
                    || Some(key.number()) == credentials.current_number();
                chosen && key.can_sign(rules, &[scheme])
            })
        };
        let common = request.common_schemes.iter().copied();
        let key = common
            .filter(|scheme| self.peer.signatures.may_sign(*scheme))
            .find_map(able)?;
        let slot = credentials.slot(key.number())?;
        self.suits_strict_rules(&settings, slot)
            .then(|| key.clone())
    }

    /// Server: records the authorities that a client of TLS 1.3 names (RFC 8446, section 4.2.4).
    pub(in crate::connection) fn record_client_authorities(
        &self,
        hello: &ClientHello,
    ) -> Result<(), Refusal> {
        let received = None;
        self.configuration
            .change_names(|names| names.received = received);
        if hello
            .extension(ExtensionType::CERTIFICATE_AUTHORITIES)
            .is_none()
        {
            return Ok(());
        }
        let names = hello
            .certificate_authorities()
            .ok_or_else(|| malformed(Reason::LENGTH_MISMATCH))?
            .into_iter()
            .map(Name::from_der)
            .collect::<error::Result<Vec<_>>>()
            .map_err(|_| malformed(Reason::BAD_EXTENSION))?;
        let names = NameStack::from_items(names)?;
        let received = Some(Arc::new(names));
        self.configuration
            .change_names(|names| names.received = received);
        Ok(())
    }

    /// Asks for a certificate and a key (`SSL_CTX_set_client_cert_cb(3)`) and sets them.
    fn ask_client_certificate_callback(&self) -> Option<()> {
        let callback = self.context().callbacks.client_certificate.get();
        let (certificate, key) = callback.call(self.lent())?;
        let mut result = Ok(());
        self.change_settings(|settings| {
            let credentials = Arc::make_mut(&mut settings.credentials);
            result = credentials
                .set_certificate(certificate)
                .and_then(|()| credentials.set_key(key));
        });
        result.ok()
    }

    /// The certificates that complete our chains.
    pub(in crate::connection) fn chain_source(&self, settings: &Settings) -> ChainSource {
        let context = self.context();
        let store = settings
            .chain_store
            .clone()
            .unwrap_or_else(|| context.certificate_store());
        ChainSource {
            extra: context.extra_chain(),
            objects: store.len(),
            store,
            automatic: !settings.mode.contains(Mode::NO_AUTO_CHAIN),
            library: context.library.clone(),
            engine_signs: settings.algorithms.source().is_none(),
        }
    }

    /// DER names that this side sends to the peer.
    pub(in crate::connection) fn names_for_peer(&self, role: Role) -> Vec<Vec<u8>> {
        if self
            .configuration
            .options()
            .contains(Options::DISABLE_TLSEXT_CA_NAMES)
        {
            return Vec::new();
        }
        let own = self.configuration.names();
        self.context().names_for_peer(role, &own)
    }
}

impl CredentialHolder for Connection {
    fn library(&self) -> LibraryContext {
        Connection::library(self)
    }

    fn current_settings(&self) -> Arc<Settings> {
        self.shared_settings()
    }

    fn change_credentials(
        &self,
        change: &dyn Fn(&mut Credentials) -> error::Result<()>,
    ) -> error::Result<()> {
        let mut credentials = Credentials::clone(&self.settings().credentials);
        change(&mut credentials)?;
        self.change_settings(|settings| settings.credentials = Arc::new(credentials));
        // From now on the one set last is in use.
        self.peer.signatures.forget_slot();
        Ok(())
    }

    fn with_lent_chains(&self, work: &mut dyn FnMut(&mut LentChains)) {
        self.peer.with_lent_chains(work);
    }

    fn check_strength(&self, certificate: &X509, position: Position) -> error::Result<()> {
        self.settings()
            .check_strength(self.asker(), certificate, position)
    }
}

fn malformed(reason: Reason) -> Refusal {
    Refusal::new(reason, Alert::DECODE_ERROR)
}
