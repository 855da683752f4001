//! `LHASH_OF(…)`: a hash table that C code receives (`SSL_CTX_sessions(3)`).

use std::ffi::c_void;
use std::ptr::NonNull;

use crate::error::{Error, Result};
use crate::libcrypto::ffi;

pub use crate::libcrypto::ffi::{LhashCompare, LhashHash};

/// A table of pointers that it does not own. One thread at a time.
pub struct Lhash {
    raw: NonNull<ffi::LhashTable>,
}

// SAFETY: not bound to a thread; it is not Sync, so its owner locks it.
unsafe impl Send for Lhash {}

impl Lhash {
    /// An empty table.
    ///
    /// # Safety
    /// The functions are right for all pointers that will be in the table or looked up, at any
    /// time that they are there.
    pub unsafe fn new(hash: LhashHash, compare: LhashCompare) -> Result<Self> {
        // SAFETY: two functions, as the caller promises.
        let raw = NonNull::new(unsafe { ffi::OPENSSL_LH_new(hash, compare) });
        Ok(Self {
            raw: raw.ok_or(Error::Queued)?,
        })
    }

    /// The pointer for C; still owned by `self`.
    pub fn as_ptr(&self) -> *mut c_void {
        self.raw.as_ptr().cast()
    }

    /// Puts `item` in; gives the equal one that it replaced, or NULL.
    ///
    /// # Safety
    /// `item` is right for the table's functions until it is taken out.
    pub unsafe fn insert(&mut self, item: *mut c_void) -> Result<*mut c_void> {
        // SAFETY: a live table, and an item as the caller promises.
        unsafe {
            let replaced = ffi::OPENSSL_LH_insert(self.raw.as_ptr(), item);
            if replaced.is_null() && ffi::OPENSSL_LH_error(self.raw.as_ptr()) != 0 {
                return Err(Error::Queued);
            }
            Ok(replaced)
        }
    }

    /// Takes the item that equals `like` out; NULL when there is none.
    ///
    /// # Safety
    /// `like` is right for the table's functions.
    pub unsafe fn delete(&mut self, like: *const c_void) -> *mut c_void {
        // SAFETY: a live table, and a pointer as the caller promises.
        unsafe { ffi::OPENSSL_LH_delete(self.raw.as_ptr(), like) }
    }

    /// The item that equals `like`; NULL when there is none. Looking up counts in the table.
    ///
    /// # Safety
    /// `like` is right for the table's functions.
    pub unsafe fn retrieve(&self, like: *const c_void) -> *mut c_void {
        // SAFETY: a live table, and a pointer as the caller promises.
        unsafe { ffi::OPENSSL_LH_retrieve(self.raw.as_ptr(), like) }
    }

    /// Shows every item once, in no order.
    pub fn for_each(&self, mut show: impl FnMut(*mut c_void)) {
        unsafe extern "C" fn visit<F: FnMut(*mut c_void)>(item: *mut c_void, show: *mut c_void) {
            // SAFETY: the closure that was passed along, used by this thread only.
            unsafe { (*show.cast::<F>())(item) }
        }
        fn visitor<F: FnMut(*mut c_void)>(_: &F) -> ffi::LhashVisit {
            visit::<F>
        }
        let visit = visitor(&show);
        // SAFETY: a live table, and a function that gets the closure it was made for.
        unsafe { ffi::OPENSSL_LH_doall_arg(self.raw.as_ptr(), visit, (&raw mut show).cast()) };
    }

    /// Takes all items out.
    pub fn clear(&mut self) {
        // SAFETY: a live table; the items are not the table's.
        unsafe { ffi::OPENSSL_LH_flush(self.raw.as_ptr()) };
    }

    /// How many items there are.
    #[cfg(test)]
    pub fn len(&self) -> usize {
        // SAFETY: a live table.
        unsafe { ffi::OPENSSL_LH_num_items(self.raw.as_ptr()) as usize }
    }

    /// True when there is no item.
    #[cfg(test)]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Drop for Lhash {
    fn drop(&mut self) {
        // SAFETY: owned, last use; the items are not the table's.
        unsafe { ffi::OPENSSL_LH_free(self.raw.as_ptr()) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::{c_int, c_ulong};

    unsafe extern "C" fn hash(item: *const c_void) -> c_ulong {
        // SAFETY: the items of this test are numbers.
        unsafe { *item.cast::<u32>() % 3 }.into()
    }

    unsafe extern "C" fn compare(one: *const c_void, two: *const c_void) -> c_int {
        // SAFETY: the items of this test are numbers.
        unsafe { (*one.cast::<u32>() != *two.cast::<u32>()).into() }
    }

    #[test]
    fn items_are_found_by_what_they_are() {
        let numbers: [u32; 4] = [1, 4, 7, 2];
        let pointer = |n: &u32| std::ptr::from_ref(n).cast_mut().cast::<c_void>();
        // SAFETY: the table holds numbers that outlive it.
        unsafe {
            let mut table = Lhash::new(hash, compare).unwrap();
            assert!(table.is_empty());
            for number in &numbers {
                assert!(table.insert(pointer(number)).unwrap().is_null());
            }
            assert_eq!(table.len(), 4);
            assert_eq!(table.retrieve(pointer(&7)), pointer(&numbers[2]));
            assert_eq!(table.delete(pointer(&7)), pointer(&numbers[2]));
            assert!(table.retrieve(pointer(&7)).is_null());
            let mut sum = 0;
            table.for_each(|item| sum += *item.cast::<u32>());
            assert_eq!(sum, 1 + 4 + 2);
            let four = 4;
            assert_eq!(table.insert(pointer(&four)).unwrap(), pointer(&numbers[1]));
            assert!(!table.as_ptr().is_null());
            table.clear();
            assert!(table.is_empty() && table.retrieve(pointer(&1)).is_null());
        }
    }
}
