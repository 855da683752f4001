//! A lock that detects that its holder does not exist in a forked child.
//!
//! The lock word names the process that holds it ([`super::fork::generation`]). A thread that finds
//! another process there knows that the holder does not exist in its own: it takes the lock, and
//! repairs what the holder may have left half done.

use std::cell::UnsafeCell;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicU32, Ordering};

use super::fork::generation;

/// Set in the lock word while a thread may be asleep, waiting for it.
const WAITERS: u32 = 1;
/// How often a waiter looks again before it sleeps. It waits between looks, first for [`FIRST_PAUSE`] steps, then for
/// twice as many, up to [`LONGEST_PAUSE`]: far longer than a writer holds the lock. So the last holder often takes it
/// again at once, with all the data in its processor's cache, and two threads together do nearly as much work as one.
/// If they alternated, each turn would move half a dozen cache lines between processors.
const LOOKS: u32 = 7;
const FIRST_PAUSE: u32 = 48;
const LONGEST_PAUSE: u32 = 384;

/// A mutex that a forked child can continue to use. Do not hold it across slow operations.
pub struct Lock<T> {
    /// 0 when free, else `generation << 1`, plus [`WAITERS`].
    word: AtomicU32,
    value: UnsafeCell<T>,
}

// SAFETY: the value is only reached through a guard, one at a time, or through `&mut self`.
unsafe impl<T: Send> Sync for Lock<T> {}

/// Holds the lock until it is dropped.
pub struct Guard<'a, T>(&'a Lock<T>);

impl<T> Lock<T> {
    /// A free lock around `value`.
    pub fn new(value: T) -> Self {
        Self {
            word: AtomicU32::new(0),
            value: UnsafeCell::new(value),
        }
    }

    /// Waits until the lock is free and takes it. If its holder does not exist in this process,
    /// `repair` is called first.
    #[inline]
    pub fn lock(&self, repair: impl FnOnce(&mut T)) -> Guard<'_, T> {
        let mine = generation() << 1;
        let taken = self
            .word
            .compare_exchange(0, mine, Ordering::Acquire, Ordering::Relaxed);
        let stale = taken.is_err() && self.wait(mine);
        let mut guard = Guard(self);
        if stale {
            repair(&mut guard);
        }
        guard
    }

    /// Takes the lock if it is free. Never waits.
    #[inline]
    pub fn try_lock(&self) -> Option<Guard<'_, T>> {
        let mine = generation() << 1;
        self.word
            .compare_exchange(0, mine, Ordering::Acquire, Ordering::Relaxed)
            .ok()
            .map(|_| Guard(self))
    }

    /// Takes the lock; true if it was taken from a holder that is not of this process.
    #[cold]
    fn wait(&self, mine: u32) -> bool {
        let mut pause = FIRST_PAUSE;
        for _ in 0..LOOKS {
            (0..pause).for_each(|_| std::hint::spin_loop());
            pause = (2 * pause).min(LONGEST_PAUSE);
            let seen = self.word.load(Ordering::Relaxed);
            if seen == 0 {
                let taken =
                    self.word
                        .compare_exchange(0, mine, Ordering::Acquire, Ordering::Relaxed);
                if taken.is_ok() {
                    return false;
                }
            } else if seen & !WAITERS != mine {
                break;
            }
        }
        loop {
            let before = self.word.swap(mine | WAITERS, Ordering::Acquire);
            if before == 0 {
                return false;
            }
            if before & !WAITERS != mine {
                return true;
            }
            self.sleep(mine | WAITERS);
        }
    }

    fn sleep(&self, expected: u32) {
        let wait = libc::FUTEX_WAIT | libc::FUTEX_PRIVATE_FLAG;
        let forever = std::ptr::null::<libc::timespec>();
        // SAFETY: the word outlives the call; the kernel only compares it. Any return is fine, since
        // the caller looks again.
        unsafe { libc::syscall(libc::SYS_futex, &self.word, wait, expected, forever) };
    }
}

impl<T> Deref for Guard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: this guard holds the lock.
        unsafe { &*self.0.value.get() }
    }
}

impl<T> DerefMut for Guard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: this guard holds the lock, and is borrowed exclusively.
        unsafe { &mut *self.0.value.get() }
    }
}

impl<T> Drop for Guard<'_, T> {
    #[inline]
    fn drop(&mut self) {
        if self.0.word.swap(0, Ordering::Release) & WAITERS != 0 {
            let wake = libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG;
            // SAFETY: waking needs the address of the word only.
            unsafe { libc::syscall(libc::SYS_futex, &self.0.word, wake, 1) };
        }
    }
}

#[cfg(test)]
impl<T> Lock<T> {
    /// Puts the lock in the state in which a child finds it when a thread of the parent held it at
    /// the fork.
    pub fn abandon(&self) {
        self.word.store(u32::MAX << 1, Ordering::Relaxed);
    }
}
