//! The count of references that an object in a cache has. Each holder has one, and who gives references
//! out ([`super::CountedCell`]) a stock of them.
//!
//! The memory orderings are those of `std::sync::Arc`, for the same reasons:
//!
//! - Adding is Relaxed: who adds has a reference already, and handing the new one to another
//!   thread is ordered by whatever hands it over (for a cell's stock, by the cell's word).
//! - Taking one is Release, and whoever takes the last one reads the count with Acquire: all uses by
//!   all holders come before the end of the object. (A fence would do, but ThreadSanitizer knows
//!   none.)
//! - [`RefCount::try_add`] never brings the count back from zero: it compares and exchanges. The
//!   cache published the object with Release and the lookup found it with Acquire, so what was
//!   written before is visible already; Acquire on success only makes it hold for holders that
//!   came later too. Acquire on finding zero shows the lookup that the object was unlinked.

use super::sync::{AtomicUsize, Ordering};

/// An object that has such a count.
///
/// # Safety
/// The object is alive as long as its count is not zero, and its address is below 2^48.
pub unsafe trait Counted {
    /// The count.
    fn count(&self) -> &RefCount;
}

/// How many references there are to one object. It begins with one.
pub struct RefCount(AtomicUsize);

impl RefCount {
    /// The count of an object that was just made.
    pub fn one() -> Self {
        Self(AtomicUsize::new(1))
    }

    /// One more, made from one that the caller has or is lent.
    #[inline]
    pub fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// So many more, made from one that the caller has.
    #[inline]
    pub fn add_many(&self, references: usize) {
        self.0.fetch_add(references, Ordering::Relaxed);
    }

    /// So many less, by a caller who keeps one.
    #[inline]
    pub fn take_many(&self, references: usize) {
        self.0.fetch_sub(references, Ordering::Release);
    }

    /// True if there is but one, which the caller has.
    pub fn is_one(&self) -> bool {
        self.0.load(Ordering::Acquire) == 1
    }

    /// One more, unless there is none left. For who can read the count and has no reference.
    #[inline]
    pub fn try_add(&self) -> bool {
        let mut seen = self.0.load(Ordering::Acquire);
        while seen != 0 {
            let added =
                self.0
                    .compare_exchange_weak(seen, seen + 1, Ordering::Acquire, Ordering::Acquire);
            match added {
                Ok(_) => return true,
                Err(now) => seen = now,
            }
        }
        false
    }

    /// One less. True if that was the last: the object is the caller's alone now, to be ended.
    #[inline]
    #[must_use]
    pub fn take(&self) -> bool {
        if self.0.fetch_sub(1, Ordering::Release) != 1 {
            return false;
        }
        self.0.load(Ordering::Acquire);
        true
    }

    /// The count; it may change at once.
    #[cfg(test)]
    pub fn get(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}
