//! Removing what has expired, or all.

use super::entries::Cache;
use super::entry::Entry;
use super::index::{Held, Locked, NodeId, Removed};
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
        self.change(|locked| self.take_due(locked, due))
    }

    /// Takes out those that expire first, if they are due, and at most so many. What was taken comes first.
    fn pop_some(&self, due: Due, most: usize) -> [Option<Ref<T>>; AT_ONCE] {
        let mut taken = [const { None }; AT_ONCE];
        let mut locked = self.index.lock();
        let mut count = 0;
        for place in taken.iter_mut().take(most) {
            *place = self.take_due(&mut locked, due);
            if place.is_none() {
                break;
            }
            count += 1;
        }
        locked.finish(count);
        taken.map(|removed| removed.map(Removed::release))
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

    /// Takes out the first to expire if it is due.
    fn take_due(&self, locked: &mut Locked<'_, T>, due: Due) -> Option<Removed<T>> {
        let first = locked.first()?;
        if let Due::At(now) = due {
            if !first.expiry().is_past(now) {
                return None;
            }
            count(self.index.expiries());
        }
        prefetch_after(locked, &first);
        locked.remove_first(NodeId::NONE)
    }
}

/// Prefetches what taking out the objects after `first` needs: a flush continues with them. What leads to a place is
/// prefetched one call before the place.
fn prefetch_after<T: Entry>(locked: &Locked<'_, T>, first: &Held<'_, T>) {
    let Some(second) = first.next() else { return };
    locked.prefetch_chain(second.key());
    let Some(third) = second.next() else { return };
    locked.prefetch_head(third.key());
    third.prefetch_object_and_next();
}
