//! Objects with a count of references, and the references.
//!
//! C identifies such an object by its address, and each of its holders, in C or Rust, has one reference. So the count
//! is part of the object. In a structure that is read without a lock (the session cache), threads reach objects without
//! a reference: such an object is *exposed*. Its memory exists until every thread that was pinned when the last
//! reference was dropped has unpinned ([`super::retire`]); until then [`Ref::of`] returns `None`.
//!
//! The memory orderings are those of `std::sync::Arc`, for the same reasons:
//!
//! - Adding a reference is Relaxed: the thread has one already, and the operation that hands the new one to another
//!   thread orders the two (for a cell's stock, that on the cell's word).
//! - Dropping one is Release, and the thread that drops the last one reads the count with Acquire: all uses by all
//!   holders come before the end of the object. (A fence would suffice, but ThreadSanitizer does not support fences.)
//! - [`Ref::of`] never raises the count from zero: it compares and exchanges. The structure published the object
//!   with Release and the reader found it with Acquire, so what was written before is visible already; Acquire
//!   on success extends that to holders that came later. Acquire on finding zero shows the reader that
//!   the object was unlinked.

use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::ptr::NonNull;
use std::sync::atomic::AtomicBool;

use super::reclaim::retire;
use super::sync::{AtomicUsize, Ordering};

/// An object that counts its references.
///
/// # Safety
/// - Objects of the type exist only behind references: [`Ref::new`] makes them.
/// - `count` gives the one [`Count`] that is part of the object.
pub unsafe trait Counted: Send + Sync + Sized + 'static {
    /// The object's count.
    fn count(&self) -> &Count;

    /// Called once, after the last reference is dropped and before the memory is freed. Threads that found an exposed
    /// object may still be reading it.
    fn end(&self, _: &Last) {}

    /// How many bytes are freed with an object, for the statistics.
    fn bytes(&self) -> usize {
        size_of::<Self>()
    }
}

/// Proof that the last reference to an object is gone. Only this module makes one, once for each
/// object.
pub struct Last {
    start: usize,
    size: usize,
}

impl Last {
    /// Panics unless `part` is a part of the object.
    pub(super) fn check_part<P>(&self, part: &P) {
        let offset = std::ptr::from_ref(part).addr().wrapping_sub(self.start);
        assert!(offset < self.size, "a part of another object");
    }
}

/// How many references there are to one object, and how its memory is freed.
pub struct Count {
    references: AtomicUsize,
    /// The object may be reached without a reference. (Not an atomic of loom: only a holder writes
    /// it.)
    is_exposed: AtomicBool,
}

impl Count {
    /// The count of a new object: one reference.
    pub fn one() -> Self {
        Self {
            references: AtomicUsize::new(1),
            is_exposed: AtomicBool::new(false),
        }
    }

    /// How many references there are. The number may change at any time.
    #[cfg(test)]
    pub fn get(&self) -> usize {
        self.references.load(Ordering::Relaxed)
    }

    /// Marks the object as exposed: from now on it may be reached without a reference. The caller has one.
    pub fn expose(&self) {
        self.is_exposed.store(true, Ordering::Relaxed);
    }

    #[inline]
    pub(super) fn add(&self, references: usize) {
        self.references.fetch_add(references, Ordering::Relaxed);
    }

    /// Drops references. The caller keeps one.
    #[inline]
    pub(super) fn drop_some(&self, references: usize) {
        self.references.fetch_sub(references, Ordering::Release);
    }

    /// Drops one reference; true if it was the last, and the caller must end the object.
    #[inline]
    #[must_use]
    fn drop_one(&self) -> bool {
        if self.references.fetch_sub(1, Ordering::Release) != 1 {
            return false;
        }
        self.references.load(Ordering::Acquire);
        true
    }

    /// Adds a reference unless the last one is gone.
    #[inline]
    fn try_add(&self) -> bool {
        let mut seen = self.references.load(Ordering::Acquire);
        while seen != 0 {
            let added = self.references.compare_exchange_weak(
                seen,
                seen + 1,
                Ordering::Acquire,
                Ordering::Acquire,
            );
            match added {
                Ok(_) => return true,
                Err(now) => seen = now,
            }
        }
        false
    }
}

/// An owned reference to a `T`: `Clone` adds one, `Drop` drops one.
pub struct Ref<T: Counted>(NonNull<T>);

// SAFETY: T is Send and Sync, and its count is atomic, so references may be used and dropped anywhere.
unsafe impl<T: Counted> Send for Ref<T> {}
// SAFETY: as above.
unsafe impl<T: Counted> Sync for Ref<T> {}

impl<T: Counted> Ref<T> {
    /// Puts a new object on the heap, with one reference. Its count is [`Count::one`].
    pub fn new(object: T) -> Self {
        let object = NonNull::from(Box::leak(Box::new(object)));
        // `as_ptr` and `of` make this pointer again from a `&T`, which may not free.
        object.as_ptr().expose_provenance();
        Self(object)
    }

