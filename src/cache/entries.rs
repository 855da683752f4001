//! The cache itself: what can be done with it, and in which order its parts are changed.

use std::sync::Weak;

use super::entry::{Entry, Key};
use super::index::chains::{Index, Place};
use super::index::node::Node;
use super::index::order::Order;
use super::index::own_node::{node_for, own_node};
use super::index::table::Table;
use super::statistics::count;
use crate::fallible;
use crate::reference::sync::{AtomicU64, AtomicUsize, Ordering};
use crate::reference::{Lock, LockGuard, Ref, WeakHandle, garbage, pin, retire, try_to_collect};

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
    pub(super) index: Index<T>,
    /// Different from the number of any other cache that this process ever had; not 0.
    pub(super) number: u64,
    limit: AtomicUsize,
    pub(super) owner: WeakHandle<T::Owner>,
    pub(super) writers: Writers<T>,
}

/// What writers write to, on other cache lines than what lookups read.
#[repr(align(128))]
pub(super) struct Writers<O> {
    /// What the lock guards, beside the index.
    pub(super) order: Lock<Order<O>>,
    pub(super) entries: AtomicUsize,
    pub(super) node_bytes: AtomicUsize,
    pub(super) evictions: AtomicU64,
    pub(super) expiries: AtomicU64,
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

// SAFETY: objects and nodes are reached through the index while pinned, or with the lock held; objects are
// `Send` and `Sync`.
unsafe impl<T: Entry> Send for Cache<T> {}
// SAFETY: as above.
unsafe impl<T: Entry> Sync for Cache<T> {}

impl<T: Entry> Cache<T> {
    /// An empty cache with room for `limit` objects in the sense of [`Cache::set_limit`]. What is in
    /// it belongs to `owner`.
    pub fn new(limit: usize, owner: Weak<T::Owner>) -> Self {
        static LAST: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
        Self {
            index: Index::new(),
            number: LAST.fetch_add(1, Ordering::Relaxed) + 1,
            limit: AtomicUsize::new(limit),
            owner: WeakHandle::new(owner),
            writers: Writers {
                order: Lock::new(Order::new()),
                entries: AtomicUsize::new(0),
                node_bytes: AtomicUsize::new(0),
                evictions: AtomicU64::new(0),
                expiries: AtomicU64::new(0),
            },
        }
    }

    /// The object with this key. Takes no lock, never waits, and writes to no shared memory but
    /// the count of the object that it found.
    pub fn find(&self, key: &Key) -> Option<Ref<T>> {
        let pinned = pin();
        let mut dead = std::ptr::null_mut();
        let found = loop {
            // SAFETY: we are pinned until `found` is there.
            let node = unsafe { self.index.find(key) };
            // SAFETY: as above.
            let Some(object) = (unsafe { node.as_ref() }).map(|node| node.object) else {
                break None;
            };
            // SAFETY: the node was linked after we pinned, and owned a reference until it was
            // unlinked; so if the object is gone, its memory was retired while we were pinned.
            let upgraded = Ref::of(unsafe { object.as_ref() });
            if upgraded.is_some() || node == dead {
                break upgraded;
            }
            // The cache has dropped it since we saw it. Another may have its key now. Seeing the same
            // one again means that a thread dropped a reference that it did not own.
            dead = node;
        };
        drop(pinned);
        found
    }

    /// True if there is an object with this key. As [`Cache::find`], and writes to nothing at all.
    pub fn contains(&self, key: &Key) -> bool {
        let pinned = pin();
        // SAFETY: we are pinned, and do not read the node.
        let found = !unsafe { self.index.find(key) }.is_null();
        drop(pinned);
        found
    }

    /// Adds an object, with the caller's reference. It replaces another object with its key. When the
    /// number of objects, this one included, reaches the limit, the first to expire of the others goes.
    pub fn insert(&self, entry: Ref<T>) -> Inserted<T> {
        let key = entry.key();
        if too_much_garbage() {
            return Inserted::Refused;
        }
        let Some(node) = node_for(self.number, &key, &entry) else {
            return Inserted::Refused;
        };
        let node = node.as_ptr();
        let mut order = self.lock();
        let expires = entry.expires();
        // SAFETY: the lock is held until `order` is dropped, so what index and order lead to is live.
        // `node` is in no list unless the object is here already: if it is the object's own it is for this key
        // in this cache alone, and if not, no other thread has it. The object lives as long as `entry` does, and
        // then the cache has its reference.
        unsafe {
            let place = self.index.place(&key);
            let old = place.node();
            if !old.is_null() && (*old).object == entry.as_non_null() {
                order.take_out(old);
                order.file(old, expires);
                self.claim(&entry, &key);
                drop(order);
                if !(*node).is_own() {
                    Node::free(node);
                }
                return Inserted::AlreadyPresent;
            }
            order.file(node, expires);
            self.claim(&entry, &key);
            // The node has the reference now.
            let _ = entry.into_raw();
            self.index.put(&place, node);
            if old.is_null() {
                self.writers.count_in(&*node);
            } else {
                (*old).object.as_ref().owner().clear(&self.owner);
                order.take_out(old);
            }
            let victim = self.take_excess(&mut order, node);
            self.finish(order, 1);
            Inserted::Added {
                replaced: give_up(old),
                evicted: give_up(victim),
            }
        }
    }

