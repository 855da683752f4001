//! Decisions of the program in a handshake.

use std::ffi::{c_int, c_uchar, c_uint, c_void};
use std::{ptr, slice};

use openssl_sys as ffi;

use super::{Callback, CallbackWith, Lent, Ssl};
use crate::libcrypto::private_key::PrivateKey;
use crate::libcrypto::x509::X509;

/// A server's veto on early data (SSL_CTX_set_allow_early_data_cb(3)).
pub type AllowEarlyDataFunction =
    Option<unsafe extern "C" fn(ssl: *mut Ssl, arg: *mut c_void) -> c_int>;

/// Chooses a protocol on a server (SSL_CTX_set_alpn_select_cb(3)).
pub type AlpnSelectFunction = Option<
    unsafe extern "C" fn(
        ssl: *mut Ssl,
        out: *mut *const c_uchar,
        outlen: *mut c_uchar,
        input: *const c_uchar,
        inlen: c_uint,
        arg: *mut c_void,
    ) -> c_int,
>;

/// Sets the certificate to use (SSL_CTX_set_cert_cb(3)).
pub type CertificateFunction =
    Option<unsafe extern "C" fn(ssl: *mut Ssl, arg: *mut c_void) -> c_int>;

/// Gives a client its certificate and key (SSL_CTX_set_client_cert_cb(3)).
pub type ClientCertificateFunction = Option<
    unsafe extern "C" fn(
        ssl: *mut Ssl,
        x509: *mut *mut ffi::X509,
        pkey: *mut *mut ffi::EVP_PKEY,
    ) -> c_int,
>;

/// Sees a ClientHello before it is processed (SSL_CTX_set_client_hello_cb(3)).
pub type ClientHelloFunction =
    Option<unsafe extern "C" fn(ssl: *mut Ssl, al: *mut c_int, arg: *mut c_void) -> c_int>;

/// Decides by the server name (SSL_CTX_set_tlsext_servername_callback(3)).
pub type ServerNameFunction =
    Option<unsafe extern "C" fn(ssl: *mut Ssl, al: *mut c_int, arg: *mut c_void) -> c_int>;

/// Sets or checks an OCSP response (SSL_CTX_set_tlsext_status_cb(3)).
pub type StatusFunction = Option<unsafe extern "C" fn(ssl: *mut Ssl, arg: *mut c_void) -> c_int>;

/// `SSL_CTX_set_allow_early_data_cb(3)`
pub type AllowEarlyDataCallback = CallbackWith<AllowEarlyDataFunction>;
/// `SSL_CTX_set_alpn_select_cb(3)`
pub type AlpnSelectCallback = CallbackWith<AlpnSelectFunction>;
/// `SSL_CTX_set_cert_cb(3)`
pub type CertificateCallback = CallbackWith<CertificateFunction>;
/// `SSL_CTX_set_client_cert_cb(3)`
pub type ClientCertificateCallback = Callback<ClientCertificateFunction>;
/// `SSL_CTX_set_client_hello_cb(3)`
pub type ClientHelloCallback = CallbackWith<ClientHelloFunction>;
/// `SSL_CTX_set_tlsext_servername_callback(3)`
pub type ServerNameCallback = CallbackWith<ServerNameFunction>;
/// `SSL_CTX_set_tlsext_status_cb(3)`
pub type StatusCallback = CallbackWith<StatusFunction>;

/// Callbacks whose arguments are the connection and the program's argument:
/// [`CertificateCallback`], [`StatusCallback`], [`AllowEarlyDataCallback`],
/// [`GenerateTicketCallback`](super::GenerateTicketCallback).
impl CallbackWith<Option<unsafe extern "C" fn(*mut Ssl, *mut c_void) -> c_int>> {
    /// The program's answer; `None` without a function.
    pub fn call(self, connection: Lent<'_, Ssl>) -> Option<c_int> {
        self.function.map(|function| {
            // SAFETY: called as its manual page says.
            unsafe { function(connection.as_ptr(), self.argument) }
        })
    }
}

/// Callbacks that can also choose an alert: [`ClientHelloCallback`], [`ServerNameCallback`].
impl CallbackWith<Option<unsafe extern "C" fn(*mut Ssl, *mut c_int, *mut c_void) -> c_int>> {
    /// The program's answer; `None` without a function.
    pub fn call(self, connection: Lent<'_, Ssl>, alert: &mut c_int) -> Option<c_int> {
        self.function.map(|function| {
            // SAFETY: called as its manual page says.
            unsafe { function(connection.as_ptr(), alert, self.argument) }
        })
    }
}

impl AlpnSelectCallback {
    /// The program's answer, with the protocol that it has chosen: a part of the offered list, or
    /// the program's bytes. `None` without a function.
    pub fn call(self, connection: Lent<'_, Ssl>, offered: &[u8]) -> Option<(c_int, Vec<u8>)> {
        /// `SSL_TLSEXT_ERR_OK`
        const OK: c_int = 0;
        let function = self.function?;
        let (mut out, mut out_len): (*const c_uchar, c_uchar) = (ptr::null(), 0);
        // SAFETY: called as its manual page says, with a list that is valid during the call.
        let answer = unsafe {
            function(
                connection.as_ptr(),
                &raw mut out,
                &raw mut out_len,
                offered.as_ptr(),
                offered.len() as c_uint,
                self.argument,
            )
        };
        let chosen = match answer == OK && !out.is_null() {
            // SAFETY: on success the program has set `out` to `out_len` readable bytes.
            true => unsafe { slice::from_raw_parts(out, out_len.into()) }.to_vec(),
            false => Vec::new(),
        };
        Some((answer, chosen))
    }
}

impl ClientCertificateCallback {
    /// The certificate and key that the program returns, if it has both.
    pub fn call(self, connection: Lent<'_, Ssl>) -> Option<(X509, PrivateKey)> {
        let function = self.0?;
        let (mut x509, mut pkey) = (ptr::null_mut(), ptr::null_mut());
        // SAFETY: called as its manual page says.
        if unsafe { function(connection.as_ptr(), &raw mut x509, &raw mut pkey) } != 1 {
            return None;
        }
        // SAFETY: on success the program has given a reference to each.
        let given = unsafe { (X509::from_raw_owned(x509), PrivateKey::from_raw_owned(pkey)) };
        given.0.zip(given.1)
    }
}
