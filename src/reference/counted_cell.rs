//! A place that holds references to a counted object: any thread may take one while another replaces the object. It
//! needs no lock, no pin, and one locked operation for each reference.
//!
//! Between reading the address of the object and adding to its count the object may end. So the cell adds a
//! stock of references beforehand, and its word holds the address and the number of references given out. One
//! addition to the word gives a thread the address and one of the cell's references. A thread that
//! replaces the object reads the unused references from the word that it swapped out, and drops them. Before the
//! stock runs out, a thread that has just taken a reference adds to it.

use std::marker::PhantomData;
use std::ptr::NonNull;

use super::count::{Counted, Ref};
use super::sync::{AtomicU64, Ordering};

/// The references that a cell owns of its object at first.
const STOCK: u64 = if cfg!(any(test, loom)) { 4 } else { 1 << 19 };
/// The stock is refilled when so many were given out. A thread that takes a reference refills it before it does
/// anything else, so it cannot run out unless at least as many threads as the difference take one at the same time.
const LOW: u64 = if cfg!(any(test, loom)) { 2 } else { STOCK / 2 };
/// The count must not overflow by the stocks of all cells that hold one object.
const _: () = assert!(usize::BITS == 64);

/// The lower bits of the word count the references given out. Above them is the address, without the bits that are
/// always zero.
const GIVEN_BITS: u32 = 20;
const ALIGNMENT_BITS: u32 = 4;
/// Linux maps no memory above 48 bits unless the process asks for it (mmap(2)).
const ADDRESS_BITS: u32 = u64::BITS - GIVEN_BITS + ALIGNMENT_BITS;
const ADDRESS_SHIFT: u32 = GIVEN_BITS - ALIGNMENT_BITS;
const GIVEN_MASK: u64 = (1 << GIVEN_BITS) - 1;

/// Holds references to one object, or none.
pub struct CountedCell<T: Counted> {
    word: AtomicU64,
    object: PhantomData<Ref<T>>,
}

impl<T: Counted> Default for CountedCell<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Counted> CountedCell<T> {
    const ALIGNED: () = assert!(align_of::<T>() >= 1 << ALIGNMENT_BITS);

    /// A cell without an object.
    pub fn new() -> Self {
        let () = Self::ALIGNED;
        Self {
            word: AtomicU64::new(0),
            object: PhantomData,
        }
    }

    /// A reference to the object. Never waits.
    #[inline]
    pub fn get(&self) -> Option<Ref<T>> {
        let word = self.word.fetch_add(1, Ordering::Acquire) + 1;
        if given(word) >= LOW {
            self.fill_up(word);
        }
        // SAFETY: the addition took one of the cell's references, and with it the object is alive.
        object(word).map(|object| unsafe { Ref::from_raw(object.as_ptr()) })
    }

    /// The address of the object, NULL for none. It carries no reference.
    pub fn pointer(&self) -> *mut T {
        let word = self.word.load(Ordering::Acquire);
        object(word).map_or(std::ptr::null_mut(), NonNull::as_ptr)
    }

    /// Replaces the object, and returns the former one.
    pub fn replace(&self, new: Option<Ref<T>>) -> Option<Ref<T>> {
        let word = new.map_or(0, |new| {
            new.count().add(STOCK as usize - 1);
            word_of(new)
        });
        let before = self.word.swap(word, Ordering::AcqRel);
        let old = object::<T>(before)?;
        // SAFETY: the rest of the stock was the cell's, and is ours now: one reference stays, in `old`.
        let old = unsafe { Ref::from_raw(old.as_ptr()) };
        old.count().drop_some((STOCK - given(before) - 1) as usize);
        Some(old)
    }

    /// Adds to the stock. `word` is the cell's word as the caller left it by taking a reference.
    #[cold]
    fn fill_up(&self, mut word: u64) {
        while given(word) >= LOW {
            let missing = given(word);
            let count = object::<T>(word).map(|object| {
                // SAFETY: the caller has a reference to the object of this word, and the loop ends when the
                // cell has another object.
                unsafe { object.as_ref() }.count()
            });
            if let Some(count) = count {
                count.add(missing as usize);
            }
            // Release: a thread that swaps the object out counts on what was added before.
            let Err(now) = self.word.compare_exchange(
                word,
                word - missing,
                Ordering::Release,
                Ordering::Relaxed,
            ) else {
                return;
            };
            if let Some(count) = count {
                count.drop_some(missing as usize);
            }
            if object::<T>(now) != object(word) {
                return;
            }
            word = now;
        }
    }
}

impl<T: Counted> Drop for CountedCell<T> {
    fn drop(&mut self) {
        self.replace(None);
    }
}

/// How many references the cell has given out since its stock was full.
fn given(word: u64) -> u64 {
    word & GIVEN_MASK
}

/// The object of a word. Its address was exposed by [`word_of`].
fn object<T>(word: u64) -> Option<NonNull<T>> {
    let address = (word & !GIVEN_MASK) >> ADDRESS_SHIFT;
    NonNull::new(std::ptr::with_exposed_provenance_mut(address as usize))
}

/// The word for an object whose stock is full.
fn word_of<T: Counted>(object: Ref<T>) -> u64 {
    let address = object.into_raw().expose_provenance() as u64;
    assert!(
        address >> ADDRESS_BITS == 0,
        "an address of more than 48 bits"
    );
    address << ADDRESS_SHIFT
}
