//! What loom replaces in the cache, besides the atomics and the lock of [`crate::reference::sync`].

#[cfg(not(loom))]
use crate::reference::sync::Ordering;
use crate::reference::sync::{AtomicPtr, AtomicU64, AtomicUsize};

pub use crate::reference::sync::prefetch;

/// Loads by the holder of the lock with which alone a place is written.
///
/// Under loom such a load must not be an access like any other. Loom goes through the orders of two accesses of which
/// at least one writes, but remembers only the last access to each place: a writer that looked at a place before it
/// wrote to it would hide that a lookup had been there just before, and the other order would never be tried.
pub trait LoadLocked {
    /// What is in the place.
    type Value;

    /// Loads it.
    fn load_locked(&self) -> Self::Value;
}

macro_rules! load_locked {
    ($(($($generic:ident)?) $atomic:ty, $value:ty;)*) => {
        $(impl $(<$generic>)? LoadLocked for $atomic {
            type Value = $value;

            #[inline]
            fn load_locked(&self) -> $value {
                #[cfg(not(loom))]
                return self.load(Ordering::Relaxed);
                #[cfg(loom)]
                // SAFETY: loom's atomics do not need it; a store at the same time is an error that loom reports.
                return unsafe { self.unsync_load() };
            }
        })*
    };
}

load_locked! {
    (T) AtomicPtr<T>, *mut T;
    () AtomicUsize, usize;
    () AtomicU64, u64;
}

/// `count` atomic null pointers, or `None` when memory is short. Freed with [`free_slots`].
#[cfg(not(loom))]
pub fn new_slots<T>(count: usize) -> Option<std::ptr::NonNull<AtomicPtr<T>>> {
    let layout = std::alloc::Layout::array::<AtomicPtr<T>>(count).ok()?;
    // SAFETY: the callers ask for at least one slot, so the size is not zero. All bits zero is a null
    // `AtomicPtr`, and zeroed memory costs nothing until it is touched.
    std::ptr::NonNull::new(unsafe { std::alloc::alloc_zeroed(layout) }.cast())
}

/// Frees what [`new_slots`] gave.
///
/// # Safety
/// `slots` came from [`new_slots`] with the same `count`, and is used no more.
#[cfg(not(loom))]
pub unsafe fn free_slots<T>(slots: std::ptr::NonNull<AtomicPtr<T>>, count: usize) {
    if let Ok(layout) = std::alloc::Layout::array::<AtomicPtr<T>>(count) {
        // SAFETY: the caller's promise: same pointer, same layout.
        unsafe { std::alloc::dealloc(slots.as_ptr().cast(), layout) }
    }
}

#[cfg(loom)]
pub use loomed::{free_slots, new_slots};

#[cfg(loom)]
mod loomed {
    use super::AtomicPtr;
    use std::ptr::NonNull;

    /// As without loom.
    pub fn new_slots<T>(count: usize) -> Option<NonNull<AtomicPtr<T>>> {
        let slots: Box<[_]> = (0..count)
            .map(|_| AtomicPtr::new(std::ptr::null_mut::<T>()))
            .collect();
        NonNull::new(Box::into_raw(slots).cast())
    }

    /// As without loom.
    ///
    /// # Safety
    /// As without loom.
    pub unsafe fn free_slots<T>(slots: NonNull<AtomicPtr<T>>, count: usize) {
        let all = std::ptr::slice_from_raw_parts_mut(slots.as_ptr(), count);
        // SAFETY: the caller's promise: made by `new_slots` with this count.
        drop(unsafe { Box::from_raw(all) });
    }
}
