//! The cache itself: what can be done with it, and in which order its parts are changed.

use super::entry::{Entry, Key};
use super::index::{Locked, NodeId, OwnedIndex, Put, Removed, prefetch_own_node};
use super::statistics::count;
use crate::fallible;
use crate::reference::sync::Ordering;
use crate::reference::{Ref, garbage, try_to_collect};

/// Up to here memory that waits for pinned threads does not matter. Beyond, adding is refused while
/// nothing gets freed.
const GARBAGE_BOUND: usize = if cfg!(test) { 4 << 20 } else { 32 << 20 };
/// How often adding tries to get something freed, when there is too much garbage.
const COLLECT_TRIES: usize = 8;

/// A cache of objects that are found by key and leave in order of expiry.
///
/// All methods may be called from any thread at any time. None of them runs foreign code: what leaves
/// the cache is returned, with the reference that the cache had.
pub struct Cache<T: Entry> {
    pub(super) index: OwnedIndex<T>,
}

/// The outcome of adding an object.
#[derive(Debug)]
pub enum Inserted<T: Entry> {
    /// It is in the cache now.
    Added {
        /// The other object that had its key, which is no longer in the cache.
        replaced: Option<Ref<T>>,
        /// The one that had to make room. If the limit was lowered there may be more to evict: call
        /// [`Cache::evict`] until it has none.
        evicted: Option<Ref<T>>,
    },
    /// It was in the cache before. Its place in the order is the one of its expiry now, behind all that
    /// expire at the same time.
    AlreadyPresent,
    /// Memory is short, or too much of it waits to be freed. The cache is as it was.
    Refused,
}

impl<T: Entry> Cache<T> {
    /// An empty cache with room for `limit` objects in the sense of [`Cache::set_limit`].
    pub fn new(limit: usize) -> Self {
        Self {
            index: OwnedIndex::new(limit),
        }
    }

    /// The object with this key. Takes no lock, never waits, and writes to no shared memory but
    /// the count of the object that it found.
    pub fn find(&self, key: &Key) -> Option<Ref<T>> {
        self.index.find(key)
    }

    /// True if there is an object with this key. As [`Cache::find`], and writes to nothing at all.
    pub fn contains(&self, key: &Key) -> bool {
        self.index.contains(key)
    }

    /// Adds an object, with the caller's reference. It replaces another object with its key. When the
    /// number of objects, this one included, reaches the limit, the first to expire of the others goes.
    pub fn insert(&self, entry: Ref<T>) -> Inserted<T> {
        if too_much_garbage() {
            return Inserted::Refused;
        }
        let Some((mut locked, put)) = self.index.put(entry) else {
            return Inserted::Refused;
        };
        match put {
            Put::AlreadyPresent(unused) => {
                drop(locked);
                drop(unused);
                Inserted::AlreadyPresent
            }
            Put::Added { new, replaced } => {
                let victim = self.take_excess(&mut locked, new);
                locked.finish(1);
                Inserted::Added {
                    replaced: replaced.map(Removed::release),
                    evicted: victim.map(Removed::release),
                }
            }
        }
    }

    /// As [`Cache::insert`] of an object that is in the cache under its present key: true if it was found to be, without a
    /// look at the key. Else nothing has happened.
    pub fn insert_again(&self, entry: &T) -> bool {
        self.index.put_again(entry)
    }

    /// Takes out the first to expire if the cache has reached its limit, but not `kept`, the object that
    /// was added last. To be called until there is none, after something was added.
    pub fn evict(&self, kept: &Ref<T>) -> Option<Ref<T>> {
        if !self.is_over() {
            return None;
        }
        self.change(|locked| {
            let kept = locked.id_of(kept);
            self.take_excess(locked, kept)
        })
    }

    /// Takes out the object with the key of `entry`, this one or another.
    pub fn remove(&self, entry: &Ref<T>) -> Option<Ref<T>> {
        // Most often that is the node to be taken out, and in a large cache it is not in the processor's cache.
        prefetch_own_node(&**entry);
        self.change(|locked| locked.remove(entry, |_| true))
    }

    /// Takes out this very object, which has expired, and not another one that has its key by now.
    pub fn expire(&self, entry: &Ref<T>) -> Option<Ref<T>> {
        self.change(|locked| {
            let removed = locked.remove(entry, |held| held.is(entry))?;
            count(self.index.expiries());
            Some(removed)
        })
    }

    /// Gives `entry` the place in the order that its expiry demands now, behind all that expire at the
    /// same time. False if it is not in this cache.
    #[cfg(test)]
    pub fn reorder(&self, entry: &T) -> bool {
        self.index.lock().reorder(entry)
    }

    /// References to all objects, in order of expiry. `None` when memory is short. Writers wait until it is
    /// done, lookups do not.
    pub fn snapshot(&self) -> Option<Vec<Ref<T>>> {
        let mut all = Vec::new();
        loop {
            fallible::ask(|| all.try_reserve(self.len() + 16)).ok()?;
            let locked = self.index.lock();
            if all.capacity() < self.len() {
                continue;
            }
            let mut next = locked.first();
            while let Some(held) = next {
                all.extend(Ref::of(held.object()));
                next = held.next();
            }
            return Some(all);
        }
    }

    /// How many objects are in the cache. Takes no lock.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// The limit; 0 is none.
    pub fn limit(&self) -> usize {
        self.index.limit().load(Ordering::Relaxed)
    }

    /// Sets the limit and returns the old one. With a limit of n there are at most n - 1 objects after
    /// one was added (1 if n is 1), as in OpenSSL; 0 is no limit. Takes effect when something is added.
    pub fn set_limit(&self, limit: usize) -> usize {
        self.index.limit().swap(limit, Ordering::Relaxed)
    }

    /// Does `take` with the lock held, and returns what it has taken out, if anything.
    pub(super) fn change(
        &self,
        take: impl FnOnce(&mut Locked<'_, T>) -> Option<Removed<T>>,
    ) -> Option<Ref<T>> {
        let mut locked = self.index.lock();
        let removed = take(&mut locked)?;
        locked.finish(1);
        Some(removed.release())
    }

    fn is_over(&self) -> bool {
        let limit = self.limit();
        limit > 0 && self.len() >= limit
    }

    /// Takes out the first to expire other than `kept` if the limit is reached.
    fn take_excess(&self, locked: &mut Locked<'_, T>, kept: NodeId<T>) -> Option<Removed<T>> {
        if !self.is_over() {
            return None;
        }
        let victim = locked.remove_first(kept)?;
        count(self.index.evictions());
        Some(victim)
    }
}

/// True if much memory waits to be freed and none of it can be: some thread has been pinned for long.
fn too_much_garbage() -> bool {
    let before = garbage();
    if before.bytes <= GARBAGE_BOUND {
        return false;
    }
    for _ in 0..COLLECT_TRIES {
        try_to_collect();
        if garbage().freed != before.freed {
            return false;
        }
        std::thread::yield_now();
    }
    true
}
