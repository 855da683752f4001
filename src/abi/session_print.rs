//! Sessions as text (`SSL_SESSION_print(3)`).

use std::ffi::c_int;

use libc::FILE;
use openssl_sys as ffi;

use crate::abi::call::call;
use crate::abi::pointer::borrow_quietly;
use crate::abi::session_serialise::{lend_bio, open_stream};
use crate::cipher::Cipher;
use crate::error::{Error, Result};
use crate::libcrypto::bio::{Bio, Io};
use crate::libcrypto::verify_error;
use crate::session::Session;
use crate::session::text::{self, Names};

/// Writes what a session holds to a BIO, as text for people, in the layout of `openssl s_client`.
/// The text contains the master key.
///
/// Returns 1; 0 for NULL and when writing fails. No errors but those of the BIO.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_print(fp: *mut ffi::BIO, session: *const Session) -> c_int {
    call(c"SSL_SESSION_print", 0, || {
        // SAFETY: NULL or a live session, as the caller promises.
        let session = unsafe { borrow_quietly(session) }?;
        // SAFETY: NULL or a live BIO, as the caller promises.
        print(&*unsafe { lend_bio(&fp) }?, session)
    })
}

/// Like `SSL_SESSION_print()`, but writes to a `FILE`, which stays open.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_print_fp(fp: *mut FILE, session: *const Session) -> c_int {
    call(c"SSL_SESSION_print_fp", 0, || {
        // SAFETY: NULL or a live session, as the caller promises.
        let session = unsafe { borrow_quietly(session) }?;
        // SAFETY: NULL or a live stream, as the caller promises.
        print(&unsafe { open_stream(fp) }?, session)
    })
}

/// Writes one line of a key log to a BIO, with which tools can decrypt a TLS 1.2 connection: `RSA
/// Session-ID:… Master-Key:…`, in hex.
///
/// Returns 1; 0 for NULL, when the session has no id or no master key, and when writing fails. No
/// errors but those of the BIO.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_SESSION_print_keylog(bp: *mut ffi::BIO, x: *const Session) -> c_int {
    call(c"SSL_SESSION_print_keylog", 0, || {
        // SAFETY: NULL or a live session, as the caller promises.
        let session = unsafe { borrow_quietly(x) }?;
        let line = text::print_keylog(&session.read().view()).ok_or(Error::Silent)?;
        // SAFETY: NULL or a live BIO, as the caller promises.
        write(&*unsafe { lend_bio(&bp) }?, &line)
    })
}

fn print(bio: &Bio, session: &Session) -> Result<c_int> {
    let printed = {
        let reading = session.read();
        let view = reading.view();
        let cipher = Cipher::from_id(view.numbers.cipher_id);
        let names = Names {
            cipher: cipher.and_then(|cipher| cipher.name.to_str().ok()),
            verify_result: verify_error::error_string(view.numbers.verify_result).to_bytes(),
        };
        text::print(&view, &names)
    };
    write(bio, &printed)
}

/// Writes all of `text`.
fn write(bio: &Bio, text: &[u8]) -> Result<c_int> {
    let mut rest = text;
    while !rest.is_empty() {
        match bio.write(rest) {
            Io::Done(written) if written > 0 => rest = &rest[written..],
            _ => return Err(Error::Silent),
        }
    }
    Ok(1)
}
