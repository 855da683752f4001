//! Passwords of key files (SSL_CTX_set_default_passwd_cb(3)).

use std::ffi::c_void;
use std::ptr;

use super::call::call;
use super::pointer::borrow_quietly;
use super::types::PasswordCallback;
use crate::connection::Connection;
use crate::context::Context;

/// Sets the function that gives the passwords of key files of `ctx`, and of connections made later; NULL unsets it.
///
/// # Safety
/// `ctx` is NULL or a live context.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_default_passwd_cb(
    ctx: *mut Context,
    callback: PasswordCallback,
) {
    call(c"SSL_CTX_set_default_passwd_cb", (), || {
        // SAFETY: NULL or live, as the caller promises.
        let context = unsafe { borrow_quietly(ctx) }?;
        context.change_settings(|settings| settings.password.function = callback);
        Ok(())
    })
}

/// Sets the last argument of the password callback, or without one the password itself: a C string.
/// It stays the program's.
///
/// # Safety
/// `ctx` is NULL or a live context; what `u` points to lives as long as files are read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_set_default_passwd_cb_userdata(ctx: *mut Context, u: *mut c_void) {
    call(c"SSL_CTX_set_default_passwd_cb_userdata", (), || {
        // SAFETY: NULL or live, as the caller promises.
        let context = unsafe { borrow_quietly(ctx) }?;
        context.change_settings(|settings| settings.password.argument = u);
        Ok(())
    })
}

/// The password callback; NULL when none was set.
///
/// # Safety
/// `ctx` is NULL or a live context.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get_default_passwd_cb(ctx: *mut Context) -> PasswordCallback {
    call(c"SSL_CTX_get_default_passwd_cb", None, || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ctx) }?.settings().password.function)
    })
}

/// The last argument of the password callback; NULL when none was set.
///
/// # Safety
/// `ctx` is NULL or a live context.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_CTX_get_default_passwd_cb_userdata(ctx: *mut Context) -> *mut c_void {
    call(
        c"SSL_CTX_get_default_passwd_cb_userdata",
        ptr::null_mut(),
        || {
            // SAFETY: NULL or live, as the caller promises.
            Ok(unsafe { borrow_quietly(ctx) }?.settings().password.argument)
        },
    )
}

/// Sets the function that is asked for the password of an encrypted key file, by
/// `SSL_use_PrivateKey_file` and its like on this connection; NULL for none. A new connection has
/// the one of its context.
///
/// # Safety
/// `ssl` is NULL or a live connection; `callback` keeps to pem_password_cb(3).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_default_passwd_cb(
    ssl: *mut Connection,
    callback: PasswordCallback,
) {
    call(c"SSL_set_default_passwd_cb", (), || {
        // SAFETY: NULL or live, as the caller promises.
        let connection = unsafe { borrow_quietly(ssl) }?;
        connection.change_settings(|settings| settings.password.function = callback);
        Ok(())
    })
}

/// Sets the pointer that the password callback gets. Without a callback it is the password itself,
/// a C string.
///
/// # Safety
/// `ssl` is NULL or a live connection; `u` lives as long as files are read, and is what the callback
/// expects, or without one NULL or a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_set_default_passwd_cb_userdata(ssl: *mut Connection, u: *mut c_void) {
    call(c"SSL_set_default_passwd_cb_userdata", (), || {
        // SAFETY: NULL or live, as the caller promises.
        let connection = unsafe { borrow_quietly(ssl) }?;
        connection.change_settings(|settings| settings.password.argument = u);
        Ok(())
    })
}

/// The function set by `SSL_set_default_passwd_cb`, or that of the context; NULL for none.
///
/// # Safety
/// `ssl` is NULL or a live connection.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_default_passwd_cb(ssl: *mut Connection) -> PasswordCallback {
    call(c"SSL_get_default_passwd_cb", None, || {
        // SAFETY: NULL or live, as the caller promises.
        Ok(unsafe { borrow_quietly(ssl) }?.settings().password.function)
    })
}

/// The pointer set by `SSL_set_default_passwd_cb_userdata`, or that of the context.
///
/// # Safety
/// `ssl` is NULL or a live connection.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_get_default_passwd_cb_userdata(ssl: *mut Connection) -> *mut c_void {
    call(
        c"SSL_get_default_passwd_cb_userdata",
        ptr::null_mut(),
        || {
            // SAFETY: NULL or live, as the caller promises.
            Ok(unsafe { borrow_quietly(ssl) }?.settings().password.argument)
        },
    )
}
