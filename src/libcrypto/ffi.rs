//! libcrypto's C functions and types: those of `openssl-sys`, and those that it lacks.
//!
//! Prototypes are those of OpenSSL 3.0's headers; a macro of the headers is written out where it
//! is used. What is declared here hides a declaration of the same name in `openssl-sys`.

use std::ffi::{c_char, c_int, c_long, c_uchar, c_uint, c_ulong, c_void};

pub use openssl_sys::*;

pub use super::library_functions::*;

/// `CRYPTO_EX_DATA`: a public structure, since programs' structures may hold one.
#[repr(C)]
pub struct CryptoExData {
    /// The library context; NULL is the default one.
    pub ctx: *mut OSSL_LIB_CTX,
    /// `STACK_OF(void)`, made on the first set.
    pub sk: *mut OPENSSL_STACK,
}

/// A verify callback: `int (*)(int ok, X509_STORE_CTX *)` (`SSL_CTX_set_verify(3)`).
pub type VerifyCallback = unsafe extern "C" fn(c_int, *mut X509_STORE_CTX) -> c_int;
/// `int (*)(X509_STORE_CTX *, void *)` (`SSL_CTX_set_cert_verify_callback(3)`).
pub type ApplicationVerifyCallback =
    unsafe extern "C" fn(*mut X509_STORE_CTX, *mut c_void) -> c_int;
/// Hash function of a hash table (`OPENSSL_LH_HASHFUNC`).
pub type LhashHash = unsafe extern "C" fn(*const c_void) -> c_ulong;
/// Comparison of a hash table (`OPENSSL_LH_COMPFUNC`): 0 for equal.
pub type LhashCompare = unsafe extern "C" fn(*const c_void, *const c_void) -> c_int;
/// What is called for each item of a hash table (`OPENSSL_LH_DOALL_FUNCARG`).
pub type LhashVisit = unsafe extern "C" fn(*mut c_void, *mut c_void);

/// A step of a verification (`X509_STORE_CTX_verify_fn`).
pub type VerifyStep = unsafe extern "C" fn(*mut X509_STORE_CTX) -> c_int;

/// A function of any type, or none: the library only checks whether there is one.
pub type AnyCallback = Option<unsafe extern "C" fn()>;

/// `CRYPTO_malloc_fn`
pub type MallocFunction = unsafe extern "C" fn(usize, *const c_char, c_int) -> *mut c_void;

/// `X509_PUBKEY`
pub enum EncodedKey {}
/// A hash table of pointers (`OPENSSL_LHASH`).
pub enum LhashTable {}
/// `OCSP_RESPID`
pub enum OcspResponderId {}
/// An open OSSL_STORE.
pub enum OsslStoreCtx {}
/// One object read from an OSSL_STORE.
pub enum OsslStoreInfo {}

/// `OSSL_STORE_INFO_NAME`
pub const OSSL_STORE_INFO_NAME: c_int = 1;
/// `OSSL_STORE_INFO_CERT`
pub const OSSL_STORE_INFO_CERT: c_int = 5;

