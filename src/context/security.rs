//! What the security level, or the program's security callback instead, lets a side use
//! (SSL_CTX_set_security_level(3), SSL_CTX_set_security_callback(3)).
//!
//! Every question has the arguments that OpenSSL gives a callback. A callback may call the library, so
//! questions are asked with nothing locked or borrowed.

use std::ffi::{c_int, c_void};
use std::ptr;

use openssl_sys as ffi;

use super::{Context, Settings};
use crate::cipher::security::{level_permits, operation};
use crate::cipher::{Cipher, Group, SignatureAlgorithm};
use crate::connection::Connection;
use crate::error::{Error, Reason, Result};
use crate::libcrypto::public_key::security_bits_of;

/// Who asks the program's security callback: one of the two pointers is NULL.
#[derive(Debug, Clone, Copy)]
pub struct Asker {
    /// For settings of a connection.
    pub ssl: *const Connection,
    /// For settings of a context.
    pub ctx: *const Context,
}

impl Settings {
    /// Whether this version may be spoken.
    pub(crate) fn permits_version(&self, asker: Asker, version: u16) -> bool {
        self.permits(
            asker,
            operation::VERSION,
            0,
            version.into(),
            ptr::null_mut(),
        )
    }

    /// Whether tickets of TLS 1.2 may be used.
    pub(crate) fn permits_tickets(&self, asker: Asker) -> bool {
        self.permits(asker, operation::TICKET, 0, 0, ptr::null_mut())
    }

    /// Whether a suite may be used.
    pub(crate) fn permits_cipher(
        &self,
        asker: Asker,
        operation: c_int,
        cipher: &'static Cipher,
    ) -> bool {
        let other = ptr::from_ref(cipher).cast_mut().cast();
        self.permits(asker, operation, cipher.bits(), 0, other)
    }

    /// Whether the group of this TLS number may be used; not if it is unknown.
    pub(crate) fn permits_group(&self, asker: Asker, operation: c_int, number: u16) -> bool {
        let Some(group) = Group::from_id(number) else {
            return false;
        };
        let mut bytes = number.to_be_bytes();
        let other = bytes.as_mut_ptr().cast();
        self.permits(asker, operation, group.security_bits, group.nid, other)
    }

    /// Whether the signature algorithm of this TLS number may be used; not if it is unknown.
    pub(crate) fn permits_signature(&self, asker: Asker, operation: c_int, number: u16) -> bool {
        let Some(algorithm) = SignatureAlgorithm::from_id(number) else {
            return false;
        };
        let mut bytes = number.to_be_bytes();
        let other = bytes.as_mut_ptr().cast();
        let (bits, nid) = (algorithm.security_bits, algorithm.hash_nid);
        self.permits(asker, operation, bits, nid, other)
    }

    /// Refuses a temporary DH key that is too small; NULL is.
    ///
    /// # Safety
    /// `key` is NULL or a live key.
    pub(crate) unsafe fn check_dh(&self, asker: Asker, key: *mut ffi::EVP_PKEY) -> Result<()> {
        let bits = match key.is_null() {
            true => 0,
            // SAFETY: not NULL, so live.
            false => unsafe { security_bits_of(key) },
        };
        match self.permits(asker, operation::TMP_DH, bits, 0, key.cast()) {
            true => Ok(()),
            false => Err(Error::new(Reason::DH_KEY_TOO_SMALL)),
        }
    }

    /// Asks the program, or else the level. `other` is what the operation says.
    pub(crate) fn permits(
        &self,
        asker: Asker,
        operation: c_int,
        bits: c_int,
        nid: c_int,
        other: *mut c_void,
    ) -> bool {
        let Some(function) = self.security_callback else {
            let cipher = match operation {
                operation::CIPHER_SUPPORTED
                | operation::CIPHER_SHARED
                | operation::CIPHER_CHECK => {
                    // SAFETY: `other` is a suite for these operations, and suites are static.
                    unsafe { other.cast_const().cast::<Cipher>().as_ref() }
                }
                _ => None,
            };
            return level_permits(self.security_level, operation, bits, nid, cipher);
        };
        let argument = self.security_ex_data.0;
        // SAFETY: the program's function, called as SSL_CTX_set_security_callback(3) says, with
        // nothing locked or borrowed.
        unsafe { function(asker.ssl, asker.ctx, operation, bits, nid, other, argument) != 0 }
    }
}
