//! The application's password callback (`pem_password_cb(3)`).

use std::ffi::c_void;

use crate::libcrypto::ffi;

/// A password callback with its user data, as C gave them.
///
/// Without a callback libcrypto takes the user data for the password (a C string); without both
/// it asks on the terminal, as OpenSSL does.
#[derive(Clone, Copy)]
pub struct Password {
    callback: ffi::pem_password_cb,
    userdata: *mut c_void,
}

// SAFETY: two words that are only passed back to C. The application promises that the threads that
// use them may, as with OpenSSL.
unsafe impl Send for Password {}
// SAFETY: as above.
unsafe impl Sync for Password {}

impl Password {
    /// No callback and no user data.
    pub const fn none() -> Self {
        Self {
            callback: None,
            userdata: std::ptr::null_mut(),
        }
    }

    /// The application's callback and user data.
    ///
    /// # Safety
    /// The callback may be called with this user data whenever the value is used; without a
    /// callback, the user data is NULL or a C string.
    pub const unsafe fn new(callback: ffi::pem_password_cb, userdata: *mut c_void) -> Self {
        Self { callback, userdata }
    }

    /// The callback.
    pub fn callback(&self) -> ffi::pem_password_cb {
        self.callback
    }

    /// The user data.
    pub fn userdata(&self) -> *mut c_void {
        self.userdata
    }
}
