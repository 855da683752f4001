//! Reports to the program: information, messages, key log.

use std::ffi::{CStr, c_char, c_int, c_void};

use super::{Callback, CallbackWith, Lent, Ssl};

/// Sees states and alerts (SSL_CTX_set_info_callback(3)).
pub type InfoFunction = Option<unsafe extern "C" fn(ssl: *const Ssl, kind: c_int, val: c_int)>;

/// Receives one line of the key log (SSL_CTX_set_keylog_callback(3)).
pub type KeylogFunction = Option<unsafe extern "C" fn(ssl: *const Ssl, line: *const c_char)>;

/// Sees protocol messages (SSL_CTX_set_msg_callback(3)).
pub type MessageFunction = Option<
    unsafe extern "C" fn(
        write_p: c_int,
        version: c_int,
        content_type: c_int,
        buf: *const c_void,
        len: usize,
        ssl: *mut Ssl,
        arg: *mut c_void,
    ),
>;

/// `SSL_CTX_set_info_callback(3)`
pub type InfoCallback = Callback<InfoFunction>;
/// `SSL_CTX_set_keylog_callback(3)`
pub type KeylogCallback = Callback<KeylogFunction>;
/// `SSL_CTX_set_msg_callback(3)`
pub type MessageCallback = CallbackWith<MessageFunction>;

impl InfoCallback {
    /// Reports a state or an alert.
    pub fn call(self, connection: Lent<'_, Ssl>, kind: c_int, value: c_int) {
        if let Some(function) = self.0 {
            // SAFETY: called as its manual page says.
            unsafe { function(connection.as_ptr(), kind, value) }
        }
    }
}

impl KeylogCallback {
    /// Passes a line to the program.
    pub fn call(self, connection: Lent<'_, Ssl>, line: &CStr) {
        if let Some(function) = self.0 {
            // SAFETY: called as its manual page says, with a line that is valid during the call.
            unsafe { function(connection.as_ptr(), line.as_ptr()) }
        }
    }
}

/// The direction of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// It was received.
    Received,
    /// It is sent.
    Sent,
}

impl MessageCallback {
    /// Reports a message.
    pub fn call(
        self,
        connection: Lent<'_, Ssl>,
        direction: Direction,
        version: c_int,
        content_type: c_int,
        bytes: &[u8],
    ) {
        let Some(function) = self.function else {
            return;
        };
        // SAFETY: called as its manual page says, with bytes that are valid during the call.
        unsafe {
            function(
                (direction == Direction::Sent).into(),
                version,
                content_type,
                bytes.as_ptr().cast(),
                bytes.len(),
                connection.as_ptr(),
                self.argument,
            );
        }
    }
}
