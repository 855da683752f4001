//! A reference that is lent during a call.
//!
//! A library that owns hooks calls them during a call to it, and the hooks need data that its
//! caller has only borrowed. The caller lends the data on its thread, where the hooks find it.

use std::cell::Cell;
use std::ptr::NonNull;

/// A place for a reference to a `T` that is valid during a call only. It is never dropped, so a
/// thread-local that holds one can be used while its thread ends.
pub struct Scoped<T: ?Sized>(Cell<Option<NonNull<T>>>);

impl<T: ?Sized> Scoped<T> {
    /// A place without a reference.
    pub const fn new() -> Self {
        Self(Cell::new(None))
    }

    /// Runs `work` while `value`, or nothing, is lent. The value lent before is restored before
    /// this returns or unwinds.
    pub fn lend<R>(&self, value: Option<&T>, work: impl FnOnce() -> R) -> R {
        struct Restore<'a, T: ?Sized>(&'a Scoped<T>, Option<NonNull<T>>);
        impl<T: ?Sized> Drop for Restore<'_, T> {
            fn drop(&mut self) {
                self.0.0.set(self.1);
            }
        }
        let _restore = Restore(self, self.0.replace(value.map(NonNull::from)));
        work()
    }

    /// Runs `work` with the reference that is lent, if one is.
    pub fn with<R>(&self, work: impl FnOnce(Option<&T>) -> R) -> R {
        // SAFETY: `lend` stores a pointer here that it makes from a reference, and removes it
        // before it ends, so the call of `lend` that has stored this one has not ended. The cell is
        // neither `Sync` nor, with a pointer in it, `Send`: this is the thread of that call. So
        // this is a callee of that call, and ends before the reference does.
        work(self.0.get().map(|value| unsafe { value.as_ref() }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lent_is_there_until_the_call_ends() {
        let place = Scoped::<str>::new();
        let seen = || place.with(|value| value.map(str::to_owned));
        let outer = String::from("outer");
        place.lend(Some(&outer), || {
            assert_eq!(seen().as_deref(), Some("outer"));
            place.lend(None, || assert_eq!(seen(), None));
            let unwound = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                place.lend(Some("inner"), || {
                    assert_eq!(seen().as_deref(), Some("inner"));
                    panic!("unwinds");
                })
            }));
            assert!(unwound.is_err());
            assert_eq!(seen().as_deref(), Some("outer"));
        });
        assert_eq!(seen(), None);
    }
}
