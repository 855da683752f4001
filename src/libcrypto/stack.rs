//! `STACK_OF(…)`: lists that are passed to and from C.

use std::ffi::{c_int, c_void};
use std::marker::PhantomData;
use std::ptr::NonNull;

use crate::error::{Error, Result};
use crate::libcrypto::ffi;
use crate::libcrypto::object::Lent;
use crate::libcrypto::outcome::{not_null, succeeded};

/// An object that a [`Stack`] can hold.
///
/// # Safety
/// `from_item` returns exactly what was given to `into_item`, and dropping that frees it once.
pub unsafe trait StackItem: Sized {
    /// The pointer in the stack, which owns what `self` owned.
    fn into_item(self) -> *mut c_void;

    /// The owner that `into_item` made a pointer of; `None` for NULL.
    ///
    /// # Safety
    /// `item` is NULL or comes from `into_item` (or from C, with the same meaning), and is taken
    /// back once.
    unsafe fn from_item(item: *mut c_void) -> Option<Self>;

    /// A second owner of the same object, or a copy of it.
    fn duplicate(&self) -> Result<Self>;
}

// SAFETY: a pointer to something that lives for ever; dropping a reference frees nothing.
unsafe impl<T: Sync> StackItem for &'static T {
    fn into_item(self) -> *mut c_void {
        std::ptr::from_ref(self).cast_mut().cast()
    }

    unsafe fn from_item(item: *mut c_void) -> Option<Self> {
        // SAFETY: NULL or a static object, as the caller promises.
        unsafe { item.cast::<T>().as_ref() }
    }

    fn duplicate(&self) -> Result<Self> {
        Ok(self)
    }
}

/// A stack that owns its items: certificates, names, or `&'static` objects (`SSL_CIPHER`), which
/// are never freed. Threads may share it for reading if the items allow that.
pub struct Stack<T: StackItem> {
    raw: NonNull<ffi::OPENSSL_STACK>,
    items: PhantomData<T>,
}

// SAFETY: a plain list of owned items.
unsafe impl<T: StackItem + Send> Send for Stack<T> {}
// SAFETY: through `&Stack` the list is only read, and changing it takes `&mut`.
unsafe impl<T: StackItem + Sync> Sync for Stack<T> {}

impl<T: StackItem> Stack<T> {
    /// An empty stack.
    pub fn new() -> Result<Self> {
        // SAFETY: no precondition.
        let raw = not_null(unsafe { ffi::OPENSSL_sk_new_null() })?;
        // SAFETY: a new stack that this value owns, not NULL.
        unsafe { Self::from_raw_owned(raw) }.ok_or(Error::Queued)
    }

    /// A stack of these items.
    pub fn from_items(items: impl IntoIterator<Item = T>) -> Result<Self> {
        let mut stack = Self::new()?;
        for item in items {
            stack.push(item)?;
        }
        Ok(stack)
    }

    /// Takes ownership of a stack with its items; `None` for NULL. `S` is C's name of the type.
    ///
    /// # Safety
    /// `raw` is NULL or a live stack with items of `T`, whose ownership the caller passes.
    pub unsafe fn from_raw_owned<S>(raw: *mut S) -> Option<Self> {
        Some(Self {
            raw: NonNull::new(raw.cast())?,
            items: PhantomData,
        })
    }

    /// Borrows C's stack; `None` for NULL.
    ///
    /// # Safety
    /// `raw` is NULL or a live stack of `T`'s items that does not change for `'a`.
    pub unsafe fn lend<'a, S>(raw: *mut S) -> Option<Lent<'a, Self>> {
        // SAFETY: as the caller promises; `Lent` does not free it.
        unsafe { Some(Lent::new(Self::from_raw_owned(raw)?)) }
    }

    /// The pointer for C; still owned by `self`.
    pub fn as_ptr<S>(&self) -> *mut S {
        self.raw.as_ptr().cast()
    }

    /// Gives the stack and its items to C.
    pub fn into_raw<S>(self) -> *mut S {
        std::mem::ManuallyDrop::new(self).raw.as_ptr().cast()
    }

