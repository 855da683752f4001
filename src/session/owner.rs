//! The cache that a session is in.
//!
//! A session has a pointer to its cache's [`Ownership`], which the cache sets when the session enters
//! and takes back when it leaves, both with its lock held. So while the pointer is there the session
//! is in the cache, and the ownership lives. A thread that has read the pointer just before it was
//! taken back may follow it still: it is pinned, and the memory is freed through the epoch.

use std::ptr::NonNull;
use std::sync::{Arc, Weak};

use crate::cache;
use crate::session::Session;
use crate::session::sync::{AtomicPtr, Ordering};

/// A cache, as its sessions see it.
pub trait Owner: Send + Sync {
    /// The session's time or timeout has changed, so its place in the order of expiry has (S54).
    fn reordered(&self, session: &Session);
}

type Handle = Weak<dyn Owner>;

/// How the sessions in a cache find it. Belongs to the cache, and outlives the stay of every session.
pub struct Ownership(NonNull<Handle>);

// SAFETY: the handle is Send and Sync, never changed, and freed when no thread can be reading it.
unsafe impl Send for Ownership {}
// SAFETY: as above.
unsafe impl Sync for Ownership {}

impl Ownership {
    /// For the cache of `owner`.
    pub fn new(owner: Weak<dyn Owner>) -> Self {
        Self(NonNull::from(Box::leak(Box::new(owner))))
    }
}

impl Drop for Ownership {
    fn drop(&mut self) {
        /// # Safety
        /// `handle` came from [`Ownership::new`] and is freed once.
        unsafe fn free(handle: *mut Handle) {
            // SAFETY: as the caller promises.
            drop(unsafe { Box::from_raw(handle) });
        }
        // SAFETY: no session is in the cache any more, so nobody that pins from now on finds the
        // handle; any thread may drop a weak reference.
        unsafe { cache::retire(self.0.as_ptr(), size_of::<Handle>(), free) };
    }
}

/// Which cache a session says it belongs to: the one it entered last, until it leaves that (S103).
#[derive(Default)]
pub(super) struct OwnerSlot(AtomicPtr<Handle>);

impl OwnerSlot {
    /// The session has entered a cache.
    #[inline]
    pub fn set(&self, ownership: &Ownership) {
        // Release: whoever finds the handle finds it whole.
        self.0.store(ownership.0.as_ptr(), Ordering::Release);
    }

    /// The session has left the cache. Nothing changes if it has entered another meanwhile.
    #[inline]
    pub fn clear(&self, ownership: &Ownership) {
        let ours = ownership.0.as_ptr();
        // Only another cache's lock holder can come between, and then the session is that one's.
        if self.0.load(Ordering::Relaxed) == ours {
            let _ = self.0.compare_exchange(
                ours,
                std::ptr::null_mut(),
                Ordering::Release,
                Ordering::Relaxed,
            );
        }
    }

    /// The owner, as long as it lives.
    pub fn get(&self) -> Option<Arc<dyn Owner>> {
        if self.0.load(Ordering::Relaxed).is_null() {
            return None;
        }
        let pinned = cache::pin();
        // SAFETY: whoever set the pointer keeps the handle alive until it was taken back here; after
        // that it is freed when we have unpinned.
        let handle = unsafe { self.0.load(Ordering::Acquire).as_ref() };
        let owner = handle.and_then(Weak::upgrade);
        drop(pinned);
        owner
    }
}
