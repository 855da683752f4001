//! Whether the security level takes a certificate (SSL_CTX_set_security_level(3)).

use std::ffi::{c_int, c_void};

use super::{Context, Settings};
use crate::cipher::security::minimum_bits;
use crate::connection::Connection;
use crate::error::{Error, Reason, Result};
use crate::libcrypto::x509::X509;

/// `SSL_SECOP_EE_KEY`
const EE_KEY: c_int = 16 | 6 << 16;
/// `SSL_SECOP_CA_KEY`
const CA_KEY: c_int = 17 | 6 << 16;
/// `SSL_SECOP_CA_MD`
const CA_MD: c_int = 18 | 6 << 16;

/// Where in a chain a certificate stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Position {
    /// At its start: it is for the key.
    Leaf,
    /// Above.
    Issuer,
}

/// Who asks the program's security callback: one of the two pointers is NULL.
#[derive(Debug, Clone, Copy)]
pub struct Asker {
    /// For settings of a connection.
    pub ssl: *const Connection,
    /// For settings of a context.
    pub ctx: *const Context,
}

impl Settings {
    /// Refuses a certificate of our own that the security level, or the program's security
    /// callback, does not take: `EE_KEY_TOO_SMALL`, `CA_KEY_TOO_SMALL`, `CA_MD_TOO_WEAK`.
    pub(crate) fn check_strength(
        &self,
        asker: Asker,
        certificate: &X509,
        position: Position,
    ) -> Result<()> {
        let (operation, reason) = match position {
            Position::Leaf => (EE_KEY, Reason::EE_KEY_TOO_SMALL),
            Position::Issuer => (CA_KEY, Reason::CA_KEY_TOO_SMALL),
        };
        let bits = certificate
            .public_key()
            .map_or(-1, |key| key.security_bits());
        let other = certificate.as_ptr().cast();
        if !self.permits(asker, operation, bits, 0, other) {
            return Err(Error::new(reason));
        }
        // Nobody relies on the signature of one that is signed by itself.
        if certificate.is_self_signed() {
            return Ok(());
        }
        let bits = certificate.signature_security_bits().unwrap_or(-1);
        let nid = match certificate.signature_nids() {
            (0, key) => key,
            (digest, _) => digest,
        };
        match self.permits(asker, CA_MD, bits, nid, other) {
            true => Ok(()),
            false => Err(Error::new(Reason::CA_MD_TOO_WEAK)),
        }
    }

    /// Whether the security level, or the program's security callback instead of it, takes something of
    /// `bits` bits of security. `operation`, `nid` and `other` are as in SSL_CTX_set_security_level(3).
    pub(crate) fn permits(
        &self,
        asker: Asker,
        operation: c_int,
        bits: c_int,
        nid: c_int,
        other: *mut c_void,
    ) -> bool {
        match self.security_callback {
            // SAFETY: the program's function, called as SSL_CTX_set_security_callback(3) says,
            // with nothing locked or borrowed.
            Some(function) => unsafe {
                function(
                    asker.ssl,
                    asker.ctx,
                    operation,
                    bits,
                    nid,
                    other,
                    self.security_ex_data.0,
                ) != 0
            },
            None => self.security_level <= 0 || bits >= minimum_bits(self.security_level),
        }
    }
}
