//! A cipher suite and its properties.

use std::ffi::{CStr, c_int};

use super::table::{SIGNALS, SUITES};
use crate::flags::flags;
use crate::reference::tag::{FixedTag, Tagged, tagged};
use crate::wire::Version;

/// A cipher suite: what `SSL_CIPHER` points to. All of them are static, so a pointer to one is
/// always valid and may be shared by all threads.
#[derive(Debug)]
#[repr(C)]
pub struct Cipher {
    pub(super) kind: FixedTag<{ Cipher::KIND }>,
    /// OpenSSL's number: 0x03000000 plus the number of the TLS registry.
    pub id: u32,
    /// OpenSSL's name.
    pub name: &'static CStr,
    /// The name in the TLS registry of IANA.
    pub standard_name: &'static CStr,
    /// The lowest version it may be used with; `None` for signalling values.
    pub min_version: Option<Version>,
    /// Key exchange.
    pub key_exchange: KeyExchange,
    /// Authentication.
    pub authentication: Authentication,
    /// Encryption of records.
    pub encryption: Encryption,
    /// Authentication of records.
    pub mac: Mac,
    /// Hash of the handshake (PRF or HKDF).
    pub handshake_digest: Option<HandshakeDigest>,
    /// Other properties.
    pub(super) traits: Traits,
}

tagged!(Cipher, kind, 0xc70b_9f34_216d_e85a);

/// Two suites are the same when they have the same number.
impl PartialEq for Cipher {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Cipher {}

impl Cipher {
    /// The suite with OpenSSL's number `id` (0x0300xxxx), supported or not.
    pub fn from_id(id: u32) -> Option<&'static Cipher> {
        SUITES
            .binary_search_by_key(&id, |cipher| cipher.id)
            .ok()
            .map(|index| &SUITES[index])
            .or_else(|| SIGNALS.iter().find(|cipher| cipher.id == id))
    }

    /// The suite with this number on the wire, supported or not.
    pub fn from_wire(number: u16) -> Option<&'static Cipher> {
        Self::from_id(0x0300_0000 | u32::from(number))
    }

    /// The suite with this OpenSSL name. Case matters.
    #[cfg(test)]
    pub fn from_name(name: &[u8]) -> Option<&'static Cipher> {
        Self::known().find(|cipher| cipher.name.to_bytes() == name)
    }

    /// The suite with this name in the TLS registry. Case matters.
    pub fn from_standard_name(name: &[u8]) -> Option<&'static Cipher> {
        Self::known().find(|cipher| cipher.standard_name.to_bytes() == name)
    }

    /// Every known suite by ascending number, then the signalling values.
    pub fn known() -> impl Iterator<Item = &'static Cipher> {
        SUITES.iter().chain(SIGNALS.iter())
    }

    /// The number on the wire.
    pub const fn wire(&self) -> u16 {
        self.id as u16
    }

    /// Whether the engine can use it.
    pub const fn supported(&self) -> bool {
        self.traits.contains(Traits::SUPPORTED)
    }

    /// Whether it is a suite of TLS 1.3.
    pub fn is_tls13(&self) -> bool {
        self.min_version == Some(Version::TLS1_3)
    }

    /// Whether it is not a suite but a signalling value in a ClientHello (RFC 5746, RFC 7507).
    pub const fn is_signal(&self) -> bool {
        self.min_version.is_none()
    }

    /// Key bits of the encryption. In every suite of the table all bits of the key are secret.
    pub const fn bits(&self) -> c_int {
        use Encryption::*;
        match self.encryption {
            Unspecified | Null => 0,
            Aes128 | Aes128Gcm | Aes128Ccm | Aes128Ccm8 | Aria128Gcm | Camellia128 | Idea
            | Seed => 128,
            Aes256 | Aes256Gcm | Aes256Ccm | Aes256Ccm8 | Aria256Gcm | Camellia256
            | ChaCha20Poly1305 => 256,
        }
    }

    /// The version that `SSL_CIPHER_get_version(3)` names: as [`Version::name`], but "TLSv1.0".
    pub const fn version_name(&self) -> &'static CStr {
        match self.min_version {
            None => c"unknown",
            Some(Version::TLS1) => c"TLSv1.0",
            Some(version) => version.name(),
        }
    }

    /// Whether records are protected by an AEAD.
    pub fn is_aead(&self) -> bool {
        self.mac == Mac::Aead
    }
}

flags! {
    /// Properties of a suite besides its algorithms.
    Traits(u8);
    /// None.
    NONE = 0;
    /// The cipher string `FIPS` selects it.
    FIPS = 1;
    /// The cipher string `COMPLEMENTOFDEFAULT` selects it.
    NOT_DEFAULT = 2;
    /// OpenSSL knows its number and name, but no cipher string selects it as Debian builds it.
    UNLISTED = 4;
    /// The engine can use it.
    SUPPORTED = 8;
}

