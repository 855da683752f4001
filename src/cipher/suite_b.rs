//! Suite B profiles of TLS (RFC 6460), which cipher strings can select.

use std::ffi::c_ulong;

use super::{Cipher, CipherList};
use crate::flags::CertificateFlags;

/// A profile: it fixes the suites, the groups and the signatures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SuiteB {
    /// 128 bits, and 192 bits allowed (`SUITEB128`).
    Bits128,
    /// As [`Bits128`](Self::Bits128), with the suite of 192 bits only (`SUITEB128C2`).
    Bits128Combination2,
    /// 128 bits only (`SUITEB128ONLY`).
    Bits128Only,
    /// 192 bits only (`SUITEB192`).
    Bits192,
}

impl SuiteB {
    /// The profile that the flags of `SSL_CTX_set_cert_flags(3)` select, if any.
    pub const fn from_certificate_flags(flags: CertificateFlags) -> Option<Self> {
        let bits = CertificateFlags::SUITE_B_128.0;
        match CertificateFlags(flags.0 & bits) {
            CertificateFlags::SUITE_B_128_ONLY => Some(Self::Bits128Only),
            CertificateFlags::SUITE_B_192 => Some(Self::Bits192),
            CertificateFlags::SUITE_B_128 => Some(Self::Bits128),
            _ => None,
        }
    }

    /// The profile that a cipher string begins with, if any. The rest of such a string is ignored.
    pub fn from_cipher_string(string: &[u8]) -> Option<Self> {
        [
            (b"SUITEB128ONLY".as_slice(), Self::Bits128Only),
            (b"SUITEB128C2", Self::Bits128Combination2),
            (b"SUITEB128", Self::Bits128),
            (b"SUITEB192", Self::Bits192),
        ]
        .into_iter()
        .find(|(word, _)| string.starts_with(word))
        .map(|(_, profile)| profile)
    }

    /// Its suites, as a cipher string.
    pub const fn cipher_string(self) -> &'static [u8] {
        match self {
            Self::Bits128 => b"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384",
            Self::Bits128Only => b"ECDHE-ECDSA-AES128-GCM-SHA256",
            Self::Bits128Combination2 | Self::Bits192 => b"ECDHE-ECDSA-AES256-GCM-SHA384",
        }
    }

    /// Its suites below TLS 1.3.
    pub fn ciphers(self) -> Vec<&'static Cipher> {
        CipherList::parse(self.cipher_string()).map_or_else(|_| Vec::new(), |list| list.ciphers)
    }

    /// The flags of `SSL_CTX_set_cert_flags(3)` that select it (`SSL_CERT_FLAG_SUITEB_…`).
    pub const fn certificate_flags(self) -> CertificateFlags {
        match self {
            Self::Bits128Only => CertificateFlags::SUITE_B_128_ONLY,
            Self::Bits192 => CertificateFlags::SUITE_B_192,
            Self::Bits128 | Self::Bits128Combination2 => CertificateFlags::SUITE_B_128,
        }
    }

    /// The requirements on the peer's chain (`X509_V_FLAG_SUITEB_…`, which are the same bits).
    pub const fn verification_flags(self) -> c_ulong {
        self.certificate_flags().0 as c_ulong
    }

    /// Its groups by TLS number, best first: P-256, P-384.
    pub const fn groups(self) -> &'static [u16] {
        match self {
            Self::Bits128 | Self::Bits128Combination2 => &[23, 24],
            Self::Bits128Only => &[23],
            Self::Bits192 => &[24],
        }
    }

    /// The group that belongs to a suite of TLS 1.2, both by TLS number (RFC 6460, section 3.1).
    pub const fn group_of_suite(suite: u16) -> Option<u16> {
        match suite {
            0xc02b => Some(23),
            0xc02c => Some(24),
            _ => None,
        }
    }

    /// Its signature schemes by TLS number, best first: ECDSA on P-256 and P-384.
    pub const fn signature_schemes(self) -> &'static [u16] {
        match self {
            Self::Bits128 | Self::Bits128Combination2 => &[0x0403, 0x0503],
            Self::Bits128Only => &[0x0403],
            Self::Bits192 => &[0x0503],
        }
    }
}
