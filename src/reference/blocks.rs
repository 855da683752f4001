//! Byte fields that any thread reads without a lock. A setter replaces them all at once.
//!
//! One [`Block`], the current one, holds the fields. A change makes another block and replaces the current one. Each
//! kind of reader keeps the old block valid in its own way:
//!
//! * **Rust readers** take no lock. They pin the epoch: a replaced block, and the blocks that it refers to, exist until
//!   all threads that were pinned at that time have unpinned.
//! * **C, for unchanged fields.** C keeps pointers to fields that it was lent. A block records which fields these are.
//!   The next block does not copy such a field but refers to the block that holds it; it copies all other fields, so
//!   that their former block can be freed.
//! * **C, for replaced fields.** [`Kept`](super::Kept) keeps their block.
//!
//! So there is at most one block for each field, not counting those in [`Kept`](super::Kept).
//!
//! A lock orders changes and lending: otherwise a change could copy a field and free the original while C is given a
//! pointer to it. The lock also guards a value of the caller.
//!
//! Memory ordering: a new block is published with Release and read with Acquire, so a thread that sees the pointer sees
//! the bytes. Later only [`Blocks::wipe`] writes to them, when no reader of that field is left.

use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicPtr, Ordering};

use super::block::{Block, EmptyBlock, Header, Values, first, no_longer_current};
use super::count::Last;
use super::reclaim::{Guard, pin, retire};
use super::sync::{Lock, LockGuard};

/// The current block of an object, and the other value that the lock guards.
pub struct Blocks<const N: usize, const NAMES: usize, T> {
    current: AtomicPtr<Header<N, NAMES>>,
    guarded: Lock<T>,
}

// SAFETY: blocks are immutable while shared, except atomics and the cell that is cleared after the last reader.
unsafe impl<const N: usize, const NAMES: usize, T: Send> Send for Blocks<N, NAMES, T> {}
// SAFETY: as above; `guarded` is reached with its lock only.
unsafe impl<const N: usize, const NAMES: usize, T: Send> Sync for Blocks<N, NAMES, T> {}

/// A value in a block. The thread is pinned while this guard lives, so do not keep it across slow operations.
pub struct Pinned<'a, T: ?Sized> {
    value: &'a T,
    _pin: Guard,
}

impl<T: ?Sized> Deref for Pinned<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.value
    }
}

impl<T: ?Sized + PartialEq> PartialEq<T> for Pinned<'_, T> {
    fn eq(&self, other: &T) -> bool {
        **self == *other
    }
}

/// A block. The thread is pinned while this guard lives.
pub struct PinnedBlock<'a, const N: usize, const NAMES: usize> {
    block: Block<'a, N, NAMES>,
    _pin: Guard,
}

impl<const N: usize, const NAMES: usize> PinnedBlock<'_, N, NAMES> {
    /// The block.
    pub fn get(&self) -> Block<'_, N, NAMES> {
        self.block
    }
}

impl<const N: usize, const NAMES: usize, T> Blocks<N, NAMES, T> {
    /// Fields with these values, and a value for the lock to guard.
    pub fn new(values: &Values<'_, N>, guarded: T) -> Self {
        Self {
            current: AtomicPtr::new(first::<N, NAMES>(values).as_ptr()),
            guarded: Lock::new(guarded),
        }
    }

    /// Fields that are absent or empty, as in `block`, and a value for the lock to guard. Allocates nothing.
    pub fn empty(block: &'static EmptyBlock<N, NAMES>, guarded: T) -> Self {
        Self {
            current: AtomicPtr::new(block.header().as_ptr()),
            guarded: Lock::new(guarded),
        }
    }

    /// The value that `find` returns for the current block.
    #[inline]
    pub fn get<V: ?Sized>(
        &self,
        find: impl for<'b> FnOnce(Block<'b, N, NAMES>) -> Option<&'b V>,
    ) -> Option<Pinned<'_, V>> {
        let PinnedBlock { block, _pin } = self.pin();
        let value = find(block)?;
        Some(Pinned { value, _pin })
    }

    /// The current block.
    #[inline]
    pub fn pin(&self) -> PinnedBlock<'_, N, NAMES> {
        let pin = pin();
        // SAFETY: the block, and what it refers to, stays until this thread has unpinned. It is found after that, and
        // handed out together with the pin only.
        let block = unsafe { Block::new(self.head()) };
        PinnedBlock { block, _pin: pin }
    }

    /// Takes the lock. `repair` makes the guarded value consistent if the lock's holder is lost by a fork.
    pub fn lock(&self, repair: impl FnOnce(&mut T)) -> Locked<'_, N, NAMES, T> {
        Locked {
            current: &self.current,
            guarded: self.guarded.lock(repair),
        }
    }

    /// Wipes a field when the object of these blocks ends.
    pub fn wipe(&self, field: usize, end_of: &Last) {
        end_of.check_part(self);
        // SAFETY: the last reference to the object is gone, so this block is not replaced any more, and no holder is
        // left that could read the field.
        unsafe { Block::new(self.head()).wipe(field) };
    }

    fn head(&self) -> NonNull<Header<N, NAMES>> {
        // SAFETY: never NULL.
        unsafe { NonNull::new_unchecked(self.current.load(Ordering::Acquire)) }
    }
}

impl<const N: usize, const NAMES: usize, T> Drop for Blocks<N, NAMES, T> {
    fn drop(&mut self) {
        // SAFETY: the block is alive. The reference is that of this place, which an empty block has none of; the object
        // is at its end, and no reader is left.
        unsafe {
            if !Block::new(self.head()).is_permanent() {
                no_longer_current(self.head().as_ptr());
            }
        }
    }
}

/// The held lock. It dereferences to the guarded value.
pub struct Locked<'a, const N: usize, const NAMES: usize, T> {
    current: &'a AtomicPtr<Header<N, NAMES>>,
    guarded: LockGuard<'a, T>,
}

impl<const N: usize, const NAMES: usize, T> Deref for Locked<'_, N, NAMES, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.guarded
    }
}

impl<const N: usize, const NAMES: usize, T> DerefMut for Locked<'_, N, NAMES, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.guarded
    }
}

impl<const N: usize, const NAMES: usize, T> Locked<'_, N, NAMES, T> {
    /// The current block, which stays current as long as the lock is held.
    pub fn block(&self) -> Block<'_, N, NAMES> {
        // SAFETY: never NULL; and it is replaced by the holder of the lock only, which `replace` is given.
        unsafe { Block::new(NonNull::new_unchecked(self.current.load(Ordering::Acquire))) }
    }

    /// Records that C is lent a field: its bytes stay in place until its value is replaced.
    pub fn record_lent(&self, field: usize) {
        self.block().record_lent(field);
    }

    /// Changes the values of these fields, and releases the lock.
    pub fn replace(self, changes: &[(usize, Option<&[u8]>)]) {
        let old = self.block();
        let mut values = old.values();
        for (field, value) in changes {
            values[*field] = *value;
        }
        let Some(new) = old.followed_by(&values) else {
            return;
        };
        let (size, is_permanent, old) = (old.size(), old.is_permanent(), old.header.as_ptr());
        self.current.store(new.as_ptr(), Ordering::Release);
        drop(self);
        if is_permanent {
            return;
        }
        // SAFETY: a thread that pins from now on finds the new block; the reference is that of the place.
        unsafe { retire(old, size, no_longer_current) };
    }
}
