//! What the holder of the lock can see and change.

use std::marker::PhantomData;
use std::ptr::NonNull;

use super::super::entry::{Entry, Expiry, Key};
use super::Index;
use super::chains::Place;
use super::node::Node;
use super::order::Order;
use super::own_node::present_node;
use super::sync::prefetch;
use super::table::Table;
use crate::reference::sync::Ordering;
use crate::reference::{LockGuard, Ref, retire};

/// The lock of an index, held until this is dropped.
pub struct Locked<'a, T: Entry> {
    index: &'a Index<T>,
    order: LockGuard<'a, Order<T>>,
}

/// An object in the index and its node, as long as nothing can be changed.
pub struct Held<'l, T> {
    /// In the order, so live and with a reference to its object.
    node: NonNull<Node<T>>,
    unchanged: PhantomData<&'l T>,
}

/// Tells nodes apart, and leads to none.
#[derive(Clone, Copy)]
pub struct NodeId<T>(*mut Node<T>);

/// The outcome of [`Index::put`].
pub enum Put<T: Entry> {
    /// The object is in the index now.
    Added {
        /// Its node.
        new: NodeId<T>,
        /// The other object that had its key.
        replaced: Option<Removed<T>>,
    },
    /// It was there before, and has the place in the order that its expiry demands now. To be dropped without the lock.
    AlreadyPresent(Unused<T>),
}

/// The reference to an object that was there already, and the node that it would have had.
pub struct Unused<T: Entry> {
    node: *mut Node<T>,
    _entry: Ref<T>,
}

/// An object that was removed, with the reference of the index. To be [released](Removed::release) without the lock.
#[must_use]
pub struct Removed<T: Entry>(
    /// In no chain and no order, and this has its reference.
    NonNull<Node<T>>,
);

impl<'a, T: Entry> Locked<'a, T> {
    #[inline]
    pub(super) fn new(index: &'a Index<T>, order: LockGuard<'a, Order<T>>) -> Self {
        Self { index, order }
    }

