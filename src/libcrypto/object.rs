//! The macro that defines a Rust type for a counted object of libcrypto, with the same ownership
//! rules for all.

use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ops::Deref;

/// An object lent by C or by a container: used like `&T`, never freed.
pub struct Lent<'a, T> {
    object: ManuallyDrop<T>,
    owner: PhantomData<&'a T>,
}

impl<T> Lent<'_, T> {
    /// Lends `object` without taking its reference.
    ///
    /// # Safety
    /// The object that `object` points to stays alive for the lifetime that the caller chooses, and
    /// its owner frees it.
    pub unsafe fn new(object: T) -> Self {
        Self {
            object: ManuallyDrop::new(object),
            owner: PhantomData,
        }
    }
}

impl<T> Deref for Lent<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.object
    }
}

/// Defines an owning type over a pointer to a libcrypto object: `object!(Name(ffi::TYPE), free
/// function)`, and with `, up_ref function` also the counted parts (`Clone`, `from_raw_shared`).
macro_rules! object {
    ($(#[$doc:meta])* $name:ident($c:ty), $free:path) => {
        $(#[$doc])*
        #[repr(transparent)]
        pub struct $name(std::ptr::NonNull<$c>);

        // Not every type uses all of these.
        #[allow(dead_code)]
        impl $name {
            /// Takes one reference from C; `None` for NULL.
            ///
            /// # Safety
            /// `raw` is NULL or a live object of which the caller gives one reference away.
            pub unsafe fn from_raw_owned(raw: *mut $c) -> Option<Self> {
                std::ptr::NonNull::new(raw).map(Self)
            }

            /// Borrows C's object; `None` for NULL.
            ///
            /// # Safety
            /// `raw` is NULL or a live object that stays alive for `'a`.
            pub unsafe fn lend<'a>(raw: *mut $c) -> Option<$crate::libcrypto::object::Lent<'a, Self>> {
                let object = Self(std::ptr::NonNull::new(raw)?);
                // SAFETY: the caller promises that the object lives for 'a, and keeps it.
                Some(unsafe { $crate::libcrypto::object::Lent::new(object) })
            }

            /// The pointer for C; still owned by `self`.
            pub fn as_ptr(&self) -> *mut $c {
                self.0.as_ptr()
            }

            /// Gives the reference to C, which must free it.
            pub fn into_raw(self) -> *mut $c {
                std::mem::ManuallyDrop::new(self).0.as_ptr()
            }
        }

        impl Drop for $name {
            fn drop(&mut self) {
                // SAFETY: the type owns one reference, and this is its last use.
                unsafe { $free(self.0.as_ptr()) };
            }
        }
    };
    ($(#[$doc:meta])* $name:ident($c:ty), $free:path, $up_ref:path) => {
        $crate::libcrypto::object::object!($(#[$doc])* $name($c), $free);

        impl $name {
            /// Adds one reference to C's object; `None` for NULL.
            ///
            /// # Safety
            /// `raw` is NULL or a live object.
            pub unsafe fn from_raw_shared(raw: *mut $c) -> Option<Self> {
                // SAFETY: alive during this call, as the caller promises.
                unsafe { Self::lend(raw) }.map(|lent| (*lent).clone())
            }
        }

        impl Clone for $name {
            /// Adds one reference.
            fn clone(&self) -> Self {
                // SAFETY: a live object; libcrypto counts atomically. It can only fail when the
                // count overflows.
                let added = unsafe { $up_ref(self.0.as_ptr()) };
                assert!(added > 0, "the reference count of a libcrypto object is exhausted");
                Self(self.0)
            }
        }
    };
}

pub(crate) use object;