    /// Adds an item at the end.
    pub fn push(&mut self, item: T) -> Result<()> {
        let item = item.into_item();
        // SAFETY: a live stack, changed through `&mut`.
        let pushed = succeeded(unsafe { ffi::OPENSSL_sk_push(self.raw.as_ptr(), item) });
        if pushed.is_err() {
            // SAFETY: the stack has not taken ownership.
            drop(unsafe { T::from_item(item) });
        }
        pushed
    }

    /// Removes the last item and returns it.
    pub fn pop(&mut self) -> Option<T> {
        // SAFETY: a live stack, changed through `&mut`; the caller owns the item now.
        unsafe { T::from_item(ffi::OPENSSL_sk_pop(self.raw.as_ptr())) }
    }

    /// How many items there are.
    pub fn len(&self) -> usize {
        // SAFETY: a live stack.
        usize::try_from(unsafe { ffi::OPENSSL_sk_num(self.raw.as_ptr()) }).unwrap_or(0)
    }

    /// True when there is no item.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The item at `index`, lent.
    pub fn get(&self, index: usize) -> Option<Lent<'_, T>> {
        let index = c_int::try_from(index).ok()?;
        // SAFETY: a live stack; an index out of range gives NULL. The item stays in the stack,
        // which is borrowed as long as the result lives.
        unsafe {
            let item = T::from_item(ffi::OPENSSL_sk_value(self.raw.as_ptr(), index))?;
            Some(Lent::new(item))
        }
    }

    /// The items in order, lent.
    pub fn iter(&self) -> impl Iterator<Item = Lent<'_, T>> {
        (0..self.len()).filter_map(|index| self.get(index))
    }

    /// A second stack, with a second owner of each item: a reference to a certificate, a copy of a
    /// name.
    pub fn duplicate(&self) -> Result<Self> {
        let mut copy = Self::new()?;
        for item in self.iter() {
            copy.push(item.duplicate()?)?;
        }
        Ok(copy)
    }
}

impl<T: StackItem> Drop for Stack<T> {
    fn drop(&mut self) {
        while !self.is_empty() {
            drop(self.pop());
        }
        // SAFETY: this function owns the stack, which is empty.
        unsafe { ffi::OPENSSL_sk_free(self.raw.as_ptr()) };
    }
}

impl<T: StackItem> std::fmt::Debug for Stack<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stack")
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::libcrypto::testing;
    use crate::libcrypto::x509::X509;

    #[test]
    fn a_chain_holds_its_certificates() {
        let one = testing::self_signed("one.test").certificate;
        let two = testing::self_signed("two.test").certificate;
        let mut chain = Stack::from_items([one.clone()]).unwrap();
        chain.push(two.clone()).unwrap();
        let copy = chain.duplicate().unwrap();
        drop(chain);
        assert_eq!(copy.len(), 2);
        assert_eq!(*copy.get(0).unwrap(), one);
        assert_eq!(copy.get(1).unwrap().as_ptr(), two.as_ptr());
        assert!(copy.get(2).is_none());
        let seen: Vec<X509> = copy.iter().map(|lent| lent.clone()).collect();
        drop(copy);
        assert_eq!(seen, [one, two]);
    }

    #[test]
    fn a_stack_goes_to_c_and_comes_back() {
        let mut chain = Stack::from_items([testing::self_signed("one.test").certificate]).unwrap();
        assert!(chain.pop().is_some());
        assert!(chain.pop().is_none());
        let raw: *mut ffi::stack_st_X509 = chain.into_raw();
        // SAFETY: the stack just given up.
        let back: Stack<X509> = unsafe { Stack::from_raw_owned(raw) }.unwrap();
        assert!(back.is_empty());
    }

    #[test]
    fn static_objects_are_only_pointed_to() {
        static NUMBERS: [u32; 2] = [7, 9];
        let stack = Stack::from_items(NUMBERS.iter()).unwrap();
        assert!(stack.iter().map(|n| **n).eq([7, 9]));
        // SAFETY: a live stack of pointers to static numbers.
        let first = unsafe { *ffi::OPENSSL_sk_value(stack.as_ptr(), 0).cast::<u32>() };
        assert_eq!(first, 7);
    }
}
