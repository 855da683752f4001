//! Nodes that were taken out and not yet retired: not their objects' own, which stay. Retiring is cheaper
//! for some at a time.

use super::node::Node;
use crate::reference::retire;

/// How many nodes are retired together.
const TOGETHER: usize = if cfg!(any(test, loom)) { 2 } else { 16 };

/// A list of nodes, linked through the links that the order no longer needs. Lookups may still stand on
/// its nodes. Touched by the holder of the writers' lock only.
pub struct Spent<O> {
    first: *mut Node<O>,
    count: usize,
    bytes: usize,
}

impl<O: 'static> Spent<O> {
    /// No nodes.
    pub fn new() -> Self {
        Self {
            first: std::ptr::null_mut(),
            count: 0,
            bytes: 0,
        }
    }

    /// Adds a node; null is nothing.
    ///
    /// # Safety
    /// `node` was taken out of index and order, and is in no other list.
    pub unsafe fn add(&mut self, node: *mut Node<O>) {
        if node.is_null() {
            return;
        }
        // SAFETY: the caller's promise; every node has a link on level 0.
        unsafe {
            (*Node::link(node, 0)).next = self.first;
            self.bytes += Node::<O>::bytes((*node).hash());
        }
        self.first = node;
        self.count += 1;
    }

    /// The nodes, if they are enough to be retired. To be called with the lock, and retired without.
    #[must_use]
    pub fn take_if_many(&mut self) -> Option<Self> {
        (self.count >= TOGETHER).then(|| std::mem::replace(self, Self::new()))
    }

    /// Retires the nodes.
    ///
    /// # Safety
    /// No thread that pins from now on can reach them.
    pub unsafe fn retire(self) {
        // SAFETY: the caller's promise; nobody else has the list.
        unsafe { retire(self.first, self.bytes, free_all) }
    }

    /// Frees the nodes.
    ///
    /// # Safety
    /// Nobody is looking at them any more.
    pub unsafe fn free(&mut self) {
        // SAFETY: the caller's promise; nobody else has the list.
        unsafe { free_all(std::mem::replace(self, Self::new()).first) }
    }
}

unsafe fn free_all<O>(mut node: *mut Node<O>) {
    while !node.is_null() {
        // SAFETY: the nodes of the list are unlinked from everything else, and nobody uses them.
        unsafe {
            let next = (*Node::link(node, 0)).next;
            Node::free(node);
            node = next;
        }
    }
}
