//! Security levels (SSL_CTX_set_security_level(3)): the minimum strength of keys, groups and
//! signatures.
//!
//! The level decides which versions, suites, groups, signature algorithms, tickets and certificates
//! are offered, chosen and accepted. A function of the program may decide instead: it is called for
//! each of them, on the thread of the handshake, and may call the library. It is called only for
//! what this library supports, and may be called several times for the same.

use std::ffi::{c_int, c_void};
use std::ptr;

use super::call::call;
use super::pointer::{borrow_quietly, optional};
use crate::callback::{SecurityFunction, Ssl, SslContext};
use crate::cipher::Cipher;
use crate::cipher::security::level_permits;
use crate::connection::Connection;
use crate::context::Context;
use crate::error::Result;

/// Sets the security level for connections made later: 0 to 5. Debian's default, and ours, is 2.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_security_level(ctx: *mut Context, level: c_int) {
    call(c"SSL_CTX_set_security_level", (), || {
        // SAFETY: NULL or live, as the caller promises.
        let context = unsafe { borrow_quietly(ctx) }?;
        context.change_settings(|settings| settings.security_level = level);
        Ok(())
    })
}

/// Returns the security level of `ctx`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get_security_level(ctx: *const Context) -> c_int {
    call(c"SSL_CTX_get_security_level", -1, || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ctx) }?.settings().security_level)
    })
}

/// Sets the function that decides instead of the level for connections made later; NULL restores
/// the level. Its arguments are the connection or the context, the operation (`SSL_SECOP_…`), the
/// bits of security, a number (a version, or libcrypto's NID), the object (a suite, a certificate,
/// two bytes of a group or signature algorithm), and the pointer set with
/// `SSL_CTX_set0_security_ex_data`. It returns 0 to refuse.
///
/// Lifetime: the function's arguments, until it returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_security_callback(
    ctx: *mut Context,
    callback: SecurityFunction,
) {
    call(c"SSL_CTX_set_security_callback", (), || {
        // SAFETY: NULL or live, as the caller promises.
        let context = unsafe { borrow_quietly(ctx) }?;
        // SAFETY: may be called as its manual page says, as the caller promises.
        context.change_settings(|settings| unsafe {
            settings.security_callback.set_function(callback);
        });
        Ok(())
    })
}

/// Returns the function that decides what is secure enough: the program's, or one that applies the
/// level. The program's function may call the latter.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get_security_callback(ctx: *const Context) -> SecurityFunction {
    call(c"SSL_CTX_get_security_callback", None, || {
        // SAFETY: NULL or live, as the caller promises.
        let settings = unsafe { borrow_quietly(ctx) }?.settings();
        Ok(settings
            .security_callback
            .function()
            .or(Some(decide_by_level)))
    })
}

/// Sets the last argument of the security callback; the program keeps its ownership.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set0_security_ex_data(ctx: *mut Context, ex: *mut c_void) {
    call(c"SSL_CTX_set0_security_ex_data", (), || {
        // SAFETY: NULL or live, as the caller promises.
        let context = unsafe { borrow_quietly(ctx) }?;
        // SAFETY: what the function expects, as the caller promises.
        context.change_settings(|settings| unsafe {
            settings.security_callback.set_argument(ex);
        });
        Ok(())
    })
}

/// Returns the last argument of the security callback; NULL when none was set.
///
/// Lifetime: the program's own pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get0_security_ex_data(ctx: *const Context) -> *mut c_void {
    call(c"SSL_CTX_get0_security_ex_data", ptr::null_mut(), || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ctx) }?
            .settings()
            .security_callback
            .argument())
    })
}

/// Sets the security level of `ssl`: 0 to 5. Debian's default, and ours, is 2.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_security_level(ssl: *mut Connection, level: c_int) {
    call(c"SSL_set_security_level", (), || {
        // SAFETY: NULL or live, as the caller promises.
        let connection = unsafe { borrow_quietly(ssl) }?;
        connection.change_settings(|settings| settings.security_level = level);
        Ok(())
    })
}

