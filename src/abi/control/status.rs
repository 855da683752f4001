//! Controls of OCSP stapling (SSL_CTX_set_tlsext_status_cb(3)).

use std::ffi::{c_int, c_long, c_uchar};
use std::ptr;

use super::target::{Argument, Target};
use crate::callback::StatusFunction;
use crate::connection::Connection;
use crate::context::Context;
use crate::error::Result;
use crate::libcrypto::memory::Allocated;
use crate::libcrypto::stack::{Stack, StackItem};

/// Sets what a client asks for: `TLSEXT_STATUSTYPE_ocsp` (1), or -1 for nothing.
pub fn set_type(target: Target<'_>, kind: c_long) -> Result<c_long> {
    target.change(|settings| {
        settings.status_type = kind as c_int;
        1
    })
}

/// What a client asks for; on a server's connection, what its client has asked for.
pub fn get_type(target: Target<'_>) -> c_long {
    match target {
        Target::Context(context) => context.settings().status_type.into(),
        Target::Connection(connection) => connection.status_type().into(),
    }
}

/// Sets the last argument of the status callback.
///
/// # Safety
/// The pointer is what the status callback expects.
pub unsafe fn set_callback_argument(context: &Context, argument: Argument) -> c_long {
    let callback = &context.callbacks.status;
    // SAFETY: as the caller promises.
    callback.change(|callback| unsafe { callback.set_argument(argument.pointer) });
    1
}

/// Writes the status callback.
///
/// - Lifetime of `SSL_CTRL_GET_TLSEXT_STATUS_REQ_CB`: the program's own pointer.
///
/// # Safety
/// The pointer can be written as a pointer.
pub unsafe fn get_callback(context: &Context, argument: Argument) -> Result<c_long> {
    let function = context.callbacks.status.get().function();
    // SAFETY: as the caller promises.
    unsafe { argument.write::<StatusFunction>(function) }
}

/// Writes the last argument of the status callback.
///
/// - Lifetime of `SSL_CTRL_GET_TLSEXT_STATUS_REQ_CB_ARG`: the program's own pointer.
///
/// # Safety
/// The pointer can be written as a pointer.
pub unsafe fn get_callback_argument(context: &Context, argument: Argument) -> Result<c_long> {
    let value = context.callbacks.status.get().argument();
    // SAFETY: as the caller promises.
    unsafe { argument.write(value) }
}

/// Lends the stapled response and returns its length; -1 when there is none. A response that the
/// program has set is lent in its own memory.
///
/// - Lifetime of `SSL_CTRL_GET_TLSEXT_STATUS_REQ_OCSP_RESP`: until another is set, the next
///   handshake of a client, or the connection's end.
///
/// # Safety
/// The pointer can be written as a pointer.
pub unsafe fn get_response(connection: &Connection, argument: Argument) -> Result<c_long> {
    let response = connection.peer.ocsp.response();
    let (pointer, length): (*const c_uchar, c_long) = match response.as_deref() {
        Some(response) => (response.as_ptr(), response.len() as c_long),
        None => (ptr::null(), -1),
    };
    // SAFETY: as the caller promises.
    unsafe { argument.write(pointer) }?;
    Ok(length)
}

/// Sets the response that a server staples; the library takes the memory. NULL for none.
///
/// # Safety
/// The pointer is NULL or memory of libcrypto's allocator with as many bytes as the number says,
/// whose ownership the caller transfers.
pub unsafe fn set_response(connection: &Connection, argument: Argument) -> c_long {
    let length = usize::try_from(argument.number).unwrap_or(0);
    // SAFETY: as the caller promises.
    let response = unsafe { Allocated::from_raw_owned(argument.pointer.cast(), length) };
    connection.peer.ocsp.set_response(response);
    1
}

/// Sets one of the lists that belong to a request. The library takes it. The former list becomes
/// the program's, as in OpenSSL, so a program may change a list that it was lent and set it again.
///
/// # Safety
/// The pointer is NULL or a list of such items, whose ownership the caller transfers.
pub unsafe fn set_list<T: StackItem>(list: &mut Option<Stack<T>>, argument: Argument) -> c_long {
    // SAFETY: as the caller promises.
    let former = std::mem::replace(list, unsafe { Stack::from_raw_owned(argument.pointer) });
    std::mem::forget(former);
    1
}

/// Lends one of the lists that belong to a request; NULL for none.
///
/// - Lifetime of `SSL_CTRL_GET_TLSEXT_STATUS_REQ_EXTS`: until another is set, or the connection's
///   end; one that is replaced is the program's.
/// - Lifetime of `SSL_CTRL_GET_TLSEXT_STATUS_REQ_IDS`: until another is set, or the connection's
///   end; one that is replaced is the program's.
///
/// # Safety
/// The pointer can be written as a pointer.
pub unsafe fn get_list<T: StackItem>(
    list: &Option<Stack<T>>,
    argument: Argument,
) -> Result<c_long> {
    let raw: *mut std::ffi::c_void = list.as_ref().map_or(ptr::null_mut(), Stack::as_ptr);
    // SAFETY: as the caller promises.
    unsafe { argument.write(raw) }
}
