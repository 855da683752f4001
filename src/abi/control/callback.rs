//! Controls that set a function (SSL_CTX_callback_ctrl(3)).
//!
//! The prototype has one type for all functions; the number says what a function really takes.

use std::ffi::{c_int, c_long};
use std::mem::transmute;

use super::number::*;
use super::target::Target;
use crate::connection::Connection;
use crate::context::{
    Context, MessageCallback, NotResumableCallback, ServerNameCallback, StatusCallback,
    TicketKeyHmacCallback,
};
use crate::error::Result;

/// A function of any type, or NULL.
pub type AnyFunction = Option<unsafe extern "C" fn()>;

/// Sets a function of a context; 1, or 0 for a number that stands for none.
///
/// # Safety
/// `function` is NULL or a function of the type that `command` stands for.
pub unsafe fn set_of_context(
    context: &Context,
    command: c_int,
    function: AnyFunction,
) -> Result<c_long> {
    match command {
        SET_TLSEXT_SERVERNAME_CB => {
            // SAFETY: of that type, as the caller promises.
            let function = unsafe { transmute::<AnyFunction, ServerNameCallback>(function) };
            context.change_callbacks(|callbacks| callbacks.server_name.function = function);
        }
        SET_TLSEXT_STATUS_REQ_CB => {
            // SAFETY: as above.
            let function = unsafe { transmute::<AnyFunction, StatusCallback>(function) };
            context.change_callbacks(|callbacks| callbacks.status.function = function);
        }
        SET_TLSEXT_TICKET_KEY_CB => {
            // SAFETY: as above.
            let function = unsafe { transmute::<AnyFunction, TicketKeyHmacCallback>(function) };
            context.change_callbacks(|callbacks| callbacks.ticket_keys.hmac = function);
        }
        // SAFETY: as the caller promises.
        _ => return unsafe { set_of_either(Target::Context(context), command, function) },
    }
    Ok(1)
}

/// Sets a function of a connection; 1, or 0 for a number that stands for none.
///
/// # Safety
/// `function` is NULL or a function of the type that `command` stands for.
pub unsafe fn set_of_connection(
    connection: &Connection,
    command: c_int,
    function: AnyFunction,
) -> Result<c_long> {
    match command {
        // A trace, which nothing depends on.
        SET_TLSEXT_DEBUG_CB => Ok(1),
        // SAFETY: as the caller promises.
        _ => unsafe { set_of_either(Target::Connection(connection), command, function) },
    }
}

/// Sets a function of a context or connection; 1, or 0 for a number that stands for none.
///
/// # Safety
/// `function` is NULL or a function of the type that `command` stands for.
unsafe fn set_of_either(
    target: Target<'_>,
    command: c_int,
    function: AnyFunction,
) -> Result<c_long> {
    match command {
        SET_MSG_CALLBACK => {
            // SAFETY: of that type, as the caller promises.
            let function = unsafe { transmute::<AnyFunction, MessageCallback>(function) };
            target.change(|settings| settings.message_callback.function = function)?;
        }
        SET_NOT_RESUMABLE_SESS_CB => {
            // SAFETY: as above.
            let function = unsafe { transmute::<AnyFunction, NotResumableCallback>(function) };
            target.change(|settings| settings.not_resumable = function)?;
        }
        // Key exchange with finite-field groups, which would need it, does not happen.
        SET_TMP_DH_CB => {}
        _ => return Ok(0),
    }
    Ok(1)
}
