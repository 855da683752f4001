//! Controls of a context's session cache and ticket keys (SSL_CTX_sess_number(3),
//! SSL_CTX_sess_set_cache_size(3), SSL_CTX_set_session_cache_mode(3)).

use std::ffi::c_long;

use super::number::*;
use super::target::Argument;
use crate::abi::pointer::bytes;
use crate::context::{Context, Counter, Statistics};
use crate::error::{Error, Reason, Result};
use crate::flags::CacheMode;
use crate::ticket::KEYS_LENGTH;

/// One number of the statistics. Renegotiations never happen.
pub fn count(context: &Context, command: std::ffi::c_int) -> c_long {
    let total = |counter: fn(&Statistics) -> &Counter| context.total(counter);
    match command {
        SESS_NUMBER => context.cache.len() as c_long,
        SESS_CONNECT => total(|counts| &counts.connect),
        SESS_CONNECT_GOOD => total(|counts| &counts.connect_good),
        SESS_ACCEPT => total(|counts| &counts.accept),
        SESS_ACCEPT_GOOD => total(|counts| &counts.accept_good),
        SESS_HIT => total(|counts| &counts.hits),
        SESS_CB_HIT => total(|counts| &counts.callback_hits),
        SESS_MISSES => total(|counts| &counts.misses),
        SESS_TIMEOUTS => total(|counts| &counts.timeouts),
        SESS_CACHE_FULL => total(|counts| &counts.cache_full),
        _ => 0,
    }
}

/// Sets how many sessions the cache may hold, 0 for any number. Returns the old limit; 0, without a
/// change, for a negative one.
pub fn set_cache_size(context: &Context, size: c_long) -> c_long {
    match usize::try_from(size) {
        Ok(size) => context.cache.set_limit(size) as c_long,
        Err(_) => 0,
    }
}

/// Sets the `SSL_SESS_CACHE_…` bits as given. Returns the old ones.
pub fn set_cache_mode(context: &Context, mode: c_long) -> c_long {
    context.set_cache_mode(CacheMode(mode as u32)).0.into()
}

/// Sets the ticket keys: 80 bytes. For NULL it returns that length.
///
/// # Safety
/// The pointer is NULL or readable for as many bytes as the number says.
pub unsafe fn set_ticket_keys(context: &Context, argument: Argument) -> Result<c_long> {
    if argument.pointer.is_null() {
        return Ok(KEYS_LENGTH as c_long);
    }
    check_length(argument)?;
    // SAFETY: readable for that many bytes, as the caller promises.
    let keys = unsafe { bytes(argument.pointer.cast_const().cast(), KEYS_LENGTH) };
    context.ticket_keys.set(keys)?;
    Ok(1)
}

/// Copies the ticket keys out: 80 bytes. For NULL it returns that length. Keys that a program was
/// given do not rotate.
///
/// - Lifetime of `SSL_CTRL_GET_TLSEXT_TICKET_KEYS`: the caller's buffer.
///
/// # Safety
/// The pointer is NULL or can be written for as many bytes as the number says.
pub unsafe fn get_ticket_keys(context: &Context, argument: Argument) -> Result<c_long> {
    if argument.pointer.is_null() {
        return Ok(KEYS_LENGTH as c_long);
    }
    check_length(argument)?;
    let keys = context.ticket_keys.get()?;
    let out: *mut u8 = argument.pointer.cast();
    // SAFETY: can be written for that many bytes, as the caller promises.
    unsafe { out.copy_from_nonoverlapping(keys.as_ptr(), KEYS_LENGTH) };
    Ok(1)
}

fn check_length(argument: Argument) -> Result<()> {
    match argument.number == KEYS_LENGTH as c_long {
        true => Ok(()),
        false => Err(Error::new(Reason::INVALID_TICKET_KEYS_LENGTH)),
    }
}
