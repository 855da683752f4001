//! The linked structure of a cache: its nodes, the chains that lead from a key to a node, and the order of expiry.
//!
//! All unsafe code of the cache is here. Chains and order are followed while pinned, which [`Index::find`] is, or with
//! the lock held. A thread that has the lock has a [`Locked`]; what it sees of a node, [`Held`], borrows that, so
//! nothing can be changed while it is used. Only whole changes can be made: each leaves chains and order as the
//! invariants of the cache demand.
//!
//! | part         | what it is                                                               |
//! |--------------|--------------------------------------------------------------------------|
//! | `locked`     | [`Locked`]: what the holder of the lock can do                           |
//! | `node`       | one cached object: key, reference, links                                 |
//! | `own_node`   | nodes that stay with their objects, as most do                           |
//! | `chains`     | from a key to its node, read without a lock; its size changes            |
//! | `table`      | one table of chains, and how chains move from one table into another     |
//! | `order`      | which object leaves first: a skip list by expiry                         |
//! | `repair`     | how a forked child repairs what a vanished thread was changing           |
//! | `sync`       | what loom replaces                                                       |

mod chains;
mod locked;
mod node;
mod order;
mod own_node;
mod repair;
mod sync;
mod table;

pub use locked::{Held, Locked, NodeId, Put, Removed};
pub use sync::LoadLocked;

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use self::chains::Chains;
use self::node::Node;
use self::order::Order;
use self::own_node::{node_for, own_node, present_node};
use super::entry::{Entry, Key};
use crate::reference::sync::{AtomicU64, AtomicUsize, Ordering};
use crate::reference::{Lock, Ref, WeakHandle, collect, pin};

/// An index of this size is freed as soon as it has ended, if no thread is pinned.
const KEPT_BYTES: usize = 16 << 10;

/// The objects of a cache, by key and in order of expiry. Owns a reference to each.
pub struct Index<T: Entry> {
    chains: Chains<T>,
    /// Different from the number of any other cache that this process ever had; not 0.
    number: u64,
    limit: AtomicUsize,
    /// What the slots of the objects are set to; set as soon as the index is made. It refers to the index itself.
    handle: OnceLock<WeakHandle<T::Owner>>,
    writers: Writers<T>,
}

/// What writers write to, on other cache lines than what lookups read.
#[repr(align(128))]
struct Writers<O> {
    /// What the lock guards, beside the chains.
    order: Lock<Order<O>>,
    entries: AtomicUsize,
    node_bytes: AtomicUsize,
    evictions: AtomicU64,
    expiries: AtomicU64,
}

// SAFETY: objects and nodes are reached through the chains while pinned, or with the lock held; objects are
// `Send` and `Sync`.
unsafe impl<T: Entry> Send for Index<T> {}
// SAFETY: as above.
unsafe impl<T: Entry> Sync for Index<T> {}

/// An index, as its cache has it: it ends with this. It is shared with threads that come to it from one of its objects.
pub struct OwnedIndex<T: Entry>(Arc<Index<T>>);

impl<T: Entry> OwnedIndex<T> {
    /// An empty index.
    pub fn new(limit: usize) -> Self {
        Self(Index::new(limit))
    }
}

impl<T: Entry> Deref for OwnedIndex<T> {
    type Target = Index<T>;

    #[inline]
    fn deref(&self) -> &Index<T> {
        &self.0
    }
}

impl<T: Entry> Drop for OwnedIndex<T> {
    fn drop(&mut self) {
        // SAFETY: only this leads to the index, but for the slots; and this happens once.
        unsafe { self.0.end() };
    }
}

impl<T: Entry> Index<T> {
    /// An empty index. To be [ended](Self::end).
    fn new(limit: usize) -> Arc<Self> {
        static LAST: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
        let index = Arc::new(Self {
            chains: Chains::new(),
            number: LAST.fetch_add(1, Ordering::Relaxed) + 1,
            limit: AtomicUsize::new(limit),
            handle: OnceLock::new(),
            writers: Writers {
                order: Lock::new(Order::new()),
                entries: AtomicUsize::new(0),
                node_bytes: AtomicUsize::new(0),
                evictions: AtomicU64::new(0),
                expiries: AtomicU64::new(0),
            },
        });
        let handle = WeakHandle::new(T::owner_of(index.clone()));
        index.handle.get_or_init(|| handle);
        index
    }

    #[inline]
    fn handle(&self) -> &WeakHandle<T::Owner> {
        self.handle.get().unwrap_or_else(|| unreachable!())
    }

    /// As [`Locked::reorder`] of an object whose slot leads here; of another it does nothing. False if the lock is not
    /// free: then nothing has happened.
    #[inline]
    pub fn try_reorder_own(&self, entry: &T) -> bool {
        let order = self.writers.order.try_lock();
        order
            .map(|order| Locked::new(self, order).reorder_own(entry))
            .is_some()
    }

    /// As [`try_reorder_own`](Self::try_reorder_own), and waits for the lock.
    pub fn reorder_own(&self, entry: &T) {
        self.lock().reorder_own(entry);
    }

