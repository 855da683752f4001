//! Removing what has expired, or all.

use super::entries::{Cache, give_up};
use super::entry::Entry;
use super::index::node::Node;
use super::index::order::Order;
use super::index::sync::prefetch;
use super::statistics::count;
use crate::reference::Ref;

/// How many objects a flush takes out at once at most.
const AT_ONCE: usize = if cfg!(any(test, loom)) { 3 } else { 16 };

/// Which objects a flush takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Those that have expired at this time (seconds since 1970).
    At(i64),
    /// All.
    Always,
}

/// How many objects a flush removes at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// Each is returned before the next is taken out, so a callback may remove the next one.
    OneByOne,
    /// Faster: some are taken out together.
    SomeAtOnce,
}

impl<T: Entry> Cache<T> {
    /// Takes out the first to expire if it is due.
    #[cfg(test)]
    pub fn pop(&self, due: Due) -> Option<Ref<T>> {
        // SAFETY: `change` holds the lock.
        self.change(|order| unsafe { self.take_due(order, due) })
    }

    /// Takes out those that expire first, if they are due, and at most so many. What was taken comes first.
    fn pop_some(&self, due: Due, most: usize) -> [Option<Ref<T>>; AT_ONCE] {
        let mut taken = [std::ptr::null_mut(); AT_ONCE];
        let mut order = self.lock();
        let mut count = 0;
        for place in taken.iter_mut().take(most) {
            // SAFETY: the lock is held.
            *place = unsafe { self.take_due(&mut order, due) };
            if place.is_null() {
                break;
            }
            count += 1;
        }
        self.finish(order, count);
        // SAFETY: the nodes were taken out of index and order just now.
        taken.map(|node| unsafe { give_up(node) })
    }

    /// Takes out what is due, as the iterator is asked, in order of expiry, and with nothing locked in
    /// between. Ends after as many as there are now, so that objects that are added after that cannot
    /// keep it going. What was taken out and not asked for is dropped.
    pub fn flush(&self, due: Due, pace: Pace) -> impl Iterator<Item = Ref<T>> + '_ {
        let at_once = match pace {
            Pace::OneByOne => 1,
            Pace::SomeAtOnce => AT_ONCE,
        };
        let mut left = self.len();
        let some_at_once = std::iter::from_fn(move || {
            let most = left.min(at_once);
            if most == 0 {
                return None;
            }
            left -= most;
            let taken = self.pop_some(due, most);
            taken[0].is_some().then_some(taken)
        });
        some_at_once.flat_map(|taken| taken.into_iter().flatten())
    }

    /// Takes out the first to expire if it is due, else null.
    ///
    /// # Safety
    /// The lock is held.
    unsafe fn take_due(&self, order: &mut Order<T>, due: Due) -> *mut Node<T> {
        let first = order.first();
        // SAFETY: the lock is held, so nodes in the order are live and in the index.
        unsafe {
            let Some(node) = first.as_ref() else {
                return first;
            };
            if let Due::At(now) = due {
                if !(*node.expiry.get()).is_past(now) {
                    return std::ptr::null_mut();
                }
                count(&self.writers.expiries);
            }
            let place = self.index.place_of(node.hash(), node.object);
            self.prefetch_after(order, first);
            self.unlink(order, &place)
        }
    }

    /// Prefetches what taking out the nodes after `node` needs: a flush continues with them. What leads to a place is
    /// prefetched one call before the place.
    ///
    /// # Safety
    /// The lock is held, and `node` is in the order.
    unsafe fn prefetch_after(&self, order: &Order<T>, node: *mut Node<T>) {
        // SAFETY: nodes in the order are live while the lock is held.
        unsafe {
            let second = order.after(node);
            let Some(next) = second.as_ref() else { return };
            self.index.prefetch_chain(&next.key);
            let third = order.after(second);
            let Some(next) = third.as_ref() else { return };
            self.index.prefetch(&next.key);
            prefetch(next.object.as_ptr());
            Node::prefetch(order.after(third));
        }
    }
}
