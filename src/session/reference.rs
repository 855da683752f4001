//! References to a session.
//!
//! The count is OpenSSL's: one reference per holder, in C or here; a connection's cell has a stock of them
//! to give out. How it works stands in [`crate::reference`].

use crate::error::Result;
use crate::reference::{Count, Counted, Last, Ref};
use crate::session::Session;
use crate::tag;

/// An owned reference to a [`Session`]: `Clone` adds one, `Drop` drops one.
pub type SessionRef = Ref<Session>;

// SAFETY: `Session::from_view` makes sessions, as references; the count is the session's.
unsafe impl Counted for Session {
    fn count(&self) -> &Count {
        &self.count
    }

    /// The callbacks of the application data see the whole session; then the secrets are wiped, and what the
    /// session owns elsewhere is dropped.
    fn end(&self, last: Last) {
        self.ex_data.free_for(self);
        // The memory may stay for lookups that are under way, but to C the session is gone.
        self.tag.clear();
        self.bodies.wipe(last);
    }

    fn bytes(&self) -> usize {
        size_of::<Self>() + self.bodies.size() + self.node.bytes()
    }
}

impl SessionRef {
    /// Takes a reference over from a callback of the program; `None` for NULL, an error if it is not a session.
    ///
    /// # Safety
    /// `raw` is NULL, or a live session of which the caller owns a reference and gives it away, or else readable.
    pub unsafe fn from_callback(raw: *mut Session) -> Result<Option<Self>> {
        // SAFETY: as the caller promises.
        let session = unsafe { tag::look(raw) }?;
        // SAFETY: as above, and not NULL.
        Ok(session.map(|_| unsafe { Self::from_raw(raw) }))
    }
}

impl Session {
    /// The pointer that C knows the session by. It stands for no reference.
    pub fn as_ptr(&self) -> *mut Session {
        crate::reference::pointer_to(self)
    }
}
