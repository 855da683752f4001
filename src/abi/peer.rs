//! The peer's certificates (SSL_get_peer_certificate(3), SSL_get_peer_cert_chain(3)), and the
//! signatures of the handshake (SSL_get_peer_signature_nid(3), SSL_get_shared_sigalgs(3)).

use std::ffi::{c_int, c_uchar};
use std::ptr;

use openssl_sys as ffi;

use super::call::call;
use super::pointer::{borrow_quietly, store};
use crate::cipher::SignatureAlgorithm;
use crate::connection::{Connection, Role, parsed_chain, parsed_issuers, parsed_leaf};
use crate::error::{Error, Result};
use crate::libcrypto::x509::X509;

/// Returns the peer's certificate, or NULL when it has sent none. After a resumption it is the
/// session's, the same object that `SSL_SESSION_get0_peer` returns. It may be untrusted: see
/// `SSL_get_verify_result`.
///
/// The sessions of this handshake, and connections that resume one of them as the same object, lend
/// the same certificate object; all others have their own.
///
/// Lifetime: until the connection has another session, or ends.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get0_peer_certificate(ssl: *const Connection) -> *mut ffi::X509 {
    call(c"SSL_get0_peer_certificate", ptr::null_mut(), || {
        // SAFETY: NULL or live, as the caller promises.
        let certificate = unsafe { peer_certificate(ssl) }?;
        // The connection or its session keeps the certificate.
        Ok(certificate.as_ptr())
    })
}

/// As `SSL_get0_peer_certificate`, with a reference that the caller drops with `X509_free`.
///
/// Lifetime: the caller's, freed by `X509_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get1_peer_certificate(ssl: *const Connection) -> *mut ffi::X509 {
    call(c"SSL_get1_peer_certificate", ptr::null_mut(), || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { peer_certificate(ssl) }?.into_raw())
    })
}

/// Returns the certificates that the peer sent, unverified and in the peer's order: on a client all
/// of them, on a server those after the client's own. NULL when the peer has sent none, and after a
/// resumption from a session that was read from DER or from a ticket, which keep only the peer's
/// own certificate. `SSL_get0_verified_chain` returns the chain that was built from them.
///
/// Lifetime: until the connection has another session, or ends.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_peer_cert_chain(
    ssl: *const Connection,
) -> *mut ffi::stack_st_X509 {
    call(c"SSL_get_peer_cert_chain", ptr::null_mut(), || {
        // SAFETY: NULL or live, as the caller promises.
        let connection = unsafe { borrow_quietly(ssl) }?;
        let peer = connection.peer().ok_or(Error::Silent)?;
        if !peer.is_whole() {
            return Ok(ptr::null_mut());
        }
        let chain = match connection.role() {
            Some(Role::Server) => parsed_issuers(&peer),
            _ => parsed_chain(&peer),
        };
        // The connection or its session keeps the certificate.
        Ok(chain.ok_or(Error::Queued)?.as_ptr())
    })
}

/// Returns the chain that was built to verify the peer's certificate, that certificate first. The
/// chain may be incomplete unless `SSL_get_verify_result` is `X509_V_OK`. NULL when nothing was
/// verified, as after a resumption.
///
/// Lifetime: until the next handshake.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get0_verified_chain(
    ssl: *const Connection,
) -> *mut ffi::stack_st_X509 {
    call(c"SSL_get0_verified_chain", ptr::null_mut(), || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ssl) }?.peer.lend_verified_chain())
    })
}

/// Stores in `*pnid` the type of the peer's signature in the handshake: the NID of the key type, or
/// `EVP_PKEY_RSA_PSS` for all signatures with PSS padding.
///
/// Returns 1; 0 when the peer has signed nothing, as after a resumption.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_peer_signature_type_nid(
    ssl: *const Connection,
    pnid: *mut c_int,
) -> c_int {
    call(c"SSL_get_peer_signature_type_nid", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let algorithm = unsafe { borrow_quietly(ssl) }?.peer.signatures.peer();
        // SAFETY: NULL or writable, as the caller promises.
        unsafe { store(pnid, algorithm.ok_or(Error::Silent)?.signature_nid) };
        Ok(1)
    })
}

