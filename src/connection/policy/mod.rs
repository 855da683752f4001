//! What the configuration of a connection permits: decisions that a handshake asks for. Nothing is
//! sent here; a [`Refusal`] says with which alert the handshake ends.
//!
//! In this file: versions, cipher suites, groups and signatures, as the security level or callback
//! permits them (SSL_set_security_callback(3)). A callback of the program may call the library, so
//! it is asked with nothing borrowed.
//!
//! | module               | decides                                                   |
//! |----------------------|-----------------------------------------------------------|
//! | `hello_options`      | what options and modes make of the hellos                 |
//! | `peer_chain`         | whether the peer's certificates are accepted              |
//! | `peer_signature`     | whether the peer's key may sign as it does                |
//! | `renegotiation_info` | whether a renegotiation_info is that of a first handshake |
//! | `stapling`           | whether an OCSP response is sent, and accepted            |
//! | `own_certificates`   | which certificate this side shows                         |
//! | `certificate_choice` | which of them a server may show to a client               |
//! | `check_chain`        | whether a certificate would do for the peer               |

mod certificate_choice;
mod check_chain;
mod hello_options;
mod own_certificates;
mod peer_chain;
mod peer_signature;
mod renegotiation_info;
mod stapling;

pub(super) use hello_options::hello_change;
pub(super) use peer_signature::verify as verify_signature;
pub(super) use renegotiation_info::{WrongRenegotiationInfo, check_renegotiation_info};

use std::ffi::CString;
use std::sync::Arc;

use super::{Connection, Refusal, Role};
use crate::callback::Asker;
use crate::cipher::security::operation::*;
use crate::cipher::{Cipher, SignatureAlgorithm};
use crate::context::{Settings, Signer, no_group};
use crate::engine::{PeerRejected, Profile, ServerHello};
use crate::error;
use crate::flags::Options;
use crate::reason::Reason;
use crate::wire::{Alert, ClientHello, ExtensionType, Version};

