//! The BIOs of an `SSL` (SSL_set_bio(3), SSL_set_fd(3)).

use std::ffi::c_int;

use openssl_sys as ffi;

use super::call::call;
use super::pointer::{borrow, borrow_quietly};
use crate::connection::{Connection, Replaced};
use crate::error::Result;
use crate::libcrypto::bio::{Bio, TYPE_SOCKET};

/// Connects `ssl` to a socket for both directions, through a socket BIO that leaves the descriptor
/// open. Returns 1, or 0 with an error on the queue.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_fd(ssl: *mut Connection, fd: c_int) -> c_int {
    call(c"SSL_set_fd", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let connection = unsafe { borrow(ssl) }?;
        let bio = Bio::from_socket(fd)?;
        connection.transport.set_read_bio(Some(bio.clone()));
        connection.transport.set_write_bio(Some(bio));
        Ok(1)
    })
}

/// Like `SSL_set_fd`, for reading only.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_rfd(ssl: *mut Connection, fd: c_int) -> c_int {
    call(c"SSL_set_rfd", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let connection = unsafe { borrow(ssl) }?;
        connection
            .transport
            .set_read_bio(Some(socket(connection.transport.write_bio(), fd)?));
        Ok(1)
    })
}

/// Like `SSL_set_fd`, for writing only.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_wfd(ssl: *mut Connection, fd: c_int) -> c_int {
    call(c"SSL_set_wfd", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let connection = unsafe { borrow(ssl) }?;
        connection
            .transport
            .set_write_bio(Some(socket(connection.transport.read_bio(), fd)?));
        Ok(1)
    })
}

/// Connects `ssl` to its BIOs, either of which may be NULL. Which of the caller's references `ssl`
/// takes depends on its BIOs; the first matching row applies:
///
/// | before and after                                      | references that the connection takes      |
/// |-------------------------------------------------------|--------------------------------------------|
/// | nothing changes                                       | none                                       |
/// | `rbio` stays, `wbio` is another BIO than `rbio`       | that of `wbio`                             |
/// | `rbio` stays and is `wbio` too                        | none                                       |
/// | `wbio` stays, and both were different; so are the new | that of `rbio`                             |
/// | `wbio` stays, and both were different; it is `rbio`   | none                                       |
/// | all others, `rbio` and `wbio` differ                  | both                                       |
/// | all others, `rbio` and `wbio` are the same            | one                                        |
///
/// The connection drops its references to BIOs that it no longer uses (`BIO_free_all(3)`).
/// `SSL_set0_rbio` and `SSL_set0_wbio` always take one reference, and do not change the other BIO.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_bio(
    ssl: *mut Connection,
    rbio: *mut ffi::BIO,
    wbio: *mut ffi::BIO,
) {
    call(c"SSL_set_bio", (), || {
        // SAFETY: NULL or live, as the caller promises.
        let connection = unsafe { borrow_quietly(ssl) }?;
        // If both BIOs are the same, the caller transfers only one reference, or none; the missing
        // ones are added here.
        let for_one = |bio| match rbio == wbio {
            // SAFETY: NULL or a live BIO.
            true => unsafe { Bio::from_raw_shared(bio) },
            // SAFETY: NULL or a live BIO of which the caller transfers a reference.
            false => unsafe { owned(bio) },
        };
        let transport = &connection.transport;
        match transport.replaced_by(rbio, wbio) {
            Replaced::Neither => {}
            Replaced::Write => transport.set_write_bio(for_one(wbio)),
            Replaced::Read => transport.set_read_bio(for_one(rbio)),
            Replaced::Both => {
                let write = for_one(wbio);
                // SAFETY: NULL or a live BIO of which the caller transfers a reference.
                transport.set_read_bio(unsafe { owned(rbio) });
                transport.set_write_bio(write);
            }
        }
        Ok(())
    })
}

/// Sets the BIO to read from, or none for NULL; takes the caller's reference.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set0_rbio(ssl: *mut Connection, rbio: *mut ffi::BIO) {
    call(c"SSL_set0_rbio", (), || {
        // SAFETY: as the caller promises.
        unsafe { borrow_quietly(ssl)?.transport.set_read_bio(owned(rbio)) };
        Ok(())
    })
}

/// Sets the BIO to write to, or none for NULL; takes the caller's reference.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set0_wbio(ssl: *mut Connection, wbio: *mut ffi::BIO) {
    call(c"SSL_set0_wbio", (), || {
        // SAFETY: as the caller promises.
        unsafe { borrow_quietly(ssl)?.transport.set_write_bio(owned(wbio)) };
        Ok(())
    })
}

/// Returns the descriptor that `ssl` reads from, or -1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_fd(ssl: *const Connection) -> c_int {
    // SAFETY: as the caller promises.
    unsafe { SSL_get_rfd(ssl) }
}

/// Returns the descriptor that `ssl` reads from, or -1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_rfd(ssl: *const Connection) -> c_int {
    call(c"SSL_get_rfd", -1, || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(descriptor(
            unsafe { borrow_quietly(ssl) }?.transport.read_bio(),
        ))
    })
}

/// Returns the descriptor that `ssl` writes to, or -1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_wfd(ssl: *const Connection) -> c_int {
    call(c"SSL_get_wfd", -1, || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(descriptor(
            unsafe { borrow_quietly(ssl) }?.transport.write_bio(),
        ))
    })
}

/// Returns the BIO that `ssl` reads from, or NULL.
///
/// Lifetime: until the connection has another BIO, or ends.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_rbio(ssl: *const Connection) -> *mut ffi::BIO {
    call(c"SSL_get_rbio", std::ptr::null_mut(), || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ssl) }?.transport.read_bio())
    })
}

/// Returns the BIO that `ssl` writes to, or NULL; the program's own BIO, also during a handshake.
///
/// Lifetime: until the connection has another BIO, or ends.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_wbio(ssl: *const Connection) -> *mut ffi::BIO {
    call(c"SSL_get_wbio", std::ptr::null_mut(), || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ssl) }?.transport.write_bio())
    })
}

/// A socket BIO for `fd`: `other` itself if it is one for the same descriptor.
fn socket(other: *mut ffi::BIO, fd: c_int) -> Result<Bio> {
    // SAFETY: NULL, or a BIO that the connection holds.
    if let Some(other) = unsafe { Bio::lend(other) }
        && other.method_type() == TYPE_SOCKET
        && other.fd() == Some(fd)
    {
        return Ok(other.clone());
    }
    Bio::from_socket(fd)
}

fn descriptor(bio: *mut ffi::BIO) -> c_int {
    // SAFETY: NULL, or a BIO that the connection holds.
    unsafe { Bio::lend(bio) }
        .and_then(|bio| bio.fd())
        .unwrap_or(-1)
}

/// # Safety
/// `bio` is NULL or a live BIO of which the caller transfers a reference.
unsafe fn owned(bio: *mut ffi::BIO) -> Option<Bio> {
    // SAFETY: as the caller promises.
    unsafe { Bio::from_raw_owned(bio) }
}
