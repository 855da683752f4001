//! The cache itself: what can be done with it, and in which order its parts are changed.

use super::entry::{Entry, Key};
use super::index::{Index, Place, Table};
use super::node::Node;
use super::order::Order;
use super::reclaim::{garbage, pin, retire, try_to_collect};
use super::sync::{AtomicU64, AtomicUsize, Lock, Ordering, prefetch};

/// Up to here memory that waits for pinned threads does not matter. Beyond, adding is refused while
/// nothing gets freed.
const GARBAGE_BOUND: usize = if cfg!(test) { 4 << 20 } else { 32 << 20 };
/// How often adding tries to get something freed, when there is too much garbage.
const COLLECT_TRIES: usize = 8;

/// A cache of objects that are found by key and leave in order of expiry.
///
/// All methods may be called from any thread at any time. None of them runs foreign code: what leaves
/// the cache is returned, with the reference that the cache had.
pub struct Cache<E: Entry> {
    index: Index<E::Object>,
    limit: AtomicUsize,
    writers: Writers<E::Object>,
}

/// What writers write to. On cache lines of its own, so that lookups do not feel it.
#[repr(align(128))]
struct Writers<O> {
    order: Lock<Order<O>>,
    entries: AtomicUsize,
    node_bytes: AtomicUsize,
    evictions: AtomicU64,
}

/// What became of an object that was to be added.
#[derive(Debug)]
pub enum Inserted<E> {
    /// It is in the cache now.
    Added {
        /// The other object that had its key, which is no longer in the cache.
        replaced: Option<E>,
        /// The one that had to make room. If the limit was lowered there may be more to evict: call
        /// [`Cache::evict`] until it has none.
        evicted: Option<E>,
    },
    /// It was in the cache before. Its place in the order is the one of its expiry now, behind all that
    /// expire at the same time.
    AlreadyPresent,
    /// Memory is short, or too much of it waits to be freed. The cache is as it was.
    Refused,
}

/// Which objects a flush takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Those that have expired at this time (seconds since 1970).
    At(i64),
    /// All.
    Always,
}

/// What a cache has to tell about itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Objects in the cache.
    pub entries: usize,
    /// Objects that had to make room, ever.
    pub evictions: u64,
    /// Bytes that the cache occupies beyond the objects themselves.
    pub bytes: usize,
    /// Bytes in the process, of all caches and of objects that were in one, that were given up and wait
    /// for threads in the middle of a lookup.
    pub garbage: usize,
}

// SAFETY: objects and nodes are reached through the index while pinned, or with the lock held; `Entry`
// demands `Send` and `Sync` of the references.
unsafe impl<E: Entry> Send for Cache<E> {}
// SAFETY: as above.
unsafe impl<E: Entry> Sync for Cache<E> {}

impl<E: Entry> Cache<E> {
    /// An empty cache with room for `limit` objects in the sense of [`Cache::set_limit`].
    pub fn new(limit: usize) -> Self {
        Self {
            index: Index::new(),
            limit: AtomicUsize::new(limit),
            writers: Writers {
                order: Lock::new(Order::new()),
                entries: AtomicUsize::new(0),
                node_bytes: AtomicUsize::new(0),
                evictions: AtomicU64::new(0),
            },
        }
    }

