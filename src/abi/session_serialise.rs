//! Sessions as DER and PEM (`d2i_SSL_SESSION(3)`, `PEM_read_bio_SSL_SESSION(3)`).

use std::ffi::{CStr, c_int, c_long, c_uchar, c_void};
use std::ptr::null_mut;

use libc::FILE;
use openssl_sys as ffi;

use crate::abi::call::{call, queue};
use crate::abi::pointer::{borrow, borrow_quietly, bytes, optional};
use crate::callback::PasswordFunction;
use crate::cipher::Cipher;
use crate::error::{Error, Reason, Result};
use crate::libcrypto::bio::Bio;
use crate::libcrypto::memory;
use crate::libcrypto::password::Password;
use crate::libcrypto::pem;
use crate::libcrypto::pem_file::ERR_R_ASN1_LIB;
use crate::session::der::{self, Encoding};
use crate::session::{Session, SessionRef};

/// `PEM_STRING_SSL_SESSION`
const PEM_NAME: &CStr = c"SSL SESSION PARAMETERS";

/// Writes a session as DER. The encoding holds the session's secrets. It does not hold whether the
/// session is not resumable, the peer's chain beyond its own certificate, and application data.
///
/// With `pp` NULL nothing is written. With `*pp` NULL, memory is allocated, `*pp` points to it
/// afterwards, and the caller frees it with `OPENSSL_free()`. Else the bytes are written to `*pp`,
/// which has room for them, and `*pp` moves past them.
///
/// Returns the length; 0 for NULL and for a session without a cipher, without an error on the
/// queue; 0 with an error when memory is short. Other threads may use the session at the same time;
/// if one of them sets longer fields between two calls, the second encoding is longer.
///
/// Lifetime: the caller's, freed by `OPENSSL_free`, when *pp was NULL.
///
/// # Safety
/// `pp` is NULL or points to NULL or to enough room.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn i2d_SSL_SESSION(input: *const Session, pp: *mut *mut c_uchar) -> c_int {
    call(c"i2d_SSL_SESSION", 0, || {
        // SAFETY: NULL or a live session, as the caller promises.
        let session = unsafe { borrow_quietly(input) }?;
        let reading = session.read();
        let view = reading.view();
        let encoding = Encoding::new(&view).ok_or(Error::Silent)?;
        let len = encoding.size();
        // SAFETY: as the caller promises.
        unsafe { put(pp, len, |out| encoding.write(out)) }?;
        Ok(len as c_int)
    })
}

/// Puts `len` bytes where `i2d_…` functions put them: to `*pp`, which moves past them, or into new
/// memory if `*pp` is NULL. Nowhere if `pp` is NULL.
///
/// # Safety
/// `pp` is NULL or points to NULL or to enough room.
unsafe fn put(pp: *mut *mut c_uchar, len: usize, write: impl FnOnce(&mut [u8])) -> Result<()> {
    // SAFETY: NULL or readable and writable, as the caller promises.
    let Some(place) = (unsafe { pp.as_mut() }) else {
        return Ok(());
    };
    let (start, end) = match place.is_null() {
        true => {
            let memory: *mut c_uchar = memory::allocate(len)?.cast();
            (memory, memory)
        }
        false => (*place, place.wrapping_add(len)),
    };
    // SAFETY: new memory of that length, or enough room, as the caller promises. The bytes are
    // written before they are read.
    write(unsafe {
        start.write_bytes(0, len);
        std::slice::from_raw_parts_mut(start, len)
    });
    *place = end;
    Ok(())
}

