//! A place that holds a counted object, from which any thread may take references while another puts a
//! different object in.
//!
//! The trouble with such a place is the moment between reading the address and adding to the count: the
//! object may be gone by then. So the cell takes a stock of references beforehand, and the word
//! that has the address has also how many of them were given out. One addition to that word tells a
//! thread the address and makes one of the cell's references its own, in one step. Whoever puts
//! another object in sees in the word that he takes out how much of the stock is left, and gives it back.
//! Before the stock runs out, a thread that has just taken a reference adds to it.

use std::marker::PhantomData;
use std::ptr::NonNull;

use super::count::Counted;
use super::sync::{AtomicU64, Ordering};

/// The references that a cell owns of its object at first.
const STOCK: u64 = if cfg!(any(test, loom)) { 4 } else { 1 << 19 };
/// When so many were given out the stock is filled up. Threads that take a reference fill it up before
/// they do anything else, so it cannot run out unless more threads than the difference, less one, are
/// doing so at once.
const LOW: u64 = if cfg!(any(test, loom)) { 2 } else { STOCK / 2 };
/// The count must bear the stocks of all cells that hold one object.
const _: () = assert!(usize::BITS == 64);

/// The bits of the word that count what was given out. Above them is the address, without the bits that
/// are always zero.
const GIVEN_BITS: u32 = 20;
const ALIGNMENT_BITS: u32 = 4;
const ADDRESS_BITS: u32 = u64::BITS - GIVEN_BITS + ALIGNMENT_BITS;
const ADDRESS_SHIFT: u32 = GIVEN_BITS - ALIGNMENT_BITS;
const GIVEN_MASK: u64 = (1 << GIVEN_BITS) - 1;

/// Holds references to one object, or none. They are not given back when the cell is dropped: call
/// [`CountedCell::replace`] before.
pub struct CountedCell<O> {
    word: AtomicU64,
    object: PhantomData<*const O>,
}

// SAFETY: the cell hands out references to objects that threads share.
unsafe impl<O: Counted + Send + Sync> Send for CountedCell<O> {}
// SAFETY: as above.
unsafe impl<O: Counted + Send + Sync> Sync for CountedCell<O> {}

impl<O: Counted> CountedCell<O> {
    const ALIGNED: () = assert!(align_of::<O>() >= 1 << ALIGNMENT_BITS);

    /// A cell without an object.
    pub fn new() -> Self {
        let () = Self::ALIGNED;
        Self {
            word: AtomicU64::new(0),
            object: PhantomData,
        }
    }

    /// The object, with a reference that is the caller's from now on. Waits for nobody.
    #[inline]
    pub fn get(&self) -> Option<NonNull<O>> {
        let word = self.word.fetch_add(1, Ordering::Acquire) + 1;
        if given(word) >= LOW {
            self.fill_up(word);
        }
        object(word)
    }

    /// The address of the object. It stands for no reference.
    pub fn pointer(&self) -> *mut O {
        let word = self.word.load(Ordering::Acquire);
        object(word).map_or(std::ptr::null_mut(), NonNull::as_ptr)
    }

    /// Puts an object in, with a reference of the caller's, and hands out the one that was there.
    ///
    /// # Safety
    /// The caller owns a reference to `new`, and gives it away.
    pub unsafe fn replace(&self, new: Option<NonNull<O>>) -> Option<NonNull<O>> {
        let word = new.map_or(0, |new| {
            let word = word_of(new);
            // SAFETY: the caller's reference keeps it alive.
            unsafe { new.as_ref() }.count().add_many(STOCK as usize - 1);
            word
        });
        let before = self.word.swap(word, Ordering::AcqRel);
        let old = object::<O>(before)?;
        // SAFETY: alive, as what is left of the stock was the cell's, and is ours now.
        unsafe { old.as_ref() }
            .count()
            .take_many((STOCK - given(before) - 1) as usize);
        Some(old)
    }

    /// Adds to the stock. `word` is what the caller made of the word by taking a reference.
    #[cold]
    fn fill_up(&self, mut word: u64) {
        while given(word) >= LOW {
            let missing = given(word);
            let count = object::<O>(word).map(|object| {
                // SAFETY: the caller has a reference to the object that this word is about, and we
                // stay with that object.
                unsafe { object.as_ref() }.count()
            });
            if let Some(count) = count {
                count.add_many(missing as usize);
            }
            // Release: whoever swaps the object out counts on what was added before.
            let Err(now) = self.word.compare_exchange(
                word,
                word - missing,
                Ordering::Release,
                Ordering::Relaxed,
            ) else {
                return;
            };
            if let Some(count) = count {
                count.take_many(missing as usize);
            }
            if object::<O>(now) != object(word) {
                return;
            }
            word = now;
        }
    }
}

/// How many references the cell has given out since its stock was full.
fn given(word: u64) -> u64 {
    word & GIVEN_MASK
}

/// The object of a word. Its address was exposed by [`word_of`].
fn object<O>(word: u64) -> Option<NonNull<O>> {
    let address = (word & !GIVEN_MASK) >> ADDRESS_SHIFT;
    NonNull::new(std::ptr::with_exposed_provenance_mut(address as usize))
}

/// The word for an object of which nothing was given out.
fn word_of<O>(object: NonNull<O>) -> u64 {
    let address = object.as_ptr().expose_provenance() as u64;
    assert!(
        address >> ADDRESS_BITS == 0,
        "an address of more than 48 bits"
    );
    address << ADDRESS_SHIFT
}
