//! Not implemented yet: cipher suites, methods, groups, and names of states and alerts.

use std::ffi::{c_char, c_int, c_uchar};
use std::ptr;

use openssl_sys as ffi;

use super::pending;
use crate::abi::method::Method;
use crate::cipher::Cipher;
use crate::connection::Connection;
use crate::context::Context;

/// One-line text of a cipher into buf (>=128 bytes) or malloc'd when buf is NULL.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CIPHER_description(
    cipher: *const Cipher,
    buf: *mut c_char,
    size: c_int,
) -> *mut c_char {
    pending(c"SSL_CIPHER_description", ptr::null_mut())
}

/// Cipher for a 2-byte wire id, valid for this SSL's method; NULL if unknown. Used to build PSK
/// sessions.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CIPHER_find(
    ssl: *mut Connection,
    ptr: *const c_uchar,
) -> *const Cipher {
    pending(c"SSL_CIPHER_find", ptr::null())
}

/// Secret bits; *alg_bits gets algorithm bits; 0 for NULL.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CIPHER_get_bits(cipher: *const Cipher, alg_bits: *mut c_int) -> c_int {
    pending(c"SSL_CIPHER_get_bits", 0)
}

/// 0x0300xxxx identifier.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CIPHER_get_id(cipher: *const Cipher) -> u32 {
    pending(c"SSL_CIPHER_get_id", 0)
}

/// OpenSSL name; the text (NONE) for NULL.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CIPHER_get_name(cipher: *const Cipher) -> *const c_char {
    pending(c"SSL_CIPHER_get_name", c"(NONE)".as_ptr())
}

/// First protocol version text such as TLSv1.2; (NONE) for NULL.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CIPHER_get_version(cipher: *const Cipher) -> *const c_char {
    pending(c"SSL_CIPHER_get_version", c"(NONE)".as_ptr())
}

/// Configured cipher stack incl. TLS 1.3, not owned.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get_ciphers(ctx: *const Context) -> *mut ffi::stack_st_SSL_CIPHER {
    pending(c"SSL_CTX_get_ciphers", ptr::null_mut())
}

/// TLS<=1.2 list; 0 when nothing matches.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_cipher_list(ctx: *mut Context, str: *const c_char) -> c_int {
    pending(c"SSL_CTX_set_cipher_list", 0)
}

/// TLS 1.3 list; empty string disables; 0 on unknown name.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_ciphersuites(ctx: *mut Context, str: *const c_char) -> c_int {
    pending(c"SSL_CTX_set_ciphersuites", 0)
}

/// Name of nth cipher or NULL.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_cipher_list(ssl: *const Connection, n: c_int) -> *const c_char {
    pending(c"SSL_get_cipher_list", ptr::null())
}

/// Effective cipher stack.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_ciphers(ssl: *const Connection) -> *mut ffi::stack_st_SSL_CIPHER {
    pending(c"SSL_get_ciphers", ptr::null_mut())
}

/// Cipher in use from the session, NULL before.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_current_cipher(ssl: *const Connection) -> *const Cipher {
    pending(c"SSL_get_current_cipher", ptr::null())
}

/// List for this SSL; 0 when none.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_cipher_list(ssl: *mut Connection, str: *const c_char) -> c_int {
    pending(c"SSL_set_cipher_list", 0)
}

/// TLS 1.3 list.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_ciphersuites(ssl: *mut Connection, str: *const c_char) -> c_int {
    pending(c"SSL_set_ciphersuites", 0)
}

/// Maps an RFC suite name to OpenSSL's name; the text (NONE) when unknown.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn OPENSSL_cipher_name(rfc_name: *const c_char) -> *const c_char {
    pending(c"OPENSSL_cipher_name", c"(NONE)".as_ptr())
}

/// Built-in TLS<=1.2 cipher string.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn OSSL_default_cipher_list() -> *const c_char {
    pending(c"OSSL_default_cipher_list", c"".as_ptr())
}

