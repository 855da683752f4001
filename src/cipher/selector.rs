//! The words of cipher strings (openssl-ciphers(1), "CIPHER STRINGS") and what they select.

use super::suite::{Authentication, Cipher, Encryption, KeyExchange, Mac, Traits};
use super::table::SUITES;
use crate::wire::Version;

/// What one item of a cipher string selects. A suite must match each field that is set; it matches
/// a mask that contains its bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Selector {
    key_exchange: Option<u32>,
    authentication: Option<u32>,
    encryption: Option<u32>,
    mac: Option<u32>,
    strength: Option<u32>,
    version: Option<Version>,
    not_default: bool,
    id: Option<u32>,
}

impl Selector {
    /// Selects everything.
    pub const EVERYTHING: Selector = Selector {
        key_exchange: None,
        authentication: None,
        encryption: None,
        mac: None,
        strength: None,
        version: None,
        not_default: false,
        id: None,
    };

    /// What `word` selects by itself: one suite by its name, or a class of suites. `None` for
    /// unknown words.
    pub fn from_word(word: &[u8]) -> Option<Self> {
        let named = |cipher: &&Cipher| cipher.name.to_bytes() == word && listed(cipher);
        if let Some(cipher) = SUITES.iter().find(named) {
            return Some(Self::of(cipher));
        }
        Self::class(std::str::from_utf8(word).ok()?)
    }

    /// What both select (`+` inside an item). `None` when their properties exclude each other.
    pub fn and(self, other: Self) -> Option<Self> {
        // OpenSSL's rule: `COMPLEMENTOFDEFAULT+HIGH` is `HIGH`, while `HIGH+COMPLEMENTOFDEFAULT` is
        // the intersection.
        let forgets_default = self.strength.is_none() && other.strength.is_some();
        Some(Self {
            key_exchange: intersection(self.key_exchange, other.key_exchange)?,
            authentication: intersection(self.authentication, other.authentication)?,
            encryption: intersection(self.encryption, other.encryption)?,
            mac: intersection(self.mac, other.mac)?,
            strength: intersection(self.strength, other.strength)?,
            version: match (self.version, other.version) {
                (Some(one), Some(two)) if one != two => return None,
                (one, two) => one.or(two),
            },
            not_default: other.not_default || self.not_default && !forgets_default,
            id: other.id.or(self.id),
        })
    }

    /// Whether it selects `cipher`.
    pub fn selects(&self, cipher: &Cipher) -> bool {
        let has = |mask: Option<u32>, bit: u32| mask.is_none_or(|mask| mask & bit != 0);
        self.id.is_none_or(|id| id == cipher.id)
            && has(self.key_exchange, cipher.key_exchange as u32)
            && has(self.authentication, cipher.authentication as u32)
            && has(self.encryption, cipher.encryption as u32)
            && has(self.mac, cipher.mac as u32)
            && has(self.strength, strength(cipher))
            && self
                .version
                .is_none_or(|version| cipher.min_version == Some(version))
            && (!self.not_default || cipher.traits.contains(Traits::NOT_DEFAULT))
    }

    /// Selects by key exchange.
    pub const fn key_exchange(kinds: &[KeyExchange]) -> Self {
        let mut mask = 0;
        let mut index = 0;
        while index < kinds.len() {
            mask |= kinds[index] as u32;
            index += 1;
        }
        Self {
            key_exchange: Some(mask),
            ..Self::EVERYTHING
        }
    }

    /// Selects by authentication, in addition to its other criteria.
    pub const fn authenticated(self, mask: u32) -> Self {
        Self {
            authentication: Some(mask),
            ..self
        }
    }

    /// Selects by encryption.
    pub const fn encryption(kinds: &[Encryption]) -> Self {
        let mut mask = 0;
        let mut index = 0;
        while index < kinds.len() {
            mask |= kinds[index] as u32;
            index += 1;
        }
        Self {
            encryption: Some(mask),
            ..Self::EVERYTHING
        }
    }

