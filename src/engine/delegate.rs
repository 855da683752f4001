//! What the engine asks of the modules above while it is driven.

use super::credentials::CertifiedKey;
use super::server_flight::ServerCertificate;
use super::session_value::SessionSecrets;
use crate::reason::Reason;
use crate::wire::{Alert, Version};

/// Answers the engine's questions. Every method is called while the engine is driven, so an
/// implementation cannot use the engine. It may call the program.
pub trait Delegate {
    /// Checks the peer's certificate chain (DER, leaf first). `Err` ends the handshake.
    fn verify_peer(&self, chain: &[&[u8]], ocsp_response: &[u8]) -> Result<(), PeerRejected>;

    /// Client, TLS 1.3: the server's EncryptedExtensions have come; rustls has not seen them. `Err`
    /// ends the handshake.
    fn extensions_come(&self) -> Result<(), PeerRejected>;

    /// Checks that the peer's key may sign by the scheme that the peer names, before anything is
    /// verified. `Err` ends the handshake.
    fn check_signature(&self, signed: &PeerSignature<'_>) -> Result<(), PeerRejected>;

    /// Verifies a signature whose scheme has been checked, and that the engine's own algorithms
    /// could not verify.
    fn verify_signature(&self, signed: &PeerSignature<'_>) -> bool;

    /// The longest message of certificates or authorities that is taken from the peer, in bytes.
    fn longest_certificate_list(&self) -> usize;

    /// Client, TLS 1.2: checks that the server may exchange keys in the group of this number. `Err`
    /// ends the handshake.
    fn check_server_group(&self, group: u16) -> Result<(), PeerRejected>;

    /// Client: whether it may sign by this scheme, which the server accepts.
    fn may_sign(&self, scheme: u16) -> bool;

    /// Client: what to authenticate with when the server asks; `None` for no certificate.
    fn client_credentials(&self, request: &CertificateRequest<'_>) -> Option<CertifiedKey>;

    /// Server: whether the client is asked for a certificate, and refused if it shows none, by the
    /// settings of this moment.
    fn client_authentication(&self) -> ClientAuthentication;

    /// Client: whether a callback has failed, so that the handshake ends and no certificate may be
    /// sent.
    fn has_failed(&self) -> bool;

    /// This side signs with the certificate of this [`CertifiedKey::number`], by this scheme.
    /// `Err` ends the handshake.
    fn will_sign(&self, number: usize, scheme: u16) -> Result<(), PeerRejected>;

    /// Server, after [`will_sign`](Self::will_sign), for a client that asked for it: the OCSP
    /// response to staple, `None` for nothing. `Err` ends the handshake.
    fn staple(&self) -> Result<Option<Vec<u8>>, PeerRejected>;

    /// The peer's signature by this scheme has been verified.
    fn peer_signed(&self, scheme: u16);

    /// Whether [`key_log`](Self::key_log) is wanted.
    fn wants_key_log(&self) -> bool;

    /// One line of the key log (RFC 9850): label, client random, secret.
    fn key_log(&self, label: &str, client_random: &[u8], secret: &[u8]);

    /// The TLS 1.2 master secret, as soon as it is known.
    fn master_secret(&self, secret: &[u8]);

    /// Server, TLS 1.2: turns the new session into a ticket; `None` sends an empty one.
    fn issue_ticket(&self, session: SessionSecrets) -> Option<Vec<u8>>;

    /// Server, TLS 1.2: keeps the new session under `session.session_id`.
    fn keep_session(&self, session: SessionSecrets);

    /// Client: a session that can be resumed has come from the server.
    fn received_session(&self, session: SessionSecrets);
}

/// Whether a client is asked for a certificate (`SSL_VERIFY_…`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientAuthentication {
    /// Not asked.
    None,
    /// Asked; may send none.
    Optional,
    /// Asked; a client without one is refused.
    Required,
}

/// The peer's signature of a handshake.
pub struct PeerSignature<'a> {
    /// TLS 1.2 or TLS 1.3.
    pub version: Version,
    /// The TLS SignatureScheme that the peer names.
    pub scheme: u16,
    /// The signer's certificate, in DER.
    pub certificate: &'a [u8],
    /// What is signed.
    pub message: &'a [u8],
    /// The signature.
    pub signature: &'a [u8],
}

/// A server's CertificateRequest.
pub struct CertificateRequest<'a> {
    /// TLS 1.2 or TLS 1.3.
    pub version: Version,
    /// DER names of authorities; empty for any.
    pub authorities: Vec<&'a [u8]>,
    /// Signature schemes the server accepts, by TLS number.
    pub signature_schemes: Vec<u16>,
    /// The server's certificate, if it is known by now. It has not been verified.
    pub server: Option<ServerCertificate>,
    /// Those of them that the settings permit to sign with, best first.
    pub common_schemes: Vec<u16>,
}

/// Why the peer's certificate, or what it asks for, is rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeerRejected {
    /// What goes on the error queue.
    pub reason: Reason,
    /// The alert to send.
    pub alert: Alert,
}
