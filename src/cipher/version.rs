//! Protocol versions: wire numbers and names.

use std::ffi::{CStr, c_int};

/// A protocol version by its wire number (`TLS1_2_VERSION` and the like).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u16)]
pub enum Version {
    /// SSL 3.0
    Ssl3 = 0x0300,
    /// TLS 1.0
    Tls10 = 0x0301,
    /// TLS 1.1
    Tls11 = 0x0302,
    /// TLS 1.2
    Tls12 = 0x0303,
    /// TLS 1.3
    Tls13 = 0x0304,
}

impl Version {
    /// All versions, lowest first.
    pub const ALL: [Version; 5] = [
        Self::Ssl3,
        Self::Tls10,
        Self::Tls11,
        Self::Tls12,
        Self::Tls13,
    ];

    /// The lowest version that the engine speaks.
    pub const LOWEST_SUPPORTED: Version = Self::Tls12;

    /// The highest version that the engine speaks.
    pub const HIGHEST_SUPPORTED: Version = Self::Tls13;

    /// The version with this wire number.
    pub fn from_wire(number: c_int) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|version| version.wire() == number)
    }

    /// The wire number, as `SSL_version(3)` returns it.
    pub const fn wire(self) -> c_int {
        self as c_int
    }

    /// The name that `SSL_get_version(3)` gives.
    pub const fn name(self) -> &'static CStr {
        match self {
            Self::Ssl3 => c"SSLv3",
            Self::Tls10 => c"TLSv1",
            Self::Tls11 => c"TLSv1.1",
            Self::Tls12 => c"TLSv1.2",
            Self::Tls13 => c"TLSv1.3",
        }
    }

    /// The name of a version as `MinProtocol` and `MaxProtocol` of `SSL_CONF_cmd(3)` take it,
    /// exactly spelt.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|version| version.name().to_bytes() == name.as_bytes())
    }

    /// Whether the engine speaks this version.
    pub fn supported(self) -> bool {
        (Self::LOWEST_SUPPORTED..=Self::HIGHEST_SUPPORTED).contains(&self)
    }
}

/// A limit as `MinProtocol` and `MaxProtocol` of `SSL_CONF_cmd(3)` take it: the wire number of a
/// version, or 0 for `None`.
pub fn limit_from_name(name: &str) -> Option<c_int> {
    match name {
        "None" => Some(0),
        _ => Version::from_name(name).map(Version::wire),
    }
}

/// The name that `SSL_get_version(3)` and `SSL_SESSION_print(3)` give for a wire number, those of
/// DTLS included; "unknown" for others.
#[cfg(test)]
pub fn name_of(number: c_int) -> &'static CStr {
    match number {
        0xfeff => c"DTLSv1",
        0xfefd => c"DTLSv1.2",
        0x0100 => c"DTLSv0.9",
        _ => Version::from_wire(number).map_or(c"unknown", Version::name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_have_openssls_names() {
        assert_eq!(name_of(0x0303), c"TLSv1.2");
        assert_eq!(name_of(0x0301), c"TLSv1");
        assert_eq!(name_of(0xfefd), c"DTLSv1.2");
        assert_eq!(name_of(0), c"unknown");
    }

    #[test]
    fn limits_are_given_by_name() {
        assert_eq!(limit_from_name("None"), Some(0));
        assert_eq!(limit_from_name("TLSv1.3"), Some(0x0304));
        assert_eq!(limit_from_name("TLSv1.0"), None);
        assert_eq!(limit_from_name("tlsv1.2"), None);
    }

    #[test]
    fn only_the_newer_versions_can_be_spoken() {
        let spoken: Vec<_> = Version::ALL
            .into_iter()
            .filter(|version| version.supported())
            .collect();
        assert_eq!(spoken, [Version::Tls12, Version::Tls13]);
    }
}
