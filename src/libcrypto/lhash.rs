//! `LHASH_OF(…)`: a hash table that C code receives (`SSL_CTX_sessions(3)`).

use std::ffi::{c_int, c_ulong, c_void};
use std::marker::PhantomData;
use std::ptr::NonNull;

use crate::error::{Error, Result};
use crate::libcrypto::ffi;
use crate::reference::{Counted, Ref};

/// How the objects of a table are found. An object whose hash or equality changes while it is in a
/// table is no longer found.
pub trait Item {
    /// The same for equal objects.
    fn hash(&self) -> u32;

    /// Whether two objects are equal, so that a table holds only one of them.
    fn is_like(&self, other: &Self) -> bool;
}

/// A table that has a reference to each of its objects. One thread at a time.
pub struct Lhash<T: Counted + Item> {
    raw: NonNull<ffi::LhashTable>,
    objects: PhantomData<Ref<T>>,
}

// SAFETY: not bound to a thread; it is not Sync, so its owner locks it.
unsafe impl<T: Counted + Item> Send for Lhash<T> {}

impl<T: Counted + Item> Lhash<T> {
    /// An empty table.
    pub fn new() -> Result<Self> {
        // SAFETY: the table contains only live objects of `T`, to which it has references, and the
        // program looks up by such objects, since that is the table's type in C.
        let raw = NonNull::new(unsafe { ffi::OPENSSL_LH_new(hash::<T>, compare::<T>) });
        Ok(Self {
            raw: raw.ok_or(Error::Queued)?,
            objects: PhantomData,
        })
    }

    /// The pointer for C; still owned by `self`.
    pub fn as_ptr(&self) -> *mut c_void {
        self.raw.as_ptr().cast()
    }

    /// Inserts an object; returns the equal one that it replaces.
    pub fn insert(&mut self, object: Ref<T>) -> Result<Option<Ref<T>>> {
        let item = object.into_raw();
        // SAFETY: a live table, and a live object, whose reference the table owns from now on. It
        // owned a reference to the object that is returned.
        unsafe {
            let replaced = take(ffi::OPENSSL_LH_insert(self.raw.as_ptr(), item.cast()));
            if replaced.is_none() && ffi::OPENSSL_LH_error(self.raw.as_ptr()) != 0 {
                // The object was not inserted.
                drop(Ref::from_raw(item));
                return Err(Error::Queued);
            }
            Ok(replaced)
        }
    }

    /// Removes this object, but not another one that equals it. The table counts the lookup.
    pub fn remove(&mut self, object: &Ref<T>) -> Option<Ref<T>> {
        let (table, item) = (self.raw.as_ptr(), object.as_ptr().cast::<c_void>());
        // SAFETY: a live table and a live object; the table owned a reference to the object that is
        // returned.
        unsafe {
            match ffi::OPENSSL_LH_retrieve(table, item) == item {
                true => take(ffi::OPENSSL_LH_delete(table, item)),
                false => None,
            }
        }
    }

    /// Removes all objects. Their hashes may have changed since they were inserted, so none is
    /// looked up.
    pub fn take_all(&mut self) -> Vec<Ref<T>> {
        unsafe extern "C" fn keep(item: *mut c_void, items: *mut c_void) {
            // SAFETY: the list that is passed below, which nothing else uses during the call.
            unsafe { &mut *items.cast::<Vec<*mut c_void>>() }.push(item);
        }
        let mut items: Vec<*mut c_void> = Vec::new();
        let list = (&raw mut items).cast();
        // SAFETY: a live table, and a function that gets what it expects. Flushing frees no object.
        unsafe {
            ffi::OPENSSL_LH_doall_arg(self.raw.as_ptr(), keep, list);
            ffi::OPENSSL_LH_flush(self.raw.as_ptr());
        }
        // SAFETY: the table owned a reference to each, and no longer contains any of them.
        let taken = items.into_iter().filter_map(|item| unsafe { take(item) });
        taken.collect()
    }
}

impl<T: Counted + Item> Drop for Lhash<T> {
    fn drop(&mut self) {
        drop(self.take_all());
        // SAFETY: owned, last use; it is empty.
        unsafe { ffi::OPENSSL_LH_free(self.raw.as_ptr()) };
    }
}

/// # Safety
/// `item` is NULL or an object to which the table owned a reference.
unsafe fn take<T: Counted>(item: *mut c_void) -> Option<Ref<T>> {
    // SAFETY: as the caller promises.
    (!item.is_null()).then(|| unsafe { Ref::from_raw(item.cast()) })
}

unsafe extern "C" fn hash<T: Item>(item: *const c_void) -> c_ulong {
    // SAFETY: a live object, as `new` says.
    unsafe { &*item.cast::<T>() }.hash().into()
}

/// 0 for equal objects.
unsafe extern "C" fn compare<T: Item>(one: *const c_void, two: *const c_void) -> c_int {
    // SAFETY: live objects, as `new` says.
    let (one, two) = unsafe { (&*one.cast::<T>(), &*two.cast::<T>()) };
    (!one.is_like(two)).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::Count;

    struct Number(u32, Count);

    // SAFETY: made by `number` only, with its own count.
    unsafe impl Counted for Number {
        fn count(&self) -> &Count {
            &self.1
        }
    }

    impl Item for Number {
        fn hash(&self) -> u32 {
            self.0 % 3
        }

        fn is_like(&self, other: &Self) -> bool {
            self.0 == other.0
        }
    }

    fn number(number: u32) -> Ref<Number> {
        Ref::new(Number(number, Count::one()))
    }

    #[test]
    fn objects_are_found_by_what_they_are() {
        let numbers = [1, 4, 7, 2].map(number);
        let mut table = Lhash::new().unwrap();
        assert!(!table.as_ptr().is_null());
        for number in &numbers {
            assert_eq!(table.insert(number.clone()).unwrap().map(|n| n.0), None);
        }
        assert!(table.remove(&number(7)).is_none());
        assert!(table.remove(&numbers[2]).unwrap() == numbers[2]);
        assert!(table.remove(&numbers[2]).is_none());
        let four = number(4);
        assert!(table.insert(four.clone()).unwrap().unwrap() == numbers[1]);
        let sum: u32 = table.take_all().iter().map(|number| number.0).sum();
        assert_eq!(sum, 1 + 4 + 2);
        assert!(table.take_all().is_empty());
        assert!(!four.is_shared() && !numbers[0].is_shared());
    }

    #[test]
    fn a_table_that_ends_gives_its_references_back() {
        let one = number(1);
        let mut table = Lhash::new().unwrap();
        assert!(table.insert(one.clone()).unwrap().is_none());
        assert!(one.is_shared());
        drop(table);
        assert!(!one.is_shared());
    }
}