    /// A reference to an object that was reached without one; `None` if it has ended. Also turns any `&T` into
    /// a reference.
    #[inline]
    pub fn of(object: &T) -> Option<Self> {
        let pointer = NonNull::new(pointer_to(object))?;
        object.count().try_add().then(|| Self(pointer))
    }

    /// The object's pointer in C. It carries no reference.
    pub fn as_ptr(&self) -> *mut T {
        self.0.as_ptr()
    }

    /// As [`Ref::as_ptr`].
    pub fn as_non_null(&self) -> NonNull<T> {
        self.0
    }

    /// True if there are other references. More may be added at any time, unless the object is unreachable.
    pub fn is_shared(&self) -> bool {
        self.count().references.load(Ordering::Acquire) != 1
    }

    /// Turns the reference into a pointer, which C or a later call of [`Ref::from_raw`] owns.
    pub fn into_raw(self) -> *mut T {
        ManuallyDrop::new(self).0.as_ptr()
    }

    /// Takes ownership of a reference.
    ///
    /// # Safety
    /// `raw` is a live object of which the caller owns a reference; it transfers that.
    #[inline]
    pub unsafe fn from_raw(raw: *mut T) -> Self {
        // SAFETY: a live object is not at address 0.
        Self(unsafe { NonNull::new_unchecked(raw) })
    }

    /// A reference to an object that C lends for this call.
    ///
    /// # Safety
    /// `raw` is a live object during this call.
    pub unsafe fn clone_raw(raw: *const T) -> Self {
        // SAFETY: as the caller promises.
        (*unsafe { Self::lend(raw) }).clone()
    }

    /// The caller's reference to an object, borrowed for `'a`. Dropping it drops no reference.
    ///
    /// # Safety
    /// `raw` is a live object during `'a`.
    pub unsafe fn lend<'a>(raw: *const T) -> Lent<'a, T> {
        // SAFETY: as the caller promises; `Lent` leaves the caller's reference alone.
        let reference = ManuallyDrop::new(unsafe { Self::from_raw(raw.cast_mut()) });
        Lent(reference, PhantomData)
    }

    /// How many references there are. The number may change at any time.
    #[cfg(test)]
    pub fn references(&self) -> usize {
        self.count().get()
    }
}

/// The pointer to `object` in C. It carries no reference.
pub fn pointer_to<T: Counted>(object: &T) -> *mut T {
    std::ptr::with_exposed_provenance_mut(std::ptr::from_ref(object).addr())
}

impl<T: Counted> Deref for Ref<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: alive as long as this reference.
        unsafe { self.0.as_ref() }
    }
}

impl<T: Counted> Clone for Ref<T> {
    #[inline]
    fn clone(&self) -> Self {
        self.count().add(1);
        Self(self.0)
    }
}

impl<T: Counted> Drop for Ref<T> {
    #[inline]
    fn drop(&mut self) {
        if self.count().drop_one() {
            // SAFETY: that was the last reference, and all other uses come before.
            unsafe { end(self.0) };
        }
    }
}

impl<T: Counted + std::fmt::Debug> std::fmt::Debug for Ref<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        (**self).fmt(f)
    }
}

/// References are equal when they refer to the same object, as pointers in C.
impl<T: Counted> PartialEq for Ref<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<T: Counted> Eq for Ref<T> {}

/// A reference that is lent for `'a`.
pub struct Lent<'a, T: Counted>(ManuallyDrop<Ref<T>>, PhantomData<&'a T>);

impl<T: Counted> Deref for Lent<'_, T> {
    type Target = Ref<T>;

    fn deref(&self) -> &Ref<T> {
        &self.0
    }
}

/// Ends an object, and frees or retires its memory.
///
/// # Safety
/// The last reference was dropped just now, and all uses by holders come before.
#[inline(never)]
unsafe fn end<T: Counted>(object: NonNull<T>) {
    // SAFETY: freed below at the earliest. Readers without a reference may share it.
    let ended = unsafe { object.as_ref() };
    ended.end(&Last {
        start: object.as_ptr().addr(),
        size: size_of::<T>(),
    });
    let object = object.as_ptr();
    if !ended.count().is_exposed.load(Ordering::Relaxed) {
        // SAFETY: made by `Ref::new`; the count reaches zero once.
        return unsafe { free(object) };
    }
    let bytes = ended.bytes();
    // SAFETY: as above; and what led to the object was unlinked before its reference was dropped, so a thread that pins
    // from now on cannot find it. Any thread may free it: that only releases memory.
    unsafe { retire(object, bytes, free) };
}

/// # Safety
/// `object` was made by [`Ref::new`], and is freed once.
unsafe fn free<T>(object: *mut T) {
    // SAFETY: as the caller promises.
    drop(unsafe { Box::from_raw(object) });
}
