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