unsafe extern "C" {
    // The C library's, which `libc` lacks
    pub fn secure_getenv(name: *const c_char) -> *const c_char;

    // Error queue
    pub fn ERR_set_mark() -> c_int;
    pub fn ERR_pop_to_mark() -> c_int;
    pub fn ERR_clear_last_mark() -> c_int;

    // Memory
    pub fn CRYPTO_get_mem_functions(
        malloc: *mut Option<MallocFunction>,
        realloc: *mut c_void,
        free: *mut c_void,
    );
    #[cfg(test)]
    pub fn CRYPTO_strdup(text: *const c_char, file: *const c_char, line: c_int) -> *mut c_char;
    pub fn CRYPTO_clear_free(p: *mut c_void, len: usize, file: *const c_char, line: c_int);

    // Initialisation
    pub fn OPENSSL_init_crypto(options: u64, settings: *const OPENSSL_INIT_SETTINGS) -> c_int;

    // Extra data
    pub fn CRYPTO_new_ex_data(class: c_int, object: *mut c_void, ad: *mut CryptoExData) -> c_int;
    pub fn CRYPTO_dup_ex_data(
        class: c_int,
        to: *mut CryptoExData,
        from: *const CryptoExData,
    ) -> c_int;
    pub fn CRYPTO_free_ex_data(class: c_int, object: *mut c_void, ad: *mut CryptoExData);
    pub fn CRYPTO_set_ex_data(ad: *mut CryptoExData, index: c_int, value: *mut c_void) -> c_int;
    pub fn CRYPTO_get_ex_data(ad: *const CryptoExData, index: c_int) -> *mut c_void;

    // OCSP
    pub fn OCSP_RESPID_free(id: *mut OcspResponderId);
    pub fn d2i_OCSP_RESPID(
        id: *mut *mut OcspResponderId,
        der: *mut *const c_uchar,
        length: c_long,
    ) -> *mut OcspResponderId;
    pub fn d2i_X509_EXTENSIONS(
        list: *mut *mut c_void,
        der: *mut *const c_uchar,
        length: c_long,
    ) -> *mut c_void;
    pub fn X509_EXTENSION_dup(extension: *mut X509_EXTENSION) -> *mut X509_EXTENSION;

    // Hash tables
    pub fn OPENSSL_LH_new(hash: LhashHash, compare: LhashCompare) -> *mut LhashTable;
    pub fn OPENSSL_LH_free(table: *mut LhashTable);
    pub fn OPENSSL_LH_insert(table: *mut LhashTable, data: *mut c_void) -> *mut c_void;
    pub fn OPENSSL_LH_delete(table: *mut LhashTable, data: *const c_void) -> *mut c_void;
    pub fn OPENSSL_LH_retrieve(table: *mut LhashTable, data: *const c_void) -> *mut c_void;
    pub fn OPENSSL_LH_doall_arg(table: *mut LhashTable, visit: LhashVisit, arg: *mut c_void);
    pub fn OPENSSL_LH_flush(table: *mut LhashTable);
    pub fn OPENSSL_LH_error(table: *mut LhashTable) -> c_int;

    // BIO
    pub fn BIO_up_ref(bio: *mut BIO) -> c_int;
    pub fn BIO_new_socket(socket: c_int, close: c_int) -> *mut BIO;
    #[cfg(test)]
    pub fn BIO_new_bio_pair(
        one: *mut *mut BIO,
        one_size: usize,
        two: *mut *mut BIO,
        two_size: usize,
    ) -> c_int;
    pub fn BIO_find_type(bio: *mut BIO, bio_type: c_int) -> *mut BIO;
    pub fn BIO_method_type(bio: *const BIO) -> c_int;
    pub fn BIO_test_flags(bio: *const BIO, flags: c_int) -> c_int;
    pub fn BIO_set_flags(bio: *mut BIO, flags: c_int);
    pub fn BIO_clear_flags(bio: *mut BIO, flags: c_int);
    pub fn BIO_get_retry_reason(bio: *mut BIO) -> c_int;
    pub fn BIO_set_retry_reason(bio: *mut BIO, reason: c_int);
    #[cfg(test)]
    pub fn BIO_ctrl_pending(bio: *mut BIO) -> usize;

    // PEM
    pub fn PEM_write_bio(
        bio: *mut BIO,
        name: *const c_char,
        header: *const c_char,
        data: *const c_uchar,
        len: c_long,
    ) -> c_int;
    pub fn PEM_bytes_read_bio(
        data: *mut *mut c_uchar,
        len: *mut c_long,
        name_found: *mut *mut c_char,
        name: *const c_char,
        bio: *mut BIO,
        callback: pem_password_cb,
        userdata: *mut c_void,
    ) -> c_int;
    pub fn PEM_read_bio_X509_AUX(
        bio: *mut BIO,
        out: *mut *mut X509,
        callback: pem_password_cb,
        userdata: *mut c_void,
    ) -> *mut X509;

    // Keys
    pub fn EVP_PKEY_get_base_id(key: *const EVP_PKEY) -> c_int;
    pub fn EVP_PKEY_dup(key: *mut EVP_PKEY) -> *mut EVP_PKEY;
    pub fn EVP_PKEY_is_a(key: *const EVP_PKEY, name: *const c_char) -> c_int;
    pub fn EVP_PKEY_get_group_name(
        key: *const EVP_PKEY,
        name: *mut c_char,
        size: usize,
        len: *mut usize,
    ) -> c_int;
    pub fn EVP_PKEY2PKCS8(key: *const EVP_PKEY) -> *mut PKCS8_PRIV_KEY_INFO;
    pub fn i2d_PKCS8_PRIV_KEY_INFO(
        info: *const PKCS8_PRIV_KEY_INFO,
        out: *mut *mut c_uchar,
    ) -> c_int;
    pub fn d2i_RSAPrivateKey_bio(bio: *mut BIO, out: *mut *mut RSA) -> *mut RSA;
    pub fn EC_curve_nist2nid(name: *const c_char) -> c_int;

    // Certificates
    pub fn X509_check_private_key(certificate: *const X509, key: *const EVP_PKEY) -> c_int;
    pub fn X509_get0_pubkey(certificate: *const X509) -> *mut EVP_PKEY;
    pub fn X509_get_signature_info(
        certificate: *mut X509,
        digest_nid: *mut c_int,
        key_nid: *mut c_int,
        security_bits: *mut c_int,
        flags: *mut u32,
    ) -> c_int;
    pub fn X509_get_extension_flags(certificate: *mut X509) -> u32;
    pub fn X509_get_key_usage(certificate: *mut X509) -> u32;
    pub fn X509_get_X509_PUBKEY(certificate: *const X509) -> *const EncodedKey;
    pub fn X509_PUBKEY_get0_param(
        algorithm: *mut *mut ASN1_OBJECT,
        bytes: *mut *const c_uchar,
        length: *mut c_int,
        parameters: *mut *mut c_void,
        key: *const EncodedKey,
    ) -> c_int;
    pub fn X509_get0_notBefore(certificate: *const X509) -> *const ASN1_TIME;
    pub fn X509_get0_notAfter(certificate: *const X509) -> *const ASN1_TIME;

    // Stores
    pub fn X509_STORE_up_ref(store: *mut X509_STORE) -> c_int;
    pub fn X509_STORE_lock(store: *mut X509_STORE) -> c_int;
    pub fn X509_STORE_unlock(store: *mut X509_STORE) -> c_int;
    pub fn X509_STORE_load_path(store: *mut X509_STORE, path: *const c_char) -> c_int;
    #[cfg(test)]
    pub fn X509_STORE_load_locations(
        store: *mut X509_STORE,
        file: *const c_char,
        dir: *const c_char,
    ) -> c_int;
    #[cfg(test)]
    pub fn X509_STORE_get0_param(store: *const X509_STORE) -> *mut X509_VERIFY_PARAM;
    pub fn X509_LOOKUP_store() -> *mut X509_LOOKUP_METHOD;
    pub fn X509_STORE_get_verify(store: *const X509_STORE) -> AnyCallback;
    pub fn X509_STORE_get_verify_cb(store: *const X509_STORE) -> AnyCallback;
    pub fn X509_STORE_get_get_issuer(store: *const X509_STORE) -> AnyCallback;
    pub fn X509_STORE_get_check_issued(store: *const X509_STORE) -> AnyCallback;
    pub fn X509_STORE_get_check_revocation(store: *const X509_STORE) -> AnyCallback;
    pub fn X509_STORE_get_get_crl(store: *const X509_STORE) -> AnyCallback;
    pub fn X509_STORE_get_check_crl(store: *const X509_STORE) -> AnyCallback;
    pub fn X509_STORE_get_cert_crl(store: *const X509_STORE) -> AnyCallback;
    pub fn X509_STORE_get_check_policy(store: *const X509_STORE) -> AnyCallback;
    pub fn X509_STORE_get_lookup_certs(store: *const X509_STORE) -> AnyCallback;
    pub fn X509_STORE_get_lookup_crls(store: *const X509_STORE) -> AnyCallback;
    pub fn X509_STORE_get_cleanup(store: *const X509_STORE) -> AnyCallback;
    #[cfg(test)]
    pub fn X509_STORE_set_verify_cb(store: *mut X509_STORE, callback: Option<VerifyCallback>);

    // Verify parameters
    pub fn X509_VERIFY_PARAM_inherit(
        to: *mut X509_VERIFY_PARAM,
        from: *const X509_VERIFY_PARAM,
    ) -> c_int;
    pub fn X509_VERIFY_PARAM_set1(
        to: *mut X509_VERIFY_PARAM,
        from: *const X509_VERIFY_PARAM,
    ) -> c_int;
    pub fn X509_VERIFY_PARAM_set_trust(param: *mut X509_VERIFY_PARAM, trust: c_int) -> c_int;
    pub fn X509_VERIFY_PARAM_get_time(param: *const X509_VERIFY_PARAM) -> libc::time_t;
    pub fn X509_VERIFY_PARAM_get_depth(param: *const X509_VERIFY_PARAM) -> c_int;
    pub fn X509_VERIFY_PARAM_add1_host(
        param: *mut X509_VERIFY_PARAM,
        name: *const c_char,
        len: usize,
    ) -> c_int;
    pub fn X509_VERIFY_PARAM_set1_ip_asc(
        param: *mut X509_VERIFY_PARAM,
        address: *const c_char,
    ) -> c_int;
    pub fn X509_VERIFY_PARAM_get1_ip_asc(param: *mut X509_VERIFY_PARAM) -> *mut c_char;
    #[cfg(test)]
    pub fn X509_VERIFY_PARAM_get0_host(param: *mut X509_VERIFY_PARAM, index: c_int) -> *mut c_char;
    #[cfg(test)]
    pub fn X509_VERIFY_PARAM_get_hostflags(param: *const X509_VERIFY_PARAM) -> c_uint;
    pub fn X509_VERIFY_PARAM_get0_peername(param: *const X509_VERIFY_PARAM) -> *mut c_char;
    pub fn X509_VERIFY_PARAM_move_peername(
        to: *mut X509_VERIFY_PARAM,
        from: *mut X509_VERIFY_PARAM,
    );

    // Chain verification
    pub fn X509_STORE_CTX_get0_param(ctx: *const X509_STORE_CTX) -> *mut X509_VERIFY_PARAM;
    pub fn X509_STORE_CTX_set_default(ctx: *mut X509_STORE_CTX, name: *const c_char) -> c_int;
    pub fn X509_STORE_CTX_set_flags(ctx: *mut X509_STORE_CTX, flags: c_ulong);
    pub fn X509_STORE_CTX_set_ex_data(
        ctx: *mut X509_STORE_CTX,
        index: c_int,
        data: *mut c_void,
    ) -> c_int;
    pub fn X509_STORE_CTX_set_verify_cb(ctx: *mut X509_STORE_CTX, callback: VerifyCallback);
    pub fn X509_STORE_CTX_get_verify_cb(ctx: *const X509_STORE_CTX) -> Option<VerifyCallback>;
    pub fn X509_STORE_CTX_get_verify(ctx: *const X509_STORE_CTX) -> Option<VerifyStep>;
    pub fn X509_STORE_CTX_set_verify(ctx: *mut X509_STORE_CTX, verify: Option<VerifyStep>);
    pub fn X509_STORE_CTX_set_error_depth(ctx: *mut X509_STORE_CTX, depth: c_int);
    pub fn X509_STORE_CTX_set_current_cert(ctx: *mut X509_STORE_CTX, certificate: *mut X509);
    pub fn X509_STORE_CTX_get1_chain(ctx: *const X509_STORE_CTX) -> *mut stack_st_X509;

    // OSSL_STORE
    pub fn OSSL_STORE_open(
        uri: *const c_char,
        ui_method: *const c_void,
        ui_data: *mut c_void,
        post_process: Option<unsafe extern "C" fn()>,
        post_process_data: *mut c_void,
    ) -> *mut OsslStoreCtx;
    pub fn OSSL_STORE_load(ctx: *mut OsslStoreCtx) -> *mut OsslStoreInfo;
    pub fn OSSL_STORE_eof(ctx: *mut OsslStoreCtx) -> c_int;
    pub fn OSSL_STORE_error(ctx: *mut OsslStoreCtx) -> c_int;
    pub fn OSSL_STORE_close(ctx: *mut OsslStoreCtx) -> c_int;
    pub fn OSSL_STORE_INFO_get_type(info: *const OsslStoreInfo) -> c_int;
    pub fn OSSL_STORE_INFO_get0_CERT(info: *const OsslStoreInfo) -> *mut X509;
    pub fn OSSL_STORE_INFO_get0_NAME(info: *const OsslStoreInfo) -> *const c_char;
    pub fn OSSL_STORE_INFO_free(info: *mut OsslStoreInfo);

    // MAC
    pub fn EVP_MAC_fetch(
        library: *mut OSSL_LIB_CTX,
        algorithm: *const c_char,
        properties: *const c_char,
    ) -> *mut EVP_MAC;
    pub fn EVP_MAC_CTX_new(mac: *mut EVP_MAC) -> *mut EVP_MAC_CTX;
    pub fn EVP_MAC_CTX_free(ctx: *mut EVP_MAC_CTX);
    pub fn EVP_MAC_CTX_dup(ctx: *const EVP_MAC_CTX) -> *mut EVP_MAC_CTX;
    pub fn EVP_MAC_CTX_get_mac_size(ctx: *mut EVP_MAC_CTX) -> usize;
    #[cfg(test)]
    pub fn EVP_MAC_CTX_set_params(ctx: *mut EVP_MAC_CTX, params: *const OSSL_PARAM) -> c_int;
    pub fn EVP_MAC_init(
        ctx: *mut EVP_MAC_CTX,
        key: *const c_uchar,
        key_len: usize,
        params: *const OSSL_PARAM,
    ) -> c_int;
    pub fn EVP_MAC_update(ctx: *mut EVP_MAC_CTX, data: *const c_uchar, len: usize) -> c_int;
    pub fn EVP_MAC_final(
        ctx: *mut EVP_MAC_CTX,
        out: *mut c_uchar,
        len: *mut usize,
        size: usize,
    ) -> c_int;
    pub fn OSSL_PARAM_construct_utf8_string(
        key: *const c_char,
        text: *mut c_char,
        size: usize,
    ) -> OSSL_PARAM;
    pub fn HMAC_size(ctx: *const HMAC_CTX) -> usize;
    pub fn HMAC_CTX_get_md(ctx: *const HMAC_CTX) -> *const EVP_MD;

    // Digests
    pub fn EVP_Digest(
        data: *const c_void,
        len: usize,
        out: *mut c_uchar,
        size: *mut c_uint,
        digest: *const EVP_MD,
        engine: *mut ENGINE,
    ) -> c_int;
}
