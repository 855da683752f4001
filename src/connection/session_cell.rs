//! The session of a connection. Threads may ask for it while the connection takes another one
//! (`SSL_get1_session(3)`), though all else of a connection is for one thread at a time.

use std::ptr::NonNull;

use crate::cache::CountedCell;
use crate::session::{Session, SessionRef};

/// Holds a reference to a session, or none. Takes no lock.
pub(super) struct SessionCell(CountedCell<Session>);

impl SessionCell {
    /// The session, with a reference of the caller's own.
    #[inline]
    pub fn get(&self) -> Option<SessionRef> {
        // SAFETY: the cell gives a reference, and with it the session is live.
        Some(unsafe { SessionRef::from_raw(self.0.get()?.as_ptr()) })
    }

    /// The session's address, NULL for none. Stands for no reference.
    pub fn pointer(&self) -> *mut Session {
        self.0.pointer()
    }

    /// Puts `session` in and returns what was there.
    pub fn replace(&self, session: Option<SessionRef>) -> Option<SessionRef> {
        let new = session.and_then(|session| NonNull::new(session.into_raw()));
        // SAFETY: `into_raw` gives a reference away, which the cell takes over.
        let old = unsafe { self.0.replace(new) }?;
        // SAFETY: the cell gives a reference, and with it the session is live.
        Some(unsafe { SessionRef::from_raw(old.as_ptr()) })
    }
}

impl Default for SessionCell {
    fn default() -> Self {
        Self(CountedCell::new())
    }
}

impl Drop for SessionCell {
    fn drop(&mut self) {
        self.replace(None);
    }
}
