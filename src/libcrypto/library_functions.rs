//! libcrypto's functions that take a library context and a property query, where `openssl-sys`
//! lacks them. Prototypes are those of OpenSSL 3.0's headers.

use std::ffi::{c_char, c_int, c_long, c_uchar, c_uint, c_void};

use openssl_sys::*;

/// A `RAND_METHOD`: functions that generate random numbers.
pub enum RandomMethod {}
/// An `EVP_KEYMGMT`: a provider's way to handle one kind of key.
pub enum KeyManagement {}
/// An `EVP_KEYEXCH`: a provider's key exchange.
pub enum KeyExchange {}

unsafe extern "C" {
    // The library itself
    pub fn OSSL_LIB_CTX_get0_global_default() -> *mut OSSL_LIB_CTX;
    pub fn OSSL_LIB_CTX_set0_default(library: *mut OSSL_LIB_CTX) -> *mut OSSL_LIB_CTX;

    // Random numbers
    pub fn RAND_bytes_ex(
        library: *mut OSSL_LIB_CTX,
        out: *mut c_uchar,
        len: usize,
        strength: c_uint,
    ) -> c_int;
    pub fn RAND_get_rand_method() -> *const RandomMethod;
    pub fn RAND_OpenSSL() -> *const RandomMethod;
    pub fn RAND_priv_bytes_ex(
        library: *mut OSSL_LIB_CTX,
        out: *mut c_uchar,
        len: usize,
        strength: c_uint,
    ) -> c_int;

    // Certificates
    pub fn X509_new_ex(library: *mut OSSL_LIB_CTX, query: *const c_char) -> *mut X509;
    pub fn X509_STORE_CTX_new_ex(
        library: *mut OSSL_LIB_CTX,
        query: *const c_char,
    ) -> *mut X509_STORE_CTX;
    pub fn X509_STORE_load_file_ex(
        store: *mut X509_STORE,
        file: *const c_char,
        library: *mut OSSL_LIB_CTX,
        query: *const c_char,
    ) -> c_int;
    pub fn X509_STORE_load_store_ex(
        store: *mut X509_STORE,
        uri: *const c_char,
        library: *mut OSSL_LIB_CTX,
        query: *const c_char,
    ) -> c_int;
    pub fn X509_STORE_set_default_paths_ex(
        store: *mut X509_STORE,
        library: *mut OSSL_LIB_CTX,
        query: *const c_char,
    ) -> c_int;
    pub fn X509_LOOKUP_ctrl_ex(
        lookup: *mut X509_LOOKUP,
        command: c_int,
        text: *const c_char,
        number: c_long,
        result: *mut *mut c_char,
        library: *mut OSSL_LIB_CTX,
        query: *const c_char,
    ) -> c_int;

    // Keys
    pub fn PEM_read_bio_PrivateKey_ex(
        bio: *mut BIO,
        out: *mut *mut EVP_PKEY,
        callback: pem_password_cb,
        userdata: *mut c_void,
        library: *mut OSSL_LIB_CTX,
        query: *const c_char,
    ) -> *mut EVP_PKEY;
    pub fn PEM_read_bio_Parameters_ex(
        bio: *mut BIO,
        out: *mut *mut EVP_PKEY,
        library: *mut OSSL_LIB_CTX,
        query: *const c_char,
    ) -> *mut EVP_PKEY;
    pub fn d2i_PrivateKey_ex_bio(
        bio: *mut BIO,
        out: *mut *mut EVP_PKEY,
        library: *mut OSSL_LIB_CTX,
        query: *const c_char,
    ) -> *mut EVP_PKEY;
    pub fn d2i_PrivateKey_ex(
        key_type: c_int,
        out: *mut *mut EVP_PKEY,
        der: *mut *const c_uchar,
        len: c_long,
        library: *mut OSSL_LIB_CTX,
        query: *const c_char,
    ) -> *mut EVP_PKEY;
    pub fn d2i_PUBKEY_ex(
        out: *mut *mut EVP_PKEY,
        der: *mut *const c_uchar,
        len: c_long,
        library: *mut OSSL_LIB_CTX,
        query: *const c_char,
    ) -> *mut EVP_PKEY;

    // Signatures
    pub fn EVP_DigestSignInit_ex(
        ctx: *mut EVP_MD_CTX,
        options: *mut *mut EVP_PKEY_CTX,
        digest: *const c_char,
        library: *mut OSSL_LIB_CTX,
        query: *const c_char,
        key: *mut EVP_PKEY,
        params: *const OSSL_PARAM,
    ) -> c_int;
    pub fn EVP_DigestVerifyInit_ex(
        ctx: *mut EVP_MD_CTX,
        options: *mut *mut EVP_PKEY_CTX,
        digest: *const c_char,
        library: *mut OSSL_LIB_CTX,
        query: *const c_char,
        key: *mut EVP_PKEY,
        params: *const OSSL_PARAM,
    ) -> c_int;

    // Fetching
    pub fn EVP_KEYMGMT_fetch(
        library: *mut OSSL_LIB_CTX,
        name: *const c_char,
        query: *const c_char,
    ) -> *mut KeyManagement;
    pub fn EVP_KEYMGMT_free(management: *mut KeyManagement);
    pub fn EVP_KEYMGMT_get0_provider(management: *const KeyManagement) -> *const OSSL_PROVIDER;
    pub fn EVP_KEYEXCH_fetch(
        library: *mut OSSL_LIB_CTX,
        name: *const c_char,
        query: *const c_char,
    ) -> *mut KeyExchange;
    pub fn EVP_KEYEXCH_free(exchange: *mut KeyExchange);
    pub fn EVP_KEYEXCH_get0_provider(exchange: *const KeyExchange) -> *const OSSL_PROVIDER;
    pub fn EVP_SIGNATURE_get0_provider(signature: *const EVP_SIGNATURE) -> *const OSSL_PROVIDER;
    pub fn EVP_MD_get0_provider(digest: *const EVP_MD) -> *const OSSL_PROVIDER;
    pub fn EVP_CIPHER_get0_provider(cipher: *const EVP_CIPHER) -> *const OSSL_PROVIDER;
    pub fn EVP_PKEY_get0_provider(key: *const EVP_PKEY) -> *const OSSL_PROVIDER;

    // Providers
    pub fn OSSL_PROVIDER_get0_name(provider: *const OSSL_PROVIDER) -> *const c_char;
    pub fn OSSL_PROVIDER_do_all(
        library: *mut OSSL_LIB_CTX,
        visit: unsafe extern "C" fn(*mut OSSL_PROVIDER, *mut c_void) -> c_int,
        argument: *mut c_void,
    ) -> c_int;
    pub fn OSSL_PROVIDER_get_capabilities(
        provider: *const OSSL_PROVIDER,
        capability: *const c_char,
        visit: unsafe extern "C" fn(*const OSSL_PARAM, *mut c_void) -> c_int,
        argument: *mut c_void,
    ) -> c_int;
    pub fn OSSL_PARAM_get_uint(param: *const OSSL_PARAM, value: *mut c_uint) -> c_int;
}
