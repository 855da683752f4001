//! Initialising the library (OPENSSL_init_ssl(3)).

use std::ffi::c_int;

use openssl_sys as ffi;

use super::call::{call, silence_panics};
use crate::error::Result;
use crate::libcrypto::{error_queue, init};

/// `OPENSSL_INIT_ADD_ALL_CIPHERS | OPENSSL_INIT_ADD_ALL_DIGESTS`
const ADD_ALL: u64 = 0x4 | 0x8;
/// `OPENSSL_INIT_LOAD_CONFIG`
const LOAD_CONFIG: u64 = 0x40;
/// `OPENSSL_INIT_NO_LOAD_CONFIG`
const NO_LOAD_CONFIG: u64 = 0x80;

/// Initialises libcrypto and this library. Programs need not call it: `SSL_CTX_new` does. For
/// `opts` or `settings` to have an effect, a program calls it before any other function.
///
/// `opts` are `OPENSSL_INIT_…` bits. The configuration file of libcrypto is read unless
/// `OPENSSL_INIT_NO_LOAD_CONFIG` is among them; `settings` may name another file, and is not kept.
///
/// Returns 1, or 0 with errors on the queue, as after libcrypto's cleanup. Any thread may call it
/// at any time, and more than once: nothing is done twice.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn OPENSSL_init_ssl(
    opts: u64,
    settings: *const ffi::OPENSSL_INIT_SETTINGS,
) -> c_int {
    call(c"OPENSSL_init_ssl", 0, || {
        // SAFETY: as the caller promises.
        unsafe { initialise(opts, settings) }?;
        Ok(1)
    })
}

/// Initialises libcrypto and this library.
///
/// # Safety
/// `settings` is NULL or live settings.
pub unsafe fn initialise(options: u64, settings: *const ffi::OPENSSL_INIT_SETTINGS) -> Result<()> {
    silence_panics();
    let config = match options & NO_LOAD_CONFIG {
        0 => LOAD_CONFIG,
        _ => 0,
    };
    // SAFETY: as the caller promises.
    unsafe { init::initialise(options | ADD_ALL | config, settings) }?;
    error_queue::load_reason_texts();
    Ok(())
}
