//! libcrypto's error queue of the calling thread (`ERR_get_error(3)`).

use std::ffi::{CStr, CString, c_char, c_int};
use std::sync::OnceLock;

use openssl_sys as ffi;

use crate::error::Reason;
use crate::libcrypto::ffi as libcrypto;
use crate::reason::REASON_TEXTS;

/// The number of library `SSL` on the error queue (`ERR_LIB_SSL`).
const ERR_LIB_SSL: c_int = 20;

unsafe extern "C" {
    fn ERR_new();
    fn ERR_set_debug(file: *const c_char, line: c_int, function: *const c_char);
    fn ERR_set_error(library: c_int, reason: c_int, format: *const c_char, ...);
    fn ERR_peek_error() -> std::ffi::c_ulong;
    #[cfg(any(test, fuzzing))]
    fn ERR_get_error_all(
        file: *mut *const c_char,
        line: *mut c_int,
        function: *mut *const c_char,
        data: *mut *const c_char,
        flags: *mut c_int,
    ) -> std::ffi::c_ulong;
}

/// Queues one error of library `SSL`. `detail` explains it in words; empty for none.
pub fn raise(function: &'static CStr, reason: Reason, detail: &str) {
    load_reason_texts();
    let text = CString::new(detail).unwrap_or_default();
    // SAFETY: ERR_new opens an entry that the next two calls fill. The file and function names
    // are static; libcrypto copies the formatted text. The format takes one string.
    unsafe {
        ERR_new();
        ERR_set_debug(c"reprise".as_ptr(), 0, function.as_ptr());
        if detail.is_empty() {
            ERR_set_error(ERR_LIB_SSL, reason.0, std::ptr::null());
        } else {
            ERR_set_error(ERR_LIB_SSL, reason.0, c"%s".as_ptr(), text.as_ptr());
        }
    }
}

/// Gives libcrypto the texts of this library's reason codes (`ERR_load_SSL_strings`). Once per
/// process; any thread.
pub fn load_reason_texts() {
    /// libcrypto keeps pointers into it for the life of the process.
    static TABLE: OnceLock<ReasonTable> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table: Vec<ffi::ERR_STRING_DATA> = REASON_TEXTS
            .iter()
            .map(|(reason, text)| ffi::ERR_STRING_DATA {
                error: ffi::ERR_PACK(ERR_LIB_SSL, 0, reason.0),
                string: text.as_ptr(),
            })
            .collect();
        table.push(ffi::ERR_STRING_DATA {
            error: 0,
            string: std::ptr::null(),
        });
        // SAFETY: the table ends with a zero entry, lives for ever, and its texts are static.
        unsafe { ffi::ERR_load_strings(ERR_LIB_SSL, table.as_mut_ptr()) };
        ReasonTable { _entries: table }
    });
}

/// The table that libcrypto uses.
struct ReasonTable {
    _entries: Vec<ffi::ERR_STRING_DATA>,
}

// SAFETY: the library does not access it again; libcrypto reads it under its own lock.
unsafe impl Send for ReasonTable {}
// SAFETY: as above.
unsafe impl Sync for ReasonTable {}

/// Removes all errors of this thread (`ERR_clear_error`).
#[inline]
pub fn clear() {
    // `ERR_clear_error` visits all places of the queue, although it is empty most often; only then
    // no mark can be set, and nothing is changed.
    // SAFETY: touches only this thread's queue.
    unsafe {
        if libcrypto::ERR_set_mark() != 0 {
            ffi::ERR_clear_error();
        }
    }
}

/// Removes all errors of this thread, and sets `errno` to 0.
pub fn forget_failures() {
    clear();
    forget_system_error();
}

/// Sets `errno` to 0.
pub fn forget_system_error() {
    // SAFETY: `errno` of this thread can always be written.
    unsafe { *libc::__errno_location() = 0 };
}

/// The oldest error of this thread, packed, or 0 (`ERR_peek_error`).
pub fn peek() -> std::ffi::c_ulong {
    // SAFETY: reads only this thread's queue.
    unsafe { ERR_peek_error() }
}

/// Whether an error is a system error, whose reason is an `errno` (`ERR_SYSTEM_ERROR`).
pub fn is_of_system(error: u64) -> bool {
    const SYSTEM_ERROR: u64 = 0x8000_0000;
    error & SYSTEM_ERROR != 0
}

/// Takes all errors of this thread from the queue; returns their texts.
#[cfg(any(test, fuzzing))]
pub fn take_details() -> Vec<String> {
    let mut details = Vec::new();
    let mut detail = std::ptr::null();
    // SAFETY: touches only this thread's queue; a text lives until more errors are queued.
    unsafe {
        while ERR_get_error_all(
            std::ptr::null_mut(),
            std::ptr::null_mut(),
            std::ptr::null_mut(),
            &mut detail,
            std::ptr::null_mut(),
        ) != 0
        {
            details.push(CStr::from_ptr(detail).to_string_lossy().into_owned());
        }
    }
    details
}

/// Runs `work` and removes the errors of libcrypto that it queued; older ones stay.
pub fn quietly<T>(work: impl FnOnce() -> T) -> T {
    // SAFETY: touches only this thread's queue.
    unsafe { libcrypto::ERR_set_mark() };
    let _mark = Mark;
    work()
}

/// Removes the errors after the mark, also on a panic.
struct Mark;

impl Drop for Mark {
    fn drop(&mut self) {
        // SAFETY: touches only this thread's queue.
        unsafe { libcrypto::ERR_pop_to_mark() };
    }
}

/// True when the newest error of this thread says that PEM text ended without another block
/// (`PEM_R_NO_START_LINE`), which is how the end of a file looks.
pub fn last_is_no_start_line() -> bool {
    const ERR_LIB_PEM: c_int = 9;
    const PEM_R_NO_START_LINE: c_int = 108;
    // SAFETY: reads only this thread's queue.
    let last = unsafe { ffi::ERR_peek_last_error() };
    ffi::ERR_GET_LIB(last) == ERR_LIB_PEM && ffi::ERR_GET_REASON(last) == PEM_R_NO_START_LINE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_after_clearing() {
        for errors in [0, 1, 3, 20] {
            for _ in 0..errors {
                raise(c"test", Reason::INTERNAL_ERROR, "detail");
            }
            assert_eq!(peek() != 0, errors > 0);
            clear();
            assert_eq!(peek(), 0);
        }
    }

    #[test]
    fn an_entry_without_an_error_is_cleared_too() {
        // SAFETY: opens an entry of this thread's queue, and leaves it without an error.
        unsafe { ERR_new() };
        clear();
        raise(c"test", Reason::INTERNAL_ERROR, "");
        assert_ne!(peek(), 0);
        clear();
    }

    #[test]
    fn no_mark_is_left_by_clearing() {
        raise(c"test", Reason::INTERNAL_ERROR, "");
        clear();
        raise(c"test", Reason::INTERNAL_ERROR, "");
        // SAFETY: touches only this thread's queue.
        assert_eq!(unsafe { libcrypto::ERR_pop_to_mark() }, 0);
        assert_eq!(peek(), 0);
    }
}
