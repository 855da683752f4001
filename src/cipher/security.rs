//! Security levels (`SSL_CTX_set_security_level(3)`).

use std::ffi::c_int;

use super::Cipher;
use super::suite::{Authentication, KeyExchange, Mac};
use crate::wire::Version;

/// Operations that a policy decides about (`SSL_SECOP_…` of SSL_CTX_set_security_callback(3)); the
/// upper half of a number is the kind of the last argument.
pub mod operation {
    use std::ffi::c_int;

    const CIPHER: c_int = 1 << 16;
    const CURVE: c_int = 2 << 16;
    const PKEY: c_int = 4 << 16;
    const SIGALG: c_int = 5 << 16;
    const CERT: c_int = 6 << 16;

    /// A suite may be offered.
    pub const CIPHER_SUPPORTED: c_int = 1 | CIPHER;
    /// A suite that both sides have may be chosen.
    pub const CIPHER_SHARED: c_int = 2 | CIPHER;
    /// A suite that the server has chosen may be used.
    pub const CIPHER_CHECK: c_int = 3 | CIPHER;
    /// A group may be offered.
    pub const CURVE_SUPPORTED: c_int = 4 | CURVE;
    /// A group that both sides have may be chosen.
    pub const CURVE_SHARED: c_int = 5 | CURVE;
    /// A group that is in use, or a certificate's, may be used.
    pub const CURVE_CHECK: c_int = 6 | CURVE;
    /// A temporary DH key may be used.
    pub const TMP_DH: c_int = 7 | PKEY;
    /// A version may be spoken.
    pub const VERSION: c_int = 9;
    /// Tickets of TLS 1.2 may be used.
    pub const TICKET: c_int = 10;
    /// A signature algorithm may be offered.
    pub const SIGALG_SUPPORTED: c_int = 11 | SIGALG;
    /// A signature algorithm that both sides have may be chosen.
    pub const SIGALG_SHARED: c_int = 12 | SIGALG;
    /// The peer may sign with it.
    pub const SIGALG_CHECK: c_int = 13 | SIGALG;
    /// A client's suites that need such signatures may be offered.
    pub const SIGALG_MASK: c_int = 14 | SIGALG;
    /// Compression may be used.
    pub const COMPRESSION: c_int = 15;
    /// The key of a certificate may be used.
    pub const EE_KEY: c_int = 16 | CERT;
    /// The key of an issuer may be used.
    pub const CA_KEY: c_int = 17 | CERT;
    /// The signature of a certificate may be used.
    pub const CA_MD: c_int = 18 | CERT;
}

/// The default level, as Debian builds OpenSSL.
pub const DEFAULT_LEVEL: c_int = 2;

/// Bits of security that everything must have at `level`. Levels above 5 count as 5.
pub fn minimum_bits(level: c_int) -> c_int {
    match level {
        c_int::MIN..=0 => 0,
        1 => 80,
        2 => 112,
        3 => 128,
        4 => 192,
        _ => 256,
    }
}

/// Whether the level permits an operation, if no security callback decides
/// (SSL_CTX_set_security_level(3)). `bits` are bits of security; `number` is a version, or a number
/// of libcrypto; `cipher` is the suite in question.
pub fn level_permits(
    level: c_int,
    operation: c_int,
    bits: c_int,
    number: c_int,
    cipher: Option<&Cipher>,
) -> bool {
    use operation::*;
    const LEAST_DH_BITS: c_int = 80;
    if level <= 0 {
        return operation != TMP_DH || bits >= LEAST_DH_BITS;
    }
    match operation {
        CIPHER_SUPPORTED | CIPHER_SHARED | CIPHER_CHECK => {
            bits >= minimum_bits(level) && cipher.is_none_or(|cipher| cipher.fits(level))
        }
        VERSION => match number {
            number if number <= Version::SSL3.to_c() => level < 2,
            number if number == Version::TLS1 => level < 3,
            number if number == Version::TLS1_1 => level < 4,
            _ => true,
        },
        COMPRESSION => level < 2,
        TICKET => level < 3,
        _ => bits >= minimum_bits(level),
    }
}

impl Cipher {
    /// The rules of a level above 0, except the bits of security.
    fn fits(&self, level: c_int) -> bool {
        use KeyExchange::{Any, Dhe, DhePsk, Ecdhe, EcdhePsk};
        const BITS_OF_SHA1_HMAC: c_int = 160;
        let forward_secret = matches!(self.key_exchange, Any | Dhe | DhePsk | Ecdhe | EcdhePsk);
        self.authentication != Authentication::Null
            && self.mac != Mac::Md5
            && (self.mac != Mac::Sha1 || minimum_bits(level) <= BITS_OF_SHA1_HMAC)
            && (level < 3 || forward_secret)
    }
}

#[cfg(test)]
mod tests {
    use super::operation::*;
    use super::*;
    use crate::cipher::Group;
    use crate::cipher::group::DEFAULT_GROUPS;

    /// From the ClientHello of OpenSSL 3.0.
    #[test]
    fn levels_leave_out_what_openssl_leaves_out() {
        let groups = |level| -> Vec<u16> {
            DEFAULT_GROUPS
                .iter()
                .copied()
                .filter(|id| {
                    let bits = Group::from_id(*id).unwrap().security_bits;
                    level_permits(level, CURVE_SUPPORTED, bits, 0, None)
                })
                .collect()
        };
        assert_eq!(
            groups(3),
            [0x1d, 0x17, 0x1e, 0x19, 0x18, 0x101, 0x102, 0x103, 0x104]
        );
        assert_eq!(groups(4), [0x1e, 0x19, 0x18, 0x104]);
        assert_eq!(groups(5), [0x19]);
        let suite = |number, level| {
            let cipher = Cipher::from_wire(number).unwrap();
            level_permits(level, CIPHER_SUPPORTED, cipher.bits(), 0, Some(cipher))
        };
        assert!(suite(0x1301, 3));
        assert!(!suite(0x1301, 4));
        assert!(suite(0x1302, 5));
        // AES256-GCM-SHA384 and ECDHE-RSA-AES256-SHA.
        assert!(suite(0x009d, 2));
        assert!(!suite(0x009d, 3));
        assert!(suite(0xc014, 3));
        assert!(!suite(0xc014, 4));
    }

    #[test]
    fn versions_tickets_and_compression_have_levels_of_their_own() {
        let version = |level, number| level_permits(level, VERSION, 0, number, None);
        assert!(version(0, 0x0300) && version(1, 0x0300) && !version(2, 0x0300));
        assert!(version(2, 0x0301) && !version(3, 0x0301));
        assert!(version(3, 0x0302) && !version(4, 0x0302));
        assert!(version(5, 0x0303) && version(9, 0x0304));
        assert!(level_permits(2, TICKET, 0, 0, None) && !level_permits(3, TICKET, 0, 0, None));
        assert!(!level_permits(2, COMPRESSION, 0, 0, None));
        assert!(!level_permits(0, TMP_DH, 79, 0, None) && level_permits(-1, TMP_DH, 80, 0, None));
    }
}
