//! The first word of objects that C has pointers to, by which a pointer to anything else is recognised.
//!
//! A process may have a second libssl and pass its `SSL` or `SSL_CTX` to this one; and programs use objects that they
//! have freed. The first word of each of the library's objects identifies its type until the object ends. A pointer
//! from C is accepted only if the word is there. This finds mistakes but proves nothing: the memory of a freed object
//! may hold a new object, or be unmapped.

use std::cell::UnsafeCell;

use super::{Counted, Ref};
use crate::error::{Error, Reason, Result};

/// An object that C has pointers to. [`tagged`] implements it.
///
/// # Safety
/// The first field is a [`Tag`] or [`FixedTag`] of `KIND`.
pub unsafe trait Tagged {
    /// The word for objects of this type. It resembles no pointer, number or text at the start of another object.
    const KIND: u64;
}

/// The first word of an object of the type with this `KIND`; cleared when the object ends.
#[repr(transparent)]
pub struct Tag<const KIND: u64>(UnsafeCell<u64>);

// SAFETY: it is written only when the object is made, and by the one thread that ends it.
unsafe impl<const KIND: u64> Sync for Tag<KIND> {}

/// The first word of an object that never ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(transparent)]
pub struct FixedTag<const KIND: u64>(u64);

impl<const KIND: u64> FixedTag<KIND> {
    /// For a static object.
    pub const fn new() -> Self {
        Self(KIND)
    }
}

/// The types of first words.
///
/// # Safety
/// The word is `KIND` as long as the object lives.
pub unsafe trait Word<const KIND: u64> {}

// SAFETY: made with this word, and cleared when the object ends.
unsafe impl<const KIND: u64> Word<KIND> for Tag<KIND> {}
// SAFETY: made with this word, and never changed.
unsafe impl<const KIND: u64> Word<KIND> for FixedTag<KIND> {}

/// Compiles only if the field is a word of this kind.
pub const fn check_word<T, W: Word<KIND>, const KIND: u64>(_field: fn(&T) -> &W) {}

/// Implements [`Tagged`]: `tagged!(Type, field, kind)`. The conditions of soundness are checked at compile time: the
/// field comes first, and is a word of this kind.
macro_rules! tagged {
    ($type:ty, $field:tt, $kind:literal) => {
        const _: () = {
            assert!(std::mem::offset_of!($type, $field) == 0);
            $crate::reference::tag::check_word::<$type, _, $kind>(|object| &object.$field);
        };

        // SAFETY: the field is first and a word of this kind, as has just been checked.
        unsafe impl $crate::reference::tag::Tagged for $type {
            const KIND: u64 = $kind;
        }
    };
}
pub(crate) use tagged;

impl<const KIND: u64> Tag<KIND> {
    /// For an object that is being made.
    pub const fn new() -> Self {
        Self(UnsafeCell::new(KIND))
    }

    /// The object has ended, as far as C is concerned.
    pub fn clear(&self) {
        // SAFETY: only the caller uses an object that ends. The write is volatile, since the word is read only when
        // the memory is free, and the compiler could leave it out.
        unsafe { self.0.get().write_volatile(0) }
    }
}

impl<const KIND: u64> Default for Tag<KIND> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const KIND: u64> Drop for Tag<KIND> {
    fn drop(&mut self) {
        self.clear();
    }
}

/// The object that a pointer from C points to: `None` for NULL; an error if it is not a `T` of this library, or one that
/// has ended.
///
/// # Safety
/// `pointer` is NULL or valid for reading a word; if it is a `T`, it stays alive, and is not mutably borrowed, while the
/// result is used.
#[inline]
pub unsafe fn look<'a, T: Tagged>(pointer: *const T) -> Result<Option<&'a T>> {
    if pointer.is_null() {
        return Ok(None);
    }
    // SAFETY: the caller's promise. The word is read unaligned, as the pointer may be to anything.
    unsafe {
        match pointer.cast::<u64>().read_unaligned() == T::KIND {
            true => Ok(Some(&*pointer)),
            false => Err(not_ours()),
        }
    }
}

/// Takes ownership of a reference from the program; `None` for NULL, an error if there is no such
/// object.
///
/// # Safety
/// As for [`look`]; if it is a `T`, the program owns a reference to it and transfers that.
pub unsafe fn take<T: Tagged + Counted>(pointer: *mut T) -> Result<Option<Ref<T>>> {
    // SAFETY: as the caller promises.
    let object = unsafe { look(pointer) }?;
    // SAFETY: as above, and a live `T`.
    Ok(object.map(|_| unsafe { Ref::from_raw(pointer) }))
}

#[cold]
fn not_ours() -> Error {
    Error::with(
        Reason::PASSED_INVALID_ARGUMENT,
        "an object of another libssl, or one that has been freed",
    )
}

#[cfg(test)]
mod tests {
    use std::mem::ManuallyDrop;

    use super::{Tag, Tagged, look};

    #[repr(C)]
    struct One(Tag<{ One::KIND }>, u32);

    tagged!(One, 0, 0x8111_2222_3333_4444);

    #[repr(C)]
    struct Other(Tag<{ Other::KIND }>);

    tagged!(Other, 0, 0x8111_2222_3333_4445);

    #[test]
    fn an_object_is_known_until_it_ends() {
        let mut one = ManuallyDrop::new(One(Tag::new(), 7));
        let pointer: *const One = &raw const *one;
        // SAFETY: the memory stays readable, and the object is used no more once it has been dropped.
        unsafe {
            assert_eq!(look(pointer).unwrap().unwrap().1, 7);
            ManuallyDrop::drop(&mut one);
            assert!(look(pointer).is_err());
        }
    }

    #[test]
    fn other_objects_and_null_are_told() {
        let other = Other(Tag::new());
        let pointer: *const Other = &raw const other;
        // SAFETY: NULL, and a readable object.
        unsafe {
            assert!(look(std::ptr::null::<One>()).unwrap().is_none());
            assert!(look(pointer).unwrap().is_some());
            assert!(look(pointer.cast::<One>()).is_err());
        }
    }
}
