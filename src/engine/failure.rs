//! How rustls's errors look to users of OpenSSL: a reason code, and the alert that went with it.

use rustls::Error;
use rustls::error::{
    AlertDescription, CertificateError, InvalidMessage, OtherError, PeerIncompatible,
    PeerMisbehaved,
};

use super::alerts::Alerts;
use super::delegate::PeerRejected;
use super::record_header::RecordProblem;
use crate::reason::Reason;
use crate::wire::{Alert, AlertLevel, PLAIN_ALERT, split_plain_alert};

/// Why a connection ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What goes on the error queue.
    pub reason: Reason,
    /// Details for a person; never secret.
    pub detail: String,
    /// Which alert goes with it.
    pub alert: FatalAlert,
}

/// The fatal alert of a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FatalAlert {
    /// There is none.
    None,
    /// This one is to be sent.
    ToSend(Alert),
    /// This one is in the engine's output.
    Queued(Alert),
    /// This one has come from the peer.
    Received(Alert),
}

impl Failure {
    /// A failure noticed by this library itself, with the alert that must still be sent.
    pub fn with_alert(reason: Reason, alert: Alert) -> Self {
        Self {
            reason,
            detail: String::new(),
            alert: FatalAlert::ToSend(alert),
        }
    }

    /// The same with details for a person.
    pub fn saying(self, detail: &str) -> Self {
        Self {
            detail: detail.to_owned(),
            ..self
        }
    }

    /// Without any alert.
    pub fn silent(reason: Reason, detail: impl Into<String>) -> Self {
        Self {
            reason,
            detail: detail.into(),
            alert: FatalAlert::None,
        }
    }

    /// The alert that OpenSSL sends where rustls sends `alert`, if it goes without protection. TLS
    /// 1.3 alone, which protects it, has an alert for a missing certificate.
    pub(super) fn plain_alert(&self, alert: Alert) -> Alert {
        match self.reason {
            // RFC 8446, section 4.2.1
            Reason::UNSUPPORTED_PROTOCOL if alert == Alert::HANDSHAKE_FAILURE => {
                Alert::PROTOCOL_VERSION
            }
            // RFC 8446, section 5
            Reason::BAD_CHANGE_CIPHER_SPEC | Reason::UNEXPECTED_RECORD => Alert::UNEXPECTED_MESSAGE,
            Reason::CLIENTHELLO_TLSEXT
            | Reason::EE_KEY_TOO_SMALL
            | Reason::CA_KEY_TOO_SMALL
            | Reason::CA_MD_TOO_WEAK => Alert::INTERNAL_ERROR,
            // RFC 8446, section 9.2
            Reason::MISSING_SIGALGS_EXTENSION => Alert::MISSING_EXTENSION,
            Reason::BINDER_DOES_NOT_VERIFY => Alert::ILLEGAL_PARAMETER,
            Reason::PEER_DID_NOT_RETURN_A_CERTIFICATE => Alert::HANDSHAKE_FAILURE,
            _ => alert,
        }
    }

    /// From rustls's error. `alerts` decides about the alert.
    pub(super) fn from_rustls(error: &Error, side: Side, alerts: Alerts) -> Self {
        if let Error::AlertReceived(alert) = error {
            let alert = Alert(alert.0);
            return Self {
                reason: Reason(alert.reason_code()),
                detail: format!("SSL alert number {}", alert.0),
                alert: FatalAlert::Received(alert),
            };
        }
        Self {
            reason: reason_for(error, side),
            // For usual failures the reason is enough, as in OpenSSL. For others rustls's text is added.
            detail: match error {
                Error::General(_)
                | Error::ApiMisuse(_)
                | Error::Unreachable(_)
                | Error::PeerMisbehaved(_)
                | Error::PeerIncompatible(_)
                | Error::InvalidMessage(_) => error.to_string(),
                _ => String::new(),
            },
            alert: match AlertDescription::try_from(error) {
                Ok(alert) => FatalAlert::Queued(alerts.in_place_of(Alert(alert.0))),
                Err(_) => FatalAlert::None,
            },
        }
    }

