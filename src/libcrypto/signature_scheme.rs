//! Signature schemes of TLS (RFC 8446 section 4.2.3, RFC 5246 section 7.4.1.4.1), and how libcrypto
//! makes and checks signatures.

use std::ffi::c_char;

use crate::libcrypto::key_kind::{KeyKind, NID_P256, NID_P384, NID_P521};

/// A signature algorithm, by its name in RFC 8446. The discriminant is its code on the wire.
///
/// The curve in the name of an ECDSA scheme is required in TLS 1.3 only; in TLS 1.2 the scheme
/// means any curve with that digest. [`SignatureScheme::fits`] has the rule of TLS 1.3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u16)]
pub enum SignatureScheme {
    /// rsa_pkcs1_sha1
    RsaPkcs1Sha1 = 0x0201,
    /// ecdsa_sha1
    EcdsaSha1 = 0x0203,
    /// rsa_pkcs1_sha256
    RsaPkcs1Sha256 = 0x0401,
    /// ecdsa_secp256r1_sha256
    EcdsaP256Sha256 = 0x0403,
    /// rsa_pkcs1_sha384
    RsaPkcs1Sha384 = 0x0501,
    /// ecdsa_secp384r1_sha384
    EcdsaP384Sha384 = 0x0503,
    /// rsa_pkcs1_sha512
    RsaPkcs1Sha512 = 0x0601,
    /// ecdsa_secp521r1_sha512
    EcdsaP521Sha512 = 0x0603,
    /// rsa_pss_rsae_sha256
    RsaPssRsaeSha256 = 0x0804,
    /// rsa_pss_rsae_sha384
    RsaPssRsaeSha384 = 0x0805,
    /// rsa_pss_rsae_sha512
    RsaPssRsaeSha512 = 0x0806,
    /// ed25519
    Ed25519 = 0x0807,
    /// ed448
    Ed448 = 0x0808,
    /// rsa_pss_pss_sha256
    RsaPssPssSha256 = 0x0809,
    /// rsa_pss_pss_sha384
    RsaPssPssSha384 = 0x080a,
    /// rsa_pss_pss_sha512
    RsaPssPssSha512 = 0x080b,
}

impl SignatureScheme {
    /// All schemes.
    pub const ALL: [Self; 16] = [
        Self::RsaPkcs1Sha1,
        Self::EcdsaSha1,
        Self::RsaPkcs1Sha256,
        Self::EcdsaP256Sha256,
        Self::RsaPkcs1Sha384,
        Self::EcdsaP384Sha384,
        Self::RsaPkcs1Sha512,
        Self::EcdsaP521Sha512,
        Self::RsaPssRsaeSha256,
        Self::RsaPssRsaeSha384,
        Self::RsaPssRsaeSha512,
        Self::Ed25519,
        Self::Ed448,
        Self::RsaPssPssSha256,
        Self::RsaPssPssSha384,
        Self::RsaPssPssSha512,
    ];

    /// The scheme of a code on the wire.
    pub fn from_code(code: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|scheme| scheme.code() == code)
    }

    /// The code on the wire.
    pub fn code(self) -> u16 {
        self as u16
    }

    /// True when a key of this kind can make such signatures in TLS 1.3.
    pub fn fits(self, kind: KeyKind) -> bool {
        match self {
            Self::RsaPkcs1Sha1
            | Self::RsaPkcs1Sha256
            | Self::RsaPkcs1Sha384
            | Self::RsaPkcs1Sha512
            | Self::RsaPssRsaeSha256
            | Self::RsaPssRsaeSha384
            | Self::RsaPssRsaeSha512 => kind == KeyKind::Rsa,
            Self::RsaPssPssSha256 | Self::RsaPssPssSha384 | Self::RsaPssPssSha512 => {
                kind == KeyKind::RsaPss
            }
            Self::EcdsaSha1 => matches!(kind, KeyKind::Ec { .. }),
            Self::EcdsaP256Sha256 => kind == KeyKind::Ec { nid: NID_P256 },
            Self::EcdsaP384Sha384 => kind == KeyKind::Ec { nid: NID_P384 },
            Self::EcdsaP521Sha512 => kind == KeyKind::Ec { nid: NID_P521 },
            Self::Ed25519 => kind == KeyKind::Ed25519,
            Self::Ed448 => kind == KeyKind::Ed448,
        }
    }

    /// True when a key of this kind can make such signatures in TLS 1.2, where the curve is free.
    pub fn is_for(self, kind: KeyKind) -> bool {
        match kind {
            KeyKind::Ec { .. } => matches!(
                self,
                Self::EcdsaSha1
                    | Self::EcdsaP256Sha256
                    | Self::EcdsaP384Sha384
                    | Self::EcdsaP521Sha512
            ),
            kind => self.fits(kind),
        }
    }

    /// True for schemes that may sign a handshake of TLS 1.3: neither SHA-1 nor PKCS #1 padding
    /// (RFC 8446, section 4.2.3).
    pub fn is_of_tls13(self) -> bool {
        !matches!(
            self,
            Self::RsaPkcs1Sha1
                | Self::EcdsaSha1
                | Self::RsaPkcs1Sha256
                | Self::RsaPkcs1Sha384
                | Self::RsaPkcs1Sha512
        )
    }

    /// True for the schemes with PSS padding.
    pub fn is_pss(self) -> bool {
        matches!(
            self,
            Self::RsaPssRsaeSha256
                | Self::RsaPssRsaeSha384
                | Self::RsaPssRsaeSha512
                | Self::RsaPssPssSha256
                | Self::RsaPssPssSha384
                | Self::RsaPssPssSha512
        )
    }

    /// The smallest size of a signature (`EVP_PKEY_get_size(3)`), in bytes, that is large enough:
    /// PSS needs two digests and two bytes (RFC 8017, section 9.1.1).
    pub fn smallest_key(self) -> usize {
        match self {
            Self::RsaPssRsaeSha256 | Self::RsaPssPssSha256 => 2 * 32 + 2,
            Self::RsaPssRsaeSha384 | Self::RsaPssPssSha384 => 2 * 48 + 2,
            Self::RsaPssRsaeSha512 | Self::RsaPssPssSha512 => 2 * 64 + 2,
            _ => 0,
        }
    }

    /// The name of its digest for C; NULL for the schemes that hash by themselves.
    pub(super) fn digest_name(self) -> *const c_char {
        match self {
            Self::RsaPkcs1Sha1 | Self::EcdsaSha1 => c"SHA1".as_ptr(),
            Self::RsaPkcs1Sha256
            | Self::EcdsaP256Sha256
            | Self::RsaPssRsaeSha256
            | Self::RsaPssPssSha256 => c"SHA256".as_ptr(),
            Self::RsaPkcs1Sha384
            | Self::EcdsaP384Sha384
            | Self::RsaPssRsaeSha384
            | Self::RsaPssPssSha384 => c"SHA384".as_ptr(),
            Self::RsaPkcs1Sha512
            | Self::EcdsaP521Sha512
            | Self::RsaPssRsaeSha512
            | Self::RsaPssPssSha512 => c"SHA512".as_ptr(),
            Self::Ed25519 | Self::Ed448 => std::ptr::null(),
        }
    }
}
