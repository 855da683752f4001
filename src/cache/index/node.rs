//! A place in the cache: the key, the object and the links.

use std::cell::UnsafeCell;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, Ordering};

use super::super::entry::{Expiry, KEY_CHANGES_UNKNOWN, Key};
use super::sync::prefetch;
use crate::reference::Attached;
use crate::reference::sync::AtomicPtr;

/// The most levels that a node takes part in. One in four nodes of a level is on the next one too,
/// so this serves many millions.
pub const MAX_HEIGHT: usize = 12;

/// One cached object, as chains and order know it.
///
/// Lookups read `next`, `object` and `key`; all but `next` never change, nor does `home`. Everything else
/// belongs to the holder of the writers' lock. `height` links follow the node in memory.
#[repr(C)]
pub struct Node<O> {
    /// The node can be attached to its object.
    header: Attached,
    /// If the node is the object's own: how often the object's key had changed when it was read for `key`.
    key_changes: u16,
    /// The node is in the order and in a chain. Written with the lock held.
    is_linked: AtomicBool,
    /// The next node of the chain, or [`Node::end`].
    pub next: AtomicPtr<Node<O>>,
    /// The object, of which the node owns one reference from the moment it is linked.
    pub object: NonNull<O>,
    /// The expiry that the order has filed the node under.
    pub expiry: UnsafeCell<Expiry>,
    /// The number of the cache that the node is for, if it is the object's own ([`super::own_node`]); else 0.
    home: u64,
    /// What the object is found by.
    pub key: Key,
}

/// The neighbours of a node on one level of the order. Null at either end.
pub struct Link<O> {
    /// The node that expires before.
    pub prev: *mut Node<O>,
    /// The node that expires after.
    pub next: *mut Node<O>,
}

impl<O> Clone for Link<O> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<O> Copy for Link<O> {}

impl<O> Node<O> {
    /// A node, linked nowhere; its links are not set yet. `None` when memory is short.
    pub fn new(key: Key, object: NonNull<O>) -> Option<NonNull<Self>> {
        let node = Attached::allocate(Self::bytes(key.hash()))?.cast::<Self>();
        let fields = node.as_ptr();
        // SAFETY: fresh memory with room for a node, which begins with the header that is there already.
        unsafe {
            (&raw mut (*fields).next).write(AtomicPtr::new(Self::end()));
            (&raw mut (*fields).object).write(object);
            (&raw mut (*fields).expiry).write(UnsafeCell::new(Expiry::of(0, 0)));
            (&raw mut (*fields).home).write(0);
            (&raw mut (*fields).key_changes).write(KEY_CHANGES_UNKNOWN);
            (&raw mut (*fields).is_linked).write(AtomicBool::new(false));
            (&raw mut (*fields).key).write(key);
        }
        Some(node)
    }

    /// Makes `node` its object's own, for the cache with this number (not 0). Its key was read when the object's key had
    /// changed so often.
    ///
    /// # Safety
    /// No other thread can reach the node yet.
    pub unsafe fn make_own(node: *mut Self, cache: u64, key_changes: u16) {
        // SAFETY: the caller's promise.
        unsafe {
            (*node).home = cache;
            (*node).key_changes = key_changes;
        }
    }

    /// Makes `node` a node like any other.
    ///
    /// # Safety
    /// No other thread can reach the node yet.
    pub unsafe fn make_ordinary(node: *mut Self) {
        // SAFETY: the caller's promise.
        unsafe { (*node).home = 0 };
    }

    /// True if the node is its object's own.
    pub fn is_own(&self) -> bool {
        self.home != 0
    }

    /// True if the node is its object's own, to be put into the cache with this number, under this key.
    pub fn is_for(&self, cache: u64, key: &Key) -> bool {
        self.home == cache && self.key == *key
    }

    /// True if the node is its object's own, to be put into the cache with this number, and the object's key has not
    /// changed since, now that it has changed so often.
    pub fn is_still_for(&self, cache: u64, key_changes: u16) -> bool {
        let is_same = self.key_changes == key_changes && key_changes != KEY_CHANGES_UNKNOWN;
        is_same && self.home == cache
    }

    /// True if the node is in the order and in a chain. May be false while it is being put in or taken out; only the
    /// holder of the lock can rely on it.
    pub fn is_linked(&self) -> bool {
        self.is_linked.load(Ordering::Relaxed)
    }

    /// Sets [`is_linked`](Self::is_linked): to true after the node was put in, and to false before it is taken out. So a
    /// child that was forked in between finds no node with it that is in neither.
    pub fn set_linked(&self, is_linked: bool) {
        self.is_linked.store(is_linked, Ordering::Release);
    }

    /// Frees the memory of a node. The reference that it owned is not touched.
    ///
    /// # Safety
    /// `node` came from [`Node::new`], and is used no more.
    pub unsafe fn free(node: *mut Self) {
        // SAFETY: the caller's promise; a node has nothing to drop.
        unsafe { Attached::free(node.cast()) }
    }

    /// Prefetches the node and its lowest links. Any pointer is fine.
    pub fn prefetch(node: *mut Self) {
        prefetch(node);
        prefetch(node.wrapping_add(1));
    }

    /// The hash of the node's key.
    pub fn hash(&self) -> u32 {
        self.key.hash()
    }

    /// How many bytes a node with this hash occupies.
    pub fn bytes(hash: u32) -> usize {
        size_of::<Self>() + height(hash) * size_of::<Link<O>>()
    }

    /// The end of a chain. Not null: the head of a chain that is still in the older table is null.
    pub fn end() -> *mut Self {
        std::ptr::without_provenance_mut(1)
    }

    /// True if a link of a chain leads to no node.
    pub fn is_end(node: *mut Self) -> bool {
        node.addr() <= 1
    }

    /// The links on `level`.
    ///
    /// # Safety
    /// `node` is a live node and `level` below its height.
    pub unsafe fn link(node: *mut Self, level: usize) -> *mut Link<O> {
        // SAFETY: the links lie behind the node, in the same allocation, and are aligned there since
        // node and link have the alignment of a pointer.
        unsafe { node.add(1).cast::<Link<O>>().add(level) }
    }
}

/// On how many levels of the order a node with this hash is: n with probability 3/4^n. The chains use
/// the hash from the top, so this looks at it from the bottom.
pub fn height(hash: u32) -> usize {
    (1 + hash.trailing_zeros() as usize / 2).min(MAX_HEIGHT)
}
