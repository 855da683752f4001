//! How a forked child repairs what a thread of its parent was changing.

#[cfg(all(test, not(loom)))]
use super::super::Cache;
use super::super::entry::Entry;
use super::Index;
use super::node::Node;
use super::order::Order;
#[cfg(all(test, not(loom)))]
use super::own_node::node_for;
use super::sync::LoadLocked;
#[cfg(all(test, not(loom)))]
use crate::reference::Ref;
use crate::reference::sync::Ordering;

impl<T: Entry> Index<T> {
    /// Makes whole what a writer that a fork has left behind was changing. Whatever it was adding or
    /// taking out is in the order, but may not be in a chain: then it is left out. What it was giving
    /// another place in the order is in a chain, but may not be in the order: then it is filed again.
    #[cold]
    pub(super) fn repair(&self, order: &mut Order<T>) {
        let mut bytes = 0;
        // SAFETY: the lock is held. Nothing is freed that a vanished thread had not unlinked.
        let entries = unsafe {
            self.chains.repair();
            let ordered = order.repair(|node| {
                let held = self.chains.find(&(*node).key) == node;
                (*node).set_linked(held);
                if held {
                    bytes += Node::<T>::bytes((*node).hash());
                } else {
                    (*node).object.as_ref().owner().clear(self.handle());
                }
                held
            });
            ordered + self.file_again(order, &mut bytes)
        };
        self.writers.node_bytes.store(bytes, Ordering::Relaxed);
        self.writers.entries.store(entries, Ordering::Relaxed);
    }

    /// Files what is in a chain and not in the order; returns how many that were. `bytes` grows by their size.
    ///
    /// # Safety
    /// The lock is held, and chains and order are repaired. (So everything in them is live: it has a reference
    /// that is in the cache, or lost.)
    unsafe fn file_again(&self, order: &mut Order<T>, bytes: &mut usize) -> usize {
        let mut filed = 0;
        // SAFETY: the lock is held.
        for mut node in unsafe { self.chains.heads() } {
            while !Node::is_end(node) {
                // SAFETY: what is in a chain is live, and has been in the order.
                unsafe {
                    if !order.holds(node) {
                        order.file(node, *(*node).expiry.get());
                        (*node).set_linked(true);
                        *bytes += Node::<T>::bytes((*node).hash());
                        filed += 1;
                    }
                    node = (*node).next.load_locked();
                }
            }
        }
        filed
    }
}

#[cfg(all(test, not(loom)))]
impl<T: Entry> Cache<T> {
    /// Leaves the cache as a fork would find it if another thread were in the middle of adding `half_in`
    /// and, having lost its list on the way, of taking out what has the key `half_out`.
    pub fn leave_half_done(&self, half_in: Ref<T>, half_out: &super::super::Key) {
        let index = &self.index;
        let key = half_in.key();
        let node = node_for(index.number, &half_in).expect("memory");
        let mut order = index.writers.order.lock(|order| index.repair(order));
        // SAFETY: the lock is held, and what is linked is live.
        unsafe {
            order.file(node.as_ptr(), half_in.expires());
            index.claim(&half_in, &key);
            let _ = half_in.into_raw();
            let place = index.chains.place(half_out);
            assert!(!place.node().is_null());
            index.chains.take_out(&place);
            order.forget_all_but_lowest();
        }
        drop(order);
        index.writers.entries.store(7, Ordering::Relaxed);
        index.writers.order.abandon();
    }

    /// Leaves the cache as a fork would find it if another thread were about to give what has the key
    /// `moving` another place in the order.
    pub fn leave_moving(&self, moving: &super::super::Key) {
        let index = &self.index;
        let mut order = index.writers.order.lock(|order| index.repair(order));
        // SAFETY: the lock is held, and what is linked is live.
        unsafe {
            let node = index.chains.place(moving).node();
            assert!(!node.is_null());
            order.take_out(node);
        }
        drop(order);
        index.writers.order.abandon();
    }
}
