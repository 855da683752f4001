//! Cipher suites (SSL_CIPHER_get_name(3), SSL_CTX_set_cipher_list(3)).
//!
//! A `SSL_CIPHER` is one of a table that never changes: pointers to it are valid for ever, are
//! never freed, and may be used by any number of threads.

use std::ffi::{c_char, c_int};
use std::ptr;

use openssl_sys as ffi;

use crate::abi::call::call;
use crate::abi::pointer::{borrow, borrow_quietly, c_str, store};
use crate::cipher::list::{DEFAULT_CIPHER_LIST, DEFAULT_CIPHERSUITES};
use crate::cipher::{Cipher, Group};
use crate::connection::Connection;
use crate::error::Error;
use crate::libcrypto::digest::digest_by_name;
use crate::libcrypto::memory;

/// The name of a NULL cipher.
const NO_NAME: *const c_char = c"(NONE)".as_ptr();

/// Smallest buffer for a description, in bytes.
const DESCRIPTION_SIZE: usize = 128;

/// Returns OpenSSL's name of `cipher`, such as "ECDHE-RSA-AES128-GCM-SHA256"
/// (SSL_CIPHER_get_name(3)). "(NONE)" for NULL. Puts no error on the queue.
///
/// Lifetime: static.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CIPHER_get_name(cipher: *const Cipher) -> *const c_char {
    // SAFETY: the caller passes NULL or one of the table.
    unsafe { known(cipher) }.map_or(NO_NAME, |cipher| cipher.name.as_ptr())
}

/// Returns the name of `cipher` in IANA's registry, such as "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
/// (SSL_CIPHER_standard_name(3)). "(NONE)" for NULL. Puts no error on the queue.
///
/// Lifetime: static.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CIPHER_standard_name(cipher: *const Cipher) -> *const c_char {
    // SAFETY: the caller passes NULL or one of the table.
    unsafe { known(cipher) }.map_or(NO_NAME, |cipher| cipher.standard_name.as_ptr())
}

/// Returns OpenSSL's name of the cipher suite that IANA's registry calls `rfc_name`
/// (OPENSSL_cipher_name(3)). "(NONE)" for NULL and for names that are not known. Puts no error on
/// the queue.
///
/// Lifetime: static.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn OPENSSL_cipher_name(rfc_name: *const c_char) -> *const c_char {
    // SAFETY: the caller passes NULL or a C string.
    unsafe { c_str(rfc_name) }
        .and_then(|name| Cipher::from_standard_name(name.to_bytes()))
        .map_or(NO_NAME, |cipher| cipher.name.as_ptr())
}

/// Returns the secret bits of `cipher`, and in `*alg_bits`, unless that is NULL, the bits of its
/// key (SSL_CIPHER_get_bits(3)). 0, with `*alg_bits` left alone, for NULL. Puts no error on the
/// queue.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CIPHER_get_bits(cipher: *const Cipher, alg_bits: *mut c_int) -> c_int {
    // SAFETY: the caller passes NULL or one of the table.
    let Some(cipher) = (unsafe { known(cipher) }) else {
        return 0;
    };
    // SAFETY: the caller passes NULL or a place for an int.
    unsafe { store(alg_bits, cipher.bits()) };
    cipher.bits()
}

/// Returns the protocol version that first had `cipher`, such as "TLSv1.2"
/// (SSL_CIPHER_get_version(3)). "(NONE)" for NULL. Puts no error on the queue.
///
/// Lifetime: static.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CIPHER_get_version(cipher: *const Cipher) -> *const c_char {
    // SAFETY: the caller passes NULL or one of the table.
    unsafe { known(cipher) }.map_or(NO_NAME, |cipher| cipher.version_name().as_ptr())
}

/// Describes `cipher` in one line, with a newline at its end: name, lowest version, key exchange,
/// authentication, encryption, MAC (SSL_CIPHER_description(3)). The line is written to `buf` of
/// `size` bytes, at least 128; or, when `buf` is NULL, to new memory that the caller frees with
/// `OPENSSL_free`.
///
/// Returns the line. Returns NULL without an error on the queue when the buffer is too small; NULL
/// with an error when `cipher` is NULL or memory is short.
///
/// Lifetime: the caller's, freed by `OPENSSL_free`, or the caller's buffer.
///
/// # Safety
/// `buf` is NULL or has `size` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CIPHER_description(
    cipher: *const Cipher,
    buf: *mut c_char,
    size: c_int,
) -> *mut c_char {
    call(c"SSL_CIPHER_description", ptr::null_mut(), || {
        // SAFETY: the caller passes NULL or one of the table.
        let line = format!("{}\n\0", unsafe { borrow(cipher) }?);
        let (out, room) = match usize::try_from(size) {
            _ if buf.is_null() => (memory::allocate(DESCRIPTION_SIZE)?.cast(), DESCRIPTION_SIZE),
            Ok(size) if size >= DESCRIPTION_SIZE => (buf, size),
            _ => return Err(Error::Silent),
        };
        debug_assert!(line.len() <= room);
        // SAFETY: no line is longer than 128 bytes, and there is room for as many.
        unsafe { ptr::copy_nonoverlapping(line.as_ptr().cast(), out, line.len().min(room)) };
        Ok(out)
    })
}

