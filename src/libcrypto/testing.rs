//! Keys, certificates and files for unit tests, made by libcrypto.

use std::ffi::{CStr, CString, c_char, c_int, c_long, c_void};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::libcrypto::bio::Bio;
use crate::libcrypto::error_queue;
use crate::libcrypto::ffi;
use crate::libcrypto::issuer_key::KnownKey;
use crate::libcrypto::key_kind::{KeyKind, NID_P384};
use crate::libcrypto::password::Password;
use crate::libcrypto::private_key::PrivateKey;
use crate::libcrypto::signed_certificate::EcdsaKey;
use crate::libcrypto::store::Store;
use crate::libcrypto::x509::X509;

unsafe extern "C" {
    fn EVP_PKEY_Q_keygen(
        library: *mut ffi::OSSL_LIB_CTX,
        properties: *const c_char,
        kind: *const c_char,
        ...
    ) -> *mut ffi::EVP_PKEY;
    fn X509V3_EXT_conf_nid(
        conf: *mut c_void,
        context: *mut c_void,
        nid: c_int,
        value: *const c_char,
    ) -> *mut ffi::X509_EXTENSION;
}

/// A certificate with its key.
pub struct Identity {
    /// The certificate.
    pub certificate: X509,
    /// Its key.
    pub key: PrivateKey,
}

/// An RSA key of 2048 bits, made once.
pub fn rsa_key() -> PrivateKey {
    static KEY: OnceLock<PrivateKey> = OnceLock::new();
    KEY.get_or_init(|| generated(c"RSA", &2048_usize)).clone()
}

/// An RSA-PSS key of 2048 bits, made once.
pub fn rsa_pss_key() -> PrivateKey {
    static KEY: OnceLock<PrivateKey> = OnceLock::new();
    KEY.get_or_init(|| {
        let mut raw = std::ptr::null_mut();
        // SAFETY: a new context, freed below; the result is a new key.
        unsafe {
            let context = ffi::EVP_PKEY_CTX_new_id(912, std::ptr::null_mut());
            ffi::EVP_PKEY_keygen_init(context);
            ffi::EVP_PKEY_keygen(context, &mut raw);
            ffi::EVP_PKEY_CTX_free(context);
            owned(raw)
        }
    })
    .clone()
}

/// A new key on a curve, by its NIST name.
pub fn ec_key(curve: &CStr) -> PrivateKey {
    // SAFETY: the variable argument of EC keys is the curve's name.
    unsafe {
        owned(EVP_PKEY_Q_keygen(
            std::ptr::null_mut(),
            std::ptr::null(),
            c"EC".as_ptr(),
            curve.as_ptr(),
        ))
    }
}

/// A new key of a kind without parameters.
pub fn key(kind: &CStr) -> PrivateKey {
    // SAFETY: no variable argument.
    unsafe {
        owned(EVP_PKEY_Q_keygen(
            std::ptr::null_mut(),
            std::ptr::null(),
            kind.as_ptr(),
        ))
    }
}

fn generated(kind: &CStr, bits: &usize) -> PrivateKey {
    // SAFETY: the variable argument of RSA keys is their size.
    unsafe {
        owned(EVP_PKEY_Q_keygen(
            std::ptr::null_mut(),
            std::ptr::null(),
            kind.as_ptr(),
            *bits,
        ))
    }
}

unsafe fn owned(raw: *mut ffi::EVP_PKEY) -> PrivateKey {
    // SAFETY: a new key, as the callers say.
    unsafe { PrivateKey::from_raw_owned(raw) }.unwrap()
}

/// A server's self-signed certificate.
pub fn self_signed(name: &str) -> Identity {
    self_signed_with(name, ec_key(c"P-256"))
}

/// The same with the caller's key.
pub fn self_signed_with(name: &str, key: PrivateKey) -> Identity {
    made(name, key, None, "CA:FALSE", 0)
}

/// A root certificate.
pub fn authority(name: &str) -> Identity {
    authority_with(name, ec_key(c"P-256"))
}

/// The same with the caller's key.
pub fn authority_with(name: &str, key: PrivateKey) -> Identity {
    made(name, key, None, "critical,CA:TRUE", 0)
}