    /// Selects by MAC, in addition to its other criteria.
    pub const fn with_mac(self, mac: Mac) -> Self {
        Self {
            mac: Some(mac as u32),
            ..self
        }
    }

    /// Selects by lowest version.
    pub const fn version(version: Version) -> Self {
        Self {
            version: Some(version),
            ..Self::EVERYTHING
        }
    }

    const fn authentication(kind: Authentication) -> Self {
        Self::EVERYTHING.authenticated(kind as u32)
    }

    const fn mac(mac: Mac) -> Self {
        Self::EVERYTHING.with_mac(mac)
    }

    const fn strength(class: u32) -> Self {
        Self {
            strength: Some(class),
            ..Self::EVERYTHING
        }
    }

    /// A suite by its name. Its version is not part of the pattern.
    fn of(cipher: &Cipher) -> Self {
        Self {
            key_exchange: Some(cipher.key_exchange as u32),
            authentication: Some(cipher.authentication as u32),
            encryption: Some(cipher.encryption as u32),
            mac: Some(cipher.mac as u32),
            strength: Some(strength(cipher)),
            version: None,
            not_default: cipher.traits.contains(Traits::NOT_DEFAULT),
            id: Some(cipher.id),
        }
    }

    /// The classes. Those whose algorithms OpenSSL is built without (RC4, 3DES, GOST …) are unknown
    /// there too.
    fn class(word: &str) -> Option<Self> {
        Self::general_class(word)
            .or_else(|| Self::class_of_key_exchange(word))
            .or_else(|| Self::class_of_encryption(word))
    }

    /// Strengths, authentications, digests and versions.
    fn general_class(word: &str) -> Option<Self> {
        Some(match word {
            "ALL" => Self {
                encryption: Some(!(Encryption::Null as u32)),
                ..Self::EVERYTHING
            },
            "COMPLEMENTOFDEFAULT" => Self {
                not_default: true,
                ..Self::EVERYTHING
            },
            "HIGH" => Self::strength(HIGH),
            "FIPS" => Self::strength(FIPS),
            "MEDIUM" => Self::strength(MEDIUM),
            "LOW" => Self::strength(LOW),

            "aRSA" => Self::authentication(Authentication::Rsa),
            "aDSS" | "DSS" => Self::authentication(Authentication::Dss),
            "aECDSA" | "ECDSA" => Self::authentication(Authentication::Ecdsa),
            "aNULL" => Self::authentication(Authentication::Null),
            "aPSK" => Self::authentication(Authentication::Psk),
            "aSRP" => Self::authentication(Authentication::Srp),

            "MD5" => Self::mac(Mac::Md5),
            "SHA1" | "SHA" => Self::mac(Mac::Sha1),
            "SHA256" => Self::mac(Mac::Sha256),
            "SHA384" => Self::mac(Mac::Sha384),

            "SSLv3" => Self::version(Version::SSL3),
            "TLSv1" | "TLSv1.0" => Self::version(Version::TLS1),
            "TLSv1.2" => Self::version(Version::TLS1_2),
            _ => return None,
        })
    }

