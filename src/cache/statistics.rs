//! The statistics of a cache.

use super::entries::{Cache, Writers};
use super::entry::Entry;
use super::index::node::Node;
use super::index::sync::LoadLocked;
use crate::reference::sync::{AtomicU64, Ordering};
use crate::reference::{garbage, pin};

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
        let pinned = pin();
        // SAFETY: we are pinned.
        let tables = unsafe { self.index.bytes() };
        drop(pinned);
        Statistics {
            entries: self.len(),
            evictions: self.writers.evictions.load(Ordering::Relaxed),
            expiries: self.writers.expiries.load(Ordering::Relaxed),
            bytes: size_of::<Self>() + tables + self.writers.node_bytes.load(Ordering::Relaxed),
            garbage: garbage().bytes,
        }
    }
}

// The counters change with the lock held only, so they need no atomic addition.
impl<O> Writers<O> {
    /// A node has entered.
    pub(super) fn count_in(&self, node: &Node<O>) {
        let bytes = self.node_bytes.load_locked() + Node::<O>::bytes(node.hash());
        self.node_bytes.store(bytes, Ordering::Relaxed);
        let entries = self.entries.load_locked() + 1;
        self.entries.store(entries, Ordering::Relaxed);
    }

    /// A node has left.
    pub(super) fn count_out(&self, node: &Node<O>) {
        let bytes = self.node_bytes.load_locked() - Node::<O>::bytes(node.hash());
        self.node_bytes.store(bytes, Ordering::Relaxed);
        let entries = self.entries.load_locked() - 1;
        self.entries.store(entries, Ordering::Relaxed);
    }
}

/// One more, by the holder of the writers' lock.
pub(super) fn count(counter: &AtomicU64) {
    counter.store(counter.load_locked() + 1, Ordering::Relaxed);
}
