//! References to a session.
//!
//! The count is OpenSSL's: one reference per holder, in C or Rust; a connection's cell has a stock of them. See
//! [`crate::reference`].

use crate::reference::{Count, Counted, Last, Ref};
use crate::session::Session;

/// An owned reference to a [`Session`]: `Clone` adds one, `Drop` drops one.
pub type SessionRef = Ref<Session>;

// SAFETY: `Session::of` makes sessions, as references; the count is the session's.
unsafe impl Counted for Session {
    fn count(&self) -> &Count {
        &self.count
    }

    /// The callbacks of the application data see the whole session; then the secrets are wiped, and everything that the
    /// session owns elsewhere is dropped.
    fn end(&self, last: &Last) {
        self.ex_data.free_for(self);
        // The memory may still exist for running lookups, but for C the session is gone.
        self.tag.clear();
        self.bodies.wipe(last);
    }

    fn bytes(&self) -> usize {
        size_of::<Self>() + self.bodies.size() + self.attachment.bytes()
    }
}

impl Session {
    /// The session's pointer in C. It carries no reference.
    pub fn as_ptr(&self) -> *mut Session {
        crate::reference::pointer_to(self)
    }
}
