//! What is noted on a thread for the length of one call.

use std::cell::Cell;
use std::mem::ManuallyDrop;
use std::thread::LocalKey;

/// A place of a thread for a `T` that is there during a call only.
///
/// Unlike other thread-locals with something to drop it never goes away: handlers of `atexit(3)` and
/// destructors of other thread-locals may use the library, when what needs dropping is gone already. A value
/// that is still in it when its thread ends is not dropped.
pub(super) struct Note<T>(Cell<ManuallyDrop<Option<T>>>);

impl<T> Note<T> {
    pub(super) const fn new() -> Self {
        Self(Cell::new(ManuallyDrop::new(None)))
    }

    /// Puts `value` here, and gives what was here before.
    fn replace(&self, value: Option<T>) -> Option<T> {
        ManuallyDrop::into_inner(self.0.replace(ManuallyDrop::new(value)))
    }
}

/// The same for the calling thread's.
pub(super) trait OnThread<T> {
    fn replace(&'static self, value: Option<T>) -> Option<T>;

    fn take(&'static self) -> Option<T> {
        self.replace(None)
    }

    fn set(&'static self, value: Option<T>) {
        // Dropping what was here may come back to this place.
        drop(self.replace(value));
    }

    /// Lends what is here to `work`, which leaves this place alone.
    fn with_value<R>(&'static self, work: impl FnOnce(&mut Option<T>) -> R) -> R {
        let mut value = self.take();
        let result = work(&mut value);
        self.set(value);
        result
    }
}

impl<T> OnThread<T> for LocalKey<Note<T>> {
    fn replace(&'static self, value: Option<T>) -> Option<T> {
        self.with(|note| note.replace(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    thread_local! {
        static PLACE: Note<Vec<u8>> = const { Note::new() };
        static OUTLIVED: Outlived = const { Outlived };
    }

    struct Outlived;

    impl Drop for Outlived {
        fn drop(&mut self) {
            assert_eq!(PLACE.take(), Some(vec![1, 2]));
            PLACE.set(Some(vec![3]));
            assert_eq!(PLACE.replace(None), Some(vec![3]));
        }
    }

    #[test]
    fn a_note_outlives_what_is_dropped_with_the_thread() {
        std::thread::spawn(|| {
            OUTLIVED.with(|_| ());
            PLACE.set(Some(vec![1]));
            PLACE.with_value(|value| value.as_mut().unwrap().push(2));
        })
        .join()
        .unwrap();
    }
}
