//! Atomics and the lock, in one place so that loom can replace them.

#[cfg(not(loom))]
pub use std::sync::atomic::{AtomicPtr, AtomicU64, AtomicUsize, Ordering};

#[cfg(loom)]
pub use loom::sync::atomic::{AtomicPtr, AtomicU64, AtomicUsize, Ordering};

#[cfg(not(loom))]
pub use super::lock::{Guard as LockGuard, Lock};

#[cfg(loom)]
pub use {loom::sync::MutexGuard as LockGuard, loomed::Lock};

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

        /// The value, when no other thread can have the lock.
        pub fn get_mut(&mut self) -> &mut T {
            self.0.get_mut().unwrap()
        }
    }
}
