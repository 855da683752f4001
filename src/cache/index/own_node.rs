//! The node that is attached to an object when it is first cached, and stays until the object's memory is freed. An
//! object that is removed and added again needs no memory, and threads that do so do not meet in the allocator.
//!
//! Other nodes are retired when they were taken out: while a lookup may stand on one, it stays as it is. An
//! object's own node may be put in again at once, and lookups that still stand on it from before go on from its
//! new place. That does no harm as long as the new place is one that they would have come to:
//!
//! - It is in the same cache and under the same key. The node keeps what it was made for; for another cache, or
//!   under another key, the object gets a node like any other.
//! - It is before all that was behind the old place and is there still. All of a cache is one sequence ordered by
//!   hash (see [`super::chains`]). Of keys with the same hash, one that enters comes first, and one under which
//!   another object is put keeps its place; so it stays before all that were there when it entered.
//!
//! What it leads to when it is put in is in the cache at that time, so a lookup that follows it was pinned
//! before that was retired. It is freed with the object's memory, which is retired after the object ended, and
//! that is after every cache has taken the node out.

use std::ptr::NonNull;
use std::sync::atomic::Ordering;

use super::super::entry::Entry;
use super::node::Node;
use crate::reference::Ref;

/// A node of `entry`, to be put under its key into the cache with this number, unless the object is there already: its
/// own if that is for this, or if it has none yet; else another. `None` when memory is short.
pub fn node_for<T: Entry>(cache: u64, entry: &Ref<T>) -> Option<NonNull<Node<T>>> {
    if let Some(node) = present_node(cache, &**entry) {
        return Some(node);
    }
    // Acquire: the key is read after it.
    let key_changes = entry.key_changes().load(Ordering::Acquire);
    let (key, own) = (entry.key(), own_node(&**entry));
    // SAFETY: it stays as long as the object, and what is read of it does not change.
    if let Some(node) = own.filter(|own| unsafe { own.as_ref() }.is_for(cache, &key)) {
        return Some(node);
    }
    let node = Node::new(key, entry.as_non_null())?;
    if own.is_none() {
        // SAFETY: no other thread has the node yet. Only caches attach memory, and only nodes.
        unsafe {
            Node::make_own(node.as_ptr(), cache, key_changes);
            if !entry.attachment().set(node.cast()) {
                // Another thread was faster.
                Node::make_ordinary(node.as_ptr());
            }
        }
    }
    Some(node)
}

/// The node that an object has, if it is for this cache and the object's key has not changed since. The key itself is
/// not read.
#[inline]
pub fn present_node<T: Entry>(cache: u64, object: &T) -> Option<NonNull<Node<T>>> {
    let key_changes = object.key_changes().load(Ordering::Acquire);
    // SAFETY: as above.
    own_node(object).filter(|own| unsafe { own.as_ref() }.is_still_for(cache, key_changes))
}

/// The node that an object has, if any.
pub fn own_node<T: Entry>(object: &T) -> Option<NonNull<Node<T>>> {
    object.attachment().get().map(NonNull::cast)
}
