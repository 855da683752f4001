//! New and removed sessions, sessions that the cache lacks, and session ids.

use std::ffi::{c_int, c_uchar, c_uint};

use super::{Callback, Lent, Ssl, SslContext};
use crate::reference::tag;
use crate::session::{Session, SessionRef};

/// Sees a new session (SSL_CTX_sess_set_new_cb(3)).
pub type NewSessionFunction =
    Option<unsafe extern "C" fn(ssl: *mut Ssl, session: *mut Session) -> c_int>;

/// Sees a session that leaves the cache (SSL_CTX_sess_set_remove_cb(3)).
pub type RemoveSessionFunction =
    Option<unsafe extern "C" fn(ctx: *mut SslContext, session: *mut Session)>;

/// Finds a session that the cache does not have (SSL_CTX_sess_set_get_cb(3)).
pub type GetSessionFunction = Option<
    unsafe extern "C" fn(
        ssl: *mut Ssl,
        data: *const c_uchar,
        len: c_int,
        copy: *mut c_int,
    ) -> *mut Session,
>;

/// Makes a session id of at most `*id_len` bytes (SSL_CTX_set_generate_session_id(3)).
pub type GenerateSessionIdFunction =
    Option<unsafe extern "C" fn(ssl: *mut Ssl, id: *mut c_uchar, id_len: *mut c_uint) -> c_int>;

/// Decides whether a new session is not resumable (SSL_CTX_set_not_resumable_session_callback(3)).
pub type NotResumableFunction =
    Option<unsafe extern "C" fn(ssl: *mut Ssl, is_forward_secure: c_int) -> c_int>;

/// `SSL_CTX_sess_set_new_cb(3)`
pub type NewSessionCallback = Callback<NewSessionFunction>;
/// `SSL_CTX_sess_set_remove_cb(3)`
pub type RemoveSessionCallback = Callback<RemoveSessionFunction>;
/// `SSL_CTX_sess_set_get_cb(3)`
pub type GetSessionCallback = Callback<GetSessionFunction>;
/// `SSL_CTX_set_generate_session_id(3)`
pub type GenerateSessionIdCallback = Callback<GenerateSessionIdFunction>;
/// `SSL_CTX_set_not_resumable_session_callback(3)`
pub type NotResumableCallback = Callback<NotResumableFunction>;

impl NewSessionCallback {
    /// Shows a session to the program, which may keep a reference.
    pub fn call(self, connection: Lent<'_, Ssl>, session: &SessionRef) {
        let Some(function) = self.0 else {
            return;
        };
        let raw = session.clone().into_raw();
        // SAFETY: called as its manual page says: it gets a reference.
        if unsafe { function(connection.as_ptr(), raw) } == 0 {
            // SAFETY: it did not keep the reference.
            drop(unsafe { SessionRef::from_raw(raw) });
        }
    }
}

impl RemoveSessionCallback {
    /// Shows the program a session that has left the cache.
    #[inline]
    pub fn call(self, context: Lent<'_, SslContext>, session: &SessionRef) {
        if let Some(function) = self.0 {
            // SAFETY: called as its manual page says: the session is lent.
            unsafe { function(context.as_ptr(), session.as_ptr()) }
        }
    }
}

impl GetSessionCallback {
    /// The session that the program has for an id. A result that is not a session counts as none.
    pub fn call(self, connection: Lent<'_, Ssl>, id: &[u8]) -> Option<SessionRef> {
        let function = self.0?;
        let mut copy: c_int = 1;
        // SAFETY: called as its manual page says.
        let raw = unsafe {
            function(
                connection.as_ptr(),
                id.as_ptr(),
                id.len() as c_int,
                &raw mut copy,
            )
        };
        // SAFETY: NULL or a live session, as the manual page demands.
        unsafe { tag::look(raw) }.ok()??;
        // SAFETY: a live session: the program's, of which we take a reference (copy not 0), or one
        // whose reference it gives away (copy 0).
        Some(unsafe {
            match copy {
                0 => SessionRef::from_raw(raw),
                _ => SessionRef::clone_raw(raw),
            }
        })
    }
}

impl GenerateSessionIdCallback {
    /// Lets the program fill `id`, and returns the length that it has chosen, which may exceed that
    /// of `id`; `Some(None)` if it fails.
    pub fn call(self, connection: Lent<'_, Ssl>, id: &mut [u8]) -> Option<Option<usize>> {
        let function = self.0?;
        let mut length = id.len() as c_uint;
        // SAFETY: called as its manual page says, with a buffer of the length that is passed.
        match unsafe { function(connection.as_ptr(), id.as_mut_ptr(), &raw mut length) } {
            0 => Some(None),
            _ => Some(Some(length as usize)),
        }
    }
}

impl NotResumableCallback {
    /// Whether the program decides so; false without a function.
    pub fn call(self, connection: Lent<'_, Ssl>, is_forward_secure: bool) -> bool {
        self.0.is_some_and(|function| {
            // SAFETY: called as its manual page says.
            unsafe { function(connection.as_ptr(), is_forward_secure.into()) != 0 }
        })
    }
}
