//! Keys and contents of session tickets.

use std::ffi::{c_int, c_uchar, c_void};

use openssl_sys as ffi;

use super::{Callback, CallbackWith, Lent, Ssl};
use crate::libcrypto::ticket_callback::TicketCallback;
use crate::session::{Session, SessionRef};

/// Decides about a decrypted ticket (SSL_CTX_set_session_ticket_cb(3)).
pub type DecryptTicketFunction = Option<
    unsafe extern "C" fn(
        ssl: *mut Ssl,
        session: *mut Session,
        keyname: *const c_uchar,
        keyname_length: usize,
        status: c_int,
        arg: *mut c_void,
    ) -> c_int,
>;

/// Called before a ticket is made (SSL_CTX_set_session_ticket_cb(3)).
pub type GenerateTicketFunction =
    Option<unsafe extern "C" fn(ssl: *mut Ssl, arg: *mut c_void) -> c_int>;

/// Sets cipher and MAC of a ticket (SSL_CTX_set_tlsext_ticket_key_evp_cb(3)).
pub type TicketKeyEvpFunction = Option<
    unsafe extern "C" fn(
        *mut Ssl,
        *mut c_uchar,
        *mut c_uchar,
        *mut ffi::EVP_CIPHER_CTX,
        *mut ffi::EVP_MAC_CTX,
        c_int,
    ) -> c_int,
>;

/// Sets cipher and HMAC of a ticket (SSL_CTX_set_tlsext_ticket_key_cb(3), deprecated).
pub type TicketKeyHmacFunction = Option<
    unsafe extern "C" fn(
        *mut Ssl,
        *mut c_uchar,
        *mut c_uchar,
        *mut ffi::EVP_CIPHER_CTX,
        *mut ffi::HMAC_CTX,
        c_int,
    ) -> c_int,
>;

/// `SSL_CTX_set_session_ticket_cb(3)`, when a ticket has been opened
pub type DecryptTicketCallback = CallbackWith<DecryptTicketFunction>;
/// `SSL_CTX_set_session_ticket_cb(3)`, when a ticket is made
pub type GenerateTicketCallback = CallbackWith<GenerateTicketFunction>;
/// `SSL_CTX_set_tlsext_ticket_key_evp_cb(3)`
pub type TicketKeyEvpCallback = Callback<TicketKeyEvpFunction>;
/// `SSL_CTX_set_tlsext_ticket_key_cb(3)`
pub type TicketKeyHmacCallback = Callback<TicketKeyHmacFunction>;

impl DecryptTicketCallback {
    /// The program's answer about a ticket: the session in it, if it could be opened, the name of its
    /// key, and the `SSL_TICKET_…` status. `None` without a function.
    pub fn call(
        self,
        connection: Lent<'_, Ssl>,
        session: Option<&SessionRef>,
        key_name: &[u8],
        status: c_int,
    ) -> Option<c_int> {
        let function = self.function?;
        let session = session.map_or(std::ptr::null_mut(), |session| session.as_ptr());
        // SAFETY: called as its manual page says: the session is lent.
        Some(unsafe {
            function(
                connection.as_ptr(),
                session,
                key_name.as_ptr(),
                key_name.len(),
                status,
                self.argument,
            )
        })
    }
}

/// The program's callbacks that seal tickets: the newer one while it is set, else the older one.
#[derive(Clone, Copy, Default)]
pub struct TicketKeyCallbacks {
    /// `SSL_CTX_set_tlsext_ticket_key_evp_cb(3)`
    pub evp: TicketKeyEvpCallback,
    /// `SSL_CTX_set_tlsext_ticket_key_cb(3)`
    pub hmac: TicketKeyHmacCallback,
}

impl TicketKeyCallbacks {
    /// The callback that seals and opens tickets of this connection; `None` when the library's own
    /// keys do.
    pub fn of_connection<'a>(self, connection: Lent<'a, Ssl>) -> Option<TicketCallback<'a, Ssl>> {
        let ssl = connection.as_ptr();
        // SAFETY: the program's functions may be called with this connection, which is live.
        unsafe {
            match (self.evp.0, self.hmac.0) {
                (Some(function), _) => Some(TicketCallback::evp(function, ssl)),
                (None, Some(function)) => Some(TicketCallback::hmac(function, ssl)),
                (None, None) => None,
            }
        }
    }
}
