//! Options: `SSL_OP_…` bits (SSL_CTX_set_options(3)).
//!
//! A connection starts with the options of its context and may then change its own. Bits without a
//! meaning in this library are only stored and read back: `docs/differences.md` lists them, and
//! explains why ignoring them never permits what they would forbid.

use super::call::call;
use super::pointer::borrow;
use crate::connection::Connection;
use crate::context::Context;
use crate::flags::Options;

/// Sets the bits `op` for connections made later. Returns the options afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_options(ctx: *mut Context, op: u64) -> u64 {
    call(c"SSL_CTX_set_options", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let context = unsafe { borrow(ctx) }?;
        context.change_settings(|settings| settings.options.set(Options(op), true));
        Ok(context.settings().options.0)
    })
}

/// Clears the bits `op` for connections made later. Returns the options afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_clear_options(ctx: *mut Context, op: u64) -> u64 {
    call(c"SSL_CTX_clear_options", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let context = unsafe { borrow(ctx) }?;
        context.change_settings(|settings| settings.options.set(Options(op), false));
        Ok(context.settings().options.0)
    })
}

/// Returns the options of `ctx`. A new context has `SSL_OP_NO_COMPRESSION` and
/// `SSL_OP_ENABLE_MIDDLEBOX_COMPAT`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get_options(ctx: *const Context) -> u64 {
    call(c"SSL_CTX_get_options", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow(ctx) }?.settings().options.0)
    })
}

/// Sets the bits `op` for `ssl`. Returns its options afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_options(ssl: *mut Connection, op: u64) -> u64 {
    call(c"SSL_set_options", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let connection = unsafe { borrow(ssl) }?;
        connection.change_settings(|settings| settings.options.set(Options(op), true));
        Ok(connection.settings().options.0)
    })
}

/// Clears the bits `op` for `ssl`. Returns its options afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_clear_options(ssl: *mut Connection, op: u64) -> u64 {
    call(c"SSL_clear_options", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let connection = unsafe { borrow(ssl) }?;
        connection.change_settings(|settings| settings.options.set(Options(op), false));
        Ok(connection.settings().options.0)
    })
}

/// Returns the options of `ssl`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_options(ssl: *const Connection) -> u64 {
    call(c"SSL_get_options", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow(ssl) }?.settings().options.0)
    })
}
