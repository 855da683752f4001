//! Alerts (RFC 8446 section 6): texts for their numbers, as SSL_alert_type_string(3) lists them.

use std::ffi::{CStr, c_int};

/// What callbacks of the program call an alert: its level in bits 8 to 15, its description below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlertValue(pub c_int);

impl AlertValue {
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

    /// What the alert says, or "unknown".
    pub fn description(self) -> &'static CStr {
        self.texts().map_or(c"unknown", |(_, _, long)| *long)
    }

    /// Two letters for what the alert says, or "UK".
    pub fn short_description(self) -> &'static CStr {
        self.texts().map_or(c"UK", |(_, short, _)| *short)
    }

    fn texts(self) -> Option<&'static Texts> {
        TEXTS.iter().find(|(number, ..)| *number == self.0 & 0xff)
    }
}

/// Number, two letters, text.
type Texts = (c_int, &'static CStr, &'static CStr);

macro_rules! alerts {
    ($($number:literal $short:literal $long:literal;)*) => {
        static TEXTS: &[Texts] = &[$(($number, $short, $long)),*];
    };
}

// The spelling is OpenSSL's, the odd underscore included. The alerts that came with TLS 1.3 have
// no texts there.
alerts! {
    0   c"CN" c"close notify";
    10  c"UM" c"unexpected_message";
    20  c"BM" c"bad record mac";
    21  c"DC" c"decryption failed";
    22  c"RO" c"record overflow";
    30  c"DF" c"decompression failure";
    40  c"HF" c"handshake failure";
    41  c"NC" c"no certificate";
    42  c"BC" c"bad certificate";
    43  c"UC" c"unsupported certificate";
    44  c"CR" c"certificate revoked";
    45  c"CE" c"certificate expired";
    46  c"CU" c"certificate unknown";
    47  c"IP" c"illegal parameter";
    48  c"CA" c"unknown CA";
    49  c"AD" c"access denied";
    50  c"DE" c"decode error";
    51  c"CY" c"decrypt error";
    60  c"ER" c"export restriction";
    70  c"PV" c"protocol version";
    71  c"IS" c"insufficient security";
    80  c"IE" c"internal error";
    90  c"US" c"user canceled";
    100 c"NR" c"no renegotiation";
    110 c"UE" c"unsupported extension";
    111 c"CO" c"certificate unobtainable";
    112 c"UN" c"unrecognized name";
    113 c"BR" c"bad certificate status response";
    114 c"BH" c"bad certificate hash value";
    115 c"UP" c"unknown PSK identity";
    120 c"UK" c"no application protocol";
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
