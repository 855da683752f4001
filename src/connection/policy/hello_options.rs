//! Options and modes that concern the hellos: what a client changes in its ClientHello, what a
//! server ignores in one, and which ServerHello a client accepts.

use super::renegotiation_info::{WrongRenegotiationInfo, check_renegotiation_info};
use crate::connection::{Connection, Refusal};
use crate::context::Settings;
use crate::engine::{ClientHelloChange, ServerHello, Tls12Hello};
use crate::error::Reason;
use crate::flags::{Mode, Options};
use crate::wire::{Alert, ClientHello, ExtensionType, FALLBACK_SCSV, Version};

/// What a client with these settings changes in its ClientHello.
pub(in crate::connection) fn hello_change(settings: &Settings) -> ClientHelloChange {
    ClientHelloChange {
        fallback: settings.mode.contains(Mode::SEND_FALLBACK_SCSV),
        no_extended_master_secret: settings
            .options
            .contains(Options::NO_EXTENDED_MASTER_SECRET),
        padding: settings.options.contains(Options::TLSEXT_PADDING),
    }
}

impl Connection {
    /// `SSL_OP_NO_EXTENDED_MASTER_SECRET`: where the ClientHello asks for it in TLS 1.2, which the
    /// engine must not see.
    pub(in crate::connection) fn hidden_master_secret(
        &self,
        hello: &ClientHello,
        version: Version,
    ) -> Option<usize> {
        let hidden = version == Version::TLS1_2 && !self.takes_extended_master_secret();
        hello
            .place_of(ExtensionType::EXTENDED_MASTER_SECRET)
            .filter(|_| hidden)
    }

    /// Whether the extended master secret is not switched off.
    pub(in crate::connection) fn takes_extended_master_secret(&self) -> bool {
        !self
            .configuration
            .options()
            .contains(Options::NO_EXTENDED_MASTER_SECRET)
    }

    /// Client: whether the ServerHello is an answer to the ClientHello on the wire, and of the best
    /// version.
    pub(in crate::connection) fn check_answer(&self, hello: &ServerHello) -> Result<(), Refusal> {
        self.check_unasked(hello)?;
        self.check_downgrade(hello)
    }

    /// Client: the server answers nothing that the ClientHello on the wire has not asked for (RFC
    /// 5246, section 7.4.1.4). The engine believes that it has asked for extended_master_secret.
    fn check_unasked(&self, hello: &ServerHello) -> Result<(), Refusal> {
        let answered = |hello: &Tls12Hello| hello.extended_master_secret;
        if self.takes_extended_master_secret() || !hello.tls12.as_ref().is_some_and(answered) {
            Ok(())
        } else {
            Err(Refusal::new(
                Reason::UNSOLICITED_EXTENSION,
                Alert::UNSUPPORTED_EXTENSION,
            ))
        }
    }

    /// Client: a server of TLS 1.3 that speaks a lower version says so at the end of its random
    /// (RFC 8446, section 4.1.3). A client refuses it if it could speak TLS 1.3 with it, or has
    /// said so (`SSL_MODE_SEND_FALLBACK_SCSV`).
    fn check_downgrade(&self, hello: &ServerHello) -> Result<(), Refusal> {
        const TO_TLS1_2: &[u8] = b"DOWNGRD\x01";
        const BELOW: &[u8] = b"DOWNGRD\x00";
        let falls_back = self.configuration.mode().contains(Mode::SEND_FALLBACK_SCSV);
        let higher = self.configuration.method().version.is_none()
            && (falls_back || self.highest_version() == Version::TLS1_3);
        let lowered = hello.tls12.is_some()
            && (hello.random.ends_with(TO_TLS1_2) || hello.random.ends_with(BELOW));
        if higher && lowered {
            Err(Refusal::new(
                Reason::INAPPROPRIATE_FALLBACK,
                Alert::ILLEGAL_PARAMETER,
            ))
        } else {
            Ok(())
        }
    }

    /// RFC 7507: a client that has been refused with a higher version, and now offers a lower one,
    /// must not get the lower one from a server that speaks a higher one.
    pub(in crate::connection) fn check_fallback(
        &self,
        hello: &ClientHello,
        version: Version,
    ) -> Result<(), Refusal> {
        let settings = self.settings();
        let highest = [Version::TLS1_3, Version::TLS1_2]
            .into_iter()
            .find(|version| self.may_speak(&settings, *version));
        if highest == Some(version) || !hello.cipher_suites().contains(FALLBACK_SCSV) {
            return Ok(());
        }
        Err(Refusal::new(
            Reason::INAPPROPRIATE_FALLBACK,
            Alert::INAPPROPRIATE_FALLBACK,
        ))
    }

    /// TLS 1.2: the client's renegotiation_info is that of a first handshake (RFC 5746, section
    /// 3.6), or missing.
    pub(in crate::connection) fn check_renegotiation_info(
        &self,
        hello: &ClientHello,
    ) -> Result<(), Refusal> {
        let tls12 = self.engine.facts().version == Version::TLS1_2;
        let contents = hello
            .extension(ExtensionType::RENEGOTIATION_INFO)
            .filter(|_| tls12);
        match contents.map(check_renegotiation_info) {
            None => Ok(()),
            Some(Ok(())) => {
                self.hellos.set_secure_renegotiation(true);
                Ok(())
            }
            Some(Err(WrongRenegotiationInfo::NotEmpty)) => Err(Refusal::new(
                Reason::RENEGOTIATION_MISMATCH,
                Alert::HANDSHAKE_FAILURE,
            )),
            Some(Err(WrongRenegotiationInfo::Malformed)) => Err(Refusal::new(
                Reason::RENEGOTIATION_ENCODING_ERR,
                Alert::DECODE_ERROR,
            )),
        }
    }

    /// Server: records what getters show of extensions, once they have been checked.
    pub(in crate::connection) fn record_contents(&self, hello: &ClientHello) {
        self.hellos.set_groups(hello);
        if let (Some(request), false) = (hello.ocsp_request(), self.session.is_resumed()) {
            self.peer.ocsp.set_request(request);
        }
    }
}