/// Returns libcrypto's NID of the encryption of `cipher` (SSL_CIPHER_get_cipher_nid(3));
/// `NID_undef` for suites that do not encrypt, and for NULL. Puts no error on the queue.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CIPHER_get_cipher_nid(cipher: *const Cipher) -> c_int {
    // SAFETY: the caller passes NULL or one of the table.
    unsafe { known(cipher) }.map_or(ffi::NID_undef, |cipher| cipher.encryption.nid())
}

/// Returns libcrypto's NID of the hash that authenticates the records of `cipher`
/// (SSL_CIPHER_get_digest_nid(3)); `NID_undef` for AEADs, and for NULL. Puts no error on the queue.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CIPHER_get_digest_nid(cipher: *const Cipher) -> c_int {
    // SAFETY: the caller passes NULL or one of the table.
    unsafe { known(cipher) }.map_or(ffi::NID_undef, |cipher| cipher.mac.nid())
}

/// Returns libcrypto's NID of the key exchange of `cipher`, such as `NID_kx_ecdhe`
/// (SSL_CIPHER_get_kx_nid(3)); `NID_kx_any` for suites of TLS 1.3, `NID_undef` for NULL. Puts no
/// error on the queue.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CIPHER_get_kx_nid(cipher: *const Cipher) -> c_int {
    // SAFETY: the caller passes NULL or one of the table.
    unsafe { known(cipher) }.map_or(ffi::NID_undef, |cipher| cipher.key_exchange.nid())
}

/// Returns libcrypto's NID of the authentication of `cipher`, such as `NID_auth_rsa`
/// (SSL_CIPHER_get_auth_nid(3)); `NID_auth_any` for suites of TLS 1.3, `NID_undef` for NULL. Puts
/// no error on the queue.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CIPHER_get_auth_nid(cipher: *const Cipher) -> c_int {
    // SAFETY: the caller passes NULL or one of the table.
    unsafe { known(cipher) }.map_or(ffi::NID_undef, |cipher| cipher.authentication.nid())
}

/// Returns the hash of the handshake with `cipher`: that of the PRF in TLS 1.2, of HKDF in TLS 1.3
/// (SSL_CIPHER_get_handshake_digest(3)). A PSK can be used with the suites that have its hash.
/// Returns NULL for NULL. Puts no error on the queue.
///
/// Lifetime: static.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CIPHER_get_handshake_digest(
    cipher: *const Cipher,
) -> *const ffi::EVP_MD {
    // SAFETY: the caller passes NULL or one of the table.
    let digest = unsafe { known(cipher) }.and_then(|cipher| cipher.handshake_digest);
    digest.map_or(ptr::null(), |digest| digest_by_name(digest.name()))
}

/// Returns 1 when `cipher` protects records with an AEAD, else 0 (SSL_CIPHER_is_aead(3)); 0 for
/// NULL. Puts no error on the queue.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CIPHER_is_aead(cipher: *const Cipher) -> c_int {
    // SAFETY: the caller passes NULL or one of the table.
    unsafe { known(cipher) }.map_or(0, |cipher| c_int::from(cipher.is_aead()))
}

/// Returns OpenSSL's number of `cipher`, 0x03000000 plus that of IANA's registry
/// (SSL_CIPHER_get_id(3)). 0 for NULL. Puts no error on the queue.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CIPHER_get_id(cipher: *const Cipher) -> u32 {
    // SAFETY: the caller passes NULL or one of the table.
    unsafe { known(cipher) }.map_or(0, |cipher| cipher.id)
}

/// Returns the number of `cipher` in IANA's registry and on the wire
/// (SSL_CIPHER_get_protocol_id(3)). 0 for NULL. Puts no error on the queue.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CIPHER_get_protocol_id(cipher: *const Cipher) -> u16 {
    // SAFETY: the caller passes NULL or one of the table.
    unsafe { known(cipher) }.map_or(0, Cipher::wire)
}

/// Returns the cipher string that `DEFAULT` stands for (OSSL_default_cipher_list(3)).
///
/// Lifetime: static.
#[unsafe(no_mangle)]
pub extern "C" fn OSSL_default_cipher_list() -> *const c_char {
    DEFAULT_CIPHER_LIST.as_ptr()
}

