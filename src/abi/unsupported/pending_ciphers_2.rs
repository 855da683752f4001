//! Not implemented yet: cipher suites, methods, groups, and names of states and alerts.

use std::ffi::{c_char, c_int};
use std::ptr;

use super::pending;
use crate::abi::method::Method;
use crate::connection::Connection;

/// Fixed TLS 1.1 method.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn TLSv1_1_method() -> *const Method {
    pending(c"TLSv1_1_method", ptr::null())
}

/// Fixed TLS 1.1 server method.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn TLSv1_1_server_method() -> *const Method {
    pending(c"TLSv1_1_server_method", ptr::null())
}

/// Fixed TLS 1.0 client method; handshakes need security level 0.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn TLSv1_client_method() -> *const Method {
    pending(c"TLSv1_client_method", ptr::null())
}

/// Fixed TLS 1.0 method.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn TLSv1_method() -> *const Method {
    pending(c"TLSv1_method", ptr::null())
}

/// Fixed TLS 1.0 server method.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn TLSv1_server_method() -> *const Method {
    pending(c"TLSv1_server_method", ptr::null())
}

/// Long alert description, the text unknown otherwise.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_alert_desc_string_long(value: c_int) -> *const c_char {
    pending(c"SSL_alert_desc_string_long", c"unknown".as_ptr())
}

/// warning, fatal or unknown.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_alert_type_string_long(value: c_int) -> *const c_char {
    pending(c"SSL_alert_type_string_long", c"unknown".as_ptr())
}

/// State text.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_state_string_long(ssl: *const Connection) -> *const c_char {
    pending(c"SSL_state_string_long", c"unknown".as_ptr())
}

/// Two-letter alert description.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_alert_desc_string(value: c_int) -> *const c_char {
    pending(c"SSL_alert_desc_string", c"unknown".as_ptr())
}

/// W, F or U.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_alert_type_string(value: c_int) -> *const c_char {
    pending(c"SSL_alert_type_string", c"unknown".as_ptr())
}

/// RH, RB, RD or unknown.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_rstate_string(ssl: *const Connection) -> *const c_char {
    pending(c"SSL_rstate_string", c"unknown".as_ptr())
}

/// Long form.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_rstate_string_long(ssl: *const Connection) -> *const c_char {
    pending(c"SSL_rstate_string_long", c"unknown".as_ptr())
}

/// Short state code.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_state_string(ssl: *const Connection) -> *const c_char {
    pending(c"SSL_state_string", c"unknown".as_ptr())
}

/// Name of a group id or NULL.
///
/// Status: unsupported (not yet implemented)
///
/// # Safety
/// No argument is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SSL_group_to_name(ssl: *mut Connection, id: c_int) -> *const c_char {
    pending(c"SSL_group_to_name", ptr::null())
}
