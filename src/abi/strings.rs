//! Texts (SSL_alert_type_string(3), ERR_load_SSL_strings).

use std::ffi::{c_char, c_int};

use crate::libcrypto::error_queue;
use crate::wire::AlertValue;

/// Returns the level of an alert as info callbacks get it: "warning", "fatal" or "unknown"
/// (SSL_alert_type_string_long(3)). `value` has the level in bits 8 to 15.
///
/// Lifetime: static.
#[unsafe(no_mangle)]
pub extern "C" fn SSL_alert_type_string_long(value: c_int) -> *const c_char {
    AlertValue(value).level().as_ptr()
}

/// Returns the level of an alert as info callbacks get it: "W", "F" or "U" for unknown
/// (SSL_alert_type_string(3)). `value` has the level in bits 8 to 15.
///
/// Lifetime: static.
#[unsafe(no_mangle)]
pub extern "C" fn SSL_alert_type_string(value: c_int) -> *const c_char {
    AlertValue(value).short_level().as_ptr()
}

/// Returns the description of an alert, such as "handshake failure", or "unknown"
/// (SSL_alert_desc_string_long(3)). `value` has the description in bits 0 to 7.
///
/// Lifetime: static.
#[unsafe(no_mangle)]
pub extern "C" fn SSL_alert_desc_string_long(value: c_int) -> *const c_char {
    AlertValue(value).description().as_ptr()
}

/// Returns the description of an alert in two letters; "UK" for unknown (SSL_alert_desc_string(3)).
/// `value` has the description in bits 0 to 7.
///
/// Lifetime: static.
#[unsafe(no_mangle)]
pub extern "C" fn SSL_alert_desc_string(value: c_int) -> *const c_char {
    AlertValue(value).short_description().as_ptr()
}

/// Gives libcrypto the texts of this library's errors, for `ERR_reason_error_string` and the like
/// (ERR_load_SSL_strings). Programs need not call it: the library does so before the first error.
/// Returns 1. Any thread may call it, any number of times.
#[unsafe(no_mangle)]
pub extern "C" fn ERR_load_SSL_strings() -> c_int {
    error_queue::load_reason_texts();
    1
}