/// As `SSL_get_peer_signature_type_nid`, for the signature that this side made.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_signature_type_nid(
    ssl: *const Connection,
    pnid: *mut c_int,
) -> c_int {
    call(c"SSL_get_signature_type_nid", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let algorithm = unsafe { borrow_quietly(ssl) }?.peer.signatures.own();
        // SAFETY: NULL or writable, as the caller promises.
        unsafe { store(pnid, algorithm.ok_or(Error::Silent)?.signature_nid) };
        Ok(1)
    })
}

/// Describes the signature algorithm number `idx` that the peer accepts, in the peer's order: the
/// NIDs of the key type, of the hash and of both together (0 for none and for unknown), and its two
/// bytes on the wire. Each result may be NULL. A negative `idx` stores nothing.
///
/// The peer lists the algorithms in its ClientHello or CertificateRequest.
///
/// Returns how many there are; 0 when `idx` is too great, before that message, and after a
/// resumption.
///
/// Status: partial (on a client those are missing that a server takes in certificates only)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_sigalgs(
    ssl: *mut Connection,
    idx: c_int,
    psign: *mut c_int,
    phash: *mut c_int,
    psignandhash: *mut c_int,
    rsig: *mut c_uchar,
    rhash: *mut c_uchar,
) -> c_int {
    call(c"SSL_get_sigalgs", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let schemes = unsafe { borrow_quietly(ssl) }?.peer.signatures.accepted();
        if let Ok(index) = usize::try_from(idx) {
            let scheme = *schemes.get(index).ok_or(Error::Silent)?;
            let algorithm = SignatureAlgorithm::from_id(scheme);
            // SAFETY: NULL or writable, as the caller promises.
            unsafe {
                store_nids(algorithm, psign, phash, psignandhash);
                store_bytes(scheme, rsig, rhash);
            }
        }
        Ok(count(schemes.len()))
    })
}

/// As `SSL_get_sigalgs`, for the algorithms that both sides accept, best first.
///
/// Returns how many there are; 0 also for a negative `idx`.
///
/// Status: partial (on a client those are missing that a server takes in certificates only)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_shared_sigalgs(
    ssl: *mut Connection,
    idx: c_int,
    psign: *mut c_int,
    phash: *mut c_int,
    psignandhash: *mut c_int,
    rsig: *mut c_uchar,
    rhash: *mut c_uchar,
) -> c_int {
    call(c"SSL_get_shared_sigalgs", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let shared = unsafe { borrow_quietly(ssl) }?.shared_signatures();
        let index = usize::try_from(idx).map_err(|_| Error::Silent)?;
        let algorithm = *shared.get(index).ok_or(Error::Silent)?;
        // SAFETY: NULL or writable, as the caller promises.
        unsafe {
            store_nids(Some(algorithm), psign, phash, psignandhash);
            store_bytes(algorithm.id, rsig, rhash);
        }
        Ok(count(shared.len()))
    })
}

/// # Safety
/// `ssl` is NULL or a live connection.
unsafe fn peer_certificate(ssl: *const Connection) -> Result<X509> {
    // SAFETY: as the caller promises.
    let peer = unsafe { borrow_quietly(ssl) }?.peer();
    let peer = peer.ok_or(Error::Silent)?;
    let leaf = parsed_leaf(&peer);
    Ok(leaf.ok_or(Error::Queued)?.clone())
}

/// # Safety
/// The pointers are NULL or may be written.
unsafe fn store_nids(
    algorithm: Option<&SignatureAlgorithm>,
    psign: *mut c_int,
    phash: *mut c_int,
    psignandhash: *mut c_int,
) {
    // SAFETY: as the caller promises.
    unsafe {
        store(psign, algorithm.map_or(0, |known| known.signature_nid));
        store(phash, algorithm.map_or(0, |known| known.hash_nid));
        store(
            psignandhash,
            algorithm.map_or(0, |known| known.combined_nid),
        );
    }
}

/// In TLS 1.2 a scheme is a hash and a signature, one byte each.
///
/// # Safety
/// The pointers are NULL or may be written.
unsafe fn store_bytes(scheme: u16, rsig: *mut c_uchar, rhash: *mut c_uchar) {
    let [hash, signature] = scheme.to_be_bytes();
    // SAFETY: as the caller promises.
    unsafe {
        store(rsig, signature);
        store(rhash, hash);
    }
}

fn count(len: usize) -> c_int {
    c_int::try_from(len).unwrap_or(0)
}
