//! Not implemented yet: the SSL BIO.

use std::ffi::c_int;
use std::ptr;

use openssl_sys as ffi;

use super::pending;
use crate::context::Context;

/// Returns the BIO method of a filter that runs an SSL object under BIO_read/BIO_write; honours
/// BIO_C_SET_SSL, _GET_SSL, renegotiate-bytes/timeout ctrls.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn BIO_f_ssl() -> *const ffi::BIO_METHOD {
    pending(c"BIO_f_ssl", ptr::null())
}

/// Builds buffer + SSL(client) + connect BIO chain from a CTX; NULL on failure.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn BIO_new_buffer_ssl_connect(ctx: *mut Context) -> *mut ffi::BIO {
    pending(c"BIO_new_buffer_ssl_connect", ptr::null_mut())
}

/// New SSL filter BIO owning a fresh SSL of the CTX, client or server state by flag.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn BIO_new_ssl(ctx: *mut Context, client: c_int) -> *mut ffi::BIO {
    pending(c"BIO_new_ssl", ptr::null_mut())
}

/// Builds SSL(client) + connect BIO chain; NULL on failure.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn BIO_new_ssl_connect(ctx: *mut Context) -> *mut ffi::BIO {
    pending(c"BIO_new_ssl_connect", ptr::null_mut())
}

/// Copies the session and cert setup from the SSL in chain f to the SSL in chain t
/// (SSL_copy_session_id); 0 when either has no SSL BIO.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn BIO_ssl_copy_session_id(to: *mut ffi::BIO, from: *mut ffi::BIO) -> c_int {
    pending(c"BIO_ssl_copy_session_id", 0)
}

/// Calls SSL_shutdown on the first SSL BIO found along the chain.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn BIO_ssl_shutdown(ssl_bio: *mut ffi::BIO) {
    pending(c"BIO_ssl_shutdown", ())
}