/// Returns the security level of `ssl`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_security_level(ssl: *const Connection) -> c_int {
    call(c"SSL_get_security_level", -1, || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ssl) }?.settings().security_level)
    })
}

/// Sets the function that decides instead of the level, as `SSL_CTX_set_security_callback` does.
///
/// Lifetime: the function's arguments, until it returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_security_callback(
    ssl: *mut Connection,
    callback: SecurityFunction,
) {
    call(c"SSL_set_security_callback", (), || {
        // SAFETY: NULL or live, as the caller promises.
        let connection = unsafe { borrow_quietly(ssl) }?;
        // SAFETY: may be called as its manual page says, as the caller promises.
        connection.change_settings(|settings| unsafe {
            settings.security_callback.set_function(callback);
        });
        Ok(())
    })
}

/// Returns the function that decides what is secure enough: the program's, or one that applies the
/// level. The program's function may call the latter.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_security_callback(ssl: *const Connection) -> SecurityFunction {
    call(c"SSL_get_security_callback", None, || {
        // SAFETY: NULL or live, as the caller promises.
        let settings = unsafe { borrow_quietly(ssl) }?.settings();
        Ok(settings
            .security_callback
            .function()
            .or(Some(decide_by_level)))
    })
}

/// Sets the last argument of the security callback; the program keeps its ownership.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set0_security_ex_data(ssl: *mut Connection, ex: *mut c_void) {
    call(c"SSL_set0_security_ex_data", (), || {
        // SAFETY: NULL or live, as the caller promises.
        let connection = unsafe { borrow_quietly(ssl) }?;
        // SAFETY: what the function expects, as the caller promises.
        connection.change_settings(|settings| unsafe {
            settings.security_callback.set_argument(ex);
        });
        Ok(())
    })
}

/// Returns the last argument of the security callback; NULL when none was set.
///
/// Lifetime: the program's own pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get0_security_ex_data(ssl: *const Connection) -> *mut c_void {
    call(c"SSL_get0_security_ex_data", ptr::null_mut(), || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ssl) }?
            .settings()
            .security_callback
            .argument())
    })
}

/// The function that `SSL_get_security_callback` returns when the program has set none. It returns
/// 1 when `bits` bits of security, or the version `nid`, satisfy the level, else 0.
///
/// # Safety
/// `ssl` and `ctx` are NULL or live; `other` is a suite for operations on suites.
unsafe extern "C" fn decide_by_level(
    ssl: *const Ssl,
    ctx: *const SslContext,
    op: c_int,
    bits: c_int,
    nid: c_int,
    other: *mut c_void,
    _ex: *mut c_void,
) -> c_int {
    call(c"security callback", 0, || {
        // SAFETY: NULL or live, as the caller promises.
        let level = unsafe {
            match (
                optional(ctx.cast::<Context>())?,
                optional(ssl.cast::<Connection>())?,
            ) {
                (Some(context), _) => context.settings().security_level,
                (None, Some(connection)) => connection.settings().security_level,
                (None, None) => 1,
            }
        };
        // SAFETY: NULL or what the operation says, as the caller promises.
        let cipher = unsafe { suite_of(op, other) }?;
        Ok(level_permits(level, op, bits, nid, cipher).into())
    })
}

/// The suite among the arguments of a security callback.
///
/// # Safety
/// `other` is NULL or has the type that `op` requires: a suite for operations on suites.
unsafe fn suite_of(op: c_int, other: *mut c_void) -> Result<Option<&'static Cipher>> {
    use crate::cipher::security::operation::{CIPHER_CHECK, CIPHER_SHARED, CIPHER_SUPPORTED};
    match op {
        // SAFETY: as the caller promises; suites are static.
        CIPHER_SUPPORTED | CIPHER_SHARED | CIPHER_CHECK => unsafe {
            optional(other.cast_const().cast::<Cipher>())
        },
        _ => Ok(None),
    }
}
