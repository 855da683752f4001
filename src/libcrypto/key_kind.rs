//! What kind of key an `EVP_PKEY` is.

use std::ffi::{c_char, c_int};

use crate::libcrypto::{error_queue, ffi};

/// The kinds of keys that TLS has, and all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// `rsaEncryption`
    Rsa,
    /// `RSASSA-PSS`
    RsaPss,
    /// An elliptic curve by its NID; `NID_undef` (0) when it has none (explicit parameters).
    Ec {
        /// The curve's NID.
        nid: c_int,
    },
    /// Ed25519
    Ed25519,
    /// Ed448
    Ed448,
    /// DSA
    Dsa,
    /// Any other kind, by `EVP_PKEY_get_base_id(3)`.
    Other(c_int),
}

/// NID of P-256 (`NID_X9_62_prime256v1`).
pub const NID_P256: c_int = 415;
/// NID of P-384 (`NID_secp384r1`).
pub const NID_P384: c_int = 715;
/// NID of P-521 (`NID_secp521r1`).
pub const NID_P521: c_int = 716;

const NID_RSA: c_int = 6;
const NID_RSA_PSS: c_int = 912;
const NID_EC: c_int = 408;
const NID_ED25519: c_int = 1087;
const NID_ED448: c_int = 1088;
const NID_DSA: c_int = 116;

impl KeyKind {
    /// The kind of `key`.
    ///
    /// # Safety
    /// `key` is a live key.
    pub unsafe fn of(key: *const ffi::EVP_PKEY) -> Self {
        // SAFETY: a live key, as the caller promises.
        let id = unsafe { ffi::EVP_PKEY_get_base_id(key) };
        // Keys of providers that libcrypto has no number for still have a name.
        let is = |number, name: &std::ffi::CStr| {
            // SAFETY: a live key and a C string.
            id == number || id <= 0 && unsafe { ffi::EVP_PKEY_is_a(key, name.as_ptr()) == 1 }
        };
        if is(NID_EC, c"EC") {
            // SAFETY: a live key.
            let nid = unsafe { group(key) };
            Self::Ec { nid }
        } else if is(NID_RSA, c"RSA") {
            Self::Rsa
        } else if is(NID_RSA_PSS, c"RSA-PSS") {
            Self::RsaPss
        } else if is(NID_ED25519, c"ED25519") {
            Self::Ed25519
        } else if is(NID_ED448, c"ED448") {
            Self::Ed448
        } else if is(NID_DSA, c"DSA") {
            Self::Dsa
        } else {
            Self::Other(id)
        }
    }
}

/// The NID of the curve of an `EC_KEY`, 0 when it has no name; `None` when it has no parameters.
///
/// # Safety
/// `key` is a live key.
pub unsafe fn curve_of_ec_key(key: *const ffi::EC_KEY) -> Option<c_int> {
    // SAFETY: a live key, whose group lives as long.
    unsafe {
        let group = ffi::EC_KEY_get0_group(key);
        (!group.is_null()).then(|| ffi::EC_GROUP_get_curve_name(group))
    }
}

/// The NID of the curve of an EC key, 0 when it has no name.
///
/// # Safety
/// `key` is a live key.
unsafe fn group(key: *const ffi::EVP_PKEY) -> c_int {
    let mut name = [0 as c_char; 80];
    let mut len = 0;
    error_queue::quietly(|| {
        // SAFETY: a live key, a buffer of the size given, and a C string after success.
        unsafe {
            let found =
                ffi::EVP_PKEY_get_group_name(key, name.as_mut_ptr(), name.len(), &mut len) == 1;
            if !found {
                return 0;
            }
            match ffi::OBJ_sn2nid(name.as_ptr()) {
                0 => ffi::EC_curve_nist2nid(name.as_ptr()),
                nid => nid,
            }
        }
    })
}