    /// The object with this key. Takes no lock, waits for nobody, and writes to no shared memory but
    /// the count of the object that it found.
    pub fn find(&self, key: &Key) -> Option<E> {
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
            let upgraded = unsafe { E::try_upgrade(object) };
            if upgraded.is_some() || node == dead {
                break upgraded;
            }
            // The cache has dropped it since we saw it. Another may have its key now. Seeing the same
            // one again means that somebody dropped a reference that was not theirs.
            dead = node;
        };
        drop(pinned);
        found
    }

    /// Adds an object, with the caller's reference. It replaces another object with its key. When the
    /// number of objects, this one included, reaches the limit, the first to expire of the others goes.
    pub fn insert(&self, entry: E) -> Inserted<E> {
        let key = entry.key();
        if too_much_garbage() {
            return Inserted::Refused;
        }
        let Some(node) = Node::new(key, entry.object()) else {
            return Inserted::Refused;
        };
        let node = node.as_ptr();
        let mut order = self.lock();
        // SAFETY: the lock is held until `order` is dropped, so what index and order lead to is live;
        // the new node is ours until it is linked.
        unsafe {
            let place = self.index.place(&key);
            let old = place.node();
            if !old.is_null() && (*old).object == entry.object() {
                order.take_out(old);
                order.file(old, entry.expires());
                drop(order);
                Node::free(node);
                return Inserted::AlreadyPresent;
            }
            order.file(node, entry.expires());
            entry.into_raw();
            self.index.put(&place, node);
            if old.is_null() {
                self.count_in(key.hash());
            } else {
                order.take_out(old);
            }
            let evicted = self.take_excess(&mut order, node);
            let unused = self.index.adapt(self.len());
            drop(order);
            let replaced = self.give_up(old);
            let evicted = self.give_up(evicted);
            retire_tables(unused);
            Inserted::Added { replaced, evicted }
        }
    }

    /// Takes out the first to expire if the cache has reached its limit, but not `kept`, the object that
    /// was added last. To be called until there is none, after something was added.
    pub fn evict(&self, kept: &E) -> Option<E> {
        if !self.is_over() {
            return None;
        }
        let key = kept.key();
        self.change(|order| {
            // SAFETY: `change` holds the lock.
            unsafe {
                let node = self.index.place(&key).node();
                self.take_excess(order, node)
            }
        })
    }

    /// Takes out the object with this key.
    pub fn remove(&self, key: &Key) -> Option<E> {
        self.remove_if(key, |_| true)
    }

    /// Takes out `entry`, but not another object that has its key.
    pub fn remove_same(&self, entry: &E) -> Option<E> {
        let object = entry.object();
        self.remove_if(&entry.key(), |node| node.object == object)
    }

    fn remove_if(&self, key: &Key, wanted: impl Fn(&Node<E::Object>) -> bool) -> Option<E> {
        self.change(|order| {
            // SAFETY: `change` holds the lock, so what the index leads to is live.
            unsafe {
                let place = self.index.place(key);
                match place.node().as_ref() {
                    Some(node) if wanted(node) => self.unlink(order, &place),
                    _ => std::ptr::null_mut(),
                }
            }
        })
    }

    /// Takes out the first to expire if it is due.
    pub fn pop(&self, due: Due) -> Option<E> {
        self.change(|order| {
            let first = order.first();
            // SAFETY: `change` holds the lock, so nodes in the order are live and in the index.
            unsafe {
                match (first.as_ref(), due) {
                    (None, _) => std::ptr::null_mut(),
                    (Some(node), Due::At(now)) if !(*node.expiry.get()).is_past(now) => {
                        std::ptr::null_mut()
                    }
                    (Some(node), _) => {
                        let place = self.index.place(&node.key);
                        if let Some(next) = order.after(first).as_ref() {
                            // Whoever flushes comes back for this one.
                            self.index.prefetch(&next.key);
                            prefetch(next.object.as_ptr());
                        }
                        self.unlink(order, &place)
                    }
                }
            }
        })
    }

    /// Takes out what is due, one by one as the iterator is asked, in order of expiry and without
    /// holding anything in between. Ends after as many as there are now, so that objects that are added
    /// meanwhile cannot keep it going.
    pub fn flush(&self, due: Due) -> impl Iterator<Item = E> + '_ {
        (0..self.len()).map_while(move |_| self.pop(due))
    }

    /// Gives `entry` the place in the order that its expiry demands now, behind all that expire at the
    /// same time. False if it is not in this cache.
    pub fn reorder(&self, entry: &E) -> bool {
        let key = entry.key();
        let mut order = self.lock();
        // SAFETY: the lock is held, so what index and order lead to is live.
        unsafe {
            let node = self.index.place(&key).node();
            let held = !node.is_null() && (*node).object == entry.object();
            if held {
                order.take_out(node);
                order.file(node, entry.expires());
            }
            held
        }
    }

    /// References to all objects, in order of expiry. `None` when memory is short. Writers wait
    /// meanwhile, lookups do not.
    pub fn snapshot(&self) -> Option<Vec<E>> {
        let mut all = Vec::new();
        loop {
            all.try_reserve(self.len() + 16).ok()?;
            let order = self.lock();
            if all.capacity() < self.len() {
                continue;
            }
            let mut node = order.first();
            // SAFETY: the lock is held, so nodes in the order are live and own a reference.
            unsafe {
                while let Some(held) = node.as_ref() {
                    all.extend(E::try_upgrade(held.object));
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

    /// The figures. Takes no lock; each is right, but they may belong to slightly different moments.
    pub fn figures(&self) -> Figures {
        let pinned = pin();
        // SAFETY: we are pinned.
        let tables = unsafe { self.index.bytes() };
        drop(pinned);
        Figures {
            entries: self.len(),
            evictions: self.writers.evictions.load(Ordering::Relaxed),
            bytes: size_of::<Self>() + tables + self.writers.node_bytes.load(Ordering::Relaxed),
            garbage: garbage().bytes,
        }
    }

    fn lock(&self) -> impl std::ops::DerefMut<Target = Order<E::Object>> + '_ {
        self.writers.order.lock(|order| self.repair(order))
    }

    /// Does `take` with the lock held, and gives up the node that it has taken out, if any.
    fn change(
        &self,
        take: impl FnOnce(&mut Order<E::Object>) -> *mut Node<E::Object>,
    ) -> Option<E> {
        let mut order = self.lock();
        let taken = take(&mut order);
        if taken.is_null() {
            return None;
        }
        // SAFETY: the lock is held.
        let unused = unsafe { self.index.adapt(self.len()) };
        drop(order);
        retire_tables(unused);
        // SAFETY: the node was taken out of index and order just now.
        unsafe { self.give_up(taken) }
    }

    fn is_over(&self) -> bool {
        let limit = self.limit();
        limit > 0 && self.len() >= limit
    }

    /// Takes out the first to expire other than `kept` if the limit is reached; null if it is not.
    ///
    /// # Safety
    /// The lock is held.
    unsafe fn take_excess(
        &self,
        order: &mut Order<E::Object>,
        kept: *mut Node<E::Object>,
    ) -> *mut Node<E::Object> {
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
            let place = self.index.place(&node.key);
            let evictions = self.writers.evictions.load(Ordering::Relaxed);
            self.writers
                .evictions
                .store(evictions + 1, Ordering::Relaxed);
            self.unlink(order, &place)
        }
    }

    /// Takes the node at `place` out: first of the index, then of the order (see `repair`).
    ///
    /// # Safety
    /// The lock is held, and there is a node at `place`.
    unsafe fn unlink(
        &self,
        order: &mut Order<E::Object>,
        place: &Place<E::Object>,
    ) -> *mut Node<E::Object> {
        let node = place.node();
        // SAFETY: what is in the index is in the order, and live.
        unsafe {
            self.index.take_out(place);
            order.take_out(node);
            self.count_out((*node).hash());
        }
        node
    }

    /// Retires a node that was taken out, and returns the reference that it had. Null is fine.
    ///
    /// # Safety
    /// The node was in index and order of this cache, and is in neither now.
    unsafe fn give_up(&self, node: *mut Node<E::Object>) -> Option<E> {
        // SAFETY: the caller's promise: nobody that pins from now on can reach the node, and its
        // reference is ours.
        unsafe {
            let Node { object, key, .. } = node.as_ref()?;
            let entry = E::from_raw(*object);
            retire(node, Node::<E::Object>::bytes(key.hash()), Node::free);
            Some(entry)
        }
    }

    // The counters change with the lock held only, so they need no atomic addition.
    fn count_in(&self, hash: u32) {
        let Writers {
            entries,
            node_bytes,
            ..
        } = &self.writers;
        let bytes = node_bytes.load(Ordering::Relaxed) + Node::<E::Object>::bytes(hash);
        node_bytes.store(bytes, Ordering::Relaxed);
        entries.store(entries.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
    }

    fn count_out(&self, hash: u32) {
        let Writers {
            entries,
            node_bytes,
            ..
        } = &self.writers;
        let bytes = node_bytes.load(Ordering::Relaxed) - Node::<E::Object>::bytes(hash);
        node_bytes.store(bytes, Ordering::Relaxed);
        entries.store(entries.load(Ordering::Relaxed) - 1, Ordering::Relaxed);
    }

    /// Makes whole what a writer that a fork has left behind was changing. Whatever it was adding or
    /// taking out is in the order, but may not be in the index: then it is left out.
    #[cold]
    fn repair(&self, order: &mut Order<E::Object>) {
        let mut bytes = 0;
        // SAFETY: the lock is held. Nothing is freed that a vanished thread had not unlinked.
        let entries = unsafe {
            self.index.repair();
            order.repair(|node| {
                let held = self.index.find(&(*node).key) == node;
                if held {
                    bytes += Node::<E::Object>::bytes((*node).hash());
                }
                held
            })
        };
        self.writers.node_bytes.store(bytes, Ordering::Relaxed);
        self.writers.entries.store(entries, Ordering::Relaxed);
    }
}

#[cfg(all(test, not(loom)))]
impl<E: Entry> Cache<E> {
    /// Leaves the cache as a fork would find it if another thread were in the middle of adding `half_in`
    /// and, having lost its list on the way, of taking out what has the key `half_out`.
    pub fn leave_half_done(&self, half_in: E, half_out: &Key) {
        let key = half_in.key();
        let node = Node::new(key, half_in.object()).expect("memory");
        let mut order = self.lock();
        // SAFETY: the lock is held, and what is linked is live.
        unsafe {
            order.file(node.as_ptr(), half_in.expires());
            half_in.into_raw();
            let place = self.index.place(half_out);
            assert!(!place.node().is_null());
            self.index.take_out(&place);
            order.forget_all_but_lowest();
        }
        drop(order);
        self.writers.entries.store(7, Ordering::Relaxed);
        self.writers.order.abandon();
    }
}

impl<E: Entry> Drop for Cache<E> {
    fn drop(&mut self) {
        let order = self.writers.order.get_mut();
        let mut node = order.first();
        while !node.is_null() {
            // SAFETY: nobody else has the cache. Its nodes are live and own a reference each.
            unsafe {
                let next = order.after(node);
                drop(E::from_raw((*node).object));
                Node::free(node);
                node = next;
            }
        }
    }
}

fn retire_tables<O: 'static>(unused: [*mut Table<O>; 2]) {
    for table in unused {
        // SAFETY: the index gave the table away, so nobody that pins from now on can reach it.
        unsafe {
            if let Some(bytes) = table.as_ref().map(Table::bytes) {
                retire(table, bytes, Table::free);
            }
        }
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
