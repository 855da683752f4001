//! Verification of certificates, and passwords of key files.

use std::ffi::{c_char, c_int, c_void};

use openssl_sys as ffi;

use super::{Callback, CallbackWith, Lent, Ssl};
use crate::libcrypto::password::Password;
use crate::libcrypto::verify::VerifyCallbacks;

/// Verifies a chain instead of libcrypto (SSL_CTX_set_cert_verify_callback(3)).
pub type CertVerifyFunction =
    Option<unsafe extern "C" fn(*mut ffi::X509_STORE_CTX, *mut c_void) -> c_int>;

/// Gives the password of a PEM file (pem_password_cb(3)).
pub type PasswordFunction = Option<
    unsafe extern "C" fn(
        buf: *mut c_char,
        size: c_int,
        rwflag: c_int,
        userdata: *mut c_void,
    ) -> c_int,
>;

/// Decides about each certificate of a chain (SSL_CTX_set_verify(3)).
pub type VerifyFunction =
    Option<unsafe extern "C" fn(preverify_ok: c_int, x509_ctx: *mut ffi::X509_STORE_CTX) -> c_int>;

/// `SSL_CTX_set_cert_verify_callback(3)`
pub type CertVerifyCallback = CallbackWith<CertVerifyFunction>;
/// `SSL_CTX_set_default_passwd_cb(3)`
pub type PasswordCallback = CallbackWith<PasswordFunction>;
/// `SSL_CTX_set_verify(3)`
pub type VerifyCallback = Callback<VerifyFunction>;

impl VerifyCallback {
    /// The functions that libcrypto calls while it verifies a connection's peer: this one for each
    /// certificate, or `instead`, which replaces the verification.
    pub fn with(
        self,
        instead: CertVerifyCallback,
        connection: Lent<'_, Ssl>,
    ) -> VerifyCallbacks<'_> {
        let instead = instead
            .function
            .map(|function| (function, instead.argument));
        // SAFETY: the program's functions, which libcrypto calls as their manual pages say; they expect
        // the connection under the index of an `X509_STORE_CTX`, and it is live.
        unsafe { VerifyCallbacks::new(self.0, instead, connection.as_ptr().cast()) }
    }
}

impl PasswordCallback {
    /// The source of a key file's password. Without a function the argument is the password.
    pub fn password(self) -> Password {
        // SAFETY: the program has promised that the function may be called with this argument, and that
        // without a function it is NULL or a C string.
        unsafe { Password::new(self.function, self.argument) }
    }
}