    /// Takes out the first to expire if the cache has reached its limit, but not `kept`, the object that
    /// was added last. To be called until there is none, after something was added.
    pub fn evict(&self, kept: &Ref<T>) -> Option<Ref<T>> {
        if !self.is_over() {
            return None;
        }
        self.change(|order| {
            // SAFETY: `change` holds the lock.
            unsafe {
                let node = self.place_of(kept).node();
                self.take_excess(order, node)
            }
        })
    }

    /// Takes out the object with the key of `entry`, this one or another.
    pub fn remove(&self, entry: &Ref<T>) -> Option<Ref<T>> {
        // Most often that is the node to be taken out, and in a large cache it is not in the processor's cache.
        if let Some(node) = own_node(&**entry) {
            Node::prefetch(node.as_ptr());
        }
        self.change(|order| {
            // SAFETY: `change` holds the lock, so what the index leads to is live.
            unsafe {
                let place = self.place_of(entry);
                match place.node().is_null() {
                    false => self.unlink(order, &place),
                    true => std::ptr::null_mut(),
                }
            }
        })
    }

    /// Takes out this very object, which has expired, and not another one that has its key by now.
    pub fn expire(&self, entry: &Ref<T>) -> Option<Ref<T>> {
        self.change(|order| {
            // SAFETY: `change` holds the lock, so what the index leads to is live.
            unsafe {
                let place = self.place_of(entry);
                match place.node().as_ref() {
                    Some(node) if node.object == entry.as_non_null() => {
                        count(&self.writers.expiries);
                        self.unlink(order, &place)
                    }
                    _ => std::ptr::null_mut(),
                }
            }
        })
    }

    /// Gives `entry` the place in the order that its expiry demands now, behind all that expire at the
    /// same time. False if it is not in this cache.
    pub fn reorder(&self, entry: &Ref<T>) -> bool {
        let mut order = self.lock();
        let expires = entry.expires();
        // SAFETY: the lock is held, so what index and order lead to is live.
        unsafe {
            let node = self.place_of(entry).node();
            let held = !node.is_null() && (*node).object == entry.as_non_null();
            if held {
                order.take_out(node);
                order.file(node, expires);
            }
            held
        }
    }

    /// References to all objects, in order of expiry. `None` when memory is short. Writers wait until it is
    /// done, lookups do not.
    pub fn snapshot(&self) -> Option<Vec<Ref<T>>> {
        let mut all = Vec::new();
        loop {
            fallible::ask(|| all.try_reserve(self.len() + 16)).ok()?;
            let order = self.lock();
            if all.capacity() < self.len() {
                continue;
            }
            let mut node = order.first();
            // SAFETY: the lock is held, so nodes in the order are live and own a reference.
            unsafe {
                while let Some(held) = node.as_ref() {
                    all.extend(Ref::of(held.object.as_ref()));
                    node = order.after(node);
                }
            }
            return Some(all);
        }
    }

    /// How many objects are in the cache. Takes no lock.
    pub fn len(&self) -> usize {
        self.writers.entries.load(Ordering::Relaxed)
    }

    /// The limit; 0 is none.
    pub fn limit(&self) -> usize {
        self.limit.load(Ordering::Relaxed)
    }

    /// Sets the limit and returns the old one. With a limit of n there are at most n - 1 objects after
    /// one was added (1 if n is 1), as in OpenSSL; 0 is no limit. Takes effect when something is added.
    pub fn set_limit(&self, limit: usize) -> usize {
        self.limit.swap(limit, Ordering::Relaxed)
    }

    /// Marks an object as one of this cache's, under this key.
    ///
    /// # Safety
    /// The lock is held, and the object is in the order.
    pub(super) unsafe fn claim(&self, entry: &Ref<T>, key: &Key) {
        entry.expose();
        entry.key_hash().store(key.hash(), Ordering::Relaxed);
        // SAFETY: what leaves the order is cleared before, at the latest when the cache is dropped, and the cache
        // has a reference to the object until then.
        unsafe { entry.owner().set(&self.owner) };
    }

    pub(super) fn lock(&self) -> LockGuard<'_, Order<T>> {
        self.writers.order.lock(|order| self.repair(order))
    }