/// The certificate of an authority that another authority has made.
pub fn issued_authority(name: &str, issuer: &Identity) -> Identity {
    made(name, ec_key(c"P-256"), Some(issuer), "critical,CA:TRUE", 0)
}

/// A server's certificate.
pub fn issued(name: &str, issuer: &Identity) -> Identity {
    issued_with(name, issuer, ec_key(c"P-256"))
}

/// The same with the caller's key.
pub fn issued_with(name: &str, issuer: &Identity, key: PrivateKey) -> Identity {
    made(name, key, Some(issuer), "CA:FALSE", 0)
}

/// A server's certificate that is no longer valid.
pub fn expired(name: &str, issuer: &Identity) -> Identity {
    made(
        name,
        ec_key(c"P-256"),
        Some(issuer),
        "CA:FALSE",
        -30 * 86400,
    )
}

fn made(
    name: &str,
    key: PrivateKey,
    issuer: Option<&Identity>,
    constraints: &str,
    shift: c_long,
) -> Identity {
    static SERIAL: AtomicUsize = AtomicUsize::new(1);
    let serial = SERIAL.fetch_add(1, Ordering::Relaxed) as c_long;
    let is_authority = constraints.ends_with("TRUE");
    // SAFETY: all objects are new or live; the certificate copies what it is given.
    unsafe {
        let certificate = X509::from_raw_owned(ffi::X509_new()).unwrap();
        let x = certificate.as_ptr();
        ffi::X509_set_version(x, 2);
        ffi::ASN1_INTEGER_set(ffi::X509_get_serialNumber(x), serial);
        ffi::X509_gmtime_adj(ffi::X509_getm_notBefore(x), shift - 3600);
        ffi::X509_gmtime_adj(ffi::X509_getm_notAfter(x), shift + 86400);
        ffi::X509_set_pubkey(x, key.as_ptr());
        let subject = ffi::X509_get_subject_name(x);
        ffi::X509_NAME_add_entry_by_txt(
            subject,
            c"CN".as_ptr(),
            0x1001,
            name.as_ptr(),
            name.len() as c_int,
            -1,
            0,
        );
        let issuer_name = issuer.map_or(subject, |issuer| {
            ffi::X509_get_subject_name(issuer.certificate.as_ptr())
        });
        ffi::X509_set_issuer_name(x, issuer_name);
        extend(&certificate, 87, constraints);
        if !is_authority {
            extend(&certificate, 85, &format!("DNS:{name}"));
            extend(&certificate, 126, "serverAuth");
        }
        let signer = issuer.map_or(&key, |issuer| &issuer.key);
        let digest = match signer.kind() {
            KeyKind::Ed25519 | KeyKind::Ed448 => std::ptr::null(),
            KeyKind::Ec { nid: NID_P384 } => ffi::EVP_sha384(),
            _ => ffi::EVP_sha256(),
        };
        assert!(ffi::X509_sign(x, signer.as_ptr(), digest) > 0);
        Identity { certificate, key }
    }
}

fn extend(certificate: &X509, nid: c_int, value: &str) {
    let value = CString::new(value).unwrap();
    // SAFETY: live objects; the extension is copied.
    unsafe {
        let none = std::ptr::null_mut();
        let extension = X509V3_EXT_conf_nid(none, none, nid, value.as_ptr());
        assert!(!extension.is_null());
        assert_eq!(ffi::X509_add_ext(certificate.as_ptr(), extension, -1), 1);
        ffi::X509_EXTENSION_free(extension);
    }
}

/// The key of a certificate on P-256 or P-384.
pub fn ecdsa_key(certificate: &X509) -> EcdsaKey {
    KnownKey::copy_of(certificate).unwrap().ecdsa.unwrap()
}

