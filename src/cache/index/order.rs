//! The order in which cached objects leave: by expiry, of equals the one filed first.
//!
//! A skip list, doubly linked on every level, so that taking out the first or any known node and
//! filing one that expires last (the usual case) cost the same for any number of nodes, and filing one
//! elsewhere costs O(log n). Only the holder of the writers' lock touches it.
//!
//! The forward links of the lowest level are the truth; each change of them is a single store, made
//! when the node's own link is set already. So a child that finds the list as a vanished thread left it can
//! restore everything else from them ([`Order::repair`]).

use std::sync::atomic::{AtomicPtr as StdAtomicPtr, Ordering, fence};

use super::super::entry::Expiry;
use super::node::{Link, MAX_HEIGHT, Node, height};

/// The list's ends on each level. Nodes are in it by pointer; it does not own them.
pub struct Order<O> {
    first: [*mut Node<O>; MAX_HEIGHT],
    last: [*mut Node<O>; MAX_HEIGHT],
}

impl<O> Order<O> {
    /// An empty list.
    pub fn new() -> Self {
        Self {
            first: [std::ptr::null_mut(); MAX_HEIGHT],
            last: [std::ptr::null_mut(); MAX_HEIGHT],
        }
    }

    /// The node that expires first; null if there is none.
    pub fn first(&self) -> *mut Node<O> {
        self.first[0]
    }

    /// The node after `node`; null if it is the last.
    ///
    /// # Safety
    /// `node` is in the list.
    pub unsafe fn after(&self, node: *mut Node<O>) -> *mut Node<O> {
        // SAFETY: the caller's promise; every node is on level 0.
        unsafe { (*Node::link(node, 0)).next }
    }

    /// Inserts `node` by `expiry`, after equal ones.
    ///
    /// # Safety
    /// `node` is live and in no list, and every node of this list is live.
    pub unsafe fn file(&mut self, node: *mut Node<O>, expiry: Expiry) {
        // SAFETY: nodes of the list are live.
        unsafe {
            *(*node).expiry.get() = expiry;
            let height = height((*node).hash());
            // A node that expires last, the usual case, needs no search, nor one that expires first.
            if self.last[0].is_null() || *(*self.last[0]).expiry.get() <= expiry {
                self.link(node, height, |order, level| Link {
                    prev: order.last[level],
                    next: std::ptr::null_mut(),
                });
            } else if *(*self.first[0]).expiry.get() > expiry {
                self.link(node, height, |order, level| Link {
                    prev: std::ptr::null_mut(),
                    next: order.first[level],
                });
            } else {
                let places = self.search(expiry);
                self.link(node, height, |_, level| places[level]);
            }
        }
    }

    /// On each level, between which nodes one with this expiry belongs.
    unsafe fn search(&self, expiry: Expiry) -> [Link<O>; MAX_HEIGHT] {
        let mut after = std::ptr::null_mut();
        let mut places = [Link {
            prev: after,
            next: after,
        }; MAX_HEIGHT];
        for level in (0..MAX_HEIGHT).rev() {
            // SAFETY: nodes of the list are live, and `after` was reached on a higher level.
            unsafe {
                let mut before = self.before(after, level);
                while !before.is_null() && *(*before).expiry.get() > expiry {
                    after = before;
                    before = self.before(after, level);
                }
                places[level] = Link {
                    prev: before,
                    next: after,
                };
            }
        }
        places
    }

    /// Links `node` in where `place` says for each level, from the lowest up.
    #[inline]
    unsafe fn link(
        &mut self,
        node: *mut Node<O>,
        height: usize,
        place: impl Fn(&Self, usize) -> Link<O>,
    ) {
        for level in 0..height {
            let place = place(self, level);
            // SAFETY: the caller's promise: node and neighbours are live and have this level.
            unsafe {
                Node::link(node, level).write(place);
                self.set_next(place.prev, level, node);
                self.set_prev(place.next, level, node);
            }
        }
    }

