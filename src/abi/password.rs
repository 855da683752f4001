//! Passwords of key files (SSL_CTX_set_default_passwd_cb(3)).
//!
//! The callback provides the password when a file with an encrypted key is read. Without a callback
//! the user data is the password; without both, libcrypto asks on the terminal.

use std::ffi::c_void;
use std::ptr;

use super::call::call;
use super::pointer::borrow_quietly;
use crate::callback::PasswordFunction;
use crate::connection::Connection;
use crate::context::Context;

/// Sets the function that provides the passwords of key files of `ctx`, and of connections made
/// later; NULL unsets it.
///
/// Lifetime: the function's arguments, until it returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_default_passwd_cb(
    ctx: *mut Context,
    callback: PasswordFunction,
) {
    call(c"SSL_CTX_set_default_passwd_cb", (), || {
        // SAFETY: NULL or live, as the caller promises.
        let context = unsafe { borrow_quietly(ctx) }?;
        // SAFETY: may be called as its manual page says, as the caller promises.
        context.change_settings(|settings| unsafe { settings.password.set_function(callback) });
        Ok(())
    })
}

/// Sets the last argument of the password callback, or without a callback the password itself: a C
/// string. The program keeps its ownership.
///
/// Lifetime: the program's own pointer.
///
/// # Safety
/// `*u` stays valid as long as key files are read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_default_passwd_cb_userdata(ctx: *mut Context, u: *mut c_void) {
    call(c"SSL_CTX_set_default_passwd_cb_userdata", (), || {
        // SAFETY: NULL or live, as the caller promises.
        let context = unsafe { borrow_quietly(ctx) }?;
        // SAFETY: what the function expects, or a password, as the caller promises.
        context.change_settings(|settings| unsafe { settings.password.set_argument(u) });
        Ok(())
    })
}

/// Returns the password callback; NULL when none was set.
///
/// Lifetime: the program's own pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get_default_passwd_cb(ctx: *mut Context) -> PasswordFunction {
    call(c"SSL_CTX_get_default_passwd_cb", None, || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ctx) }?
            .settings()
            .password
            .function())
    })
}

/// Returns the last argument of the password callback; NULL when none was set.
///
/// Lifetime: the program's own pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get_default_passwd_cb_userdata(ctx: *mut Context) -> *mut c_void {
    call(
        c"SSL_CTX_get_default_passwd_cb_userdata",
        ptr::null_mut(),
        || {
            // SAFETY: NULL or live, as the caller promises.
            Ok(unsafe { borrow_quietly(ctx) }?
                .settings()
                .password
                .argument())
        },
    )
}

/// Sets the function that provides the passwords of key files of `ssl`; NULL unsets it.
///
/// Lifetime: the function's arguments, until it returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_default_passwd_cb(
    ssl: *mut Connection,
    callback: PasswordFunction,
) {
    call(c"SSL_set_default_passwd_cb", (), || {
        // SAFETY: NULL or live, as the caller promises.
        let connection = unsafe { borrow_quietly(ssl) }?;
        // SAFETY: may be called as its manual page says, as the caller promises.
        connection.change_settings(|settings| unsafe { settings.password.set_function(callback) });
        Ok(())
    })
}

/// Sets the last argument of the password callback, or without a callback the password itself: a C
/// string. The program keeps its ownership.
///
/// Lifetime: the program's own pointer.
///
/// # Safety
/// `*u` stays valid as long as key files are read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_default_passwd_cb_userdata(ssl: *mut Connection, u: *mut c_void) {
    call(c"SSL_set_default_passwd_cb_userdata", (), || {
        // SAFETY: NULL or live, as the caller promises.
        let connection = unsafe { borrow_quietly(ssl) }?;
        // SAFETY: what the function expects, or a password, as the caller promises.
        connection.change_settings(|settings| unsafe { settings.password.set_argument(u) });
        Ok(())
    })
}

/// Returns the password callback; NULL when none was set.
///
/// Lifetime: the program's own pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_default_passwd_cb(ssl: *mut Connection) -> PasswordFunction {
    call(c"SSL_get_default_passwd_cb", None, || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ssl) }?
            .settings()
            .password
            .function())
    })
}

/// Returns the last argument of the password callback; NULL when none was set.
///
/// Lifetime: the program's own pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_default_passwd_cb_userdata(ssl: *mut Connection) -> *mut c_void {
    call(
        c"SSL_get_default_passwd_cb_userdata",
        ptr::null_mut(),
        || {
            // SAFETY: NULL or live, as the caller promises.
            Ok(unsafe { borrow_quietly(ssl) }?
                .settings()
                .password
                .argument())
        },
    )
}
