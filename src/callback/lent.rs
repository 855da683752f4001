//! The pointers to connections and contexts that the library passes to the program's functions.

use std::marker::PhantomData;
use std::ptr::NonNull;

use crate::reference::tag::Tagged;

/// `SSL`, as the program's functions receive it.
pub enum Ssl {}

/// `SSL_CTX`, as the program's functions receive it.
pub enum SslContext {}

/// A type whose objects have the C type `C`.
///
/// A wrong `C` is a bug but not unsound: the library's functions accept a pointer only if it points
/// to the tag of their own type ([`Tagged`]), and C never reads the object.
pub trait KnownAs<C>: Tagged {}

/// A live object, lent to a function of the program during a call.
pub struct Lent<'a, C> {
    pointer: NonNull<C>,
    object: PhantomData<&'a C>,
}

impl<C> Clone for Lent<'_, C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C> Copy for Lent<'_, C> {}

impl<'a, C> Lent<'a, C> {
    /// Lends an object.
    pub fn new<T: KnownAs<C>>(object: &'a T) -> Self {
        Self {
            pointer: NonNull::from(object).cast(),
            object: PhantomData,
        }
    }

    /// The object's pointer in C.
    pub fn as_ptr(self) -> *mut C {
        self.pointer.as_ptr()
    }
}