    /// The same if a hook has rejected the peer.
    pub(super) fn rejecting(self, rejected: Option<PeerRejected>) -> Self {
        match rejected {
            None => self,
            Some(_) if matches!(self.alert, FatalAlert::Received(_)) => self,
            Some(rejected) => Self {
                reason: rejected.reason,
                detail: String::new(),
                ..self
            },
        }
    }
}

/// Which side we are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Client,
    Server,
}

impl From<RecordProblem> for Failure {
    fn from(problem: RecordProblem) -> Self {
        match problem {
            RecordProblem::HttpRequest => Self::silent(Reason::HTTP_REQUEST, ""),
            RecordProblem::HttpsProxyRequest => Self::silent(Reason::HTTPS_PROXY_REQUEST, ""),
            // What is not TLS is not answered.
            RecordProblem::WrongVersion => Self::silent(Reason::WRONG_VERSION_NUMBER, ""),
            RecordProblem::OtherVersion => {
                Self::with_alert(Reason::WRONG_VERSION_NUMBER, Alert::PROTOCOL_VERSION)
            }
            RecordProblem::OtherProtectedVersion => {
                Self::with_alert(Reason::WRONG_VERSION_NUMBER, Alert::DECODE_ERROR)
            }
            RecordProblem::UnknownType => {
                Self::with_alert(Reason::UNEXPECTED_RECORD, Alert::UNEXPECTED_MESSAGE)
            }
            RecordProblem::NoHello => {
                Self::with_alert(Reason::UNEXPECTED_MESSAGE, Alert::UNEXPECTED_MESSAGE)
            }
            RecordProblem::MalformedAlert => {
                Self::with_alert(Reason::INVALID_ALERT, Alert::UNEXPECTED_MESSAGE)
            }
            RecordProblem::Unprotected => {
                Self::with_alert(Reason::BAD_RECORD_TYPE, Alert::UNEXPECTED_MESSAGE)
            }
            RecordProblem::TooLong => {
                Self::with_alert(Reason::PACKET_LENGTH_TOO_LONG, Alert::RECORD_OVERFLOW)
            }
            RecordProblem::ProtectedTooLong => {
                Self::with_alert(Reason::ENCRYPTED_LENGTH_TOO_LONG, Alert::RECORD_OVERFLOW)
            }
            RecordProblem::PlaintextTooLong => {
                Self::with_alert(Reason::DATA_LENGTH_TOO_LONG, Alert::RECORD_OVERFLOW)
            }
        }
    }
}

/// If the output ends with an alert without protection, makes it this fatal one.
/// True if it did.
pub(super) fn replace_plain_alert(output: &mut [u8], alert: Alert) -> bool {
    match output.last_chunk_mut::<PLAIN_ALERT>() {
        Some(record) if split_plain_alert(record).is_some() => {
            let [.., level, description] = record;
            *level = AlertLevel::FATAL.0;
            *description = alert.0;
            true
        }
        _ => false,
    }
}

/// The error with which a verifier hook makes rustls send `alert`.
pub(super) fn error_with_alert(alert: Alert) -> Error {
    use CertificateError as E;
    Error::InvalidCertificate(match alert {
        Alert::HANDSHAKE_FAILURE => return PeerIncompatible::NoSignatureSchemesInCommon.into(),
        Alert::ILLEGAL_PARAMETER => {
            return PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme.into();
        }
        Alert::BAD_CERTIFICATE => E::BadEncoding,
        Alert::UNSUPPORTED_CERTIFICATE => E::InvalidPurpose,
        Alert::CERTIFICATE_REVOKED => E::Revoked,
        Alert::CERTIFICATE_EXPIRED => E::Expired,
        Alert::UNKNOWN_CA => E::UnknownIssuer,
        Alert::ACCESS_DENIED => E::ApplicationVerificationFailure,
        Alert::DECRYPT_ERROR => E::BadSignature,
        Alert::BAD_CERTIFICATE_STATUS_RESPONSE => E::InvalidOcspResponse,
        _ => E::Other(OtherError::new(std::io::Error::other("refused"))),
    })
}