    /// The object that expires first.
    #[inline]
    pub fn first(&self) -> Option<Held<'_, T>> {
        // SAFETY: the lock is held, and nothing is changed while `self` is borrowed.
        unsafe { Held::new(self.order.first()) }
    }

    /// The node of `entry`, or of another object with its key; or none.
    #[inline]
    pub fn id_of(&self, entry: &Ref<T>) -> NodeId<T> {
        NodeId(self.place_of(entry).node())
    }

    /// Removes `entry` or another object with its key, if it is one of those `wanted`.
    #[inline]
    pub fn remove(
        &mut self,
        entry: &Ref<T>,
        wanted: impl FnOnce(Held<'_, T>) -> bool,
    ) -> Option<Removed<T>> {
        let place = self.place_of(entry);
        // SAFETY: the lock is held, and nothing is changed before `wanted` returns.
        if !wanted(unsafe { Held::new(place.node())? }) {
            return None;
        }
        // SAFETY: there is a node, and nothing was changed since: the lock is not released in between.
        Some(unsafe { self.unlink(&place) })
    }

    /// Removes the first to expire other than `kept`.
    #[inline]
    pub fn remove_first(&mut self, kept: NodeId<T>) -> Option<Removed<T>> {
        let mut first = self.order.first();
        // SAFETY: the lock is held, so nodes in the order are live and in the index.
        unsafe {
            if first == kept.0 && !first.is_null() {
                first = self.order.after(first);
            }
            let node = first.as_ref()?;
            let place = self.index.chains.place_of(node.hash(), node.object);
            Some(self.unlink(&place))
        }
    }

    /// Gives `entry` the place in the order that its expiry demands now, behind all that expire at the
    /// same time. False if it is not here.
    #[inline]
    pub fn reorder(&mut self, entry: &T) -> bool {
        let expires = entry.expires();
        // Where the object's own node is linked, no chain has to be followed.
        let node = match self.linked_node(entry) {
            Some(node) => node.as_ptr(),
            None => self.place_of(entry).node(),
        };
        // SAFETY: the lock is held, so what the chains lead to is live and in the order.
        unsafe {
            let held = !node.is_null() && (*node).object == NonNull::from(entry);
            if held {
                self.order.take_out(node);
                self.order.file(node, expires);
            }
            held
        }
    }

    /// As [`reorder`](Self::reorder), if the object's slot leads to this index. Then it is here.
    #[inline]
    pub(super) fn reorder_own(&mut self, entry: &T) {
        if entry.owner().is_set_to(self.index.handle()) {
            self.reorder(entry);
        }
    }

    /// Empties the order; returns what was first in it. No object leads here any more.
    pub(super) fn give_up(mut self) -> *mut Node<T> {
        let first = self.order.first();
        let mut node = first;
        while !node.is_null() {
            // SAFETY: the lock is held, so what is in the order is live.
            unsafe {
                (*node).set_linked(false);
                let object = (*node).object;
                object.as_ref().owner().clear(self.index.handle());
                node = self.order.after(node);
            }
        }
        *self.order = Order::new();
        first
    }

    /// Like [`Index::put`], for an object that is cached under its present key. False if the object's node is not in this index.
    #[inline]
    pub(super) fn put_again(&mut self, entry: &T) -> bool {
        let expires = entry.expires();
        let Some(node) = self.linked_node(entry) else {
            return false;
        };
        // SAFETY: the lock is held, and the node is in the order.
        unsafe {
            self.order.take_out(node.as_ptr());
            self.order.file(node.as_ptr(), expires);
            self.index.claim(entry, &node.as_ref().key);
        }
        true
    }

    /// The object's own node, if it is here, under the object's present key.
    #[inline]
    fn linked_node(&self, entry: &T) -> Option<NonNull<Node<T>>> {
        let node = present_node(self.index.number, entry)?;
        // SAFETY: it stays as long as the object.
        unsafe { node.as_ref() }.is_linked().then_some(node)
    }

    /// Prefetches the head of a key's chain, for a later [`Locked::prefetch_chain`].
    #[inline]
    pub fn prefetch_head(&self, key: &Key) {
        // SAFETY: the lock is held.
        unsafe { self.index.chains.prefetch(key) }
    }

    /// Prefetches the first node of a key's chain.
    #[inline]
    pub fn prefetch_chain(&self, key: &Key) {
        // SAFETY: the lock is held.
        unsafe { self.index.chains.prefetch_chain(key) }
    }

    /// Ends a critical section with so many changes: adapts the chains to the number of objects, releases the lock,
    /// and retires tables.
    #[inline]
    pub fn finish(self, changes: usize) {
        let entries = self.index.len();
        let mut tables = [std::ptr::null_mut(); 2];
        // SAFETY: the lock is held.
        unsafe {
            if !self.index.chains.suits(entries) {
                tables = self.index.chains.adapt(entries, changes);
            }
        }
        drop(self);
        if !tables[0].is_null() {
            // SAFETY: the tables were unlinked with the lock held, so a thread that pins from now on cannot reach
            // them.
            unsafe { retire_tables(tables) };
        }
    }

    /// Adds `entry`, unless it is here already.
    ///
    /// # Safety
    /// `node` is from `node_for`, for this object and this index, and used nowhere else.
    #[inline]
    pub(super) unsafe fn link(&mut self, node: *mut Node<T>, entry: Ref<T>) -> Put<T> {
        let index = self.index;
        let expires = entry.expires();
        // SAFETY: the lock is held, so what chains and order lead to is live. `node` is in no list unless the object
        // is here already: if it is the object's own it is for this key in this cache alone, and if not, no other
        // thread has it. The object lives as long as `entry` does, and then the index has its reference.
        unsafe {
            let key = &(*node).key;
            let place = index.chains.place(key);
            let old = place.node();
            if !old.is_null() && (*old).object == entry.as_non_null() {
                self.order.take_out(old);
                self.order.file(old, expires);
                index.claim(&entry, key);
                let _entry = entry;
                return Put::AlreadyPresent(Unused { node, _entry });
            }
            self.order.file(node, expires);
            index.claim(&entry, key);
            // The node has the reference now.
            let _ = entry.into_raw();
            if let Some(old) = old.as_ref() {
                old.set_linked(false);
            }
            index.chains.put(&place, node);
            if old.is_null() {
                index.writers.count_in(&*node);
            } else {
                (*old).object.as_ref().owner().clear(index.handle());
                self.order.take_out(old);
            }
            (*node).set_linked(true);
            Put::Added {
                new: NodeId(node),
                replaced: NonNull::new(old).map(Removed),
            }
        }
    }

    /// Where `entry` is, or another object with its key, or would be.
    #[inline]
    fn place_of(&self, entry: &T) -> Place<T> {
        // SAFETY: the lock is held.
        unsafe {
            let hash = entry.key_hash().load(Ordering::Relaxed);
            let place = self.index.chains.place_of(hash, NonNull::from(entry));
            if !place.node().is_null() {
                return place;
            }
            self.index.chains.place(&entry.key())
        }
    }

    /// Takes the node at `place` out: first of the chains, then of the order (see `repair`). The object
    /// is released in between, so that what belongs to the cache is in the order at any time.
    ///
    /// # Safety
    /// There is a node at `place`, which was found since the last change.
    unsafe fn unlink(&mut self, place: &Place<T>) -> Removed<T> {
        let index = self.index;
        // SAFETY: the lock is held; what is in the chains is in the order, and live.
        unsafe {
            let node = NonNull::new_unchecked(place.node());
            node.as_ref().set_linked(false);
            index.chains.take_out(place);
            node.as_ref().object.as_ref().owner().clear(index.handle());
            self.order.take_out(node.as_ptr());
            index.writers.count_out(node.as_ref());
            Removed(node)
        }
    }
}