    /// Key exchanges, some with an authentication.
    fn class_of_key_exchange(word: &str) -> Option<Self> {
        const DHE: Selector = Selector::key_exchange(&[KeyExchange::Dhe]);
        const ECDHE: Selector = Selector::key_exchange(&[KeyExchange::Ecdhe]);
        const ANONYMOUS: u32 = Authentication::Null as u32;

        Some(match word {
            "kRSA" => Self::key_exchange(&[KeyExchange::Rsa]),
            "kDHE" | "kEDH" | "DH" => DHE,
            "kECDHE" | "kEECDH" | "ECDH" => ECDHE,
            "kPSK" => Self::key_exchange(&[KeyExchange::Psk]),
            "kRSAPSK" => Self::key_exchange(&[KeyExchange::RsaPsk]),
            "kDHEPSK" => Self::key_exchange(&[KeyExchange::DhePsk]),
            "kECDHEPSK" => Self::key_exchange(&[KeyExchange::EcdhePsk]),
            "kSRP" | "SRP" => Self::key_exchange(&[KeyExchange::Srp]),
            "PSK" => Self::key_exchange(&[
                KeyExchange::Psk,
                KeyExchange::RsaPsk,
                KeyExchange::DhePsk,
                KeyExchange::EcdhePsk,
            ]),

            "DHE" | "EDH" => DHE.authenticated(!ANONYMOUS),
            "ECDHE" | "EECDH" => ECDHE.authenticated(!ANONYMOUS),
            "RSA" => {
                Self::key_exchange(&[KeyExchange::Rsa]).authenticated(Authentication::Rsa as u32)
            }
            "ADH" => DHE.authenticated(ANONYMOUS),
            "AECDH" => ECDHE.authenticated(ANONYMOUS),
            _ => return None,
        })
    }

    fn class_of_encryption(word: &str) -> Option<Self> {
        use Encryption::*;
        const AES_128: [Encryption; 4] = [Aes128, Aes128Gcm, Aes128Ccm, Aes128Ccm8];
        const AES_256: [Encryption; 4] = [Aes256, Aes256Gcm, Aes256Ccm, Aes256Ccm8];

        Some(match word {
            "COMPLEMENTOFALL" | "eNULL" | "NULL" => Self::encryption(&[Null]),
            "AES128" => Self::encryption(&AES_128),
            "AES256" => Self::encryption(&AES_256),
            "AES" => Self {
                encryption: union(Self::encryption(&AES_128), Self::encryption(&AES_256)),
                ..Self::EVERYTHING
            },
            "AESGCM" => Self::encryption(&[Aes128Gcm, Aes256Gcm]),
            "AESCCM" => Self::encryption(&[Aes128Ccm, Aes256Ccm, Aes128Ccm8, Aes256Ccm8]),
            "AESCCM8" => Self::encryption(&[Aes128Ccm8, Aes256Ccm8]),
            "ARIA" | "ARIAGCM" => Self::encryption(&[Aria128Gcm, Aria256Gcm]),
            "ARIA128" => Self::encryption(&[Aria128Gcm]),
            "ARIA256" => Self::encryption(&[Aria256Gcm]),
            "CAMELLIA" => Self::encryption(&[Camellia128, Camellia256]),
            "CAMELLIA128" => Self::encryption(&[Camellia128]),
            "CAMELLIA256" => Self::encryption(&[Camellia256]),
            "CHACHA20" => Self::encryption(&[ChaCha20Poly1305]),
            // A known word, though it selects no suite, so an item may end after it.
            "3DES" | "EDH-RSA-DES-CBC3-SHA" | "EDH-DSS-DES-CBC3-SHA" => Self {
                encryption: Some(TRIPLE_DES),
                ..Self::EVERYTHING
            },
            "CBC" => Self::encryption(&[Aes128, Aes256, Camellia128, Camellia256]),
            _ => return None,
        })
    }
}

/// Whether cipher strings can select `cipher`: suites of TLS 1.3 have a list of their own, and
/// some are known only by name.
pub fn listed(cipher: &Cipher) -> bool {
    !cipher.is_tls13() && !cipher.traits.contains(Traits::UNLISTED)
}

/// A bit beside those of [`Encryption`].
const TRIPLE_DES: u32 = 1 << 31;

const UNENCRYPTED: u32 = 1;
const HIGH: u32 = 2;
const FIPS: u32 = 4;
const MEDIUM: u32 = 8;
const LOW: u32 = 16;

/// The strength classes of a suite. Suites of the table are either not encrypted, or `HIGH`.
fn strength(cipher: &Cipher) -> u32 {
    let class = match cipher.encryption {
        Encryption::Null => UNENCRYPTED,
        _ => HIGH,
    };
    class
        | if cipher.traits.contains(Traits::FIPS) {
            FIPS
        } else {
            0
        }
}

