//! A value of one thread that is lent while it may be replaced.
//!
//! A connection lends its context and its settings for the length of a call, and a function of the program that runs
//! meanwhile may replace them. So a former value is kept until nothing is lent. Lending counts in a plain cell: it
//! writes nothing that threads share, as a clone of the `Arc` would.

use std::cell::{Cell, UnsafeCell};
use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::sync::Arc;

/// Has one value, or none at first, and lends it.
pub struct Lender<T> {
    value: UnsafeCell<Option<Arc<T>>>,
    /// How many [`Lease`]s of this lender's values there are.
    leases: Cell<u32>,
    /// Whether one of them may be of the present value.
    is_lent: Cell<bool>,
    /// Values that were replaced while they were lent.
    former: Cell<Option<Box<Former<T>>>>,
}

/// A value that was replaced, and the one before it.
struct Former<T> {
    _value: Arc<T>,
    before: Option<Box<Former<T>>>,
}

impl<T> Drop for Former<T> {
    fn drop(&mut self) {
        // One after the other: however many there are, they need no more of the stack.
        let mut next = self.before.take();
        while let Some(mut former) = next {
            next = former.before.take();
        }
    }
}

impl<T> Default for Lender<T> {
    fn default() -> Self {
        Self {
            value: UnsafeCell::default(),
            leases: Cell::default(),
            is_lent: Cell::default(),
            former: Cell::default(),
        }
    }
}

impl<T> Lender<T> {
    fn value(&self) -> Option<&Arc<T>> {
        // SAFETY: the cell is not `Sync`. It is written by `replace` only, and no caller in this module still has this
        // reference then.
        unsafe { &*self.value.get() }.as_ref()
    }

    /// A reference of the caller's own to the value.
    pub fn share(&self) -> Option<Arc<T>> {
        self.value().cloned()
    }

    /// Lends the value, or `other` if there is none. It is not freed as long as the lease lives, even
    /// if it is replaced.
    #[inline]
    pub fn lend<'a>(&'a self, other: &'a T) -> Lease<'a, T> {
        let Some(value) = self.value() else {
            return Lease {
                value: other,
                lender: None,
            };
        };
        let leases = self.leases.get().checked_add(1);
        self.leases.set(leases.unwrap_or_else(too_many));
        self.is_lent.set(true);
        Lease {
            value: Arc::as_ptr(value),
            lender: Some(self),
        }
    }

    /// Replaces the value. The former one is dropped now, or with the last lease.
    pub fn replace(&self, value: Arc<T>) {
        // SAFETY: as in `value`; nothing is dropped here, so no other code runs.
        let former = unsafe { (*self.value.get()).replace(value) };
        if self.is_lent.replace(false)
            && let Some(value) = former
        {
            self.former.set(Some(Box::new(Former {
                _value: value,
                before: self.former.take(),
            })));
        }
    }
}

/// Leases were forgotten, not dropped.
#[cold]
fn too_many() -> u32 {
    panic!("more leases than memory could hold")
}

/// A value of a `Lender<O>` that is lent, or a part of one.
pub struct Lease<'a, T, O = T> {
    value: *const T,
    /// None when the value itself is borrowed for `'a`.
    lender: Option<&'a Lender<O>>,
}

impl<'a, T, O> Lease<'a, T, O> {
    /// Lends a part of the value.
    #[inline]
    pub fn map<U>(self, part: impl FnOnce(&T) -> &U) -> Lease<'a, U, O> {
        let value: *const U = part(&self);
        let lender = ManuallyDrop::new(self).lender;
        Lease { value, lender }
    }
}

impl<T, O> Deref for Lease<'_, T, O> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: borrowed for longer than this, or owned by the lender: as its value, or among the former ones, which
        // it keeps while this lease is counted. Or a part of such a value, which lives as long.
        unsafe { &*self.value }
    }
}

impl<T, O> Drop for Lease<'_, T, O> {
    #[inline]
    fn drop(&mut self) {
        let Some(lender) = self.lender else { return };
        let left = lender.leases.get() - 1;
        lender.leases.set(left);
        if left == 0 {
            lender.is_lent.set(false);
            // What ends may use the lender again.
            drop(lender.former.take());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_is_replaced_while_it_is_lent_lives_until_nothing_is_lent() {
        let lender = Lender::default();
        let values: Vec<_> = (0..3).map(Arc::new).collect();
        let first = lender.lend(&7);
        assert_eq!(*first, 7);
        lender.replace(values[0].clone());
        let second = lender.lend(&7);
        lender.replace(values[1].clone());
        let third = lender.lend(&7);
        lender.replace(values[2].clone());
        assert_eq!((*first, *second, *third), (7, 0, 1));
        drop(second);
        assert_eq!(Arc::strong_count(&values[0]), 2);
        drop(third);
        assert_eq!(*first, 7);
        let counts: Vec<_> = values.iter().map(Arc::strong_count).collect();
        assert_eq!(counts, [1, 1, 2]);
        lender.replace(values[0].clone());
        assert_eq!(Arc::strong_count(&values[2]), 1);
    }

    #[test]
    fn a_value_that_nobody_was_lent_ends_when_it_is_replaced() {
        let lender = Lender::default();
        let (one, two) = (Arc::new(1), Arc::new(2));
        lender.replace(one.clone());
        let lent = lender.lend(&7);
        lender.replace(two.clone());
        lender.replace(one.clone());
        assert_eq!(*lent, 1);
        assert_eq!((Arc::strong_count(&one), Arc::strong_count(&two)), (3, 1));
    }

    #[test]
    fn any_number_of_former_values_ends_at_once() {
        let lender = Lender::default();
        let default = 0;
        let first = lender.lend(&default);
        lender.replace(Arc::new(0));
        let kept = lender.lend(&default);
        for number in 1..200_000 {
            lender.replace(Arc::new(number));
            drop(lender.lend(&default));
        }
        drop((kept, first));
        assert_eq!(*lender.lend(&default), 199_999);
    }

    #[test]
    fn what_is_dropped_with_a_lease_may_lend_and_replace() {
        use std::rc::Rc;
        struct Value(Rc<Lender<Value>>, u32, Rc<Cell<bool>>);
        impl Drop for Value {
            fn drop(&mut self) {
                let present = self.0.share().unwrap();
                assert_eq!(self.0.lend(&present).1, 2);
                self.0.replace(present);
                self.2.set(true);
            }
        }
        let (lender, ended) = (Rc::new(Lender::default()), Rc::new(Cell::new(false)));
        #[allow(clippy::arc_with_non_send_sync)]
        let value = |number| Arc::new(Value(lender.clone(), number, ended.clone()));
        let default = std::mem::ManuallyDrop::new(value(0));
        lender.replace(value(1));
        let lent = lender.lend(&default);
        lender.replace(value(2));
        assert_eq!((lent.1, ended.get()), (1, false));
        drop(lent);
        assert!(ended.get());
    }
}
