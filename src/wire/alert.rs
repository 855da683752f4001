//! Alerts (RFC 8446, section 6): their numbers, and the texts that SSL_alert_type_string(3) lists.

use std::ffi::{CStr, c_int};

use super::number;
use super::record::{ContentType, RECORD_HEADER, RecordHeader};
use super::version::Version;

number! {
    /// How bad an alert is. TLS 1.3 looks at the description only.
    AlertLevel(u8);
    WARNING = 1;
    FATAL = 2;
}

macro_rules! alerts {
    ($($constant:ident = $number:literal $(, $short:literal $long:literal)?;)*) => {
        number! {
            /// The description of an alert.
            Alert(u8);
            $($constant = $number;)*
        }

        impl Alert {
            /// Two letters and a text.
            const fn texts(self) -> Option<(&'static CStr, &'static CStr)> {
                match self {
                    $($(Self::$constant => Some(($short, $long)),)?)*
                    _ => None,
                }
            }
        }
    };
}

// The spelling is OpenSSL's, the odd underscore included. The alerts that came with TLS 1.3 have
// no texts there.
alerts! {
    CLOSE_NOTIFY = 0, c"CN" c"close notify";
    UNEXPECTED_MESSAGE = 10, c"UM" c"unexpected_message";
    BAD_RECORD_MAC = 20, c"BM" c"bad record mac";
    DECRYPTION_FAILED = 21, c"DC" c"decryption failed";
    RECORD_OVERFLOW = 22, c"RO" c"record overflow";
    DECOMPRESSION_FAILURE = 30, c"DF" c"decompression failure";
    HANDSHAKE_FAILURE = 40, c"HF" c"handshake failure";
    NO_CERTIFICATE = 41, c"NC" c"no certificate";
    BAD_CERTIFICATE = 42, c"BC" c"bad certificate";
    UNSUPPORTED_CERTIFICATE = 43, c"UC" c"unsupported certificate";
    CERTIFICATE_REVOKED = 44, c"CR" c"certificate revoked";
    CERTIFICATE_EXPIRED = 45, c"CE" c"certificate expired";
    CERTIFICATE_UNKNOWN = 46, c"CU" c"certificate unknown";
    ILLEGAL_PARAMETER = 47, c"IP" c"illegal parameter";
    UNKNOWN_CA = 48, c"CA" c"unknown CA";
    ACCESS_DENIED = 49, c"AD" c"access denied";
    DECODE_ERROR = 50, c"DE" c"decode error";
    DECRYPT_ERROR = 51, c"CY" c"decrypt error";
    EXPORT_RESTRICTION = 60, c"ER" c"export restriction";
    PROTOCOL_VERSION = 70, c"PV" c"protocol version";
    INSUFFICIENT_SECURITY = 71, c"IS" c"insufficient security";
    INTERNAL_ERROR = 80, c"IE" c"internal error";
    INAPPROPRIATE_FALLBACK = 86;
    USER_CANCELED = 90, c"US" c"user canceled";
    NO_RENEGOTIATION = 100, c"NR" c"no renegotiation";
    MISSING_EXTENSION = 109;
    UNSUPPORTED_EXTENSION = 110, c"UE" c"unsupported extension";
    CERTIFICATE_UNOBTAINABLE = 111, c"CO" c"certificate unobtainable";
    UNRECOGNIZED_NAME = 112, c"UN" c"unrecognized name";
    BAD_CERTIFICATE_STATUS_RESPONSE = 113, c"BR" c"bad certificate status response";
    BAD_CERTIFICATE_HASH_VALUE = 114, c"BH" c"bad certificate hash value";
    UNKNOWN_PSK_IDENTITY = 115, c"UP" c"unknown PSK identity";
    CERTIFICATE_REQUIRED = 116;
    GENERAL_ERROR = 117;
    NO_APPLICATION_PROTOCOL = 120, c"UK" c"no application protocol";
}

impl Alert {
    /// From a number that a program has set, of which only the low byte is used.
    pub const fn from_c(number: c_int) -> Self {
        Self(number as u8)
    }

    /// A record with this alert, without protection.
    pub const fn plain_record(self, level: AlertLevel) -> [u8; PLAIN_ALERT] {
        let header = RecordHeader {
            content_type: ContentType::ALERT,
            version: Version::TLS1_2,
            length: 2,
        };
        let [kind, major, minor, high, low] = header.to_bytes();
        [kind, major, minor, high, low, level.0, self.0]
    }

    /// The reason code of an alert that was received: OpenSSL has one for each number.
    pub fn reason_code(self) -> c_int {
        const FIRST: c_int = 1000;
        FIRST + c_int::from(self.0)
    }
}

/// Length of a record with an alert without protection.
pub const PLAIN_ALERT: usize = RECORD_HEADER + ALERT_LENGTH;

/// Length of an alert: level, description.
pub const ALERT_LENGTH: usize = 2;

/// The alert in a record without protection, and what follows the record.
pub fn split_plain_alert(records: &[u8]) -> Option<(AlertLevel, Alert, &[u8])> {
    match records {
        [21, 3, _, 0, 2, level, alert, rest @ ..] => {
            Some((AlertLevel(*level), Alert(*alert), rest))
        }
        _ => None,
    }
}

impl From<Alert> for c_int {
    fn from(alert: Alert) -> Self {
        alert.0.into()
    }
}

/// An alert as callbacks of the program get it: its level in bits 8 to 15, its description below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlertValue(pub c_int);

impl AlertValue {
    /// The value of an alert.
    pub fn new(level: AlertLevel, alert: Alert) -> Self {
        Self(c_int::from(level.0) << 8 | c_int::from(alert.0))
    }

    /// "warning", "fatal" or "unknown".
    pub const fn level(self) -> &'static CStr {
        match self.0 >> 8 {
            1 => c"warning",
            2 => c"fatal",
            _ => c"unknown",
        }
    }

    /// "W", "F" or "U".
    pub const fn short_level(self) -> &'static CStr {
        match self.0 >> 8 {
            1 => c"W",
            2 => c"F",
            _ => c"U",
        }
    }

    /// The text of the alert, or "unknown".
    pub fn description(self) -> &'static CStr {
        self.alert().texts().map_or(c"unknown", |(_, long)| long)
    }

    /// Two letters for the alert, or "UK".
    pub fn short_description(self) -> &'static CStr {
        self.alert().texts().map_or(c"UK", |(short, _)| short)
    }

    const fn alert(self) -> Alert {
        Alert((self.0 & 0xff) as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alert_has_long_and_short_texts() {
        let alert = AlertValue(2 << 8 | 40);
        assert_eq!(alert.level(), c"fatal");
        assert_eq!(alert.short_level(), c"F");
        assert_eq!(alert.description(), c"handshake failure");
        assert_eq!(alert.short_description(), c"HF");
        assert_eq!(AlertValue(1 << 8).description(), c"close notify");
    }

    #[test]
    fn numbers_without_a_meaning_are_unknown() {
        let alert = AlertValue(9 << 8 | 200);
        assert_eq!(alert.level(), c"unknown");
        assert_eq!(alert.short_level(), c"U");
        assert_eq!(alert.description(), c"unknown");
        assert_eq!(alert.short_description(), c"UK");
        assert_eq!(AlertValue(-1).level(), c"unknown");
        assert_eq!(AlertValue(116).description(), c"unknown");
    }
}
