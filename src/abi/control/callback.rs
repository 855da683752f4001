//! Controls that set a function (SSL_CTX_callback_ctrl(3)).
//!
//! The prototype has one type for all functions; the control's number determines the actual type.

use std::ffi::{c_int, c_long};
use std::mem::transmute;

use super::number::*;
use super::target::Target;
use crate::callback::{
    MessageFunction, NotResumableCallback, NotResumableFunction, ServerNameFunction,
    StatusFunction, TicketKeyHmacCallback, TicketKeyHmacFunction,
};
use crate::connection::Connection;
use crate::context::Context;
use crate::error::Result;

/// A function of any type, or NULL.
pub type AnyFunction = Option<unsafe extern "C" fn()>;

/// Sets a function of a context; 1, or 0 for an unknown number.
///
/// # Safety
/// `function` is NULL or a function of the type that `command` requires.
pub unsafe fn set_of_context(
    context: &Context,
    command: c_int,
    function: AnyFunction,
) -> Result<c_long> {
    match command {
        SET_TLSEXT_SERVERNAME_CB => {
            // SAFETY: of that type, callable as its manual page says, as the caller promises.
            context.callbacks.server_name.change(|callback| unsafe {
                callback.set_function(transmute::<AnyFunction, ServerNameFunction>(function));
            });
        }
        SET_TLSEXT_STATUS_REQ_CB => {
            // SAFETY: as above.
            context.callbacks.status.change(|callback| unsafe {
                callback.set_function(transmute::<AnyFunction, StatusFunction>(function));
            });
        }
        SET_TLSEXT_TICKET_KEY_CB => {
            // SAFETY: as above.
            context.callbacks.ticket_keys.change(|callbacks| unsafe {
                let function = transmute::<AnyFunction, TicketKeyHmacFunction>(function);
                callbacks.hmac = TicketKeyHmacCallback::new(function);
            });
        }
        SET_MSG_CALLBACK => {
            // SAFETY: as above.
            context.change_settings(|settings| unsafe {
                let function = transmute::<AnyFunction, MessageFunction>(function);
                settings.message_callback.set_function(function);
            });
        }
        // SAFETY: as the caller promises.
        _ => return unsafe { set_of_either(Target::Context(context), command, function) },
    }
    Ok(1)
}

/// Sets a function of a connection; 1, or 0 for an unknown number.
///
/// # Safety
/// `function` is NULL or a function of the type that `command` requires.
pub unsafe fn set_of_connection(
    connection: &Connection,
    command: c_int,
    function: AnyFunction,
) -> Result<c_long> {
    match command {
        // A trace, which nothing depends on.
        SET_TLSEXT_DEBUG_CB => Ok(1),
        SET_MSG_CALLBACK => {
            // SAFETY: of that type, callable as its manual page says, as the caller promises.
            connection.change_message_callback(|message| unsafe {
                message.set_function(transmute::<AnyFunction, MessageFunction>(function));
            });
            Ok(1)
        }
        // SAFETY: as the caller promises.
        _ => unsafe { set_of_either(Target::Connection(connection), command, function) },
    }
}

/// Sets a function of a context or connection; 1, or 0 for an unknown number.
///
/// # Safety
/// `function` is NULL or a function of the type that `command` requires.
unsafe fn set_of_either(
    target: Target<'_>,
    command: c_int,
    function: AnyFunction,
) -> Result<c_long> {
    match command {
        SET_NOT_RESUMABLE_SESS_CB => {
            // SAFETY: as above.
            target.change(|settings| unsafe {
                let function = transmute::<AnyFunction, NotResumableFunction>(function);
                settings.not_resumable = NotResumableCallback::new(function);
            })?;
        }
        // The engine does no key exchange with finite-field groups, so the function is never
        // called.
        SET_TMP_DH_CB => {}
        _ => return Ok(0),
    }
    Ok(1)
}
