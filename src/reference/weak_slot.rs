//! A field of an object that refers to the object's owner as long as that lives.
//!
//! The owner has a [`WeakHandle`] to itself, and sets it in the [`WeakSlot`] of each object that it owns. It clears the
//! slots before it drops the handle. So while a slot is set, the handle lives. A thread that read the slot just before
//! it was cleared may still follow it: it is pinned, and the handle's memory is retired. Setting is a plain store;
//! clearing compares first.

use std::ptr::{NonNull, null_mut};
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Arc, Weak};

use super::reclaim::{pin, retire};

/// A weak reference that slots can be set to.
pub struct WeakHandle<T: ?Sized + 'static>(NonNull<Weak<T>>);

// SAFETY: the weak reference is Send and Sync, never changed, and freed when no thread can be reading it.
unsafe impl<T: ?Sized + Send + Sync> Send for WeakHandle<T> {}
// SAFETY: as above.
unsafe impl<T: ?Sized + Send + Sync> Sync for WeakHandle<T> {}

impl<T: ?Sized> WeakHandle<T> {
    /// A handle to `owner`.
    pub fn new(owner: Weak<T>) -> Self {
        Self(NonNull::from(Box::leak(Box::new(owner))))
    }
}

impl<T: ?Sized> Drop for WeakHandle<T> {
    fn drop(&mut self) {
        // SAFETY: all slots were cleared, so a thread that pins from now on does not find the handle; any thread
        // may drop a weak reference.
        unsafe { retire(self.0.as_ptr(), size_of::<Weak<T>>(), free) };
    }
}

/// # Safety
/// `handle` came from [`WeakHandle::new`], and is freed once.
unsafe fn free<T: ?Sized>(handle: *mut Weak<T>) {
    // SAFETY: as the caller promises.
    drop(unsafe { Box::from_raw(handle) });
}

/// Refers to the owner of the handle that it was last set to; empty at first.
pub struct WeakSlot<T: ?Sized + 'static>(AtomicPtr<Weak<T>>);

impl<T: ?Sized> Default for WeakSlot<T> {
    fn default() -> Self {
        Self(AtomicPtr::new(null_mut()))
    }
}

impl<T: ?Sized> WeakSlot<T> {
    /// Sets the slot.
    ///
    /// # Safety
    /// [`clear`](Self::clear) is called with `handle` before the handle or the slot is dropped.
    #[inline]
    pub unsafe fn set(&self, handle: &WeakHandle<T>) {
        // Release: a thread that finds the handle finds it initialised.
        self.0.store(handle.0.as_ptr(), Ordering::Release);
    }

    /// Clears the slot if it is still set to `handle`.
    #[inline]
    pub fn clear(&self, handle: &WeakHandle<T>) {
        let handle = handle.0.as_ptr();
        // Between the two only another owner can set the slot, and then that value stays.
        if self.0.load(Ordering::Relaxed) == handle {
            let _ =
                self.0
                    .compare_exchange(handle, null_mut(), Ordering::Release, Ordering::Relaxed);
        }
    }

    /// True if the slot is set.
    #[cfg(test)]
    pub fn is_set(&self) -> bool {
        !self.0.load(Ordering::Relaxed).is_null()
    }

    /// The owner, if the slot is set and the owner lives.
    pub fn get(&self) -> Option<Arc<T>> {
        if self.0.load(Ordering::Relaxed).is_null() {
            return None;
        }
        let pinned = pin();
        // SAFETY: the handle lives while the slot is set to it; after that it is freed when we have unpinned.
        let handle = unsafe { self.0.load(Ordering::Acquire).as_ref() };
        let owner = handle.and_then(Weak::upgrade);
        drop(pinned);
        owner
    }
}