/// The intersection of two masks, of which `None` is one without restriction. The result is `None`
/// if the intersection is empty.
fn intersection(one: Option<u32>, two: Option<u32>) -> Option<Option<u32>> {
    match (one, two) {
        (Some(one), Some(two)) => (one & two != 0).then_some(Some(one & two)),
        (one, two) => Some(one.or(two)),
    }
}

fn union(one: Selector, two: Selector) -> Option<u32> {
    Some(one.encryption? | two.encryption?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(word: &str) -> usize {
        let selector = Selector::from_word(word.as_bytes()).unwrap();
        SUITES
            .iter()
            .filter(|cipher| listed(cipher) && selector.selects(cipher))
            .count()
    }

    /// Counted with `openssl ciphers -ciphersuites '' WORD` of OpenSSL 3.0.
    /// How many suites OpenSSL selects by each word.
    const SELECTED: &[(&str, usize)] = &[
        ("CBC", 76),
        ("ARIA", 16),
        ("ARIAGCM", 16),
        ("ARIA128", 8),
        ("ARIA256", 8),
        ("AESCCM", 20),
        ("AESCCM8", 10),
        ("kEDH", 39),
        ("kDHE", 39),
        ("DH", 39),
        ("EDH", 29),
        ("DHE", 29),
        ("kEECDH", 31),
        ("kECDHE", 31),
        ("ECDH", 31),
        ("EECDH", 28),
        ("ECDHE", 28),
        ("kPSK", 18),
        ("kECDHEPSK", 10),
        ("kDHEPSK", 18),
        ("kRSAPSK", 14),
        ("PSK", 60),
        ("aPSK", 46),
        ("kSRP", 6),
        ("aSRP", 2),
        ("SRP", 6),
        ("ADH", 10),
        ("AECDH", 3),
        ("aRSA", 64),
        ("aDSS", 14),
        ("DSS", 14),
        ("aECDSA", 16),
        ("ECDSA", 16),
        ("aNULL", 13),
        ("eNULL", 18),
        ("NULL", 18),
        ("RSA", 19),
        ("kRSA", 19),
        ("SHA", 44),
        ("SHA1", 44),
        ("SHA256", 33),
        ("SHA384", 16),
        ("MD5", 1),
        ("TLSv1", 36),
        ("TLSv1.0", 36),
        ("TLSv1.2", 86),
        ("SSLv3", 33),
        ("CHACHA20", 7),
        ("CAMELLIA", 28),
        ("CAMELLIA128", 14),
        ("CAMELLIA256", 14),
        ("AES", 86),
        ("AES128", 43),
        ("AES256", 43),
        ("AESGCM", 18),
        ("HIGH", 137),
        ("MEDIUM", 0),
        ("LOW", 0),
        ("3DES", 0),
        ("FIPS", 60),
        ("COMPLEMENTOFALL", 18),
        ("COMPLEMENTOFDEFAULT", 80),
        ("ALL", 137),
        ("AES128-SHA", 1),
    ];

    #[test]
    fn every_class_selects_as_many_suites_as_in_openssl() {
        for &(word, number) in SELECTED {
            assert_eq!(count(word), number, "{word}");
        }
    }

    #[test]
    fn words_are_case_sensitive_and_no_registry_names() {
        for word in [
            "high",
            "ecdhe",
            "TLS_AES_128_GCM_SHA256",
            "TLSv1.3",
            "RC4",
            "",
        ] {
            assert_eq!(Selector::from_word(word.as_bytes()), None, "{word}");
        }
    }

    #[test]
    fn classes_that_exclude_each_other_cannot_be_combined() {
        let class = |word: &str| Selector::from_word(word.as_bytes()).unwrap();
        assert_eq!(class("kRSA").and(class("ECDHE")), None);
        assert_eq!(class("TLSv1.2").and(class("SSLv3")), None);
        assert!(class("HIGH").and(class("FIPS")).is_none());
    }
}