/// Returns the TLS 1.3 suites of a new context, in the form that `SSL_CTX_set_ciphersuites` takes
/// (OSSL_default_ciphersuites(3)).
///
/// Lifetime: static.
#[unsafe(no_mangle)]
pub extern "C" fn OSSL_default_ciphersuites() -> *const c_char {
    DEFAULT_CIPHERSUITES.as_ptr()
}

/// Returns the name of the group with number `id`, as `SSL_get_negotiated_group` and
/// `SSL_get_shared_group` return it (SSL_group_to_name(3)). NULL when the group is not known. Puts
/// no error on the queue. `ssl` is not used and may be NULL.
///
/// Lifetime: that of the context.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_group_to_name(ssl: *mut Connection, id: c_int) -> *const c_char {
    let _ = ssl;
    Group::from_reported(id).map_or(ptr::null(), |group| group.name.as_ptr())
}

/// The suite that `cipher` points to; none for NULL and for a cipher of another libssl.
///
/// # Safety
/// `cipher` is NULL, or readable.
unsafe fn known(cipher: *const Cipher) -> Option<&'static Cipher> {
    // SAFETY: as the caller promises; all suites are static.
    unsafe { borrow_quietly(cipher) }.ok()
}

#[cfg(test)]
mod tests {
    use std::ffi::CStr;

    use super::*;

    fn text(pointer: *const c_char) -> &'static str {
        // SAFETY: the functions under test return static C strings.
        unsafe { CStr::from_ptr(pointer) }.to_str().unwrap()
    }

    #[test]
    fn a_description_is_written_into_a_buffer_that_is_large_enough() {
        let cipher = Cipher::from_wire(0xc02f).unwrap();
        let mut buffer = [1 as c_char; 128];
        // SAFETY: a cipher, and a buffer of the size said.
        unsafe {
            let written = SSL_CIPHER_description(cipher, buffer.as_mut_ptr(), 128);
            assert_eq!(written, buffer.as_mut_ptr());
            assert_eq!(
                CStr::from_ptr(written).to_str().unwrap(),
                "ECDHE-RSA-AES128-GCM-SHA256    TLSv1.2 Kx=ECDH     Au=RSA   \
                 Enc=AESGCM(128)            Mac=AEAD\n"
            );
            assert!(SSL_CIPHER_description(cipher, buffer.as_mut_ptr(), 127).is_null());
            assert!(SSL_CIPHER_description(cipher, buffer.as_mut_ptr(), -1).is_null());
        }
    }

    #[test]
    fn a_description_without_a_buffer_is_the_callers_to_free() {
        for cipher in Cipher::known() {
            // SAFETY: a cipher; what comes back is freed once.
            unsafe {
                let line = SSL_CIPHER_description(cipher, ptr::null_mut(), 0);
                assert!(CStr::from_ptr(line).to_bytes().ends_with(b"\n"));
                memory::free(line.cast());
            }
        }
    }

    #[test]
    fn no_cipher_has_no_name_and_no_properties() {
        // SAFETY: all of them tolerate NULL.
        unsafe {
            assert_eq!(text(SSL_CIPHER_get_name(ptr::null())), "(NONE)");
            assert_eq!(text(SSL_CIPHER_standard_name(ptr::null())), "(NONE)");
            assert_eq!(text(SSL_CIPHER_get_version(ptr::null())), "(NONE)");
            assert_eq!(text(OPENSSL_cipher_name(ptr::null())), "(NONE)");
            assert_eq!(text(OPENSSL_cipher_name(c"nope".as_ptr())), "(NONE)");
            assert_eq!(SSL_CIPHER_get_bits(ptr::null(), ptr::null_mut()), 0);
            assert_eq!(SSL_CIPHER_get_id(ptr::null()), 0);
            assert!(SSL_CIPHER_get_handshake_digest(ptr::null()).is_null());
        }
    }

    #[test]
    fn a_registry_name_leads_to_openssls() {
        let name = c"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256";
        // SAFETY: a C string.
        let name = text(unsafe { OPENSSL_cipher_name(name.as_ptr()) });
        assert_eq!(name, "ECDHE-RSA-CHACHA20-POLY1305");
    }

    #[test]
    fn the_hash_of_the_handshake_is_libcryptos() {
        let digest = |number| {
            let cipher = Cipher::from_wire(number).unwrap();
            // SAFETY: a cipher.
            unsafe { SSL_CIPHER_get_handshake_digest(cipher) }
        };
        // SAFETY: these return constant objects.
        unsafe {
            assert_eq!(digest(0x1302), ffi::EVP_sha384());
            assert_eq!(digest(0xc02f), ffi::EVP_sha256());
        }
        assert!(!digest(0x002f).is_null());
    }

    #[test]
    fn groups_have_names() {
        // SAFETY: the SSL is not used.
        unsafe {
            assert_eq!(text(SSL_group_to_name(ptr::null_mut(), 1034)), "x25519");
            assert!(SSL_group_to_name(ptr::null_mut(), 9999).is_null());
        }
    }
}
