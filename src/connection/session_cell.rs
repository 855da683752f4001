//! The session of a connection. Threads may ask for it while the connection takes another one
//! (`SSL_get1_session(3)`), though all else of a connection is for one thread at a time.

use arc_swap::{ArcSwapAny, RefCnt};

use crate::session::{Session, SessionRef};

/// Holds a reference to a session, or none. Takes no lock.
#[derive(Default)]
pub(super) struct SessionCell(ArcSwapAny<Option<SessionRef>>);

impl SessionCell {
    /// The session, with a reference of the caller's own.
    #[inline]
    pub fn get(&self) -> Option<SessionRef> {
        self.0.load_full()
    }

    /// The session's address, NULL for none. Stands for no reference.
    pub fn pointer(&self) -> *mut Session {
        self.0
            .load()
            .as_ref()
            .map_or(std::ptr::null_mut(), |session| session.as_ptr())
    }

    /// Puts `session` in and returns what was there.
    pub fn replace(&self, session: Option<SessionRef>) -> Option<SessionRef> {
        self.0.swap(session)
    }
}

// SAFETY: a reference is one pointer, which into_ptr gives away with its count and from_ptr takes
// back; clones are to the same object. The pointer is never null.
unsafe impl RefCnt for SessionRef {
    type Base = Session;

    fn into_ptr(me: Self) -> *mut Session {
        me.into_raw()
    }

    fn as_ptr(me: &Self) -> *mut Session {
        (**me).as_ptr()
    }

    unsafe fn from_ptr(pointer: *const Session) -> Self {
        // SAFETY: from `into_ptr`, as the trait demands.
        unsafe { Self::from_raw(pointer.cast_mut()) }
    }
}