fn reason_for(error: &Error, side: Side) -> Reason {
    match error {
        Error::DecryptError => Reason::DECRYPTION_FAILED_OR_BAD_RECORD_MAC,
        Error::InappropriateMessage { .. } | Error::InappropriateHandshakeMessage { .. } => {
            Reason::UNEXPECTED_MESSAGE
        }
        Error::InvalidMessage(message) => invalid_message(*message),
        Error::PeerIncompatible(why) => incompatible(why, side),
        Error::PeerMisbehaved(why) => misbehaved(why),
        Error::InvalidCertificate(CertificateError::BadSignature) => Reason::BAD_SIGNATURE,
        Error::InvalidCertificate(_) => Reason::CERTIFICATE_VERIFY_FAILED,
        Error::PeerSentOversizedRecord => Reason::DATA_LENGTH_TOO_LONG,
        Error::NoApplicationProtocol => Reason::NO_APPLICATION_PROTOCOL,
        Error::NoSuitableCertificate => Reason::NO_CERTIFICATE_ASSIGNED,
        _ => Reason::INTERNAL_ERROR,
    }
}

fn invalid_message(message: InvalidMessage) -> Reason {
    use InvalidMessage as M;
    match message {
        M::PreSharedKeyIsNotFinalExtension
        | M::DuplicateExtension(_)
        | M::MisplacedExtension(_)
        | M::UnknownHelloRetryRequestExtension
        | M::UnknownCertificateExtension
        | M::IllegalEmptyList(_) => Reason::BAD_EXTENSION,
        M::InvalidContentType => Reason::UNEXPECTED_RECORD,
        M::InvalidCcs => Reason::BAD_CHANGE_CIPHER_SPEC,
        M::InvalidKeyUpdate => Reason::BAD_KEY_UPDATE,
        M::UnknownProtocolVersion => Reason::UNSUPPORTED_PROTOCOL,
        M::HandshakePayloadTooLarge | M::MessageTooLarge | M::CertificatePayloadTooLarge => {
            Reason::EXCESSIVE_MESSAGE_SIZE
        }
        M::UnsupportedCompression => Reason::UNSUPPORTED_COMPRESSION_ALGORITHM,
        M::UnexpectedMessage(_) => Reason::UNEXPECTED_MESSAGE,
        _ => Reason::LENGTH_MISMATCH,
    }
}

fn incompatible(why: &PeerIncompatible, side: Side) -> Reason {
    use PeerIncompatible as I;
    match why {
        I::ServerTlsVersionIsDisabledByOurConfig
        | I::ServerDoesNotSupportTls12Or13
        | I::SupportedVersionsExtensionRequired
        | I::Tls12NotOffered
        | I::Tls12NotOfferedOrEnabled => Reason::UNSUPPORTED_PROTOCOL,
        I::KeyShareExtensionRequired | I::NamedGroupsExtensionRequired => {
            Reason::NO_SUITABLE_KEY_SHARE
        }
        I::NoKxGroupsInCommon if side == Side::Server => Reason::NO_SUITABLE_GROUPS,
        I::NoSignatureSchemesInCommon | I::NoCertificateRequestSignatureSchemesInCommon => {
            Reason::NO_SUITABLE_SIGNATURE_ALGORITHM
        }
        I::SignatureAlgorithmsExtensionRequired => Reason::MISSING_SIGALGS_EXTENSION,
        I::ExtendedMainSecretExtensionRequired => Reason::INCONSISTENT_EXTMS,
        I::NullCompressionRequired => Reason::NO_COMPRESSION_SPECIFIED,
        I::NoCipherSuitesInCommon if side == Side::Server => Reason::NO_SHARED_CIPHER,
        I::NoCipherSuitesInCommon => Reason::UNKNOWN_CIPHER_RETURNED,
        _ => Reason::NO_SHARED_CIPHER,
    }
}