/// Built-in TLS 1.3 suite string.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn OSSL_default_ciphersuites() -> *const c_char {
    pending(c"OSSL_default_ciphersuites", c"".as_ptr())
}

/// NID_auth_* of the suite; NID_auth_any in TLS 1.3.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CIPHER_get_auth_nid(cipher: *const Cipher) -> c_int {
    pending(c"SSL_CIPHER_get_auth_nid", 0)
}

/// NID of the bulk cipher, NID_undef for none.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CIPHER_get_cipher_nid(cipher: *const Cipher) -> c_int {
    pending(c"SSL_CIPHER_get_cipher_nid", 0)
}

/// NID of the MAC digest; NID_undef for AEAD.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CIPHER_get_digest_nid(cipher: *const Cipher) -> c_int {
    pending(c"SSL_CIPHER_get_digest_nid", 0)
}

/// EVP_MD of the PRF/HKDF hash; needed to match PSK and session.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CIPHER_get_handshake_digest(
    cipher: *const Cipher,
) -> *const ffi::EVP_MD {
    pending(c"SSL_CIPHER_get_handshake_digest", ptr::null())
}

/// NID_kx_* of the suite; NID_kx_any in TLS 1.3.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CIPHER_get_kx_nid(cipher: *const Cipher) -> c_int {
    pending(c"SSL_CIPHER_get_kx_nid", 0)
}

/// Two-byte wire id.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CIPHER_get_protocol_id(cipher: *const Cipher) -> u16 {
    pending(c"SSL_CIPHER_get_protocol_id", 0)
}

/// 1 for AEAD suites.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CIPHER_is_aead(cipher: *const Cipher) -> c_int {
    pending(c"SSL_CIPHER_is_aead", 0)
}

/// RFC name or (NONE)/NULL.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CIPHER_standard_name(cipher: *const Cipher) -> *const c_char {
    pending(c"SSL_CIPHER_standard_name", c"(NONE)".as_ptr())
}

/// Ciphers really usable now; caller frees the stack.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get1_supported_ciphers(
    ssl: *mut Connection,
) -> *mut ffi::stack_st_SSL_CIPHER {
    pending(c"SSL_get1_supported_ciphers", ptr::null_mut())
}

/// Server: ciphers offered by the client.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_client_ciphers(
    ssl: *const Connection,
) -> *mut ffi::stack_st_SSL_CIPHER {
    pending(c"SSL_get_client_ciphers", ptr::null_mut())
}

/// Cipher chosen but not active.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_pending_cipher(ssl: *const Connection) -> *const Cipher {
    pending(c"SSL_get_pending_cipher", ptr::null())
}

/// Colon list of shared ciphers (server).
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_shared_ciphers(
    ssl: *const Connection,
    buf: *mut c_char,
    size: c_int,
) -> *mut c_char {
    pending(c"SSL_get_shared_ciphers", ptr::null_mut())
}

/// Version-flexible client method, static.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn TLS_client_method() -> *const Method {
    pending(c"TLS_client_method", ptr::null())
}

/// Version-flexible method, static.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn TLS_method() -> *const Method {
    pending(c"TLS_method", ptr::null())
}

/// Version-flexible server method, static.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn TLS_server_method() -> *const Method {
    pending(c"TLS_server_method", ptr::null())
}

/// Fixed TLS 1.2 client method.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn TLSv1_2_client_method() -> *const Method {
    pending(c"TLSv1_2_client_method", ptr::null())
}

/// Fixed TLS 1.2 method.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn TLSv1_2_method() -> *const Method {
    pending(c"TLSv1_2_method", ptr::null())
}

/// Fixed TLS 1.2 server method.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn TLSv1_2_server_method() -> *const Method {
    pending(c"TLSv1_2_server_method", ptr::null())
}

/// Fixed TLS 1.1 client method; handshakes need security level 0.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn TLSv1_1_client_method() -> *const Method {
    pending(c"TLSv1_1_client_method", ptr::null())
}
