//! External pre-shared keys.

use std::ffi::{CStr, c_char, c_int, c_uchar, c_uint};
use std::{ptr, slice};

use openssl_sys as ffi;

use super::{Callback, Lent, Ssl};
use crate::reference::tag;
use crate::session::{Session, SessionRef};

/// Gives a client its pre-shared key (SSL_CTX_set_psk_client_callback(3)).
pub type PskClientFunction = Option<
    unsafe extern "C" fn(
        ssl: *mut Ssl,
        hint: *const c_char,
        identity: *mut c_char,
        max_identity_len: c_uint,
        psk: *mut c_uchar,
        max_psk_len: c_uint,
    ) -> c_uint,
>;

/// Finds the session of a TLS 1.3 PSK identity (SSL_CTX_set_psk_find_session_callback(3)).
pub type PskFindSessionFunction = Option<
    unsafe extern "C" fn(
        ssl: *mut Ssl,
        identity: *const c_uchar,
        identity_len: usize,
        sess: *mut *mut Session,
    ) -> c_int,
>;

/// Gives a server the pre-shared key of an identity (SSL_CTX_set_psk_server_callback(3)).
pub type PskServerFunction = Option<
    unsafe extern "C" fn(
        ssl: *mut Ssl,
        identity: *const c_char,
        psk: *mut c_uchar,
        max_psk_len: c_uint,
    ) -> c_uint,
>;

/// Gives a TLS 1.3 client the session of a PSK (SSL_CTX_set_psk_use_session_callback(3)).
pub type PskUseSessionFunction = Option<
    unsafe extern "C" fn(
        ssl: *mut Ssl,
        md: *const ffi::EVP_MD,
        id: *mut *const c_uchar,
        idlen: *mut usize,
        sess: *mut *mut Session,
    ) -> c_int,
>;

/// `SSL_CTX_set_psk_client_callback(3)`
pub type PskClientCallback = Callback<PskClientFunction>;
/// `SSL_CTX_set_psk_find_session_callback(3)`
pub type PskFindSessionCallback = Callback<PskFindSessionFunction>;
/// `SSL_CTX_set_psk_server_callback(3)`
pub type PskServerCallback = Callback<PskServerFunction>;
/// `SSL_CTX_set_psk_use_session_callback(3)`
pub type PskUseSessionCallback = Callback<PskUseSessionFunction>;

/// The callbacks of a context or a connection.
#[derive(Clone, Copy, Default)]
pub struct PskCallbacks {
    /// Client: the session whose key to offer.
    pub use_session: PskUseSessionCallback,
    /// Server: the session of an identity.
    pub find_session: PskFindSessionCallback,
    /// Client: identity and key, if the callback above provides none.
    pub client_key: PskClientCallback,
    /// Server: the key of an identity, if the callback above provides none.
    pub server_key: PskServerCallback,
}

/// The program's function has failed, or its result is not a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallbackFailed;

impl PskUseSessionCallback {
    /// A session to offer, with its identity; `None` for no key, or without a function. The
    /// function gets no digest, because none is fixed yet.
    pub fn call(
        self,
        connection: Lent<'_, Ssl>,
    ) -> Result<Option<(SessionRef, Vec<u8>)>, CallbackFailed> {
        let Some(function) = self.0 else {
            return Ok(None);
        };
        let (mut identity, mut length) = (ptr::null(), 0);
        let mut raw: *mut Session = ptr::null_mut();
        // SAFETY: called as its manual page says.
        let answer = unsafe {
            function(
                connection.as_ptr(),
                ptr::null(),
                &raw mut identity,
                &raw mut length,
                &raw mut raw,
            )
        };
        let Some(session) = given(answer, raw)? else {
            return Ok(None);
        };
        let identity = match identity.is_null() {
            true => Vec::new(),
            // SAFETY: the program has given `length` readable bytes with its session.
            false => unsafe { slice::from_raw_parts(identity, length) }.to_vec(),
        };
        Ok(Some((session, identity)))
    }
}

impl PskFindSessionCallback {
    /// The session of an identity; `None` if the program has none, or without a function.
    pub fn call(
        self,
        connection: Lent<'_, Ssl>,
        identity: &[u8],
    ) -> Result<Option<SessionRef>, CallbackFailed> {
        let Some(function) = self.0 else {
            return Ok(None);
        };
        let mut raw: *mut Session = ptr::null_mut();
        // SAFETY: called as its manual page says.
        let answer = unsafe {
            function(
                connection.as_ptr(),
                identity.as_ptr(),
                identity.len(),
                &raw mut raw,
            )
        };
        given(answer, raw)
    }
}

/// The session that a function has stored. The library owns its reference, whatever the function
/// returned.
fn given(answer: c_int, raw: *mut Session) -> Result<Option<SessionRef>, CallbackFailed> {
    // SAFETY: NULL, or a session whose reference the program has transferred.
    let session = unsafe { tag::take(raw) };
    session.ok().filter(|_| answer != 0).ok_or(CallbackFailed)
}

impl PskClientCallback {
    /// Lets the program write a NUL-terminated identity and a key; returns the length of the key,
    /// which may exceed that of `key`. `None` without a function.
    pub fn call(
        self,
        connection: Lent<'_, Ssl>,
        identity: &mut [u8],
        key: &mut [u8],
    ) -> Option<usize> {
        let function = self.0?;
        // SAFETY: called as its manual page says, without a hint; the buffers have the lengths that
        // are passed.
        let length = unsafe {
            function(
                connection.as_ptr(),
                ptr::null(),
                identity.as_mut_ptr().cast::<c_char>(),
                identity.len() as c_uint,
                key.as_mut_ptr(),
                key.len() as c_uint,
            )
        };
        Some(length as usize)
    }
}

impl PskServerCallback {
    /// Lets the program write the key of an identity; returns its length, which may exceed that of
    /// `key`. `None` without a function.
    pub fn call(self, connection: Lent<'_, Ssl>, identity: &CStr, key: &mut [u8]) -> Option<usize> {
        let function = self.0?;
        // SAFETY: called as its manual page says; the buffer has the length that is passed.
        let length = unsafe {
            function(
                connection.as_ptr(),
                identity.as_ptr(),
                key.as_mut_ptr(),
                key.len() as c_uint,
            )
        };
        Some(length as usize)
    }
}