/// A certificate with what is signed of `signed`, and the signature of `other`, DER. Both are signed
/// with the same algorithm.
pub fn with_signature_of(signed: &X509, other: &X509) -> Vec<u8> {
    // SAFETY: a live certificate, whose signature lives as long.
    let signature = |certificate: &X509| unsafe {
        let (mut signature, mut algorithm) = (std::ptr::null(), std::ptr::null());
        ffi::X509_get0_signature(&mut signature, &mut algorithm, certificate.as_ptr());
        let signature = signature.cast::<ffi::ASN1_STRING>();
        std::slice::from_raw_parts(
            ffi::ASN1_STRING_get0_data(signature),
            ffi::ASN1_STRING_length(signature) as usize,
        )
        .to_vec()
    };
    let (own, others) = (signature(signed), signature(other));
    let mut der = signed.to_der().unwrap();
    der.truncate(der.len() - own.len());
    // ECDSA signatures differ in length by a few bytes at most, so the lengths stay one or two bytes.
    let longer = others.len() as i32 - own.len() as i32;
    let bits = der.len() - 2;
    der[bits] = (i32::from(der[bits]) + longer) as u8;
    let length = i32::from(u16::from_be_bytes([der[2], der[3]])) + longer;
    der[2..4].copy_from_slice(&(length as u16).to_be_bytes());
    der.extend(others);
    der
}

/// Whether `store` trusts `certificate` without intermediates.
pub fn trusts(store: &Store, certificate: &X509) -> bool {
    // SAFETY: live objects; the context is freed.
    let trusted = unsafe {
        let context = ffi::X509_STORE_CTX_new();
        ffi::X509_STORE_CTX_init(
            context,
            store.as_ptr(),
            certificate.as_ptr(),
            std::ptr::null_mut(),
        );
        let trusted = ffi::X509_verify_cert(context) == 1;
        ffi::X509_STORE_CTX_free(context);
        trusted
    };
    error_queue::clear();
    trusted
}

/// The file name under which a directory of trusted certificates holds this one.
pub fn hashed_name(certificate: &X509) -> String {
    // SAFETY: a live certificate.
    let hash = unsafe { ffi::X509_subject_name_hash(certificate.as_ptr()) };
    format!("{hash:08x}.0")
}

/// A certificate in PEM.
pub fn certificate_pem(certificate: &X509) -> Vec<u8> {
    let bio = Bio::memory().unwrap();
    // SAFETY: live objects.
    let written = unsafe { ffi::PEM_write_bio_X509(bio.as_ptr(), certificate.as_ptr()) };
    assert_eq!(written, 1);
    bio.read_available(usize::MAX)
}

/// A key in PEM.
pub fn key_pem(key: &PrivateKey) -> Vec<u8> {
    pem_with(key, std::ptr::null(), "")
}

/// A key in PEM, encrypted.
pub fn encrypted_pem(key: &PrivateKey, password: &str) -> Vec<u8> {
    // SAFETY: a constant object.
    pem_with(key, unsafe { ffi::EVP_aes_128_cbc() }, password)
}

fn pem_with(key: &PrivateKey, cipher: *const ffi::EVP_CIPHER, password: &str) -> Vec<u8> {
    let bio = Bio::memory().unwrap();
    // SAFETY: live objects, and as many readable bytes as given.
    let written = unsafe {
        ffi::PEM_write_bio_PKCS8PrivateKey(
            bio.as_ptr(),
            key.as_ptr(),
            cipher,
            password.as_ptr().cast(),
            password.len() as c_int,
            None,
            std::ptr::null_mut(),
        )
    };
    assert_eq!(written, 1);
    bio.read_available(usize::MAX)
}

/// A password that is given without a callback.
pub fn password(text: &'static CStr) -> Password {
    // SAFETY: no callback, and a C string that lives for ever.
    unsafe { Password::new(None, text.as_ptr().cast_mut().cast()) }
}

/// A directory that is removed when the value is dropped.
pub struct Directory(PathBuf);

impl Directory {
    /// A new one.
    pub fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("reprise-{}-{count}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// Writes a file and gives its path.
    pub fn file(&self, name: &str, content: &[u8]) -> CString {
        let path = self.0.join(name);
        std::fs::write(&path, content).unwrap();
        CString::new(path.as_os_str().as_bytes()).unwrap()
    }

    /// Its own path.
    pub fn path(&self) -> CString {
        CString::new(self.0.as_os_str().as_bytes()).unwrap()
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
