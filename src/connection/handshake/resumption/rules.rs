//! OpenSSL's checks of a session that a client offers, in OpenSSL's order (S107).

use super::{OfferedSession, Source};
use crate::clock;
use crate::connection::{Connection, Stop};
use crate::context::Settings;
use crate::error::Reason;
use crate::flags::{Options, VerifyMode};
use crate::libcrypto::memory;
use crate::session::{Session, SessionRef};
use crate::wire::{Alert, ClientHello, ExtensionType, Version};

impl Connection {
    /// Checks an offered session. An error ends the handshake; `false` makes it a full one.
    pub(super) fn may_resume(
        &self,
        offered: &OfferedSession,
        hello: &ClientHello,
        version: Version,
    ) -> Result<bool, Stop> {
        let session = &offered.session;
        let settings = self.settings();
        if session.protocol_version() != i32::from(version)
            || session.id_context() != *settings.session_id_context
        {
            return Ok(false);
        }
        if settings.verify_mode.contains(VerifyMode::PEER) && settings.session_id_context.is_empty()
        {
            return Err(self.refuse(
                Reason::SESSION_ID_CONTEXT_UNINITIALIZED,
                Alert::INTERNAL_ERROR,
            ));
        }
        if session.is_expired(clock::now()) {
            self.session_context().statistics().timeouts.increment();
            if offered.source == Source::Cache {
                self.session_context().expire_session(session);
            }
            return Ok(false);
        }
        if version == Version::TLS1_2 && !self.may_resume_tls12(session, hello)? {
            return Ok(false);
        }
        Ok(offered.source == Source::ExternalPsk
            || may_be_for_server_name(session, hello) && has_needed_certificate(session, &settings))
    }

    /// TLS 1.2: extended master secret (S70) and suite (S71).
    fn may_resume_tls12(&self, session: &Session, hello: &ClientHello) -> Result<bool, Stop> {
        let offered = hello.offers_extended_master_secret() && self.takes_extended_master_secret();
        match session.extended_master_secret() {
            true if !offered => {
                return Err(self.refuse(Reason::INCONSISTENT_EXTMS, Alert::HANDSHAKE_FAILURE));
            }
            false if offered => return Ok(false),
            _ => {}
        }
        let suite = session.cipher_id() as u16;
        if !hello.cipher_suites().contains(suite) {
            return Err(self.refuse(Reason::REQUIRED_CIPHER_MISSING, Alert::ILLEGAL_PARAMETER));
        }
        Ok(self.server_profile(hello)?.has_tls12(suite))
    }

    /// TLS 1.3: the client must have the key of the session that it names. Someone who merely
    /// observed a ticket could replay it, so callbacks must not see them as the session's peer, and
    /// the session must not be used up for it.
    pub(super) fn check_binder(
        &self,
        hello: &ClientHello,
        number: usize,
        session: &SessionRef,
        source: Source,
    ) -> Result<(), Stop> {
        let external = source == Source::ExternalPsk;
        let refuse = |reason, alert| Err(self.refuse(reason, alert));
        if !hello.ends_with_psks() {
            return refuse(Reason::BAD_EXTENSION, Alert::ILLEGAL_PARAMETER);
        }
        let Some((covered, sent)) = hello.psk_binder(number) else {
            return refuse(Reason::BAD_EXTENSION, Alert::DECODE_ERROR);
        };
        let suite = session.cipher_id() as u16;
        let settings = self.settings();
        let algorithms = settings.provided_algorithms();
        let binder = self.engine.with(|engine| {
            engine.psk_binder(algorithms, suite, &session.master_key(), external, &covered)
        })?;
        match binder {
            Some(binder) if binder.len() != sent.len() => {
                refuse(Reason::BAD_EXTENSION, Alert::DECODE_ERROR)
            }
            Some(binder) if memory::equal_in_constant_time(&binder, sent) => Ok(()),
            _ => refuse(Reason::BINDER_DOES_NOT_VERIFY, Alert::ILLEGAL_PARAMETER),
        }
    }
}

/// S81, S82: the ticket is an id in the cache.
pub(in crate::connection::handshake) fn uses_stateful_tickets(settings: &Settings) -> bool {
    settings.options.contains(Options::NO_TICKET) || prevents_replay(settings)
}

/// S82: a session is good for one use.
pub(in crate::connection::handshake) fn prevents_replay(settings: &Settings) -> bool {
    settings.max_early_data > 0 && !settings.options.contains(Options::NO_ANTI_REPLAY)
}

/// Whether the session was made with a client certificate, if one is required now.
pub(super) fn has_needed_certificate(session: &Session, settings: &Settings) -> bool {
    let needs_certificate = settings.verify_mode.contains(VerifyMode::PEER)
        && settings
            .verify_mode
            .contains(VerifyMode::FAIL_IF_NO_PEER_CERT);
    !needs_certificate || session.peer().is_some()
}

/// RFC 6066, section 3: a session that was made for a server name is not resumed for another one. A
/// client that names none resumes it, unless the servername callback has switched contexts for that
/// name.
fn may_be_for_server_name(session: &Session, hello: &ClientHello) -> bool {
    let names_none = hello.extension(ExtensionType::SERVER_NAME).is_none();
    session.server_name().is_none()
        || is_for_server_name(session, hello)
        || (names_none && !session.is_bound_to_host())
}

/// Whether the session was made for the server name of the ClientHello.
pub(super) fn is_for_server_name(session: &Session, hello: &ClientHello) -> bool {
    session.server_name().is_some_and(|name| {
        hello
            .server_name()
            .is_some_and(|other| other.eq_ignore_ascii_case(name.to_bytes()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{FLAG_BOUND_TO_HOST, Fields};

    /// A ClientHello with this server name, or without one.
    fn hello(name: &[u8]) -> ClientHello {
        let mut extensions = Vec::new();
        if !name.is_empty() {
            let length = name.len() as u8;
            extensions.extend([0, 0, 0, length + 5, 0, length + 3, 0, 0, length]);
            extensions.extend_from_slice(name);
        }
        let mut body = vec![3, 3];
        body.extend([7; 32]);
        body.extend([0, 0, 2, 0x13, 0x01, 1, 0, 0, extensions.len() as u8]);
        body.extend(extensions);
        ClientHello::parse(body).unwrap()
    }

    fn session(name: Option<&[u8]>, flags: u32) -> SessionRef {
        Session::new(Fields {
            server_name: name.map(<[u8]>::to_vec),
            flags,
            ..Fields::default()
        })
    }

    #[test]
    fn a_session_is_for_the_server_name_that_it_was_made_for() {
        let made = session(Some(b"a.example"), 0);
        assert!(is_for_server_name(&made, &hello(b"A.example")));
        assert!(!is_for_server_name(&made, &hello(b"b.example")));
        assert!(!is_for_server_name(&made, &hello(b"")));
        assert!(may_be_for_server_name(&made, &hello(b"")));
        assert!(!may_be_for_server_name(&made, &hello(b"b.example")));
    }

    #[test]
    fn a_session_without_a_server_name_is_for_any() {
        let made = session(None, 0);
        assert!(may_be_for_server_name(&made, &hello(b"a.example")));
        assert!(may_be_for_server_name(&made, &hello(b"")));
    }

    #[test]
    fn a_session_that_is_bound_to_its_server_name_needs_it() {
        let made = session(Some(b"a.example"), FLAG_BOUND_TO_HOST);
        assert!(may_be_for_server_name(&made, &hello(b"a.example")));
        assert!(!may_be_for_server_name(&made, &hello(b"")));
    }
}
