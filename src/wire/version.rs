//! Protocol versions.

use std::ffi::{CStr, c_int};

use super::number;

number! {
    /// A protocol version.
    Version(u16);
    /// No version: there is no limit, or none is agreed on yet.
    NONE = 0;
    SSL3 = 0x0300;
    TLS1 = 0x0301;
    TLS1_1 = 0x0302;
    TLS1_2 = 0x0303;
    TLS1_3 = 0x0304;
    DTLS1 = 0xfeff;
    DTLS1_2 = 0xfefd;
    /// Cisco's draft of DTLS 1.0.
    DTLS0_9 = 0x0100;
}

impl Version {
    /// All versions of TLS, lowest first.
    pub const ALL: [Version; 5] = [
        Self::SSL3,
        Self::TLS1,
        Self::TLS1_1,
        Self::TLS1_2,
        Self::TLS1_3,
    ];

    /// The lowest version that the engine speaks.
    pub const LOWEST_SUPPORTED: Version = Self::TLS1_2;

    /// The highest version that the engine speaks.
    pub const HIGHEST_SUPPORTED: Version = Self::TLS1_3;

    /// From a number that a program has set; `None` for one that no version can have.
    pub fn from_c(number: impl TryInto<u16>) -> Option<Self> {
        number.try_into().ok().map(Self)
    }

    /// The number as C functions return it.
    pub const fn to_c(self) -> c_int {
        self.0 as c_int
    }

    /// The name that `SSL_get_version(3)` and `SSL_SESSION_print(3)` give.
    pub const fn name(self) -> &'static CStr {
        match self {
            Self::SSL3 => c"SSLv3",
            Self::TLS1 => c"TLSv1",
            Self::TLS1_1 => c"TLSv1.1",
            Self::TLS1_2 => c"TLSv1.2",
            Self::TLS1_3 => c"TLSv1.3",
            Self::DTLS1 => c"DTLSv1",
            Self::DTLS1_2 => c"DTLSv1.2",
            Self::DTLS0_9 => c"DTLSv0.9",
            _ => c"unknown",
        }
    }

    /// SSL 3.0 to TLS 1.3.
    pub fn is_tls(self) -> bool {
        (Self::SSL3..=Self::TLS1_3).contains(&self)
    }

    /// DTLS 1.0 and 1.2, and Cisco's.
    pub fn is_dtls(self) -> bool {
        matches!(self, Self::DTLS1 | Self::DTLS1_2 | Self::DTLS0_9)
    }

    /// The name of a version as `MinProtocol` and `MaxProtocol` of `SSL_CONF_cmd(3)` take it.
    /// Case matters.
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

impl From<Version> for c_int {
    fn from(version: Version) -> Self {
        version.to_c()
    }
}

/// For numbers that a program has set, which may be any.
impl PartialEq<Version> for c_int {
    fn eq(&self, version: &Version) -> bool {
        *self == version.to_c()
    }
}

/// A limit as `MinProtocol` and `MaxProtocol` of `SSL_CONF_cmd(3)` take it: a version, or
/// [`NONE`](Version::NONE) for `None`.
pub fn limit_from_name(name: &str) -> Option<Version> {
    match name {
        "None" => Some(Version::NONE),
        _ => Version::from_name(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_have_openssls_names() {
        assert_eq!(Version(0x0303).name(), c"TLSv1.2");
        assert_eq!(Version(0x0301).name(), c"TLSv1");
        assert_eq!(Version(0xfefd).name(), c"DTLSv1.2");
        assert_eq!(Version(0).name(), c"unknown");
    }

    #[test]
    fn limits_are_given_by_name() {
        assert_eq!(limit_from_name("None"), Some(Version::NONE));
        assert_eq!(limit_from_name("TLSv1.3"), Some(Version::TLS1_3));
        assert_eq!(limit_from_name("TLSv1.0"), None);
        assert_eq!(limit_from_name("tlsv1.2"), None);
    }

    #[test]
    fn only_the_newer_versions_can_be_spoken() {
        let spoken: Vec<_> = Version::ALL
            .into_iter()
            .filter(|version| version.supported())
            .collect();
        assert_eq!(spoken, [Version::TLS1_2, Version::TLS1_3]);
    }
}