fn misbehaved(why: &PeerMisbehaved) -> Reason {
    use PeerMisbehaved as P;
    match why {
        P::IncorrectBinder => Reason::BINDER_DOES_NOT_VERIFY,
        P::IncorrectFinished => Reason::DIGEST_CHECK_FAILED,
        P::NoCertificatesPresented => Reason::PEER_DID_NOT_RETURN_A_CERTIFICATE,
        P::ResumptionAttemptedWithVariedEms | P::ResumptionOfferedWithVariedEms => {
            Reason::INCONSISTENT_EXTMS
        }
        P::ResumptionOfferedWithVariedCipherSuite => Reason::OLD_SESSION_CIPHER_NOT_RETURNED,
        P::ResumptionOfferedWithIncompatibleCipherSuite => Reason::CIPHERSUITE_DIGEST_HAS_CHANGED,
        P::SelectedUnofferedCipherSuite | P::SelectedDifferentCipherSuiteAfterRetry => {
            Reason::WRONG_CIPHER_RETURNED
        }
        P::AttemptedDowngradeToTls12WhenTls13IsSupported => Reason::INAPPROPRIATE_FALLBACK,
        P::SelectedTls12UsingTls13VersionExtension
        | P::SelectedDifferentProtocolVersionAfterRetry => Reason::WRONG_SSL_VERSION,
        P::UnsolicitedServerHelloExtension
        | P::UnsolicitedEncryptedExtension
        | P::UnsolicitedCertExtension => Reason::UNSOLICITED_EXTENSION,
        P::InvalidKeyShare
        | P::WrongGroupForKeyShare
        | P::SelectedUnofferedKxGroup
        | P::OfferedDuplicateKeyShares => Reason::BAD_KEY_SHARE,
        P::MissingKeyShare => Reason::NO_SUITABLE_KEY_SHARE,
        P::MissingPskModesExtension => Reason::MISSING_PSK_KEX_MODES_EXTENSION,
        P::SelectedInvalidPsk | P::SelectedUnofferedPsk => Reason::BAD_PSK_IDENTITY,
        P::SignedKxWithWrongAlgorithm | P::SignedHandshakeWithUnadvertisedSigScheme => {
            Reason::WRONG_SIGNATURE_TYPE
        }
        P::TooManyWarningAlertsReceived => Reason::TOO_MANY_WARN_ALERTS,
        P::TooManyConsecutiveHandshakeMessagesAfterHandshake => Reason::TOO_MANY_KEY_UPDATES,
        P::TooManyEmptyFragments => Reason::RECORD_TOO_SMALL,
        P::TooMuchEarlyDataReceived => Reason::TOO_MUCH_EARLY_DATA,
        P::OfferedEarlyDataWithOldProtocolVersion => Reason::WRONG_SSL_VERSION,
        P::EarlyDataOfferedWithVariedCipherSuite => Reason::BAD_EARLY_DATA,
        P::UnmatchedSessionId | P::ServerEchoedCompatibilitySessionId => Reason::INVALID_SESSION_ID,
        P::IllegalAlertLevel(..) | P::IllegalWarningAlert(_) => Reason::UNKNOWN_ALERT_TYPE,
        P::IllegalMiddleboxChangeCipherSpec => Reason::UNEXPECTED_CCS_MESSAGE,
        P::MessageInterleavedWithHandshakeMessage => Reason::MIXED_HANDSHAKE_AND_NON_HANDSHAKE_DATA,
        P::EmptyFragment
        | P::KeyEpochWithPendingFragment
        | P::RejectedEarlyDataInterleavedWithHandshakeMessage => Reason::UNEXPECTED_MESSAGE,
        P::NonEmptyRenegotiationInfo => Reason::RENEGOTIATION_MISMATCH,
        _ => Reason::BAD_EXTENSION,
    }
}
