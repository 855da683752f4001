//! The program's functions that are looked up in the context whenever they are needed.
//!
//! Reading copies all of them out at once, so none is ever called with anything locked; each may
//! call back into the library on the same objects. A callback type includes its NULL: `None`.

use std::ffi::{c_char, c_int, c_uchar, c_uint, c_void};
use std::sync::atomic::{AtomicPtr, Ordering};

use openssl_sys::{EVP_CIPHER_CTX, EVP_MAC_CTX, EVP_PKEY, HMAC_CTX, X509, X509_STORE_CTX};

use super::Context;
use crate::connection::Connection;
use crate::libcrypto::ticket_callback::{EvpCallback, HmacCallback, TicketCallback};
use crate::session::Session;

/// `SSL_CTX_sess_set_new_cb`
pub type NewSessionCallback =
    Option<unsafe extern "C" fn(ssl: *mut Connection, session: *mut Session) -> c_int>;
/// `SSL_CTX_sess_set_remove_cb`
pub type RemoveSessionCallback =
    Option<unsafe extern "C" fn(ctx: *mut Context, session: *mut Session)>;
/// `SSL_CTX_sess_set_get_cb`
pub type GetSessionCallback = Option<
    unsafe extern "C" fn(
        ssl: *mut Connection,
        id: *const c_uchar,
        len: c_int,
        copy: *mut c_int,
    ) -> *mut Session,
>;
/// `SSL_CTX_set_info_callback`
pub type InfoCallback =
    Option<unsafe extern "C" fn(ssl: *const Connection, kind: c_int, value: c_int)>;
/// `SSL_CTX_set_client_cert_cb`
pub type ClientCertificateCallback = Option<
    unsafe extern "C" fn(
        ssl: *mut Connection,
        x509: *mut *mut X509,
        pkey: *mut *mut EVP_PKEY,
    ) -> c_int,
>;
/// `SSL_CTX_set_cert_cb`
pub type CertificateCallback =
    Option<unsafe extern "C" fn(ssl: *mut Connection, arg: *mut c_void) -> c_int>;
/// `SSL_CTX_set_verify`
pub type VerifyCallback =
    Option<unsafe extern "C" fn(preverify_ok: c_int, x509_ctx: *mut X509_STORE_CTX) -> c_int>;
/// `SSL_CTX_set_cert_verify_callback`
pub type CertVerifyCallback =
    Option<unsafe extern "C" fn(x509_ctx: *mut X509_STORE_CTX, arg: *mut c_void) -> c_int>;
/// `SSL_CTX_set_default_passwd_cb`
pub type PasswordCallback = Option<
    unsafe extern "C" fn(buf: *mut c_char, size: c_int, rwflag: c_int, u: *mut c_void) -> c_int,
>;
/// `SSL_CTX_set_tlsext_servername_callback`
pub type ServerNameCallback = Option<
    unsafe extern "C" fn(ssl: *mut Connection, alert: *mut c_int, arg: *mut c_void) -> c_int,
>;
/// `SSL_CTX_set_alpn_select_cb`
pub type AlpnSelectCallback = Option<
    unsafe extern "C" fn(
        ssl: *mut Connection,
        out: *mut *const c_uchar,
        outlen: *mut c_uchar,
        r#in: *const c_uchar,
        inlen: c_uint,
        arg: *mut c_void,
    ) -> c_int,
>;
/// `SSL_CTX_set_client_hello_cb`
pub type ClientHelloCallback = Option<
    unsafe extern "C" fn(ssl: *mut Connection, alert: *mut c_int, arg: *mut c_void) -> c_int,
>;
/// `SSL_CTX_set_keylog_callback`
pub type KeylogCallback = Option<unsafe extern "C" fn(ssl: *const Connection, line: *const c_char)>;
/// `SSL_CTX_set_msg_callback`
pub type MessageCallback = Option<
    unsafe extern "C" fn(
        write_p: c_int,
        version: c_int,
        content_type: c_int,
        buf: *const c_void,
        len: usize,
        ssl: *mut Connection,
        arg: *mut c_void,
    ),
>;
/// `SSL_CTX_set_generate_session_id`
pub type GenerateSessionIdCallback = Option<
    unsafe extern "C" fn(ssl: *mut Connection, id: *mut c_uchar, id_len: *mut c_uint) -> c_int,
>;
/// `SSL_CTX_set_not_resumable_session_callback`
pub type NotResumableCallback =
    Option<unsafe extern "C" fn(ssl: *mut Connection, is_forward_secure: c_int) -> c_int>;
/// `SSL_CTX_set_allow_early_data_cb`
pub type AllowEarlyDataCallback =
    Option<unsafe extern "C" fn(ssl: *mut Connection, arg: *mut c_void) -> c_int>;
/// `SSL_CTX_set_security_callback`
pub type SecurityCallback = Option<
    unsafe extern "C" fn(
        ssl: *const Connection,
        ctx: *const Context,
        op: c_int,
        bits: c_int,
        nid: c_int,
        other: *mut c_void,
        ex: *mut c_void,
    ) -> c_int,
>;
/// `SSL_CTX_set_tlsext_ticket_key_evp_cb`
pub type TicketKeyEvpCallback = Option<
    unsafe extern "C" fn(
        ssl: *mut Connection,
        key_name: *mut c_uchar,
        iv: *mut c_uchar,
        cipher: *mut EVP_CIPHER_CTX,
        mac: *mut EVP_MAC_CTX,
        enc: c_int,
    ) -> c_int,
