//! Security levels (`SSL_CTX_set_security_level(3)`).

use std::ffi::c_int;

use super::{Cipher, Group, SignatureAlgorithm};

/// The level of a context that was told nothing else, as Debian builds OpenSSL.
pub const DEFAULT_LEVEL: c_int = 2;

/// Bits of security that everything must have at `level`. Levels beyond 5 are as 5.
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

impl Cipher {
    /// Whether the level lets it be used. Other rules of the levels concern suites that the engine
    /// does not have.
    pub fn allowed_at(&self, level: c_int) -> bool {
        self.bits() >= minimum_bits(level)
    }
}

impl Group {
    /// Whether the level lets it be used.
    #[cfg(test)]
    pub fn allowed_at(&self, level: c_int) -> bool {
        self.security_bits >= minimum_bits(level)
    }
}

impl SignatureAlgorithm {
    /// Whether the level lets it be used.
    pub fn allowed_at(&self, level: c_int) -> bool {
        self.security_bits >= minimum_bits(level)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cipher::group::DEFAULT_GROUPS;

    /// From the ClientHello of OpenSSL 3.0.
    #[test]
    fn levels_leave_out_what_openssl_leaves_out() {
        let groups = |level| -> Vec<u16> {
            DEFAULT_GROUPS
                .iter()
                .copied()
                .filter(|id| Group::from_id(*id).unwrap().allowed_at(level))
                .collect()
        };
        assert_eq!(
            groups(3),
            [0x1d, 0x17, 0x1e, 0x19, 0x18, 0x101, 0x102, 0x103, 0x104]
        );
        assert_eq!(groups(4), [0x1e, 0x19, 0x18, 0x104]);
        assert_eq!(groups(5), [0x19]);
        assert!(Cipher::from_wire(0x1301).unwrap().allowed_at(3));
        assert!(!Cipher::from_wire(0x1301).unwrap().allowed_at(4));
        assert!(Cipher::from_wire(0x1302).unwrap().allowed_at(5));
    }
}