/// Reads a session from the DER at `*pp`, which is at most `length` bytes long; more may follow
/// it. On success `*pp` moves past the session, on failure it stays.
///
/// When `a` is not NULL and `*a` is a session, that session gets the fields that were read, and is
/// returned without a new reference; on failure it is unchanged. Else a new session is made, with
/// one reference that the caller owns, and stored in `*a` unless `a` is NULL. No cache has it.
///
/// Returns the session or NULL. Errors on the queue: `SSL_R_UNKNOWN_SSL_VERSION` for another
/// version of the format, `SSL_R_UNSUPPORTED_SSL_VERSION` for a version that is neither TLS nor
/// DTLS, `SSL_R_CIPHER_CODE_WRONG_LENGTH`, `SSL_R_BAD_LENGTH` for the compression method, and
/// `ERR_R_ASN1_LIB` for any other encoding. No error is queued for an unknown cipher, nor for an
/// id, id context or master key that is too long. The peer's certificate is parsed when a caller
/// first asks for it, so a broken one fails only then.
///
/// Lifetime: the caller's, freed by `SSL_SESSION_free`.
///
/// # Safety
/// `a` is NULL or points to NULL or to a live session; `pp` points to a pointer to `length`
/// readable bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn d2i_SSL_SESSION(
    a: *mut *mut Session,
    pp: *mut *const c_uchar,
    length: c_long,
) -> *mut Session {
    call(c"d2i_SSL_SESSION", null_mut(), || {
        // SAFETY: NULL or readable and writable, as the caller promises.
        let place = unsafe { pp.as_mut() }.ok_or(Error::new(Reason::PASSED_NULL_PARAMETER))?;
        let length = usize::try_from(length).unwrap_or(0);
        // SAFETY: NULL or as many readable bytes, as the caller promises.
        let input = unsafe { bytes(*place, length) };
        // SAFETY: as the caller promises.
        let (session, consumed) = unsafe { read(a, input) }?;
        // SAFETY: within the input.
        *place = unsafe { place.add(consumed) };
        Ok(session)
    })
}

/// Reads the next PEM block named `SSL SESSION PARAMETERS` from a BIO; other blocks are skipped.
/// `cb` and `u` provide the password if the block is encrypted, as in `PEM_read_bio_PrivateKey(3)`.
/// The session is stored as by `d2i_SSL_SESSION()`, with `x` for `a`.
///
/// Returns the session or NULL, with errors of libcrypto or of `d2i_SSL_SESSION()` on the queue;
/// `ERR_R_ASN1_LIB` is the last one when the block is not a valid session.
///
/// Lifetime: the caller's, freed by `SSL_SESSION_free`.
///
/// # Safety
/// `x` is NULL or points to NULL or to a live session; `cb` may be called with `u`; without `cb`,
/// `u` is NULL or a NUL-terminated string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PEM_read_bio_SSL_SESSION(
    out: *mut ffi::BIO,
    x: *mut *mut Session,
    cb: PasswordFunction,
    u: *mut c_void,
) -> *mut Session {
    call(c"PEM_read_bio_SSL_SESSION", null_mut(), || {
        // SAFETY: NULL or a live BIO, as the caller promises.
        let bio = unsafe { lend_bio(&out) }?;
        // SAFETY: as the caller promises.
        unsafe { read_pem(&bio, x, Password::new(cb, u)) }
    })
}

/// Like `PEM_read_bio_SSL_SESSION()`, but reads from a `FILE`, which stays open.
///
/// Returns the session, which the caller frees with `SSL_SESSION_free`.
///
/// Lifetime: the caller's, freed by `SSL_SESSION_free`.
///
/// # Safety
/// `out` is a live stream; the rest as for `PEM_read_bio_SSL_SESSION()`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PEM_read_SSL_SESSION(
    out: *mut FILE,
    x: *mut *mut Session,
    cb: PasswordFunction,
    u: *mut c_void,
) -> *mut Session {
    call(c"PEM_read_SSL_SESSION", null_mut(), || {
        // SAFETY: a live stream, as the caller promises.
        let bio = unsafe { open_stream(out) }?;
        // SAFETY: as the caller promises.
        unsafe { read_pem(&bio, x, Password::new(cb, u)) }
    })
}