/// Key exchange of a suite. Each value is a bit, so that cipher strings can combine them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of the algorithms")]
#[repr(u32)]
pub enum KeyExchange {
    /// Negotiated apart from the suite (TLS 1.3).
    Any = 0,
    Rsa = 1,
    Dhe = 2,
    Ecdhe = 4,
    Psk = 8,
    RsaPsk = 16,
    DhePsk = 32,
    EcdhePsk = 64,
    Srp = 128,
}

impl KeyExchange {
    /// libcrypto's number for it (`SSL_CIPHER_get_kx_nid(3)`).
    pub const fn nid(self) -> c_int {
        match self {
            Self::Any => 1063,
            Self::Rsa => 1037,
            Self::Dhe => 1039,
            Self::Ecdhe => 1038,
            Self::Psk => 1043,
            Self::RsaPsk => 1042,
            Self::DhePsk => 1041,
            Self::EcdhePsk => 1040,
            Self::Srp => 1044,
        }
    }

    /// Its name in a description.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Rsa => "RSA",
            Self::Dhe => "DH",
            Self::Ecdhe => "ECDH",
            Self::Psk => "PSK",
            Self::RsaPsk => "RSAPSK",
            Self::DhePsk => "DHEPSK",
            Self::EcdhePsk => "ECDHEPSK",
            Self::Srp => "SRP",
        }
    }
}

/// Authentication of a suite. Each value is a bit, so that cipher strings can combine them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of the algorithms")]
#[repr(u32)]
pub enum Authentication {
    /// Negotiated apart from the suite (TLS 1.3).
    Any = 0,
    Rsa = 1,
    Dss = 2,
    /// Anonymous.
    Null = 4,
    Ecdsa = 8,
    Psk = 16,
    Srp = 32,
}

impl Authentication {
    /// libcrypto's number for it (`SSL_CIPHER_get_auth_nid(3)`).
    pub const fn nid(self) -> c_int {
        match self {
            Self::Any => 1064,
            Self::Rsa => 1046,
            Self::Dss => 1049,
            Self::Null => 1053,
            Self::Ecdsa => 1047,
            Self::Psk => 1048,
            Self::Srp => 1052,
        }
    }

    /// Its name in a description.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Rsa => "RSA",
            Self::Dss => "DSS",
            Self::Null => "None",
            Self::Ecdsa => "ECDSA",
            Self::Psk => "PSK",
            Self::Srp => "SRP",
        }
    }
}

/// Encryption of a suite. Each value is a bit, so that cipher strings can combine them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of the algorithms")]
#[repr(u32)]
pub enum Encryption {
    /// Of signalling values.
    Unspecified = 0,
    /// Not encrypted.
    Null = 1,
    Aes128 = 1 << 1,
    Aes256 = 1 << 2,
    Aes128Gcm = 1 << 3,
    Aes256Gcm = 1 << 4,
    Aes128Ccm = 1 << 5,
    Aes256Ccm = 1 << 6,
    Aes128Ccm8 = 1 << 7,
    Aes256Ccm8 = 1 << 8,
    Aria128Gcm = 1 << 9,
    Aria256Gcm = 1 << 10,
    Camellia128 = 1 << 11,
    Camellia256 = 1 << 12,
    ChaCha20Poly1305 = 1 << 13,
    Idea = 1 << 14,
    Seed = 1 << 15,
}

impl Encryption {
    /// libcrypto's number for it, 0 for none (`SSL_CIPHER_get_cipher_nid(3)`).
    pub const fn nid(self) -> c_int {
        match self {
            Self::Unspecified | Self::Null => 0,
            Self::Aes128 => 419,
            Self::Aes256 => 427,
            Self::Aes128Gcm => 895,
            Self::Aes256Gcm => 901,
            Self::Aes128Ccm | Self::Aes128Ccm8 => 896,
            Self::Aes256Ccm | Self::Aes256Ccm8 => 902,
            Self::Aria128Gcm => 1123,
            Self::Aria256Gcm => 1125,
            Self::Camellia128 => 751,
            Self::Camellia256 => 753,
            Self::ChaCha20Poly1305 => 1018,
            Self::Idea => 34,
            Self::Seed => 777,
        }
    }