    /// Takes `node` out.
    ///
    /// # Safety
    /// `node` is in this list, and every node of this list is live.
    pub unsafe fn take_out(&mut self, node: *mut Node<O>) {
        // SAFETY: the neighbours of a node in the list are in the list.
        unsafe {
            for level in 0..height((*node).hash()) {
                let Link { prev, next } = *Node::link(node, level);
                self.set_next(prev, level, next);
                self.set_prev(next, level, prev);
            }
        }
        // The node may get other links now. A child forked then must not come to them: they are stored after
        // those that lead past the node.
        fence(Ordering::Release);
    }

    /// Restores the list from the forward links of its lowest level, whatever the rest looks like.
    /// Leaves out the nodes that `keep` refuses; the list forgets them. Returns how many stay.
    ///
    /// # Safety
    /// The nodes that the forward links lead through are live.
    pub unsafe fn repair(&mut self, mut keep: impl FnMut(*mut Node<O>) -> bool) -> usize {
        let mut count = 0;
        let mut node = self.first[0];
        self.last[0] = std::ptr::null_mut();
        for level in 1..MAX_HEIGHT {
            self.first[level] = std::ptr::null_mut();
            self.last[level] = std::ptr::null_mut();
        }
        while !node.is_null() {
            // SAFETY: live by the caller's promise, as are the nodes kept so far.
            unsafe {
                let next = (*Node::link(node, 0)).next;
                if keep(node) {
                    count += 1;
                    (*Node::link(node, 0)).prev = self.last[0];
                    self.last[0] = node;
                    for level in 1..height((*node).hash()) {
                        let prev = self.last[level];
                        *Node::link(node, level) = Link {
                            prev,
                            next: std::ptr::null_mut(),
                        };
                        self.set_next(prev, level, node);
                        self.last[level] = node;
                    }
                } else {
                    self.set_next(self.last[0], 0, next);
                }
                node = next;
            }
        }
        count
    }

    /// True if `node` is in the list.
    ///
    /// # Safety
    /// Every node of this list is live, and so is `node`, which is or was in it and whose neighbour
    /// at that time is not freed.
    pub unsafe fn holds(&self, node: *mut Node<O>) -> bool {
        // SAFETY: the caller's promise; every node is on level 0.
        unsafe {
            match (*Node::link(node, 0)).prev {
                prev if prev.is_null() => self.first[0] == node,
                prev => (*Node::link(prev, 0)).next == node,
            }
        }
    }

    /// The node before `node` on `level`, where null stands for the end.
    unsafe fn before(&self, node: *mut Node<O>, level: usize) -> *mut Node<O> {
        if node.is_null() {
            self.last[level]
        } else {
            // SAFETY: `file` comes here with nodes that it reached on this or a higher level.
            unsafe { (*Node::link(node, level)).prev }
        }
    }

    unsafe fn set_next(&mut self, node: *mut Node<O>, level: usize, next: *mut Node<O>) {
        let place: *mut *mut Node<O> = if node.is_null() {
            &mut self.first[level]
        } else {
            // SAFETY: the callers pass nodes that are live and have this level.
            unsafe { &raw mut (*Node::link(node, level)).next }
        };
        // SAFETY: the place is valid and aligned, and only the holder of the lock uses it. The store
        // is atomic to keep it in order with those before, for `repair` in a forked child.
        unsafe { StdAtomicPtr::from_ptr(place) }.store(next, Ordering::Release);
    }

    unsafe fn set_prev(&mut self, node: *mut Node<O>, level: usize, prev: *mut Node<O>) {
        if node.is_null() {
            self.last[level] = prev;
        } else {
            // SAFETY: the callers pass nodes that are live and have this level.
            unsafe { (*Node::link(node, level)).prev = prev }
        }
    }
}

#[cfg(all(test, not(loom)))]
impl<O> Order<O> {
    /// Loses everything but the lowest forward links.
    pub fn forget_all_but_lowest(&mut self) {
        self.last = [std::ptr::null_mut(); MAX_HEIGHT];
        for first in &mut self.first[1..] {
            *first = std::ptr::null_mut();
        }
    }
}
