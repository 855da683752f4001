//! The codes that verification ends with (`X509_STORE_CTX_get_error(3)`).

use std::ffi::{CStr, c_int, c_long};

use crate::libcrypto::ffi;
use crate::wire::Alert;

/// `X509_V_OK`
#[cfg(test)]
pub const X509_V_OK: c_int = 0;
/// `X509_V_ERR_OUT_OF_MEM`
pub const X509_V_ERR_OUT_OF_MEM: c_int = 17;

/// The text that describes a code (`X509_verify_cert_error_string(3)`).
pub fn error_string(code: c_long) -> &'static CStr {
    // SAFETY: libcrypto returns a constant text for every number it knows; for others the text is
    // one too since OpenSSL 1.1.0.
    unsafe { CStr::from_ptr(ffi::X509_verify_cert_error_string(code)) }
}

/// The alert that OpenSSL sends for a code, by its number in RFC 8446 section 6.
pub fn alert_for(code: c_long) -> Alert {
    match code {
        // UNSPECIFIED, OUT_OF_MEM, INVALID_CALL, STORE_LOOKUP: ours, not the peer's fault
        1 | 17 | 69 | 70 => Alert::INTERNAL_ERROR,
        // UNABLE_TO_GET_ISSUER_CERT, UNABLE_TO_GET_CRL, DEPTH_ZERO_SELF_SIGNED_CERT,
        // SELF_SIGNED_CERT_IN_CHAIN, UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
        // UNABLE_TO_VERIFY_LEAF_SIGNATURE, CERT_CHAIN_TOO_LONG, PATH_LENGTH_EXCEEDED,
        // UNABLE_TO_GET_CRL_ISSUER, INVALID_CA
        2 | 3 | 18..=22 | 25 | 33 | 79 => Alert::UNKNOWN_CA,
        // UNABLE_TO_DECRYPT_CERT_SIGNATURE, UNABLE_TO_DECRYPT_CRL_SIGNATURE,
        // UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY
        4..=6 => Alert::BAD_CERTIFICATE,
        // CERT_SIGNATURE_FAILURE, CRL_SIGNATURE_FAILURE
        7 | 8 => Alert::DECRYPT_ERROR,
        // CERT_HAS_EXPIRED, CRL_HAS_EXPIRED
        10 | 12 => Alert::CERTIFICATE_EXPIRED,
        // CERT_NOT_YET_VALID, CRL_NOT_YET_VALID, ERROR_IN_… fields of dates
        9 | 11 | 13..=16 => Alert::BAD_CERTIFICATE,
        // CERT_REVOKED
        23 => Alert::CERTIFICATE_REVOKED,
        // INVALID_PURPOSE
        26 => Alert::UNSUPPORTED_CERTIFICATE,
        // CERT_UNTRUSTED, CERT_REJECTED
        27 | 28 => Alert::BAD_CERTIFICATE,
        // APPLICATION_VERIFICATION
        50 => Alert::HANDSHAKE_FAILURE,
        // HOSTNAME_MISMATCH, EMAIL_MISMATCH, IP_ADDRESS_MISMATCH, DANE_NO_MATCH,
        // EE_KEY_TOO_SMALL, CA_KEY_TOO_SMALL, CA_MD_TOO_WEAK, EC_KEY_EXPLICIT_PARAMS
        62..=68 | 94 => Alert::BAD_CERTIFICATE,
        _ => Alert::CERTIFICATE_UNKNOWN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seen on the wire from OpenSSL 3.0: the alert for each code from 0 on.
    const ALERTS: [u8; 96] = [
        46, 80, 48, 48, 42, 42, 42, 51, 51, 42, 45, 42, 45, 42, 42, 42, 42, 80, 48, 48, 48, 48, 48,
        44, 46, 48, 43, 42, 42, 46, 46, 46, 46, 48, 46, 46, 46, 46, 46, 46, 46, 46, 46, 46, 46, 46,
        46, 46, 46, 46, 40, 46, 46, 46, 46, 46, 46, 46, 46, 46, 46, 46, 42, 42, 42, 42, 42, 42, 42,
        80, 80, 46, 46, 46, 46, 46, 46, 46, 46, 48, 46, 46, 46, 46, 46, 46, 46, 46, 46, 46, 46, 46,
        46, 46, 42, 46,
    ];

    #[test]
    fn alerts_are_those_of_openssl() {
        for (code, alert) in ALERTS.into_iter().enumerate() {
            assert_eq!(alert_for(code as c_long), Alert(alert), "{}", code);
        }
        assert_eq!(
            (alert_for(-1), alert_for(1000)),
            (Alert::CERTIFICATE_UNKNOWN, Alert::CERTIFICATE_UNKNOWN)
        );
    }

    #[test]
    fn codes_have_texts() {
        assert_eq!(error_string(0), c"ok");
        assert_eq!(error_string(10), c"certificate has expired");
        assert!(!error_string(-5).is_empty() && !error_string(5000).is_empty());
    }
}
