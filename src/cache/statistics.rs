//! The statistics of a cache.

use super::entries::Cache;
use super::entry::Entry;
use super::index::LoadLocked;
use crate::reference::garbage;
use crate::reference::sync::{AtomicU64, Ordering};

/// What a cache counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Objects in the cache.
    pub entries: usize,
    /// Objects that had to make room, ever.
    pub evictions: u64,
    /// Objects that were taken out because they had expired, ever.
    pub expiries: u64,
    /// Bytes that the cache occupies beyond the objects themselves.
    pub bytes: usize,
    /// Bytes in the process, of all caches and of objects that were in one, that were given up and wait
    /// for threads in the middle of a lookup.
    pub garbage: usize,
}

impl<T: Entry> Cache<T> {
    /// The statistics. Takes no lock; each is right, but they may belong to slightly different moments.
    pub fn statistics(&self) -> Statistics {
        Statistics {
            entries: self.len(),
            evictions: self.index.evictions().load(Ordering::Relaxed),
            expiries: self.index.expiries().load(Ordering::Relaxed),
            bytes: size_of::<Self>() + self.index.bytes(),
            garbage: garbage().bytes,
        }
    }
}

/// One more, by the holder of the lock: only it changes a counter, so that needs no atomic addition.
pub(super) fn count(counter: &AtomicU64) {
    counter.store(counter.load_locked() + 1, Ordering::Relaxed);
}
