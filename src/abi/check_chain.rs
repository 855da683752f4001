//! Checks whether the peer would accept a certificate (SSL_check_chain(3)).

use std::ffi::c_int;

use openssl_sys as ffi;

use super::call::call;
use super::pointer::borrow;
use crate::connection::Connection;
use crate::error::Error;
use crate::libcrypto::private_key::PrivateKey;
use crate::libcrypto::x509::{X509, X509Chain};

/// Checks whether a certificate with its private key and the chain above it (NULL for none) meets
/// the peer's requirements: those of the ClientHello on a server, those of the CertificateRequest
/// on a client. Call it in the callback of `SSL_CTX_set_cert_cb`.
///
/// Returns `CERT_PKEY_…` flags, of which `CERT_PKEY_VALID` (1) sums up the others; 0 when an
/// argument is NULL or the kind of key is not supported.
///
/// Requirements of a server that the engine does not expose count as met: certificate types in TLS
/// 1.2, algorithms for certificates only in TLS 1.3.
///
/// Status: partial (no Suite B, and not all that a server may ask for)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_check_chain(
    ssl: *mut Connection,
    x: *mut ffi::X509,
    pk: *mut ffi::EVP_PKEY,
    chain: *mut ffi::stack_st_X509,
) -> c_int {
    call(c"SSL_check_chain", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let (connection, certificate, key, chain) = unsafe {
            (
                borrow(ssl)?,
                X509::lend(x).ok_or(Error::Silent)?,
                PrivateKey::lend(pk).ok_or(Error::Silent)?,
                X509Chain::lend_x509(chain),
            )
        };
        Ok(connection
            .check_chain(&certificate, &key, chain.as_deref())
            .0)
    })
}