/// Writes a session to a BIO as a PEM block named `SSL SESSION PARAMETERS`. It is not encrypted
/// and holds the session's secrets.
///
/// Returns 1; 0 with an error on the queue for a session without a cipher (`ERR_R_ASN1_LIB`) and
/// when writing fails.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PEM_write_bio_SSL_SESSION(out: *mut ffi::BIO, x: *const Session) -> c_int {
    call(c"PEM_write_bio_SSL_SESSION", 0, || {
        // SAFETY: NULL or a live BIO, as the caller promises.
        let bio = unsafe { lend_bio(&out) }?;
        // SAFETY: NULL or a live session, as the caller promises.
        write_pem(&bio, unsafe { borrow(x) }?)
    })
}

/// Like `PEM_write_bio_SSL_SESSION()`, but writes to a `FILE`, which stays open.
///
/// # Safety
/// `out` is a live stream.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PEM_write_SSL_SESSION(out: *mut FILE, x: *const Session) -> c_int {
    call(c"PEM_write_SSL_SESSION", 0, || {
        // SAFETY: a live stream, as the caller promises.
        let bio = unsafe { open_stream(out) }?;
        // SAFETY: NULL or a live session, as the caller promises.
        write_pem(&bio, unsafe { borrow(x) }?)
    })
}

/// Reads a session from DER into `*a`, or as a new one. Also returns how many bytes it read.
///
/// # Safety
/// `a` is NULL or points to NULL or to a live session.
unsafe fn read(a: *mut *mut Session, input: &[u8]) -> Result<(*mut Session, usize)> {
    let decoded = memory::guarded(|| der::decode(input, |id| Cipher::from_id(id).is_some()))?;
    // SAFETY: NULL or readable and writable, as the caller promises.
    let place = unsafe { a.as_mut() };
    // SAFETY: NULL or a live session, as the caller promises.
    if let Some(session) = unsafe { optional(place.as_deref().map_or(null_mut(), |place| *place)) }?
    {
        session.assign(decoded.view());
        return Ok((session.as_ptr(), decoded.consumed));
    }
    let session = memory::guarded(|| Ok(Session::from_view(decoded.view())))?;
    let session = SessionRef::into_raw(session);
    if let Some(place) = place {
        *place = session;
    }
    Ok((session, decoded.consumed))
}

/// # Safety
/// As for [`read`].
unsafe fn read_pem(bio: &Bio, x: *mut *mut Session, password: Password) -> Result<*mut Session> {
    let data = pem::read(bio, PEM_NAME, password)?;
    // SAFETY: as the caller promises.
    match unsafe { read(x, &data) } {
        Ok((session, _)) => Ok(session),
        Err(error) => {
            queue(c"d2i_SSL_SESSION", &error);
            Err(ERR_R_ASN1_LIB.into())
        }
    }
}

fn write_pem(bio: &Bio, session: &Session) -> Result<c_int> {
    let der = {
        let reading = session.read();
        let encoding = Encoding::new(&reading.view());
        encoding.ok_or(Error::new(ERR_R_ASN1_LIB))?.to_vec()
    };
    pem::write(bio, PEM_NAME, &der)?;
    Ok(1)
}

/// # Safety
/// `bio` is NULL or a live BIO that lives while the result is used.
pub(super) unsafe fn lend_bio(
    bio: &*mut ffi::BIO,
) -> Result<crate::libcrypto::object::Lent<'_, Bio>> {
    // SAFETY: as the caller promises.
    unsafe { Bio::lend(*bio) }.ok_or(Error::new(Reason::PASSED_NULL_PARAMETER))
}

/// # Safety
/// `stream` is NULL or a live stream that lives while the result is used.
pub(super) unsafe fn open_stream(stream: *mut FILE) -> Result<Bio> {
    if stream.is_null() {
        return Err(Reason::PASSED_NULL_PARAMETER.into());
    }
    // SAFETY: a live stream, as the caller promises.
    unsafe { Bio::from_file(stream) }
}