    /// The object with this key. Takes no lock, never waits, and writes to no shared memory but
    /// the count of the object that it found.
    #[inline]
    pub fn find(&self, key: &Key) -> Option<Ref<T>> {
        let pinned = pin();
        let mut dead = std::ptr::null_mut();
        let found = loop {
            // SAFETY: we are pinned until `found` is there.
            let node = unsafe { self.chains.find(key) };
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

    /// True if there is an object with this key. As [`Index::find`], and writes to nothing at all.
    #[inline]
    pub fn contains(&self, key: &Key) -> bool {
        let pinned = pin();
        // SAFETY: we are pinned, and do not read the node.
        let found = !unsafe { self.chains.find(key) }.is_null();
        drop(pinned);
        found
    }

    /// Takes the lock and adds an object under its key. `None` when memory is short: then nothing has changed.
    #[inline]
    pub fn put(&self, entry: Ref<T>) -> Option<(Locked<'_, T>, Put<T>)> {
        let node = node_for(self.number, &entry)?;
        let mut locked = self.lock();
        // SAFETY: the node was made for this object and this index.
        let put = unsafe { locked.link(node.as_ptr(), entry) };
        Some((locked, put))
    }

    /// Gives an object that is here under its present key the place in the order that its expiry demands now, as
    /// [`put`](Self::put) does. False if it is not known to be here without a look at its key.
    #[inline]
    pub fn put_again(&self, entry: &T) -> bool {
        let node = present_node(self.number, entry);
        // SAFETY: it stays as long as the object.
        let is_linked = node.is_some_and(|node| unsafe { node.as_ref() }.is_linked());
        is_linked && self.lock().put_again(entry)
    }

    /// Takes the lock.
    #[inline]
    pub fn lock(&self) -> Locked<'_, T> {
        let order = self.writers.order.lock(|order| self.repair(order));
        Locked::new(self, order)
    }

    /// How many objects there are. Takes no lock.
    #[inline]
    pub fn len(&self) -> usize {
        self.writers.entries.load(Ordering::Relaxed)
    }

    /// How many objects there may be, for the operations: the index has no limit.
    #[inline]
    pub fn limit(&self) -> &AtomicUsize {
        &self.limit
    }

    /// How many objects had to make room, as the operations count them.
    #[inline]
    pub fn evictions(&self) -> &AtomicU64 {
        &self.writers.evictions
    }

    /// How many objects were removed because they had expired, as the operations count them.
    #[inline]
    pub fn expiries(&self) -> &AtomicU64 {
        &self.writers.expiries
    }

    /// The bytes that tables and nodes occupy. Takes no lock.
    pub fn bytes(&self) -> usize {
        self.table_bytes() + self.writers.node_bytes.load(Ordering::Relaxed)
    }

    fn table_bytes(&self) -> usize {
        let pinned = pin();
        // SAFETY: we are pinned.
        let bytes = unsafe { self.chains.bytes() };
        drop(pinned);
        bytes
    }

    /// Drops the references to all objects. What still comes here from one of them finds that it has left.
    ///
    /// # Safety
    /// The index is used no more, but by threads that have come to it from an object's slot. Called once.
    unsafe fn end(&self) {
        let mut node = self.lock().give_up();
        let bytes = size_of::<Self>() + self.table_bytes();
        while !node.is_null() {
            // SAFETY: no thread finds the nodes any more. They are live and own a reference each.
            unsafe {
                let next = (*Node::link(node, 0)).next;
                let object = (*node).object;
                if !(*node).is_own() {
                    Node::free(node);
                }
                drop(Ref::from_raw(object.as_ptr()));
                node = next;
            }
        }
        // SAFETY: no slot is set to it, none will be, and this is called once.
        unsafe { self.handle().retire(bytes) };
        if bytes > KEPT_BYTES {
            collect();
        }
    }

    /// Marks an object as one of this cache's, under this key.
    ///
    /// # Safety
    /// The lock is held, and the object is in the order.
    #[inline]
    unsafe fn claim(&self, entry: &T, key: &Key) {
        entry.count().expose();
        entry.key_hash().store(key.hash(), Ordering::Relaxed);
        // SAFETY: what leaves the order is cleared before, at the latest when the index ends, and the index
        // has a reference to the object until then.
        unsafe { entry.owner().set(self.handle()) };
    }
}

// The counters change with the lock held only, so they need no atomic addition.
impl<O> Writers<O> {
    /// A node has entered.
    #[inline]
    fn count_in(&self, node: &Node<O>) {
        let bytes = self.node_bytes.load_locked() + Node::<O>::bytes(node.hash());
        self.node_bytes.store(bytes, Ordering::Relaxed);
        let entries = self.entries.load_locked() + 1;
        self.entries.store(entries, Ordering::Relaxed);
    }

    /// A node has left.
    #[inline]
    fn count_out(&self, node: &Node<O>) {
        let bytes = self.node_bytes.load_locked() - Node::<O>::bytes(node.hash());
        self.node_bytes.store(bytes, Ordering::Relaxed);
        let entries = self.entries.load_locked() - 1;
        self.entries.store(entries, Ordering::Relaxed);
    }
}

/// Prefetches the node that an object has, which most often is the one to be removed.
#[inline]
pub fn prefetch_own_node<T: Entry>(object: &T) {
    if let Some(node) = own_node(object) {
        Node::prefetch(node.as_ptr());
    }
}
