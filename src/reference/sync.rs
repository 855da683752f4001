//! Atomics and the lock, in one place so that loom can replace them; and prefetching.

#[cfg(not(loom))]
pub use std::sync::atomic::{AtomicPtr, AtomicU64, AtomicUsize, Ordering};

#[cfg(loom)]
pub use loom::sync::atomic::{AtomicPtr, AtomicU64, AtomicUsize, Ordering};

#[cfg(not(loom))]
pub use super::lock::{Guard as LockGuard, Lock};

#[cfg(loom)]
pub use {loom::sync::MutexGuard as LockGuard, loomed::Lock};

/// Prefetches the memory at `place`, on machines that can. Any pointer is fine.
#[inline]
pub fn prefetch<T>(place: *const T) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a prefetch reads nothing that the program could see, and never faults.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T0>(place.cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = place;
}

#[cfg(loom)]
mod loomed {
    /// The lock under loom: never stale, since models do not fork.
    pub struct Lock<T>(loom::sync::Mutex<T>);

    impl<T> Lock<T> {
        /// A free lock around `value`.
        pub fn new(value: T) -> Self {
            Self(loom::sync::Mutex::new(value))
        }

        /// Waits until the lock is free and takes it.
        pub fn lock(&self, _repair: impl FnOnce(&mut T)) -> loom::sync::MutexGuard<'_, T> {
            self.0.lock().unwrap()
        }

        /// Takes the lock if it is free.
        pub fn try_lock(&self) -> Option<loom::sync::MutexGuard<'_, T>> {
            self.0.try_lock().ok()
        }
    }
}
