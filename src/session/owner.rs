//! The cache that a session is in.

use std::sync::{Mutex, PoisonError, Weak};

use crate::session::Session;

/// A cache, as its sessions see it.
pub trait Owner: Send + Sync {
    /// The session's time or timeout has changed, so its place in the order of expiry has (S54).
    fn reordered(&self, session: &Session);
}

/// Which cache owns the session, if any: at most one (S103).
#[derive(Default)]
pub(super) struct OwnerSlot(Mutex<Option<Weak<dyn Owner>>>);

impl OwnerSlot {
    /// Replaces the owner. The old one is returned so that it is dropped unlocked.
    pub fn replace(&self, owner: Option<Weak<dyn Owner>>) -> Option<Weak<dyn Owner>> {
        std::mem::replace(
            &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner),
            owner,
        )
    }

    /// The owner, as long as it lives.
    pub fn get(&self) -> Option<Weak<dyn Owner>> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}
