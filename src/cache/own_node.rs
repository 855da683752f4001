//! The node that an object has of its own, from the time when it is first cached until it ends. Objects that are
//! added, removed and added again need no memory for it, and threads that do so do not meet in the allocator.
//!
//! Other nodes are retired when they were taken out: while a lookup may stand on one, it stays as it is. An
//! object's own node may be put in again at once, and lookups that still stand on it from before go on from its
//! new place. That does no harm as long as the new place is one that they would have come to:
//!
//! - It is in the same cache and under the same key. The node keeps what it was made for; for another cache, or
//!   under another key, the object gets a node like any other.
//! - It is before all that was behind the old place and is there still. All of a cache is one sequence ordered by
//!   hash (see [`super::index`]). Of keys with the same hash, one that enters comes first, and one under which
//!   another object is put keeps its place; so it stays before all that were there when it entered.
//!
//! What it leads to when it is put in is in the cache at that time, so whoever follows it is pinned since
//! before that was retired. It is freed with the object's memory, which is retired after the object ended, and
//! that is after every cache has taken the node out.

use std::ptr::NonNull;

use super::entry::Key;
use super::node::Node;
use crate::reference::sync::{AtomicPtr, Ordering};

/// Part of an object that can be cached: its own node, null before it has one.
pub struct OwnNode<O>(AtomicPtr<Node<O>>);

impl<O> Default for OwnNode<O> {
    /// No node yet.
    fn default() -> Self {
        Self(AtomicPtr::new(std::ptr::null_mut()))
    }
}

impl<O> OwnNode<O> {
    /// A node of `object`, to be put under `key` into the cache with this number, unless the object is there
    /// already: its own if that is for this, or if it has none yet; else another. `None` when memory is short.
    pub fn for_cache(&self, cache: u64, key: &Key, object: NonNull<O>) -> Option<NonNull<Node<O>>> {
        let own = NonNull::new(self.0.load(Ordering::Acquire));
        // SAFETY: once set, the node is there as long as this is, and what is read of it does not change.
        if let Some(node) = own.filter(|own| unsafe { own.as_ref() }.is_for(cache, key)) {
            return Some(node);
        }
        let node = Node::new(*key, object)?;
        if own.is_none() {
            // SAFETY: nobody else has the node yet.
            unsafe { Node::set_home(node.as_ptr(), Some(cache)) };
            let null = std::ptr::null_mut();
            let set =
                self.0
                    .compare_exchange(null, node.as_ptr(), Ordering::Release, Ordering::Relaxed);
            if set.is_err() {
                // Another thread was faster. SAFETY: as above.
                unsafe { Node::set_home(node.as_ptr(), None) };
            }
        }
        Some(node)
    }

    /// The bytes of the node, if there is one.
    pub fn bytes(&self) -> usize {
        // SAFETY: once set, the node is there as long as this is.
        let node = unsafe { self.0.load(Ordering::Acquire).as_ref() };
        node.map_or(0, |node| Node::<O>::bytes(node.hash()))
    }

    /// Has the node, if there is one, brought near.
    pub fn prefetch(&self) {
        Node::prefetch(self.0.load(Ordering::Relaxed));
    }
}

impl<O> Drop for OwnNode<O> {
    fn drop(&mut self) {
        let node = self.0.load(Ordering::Relaxed);
        if !node.is_null() {
            // SAFETY: the object has ended, and nobody is in a lookup from before that; so no cache has the node,
            // and nobody stands on it.
            unsafe { Node::free(node) };
        }
    }
}
