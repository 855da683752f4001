//! C types that appear in prototypes: callbacks of the program, and opaque types that only libssl
//! or libcrypto's less common headers know.
//!
//! A callback type includes its NULL: `None` unsets it. Every callback runs on the thread that
//! called into this library, with the pointers the program knows already, and may call back in.

use std::ffi::{c_char, c_int, c_uchar, c_uint, c_void};

use openssl_sys as ffi;

use crate::cipher::Cipher;
use crate::connection::Connection;
use crate::session::Session;

/// `OSSL_HANDSHAKE_STATE`: where a handshake is (SSL_get_state(3)).
pub type HandshakeState = c_uint;

/// A server's veto on early data (SSL_CTX_set_allow_early_data_cb(3)).
pub type AllowEarlyDataCallback =
    Option<unsafe extern "C" fn(ssl: *mut Connection, arg: *mut c_void) -> c_int>;

/// Chooses a protocol on a server (SSL_CTX_set_alpn_select_cb(3)).
pub type AlpnSelectCallback = Option<
    unsafe extern "C" fn(
        ssl: *mut Connection,
        out: *mut *const c_uchar,
        outlen: *mut c_uchar,
        input: *const c_uchar,
        inlen: c_uint,
        arg: *mut c_void,
    ) -> c_int,
>;

/// Called when an asynchronous job ends (SSL_CTX_set_async_callback(3)).
pub type AsyncCallback =
    Option<unsafe extern "C" fn(ssl: *mut Connection, arg: *mut c_void) -> c_int>;

/// Looks at a ClientHello before anything else does (SSL_CTX_set_client_hello_cb(3)).
pub type ClientHelloCallback =
    Option<unsafe extern "C" fn(ssl: *mut Connection, al: *mut c_int, arg: *mut c_void) -> c_int>;

/// A policy of certificate transparency (SSL_CTX_set_ct_validation_callback(3)).
pub type CtValidationCallback = Option<
    unsafe extern "C" fn(
        ctx: *const CtPolicyEvalContext,
        scts: *const SctStack,
        arg: *mut c_void,
    ) -> c_int,
>;

/// Judges a decrypted ticket (SSL_CTX_set_session_ticket_cb(3)).
pub type DecryptTicketCallback = Option<
    unsafe extern "C" fn(
        ssl: *mut Connection,
        session: *mut Session,
        keyname: *const c_uchar,
        keyname_length: usize,
        status: c_int,
        arg: *mut c_void,
    ) -> c_int,
>;

/// Gives the next timeout of DTLS in microseconds (DTLS_set_timer_cb(3)).
pub type DtlsTimerCallback =
    Option<unsafe extern "C" fn(ssl: *mut Connection, timer_us: c_uint) -> c_uint>;

/// Makes the body of a custom extension (SSL_CTX_add_custom_ext(3)).
pub type ExtensionAddCallback = Option<
    unsafe extern "C" fn(
        ssl: *mut Connection,
        ext_type: c_uint,
        context: c_uint,
        out: *mut *const c_uchar,
        outlen: *mut usize,
        x: *mut ffi::X509,
        chainidx: usize,
        al: *mut c_int,
        add_arg: *mut c_void,
    ) -> c_int,
>;

/// Frees the body of a custom extension (SSL_CTX_add_custom_ext(3)).
pub type ExtensionFreeCallback = Option<
    unsafe extern "C" fn(
        ssl: *mut Connection,
        ext_type: c_uint,
        context: c_uint,
        out: *const c_uchar,
        add_arg: *mut c_void,
    ),
>;

/// Reads the body of a custom extension (SSL_CTX_add_custom_ext(3)).
pub type ExtensionParseCallback = Option<
    unsafe extern "C" fn(
        ssl: *mut Connection,
        ext_type: c_uint,
        context: c_uint,
        input: *const c_uchar,
        inlen: usize,
        x: *mut ffi::X509,
        chainidx: usize,
        al: *mut c_int,
        parse_arg: *mut c_void,
    ) -> c_int,
>;

/// Makes a session id of at most `*id_len` bytes (SSL_CTX_set_generate_session_id(3)).
pub type GenerateSessionIdCallback = Option<
    unsafe extern "C" fn(ssl: *mut Connection, id: *mut c_uchar, id_len: *mut c_uint) -> c_int,
>;

/// Called before a ticket is made (SSL_CTX_set_session_ticket_cb(3)).
pub type GenerateTicketCallback =
    Option<unsafe extern "C" fn(ssl: *mut Connection, arg: *mut c_void) -> c_int>;

/// Receives one line of the key log (SSL_CTX_set_keylog_callback(3)).
pub type KeylogCallback = Option<unsafe extern "C" fn(ssl: *const Connection, line: *const c_char)>;

/// Makes the body of a custom extension of TLS 1.2 (SSL_CTX_add_client_custom_ext(3)).
pub type LegacyExtensionAddCallback = Option<
    unsafe extern "C" fn(
        ssl: *mut Connection,
        ext_type: c_uint,
        out: *mut *const c_uchar,
        outlen: *mut usize,
        al: *mut c_int,
        add_arg: *mut c_void,
    ) -> c_int,
