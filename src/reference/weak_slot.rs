//! A field of an object that refers to what the object belongs to, as long as that lives: its owner.
//!
//! The owner has a [`WeakHandle`], with a reference to itself, and sets it in the [`WeakSlot`] of each object that it
//! owns. It clears the slots before it retires the handle. So while a slot is set, the handle lives. A thread that read
//! the slot just before it was cleared may still follow it: it is pinned. Setting is a plain store; clearing compares
//! first.

use std::ptr::{NonNull, null_mut};
use std::sync::Arc;

use super::reclaim::{pin, retire};
use super::sync::{AtomicPtr, Ordering};

/// A reference that slots can be set to.
pub struct WeakHandle<T: ?Sized + 'static>(NonNull<Arc<T>>);

// SAFETY: the reference is Send and Sync, never changed, and freed when no thread can be reading it.
unsafe impl<T: ?Sized + Send + Sync> Send for WeakHandle<T> {}
// SAFETY: as above.
unsafe impl<T: ?Sized + Send + Sync> Sync for WeakHandle<T> {}

impl<T: ?Sized + Send + Sync> WeakHandle<T> {
    /// A handle to `owner`. It is not freed before it is [retired](Self::retire).
    pub fn new(owner: Arc<T>) -> Self {
        Self(NonNull::from(Box::leak(Box::new(owner))))
    }

    /// Drops the reference once every thread that is pinned now has unpinned. `bytes` is the size of the owner.
    ///
    /// # Safety
    /// All slots were cleared; the handle is used no more. Dropping the owner runs no foreign code.
    pub unsafe fn retire(&self, bytes: usize) {
        // SAFETY: a thread that pins from now on does not find the handle; any thread may drop the reference.
        unsafe { retire(self.0.as_ptr(), bytes, free) };
    }
}

/// # Safety
/// `handle` came from [`WeakHandle::new`], and is freed once.
unsafe fn free<T: ?Sized>(handle: *mut Arc<T>) {
    // SAFETY: as the caller promises.
    drop(unsafe { Box::from_raw(handle) });
}

/// Refers to the owner of the handle that it was last set to; empty at first.
pub struct WeakSlot<T: ?Sized + 'static>(AtomicPtr<Arc<T>>);

impl<T: ?Sized> Default for WeakSlot<T> {
    fn default() -> Self {
        Self(AtomicPtr::new(null_mut()))
    }
}

impl<T: ?Sized> WeakSlot<T> {
    /// Sets the slot.
    ///
    /// # Safety
    /// [`clear`](Self::clear) is called with `handle` before the handle is retired or the slot is dropped.
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

    /// True if the slot is set to `handle`.
    #[inline]
    pub fn is_set_to(&self, handle: &WeakHandle<T>) -> bool {
        self.0.load(Ordering::Relaxed) == handle.0.as_ptr()
    }

    /// What `look` returns of the owner; `None` if the slot is not set. `look` runs while the thread is pinned: it must
    /// neither wait nor run foreign code. It may find an owner that has just let go of the object.
    #[inline]
    pub fn with<R>(&self, look: impl FnOnce(&Arc<T>) -> R) -> Option<R> {
        if self.0.load(Ordering::Relaxed).is_null() {
            return None;
        }
        let pinned = pin();
        // SAFETY: the handle lives while the slot is set to it; after that it is freed when we have unpinned.
        let owner = unsafe { self.0.load(Ordering::Acquire).as_ref() };
        let seen = owner.map(look);
        drop(pinned);
        seen
    }

    /// A reference to the owner; `None` if the slot is not set.
    pub fn get(&self) -> Option<Arc<T>> {
        self.with(Arc::clone)
    }
}