impl<'l, T> Held<'l, T> {
    /// What is held at `node`, if that is not null.
    ///
    /// # Safety
    /// `node` is null, or in the order of an index whose lock is held; nothing changes the index for this lifetime.
    #[inline]
    unsafe fn new(node: *mut Node<T>) -> Option<Self> {
        Some(Self {
            node: NonNull::new(node)?,
            unchanged: PhantomData,
        })
    }

    #[inline]
    fn node(&self) -> &'l Node<T> {
        // SAFETY: the node is in the order for this lifetime, so live.
        unsafe { self.node.as_ref() }
    }

    /// The object.
    #[inline]
    pub fn object(&self) -> &'l T {
        // SAFETY: the node has a reference to the object.
        unsafe { self.node().object.as_ref() }
    }

    /// True if this is that very object.
    #[inline]
    pub fn is(&self, object: &T) -> bool {
        std::ptr::eq(self.node().object.as_ptr(), object)
    }

    /// The key that the object is found by.
    #[inline]
    pub fn key(&self) -> &'l Key {
        &self.node().key
    }

    /// The expiry that the object has in the order.
    #[inline]
    pub fn expiry(&self) -> Expiry {
        // SAFETY: only the holder of the lock writes it, and nothing is changed for this lifetime.
        unsafe { *self.node().expiry.get() }
    }

    /// The object that expires next.
    #[inline]
    pub fn next(&self) -> Option<Self> {
        // SAFETY: what follows a node in the order is in the order.
        unsafe { Self::new(self.next_node()) }
    }

    /// Prefetches the object, and the node of the one that expires next.
    #[inline]
    pub fn prefetch_object_and_next(&self) {
        prefetch(self.node().object.as_ptr());
        Node::prefetch(self.next_node());
    }

    #[inline]
    fn next_node(&self) -> *mut Node<T> {
        // SAFETY: the node is live, every node is on level 0, and nothing is changed for this lifetime.
        unsafe { (*Node::link(self.node.as_ptr(), 0)).next }
    }
}

impl<T> NodeId<T> {
    /// The id of no node.
    pub const NONE: Self = Self(std::ptr::null_mut());
}

impl<T: Entry> Removed<T> {
    /// The reference to the object. Retires the node unless it is the object's own.
    pub fn release(self) -> Ref<T> {
        let node = self.0.as_ptr();
        // SAFETY: the node is live: it was in the index, and this alone has its reference, which keeps the object
        // with its own node. Threads that pin from now on do not find it.
        unsafe {
            let object = (*node).object;
            if !(*node).is_own() {
                retire(node, Node::<T>::bytes((*node).hash()), Node::free);
            }
            Ref::from_raw(object.as_ptr())
        }
    }
}

impl<T: Entry> Drop for Unused<T> {
    fn drop(&mut self) {
        // SAFETY: the object has its own node. Another node was made for this alone, and linked nowhere.
        unsafe {
            if !(*self.node).is_own() {
                Node::free(self.node);
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