    /// Does `take` with the lock held, and gives up the node that it has taken out, if any.
    pub(super) fn change(
        &self,
        take: impl FnOnce(&mut Order<T>) -> *mut Node<T>,
    ) -> Option<Ref<T>> {
        let mut order = self.lock();
        let taken = take(&mut order);
        if taken.is_null() {
            return None;
        }
        self.finish(order, 1);
        // SAFETY: the node was taken out of index and order just now.
        unsafe { give_up(taken) }
    }

    /// Ends a critical section with so many changes: adapts the index to the number of objects, releases the lock,
    /// and retires tables.
    #[inline]
    pub(super) fn finish(&self, order: LockGuard<'_, Order<T>>, changes: usize) {
        let entries = self.len();
        let mut tables = [std::ptr::null_mut(); 2];
        // SAFETY: the lock is held.
        unsafe {
            if !self.index.suits(entries) {
                tables = self.index.adapt(entries, changes);
            }
        }
        drop(order);
        if !tables[0].is_null() {
            // SAFETY: the tables were unlinked with the lock held, so a thread that pins from now on cannot reach
            // them.
            unsafe { retire_tables(tables) };
        }
    }

    /// Where `entry` is, or another object with its key, or would be.
    ///
    /// # Safety
    /// The lock is held.
    unsafe fn place_of(&self, entry: &Ref<T>) -> Place<T> {
        // SAFETY: the lock is held.
        unsafe {
            let hash = entry.key_hash().load(Ordering::Relaxed);
            let place = self.index.place_of(hash, entry.as_non_null());
            if !place.node().is_null() {
                return place;
            }
            self.index.place(&entry.key())
        }
    }

    fn is_over(&self) -> bool {
        let limit = self.limit();
        limit > 0 && self.len() >= limit
    }

    /// Takes out the first to expire other than `kept` if the limit is reached; null if it is not.
    ///
    /// # Safety
    /// The lock is held.
    unsafe fn take_excess(&self, order: &mut Order<T>, kept: *mut Node<T>) -> *mut Node<T> {
        if !self.is_over() {
            return std::ptr::null_mut();
        }
        let mut victim = order.first();
        // SAFETY: the lock is held, so nodes in the order are live and in the index.
        unsafe {
            if victim == kept && !victim.is_null() {
                victim = order.after(victim);
            }
            let Some(node) = victim.as_ref() else {
                return victim;
            };
            let place = self.index.place_of(node.hash(), node.object);
            count(&self.writers.evictions);
            self.unlink(order, &place)
        }
    }

    /// Takes the node at `place` out: first of the index, then of the order (see `repair`). The object
    /// is released in between, so that what belongs to the cache is in the order at any time.
    ///
    /// # Safety
    /// The lock is held, and there is a node at `place`.
    pub(super) unsafe fn unlink(&self, order: &mut Order<T>, place: &Place<T>) -> *mut Node<T> {
        let node = place.node();
        // SAFETY: what is in the index is in the order, and live.
        unsafe {
            self.index.take_out(place);
            (*node).object.as_ref().owner().clear(&self.owner);
            order.take_out(node);
            self.writers.count_out(&*node);
        }
        node
    }
}

impl<T: Entry> Drop for Cache<T> {
    fn drop(&mut self) {
        let order = self.writers.order.get_mut();
        let mut node = order.first();
        while !node.is_null() {
            // SAFETY: no other thread has the cache. Its nodes are live and own a reference each.
            unsafe {
                let next = order.after(node);
                let object = (*node).object;
                object.as_ref().owner().clear(&self.owner);
                if !(*node).is_own() {
                    Node::free(node);
                }
                drop(Ref::from_raw(object.as_ptr()));
                node = next;
            }
        }
    }
}

/// Retires tables. The first may be there without the second.
///
/// # Safety
/// No thread that pins from now on can reach them.
#[cold]
unsafe fn retire_tables<O: 'static>(tables: [*mut Table<O>; 2]) {
    for table in tables {
        // SAFETY: the caller's promise.
        unsafe {
            if let Some(bytes) = table.as_ref().map(Table::bytes) {
                retire(table, bytes, Table::free);
            }
        }
    }
}

/// The reference of a node that was taken out. Retires the node unless it is its object's own. Null is fine.
///
/// # Safety
/// The caller has taken the node out of index and order, and released the lock since.
pub(super) unsafe fn give_up<T: Entry>(node: *mut Node<T>) -> Option<Ref<T>> {
    // SAFETY: the node is live: it was in the cache, and this thread alone has its reference, which keeps the object
    // with its own node. Threads that pin from now on do not find it.
    unsafe {
        let object = node.as_ref()?.object;
        if !(*node).is_own() {
            retire(node, Node::<T>::bytes((*node).hash()), Node::free);
        }
        Some(Ref::from_raw(object.as_ptr()))
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
