//! The program's functions that give external pre-shared keys.

use std::ffi::{c_char, c_int, c_uchar, c_uint};

use openssl_sys::EVP_MD;

use crate::connection::Connection;
use crate::session::Session;

/// `SSL_CTX_set_psk_use_session_callback`
pub type UseSession = unsafe extern "C" fn(
    ssl: *mut Connection,
    md: *const EVP_MD,
    id: *mut *const c_uchar,
    idlen: *mut usize,
    sess: *mut *mut Session,
) -> c_int;
/// `SSL_CTX_set_psk_find_session_callback`
pub type FindSession = unsafe extern "C" fn(
    ssl: *mut Connection,
    identity: *const c_uchar,
    identity_len: usize,
    sess: *mut *mut Session,
) -> c_int;
/// `SSL_CTX_set_psk_client_callback`
pub type ClientKey = unsafe extern "C" fn(
    ssl: *mut Connection,
    hint: *const c_char,
    identity: *mut c_char,
    max_identity_len: c_uint,
    psk: *mut c_uchar,
    max_psk_len: c_uint,
) -> c_uint;
/// `SSL_CTX_set_psk_server_callback`
pub type ServerKey = unsafe extern "C" fn(
    ssl: *mut Connection,
    identity: *const c_char,
    psk: *mut c_uchar,
    max_psk_len: c_uint,
) -> c_uint;

/// Those of a context or a connection.
#[derive(Clone, Copy, Default)]
pub struct PskCallbacks {
    /// Client: a session as the key to offer.
    pub use_session: Option<UseSession>,
    /// Server: the session of an identity.
    pub find_session: Option<FindSession>,
    /// Client: identity and key, when the former has none.
    pub client_key: Option<ClientKey>,
    /// Server: the key of an identity, when the former has none.
    pub server_key: Option<ServerKey>,
}
