//! Functions that programs may set and the library never calls, because it lacks the feature.

use std::ffi::{c_char, c_int, c_uchar, c_uint, c_void};

use openssl_sys as ffi;

use super::Ssl;
use crate::cipher::Cipher;

/// Called when an asynchronous job ends (SSL_CTX_set_async_callback(3)).
pub type AsyncFunction = Option<unsafe extern "C" fn(ssl: *mut Ssl, arg: *mut c_void) -> c_int>;

/// A policy of certificate transparency (SSL_CTX_set_ct_validation_callback(3)).
pub type CtValidationFunction = Option<
    unsafe extern "C" fn(
        ctx: *const CtPolicyEvalContext,
        scts: *const SctStack,
        arg: *mut c_void,
    ) -> c_int,
>;

/// Gives the next timeout of DTLS in microseconds (DTLS_set_timer_cb(3)).
pub type DtlsTimerFunction =
    Option<unsafe extern "C" fn(ssl: *mut Ssl, timer_us: c_uint) -> c_uint>;

/// Makes the body of a custom extension (SSL_CTX_add_custom_ext(3)).
pub type ExtensionAddFunction = Option<
    unsafe extern "C" fn(
        ssl: *mut Ssl,
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
pub type ExtensionFreeFunction = Option<
    unsafe extern "C" fn(
        ssl: *mut Ssl,
        ext_type: c_uint,
        context: c_uint,
        out: *const c_uchar,
        add_arg: *mut c_void,
    ),
>;

/// Reads the body of a custom extension (SSL_CTX_add_custom_ext(3)).
pub type ExtensionParseFunction = Option<
    unsafe extern "C" fn(
        ssl: *mut Ssl,
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

/// Makes the body of a custom extension of TLS 1.2 (SSL_CTX_add_client_custom_ext(3)).
pub type LegacyExtensionAddFunction = Option<
    unsafe extern "C" fn(
        ssl: *mut Ssl,
        ext_type: c_uint,
        out: *mut *const c_uchar,
        outlen: *mut usize,
        al: *mut c_int,
        add_arg: *mut c_void,
    ) -> c_int,
>;

/// Frees the body of a custom extension of TLS 1.2.
pub type LegacyExtensionFreeFunction = Option<
    unsafe extern "C" fn(
        ssl: *mut Ssl,
        ext_type: c_uint,
        out: *const c_uchar,
        add_arg: *mut c_void,
    ),
>;

/// Reads the body of a custom extension of TLS 1.2.
pub type LegacyExtensionParseFunction = Option<
    unsafe extern "C" fn(
        ssl: *mut Ssl,
        ext_type: c_uint,
        input: *const c_uchar,
        inlen: usize,
        al: *mut c_int,
        parse_arg: *mut c_void,
    ) -> c_int,
>;

/// Gives the protocols a server advertises by NPN.
pub type NpnAdvertisedFunction = Option<
    unsafe extern "C" fn(
        ssl: *mut Ssl,
        out: *mut *const c_uchar,
        outlen: *mut c_uint,
        arg: *mut c_void,
    ) -> c_int,
>;

/// Chooses a protocol on an NPN client.
pub type NpnSelectFunction = Option<
    unsafe extern "C" fn(
        ssl: *mut Ssl,
        out: *mut *mut c_uchar,
        outlen: *mut c_uchar,
        input: *const c_uchar,
        inlen: c_uint,
        arg: *mut c_void,
    ) -> c_int,
>;

/// Provides the master secret of an EAP-FAST session.
pub type SessionSecretFunction = Option<
    unsafe extern "C" fn(
        ssl: *mut Ssl,
        secret: *mut c_void,
        secret_len: *mut c_int,
        peer_ciphers: *mut ffi::stack_st_SSL_CIPHER,
        cipher: *mut *const Cipher,
        arg: *mut c_void,
    ) -> c_int,
>;

/// Sees the ticket extension of an EAP-FAST peer.
pub type SessionTicketExtensionFunction = Option<
    unsafe extern "C" fn(
        ssl: *mut Ssl,
        data: *const c_uchar,
        len: c_int,
        arg: *mut c_void,
    ) -> c_int,
>;

/// Makes the cookie of DTLS (SSL_CTX_set_cookie_generate_cb(3)).
pub type GenerateCookieFunction = Option<
    unsafe extern "C" fn(ssl: *mut Ssl, cookie: *mut c_uchar, cookie_len: *mut c_uint) -> c_int,
>;

/// Checks the cookie of DTLS (SSL_CTX_set_cookie_verify_cb(3)).
pub type VerifyCookieFunction = Option<
    unsafe extern "C" fn(ssl: *mut Ssl, cookie: *const c_uchar, cookie_len: c_uint) -> c_int,
>;

/// Gives parameters of Diffie-Hellman (SSL_CTX_set_tmp_dh_callback(3)).
pub type TmpDhFunction =
    Option<unsafe extern "C" fn(ssl: *mut Ssl, is_export: c_int, keylength: c_int) -> *mut ffi::DH>;

/// Gives the password of an SRP client.
pub type SrpPasswordFunction = Option<unsafe extern "C" fn(*mut Ssl, *mut c_void) -> *mut c_char>;

/// Finds the user that an SRP client names.
pub type SrpUsernameFunction =
    Option<unsafe extern "C" fn(*mut Ssl, *mut c_int, *mut c_void) -> c_int>;

/// Accepts the group of an SRP server.
pub type SrpVerifyParamFunction = Option<unsafe extern "C" fn(*mut Ssl, *mut c_void) -> c_int>;

/// Chooses how much a record is padded (SSL_CTX_set_record_padding_callback(3)).
pub type RecordPaddingFunction =
    Option<unsafe extern "C" fn(ssl: *mut Ssl, kind: c_int, len: usize, arg: *mut c_void) -> usize>;

/// Makes the cookie of TLS 1.3 (SSL_CTX_set_stateless_cookie_generate_cb(3)).
pub type GenerateStatelessCookieFunction = Option<
    unsafe extern "C" fn(ssl: *mut Ssl, cookie: *mut c_uchar, cookie_len: *mut usize) -> c_int,
>;

/// Checks the cookie of TLS 1.3 (SSL_CTX_set_stateless_cookie_verify_cb(3)).
pub type VerifyStatelessCookieFunction =
    Option<unsafe extern "C" fn(ssl: *mut Ssl, cookie: *const c_uchar, cookie_len: usize) -> c_int>;

/// `CT_POLICY_EVAL_CTX`: the argument of a policy of certificate transparency.
pub enum CtPolicyEvalContext {}

/// `STACK_OF(SCT)`.
pub enum SctStack {}