    /// Its name in a description.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Unspecified => "unknown",
            Self::Null => "None",
            Self::Aes128 => "AES(128)",
            Self::Aes256 => "AES(256)",
            Self::Aes128Gcm => "AESGCM(128)",
            Self::Aes256Gcm => "AESGCM(256)",
            Self::Aes128Ccm => "AESCCM(128)",
            Self::Aes256Ccm => "AESCCM(256)",
            Self::Aes128Ccm8 => "AESCCM8(128)",
            Self::Aes256Ccm8 => "AESCCM8(256)",
            Self::Aria128Gcm => "ARIAGCM(128)",
            Self::Aria256Gcm => "ARIAGCM(256)",
            Self::Camellia128 => "Camellia(128)",
            Self::Camellia256 => "Camellia(256)",
            Self::ChaCha20Poly1305 => "CHACHA20/POLY1305(256)",
            Self::Idea => "IDEA(128)",
            Self::Seed => "SEED(128)",
        }
    }
}

/// Authentication of records. Each value is a bit, so that cipher strings can combine them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of the algorithms")]
#[repr(u32)]
pub enum Mac {
    /// Of signalling values.
    Unspecified = 0,
    Md5 = 1,
    Sha1 = 2,
    Sha256 = 4,
    Sha384 = 8,
    /// Part of the encryption.
    Aead = 16,
}

impl Mac {
    /// libcrypto's number for its hash, 0 for none (`SSL_CIPHER_get_digest_nid(3)`).
    pub const fn nid(self) -> c_int {
        match self {
            Self::Unspecified | Self::Aead => 0,
            Self::Md5 => 4,
            Self::Sha1 => 64,
            Self::Sha256 => 672,
            Self::Sha384 => 673,
        }
    }

    /// Its name in a description.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Unspecified => "unknown",
            Self::Md5 => "MD5",
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
            Self::Sha384 => "SHA384",
            Self::Aead => "AEAD",
        }
    }
}

/// Hash of the handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandshakeDigest {
    /// MD5 and SHA-1 together, of suites that began before TLS 1.2. In TLS 1.2 they use SHA-256.
    Md5Sha1,
    /// SHA-256
    Sha256,
    /// SHA-384
    Sha384,
}

impl HandshakeDigest {
    /// libcrypto's name for it.
    pub const fn name(self) -> &'static CStr {
        match self {
            Self::Md5Sha1 => c"MD5-SHA1",
            Self::Sha256 => c"SHA256",
            Self::Sha384 => c"SHA384",
        }
    }
}

impl std::fmt::Display for Cipher {
    /// The one line of `SSL_CIPHER_description(3)`, without the newline.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let version = self.min_version.map_or(c"unknown", Version::name);
        write!(
            f,
            "{:<30} {:<7} Kx={:<8} Au={:<5} Enc={:<22} Mac={:<4}",
            self.name.to_string_lossy(),
            version.to_string_lossy(),
            self.key_exchange.label(),
            self.authentication.label(),
            self.encryption.label(),
            self.mac.label(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suite_is_found_by_number_and_by_either_name() {
        let cipher = Cipher::from_id(0x0300_1302).unwrap();
        assert_eq!(cipher.name, c"TLS_AES_256_GCM_SHA384");
        assert_eq!(Cipher::from_wire(0x1302), Some(cipher));
        let old = Cipher::from_name(b"ECDHE-RSA-AES128-GCM-SHA256").unwrap();
        assert_eq!(old.wire(), 0xc02f);
        let standard = b"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256";
        assert_eq!(Cipher::from_standard_name(standard), Some(old));
        assert_eq!(Cipher::from_id(0x0200_1302), None);
        assert_eq!(Cipher::from_name(b"ecdhe-rsa-aes128-gcm-sha256"), None);
    }

    #[test]
    fn suites_that_cannot_be_used_are_known_all_the_same() {
        let cipher = Cipher::from_name(b"AES128-SHA").unwrap();
        assert!(!cipher.supported());
        assert!(Cipher::from_wire(0x1304).is_some_and(|cipher| !cipher.supported()));
    }

    #[test]
    fn signalling_values_are_found_and_are_no_suites() {
        assert!(Cipher::from_wire(0x5600).unwrap().is_signal());
        assert!(Cipher::from_wire(0x00ff).unwrap().is_signal());
        assert!(!Cipher::from_wire(0x1301).unwrap().is_signal());
    }

    #[test]
    fn nine_suites_can_be_used() {
        let usable: Vec<u16> = Cipher::known()
            .filter(|cipher| cipher.supported())
            .map(Cipher::wire)
            .collect();
        let expected = [
            0x1301, 0x1302, 0x1303, 0xc02b, 0xc02c, 0xc02f, 0xc030, 0xcca8, 0xcca9,
        ];
        assert_eq!(usable, expected);
    }

    #[test]
    fn suites_are_in_ascending_order_without_doubles() {
        assert!(SUITES.is_sorted_by(|a, b| a.id < b.id));
    }
}
