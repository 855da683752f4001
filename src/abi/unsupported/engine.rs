//! Client certificates from an ENGINE, libcrypto's deprecated plug-ins.

use std::ffi::c_int;

use openssl_sys as ffi;

use super::unsupported;
use crate::context::Context;

/// Why these functions fail.
const WHY: &str = "Reprise takes no certificates from ENGINEs: use SSL_CTX_use_certificate and SSL_CTX_use_PrivateKey";

/// Lets an ENGINE choose the client certificate. Fails: returns 0.
///
/// Status: unsupported (ENGINE)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_client_cert_engine(
    ctx: *mut Context,
    e: *mut ffi::ENGINE,
) -> c_int {
    unsupported(c"SSL_CTX_set_client_cert_engine", 0, WHY)
}