>;

/// Frees the body of a custom extension of TLS 1.2.
pub type LegacyExtensionFreeCallback = Option<
    unsafe extern "C" fn(
        ssl: *mut Connection,
        ext_type: c_uint,
        out: *const c_uchar,
        add_arg: *mut c_void,
    ),
>;

/// Reads the body of a custom extension of TLS 1.2.
pub type LegacyExtensionParseCallback = Option<
    unsafe extern "C" fn(
        ssl: *mut Connection,
        ext_type: c_uint,
        input: *const c_uchar,
        inlen: usize,
        al: *mut c_int,
        parse_arg: *mut c_void,
    ) -> c_int,
>;

/// Gives the protocols a server advertises by NPN.
pub type NpnAdvertisedCallback = Option<
    unsafe extern "C" fn(
        ssl: *mut Connection,
        out: *mut *const c_uchar,
        outlen: *mut c_uint,
        arg: *mut c_void,
    ) -> c_int,
>;

/// Chooses a protocol on an NPN client.
pub type NpnSelectCallback = Option<
    unsafe extern "C" fn(
        ssl: *mut Connection,
        out: *mut *mut c_uchar,
        outlen: *mut c_uchar,
        input: *const c_uchar,
        inlen: c_uint,
        arg: *mut c_void,
    ) -> c_int,
>;

/// Gives the password of a PEM file (pem_password_cb(3)).
pub type PasswordCallback = Option<
    unsafe extern "C" fn(
        buf: *mut c_char,
        size: c_int,
        rwflag: c_int,
        userdata: *mut c_void,
    ) -> c_int,
>;

/// Gives a client its pre-shared key (SSL_CTX_set_psk_client_callback(3)).
pub type PskClientCallback = Option<
    unsafe extern "C" fn(
        ssl: *mut Connection,
        hint: *const c_char,
        identity: *mut c_char,
        max_identity_len: c_uint,
        psk: *mut c_uchar,
        max_psk_len: c_uint,
    ) -> c_uint,
>;

/// Finds the session of a TLS 1.3 PSK identity (SSL_CTX_set_psk_find_session_callback(3)).
pub type PskFindSessionCallback = Option<
    unsafe extern "C" fn(
        ssl: *mut Connection,
        identity: *const c_uchar,
        identity_len: usize,
        sess: *mut *mut Session,
    ) -> c_int,
>;

/// Gives a server the pre-shared key of an identity (SSL_CTX_set_psk_server_callback(3)).
pub type PskServerCallback = Option<
    unsafe extern "C" fn(
        ssl: *mut Connection,
        identity: *const c_char,
        psk: *mut c_uchar,
        max_psk_len: c_uint,
    ) -> c_uint,
>;

/// Gives a TLS 1.3 client the session of a PSK (SSL_CTX_set_psk_use_session_callback(3)).
pub type PskUseSessionCallback = Option<
    unsafe extern "C" fn(
        ssl: *mut Connection,
        md: *const ffi::EVP_MD,
        id: *mut *const c_uchar,
        idlen: *mut usize,
        sess: *mut *mut Session,
    ) -> c_int,
>;

/// Gives the master secret of an EAP-FAST session.
pub type SessionSecretCallback = Option<
    unsafe extern "C" fn(
        ssl: *mut Connection,
        secret: *mut c_void,
        secret_len: *mut c_int,
        peer_ciphers: *mut ffi::stack_st_SSL_CIPHER,
        cipher: *mut *const Cipher,
        arg: *mut c_void,
    ) -> c_int,
>;

/// Sees the ticket extension of an EAP-FAST peer.
pub type SessionTicketExtensionCallback = Option<
    unsafe extern "C" fn(
        ssl: *mut Connection,
        data: *const c_uchar,
        len: c_int,
        arg: *mut c_void,
    ) -> c_int,
>;

/// Asked about each certificate of a chain (SSL_CTX_set_verify(3)).
pub type VerifyCallback =
    Option<unsafe extern "C" fn(preverify_ok: c_int, x509_ctx: *mut ffi::X509_STORE_CTX) -> c_int>;

/// `SSL_COMP`: an entry of the list of compression methods.
pub enum CompressionEntry {}

/// `STACK_OF(SSL_COMP)`.
pub enum CompressionStack {}

/// `SSL_DANE`: the DANE state of a connection.
pub enum Dane {}

/// `CTLOG_STORE`: known logs of certificate transparency.
pub enum CtLogStore {}

/// `CT_POLICY_EVAL_CTX`: what a policy of certificate transparency is asked about.
pub enum CtPolicyEvalContext {}

/// `STACK_OF(SCT)`.
pub enum SctStack {}

/// `BIO_ADDR`: a peer's address.
pub enum BioAddress {}

/// `LHASH_OF(SSL_SESSION)`.
pub enum SessionHash {}

/// `struct openssl_ssl_test_functions`.
pub enum TestFunctions {}