>;
/// `SSL_CTX_set_tlsext_ticket_key_cb` (deprecated)
pub type TicketKeyHmacCallback = Option<
    unsafe extern "C" fn(
        ssl: *mut Connection,
        key_name: *mut c_uchar,
        iv: *mut c_uchar,
        cipher: *mut EVP_CIPHER_CTX,
        hmac: *mut HMAC_CTX,
        enc: c_int,
    ) -> c_int,
>;
/// `SSL_CTX_set_tlsext_status_cb`
pub type StatusCallback =
    Option<unsafe extern "C" fn(ssl: *mut Connection, arg: *mut c_void) -> c_int>;
/// `SSL_CTX_set_session_ticket_cb`, when a ticket is made
pub type GenerateTicketCallback =
    Option<unsafe extern "C" fn(ssl: *mut Connection, arg: *mut c_void) -> c_int>;
/// `SSL_CTX_set_session_ticket_cb`, when one has been opened
pub type DecryptTicketCallback = Option<
    unsafe extern "C" fn(
        ssl: *mut Connection,
        session: *mut Session,
        key_name: *const c_uchar,
        key_name_len: usize,
        status: c_int,
        arg: *mut c_void,
    ) -> c_int,
>;

/// A callback of the program with the argument it is called with.
#[derive(Clone, Copy)]
pub struct CallbackWith<F> {
    /// The C function; `None` when none is set.
    pub function: F,
    /// Passed back to it untouched.
    pub argument: *mut c_void,
}

impl<F: Default> Default for CallbackWith<F> {
    fn default() -> Self {
        Self {
            function: F::default(),
            argument: std::ptr::null_mut(),
        }
    }
}

// SAFETY: the argument belongs to the program and is only handed back to its function, which the
// program has made fit for the threads it uses the context on.
unsafe impl<F: Send> Send for CallbackWith<F> {}
// SAFETY: as above.
unsafe impl<F: Sync> Sync for CallbackWith<F> {}

/// How the program seals tickets, if it does: by the newer form while it is set, then by the other.
#[derive(Clone, Copy, Default)]
pub struct TicketKeyCallbacks {
    /// `SSL_CTX_set_tlsext_ticket_key_evp_cb`
    pub evp: TicketKeyEvpCallback,
    /// `SSL_CTX_set_tlsext_ticket_key_cb`
    pub hmac: TicketKeyHmacCallback,
}

impl TicketKeyCallbacks {
    /// The one that seals and opens; `None` when the library's keys do.
    pub fn for_libcrypto(self) -> Option<TicketCallback> {
        // SAFETY: the two types differ in that the first parameter is a pointer to `SSL` here and
        // to anything there; both are passed alike.
        unsafe {
            match (self.evp, self.hmac) {
                (Some(function), _) => Some(TicketCallback::Evp(std::mem::transmute::<
                    *const (),
                    EvpCallback,
                >(
                    function as *const ()
                ))),
                (None, Some(function)) => Some(TicketCallback::Hmac(std::mem::transmute::<
                    *const (),
                    HmacCallback,
                >(
                    function as *const ()
                ))),
                (None, None) => None,
            }
        }
    }
}

/// All callbacks of a context that are not copied to connections.
#[derive(Clone, Copy, Default)]
pub struct Callbacks {
    /// A session has been made that may be resumed.
    pub new_session: NewSessionCallback,
    /// The internal cache does not have a session.
    pub get_session: GetSessionCallback,
    /// States and alerts.
    pub info: InfoCallback,
    /// Client: a certificate is asked for and none is set.
    pub client_certificate: ClientCertificateCallback,
    /// Replaces verification.
    pub verify_certificate: CallbackWith<CertVerifyCallback>,
    /// Server: the client named a host, or did not.
    pub server_name: CallbackWith<ServerNameCallback>,
    /// Server: picks an application protocol.
    pub alpn_select: CallbackWith<AlpnSelectCallback>,
    /// Server: first look at the ClientHello.
    pub client_hello: CallbackWith<ClientHelloCallback>,
    /// Key log.
    pub key_log: KeylogCallback,
    /// Ticket keys.
    pub ticket_keys: TicketKeyCallbacks,
    /// OCSP stapling, both roles.
    pub status: CallbackWith<StatusCallback>,
    /// Ticket contents.
    pub generate_ticket: GenerateTicketCallback,
    /// Ticket decisions.
    pub decrypt_ticket: DecryptTicketCallback,
    /// Argument of the former two.
    pub ticket_argument: CallbackArgument,
}

/// The callback that is looked up most: whenever a session leaves a cache. So on its own, and
/// read without a lock.
#[derive(Default)]
pub struct RemoveSessionCell(AtomicPtr<c_void>);

impl RemoveSessionCell {
    /// The function as it is now.
    #[inline]
    pub fn get(&self) -> RemoveSessionCallback {
        let function = self.0.load(Ordering::Acquire);
        // SAFETY: null, which is `None`, or a function of this type that `set` was given.
        unsafe { std::mem::transmute::<*mut c_void, RemoveSessionCallback>(function) }
    }

    /// Sets the function.
    pub fn set(&self, function: RemoveSessionCallback) {
        let function = function.map_or(std::ptr::null_mut(), |function| function as *mut c_void);
        self.0.store(function, Ordering::Release);
    }
}

/// An argument without a function of its own.
#[derive(Clone, Copy)]
pub struct CallbackArgument(pub *mut c_void);

// SAFETY: the pointer belongs to the program and is only handed back to it.
unsafe impl Send for CallbackArgument {}
// SAFETY: as above.
unsafe impl Sync for CallbackArgument {}

impl Default for CallbackArgument {
    fn default() -> Self {
        Self(std::ptr::null_mut())
    }
}