impl Connection {
    /// Names this connection to the security callback.
    pub fn asker(&self) -> Asker<'_> {
        Asker::Connection(self.lent())
    }

    /// Whether this version is set and permitted.
    pub(in crate::connection) fn may_speak(&self, settings: &Settings, version: Version) -> bool {
        settings.allows_version(self.configuration.method(), version)
            && settings.permits_version(self.asker(), version)
    }

    /// The highest version of the method must be permitted, or no handshake begins, as in OpenSSL.
    pub(in crate::connection) fn may_begin(&self) -> bool {
        let version = match self.configuration.method().version {
            Some(version) => version,
            None => Version::HIGHEST_SUPPORTED,
        };
        self.settings().permits_version(self.asker(), version)
    }

    /// TLS 1.2: tickets are on and permitted.
    pub(in crate::connection) fn may_use_tickets(&self) -> bool {
        let settings = self.settings();
        !settings.options.contains(Options::NO_TICKET) && settings.permits_tickets(self.asker())
    }

    /// The suites that a client with these settings would offer.
    pub fn supported_ciphers(&self) -> Vec<&'static Cipher> {
        self.settings_with_ciphers()
            .supported_ciphers(self.configuration.method(), self.asker())
    }

    /// Server: the names of the cipher suites that both sides have, with colons between them: as
    /// many as fit into `size` bytes with the NUL. `None` if that is too little for any name, and
    /// before a client has offered suites.
    pub fn shared_cipher_names(&self, size: usize) -> Option<CString> {
        let offered = self.hellos.ciphers();
        if size < 2 || offered.is_empty() {
            return None;
        }
        let settings = self.settings_with_ciphers();
        let mut text = String::new();
        for cipher in offered {
            let name = cipher.name.to_string_lossy();
            if settings.ciphers().any(|own| own.id == cipher.id)
                && text.len() + name.len() + 2 <= size
            {
                if !text.is_empty() {
                    text.push(':');
                }
                text.push_str(&name);
            }
        }
        CString::new(text).ok()
    }

    /// Client: what the ClientHello offers.
    pub(in crate::connection) fn client_profile(
        &self,
        settings: &Settings,
    ) -> error::Result<Arc<Profile>> {
        settings.client_profile(self.configuration.method(), self.asker())
    }

    /// Server: one of the client's groups must be among ours. A client of TLS 1.2 need not name any
    /// (RFC 8422, section 4).
    pub(in crate::connection) fn check_groups(
        &self,
        hello: &ClientHello,
        profile: &Profile,
        version: Version,
    ) -> Result<(), Refusal> {
        let offered = hello.numbers(ExtensionType::SUPPORTED_GROUPS);
        if offered.is_empty() || profile.has_any_group(offered.iter()) {
            return Ok(());
        }
        Err(Refusal::new(no_group(version), Alert::HANDSHAKE_FAILURE))
    }

    /// Server: whether a group that both sides have may be chosen.
    pub fn may_share_group(&self, group: u16) -> bool {
        self.settings()
            .permits_group(self.asker(), CURVE_SHARED, group)
    }

    /// Signature schemes to offer, or to ask clients for.
    pub(in crate::connection) fn offered_signatures(
        &self,
        settings: &Settings,
        signer: Signer,
    ) -> Result<Vec<u16>, Refusal> {
        let asker = self.asker();
        let permitted = settings.permitted_schemes(signer, SIGALG_SUPPORTED, asker, |_| true);
        if permitted.is_empty() {
            Err(Refusal::new(
                Reason::NO_SUITABLE_SIGNATURE_ALGORITHM,
                Alert::INTERNAL_ERROR,
            ))
        } else {
            Ok(permitted)
        }
    }

    /// Client, TLS 1.2: whether the server may use this group, by the settings as they are now.
    pub(in crate::connection) fn check_group(&self, group: u16) -> Result<(), PeerRejected> {
        let settings = self.settings();
        let permitted = settings.groups().contains(&group)
            && settings.permits_group(self.asker(), CURVE_CHECK, group);
        if permitted {
            Ok(())
        } else {
            Err(PeerRejected {
                reason: Reason::WRONG_CURVE,
                alert: Alert::ILLEGAL_PARAMETER,
            })
        }
    }

    /// Client: whether version and suite of the ServerHello may be used, before the engine has it.
    /// The engine refuses what was not offered; the program may have changed the settings since.
    pub(in crate::connection) fn check_suite(&self, hello: &ServerHello) -> Result<(), Refusal> {
        let settings = self.settings_with_ciphers();
        let Some(cipher) = Cipher::from_wire(hello.suite) else {
            return Ok(());
        };
        let version = match hello.tls12 {
            Some(_) => Version::TLS1_2,
            None => Version::TLS1_3,
        };
        if cipher.is_tls13() != hello.tls12.is_none() {
            return Err(Refusal::new(
                Reason::WRONG_CIPHER_RETURNED,
                Alert::ILLEGAL_PARAMETER,
            ));
        }
        if !settings.allows_version(self.configuration.method(), version) {
            return Err(Refusal::new(
                Reason::UNSUPPORTED_PROTOCOL,
                Alert::PROTOCOL_VERSION,
            ));
        }
        let set = settings.ciphers().any(|known| known.wire() == hello.suite);
        let permitted = set && settings.permits_cipher(self.asker(), CIPHER_CHECK, cipher);
        if permitted {
            Ok(())
        } else {
            Err(Refusal::new(
                Reason::WRONG_CIPHER_RETURNED,
                Alert::ILLEGAL_PARAMETER,
            ))
        }
    }

    /// Signature schemes that both sides accept, best first.
    pub fn shared_signatures(&self) -> Vec<&'static SignatureAlgorithm> {
        let settings = self.settings();
        let ours = match (self.role(), &settings.client_signature_schemes) {
            (Some(Role::Client), Some(schemes)) => schemes.to_vec(),
            _ => settings.signature_schemes().to_vec(),
        };
        let own_order = settings.prefers_own_order();
        self.peer.signatures.shared(ours, own_order)
    }
}
