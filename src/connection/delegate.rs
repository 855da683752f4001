//! Answers what the engine asks during a handshake.

use std::ffi::CStr;
use std::fmt::Write;

use zeroize::Zeroizing;

use super::handshake::{EarlyVerdict, client_authentication};
use super::{Connection, Role};
use crate::engine::{
    CertificateRequest, CertifiedKey, ClientAuthentication, Delegate, PeerRejected, PeerSignature,
    SessionSecrets,
};
use crate::wire::Alert;

impl Delegate for Connection {
    fn verify_peer(&self, chain: &[&[u8]], ocsp_response: &[u8]) -> Result<(), PeerRejected> {
        self.report_received();
        if self.role() == Some(Role::Client) {
            // A server that resumes a session shows no certificate.
            self.begin_new_session();
        }
        let early = self.handshake.client(|client| client.early_verdict.take());
        let judgement = match early {
            Some(early) if early.chain == chain => early.rejected.map_or(Ok(()), Err),
            _ => self.check_peer(chain, ocsp_response),
        };
        self.observer.certificate_checked(judgement.is_ok());
        judgement
    }

    fn extensions_come(&self) -> Result<(), PeerRejected> {
        self.ask_about_tls13_server()
    }

    fn check_signature(&self, signed: &PeerSignature<'_>) -> Result<(), PeerRejected> {
        self.check_peer_signature(signed)
    }

    fn verify_signature(&self, signed: &PeerSignature<'_>) -> bool {
        super::policy::verify_signature(&self.context().library, signed)
    }

    fn longest_certificate_list(&self) -> usize {
        self.configuration.settings().max_cert_list
    }

    fn check_server_group(&self, group: u16) -> Result<(), PeerRejected> {
        self.check_group(group)
    }

    fn may_sign(&self, scheme: u16) -> bool {
        self.peer.signatures.may_sign(scheme)
    }

    fn client_authentication(&self) -> ClientAuthentication {
        client_authentication(&self.configuration.settings())
    }

    fn has_failed(&self) -> bool {
        self.handshake.has_failed()
    }

    fn will_sign(&self, number: usize, scheme: u16) -> Result<(), PeerRejected> {
        self.peer.signatures.record_own(number, scheme);
        self.check_own_chain(number).map_err(|reason| {
            self.handshake.end_with(reason);
            PeerRejected {
                reason,
                alert: Alert::INTERNAL_ERROR,
            }
        })
    }

    fn staple(&self) -> Result<Option<Vec<u8>>, PeerRejected> {
        self.ask_for_staple()
    }

    fn peer_signed(&self, scheme: u16) {
        self.peer.signatures.record_peer(scheme);
    }

    fn client_credentials(&self, request: &CertificateRequest<'_>) -> Option<CertifiedKey> {
        self.report_received();
        if let Some(server) = &request.server {
            // The program chooses once it knows the server. The engine asks for the verification
            // later.
            self.begin_new_session();
            let chain: Vec<_> = server.chain.iter().map(|der| der.as_slice()).collect();
            let judgement = self.check_peer(&chain, &server.ocsp_response);
            self.handshake.client(|client| {
                client.early_verdict = Some(EarlyVerdict {
                    chain: server.chain.clone(),
                    rejected: judgement.err(),
                });
            });
            judgement.ok()?;
        }
        self.authenticate(request)
    }

    fn wants_key_log(&self) -> bool {
        self.context().callbacks.key_log.get().is_set()
    }

    fn key_log(&self, label: &str, client_random: &[u8], secret: &[u8]) {
        // A server's engine derives these whenever a PSK is accepted. They protect nothing without
        // early data, and OpenSSL does not log them then.
        let early = matches!(
            label,
            "CLIENT_EARLY_TRAFFIC_SECRET" | "EARLY_EXPORTER_SECRET"
        );
        if early && !self.has_early_secrets() {
            return;
        }
        let callback = self.context().callbacks.key_log.get();
        if !callback.is_set() {
            return;
        }
        let mut line = Zeroizing::new(String::with_capacity(
            label.len() + 2 * (client_random.len() + secret.len()) + 3,
        ));
        line.push_str(label);
        for bytes in [client_random, secret] {
            line.push(' ');
            for byte in bytes {
                let _ = write!(line, "{byte:02x}");
            }
        }
        line.push('\0');
        // Labels and hexadecimal digits hold no other NUL.
        if let Ok(line) = CStr::from_bytes_with_nul(line.as_bytes()) {
            callback.call(self.lent(), line);
        }
    }

    fn master_secret(&self, secret: &[u8]) {
        self.handshake.set_master_secret(secret);
    }

    fn issue_ticket(&self, session: SessionSecrets) -> Option<Vec<u8>> {
        self.make_ticket(session)
    }

    fn keep_session(&self, session: SessionSecrets) {
        self.report_session(session);
    }

    fn received_session(&self, session: SessionSecrets) {
        self.session.add_new(session);
    }
}
