//! A callback of a context: read by every connection, whenever it is needed, and seldom changed.

use std::cell::UnsafeCell;
use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicPtr, AtomicU32, Ordering};

use super::{Callback, CallbackWith, TicketKeyCallbacks};
use crate::reference::Lock;

/// A type of C functions, without the `Option`.
///
/// # Safety
/// A function pointer: `Option` of it has the size of a pointer, and NULL is `None`.
pub unsafe trait Function: Copy {}

macro_rules! functions {
    ($($argument:ident)*) => {
        // SAFETY: a function pointer.
        unsafe impl<Result, $($argument),*> Function
            for unsafe extern "C" fn($($argument),*) -> Result {}
    };
}

functions!(A B);
functions!(A B C);
functions!(A B C D);
functions!(A B C D E);
functions!(A B C D E F);

/// What a [`CallbackCell`] may contain.
///
/// # Safety
/// The type consists of pointers and of functions that may be NULL, and has no padding.
pub unsafe trait Pointers: Copy + Default {}

// SAFETY: one function.
unsafe impl<T: Function> Pointers for Callback<Option<T>> {}
// SAFETY: a function and a pointer.
unsafe impl<T: Function> Pointers for CallbackWith<Option<T>> {}
// SAFETY: two functions.
unsafe impl Pointers for TicketKeyCallbacks {}

/// Contains a callback. Any thread may read and change it; a thread that reads writes nothing, so
/// that readers do not slow each other down, and waits for nobody, also after a fork.
///
/// A change writes the value that is not in force, and then brings it into force by the next
/// version. So a reader that sees the same version before and after has read the value of that
/// version: only two changes later it is overwritten.
pub struct CallbackCell<C> {
    values: UnsafeCell<[C; 2]>,
    /// Its lowest bit says which value is in force. A value of one word needs no version: it is
    /// always the first one.
    version: AtomicU32,
    /// Held by a thread that changes the callback.
    changing: Lock<()>,
}

// SAFETY: the values are read and written as atomic words only; callbacks may be sent to any thread.
unsafe impl<C: Pointers + Send> Sync for CallbackCell<C> {}

impl<C: Pointers> Default for CallbackCell<C> {
    fn default() -> Self {
        Self {
            values: UnsafeCell::default(),
            version: AtomicU32::new(0),
            changing: Lock::new(()),
        }
    }
}

impl<C: Pointers> CallbackCell<C> {
    /// The size of a value, in words.
    const WORDS: usize = {
        assert!(size_of::<C>().is_multiple_of(size_of::<*mut ()>()));
        assert!(align_of::<C>() == align_of::<*mut ()>());
        size_of::<C>() / size_of::<*mut ()>()
    };

    /// The callback that is in force. The caller calls it with nothing locked or borrowed.
    #[inline]
    pub fn get(&self) -> C {
        loop {
            // Acquire: the value of this version is visible.
            let version = self.version.load(Ordering::Acquire);
            let value = self.read(version);
            // If a word was of a later value, its Acquire made a later version visible.
            if Self::WORDS == 1 || self.version.load(Ordering::Relaxed) == version {
                // SAFETY: all its words are of one value.
                return unsafe { value.assume_init() };
            }
        }
    }

    /// Sets the callback.
    pub fn set(&self, callback: C) {
        self.change(|current| *current = callback);
    }

    /// Changes the callback. Changes by several threads happen one after the other.
    pub fn change(&self, change: impl FnOnce(&mut C)) {
        let changing = self.changing.lock(|()| ());
        let version = self.version.load(Ordering::Relaxed);
        // SAFETY: written by the changes before this one.
        let mut value = unsafe { self.read(version).assume_init() };
        change(&mut value);
        let next = version.wrapping_add(1);
        for number in 0..Self::WORDS {
            // SAFETY: a word of `value`, which has no padding.
            let word = unsafe { (&raw const value).cast::<*mut ()>().add(number).read() };
            // Release: a reader that sees this word sees the version before this one, or a later.
            self.word(next, number).store(word, Ordering::Release);
        }
        self.version.store(next, Ordering::Release);
        drop(changing);
    }

    /// The words of the value of a version.
    #[inline]
    fn read(&self, version: u32) -> MaybeUninit<C> {
        let mut value = MaybeUninit::<C>::uninit();
        for number in 0..Self::WORDS {
            let word = self.word(version, number).load(Ordering::Acquire);
            // SAFETY: within `value`.
            unsafe { value.as_mut_ptr().cast::<*mut ()>().add(number).write(word) };
        }
        value
    }

    #[inline]
    fn word(&self, version: u32, number: usize) -> &AtomicPtr<()> {
        let place = match Self::WORDS {
            1 => 0,
            _ => version as usize & 1,
        };
        // SAFETY: a word of one of the two values, which live as long as this, and are only accessed
        // in this way.
        unsafe {
            let word = self.values.get().cast::<C>().add(place);
            AtomicPtr::from_ptr(word.cast::<*mut ()>().add(number))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::{c_int, c_void};
    use std::ptr;

    use super::*;
    use crate::callback::{InfoCallback, Ssl, StatusCallback};

    unsafe extern "C" fn info(_: *const Ssl, _: c_int, _: c_int) {}

    unsafe extern "C" fn status(_: *mut Ssl, _: *mut c_void) -> c_int {
        0
    }

    #[test]
    fn what_was_set_last_is_in_force() {
        let cell = CallbackCell::<InfoCallback>::default();
        assert!(!cell.get().is_set());
        // SAFETY: does nothing.
        cell.set(unsafe { InfoCallback::new(Some(info)) });
        assert!(cell.get().is_set());
        cell.set(InfoCallback::NONE);
        assert!(!cell.get().is_set());
    }

    #[test]
    fn function_and_argument_change_one_by_one_or_together() {
        let cell = CallbackCell::<StatusCallback>::default();
        let argument: *mut c_void = ptr::without_provenance_mut(8);
        // SAFETY: does nothing.
        cell.change(|callback| unsafe { callback.set_argument(argument) });
        assert!(!cell.get().is_set());
        // SAFETY: as above.
        cell.change(|callback| unsafe { callback.set_function(Some(status)) });
        assert_eq!(
            (cell.get().is_set(), cell.get().argument()),
            (true, argument)
        );
        cell.set(StatusCallback::default());
        assert_eq!(
            (cell.get().is_set(), cell.get().argument()),
            (false, ptr::null_mut())
        );
    }

    #[test]
    fn a_reader_never_sees_the_function_of_one_callback_with_the_argument_of_another() {
        const CHANGES: usize = if cfg!(miri) { 50 } else { 20_000 };
        let cell = CallbackCell::<StatusCallback>::default();
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    for number in 0..CHANGES {
                        let argument = ptr::without_provenance_mut(8);
                        // SAFETY: does nothing.
                        let callback = unsafe { StatusCallback::new(Some(status), argument) };
                        cell.set(match number % 2 {
                            0 => StatusCallback::default(),
                            _ => callback,
                        });
                    }
                });
            }
            for _ in 0..CHANGES {
                let callback = cell.get();
                assert_eq!(callback.is_set(), !callback.argument().is_null());
            }
        });
    }
}
